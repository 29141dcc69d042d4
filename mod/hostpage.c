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
 * struct lookup - one walk of the host's tables
 * @hva: address
 * @write: it must be writable
 * @known: a page that get_user_pages() has just given, or NULL
 * @hp: the result
 */
struct lookup {
	unsigned long hva;
	bool write;
	struct page *known;
	struct mote_host_page *hp;
};

/*
 * Of all that a process can map, only what is anonymous, compound (THP, hugetlb)
 * or on an evictable LRU list is surely ordinary memory.  The rest, drivers' pages
 * among it, is left to get_user_pages(), which looks at the VMA.  Secret memory
 * (memfd_secret(2)) is on the unevictable list, as its whole mapping is; locked
 * files are there, too, and take the longer way.
 */
static bool page_plain(const struct lookup *l, struct page *page)
{
	return PageAnon(page) || PageCompound(page) || page == l->known ||
	       (PageLRU(page) && !folio_test_unevictable(page_folio(page)));
}

static bool found(const struct lookup *l, unsigned long pfn, unsigned int shift, bool writable)
{
	unsigned long in_block = (l->hva & ((1UL << shift) - 1)) >> PAGE_SHIFT;

	if (l->write && !writable)
		return false;
	l->hp->hpa = PFN_PHYS(pfn + in_block);
	l->hp->shift = shift;
	l->hp->writable = writable;
	return true;
}

static bool find_pte(const struct lookup *l, pmd_t *pmd)
{
	pte_t pte = ptep_get_lockless(pte_offset_kernel(pmd, l->hva));
	struct page *page;

	if (!pte_access_permitted(pte, false) || pte_protnone(pte) || pte_special(pte))
		return false;
	page = pfn_to_page(pte_pfn(pte));
	if (!page_plain(l, page))
		return false;
	return found(l, pte_pfn(pte), PAGE_SHIFT, pte_access_permitted(pte, true) &&
						  (pte_dirty(pte) || PageDirty(page)));
}

/*
 * A leaf may be device memory without a struct page.  While the host splits a
 * huge page its entry is present to pmd_present(), but grants nothing.
 */
static bool find_pmd(const struct lookup *l, pmd_t pmd)
{
	unsigned long pfn = pmd_pfn(pmd);
	struct page *page;

	if (!pmd_access_permitted(pmd, false) || pmd_protnone(pmd) || !pfn_valid(pfn))
		return false;
	page = pfn_to_page(pfn);
	if (!page_plain(l, page))
		return false;
	return found(l, pfn, PMD_SHIFT, pmd_access_permitted(pmd, true) &&
					(pmd_dirty(pmd) || PageDirty(page)));
}

/* Only hugetlb has such leaves of plain pages; it is never written back. */
static bool find_pud(const struct lookup *l, pud_t pud)
{
	unsigned long pfn = pud_pfn(pud);

	if (!pud_access_permitted(pud, false) || !pfn_valid(pfn) ||
	    !page_plain(l, pfn_to_page(pfn)))
		return false;
	return found(l, pfn, PUD_SHIFT, pud_access_permitted(pud, true));
}

/*
 * Interrupts are off, as in get_user_pages_fast(): tables that are being freed
 * stay until all CPUs have had them on, or an RCU grace period has passed.
 * Every entry is read once, since it may change at any time.
 */
static bool walk(const struct lookup *l)
{
	unsigned long hva = l->hva;
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
		return find_pud(l, pud);
	pmdp = pmd_offset_lockless(pudp, pud, hva);
	pmd = READ_ONCE(*pmdp);
	if (!pmd_present(pmd))
		return false;
	if (pmd_leaf(pmd))
		return find_pmd(l, pmd);
	return find_pte(l, &pmd);
}

static bool lookup(const struct lookup *l)
{
	unsigned long flags;
	bool there;

	local_irq_save(flags);
	there = walk(l);
	local_irq_restore(flags);
	return there;
}

bool mote_host_find(unsigned long hva, bool write, struct mote_host_page *hp)
{
	const struct lookup l = { .hva = hva, .write = write, .hp = hp };

	return lookup(&l);
}

/*
 * get_user_pages() without FOLL_WRITE does not break copy on write, so a page
 * that the guest only reads stays shared.  With it, the host's entry is
 * writable and the entry or the page dirty on return.
 */
int mote_host_get(unsigned long hva, bool write, struct mote_host_page *hp)
{
	unsigned int flags = FOLL_HWPOISON | MOTE_FOLL_INTERRUPTIBLE | MOTE_FOLL_NUMA_FAULT |
			     (write ? FOLL_WRITE : 0);
	struct lookup l = { .hva = hva, .write = write, .hp = hp };
	long got = get_user_pages_unlocked(hva & PAGE_MASK, 1, &l.known, flags);

	if (got != 1)
		return got ? got : -EFAULT;
	hp->hpa = PFN_PHYS(page_to_pfn(l.known));
	hp->shift = PAGE_SHIFT;
	hp->writable = write;
	put_page(l.known);
	/* What was faulted in may be larger, and writable although only read. */
	lookup(&l);
	return 0;
}
