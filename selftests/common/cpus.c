// SPDX-License-Identifier: GPL-2.0-only
/* vCPU threads on several CPUs, and CPUs that come and go. */
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include "vm.h"

#include "kselftest_harness.h"

/*
 * Much state that has to move with the vCPU: a checksum over memory and
 * registers, with syncs in between.
 */
GUEST(check_sums)
{
	static u64 table[64];
	u64 a = 1, b = 2, c = 3, d = 4;

	for (u64 i = 1; ; i++) {
		for (u64 j = 0; j < 64; j++) {
			a = a * 6364136223846793005ULL + j;
			b ^= a >> 7;
			c += b;
			d = d << 1 | d >> 63;
			table[j] = a ^ d;
		}
		guest_sync(a ^ b ^ c ^ d ^ table[i & 63]);
	}
}

TEST(other_cpu_between_runs)
{
	struct one a, b;

	if (get_nprocs() < 2)
		SKIP(return, "one CPU");
	one_create(&a, 0, guest_check_sums, 0);
	for (int i = 0; i < 200; i++) {
		ASSERT_EQ(0, host_cpu_pin(0, i & 1));
		vcpu_sync(&a.cpu);
	}
	/* The same without any move */
	one_create(&b, 0, guest_check_sums, 0);
	for (int i = 0; i < 200; i++)
		vcpu_sync(&b.cpu);
	EXPECT_EQ(a.cpu.said[0], b.cpu.said[0]);
	one_destroy(&a);
	one_destroy(&b);
}

TEST(other_cpu_while_running)
{
	static volatile u64 count;
	struct runner runner;
	struct one o;

	if (get_nprocs() < 2)
		SKIP(return, "one CPU");
	one_create(&o, 0, guest_spin, (unsigned long)&count);
	runner_start(&runner, &o.cpu);
	wait_change(&count, 0);
	for (int i = 0; i < 100; i++) {
		u64 before = count;

		ASSERT_EQ(0, host_cpu_pin(runner.tid, i & 1));
		wait_change(&count, before);
	}
	must_kick(o.cpu.fd);
	runner_join(&runner);
	EXPECT_EQ(MOTE_EXIT_KICK, runner.got);
	one_destroy(&o);
}

/* Memory changes are flushed on whatever CPU the guest is now or was before */
TEST(flush_follows)
{
	struct robot_vm r;
	u64 *p = new_pages(PAGE);

	if (get_nprocs() < 2)
		SKIP(return, "one CPU");
	robot_create(&r, 0);
	must_mem_map(r.o.vm.fd, MEM_GPA, PAGE, p, 0);
	for (int i = 0; i < 100; i++) {
		ASSERT_EQ(0, host_cpu_pin(0, i & 1));
		robot_write(&r, MEM_GPA, i + 1);
		ASSERT_EQ(i + 1, *p);
		ASSERT_EQ(0, host_cpu_pin(0, ~i & 1));
		madvise(p, PAGE, MADV_DONTNEED);
		ASSERT_EQ(0, host_cpu_pin(0, i & 1));
		ASSERT_EQ(0, robot_read(&r, MEM_GPA));
	}
	robot_destroy(&r);
}

TEST(cpu_offline_and_online)
{
	static volatile u64 count;
	struct runner runner;
	struct one o, idle;

	if (get_nprocs() < 2)
		SKIP(return, "one CPU");
	/* One whose state sits on the CPU, one that runs there */
	one_create(&idle, 0, guest_sync_loop, 0);
	host_cpu_pin(0, 1);
	EXPECT_EQ(0, vcpu_sync(&idle.cpu));
	one_create(&o, 0, guest_spin, (unsigned long)&count);
	runner_start(&runner, &o.cpu);
	wait_change(&count, 0);
	if (host_cpu_online(1, 0)) {
		must_kick(o.cpu.fd);
		runner_join(&runner);
		SKIP(return, "CPU 1 does not go offline");
	}
	wait_change(&count, count);
	EXPECT_EQ(1, vcpu_sync(&idle.cpu));
	ASSERT_EQ(0, host_cpu_online(1, 1));
	ASSERT_EQ(0, host_cpu_pin(runner.tid, 1));
	host_cpu_pin(0, 1);
	wait_change(&count, count);
	EXPECT_EQ(2, vcpu_sync(&idle.cpu));
	must_kick(o.cpu.fd);
	runner_join(&runner);
	EXPECT_EQ(MOTE_EXIT_KICK, runner.got);
	one_destroy(&o);
	one_destroy(&idle);
}

/* CPUs change while no VM exists; then VMs work on them */
TEST(cpu_comes_back_before_a_vm)
{
	struct one o;

	if (get_nprocs() < 2)
		SKIP(return, "one CPU");
	if (host_cpu_online(1, 0))
		SKIP(return, "CPU 1 does not go offline");
	one_create(&o, 0, guest_sync_loop, 0);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	ASSERT_EQ(0, host_cpu_online(1, 1));
	ASSERT_EQ(0, host_cpu_pin(0, 1));
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

TEST_HARNESS_MAIN
