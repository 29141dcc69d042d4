// SPDX-License-Identifier: GPL-2.0-only
/* What the host goes on doing beside a guest that makes no exit of its own. */
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vm.h"

#include "kselftest_harness.h"

#define ROUNDS	12

static int by_size(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/*
 * MEMBARRIER_CMD_GLOBAL waits for a grace period of RCU, for which every CPU has to be
 * seen outside of its readers.  A guest is: it takes a few ticks, each of which is an entry,
 * and not the quarter of a second after which RCU calls for the scheduler.
 */
TEST(grace_period)
{
	u64 entries[ROUNDS];
	struct runner runner;
	struct robot_vm r;
	int i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "one CPU");
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0))
		SKIP(return, "no membarrier, or a CPU without ticks");
	robot_create(&r, 0);
	robot_tell(&r, ROBOT_SPIN, 0, 0);
	host_cpu_pin(0, 1);
	runner_start(&runner, &r.o.cpu);
	host_cpu_pin(0, 0);
	msleep(100);
	for (i = 0; i < ROUNDS; i++) {
		u64 before = r.o.cpu.stats->entries;

		ASSERT_EQ(0, syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0));
		entries[i] = r.o.cpu.stats->entries - before;
	}
	must_kick(r.o.cpu.fd);
	runner_join(&runner);
	qsort(entries, ROUNDS, sizeof(entries[0]), by_size);
	TH_LOG("entries in a grace period: %llu, %llu, %llu", entries[0], entries[ROUNDS / 2],
	       entries[ROUNDS - 1]);
	EXPECT_GT(10, entries[ROUNDS / 2]);
	robot_destroy(&r);
}

TEST_HARNESS_MAIN
