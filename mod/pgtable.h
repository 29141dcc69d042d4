/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: the walker of second-stage tables.
 *
 * One piece of code for EPT, NPT and arm64 stage 2: what differs is data, a
 * struct mote_pt_format.  No locks inside: the caller serialises changes of a
 * table (hardware alone writes to it at the same time, accessed and dirty
 * bits).  No TLB flush inside: functions say whether one is needed, and table
 * pages that were unlinked wait on a list until the caller has flushed.  It
 * builds and is tested in user space too.
 *
 * Addresses given to these functions lie below 2^mote_pt_gpa_bits(); ranges
 * are inclusive and page aligned: @last is the last byte of its page.
 */
#ifndef MOTE_PGTABLE_H
#define MOTE_PGTABLE_H

#include "types.h"

/* Permissions of a leaf, bit for bit MOTE_ACCESS_* */
#define MOTE_PT_R	(1u << 0)
#define MOTE_PT_W	(1u << 1)
#define MOTE_PT_X	(1u << 2)
#define MOTE_PT_RWX	(MOTE_PT_R | MOTE_PT_W | MOTE_PT_X)

#define MOTE_PT_MAX_LEVELS	5

/**
 * struct mote_pt_level - one level of a format
 * @shift: lowest address bit that indexes this level
 * @bits: address bits that index it; at the root, those that choose one of
 *	concatenated pages too
 * @leaf_ok: an entry may map a page or block
 */
struct mote_pt_level {
	u8 shift;
	u8 bits;
	bool leaf_ok;
};

/**
 * struct mote_pt_format - how tables look to the hardware
 * @name: for people
 * @levels: number of entries of @level
 * @level: from the root (0) to the page (levels - 1)
 * @root_pages: pages of the root (arm64 concatenates up to 16)
 * @break_before_make: a live entry must be taken out and flushed before one
 *	of another size takes its place (arm64).  Blocks are then dropped
 *	where they would be split.
 * @flush_upgrade: a CPU keeps an entry that has refused an access: the one that met it
 *	has to flush when the access is allowed (arm64: a permission fault leaves
 *	the entry; on x86 it takes it out, SDM vol. 3, "Operations that Invalidate
 *	Cached Mappings", APM vol. 2, "TLB Management")
 * @fetch_separately: instruction fetches do not see what was written as data
 *	(arm64): pages become executable when the guest first executes them
 * @exec_small: instructions are fetched through leaves of the last level alone:
 *	mote_pt_map() makes no other executable, and whoever has to let a fetch
 *	through asks for the last level (Intel processors whose instruction TLB
 *	breaks when the size of a page changes under it)
 * @before_map: make what memory holds ready for the guest, before a leaf with
 *	MOTE_PT_* is made for it; NULL: nothing to do (x86).  Context: any but
 *	interrupts
 * @addr_mask: bits of an entry that hold an address
 * @present: an entry with any of these bits is one that hardware uses
 * @block_mask: above the last level, these bits tell blocks from tables
 * @block: what they are in a block
 * @noted: bits that hardware sets in a leaf that is used: accessed and dirty
 * @accessed: the one of them that every use sets, where hardware is told to; 0: none
 * @make_table: entry that points to a table at @pa
 * @make_leaf: entry that maps @pa with MOTE_PT_* at this level
 * @prot: MOTE_PT_* of a leaf
 * @clear_prot: leaf without the given MOTE_PT_* bits, and without those that
 *	hardware does not allow alone; need not be present
 */
struct mote_pt_format {
	const char *name;
	unsigned int levels;
	struct mote_pt_level level[MOTE_PT_MAX_LEVELS];
	unsigned int root_pages;
	bool break_before_make;
	bool flush_upgrade;
	bool fetch_separately;
	bool exec_small;
	void (*before_map)(hpa_t hpa, u64 bytes, u32 prot);
	u64 addr_mask;
	u64 present;
	u64 block_mask;
	u64 block;
	u64 noted;
	u64 accessed;
	u64 (*make_table)(hpa_t pa);
	u64 (*make_leaf)(hpa_t pa, unsigned int level, u32 prot);
	u32 (*prot)(u64 entry);
	u64 (*clear_prot)(u64 entry, u32 prot);
};

