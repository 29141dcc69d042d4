/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: the local APIC's timer (lapic_timer.c).  All (t).
 */
#ifndef MOTE_X86_LAPIC_TIMER_H
#define MOTE_X86_LAPIC_TIMER_H

#include "lapic_irq.h"

/**
 * lapic_sync - take posted vectors into IRR; with a tick, a periodic timer goes on
 * @vcpu: (t), loaded
 * Return: highest vector in IRR or -1.
 */
int lapic_sync(struct mote_vcpu *vcpu);

void lapic_timer_init(struct mote_lapic *apic);
void lapic_timer_reset(struct mote_lapic *apic);
void lapic_timer_stop(struct mote_lapic *apic);

/**
 * lapic_timer_write - the timer's part of a register write
 * @offset: LVT_TIMER, TIMER_INITIAL or TIMER_DIVIDE; already in the page
 * @value: without reserved bits
 */
void lapic_timer_write(struct mote_lapic *apic, u32 offset, u32 value);

/** lapic_timer_restore - the same for lapic_reg_restore(); TIMER_CURRENT too */
void lapic_timer_restore(struct mote_lapic *apic, u32 offset, u32 value);

/** lapic_timer_current - the current-count register */
u32 lapic_timer_current(struct mote_lapic *apic);

/**
 * lapic_timer_set_deadline - the guest writes IA32_TSC_DEADLINE
 * @tsc: in the guest's TSC; 0 disarms.  Ignored in the other modes
 */
void lapic_timer_set_deadline(struct mote_lapic *apic, u64 tsc);

/**
 * lapic_timer_restore_deadline - SET_REGS of IA32_TSC_DEADLINE
 *
 * Kept in any mode: the LVT entry that selects the mode is restored later.
 */
void lapic_timer_restore_deadline(struct mote_lapic *apic, u64 tsc);

/** lapic_timer_tsc_changed - mote_vcpu_arch::tsc_offset is new */
void lapic_timer_tsc_changed(struct mote_lapic *apic);

#endif /* MOTE_X86_LAPIC_TIMER_H */
