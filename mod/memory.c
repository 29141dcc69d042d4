// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: guest memory: its ranges, and the notifiers that take it out of the
 * second stage.  What brings it in is fault.c.  See memory.h and range.h.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "aging.h"
#include "arch.h"
#include "edit.h"
#include "mote.h"
#include "range.h"

/* So much at a time under pt_lock: at most 512 last-level tables */
#define ZAP_BYTES	(1ULL << 30)

/* ---- the second stage loses entries ---- */

/*
 * Take a range out.  In pieces, so that nobody waits long for pt_lock, or for the
 * CPU; faults in between do no harm, as the caller has seen to it that none in
 * the range succeeds.
 */
static void zap(struct mote_vm *vm, gpa_t first, gpa_t last, struct mote_pt_cache *cache,
		bool may_sleep)
{
	struct mote_edit edit;
	gpa_t end;

	mote_edit_begin(&edit, vm);
	for (;; first = end + 1) {
		end = min(last, first | (ZAP_BYTES - 1));
		mote_edit_unmap(&edit, first, end, cache);
		if (end == last)
			break;
		mote_edit_pause(&edit, may_sleep);
	}
	mote_edit_end(&edit);
}

/*
 * The host is about to change its tables in a part of the range.
 *
 * Also on exit of the mm, then for all addresses.  Only spinlocks and a flush
 * that waits for interrupts of other CPUs: so it does for callers that may not
 * block, too; the others give way in between.  It must be over on return: the host
 * may free the pages then.
 */
static bool range_invalidate(struct mmu_interval_notifier *notifier,
			     const struct mmu_notifier_range *host, unsigned long seq)
{
	struct mote_range *r = container_of(notifier, struct mote_range, notifier);
	unsigned long first = max(host->start, r->hva);
	unsigned long last = min(host->end - 1, r->hva + (unsigned long)(r->last - r->gpa));
	struct mote_memory *mem = &r->vm->mem;

	/* From here on no fault in the range installs what it has found. */
	spin_lock(&mem->pt_lock);
	mmu_interval_set_seq(notifier, seq);
	spin_unlock(&mem->pt_lock);

	if (first <= last)
		zap(r->vm, r->gpa + (first - r->hva), r->gpa + (last - r->hva), NULL,
		    mmu_notifier_range_blockable(host));
	return true;
}

static const struct mmu_interval_notifier_ops range_ops = {
	.invalidate = range_invalidate,
};

/* ---- ranges ---- */

/* The first range that ends at or after @gpa. */
static struct mote_range *range_from(struct mote_memory *mem, gpa_t gpa)
{
	struct rb_node *node = mem->tree.rb_node;
	struct mote_range *found = NULL;

	while (node) {
		struct mote_range *r = rb_entry(node, struct mote_range, node);

		if (r->last < gpa) {
			node = node->rb_right;
			continue;
		}
		found = r;
		if (r->gpa <= gpa)
			break;
		node = node->rb_left;
	}
	return found;
}

struct mote_range *mote_range_at(struct mote_memory *mem, gpa_t gpa)
{
	struct mote_range *r = range_from(mem, gpa);

	return r && r->gpa <= gpa ? r : NULL;
}

static void range_link(struct mote_memory *mem, struct mote_range *new)
{
	struct rb_node **link = &mem->tree.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (new->gpa < rb_entry(parent, struct mote_range, node)->gpa)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&new->node, parent, link);
	rb_insert_color(&new->node, &mem->tree);
	mem->nr_ranges++;
}

static void range_unlink(struct mote_memory *mem, struct mote_range *r)
{
	rb_erase(&r->node, &mem->tree);
	mem->nr_ranges--;
}

static void range_release(struct kref *ref)
{
	kfree(container_of(ref, struct mote_range, ref));
}

void mote_range_put(struct mote_range *r)
{
	kref_put(&r->ref, range_release);
}

/* Waits for invalidations under way: nothing held that they take. */
static void range_free(struct mote_range *r)
{
	mote_aging_del(r);
	mmu_interval_notifier_remove(&r->notifier);
	mote_range_put(r);
}

