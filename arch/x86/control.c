// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: MOV to control registers, as far as it exits.
 */
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "exits.h"

/**
 * x86_cr0_refused - whether the CPU would refuse a MOV to CR0 with #GP
 * @vcpu: loaded
 * @value: the operand
 *
 * SDM vol. 2, MOV to CRn, "Exceptions".  Reserved bits among 31:0 are ignored,
 * above they fault.  Broken PDPTEs are left to the CPU.
 */
bool x86_cr0_refused(struct mote_vcpu *vcpu, u64 value)
{
	bool flips_pg = (value ^ x86_get(vcpu, X86_CR0)) & X86_CR0_PG;
	struct x86_segment cs;

	if (value >> 32 || ((value & X86_CR0_NW) && !(value & X86_CR0_CD)) ||
	    ((value & X86_CR0_PG) && !(value & X86_CR0_PE)))
		return true;
	if (!flips_pg)
		return false;
	if (!(value & X86_CR0_PG))
		return x86_code_bits(vcpu) == 64 || (x86_get(vcpu, X86_CR4) & X86_CR4_PCIDE);
	if (!(x86_get(vcpu, X86_EFER) & EFER_LME))
		return false;
	x86->get_seg(vcpu, MOTE_X86_CS, &cs);
	return (cs.ar & X86_AR_L) || !(x86_get(vcpu, X86_CR4) & X86_CR4_PAE);
}

/**
 * x86_cr4_refused - the same for CR4; bits that CPUID does not offer are reserved
 * @vcpu: loaded
 * @value: the operand
 */
bool x86_cr4_refused(struct mote_vcpu *vcpu, u64 value)
{
	bool long_mode = x86_get(vcpu, X86_EFER) & EFER_LMA;

	if (value & ~x86_cr4_allowed(vcpu) || (long_mode && !(value & X86_CR4_PAE)))
		return true;
	if (!(value & ~x86_get(vcpu, X86_CR4) & X86_CR4_PCIDE))
		return false;
	return !long_mode || (x86_get(vcpu, X86_CR3) & ~PAGE_MASK);
}

/**
 * x86_mov_to_cr8 - MOV to CR8
 * @vcpu: loaded
 * @value: the operand
 * @insn_len: length of the instruction
 */
int x86_mov_to_cr8(struct mote_vcpu *vcpu, u64 value, unsigned int insn_len)
{
	if (value > 15) {
		x86_queue_gp(vcpu);
		return MOTE_RESUME;
	}
	x86_set_cr8(vcpu, value);
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}
