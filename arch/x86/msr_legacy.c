// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: MSRs that a maker's CPUs have without a word in CPUID, so that systems and
 * boot tools touch them without asking.  SDM vol. 4; APM vol. 2, appendix "MSR
 * Cross-Reference", and the BIOS and Kernel Developer's Guides.
 *
 * Reads give what makes software leave the matter alone, and writes that hardware
 * would take are taken.  Not here, and #GP:
 *
 * - what belongs to a CPUID bit that guests do not see, as on a CPU without it;
 * - LS_CFG, BP_CFG and other chicken bits of AMD CPUs by which systems mitigate: who
 *   finds them there believes that they work.  They are asked for with care.
 */
#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/processor.h>
#include <asm/tsc.h>

#include "msr_table.h"

/* HWCR: the TSC counts at the rate of P-state 0 */
#define HWCR_TSC_FREQ_SEL	BIT_ULL(24)

/* VM_CR: SVM is disabled and locked */
#define VM_CR_OFF		(BIT(3) | BIT(4))

/* DE_CFG: LFENCE waits for all before it */
#define DE_CFG_LFENCE		BIT_ULL(1)

/* Ratio of the TSC to 100 MHz, the bus clock of MSR_FSB_FREQ below */
static u64 ratio(void)
{
	return DIV_ROUND_CLOSEST(tsc_khz, 100000) & 0xff;
}

/* PLATFORM_INFO, PERF_STATUS, PERF_CTL: in bits 15:8 */
static u64 get_ratio(struct mote_vcpu *vcpu, u32 index)
{
	return ratio() << 8;
}

/* A byte for each number of cores that run */
static u64 get_turbo(struct mote_vcpu *vcpu, u32 index)
{
	return ratio() * 0x0101010101010101ull;
}

/* AMD has the revision in the lower half */
static u64 get_ucode(struct mote_vcpu *vcpu, u32 index)
{
	return (u64)boot_cpu_data.microcode << (x86_guest_has(vcpu, X86_FEATURE_GUEST_AMD) ? 0 : 32);
}

/* As the host's CPUs are set up; it is not for guests to change */
static u64 get_de_cfg(struct mote_vcpu *vcpu, u32 index)
{
	return boot_cpu_has(X86_FEATURE_LFENCE_RDTSC) ? DE_CFG_LFENCE : 0;
}

/* ---- what is kept and does nothing ---- */

static const struct {
	u32 index;
	u64 bits;
	u64 reset;
} kept[X86_KEPT_COUNT] = {
	/* MtrrFixDramEn to Tom2ForceMemTypeWB; memory encryption is not there */
	[X86_KEPT_SYSCFG] = { MSR_AMD64_SYSCFG, GENMASK_ULL(22, 18) },
	[X86_KEPT_HWCR] = { MSR_K7_HWCR, GENMASK_ULL(31, 1), HWCR_TSC_FREQ_SEL },
	[X86_KEPT_TOP_MEM] = { MSR_K8_TOP_MEM1, GENMASK_ULL(51, 23) },
	[X86_KEPT_TOP_MEM2] = { MSR_K8_TOP_MEM2, GENMASK_ULL(51, 23) },
};

static unsigned int kept_slot(u32 index)
{
	unsigned int i;

	for (i = 0; i < X86_KEPT_COUNT - 1; i++)
		if (kept[i].index == index)
			break;
	return i;
}

static u64 get_kept(struct mote_vcpu *vcpu, u32 index)
{
	return vcpu->arch.kept[kept_slot(index)];
}

static int check_kept(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	return value & ~kept[kept_slot(index)].bits ? -EINVAL : 0;
}

static void set_kept(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	vcpu->arch.kept[kept_slot(index)] = value;
}

/** x86_legacy_msr_reset - those that are kept, as after power-up */
void x86_legacy_msr_reset(struct mote_vcpu *vcpu)
{
	unsigned int i;

	for (i = 0; i < X86_KEPT_COUNT; i++)
		vcpu->arch.kept[i] = kept[i].reset;
}

/* ---- the table: writes to what is not read-only are dropped where nothing else is said ---- */

#define ONE(index)		.first = (index), .last = (index)
#define RANGE(from, to)		.first = (from), .last = (to)
#define INTEL			.need = X86_FEATURE_GUEST_INTEL
#define AMD			.need = X86_FEATURE_GUEST_AMD
#define READ_ONLY		.flags = MSR_RO
#define COMMAND			.flags = MSR_WO
#define KEPT			AMD, .flags = MSR_LIST, .get = get_kept, \
				.check = check_kept, .set = set_kept

