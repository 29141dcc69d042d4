// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: counters, samples and rows. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"
#include "measure.h"

#define CAL_SAMPLES	20
#define CAL_LOOPS	100000

static double units_per_tick = 1, ticks_per_ns;
static bool counts_insns;

static u64 now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

u64 bench_cpu_ns(void)
{
	return now_ns(CLOCK_THREAD_CPUTIME_ID);
}

const char *bench_unit(void)
{
	return counts_insns ? "instructions" : "cycles";
}

double bench_units(double ticks)
{
	return ticks * units_per_tick;
}

double bench_cpu_units(double ns)
{
	return bench_units(ns * ticks_per_ns);
}

/* Ticks per instruction of a loop, without the host's timer */
static double tick_ratio(u64 (*spin)(u64 n))
{
	double best = 0;

	for (unsigned int i = 0; i < CAL_SAMPLES; i++) {
		u64 start = bench_ticks(), insns = spin(CAL_LOOPS);
		double r = (double)(bench_ticks() - start) / (double)insns;

		if (!i || r < best)
			best = r;
	}
	return best;
}

/* A counter that ticks every 16 instructions does so exactly */
static double whole(double x)
{
	double nearest = (double)(u64)(x + 0.5);
	double off = x > nearest ? x - nearest : nearest - x;

	return nearest && off < 0.01 * nearest ? nearest : x;
}

/*
 * Two loops of the same length, one of them slow on real CPUs: where both
 * take the same ticks, ticks are instructions.
 */
void bench_calibrate(void)
{
	double fast = tick_ratio(bench_spin), slow = tick_ratio(bench_spin_slow);
	u64 ns = now_ns(CLOCK_MONOTONIC), ticks = bench_ticks();

	counts_insns = slow < 1.01 * fast && fast < 1.01 * slow;
	if (counts_insns)
		units_per_tick = whole(1 / fast);
	bench_spin(200 * CAL_LOOPS);
	ticks = bench_ticks() - ticks;
	ns = now_ns(CLOCK_MONOTONIC) - ns;
	ticks_per_ns = (double)ticks / (double)ns;
	printf("note ticks per instruction %.6f (slow loop %.6f), %s per tick %.4f, counter %.3f MHz\n",
	       fast, slow, bench_unit(), units_per_tick, ticks_per_ns * 1e3);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double bench_row(const char *name, const char *unit, double *v, unsigned int n,
		 enum bench_stat stat)
{
	double value;

	qsort(v, n, sizeof(*v), compare);
	value = v[stat == BENCH_MIN ? 0 : n / 2];
	printf("row %s%s %s %.1f min %.1f median %.1f max %.1f\n",
	       bench_options.irqchip ? "irqchip." : "", name, unit, value, v[0], v[n / 2],
	       v[n - 1]);
	fflush(stdout);
	return value;
}
