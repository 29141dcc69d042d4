// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: the local APIC's timer.  SDM vol. 3, "APIC Timer".
 *
 * Nothing counts: there is a moment (target), and a host timer that goes off
 * then.  It goes off once, also in periodic mode: the vCPU's thread starts it
 * again when it takes the tick (timer_taken).  So a guest that does not
 * run, or keeps the interrupt masked, costs the host one timer interrupt, and
 * ticks that it was too late for are one, as they would be in IRR.
 *
 * The host timer runs its callback in hard interrupt context on PREEMPT_RT
 * too: all that the callback does is fit for that, the guest's latency depends
 * on it, and only such a timer can be cancelled with preemption off.  It is
 * pinned, so that it goes off on the CPU that it was started on, where the
 * vCPU most likely runs: the interrupt is then the kick.  When the thread has
 * moved meanwhile, lapic_post() kicks it where it is.
 */
#include <linux/hrtimer.h>
#include <linux/math64.h>

#include <asm/tsc.h>

#include "compat.h"
#include "cpuid_host.h"
#include "lapic_timer.h"

#define HOST_TIMER_MODE		HRTIMER_MODE_ABS_PINNED_HARD

/*
 * Shortest period.  A guest can ask for 2 ns; a host CPU that does nothing but
 * take timer interrupts would then serve it.  Far below what guests use.
 */
#define MIN_PERIOD_NS		20000ull

/* Deadlines beyond a year are tried again then; in milliseconds */
#define MAX_DEADLINE_MS		(365ull * 24 * 3600 * 1000)

static bool counts(const struct mote_lapic *apic)
{
	return apic->timer_mode == LAPIC_TIMER_ONE_SHOT ||
	       apic->timer_mode == LAPIC_TIMER_PERIODIC;
}

/* Rounded up, so that the timer is not early */
static u64 count_to_ns(const struct mote_lapic *apic, u32 count)
{
	u64 ticks = (u64)count << apic->timer_shift;

	return (ticks * NSEC_PER_MSEC + x86_crystal_khz - 1) / x86_crystal_khz;
}

/* In two steps, as the product of a long period and the rate does not fit */
static u64 ns_to_count(const struct mote_lapic *apic, u64 ns)
{
	u64 ticks = ns / NSEC_PER_MSEC * x86_crystal_khz +
		    ns % NSEC_PER_MSEC * x86_crystal_khz / NSEC_PER_MSEC;

	return ticks >> apic->timer_shift;
}

/* Ends a callback that is under way, too */
static void cancel(struct mote_lapic *apic)
{
	hrtimer_cancel(&apic->timer);
	WRITE_ONCE(apic->timer_fired, 0);
}

static void start(struct mote_lapic *apic, ktime_t when)
{
	WRITE_ONCE(apic->timer_fired, 0);
	apic->target = when;
	hrtimer_start(&apic->timer, when, HOST_TIMER_MODE);
}

static void set_period(struct mote_lapic *apic)
{
	u64 ns = count_to_ns(apic, lapic_reg(apic, LAPIC_TIMER_INITIAL));

	apic->period_ns = apic->timer_mode == LAPIC_TIMER_PERIODIC && ns ?
			  max(ns, MIN_PERIOD_NS) : 0;
}

/* ---- TSC-deadline mode ---- */

/* Nanoseconds until the guest's TSC reaches its deadline; 0: it has */
static u64 deadline_left(const struct mote_lapic *apic)
{
	u64 now = rdtsc_ordered() + READ_ONCE(apic->vcpu->arch.tsc_offset);
	u64 deadline = READ_ONCE(apic->tsc_deadline);
	unsigned int khz = max(tsc_khz, 1u);	/* 0: the host gave up on its TSC */
	u64 cycles, ms, rest;

	if (deadline <= now)
		return 0;
	cycles = deadline - now;
	/* In two steps, as the product of cycles and a million does not fit */
	ms = min(cycles / khz, MAX_DEADLINE_MS);
	rest = cycles % khz * NSEC_PER_MSEC / khz;
	/* One more, so that it is not early for having been rounded */
	return ms * NSEC_PER_MSEC + rest + 1;
}

