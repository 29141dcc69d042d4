// SPDX-License-Identifier: GPL-2.0-only
/* A PC: memory map, vCPUs, devices. */
#include <stdio.h>
#include <string.h>

#include "../console.h"
#include "../machine.h"
#include "acpi.h"
#include "devices.h"

/* RAM stops here and goes on at 4 GiB: the hole of a PC, for devices. */
#define LOW_LIMIT	(3 * GIB)

/* 640 KiB, the window of the video card left open, the rest. */
void arch_vm_create(struct vm *vm)
{
	u64 bytes = vm->opt->mem_bytes;
	int ret;

	vm->arch.low_bytes = bytes < LOW_LIMIT ? bytes : LOW_LIMIT;
	vm_map(vm, 0, 640 * KIB, vm->ram);
	vm_map(vm, 768 * KIB, vm->arch.low_bytes - 768 * KIB, vm->ram + 768 * KIB);
	vm_map(vm, 4 * GIB, bytes - vm->arch.low_bytes, vm->ram + vm->arch.low_bytes);
	ret = mote_irqchip(vm->fd, MOTE_X86_IRQCHIP_LAPIC);
	if (ret)
		die("no local APIC in the kernel: %s", strerror(-ret));
}

void arch_devices(struct vm *vm)
{
	/* COM1 first: the bus searches in this order. */
	uart_create(vm);
	ioapic_create(vm);
	pic_create(vm);
	pit_create(vm);
	rtc_create(vm);
	acpi_pm_create(vm);
	reset_create(vm);
	fw_cfg_create(vm);
	if (vm->opt->arch.debug_exit)
		debug_exit_create(vm, (u16)(vm->opt->arch.debug_exit - 1));
	acpi_build(vm);
}

static void on_port(void *opaque, u16 port, u32 bytes, int write, u32 *value)
{
	struct vm *vm = opaque;

	pthread_mutex_lock(&vm->lock);
	if (write)
		bus_write(&vm->arch.pio, port, value, bytes);
	else
		bus_read(&vm->arch.pio, port, value, bytes);
	pthread_mutex_unlock(&vm->lock);
}

static void set_features(struct vcpu *v)
{
	struct mote_x86_cpuid table[MOTE_X86_CPUID_MAX];
	u32 count = ARRAY_SIZE(table);
	int ret = mote_features(v->vm->sys, table, sizeof(table[0]), &count);

	if (!ret)
		ret = mote_set_features(v->fd, table, sizeof(table[0]), count);
	if (ret)
		die("cannot set the vCPU's CPUID: %s", strerror(-ret));
}

void arch_vcpu_create(struct vcpu *v)
{
	v->arch.intr = -1;
	set_features(v);
	v->arch.env = (struct mote_x86_env) {
		.common = {
			.vcpu = v->fd,
			.mem = &v->vm->mem,
			.opaque = v->vm,
			.mmio = vm_mmio,
		},
		.port = on_port,
	};
	if (mote_x86_emul_init(&v->arch.emul, &mote_x86_vcpu_ops, &v->arch.env))
		die("out of memory");
}

void arch_vcpu_destroy(struct vcpu *v)
{
	mote_x86_emul_free(&v->arch.emul);
}

void arch_report(struct vcpu *v)
{
	if (v->arch.emul.why[0])
		complain("%s", v->arch.emul.why);
}

void arch_print_registers(int fd)
{
	static const char *const names[MOTE_X86_GPR_COUNT] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8",
		"r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip",
		"rflags",
	};
	struct mote_reg r[MOTE_X86_GPR_COUNT + 4];
	u32 n;

	for (n = 0; n < MOTE_X86_GPR_COUNT; n++)
		r[n].id = MOTE_X86_GPR(n);
	r[n++].id = MOTE_X86_CR0;
	r[n++].id = MOTE_X86_CR2;
	r[n++].id = MOTE_X86_CR3;
	r[n++].id = MOTE_X86_CR4;
	if (mote_get_regs(fd, r, n, NULL))
		return;
	for (n = 0; n < MOTE_X86_GPR_COUNT; n++)
		fprintf(stderr, "%6s %016llx%s", names[n], r[n].value,
			n % 3 == 2 ? console_eol() : "");
	fprintf(stderr, "   cr0 %llx cr2 %llx cr3 %llx cr4 %llx%s",
		r[n].value, r[n + 1].value, r[n + 2].value, r[n + 3].value,
		console_eol());
}

void arch_print_stats(const struct vcpu *v)
{
	const struct mote_x86_emul *e = &v->arch.emul;

	fprintf(stderr, "%14llu instructions emulated, %llu decoded anew\n",
		e->hits + e->misses, e->misses);
}
