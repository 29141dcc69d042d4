// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host has in its CPUs is there again after a guest ran, also where an
 * interrupt changed it beside the guest: DEBUGCTL, and the breakpoints of perf.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

#define DEBUGCTL	0x1d9
/* Counters stop in SMM: nothing else depends on it */
#define FREEZE_IN_SMM	(1UL << 14)

#define GUEST_CPU	1
#define ROUNDS		20

static volatile u64 rounds, enough, watched;

/* Exits that the kernel answers, and that do not end the session */
GUEST(cpuid_until_told)
{
	u32 regs[4];

	for (;;) {
		while (!enough) {
			guest_cpuid(0, 0, regs);
			rounds++;
		}
		guest_sync(0);
		enough = 0;
	}
}

#define NEED_TWO_CPUS() do {			\
	if (get_nprocs() < 2)			\
		SKIP(return, "one CPU");	\
} while (0)

/* So many exits from now on */
static void wait_rounds(u64 n)
{
	u64 end = rounds + n;

	while (rounds < end)
		msleep(1);
}

/* --- DEBUGCTL, which each exit sets to 0 --- */

static int msr_open(int cpu)
{
	char path[64];
	int r = module_load("/lab/msr.ko", "allow_writes=on");

	if (r && r != -EEXIST)
		return r;
	snprintf(path, sizeof(path), "/dev/cpu/%d/msr", cpu);
	return open(path, O_RDWR);
}

static u64 msr_read(int fd, u32 index)
{
	u64 value = 0;

	if (pread(fd, &value, sizeof(value), index) != sizeof(value))
		die("MSR %#x: %s\n", index, strerror(errno));
	return value;
}

static void msr_write(int fd, u32 index, u64 value)
{
	if (pwrite(fd, &value, sizeof(value), index) != sizeof(value))
		die("MSR %#x: %s\n", index, strerror(errno));
}

TEST(debugctl)
{
	struct runner r;
	struct one o;
	u64 old;
	int fd;

	NEED_TWO_CPUS();
	fd = msr_open(GUEST_CPU);
	if (fd < 0)
		SKIP(return, "no /lab/msr.ko");
	old = msr_read(fd, DEBUGCTL);
	host_cpu_pin(0, 0);
	one_create(&o, 0, guest_cpuid_until_told, 0);
	runner_start(&r, &o.cpu);
	wait_rounds(1);
	host_cpu_pin(r.tid, GUEST_CPU);
	wait_rounds(100);
	/* By an interrupt, which is an exit too; then it must survive others */
	msr_write(fd, DEBUGCTL, old | FREEZE_IN_SMM);
	wait_rounds(100);
	EXPECT_EQ(old | FREEZE_IN_SMM, msr_read(fd, DEBUGCTL));
	msr_write(fd, DEBUGCTL, old);
	wait_rounds(100);
	EXPECT_EQ(old, msr_read(fd, DEBUGCTL));
	msr_write(fd, DEBUGCTL, old | FREEZE_IN_SMM);
	must_kick(o.cpu.fd);
	runner_join(&r);
	EXPECT_EQ(old | FREEZE_IN_SMM, msr_read(fd, DEBUGCTL));
	msr_write(fd, DEBUGCTL, old);
	close(fd);
	one_destroy(&o);
}

/* --- a breakpoint that perf sets on the CPU while the guest runs there --- */

static int watch(int cpu, volatile u64 *addr)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(attr),
		.bp_type = HW_BREAKPOINT_W,
		.bp_addr = (unsigned long)addr,
		.bp_len = HW_BREAKPOINT_LEN_8,
	};

	return syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static u64 hits(int fd)
{
	u64 n = 0;

	if (read(fd, &n, sizeof(n)) != sizeof(n))
		die("perf event: %s\n", strerror(errno));
	return n;
}

struct worker {
	struct vcpu *v;
	volatile u64 ready;
};

/* What the thread writes right behind a RUN is seen */
static void *run_and_write(void *arg)
{
	struct worker *w = arg;

	host_cpu_pin(0, GUEST_CPU);
	for (int i = 0; i < ROUNDS; i++) {
		vcpu_sync(w->v);
		watched++;
		w->ready++;
		while (w->ready & 1)
			msleep(1);
	}
	return NULL;
}

static int can_watch(void)
{
	volatile u64 word = 0;
	int fd;
	u64 n;

	host_cpu_pin(0, GUEST_CPU);
	fd = watch(GUEST_CPU, &word);
	if (fd < 0)
		return 0;
	word = 1;
	n = hits(fd);
	close(fd);
	host_cpu_pin(0, 0);
	return n == 1;
}

TEST(breakpoint_of_the_cpu)
{
	struct worker w = {};
	pthread_t thread;
	struct one o;

	NEED_TWO_CPUS();
	if (!can_watch())
		SKIP(return, "no breakpoints in this host");
	one_create(&o, 0, guest_cpuid_until_told, 0);
	w.v = &o.cpu;
	ASSERT_EQ(0, pthread_create(&thread, NULL, run_and_write, &w));
	for (int i = 0; i < ROUNDS; i++) {
		int fd;

		wait_rounds(10);
		fd = watch(GUEST_CPU, &watched);
		ASSERT_LE(0, fd);
		enough = 1;
		wait_change(&w.ready, 2 * i);
		EXPECT_EQ(1, hits(fd));
		close(fd);
		w.ready++;
	}
	pthread_join(thread, NULL);
	one_destroy(&o);
}

TEST_HARNESS_MAIN