static void deadline_reached(struct mote_lapic *apic)
{
	WRITE_ONCE(apic->tsc_deadline, 0);
	lapic_lvt_event(apic, LAPIC_LVT_TIMER);
}

static void start_deadline(struct mote_lapic *apic)
{
	u64 left;

	if (!apic->tsc_deadline)
		return;
	left = deadline_left(apic);
	if (left)
		start(apic, ktime_add_ns(ktime_get(), left));
	else
		deadline_reached(apic);
}

void lapic_timer_set_deadline(struct mote_lapic *apic, u64 tsc)
{
	if (apic->timer_mode != LAPIC_TIMER_DEADLINE)
		return;
	cancel(apic);
	WRITE_ONCE(apic->tsc_deadline, tsc);
	start_deadline(apic);
}

void lapic_timer_restore_deadline(struct mote_lapic *apic, u64 tsc)
{
	if (apic->timer_mode == LAPIC_TIMER_DEADLINE)
		lapic_timer_set_deadline(apic, tsc);
	else
		WRITE_ONCE(apic->tsc_deadline, tsc);
}

void lapic_timer_tsc_changed(struct mote_lapic *apic)
{
	lapic_timer_set_deadline(apic, READ_ONCE(apic->tsc_deadline));
}

/* ---- the host's timer ---- */

/*
 * Hard interrupt context.  The vCPU's thread may be doing anything but change
 * the timer, since that waits for this to end first.
 */
static enum hrtimer_restart timer_fires(struct hrtimer *timer)
{
	struct mote_lapic *apic = container_of(timer, struct mote_lapic, timer);

	if (apic->timer_mode == LAPIC_TIMER_DEADLINE) {
		/* The host's clock is steered, the TSC is not: never be early */
		u64 left = deadline_left(apic);

		if (left) {
			hrtimer_set_expires(timer, ktime_add_ns(ktime_get(), left));
			return HRTIMER_RESTART;
		}
		deadline_reached(apic);
		return HRTIMER_NORESTART;
	}
	/* Before the post: who takes the vector shall see it */
	WRITE_ONCE(apic->timer_fired, 1);
	lapic_lvt_event(apic, LAPIC_LVT_TIMER);
	return HRTIMER_NORESTART;
}

/* Posted vectors were taken: a periodic timer may go on */
static void timer_taken(struct mote_lapic *apic)
{
	u64 late;

	if (!apic->period_ns || !READ_ONCE(apic->timer_fired))
		return;
	/* From the old target, so that lateness does not add up */
	late = ktime_to_ns(ktime_sub(ktime_get(), apic->target));
	start(apic, ktime_add_ns(apic->target, (late / apic->period_ns + 1) * apic->period_ns));
}

int lapic_sync(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	if (lapic_posted(apic)) {
		lapic_take_posted(vcpu);
		timer_taken(apic);
	}
	return lapic_highest_irr(apic);
}

void lapic_timer_init(struct mote_lapic *apic)
{
	mote_hrtimer_setup(&apic->timer, timer_fires, CLOCK_MONOTONIC, HOST_TIMER_MODE);
}

/**
 * lapic_timer_stop - disarm, in any mode
 * @apic: the callback is not running any more afterwards
 */
void lapic_timer_stop(struct mote_lapic *apic)
{
	cancel(apic);
	apic->target = 0;
	apic->period_ns = 0;
	WRITE_ONCE(apic->tsc_deadline, 0);
}

/* "Divide Configuration Register": bits 3, 1 and 0 are a number, 7 divides by 1 */
static u8 divide_shift(u32 divide)
{
	return ((divide & 3) + (divide >> 1 & 4) + 1) & 7;
}

/**
 * lapic_timer_reset - as after power-up: one-shot, divide by 2, stopped
 * @apic: its registers are about to be zero
 */
void lapic_timer_reset(struct mote_lapic *apic)
{
	lapic_timer_stop(apic);
	apic->timer_mode = LAPIC_TIMER_ONE_SHOT;
	apic->timer_shift = divide_shift(0);
}