const struct x86_msr x86_legacy_msrs[] = {
	/* Machine checks as the Pentium had them */
	{ RANGE(MSR_IA32_P5_MC_ADDR, MSR_IA32_P5_MC_TYPE) },
	{ ONE(MSR_IA32_PLATFORM_ID), INTEL, READ_ONLY },
	{ ONE(MSR_IA32_EBL_CR_POWERON), INTEL },
	/* Of the Pentium 4: bus clock 100 MHz */
	{ ONE(MSR_EBC_FREQUENCY_ID), INTEL, READ_ONLY },
	{ ONE(MSR_SMI_COUNT), INTEL, READ_ONLY },
	/* CORE_THREAD_COUNT: one of each */
	{ ONE(0x35), INTEL, READ_ONLY, .value = 0x10001 },
	/* Locked, with everything it could enable off */
	{ ONE(MSR_IA32_FEAT_CTL), INTEL, READ_ONLY, .value = FEAT_CTL_LOCKED },
	/* Microcode updates do nothing; systems see that the revision has not changed */
	{ ONE(MSR_IA32_UCODE_WRITE), INTEL, COMMAND },
	{ ONE(MSR_IA32_UCODE_REV), .get = get_ucode },
	/* Counters that do not count, which systems try and leave */
	{ RANGE(MSR_P6_PERFCTR0, MSR_P6_PERFCTR1), INTEL },
	/* 5: 100 MHz */
	{ ONE(MSR_FSB_FREQ), INTEL, READ_ONLY, .value = 5 },
	{ ONE(MSR_PLATFORM_INFO), INTEL, READ_ONLY, .get = get_ratio },
	/* Locked */
	{ ONE(MSR_PKG_CST_CONFIG_CONTROL), INTEL, READ_ONLY, .value = BIT(15) },
	/* L2 cache present and on */
	{ ONE(MSR_IA32_BBL_CR_CTL3), INTEL, .value = 0xbe702111 },
	/* No banks; whoever clears them all the same may */
	{ ONE(MSR_IA32_MCG_CAP), READ_ONLY },
	{ ONE(MSR_IA32_MCG_CTL) },
	{ RANGE(MSR_P6_EVNTSEL0, MSR_P6_EVNTSEL1), INTEL },
	/* FLEX_RATIO: off */
	{ ONE(0x194), INTEL },
	{ ONE(MSR_IA32_PERF_STATUS), INTEL, READ_ONLY, .get = get_ratio },
	{ ONE(MSR_IA32_PERF_CTL), INTEL, .get = get_ratio },
	/* Clock modulation, thermal interrupts and status, THERM2_CTL: nothing is hot */
	{ RANGE(MSR_IA32_THERM_CONTROL, MSR_THERM2_CTL), INTEL },
	/* 100 degrees */
	{ ONE(MSR_IA32_TEMPERATURE_TARGET), INTEL, READ_ONLY, .value = 100 << 16 },
	/* Prefetchers */
	{ ONE(MSR_MISC_FEATURE_CONTROL), INTEL },
	{ ONE(MSR_MISC_PWR_MGMT), INTEL },
	{ RANGE(MSR_TURBO_RATIO_LIMIT, MSR_TURBO_RATIO_LIMIT2), INTEL, READ_ONLY, .get = get_turbo },
	/* No branch was recorded */
	{ RANGE(MSR_IA32_LASTBRANCHFROMIP, MSR_IA32_LASTINTTOIP), READ_ONLY },
	{ ONE(MSR_IA32_POWER_CTL), INTEL },
	{ RANGE(MSR_IA32_MC0_CTL, MSR_IA32_MCx_MISC(7)) },
	/* Energy used: none */
	{ ONE(MSR_RAPL_POWER_UNIT), INTEL, READ_ONLY },
	{ ONE(MSR_PKG_ENERGY_STATUS), INTEL, READ_ONLY },
	{ ONE(MSR_DRAM_ENERGY_STATUS), INTEL, READ_ONLY },
	{ ONE(MSR_PP0_ENERGY_STATUS), INTEL, READ_ONLY },
	{ ONE(MSR_PP1_ENERGY_STATUS), INTEL, READ_ONLY },
	/* On every AMD64 CPU */
	{ RANGE(MSR_K7_EVNTSEL0, MSR_K7_PERFCTR3), AMD },
	{ ONE(MSR_AMD64_SYSCFG), KEPT },
	{ ONE(MSR_K7_HWCR), KEPT },
	{ ONE(MSR_K8_TOP_MEM1), KEPT },
	{ ONE(MSR_K8_TOP_MEM2), KEPT },
	{ ONE(MSR_AMD64_NB_CFG), AMD },
	{ ONE(MSR_AMD64_PATCH_LOADER), AMD, COMMAND },
	/* Which errors of a bank are not logged */
	{ RANGE(0xc0010044, 0xc001004a), AMD },
	/* SMI_ON_IO_TRAP, INT_PENDING, triggers of SMIs */
	{ RANGE(0xc0010050, 0xc0010056), AMD },
	{ ONE(MSR_FAM10H_MMIO_CONF_BASE), AMD },
	/* P-states: none is defined */
	{ ONE(0xc0010061), AMD, READ_ONLY },
	{ RANGE(MSR_AMD_PERF_CTL, MSR_AMD_PSTATE_DEF_BASE + 7), AMD },
	/* SMM's memory */
	{ RANGE(0xc0010111, 0xc0010113), AMD },
	{ ONE(MSR_VM_CR), AMD, .value = VM_CR_OFF },
	/* No workarounds are listed */
	{ RANGE(MSR_AMD64_OSVW_ID_LENGTH, MSR_AMD64_OSVW_STATUS), AMD },
	{ RANGE(MSR_F15H_PERF_CTL, MSR_F15H_PERF_CTR5), AMD },
	/* The workaround for shared instruction caches is on (family 15h) */
	{ ONE(MSR_F15H_IC_CFG), AMD, .value = 0x1e },
	/* DC_CFG, BU_CFG */
	{ RANGE(MSR_AMD64_DC_CFG, 0xc0011023), AMD },
	{ ONE(MSR_AMD64_DE_CFG), AMD, .get = get_de_cfg },
	{ ONE(MSR_AMD64_BU_CFG2), AMD },
	{ ONE(MSR_F15H_EX_CFG), AMD },
};

const unsigned int x86_legacy_msr_count = ARRAY_SIZE(x86_legacy_msrs);
