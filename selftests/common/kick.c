// SPDX-License-Identifier: GPL-2.0-only
/* KICK: sticky, from any thread, never lost. */
#include <pthread.h>
#include <time.h>

#include "vm.h"

#include "kselftest_harness.h"

TEST(before_run)
{
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	must_kick(o.cpu.fd);
	EXPECT_EQ(MOTE_EXIT_KICK, vcpu_run(&o.cpu));
	EXPECT_EQ(0, o.cpu.stats->entries);
	/* One kick, one exit: then the guest runs */
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

TEST(many_are_one)
{
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	for (int i = 0; i < 5; i++)
		must_kick(o.cpu.fd);
	EXPECT_EQ(MOTE_EXIT_KICK, vcpu_run(&o.cpu));
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* A kick does not disturb an access that waits for its answer */
TEST(with_an_answer_due)
{
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	must_kick(o.cpu.fd);
	EXPECT_EQ(MOTE_EXIT_KICK, vcpu_run(&o.cpu));
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	EXPECT_EQ(2, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

TEST(while_running)
{
	static volatile u64 count;
	struct runner runner;
	struct one o;

	one_create(&o, 0, guest_spin, (unsigned long)&count);
	for (int i = 0; i < 20; i++) {
		u64 before = count;

		runner_start(&runner, &o.cpu);
		wait_change(&count, before);
		must_kick(o.cpu.fd);
		runner_join(&runner);
		ASSERT_EQ(0, runner.ret);
		ASSERT_EQ(MOTE_EXIT_KICK, runner.got);
	}
	one_destroy(&o);
}

static u64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * Runs the vCPU and counts its kicks.  The other side kicks and waits for the
 * count to move: a lost kick ends the test.
 */
struct racer {
	struct vcpu *v;
	volatile u64 kicks;
	volatile int stop;
};

static void *race_runner(void *arg)
{
	struct racer *r = arg;

	while (!r->stop)
		if (vcpu_wait(r->v) == MOTE_EXIT_KICK)
			r->kicks++;
	return NULL;
}

/* Many rounds, at least 50, fewer where the host has better things to do; Return: kicks that arrived */
static u64 race(guest_fn fn, u64 arg, u64 rounds, u32 flags)
{
	u64 end = now_ms() + 10000;
	struct racer racer = { 0 };
	pthread_t thread;
	struct one o;

	one_create(&o, flags, fn, arg);
	racer.v = &o.cpu;
	pthread_create(&thread, NULL, race_runner, &racer);
	for (u64 i = 0; i < rounds && (i < 50 || now_ms() < end); i++) {
		u64 before = racer.kicks;

		must_kick(o.cpu.fd);
		for (int spin = 0; spin < 1000 && racer.kicks == before; spin++)
			sched_yield();
		wait_change(&racer.kicks, before);
	}
	racer.stop = 1;
	must_kick(o.cpu.fd);
	pthread_join(thread, NULL);
	one_destroy(&o);
	return racer.kicks;
}

TEST(race_with_a_spinning_guest)
{
	EXPECT_LE(50, race(guest_spin, 0, 500, 0));
}

TEST(race_with_exits)
{
	EXPECT_LE(50, race(guest_sync_loop, 0, 2000, 0));
}

TEST(race_with_a_halted_guest)
{
	EXPECT_LE(50, race(guest_halt_once, 0, 1000, VM_IRQCHIP));
}

TEST(halted)
{
	struct runner runner;
	struct one o;

	one_create(&o, VM_IRQCHIP, guest_halt_once, 0);
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	runner_start(&runner, &o.cpu);
	wait_change((volatile u64 *)&o.cpu.stats->halts, 0);
	must_kick(o.cpu.fd);
	runner_join(&runner);
	EXPECT_EQ(MOTE_EXIT_KICK, runner.got);
	/* It still sleeps: only an interrupt wakes the guest itself */
	must_kick(o.cpu.fd);
	EXPECT_EQ(MOTE_EXIT_KICK, vcpu_run(&o.cpu));
	one_destroy(&o);
}

TEST_HARNESS_MAIN