/* ---- registers ---- */

/* Nanoseconds until the count reaches zero next; 0 when it does not count */
static u64 count_left(const struct mote_lapic *apic)
{
	s64 left;

	if (!counts(apic) || !apic->target)
		return 0;
	left = ktime_to_ns(ktime_sub(apic->target, ktime_get()));
	if (left > 0)
		return left;
	return apic->period_ns ? apic->period_ns - (u64)-left % apic->period_ns : 0;
}

u32 lapic_timer_current(struct mote_lapic *apic)
{
	u64 count = ns_to_count(apic, count_left(apic));

	/* More than the initial count only when the period was stretched */
	return min_t(u64, count, lapic_reg(apic, LAPIC_TIMER_INITIAL));
}

/* Counts down for @ns, after that in whole periods */
static void start_count(struct mote_lapic *apic, u64 ns)
{
	cancel(apic);
	set_period(apic);
	start(apic, ktime_add_ns(ktime_get(), ns));
}

static void write_initial(struct mote_lapic *apic, u32 count)
{
	if (count && counts(apic))
		start_count(apic, count_to_ns(apic, count));
	else if (apic->timer_mode != LAPIC_TIMER_DEADLINE)
		lapic_timer_stop(apic);
}

/* A count under way goes on from where it is, at the new rate */
static void write_divide(struct mote_lapic *apic, u32 divide)
{
	u32 count = lapic_timer_current(apic);

	apic->timer_shift = divide_shift(divide);
	if (count)
		start_count(apic, count_to_ns(apic, count));
}

/*
 * Between one-shot and periodic mode the count goes on; one that has ended
 * stays so.  Everything else disarms ("A write to the LVT Timer Register that
 * changes the timer mode").
 */
static void change_mode(struct mote_lapic *apic, u32 mode)
{
	u64 left = count_left(apic);
	bool counted = counts(apic);

	lapic_timer_stop(apic);
	apic->timer_mode = mode;
	if (!counted || !counts(apic))
		lapic_set_reg(apic, LAPIC_TIMER_INITIAL, 0);
	else if (left)
		start_count(apic, left);
}

static void write_lvt(struct mote_lapic *apic, u32 lvt)
{
	u32 mode = LAPIC_TIMER_MODE(lvt);

	if (mode != apic->timer_mode)
		change_mode(apic, mode);
	/* It may be unmasked now, and nobody took the tick that was masked */
	timer_taken(apic);
}

void lapic_timer_write(struct mote_lapic *apic, u32 offset, u32 value)
{
	switch (offset) {
	case LAPIC_LVT_TIMER:
		write_lvt(apic, value);
		break;
	case LAPIC_TIMER_INITIAL:
		write_initial(apic, value);
		break;
	case LAPIC_TIMER_DIVIDE:
		write_divide(apic, value);
		break;
	}
}

/* ---- SET_REGS ---- */

static void restore_lvt(struct mote_lapic *apic, u32 lvt)
{
	u64 deadline = READ_ONCE(apic->tsc_deadline);

	lapic_timer_stop(apic);
	apic->timer_mode = LAPIC_TIMER_MODE(lvt);
	WRITE_ONCE(apic->tsc_deadline, deadline);
	if (apic->timer_mode == LAPIC_TIMER_DEADLINE)
		start_deadline(apic);
}

static void restore_current(struct mote_lapic *apic, u32 count)
{
	if (!counts(apic))
		return;
	lapic_timer_stop(apic);
	if (!lapic_reg(apic, LAPIC_TIMER_INITIAL))
		return;
	if (count || apic->timer_mode == LAPIC_TIMER_PERIODIC)
		start_count(apic, count_to_ns(apic, count));
}

void lapic_timer_restore(struct mote_lapic *apic, u32 offset, u32 value)
{
	switch (offset) {
	case LAPIC_LVT_TIMER:
		restore_lvt(apic, value);
		break;
	case LAPIC_TIMER_DIVIDE:
		apic->timer_shift = divide_shift(value);
		break;
	case LAPIC_TIMER_CURRENT:
		restore_current(apic, value);
		break;
	}
}
