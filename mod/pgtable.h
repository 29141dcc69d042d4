/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: the walker of second-stage tables.
 *
 * One piece of code for EPT, NPT and arm64 stage 2: what differs is data, a
 * struct mote_pt_format.  No locks inside: the caller serialises changes of a
 * table.  No TLB flush inside: functions say whether one is needed, and table
 * pages that were unlinked wait on a list until the caller has flushed.  It
 * builds and is tested in user space too.
 */
#ifndef MOTE_PGTABLE_H
#define MOTE_PGTABLE_H

#include "types.h"

/* Permissions of a leaf, bit for bit MOTE_ACCESS_* */
#define MOTE_PT_R	(1u << 0)
#define MOTE_PT_W	(1u << 1)
#define MOTE_PT_X	(1u << 2)

#define MOTE_PT_MAX_LEVELS	5

/**
 * struct mote_pt_level - one level of a format
 * @shift: lowest address bit that indexes this level
 * @bits: address bits that index it
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
 * @addr_mask: bits of an entry that hold an address
 * @present: whether the hardware would use an entry
 * @is_leaf: whether a present entry of this level maps memory
 * @make_table: entry that points to a table at @pa
 * @make_leaf: entry that maps @pa with MOTE_PT_* at this level
 * @prot: MOTE_PT_* of a leaf
 * @clear_prot: leaf without the given MOTE_PT_* bits
 * @accessed: whether hardware has used the leaf
 * @dirty: whether hardware has written through the leaf
 */
struct mote_pt_format {
	const char *name;
	unsigned int levels;
	struct mote_pt_level level[MOTE_PT_MAX_LEVELS];
	unsigned int root_pages;
	u64 addr_mask;
	bool (*present)(u64 entry);
	bool (*is_leaf)(u64 entry, unsigned int level);
	u64 (*make_table)(hpa_t pa);
	u64 (*make_leaf)(hpa_t pa, unsigned int level, u32 prot);
	u32 (*prot)(u64 entry);
	u64 (*clear_prot)(u64 entry, u32 prot);
	bool (*accessed)(u64 entry);
	bool (*dirty)(u64 entry);
};

/**
 * struct mote_pt_page - bookkeeping of a table page, on a list
 * @next: next on a cache or on the list of pages to free
 *
 * Lives in the page itself while it is on a list.
 */
struct mote_pt_page {
	struct mote_pt_page *next;
};

/**
 * struct mote_pt_cache - zeroed pages for tables, got before the lock
 * @head: the pages
 * @count: how many
 */
struct mote_pt_cache {
	struct mote_pt_page *head;
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

#endif /* MOTE_PGTABLE_H */
