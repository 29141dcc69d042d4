// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: second-stage faults: what the host has at a guest physical address goes
 * into the tables.  See memory.h, and range.h for what keeps it right.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pfn.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>

#include "arch.h"
#include "edit.h"
#include "guestread.h"
#include "hostpage.h"
#include "mote.h"
#include "range.h"

/* A fault that keeps losing to invalidations goes back to look for signals */
#define FAULT_TRIES	4

/* The largest leaf for the page at @gpa: format, host and range agree, and it hides nothing. */
static unsigned int fault_level(struct mote_range *r, gpa_t gpa, u32 access,
				const struct mote_host_page *hp)
{
	const struct mote_pt_format *fmt = r->vm->mem.pt.fmt;
	unsigned int level = fmt->levels - 1;
	gpa_t overlay = READ_ONCE(r->vm->mem.overlay);
	u64 shift = r->gpa - r->hva;

	if (hp->shift == PAGE_SHIFT || (fmt->exec_small && access & MOTE_ACCESS_EXEC))
		return level;
	while (level--) {
		u64 mask = mote_pt_level_mask(fmt, level);

		if (!fmt->level[level].leaf_ok || fmt->level[level].shift > hp->shift ||
		    shift & mask || (gpa & ~mask) < r->gpa || (gpa | mask) > r->last ||
		    (gpa & ~mask) == (overlay & ~mask))
			break;
	}
	return level + 1;
}

/*
 * struct mote_pt_format::before_map reads and writes through the kernel's own
 * address of the memory.  With a reference, and in the runner's tables after
 * that was taken, it is memory that has such an address (secret memory has not).
 */
static noinline bool make_ready(struct mote_range *r, hpa_t hpa, u64 bytes, u32 prot,
				unsigned long seq)
{
	struct page *page = compound_head(pfn_to_page(PHYS_PFN(hpa)));
	bool still;

	if (!get_page_unless_zero(page))
		return false;
	still = !mmu_interval_check_retry(&r->notifier, seq);
	if (still)
		r->vm->mem.pt.fmt->before_map(hpa, bytes, prot);
	put_page(page);
	return still;
}

/*
 * Map what the host has at @hp if that is still so.  Does not sleep.
 * Return: 0; -EAGAIN: look again; -ENOMEM: the vCPU's cache lacks @need pages.
 */
static int fault_install(struct mote_vcpu *vcpu, struct mote_range *r, gpa_t gpa, u32 access,
			 const struct mote_host_page *hp, unsigned long seq, unsigned int *need)
{
	struct mote_memory *mem = &vcpu->vm->mem;
	const struct mote_pt_format *fmt = mem->pt.fmt;
	unsigned int level = fault_level(r, gpa, access, hp);
	u64 mask = mote_pt_level_mask(fmt, level);
	struct mote_edit edit;
	u32 prot = MOTE_PT_R;
	int err = -EAGAIN;

	if (hp->writable && !(r->flags & MOTE_MEM_READONLY))
		prot |= MOTE_PT_W;
	if (!fmt->fetch_separately || (access & MOTE_ACCESS_EXEC))
		prot |= MOTE_PT_X;
	if (fmt->before_map && !make_ready(r, hp->hpa & ~mask, mask + 1, prot, seq))
		return -EAGAIN;
	mote_edit_begin(&edit, vcpu->vm);
	if (fmt->exec_small) {
		level = mote_pt_level_kept(&mem->pt, gpa, level);
		mask = mote_pt_level_mask(fmt, level);
	}
	if (!mmu_interval_read_retry(&r->notifier, seq) && likely(!r->gone))
		err = mote_edit_map(&edit, vcpu, gpa & ~mask, level, hp->hpa & ~mask, prot);
	/* As get_user_pages() does: of a fault the host's tables may know nothing */
	if (likely(!err))
		folio_mark_accessed(page_folio(pfn_to_page(PHYS_PFN(hp->hpa))));
	else if (err == -ENOMEM)
		*need = mote_pt_missing(&mem->pt, gpa, level);
	mote_edit_end(&edit);
	return err;
}

static enum mote_fault fault_failed(int err, struct mote_fault_info *info)
{
	if (err == -EAGAIN)
		return MOTE_FAULT_RETRY;
	if (err == -EINTR || fatal_signal_pending(current))
		return MOTE_FAULT_SIGNAL;
	info->error = -err;
	return MOTE_FAULT_ERROR;
}

