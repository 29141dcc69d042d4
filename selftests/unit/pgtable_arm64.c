// SPDX-License-Identifier: GPL-2.0-only
/*
 * A format like arm64 stage 2 (Arm ARM, "VMSAv8-64 translation table format
 * descriptors"), and what the tests know of formats in general.
 */
#include "pgtable_unit.h"

#define S2_VALID	BIT_ULL(0)
#define S2_TABLE	BIT_ULL(1)	/* at the last level: page */
#define S2_READ		BIT_ULL(6)
#define S2_WRITE	BIT_ULL(7)
#define S2_AF		BIT_ULL(10)
#define S2_XN		BIT_ULL(54)
#define S2_DIRTY	BIT_ULL(55)	/* left to software */
#define S2_LAST		2u

static bool s2_present(u64 entry)
{
	return entry & S2_VALID;
}

static bool s2_is_leaf(u64 entry, unsigned int level)
{
	return level == S2_LAST || !(entry & S2_TABLE);
}

static u64 s2_make_table(hpa_t pa)
{
	return pa | S2_VALID | S2_TABLE;
}

static u64 s2_make_leaf(hpa_t pa, unsigned int level, u32 prot)
{
	return pa | S2_VALID | (level == S2_LAST ? S2_TABLE : 0) |
	       S2_READ | (prot & MOTE_PT_W ? S2_WRITE : 0) | (prot & MOTE_PT_X ? 0 : S2_XN);
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

static u64 s2_inherit(u64 leaf, u64 from)
{
	return leaf | (from & (S2_AF | S2_DIRTY));
}

static bool s2_accessed(u64 entry)
{
	return entry & S2_AF;
}

static bool s2_dirty(u64 entry)
{
	return entry & S2_DIRTY;
}

const struct mote_pt_format arm64_like = {
	.name = "like arm64 stage 2",
	.levels = S2_LAST + 1,
	.level = {
		{ .shift = 30, .bits = 10, .leaf_ok = true },
		{ .shift = 21, .bits = 9, .leaf_ok = true },
		{ .shift = 12, .bits = 9, .leaf_ok = true },
	},
	.root_pages = 2,
	.break_before_make = true,
	.addr_mask = GENMASK_ULL(47, 12),
	.present = s2_present,
	.is_leaf = s2_is_leaf,
	.make_table = s2_make_table,
	.make_leaf = s2_make_leaf,
	.prot = s2_prot,
	.clear_prot = s2_clear_prot,
	.inherit = s2_inherit,
	.accessed = s2_accessed,
	.dirty = s2_dirty,
};

u64 *hw_walk(const struct mote_pt *pt, gpa_t gpa, unsigned int *level)
{
	const struct mote_pt_format *fmt = pt->fmt;
	u64 *table = pt->root;
	unsigned int l;

	for (l = 0; l < fmt->levels; l++) {
		u64 index = gpa >> fmt->level[l].shift & ((1ULL << fmt->level[l].bits) - 1);

		if (!fmt->present(table[index]))
			return NULL;
		*level = l;
		if (fmt->is_leaf(table[index], l))
			return &table[index];
		table = phys_to_virt(table[index] & fmt->addr_mask);
	}
	return NULL;
}

static bool leaf_sound(const struct mote_pt_format *fmt, u64 entry, unsigned int level)
{
	u64 below = (1ULL << fmt->level[level].shift) - 1;

	CHECK(fmt->level[level].leaf_ok);
	CHECK(!(entry & fmt->addr_mask & below));
	CHECK(fmt->prot(entry) & MOTE_PT_R);
	return true;
}

static bool table_sound(const struct mote_pt *pt, u64 *table, unsigned int level,
			unsigned long *tables)
{
	const struct mote_pt_format *fmt = pt->fmt;
	unsigned long i, present = 0;

	for (i = 0; i < 1ul << fmt->level[level].bits; i++) {
		u64 entry = table[i];

		if (!fmt->present(entry)) {
			CHECK(!entry);
			continue;
		}
		present++;
		if (fmt->is_leaf(entry, level)) {
			CHECK(leaf_sound(fmt, entry, level));
			continue;
		}
		++*tables;
		CHECK(table_sound(pt, phys_to_virt(entry & fmt->addr_mask), level + 1, tables));
	}
	if (level) {
		CHECK(present);
		CHECK(page_private(virt_to_page(table)) == present);
	}
	return true;
}

bool tables_sound(const struct mote_pt *pt, unsigned int spare)
{
	unsigned long tables = pt->fmt->root_pages;

	CHECK(table_sound(pt, pt->root, 0, &tables));
	CHECK(pt->table_pages == tables);
	CHECK(shim_pages == (long)(tables + spare));
	return true;
}
