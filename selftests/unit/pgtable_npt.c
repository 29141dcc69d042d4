// SPDX-License-Identifier: GPL-2.0-only
/*
 * AMD's nested page tables as a format of the walker, against the figures of APM
 * vol. 2, "Long-Mode Page Translation", and "Nested Paging".
 */
#include "pgtable_unit.h"

#define P	(1ULL << 0)
#define W	(1ULL << 1)
#define U	(1ULL << 2)
#define A	(1ULL << 5)
#define D	(1ULL << 6)
#define PS	(1ULL << 7)
#define NX	(1ULL << 63)

/* Where CPUID 8000001F EBX puts it on the first CPUs with SME, and on later ones */
#define C_47	(1ULL << 47)
#define C_51	(1ULL << 51)

#define MIB2	(1ULL << 21)
#define GIB1	(1ULL << 30)

/* ---- random ---- */

bool test_npt_random(void)
{
	const struct mote_pt_format *fmt = mote_npt_setup(false, false, 0);

	/* Across a boundary of the root's entries, from 0 on, and up to the top */
	return random_run(fmt, D, 512 * GIB1 - 32 * MIB2, 64 * 512, 20000) &&
	       random_run(fmt, D, 0, 2 * 512, 20000) &&
	       random_run(fmt, D, (1ULL << 48) - 4 * MIB2, 4 * 512, 10000);
}

bool test_npt_random_1g(void)
{
	return random_run(mote_npt_setup(false, true, C_47), D, (1ULL << 48) - 3 * GIB1,
			  3 << 18, 600);
}

bool test_npt_random_5_levels(void)
{
	/* Across a boundary of the root's entries, which are 2^48 apart */
	return random_run(mote_npt_setup(true, false, C_51), D, (1ULL << 48) - 32 * MIB2,
			  64 * 512, 20000) &&
	       random_run(mote_npt_setup(true, true, 0), D, (1ULL << 57) - 2 * GIB1,
			  2 << 18, 400);
}

/* ---- bits ---- */

static bool leaf_bits(bool la57, u64 c)
{
	const struct mote_pt_format *f = mote_npt_setup(la57, true, c);
	unsigned int page = la57 ? 4 : 3;
	hpa_t pa = 0x123456789000;

	/* Write-back by PAT entry 0: PWT, PCD and PAT are 0; accessed already */
	CHECK(f->make_leaf(pa, page, MOTE_PT_RWX) == (pa | c | A | U | W | P));
	CHECK(f->make_leaf(pa, page, MOTE_PT_R | MOTE_PT_W) == (pa | c | NX | A | U | W | P));
	CHECK(f->make_leaf(pa, page, MOTE_PT_R | MOTE_PT_X) == (pa | c | A | U | P));
	CHECK(f->make_leaf(pa, page, MOTE_PT_R) == (pa | c | NX | A | U | P));
	/* There is no write or execute without read */
	CHECK(f->make_leaf(pa, page, MOTE_PT_W) == (pa | c | NX | A | U | W | P));
	CHECK(f->make_leaf(3 * MIB2, page - 1, MOTE_PT_RWX) == (3 * MIB2 | c | PS | A | U | W | P));
	CHECK(f->make_leaf(3 * GIB1, page - 2, MOTE_PT_R) == (3 * GIB1 | c | NX | PS | A | U | P));
	/* A table takes nothing away, at no level */
	CHECK(f->make_table(pa) == (pa | c | U | W | P));
	CHECK(mote_npt_pointer(0x5000) == (0x5000 | c));
	return true;
}

bool test_npt_bits(void)
{
	return leaf_bits(false, 0) && leaf_bits(false, C_47) && leaf_bits(true, 0) &&
	       leaf_bits(true, C_51);
}

