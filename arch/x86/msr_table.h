/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: a row of the MSR table, for the files that have a part of it.
 */
#ifndef MOTE_X86_MSR_TABLE_H
#define MOTE_X86_MSR_TABLE_H

#include "x86.h"

/* x86_msr::flags */
#define MSR_LIST	BIT(0)	/* state: in REG_LIST */
#define MSR_RO		BIT(1)	/* WRMSR is #GP; SET_REGS takes the same value again */
#define MSR_WO		BIT(2)	/* a command: RDMSR is #GP, and the runner does not see it */
#define MSR_ADDRESS	BIT(3)	/* only canonical addresses */
#define MSR_LOW_HALF	BIT(4)	/* bits 63:32 are reserved */
#define MSR_LAPIC	BIT(5)	/* needs an APIC in the kernel */

/**
 * struct x86_msr - an MSR, or a range of them
 * @first: index
 * @last: index, inclusive
 * @need: X86_FEATURE_GUEST_* of which the guest must have one, or 0
 * @flags: MSR_*
 * @value: what reads give without @get
 * @get: read it; NULL: @value
 * @check: 0 or -EINVAL, beyond what @flags say; NULL: anything goes
 * @set: write it; NULL: writes that pass the checks change nothing
 *
 * As in x86_msr_read(), x86_msr_check() and x86_msr_write().
 */
struct x86_msr {
	u32 first;
	u32 last;
	u32 need;
	u32 flags;
	u64 value;
	u64 (*get)(struct mote_vcpu *vcpu, u32 index);
	int (*check)(struct mote_vcpu *vcpu, u32 index, u64 value, bool host);
	void (*set)(struct mote_vcpu *vcpu, u32 index, u64 value, bool host);
};

/* msr_legacy.c: sorted by index, like the table in msr.c, which goes first */

extern const struct x86_msr x86_legacy_msrs[];
extern const unsigned int x86_legacy_msr_count;

void x86_legacy_msr_reset(struct mote_vcpu *vcpu);

/* mtrr.c */

/* 8 variable ranges (7:0), fixed ranges (8), write-combining (10) */
#define MTRR_CAP	0x508u

/* IA32_MTRR_PHYSBASE0, IA32_MTRR_PHYSMASK0 and so on, in turn */
#define MTRR_PHYS_FIRST	0x200u
#define MTRR_PHYS_LAST	0x20fu

u64 x86_mtrr_get(struct mote_vcpu *vcpu, u32 index);
int x86_mtrr_check(struct mote_vcpu *vcpu, u32 index, u64 value, bool host);
void x86_mtrr_set(struct mote_vcpu *vcpu, u32 index, u64 value, bool host);
int x86_pat_check(struct mote_vcpu *vcpu, u32 index, u64 value, bool host);

#endif /* MOTE_X86_MSR_TABLE_H */
