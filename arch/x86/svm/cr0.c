// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: CR0 in the VMCB, and when the guest's accesses to it exit.  Who carries
 * these out is control.c.
 */
#include <asm/processor-flags.h>

#include "svm.h"

#define CR0_CACHE	((u64)(X86_CR0_CD | X86_CR0_NW))

static bool read_exits(const struct svm_vcpu *svm)
{
	return svm->cr0_differs ||
	       unlikely(svm_caps.cr0_read_is_all && !(svm->cr4 & X86_CR4_MCE));
}

/**
 * svm_intercept_cr0 - which accesses to CR0 exit
 * @svm: loaded
 * @on: false: none
 */
void svm_intercept_cr0(struct svm_vcpu *svm, bool on)
{
	svm_intercept(svm, INTERCEPT_SELECTIVE_CR0, on);
	svm_intercept(svm, INTERCEPT_CR0_READ, on && read_exits(svm));
	svm_intercept(svm, INTERCEPT_CR0_WRITE, on && svm->cr0_differs);
}

/**
 * svm_set_cr0 - give the VMCB the guest's CR0
 * @vcpu: loaded
 * @cr0: as the guest believes it
 *
 * A guest that ran with its caches off, as after a reset, would do so very
 * slowly, and nobody needs it: hardware does not get to see CD and NW.  It has TS
 * while the FPU is deferred.  Where that differs from what the guest believes,
 * its accesses to CR0 exit.
 */
void svm_set_cr0(struct mote_vcpu *vcpu, u64 cr0)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	u64 hw = cr0 & ~CR0_CACHE;

	if (vcpu->arch.fpu_deferred)
		hw |= X86_CR0_TS;
	if (svm->vmcb->save.cr0 != hw)
		svm_changed(svm, SVM_CLEAN_CR);
	svm->vmcb->save.cr0 = hw;
	svm->cr0_differs = hw ^ cr0;
	svm_intercept_cr0(svm, !svm->cr_once);
}

/**
 * svm_end_cr0 - the first exit after svm_handle_msw() let an instruction through
 * @vcpu: loaded
 */
void svm_end_cr0(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	svm->cr_once = false;
	svm_intercept_cr0(svm, true);
}
