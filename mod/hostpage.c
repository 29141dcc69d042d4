// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: which host page is behind an hva.  See hostpage.h.
 *
 * Why a guest may write to a page without the host being told each time:
 * @writable is given only when the host's entry allows writing and the entry
 * or the page is dirty already.  Whoever wants to see later writes (writeback,
 * MADV_FREE, soft-dirty, copy on write after fork, KSM) has to clean or protect
 * the host's entry first, and calls the MMU notifier for that.  Then the
 * guest's entry goes too, and its next write comes here again.
 */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/pfn.h>
#include <linux/pgtable.h>
#include <linux/sched.h>

#include "compat.h"
#include "hostpage.h"

/*
 * Of all that a process can map, only what is on an LRU list or compound (THP,
 * hugetlb) is surely ordinary memory.  The rest, secret memory and drivers'
 * pages among it, is left to get_user_pages(), which looks at the VMA.
 */
static bool page_plain(struct page *page)
{
	return PageCompound(page) || PageLRU(page);
}

static bool found(struct mote_host_page *hp, unsigned long pfn, unsigned long hva,
		  unsigned int shift, bool writable)
{
	unsigned long in_block = (hva & ((1UL << shift) - 1)) >> PAGE_SHIFT;

	hp->hpa = (hpa_t)(pfn + in_block) << PAGE_SHIFT;
	hp->shift = shift;
	hp->writable = writable;
	return true;
}

static bool find_pte(pmd_t *pmd, unsigned long hva, bool write, struct mote_host_page *hp)
{
	pte_t pte = ptep_get_lockless(pte_offset_kernel(pmd, hva));
	struct page *page;
	bool writable;

	if (!pte_access_permitted(pte, write) || pte_protnone(pte) || pte_special(pte))
		return false;
	page = pfn_to_page(pte_pfn(pte));
	if (!page_plain(page))
		return false;
	writable = pte_access_permitted(pte, true) && (pte_dirty(pte) || PageDirty(page));
	return (writable || !write) && found(hp, pte_pfn(pte), hva, PAGE_SHIFT, writable);
}

/*
 * A leaf may be device memory without a struct page.  While the host splits a
 * huge page its entry is present to pmd_present(), but grants nothing.
 */
static bool find_pmd(pmd_t pmd, unsigned long hva, bool write, struct mote_host_page *hp)
{
	unsigned long pfn = pmd_pfn(pmd);
	bool writable;

	if (!pmd_access_permitted(pmd, write) || pmd_protnone(pmd) ||
	    !pfn_valid(pfn) || !page_plain(pfn_to_page(pfn)))
		return false;
	writable = pmd_access_permitted(pmd, true) &&
		   (pmd_dirty(pmd) || PageDirty(pfn_to_page(pfn)));
	return (writable || !write) && found(hp, pfn, hva, PMD_SHIFT, writable);
}

/* Only hugetlb has such leaves of plain pages; it is never written back. */
static bool find_pud(pud_t pud, unsigned long hva, bool write, struct mote_host_page *hp)
{
	unsigned long pfn = pud_pfn(pud);

	if (!pud_access_permitted(pud, write) || !pfn_valid(pfn) ||
	    !page_plain(pfn_to_page(pfn)))
		return false;
	return found(hp, pfn, hva, PUD_SHIFT, pud_access_permitted(pud, true));
}

/*
 * Interrupts are off, as in get_user_pages_fast(): tables that are being freed
 * stay until all CPUs have had them on, or an RCU grace period has passed.
 * Every entry is read once, since it may change at any time.
 */
static bool walk(unsigned long hva, bool write, struct mote_host_page *hp)
{
	pgd_t *pgdp = pgd_offset(current->mm, hva);
	pgd_t pgd = READ_ONCE(*pgdp);
	p4d_t *p4dp, p4d;
	pud_t *pudp, pud;
	pmd_t *pmdp, pmd;

	if (!pgd_present(pgd))
		return false;
	p4dp = p4d_offset_lockless(pgdp, pgd, hva);
	p4d = READ_ONCE(*p4dp);
	if (!p4d_present(p4d))
		return false;
	pudp = pud_offset_lockless(p4dp, p4d, hva);
	pud = READ_ONCE(*pudp);
	if (!pud_present(pud))
		return false;
	if (pud_leaf(pud))
		return find_pud(pud, hva, write, hp);
	pmdp = pmd_offset_lockless(pudp, pud, hva);
	pmd = READ_ONCE(*pmdp);
	if (!pmd_present(pmd))
		return false;
	if (pmd_leaf(pmd))
		return find_pmd(pmd, hva, write, hp);
	return find_pte(&pmd, hva, write, hp);
}

bool mote_host_find(unsigned long hva, bool write, struct mote_host_page *hp)
{
	unsigned long flags;
	bool there;

	local_irq_save(flags);
	there = walk(hva, write, hp);
	local_irq_restore(flags);
	return there;
}

/*
 * get_user_pages() without FOLL_WRITE does not break copy on write, so a page
 * that the guest only reads stays shared.  With it, the host's entry is
 * writable and the entry or the page dirty on return.
 */
int mote_host_get(unsigned long hva, bool write, struct mote_host_page *hp)
{
	unsigned int flags = FOLL_HWPOISON | MOTE_FOLL_INTERRUPTIBLE | (write ? FOLL_WRITE : 0);
	struct page *page;
	long got = get_user_pages_unlocked(hva & PAGE_MASK, 1, &page, flags);

	if (got != 1)
		return got ? got : -EFAULT;
	hp->hpa = PFN_PHYS(page_to_pfn(page));
	hp->shift = PAGE_SHIFT;
	hp->writable = write;
	put_page(page);
	/* What was faulted in may be larger, and writable although only read. */
	mote_host_find(hva, write, hp);
	return 0;
}