/* What the walker asks about entries, whatever bits hardware and we set besides */
bool test_npt_entries(void)
{
	const struct mote_pt_format *f = mote_npt_setup(false, true, C_47);
	u64 leaf = 0x40000000 | C_47 | A | U | W | P;

	CHECK(!mote_pt_present(f, 0) && !mote_pt_present(f, leaf & ~P) && mote_pt_present(f, P));
	/* Bit 7 of a page is PAT, and above it is what makes a block */
	CHECK(mote_pt_is_leaf(f, leaf, 3) && mote_pt_is_leaf(f, leaf | PS, 3));
	CHECK(mote_pt_is_leaf(f, leaf | PS, 2) && mote_pt_is_leaf(f, leaf | PS, 1));
	CHECK(!mote_pt_is_leaf(f, leaf, 2) && !mote_pt_is_leaf(f, leaf, 1));
	CHECK(!mote_pt_is_leaf(f, leaf, 0));
	CHECK(f->prot(leaf) == MOTE_PT_RWX && f->prot(leaf | NX) == (MOTE_PT_R | MOTE_PT_W));
	CHECK(f->prot(leaf & ~W) == (MOTE_PT_R | MOTE_PT_X) && !f->prot(leaf & ~P));
	CHECK((leaf & f->addr_mask) == 0x40000000 && !(f->addr_mask & (NX | C_47)));
	CHECK(f->noted == (A | D));
	CHECK(f->clear_prot(leaf | D, MOTE_PT_W) == ((leaf & ~W) | D));
	CHECK(f->clear_prot(leaf, MOTE_PT_X) == (leaf | NX));
	CHECK(f->clear_prot(leaf, MOTE_PT_W | MOTE_PT_X) == ((leaf & ~W) | NX));
	CHECK(!mote_pt_present(f, f->clear_prot(leaf, MOTE_PT_R)));
	return true;
}

static bool levels(bool la57, bool leaf_1g)
{
	const struct mote_pt_format *f = mote_npt_setup(la57, leaf_1g, 0);
	unsigned int i, n = la57 ? 5 : 4;

	CHECK(f->levels == n && f->root_pages == 1 && !f->break_before_make);
	CHECK(mote_pt_gpa_bits(f) == (la57 ? 57 : 48));
	for (i = 0; i < n; i++) {
		unsigned int below = n - 1 - i;

		CHECK(f->level[i].shift == 12 + 9 * below && f->level[i].bits == 9);
		CHECK(f->level[i].leaf_ok == (below < 2 || (below == 2 && leaf_1g)));
	}
	CHECK(!strcmp(f->name, leaf_1g ? "NPT, 4 KiB to 1 GiB" : "NPT, 4 KiB and 2 MiB"));
	return true;
}

bool test_npt_levels(void)
{
	/* With 1 GiB and then without: nothing stays of the last call */
	return levels(false, true) && levels(false, false) && levels(true, true) &&
	       levels(true, false) && levels(false, false);
}

/* ---- a split, entry by entry ---- */

/* Level by level as the CPU does; returns the entry at @to, which must be reached */
static u64 raw_entry(const struct mote_pt *pt, gpa_t gpa, unsigned int to, u64 c)
{
	u64 *table = pt->root;

	for (unsigned int l = 0, shift = 39; ; l++, shift -= 9) {
		u64 entry = table[gpa >> shift & 511];

		if (l == to)
			return entry;
		if ((entry & (P | W | U | PS | NX | c)) != (P | W | U | c))
			return 0;
		table = (u64 *)(uintptr_t)(entry & 0xffffffffff000ULL & ~c);
	}
}

/* Of 1 GiB that was written to and may not be executed, one page becomes read-only */
bool test_npt_split(void)
{
	const struct mote_pt_format *f = mote_npt_setup(false, true, C_47);
	struct mote_pt_cache cache = {}, unlinked = {};
	u64 want = C_47 | NX | D | A | U | W | P;
	gpa_t at = GIB1 + 5 * MIB2 + 7 * 4096;
	struct mote_pt pt;

	CHECK(!mote_pt_init(&pt, f) && !mote_pt_cache_fill(&cache, 3));
	CHECK(!mote_pt_map(&pt, &cache, GIB1, 1, 6 * GIB1, MOTE_PT_R | MOTE_PT_W, &unlinked));
	CHECK(raw_entry(&pt, at, 1, C_47) == (6 * GIB1 | PS | (want & ~D)));
	((u64 *)(uintptr_t)(pt.root[0] & 0xffffffffff000ULL & ~C_47))[1] |= D;
	CHECK(mote_pt_protect(&pt, at, at + 4095, MOTE_PT_W, &cache, &unlinked));
	CHECK(raw_entry(&pt, at, 3, C_47) == ((5 * GIB1 + at) | (want & ~W)));
	CHECK(raw_entry(&pt, at + 4096, 3, C_47) == ((5 * GIB1 + at + 4096) | want));
	CHECK(raw_entry(&pt, GIB1, 2, C_47) == (6 * GIB1 | PS | want));
	CHECK(raw_entry(&pt, GIB1 + 511 * MIB2, 2, C_47) == (6 * GIB1 + 511 * MIB2 + (PS | want)));
	CHECK(!cache.count && !unlinked.count);
	mote_pt_destroy(&pt);
	CHECK(!shim_pages);
	return true;
}
