// SPDX-License-Identifier: GPL-2.0-only
/* A guest runs, talks to the test, and its registers are where they should be. */
#include "vm.h"

#include "kselftest_harness.h"

static volatile u64 shared;

GUEST(add_ten)
{
	shared = arg + 10;
	GUEST_EQ(77, guest_sync(shared));
	shared = 5;
}

TEST(guest_runs)
{
	struct one o;

	one_create(&o, 0, guest_add_ten, 32);
	ASSERT_EQ(42, vcpu_sync(&o.cpu));
	EXPECT_EQ(42, shared);
	vcpu_answer(&o.cpu, 77);
	ASSERT_EQ(GOT_DONE, vcpu_wait(&o.cpu));
	EXPECT_EQ(5, shared);
	one_destroy(&o);
}

TEST_HARNESS_MAIN