/**
 * struct mote_pt_cache - a list of table pages
 * @head: first page
 * @count: how many
 *
 * Either zeroed pages got before a lock was taken, or pages unlinked from a
 * table that wait for a flush.  All zero is an empty list.  The links are in
 * struct page and not in the pages: until the flush, hardware may still walk
 * an unlinked page and would take a pointer for an entry.
 */
struct mote_pt_cache {
	u64 *head;
	unsigned int count;
};

/**
 * struct mote_pt - a set of tables
 * @fmt: its format
 * @root: kernel address of the root table
 * @table_pages: pages of all tables, the root's too
 */
struct mote_pt {
	const struct mote_pt_format *fmt;
	u64 *root;
	unsigned long table_pages;
};

/**
 * struct mote_pt_leaf - what a lookup found
 * @gpa: first address that the entry stands for
 * @hpa: where it maps that to; 0 when @prot is 0
 * @bytes: how much the entry stands for
 * @entry: the entry as it is
 * @level: level of the entry
 * @prot: MOTE_PT_*, 0 when nothing is mapped in @bytes from @gpa
 */
struct mote_pt_leaf {
	gpa_t gpa;
	hpa_t hpa;
	u64 bytes;
	u64 entry;
	unsigned int level;
	u32 prot;
};

/** mote_pt_gpa_bits - width of the addresses that a format translates */
unsigned int mote_pt_gpa_bits(const struct mote_pt_format *fmt);

/** mote_pt_level_mask - address bits below one entry of a level */
static inline u64 mote_pt_level_mask(const struct mote_pt_format *fmt, unsigned int level)
{
	return (1ULL << fmt->level[level].shift) - 1;
}

/** mote_pt_present - whether hardware would use an entry; it never uses 0 */
static inline bool mote_pt_present(const struct mote_pt_format *fmt, u64 entry)
{
	return entry & fmt->present;
}

/** mote_pt_is_leaf - whether a present entry of this level maps memory */
static inline bool mote_pt_is_leaf(const struct mote_pt_format *fmt, u64 entry, unsigned int level)
{
	return level == fmt->levels - 1 || (entry & fmt->block_mask) == fmt->block;
}

/**
 * mote_pt_init - an empty set of tables
 * Return: 0 or -ENOMEM.  Context: sleepable.
 */
int mote_pt_init(struct mote_pt *pt, const struct mote_pt_format *fmt);

/** mote_pt_destroy - free all tables; no hardware uses them any more.  Sleepable. */
void mote_pt_destroy(struct mote_pt *pt);

/**
 * mote_pt_cache_fill - get pages until there are @count
 * Return: 0 or -ENOMEM, with those that could be had.  Context: sleepable.
 */
int mote_pt_cache_fill(struct mote_pt_cache *cache, unsigned int count);

/**
 * mote_pt_cache_free - free all pages of a list
 *
 * For pages that were unlinked, only after the flush.  Context: any.
 */
void mote_pt_cache_free(struct mote_pt_cache *cache);

/* mote_pt_map(): what was there is out; flush, free @unlinked, call again */
#define MOTE_PT_FLUSH	1
/* mote_pt_map(): a leaf for that memory was there and has the permissions now */
#define MOTE_PT_KEPT	2

/**
 * mote_pt_map - map one page or block
 * @pt: the tables
 * @cache: pages for new tables
 * @gpa: aligned to the level's size
 * @level: of the leaf; the format allows leaves there
 * @hpa: aligned to the level's size
 * @prot: MOTE_PT_*, not 0
 * @unlinked: receives tables that are out of use after a flush
 *
 * A leaf for the same memory keeps the permissions it has and gets @prot too.
 * Whether a CPU that has the old entry finds out by itself is the format's to
 * say (@flush_upgrade), also when another CPU's fault was first and nothing had
 * to be done.  Anything else in the way, whatever its size, is taken out, and the caller
 * flushes before the next call.  Hardware so never sees two translations of
 * one address at a time, which arm64 calls break-before-make and forbids
 * otherwise.
 *
 * Return: 0: there was nothing; MOTE_PT_KEPT; MOTE_PT_FLUSH; -ENOMEM: nothing changed, @cache lacks pages, see
 * mote_pt_missing().
 */
