// SPDX-License-Identifier: GPL-2.0-only
/* The walker of second-stage tables, and the EPT format; pgtable_*.c are about others. */
#include "ept.h"
#include "pgtable_unit.h"

#define KIB4	(1ULL << 12)
#define MIB2	(1ULL << 21)
#define GIB1	(1ULL << 30)

/* ---- random ---- */

static bool random_ept(u64 caps, gpa_t base, unsigned int pages, unsigned int operations)
{
	return random_run(mote_ept_format(caps, false), EPT_DIRTY_BIT, base, pages, operations);
}

static bool test_ept_random(void)
{
	/* Across a boundary of the root's entries */
	return random_ept(CAPS_2M, 512 * GIB1 - 32 * MIB2, 64 * 512, 30000);
}

static bool test_ept_small(void)
{
	return random_ept(CAPS_2M, 0, 2 * 512, 30000);
}

static bool test_ept_4k(void)
{
	return random_ept(CAPS_4K, 1ULL << 47, 4 * 512, 20000);
}

static bool test_ept_1g(void)
{
	return random_ept(CAPS_1G, (1ULL << 48) - 3 * GIB1, 3 << 18, 600);
}

/* No leaf that is not of the last level is executable, whatever was asked for */
static bool test_ept_exec_small(void)
{
	return random_run(mote_ept_format(CAPS_2M, true), EPT_DIRTY_BIT, 0, 4 * 512, 30000) &&
	       random_run(mote_ept_format(CAPS_1G, true), EPT_DIRTY_BIT, 0, 2 << 18, 400);
}

static bool test_arm64_random(void)
{
	/* Across the middle of the two root pages, and up to the top */
	return random_run(&arm64_s2, S2_DIRTY_BIT, 512 * GIB1 - 32 * MIB2, 64 * 512, 20000) &&
	       random_run(&arm64_s2_fwb, S2_DIRTY_BIT, 0, 64 * 512, 5000) &&
	       random_run(&arm64_s2, S2_DIRTY_BIT, 1024 * GIB1 - 2 * GIB1, 2 << 18, 600);
}

/* ---- directed ---- */

static struct mote_pt pt;
static struct mote_pt_cache cache, unlinked;

static bool begin(const struct mote_pt_format *fmt)
{
	CHECK(!mote_pt_init(&pt, fmt));
	return true;
}

static bool finish(void)
{
	mote_pt_cache_free(&cache);
	mote_pt_cache_free(&unlinked);
	mote_pt_destroy(&pt);
	CHECK(!shim_pages && !shim_secondary);
	return true;
}

static int map(gpa_t gpa, unsigned int level, hpa_t hpa, u32 prot)
{
	mote_pt_cache_fill(&cache, pt.fmt->levels - 1);
	return mote_pt_map(&pt, &cache, gpa, level, hpa, prot, &unlinked);
}

static u32 prot_at(gpa_t gpa)
{
	struct mote_pt_leaf leaf;

	return mote_pt_lookup(&pt, gpa, &leaf) ? leaf.prot : 0;
}

/* The CPU uses the leaf for an address; there is no other way to the entry from here */
static void touch(gpa_t gpa)
{
	unsigned int level;
	u64 *table = pt.root, *entry;

	for (level = 0; ; level++) {
		entry = &table[(gpa >> pt.fmt->level[level].shift) & 511];
		if (mote_pt_is_leaf(pt.fmt, *entry, level))
			break;
		table = phys_to_virt(*entry & pt.fmt->addr_mask);
	}
	*entry |= pt.fmt->accessed;
}

