// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: what the lowvisor sees of memory: tables of its own for EL2's
 * stage 1, with VA equal to PA.  The code is read-only, and nothing that can be
 * written is executable (SCTLR_EL2.WXN would see to it anyway).
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/mutex.h>

#include "el2.h"
#include "mod/pgtable.h"

/* Arm ARM, "VMSAv8-64 translation table format descriptors", 4 KiB granule */
#define DESC_VALID	BIT(0)
#define DESC_TABLE	BIT(1)		/* and a page at the last level */
#define DESC_AP_RES1	BIT(6)		/* AP[1], where there is no EL0 */
#define DESC_READ_ONLY	BIT(7)		/* AP[2] */
#define DESC_INNER	(3ULL << 8)	/* SH: the attributes are MAIR_EL2's first, as the kernel's */
#define DESC_ACCESSED	BIT(10)
#define DESC_XN		BIT_ULL(54)

#define LAST_LEVEL	3

static u64 el2_make_table(hpa_t pa)
{
	return pa | DESC_VALID | DESC_TABLE;
}

static u64 el2_make_leaf(hpa_t pa, unsigned int level, u32 prot)
{
	return pa | DESC_VALID | DESC_TABLE | DESC_AP_RES1 | DESC_INNER | DESC_ACCESSED |
	       (prot & MOTE_PT_W ? 0 : DESC_READ_ONLY) | (prot & MOTE_PT_X ? 0 : DESC_XN);
}

static u32 el2_prot(u64 entry)
{
	return MOTE_PT_R | (entry & DESC_READ_ONLY ? 0 : MOTE_PT_W) |
	       (entry & DESC_XN ? 0 : MOTE_PT_X);
}

/* Leaves come and stay: the format's other questions are not asked */
static const struct mote_pt_format el2_format = {
	.name = "EL2 stage 1",
	.levels = 4,
	.level = { { 39, 9 }, { 30, 9 }, { 21, 9 }, { 12, 9, true } },
	.root_pages = 1,
	.break_before_make = true,
	.addr_mask = GENMASK_ULL(47, 12),
	.present = DESC_VALID,
	.block_mask = DESC_TABLE,
	.make_table = el2_make_table,
	.make_leaf = el2_make_leaf,
	.prot = el2_prot,
};

/* map_lock guards the rest; spare pages begin with the address of the next */
static DEFINE_MUTEX(map_lock);
static struct mote_pt el2_pt;
static struct mote_pt_cache el2_cache;
static void *spare_pages;

int el2_map_init(void)
{
	return mote_pt_init(&el2_pt, &el2_format);
}

void el2_map_exit(void)
{
	mote_pt_destroy(&el2_pt);
	mote_pt_cache_free(&el2_cache);
	while (spare_pages) {
		void *page = spare_pages;

		spare_pages = *(void **)page;
		free_page((unsigned long)page);
	}
}

phys_addr_t el2_map_root(void)
{
	return virt_to_phys(el2_pt.root);
}

static int map_page(hpa_t pa, u32 prot)
{
	struct mote_pt_cache unlinked = {};
	int r = mote_pt_cache_fill(&el2_cache, LAST_LEVEL);

	return r ? r : mote_pt_map(&el2_pt, &el2_cache, pa, LAST_LEVEL, pa, prot, &unlinked);
}

/**
 * el2_map_range - map memory, page by page
 * @start: kernel address in the linear map, page aligned
 * @bytes: a multiple of 4 KiB
 * @prot: MOTE_PT_*
 *
 * Return: 0, -ENOMEM; -ERANGE: above the 48 bits of the tables.  Context: sleepable.
 */
int el2_map_range(void *start, size_t bytes, u32 prot)
{
	hpa_t pa = virt_to_phys(start);
	hpa_t end = pa + bytes;
	int r = 0;

	if ((end - 1) >> 48)
		return -ERANGE;
	mutex_lock(&map_lock);
	for (; pa < end && !r; pa += 4096)
		r = map_page(pa, prot);
	mutex_unlock(&map_lock);
	/* The walkers of all CPUs see the entries before anybody uses the page */
	dsb(ishst);
	return r;
}

/* ---- pages of vCPUs ---- */

/**
 * el2_page_alloc - a zeroed page that the lowvisor sees
 *
 * Such pages stay mapped, for the next vCPU, until the module goes: taking one
 * out of the tables would disturb all CPUs.  Return: NULL without memory.
 * Context: sleepable.
 */
void *el2_page_alloc(void)
{
	void *page;

	mutex_lock(&map_lock);
	page = spare_pages;
	if (page)
		spare_pages = *(void **)page;
	mutex_unlock(&map_lock);
	if (page) {
		clear_page(page);
		return page;
	}
	page = (void *)get_zeroed_page(GFP_KERNEL);
	if (page && el2_map_range(page, PAGE_SIZE, MOTE_PT_R | MOTE_PT_W)) {
		free_page((unsigned long)page);
		return NULL;
	}
	return page;
}

/** el2_page_free - for the next one; nothing of the guest's is left in it.  Sleepable. */
void el2_page_free(void *page)
{
	clear_page(page);
	mutex_lock(&map_lock);
	*(void **)page = spare_pages;
	spare_pages = page;
	mutex_unlock(&map_lock);
}
