// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: stage 2: what the machine offers, and VMIDs.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <asm/cpufeature.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>

#include "machine.h"
#include "mod/mote.h"
#include "stage2_format.h"
#include "tlbtag.h"

/* 1 TiB for guests: more would need one more level, in all walks of all guests */
#define IPA_BITS_MAX	40
#define PA_TOP		BIT_ULL(48)
/* Less would have to start at level 2; no CPU with EL2 has less */
#define IPA_BITS_MIN	31

static struct mote_pt_format format __ro_after_init;
static bool has_fwb __ro_after_init;
static struct mote_tags vmids;

u64 arm64_vtcr __ro_after_init;
unsigned int arm64_ipa_bits __ro_after_init;

static unsigned int field(u64 reg, unsigned int shift)
{
	return cpuid_feature_extract_unsigned_field(reg, shift);
}

/* ID_AA64MMFR0_EL1.TGran4_2: 0 says as TGran4, 1 not, more that it is there */
static bool has_granule_4k(u64 mmfr0)
{
	unsigned int stage2 = field(mmfr0, 40);

	return stage2 ? stage2 >= 2 : cpuid_feature_extract_signed_field(mmfr0, 28) >= 0;
}

/* And back: from the top, as KVM counts from 1 */
static unsigned int vmid_of(unsigned int tag)
{
	return vmids.count + 1 - tag;
}

/* All memory that guests may get is where the formats of EL2 and stage 2 reach */
static bool memory_in_reach(void)
{
	return region_intersects(PA_TOP, BIT_ULL(52) - PA_TOP, IORESOURCE_SYSTEM_RAM,
				 IORES_DESC_NONE) == REGION_DISJOINT;
}

/**
 * arm64_stage2_init - what stage 2 looks like on this machine
 *
 * Return: 0; -EOPNOTSUPP: said in the log; -ENOMEM.  Context: module load.
 */
int arm64_stage2_init(void)
{
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);
	u64 mmfr1 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR1_EL1);
	u64 mmfr2 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR2_EL1);
	unsigned int pa_range = min(field(mmfr0, 0), 5u);	/* 48 bits */
	bool wide_vmids = field(mmfr1, 4) == 2;

	if (!memory_in_reach()) {
		pr_err("this machine has memory above 256 TiB, which mote's tables do not reach: boot with mem=256T\n");
		return -EOPNOTSUPP;
	}
	if (cpus_have_final_cap(ARM64_MISMATCHED_CACHE_TYPE)) {
		pr_err("the CPUs have cache lines of different sizes, which guests would stumble over: not usable with mote\n");
		return -EOPNOTSUPP;
	}
	if (!has_granule_4k(mmfr0)) {
		pr_err("this CPU has no 4 KiB pages in stage 2: not usable with mote\n");
		return -EOPNOTSUPP;
	}
	arm64_ipa_bits = min_t(unsigned int, id_aa64mmfr0_parange_to_phys_shift(pa_range), IPA_BITS_MAX);
	if (arm64_ipa_bits < IPA_BITS_MIN) {
		pr_err("this CPU has %u physical address bits, mote needs %u\n", arm64_ipa_bits,
		       IPA_BITS_MIN);
		return -EOPNOTSUPP;
	}
	has_fwb = field(mmfr2, 40);
	arm64_s2_format(&format, arm64_ipa_bits, has_fwb);
	arm64_caches_setup(&format, has_fwb);
	arm64_vtcr = VTCR_EL2_RES1 | (u64)pa_range << VTCR_EL2_PS_SHIFT | VTCR_EL2_SH0_INNER |
		     VTCR_EL2_ORGN0_WBWA | VTCR_EL2_IRGN0_WBWA | VTCR_EL2_LVLS_TO_SL0(3) |
		     VTCR_EL2_T0SZ(arm64_ipa_bits) | (wide_vmids ? VTCR_EL2_VS_16BIT : 0);
	return mote_tags_init(&vmids, 1, wide_vmids ? 0xffff : 0xff);
}

void arm64_stage2_exit(void)
{
	mote_tags_destroy(&vmids);
}

const struct mote_pt_format *mote_arch_pt_format(void)
{
	return &format;
}

u64 arm64_stage2_hcr(void)
{
	return has_fwb ? HCR_FWB : HCR_TVM;
}

int arm64_stage2_vm_init(struct mote_vm *vm)
{
	unsigned int tag = mote_tag_alloc(&vmids);

	if (!tag)
		return -ENOSPC;
	vm->arch.vmid = vmid_of(tag);
	vm->arch.vttbr = virt_to_phys(vm->mem.pt.root) | (u64)vm->arch.vmid << 48;
	return 0;
}

void arm64_stage2_vm_destroy(struct mote_vm *vm)
{
	mote_tag_free(&vmids, vmid_of(vm->arch.vmid));
}