static bool limits(const struct mote_pt_format *fmt, unsigned int bits)
{
	unsigned int last = fmt->levels - 1;
	gpa_t top = (1ULL << bits) - 1;
	struct mote_pt_leaf leaf;
	unsigned int leaves = 0;

	CHECK(mote_pt_gpa_bits(fmt) == bits);
	CHECK(begin(fmt));
	CHECK(!mote_pt_lookup(&pt, top, &leaf) && leaf.level == 0);
	CHECK(!mote_pt_unmap(&pt, 0, top, NULL, &unlinked));
	CHECK(!map(0, last, KIB4, MOTE_PT_RWX));
	CHECK(!map(top - KIB4 + 1, last, 2 * KIB4, MOTE_PT_R));
	CHECK(prot_at(0) == MOTE_PT_RWX && prot_at(KIB4 - 1) == MOTE_PT_RWX && !prot_at(KIB4));
	CHECK(prot_at(top) == MOTE_PT_R && !prot_at(top - KIB4));
	mote_pt_for_each(&pt, 0, top, &leaf)
		leaves++;
	CHECK(leaves == 2 && leaf.gpa == top - KIB4 + 1);
	CHECK(pt.table_pages == fmt->root_pages + 2 * last);
	CHECK(mote_pt_unmap(&pt, 0, top, NULL, &unlinked));
	CHECK(unlinked.count == 2 * last && pt.table_pages == fmt->root_pages);
	CHECK(!mote_pt_next(&pt, 0, top, &leaf));
	return finish();
}

static bool test_limits(void)
{
	return limits(mote_ept_format(CAPS_1G, false), 48) && limits(&arm64_s2, 40) &&
	       limits(mote_npt_setup(false, true, 0), 48) &&
	       limits(mote_npt_setup(true, true, 0), 57);
}

/* Used since it was asked last, by whatever size it is mapped */
static bool age(const struct mote_pt_format *fmt)
{
	unsigned int last = fmt->levels - 1;

	CHECK(fmt->accessed && begin(fmt));
	CHECK(!mote_pt_age(&pt, 0, GIB1 - 1, true));
	CHECK(!map(0, last, KIB4, MOTE_PT_RWX) && !map(4 * MIB2, last - 1, MIB2, MOTE_PT_R));
	/* New entries are those of an access */
	CHECK(mote_pt_age(&pt, 0, KIB4 - 1, false) && mote_pt_age(&pt, 0, KIB4 - 1, true));
	CHECK(!mote_pt_age(&pt, 0, MIB2 - 1, true));
	CHECK(!mote_pt_age(&pt, MIB2, 4 * MIB2 - 1, true));
	/* A part of a block stands for all of it */
	CHECK(mote_pt_age(&pt, 4 * MIB2 + KIB4, 4 * MIB2 + 2 * KIB4 - 1, true));
	CHECK(!mote_pt_age(&pt, 0, GIB1 - 1, true));
	CHECK(prot_at(0) == MOTE_PT_RWX && prot_at(4 * MIB2) == MOTE_PT_R);
	/* As hardware notes it */
	CHECK(map(0, last, KIB4, MOTE_PT_R) == MOTE_PT_KEPT && !mote_pt_age(&pt, 0, GIB1 - 1, false));
	touch(0);
	CHECK(mote_pt_age(&pt, 0, GIB1 - 1, true) && !mote_pt_age(&pt, 0, GIB1 - 1, false));
	CHECK(mote_pt_unmap(&pt, 0, GIB1 - 1, NULL, &unlinked));
	return finish();
}

static bool test_age(void)
{
	return age(mote_ept_format(CAPS_1G, false)) && age(mote_npt_setup(false, true, 0)) &&
	       age(mote_npt_setup(true, true, 0));
}

/* A hole of 4 KiB in 1 GiB: two tables, everything else still mapped. */
static bool test_split(void)
{
	gpa_t at = GIB1 + 77 * MIB2 + 5 * KIB4;
	struct mote_pt_leaf leaf;
	u64 bytes = 0;
	unsigned int blocks = 0, leaves = 0;

	CHECK(begin(mote_ept_format(CAPS_1G, false)));
	CHECK(!map(GIB1, 1, 4 * GIB1, MOTE_PT_RWX));
	CHECK(pt.table_pages == 2);
	CHECK(!mote_pt_cache_fill(&cache, 2));
	CHECK(mote_pt_unmap(&pt, at, at + KIB4 - 1, &cache, &unlinked));
	CHECK(pt.table_pages == 4 && !unlinked.count && tables_sound(&pt, cache.count));
	mote_pt_for_each(&pt, 0, 4 * GIB1 - 1, &leaf) {
		CHECK(leaf.hpa == leaf.gpa + 3 * GIB1 && leaf.prot == MOTE_PT_RWX);
		bytes += leaf.bytes;
		blocks += leaf.level == 2;
		leaves++;
	}
	CHECK(bytes == GIB1 - KIB4 && blocks == 511 && leaves == 511 + 511);
	CHECK(!prot_at(at));
	return finish();
}

