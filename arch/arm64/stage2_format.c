// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the format of stage-2 tables, for mod/pgtable.c.
 *
 * Arm ARM, "VMSAv8-64 translation table format descriptors" and "Stage 2
 * memory region type and Cacheability attributes".
 */
#include <linux/bits.h>
#include <linux/types.h>

#include "stage2_format.h"

#define S2_VALID	BIT_ULL(0)
#define S2_TABLE	BIT_ULL(1)	/* at the last level: page */
#define S2_NORMAL_WB	(0xfULL << 2)	/* limits stage 1 to nothing */
#define S2_FWB_WB	(0x6ULL << 2)	/* write-back, whatever stage 1 says */
#define S2_READ		BIT_ULL(6)
#define S2_WRITE	BIT_ULL(7)
#define S2_SH_INNER	(3ULL << 8)
#define S2_AF		BIT_ULL(10)
#define S2_XN		BIT_ULL(54)	/* for EL0 and EL1, with and without FEAT_XNX */
#define S2_DIRTY	BIT_ULL(55)	/* left to software: FEAT_HAFDBS is not used */
#define S2_ADDR		GENMASK_ULL(47, 12)

#define S2_LAST		2u		/* levels 1, 2 and 3 of the manual */

static u64 s2_make_table(hpa_t pa)
{
	return pa | S2_VALID | S2_TABLE;
}

/* The guest is about to use it, so that the access flag is set already */
static u64 make_leaf(hpa_t pa, unsigned int level, u32 prot, u64 type)
{
	u64 entry = pa | S2_VALID | type | S2_SH_INNER | S2_AF | S2_READ;

	if (level == S2_LAST)
		entry |= S2_TABLE;
	if (prot & MOTE_PT_W)
		entry |= S2_WRITE;
	if (!(prot & MOTE_PT_X))
		entry |= S2_XN;
	return entry;
}

static u64 s2_make_leaf(hpa_t pa, unsigned int level, u32 prot)
{
	return make_leaf(pa, level, prot, S2_NORMAL_WB);
}

static u64 s2_make_leaf_fwb(hpa_t pa, unsigned int level, u32 prot)
{
	return make_leaf(pa, level, prot, S2_FWB_WB);
}

static u32 s2_prot(u64 entry)
{
	return (entry & S2_READ ? MOTE_PT_R : 0) | (entry & S2_WRITE ? MOTE_PT_W : 0) |
	       (entry & S2_XN ? 0 : MOTE_PT_X);
}

static u64 s2_clear_prot(u64 entry, u32 prot)
{
	if (prot & MOTE_PT_R)
		return entry & ~S2_VALID;
	if (prot & MOTE_PT_W)
		entry &= ~S2_WRITE;
	if (prot & MOTE_PT_X)
		entry |= S2_XN;
	return entry;
}

void arm64_s2_format(struct mote_pt_format *fmt, unsigned int ipa_bits, bool fwb)
{
	*fmt = (struct mote_pt_format) {
		.name = fwb ? "stage 2, forced write-back" : "stage 2",
		.levels = S2_LAST + 1,
		.level = {
			{ .shift = 30, .bits = ipa_bits - 30, .leaf_ok = true },
			{ .shift = 21, .bits = 9, .leaf_ok = true },
			{ .shift = 12, .bits = 9, .leaf_ok = true },
		},
		.root_pages = ipa_bits > 39 ? 1u << (ipa_bits - 39) : 1,
		.break_before_make = true,
		.flush_upgrade = true,
		.addr_mask = S2_ADDR,
		.present = S2_VALID,
		.block_mask = S2_TABLE,
		.noted = S2_DIRTY,
		.make_table = s2_make_table,
		.make_leaf = fwb ? s2_make_leaf_fwb : s2_make_leaf,
		.prot = s2_prot,
		.clear_prot = s2_clear_prot,
	};
}
