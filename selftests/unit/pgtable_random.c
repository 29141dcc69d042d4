// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations on page tables against a model that has one entry for
 * each 4 KiB page, with a TLB that must never hold what the tables deny.
 */
#include "pgtable_unit.h"

#define PAGE_BITS	12
#define TLB_ENTRIES	64
#define CACHE_PAGES	4	/* enough to split at both ends, two levels each */

struct model_page {
	hpa_t hpa;
	u32 prot;		/* 0: not mapped */
	u8 level;
	bool dirty;
};

struct tlb_entry {
	bool valid;
	unsigned int page;
	hpa_t hpa;
	u32 prot;
	unsigned int level;
};

static struct mote_pt pt;
static u64 dirty_bit;
static struct model_page *model;
static unsigned int pages;	/* in the window */
static gpa_t base;
static struct tlb_entry tlb[TLB_ENTRIES];

static unsigned int level_pages(unsigned int level)
{
	return 1u << (pt.fmt->level[level].shift - PAGE_BITS);
}

static unsigned int last_level(void)
{
	return pt.fmt->levels - 1;
}

/* First page of the entry of a level around a page; the window is aligned. */
static unsigned int level_start(unsigned int page, unsigned int level)
{
	u64 gfn = (base >> PAGE_BITS) + page;

	gfn &= ~(u64)(level_pages(level) - 1);
	return gfn - (base >> PAGE_BITS);
}

/* ---- TLB ---- */

static void tlb_flush(void)
{
	memset(tlb, 0, sizeof(tlb));
}

/* A guest access: hardware notes it in the entry and keeps a copy. */
static bool tlb_fill(void)
{
	unsigned int page = unit_below(pages), level, i;
	u64 *entry = hw_walk(&pt, base + ((u64)page << PAGE_BITS), &level);
	struct tlb_entry *t = &tlb[unit_below(TLB_ENTRIES)];

	CHECK(!entry == !model[page].prot);
	if (!entry)
		return true;
	if (unit_below(2) && model[page].prot & MOTE_PT_W) {
		unsigned int start = level_start(page, level);

		*entry |= dirty_bit;
		for (i = 0; i < level_pages(level); i++)
			model[start + i].dirty = true;
	}
	*t = (struct tlb_entry) { true, page, model[page].hpa, model[page].prot, level };
	return true;
}

static bool tlb_sound(void)
{
	unsigned int i;

	for (i = 0; i < TLB_ENTRIES; i++) {
		const struct tlb_entry *t = &tlb[i];
		const struct model_page *m = &model[t->page];

		if (!t->valid)
			continue;
		CHECK(m->prot && m->hpa == t->hpa && m->level == t->level);
		CHECK(!(t->prot & ~m->prot));
	}
	return true;
}

/* The caller's duty after each operation: flush if told to, then free. */
static bool settle(bool flush, struct mote_pt_cache *unlinked)
{
	u64 *table;
	unsigned int i;

	if (flush)
		tlb_flush();
	CHECK(flush || !unlinked->count);
	/* Hardware may have walked them until now: only entries, all gone. */
	for (table = unlinked->head; table;
	     table = (u64 *)page_private(virt_to_page(table)))
		for (i = 0; i < 512; i++)
			CHECK(!table[i]);
	mote_pt_cache_free(unlinked);
	return tlb_sound();
}

/* ---- the model ---- */

static void model_unmap(unsigned int first, unsigned int count)
{
	memset(&model[first], 0, count * sizeof(*model));
}

static bool model_empty(unsigned int first, unsigned int count)
{
	while (count--)
		if (model[first++].prot)
			return false;
	return true;
}

/* What mote_pt_map() should do. */
static int model_map(unsigned int page, unsigned int level, hpa_t hpa, u32 prot)
{
	unsigned int i, count = level_pages(level);
	struct model_page *m = &model[page];
	bool same = m->prot && m->level <= level && m->hpa == hpa;

	if (pt.fmt->exec_small && level != last_level())
		prot &= ~MOTE_PT_X;
	if (same && (m->level == level || !(prot & ~m->prot))) {
		u32 all = m->prot | prot;

		for (i = 0; i < count; i++)
			m[i].prot = all;
		return MOTE_PT_KEPT;
	}
	if (m->prot && m->level < level) {
		i = level_start(page, m->level);
		model_unmap(i, level_pages(m->level));
		return MOTE_PT_FLUSH;
	}
	if (!model_empty(page, count)) {
		model_unmap(page, count);
		return MOTE_PT_FLUSH;
	}
	for (i = 0; i < count; i++)
		m[i] = (struct model_page) {
			.hpa = hpa + ((u64)i << PAGE_BITS), .prot = prot, .level = level,
		};
	return 0;
}

/* A block around the edge of [first, last] is split, or the range grows. */
static void model_edge(unsigned int page, bool split, unsigned int *first, unsigned int *last)
{
	unsigned int start, count, i;

	while (model[page].prot && model[page].level < last_level()) {
		start = level_start(page, model[page].level);
		count = level_pages(model[page].level);
		if (start >= *first && start + count - 1 <= *last)
			return;
		if (!split) {
			*first = min(*first, start);
			*last = max(*last, start + count - 1);
			return;
		}
		for (i = 0; i < count; i++)
			model[start + i].level++;
	}
}

static void model_clear(unsigned int first, unsigned int last, u32 clear, bool split)
{
	unsigned int from = first, to = last, i;

	model_edge(from, split, &first, &last);
	model_edge(to, split, &first, &last);
	for (i = first; i <= last; i++) {
		if (clear & MOTE_PT_R)
			model[i].prot = 0;
		model[i].prot &= ~clear;
		if (!model[i].prot)
			model_unmap(i, 1);
	}
}

