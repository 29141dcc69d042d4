// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: system calls and exits. */
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"
#include "measure.h"

#define MAX_BATCHES	1024

static double samples[MAX_BATCHES];

static unsigned int batches(void)
{
	return bench_options.batches < MAX_BATCHES ? bench_options.batches : MAX_BATCHES;
}

/* --- floors: what a call costs that does nothing --- */

static void call_getppid(struct bench_vm *vm)
{
	(void)vm;
	syscall(SYS_getppid);
}

static void call_trivial(struct bench_vm *vm)
{
	vm->hv->trivial();
}

static void call_no_run(struct bench_vm *vm)
{
	vm->hv->no_run(vm);
}

static void floor_row(const char *name, void (*call)(struct bench_vm *vm), struct bench_vm *vm)
{
	for (unsigned int i = 0; i < batches(); i++) {
		u64 start = bench_ticks();

		for (unsigned int k = 0; k < bench_options.batch; k++)
			call(vm);
		samples[i] = bench_units((double)(bench_ticks() - start)) / bench_options.batch;
	}
	bench_row(name, bench_unit(), samples, batches(), BENCH_MIN);
}

void bench_test_floors(const struct bench_hv *hv)
{
	struct bench_entry empty = { .block = bench_block_empty, .count = 10 };
	struct bench_vm vm;

	bench_vm_create(&vm, hv);
	bench_vm_run(&vm, &empty, NULL);
	floor_row("floor_getppid", call_getppid, &vm);
	floor_row("floor_ioctl", call_trivial, &vm);
	floor_row("floor_run", call_no_run, &vm);
	bench_vm_destroy(&vm);
}

/* --- exits --- */

/* One sample: units per iteration of the block's loop */
static double batch(struct bench_vm *vm, const struct bench_exit *x)
{
	struct bench_entry e = x->entry;
	u64 events, ticks;

	e.count = bench_options.batch;
	ticks = bench_vm_run(vm, &e, &events);
	if (events != (x->user ? e.count : 0))
		bench_die("%s: %llu exits to user space", x->name, (unsigned long long)events);
	return bench_units((double)ticks) / bench_options.batch;
}

/* The same loop without the event */
static double loop_alone(struct bench_vm *vm)
{
	const struct bench_exit empty = { .name = "empty", .entry.block = bench_block_empty };
	double best = batch(vm, &empty);

	for (unsigned int i = 1; i < batches(); i++) {
		double r = batch(vm, &empty);

		best = r < best ? r : best;
	}
	return best;
}

void bench_test_exits(const struct bench_hv *hv)
{
	const struct bench_exit *x;
	unsigned int n;
	struct bench_vm vm;
	double base;

	bench_vm_create(&vm, hv);
	x = bench_exits(&n);
	base = loop_alone(&vm);
	for (; n; n--, x++) {
		batch(&vm, x);		/* warms caches, allocates what stays */
		for (unsigned int i = 0; i < batches(); i++)
			samples[i] = batch(&vm, x) - base;
		bench_row(x->name, bench_unit(), samples, batches(), BENCH_MIN);
	}
	bench_vm_destroy(&vm);
}
