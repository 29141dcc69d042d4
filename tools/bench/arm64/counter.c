// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: the virtual counter, and loops to calibrate it with. */
#include "../measure.h"

u64 bench_ticks(void)
{
	u64 v;

	asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(v) : : "memory");
	return v;
}

u64 bench_spin(u64 n)
{
	u64 insns = 2 * n;

	asm volatile("1: subs %0, %0, #1\n\tb.ne 1b" : "+r"(n) : : "cc");
	return insns;
}

/* Each multiplication waits for the one before: 3 cycles or more */
u64 bench_spin_slow(u64 n)
{
	u64 insns = 2 * n, x = 3;

	n /= 2;
	asm volatile("1: mul %1, %1, %1\n\tmul %1, %1, %1\n\tsubs %0, %0, #1\n\tb.ne 1b"
		     : "+r"(n), "+r"(x) : : "cc");
	return insns;
}
