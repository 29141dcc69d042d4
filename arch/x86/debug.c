// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: the guest's debug registers, and what comes between two instructions.
 *
 * MOV DR exits, and so does #DB, so that DR6 lives in arch.dr6 alone.  The
 * breakpoint addresses are in hardware only while the guest has one enabled.
 */
#include <linux/percpu.h>
#include <asm/cpufeature.h>
#include <asm/processor.h>
#include <asm/debugreg.h>

#include "debug.h"

/* General detect: DR7.GD makes MOV DR fault with DR6.BD */
#define DR7_GD		BIT_ULL(13)
#define DR6_BD		BIT_ULL(13)

/**
 * x86_queue_debug - #DB
 * @vcpu: loaded
 * @dr6_bits: conditions to set in DR6
 *
 * What the CPU does on the way to the handler of its own #DB, but not of one that
 * is injected: general detect goes off (SDM vol. 3, "Debug Control Register
 * (DR7)"), so does BTF ("Single-Stepping on Branches"), and a fault that is not of an
 * instruction breakpoint pushes RF set.
 */
void x86_queue_debug(struct mote_vcpu *vcpu, u64 dr6_bits)
{
	vcpu->arch.dr6 = (vcpu->arch.dr6 & ~(u64)DR_TRAP_BITS) | dr6_bits;
	if (dr6_bits & DR6_BD)
		x86_set(vcpu, X86_RFLAGS, x86_get(vcpu, X86_RFLAGS) | X86_EFLAGS_RF);
	if (vcpu->arch.dr7 & DR7_GD || vcpu->arch.debugctl & DEBUGCTLMSR_BTF) {
		vcpu->arch.dr7 &= ~DR7_GD;
		vcpu->arch.debugctl &= ~(u64)DEBUGCTLMSR_BTF;
		x86->exec_changed(vcpu);
	}
	x86_queue_exception(vcpu, X86_TRAP_DB, -1);
}

/*
 * Breakpoints on data that a MOV SS met trap behind the instruction after it, with
 * what that one meets: an event that is injected would take the place of theirs.
 */
static u64 held_back(struct mote_vcpu *vcpu)
{
	u64 pending;

	if (!(x86_get(vcpu, X86_SHADOW) & X86_SHADOW_MOV_SS) || !x86->debug_pending)
		return 0;
	pending = x86->debug_pending(vcpu);
	x86->set_debug_pending(vcpu, 0);
	return pending & X86_DEBUG_PENDING_ENABLED ? pending & 0xf : 0;
}

/**
 * x86_retire_slow - the rest of x86_retire(), where there is a rest
 * @vcpu: loaded
 *
 * With DEBUGCTL.BTF only branches trap, which never come here.
 */
void x86_retire_slow(struct mote_vcpu *vcpu)
{
	u64 rflags = x86_get(vcpu, X86_RFLAGS), conditions = held_back(vcpu);

	if (x86_get(vcpu, X86_SHADOW))
		x86_set(vcpu, X86_SHADOW, 0);
	if (rflags & X86_RFLAGS_RF)
		x86_set(vcpu, X86_RFLAGS, rflags & ~X86_RFLAGS_RF);
	if ((rflags & X86_RFLAGS_TF) && !(vcpu->arch.debugctl & DEBUGCTLMSR_BTF))
		conditions |= DR_STEP;
	if (conditions)
		x86_queue_debug(vcpu, conditions);
}

/*
 * Checks that the exit came before: privilege, DR4 and DR5, general detect
 * (SDM vol. 3, "Instructions That Cause VM Exits Conditionally", MOV DR).
 */
static bool dr_access_ok(struct mote_vcpu *vcpu, unsigned int *dr)
{
	if (x86->cpl(vcpu)) {
		x86_queue_gp(vcpu);
		return false;
	}
	if (*dr == 4 || *dr == 5) {
		if (x86_get(vcpu, X86_CR4) & X86_CR4_DE) {
			x86_queue_ud(vcpu);
			return false;
		}
		*dr += 2;
	}
	if (vcpu->arch.dr7 & DR7_GD) {
		x86_queue_debug(vcpu, DR6_BD);
		return false;
	}
	return true;
}

int x86_mov_from_dr(struct mote_vcpu *vcpu, unsigned int dr, unsigned int gpr,
		    unsigned int insn_len)
{
	u64 value;

	if (!dr_access_ok(vcpu, &dr))
		return MOTE_RESUME;
	if (dr < 4)
		value = vcpu->arch.dr[dr];
	else
		value = dr == 6 ? vcpu->arch.dr6 : vcpu->arch.dr7;
	x86_set(vcpu, gpr, x86_word(vcpu, value));
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}

int x86_mov_to_dr(struct mote_vcpu *vcpu, unsigned int dr, unsigned int gpr,
		  unsigned int insn_len)
{
	u64 value = x86_word(vcpu, x86_get(vcpu, gpr));

	if (!dr_access_ok(vcpu, &dr))
		return MOTE_RESUME;
	if (dr >= 6 && value >> 32) {
		x86_queue_gp(vcpu);
		return MOTE_RESUME;
	}
	if (dr < 4)
		vcpu->arch.dr[dr] = value;
	else if (dr == 6)
		vcpu->arch.dr6 = (value & X86_DR6_FREE) | X86_DR6_ONES;
	else
		vcpu->arch.dr7 = (value & X86_DR7_FREE) | X86_DR7_ONES;
	x86->exec_changed(vcpu);
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}

/**
 * x86_debug_load - the guest's breakpoint addresses into hardware
 * @vcpu: entry; x86_debug_left() follows the exit
 *
 * DR7 is in the VMCS or VMCB; each exit disables all breakpoints.  Until then
 * the host's must not meet the guest's addresses.
 */
void x86_debug_load(struct mote_vcpu *vcpu)
{
	const u64 *dr = vcpu->arch.dr;

	if (hw_breakpoint_active())
		set_debugreg(0ul, 7);
	set_debugreg(dr[0], 0);
	set_debugreg(dr[1], 1);
	set_debugreg(dr[2], 2);
	set_debugreg(dr[3], 3);
}
