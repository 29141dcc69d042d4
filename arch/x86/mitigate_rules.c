// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: what follows from what is known of the host, see mitigate_rules.h.
 *
 * The kernel's own choice counts: it knows the CPUs, the microcode and its
 * command line, and what it has switched off stays off.  MMIO stale data alone
 * (CVE-2022-21123 and others) asks for nothing: it takes a guest that reaches a
 * device's memory, and memory slots take pages of RAM only.
 */
#include "mitigate_rules.h"

const struct x86_mitigation x86_mitigation_rules[] = {
	{ X86_IBPB_GUEST, X86_FACT_IBPB, X86_FACT_IBPB_EXIT,
	  "IBPB between guests: Spectre v2, CVE-2017-5715" },
	/*
	 * IBRS of CPUs without enhanced IBRS is no state but an event: what was
	 * learned before the write, in a less privileged mode, is not used after it.
	 */
	{ X86_ENTER_HOST_SPEC, X86_FACT_KERNEL_IBRS, 0,
	  "IBRS after each exit: Retbleed, CVE-2022-29901" },
	/* AMD's kernel tells guests and user space apart */
	{ X86_ENTER_VERW, X86_FACT_VERW, X86_FACT_AMD,
	  "VERW before entries: MDS, TAA, RFDS, CVE-2018-12126, CVE-2019-11135, CVE-2023-28746" },
	{ X86_ENTER_VERW, X86_FACT_VERW_VM, 0,
	  "VERW before entries: MDS, TSA, CVE-2018-12126, CVE-2024-36350" },
	{ X86_L1D_COND, X86_FACT_L1TF_COND | X86_FACT_L1D_MARKS, X86_FACT_L1D_OUTSIDE,
	  "L1D flush where the host touched data: L1TF, CVE-2018-3646" },
	/* Nobody says what the host did meanwhile */
	{ X86_L1D_ALWAYS, X86_FACT_L1TF_COND, X86_FACT_L1D_OUTSIDE | X86_FACT_L1D_MARKS,
	  "L1D flush before each entry: L1TF, CVE-2018-3646" },
	{ X86_L1D_ALWAYS, X86_FACT_L1TF_ALWAYS, X86_FACT_L1D_OUTSIDE,
	  "L1D flush before each entry: L1TF, CVE-2018-3646" },
	{ X86_L1D_BY_HAND, X86_FACT_L1TF_COND, X86_FACT_L1D_OUTSIDE | X86_FACT_L1D_CMD,
	  "L1D is flushed by reading: microcode without IA32_FLUSH_CMD" },
	{ X86_L1D_BY_HAND, X86_FACT_L1TF_ALWAYS, X86_FACT_L1D_OUTSIDE | X86_FACT_L1D_CMD,
	  "L1D is flushed by reading: microcode without IA32_FLUSH_CMD" },
	{ X86_IBPB_USER, X86_FACT_IBPB_USER, 0,
	  "IBPB between guest and runner: VMSCAPE, CVE-2025-40300" },
	{ X86_SRSO_REDUCE, X86_FACT_SRSO_REDUCE, 0,
	  "BpSpecReduce while there are VMs: SRSO, CVE-2023-20569" },
	{ }
};

/** x86_mitigation_holds - whether a rule is to be followed on a host with @facts */
bool x86_mitigation_holds(const struct x86_mitigation *rule, u32 facts)
{
	return (facts & rule->when) == rule->when && !(facts & rule->unless);
}

/**
 * x86_mitigations_for - all that has to be done
 * @facts: X86_FACT_*
 * Return: X86_ENTER_* and so on
 */
u32 x86_mitigations_for(u32 facts)
{
	const struct x86_mitigation *rule;
	u32 all = 0;

	for (rule = x86_mitigation_rules; rule->does; rule++)
		if (x86_mitigation_holds(rule, facts))
			all |= rule->does;
	return all;
}

/**
 * x86_perf_global_broken - whether exits must not load IA32_PERF_GLOBAL_CTRL
 * @family: of an Intel CPU
 * @model: same
 *
 * Bits 34:32 may be lost, and the fixed counters with them: errata AAK155, AAP115,
 * AAT100, BC86, BA97 of Nehalem and Westmere.
 */
bool x86_perf_global_broken(u32 family, u32 model)
{
	static const u8 models[] = { 26, 30, 37, 44, 46 };
	unsigned int i;

	for (i = 0; i < sizeof(models); i++)
		if (family == 6 && model == models[i])
			return true;
	return false;
}

/* ---- IA32_ARCH_CAPABILITIES ---- */

#define BIT64(n)		(1ull << (n))

/* RSBA, RRSBA: where one CPU predicts RET by other means, a guest has to know */
#define ARCH_CAP_WARNINGS	(BIT64(2) | BIT64(19))

/**
 * x86_arch_cap_merge - IA32_ARCH_CAPABILITIES that holds on two CPUs
 * @one: of one
 * @other: of the other
 *
 * A flaw that is in either is in both, as a guest moves.
 */
u64 x86_arch_cap_merge(u64 one, u64 other)
{
	return (one & other) | ((one | other) & ARCH_CAP_WARNINGS);
}

/*
 * Of what the CPU says about itself, what holds inside a guest.  Not the bits
 * that announce MSRs which a guest does not get: TSX_CTRL (7), package
 * controls (10-12), FB_CLEAR_CTRL (18), XAPIC_DISABLE (21), GDS_CTRL (25).
 */
#define ARCH_CAP_GUEST	(BIT64(0) |	/* RDCL_NO */			\
			 BIT64(1) |	/* IBRS_ALL */			\
			 BIT64(4) |	/* SSB_NO */			\
			 BIT64(5) |	/* MDS_NO */			\
			 BIT64(6) |	/* IF_PSCHANGE_MC_NO */		\
			 BIT64(8) |	/* TAA_NO */			\
			 BIT64(13) |	/* SBDR_SSDP_NO */		\
			 BIT64(14) |	/* FBSDP_NO */			\
			 BIT64(15) |	/* PSDP_NO */			\
			 BIT64(17) |	/* FB_CLEAR */			\
			 BIT64(20) |	/* BHI_NO */			\
			 BIT64(24) |	/* PBRSB_NO */			\
			 BIT64(26) |	/* GDS_NO */			\
			 BIT64(27) |	/* RFDS_NO */			\
			 BIT64(28) |	/* RFDS_CLEAR */		\
			 BIT64(62) |	/* ITS_NO */			\
			 ARCH_CAP_WARNINGS)

/**
 * x86_arch_cap_for_guest - what a guest reads in IA32_ARCH_CAPABILITIES
 * @host: the host's CPUs, merged
 * @known: bits that the kernel knows to hold, from its lists of CPUs or by what it
 *	has done to them
 */
u64 x86_arch_cap_for_guest(u64 host, u64 known)
{
	return (host | known) & ARCH_CAP_GUEST;
}
