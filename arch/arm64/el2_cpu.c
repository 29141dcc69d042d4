// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: what the world switch has to know of a CPU: extensions, errata,
 * and what speculation makes necessary after an exit.
 *
 * Not here, because the switch has nothing to do for them: Spectre v4 (the
 * guest's PSTATE.SSBS comes and goes with SPSR_EL2, SCTLR_ELx.DSSBS sets it for
 * the host, and the firmware's mitigation is on in the kernel and stays on);
 * Spectre v3a (vectors at random addresses; nothing secret is in ours); erratum
 * 1418040 of Cortex-A76 (CNTVCT of AArch32 EL0: the guest kernel's to work
 * around, as on the metal).
 */
#include <linux/arm-smccc.h>
#include <linux/printk.h>

#include <asm/cpufeature.h>
#include <asm/cputype.h>

#include "el2.h"

static bool has_field(u64 reg, unsigned int shift)
{
	return cpuid_feature_extract_unsigned_field(reg, shift);
}

/* Fields by the Arm ARM: their names change from kernel to kernel */
static u64 extension_flags(void)
{
	u64 pfr0 = read_sysreg(id_aa64pfr0_el1);
	u64 mmfr0 = read_sysreg(id_aa64mmfr0_el1);
	u64 mmfr1 = read_sysreg(id_aa64mmfr1_el1);
	u64 dfr0 = read_sysreg(id_aa64dfr0_el1);
	u64 flags = 0;

	flags |= has_field(pfr0, 24) ? HYP_GIC : 0;
	flags |= has_field(pfr0, 28) ? HYP_RAS : 0;
	flags |= has_field(pfr0, 40) ? HYP_MPAM : 0;
	flags |= has_field(mmfr0, 56) ? HYP_FGT : 0;
	flags |= has_field(mmfr1, 40) ? HYP_HCX : 0;
	/* PMBIDR_EL1.P and TRBIDR_EL1.P: a higher level keeps the buffer */
	if (has_field(dfr0, 32) && !(read_sysreg_s(SYS_PMBIDR_EL1) & BIT(4)))
		flags |= HYP_SPE;
	if (has_field(dfr0, 44) && !(read_sysreg_s(SYS_TRBIDR_EL1) & BIT(4)))
		flags |= HYP_TRBE;
	return flags;
}

static bool firmware_has(u32 function)
{
	struct arm_smccc_res res;

	if (arm_smccc_1_1_get_conduit() != SMCCC_CONDUIT_SMC)
		return false;
	arm_smccc_1_1_smc(ARM_SMCCC_ARCH_FEATURES_FUNC_ID, function, &res);
	return (int)res.a0 == SMCCC_RET_SUCCESS;
}

/* Spectre v2: the kernel knows who is affected, firmware how to help */
static u64 branch_flags(void)
{
	if (!this_cpu_has_cap(ARM64_SPECTRE_V2))
		return 0;
	if (firmware_has(ARM_SMCCC_ARCH_WORKAROUND_1))
		return HYP_WA1;
	pr_warn_once("guests can steer this CPU's branch prediction (Spectre v2): update the firmware\n");
	return 0;
}

/* How many branches fill the history (Arm's "Spectre-BHB" paper, table of k) */
static unsigned int history_length(void)
{
	switch (MIDR_PARTNUM(read_cpuid_id())) {
	case ARM_CPU_PART_CORTEX_A72:
		return 8;
	case ARM_CPU_PART_CORTEX_A76:
	case ARM_CPU_PART_CORTEX_A77:
	case ARM_CPU_PART_NEOVERSE_N1:
		return 24;
	case ARM_CPU_PART_CORTEX_A78:
	case ARM_CPU_PART_CORTEX_A710:
	case ARM_CPU_PART_CORTEX_X1:
	case ARM_CPU_PART_CORTEX_X2:
	case ARM_CPU_PART_NEOVERSE_N2:
	case ARM_CPU_PART_NEOVERSE_V1:
		return 32;
	default:
		return 132;	/* the longest that is known */
	}
}

/* Spectre-BHB */
static u64 history_flags(void)
{
	if (!this_cpu_has_cap(ARM64_SPECTRE_BHB) ||
	    has_field(read_sysreg(id_aa64mmfr1_el1), 60))	/* ECBHB: exceptions do it */
		return 0;
	if (has_field(read_sysreg_s(SYS_ID_AA64ISAR2_EL1), 28))
		return HYP_CLRBHB;
	if (firmware_has(ARM_SMCCC_ARCH_WORKAROUND_3))
		return HYP_WA3;
	return HYP_LOOP | (u64)history_length() << HYP_LOOP_SHIFT;
}

u64 el2_cpu_flags(void)
{
	u64 flags = extension_flags() | branch_flags() | history_flags();

	if (this_cpu_has_cap(ARM64_WORKAROUND_SPECULATIVE_AT))
		flags |= HYP_SPECULATIVE_AT;
	if (this_cpu_has_cap(ARM64_WORKAROUND_834220))
		flags |= HYP_834220;
	return flags;
}
