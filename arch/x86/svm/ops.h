/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/svm: SVM instructions outside of the world switch.
 *
 * They fault only when EFER.SVME is gone: the host shuts down under our feet.
 * APM vol. 3, "VMSAVE".
 */
#ifndef MOTE_SVM_OPS_H
#define MOTE_SVM_OPS_H

#include <linux/types.h>
#include <asm/asm.h>

/**
 * svm_vmsave - FS, GS, TR, LDTR and the MSRs of SYSCALL and SYSENTER to memory
 * @pa: of a page, laid out as a VMCB
 *
 * Return: false when SVM is off.
 */
static __always_inline bool svm_vmsave(u64 pa)
{
	asm goto("1:	vmsave %%rax\n"
		 _ASM_EXTABLE(1b, %l[fail])
		 : : "a" (pa) : "memory" : fail);
	return true;
fail:
	return false;
}

/* Global interrupts on: the CPU leaves SVM as the host expects it */
static __always_inline void svm_stgi(void)
{
	asm goto("1:	stgi\n"
		 _ASM_EXTABLE(1b, %l[out])
		 : : : "memory" : out);
out:
	return;
}

#endif /* MOTE_SVM_OPS_H */
