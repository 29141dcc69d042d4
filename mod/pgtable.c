// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: the walker of second-stage tables.  See pgtable.h.
 *
 * page_private() of a table page is the number of its present entries while
 * it is linked, so that an empty table is known without reading it, and the
 * next page while it is on a list.  Roots are not counted: they stay.
 *
 * Invariant: a linked table below the root has at least one present entry.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/vmstat.h>

#include "pgtable.h"

#define TABLE_BYTES	4096	/* of a page of tables in all formats */
#define TABLE_ORDER	get_order(TABLE_BYTES)

/* ---- pages ---- */

static void cache_push(struct mote_pt_cache *cache, u64 *table)
{
	set_page_private(virt_to_page(table), (unsigned long)cache->head);
	cache->head = table;
	cache->count++;
}

static u64 *cache_pop(struct mote_pt_cache *cache)
{
	u64 *table = cache->head;
	struct page *page = virt_to_page(table);

	cache->head = (u64 *)page_private(page);
	cache->count--;
	set_page_private(page, 0);
	return table;
}

/* Charged to who asks, and shown as what they are: SecPageTables in /proc/meminfo */
static u64 *tables_alloc(unsigned int order)
{
	unsigned long tables = __get_free_pages(GFP_KERNEL_ACCOUNT | __GFP_ZERO, order);

	if (tables)
		mod_lruvec_page_state(virt_to_page((void *)tables), NR_SECONDARY_PAGETABLE,
				      1 << order);
	return (u64 *)tables;
}

static void tables_free(u64 *tables, unsigned int order)
{
	mod_lruvec_page_state(virt_to_page(tables), NR_SECONDARY_PAGETABLE, -(1 << order));
	free_pages((unsigned long)tables, order);
}

int mote_pt_cache_fill(struct mote_pt_cache *cache, unsigned int count)
{
	while (cache->count < count) {
		u64 *table = tables_alloc(TABLE_ORDER);

		if (!table)
			return -ENOMEM;
		cache_push(cache, table);
	}
	return 0;
}

void mote_pt_cache_free(struct mote_pt_cache *cache)
{
	while (cache->count)
		tables_free(cache_pop(cache), TABLE_ORDER);
}

/* One present entry of @table more or less.  @level is the table's. */
static void table_count(u64 *table, unsigned int level, int by)
{
	struct page *page;

	if (!level)
		return;
	page = virt_to_page(table);
	set_page_private(page, page_private(page) + by);
}

static bool table_empty(u64 *table)
{
	return !page_private(virt_to_page(table));
}

/* ---- entries ---- */

unsigned int mote_pt_gpa_bits(const struct mote_pt_format *fmt)
{
	return fmt->level[0].shift + fmt->level[0].bits;
}

static u64 *entry_at(const struct mote_pt_format *fmt, u64 *table, unsigned int level,
		     gpa_t gpa)
{
	const struct mote_pt_level *l = &fmt->level[level];

	return &table[(gpa >> l->shift) & ((1ULL << l->bits) - 1)];
}

static u64 *entry_table(const struct mote_pt_format *fmt, u64 entry)
{
	return phys_to_virt(entry & fmt->addr_mask);
}

static bool entry_is_table(const struct mote_pt_format *fmt, u64 entry, unsigned int level)
{
	return mote_pt_present(fmt, entry) && !mote_pt_is_leaf(fmt, entry, level);
}

/* A leaf for what @old maps, with what hardware has noted there */
static u64 leaf_instead(const struct mote_pt_format *fmt, u64 old, hpa_t hpa, unsigned int level,
			u32 prot)
{
	return fmt->make_leaf(hpa, level, prot) | (old & fmt->noted);
}

/* ---- looking ---- */

/* The last entry on the way to @gpa that is there, at most at level @to. */
static u64 *walk(const struct mote_pt *pt, gpa_t gpa, unsigned int to, unsigned int *level)
{
	u64 *entry = entry_at(pt->fmt, pt->root, 0, gpa);
	unsigned int l = 0;
	u64 value;

	while (l < to) {
		value = READ_ONCE(*entry);
		if (!entry_is_table(pt->fmt, value, l))
			break;
		entry = entry_at(pt->fmt, entry_table(pt->fmt, value), ++l, gpa);
	}
	*level = l;
	return entry;
}

