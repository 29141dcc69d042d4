// SPDX-License-Identifier: GPL-2.0-only
/* mote: which guest memory is in use, for the host's reclaim.  See aging.h. */
#include <linux/err.h>
#include <linux/interval_tree.h>
#include <linux/minmax.h>
#include <linux/mmu_notifier.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "aging.h"
#include "edit.h"
#include "mote.h"
#include "range.h"

/**
 * struct mote_aging - of an address space
 * @notifier: what reclaim calls; it counts the VMs
 * @lock: (A) taken in notifier calls, under locks of the host's page tables;
 *	vm->mem.pt_lock is taken inside
 * @ranges: of all VMs, by hva (A)
 */
struct mote_aging {
	struct mmu_notifier notifier;
	spinlock_t lock;
	struct rb_root_cached ranges;
};

static struct mote_aging *to_aging(struct mmu_notifier *notifier)
{
	return container_of(notifier, struct mote_aging, notifier);
}

/*
 * Without accessed bits what is mapped counts as used, and is taken out: if it is,
 * it comes back.
 */
static bool age_mapped(struct mote_vm *vm, gpa_t first, gpa_t last, bool clear)
{
	struct mote_pt_leaf leaf;
	struct mote_edit edit;
	bool mapped;

	mote_edit_begin(&edit, vm);
	mapped = mote_pt_next(&vm->mem.pt, first, last, &leaf);
	if (mapped && clear)
		mote_edit_unmap(&edit, first, last, NULL);
	mote_edit_end(&edit);
	return mapped;
}

static bool age_range(struct mote_range *r, unsigned long start, unsigned long last, bool clear)
{
	unsigned long from = max(start, r->hva), to = min(last, r->by_hva.last);
	gpa_t first_gpa = r->gpa + (from - r->hva), last_gpa = r->gpa + (to - r->hva);
	struct mote_memory *mem = &r->vm->mem;
	bool used;

	if (!mem->has_accessed)
		return age_mapped(r->vm, first_gpa, last_gpa, clear);
	spin_lock(&mem->pt_lock);
	used = mote_pt_age(&mem->pt, first_gpa, last_gpa, clear);
	spin_unlock(&mem->pt_lock);
	return used;
}

static int age(struct mmu_notifier *notifier, unsigned long start, unsigned long end, bool clear)
{
	struct mote_aging *aging = to_aging(notifier);
	struct interval_tree_node *node;
	bool used = false;

	spin_lock(&aging->lock);
	for (node = interval_tree_iter_first(&aging->ranges, start, end - 1); node;
	     node = interval_tree_iter_next(node, start, end - 1))
		used |= age_range(container_of(node, struct mote_range, by_hva), start, end - 1,
				  clear);
	spin_unlock(&aging->lock);
	return used;
}

static int clear_young(struct mmu_notifier *notifier, struct mm_struct *mm, unsigned long start,
		       unsigned long end)
{
	return age(notifier, start, end, true);
}

static int test_young(struct mmu_notifier *notifier, struct mm_struct *mm, unsigned long address)
{
	return age(notifier, address, address + 1, false);
}

static struct mmu_notifier *alloc_notifier(struct mm_struct *mm)
{
	struct mote_aging *aging = kzalloc(sizeof(*aging), GFP_KERNEL_ACCOUNT);

	if (!aging)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&aging->lock);
	aging->ranges = RB_ROOT_CACHED;
	return &aging->notifier;
}

static void free_notifier(struct mmu_notifier *notifier)
{
	kfree(to_aging(notifier));
}

/* Neither flushes: see mote_pt_age() */
static const struct mmu_notifier_ops aging_ops = {
	.clear_flush_young = clear_young,
	.clear_young = clear_young,
	.test_young = test_young,
	.alloc_notifier = alloc_notifier,
	.free_notifier = free_notifier,
};

int mote_aging_add(struct mote_range *r)
{
	struct mote_memory *mem = &r->vm->mem;
	struct mmu_notifier *notifier;

	if (!mem->aging) {
		notifier = mmu_notifier_get(&aging_ops, r->vm->mm);
		if (IS_ERR(notifier))
			return PTR_ERR(notifier);
		mem->aging = to_aging(notifier);
	}
	r->by_hva.start = r->hva;
	r->by_hva.last = r->hva + (unsigned long)(r->last - r->gpa);
	spin_lock(&mem->aging->lock);
	interval_tree_insert(&r->by_hva, &mem->aging->ranges);
	spin_unlock(&mem->aging->lock);
	return 0;
}

void mote_aging_del(struct mote_range *r)
{
	struct mote_aging *aging = r->vm->mem.aging;

	if (!r->by_hva.last)
		return;
	spin_lock(&aging->lock);
	interval_tree_remove(&r->by_hva, &aging->ranges);
	spin_unlock(&aging->lock);
}

void mote_aging_put(struct mote_vm *vm)
{
	if (vm->mem.aging)
		mmu_notifier_put(&vm->mem.aging->notifier);
	vm->mem.aging = NULL;
}
