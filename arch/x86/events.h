/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: exceptions, interrupts and NMIs on their way in (events.c).
 */
#ifndef MOTE_X86_EVENTS_H
#define MOTE_X86_EVENTS_H

#include "x86.h"

/**
 * x86_queue_exception - the guest gets a fault instead of its instruction
 * @vcpu: loaded
 * @vector: 0..31
 * @error: error code, or -1 for none
 *
 * Combines with an event under delivery as the SDM says: double fault or
 * shutdown.
 */
void x86_queue_exception(struct mote_vcpu *vcpu, unsigned int vector, s64 error);
void x86_queue_page_fault(struct mote_vcpu *vcpu, u64 cr2, u32 error);
void x86_queue_nmi(struct mote_vcpu *vcpu);
int x86_events_sync(struct mote_vcpu *vcpu);

/**
 * x86_events_quiet - whether an entry has nothing to do with events
 * @vcpu: entry context
 *
 * Nothing is there to deliver or to wait for, and hardware has not been asked
 * to tell when it could be delivered: most entries.
 */
static inline bool x86_events_quiet(struct mote_vcpu *vcpu)
{
	const struct mote_vcpu_arch *arch = &vcpu->arch;

	return !(arch->shutdown | arch->pdptrs_stale | arch->halted | arch->event.valid |
		 arch->nmi_pending | arch->intr_pending | arch->windows) &&
	       !arch->lapic && !(vcpu->request & MOTE_RUN_IRQ_WINDOW);
}
bool x86_intr_allowed(struct mote_vcpu *vcpu);
void x86_halt(struct mote_vcpu *vcpu, bool on);
bool x86_has_wake_event(struct mote_vcpu *vcpu);
bool x86_vector_has_error(unsigned int vector);
int x86_inject(struct mote_vcpu *vcpu, const struct mote_inject *inject);

static inline void x86_queue_gp(struct mote_vcpu *vcpu)
{
	x86_queue_exception(vcpu, 13, 0);
}

static inline void x86_queue_ud(struct mote_vcpu *vcpu)
{
	x86_queue_exception(vcpu, 6, -1);
}

#endif /* MOTE_X86_EVENTS_H */