/* Make a range and watch its memory.  It is not yet in the tree. */
static struct mote_range *range_new(struct mote_vm *vm, gpa_t gpa, gpa_t last, unsigned long hva,
				    u32 flags)
{
	struct mote_range *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	int err;

	if (!r)
		return ERR_PTR(-ENOMEM);
	kref_init(&r->ref);
	r->vm = vm;
	r->gpa = gpa;
	r->last = last;
	r->hva = hva;
	r->flags = flags;
	err = mmu_interval_notifier_insert(&r->notifier, vm->mm, hva, last - gpa + 1, &range_ops);
	if (err) {
		kfree(r);
		return ERR_PTR(err);
	}
	err = mote_aging_add(r);
	if (err) {
		range_free(r);
		return ERR_PTR(err);
	}
	return r;
}

static void ranges_free(struct mote_range *list)
{
	while (list) {
		struct mote_range *r = list;

		list = r->next;
		range_free(r);
	}
}

static int mem_check(struct mote_vm *vm, const struct mote_mem *m)
{
	if ((m->gpa | m->bytes) & ~PAGE_MASK || !m->bytes)
		return -EINVAL;
	if (m->gpa + m->bytes < m->gpa || (m->gpa + m->bytes - 1) >> vm->mem.gpa_bits)
		return -EINVAL;
	return 0;
}

int mote_memory_map(struct mote_vm *vm, const struct mote_mem *m)
{
	struct mote_memory *mem = &vm->mem;
	struct mote_range *r;
	gpa_t last = m->gpa + m->bytes - 1;
	int err = mem_check(vm, m);

	if (err)
		return err;
	/*
	 * Not access_ok(), which lets addresses with tags pass (arm64: top byte;
	 * x86: linear address masking): notifiers know none, and would miss it.
	 */
	if (m->hva & ~PAGE_MASK || m->hva > TASK_SIZE_MAX || m->bytes > TASK_SIZE_MAX - m->hva)
		return -EINVAL;
	if (down_write_killable(&mem->ranges))
		return -EINTR;
	r = range_from(mem, m->gpa);
	if (r && r->gpa <= last)
		r = ERR_PTR(-EEXIST);
	else if (mem->nr_ranges == MOTE_MAX_RANGES)
		r = ERR_PTR(-ENOSPC);
	else
		r = range_new(vm, m->gpa, last, m->hva, m->flags);
	if (!IS_ERR(r))
		range_link(mem, r);
	up_write(&mem->ranges);
	return PTR_ERR_OR_ZERO(r);
}

/* ---- cutting ranges ---- */

/*
 * struct cut - a MEM_UNMAP
 * @first: first range that it touches
 * @touched: how many
 * @left: what stays of the first one, or NULL
 * @right: what stays of the last one, or NULL
 */
struct cut {
	struct mote_range *first;
	unsigned int touched;
	struct mote_range *left;
	struct mote_range *right;
};

static struct mote_range *range_next(struct mote_range *r)
{
	return rb_entry_safe(rb_next(&r->node), struct mote_range, node);
}

/* Find the ranges, which must cover all of it; returns the last one. */
static struct mote_range *cut_find(struct mote_memory *mem, struct cut *c, gpa_t first, gpa_t last)
{
	struct mote_range *r = mote_range_at(mem, first);
	struct mote_range *next;

	c->first = r;
	for (; r; r = next) {
		c->touched++;
		if (r->last >= last)
			return r;
		next = range_next(r);
		if (next && next->gpa != r->last + 1)
			return NULL;
	}
	return NULL;
}

/*
 * Make what stays.  The new notifiers begin before the old ones end, so that
 * no change of the host's tables goes unseen; both may see one, which is
 * harmless.
 */
