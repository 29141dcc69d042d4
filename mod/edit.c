// SPDX-License-Identifier: GPL-2.0-only
/* mote: a change of a VM's second stage.  See edit.h. */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "edit.h"
#include "mote.h"

void mote_edit_begin(struct mote_edit *edit, struct mote_vm *vm)
	__acquires(&vm->mem.pt_lock)
{
	edit->vm = vm;
	edit->unlinked = (struct mote_pt_cache) {};
	edit->waits = false;
	spin_lock(&vm->mem.pt_lock);
}

static void changed(struct mote_edit *edit)
{
	mote_tlb_changed(edit->vm);
	edit->waits = true;
}

/*
 * Break before make: while some CPU may have what was taken out, nothing new
 * is made (Arm ARM, "TLB maintenance requirements").  Whatever it is: where the
 * old one was is not remembered, and the wait is short.
 */
static bool must_break_first(const struct mote_edit *edit)
{
	struct mote_tlb *tlb = &edit->vm->tlb;

	return edit->vm->mem.pt.fmt->break_before_make &&
	       unlikely(atomic64_read_acquire(&tlb->done) != atomic64_read(&tlb->gen));
}

int mote_edit_map(struct mote_edit *edit, struct mote_vcpu *vcpu, gpa_t gpa,
		  unsigned int level, hpa_t hpa, u32 prot)
{
	struct mote_pt *pt = &edit->vm->mem.pt;
	int r;

	if (must_break_first(edit)) {
		edit->waits = true;
		return -EAGAIN;
	}
	r = mote_pt_map(pt, &vcpu->pt_cache, gpa, level, hpa, prot, &edit->unlinked);
	switch (r) {
	case MOTE_PT_KEPT:
		if (pt->fmt->flush_upgrade)
			mote_tlb_upgraded(vcpu);
		return 0;
	case MOTE_PT_FLUSH:
		changed(edit);
		return -EAGAIN;
	default:
		return r;
	}
}

void mote_edit_unmap(struct mote_edit *edit, gpa_t first, gpa_t last, struct mote_pt_cache *cache)
{
	if (mote_pt_unmap(&edit->vm->mem.pt, first, last, cache, &edit->unlinked))
		changed(edit);
	edit->waits = true;
}

void mote_edit_pause(struct mote_edit *edit, bool may_sleep)
	__must_hold(&edit->vm->mem.pt_lock)
{
	spin_unlock(&edit->vm->mem.pt_lock);
	if (may_sleep)
		cond_resched();
	else
		cpu_relax();
	spin_lock(&edit->vm->mem.pt_lock);
}

void mote_edit_end(struct mote_edit *edit)
	__releases(&edit->vm->mem.pt_lock)
{
	s64 gen = atomic64_read(&edit->vm->tlb.gen);

	spin_unlock(&edit->vm->mem.pt_lock);
	if (likely(!edit->waits))
		return;
	mote_tlb_wait(edit->vm, gen);
	mote_pt_cache_free(&edit->unlinked);
}
