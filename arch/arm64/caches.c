// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the caches behind pages that a guest gets.
 */
#include <linux/io.h>
#include <linux/sched.h>

#include <asm/cacheflush.h>
#include <asm/cpufeature.h>

#include "machine.h"
#include "mod/mote.h"

static bool has_fwb __ro_after_init;
static bool has_idc __ro_after_init;
static bool has_dic __ro_after_init;
static bool icache_virtual __ro_after_init;
static unsigned int line_bytes __ro_after_init;
static unsigned int iline_bytes __ro_after_init;

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
	if (!has_dic && (prot & MOTE_PT_X))
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

void arm64_vm_clean(struct mote_vm *vm)
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

void arm64_caches_setup(struct mote_pt_format *format, bool fwb)
{
	u64 ctr = read_sanitised_ftr_reg(SYS_CTR_EL0);

	/* Words, as powers of 2; Arm ARM, "CTR_EL0" */
	line_bytes = 4u << cpuid_feature_extract_unsigned_field(ctr, 16);
	iline_bytes = 4u << cpuid_feature_extract_unsigned_field(ctr, 0);
	has_idc = ctr & BIT(28);
	icache_virtual = cpuid_feature_extract_unsigned_field(ctr, 14) % 4 != 3;	/* L1Ip: not PIPT */
	has_dic = ctr & BIT(29);
	has_fwb = fwb;
	format->fetch_separately = !has_dic;
	format->before_map = has_fwb && has_dic ? NULL : before_map;
}
