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

/* DIT: the kernel's headers name it from 6.2 on */
#define SYS_DIT		sys_reg(3, 3, 4, 2, 5)

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
	flags |= has_field(pfr0, 28) ? BIT(HYP_BIT_RAS) : 0;
	flags |= has_field(mmfr0, 56) ? HYP_FGT : 0;
#ifdef ARM64_HAS_HCX
	/* Older kernels never touch HCRX_EL2, so firmware may not let EL2 (SCR_EL3.HXEn) */
	flags |= has_field(mmfr1, 40) ? HYP_HCX : 0;
#endif
	flags |= has_field(mmfr1, 20) ? BIT(HYP_BIT_PAN) : 0;
	flags |= has_field(pfr0, 48) && read_sysreg_s(SYS_DIT) ? BIT(HYP_BIT_DIT) : 0;
	/* PMBIDR_EL1.P and TRBIDR_EL1.P: a higher level keeps the buffer */
	if (has_field(dfr0, 32) && !(read_sysreg_s(SYS_PMBIDR_EL1) & BIT(4)))
		flags |= HYP_SPE;
	if (has_field(dfr0, 44) && !(read_sysreg_s(SYS_TRBIDR_EL1) & BIT(4)))
		flags |= HYP_TRBE;
	return flags;
}

/*
 * How many branches fill the history (Arm's "Spectre-BHB" paper and Linux,
 * arch/arm64/kernel/proton-pack.c)
 */
static const struct {
	u32 midr;
	u8 length;
} histories[] = {
	{ MIDR_CORTEX_A57, 8 }, { MIDR_CORTEX_A72, 8 }, { MIDR_AMPERE1, 11 },
	{ MIDR_CORTEX_A76, 24 }, { MIDR_CORTEX_A76AE, 24 }, { MIDR_CORTEX_A77, 24 },
	{ MIDR_NEOVERSE_N1, 24 }, { MIDR_QCOM_KRYO_4XX_GOLD, 24 },
	{ MIDR_CORTEX_A78, 32 }, { MIDR_CORTEX_A78AE, 32 }, { MIDR_CORTEX_A78C, 32 },
	{ MIDR_CORTEX_A710, 32 }, { MIDR_CORTEX_X1, 32 }, { MIDR_CORTEX_X1C, 32 },
	{ MIDR_CORTEX_X2, 32 }, { MIDR_NEOVERSE_N2, 32 }, { MIDR_NEOVERSE_V1, 32 },
	{ MIDR_CORTEX_A715, 38 }, { MIDR_CORTEX_A720, 38 },
	{ MIDR_CORTEX_X3, 132 }, { MIDR_NEOVERSE_V2, 132 },
};

/* Return: 0: no loop helps, firmware has to */
static u64 history_length(void)
{
	u32 midr = read_cpuid_id() & MIDR_CPU_MODEL_MASK;
	int i;

	for (i = 0; i < ARRAY_SIZE(histories); i++) {
		if (histories[i].midr == midr)
			return histories[i].length;
	}
	return 0;
}

/* The call as hyp_host::flags has it, or 0 */
static u64 firmware_call(u32 function, const char *against)
{
	struct arm_smccc_res res = { .a0 = SMCCC_RET_NOT_SUPPORTED };

	if (arm_smccc_1_1_get_conduit() == SMCCC_CONDUIT_SMC)
		arm_smccc_1_1_smc(ARM_SMCCC_ARCH_FEATURES_FUNC_ID, function, &res);
	if ((int)res.a0 == SMCCC_RET_SUCCESS)
		return (u64)function << HYP_SMC_SHIFT;
	pr_warn_once("guests can steer this CPU's branch prediction (%s): update the firmware\n",
		     against);
	return 0;
}

static u64 history_flags(void)
{
	u64 length = history_length();

	if (has_field(read_sysreg(id_aa64mmfr1_el1), 60))	/* ECBHB: exceptions do it */
		return 0;
	if (has_field(read_sysreg_s(SYS_ID_AA64ISAR2_EL1), 28))
		return BIT(HYP_BIT_CLRBHB);
	if (length)
		return BIT(HYP_BIT_LOOP) | length << HYP_LOOP_SHIFT;
	return firmware_call(ARM_SMCCC_ARCH_WORKAROUND_3, "Spectre-BHB");
}

/*
 * Which CPUs are affected, the kernel knows.  Without an answer to v2 one to
 * BHB would be for nothing; firmware's call for the latter does both.
 */
static u64 branch_flags(void)
{
	u64 v2 = 0, bhb = 0;

	if (this_cpu_has_cap(ARM64_SPECTRE_V2)) {
		v2 = firmware_call(ARM_SMCCC_ARCH_WORKAROUND_1, "Spectre v2");
		if (!v2)
			return 0;
	}
	if (this_cpu_has_cap(ARM64_SPECTRE_BHB))
		bhb = history_flags();
	return bhb >> HYP_SMC_SHIFT ? bhb : v2 | bhb;
}

/* AmpereOne AC04, which older headers do not name */
#define MIDR_AC04	MIDR_CPU_MODEL(ARM_CPU_IMP_AMPERE, 0xac4)

u64 el2_cpu_flags(void)
{
	u64 flags = extension_flags() | branch_flags();

	if (this_cpu_has_cap(ARM64_WORKAROUND_SPECULATIVE_AT))
		flags |= HYP_SPECULATIVE_AT;
	if (this_cpu_has_cap(ARM64_WORKAROUND_834220))
		flags |= HYP_834220;
	if ((read_cpuid_id() & MIDR_CPU_MODEL_MASK) == MIDR_AC04)
		flags |= HYP_AC04_23;
	return flags;
}
