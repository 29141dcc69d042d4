/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: MSRs of SYSCALL and of user mode (uret.c).
 */
#ifndef MOTE_X86_URET_H
#define MOTE_X86_URET_H

#include "x86.h"

void x86_uret_setup(void);
void x86_uret_load(struct mote_vcpu *vcpu);
void x86_uret_give_back(struct mote_vcpu *vcpu);
u64 x86_uret_get(struct mote_vcpu *vcpu, unsigned int which);
void x86_uret_set(struct mote_vcpu *vcpu, unsigned int which, u64 value);
void x86_uret_efer_changed(struct mote_vcpu *vcpu, u64 efer);

/**
 * x86_uret_put - the host's values back, and what the guest changed saved
 * @vcpu: loaded, after x86_uret_load()
 */
static inline void x86_uret_put(struct mote_vcpu *vcpu)
{
	if (vcpu->arch.uret_loaded || !x86->switches_syscall)
		x86_uret_give_back(vcpu);
}

#endif /* MOTE_X86_URET_H */
