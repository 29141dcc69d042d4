/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: FPU, XCR0, PKRU (fpu.c).
 */
#ifndef MOTE_X86_FPU_H
#define MOTE_X86_FPU_H

#include "x86.h"

extern u64 x86_xcr0_supported;		/* features a guest can have; 0: no XSAVE */
extern unsigned int x86_fpu_size;	/* bytes of mote_vcpu_arch::fpu */

int x86_fpu_setup(void);
void x86_fpu_teardown(void);
int x86_fpu_init(struct mote_vcpu *vcpu);
void x86_fpu_destroy(struct mote_vcpu *vcpu);
void x86_fpu_reset(struct mote_vcpu *vcpu);
void x86_fpu_load(struct mote_vcpu *vcpu);
void x86_fpu_save(struct mote_vcpu *vcpu);
bool x86_xcr0_is_host(struct mote_vcpu *vcpu);
int x86_xcr0_check(struct mote_vcpu *vcpu, u64 value);
void x86_xcr0_set(struct mote_vcpu *vcpu, u64 value);
int x86_fpu_word_check(unsigned int n, u64 value);
u32 x86_fpu_pkru(struct mote_vcpu *vcpu);

#endif /* MOTE_X86_FPU_H */
