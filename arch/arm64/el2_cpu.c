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
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

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

/*
 * How many branches fill the history; 0: no number helps, firmware has to
 * (Arm's "Spectre-BHB" paper and Linux, arch/arm64/kernel/proton-pack.c)
 */
static u64 history_length(void)
{
	switch (read_cpuid_id() & MIDR_CPU_MODEL_MASK) {
	case MIDR_CORTEX_A57:
	case MIDR_CORTEX_A72:
		return 8;
	case MIDR_AMPERE1:
		return 11;
	case MIDR_CORTEX_A76:
	case MIDR_CORTEX_A76AE:
	case MIDR_CORTEX_A77:
	case MIDR_NEOVERSE_N1:
	case MIDR_QCOM_KRYO_4XX_GOLD:
		return 24;
	case MIDR_CORTEX_A78:
	case MIDR_CORTEX_A78AE:
	case MIDR_CORTEX_A78C:
	case MIDR_CORTEX_A710:
	case MIDR_CORTEX_X1:
	case MIDR_CORTEX_X1C:
	case MIDR_CORTEX_X2:
	case MIDR_NEOVERSE_N2:
	case MIDR_NEOVERSE_V1:
		return 32;
	case MIDR_CORTEX_A715:
	case MIDR_CORTEX_A720:
		return 38;
	case MIDR_CORTEX_X3:
	case MIDR_NEOVERSE_V2:
		return 132;
	default:
		return 0;
	}
}

static u64 vulnerable(const char *what)
{
	pr_warn_once("guests can steer this CPU's branch prediction (%s): update the firmware\n", what);
	return 0;
}

/*
 * Spectre-BHB; without an answer to v2 one to this would be for nothing.  All
 * but the last hold for what is after the exit; firmware does both.
 */
static u64 history_flags(void)
{
	u64 length = history_length();

	if (has_field(read_sysreg(id_aa64mmfr1_el1), 60))	/* ECBHB: exceptions do it */
		return 0;
	if (has_field(read_sysreg_s(SYS_ID_AA64ISAR2_EL1), 28))
		return HYP_CLRBHB;
	if (length)
		return HYP_LOOP | length << HYP_LOOP_SHIFT;
	return firmware_has(ARM_SMCCC_ARCH_WORKAROUND_3) ? HYP_WA3 : vulnerable("Spectre-BHB");
}

/* Which CPUs are affected, the kernel knows */
static u64 branch_flags(void)
{
	u64 flags = 0;

	if (this_cpu_has_cap(ARM64_SPECTRE_V2)) {
		if (!firmware_has(ARM_SMCCC_ARCH_WORKAROUND_1))
			return vulnerable("Spectre v2");
		flags = HYP_WA1;
	}
	if (this_cpu_has_cap(ARM64_SPECTRE_BHB))
		flags |= history_flags();
	return flags & HYP_WA3 ? flags & ~HYP_WA1 : flags;
}

u64 el2_cpu_flags(void)
{
	u64 flags = extension_flags() | branch_flags();

	if (this_cpu_has_cap(ARM64_WORKAROUND_SPECULATIVE_AT))
		flags |= HYP_SPECULATIVE_AT;
	if (this_cpu_has_cap(ARM64_WORKAROUND_834220))
		flags |= HYP_834220;
	return flags;
}
