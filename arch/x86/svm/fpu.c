// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: when the guest's FPU registers are loaded.
 *
 * Switching them is the dearest part of an exit to the runner, and guests
 * mostly talk to their devices without touching the FPU.  So a session begins with
 * the registers that are there, the host process's: CR0.TS is set in hardware,
 * and the guest's first FPU instruction exits with #NM (APM vol. 2, "Lazy Context
 * Switch").  The guest sees none of it, since its accesses to CR0 exit meanwhile.
 * AMD CPUs do not execute past the #NM on what is in the registers, as others do
 * (CVE-2018-3665).
 *
 * Deferred is only what TS guards.  PKRU and XCR0 it does not: where hardware would
 * need the guest's, or where TS or EM are the guest's own, the FPU is loaded at
 * once.  CR0, CR4 and XCR0 decide that, and the guest's writes to them end it; so
 * do task switches, which exit.
 */
#include <linux/types.h>
#include <asm/fpu/xcr.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>

#include "svm.h"

/*
 * Who has used the FPU uses it again: that many sessions load it at once, which
 * makes the cost of the extra exit small, before another goes without.
 */
#define EAGER_SESSIONS	64

/*
 * No control hides XSAVES from a guest, and it would save and load what the host has in
 * IA32_XSS: that is 0 while a guest can execute it, which with TS set it cannot.
 * Not a moment longer: before x86_fpu_load() and in sessions without it an interrupt
 * may save the registers of the host's process, with its shadow stack's.
 */
static void load_fpu(struct mote_vcpu *vcpu)
{
	x86_fpu_load(vcpu);
	if (unlikely(svm_caps.xss))
		wrmsrl(MSR_IA32_XSS, 0);
}

/**
 * svm_fpu_end - the end of a session with the guest's FPU; x86_fpu_save() follows
 * @vcpu: loaded, fpu_live
 */
void svm_fpu_end(struct mote_vcpu *vcpu)
{
	if (unlikely(svm_caps.xss))
		wrmsrl(MSR_IA32_XSS, svm_caps.xss);
	if (unlikely(svm_caps.xsave_runs))
		vcpu->arch.xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
}

static bool may_defer(struct mote_vcpu *vcpu)
{
	u64 cr0 = x86_get(vcpu, X86_CR0), cr4 = x86_get(vcpu, X86_CR4);

	if (!svm_caps.lazy_fpu || cr0 & (X86_CR0_EM | X86_CR0_TS) || cr4 & X86_CR4_PKE)
		return false;
	/* SMSW, LMSW or CLTS is let through, and not there yet: it would see our TS */
	if (to_svm(vcpu)->cr_once)
		return false;
	/* A task switch sets TS, which would be lost; there is none in long mode */
	if (svm_caps.tasks_run && !(x86_get(vcpu, X86_EFER) & EFER_LMA))
		return false;
	/* Without it there is neither XGETBV nor XSAVE, and XCR0 means nothing */
	if (!(cr4 & X86_CR4_OSXSAVE))
		return true;
	return x86_xcr0_is_host(vcpu) && !svm_caps.xsave_runs;
}

static void set_deferred(struct mote_vcpu *vcpu, bool on)
{
	vcpu->arch.fpu_deferred = on;
	svm_set_cr0(vcpu, x86_get(vcpu, X86_CR0));
	svm_intercept(to_svm(vcpu), SVM_INTERCEPT_NM, on);
}

/**
 * svm_fpu_begin - a session begins that cannot just go on without the FPU
 * @vcpu: loaded, interrupts on, not live
 */
void svm_fpu_begin(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	set_deferred(vcpu, !svm->fpu_eager && may_defer(vcpu));
	if (svm->fpu_eager)
		svm->fpu_eager--;
	if (!vcpu->arch.fpu_deferred)
		load_fpu(vcpu);
}

/**
 * svm_fpu_now - no deferral from here on
 * @vcpu: loaded, interrupts on; not live when the instruction had to be waited
 *	for: then the next session is without
 */
void svm_fpu_now(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	if (!vcpu->arch.fpu_deferred)
		return;
	set_deferred(vcpu, false);
	if (vcpu->arch.live)
		load_fpu(vcpu);
	else if (!svm->fpu_eager)
		svm->fpu_eager = 1;
}

/** svm_exit_nm - the guest wants its FPU: the instruction is executed again */
int svm_exit_nm(struct mote_vcpu *vcpu)
{
	svm_fpu_now(vcpu);
	to_svm(vcpu)->fpu_eager = EAGER_SESSIONS;
	return MOTE_RESUME;
}
