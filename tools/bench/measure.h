/* SPDX-License-Identifier: GPL-2.0-only */
/* mote-bench: counters, samples and rows. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "types.h"

/* --- bench/ARCH/counter.c --- */

/** bench_ticks() - the counter that the guest reads too */
u64 bench_ticks(void);

/**
 * bench_spin() - execute 2 * @n instructions that no CPU runs in one step
 *
 * bench_spin_slow() executes as many that a CPU needs several cycles for, but
 * an emulator that counts instructions does not.
 *
 * Return: the number of instructions, but for a few around the loop.
 */
u64 bench_spin(u64 n);
u64 bench_spin_slow(u64 n);

/* --- measure.c --- */

/**
 * bench_calibrate() - find out what a tick is worth
 *
 * On an emulated host where the counter goes with the instructions the unit
 * is the instruction, elsewhere the counter's own tick.
 */
void bench_calibrate(void);

/** bench_unit() - "instructions" or "cycles" */
const char *bench_unit(void);

/** bench_units() - so many units are so many ticks */
double bench_units(double ticks);

/** bench_cpu_ns() - CPU time of this thread, user and kernel */
u64 bench_cpu_ns(void);

/** bench_cpu_units() - so many units are so many ns of CPU time */
double bench_cpu_units(double ns);

/* Which sample of many stands for all */
enum bench_stat {
	BENCH_MIN,	/* the one without a tick of the host's timer */
	BENCH_MEDIAN,	/* where the samples differ for good reasons */
};

/**
 * bench_row() - print a row: "row NAME UNIT VALUE min MIN median ... max ..."
 * @name: of the row
 * @unit: of the values
 * @v: the samples; sorted on return
 * @n: how many
 * @stat: which is the row's value
 *
 * Return: the row's value.
 */
double bench_row(const char *name, const char *unit, double *v, unsigned int n,
		 enum bench_stat stat);

#endif
