/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the GICv3 and the timers of arm64 use of the kernel beyond
 * ../include/shim.h.  One tick of the counter is 1 ns, and time moves when a
 * test says so.
 */
#ifndef MOTE_UNIT_VGIC_SHIM_H
#define MOTE_UNIT_VGIC_SHIM_H

#include "shim.h"

typedef __s32 s32;

/* ---- helpers ---- */

#define likely(x)		(x)
#define unlikely(x)		(x)
#define BIT(n)			(1U << (n))
#define GENMASK(h, l)		((~0U >> (31 - (h))) & (~0U << (l)))
#define U32_MAX			0xffffffffu
#define U64_MAX			(~0ULL)
#define BITS_PER_LONG		64
#define BITS_TO_LONGS(n)	(((n) + 63) / 64)
#define DECLARE_BITMAP(name, n)	unsigned long name[BITS_TO_LONGS(n)]
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define BUILD_BUG_ON(c)		_Static_assert(!(c), #c)
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
#define __ffs(word)		__builtin_ctzl(word)
#define pr_err(...)		do { } while (0)
#define module_param(name, type, mode)
#define MODULE_PARM_DESC(name, text)

static inline unsigned int next_bit(const unsigned long *map, unsigned int n, unsigned int from)
{
	while (from < n && !(map[from / 64] >> from % 64 & 1))
		from++;
	return from;
}

#define for_each_set_bit(bit, map, n) \
	for ((bit) = next_bit(map, n, 0); (bit) < (n); (bit) = next_bit(map, n, (bit) + 1))

#define kzalloc(bytes, gfp)	kvzalloc(bytes, gfp)
#define kfree(p)		kvfree(p)

static inline void *kvzalloc(size_t bytes, gfp_t gfp)
{
	void *p = kvmalloc(bytes, gfp);

	return p ? memset(p, 0, bytes) : NULL;
}

/* ---- locks and CPUs: the test is the only thread ---- */

typedef spinlock_t raw_spinlock_t;

#define __releases(lock)

#define raw_spin_lock_init(lock)	spin_lock_init(lock)
#define raw_spin_lock_irqsave(lock, flags)	((flags) = 0, spin_lock(lock))
#define raw_spin_unlock_irqrestore(lock, flags)	((void)(flags), spin_unlock(lock))

/* ---- the host's interrupts ---- */

#define IRQCHIP_STATE_ACTIVE	1

struct irq_data {
	unsigned long hwirq;
};

struct irq_data *irq_get_irq_data(unsigned int irq);
int irq_get_irqchip_state(unsigned int irq, int which, bool *state);
int irq_set_irqchip_state(unsigned int irq, int which, bool state);

/* ---- system registers ---- */

void shim_write_sysreg(const char *reg, u64 value);

#define write_sysreg(value, reg)	shim_write_sysreg(#reg, value)
#define write_sysreg_s(value, reg)	shim_write_sysreg(#reg, value)
#define isb()				do { } while (0)

/* ---- time ---- */

typedef s64 ktime_t;

enum hrtimer_mode { HRTIMER_MODE_ABS_PINNED_HARD };
enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };

struct hrtimer {
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	ktime_t expires;
	bool queued;
};

extern s64 shim_now;	/* ns */

#define NSEC_PER_SEC		1000000000L
#define ktime_get()		shim_now
#define ktime_add_ns(a, ns)	((a) + (s64)(ns))
#define get_cycles()		((u64)shim_now)
#define arch_timer_get_cntfrq()	1000000000u
#define arch_timer_get_cntkctl()	0u

#define hrtimer_set_expires(t, when)	((t)->expires = (when))
#define hrtimer_start(t, when, mode)	((t)->expires = (when), (t)->queued = true)
#define hrtimer_cancel(t)		((t)->queued = false)
#define mote_hrtimer_setup(timer, fn, clock, mode) ((timer)->function = (fn))

#endif /* MOTE_UNIT_VGIC_SHIM_H */
