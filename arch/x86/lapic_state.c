// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: the local APIC's state for GET_REGS and SET_REGS.
 */
#include <linux/kernel.h>

#include "lapic.h"

/*
 * SVR first: while it says disabled, LVT entries are masked.  TMR before IRR:
 * a vector is pending once IRR has it.  Of the timer, what starts it is last.
 */
static const struct {
	u16 first;
	u16 count;	/* registers, 16 bytes apart */
} restore_order[] = {
	{ LAPIC_SVR, 1 },
	{ LAPIC_TPR, 1 },
	{ LAPIC_LDR, 2 },		/* and DFR */
	{ LAPIC_ISR, 24 },		/* and TMR, IRR */
	{ LAPIC_ESR, 1 },
	{ LAPIC_ICR_LOW, 2 },		/* and its high half */
	{ LAPIC_LVT_THERMAL, 5 },	/* to the error entry */
	{ LAPIC_TIMER_DIVIDE, 1 },
	{ LAPIC_TIMER_INITIAL, 1 },
	{ LAPIC_LVT_TIMER, 1 },
	{ LAPIC_TIMER_CURRENT, 1 },
};

u32 lapic_reg_list(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(restore_order); i++) {
		if (n < restore_order[i].count)
			return restore_order[i].first + n * 16;
		n -= restore_order[i].count;
	}
	return 0;
}

static bool is_restorable(u32 offset)
{
	unsigned int n;
	u32 candidate;

	for (n = 0; (candidate = lapic_reg_list(n)) != 0; n++)
		if (candidate == offset)
			return true;
	return false;
}

static bool is_vector_word(u32 offset)
{
	return offset >= LAPIC_ISR && offset < LAPIC_ESR;
}

int lapic_reg_save(struct mote_vcpu *vcpu, u32 offset, u64 *value)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	if (!apic)
		return -ENOENT;
	switch (offset) {
	case LAPIC_TIMER_CURRENT:
		*value = lapic_timer_current(apic);
		return 0;
	case LAPIC_ESR:
		*value = lapic_reg(apic, LAPIC_ESR) | (u64)atomic_read(&apic->esr) << 32;
		return 0;
	case LAPIC_PPR:
		*value = lapic_ppr(apic);
		return 0;
	case LAPIC_ID:
	case LAPIC_VERSION:
		break;
	default:
		if (!is_restorable(offset))
			return -ENOENT;
	}
	/* Posted vectors belong to the state, too */
	if (is_vector_word(offset))
		lapic_sync(vcpu);
	*value = lapic_reg(apic, offset);
	return 0;
}

/* Bits that SET_REGS takes.  What depends on the mode is taken in both forms. */
static u64 restorable_bits(struct mote_vcpu *vcpu, u32 offset)
{
	switch (offset) {
	case LAPIC_ESR:
		return 0x000000ff000000ffull;
	case LAPIC_ISR:
	case LAPIC_TMR:
	case LAPIC_IRR:
		return 0xffff0000;
	case LAPIC_LDR:
	case LAPIC_DFR:
	case LAPIC_ICR_HIGH:
	case LAPIC_TIMER_CURRENT:
		return 0xffffffff;
	default:
		return is_vector_word(offset) ? 0xffffffff : lapic_writable_bits(vcpu, offset);
	}
}

int lapic_reg_check(struct mote_vcpu *vcpu, u32 offset, u64 value)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	if (!apic)
		return -ENOENT;
	switch (offset) {
	case LAPIC_ID:
		return value == vcpu->id || value == vcpu->id << 24 ? 0 : -EINVAL;
	case LAPIC_VERSION:
		return value == lapic_reg(apic, LAPIC_VERSION) ? 0 : -EINVAL;
	case LAPIC_PPR:
		return -EINVAL;
	}
	if (!is_restorable(offset))
		return -ENOENT;
	return value & ~restorable_bits(vcpu, offset) ? -EINVAL : 0;
}

static void restore_lvt(struct mote_lapic *apic, u32 offset, u32 value)
{
	if (!apic->enabled)
		value |= LAPIC_LVT_MASKED;
	lapic_set_reg(apic, offset, value);
	lapic_timer_restore(apic, offset, value);
}

static void restore_one(struct mote_vcpu *vcpu, u32 offset, u64 value)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	switch (offset) {
	case LAPIC_ID:
	case LAPIC_VERSION:
		return;
	case LAPIC_SVR:
		lapic_set_reg(apic, offset, value);
		lapic_set_enabled(apic, value & LAPIC_SVR_ENABLE);
		return;
	case LAPIC_LDR:
		if (!lapic_x2apic(apic))
			lapic_set_reg(apic, offset, value & 0xff000000);
		return;
	case LAPIC_DFR:
		lapic_set_reg(apic, offset, value | 0x0fffffff);
		return;
	case LAPIC_ESR:
		lapic_set_reg(apic, offset, value);
		atomic_set(&apic->esr, value >> 32);
		return;
	case LAPIC_ICR_HIGH:
		lapic_set_icr_high(apic, value & (lapic_x2apic(apic) ? ~0u : 0xff000000));
		return;
	case LAPIC_TIMER_CURRENT:
		lapic_timer_restore(apic, offset, value);
		return;
	}
	if (is_vector_word(offset))
		lapic_restore_vectors(vcpu, offset, value);
	else if (offset >= LAPIC_LVT_TIMER && offset <= LAPIC_LVT_ERROR)
		restore_lvt(apic, offset, value);
	else
		lapic_set_reg(apic, offset, value);
	if (offset == LAPIC_TIMER_DIVIDE)
		lapic_timer_restore(apic, offset, value);
}

int lapic_reg_restore(struct mote_vcpu *vcpu, u32 offset, u64 value)
{
	int r = lapic_reg_check(vcpu, offset, value);

	if (!r)
		restore_one(vcpu, offset, value);
	return r;
}
