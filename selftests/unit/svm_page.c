// SPDX-License-Identifier: GPL-2.0-only
/* Pages for VMRUN: none begins 2 MiB, and none is lost. */
#include "shim.h"
#include "unit.h"

#define PAGES	2048

/* All memory there is; private: references */
static struct page memory[PAGES];
static unsigned int next;
static bool whole;

static struct page *alloc_pages_node(int node, gfp_t gfp, unsigned int order)
{
	(void)node;
	(void)gfp;
	if (order != 1 || next >= PAGES)
		return NULL;
	memory[next].private = 1;
	whole = true;
	return &memory[next];
}

static void split_page(struct page *page, unsigned int order)
{
	for (unsigned int i = 0; i < 1u << order; i++)
		page[i].private = 1;
	whole = false;
}

#undef __free_page
#define __free_page(page)	free_one(page)
#undef page_address
#define page_address(page)	((void *)(page))
#undef page_to_pfn
#define page_to_pfn(page)	((unsigned long)((page) - memory))

static void free_one(struct page *page)
{
	/* Half of what is one cannot be freed, nor what is free */
	if (whole || page->private != 1)
		abort();
	page->private = 0;
}

#include "page.c"

static bool test_all(void)
{
	for (next = 0; next < PAGES; next += 2) {
		struct page *page = svm_page_alloc(0, GFP_KERNEL);

		CHECK(page == &memory[next] || page == &memory[next + 1]);
		CHECK(page_to_pfn(page) * PAGE_SIZE % (2 << 20));
		CHECK(page->private == 1);
		CHECK(memory[next].private + memory[next + 1].private == 1);
	}
	CHECK(!svm_page_alloc(0, GFP_KERNEL));
	return true;
}

static const struct unit_test tests[] = {
	{ "svm_page: none is aligned to 2 MiB, and the other is free", test_all },
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
