/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: what the host kernel has to know of a CPU that runs a guest.
 *
 * For the architecture's world switch, right around it: in between RCU may not
 * watch this CPU (on nohz_full CPUs a guest is a quiescent state as long as it
 * runs), so nothing there may use RCU, tracing or lockdep, and interrupts that
 * ended the guest's run are handled behind mote_guest_mode_exit().  Lockdep hears that
 * interrupts are on in the guest.
 */
#ifndef MOTE_GUESTMODE_H
#define MOTE_GUESTMODE_H

#include <linux/context_tracking.h>
#include <linux/ftrace.h>
#include <linux/irqflags.h>

/** mote_guest_mode_enter - right before the world switch, interrupts off */
static __always_inline void mote_guest_mode_enter(void)
{
	trace_hardirqs_on_prepare();
	lockdep_hardirqs_on_prepare();
	context_tracking_guest_enter();
	lockdep_hardirqs_on(CALLER_ADDR0);
}

/** mote_guest_mode_exit - right behind it */
static __always_inline void mote_guest_mode_exit(void)
{
	lockdep_hardirqs_off(CALLER_ADDR0);
	context_tracking_guest_exit();
	trace_hardirqs_off_finish();
}

#endif /* MOTE_GUESTMODE_H */
