/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: registers as user space sees them, and after a reset.
 */
#ifndef MOTE_X86_GUEST_REGS_H
#define MOTE_X86_GUEST_REGS_H

#include "x86.h"

/* ---- regs.c: GET_REGS, SET_REGS, and the run page ---- */

void x86_set_cr0(struct mote_vcpu *vcpu, u64 value);
int x86_rflags_check(u64 value);
void x86_fill_run_regs(struct mote_vcpu *vcpu);

/* ---- reset.c ---- */

void x86_regs_reset(struct mote_vcpu *vcpu);

/* ---- event_regs.c: events on their way, as registers ---- */

unsigned int x86_event_regs(void);

int x86_event_reg_get(struct mote_vcpu *vcpu, u32 index, u64 *value);
int x86_event_reg_check(struct mote_vcpu *vcpu, u32 index, u64 value);
void x86_event_reg_set(struct mote_vcpu *vcpu, u32 index, u64 value);

#endif /* MOTE_X86_GUEST_REGS_H */