static int cut_prepare(struct mote_vm *vm, struct cut *c, gpa_t first, gpa_t last)
{
	struct mote_range *end = cut_find(&vm->mem, c, first, last);
	struct mote_range *r;

	if (!end)
		return -ENOENT;
	if (vm->mem.nr_ranges - c->touched + (c->first->gpa < first) + (end->last > last) >
	    MOTE_MAX_RANGES)
		return -ENOSPC;
	if (c->first->gpa < first) {
		r = range_new(vm, c->first->gpa, first - 1, c->first->hva, c->first->flags);
		if (IS_ERR(r))
			return PTR_ERR(r);
		c->left = r;
	}
	if (end->last > last) {
		r = range_new(vm, last + 1, end->last,
			      end->hva + (unsigned long)(last + 1 - end->gpa), end->flags);
		if (IS_ERR(r))
			return PTR_ERR(r);
		c->right = r;
	}
	return 0;
}

static void cut_undo(struct cut *c)
{
	if (c->left)
		range_free(c->left);
	if (c->right)
		range_free(c->right);
}

/* Put what stays into the tree and return the list of what goes. */
static struct mote_range *cut_commit(struct mote_memory *mem, struct cut *c)
{
	struct mote_range *r = c->first, *list = NULL;

	/* Faults under way install nothing from here on */
	spin_lock(&mem->pt_lock);
	while (c->touched--) {
		struct mote_range *next = range_next(r);

		range_unlink(mem, r);
		r->gone = true;
		r->next = list;
		list = r;
		r = next;
	}
	spin_unlock(&mem->pt_lock);
	if (c->left)
		range_link(mem, c->left);
	if (c->right)
		range_link(mem, c->right);
	return list;
}

/*
 * Pages to split a block at each end, a gigabyte one twice.  Without them the
 * blocks are dropped, so no error if there are none.
 */
static void cut_cache(struct mote_memory *mem, struct mote_pt_cache *cache, gpa_t first,
		      gpa_t last)
{
	if ((first | (last + 1)) & ~PMD_MASK)
		mote_pt_cache_fill(cache, 4);
}

int mote_memory_unmap(struct mote_vm *vm, const struct mote_mem *m)
{
	struct mote_memory *mem = &vm->mem;
	struct mote_pt_cache cache = {};
	gpa_t last = m->gpa + m->bytes - 1;
	struct mote_range *gone = NULL;
	struct cut c = {};
	int err = mem_check(vm, m);

	if (err)
		return err;
	if (down_write_killable(&mem->ranges))
		return -EINTR;
	err = cut_prepare(vm, &c, m->gpa, last);
	if (!err) {
		gone = cut_commit(mem, &c);
		cut_cache(mem, &cache, m->gpa, last);
		zap(vm, m->gpa, last, &cache, true);
	}
	up_write(&mem->ranges);
	if (err)
		cut_undo(&c);
	/* Their notifiers still zap, which hurts nobody: faults refill. */
	ranges_free(gone);
	mote_pt_cache_free(&cache);
	return err;
}

size_t mote_memory_piece(struct mote_memory *mem, gpa_t gpa, size_t bytes, bool write,
			 unsigned long *hva)
{
	struct mote_range *r = mote_range_for(mem, gpa, write);

	if (!r)
		return 0;
	*hva = r->hva + (unsigned long)(gpa - r->gpa);
	return min_t(u64, bytes, r->last - gpa + 1);
}

/* ---- all of it ---- */

int mote_memory_init(struct mote_vm *vm)
{
	const struct mote_pt_format *fmt = mote_arch_pt_format();
	struct mote_memory *mem = &vm->mem;
	struct mote_info info = {};

	mote_arch_info(&info);
	mem->has_accessed = fmt->accessed && (info.features & MOTE_FEAT_AD_BITS);
	mem->gpa_bits = min(info.gpa_bits, mote_pt_gpa_bits(fmt));
	init_rwsem(&mem->ranges);
	spin_lock_init(&mem->pt_lock);
	mem->tree = RB_ROOT;
	mem->overlay = MOTE_NO_OVERLAY;
	return mote_pt_init(&mem->pt, fmt);
}

void mote_memory_destroy(struct mote_vm *vm)
{
	struct mote_memory *mem = &vm->mem;
	struct mote_range *r;

	while ((r = range_from(mem, 0))) {
		range_unlink(mem, r);
		range_free(r);
	}
	mote_aging_put(vm);
	mote_pt_destroy(&mem->pt);
}
