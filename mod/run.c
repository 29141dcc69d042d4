// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: the run loop, once for all architectures.
 *
 * RUN is a series of sessions.  A session (run_session) has preemption off
 * and the vCPU's state on this CPU: enter, handle the exit, enter again,
 * until something needs sleep, the scheduler or the runner.  What a session
 * loads, FPU included, is given back at its end, so nothing has to happen
 * when the thread is switched out, and any CPU will do for the next.
 */
#include <linux/cpumask.h>
#include <linux/entry-kvm.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <linux/timex.h>
#include <linux/vtime.h>

#include "arch.h"
#include "mote.h"
#include "trace.h"

#define REQUESTS_KNOWN	(MOTE_RUN_COMPLETE_ONLY | MOTE_RUN_REGS | MOTE_RUN_IRQ_WINDOW)

/**
 * mote_exit_begin - start the exit record for the runner
 * @vcpu: the vCPU; its program counter is known
 * @type: enum mote_exit_type
 * @raw: hardware's reason
 *
 * Return: the record, header filled, for the body.  It is in the run page:
 * write only, whatever is read back is the runner's word.  Any context.
 */
struct mote_exit *mote_exit_begin(struct mote_vcpu *vcpu, u16 type, u64 raw)
{
	struct mote_exit *exit = &vcpu->run->exit;

	vcpu->run->state = 0;
	exit->type = type;
	exit->bytes = sizeof(*exit);
	exit->flags = 0;
	exit->vcpu = vcpu->id;
	exit->seq = vcpu->seq++;
	exit->time = get_cycles();
	exit->pc = mote_arch_vcpu_pc(vcpu);
	exit->raw = raw;
	return exit;
}

/* An exit made outside of a session */
static int exit_simple(struct mote_vcpu *vcpu, u16 type)
{
	mote_arch_vcpu_load(vcpu);
	mote_exit_begin(vcpu, type, 0);
	mote_arch_vcpu_put(vcpu);
	return MOTE_USER;
}

/**
 * mote_vcpu_kick - make a vCPU look at its requests
 * @vcpu: any vCPU; what it shall see has been stored already
 *
 * Pairs with enter_once() and wait_halted(): rcuwait_wake_up() has the full
 * barrier between the caller's store and the reads of the sleeper's state and
 * of the mode.  Any context, hard interrupts too.
 */
void mote_vcpu_kick(struct mote_vcpu *vcpu)
{
	struct task_struct *task;

	if (rcuwait_wake_up(&vcpu->wait))
		return;
	if (READ_ONCE(vcpu->mode) != MOTE_IN_GUEST ||
	    cmpxchg(&vcpu->mode, MOTE_IN_GUEST, MOTE_EXITING) != MOTE_IN_GUEST)
		return;
	rcu_read_lock();
	task = READ_ONCE(vcpu->task);
	if (task)
		kick_process(task);
	rcu_read_unlock();
}

/**
 * mote_vcpu_request - ask a vCPU for something
 * @vcpu: any vCPU; its own thread may ask, too
 * @what: MOTE_REQ_*; what it is about has been stored already
 *
 * It does not enter again before it has seen to it.  Any context, hard
 * interrupts too.
 */
void mote_vcpu_request(struct mote_vcpu *vcpu, u32 what)
{
	atomic_or(what, &vcpu->requests);
	mote_vcpu_kick(vcpu);
}

/**
 * mote_vm_request - ask all vCPUs of a VM, and see that it counts
 * @vm: the VM
 * @what: MOTE_REQ_*
 *
 * On return no vCPU is in the guest that has not seen to it.  Context: as
 * mote_vm_leave_guest().
 */
void mote_vm_request(struct mote_vm *vm, u32 what)
{
	unsigned int i;

	for (i = 0; i < MOTE_MAX_VCPUS; i++) {
		struct mote_vcpu *vcpu = mote_vm_vcpu(vm, i);

		if (vcpu)
			atomic_or(what, &vcpu->requests);
	}
	mote_vm_leave_guest(vm);
}

/* Its thread gets the rest of ours' time, if it waits for a CPU */
static bool yield_to_vcpu(struct mote_vcpu *vcpu)
{
	struct task_struct *task;
	bool done;

	/* Runs, or is halted: neither needs a CPU */
	if (READ_ONCE(vcpu->mode) == MOTE_IN_GUEST || rcuwait_active(&vcpu->wait))
		return false;
	rcu_read_lock();
	task = READ_ONCE(vcpu->task);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	if (!task)
		return false;
	done = yield_to(task, true) > 0;
	put_task_struct(task);
	return done;
}

/**
 * mote_vcpu_spins - the guest waits in a loop
 * @vcpu: the vCPU
 *
 * Perhaps for a lock whose holder was preempted.  Who that is only the guest knows:
 * the other vCPUs get a turn one after the other.  Context: sleepable, not loaded.
 */
