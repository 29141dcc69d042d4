// SPDX-License-Identifier: GPL-2.0-only
/* The arm64 runner without a kernel: devices, PSCI, loaders, the device tree. */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "load.h"
#include "machine.h"
#include "map.h"
#include "uart.h"
#include "run_wait.h"
#include "unit.h"

/* --- in place of the kernel --- */

static u32 line_nr, line_changes, kicks, policies, runs, run_request;
static int line_level;
static struct mote_reg regs[64];
static u32 reg_count;

/* One VM per process, which leaves its memory to exit(): not a leak */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "exitcode=99:detect_leaks=0";
}

int __wrap_mote_irq_line(int vm, u32 nr, int level);
int __wrap_mote_irq_line(int vm, u32 nr, int level)
{
	(void)vm;
	line_nr = nr;
	line_level = level;
	line_changes++;
	return 0;
}

int __wrap_mote_kick(int vcpu);
int __wrap_mote_kick(int vcpu)
{
	(void)vcpu;
	kicks++;
	return 0;
}

int __wrap_mote_set_regs(int vcpu, const struct mote_reg *r, u32 count, u32 *failed);
int __wrap_mote_set_regs(int vcpu, const struct mote_reg *r, u32 count, u32 *failed)
{
	(void)vcpu;
	memcpy(regs, r, count * sizeof(*r));
	reg_count = count;
	if (failed)
		*failed = count;
	return 0;
}

int __wrap_mote_policy(int vm, struct mote_policy *p);
int __wrap_mote_policy(int vm, struct mote_policy *p)
{
	(void)vm;
	policies += p->space == MOTE_SPACE_HYPERCALL && p->first <= p->last;
	return 0;
}

static struct mote_run run_page;

int __wrap_mote_run(int vcpu);
int __wrap_mote_run(int vcpu)
{
	(void)vcpu;
	runs++;
	run_request = run_page.request;
	run_page.request = 0;
	return 0;
}

static u64 reg(u64 id)
{
	for (u32 i = reg_count; i--;)
		if (regs[i].id == id)
			return regs[i].value;
	return ~0ULL;
}

static struct vm *new_vm(u64 mem, struct options *opt)
{
	struct vm *vm = calloc(1, sizeof(*vm));

	opt->mem_bytes = mem;
	opt->append = opt->append ? opt->append : "";
	vm->opt = opt;
	vm->mem.vm = -1;
	vm->ram = mmap(NULL, mem, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	pthread_mutex_init(&vm->lock, NULL);
	mote_gmem_add(&vm->mem, RAM_BASE, mem, vm->ram, 0);
	if (io_init(&vm->io, &vm->lock))
		exit(1);
	vm->vcpus[0].vm = vm;
	vm->vcpus[0].run = &run_page;
	arch_devices(vm);
	line_changes = 0;
	line_level = 0;
	kicks = 0;
	return vm;
}

static struct vm *plain_vm(void)
{
	return new_vm(64 * MIB, calloc(1, sizeof(struct options)));
}

static u32 get(struct vm *vm, u64 addr)
{
	u32 v = 0;

	vm_mmio(vm, addr, &v, 4, 0);
	return v;
}

static void put(struct vm *vm, u64 addr, u32 v)
{
	vm_mmio(vm, addr, &v, 4, 1);
}

/* --- PL011 --- */

#define UART(reg)	(PL011_BASE + (reg))
#define DR		UART(0x00)
#define FR		UART(0x18)
#define LCR_H		UART(0x2c)
#define CR		UART(0x30)
#define IFLS		UART(0x34)
#define IMSC		UART(0x38)
#define RIS		UART(0x3c)
#define MIS		UART(0x40)
#define ICR		UART(0x44)

static bool uart_identity(void)
{
	static const u8 ids[] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
	struct vm *vm = plain_vm();
	u64 wide = 0;

	for (u64 i = 0; i < 8; i++)
		CHECK(get(vm, UART(0xfe0 + 4 * i)) == ids[i]);
	CHECK(get(vm, CR) == 0x300 && get(vm, IFLS) == 0x12);
	CHECK(get(vm, FR) == 0x97);	/* empty both ways, modem lines up */
	CHECK(get(vm, UART(0x800)) == 0);
	put(vm, UART(0x800), 1);
	vm_mmio(vm, UART(0x30), &wide, 8, 0);
	CHECK(wide == 0x1200000300ULL);
	vm_mmio(vm, UART(0x31), &wide, 1, 0);
	CHECK((wide & 0xff) == 3);
	CHECK(get(vm, PL011_BASE + 0x1000) == ~0u);
	return true;
}

static bool uart_sends(void)
{
	struct vm *vm = plain_vm();

	put(vm, DR, '#');
	CHECK(get(vm, RIS) == 1 << 5 && !line_changes);
	put(vm, IMSC, 1 << 5);
	CHECK(line_changes == 1 && line_level && line_nr == 33);
	CHECK(get(vm, MIS) == 1 << 5);
	put(vm, ICR, 1 << 5);
	CHECK(line_changes == 2 && !line_level);
	put(vm, DR, '\n');
	CHECK(line_changes == 3 && line_level);
	put(vm, IMSC, 0);
	CHECK(!line_level);
	return true;
}

/* As Linux' driver does: FIFO on, port on, then the receive interrupts */
static struct vm *listening_vm(void)
{
	struct vm *vm = plain_vm();

