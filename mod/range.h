/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: a range of guest memory, for memory.c and fault.c.
 *
 * The second stage mirrors part of the runner's page tables.  What keeps it
 * right: an entry is installed under pt_lock and only if no invalidation of its
 * range began since the host's entry was read; an invalidation moves the
 * notifier's sequence under pt_lock and then takes out what was installed.
 *
 * Nobody sleeps for the runner's memory with mem->ranges held: the thread that
 * would bring it (userfaultfd) may want to map or unmap ranges first.  A fault
 * holds a reference to its range instead, and installs nothing once it is gone.
 */
#ifndef MOTE_RANGE_H
#define MOTE_RANGE_H

#include <linux/interval_tree.h>
#include <linux/kref.h>
#include <linux/mmu_notifier.h>
#include <linux/rbtree.h>
#include <mote.h>

#include "pgtable.h"
#include "types.h"

struct mote_memory;
struct mote_vm;

/**
 * struct mote_range - guest memory in one piece, constant once published
 * @ref: one for the tree, one for each fault under way (a)
 * @gone: not in the tree any more (P)
 * @node: in mote_memory::tree (R)
 * @next: for a list of those that go
 * @vm: the VM; it outlives the notifier
 * @notifier: on @hva of vm->mm
 * @by_hva: in the address space's tree, see aging.c; its end is 0 until it is there
 * @gpa: first address
 * @last: last address, inclusive
 * @hva: of the first byte
 * @flags: MOTE_MEM_*
 * @settled: the notifier's sequence after an invalidation that is over; 0, which
 *	it never is, before the first fault (a)
 */
struct mote_range {
	struct kref ref;
	bool gone;
	struct rb_node node;
	struct mote_range *next;
	struct mote_vm *vm;
	struct mmu_interval_notifier notifier;
	struct interval_tree_node by_hva;
	gpa_t gpa;
	gpa_t last;
	unsigned long hva;
	u32 flags;
	unsigned long settled;
};

/** mote_range_get - keep it from being freed; mem->ranges is held */
static inline void mote_range_get(struct mote_range *r)
{
	kref_get(&r->ref);
}

/** mote_range_put - undo it */
void mote_range_put(struct mote_range *r);

/** mote_range_at - the range that contains @gpa, or NULL; mem->ranges is held */
struct mote_range *mote_range_at(struct mote_memory *mem, gpa_t gpa);

/** mote_range_for - the same if its memory takes the access: no writes to read-only memory */
static inline struct mote_range *mote_range_for(struct mote_memory *mem, gpa_t gpa, bool write)
{
	struct mote_range *r = mote_range_at(mem, gpa);

	return r && !(write && r->flags & MOTE_MEM_READONLY) ? r : NULL;
}

#endif /* MOTE_RANGE_H */
