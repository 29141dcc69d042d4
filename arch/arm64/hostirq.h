/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: the host's private interrupts that end guests' runs.
 *
 * None of them ever reaches a handler: what raises it is taken away before the
 * host has interrupts on.  So it may well belong to somebody else, as long as
 * it is enabled.
 */
#ifndef MOTE_ARM64_HOSTIRQ_H
#define MOTE_ARM64_HOSTIRQ_H

#include <linux/types.h>

/**
 * enum hostirq - which
 * @HOSTIRQ_VTIMER: the virtual timer's
 * @HOSTIRQ_GIC: the GIC's maintenance interrupt
 */
enum hostirq {
	HOSTIRQ_VTIMER,
	HOSTIRQ_GIC,
	NR_HOSTIRQS,
};

/** hostirq_vtimer_is_kernels - whether the kernel's own timer is the virtual one.  Sleepable. */
bool hostirq_vtimer_is_kernels(void);
/** hostirq_request - find and request it.  Return: Linux' number, 0: none.  Sleepable. */
unsigned int hostirq_request(enum hostirq which);
/** hostirq_shared - whether somebody else has requested it, which on arm64 is KVM */
bool hostirq_shared(enum hostirq which);
/** hostirq_exit - free all; not enabled on any CPU any more.  Harmless without. */
void hostirq_exit(void);
/** hostirq_is_ours - whether nobody else had requested it */
bool hostirq_is_ours(enum hostirq which);
/** hostirq_cpu_enable, hostirq_cpu_disable - all, on this CPU, interrupts off */
void hostirq_cpu_enable(void);
void hostirq_cpu_disable(void);

#endif /* MOTE_ARM64_HOSTIRQ_H */