void mote_vcpu_spins(struct mote_vcpu *vcpu)
{
	struct mote_vm *vm = vcpu->vm;
	unsigned int i, id = READ_ONCE(vm->yielded_to);

	for (i = 0; i < MOTE_MAX_VCPUS; i++) {
		struct mote_vcpu *other;

		id = (id + 1) % MOTE_MAX_VCPUS;
		other = mote_vm_vcpu(vm, id);
		if (other && other != vcpu && yield_to_vcpu(other)) {
			WRITE_ONCE(vm->yielded_to, id);
			return;
		}
	}
}

static void ack(void *unused)
{
	/* The interrupt itself took the CPU out of the guest */
}

static DEFINE_PER_CPU(struct cpumask, leave_mask);

/**
 * mote_vm_leave_guest - the vCPUs that are in the guest now leave it
 * @vm: the VM; what they shall see when they enter again has been stored
 *
 * On return they have, and the guest's accesses up to then are over.  One
 * interrupt for all of them; CPUs that do not run this VM are not disturbed.
 * Context: preemption may be off, interrupts are on.
 */
void mote_vm_leave_guest(struct mote_vm *vm)
{
	struct cpumask *mask;
	unsigned int i;
	int cpu;

	/* Pairs with the one in enter_once(): requests and generations before mode */
	smp_mb();
	preempt_disable();
	mask = this_cpu_ptr(&leave_mask);
	cpumask_clear(mask);
	for (i = 0; i < MOTE_MAX_VCPUS; i++) {
		struct mote_vcpu *vcpu = mote_vm_vcpu(vm, i);

		/* Acquire: @cpu was written before */
		if (!vcpu || smp_load_acquire(&vcpu->mode) == MOTE_OUTSIDE)
			continue;
		cpu = READ_ONCE(vcpu->cpu);
		if (cpu >= 0)
			__cpumask_set_cpu(cpu, mask);
	}
	/* All but this one, which is here and not in the guest */
	smp_call_function_many(mask, ack, NULL, true);
	preempt_enable();
}

/*
 * Softirqs that were pending when the session began are those that ksoftirqd has
 * taken over: leaving again would not have them run, and who runs before
 * ksoftirqd would never enter.
 */
static bool softirqs_wait(struct mote_vcpu *vcpu)
{
	return unlikely(local_softirq_pending()) && (local_softirq_pending() & ~vcpu->softirqs);
}

/* Reasons not to enter the guest, cheap enough for every entry */
static bool must_leave(struct mote_vcpu *vcpu)
{
	return atomic_read(&vcpu->requests) || __xfer_to_guest_mode_work_pending() ||
	       softirqs_wait(vcpu) || atomic_read(&vcpu->vm->dead) ||
	       !__this_cpu_read(mote_cpu_ready);
}

/*
 * A guest is a quiescent state: nothing is held across the entry that RCU's
 * readers hold.  RCU hears of it once in a tick, which is as often as it asks.
 */
static __always_inline void note_quiescent(struct mote_vcpu *vcpu)
{
	unsigned long now = READ_ONCE(jiffies);

	if (likely(vcpu->quiescent == now))
		return;
	vcpu->quiescent = now;
	rcu_note_context_switch(false);
}

static void world_switch(struct mote_vcpu *vcpu)
{
	u64 start;

	if (trace_mote_entry_enabled())
		trace_mote_entry(vcpu->id, mote_arch_vcpu_pc(vcpu));
	note_quiescent(vcpu);
	vtime_account_guest_enter();
	start = get_cycles();
	mote_arch_vcpu_enter(vcpu);
	vcpu->stats->guest_time += get_cycles() - start;
	vcpu->stats->entries++;
	/*
	 * Time that is taken at each change of context (nohz_full): a sequence
	 * count, and a tick in its midst would wait for it for ever.
	 */
	if (vtime_accounting_enabled_this_cpu())
		vtime_account_guest_exit();
}

/*
 * One entry.  The store of the mode and the full barrier behind it come before
 * every read of a request: kicks, flush generation, posted interrupts.  See
 * enum mote_vcpu_mode.
 */
static int enter_once(struct mote_vcpu *vcpu)
{
	int r = MOTE_AGAIN;

	local_irq_disable();
	/* Pairs with mote_vcpu_kick(), mote_vm_request() and mote_tlb_wait() */
	smp_store_mb(vcpu->mode, MOTE_IN_GUEST);
	if (!must_leave(vcpu)) {
		r = mote_arch_vcpu_sync(vcpu);
		if (r == MOTE_RESUME) {
			mote_tlb_enter(vcpu);
			world_switch(vcpu);
		}
	}
	/*
	 * Release: whoever sees MOTE_OUTSIDE knows that the guest's accesses
	 * are over.
	 */
	smp_store_release(&vcpu->mode, MOTE_OUTSIDE);
	local_irq_enable();
	/* Time that is counted in ticks: the one that ended the guest's run is the guest's */
	if (r == MOTE_RESUME && !vtime_accounting_enabled_this_cpu())
		vtime_account_guest_exit();
	return r;
}

/*
 * Take the runner's registers or its answer to the last exit, once per RUN.
 * Each word of the run page is read once.
 */
