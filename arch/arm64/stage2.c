// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: stage 2: what the machine offers, VMIDs, and the caches behind
 * pages that a guest gets.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/io.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <asm/cacheflush.h>
#include <asm/cpufeature.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>

#include "arm64.h"
#include "stage2_format.h"
#include "tlbtag.h"

/* 1 TiB for guests: more would need one more level, in all walks of all guests */
#define IPA_BITS_MAX	40
/* Less would have to start at level 2; no CPU with EL2 has less */
#define IPA_BITS_MIN	31

static struct mote_pt_format format __ro_after_init;
static bool has_fwb __ro_after_init;
static bool has_idc __ro_after_init;
static bool icache_virtual __ro_after_init;
static unsigned int line_bytes __ro_after_init;
static unsigned int iline_bytes __ro_after_init;
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

/* ---- caches ---- */

/* Host's view of a page to the point of coherency; Arm ARM, "DC CIVAC" */
void arm64_dcache_clean(hpa_t hpa, u64 bytes)
{
	unsigned long at = (unsigned long)phys_to_virt(hpa);
	unsigned long end = at + bytes, line = line_bytes;	/* not read anew for each */

	for (; at < end; at += line)
		asm volatile("dc civac, %0" : : "r"(at) : "memory");
	dsb(sy);
}

/* Data cleaned as far as instruction fetches look; Arm ARM, CTR_EL0.IDC */
static void clean_to_unification(unsigned long at, unsigned long end)
{
	unsigned long line = line_bytes;

	for (; at < end; at += line)
		asm volatile("dc cvau, %0" : : "r"(at) : "memory");
}

/*
 * Fetches see what the host wrote.  By address only where the cache does not
 * look at other bits of the virtual address than of the physical one: the
 * guest's differs.
 */
static void icache_sync(hpa_t hpa, u64 bytes)
{
	unsigned long at = (unsigned long)phys_to_virt(hpa);
	unsigned long end = at + bytes;

	if (!has_idc)
		clean_to_unification(at, end);
	dsb(ish);
	if (icache_virtual || bytes > SZ_64K) {
		icache_inval_all_pou();
		return;
	}
	for (; at < end; at += iline_bytes)
		asm volatile("ic ivau, %0" : : "r"(at) : "memory");
	dsb(ish);
}

/*
 * struct mote_pt_format::before_map.  A guest with its MMU off, or with
 * uncached mappings, reads past the caches that the host wrote to; FEAT_S2FWB
 * makes it use them ("Stage 2 forced Write-Back").
 */
static void before_map(hpa_t hpa, u64 bytes, u32 prot)
{
	if (!has_fwb)
		arm64_dcache_clean(hpa, bytes);
	if (format.fetch_separately && (prot & MOTE_PT_X))
		icache_sync(hpa, bytes);
}

/* What the guest wrote with caches on, to where it reads with them off, and back */
static void clean_piece(struct mote_memory *mem, gpa_t first, gpa_t last)
{
	struct mote_pt_leaf leaf;

	spin_lock(&mem->pt_lock);
	mote_pt_for_each(&mem->pt, first, last, &leaf) {
		gpa_t from = max(first, leaf.gpa), end = min(last + 1, leaf.gpa + leaf.bytes);

		arm64_dcache_clean(leaf.hpa + (from - leaf.gpa), end - from);
	}
	spin_unlock(&mem->pt_lock);
}

/**
 * arm64_stage2_clean - clean and invalidate all memory that the guest has mapped
 * @vm: the VM
 *
 * What cache maintenance by set and way is meant to do.  Context: sleepable.
 */
void arm64_stage2_clean(struct mote_vm *vm)
{
	struct mote_memory *mem = &vm->mem;
	gpa_t end = 1ULL << mem->gpa_bits, at = 0;
	struct mote_pt_leaf leaf;
	bool more;

	while (!has_fwb && at < end && !fatal_signal_pending(current)) {
		spin_lock(&mem->pt_lock);
		more = mote_pt_next(&mem->pt, at, end - 1, &leaf);
		spin_unlock(&mem->pt_lock);
		if (!more)
			return;
		at = max(at, leaf.gpa);
		clean_piece(mem, at, at | (SZ_2M - 1));
		at = (at | (SZ_2M - 1)) + 1;
		cond_resched();
	}
}

/* ---- the machine ---- */

static void find_caches(void)
{
	u64 ctr = read_sanitised_ftr_reg(SYS_CTR_EL0);

	/* Words, as powers of 2; Arm ARM, "CTR_EL0" */
	line_bytes = 4u << field(ctr, 16);
	iline_bytes = 4u << field(ctr, 0);
	has_idc = ctr & BIT(28);
	icache_virtual = field(ctr, 14) % 4 != 3;	/* L1Ip: not PIPT */
	format.fetch_separately = !(ctr & BIT(29));	/* DIC */
}

static int init_vmids(bool wide)
{
	return mote_tags_init(&vmids, 1, wide ? 0xffff : 0xff);
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
	find_caches();
	format.before_map = has_fwb && !format.fetch_separately ? NULL : before_map;
	arm64_vtcr = VTCR_EL2_RES1 | (u64)pa_range << VTCR_EL2_PS_SHIFT | VTCR_EL2_SH0_INNER |
		     VTCR_EL2_ORGN0_WBWA | VTCR_EL2_IRGN0_WBWA | VTCR_EL2_LVLS_TO_SL0(3) |
		     VTCR_EL2_T0SZ(arm64_ipa_bits) | (wide_vmids ? VTCR_EL2_VS_16BIT : 0);
	return init_vmids(wide_vmids);
}

void arm64_stage2_exit(void)
{
	mote_tags_destroy(&vmids);
}

const struct mote_pt_format *mote_arch_pt_format(void)
{
	return &format;
}

/** arm64_stage2_hcr - bits of HCR_EL2 that go with the format */
u64 arm64_stage2_hcr(void)
{
	return has_fwb ? HCR_FWB : 0;
}

int arm64_stage2_vm_init(struct mote_vm *vm)
{
	vm->arch.vmid = mote_tag_alloc(&vmids);
	if (!vm->arch.vmid)
		return -ENOSPC;
	vm->arch.vttbr = virt_to_phys(vm->mem.pt.root) | (u64)vm->arch.vmid << 48;
	return 0;
}

void arm64_stage2_vm_destroy(struct mote_vm *vm)
{
	mote_tag_free(&vmids, vm->arch.vmid);
}
