// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: pages for VMRUN: VMCBs and host save areas.
 *
 * Where the host has SEV-SNP on, the CPU marks such a page as in use while a guest
 * runs.  If it begins 2 MiB, the host's writes to any page in these can fault on that
 * mark.  So none does, whatever the host: it costs nothing.
 */
#include <linux/gfp.h>
#include <linux/mm.h>

#include "page.h"

#define PAGES_2M	512

/**
 * svm_page_alloc - a page that VMRUN can have
 * @node: NUMA_NO_NODE: the one of this CPU
 * @gfp: GFP_KERNEL or GFP_KERNEL_ACCOUNT
 *
 * Return: zeroed, for free_page(); NULL.  Context: sleepable.
 */
void *svm_page_alloc(int node, gfp_t gfp)
{
	struct page *pair = alloc_pages_node(node, gfp | __GFP_ZERO, 1);
	unsigned int keep;

	if (!pair)
		return NULL;
	split_page(pair, 1);
	keep = page_to_pfn(pair) % PAGES_2M ? 0 : 1;
	__free_page(pair + 1 - keep);
	return page_address(pair + keep);
}
