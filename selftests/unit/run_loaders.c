// SPDX-License-Identifier: GPL-2.0-only
/*
 * The runner's loaders on images made here, and on broken ones: whatever the
 * file holds, a loader loads it or says why not.
 */
#include <asm/bootparam.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acpi.h"
#include "run_vm.h"

static struct vm *new_vm(struct options *opt)
{
	struct vm *vm = calloc(1, sizeof(*vm));

	fake_vm(vm, opt);
	return vm;
}

/* A file without a name; it goes with the process. */
static char *temp_file(const void *data, size_t bytes)
{
	int fd = memfd_create("image", 0);
	char *path;

	if (fd < 0 || write(fd, data, bytes) != (ssize_t)bytes ||
	    asprintf(&path, "/proc/self/fd/%d", fd) < 0)
		exit(1);
	return path;
}

static struct vm *load_kernel(struct options *opt, const void *data,
			      size_t bytes)
{
	struct vm *vm = new_vm(opt);

	opt->kernel = temp_file(data, bytes);
	arch_load(vm);
	return vm;
}

/* --- images --- */

#define KERNEL_GPA	0x400000u

struct elf32 {
	Elf32_Ehdr e;
	Elf32_Phdr p[2];
	u32 multiboot[3];
	u8 code[16];
};

static void make_elf32(struct elf32 *f)
{
	memset(f, 0, sizeof(*f));
	memcpy(f->e.e_ident, ELFMAG, SELFMAG);
	f->e.e_ident[EI_CLASS] = ELFCLASS32;
	f->e.e_ident[EI_DATA] = ELFDATA2LSB;
	f->e.e_type = ET_EXEC;
	f->e.e_machine = EM_386;
	f->e.e_entry = KERNEL_GPA + 4;
	f->e.e_phoff = offsetof(struct elf32, p);
	f->e.e_phentsize = sizeof(f->p[0]);
	f->e.e_phnum = 2;
	f->p[0].p_type = PT_LOAD;
	f->p[0].p_offset = offsetof(struct elf32, code);
	f->p[0].p_paddr = KERNEL_GPA;
	f->p[0].p_filesz = sizeof(f->code);
	f->p[0].p_memsz = 0x3000;
	/* A second segment where the information would go first */
	f->p[1] = f->p[0];
	f->p[1].p_paddr = 0x9000;
	f->p[1].p_memsz = 0x1000;
	f->multiboot[0] = 0x1badb002;
	f->multiboot[1] = 3;
	f->multiboot[2] = -(0x1badb002u + 3);
	memcpy(f->code, "multiboot kernel", 16);
}

struct elf64 {
	Elf64_Ehdr e;
	Elf64_Phdr p[2];
	struct {
		Elf64_Nhdr h;
		char owner[4];
		u32 entry;
	} note;
	u8 code[16];
};

static void make_elf64(struct elf64 *f)
{
	memset(f, 0, sizeof(*f));
	memcpy(f->e.e_ident, ELFMAG, SELFMAG);
	f->e.e_ident[EI_CLASS] = ELFCLASS64;
	f->e.e_ident[EI_DATA] = ELFDATA2LSB;
	f->e.e_phoff = offsetof(struct elf64, p);
	f->e.e_phentsize = sizeof(f->p[0]);
	f->e.e_phnum = 2;
	f->p[0].p_type = PT_LOAD;
	f->p[0].p_offset = offsetof(struct elf64, code);
	f->p[0].p_vaddr = 0xffffffff81000000;
	f->p[0].p_paddr = MIB;
	f->p[0].p_filesz = 16;
	f->p[0].p_memsz = 0x2000;
	f->p[1].p_type = PT_NOTE;
	f->p[1].p_offset = offsetof(struct elf64, note);
	f->p[1].p_filesz = sizeof(f->note);
	f->p[1].p_align = 4;
	f->note.h.n_namesz = 4;
	f->note.h.n_descsz = 4;
	f->note.h.n_type = 18;
	memcpy(f->note.owner, "Xen", 4);
	f->note.entry = MIB + 8;
	memcpy(f->code, "pvh kernel......", 16);
}

struct bz {
	struct boot_params setup;	/* 4096 bytes: 8 sectors */
	u8 code[4096];
};

static void make_bz(struct bz *f)
{
	struct setup_header *h = &f->setup.hdr;

	memset(f, 0, sizeof(*f));
	h->setup_sects = 7;
	h->boot_flag = 0xaa55;
	h->jump = 0x6aeb;	/* the header ends at 0x202 + 0x6a */
	h->header = 0x53726448;
	h->version = 0x020f;
	h->xloadflags = XLF_KERNEL_64;
	h->relocatable_kernel = 1;
	h->kernel_alignment = 0x200000;
	h->pref_address = 0x1000000;
	h->init_size = 0x100000;
	h->initrd_addr_max = 0x7fffffff;
	h->cmdline_size = 2047;
	memcpy(f->code, "protected mode", 14);
}