/* ---- comparing ---- */

static bool same_page(unsigned int page)
{
	const struct model_page *m = &model[page];
	struct mote_pt_leaf leaf;
	gpa_t gpa = base + ((u64)page << PAGE_BITS);

	CHECK(mote_pt_lookup(&pt, gpa + unit_below(4096), &leaf) == !!m->prot);
	CHECK(leaf.prot == m->prot && leaf.gpa <= gpa && gpa - leaf.gpa < leaf.bytes);
	if (!m->prot)
		return true;
	CHECK(leaf.level == m->level && leaf.hpa + (gpa - leaf.gpa) == m->hpa);
	CHECK(!!(leaf.entry & dirty_bit) == m->dirty);
	return true;
}

static bool same_all(void)
{
	gpa_t end = base + ((u64)pages << PAGE_BITS) - 1;
	struct mote_pt_leaf leaf;
	unsigned int page = 0;

	mote_pt_for_each(&pt, base, end, &leaf) {
		unsigned int start = (leaf.gpa - base) >> PAGE_BITS;

		for (; page < start; page++)
			CHECK(!model[page].prot);
		for (; page < start + (leaf.bytes >> PAGE_BITS); page++) {
			CHECK(model[page].prot == leaf.prot && model[page].level == leaf.level);
			CHECK(model[page].hpa == leaf.hpa + ((u64)(page - start) << PAGE_BITS));
			CHECK(model[page].dirty == !!(leaf.entry & dirty_bit));
		}
	}
	for (; page < pages; page++)
		CHECK(!model[page].prot);
	return tables_sound(&pt, 0);
}

/* ---- operations ---- */

static bool do_map(void)
{
	unsigned int level = last_level(), page, expected;
	struct mote_pt_cache cache = {}, unlinked = {};
	u32 prot = MOTE_PT_R | unit_below(8);
	hpa_t hpa;
	gpa_t gpa;
	int got;

	while (level && pt.fmt->level[level - 1].leaf_ok &&
	       level_pages(level - 1) <= pages && !unit_below(4))
		level--;
	page = level_start(unit_below(pages), level);
	gpa = base + ((u64)page << PAGE_BITS);
	/* Mostly the same memory for the same gpa, so that upgrades occur */
	hpa = (gpa & GENMASK_ULL(37, 12)) + (unit_below(16) ? 0 : BIT_ULL(40));
	got = mote_pt_map(&pt, &cache, gpa, level, hpa, prot, &unlinked);
	if (got == -ENOMEM) {
		unsigned int need = mote_pt_missing(&pt, gpa, level);

		CHECK(need && !unlinked.count && tables_sound(&pt, 0));
		CHECK(!mote_pt_cache_fill(&cache, need - 1));
		CHECK(mote_pt_map(&pt, &cache, gpa, level, hpa, prot, &unlinked) == -ENOMEM);
		CHECK(!mote_pt_cache_fill(&cache, need));
		got = mote_pt_map(&pt, &cache, gpa, level, hpa, prot, &unlinked);
		CHECK(!got);
	}
	CHECK(!cache.count);
	expected = model_map(page, level, hpa, prot);
	CHECK(got == (int)expected);
	return settle(got == MOTE_PT_FLUSH, &unlinked);
}

static bool do_clear(u32 clear)
{
	unsigned int first = unit_below(pages), last;
	unsigned int most = unit_below(4) ? 40 : unit_below(4) ? 1200 : pages;
	struct mote_pt_cache cache = {}, unlinked = {};
	bool split = unit_below(2), flush, empty;

	last = min(first + (unsigned int)unit_below(most), pages - 1);
	if (!unit_below(4)) {	/* whole blocks */
		first = level_start(first, last_level() - 1);
		last |= level_pages(last_level() - 1) - 1;
	}
	empty = model_empty(first, last - first + 1);
	if (split)
		CHECK(!mote_pt_cache_fill(&cache, CACHE_PAGES));
	flush = mote_pt_protect(&pt, base + ((u64)first << PAGE_BITS),
				base + ((u64)last << PAGE_BITS) + 4095, clear,
				split ? &cache : NULL, &unlinked);
	mote_pt_cache_free(&cache);
	CHECK(!flush || !empty);
	model_clear(first, last, clear, split && !pt.fmt->break_before_make);
	CHECK(same_page(first) && same_page(last));
	return settle(flush, &unlinked);
}

static bool step(void)
{
	unsigned int what = unit_below(16), i;

	if (what < 9)
		CHECK(do_map());
	else if (what < 12)
		CHECK(do_clear(MOTE_PT_RWX));
	else if (what < 14)
		CHECK(do_clear(1 + unit_below(MOTE_PT_RWX)));
	for (i = 0; i < 4; i++)
		CHECK(tlb_fill() && same_page(unit_below(pages)));
	return true;
}

static bool steps(unsigned int operations)
{
	unsigned int i, every = 1 + pages / 2048;

	for (i = 0; i < operations; i++) {
		CHECK(step());
		if (i % every == 0)
			CHECK(same_all());
	}
	return same_all();
}

bool random_run(const struct mote_pt_format *fmt, u64 dirty, gpa_t at, unsigned int count,
		unsigned int operations)
{
	bool ok;

	dirty_bit = dirty;
	base = at;
	pages = count;
	tlb_flush();
	model = calloc(pages, sizeof(*model));
	CHECK(!mote_pt_init(&pt, fmt));
	ok = steps(operations);
	mote_pt_destroy(&pt);
	free(model);
	CHECK(ok && !shim_pages);
	return true;
}
