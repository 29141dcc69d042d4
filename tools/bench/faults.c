// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: second-stage faults. */
#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "measure.h"

#define MAX_CHUNKS	1024

/**
 * struct fault_test - one row
 * @name: of the row
 * @page: size of the host's pages
 * @chunk: pages in one sample
 * @present: whether the host has the pages already
 * @stat: fresh pages depend on the state of the host's allocator
 */
struct fault_test {
	const char *name;
	size_t page;
	unsigned int chunk;
	bool present;
	enum bench_stat stat;
};

/* 512 small pages share one table of the last level */
static const struct fault_test tests[] = {
	{ "fault_4k_present", 4 * KIB, 512, true, BENCH_MIN },
	{ "fault_4k_fresh", 4 * KIB, 512, false, BENCH_MEDIAN },
	{ "fault_2m_present", 2 * MIB, 4, true, BENCH_MIN },
	{ "fault_2m_fresh", 2 * MIB, 4, false, BENCH_MEDIAN },
};

/*
 * Units per fault of a chunk at @addr: the first touch less a second one.  In
 * large pages the second goes to their next 4 KiB, which faults again unless
 * the hypervisor has mapped all of the page.
 */
static double chunk(struct bench_vm *vm, const struct fault_test *t, u64 addr)
{
	struct bench_entry e = {
		.block = bench_block_touch,
		.count = t->chunk,
		.addr = addr,
		.stride = t->page,
	};
	u64 first = bench_vm_run(vm, &e, NULL), again;

	e.addr += t->page > 4 * KIB ? 4 * KIB : 0;
	again = bench_vm_run(vm, &e, NULL);
	if (again > first / 4)
		bench_die("%s: the second touch takes %llu ticks, the first %llu", t->name,
			  (unsigned long long)again, (unsigned long long)first);
	return bench_units((double)(first - again)) / t->chunk;
}

static void fault_row(const struct bench_hv *hv, const struct fault_test *t)
{
	static double samples[MAX_CHUNKS];
	size_t size = bench_options.mib * MIB, step = t->page * t->chunk;
	struct bench_entry warm = {
		.block = bench_block_touch,
		.count = 1,
		.addr = bench_layout.result,
	};
	char *mem = bench_memory(size, t->page > 4 * KIB);
	struct bench_vm vm;
	unsigned int n = 0;

	if (t->present)
		memset(mem, 1, size);
	bench_vm_create(&vm, hv);
	hv->map(&vm, bench_layout.touch, mem, size);
	bench_vm_run(&vm, &warm, NULL);
	for (size_t at = 0; at + step <= size && n < MAX_CHUNKS; at += step)
		samples[n++] = chunk(&vm, t, bench_layout.touch + at);
	bench_row(t->name, bench_unit(), samples, n, t->stat);
	bench_vm_destroy(&vm);
	munmap(mem, size);
}

void bench_test_faults(const struct bench_hv *hv)
{
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		fault_row(hv, &tests[i]);
}
