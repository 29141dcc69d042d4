/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module's hardware-free files use of the kernel, in user space.  The
 * headers in linux/ beside this one all lead here.
 */
#ifndef MOTE_UNIT_SHIM_H
#define MOTE_UNIT_SHIM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <asm/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;
typedef unsigned int gfp_t;

#ifndef likely
#define likely(x)		(x)
#define unlikely(x)		(x)
#endif
#define __user
#define __acquires(lock)
#define __releases(lock)
#define __must_hold(lock)
#define __rcu
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK_ULL(h, l)	((~0ULL >> (63 - (h))) & (~0ULL << (l)))
#define min(a, b)		({ __auto_type a_ = (a); __auto_type b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b)		({ __auto_type a_ = (a); __auto_type b_ = (b); a_ > b_ ? a_ : b_; })
#define struct_size(p, member, n) (sizeof(*(p)) + sizeof((p)->member[0]) * (n))

/* ---- one CPU ---- */

#define DECLARE_PER_CPU(type, name)	extern type name
#define DEFINE_PER_CPU(type, name)	type name
#define __this_cpu_read(x)	(x)
#define this_cpu_ptr(p)		(&*(p))

/* ---- memory order ---- */

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define cpu_relax()		do { } while (0)
#define try_cmpxchg(p, old, new) \
	__atomic_compare_exchange_n(p, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

/* ---- pages: shim_pages counts those in use; see shim.c ---- */

struct page {
	unsigned long private;
};

#define PAGE_SIZE		4096UL
#define cond_resched()		do { } while (0)

/* Counted, so that what is charged is given back */
#define NR_SECONDARY_PAGETABLE	0
#define mod_lruvec_page_state(page, item, n)	((void)(page), shim_secondary += (n))

extern long shim_secondary;

#define GFP_KERNEL		0u
#define GFP_KERNEL_ACCOUNT	0u
#define __GFP_ZERO		0u

extern long shim_pages;		/* pages in use */
extern long shim_budget;	/* allocations that still succeed, -1: all */

unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);
unsigned int get_order(unsigned long bytes);
struct page *virt_to_page(const void *addr);

static inline unsigned long page_private(const struct page *page)
{
	return page->private;
}

static inline void set_page_private(struct page *page, unsigned long value)
{
	page->private = value;
}

/* Physical addresses are virtual ones: below 2^47, as the formats like them */
#define virt_to_phys(p)		((u64)(uintptr_t)(p))
#define phys_to_virt(pa)	((void *)(uintptr_t)(pa))

/* ---- small objects: they count as shim_objects ---- */

extern long shim_objects;

void *kvmalloc(size_t bytes, gfp_t gfp);
void kvfree(const void *p);

/* ---- locks and RCU: one thread ---- */

typedef struct {
	int held;
} spinlock_t;

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

#define atomic64_read(v)		READ_ONCE((v)->counter)
#define atomic64_read_acquire(v)	smp_load_acquire(&(v)->counter)
#define atomic64_inc_return(v)		__atomic_add_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST)
#define atomic64_try_cmpxchg(v, old, new) try_cmpxchg(&(v)->counter, old, new)

struct rcu_head {
	void *next;
};

struct mutex {
	int held;
};

struct rw_semaphore {
	int held;
};

struct kref {
	atomic_t refcount;
};

struct rcuwait {
	void *task;
};

struct rb_root {
	void *rb_node;
};

struct mm_struct;
struct task_struct;

void spin_lock_init(spinlock_t *lock);
void spin_lock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);

#define lockdep_is_held(lock)		((lock)->held)
void shim_assert(bool ok, const char *what);

#define rcu_dereference_protected(p, c)	(shim_assert(c, #c), (p))
#define rcu_dereference(p)		READ_ONCE(p)
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_assign_pointer(p, v)	smp_store_release(&(p), v)
#define RCU_INIT_POINTER(p, v)		((p) = (v))
#define rcu_read_lock()			do { } while (0)
#define rcu_read_unlock()		do { } while (0)
#define kvfree_rcu(p, member)		kvfree(p)

/* ---- bitmaps ---- */

unsigned long *bitmap_zalloc(unsigned int bits, gfp_t gfp);
void bitmap_free(const unsigned long *map);
unsigned long find_next_zero_bit(const unsigned long *map, unsigned long bits,
				 unsigned long from);
void __set_bit(unsigned long nr, unsigned long *map);
void __clear_bit(unsigned long nr, unsigned long *map);

#define find_first_zero_bit(map, bits)	find_next_zero_bit(map, bits, 0)

#endif /* MOTE_UNIT_SHIM_H */
