/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: a range of guest memory, for memory.c and fault.c.
 *
 * The second stage mirrors part of the runner's page tables.  What keeps it
 * right: an entry is installed under pt_lock and only if no invalidation of its
 * range began since the host's entry was read; an invalidation moves the
 * notifier's sequence under pt_lock and then takes out what was installed.
 */
#ifndef MOTE_RANGE_H
#define MOTE_RANGE_H

#include <linux/mmu_notifier.h>
#include <linux/rbtree.h>
#include <mote.h>

#include "pgtable.h"
#include "types.h"

struct mote_memory;
struct mote_vm;

/**
 * struct mote_range - guest memory in one piece, constant once published
 * @node: in mote_memory::tree (R)
 * @next: for a list of those that go
 * @vm: the VM; it outlives the notifier
 * @notifier: on @hva of vm->mm
 * @gpa: first address
 * @last: last address, inclusive
 * @hva: of the first byte
 * @flags: MOTE_MEM_*
 * @settled: the notifier's sequence after an invalidation that is over; 0, which
 *	it never is, before the first fault (a)
 */
struct mote_range {
	struct rb_node node;
	struct mote_range *next;
	struct mote_vm *vm;
	struct mmu_interval_notifier notifier;
	gpa_t gpa;
	gpa_t last;
	unsigned long hva;
	u32 flags;
	unsigned long settled;
};

/** mote_range_at - the range that contains @gpa, or NULL; mem->ranges is held */
struct mote_range *mote_range_at(struct mote_memory *mem, gpa_t gpa);

/** mote_range_for - the same if its memory takes the access: no writes to read-only memory */
static inline struct mote_range *mote_range_for(struct mote_memory *mem, gpa_t gpa, bool write)
{
	struct mote_range *r = mote_range_at(mem, gpa);

	return r && !(write && r->flags & MOTE_MEM_READONLY) ? r : NULL;
}

#endif /* MOTE_RANGE_H */
