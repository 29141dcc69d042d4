/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: the registers of a guest and what its CPU claims, for all files of
 * arch/x86 and the back ends.  Calls between them go down the layers that
 * scripts/lint/includes.py has and docs/tour.md draws.
 */
#ifndef MOTE_X86_X86_H
#define MOTE_X86_X86_H

#include <linux/bits.h>
#include <linux/percpu.h>
#include <asm/msr-index.h>
#include <asm/processor.h>
#include <asm/debugreg.h>
#include <asm/trapnr.h>

#include "arch.h"
#include "backend.h"
#include "mod/mote.h"

/* Access rights of a segment: 64-bit code, default size 32 bits */
#define X86_AR_L	BIT(13)
#define X86_AR_DB	BIT(14)
#define X86_AR_UNUSABLE	BIT(16)

/*
 * Debug registers: bits that can be written, and bits that always read 1; SDM
 * vol. 3, figure "Debug Registers".
 */
#define X86_DR6_FREE	0x0000e00full
#define X86_DR6_ONES	0xffff0ff0ull
#define X86_DR7_FREE	0xffff2bffull
#define X86_DR7_ONES	0x00000400ull
#define X86_DR7_ENABLED	0xffull		/* L0-L3, G0-G3 */

/* MOTE_X86_DEBUG_PENDING: B0-B3, "enabled breakpoint", BS */
#define X86_DEBUG_PENDING		0x500full
#define X86_DEBUG_PENDING_ENABLED	BIT_ULL(12)

/* Reset value of RFLAGS: bit 1 is always set */
#define X86_RFLAGS_RESET	0x2ull
#define X86_RFLAGS_TF		BIT_ULL(8)	/* trap after each instruction */
#define X86_RFLAGS_RF		BIT_ULL(16)	/* no instruction breakpoint at this one */

/**
 * x86_get - read a register of the guest
 * @vcpu: loaded, unless the register was read since the exit
 * @reg: enum x86_reg
 */
static inline u64 x86_get(struct mote_vcpu *vcpu, enum x86_reg reg)
{
	if (!(vcpu->arch.cached & BIT(reg)))
		x86->fetch(vcpu, reg);
	return vcpu->arch.reg[reg];
}

/**
 * x86_set - write a register of the guest
 * @vcpu: any time under vcpu->mutex
 * @reg: enum x86_reg; hardware learns of it at the next entry
 * @value: already checked
 */
static inline void x86_set(struct mote_vcpu *vcpu, enum x86_reg reg, u64 value)
{
	vcpu->arch.reg[reg] = value;
	vcpu->arch.cached |= BIT(reg);
	vcpu->arch.dirty |= BIT(reg);
	if (reg >= X86_CR0 && reg <= X86_EFER) {
		vcpu->arch.pdptrs_stale = true;
		/* The CPU would drop what these made of the guest's tables */
		mote_tlb_vcpu_changed(vcpu);
	}
}

/* For the sixteen general registers: the world switch loads all but RSP from memory */
static inline void x86_set_gpr(struct mote_vcpu *vcpu, unsigned int reg, u64 value)
{
	if (reg == X86_RSP)
		x86_set(vcpu, X86_RSP, value);
	else
		vcpu->arch.reg[reg] = value;
}

/*
 * PAUSEs in a loop exit: so many clock cycles apart at most, and after so many
 * PAUSEs (AMD) or clock cycles (Intel).  A lock that is held by a vCPU on another
 * CPU is free long before.
 */
#define X86_PAUSE_GAP		128
#define X86_PAUSE_COUNT		3000
#define X86_PAUSE_WINDOW	16384

/* Of enum mote_x86_seg: those that have base and limit alone */
static inline bool x86_is_table(unsigned int which)
{
	return which == MOTE_X86_GDTR || which == MOTE_X86_IDTR;
}

/* Guests have 48-bit linear addresses: no 5-level paging */
static inline bool x86_canonical(u64 address)
{
	return (u64)((s64)(address << 16) >> 16) == address;
}

