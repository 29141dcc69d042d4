/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: the local APIC, from a posted vector to its end (lapic_irq.c).
 */
#ifndef MOTE_X86_LAPIC_IRQ_H
#define MOTE_X86_LAPIC_IRQ_H

#include "lapic_regs.h"

/**
 * lapic_post - a vector arrives
 * @vcpu: target; any thread, hardirq too
 * @vector: 16..255
 * @level: level triggered: its EOI exits to the runner
 *
 * Wakes or kicks the vCPU.
 */
void lapic_post(struct mote_vcpu *vcpu, unsigned int vector, bool level);

/** lapic_post_nmi - an NMI arrives; as lapic_post() */
void lapic_post_nmi(struct mote_vcpu *vcpu);

/**
 * lapic_take_posted - posted vectors into IRR: lapic_sync() without the timer
 * @vcpu: (t), loaded
 */
void lapic_take_posted(struct mote_vcpu *vcpu);

/** lapic_highest_irr - or -1 */
int lapic_highest_irr(struct mote_lapic *apic);

/** lapic_pending - vector that PPR lets through now, or -1 (software delivery) */
int lapic_pending(struct mote_vcpu *vcpu);

/** lapic_accept - the guest takes @vector: IRR to ISR (software delivery) */
void lapic_accept(struct mote_vcpu *vcpu, unsigned int vector);

/** lapic_highest_isr - or -1 */
int lapic_highest_isr(struct mote_lapic *apic);

/** lapic_ppr - processor priority, from TPR and ISR */
u32 lapic_ppr(struct mote_lapic *apic);

/** lapic_eoi - the guest writes EOI.  Return: as lapic_write(). */
int lapic_eoi(struct mote_vcpu *vcpu);

/** lapic_eoi_done - hardware has done the EOI of @vector (EOI-induced exit); as lapic_write() */
int lapic_eoi_done(struct mote_vcpu *vcpu, unsigned int vector);

/**
 * lapic_tpr_threshold - the TPR class below which the blocked interrupt could
 * be delivered, 0 when none is blocked by TPR
 */
unsigned int lapic_tpr_threshold(struct mote_vcpu *vcpu);

/** lapic_has_work - something would wake a halted guest.  Any context of the vCPU's thread. */
bool lapic_has_work(struct mote_vcpu *vcpu);

/* Between the lapic files */
void lapic_clear_vectors(struct mote_vcpu *vcpu);
void lapic_restore_vectors(struct mote_vcpu *vcpu, u32 offset, u32 value);
void lapic_error(struct mote_lapic *apic, u32 bit);
void lapic_lvt_event(struct mote_lapic *apic, u32 offset);

#endif /* MOTE_X86_LAPIC_IRQ_H */
