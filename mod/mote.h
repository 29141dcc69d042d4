/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: objects of the neutral core.
 *
 * Lock order, outermost first:
 *	vcpu->mutex (V)		one ioctl of a vCPU at a time; RUN holds it
 *	vm->lock (L)		configuration of a VM
 *	vm->mem.ranges (R)	which gpa is which hva
 *	mm->mmap_lock		taken by get_user_pages and the notifier calls
 *	vm->mem.pt_lock (P)	second-stage tables; a spinlock, taken in
 *				MMU notifiers
 *
 * A letter beside a field names the lock that guards it.  (c): set before
 * the object is published and constant since.  (a): atomic, or the ordering
 * is described beside it.  (t): touched only by the thread that holds
 * vcpu->mutex.
 */
#ifndef MOTE_MOTE_H
#define MOTE_MOTE_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/kref.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcuwait.h>
#include <linux/sched.h>
#include <linux/types.h>

#include <mote.h>

#include "memory.h"
#include "policy.h"
#include "tlb.h"
#include "types.h"

#include <arch_data.h>		/* struct mote_vm_arch, struct mote_vcpu_arch */

#define MOTE_MAX_VCPUS	64

/**
 * enum mote_result - what an exit handler says next
 * @MOTE_USER: mote_run::exit is filled, return to the runner
 * @MOTE_RESUME: enter the guest again
 * @MOTE_SLOW: call mote_arch_vcpu_handle_slow(), which may sleep
 * @MOTE_AGAIN: end the session and look at halt, signals and scheduler first
 *
 * A negative value is an errno for RUN; the handlers of the guest's own
 * misdeeds never return one.
 */
enum mote_result {
	MOTE_USER = 0,
	MOTE_RESUME = 1,
	MOTE_SLOW = 2,
	MOTE_AGAIN = 3,
};

/**
 * enum mote_vcpu_mode - where a vCPU is, for those who want its attention
 * @MOTE_OUTSIDE: it will look at its requests before it enters
 * @MOTE_IN_GUEST: it may not: interrupt its CPU
 * @MOTE_EXITING: the same, and the interrupt is on its way
 *
 * The entering side stores MOTE_IN_GUEST, a full barrier, and then reads
 * requests and generations, all with interrupts off.  The other side changes
 * those, a full barrier, and then reads the mode.  So one of the two sees the
 * other, and an interrupt sent in between is taken right after the entry,
 * before a guest instruction.
 *
 * Who only wants attention moves MOTE_IN_GUEST to MOTE_EXITING and sends an
 * interrupt if that was his doing: one for any number of requests.  Who has to
 * wait until the guest's accesses are over sends his own in both modes and
 * waits for it (mote_vm_leave_guest()).
 */
enum mote_vcpu_mode {
	MOTE_OUTSIDE = 0,
	MOTE_IN_GUEST = 1,
	MOTE_EXITING = 2,
};

/*
 * mote_vcpu::requests: what a vCPU is asked for, by any thread or by itself.
 * All of them keep it from entering, and end its session.
 */
#define MOTE_REQ_KICK		BIT(0)	/* RUN returns with MOTE_EXIT_KICK */
#define MOTE_REQ_PREPARE	BIT(1)	/* mote_arch_vcpu_prepare() before the next entry */

/**
 * struct mote_vm - a virtual machine
 * @ref: one for the VM descriptor, one for each vCPU descriptor (a)
 * @mm: address space whose memory the guest uses; mmgrab()ed (c)
 * @lock: (L) CREATE_VCPU, IRQCHIP, POLICY
 * @mem: guest memory, see memory.h
 * @policy: who answers what, see policy.h
 * @vcpus: by id; set once under L with release, read with acquire
 * @nr_vcpus: vCPUs there are (L)
 * @tlb: who may still use an old translation, see tlb.h
 * @yielded_to: id of the vCPU that mote_vcpu_spins() gave time last; a hint (a)
 * @dead: 0 or the first fatal errno (a)
 * @dead_reason: static string behind @dead; valid once @dead is seen (a)
 * @arch: the architecture's part
 */
struct mote_vm {
	struct kref ref;
	struct mm_struct *mm;
	struct mutex lock;
	struct mote_memory mem;
	struct mote_policies policy;
	struct mote_vcpu *vcpus[MOTE_MAX_VCPUS];
	unsigned int nr_vcpus;
	struct mote_tlb tlb;
	unsigned int yielded_to;
	atomic_t dead;
	const char *dead_reason;
	struct mote_vm_arch arch;
};