int mote_pt_map(struct mote_pt *pt, struct mote_pt_cache *cache, gpa_t gpa,
		unsigned int level, hpa_t hpa, u32 prot, struct mote_pt_cache *unlinked);

/**
 * mote_pt_level_kept - the level to map at if no table shall give way to a block
 * @pt: the tables
 * @gpa: any address
 * @level: the one that would be best
 *
 * With @exec_small, what was split for a fetch would else become a block again
 * with the next access to data beside it, and so on in turns.
 *
 * Return: @level, or that of what is below the tables around @gpa.
 */
unsigned int mote_pt_level_kept(const struct mote_pt *pt, gpa_t gpa, unsigned int level);

/** mote_pt_missing - new tables that mote_pt_map() would need */
unsigned int mote_pt_missing(const struct mote_pt *pt, gpa_t gpa, unsigned int level);

/**
 * mote_pt_protect - take permissions away from a range
 * @pt: the tables
 * @first: first byte
 * @last: last byte
 * @clear: MOTE_PT_* to take; MOTE_PT_RWX unmaps
 * @cache: pages to split blocks, or NULL
 * @unlinked: receives tables that are out of use after a flush
 *
 * A block that lies in the range only in part is split when @cache has a page
 * and the format allows that; otherwise all of it loses the permissions.  Too
 * much taken away is never wrong: the next fault gives it back.
 *
 * Return: whether a flush is needed.
 */
bool mote_pt_protect(struct mote_pt *pt, gpa_t first, gpa_t last, u32 clear,
		     struct mote_pt_cache *cache, struct mote_pt_cache *unlinked);

/** mote_pt_unmap - take a range out; as mote_pt_protect() */
static inline bool mote_pt_unmap(struct mote_pt *pt, gpa_t first, gpa_t last,
				 struct mote_pt_cache *cache, struct mote_pt_cache *unlinked)
{
	return mote_pt_protect(pt, first, last, MOTE_PT_RWX, cache, unlinked);
}

/**
 * mote_pt_age - whether leaves of a range have been used
 * @pt: the tables
 * @first: first byte
 * @last: last byte
 * @clear: and begin anew
 *
 * By @accessed, which the format has.  No flush: a CPU that still has an entry in
 * its TLB may use it without setting the bit again, which makes memory look
 * a little less used than it is.
 */
bool mote_pt_age(struct mote_pt *pt, gpa_t first, gpa_t last, bool clear);

/**
 * mote_pt_lookup - the entry for an address
 * @pt: the tables
 * @gpa: any address
 * @leaf: receives the leaf, or the extent of the hole, around @gpa
 *
 * Return: whether @gpa is mapped.
 */
bool mote_pt_lookup(const struct mote_pt *pt, gpa_t gpa, struct mote_pt_leaf *leaf);

/**
 * mote_pt_next - the first leaf that maps something of a range
 * Return: whether there is one in @leaf; it may begin before @first.
 */
bool mote_pt_next(const struct mote_pt *pt, gpa_t first, gpa_t last,
		  struct mote_pt_leaf *leaf);

/**
 * mote_pt_for_each - loop over the leaves of a range, by address
 * @pt: the tables
 * @first: first byte
 * @last: last byte, below the top of the address space
 * @leaf: struct mote_pt_leaf that holds the current one
 */
#define mote_pt_for_each(pt, first, last, leaf)					\
	for (bool more_ = mote_pt_next(pt, first, last, leaf); more_;		\
	     more_ = (leaf)->gpa + (leaf)->bytes - 1 < (last) &&		\
		     mote_pt_next(pt, (leaf)->gpa + (leaf)->bytes, last, leaf))

#endif /* MOTE_PGTABLE_H */