/* Find the page, fault it in if need be, and map it.  As fault_install(). */
static int fault_page(struct mote_vcpu *vcpu, struct mote_range *r, gpa_t gpa, u32 access,
		      unsigned long seq)
{
	bool write = access & MOTE_ACCESS_WRITE;
	unsigned long hva = r->hva + (unsigned long)(gpa - r->gpa);
	struct mote_host_page hp;
	unsigned int need;
	int err;

	if (!mote_host_find(hva, write, &hp)) {
		err = mote_host_get(hva, write, &hp);
		if (err)
			return err;
	}
	err = fault_install(vcpu, r, gpa, access, &hp, seq, &need);
	/* Most faults need no table, so the page is got when one does. */
	return err == -ENOMEM ? mote_pt_cache_fill(&vcpu->pt_cache, need) ?: -EAGAIN : err;
}

static enum mote_fault fault_range(struct mote_vcpu *vcpu, struct mote_range *r, gpa_t gpa,
				   u32 access, struct mote_fault_info *info)
{
	unsigned int i;
	int err;

	info->hva = r->hva + (unsigned long)(gpa - r->gpa);
	for (i = 0; i < FAULT_TRIES && !READ_ONCE(r->gone); i++) {
		unsigned long seq = mmu_interval_read_begin(&r->notifier);

		if (READ_ONCE(r->settled) != seq)
			/* Pairs with fault_present() */
			smp_store_release(&r->settled, seq);
		err = fault_page(vcpu, r, gpa, access, seq);
		if (!err)
			break;
		if (err != -EAGAIN)
			return fault_failed(err, info);
	}
	return MOTE_FAULT_RETRY;
}

enum mote_fault mote_memory_fault(struct mote_vcpu *vcpu, gpa_t gpa, u32 access,
				  struct mote_fault_info *info)
{
	struct mote_memory *mem = &vcpu->vm->mem;
	enum mote_fault result = MOTE_FAULT_MMIO;
	struct mote_range *r;

	info->hva = 0;
	info->error = 0;
	if (down_read_killable(&mem->ranges))
		return MOTE_FAULT_SIGNAL;
	r = mote_range_for(mem, gpa, access & MOTE_ACCESS_WRITE);
	if (r)
		mote_range_get(r);
	up_read(&mem->ranges);
	if (r) {
		result = fault_range(vcpu, r, gpa, access, info);
		mote_range_put(r);
	}
	return result;
}

int mote_memory_exit(struct mote_vcpu *vcpu, gpa_t gpa, u32 access, u64 raw,
		     const struct mote_fault_info *info)
{
	struct mote_exit *exit;

	mote_arch_vcpu_load(vcpu);
	exit = mote_exit_begin(vcpu, MOTE_EXIT_MEMORY_FAULT, raw);
	mote_arch_vcpu_put(vcpu);
	exit->memory = (struct mote_exit_memory) {
		.gpa = gpa,
		.hva = info->hva,
		.access = access,
		.error = info->error,
	};
	return MOTE_USER;
}

/*
 * mmu_interval_read_begin() sleeps while an invalidation of the range is under
 * way.  The last one was over when @settled was set; one that has begun since
 * has moved the sequence, which fault_install() notices.  Out of line: MMIO
 * must not pay for its locals.
 */
static noinline bool fault_present(struct mote_vcpu *vcpu, struct mote_range *r, gpa_t gpa,
				   u32 access)
{
	bool write = access & MOTE_ACCESS_WRITE;
	struct mote_host_page hp;
	unsigned long seq;
	unsigned int need;

	/* The host's tables are read behind the end of that last one */
	seq = smp_load_acquire(&r->settled);
	return mote_host_find(r->hva + (unsigned long)(gpa - r->gpa), write, &hp) &&
	       !fault_install(vcpu, r, gpa, access, &hp, seq, &need);
}

enum mote_fault mote_memory_fault_fast(struct mote_vcpu *vcpu, gpa_t gpa, u32 access,
				       struct mote_guest_reader *reader)
{
	struct mote_memory *mem = &vcpu->vm->mem;
	enum mote_fault result = MOTE_FAULT_SLOW;
	struct mote_range *r;

	if (!down_read_trylock(&mem->ranges))
		return MOTE_FAULT_SLOW;
	r = mote_range_for(mem, gpa, access & MOTE_ACCESS_WRITE);
	if (!r)
		result = MOTE_FAULT_MMIO;
	else if (fault_present(vcpu, r, gpa, access))
		result = MOTE_FAULT_RETRY;
	if (reader && result == MOTE_FAULT_MMIO)
		mote_guest_reader_held(reader, mem);
	else
		up_read(&mem->ranges);
	return result;
}

void mote_memory_cache_free(struct mote_vcpu *vcpu)
{
	mote_pt_cache_free(&vcpu->pt_cache);
}
