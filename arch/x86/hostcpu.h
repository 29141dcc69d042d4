/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: what every back end does to the host's CPU.
 */
#ifndef MOTE_X86_HOSTCPU_H
#define MOTE_X86_HOSTCPU_H

#include <asm/cpufeature.h>
#include <asm/msr.h>

/**
 * x86_predictor_barrier - another guest ran on this CPU before
 *
 * Its branch predictions must not steer this one (Spectre v2 between guests).
 */
static inline void x86_predictor_barrier(void)
{
	if (boot_cpu_has(X86_FEATURE_USE_IBPB))
		wrmsrl(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
}

/* #MC in the guest: the host's handler, as if it had been hit itself */
static inline void x86_host_machine_check(void)
{
	asm volatile("int $18");
}

#endif /* MOTE_X86_HOSTCPU_H */
