// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timer of the local APIC.  How long anything takes is not looked at: what
 * has to happen is waited for, and the test's time limit ends that.
 */
#include "x86_apic.h"

#include "kselftest_harness.h"

APIC_FIXTURE

GUEST(one_shot)
{
	/* An emulator in real time may take its while over the next lines */
	u32 one_shot = guest_on_tcg ? 300000000 : 1000000;

	guest_enable();
	apic_write(TIMER_DIV, 0xb);
	apic_write(LVT_TIMER, 0x81);
	apic_write(TIMER_INIT, one_shot);
	GUEST_TRUE(apic_read(TIMER_CUR) <= one_shot && apic_read(TIMER_CUR) > 0);
	GUEST_EQ(0, taken);
	wait_for(1);
	GUEST_EQ(0x81, order[0]);
	GUEST_EQ(0, apic_read(TIMER_CUR));
	GUEST_EQ(one_shot, apic_read(TIMER_INIT));
	/* Once only; 0 stops it */
	apic_write(TIMER_INIT, 3000000000);
	apic_write(TIMER_INIT, 0);
	GUEST_EQ(0, apic_read(TIMER_CUR));
	GUEST_EQ(1, taken);
}

TEST_F(apic, timer_one_shot)
{
	run_guest(&self->o, guest_one_shot);
}

GUEST(periodic)
{
	guest_enable();
	apic_write(TIMER_DIV, 0);
	apic_write(LVT_TIMER, PERIODIC | 0x82);
	apic_write(TIMER_INIT, 500000);
	wait_for(10);
	GUEST_EQ(0x82, order[9]);
	apic_write(LVT_TIMER, PERIODIC | MASKED | 0x82);
	GUEST_EQ(500000, apic_read(TIMER_INIT));
	GUEST_TRUE(apic_read(TIMER_CUR) <= 500000);
}

TEST_F(apic, timer_periodic)
{
	run_guest(&self->o, guest_periodic);
}

GUEST(deadline)
{
	/* As in one_shot */
	u64 ticks = guest_on_tcg ? 300000000 : 1000000, t;

	guest_enable();
	GUEST_EQ(NO_FAULT, guest_try_wrmsr(MSR_DEADLINE, 12345));
	GUEST_EQ(0, guest_rdmsr(MSR_DEADLINE));
	apic_write(LVT_TIMER, DEADLINE | 0x83);
	t = guest_rdtsc() + ticks;
	guest_wrmsr(MSR_DEADLINE, t);
	GUEST_EQ(t, guest_rdmsr(MSR_DEADLINE));
	wait_for(1);
	GUEST_TRUE(guest_rdtsc() >= t);
	GUEST_EQ(0, guest_rdmsr(MSR_DEADLINE));
	/* In the past: at once */
	guest_wrmsr(MSR_DEADLINE, 1);
	wait_for(2);
	/* The count registers do nothing in this mode */
	apic_write(TIMER_INIT, 1000);
	GUEST_EQ(0, apic_read(TIMER_INIT));
	GUEST_EQ(0, apic_read(TIMER_CUR));
	/* Disarmed by zero */
	guest_wrmsr(MSR_DEADLINE, guest_rdtsc() + 1000 * ticks);
	guest_wrmsr(MSR_DEADLINE, 0);
	GUEST_EQ(0, guest_rdmsr(MSR_DEADLINE));
	GUEST_EQ(2, taken);
}

TEST_F(apic, timer_deadline)
{
	run_guest(&self->o, guest_deadline);
}

/* Masked it counts, and delivers nothing: what comes after it is the first to come */
GUEST(masked_timer)
{
	guest_enable();
	apic_write(TIMER_DIV, 0xb);
	for (u64 i = 0; i < 5; i++) {
		/* The higher class, which would be first if both were pending */
		apic_write(LVT_TIMER, MASKED | 0x94);
		apic_write(TIMER_INIT, 100000);
		guest_sti();
		while (apic_read(TIMER_CUR))
			;
		guest_cli();
		GUEST_EQ(0, bit_of(IRR, 0x94));
		apic_write(LVT_TIMER, 0x84);
		apic_write(TIMER_INIT, 100000);
		wait_for(i + 1);
		GUEST_EQ(0x84, order[i]);
	}
	GUEST_EQ(5, taken);
}

TEST_F(apic, timer_masked)
{
	run_guest(&self->o, guest_masked_timer);
}

/* Periodic, it begins again each time, and a tick that is let through comes */
GUEST(masked_periodic)
{
	u32 last = 0, wraps = 0;

	guest_enable();
	apic_write(TIMER_DIV, 0xb);
	apic_write(LVT_TIMER, MASKED | PERIODIC | 0x94);
	apic_write(TIMER_INIT, 1000000);
	guest_sti();
	while (wraps < 5) {
		u32 now = apic_read(TIMER_CUR);

		GUEST_TRUE(now <= 1000000);
		wraps += now > last;
		last = now;
	}
	guest_cli();
	GUEST_EQ(0, taken);
	apic_write(LVT_TIMER, PERIODIC | 0x94);
	wait_for(3);
	apic_write(TIMER_INIT, 0);
}

TEST_F(apic, timer_masked_periodic)
{
	run_guest(&self->o, guest_masked_periodic);
}

/* A guest that spins is interrupted by its timer */
GUEST(timer_in_a_loop)
{
	guest_enable();
	apic_write(TIMER_DIV, 0xb);
	apic_write(LVT_TIMER, 0x85);
	apic_write(TIMER_INIT, 1000000);
	guest_sti();
	while (!taken)
		;
	guest_cli();
	GUEST_EQ(0x85, order[0]);
}

TEST_F(apic, timer_in_a_loop)
{
	run_guest(&self->o, guest_timer_in_a_loop);
}

TEST_HARNESS_MAIN