bool mote_pt_lookup(const struct mote_pt *pt, gpa_t gpa, struct mote_pt_leaf *leaf)
{
	const struct mote_pt_format *fmt = pt->fmt;
	u64 *entry = walk(pt, gpa, fmt->levels - 1, &leaf->level);
	u64 mask = mote_pt_level_mask(fmt, leaf->level);

	leaf->gpa = gpa & ~mask;
	leaf->bytes = mask + 1;
	leaf->entry = READ_ONCE(*entry);
	leaf->prot = mote_pt_present(fmt, leaf->entry) ? fmt->prot(leaf->entry) : 0;
	leaf->hpa = leaf->prot ? leaf->entry & fmt->addr_mask & ~mask : 0;
	return leaf->prot;
}

bool mote_pt_next(const struct mote_pt *pt, gpa_t first, gpa_t last, struct mote_pt_leaf *leaf)
{
	gpa_t gpa = first;

	while (gpa <= last) {
		if (mote_pt_lookup(pt, gpa, leaf))
			return true;
		gpa = leaf->gpa + leaf->bytes;
	}
	return false;
}

/* ---- what is used ---- */

static bool age_leaf(const struct mote_pt_format *fmt, u64 *entry, bool clear)
{
	u64 old = READ_ONCE(*entry);

	if (!(old & fmt->accessed))
		return false;
	/* Hardware may set others meanwhile */
	while (clear && !try_cmpxchg(entry, &old, old & ~fmt->accessed))
		;
	return true;
}

bool mote_pt_age(struct mote_pt *pt, gpa_t first, gpa_t last, bool clear)
{
	const struct mote_pt_format *fmt = pt->fmt;
	bool used = false;
	unsigned int level;
	gpa_t gpa, end;

	for (gpa = first; ; gpa = end + 1) {
		u64 *entry = walk(pt, gpa, fmt->levels - 1, &level);

		if (mote_pt_present(fmt, READ_ONCE(*entry)))
			used |= age_leaf(fmt, entry, clear);
		end = gpa | mote_pt_level_mask(fmt, level);
		if (end >= last)
			return used;
	}
}

/* ---- taking out ---- */

/*
 * struct pt_clear - one mote_pt_protect()
 * @all: of tables that no hardware uses any more; may sleep
 * @flush: a CPU may have something that is gone from the tables
 */
struct pt_clear {
	struct mote_pt *pt;
	struct mote_pt_cache *cache;
	struct mote_pt_cache *unlinked;
	u32 clear;
	bool all;
	bool flush;
};

/*
 * Nothing points to @table any more.  Its last leaf went just now (a linked
 * table is never empty), so that a flush is due anyway.
 */
static void unlink_table(struct pt_clear *c, u64 *table)
{
	cache_push(c->unlinked, table);
	c->pt->table_pages--;
}

/*
 * Replace a block by a table of smaller leaves that says the same.  The table
 * is complete before it is linked, so hardware sees one or the other.
 * Hardware may set the dirty bit of the block meanwhile: cmpxchg notices.
 * Flushed, too: two sizes of one translation in a TLB are allowed (SDM vol. 3,
 * "Details of TLB Use"), but some CPUs have errata there.
 */
static bool split_block(struct pt_clear *c, u64 *entry, unsigned int level)
{
	const struct mote_pt_format *fmt = c->pt->fmt;
	u64 mask = mote_pt_level_mask(fmt, level + 1);
	u64 old = READ_ONCE(*entry);
	unsigned int i, count;
	u64 *table;

	if (fmt->break_before_make || !c->cache || !c->cache->count ||
	    !fmt->level[level + 1].leaf_ok)
		return false;
	count = 1u << fmt->level[level + 1].bits;
	table = cache_pop(c->cache);
	do {
		hpa_t pa = old & fmt->addr_mask & ~mote_pt_level_mask(fmt, level);

		for (i = 0; i < count; i++)
			table[i] = leaf_instead(fmt, old, pa + i * (mask + 1), level + 1,
						fmt->prot(old));
	} while (!try_cmpxchg(entry, &old, fmt->make_table(virt_to_phys(table))));
	table_count(table, level + 1, count);
	c->pt->table_pages++;
	c->flush = true;
	return true;
}

