// SPDX-License-Identifier: GPL-2.0-only
/* Stands in for the kernel: linked with --wrap for the calls below. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "acpi.h"
#include "run_vm.h"
#include "run_wait.h"

u32 fake_msi_count, fake_msi_data, fake_kicks, fake_reg_count;
u64 fake_msi_address;
struct mote_reg fake_regs[128];
unsigned long run_checks, run_failures;

/*
 * A sanitizer's exit code that no loader uses.  The runner builds one machine
 * per process and leaves its memory to exit(): not a leak.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "exitcode=99:detect_leaks=0";
}

int __wrap_mote_irq_msi(int vm, u64 address, u32 data);
int __wrap_mote_kick(int vcpu);
int __wrap_mote_set_regs(int vcpu, const struct mote_reg *regs, u32 count,
			 u32 *failed);

int __wrap_mote_irq_msi(int vm, u64 address, u32 data)
{
	(void)vm;
	fake_msi_count++;
	fake_msi_address = address;
	fake_msi_data = data;
	return 0;
}

int __wrap_mote_kick(int vcpu)
{
	(void)vcpu;
	fake_kicks++;
	return 0;
}

int __wrap_mote_set_regs(int vcpu, const struct mote_reg *regs, u32 count,
			 u32 *failed)
{
	(void)vcpu;
	memcpy(fake_regs, regs, count * sizeof(*regs));
	fake_reg_count = count;
	*failed = count;
	return 0;
}

u64 fake_reg(u64 id)
{
	for (u32 i = fake_reg_count; i--;) {
		if (fake_regs[i].id == id)
			return fake_regs[i].value;
	}
	return ~0ULL;
}

void fake_vm(struct vm *vm, struct options *opt)
{
	if (!opt->mem_bytes)
		opt->mem_bytes = 64 * MIB;
	if (!opt->append)
		opt->append = "";
	vm->opt = opt;
	vm->fd = -1;
	vm->mem.vm = -1;
	vm->vcpus[0].fd = 1;
	vm->arch.low_bytes = opt->mem_bytes;
	vm->ram = calloc(1, opt->mem_bytes);
	pthread_mutex_init(&vm->lock, NULL);
	mote_gmem_add(&vm->mem, 0, 640 * KIB, vm->ram, 0);
	mote_gmem_add(&vm->mem, 768 * KIB, opt->mem_bytes - 768 * KIB,
		      vm->ram + 768 * KIB, 0);
	if (io_init(&vm->io, &vm->lock))
		exit(1);
	uart_create(vm);
	ioapic_create(vm);
	pic_create(vm);
	pit_create(vm);
	rtc_create(vm);
	acpi_pm_create(vm);
	reset_create(vm);
	fw_cfg_create(vm);
	acpi_build(vm);
	fake_msi_count = 0;
	fake_kicks = 0;
}

void fake_wait(struct vm *vm, u32 ms)
{
	run_wait(&vm->io, ms);
}

u32 in(struct vm *vm, u16 port, u32 bytes)
{
	u32 v = 0;

	bus_read(&vm->arch.pio, port, &v, bytes);
	return v;
}

void out(struct vm *vm, u16 port, u32 bytes, u32 value)
{
	bus_write(&vm->arch.pio, port, &value, bytes);
}

void check(bool ok, const char *text, const char *file, int line)
{
	run_checks++;
	if (ok)
		return;
	run_failures++;
	printf("# %s:%d: not true: %s\n", file, line, text);
}

void check_eq(u64 got, u64 want, const char *text, const char *file, int line)
{
	run_checks++;
	if (got == want)
		return;
	run_failures++;
	printf("# %s:%d: %s is 0x%llx, not 0x%llx\n", file, line, text, got,
	       want);
}

int run_tests(const struct run_test *tests, size_t count)
{
	printf("TAP version 13\n1..%zu\n", count);
	for (size_t i = 0; i < count; i++) {
		unsigned long before = run_failures;

		tests[i].fn();
		printf("%sok %zu %s\n", run_failures == before ? "" : "not ",
		       i + 1, tests[i].name);
		fflush(stdout);
	}
	printf("# %lu checks, %lu failures\n", run_checks, run_failures);
	return run_failures != 0;
}