/* With one page only the coarse split works; the 2 MiB block goes whole. */
static bool test_split_short(void)
{
	gpa_t at = GIB1 + 77 * MIB2 + 5 * KIB4;

	CHECK(begin(mote_ept_format(CAPS_1G, false)));
	CHECK(!map(GIB1, 1, 4 * GIB1, MOTE_PT_RWX));
	mote_pt_cache_free(&cache);
	CHECK(!mote_pt_cache_fill(&cache, 1));
	CHECK(mote_pt_unmap(&pt, at, at + KIB4 - 1, &cache, &unlinked));
	CHECK(!cache.count && pt.table_pages == 3);
	CHECK(!prot_at(GIB1 + 77 * MIB2) && !prot_at(GIB1 + 78 * MIB2 - 1));
	CHECK(prot_at(GIB1 + 77 * MIB2 - 1) && prot_at(GIB1 + 78 * MIB2));
	return finish();
}

static bool test_drop(void)
{
	CHECK(begin(&arm64_s2));
	CHECK(!map(2 * MIB2, 1, 2 * MIB2, MOTE_PT_RWX) && !map(3 * MIB2, 1, 0, MOTE_PT_RWX));
	CHECK(!mote_pt_cache_fill(&cache, 2));
	/* Break-before-make: not split although there are pages */
	CHECK(mote_pt_unmap(&pt, 2 * MIB2 + KIB4, 2 * MIB2 + 2 * KIB4 - 1, &cache, &unlinked));
	CHECK(!prot_at(2 * MIB2) && prot_at(3 * MIB2) && !unlinked.count);
	CHECK(mote_pt_unmap(&pt, 3 * MIB2, 4 * MIB2 - 1, NULL, &unlinked));
	CHECK(unlinked.count == 1 && pt.table_pages == 2);
	return finish();
}

static bool test_replace(void)
{
	unsigned int i;

	CHECK(begin(mote_ept_format(CAPS_2M, false)));
	for (i = 0; i < 3; i++)
		CHECK(!map(i * KIB4, 3, MIB2 + i * KIB4, MOTE_PT_RWX));
	/* A block over a table: out first, the table waits for the flush */
	CHECK(map(0, 2, MIB2, MOTE_PT_RWX) == MOTE_PT_FLUSH && unlinked.count == 3);
	mote_pt_cache_free(&unlinked);
	CHECK(!map(0, 2, MIB2, MOTE_PT_R) && pt.table_pages == 3);
	/* A page of the block with no more rights: there already */
	CHECK(map(KIB4, 3, MIB2 + KIB4, MOTE_PT_R) == MOTE_PT_KEPT && pt.table_pages == 3);
	/* With more rights, or elsewhere: the block goes */
	CHECK(map(KIB4, 3, MIB2 + KIB4, MOTE_PT_R | MOTE_PT_W) == MOTE_PT_FLUSH);
	CHECK(!prot_at(0));
	CHECK(!map(KIB4, 3, MIB2, MOTE_PT_R));
	/* More rights for the same page: no flush.  Another page: flush */
	CHECK(map(KIB4, 3, MIB2, MOTE_PT_W) == MOTE_PT_KEPT);
	CHECK(prot_at(KIB4) == (MOTE_PT_R | MOTE_PT_W));
	CHECK(map(KIB4, 3, 2 * MIB2, MOTE_PT_R) == MOTE_PT_FLUSH && !prot_at(KIB4));
	return finish();
}

