/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: what every back end does to the host's CPU.
 */
#ifndef MOTE_X86_HOSTCPU_H
#define MOTE_X86_HOSTCPU_H

#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/hardirq.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/spec-ctrl.h>

#include "compat.h"
#include "mod/mote.h"

/**
 * x86_host_has_virt_ssbd - whether guests can be given VIRT_SPEC_CTRL
 *
 * For AMD CPUs that switch speculative store bypass off by LS_CFG, which is not for
 * guests, or that are told to by a hypervisor.  The kernel knows how, and what
 * the other thread of the core wants.
 */
static inline bool x86_host_has_virt_ssbd(void)
{
	return MOTE_KVM_EXPORTS &&
	       (boot_cpu_has(X86_FEATURE_LS_CFG_SSBD) || boot_cpu_has(X86_FEATURE_VIRT_SSBD));
}

/**
 * x86_switch_virt_ssbd - to the guest's choice, or back to the host's
 * @vcpu: entry, with SSBD in mote_vcpu_arch::virt_spec_ctrl.  Without, the host's
 *	choice does no harm.
 * @guest: true before the entry, false after it
 */
static inline void x86_switch_virt_ssbd(struct mote_vcpu *vcpu, bool guest)
{
	if (MOTE_KVM_EXPORTS)
		x86_virt_spec_ctrl(vcpu->arch.virt_spec_ctrl, guest);
}

/**
 * x86_host_has_ldt - whether an interrupt of the host may load another LDT
 *
 * modify_ldt(2) of another thread does that, on all CPUs of the process.  A process
 * that has an LDT never loses it, so without one LDTR is null and was so before.
 * Context: entry, in the runner's address space.
 */
static inline bool x86_host_has_ldt(void)
{
#ifdef CONFIG_MODIFY_LDT_SYSCALL
	return READ_ONCE(current->mm->context.ldt);
#else
	return false;
#endif
}

/**
 * x86_host_interrupted - whether interrupt handlers ran on this CPU since it was asked last
 *
 * Each answer takes the mark away.  Nothing else changes what an interrupt can: so what is
 * looked at per entry need not be, when none came since the last one of the session.  The
 * mark is KVM's, who flushes L1D by it; the kernel sets it in all handlers but those of
 * NMIs, which leave what they find.  Context: entry.
 */
static __always_inline bool x86_host_interrupted(void)
{
#if MOTE_KVM_EXPORTS && IS_ENABLED(CONFIG_KVM_INTEL)
	if (likely(!kvm_get_cpu_l1tf_flush_l1d()))
		return false;
	kvm_clear_cpu_l1tf_flush_l1d();
#endif
	return true;
}

#endif /* MOTE_X86_HOSTCPU_H */