/* 32-bit halves in EDX:EAX, as RDMSR and friends return them */
static inline u64 x86_edx_eax(struct mote_vcpu *vcpu)
{
	return (u32)vcpu->arch.reg[X86_RAX] | vcpu->arch.reg[X86_RDX] << 32;
}

static inline void x86_set_edx_eax(struct mote_vcpu *vcpu, u64 value)
{
	vcpu->arch.reg[X86_RAX] = (u32)value;
	vcpu->arch.reg[X86_RDX] = value >> 32;
}

/**
 * x86_cs_bits - width of a code segment: 16, 32 or 64
 * @vcpu: loaded
 * @cs: the code segment
 */
static inline unsigned int x86_cs_bits(struct mote_vcpu *vcpu,
				       const struct x86_segment *cs)
{
	if (!(x86_get(vcpu, X86_CR0) & X86_CR0_PE))
		return 16;
	if ((cs->ar & X86_AR_L) && (x86_get(vcpu, X86_EFER) & EFER_LMA))
		return 64;
	return cs->ar & X86_AR_DB ? 32 : 16;
}

/* backend.c; out of line, as what skips instructions asks for it in the rarest case */
unsigned int x86_code_bits(struct mote_vcpu *vcpu);

/**
 * x86_word - what code can mean by a value in a general register
 * @vcpu: loaded
 * @value: of 64 bits
 *
 * Outside of 64-bit mode there are 32 bits; the upper half has whatever was left
 * there.  Looks at the mode only where that makes a difference.
 */
static inline u64 x86_word(struct mote_vcpu *vcpu, u64 value)
{
	return unlikely(value >> 32) && x86_code_bits(vcpu) != 64 ? (u32)value : value;
}

/* Bits of CR0 that no CPU has */
#define X86_CR0_RESERVED	(~(u64)(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | \
				X86_CR0_ET | X86_CR0_NE | X86_CR0_WP | X86_CR0_AM | \
				X86_CR0_NW | X86_CR0_CD | X86_CR0_PG))

/* ---- what the guest's CPU claims ---- */

/* mote_vcpu_arch::features: what other files ask the table for */
#define X86_FEATURE_GUEST_X2APIC	BIT(0)
#define X86_FEATURE_GUEST_TSC_DEADLINE	BIT(1)
#define X86_FEATURE_GUEST_RDTSCP	BIT(2)	/* or RDPID */
#define X86_FEATURE_GUEST_XSAVE		BIT(3)
#define X86_FEATURE_GUEST_LM		BIT(4)
#define X86_FEATURE_GUEST_NX		BIT(5)
#define X86_FEATURE_GUEST_INVPCID	BIT(6)
#define X86_FEATURE_GUEST_SPEC_CTRL	BIT(7)	/* IBRS/IBPB, STIBP or SSBD */
#define X86_FEATURE_GUEST_ARCH_CAP	BIT(8)
#define X86_FEATURE_GUEST_TSC_ADJUST	BIT(9)
#define X86_FEATURE_GUEST_MTRR		BIT(10)
#define X86_FEATURE_GUEST_GBPAGES	BIT(11)
#define X86_FEATURE_GUEST_FXSR_OPT	BIT(12)	/* EFER.FFXSR (AMD) */
#define X86_FEATURE_GUEST_XSAVES	BIT(13)
#define X86_FEATURE_GUEST_FLUSH_L1D	BIT(14)
#define X86_FEATURE_GUEST_IBPB		BIT(15)
#define X86_FEATURE_GUEST_VIRT_SSBD	BIT(16)	/* (AMD) */
#define X86_FEATURE_GUEST_AMD		BIT(30)	/* by vendor: AMD, Hygon */
#define X86_FEATURE_GUEST_INTEL		BIT(31)	/* any other vendor */
#define X86_FEATURE_GUEST_SBPB		BIT(17)	/* (AMD) */

static inline bool x86_guest_has(struct mote_vcpu *vcpu, u32 feature)
{
	return vcpu->arch.features & feature;
}

#endif /* MOTE_X86_X86_H */
