// SPDX-License-Identifier: GPL-2.0-only
/* What the module's hardware-free files use of the kernel, see include/shim.h. */
#include <stdio.h>

#include "shim.h"

long shim_pages;
long shim_secondary;
long shim_objects;
long shim_budget = -1;

void shim_assert(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! the kernel would complain: %s\n", what);
	abort();
}

static bool may_allocate(void)
{
	if (!shim_budget)
		return false;
	if (shim_budget > 0)
		shim_budget--;
	return true;
}

/* An allocation twice as large: struct page, then, as aligned, the pages. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	size_t bytes = PAGE_SIZE << order;
	char *p;

	(void)gfp;
	if (!may_allocate())
		return 0;
	p = aligned_alloc(2 * bytes, 2 * bytes);
	shim_assert(p, "out of memory");
	memset(p, 0, 2 * bytes);
	shim_pages += 1L << order;
	return (unsigned long)p + bytes;
}

void free_pages(unsigned long addr, unsigned int order)
{
	size_t bytes = PAGE_SIZE << order;

	shim_pages -= 1L << order;
	free((void *)(addr - bytes));
}

unsigned int get_order(unsigned long bytes)
{
	unsigned int order = 0;

	while ((PAGE_SIZE << order) < bytes)
		order++;
	return order;
}

struct page *virt_to_page(const void *addr)
{
	return (struct page *)(((uintptr_t)addr & ~(PAGE_SIZE - 1)) - PAGE_SIZE);
}

void *kvmalloc(size_t bytes, gfp_t gfp)
{
	(void)gfp;
	if (!may_allocate())
		return NULL;
	shim_objects++;
	return malloc(bytes);
}

void kvfree(const void *p)
{
	shim_objects -= !!p;
	free((void *)p);
}

void spin_lock_init(spinlock_t *lock)
{
	lock->held = 0;
}

void spin_lock(spinlock_t *lock)
{
	shim_assert(!lock->held++, "lock taken twice");
}

void spin_unlock(spinlock_t *lock)
{
	shim_assert(lock->held--, "lock not held");
}

#define WORD_BITS (8 * sizeof(unsigned long))

unsigned long *bitmap_zalloc(unsigned int bits, gfp_t gfp)
{
	size_t bytes = (bits + WORD_BITS - 1) / WORD_BITS * sizeof(unsigned long);
	unsigned long *map = kvmalloc(bytes, gfp);

	return map ? memset(map, 0, bytes) : NULL;
}

void bitmap_free(const unsigned long *map)
{
	kvfree(map);
}

unsigned long find_next_zero_bit(const unsigned long *map, unsigned long bits,
				 unsigned long from)
{
	while (from < bits && map[from / WORD_BITS] >> from % WORD_BITS & 1)
		from++;
	return min(from, bits);
}

void __set_bit(unsigned long nr, unsigned long *map)
{
	map[nr / WORD_BITS] |= 1UL << nr % WORD_BITS;
}

void __clear_bit(unsigned long nr, unsigned long *map)
{
	map[nr / WORD_BITS] &= ~(1UL << nr % WORD_BITS);
}
