// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: memory type MSRs.  The MTRRs are kept and do nothing: what type a
 * guest's memory has is decided by its PAT and the second stage.  SDM vol. 3,
 * "Memory Cache Control".
 */
#include <asm/msr-index.h>

#include "cpuid.h"
#include "msr_table.h"

/* Layout of mote_vcpu_arch::mtrr */
#define SLOT_DEF_TYPE	0
#define SLOT_VARIABLE	1
#define SLOT_FIXED	17

#define DEF_TYPE_KNOWN	0xcffull	/* type, fixed ranges on (10), all on (11) */
#define MASK_VALID	BIT_ULL(11)

static const u32 fixed_msr[] = {
	MSR_MTRRfix64K_00000, MSR_MTRRfix16K_80000, MSR_MTRRfix16K_A0000,
	MSR_MTRRfix4K_C0000, MSR_MTRRfix4K_C8000, MSR_MTRRfix4K_D0000, MSR_MTRRfix4K_D8000,
	MSR_MTRRfix4K_E0000, MSR_MTRRfix4K_E8000, MSR_MTRRfix4K_F0000, MSR_MTRRfix4K_F8000,
};

static unsigned int slot(u32 index)
{
	unsigned int i;

	if (index == MSR_MTRRdefType)
		return SLOT_DEF_TYPE;
	if (index >= MTRR_PHYS_FIRST && index <= MTRR_PHYS_LAST)
		return SLOT_VARIABLE + index - MTRR_PHYS_FIRST;
	for (i = 0; i < ARRAY_SIZE(fixed_msr) - 1; i++)
		if (fixed_msr[i] == index)
			break;
	return SLOT_FIXED + i;
}

/* UC, WC, WT, WP, WB; the PAT also has UC- (7) */
static bool type_ok(u8 type, u8 types)
{
	return type < 8 && (types & BIT(type));
}

#define MTRR_TYPES	0x73u
#define PAT_TYPES	0xf3u

static bool types_ok(u64 value, u8 types)
{
	unsigned int i;

	for (i = 0; i < 64; i += 8)
		if (!type_ok(value >> i, types))
			return false;
	return true;
}

u64 x86_mtrr_get(struct mote_vcpu *vcpu, u32 index)
{
	return vcpu->arch.mtrr[slot(index)];
}

int x86_mtrr_check(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	unsigned int s = slot(index);
	u64 low;

	if (s >= SLOT_FIXED)
		return types_ok(value, MTRR_TYPES) ? 0 : -EINVAL;
	if (s == SLOT_DEF_TYPE)
		return !(value & ~DEF_TYPE_KNOWN) && type_ok(value, MTRR_TYPES) ? 0 : -EINVAL;
	/* Base and mask take turns */
	low = value & 0xfff;
	if (value >> x86_maxphyaddr(vcpu))
		return -EINVAL;
	if ((s - SLOT_VARIABLE) & 1)
		return low & ~MASK_VALID ? -EINVAL : 0;
	return low < 0x100 && type_ok(low, MTRR_TYPES) ? 0 : -EINVAL;
}

void x86_mtrr_set(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	vcpu->arch.mtrr[slot(index)] = value;
}

int x86_pat_check(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	return types_ok(value, PAT_TYPES) ? 0 : -EINVAL;
}
