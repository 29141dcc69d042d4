// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: the hooks of mod/arch.h.
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <asm/tsc.h>

#include "arch.h"
#include "cpuid_host.h"
#include "emergency.h"
#include "exits.h"
#include "mitigate.h"
#include "tsc.h"

int mote_arch_init(void)
{
	int r;

	r = x86_fpu_setup();
	if (r)
		return r;
	x86_uret_setup();
	r = x86_backend_choose();
	if (r)
		goto free_fpu;
	r = x86_mitigate_setup();
	if (r)
		goto exit_backend;
	r = x86_cpuid_setup();
	if (r)
		goto teardown;
	x86_emergency_setup();
	return 0;

teardown:
	x86_mitigate_teardown();
exit_backend:
	x86->exit();
free_fpu:
	x86_fpu_teardown();
	return r;
}

void mote_arch_exit(void)
{
	x86_emergency_teardown();
	x86_cpuid_teardown();
	x86_mitigate_teardown();
	x86->exit();
	x86_fpu_teardown();
}

int mote_arch_cpu_enable(void)
{
	int r = x86->cpu_enable();

	if (!r)
		x86_mitigate_cpu_enable();
	return r;
}

void mote_arch_cpu_disable(void)
{
	x86->cpu_disable();
	x86_mitigate_cpu_disable();
}

int mote_arch_probe_busy(void)
{
	return x86->probe_busy();
}

const char *mote_arch_busy_reason(void)
{
	return x86->busy_reason;
}

void mote_arch_info(struct mote_info *info)
{
	info->backend = x86->id;
	info->gpa_bits = x86_host_maxphyaddr();
	info->time_hz = (u64)tsc_khz * 1000;
	info->features |= MOTE_FEAT_IRQCHIP | MOTE_FEAT_READONLY;
	x86->info(info);
}

int mote_arch_features(void **table, size_t *entry_size)
{
	*entry_size = sizeof(struct mote_x86_cpuid);
	return x86_cpuid_default((struct mote_x86_cpuid **)table);
}

size_t mote_arch_feature_size(void)
{
	return sizeof(struct mote_x86_cpuid);
}

const struct mote_pt_format *mote_arch_pt_format(void)
{
	return x86->pt_format();
}

/* ---- VMs ---- */

int mote_arch_vm_init(struct mote_vm *vm)
{
	/* A guest's TSC starts at 0, as after a reset */
	vm->arch.tsc_offset = 0 - rdtsc();
	vm->arch.tsc_lost = x86_tsc_lost;
	return x86->vm_init ? x86->vm_init(vm) : 0;
}

void mote_arch_vm_destroy(struct mote_vm *vm)
{
	if (x86->vm_destroy)
		x86->vm_destroy(vm);
}

int mote_arch_vm_irqchip(struct mote_vm *vm, const struct mote_irqchip *chip)
{
	if (chip->type != MOTE_X86_IRQCHIP_LAPIC ||
	    memchr_inv(chip->addr, 0, sizeof(chip->addr)))
		return -EINVAL;
	if (vm->arch.has_lapic)
		return -EEXIST;
	WRITE_ONCE(vm->arch.has_lapic, true);
	mote_memory_overlay(vm, LAPIC_DEFAULT_BASE);
	return 0;
}

int mote_arch_vm_irq(struct mote_vm *vm, const struct mote_irq *irq)
{
	/* The APICs themselves come with the vCPUs */
	if (!READ_ONCE(vm->arch.has_lapic))
		return -ENODEV;
	if (irq->type == MOTE_IRQ_LINE)
		return -EOPNOTSUPP;
	if (irq->type != MOTE_IRQ_MSI || irq->level)
		return -EINVAL;
	return lapic_deliver_msi(vm, irq->address, irq->data);
}

static const u64 space_last[MOTE_SPACE_COUNT] = {
	[MOTE_SPACE_PIO] = 0xffff,
	[MOTE_SPACE_SYSREG] = U32_MAX,
	[MOTE_SPACE_FEATURE] = U64_MAX,
	[MOTE_SPACE_HYPERCALL] = U64_MAX,
};

/*
 * PASS hands out what the host has.  CPUID anyone can execute; ports and the
 * values of MSRs are for those who may have them from ioperm(2) and
 * /dev/cpu/N/msr too.  Who writes MSRs owns the host: not offered.
 */
static int pass_check(const struct mote_policy *p)
{
	switch (p->space) {
	case MOTE_SPACE_FEATURE:
		return 0;
	case MOTE_SPACE_PIO:
		return capable(CAP_SYS_RAWIO) ? security_locked_down(LOCKDOWN_IOPORT) : -EPERM;
	case MOTE_SPACE_SYSREG:
		if (p->access & MOTE_ACCESS_WRITE)
			return -EOPNOTSUPP;
		return capable(CAP_SYS_RAWIO) ? security_locked_down(LOCKDOWN_MSR) : -EPERM;
	default:
		return -EOPNOTSUPP;
	}
}

int mote_arch_policy_check(struct mote_vm *vm, const struct mote_policy *p)
{
	if (p->last > space_last[p->space])
		return -EINVAL;
	if (p->space == MOTE_SPACE_FEATURE || p->space == MOTE_SPACE_HYPERCALL) {
		if (p->access != (MOTE_ACCESS_READ | MOTE_ACCESS_WRITE))
			return -EINVAL;
	}
	return p->action == MOTE_ACTION_PASS ? pass_check(p) : 0;
}