	put(vm, LCR_H, 0x70);
	put(vm, CR, 0x301);
	put(vm, IMSC, 0x50);
	return vm;
}

static bool uart_receives(void)
{
	struct vm *vm = listening_vm();

	CHECK(uart_room(vm->uart) == 16);
	uart_receive(vm->uart, 'a');
	CHECK(line_level && get(vm, MIS) == 1 << 6);	/* timeout */
	for (int i = 1; i < 8; i++)
		uart_receive(vm->uart, (u8)('a' + i));
	CHECK(get(vm, MIS) == (1 << 6 | 1 << 4));		/* half full */
	CHECK(get(vm, DR) == 'a' && get(vm, MIS) == 1 << 6);
	for (int i = 1; i < 8; i++)
		CHECK(get(vm, DR) == (u32)('a' + i));
	CHECK(!get(vm, RIS) && !line_level && get(vm, FR) & 1 << 4);
	CHECK(get(vm, DR) == 0);
	return true;
}

static bool uart_overrun(void)
{
	struct vm *vm = listening_vm();

	for (int i = 0; i < 17; i++)
		uart_receive(vm->uart, (u8)i);
	CHECK(uart_room(vm->uart) == 0 && get(vm, FR) & 1 << 6);
	CHECK(get(vm, RIS) & 1 << 10 && get(vm, UART(4)) == 8);
	CHECK(get(vm, DR) == 1 << 11);
	put(vm, UART(4), 0);
	CHECK(get(vm, UART(4)) == 0 && get(vm, DR) == 1);
	put(vm, LCR_H, 0x60);			/* FIFO off: flushed, 1 deep */
	CHECK(uart_room(vm->uart) == 1 && get(vm, FR) & 1 << 4);
	uart_receive(vm->uart, 'x');
	CHECK(get(vm, RIS) & 1 << 4 && uart_room(vm->uart) == 0);
	return true;
}

/* Input waits while Linux probes and while it prints with the port's own console */
static bool uart_waits(void)
{
	struct vm *vm = plain_vm();

	CHECK(uart_room(vm->uart) == 0);
	put(vm, IMSC, 0x50);
	CHECK(uart_room(vm->uart) == 0);	/* the port is off */
	put(vm, CR, 0x301);
	CHECK(uart_room(vm->uart) == 0);
	put(vm, CR, 0x300);
	run_wait(&vm->io, 700);
	CHECK(uart_room(vm->uart) == 0);
	put(vm, CR, 0x301);
	run_wait(&vm->io, 700);
	CHECK(uart_room(vm->uart) == 1);	/* it lasts: this guest means it */
	put(vm, IMSC, 0);
	CHECK(uart_room(vm->uart) == 0);
	for (int i = 0; i < 16; i++)		/* polls */
		get(vm, FR);
	CHECK(uart_room(vm->uart) == 1);
	put(vm, DR, '\n');
	CHECK(uart_room(vm->uart) == 0);
	return true;
}

static bool uart_loopback(void)
{
	struct vm *vm = plain_vm();

	put(vm, CR, 0x381);
	put(vm, DR, 'L');
	CHECK(get(vm, DR) == 'L');
	return true;
}

/* --- PL031 --- */

#define RTC(reg)	(PL031_BASE + (reg))

static bool rtc_runs(void)
{
	struct vm *vm = plain_vm();
	u32 now = (u32)time(NULL), seen = get(vm, RTC(0));

	CHECK(seen - now <= 1 && get(vm, RTC(0xfe0)) == 0x31 && get(vm, RTC(0xc)) == 1);
	put(vm, RTC(8), 1000);
	CHECK(get(vm, RTC(0)) - 1000 <= 1 && get(vm, RTC(8)) == 1000);
	put(vm, RTC(0x10), 1);
	CHECK(!line_level);
	put(vm, RTC(4), get(vm, RTC(0)) + 1);
	run_wait(&vm->io, 1300);
	CHECK(line_level && line_nr == 34 && get(vm, RTC(0x18)) == 1);
	put(vm, RTC(0x1c), 1);
	CHECK(!line_level && !get(vm, RTC(0x14)));
	return true;
}

/* --- PSCI --- */

static u64 psci(struct vm *vm, u32 nr, u64 a0, u64 a1)
{
	struct vcpu *v = &vm->vcpus[0];

	run_page.exit.hypercall = (struct mote_exit_hypercall) {
		/* What stands above a 32-bit number or argument does not count */
		.nr = nr | 0xabcdULL << 32,
		.args = { a0, a1 },
	};
	on_hypercall(v);
	return run_page.exit.hypercall.ret;
}

static bool psci_answers(void)
{
	struct vm *vm = plain_vm();

	CHECK(psci(vm, 0x84000000, 0, 0) == 0x10001);
	CHECK(psci(vm, 0x80000000, 0, 0) == 0x10001);
	CHECK(psci(vm, 0x84000006, 0, 0) == 2);
	CHECK(psci(vm, 0xc4000003, 0, 0) == (u64)-4);		/* already on */
	CHECK(psci(vm, 0xc4000003, 1, 0) == (u64)-2);		/* no such CPU */
	CHECK(psci(vm, 0xc4000003, 1ULL << 32, 0) == (u64)-2);
	CHECK(psci(vm, 0x84000003, 1ULL << 32, 0) == (u64)-4);	/* 32 bits of it */
	CHECK(psci(vm, 0xc4000004, 0, 0) == 0);
	CHECK(psci(vm, 0xc4000004, 0, 1) == (u64)-2);
	CHECK(psci(vm, 0x84000004, 7, 0) == (u64)-2);
	CHECK(psci(vm, 0xc4000012, 1, 0) == (u64)-2);
	CHECK(psci(vm, 0x8400001f, 0, 0) == (u64)-1);
	CHECK(psci(vm, 0xc4000000, 0, 0) == (u64)-1);		/* has no 64-bit form */
	CHECK(psci(vm, 0xc6000000, 0, 0) == (u64)-1);
	CHECK(!vm->ending);
	return true;
}

static bool psci_features(void)
{
	struct vm *vm = plain_vm();
	static const u32 has[] = {
		0x84000000, 0x84000001, 0xc4000001, 0x84000002, 0x84000003, 0xc4000003,
		0x84000004, 0xc4000004, 0x84000006, 0x84000008, 0x84000009, 0x8400000a,
		0x84000012, 0xc4000012, 0x80000000,
	};

	for (size_t i = 0; i < ARRAY_SIZE(has); i++)
		CHECK(psci(vm, 0x8400000a, has[i], 0) == 0);
	CHECK(psci(vm, 0x8400000a, 0x8400000e, 0) == (u64)-1);
	CHECK(psci(vm, 0x8400000a, 0xc4000008, 0) == (u64)-1);
	CHECK(psci(vm, 0x80000001, 0x80000001, 0) == 0);
	CHECK(psci(vm, 0x80000001, 0x80000002, 0) == (u64)-1);
	psci_create(vm);
	CHECK(policies == 6);
	return true;
}

/* Words of Linux' cpu_show_spectre_v2() and cpu_show_spec_store_bypass() on arm64 */
static bool workarounds(void)
{
	static const struct {
		const char *v2;
		int one, three;
	} v2[] = {
		{ "Not affected\n", 1, 1 },
		{ "Mitigation: CSV2, BHB\n", 1, 0 },
		{ "Mitigation: CSV2, but not BHB\n", 1, -1 },
		{ "Mitigation: Branch predictor hardening\n", 0, 1 },
		{ "Mitigation: Branch predictor hardening, BHB\n", 0, 0 },
		{ "Mitigation: Branch predictor hardening, but not BHB\n", 0, -1 },
		{ "Vulnerable\n", -1, -1 },
		{ "Vulnerable: Unprivileged eBPF enabled\n", -1, -1 },
		{ "", -1, -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(v2); i++) {
		CHECK(workaround_answer(WORKAROUND_1, v2[i].v2, "", false) == (u64)v2[i].one);
		CHECK(workaround_answer(WORKAROUND_3, v2[i].v2, "", false) == (u64)v2[i].three);
	}
	CHECK(workaround_answer(WORKAROUND_2, "", "Not affected\n", true) == 1);
	CHECK(workaround_answer(WORKAROUND_2, "", "Vulnerable\n", false) == (u64)-1);
	CHECK(workaround_answer(WORKAROUND_2, "", "Mitigation: Speculative Store Bypass disabled via prctl\n", true) == (u64)-1);
	CHECK(workaround_answer(WORKAROUND_2, "", "Mitigation: Speculative Store Bypass disabled via prctl\n", false) == 1);
	CHECK(workaround_answer(0x80000002, "Not affected\n", "Not affected\n", false) == (u64)-1);
	return true;
}

static bool psci_suspends(void)
{
	struct vm *vm = plain_vm();

	CHECK(psci(vm, 0xc4000001, 0, 0) == 0);
	CHECK(runs == 1 && run_request == MOTE_RUN_COMPLETE_ONLY);
	CHECK(reg(MOTE_ARM64_HALTED) == 1);
	return true;
}

static bool psci_ends(void)
{
	static const struct {
		u32 nr;
		int code;
	} ends[] = {
		{ 0x84000008, END_POWER_OFF }, { 0x84000009, END_REBOOT },
		{ 0xc4000012, END_REBOOT }, { 0x84000002, END_POWER_OFF },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct vm *vm = plain_vm();

		psci(vm, ends[i].nr, 0, 0);
		CHECK(vm->ending && vm->code == ends[i].code && kicks == 1);
	}
	return true;
}

/* --- loaders --- */

/* A file without a name, for as long as the process lives */
static char *file(const void *data, size_t bytes)
{
	int fd = memfd_create("a64_run", 0);
	char name[32];

	if (fd < 0 || write(fd, data, bytes) != (ssize_t)bytes)
		exit(1);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return strdup(name);
}

/* A kernel of 3 pages that needs @size */
static u8 *image(u64 text_offset, u64 size)
{
	static u8 img[3 * 4096];

	memset(img, 0x5a, sizeof(img));
	memcpy(img + 8, &text_offset, 8);
	memcpy(img + 16, &size, 8);
	memcpy(img + 56, "ARM\x64", 4);
	return img;
}

static const void *prop(const void *fdt, const char *path, const char *name, int *len)
{
	return fdt_getprop(fdt, fdt_path_offset(fdt, path), name, len);
}

static u64 prop64(const void *fdt, const char *path, const char *name)
{
	const fdt64_t *p = prop(fdt, path, name, NULL);

	return p ? fdt64_ld(p) : ~0ULL;
}

static bool loads_image(void)
{
	struct options opt = { .append = "hello world" };
	u8 *img = image(0x80000, 6 * MIB);
	struct vm *vm = new_vm(64 * MIB, &opt);
	const void *fdt;

	opt.kernel = file(img, 3 * 4096);
	opt.initrd = file("initrd", 6);
	arch_load(vm);
	CHECK(reg(MOTE_ARM64_PC) == 0x40080000 && reg(MOTE_ARM64_PSTATE) == 0x3c5);
	CHECK(!memcmp(vm->ram + 0x80000, img, 3 * 4096));
	/* The device tree behind what the kernel clears, in 2 MiB of its own */
	CHECK(reg(MOTE_ARM64_X(0)) == 0x40800000 && reg(MOTE_ARM64_X(3)) == 0);
	fdt = vm_mem(vm, reg(MOTE_ARM64_X(0)), FDT_BYTES_MAX);
	CHECK(!fdt_check_full(fdt, FDT_BYTES_MAX));
	CHECK(!strcmp(prop(fdt, "/chosen", "bootargs", NULL), "hello world"));
	CHECK(prop64(fdt, "/chosen", "linux,initrd-start") == vm->arch.initrd);
	CHECK(prop64(fdt, "/chosen", "linux,initrd-end") == vm->arch.initrd + 6);
	CHECK(!memcmp(vm_mem(vm, vm->arch.initrd, 6), "initrd", 6));
	CHECK(vm->arch.initrd % 4096 == 0);
	return true;
}

static bool loads_gzip(void)
{
	struct options opt = { 0 };
	u8 *img = image(0, 3 * 4096);
	struct vm *vm = new_vm(64 * MIB, &opt);
	gzFile gz;

	opt.kernel = file("", 0);
	gz = gzopen(opt.kernel, "wb");
	gzwrite(gz, img, 3 * 4096);
	gzclose(gz);
	arch_load(vm);
	CHECK(reg(MOTE_ARM64_PC) == 0x40000000);
	CHECK(!memcmp(vm->ram, img, 3 * 4096));
	return true;
}

static bool loads_flat(void)
{
	struct options opt = { 0 };
	struct vm *vm = new_vm(2 * MIB, &opt);
	const u32 *cells;
	const void *fdt;
	int len;

	opt.flat = file("bare", 4);
	arch_load(vm);
	CHECK(reg(MOTE_ARM64_PC) == 0x40080000 && !memcmp(vm->ram + 0x80000, "bare", 4));
	CHECK(reg(MOTE_ARM64_X(0)) == 0x40000000);
	fdt = vm->ram;
	CHECK(!fdt_check_full(fdt, FDT_BYTES_MAX));
	CHECK(prop64(fdt, "/memory@40000000", "reg") == 0x40000000);
	CHECK(prop64(fdt, "/pl011@9000000", "reg") == 0x9000000);
	CHECK(prop64(fdt, "/pl031@9010000", "reg") == 0x9010000);
	CHECK(prop64(fdt, "/intc@8000000", "reg") == 0x8000000);
	CHECK(!strcmp(prop(fdt, "/cpus/cpu@0", "enable-method", NULL), "psci"));
	CHECK(!strcmp(prop(fdt, "/psci", "method", NULL), "hvc"));
	cells = prop(fdt, "/timer", "interrupts", &len);
	CHECK(len == 48 && fdt32_to_cpu(cells[7]) == 11);	/* virtual: PPI 11 */
	cells = prop(fdt, "/pl011@9000000", "interrupts", &len);
	CHECK(len == 12 && !cells[0] && fdt32_to_cpu(cells[1]) == 1);
	prop(fdt, "/chosen", "kaslr-seed", &len);
	CHECK(len == 8);
	return true;
}

/* Ends the program with 1: in a process of its own */
static bool refused(const void *data, size_t bytes, u64 mem, const char *initrd)
{
	struct options opt = { .initrd = initrd };
	int status;
	pid_t pid;

	opt.kernel = file(data, bytes);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (!freopen("/dev/null", "w", stderr))
			exit(0);
		arch_load(new_vm(mem, &opt));
		exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == END_USAGE;
}

static bool refuses(void)
{
	static u8 big[3 * MIB];
	u8 *img;

	CHECK(refused("MZ no kernel", 12, 64 * MIB, NULL));
	img = image(0, 3 * 4096);
	img[56] = 'X';
	CHECK(refused(img, 3 * 4096, 64 * MIB, NULL));
	CHECK(refused(image(0, 3 * 4096), 40, 64 * MIB, NULL));		/* cut off */
	CHECK(refused(image(0, 65 * MIB), 3 * 4096, 64 * MIB, NULL));
	CHECK(refused(image(0, ~0ULL), 3 * 4096, 64 * MIB, NULL));
	CHECK(refused(image(~0ULL << 20, 4096), 3 * 4096, 64 * MIB, NULL));
	CHECK(refused(image(0, 2 * MIB), 3 * 4096, 2 * MIB, NULL));	/* no device tree */
	CHECK(refused(image(0, 2 * MIB), 3 * 4096, 4 * MIB, file(big, sizeof(big))));
	CHECK(refused("\x1f\x8b\x08\0 this is not what it says", 30, 64 * MIB, NULL));
	memset(big, 'x', sizeof(big));
	CHECK(!refused(image(0, 4 * MIB), 3 * 4096, 64 * MIB, NULL));
	return true;
}

static bool long_append(void)
{
	static char text[FDT_BYTES_MAX + 1];
	struct options opt = { .append = text };
	int status;
	pid_t pid;

	memset(text, 'a', FDT_BYTES_MAX);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (!freopen("/dev/null", "w", stderr))
			exit(0);
		opt.flat = file("bare", 4);
		arch_load(new_vm(2 * MIB, &opt));
		exit(0);
	}
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == END_USAGE);
	return true;
}

static const struct unit_test tests[] = {
	{ "PL011: registers", uart_identity },
	{ "PL011: sends", uart_sends },
	{ "PL011: receives", uart_receives },
	{ "PL011: overrun", uart_overrun },
	{ "PL011: when input may come", uart_waits },
	{ "PL011: loopback", uart_loopback },
	{ "PL031: clock and alarm", rtc_runs },
	{ "PSCI: answers", psci_answers },
	{ "SMCCC: workarounds by what the host says", workarounds },
	{ "PSCI: features", psci_features },
	{ "PSCI: suspend", psci_suspends },
	{ "PSCI: ends", psci_ends },
	{ "Image", loads_image },
	{ "Image in gzip", loads_gzip },
	{ "flat binary", loads_flat },
	{ "what is refused", refuses },
	{ "a long command line", long_append },
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, tests, ARRAY_SIZE(tests));
}