static void clear_leaf(struct pt_clear *c, u64 *table, u64 *entry, unsigned int level)
{
	const struct mote_pt_format *fmt = c->pt->fmt;
	u64 old = READ_ONCE(*entry);
	u64 new;

	do {
		new = c->clear == MOTE_PT_RWX ? 0 : fmt->clear_prot(old, c->clear);
		if (!mote_pt_present(fmt, new))
			new = 0;
		if (new == old)
			return;
	} while (!try_cmpxchg(entry, &old, new));
	if (!new)
		table_count(table, level, -1);
	c->flush = true;
}

/* Recursion ends at the last level: MOTE_PT_MAX_LEVELS at most. */
static void clear_table(struct pt_clear *c, u64 *table, unsigned int level,
			gpa_t first, gpa_t last);

/* What [@first, @last] covers of one entry, all of it or a part */
static void clear_entry(struct pt_clear *c, u64 *table, u64 *entry, unsigned int level,
			gpa_t first, gpa_t last)
{
	const struct mote_pt_format *fmt = c->pt->fmt;
	u64 mask = mote_pt_level_mask(fmt, level);
	bool part = (first & mask) || last != (first | mask);
	u64 value = READ_ONCE(*entry);
	u64 *child;

	if (mote_pt_present(fmt, value) && mote_pt_is_leaf(fmt, value, level)) {
		if (!part || !split_block(c, entry, level))
			clear_leaf(c, table, entry, level);
		value = READ_ONCE(*entry);
	}
	if (!entry_is_table(fmt, value, level))
		return;
	child = entry_table(fmt, value);
	clear_table(c, child, level + 1, first, last);
	if (table_empty(child)) {
		WRITE_ONCE(*entry, 0);
		table_count(table, level, -1);
		unlink_table(c, child);
	}
	/* Terabytes of small pages take their time */
	if (c->all && level + 2 < fmt->levels) {
		mote_pt_cache_free(c->unlinked);
		cond_resched();
	}
}

static void clear_table(struct pt_clear *c, u64 *table, unsigned int level,
			gpa_t first, gpa_t last)
{
	const struct mote_pt_format *fmt = c->pt->fmt;
	u64 mask = mote_pt_level_mask(fmt, level);
	gpa_t gpa, end;

	for (gpa = first; ; gpa = end + 1) {
		u64 *entry = entry_at(fmt, table, level, gpa);

		end = min(last, gpa | mask);
		/* No format has to be asked about 0, and most entries are */
		if (READ_ONCE(*entry))
			clear_entry(c, table, entry, level, gpa, end);
		if (end == last)
			return;
	}
}

bool mote_pt_protect(struct mote_pt *pt, gpa_t first, gpa_t last, u32 clear,
		     struct mote_pt_cache *cache, struct mote_pt_cache *unlinked)
{
	struct pt_clear c = {
		.pt = pt, .cache = cache, .unlinked = unlinked, .clear = clear,
	};

	clear_table(&c, pt->root, 0, first, last);
	return c.flush;
}

/* ---- mapping ---- */

/* Whether the leaf or block at @entry maps @gpa to @hpa. */
static bool maps(const struct mote_pt_format *fmt, u64 entry, unsigned int level, gpa_t gpa,
		 hpa_t hpa)
{
	u64 mask = mote_pt_level_mask(fmt, level);

	return mote_pt_is_leaf(fmt, entry, level) &&
	       (entry & fmt->addr_mask & ~mask) == hpa - (gpa & mask);
}

static void upgrade_leaf(const struct mote_pt_format *fmt, u64 *entry, unsigned int level,
			 hpa_t hpa, u32 prot)
{
	u64 old = READ_ONCE(*entry);
	u64 new;

	do {
		new = leaf_instead(fmt, old, hpa, level, fmt->prot(old) | prot);
	} while (!try_cmpxchg(entry, &old, new));
}

