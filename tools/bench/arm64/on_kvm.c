// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: the arm64 vCPU on KVM. */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "../on_kvm.h"
#include "guest.h"

/* The GIC comes with the vCPU, see bench_kvm_set_state() */
void bench_kvm_irqchip(struct bench_vm *vm)
{
	(void)vm;
}

static void set_attr(int gic, u32 group, u64 attr, const void *value)
{
	struct kvm_device_attr a = {
		.group = group,
		.attr = attr,
		.addr = (u64)(unsigned long)value,
	};

	KVM(gic, KVM_SET_DEVICE_ATTR, &a);
}

static void create_gic(struct bench_vm *vm)
{
	static const u64 gicd = GUEST_GICD, gicr = GUEST_GICR;
	struct kvm_create_device d = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };

	KVM(vm->fd, KVM_CREATE_DEVICE, &d);
	set_attr((int)d.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &gicd);
	set_attr((int)d.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &gicr);
	set_attr((int)d.fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
	close((int)d.fd);
}

void bench_kvm_set_state(struct bench_vm *vm, int sys)
{
	struct kvm_vcpu_init init;

	(void)sys;
	KVM(vm->fd, KVM_ARM_PREFERRED_TARGET, &init);
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	KVM(vm->vcpu, KVM_ARM_VCPU_INIT, &init);
	if (bench_options.irqchip)
		create_gic(vm);
}

/* @offset in struct kvm_regs */
static void set_core(struct bench_vm *vm, size_t offset, u64 value)
{
	struct kvm_one_reg r = {
		.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | offset / 4,
		.addr = (u64)(unsigned long)&value,
	};

	KVM(vm->vcpu, KVM_SET_ONE_REG, &r);
}

static void set_x(struct bench_vm *vm, unsigned int n, u64 value)
{
	set_core(vm, offsetof(struct kvm_regs, regs.regs) + 8 * n, value);
}

void bench_kvm_set_entry(struct bench_vm *vm, const struct bench_entry *e)
{
	set_x(vm, 19, e->count);
	set_x(vm, 20, e->addr);
	set_x(vm, 21, e->stride);
	set_x(vm, 22, e->nr);
	set_x(vm, 23, GUEST_RESULT);
	set_x(vm, 24, GUEST_DONE);
	set_core(vm, offsetof(struct kvm_regs, regs.pc),
		 GUEST_CODE + (u64)(e->block - bench_guest_start));
}

enum bench_stop bench_kvm_exit(struct kvm_run *run)
{
	if (run->exit_reason != KVM_EXIT_MMIO)
		bench_die("KVM exit reason %u", run->exit_reason);
	if (run->mmio.phys_addr == GUEST_DONE)
		return BENCH_DONE;
	if (run->mmio.is_write)
		memcpy(&bench_device, run->mmio.data, 8);
	else
		memcpy(run->mmio.data, &bench_device, 8);
	return BENCH_EVENT;
}
