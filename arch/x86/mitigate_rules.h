/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: what the host's CPU and kernel ask of entries, exits and changes of
 * the guest.  No hardware in here: mitigate.c finds the facts, this says what
 * follows from them, and a unit test reads it.
 */
#ifndef MOTE_X86_MITIGATE_RULES_H
#define MOTE_X86_MITIGATE_RULES_H

/* ---- what to do: x86_mitigations, and flags of the world switch ---- */

#define X86_ENTER_GUEST_SPEC	0x001	/* entry: write the guest's SPEC_CTRL */
#define X86_ENTER_HOST_SPEC	0x002	/* exit: write the host's SPEC_CTRL */
#define X86_ENTER_VERW		0x004	/* entry: clear CPU buffers */
#define X86_ENTER_BACKEND	0x008	/* the back end's own */
#define X86_L1D_COND		0x010	/* entry: flush L1D where the host touched data */
#define X86_L1D_ALWAYS		0x020	/* entry: flush L1D */
#define X86_L1D_BY_HAND		0x040	/* by reading: there is no IA32_FLUSH_CMD */
#define X86_IBPB_GUEST		0x080	/* another guest on this CPU: IBPB */
#define X86_IBPB_USER		0x100	/* after a guest: IBPB on the way to user space */
#define X86_SRSO_REDUCE		0x200	/* BP_CFG.BpSpecReduce while there are VMs */

#ifndef __ASSEMBLY__
#include <linux/types.h>

/* ---- what is known of the host ---- */

#define X86_FACT_IBPB		0x0001	/* the kernel uses IBPB */
#define X86_FACT_IBPB_EXIT	0x0002	/* each exit has one already */
#define X86_FACT_KERNEL_IBRS	0x0004	/* IBRS is written at each entry to the kernel */
#define X86_FACT_VERW		0x0008	/* the kernel clears CPU buffers on its way out */
#define X86_FACT_VERW_VM	0x0010	/* and wants that before guests */
#define X86_FACT_AMD		0x0020	/* AMD or Hygon */
#define X86_FACT_L1TF_COND	0x0040	/* l1tf=flush, the default */
#define X86_FACT_L1TF_ALWAYS	0x0080	/* l1tf=full */
#define X86_FACT_L1D_OUTSIDE	0x0100	/* who runs this host flushes */
#define X86_FACT_L1D_CMD	0x0200	/* there is IA32_FLUSH_CMD */
#define X86_FACT_L1D_MARKS	0x0400	/* interrupt handlers say that they ran */
#define X86_FACT_IBPB_USER	0x0800	/* the kernel can do an IBPB on its way to user space */
#define X86_FACT_SRSO_REDUCE	0x1000	/* BpSpecReduce protects the host from guests */

/**
 * struct x86_mitigation - one rule
 * @does: X86_ENTER_* and so on
 * @when: facts that all have to hold
 * @unless: facts of which none may
 * @why: the flaw and its CVE, for people
 */
struct x86_mitigation {
	u32 does;
	u32 when;
	u32 unless;
	const char *why;
};

/* Ends with one that does nothing */
extern const struct x86_mitigation x86_mitigation_rules[];

bool x86_mitigation_holds(const struct x86_mitigation *rule, u32 facts);
u32 x86_mitigations_for(u32 facts);
bool x86_perf_global_broken(u32 family, u32 model);
u64 x86_arch_cap_merge(u64 one, u64 other);
u64 x86_arch_cap_for_guest(u64 host, u64 known);

/**
 * x86_spec_ctrl_same - whether the entry has nothing to do about SPEC_CTRL
 * @guest: what the guest has written
 * @host: the thread's own
 * @vmcb: what the VMCB has; 0 without V_SPEC_CTRL
 */
static inline bool x86_spec_ctrl_same(u64 guest, u64 host, u64 vmcb)
{
	return !((guest ^ host) | vmcb);
}

/**
 * x86_spec_ctrl_flags - what the entry and the exit have to write
 * @guest: what the guest has written
 * @host: the thread's own
 * @vmcb: NULL, or where hardware takes the guest's from (V_SPEC_CTRL)
 *
 * Hardware that switches by itself combines both values; a value of the guest's
 * past that stayed in the VMCB would hold for ever, so it is written each time.
 */
static inline u32 x86_spec_ctrl_flags(u64 guest, u64 host, u64 *vmcb)
{
	if (vmcb) {
		*vmcb = guest;
		return 0;
	}
	return guest == host ? 0 : X86_ENTER_GUEST_SPEC | X86_ENTER_HOST_SPEC;
}
#endif /* __ASSEMBLY__ */

#endif /* MOTE_X86_MITIGATE_RULES_H */
