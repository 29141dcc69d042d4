// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: the x86 vCPU on KVM. */
#include <string.h>

#include "../on_kvm.h"
#include "guest.h"

#define CPUID_MAX	256

/* All that KVM offers, asked for once as a VMM does */
static struct kvm_cpuid2 *supported_cpuid(int sys)
{
	static u8 room[sizeof(struct kvm_cpuid2) + CPUID_MAX * sizeof(struct kvm_cpuid_entry2)]
		__attribute__((aligned(8)));
	struct kvm_cpuid2 *table = (struct kvm_cpuid2 *)room;

	if (!table->nent) {
		table->nent = CPUID_MAX;
		KVM(sys, KVM_GET_SUPPORTED_CPUID, table);
	}
	return table;
}

void bench_kvm_irqchip(struct bench_vm *vm)
{
	KVM(vm->fd, KVM_CREATE_IRQCHIP, NULL);
}

void bench_kvm_set_state(struct bench_vm *vm, int sys)
{
	struct kvm_segment data = {
		.limit = 0xffffffff, .selector = GUEST_DS, .type = 3, .present = 1, .s = 1,
		.db = 1, .g = 1,
	};
	struct kvm_segment code = {
		.limit = 0xffffffff, .selector = GUEST_CS, .type = 11, .present = 1, .s = 1,
		.l = 1, .g = 1,
	};
	struct kvm_sregs s;

	KVM(vm->vcpu, KVM_SET_CPUID2, supported_cpuid(sys));
	KVM(vm->vcpu, KVM_GET_SREGS, &s);
	s.cs = code;
	s.ds = data;
	s.es = data;
	s.ss = data;
	s.fs = data;
	s.gs = data;
	s.cr0 = GUEST_CR0;
	s.cr3 = GUEST_TABLES;
	s.cr4 = GUEST_CR4;
	s.efer = GUEST_EFER;
	KVM(vm->vcpu, KVM_SET_SREGS, &s);
}

void bench_kvm_set_entry(struct bench_vm *vm, const struct bench_entry *e)
{
	struct kvm_regs r = {
		.rip = GUEST_CODE + (u64)(e->block - bench_guest_start),
		.rflags = GUEST_RFLAGS,
		.rdi = e->count,
		.rsi = e->addr,
		.rbx = e->stride,
		.r10 = e->nr,
	};

	KVM(vm->vcpu, KVM_SET_REGS, &r);
}

static enum bench_stop on_io(struct kvm_run *run)
{
	u8 *data = (u8 *)run + run->io.data_offset;

	if (run->io.port == PORT_DONE)
		return BENCH_DONE;
	if (run->io.direction == KVM_EXIT_IO_OUT)
		bench_device = *data;
	else
		*data = (u8)bench_device;
	return BENCH_EVENT;
}

enum bench_stop bench_kvm_exit(struct kvm_run *run)
{
	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		return on_io(run);
	case KVM_EXIT_MMIO:
		if (run->mmio.is_write)
			memcpy(&bench_device, run->mmio.data, 8);
		else
			memcpy(run->mmio.data, &bench_device, 8);
		return BENCH_EVENT;
	case KVM_EXIT_HLT:
		return BENCH_EVENT;
	case KVM_EXIT_FAIL_ENTRY:
		bench_die("KVM_EXIT_FAIL_ENTRY, hardware reason 0x%llx",
			  run->fail_entry.hardware_entry_failure_reason);
	default:
		bench_die("KVM exit reason %u", run->exit_reason);
	}
}