/* A fetch takes the block out; what is beside it stays small */
static bool test_fetch_from_block(void)
{
	struct mote_pt_leaf leaf;

	CHECK(begin(mote_ept_format(CAPS_1G, true)));
	CHECK(!map(GIB1, 1, 4 * GIB1, MOTE_PT_RWX));
	CHECK(prot_at(GIB1) == (MOTE_PT_R | MOTE_PT_W));
	CHECK(mote_pt_level_kept(&pt, GIB1 + KIB4, 1) == 1);
	CHECK(map(GIB1 + KIB4, 3, 4 * GIB1 + KIB4, MOTE_PT_RWX) == MOTE_PT_FLUSH);
	CHECK(!map(GIB1 + KIB4, 3, 4 * GIB1 + KIB4, MOTE_PT_RWX));
	CHECK(prot_at(GIB1 + KIB4) == MOTE_PT_RWX && !prot_at(GIB1));
	/* In the same 2 MiB, in the same 1 GiB, and elsewhere */
	CHECK(mote_pt_level_kept(&pt, GIB1, 1) == 3);
	CHECK(mote_pt_level_kept(&pt, GIB1 + MIB2, 1) == 2);
	CHECK(mote_pt_level_kept(&pt, GIB1 + MIB2, 3) == 3);
	CHECK(mote_pt_level_kept(&pt, 2 * GIB1, 1) == 1);
	CHECK(!map(GIB1 + MIB2, 2, 4 * GIB1 + MIB2, MOTE_PT_R | MOTE_PT_X));
	CHECK(prot_at(GIB1 + MIB2) == MOTE_PT_R);
	/* An upgrade does not make it executable either, and a split neither */
	CHECK(map(GIB1 + MIB2, 2, 4 * GIB1 + MIB2, MOTE_PT_RWX) == MOTE_PT_KEPT);
	CHECK(prot_at(GIB1 + MIB2) == (MOTE_PT_R | MOTE_PT_W));
	CHECK(!mote_pt_cache_fill(&cache, 1));
	CHECK(mote_pt_unmap(&pt, GIB1 + MIB2, GIB1 + MIB2 + KIB4 - 1, &cache, &unlinked));
	mote_pt_for_each(&pt, GIB1 + MIB2, GIB1 + 2 * MIB2 - 1, &leaf)
		CHECK(leaf.level == 3 && leaf.prot == (MOTE_PT_R | MOTE_PT_W));
	return finish();
}

static bool test_protect(void)
{
	CHECK(begin(mote_ept_format(CAPS_2M, false)));
	CHECK(!map(0, 2, MIB2, MOTE_PT_RWX));
	CHECK(mote_pt_protect(&pt, 0, MIB2 - 1, MOTE_PT_W, NULL, &unlinked));
	CHECK(prot_at(0) == (MOTE_PT_R | MOTE_PT_X));
	CHECK(!mote_pt_protect(&pt, 0, MIB2 - 1, MOTE_PT_W, NULL, &unlinked));
	/* Execute alone may be a misconfiguration: nothing is left */
	CHECK(mote_pt_protect(&pt, 0, MIB2 - 1, MOTE_PT_R, NULL, &unlinked));
	CHECK(!prot_at(0) && pt.table_pages == 1 && unlinked.count == 2);
	return finish();
}

static bool test_no_memory(void)
{
	shim_budget = 0;
	CHECK(mote_pt_init(&pt, &arm64_s2) == -ENOMEM);
	mote_pt_destroy(&pt);
	shim_budget = 3;
	CHECK(begin(mote_ept_format(CAPS_2M, false)));
	CHECK(mote_pt_cache_fill(&cache, 3) == -ENOMEM && cache.count == 2);
	CHECK(mote_pt_missing(&pt, 0, 3) == 3 && mote_pt_missing(&pt, 0, 2) == 2);
	CHECK(mote_pt_map(&pt, &cache, 0, 3, 0, MOTE_PT_R, &unlinked) == -ENOMEM);
	CHECK(cache.count == 2 && pt.table_pages == 1 && tables_sound(&pt, 2));
	shim_budget = -1;
	return finish();
}