/* --- tests --- */

static u32 get32(struct vm *vm, u64 gpa)
{
	u32 v = 0;

	CHECK(!mote_gmem_read(&vm->mem, gpa, &v, 4));
	return v;
}

static const char *text(struct vm *vm, u64 gpa)
{
	const char *p = vm_mem(vm, gpa, 1);

	return p ? p : "(nowhere)";
}

static void test_multiboot(void)
{
	struct options opt = { .append = "one two", .arch.module_count = 1 };
	struct elf32 f;
	char *module = temp_file("NAME=value\n", 11), *spec;
	u32 info, mods, at = 0, size = 0;
	u64 ram = 0, top;
	struct vm *vm;

	if (asprintf(&spec, "%s arg", module) < 0)
		exit(1);
	opt.arch.modules[0] = spec;
	make_elf32(&f);
	vm = load_kernel(&opt, &f, sizeof(f));
	CHECK_EQ(fake_reg(MOTE_X86_RIP), KERNEL_GPA + 4);
	CHECK_EQ(fake_reg(MOTE_X86_GPR(MOTE_X86_RAX)), 0x2badb002);
	CHECK_EQ(fake_reg(MOTE_X86_CR0) & 0x80000001, 1);
	CHECK(!memcmp(text(vm, KERNEL_GPA), "multiboot kernel", 16));
	info = (u32)fake_reg(MOTE_X86_GPR(MOTE_X86_RBX));
	CHECK(info >= 0xa000 && info < 0x9f000);	/* behind segment 2 */
	CHECK_EQ(get32(vm, info), 0x24d);
	CHECK_EQ(get32(vm, info + 4), 639);
	CHECK_EQ(get32(vm, info + 8), 63 * 1024);
	CHECK(strstr(text(vm, get32(vm, info + 16)), " one two"));
	CHECK(!strcmp(text(vm, get32(vm, info + 64)), "mote-run"));
	CHECK_EQ(get32(vm, info + 20), 1);
	mods = get32(vm, info + 24);
	CHECK_EQ(get32(vm, mods) & 4095, 0);
	CHECK(get32(vm, mods) >= KERNEL_GPA + 0x3000);
	CHECK_EQ(get32(vm, mods + 4) - get32(vm, mods), 11);
	CHECK(!memcmp(text(vm, get32(vm, mods)), "NAME=value\n", 11));
	CHECK(!strcmp(text(vm, get32(vm, mods + 8)), spec));
	size = get32(vm, info + 44);
	top = get32(vm, info + 48);
	while (at < size) {
		if (get32(vm, top + at + 20) == MEMMAP_RAM)
			ram += get32(vm, top + at + 12);
		at += get32(vm, top + at) + 4;
	}
	CHECK_EQ(at, size);
	CHECK_EQ(ram, 639 * KIB + 63 * MIB);
}

static void test_pvh(void)
{
	struct options opt = { .append = "console=ttyS0" };
	struct elf64 f;
	struct vm *vm;
	u64 info;

	make_elf64(&f);
	vm = load_kernel(&opt, &f, sizeof(f));
	CHECK_EQ(fake_reg(MOTE_X86_RIP), MIB + 8);
	info = fake_reg(MOTE_X86_GPR(MOTE_X86_RBX));
	CHECK_EQ(get32(vm, info), 0x336ec578);
	CHECK_EQ(get32(vm, info + 12), 0);
	CHECK_EQ(get32(vm, info + 32), ACPI_TABLES);
	CHECK(!strcmp(text(vm, get32(vm, info + 24)), "console=ttyS0"));
	CHECK(get32(vm, info + 48) >= 3);
	CHECK_EQ(get32(vm, get32(vm, info + 40) + 16), MEMMAP_RAM);
	CHECK(!memcmp(text(vm, MIB), "pvh kernel", 10));
}

static void test_bzimage(void)
{
	struct options opt = { .append = "quiet" };
	static struct bz f;
	struct boot_params *bp;
	struct vm *vm;
	u64 cr3;

	make_bz(&f);
	opt.initrd = temp_file("initrd", 6);
	vm = load_kernel(&opt, &f, sizeof(f));
	CHECK_EQ(fake_reg(MOTE_X86_RIP), 0x1000200);
	CHECK_EQ(fake_reg(MOTE_X86_EFER), 0x500);
	CHECK_EQ(fake_reg(MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_SELECTOR)),
		 0x10);
	bp = vm_mem(vm, fake_reg(MOTE_X86_GPR(MOTE_X86_RSI)), sizeof(*bp));
	CHECK(bp != NULL);
	CHECK(!memcmp(text(vm, 0x1000000), "protected mode", 14));
	CHECK(!strcmp(text(vm, bp->hdr.cmd_line_ptr), "quiet"));
	CHECK(!memcmp(text(vm, bp->hdr.ramdisk_image), "initrd", 6));
	CHECK_EQ(bp->hdr.ramdisk_size, 6);
	CHECK_EQ(bp->acpi_rsdp_addr, ACPI_TABLES);
	CHECK_EQ(bp->e820_entries, 4);
	CHECK_EQ(bp->e820_table[3].addr + bp->e820_table[3].size, 64 * MIB);
	cr3 = fake_reg(MOTE_X86_CR3);
	CHECK_EQ(get32(vm, cr3), (cr3 + 4096) | 3);
	CHECK_EQ(get32(vm, cr3 + 2 * 4096 + 8), 0x200083);
	CHECK_EQ(get32(vm, cr3 + 5 * 4096 + 511 * 8), 0xffe00083);
}

