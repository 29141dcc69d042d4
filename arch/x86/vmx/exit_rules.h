/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/vmx: what some exits mean, as functions of nothing but numbers: no emulator has
 * these exits, so that a unit test asks.
 */
#ifndef MOTE_VMX_EXIT_RULES_H
#define MOTE_VMX_EXIT_RULES_H

#include <linux/types.h>

/* Exit reason: a bus lock came together with an exit of another kind */
#define VMX_REASON_BUS_LOCK	(1u << 26)

/* CPUs with TDX and later have two instructions that exit in any guest */
#define VMX_REASON_SEAMCALL	76
#define VMX_REASON_TDCALL	77

/* Qualification of a notify exit, SDM vol. 3, "Notification" in "Exit Qualification" */
#define VMX_NOTIFY_INVALID	(1u << 0)	/* the VMCS is corrupted */
#define VMX_NOTIFY_UNBLOCK_NMI	(1u << 12)

/**
 * vmx_ac_is_guests - whether #AC comes from what the guest asked for
 * @detects: the processor raises #AC for locks that are split between cache lines
 * @cpl: current privilege level
 * @am: CR0.AM
 * @ac: RFLAGS.AC
 *
 * The guest does not know of split-lock detection, which is its host's: only with
 * alignment checks of its own has it a handler for #AC.
 */
static inline bool vmx_ac_is_guests(bool detects, unsigned int cpl, bool am, bool ac)
{
	return !detects || (cpl == 3 && am && ac);
}

/**
 * vmx_bus_locks_exit - whether guests' bus locks shall exit
 * @able: the VMCS has the control
 * @host_debugctl: the host's IA32_DEBUGCTL
 *
 * If the host looks at those of its programs: split_lock_detect=.
 */
static inline bool vmx_bus_locks_exit(bool able, u64 host_debugctl)
{
	return able && (host_debugctl & 1u << 2);
}

#endif /* MOTE_VMX_EXIT_RULES_H */