/**
 * struct mote_vcpu - a virtual CPU
 * @vm: its VM; the vCPU holds a reference (c)
 * @id: (c)
 * @mutex: (V)
 * @mode: enum mote_vcpu_mode (a)
 * @requests: MOTE_REQ_* that have not been seen to yet (a)
 * @task: thread inside RUN, for kick_process(); RCU keeps it valid (a)
 * @wait: where that thread sleeps while the guest is halted
 * @cpu: host CPU whose hardware holds this vCPU's state, or -1 (t)
 * @tlb: whose entries in a TLB are its own, see tlb.h (t)
 * @softirqs: pending when the session began: ksoftirqd has them (t)
 * @quiescent: jiffies when RCU was told last that nothing here reads (t)
 * @run: the run page, mapped by the runner: hostile, read once (a)
 * @stats: the statistics page, mapped read-only by the runner (t)
 * @request: copy of mote_run::request, taken once per RUN (t)
 * @seq: exits to the runner so far (t)
 * @pending: an exit of this type waits for completion, or MOTE_EXIT_NONE (t)
 * @pt_cache: page-table pages for the next fault (t)
 * @arch: the architecture's part
 */
struct mote_vcpu {
	struct mote_vm *vm;
	unsigned int id;
	struct mutex mutex;
	int mode;
	atomic_t requests;
	struct task_struct *task;
	struct rcuwait wait;
	int cpu;
	struct mote_vcpu_tlb tlb;
	u32 softirqs;
	unsigned long quiescent;
	struct mote_run *run;
	struct mote_stats *stats;
	u32 request;
	u64 seq;
	u16 pending;
	struct mote_pt_cache pt_cache;
	struct mote_vcpu_arch arch;
};

/* vm.c */
int mote_vm_create(void __user *arg);
struct mote_vm *mote_vm_get(struct mote_vm *vm);
void mote_vm_put(struct mote_vm *vm);
void mote_vm_kill(struct mote_vm *vm, int err, const char *reason);

/**
 * mote_vm_vcpu - the vCPU with a number
 * @vm: the VM
 * @id: any number
 *
 * Return: the vCPU or NULL.  It stays valid as long as the caller keeps the VM
 * from going away; see vcpu.c.  Any context.
 */
static inline struct mote_vcpu *mote_vm_vcpu(struct mote_vm *vm, u32 id)
{
	/* Pairs with vcpu_publish(): who sees the pointer sees the vCPU */
	return id < MOTE_MAX_VCPUS ? smp_load_acquire(&vm->vcpus[id]) : NULL;
}

/* vcpu.c */
int mote_vcpu_create(struct mote_vm *vm, void __user *arg);
void mote_vcpu_free(struct mote_vcpu *vcpu);

/* run.c */
int mote_vcpu_run(struct mote_vcpu *vcpu);
void mote_vcpu_kick(struct mote_vcpu *vcpu);
void mote_vcpu_request(struct mote_vcpu *vcpu, u32 what);
void mote_vm_request(struct mote_vm *vm, u32 what);
void mote_vm_leave_guest(struct mote_vm *vm);
void mote_vcpu_spins(struct mote_vcpu *vcpu);
struct mote_exit *mote_exit_begin(struct mote_vcpu *vcpu, u16 type, u64 raw);

/* hostwork.c */
int mote_host_work(void);

/* hw.c */
extern bool mote_hw_gone;
DECLARE_PER_CPU(bool, mote_cpu_ready);
int mote_hw_init(void);
void mote_hw_exit(void);
int mote_hw_get(void);
void mote_hw_put(void);
bool mote_hw_usable(char *reason, size_t room);

/* uaccess.c */
int mote_copy_in(void *to, size_t known, u32 flags, const void __user *from);
int mote_copy_out(void __user *to, const void *from, size_t known);

/**
 * mote_tlb_enter - drop what this CPU's TLB has of others, or from before a change
 * @vcpu: entry context, mode is MOTE_IN_GUEST; see tlb.h
 */
static __always_inline void mote_tlb_enter(struct mote_vcpu *vcpu)
{
	struct mote_tlb_owner *owner =
		this_cpu_ptr(&mote_tlb_owners[vcpu->tlb.tag % MOTE_TLB_OWNERS]);

	if (unlikely(owner->vcpu != vcpu->tlb.serial ||
		     owner->gen != atomic64_read(&vcpu->vm->tlb.gen)))
		mote_tlb_flush(vcpu, owner);
}

/**
 * mote_stat_exit - count an exit
 * @vcpu: loaded vCPU
 * @type: enum mote_exit_type
 */
static inline void mote_stat_exit(struct mote_vcpu *vcpu, unsigned int type)
{
	vcpu->stats->exits[type]++;
}

/**
 * mote_exit_pending - the exit just begun waits for an answer
 * @vcpu: the vCPU
 * @exit: from mote_exit_begin()
 * @type: its type; the run page cannot be asked
 *
 * The next RUN calls mote_arch_vcpu_complete().  Return: MOTE_USER.
 */
static inline int mote_exit_pending(struct mote_vcpu *vcpu, struct mote_exit *exit, u16 type)
{
	exit->flags = MOTE_EXIT_PENDING;
	vcpu->pending = type;
	return MOTE_USER;
}

#endif /* MOTE_MOTE_H */
