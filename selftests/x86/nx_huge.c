// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions in large pages.  With nx_huge_pages=on, which nx_huge.sh loads the module
 * with, the first fetch from a block of data makes small pages of it, and they stay.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

#define PARAMETER	"/sys/module/mote/parameters/nx_huge_pages"
#define PAGES		64

static u8 *page(u64 n)
{
	return (u8 *)MEM_GPA + n * PAGE;
}

static inline void look(u64 n)
{
	asm volatile("movb (%0), %%al" : : "r"(page(n)) : "rax", "memory");
}

static inline void call(u64 n)
{
	asm volatile("call *%0" : : "r"(page(n)) : "memory");
}

GUEST(fetch)
{
	look(0);
	guest_sync(0);
	look(PAGES);
	guest_sync(0);
	call(1);
	guest_sync(0);
	for (u64 round = 0; round < 4; round++) {
		for (u64 n = 0; n < PAGES; n++) {
			call(n);
			look(PAGES + n);
		}
		guest_sync(0);
	}
}

static int forced(void)
{
	char word[8] = "";
	FILE *f = fopen(PARAMETER, "r");

	if (!f)
		return 0;
	if (!fgets(word, sizeof(word), f))
		word[0] = 0;
	fclose(f);
	return !strncmp(word, "on", 2);
}

static u64 faults_to_next(struct one *o)
{
	u64 before = o->cpu.stats->exits[MOTE_EXIT_FAULT];

	vcpu_sync(&o->cpu);
	return o->cpu.stats->exits[MOTE_EXIT_FAULT] - before;
}

TEST(fetch_from_a_block)
{
	u8 *p = new_pages_aligned(HUGE, HUGE);
	int small = forced();
	struct one o;
	u64 n;

	one_create(&o, 0, guest_fetch, 0);
	if (!(o.vm.info.features & MOTE_FEAT_HUGE_2M))
		SKIP(return, "no 2 MiB pages here");
	madvise(p, HUGE, MADV_HUGEPAGE);
	memset(p, 0xc3, HUGE);	/* RET */
	must_mem_map(o.vm.fd, MEM_GPA, HUGE, p, 0);
	EXPECT_LE(1, faults_to_next(&o));
	EXPECT_EQ(0, faults_to_next(&o));
	n = faults_to_next(&o);
	EXPECT_EQ(small, n > 0);
	/* Each page once more at most, and then none again */
	n = faults_to_next(&o);
	EXPECT_GE(small ? 2 * PAGES : 0, n);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(0, faults_to_next(&o));
	}
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

TEST_HARNESS_MAIN
