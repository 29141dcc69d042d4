// SPDX-License-Identifier: GPL-2.0-only
/* Guests that wait in loops of PAUSE. */
#include "x86_vm.h"

#include "kselftest_harness.h"

#define ROUNDS	20

static void pause_once(void)
{
	asm volatile("pause" : : : "memory");
}

/* Each PAUSE is one instruction, whether it exits or not, and with prefixes too */
GUEST(many)
{
	u64 n = 0;

	for (int i = 0; i < 50000; i++)
		asm volatile("pause; inc %0; .byte 0x66; pause; inc %0" : "+r"(n));
	GUEST_EQ(100000, n);
}

TEST(many)
{
	one_run(0, guest_many, 0);
}

/* Whose turn it is */
static volatile u64 turn;

GUEST(in_turn)
{
	for (int i = 0; i < ROUNDS; i++) {
		while (turn != arg)
			pause_once();
		turn = !arg;
	}
}

/*
 * Two vCPUs on one host CPU hand something to each other.  The host may leave each
 * its time slice, or have who waits give way: both come to an end.
 */
TEST(in_turn)
{
	struct runner runner[2];
	struct vcpu v[2];
	struct vm vm;
	u64 exits = 0;

	turn = 0;
	ASSERT_EQ(0, host_cpu_pin(0, 0));
	vm_create(&vm, 0);
	for (int i = 0; i < 2; i++) {
		vcpu_create(&v[i], &vm, i);
		vcpu_start(&v[i], guest_in_turn, i);
	}
	for (int i = 0; i < 2; i++)
		runner_start(&runner[i], &v[i]);
	for (int i = 0; i < 2; i++) {
		runner_join(&runner[i]);
		EXPECT_EQ(GOT_DONE, runner[i].got);
		exits += v[i].stats->exits[MOTE_EXIT_OTHER];
		vcpu_destroy(&v[i]);
	}
	vm_destroy(&vm);
	if (!exits)
		SKIP(return, "loops of PAUSE do not exit on this host");
	/*
	 * Who waited gave way, two exits a turn; using up its time slice takes dozens
	 * (1632 exits in all on Bochs).
	 */
	EXPECT_LE(2 * ROUNDS, exits);
	EXPECT_GE(20 * ROUNDS, exits);
}

TEST_HARNESS_MAIN