void mote_arch_policy_changed(struct mote_vm *vm)
{
	/* Each vCPU builds its MSR bitmap again before its next session */
	atomic_inc(&vm->arch.msr_policy);
}

/* ---- vCPUs ---- */

int mote_arch_vcpu_init(struct mote_vcpu *vcpu)
{
	int r;

	vcpu->arch.tsc_offset = vcpu->vm->arch.tsc_offset;
	vcpu->arch.tsc_lost = vcpu->vm->arch.tsc_lost;
	r = x86_fpu_init(vcpu);
	if (r)
		return r;
	r = x86_cpuid_inherit(vcpu);
	if (r)
		goto free_fpu;
	r = vcpu->vm->arch.has_lapic ? lapic_create(vcpu) : 0;
	if (r)
		goto free_cpuid;
	r = x86->vcpu_init(vcpu);
	if (r)
		goto free_lapic;
	mote_arch_vcpu_load(vcpu);
	x86_regs_reset(vcpu);
	mote_arch_vcpu_put(vcpu);
	return 0;

free_lapic:
	lapic_destroy(vcpu);
free_cpuid:
	x86_cpuid_free(vcpu);
free_fpu:
	x86_fpu_destroy(vcpu);
	return r;
}

void mote_arch_vcpu_destroy(struct mote_vcpu *vcpu)
{
	/* The timer first: it posts into the rest */
	lapic_destroy(vcpu);
	x86->vcpu_destroy(vcpu);
	x86_guest_gone(vcpu);
	x86_cpuid_free(vcpu);
	x86_fpu_destroy(vcpu);
}

void mote_arch_vcpu_load(struct mote_vcpu *vcpu)
{
	preempt_disable();
	static_call(x86_backend_load)(vcpu);
	if (unlikely(vcpu->arch.tsc_lost != x86_tsc_lost))
		x86_tsc_catch_up(vcpu);
}

void mote_arch_vcpu_put(struct mote_vcpu *vcpu)
{
	if (vcpu->arch.live) {
		static_call(x86_backend_put)(vcpu);
		x86_uret_put(vcpu);
		if (vcpu->arch.fpu_live)
			x86_fpu_save(vcpu);
		vcpu->arch.live = false;
	}
	preempt_enable();
}

void mote_arch_vcpu_prepare(struct mote_vcpu *vcpu)
{
	x86_uret_load(vcpu);
	x86_mitigate_session();
	static_call(x86_backend_prepare)(vcpu);
	vcpu->arch.live = true;
}

int mote_arch_vcpu_sync(struct mote_vcpu *vcpu)
{
	return likely(x86_events_quiet(vcpu)) ? MOTE_RESUME : x86_events_sync(vcpu);
}

void mote_arch_vcpu_flush(struct mote_vcpu *vcpu, enum mote_flush what)
{
	x86->flush(vcpu, what);
}

void mote_arch_vcpu_enter(struct mote_vcpu *vcpu)
{
	static_call(x86_backend_enter)(vcpu);
}

int mote_arch_vcpu_handle_exit(struct mote_vcpu *vcpu)
{
	return static_call(x86_backend_handle_exit)(vcpu);
}

int mote_arch_vcpu_handle_slow(struct mote_vcpu *vcpu)
{
	return x86_handle_slow(vcpu);
}

int mote_arch_vcpu_complete(struct mote_vcpu *vcpu)
{
	return x86_complete(vcpu);
}

bool mote_arch_vcpu_runnable(struct mote_vcpu *vcpu)
{
	return !vcpu->arch.halted || x86_has_wake_event(vcpu);
}

u64 mote_arch_vcpu_pc(struct mote_vcpu *vcpu)
{
	return x86_get(vcpu, X86_RIP);
}

int mote_arch_set_features(struct mote_vcpu *vcpu, const void *table, unsigned int count)
{
	int r = x86_cpuid_set(vcpu, table, count);

	if (r)
		return r;
	mote_arch_vcpu_load(vcpu);
	x86->features_changed(vcpu);
	mote_arch_vcpu_put(vcpu);
	return 0;
}

int mote_arch_inject(struct mote_vcpu *vcpu, const struct mote_inject *inject)
{
	return x86_inject(vcpu, inject);
}

void mote_arch_translate(struct mote_vcpu *vcpu, struct mote_translate *tr)
{
	struct x86_walk w = {
		.gva = tr->gva,
		.access = tr->access,
		.set_ad = tr->flags & MOTE_TRANSLATE_MARK,
	};

	mote_arch_vcpu_load(vcpu);
	x86_walk_cache(vcpu);
	w.implicit = tr->flags & MOTE_TRANSLATE_SYSTEM;
	w.user = !w.implicit && x86->cpl(vcpu) == 3;
	mote_arch_vcpu_put(vcpu);
	x86_walk(vcpu, &w);
	tr->status = w.status;
	tr->gpa = w.gpa;
	tr->page_bytes = w.page_bytes;
	tr->prot = w.prot;
	tr->error_code = w.error_code;
}

size_t mote_arch_dump(struct mote_vcpu *vcpu, char *buf, size_t room)
{
	return x86->dump(vcpu, buf, room);
}
