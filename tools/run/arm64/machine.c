// SPDX-License-Identifier: GPL-2.0-only
/* The machine: memory map, vCPUs, devices. */
#include <stdio.h>
#include <string.h>

#include "../console.h"
#include "../machine.h"
#include "map.h"

void arch_vm_create(struct vm *vm)
{
	static const u64 gic[4] = { GICD_BASE, GICR_BASE };
	u64 end = RAM_BASE + vm->opt->mem_bytes;
	int ret;

	if (vm->info.gpa_bits < 64 && end > 1ULL << vm->info.gpa_bits)
		die("--mem: this host's guests have %u address bits, which end at %llu GiB",
		    vm->info.gpa_bits, (1ULL << vm->info.gpa_bits) / GIB);
	vm_map(vm, RAM_BASE, vm->opt->mem_bytes, vm->ram);
	ret = mote_irqchip_at(vm->fd, MOTE_ARM64_IRQCHIP_GICV3, gic);
	if (ret)
		die("no GICv3 in the kernel: %s", strerror(-ret));
	psci_create(vm);
}

/* The features are FEATURES' own: what the host has and mote virtualises. */
void arch_vcpu_create(struct vcpu *v)
{
	v->arch.env = (struct mote_env) {
		.vcpu = v->fd,
		.mem = &v->vm->mem,
		.opaque = v->vm,
		.mmio = vm_mmio,
	};
	v->arch.emul = (struct mote_arm64_emul) {
		.ops = &mote_arm64_vcpu_ops,
		.opaque = &v->arch.env,
	};
}

void arch_vcpu_destroy(struct vcpu *v)
{
	(void)v;
}

void arch_devices(struct vm *vm)
{
	pl011_create(vm);
	pl031_create(vm);
}

void spi_set(struct vm *vm, u32 spi, bool level)
{
	mote_irq_line(vm->fd, MOTE_ARM64_LINE_SPI(SPI_FIRST + spi), level);
}

/* --- while it runs --- */

void arch_before_run(struct vcpu *v)
{
	(void)v;
}

int arch_mmio(struct vcpu *v)
{
	return mote_arm64_mmio(&v->arch.emul, v->run);
}

const exit_handler arch_exits[MOTE_EXIT_TYPES] = {
	[MOTE_EXIT_HYPERCALL] = on_hypercall,
};

/* --- for people --- */

void arch_report(struct vcpu *v)
{
	if (v->arch.emul.why[0])
		complain("%s", v->arch.emul.why);
}

static const struct {
	const char *name;
	u64 id;
} others[] = {
	{ "sp_el0", MOTE_ARM64_SP_EL0 },
	{ "sp_el1", MOTE_ARM64_SP_EL1 },
	{ "pc", MOTE_ARM64_PC },
	{ "pstate", MOTE_ARM64_PSTATE },
	{ "sctlr", MOTE_ARM64_SYSREG(3, 0, 1, 0, 0) },
	{ "ttbr0", MOTE_ARM64_SYSREG(3, 0, 2, 0, 0) },
	{ "ttbr1", MOTE_ARM64_SYSREG(3, 0, 2, 0, 1) },
	{ "tcr", MOTE_ARM64_SYSREG(3, 0, 2, 0, 2) },
	{ "esr", MOTE_ARM64_SYSREG(3, 0, 5, 2, 0) },
	{ "far", MOTE_ARM64_SYSREG(3, 0, 6, 0, 0) },
	{ "elr", MOTE_ARM64_SYSREG(3, 0, 4, 0, 1) },
	{ "vbar", MOTE_ARM64_SYSREG(3, 0, 12, 0, 0) },
};

#define X_COUNT	31

void arch_print_registers(int fd)
{
	struct mote_reg r[X_COUNT + ARRAY_SIZE(others)];
	u32 n;

	for (n = 0; n < X_COUNT; n++)
		r[n].id = MOTE_ARM64_X(n);
	for (n = 0; n < ARRAY_SIZE(others); n++)
		r[X_COUNT + n].id = others[n].id;
	if (mote_get_regs(fd, r, ARRAY_SIZE(r), NULL))
		return;
	for (n = 0; n < X_COUNT; n++)
		fprintf(stderr, "   x%-3u %016llx%s", n, r[n].value,
			n % 3 == 2 ? console_eol() : "");
	fputs(console_eol(), stderr);
	for (n = 0; n < ARRAY_SIZE(others); n++)
		fprintf(stderr, "%7s %016llx%s", others[n].name, r[X_COUNT + n].value,
			n % 3 == 2 ? console_eol() : "");
}

void arch_print_stats(const struct vcpu *v)
{
	fprintf(stderr, "%14llu instructions emulated\n", v->arch.emul.done);
}
