// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: the time-stamp counter, and loops to calibrate it with. */
#include "../measure.h"

u64 bench_ticks(void)
{
	u32 lo, hi;

	asm volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (u64)hi << 32 | lo;
}

u64 bench_spin(u64 n)
{
	u64 insns = 2 * n;

	asm volatile("1: dec %0\n\tjnz 1b" : "+r"(n) : : "cc");
	return insns;
}

/* Each multiplication waits for the one before: 3 cycles or more */
u64 bench_spin_slow(u64 n)
{
	u64 insns = 2 * n, x = 3;

	n /= 2;
	asm volatile("1: imul %1, %1\n\timul %1, %1\n\tdec %0\n\tjnz 1b"
		     : "+r"(n), "+r"(x) : : "cc");
	return insns;
}