static bool test_ept_bits(void)
{
	const struct mote_pt_format *fmt = mote_ept_format(CAPS_1G, false);
	u64 page = fmt->make_leaf(0x123456000, 3, MOTE_PT_W);
	u64 block = fmt->make_leaf(0x40000000, 2, MOTE_PT_R | MOTE_PT_X);

	/* WB (6) in bits 5:3, ignore PAT, accessed; R with W */
	CHECK(page == (0x123456000 | 0x3 | 6 << 3 | 1 << 6 | 1 << 8));
	CHECK(block == (0x40000000 | 0x5 | 6 << 3 | 1 << 6 | 1 << 7 | 1 << 8));
	CHECK(fmt->make_table(0x7000) == 0x7007);
	CHECK(!mote_pt_present(fmt, 0) && !mote_pt_present(fmt, 0x7000));
	CHECK(mote_pt_present(fmt, 0x7004));
	CHECK(mote_ept_pointer(0x5000, false) == 0x501e);
	CHECK(mote_ept_pointer(0x5000, true) == 0x505e);
	return true;
}

static bool test_ept_caps(void)
{
	CHECK(mote_ept_format(CAPS_1G, false)->level[1].leaf_ok);
	CHECK(!mote_ept_format(CAPS_2M, false)->level[1].leaf_ok);
	CHECK(mote_ept_format(CAPS_2M, false)->level[2].leaf_ok);
	CHECK(!mote_ept_format(CAPS_4K, false)->level[2].leaf_ok);
	CHECK(!mote_ept_format(CAPS_1G & ~(1ULL << 16), false)->level[1].leaf_ok);
	CHECK(!mote_ept_format(CAPS_1G & ~(1ULL << 6), false));
	CHECK(!mote_ept_format(CAPS_1G & ~(1ULL << 14), false));
	CHECK(mote_ept_format(CAPS_1G, true)->exec_small && mote_ept_format(CAPS_2M, true)->exec_small);
	CHECK(!mote_ept_format(CAPS_1G, false)->exec_small);
	return true;
}

static const struct unit_test tests[] = {
	{ "pgtable: EPT, random operations against a model", test_ept_random },
	{ "pgtable: EPT, random operations in 4 MiB", test_ept_small },
	{ "pgtable: EPT, random operations without blocks", test_ept_4k },
	{ "pgtable: EPT, random operations with 1 GiB blocks at the top", test_ept_1g },
	{ "pgtable: EPT, random operations with small pages to execute", test_ept_exec_small },
	{ "pgtable: arm64 stage 2, random operations", test_arm64_random },
	{ "pgtable: NPT, random operations", test_npt_random },
	{ "pgtable: NPT, random operations with 1 GiB blocks, encrypted", test_npt_random_1g },
	{ "pgtable: NPT, random operations in five levels", test_npt_random_5_levels },
	{ "pgtable: first and last page, everything at once", test_limits },
	{ "pgtable: what has been used", test_age },
	{ "pgtable: a small hole in a large block", test_split },
	{ "pgtable: a split without enough pages", test_split_short },
	{ "pgtable: no split where break-before-make is needed", test_drop },
	{ "pgtable: blocks, tables and pages in each other's way", test_replace },
	{ "pgtable: instructions in a block of data", test_fetch_from_block },
	{ "pgtable: taking permissions away", test_protect },
	{ "pgtable: no memory changes nothing", test_no_memory },
	{ "ept: bits of entries and of the EPT pointer", test_ept_bits },
	{ "ept: format by capabilities", test_ept_caps },
	{ "npt: bits of entries and of N_CR3", test_npt_bits },
	{ "npt: what entries say", test_npt_entries },
	{ "npt: format by capabilities", test_npt_levels },
	{ "npt: a split keeps what was known of the block", test_npt_split },
	{ "stage 2: bits of entries", test_stage2_bits },
	{ "stage 2: concatenated roots", test_stage2_roots },
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