/* From an entry that is not present at @level down to one at level @to. */
static u64 *add_tables(struct mote_pt *pt, struct mote_pt_cache *cache, u64 *entry, gpa_t gpa,
		       unsigned int level, unsigned int to)
{
	while (level < to) {
		u64 *table = cache_pop(cache);

		/* Its one entry follows: the next table, or the caller's leaf. */
		table_count(table, ++level, 1);
		/* The walker of another CPU must see the zeros first. */
		smp_store_release(entry, pt->fmt->make_table(virt_to_phys(table)));
		pt->table_pages++;
		entry = entry_at(pt->fmt, table, level, gpa);
	}
	return entry;
}

static u64 *table_of(u64 *entry)
{
	return (u64 *)((unsigned long)entry & ~(TABLE_BYTES - 1UL));
}

unsigned int mote_pt_level_kept(const struct mote_pt *pt, gpa_t gpa, unsigned int level)
{
	unsigned int at;

	walk(pt, gpa, pt->fmt->levels - 1, &at);
	return max(at, level);
}

unsigned int mote_pt_missing(const struct mote_pt *pt, gpa_t gpa, unsigned int level)
{
	unsigned int at;
	u64 *entry = walk(pt, gpa, level, &at);

	return mote_pt_present(pt->fmt, READ_ONCE(*entry)) ? 0 : level - at;
}

int mote_pt_map(struct mote_pt *pt, struct mote_pt_cache *cache, gpa_t gpa,
		unsigned int level, hpa_t hpa, u32 prot, struct mote_pt_cache *unlinked)
{
	u64 mask = mote_pt_level_mask(pt->fmt, level);
	unsigned int at;
	u64 *entry = walk(pt, gpa, level, &at);
	u64 old = READ_ONCE(*entry);

	if (pt->fmt->exec_small && level != pt->fmt->levels - 1)
		prot &= ~MOTE_PT_X;
	if (mote_pt_present(pt->fmt, old)) {
		bool same = maps(pt->fmt, old, at, gpa, hpa);

		if (same && !(prot & ~pt->fmt->prot(old)))
			return MOTE_PT_KEPT;
		/* Not a larger block: @prot was found for this part of it only. */
		if (same && at == level) {
			upgrade_leaf(pt->fmt, entry, level, hpa, prot);
			return MOTE_PT_KEPT;
		}
		mote_pt_unmap(pt, gpa, gpa | mask, NULL, unlinked);
		return MOTE_PT_FLUSH;
	}
	if (cache->count < level - at)
		return -ENOMEM;
	table_count(table_of(entry), at, 1);
	entry = add_tables(pt, cache, entry, gpa, at, level);
	/* Hardware and lock-free readers see a leaf only behind its tables */
	smp_store_release(entry, pt->fmt->make_leaf(hpa, level, prot));
	return 0;
}

/* ---- all of it ---- */

int mote_pt_init(struct mote_pt *pt, const struct mote_pt_format *fmt)
{
	unsigned int order = get_order(fmt->root_pages * TABLE_BYTES);

	/* Aligned to its size, as arm64 wants concatenated roots. */
	pt->root = tables_alloc(order);
	if (!pt->root)
		return -ENOMEM;
	pt->fmt = fmt;
	pt->table_pages = fmt->root_pages;
	return 0;
}

void mote_pt_destroy(struct mote_pt *pt)
{
	struct mote_pt_cache unlinked = {};
	struct pt_clear c = {
		.pt = pt, .unlinked = &unlinked, .clear = MOTE_PT_RWX, .all = true,
	};

	if (!pt->root)
		return;
	clear_table(&c, pt->root, 0, 0, (1ULL << mote_pt_gpa_bits(pt->fmt)) - 1);
	mote_pt_cache_free(&unlinked);
	tables_free(pt->root, get_order(pt->fmt->root_pages * TABLE_BYTES));
	pt->root = NULL;
	pt->table_pages = 0;
}
