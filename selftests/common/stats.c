// SPDX-License-Identifier: GPL-2.0-only
/* The statistics area counts what happens. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "vm.h"

#include "kselftest_harness.h"

TEST(starts_at_zero)
{
	struct one o;

	one_create(&o, 0, NULL, 0);
	EXPECT_EQ(0, o.cpu.stats->entries);
	EXPECT_EQ(0, o.cpu.stats->user_exits);
	EXPECT_EQ(0, o.cpu.stats->guest_time);
	for (int i = 0; i < MOTE_EXIT_TYPES; i++) {
		EXPECT_EQ(0, o.cpu.stats->exits[i]);
	}
	one_destroy(&o);
}

TEST(counts_exits)
{
	const struct mote_stats *s;
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	s = o.cpu.stats;
	for (int i = 0; i < 50; i++)
		vcpu_sync(&o.cpu);
	EXPECT_EQ(50, s->user_exits);
	EXPECT_EQ(50, s->exits[MOTE_EXIT_HYPERCALL]);
	EXPECT_LE(50, s->entries);
	EXPECT_LT(0, s->exits[MOTE_EXIT_FAULT]);
	EXPECT_EQ(49, o.cpu.run->exit.seq);
	must_kick(o.cpu.fd);
	vcpu_run(&o.cpu);
	EXPECT_EQ(51, s->user_exits);
	one_destroy(&o);
}

TEST(time_goes_on)
{
	u64 time, guest_time;
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	vcpu_sync(&o.cpu);
	time = o.cpu.run->exit.time;
	guest_time = o.cpu.stats->guest_time;
	EXPECT_LT(0, guest_time);
	vcpu_sync(&o.cpu);
	EXPECT_LT(time, o.cpu.run->exit.time);
	EXPECT_LT(guest_time, o.cpu.stats->guest_time);
	EXPECT_GT(o.cpu.run->exit.time - time, o.cpu.stats->guest_time - guest_time);
	one_destroy(&o);
}

TEST(host_interrupts)
{
	static volatile u64 count;
	struct runner runner;
	struct one o;

	one_create(&o, 0, guest_spin, (unsigned long)&count);
	runner_start(&runner, &o.cpu);
	wait_change(&count, 0);
	for (int i = 0; i < 1000 && !o.cpu.stats->exits[MOTE_EXIT_HOST_IRQ]; i++)
		msleep(1);
	EXPECT_LT(0, o.cpu.stats->exits[MOTE_EXIT_HOST_IRQ]);
	must_kick(o.cpu.fd);
	runner_join(&runner);
	one_destroy(&o);
}

TEST(cannot_be_written)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		struct one o;

		one_create(&o, 0, NULL, 0);
		*(volatile u64 *)&o.cpu.stats->entries = 1;
		_exit(0);
	}
	waitpid(pid, &status, 0);
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

TEST_HARNESS_MAIN