static int take_answer(struct mote_vcpu *vcpu)
{
	int r = 0;

	if (vcpu->request & MOTE_RUN_REGS)
		r = mote_arch_vcpu_set_run_regs(vcpu);
	else if (vcpu->pending != MOTE_EXIT_NONE)
		r = mote_arch_vcpu_complete(vcpu);
	else
		return 0;
	if (r)
		return r;
	vcpu->request &= ~MOTE_RUN_REGS;
	vcpu->pending = MOTE_EXIT_NONE;
	return 0;
}

static __always_inline void begin_session(struct mote_vcpu *vcpu)
{
	if (unlikely(atomic_read(&vcpu->requests) & MOTE_REQ_PREPARE)) {
		atomic_andnot(MOTE_REQ_PREPARE, &vcpu->requests);
		/*
		 * Taken back before what it is about is read: a request that
		 * comes meanwhile ends this session as well.
		 */
		smp_mb__after_atomic();
	}
	mote_arch_vcpu_prepare(vcpu);
}

static int run_session(struct mote_vcpu *vcpu)
{
	int r;

	mote_arch_vcpu_load(vcpu);
	vcpu->softirqs = local_softirq_pending();
	r = take_answer(vcpu);
	if (unlikely(r))
		goto put;
	begin_session(vcpu);
	do {
		r = enter_once(vcpu);
		if (r == MOTE_RESUME)
			r = mote_arch_vcpu_handle_exit(vcpu);
	} while (r == MOTE_RESUME);
put:
	mote_arch_vcpu_put(vcpu);
	return r;
}

/* The answer without a session: 0 or -EINVAL */
static int answer_only(struct mote_vcpu *vcpu)
{
	int r;

	mote_arch_vcpu_load(vcpu);
	r = take_answer(vcpu);
	mote_arch_vcpu_put(vcpu);
	return r;
}

/*
 * The guest is halted.  The state is set before the conditions are read, and
 * wakers store before they look for the sleeper: one of the two sees the other.
 */
static int wait_halted(struct mote_vcpu *vcpu)
{
	vcpu->stats->halts++;
	prepare_to_rcuwait(&vcpu->wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if ((atomic_read(&vcpu->requests) & MOTE_REQ_KICK) ||
		    atomic_read(&vcpu->vm->dead) || signal_pending(current) || mote_arch_vcpu_runnable(vcpu))
			break;
		schedule();
	}
	finish_rcuwait(&vcpu->wait);
	return MOTE_AGAIN;
}

/* What has to be looked at between sessions: 1 to go on, else as RUN ends */
static int between_sessions(struct mote_vcpu *vcpu)
{
	if (atomic_read(&vcpu->vm->dead))
		return -EIO;
	if (atomic_read(&vcpu->requests) & MOTE_REQ_KICK) {
		atomic_andnot(MOTE_REQ_KICK, &vcpu->requests);
		return exit_simple(vcpu, MOTE_EXIT_KICK);
	}
	if (signal_pending(current))
		return -EINTR;
	if (__xfer_to_guest_mode_work_pending())
		return mote_host_work() ? -EINTR : MOTE_RESUME;
	if (READ_ONCE(mote_hw_gone)) {
		mote_vm_kill(vcpu->vm, EIO, "the host is shutting down");
		return -EIO;
	}
	return MOTE_RESUME;
}

/*
 * The first session begins at once: whatever between_sessions() looks for
 * keeps it from entering, too, and is mostly not there.
 */
static int run_loop(struct mote_vcpu *vcpu)
{
	int r;

	do {
		if (likely(mote_arch_vcpu_runnable(vcpu)))
			r = run_session(vcpu);
		else
			r = answer_only(vcpu) ?: wait_halted(vcpu);
		if (r == MOTE_SLOW)
			r = mote_arch_vcpu_handle_slow(vcpu);
		if (r != MOTE_RESUME && r != MOTE_AGAIN)
			break;
		r = between_sessions(vcpu);
	} while (r == MOTE_RESUME);
	return r;
}

static int complete_only(struct mote_vcpu *vcpu)
{
	int r;

	if (atomic_read(&vcpu->vm->dead))
		return -EIO;
	r = answer_only(vcpu);
	return r ? r : exit_simple(vcpu, MOTE_EXIT_NONE);
}

/**
 * mote_vcpu_run - RUN
 * @vcpu: mutex held
 *
 * Return: 0 with mote_run::exit filled; -EINTR: a signal; -EIO: the VM is dead;
 * -EINVAL: the request or the answer in the run page makes no sense.
 */
int mote_vcpu_run(struct mote_vcpu *vcpu)
{
	int r;

	vcpu->request = READ_ONCE(vcpu->run->request);
	if (vcpu->request & ~REQUESTS_KNOWN)
		return -EINVAL;
	WRITE_ONCE(vcpu->run->request, 0);
	if (vcpu->request & MOTE_RUN_COMPLETE_ONLY)
		return complete_only(vcpu);
	WRITE_ONCE(vcpu->task, current);
	r = run_loop(vcpu);
	WRITE_ONCE(vcpu->task, NULL);
	if (!r) {
		vcpu->stats->user_exits++;
		if (trace_mote_user_exit_enabled())
			trace_mote_user_exit(vcpu->id, vcpu->run->exit.type, vcpu->seq);
	}
	return r;
}
