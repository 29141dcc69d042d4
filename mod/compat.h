/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: all that differs between the kernels it builds against, and nowhere
 * else.  First class are 6.1 and 6.12.
 */
#ifndef MOTE_COMPAT_H
#define MOTE_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/syscore_ops.h>
#include <linux/version.h>

/*
 * Suspend hooks: struct syscore with a data pointer came to 6.12 in the middle
 * of the stable series, so Kbuild asks the header.
 */
#ifdef MOTE_HAVE_REGISTER_SYSCORE
#define MOTE_SYSCORE_ARG void *unused

struct mote_syscore {
	struct syscore_ops ops;
	struct syscore syscore;
};

static inline void mote_register_syscore(struct mote_syscore *s)
{
	s->syscore.ops = &s->ops;
	register_syscore(&s->syscore);
}

static inline void mote_unregister_syscore(struct mote_syscore *s)
{
	unregister_syscore(&s->syscore);
}
#else
#define MOTE_SYSCORE_ARG void

struct mote_syscore {
	struct syscore_ops ops;
};

static inline void mote_register_syscore(struct mote_syscore *s)
{
	register_syscore_ops(&s->ops);
}

static inline void mote_unregister_syscore(struct mote_syscore *s)
{
	unregister_syscore_ops(&s->ops);
}
#endif

/* Until 6.3 the flags of a VMA were assigned directly */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif

/* Since 6.2 get_user_pages() can stop waiting for any signal, not fatal ones only */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define MOTE_FOLL_INTERRUPTIBLE 0
#else
#define MOTE_FOLL_INTERRUPTIBLE FOLL_INTERRUPTIBLE
#endif

/* Since 6.6 get_user_pages() has to be told to take NUMA hints as those of an access */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define MOTE_FOLL_NUMA_FAULT 0
#else
#define MOTE_FOLL_NUMA_FAULT FOLL_HONOR_NUMA_FAULT
#endif

/* Since 6.19 what the kernel exports for KVM is for KVM's modules alone */
#define MOTE_KVM_EXPORTS	(LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0))

/* hrtimer_setup() came with 6.13; hrtimer_init() went soon after */
static inline void mote_hrtimer_setup(struct hrtimer *timer,
				      enum hrtimer_restart (*function)(struct hrtimer *),
				      clockid_t clock, enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, function, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = function;
#endif
}

#endif /* MOTE_COMPAT_H */
