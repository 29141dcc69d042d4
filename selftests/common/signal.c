// SPDX-License-Identifier: GPL-2.0-only
/* Signals and RUN: a guest never keeps its thread from them. */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "vm.h"

#include "kselftest_harness.h"

static volatile int handled;

static void on_signal(int sig)
{
	(void)sig;
	handled++;
}

/* No SA_RESTART: RUN ends with EINTR in any case, but so does nanosleep */
static void catch(int sig)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(sig, &sa, NULL);
}

/* More than once: one that comes before RUN does not end it */
static void timer_every(unsigned int us)
{
	struct itimerval t = { { 0, us }, { 0, us } };

	setitimer(ITIMER_REAL, &t, NULL);
}

/* On a busy host a signal may come before the guest has got anywhere: then another */
static void spin_until_signal(struct __test_metadata *_metadata, struct vcpu *v,
			      const volatile u64 *count)
{
	u64 before = *count;

	handled = 0;
	timer_every(20000);
	for (int i = 0; i < 100 && *count == before; i++)
		ASSERT_EQ(-EINTR, mote_run(v->fd));
	timer_every(0);
	EXPECT_LE(1, handled);
	EXPECT_LT(before, *count);
}

TEST(ends_a_spinning_guest)
{
	static volatile u64 count;
	struct one o;

	catch(SIGALRM);
	one_create(&o, 0, guest_spin, (unsigned long)&count);
	spin_until_signal(_metadata, &o.cpu, &count);
	/* And on it goes */
	spin_until_signal(_metadata, &o.cpu, &count);
	one_destroy(&o);
}

TEST(ends_a_halted_guest)
{
	struct one o;

	catch(SIGALRM);
	one_create(&o, VM_IRQCHIP, guest_halt_once, 0);
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	timer_every(20000);
	for (int i = 0; i < 100 && !o.cpu.stats->halts; i++)
		ASSERT_EQ(-EINTR, mote_run(o.cpu.fd));
	/* Asleep already when it enters */
	EXPECT_EQ(-EINTR, mote_run(o.cpu.fd));
	timer_every(0);
	EXPECT_LE(2, handled);
	EXPECT_LE(1, o.cpu.stats->halts);
	one_destroy(&o);
}

TEST(blocked_signals_do_not)
{
	struct one o;
	sigset_t set;

	catch(SIGUSR1);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	one_create(&o, 0, guest_sync_loop, 0);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	EXPECT_EQ(0, handled);
	one_destroy(&o);
}

static volatile u64 summed, enough;

/* 0 + 1 + 2 ... until it is enough */
GUEST(summing)
{
	u64 sum = 0;

	while (!enough)
		sum += summed++;
	guest_sync(sum);
}

/*
 * A computation cut in pieces comes out as if it had not been.  What counts is that
 * the guest got somewhere in each piece: on a slow host pieces become longer.
 */
TEST(interruptions_do_not_show)
{
	unsigned int us = 2000;
	int pieces = 0;
	struct one o;
	u64 sum;

	catch(SIGALRM);
	one_create(&o, 0, guest_summing, 0);
	while (pieces < 20) {
		u64 before = summed;

		timer_every(us);
		ASSERT_EQ(-EINTR, mote_run(o.cpu.fd));
		if (summed != before)
			pieces++;
		else if (us < 500000)
			us *= 2;
	}
	timer_every(0);
	enough = 1;
	sum = vcpu_sync(&o.cpu);
	EXPECT_EQ(summed * (summed - 1) / 2, sum);
	one_destroy(&o);
}

/* A process of its own with a guest that spins; *count is shared with us */
static pid_t spinning_child(volatile u64 *count)
{
	struct one o;
	pid_t pid = fork();

	if (pid) {
		wait_change(count, 0);
		return pid;
	}
	one_create(&o, 0, NULL, 0);
	vm_map(&o.vm, MEM_GPA, PAGE, (void *)count, 0);
	vcpu_start(&o.cpu, guest_spin, MEM_GPA);
	/* Stopping and continuing interrupts RUN, too */
	while (mote_run(o.cpu.fd) == -EINTR)
		;
	_exit(1);
}

static volatile u64 *shared_count(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

TEST(kill_9)
{
	volatile u64 *count = shared_count();
	pid_t pid = spinning_child(count);
	int status;

	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST(kill_9_of_a_halted_guest)
{
	volatile u64 *halted = shared_count();
	struct runner runner;
	struct one o;
	int status;
	pid_t pid = fork();

	if (!pid) {
		one_create(&o, VM_IRQCHIP, guest_halt_once, 0);
		vcpu_sync(&o.cpu);
		runner_start(&runner, &o.cpu);
		wait_change((volatile u64 *)&o.cpu.stats->halts, 0);
		*halted = 1;
		runner_join(&runner);
		_exit(1);
	}
	wait_change(halted, 0);
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST(stop_and_continue)
{
	volatile u64 *count = shared_count(), before;
	pid_t pid = spinning_child(count);
	int status;

	kill(pid, SIGSTOP);
	ASSERT_EQ(pid, waitpid(pid, &status, WUNTRACED));
	EXPECT_TRUE(WIFSTOPPED(status));
	before = *count;
	msleep(50);
	EXPECT_EQ(before, *count);
	kill(pid, SIGCONT);
	wait_change(count, before);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

TEST_HARNESS_MAIN
