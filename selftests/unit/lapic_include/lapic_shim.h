/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the local APIC uses of the kernel beyond ../include/shim.h.  Time is
 * shim_now and moves only when a test says so; atomics are real, as one test
 * posts from several threads.
 */
#ifndef MOTE_UNIT_LAPIC_SHIM_H
#define MOTE_UNIT_LAPIC_SHIM_H

#include "shim.h"

/* ---- helpers ---- */

#define likely(x)		(x)
#define unlikely(x)		(x)
#define BIT(n)			(1UL << (n))
#define BITS_PER_LONG		64
#define BITS_TO_LONGS(n)	(((n) + 63) / 64)
#define DECLARE_BITMAP(name, n)	unsigned long name[BITS_TO_LONGS(n)]
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define BUILD_BUG_ON(c)		_Static_assert(!(c), #c)
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
#define __fls(word)		(63 - __builtin_clzl(word))
#define for_each_set_bit(bit, word, n) \
	for ((bit) = 0; (bit) < (n); (bit)++) \
		if (*(word) >> (bit) & 1)

#define NSEC_PER_SEC		1000000000L
#define NSEC_PER_MSEC		1000000L

/* ---- atomics ---- */

#define smp_mb__after_atomic()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define xchg(p, v)		__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define atomic_read(a)		__atomic_load_n(&(a)->counter, __ATOMIC_RELAXED)
#define atomic_set(a, v)	__atomic_store_n(&(a)->counter, v, __ATOMIC_RELAXED)
#define atomic_xchg(a, v)	__atomic_exchange_n(&(a)->counter, v, __ATOMIC_SEQ_CST)
#define atomic_fetch_or(v, a)	__atomic_fetch_or(&(a)->counter, v, __ATOMIC_SEQ_CST)

static inline bool test_bit(unsigned int nr, const unsigned long *map)
{
	return __atomic_load_n(map + nr / 64, __ATOMIC_RELAXED) >> nr % 64 & 1;
}

static inline bool test_and_set_bit(unsigned int nr, unsigned long *map)
{
	return __atomic_fetch_or(map + nr / 64, 1UL << nr % 64, __ATOMIC_SEQ_CST) >> nr % 64 & 1;
}

#define set_bit(nr, map)	((void)test_and_set_bit(nr, map))
#define clear_bit(nr, map) \
	((void)__atomic_fetch_and((map) + (nr) / 64, ~(1UL << (nr) % 64), __ATOMIC_SEQ_CST))

/* ---- memory ---- */

#define kzalloc(bytes, gfp)	calloc(1, bytes)
#define kfree(p)		free(p)
#define get_zeroed_page(gfp)	__get_free_pages(gfp, 0)
#define free_page(addr)		free_pages(addr, 0)

/* ---- time: one nanosecond is shim_tsc_khz / 10^6 ticks of the TSC ---- */

typedef s64 ktime_t;

enum hrtimer_mode { HRTIMER_MODE_ABS_PINNED_HARD };
enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };

struct hrtimer {
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	ktime_t expires;
	bool queued;
	struct hrtimer *next;
};

extern s64 shim_now;			/* ns */
extern unsigned long shim_fired;	/* callbacks run */
extern unsigned int tsc_khz;
extern s64 shim_tsc_slow;		/* ticks that the TSC lags behind */

#define ktime_get()		shim_now
#define ktime_sub(a, b)		((a) - (b))
#define ktime_add_ns(a, ns)	((a) + (s64)(ns))
#define ktime_to_ns(t)		(t)
#define hrtimer_set_expires(t, when) ((t)->expires = (when))
#define rdtsc_ordered()		((u64)(shim_now * (s64)tsc_khz / 1000000 - shim_tsc_slow))

void hrtimer_start(struct hrtimer *timer, ktime_t when, enum hrtimer_mode mode);
void hrtimer_cancel(struct hrtimer *timer);
void shim_advance(u64 ns);

#define mote_hrtimer_setup(timer, fn, clock, mode) ((timer)->function = (fn))

#endif /* MOTE_UNIT_LAPIC_SHIM_H */