static u8 sum(const u8 *p, u32 bytes)
{
	u8 s = 0;

	while (bytes--)
		s += *p++;
	return s;
}

static void check_table(struct vm *vm, u64 gpa, const char *signature)
{
	u32 bytes = get32(vm, gpa + 4);
	const u8 *t = vm_mem(vm, gpa, bytes);

	CHECK(t && !memcmp(t, signature, 4));
	CHECK(t && sum(t, bytes) == 0);
}

static void test_acpi(void)
{
	struct options opt = { 0 };
	struct vm *vm = new_vm(&opt);
	const u8 *rsdp = vm_mem(vm, ACPI_TABLES, 36);
	u32 xsdt = get32(vm, ACPI_TABLES + 24), fadt;

	CHECK(!memcmp(rsdp, "RSD PTR ", 8));
	CHECK_EQ(sum(rsdp, 20), 0);
	CHECK_EQ(sum(rsdp, 36), 0);
	check_table(vm, get32(vm, ACPI_TABLES + 16), "RSDT");
	check_table(vm, xsdt, "XSDT");
	fadt = get32(vm, xsdt + 36);
	check_table(vm, fadt, "FACP");
	check_table(vm, get32(vm, xsdt + 44), "APIC");
	check_table(vm, get32(vm, fadt + 40), "DSDT");
	CHECK_EQ(get32(vm, fadt + 4), 268);
	CHECK_EQ(get32(vm, fadt + 36) & 63, 0);
}

/* --- room: against the simplest model there is --- */

#define UNITS	256

static bool taken[UNITS];

static u64 model_find(u64 n, u64 align, u64 from, u64 to, bool high)
{
	u64 best = PLACE_NONE;

	for (u64 at = from; at + n <= to; at++) {
		u64 i = 0;

		while (i < n && !taken[at + i])
			i++;
		if (at % align || i < n)
			continue;
		best = at;
		if (!high)
			break;
	}
	return best;
}

static void test_place(void)
{
	for (int round = 0; round < 500; round++) {
		struct place p = { 0 };

		memset(taken, 0, sizeof(taken));
		for (int i = 0; i < 30; i++) {
			u64 n = 1 + (u64)rand() % 20, align = 1u << rand() % 5;
			u64 from = (u64)rand() % UNITS;
			u64 to = from + (u64)rand() % (UNITS - from + 1);
			bool high = rand() % 2;
			u64 want = model_find(n, align, from, to, high);
			u64 got = high ? place_high(&p, n, align, from, to)
				       : place_low(&p, n, align, from, to);

			CHECK_EQ(got, want);
			for (u64 k = 0; got != PLACE_NONE && k < n; k++)
				taken[got + k] = true;
		}
	}
}

/* --- broken images --- */

static int load_in_child(const u8 *data, size_t bytes)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		struct options opt = { .mem_bytes = 16 * MIB };

		if (!freopen("/dev/null", "w", stderr))
			_exit(98);
		load_kernel(&opt, data, bytes);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

static void fuzz(const void *image, size_t bytes, size_t header, int rounds)
{
	u8 *copy = malloc(bytes);

	for (int i = 0; i < rounds; i++) {
		size_t cut = rand() % 4 ? bytes : 1 + (size_t)rand() % bytes;
		int code;

		memcpy(copy, image, bytes);
		for (int k = rand() % 6; k >= 0; k--)
			copy[(size_t)rand() % header] =
				(u8)(rand() % 2 ? rand() : -(rand() % 2));
		code = load_in_child(copy, cut);
		CHECK(code == 0 || code == END_USAGE);
	}
	free(copy);
}

static void test_fuzz(void)
{
	static struct bz bz;
	struct elf32 a;
	struct elf64 b;

	make_elf32(&a);
	fuzz(&a, sizeof(a), sizeof(a), 150);
	make_elf64(&b);
	fuzz(&b, sizeof(b), sizeof(b), 150);
	make_bz(&bz);
	fuzz(&bz, sizeof(bz), 0x280, 150);
}

static const struct run_test tests[] = {
	{ "multiboot", test_multiboot },
	{ "PVH", test_pvh },
	{ "bzImage", test_bzimage },
	{ "ACPI tables", test_acpi },
	{ "room in guest memory", test_place },
	{ "broken images", test_fuzz },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
