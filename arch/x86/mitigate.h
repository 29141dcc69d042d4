/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: protection of the host and of other guests from what a guest does to
 * the CPU.  mitigate_rules.c says what there is to do, and why.
 */
#ifndef MOTE_X86_MITIGATE_H
#define MOTE_X86_MITIGATE_H

#include <linux/percpu.h>
#include <asm/cpufeature.h>
#include <asm/nospec-branch.h>

#include "compat.h"
#include "mitigate_rules.h"

struct mote_vcpu;

/* X86_ENTER_* and so on; found once at load */
extern u32 x86_mitigations;

/* What a guest reads in IA32_ARCH_CAPABILITIES, where it has it */
extern u64 x86_guest_arch_cap;

int x86_mitigate_setup(void);
void x86_mitigate_teardown(void);

/*
 * The vCPU that ran last on the CPU; NULL: who knows.  Written by its CPU with
 * preemption off, cleared by others when that vCPU goes away.
 */
DECLARE_PER_CPU(struct mote_vcpu *, x86_previous_guest);

void x86_guest_arrives(struct mote_vcpu *vcpu);
void x86_guest_gone(struct mote_vcpu *vcpu);

/* ---- L1 data cache ---- */

void x86_l1d_flush(void);

/* ---- on the way to user space ---- */

/**
 * x86_mitigate_session - a guest is about to run on this CPU
 *
 * Preemption stays off until the session ends, so no user space runs here
 * before: one mark is enough for all entries.  Context: session.
 */
static inline void x86_mitigate_session(void)
{
#if defined(X86_FEATURE_IBPB_EXIT_TO_USER) && MOTE_KVM_EXPORTS
	if (x86_mitigations & X86_IBPB_USER)
		this_cpu_write(x86_ibpb_exit_to_user, true);
#endif
}

/* ---- the hardware comes and goes ---- */

void x86_mitigate_cpu_enable(void);
void x86_mitigate_cpu_disable(void);

/* ---- machine checks ---- */

void x86_host_machine_check(void);

#endif /* MOTE_X86_MITIGATE_H */
