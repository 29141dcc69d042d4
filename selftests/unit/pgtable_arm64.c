// SPDX-License-Identifier: GPL-2.0-only
/*
 * arm64's stage 2 as a format of the walker, against the Arm ARM's figures
 * ("VMSAv8-64 translation table format descriptors"), and what the tests know
 * of formats in general.
 */
#include "pgtable_unit.h"

struct mote_pt_format arm64_s2, arm64_s2_fwb;

static void __attribute__((constructor)) make_formats(void)
{
	arm64_s2_format(&arm64_s2, 40, false);
	arm64_s2_format(&arm64_s2_fwb, 40, true);
}

/* Page and blocks bit by bit; levels 1 to 3 of the manual are 0 to 2 here */
bool test_stage2_bits(void)
{
	const struct mote_pt_format *f = &arm64_s2;
	hpa_t pa = 0x123456789000;

	CHECK(f->make_table(pa) == (pa | 3));
	/* AF, inner shareable, S2AP read and write, MemAttr 0b1111, page */
	CHECK(f->make_leaf(pa, 2, MOTE_PT_RWX) == (pa | 0x7ff));
	/* XN */
	CHECK(f->make_leaf(pa, 2, MOTE_PT_R | MOTE_PT_W) == (pa | 0x7ff | 1ULL << 54));
	/* S2AP 0b01: read only */
	CHECK(f->make_leaf(pa, 2, MOTE_PT_R | MOTE_PT_X) == (pa | 0x77f));
	/* Blocks: bit 1 is 0 */
	CHECK(f->make_leaf(2 * 0x40000000ULL, 0, MOTE_PT_RWX) == (0x80000000 | 0x7fd));
	CHECK(f->make_leaf(0x200000, 1, MOTE_PT_RWX) == (0x200000 | 0x7fd));
	/* FEAT_S2FWB: MemAttr 0b0110 */
	CHECK(arm64_s2_fwb.make_leaf(pa, 2, MOTE_PT_RWX) == (pa | 0x7db));
	CHECK(!mote_pt_present(f, 0) && !mote_pt_present(f, 2) && mote_pt_present(f, 1));
	CHECK(mote_pt_is_leaf(f, 1, 1) && !mote_pt_is_leaf(f, 3, 1) && mote_pt_is_leaf(f, 3, 2));
	return true;
}

/* Concatenated roots: a page for each 512 GiB, at most 16 */
bool test_stage2_roots(void)
{
	static const struct {
		unsigned int bits, pages, index;
	} want[] = {
		{ 32, 1, 2 }, { 36, 1, 6 }, { 39, 1, 9 }, { 40, 2, 10 }, { 42, 8, 12 },
		{ 43, 16, 13 },
	};
	struct mote_pt_format f;

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		arm64_s2_format(&f, want[i].bits, false);
		CHECK(f.root_pages == want[i].pages);
		CHECK(f.level[0].bits == want[i].index);
		CHECK(f.break_before_make);
	}
	return true;
}

u64 *hw_walk(const struct mote_pt *pt, gpa_t gpa, unsigned int *level)
{
	const struct mote_pt_format *fmt = pt->fmt;
	u64 *table = pt->root;
	unsigned int l;

	for (l = 0; l < fmt->levels; l++) {
		u64 index = gpa >> fmt->level[l].shift & ((1ULL << fmt->level[l].bits) - 1);

		if (!mote_pt_present(fmt, table[index]))
			return NULL;
		*level = l;
		if (mote_pt_is_leaf(fmt, table[index], l))
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

		if (!mote_pt_present(fmt, entry)) {
			CHECK(!entry);
			continue;
		}
		present++;
		if (mote_pt_is_leaf(fmt, entry, level)) {
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
