/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: debug registers, and what comes between two instructions (debug.c).
 */
#ifndef MOTE_X86_DEBUG_H
#define MOTE_X86_DEBUG_H

#include "events.h"

void x86_retire_slow(struct mote_vcpu *vcpu);

/**
 * x86_retire - an instruction is done without the CPU's doing
 * @vcpu: loaded
 * @rip: of the next one
 *
 * Does what the CPU does between instructions: the interrupt shadow and RFLAGS.RF
 * end, and with RFLAGS.TF a single-step trap follows.
 */
static inline void x86_retire(struct mote_vcpu *vcpu, u64 rip)
{
	x86_set(vcpu, X86_RIP, rip);
	if (unlikely(x86_get(vcpu, X86_SHADOW) ||
		     (x86_get(vcpu, X86_RFLAGS) & (X86_RFLAGS_TF | X86_RFLAGS_RF))))
		x86_retire_slow(vcpu);
}

/**
 * x86_skip - the instruction is done
 * @vcpu: loaded
 * @insn_len: its length in bytes
 *
 * Code of 32 bits that ends at 4 GiB goes on at 0.  With 16 bits nothing wraps: EIP
 * goes beyond the limit of CS, and then it is the CPU that objects.
 */
static inline void x86_skip(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	u64 rip = x86_get(vcpu, X86_RIP), next = rip + insn_len;

	if (unlikely((next ^ rip) >> 32))
		next = x86_word(vcpu, next);
	x86_retire(vcpu, next);
}

/* ---- debug registers ---- */

int x86_mov_from_dr(struct mote_vcpu *vcpu, unsigned int dr, unsigned int gpr,
		    unsigned int insn_len);
int x86_mov_to_dr(struct mote_vcpu *vcpu, unsigned int dr, unsigned int gpr,
		  unsigned int insn_len);
void x86_queue_debug(struct mote_vcpu *vcpu, u64 dr6_bits);
void x86_debug_load(struct mote_vcpu *vcpu);

/**
 * x86_debug_enter - the guest's breakpoints, if it has any
 * @vcpu: entry
 */
static inline void x86_debug_enter(struct mote_vcpu *vcpu)
{
	if (unlikely(vcpu->arch.dr7 & X86_DR7_ENABLED))
		x86_debug_load(vcpu);
}

/**
 * x86_debug_left - the host's breakpoints are on again
 *
 * Which those are interrupts change: the kernel has them by CPU.  Without any, the
 * guest's addresses stay, disabled.  Context: entry, behind the exit.
 */
static inline void x86_debug_left(void)
{
	if (unlikely(hw_breakpoint_active()))
		hw_breakpoint_restore();
}

#endif /* MOTE_X86_DEBUG_H */
