// SPDX-License-Identifier: GPL-2.0-only
/*
 * The run page is the runner's to write at any time.  Whatever is in it, the
 * guest at worst computes nonsense; RUN returns or can be made to.
 */
#include <errno.h>
#include <pthread.h>

#include "vm.h"

#include "kselftest_harness.h"

#define REQUESTS	(MOTE_RUN_COMPLETE_ONLY | MOTE_RUN_REGS | MOTE_RUN_IRQ_WINDOW)

struct vandal {
	volatile u64 *page;
	u32 words;
	volatile int stop;
	volatile u64 rounds;
};

static u64 random64(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Garbage, zeros and ones over all of the page, requests included */
static void *vandalise(void *arg)
{
	struct vandal *v = arg;
	u64 state = 88172645463325252ULL;

	while (!v->stop) {
		for (u32 i = 0; i < v->words; i++) {
			u64 r = random64(&state);

			r = r & 1 ? r : r & 2 ? 0 : ~0ULL;
			/* Requests that there are: with others nothing runs */
			v->page[i] = i ? r : r & (~0ULL << 32 | REQUESTS);
		}
		v->rounds++;
	}
	return NULL;
}

/* Run for a while whatever comes; the guest is started afresh when it is lost */
static void endure(struct __test_metadata *_metadata, guest_fn fn, u32 flags, int runs)
{
	struct vandal vandal = { 0 };
	int entered = 0;
	pthread_t thread;
	struct one o;
	u64 entries;
	int ret;

	one_create(&o, flags, fn, 0);
	vandal.page = (u64 *)o.cpu.run;
	vandal.words = PAGE / 8;
	pthread_create(&thread, NULL, vandalise, &vandal);
	wait_change(&vandal.rounds, 0);
	for (int i = 0; i < runs; i++) {
		vcpu_start(&o.cpu, fn, 0);
		entries = o.cpu.stats->entries;
		for (int j = 0; j < 3; j++) {
			ret = vcpu_run_for(&o.cpu, 2);
			ASSERT_TRUE(!ret || ret == -EINVAL);
		}
		entered += o.cpu.stats->entries != entries;
	}
	EXPECT_LT(0, entered);
	vandal.stop = 1;
	pthread_join(thread, NULL);
	/* Nothing of it stays */
	memset(o.cpu.run, 0, PAGE);
	must_kick(o.cpu.fd);
	vcpu_start(&o.cpu, guest_sync_loop, 0);
	EXPECT_EQ(MOTE_EXIT_KICK, vcpu_run(&o.cpu));
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

GUEST(hypercalls)
{
	for (;;)
		guest_sync(arg++);
}

TEST(garbage_in_the_run_page)
{
	endure(_metadata, guest_hypercalls, 0, 100);
}

GUEST(mmio)
{
	for (;; arg++)
		guest_write64(MMIO_GPA + (arg & 0xff8), guest_read32(MMIO_GPA));
}

TEST(garbage_for_mmio)
{
	endure(_metadata, guest_mmio, 0, 100);
}

TEST(unknown_requests)
{
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	for (int bit = 3; bit < 32; bit++) {
		o.cpu.run->request = 1u << bit;
		EXPECT_EQ(-EINVAL, mote_run(o.cpu.fd));
	}
	/* Nothing was lost, the answer is still due */
	o.cpu.run->request = 0;
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* The runner says that the exit was another one: the kernel knows better */
TEST(forged_exit_record)
{
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	for (int type = 0; type < 64; type++) {
		o.cpu.run->exit.type = type;
		o.cpu.run->exit.flags = ~0u;
		o.cpu.run->exit.bytes = 0;
		o.cpu.run->exit.seq = ~0ULL;
		EXPECT_EQ(1 + type, vcpu_sync(&o.cpu));
		EXPECT_EQ(1 + type, o.cpu.run->exit.seq);
		EXPECT_EQ(sizeof(struct mote_exit), o.cpu.run->exit.bytes);
	}
	one_destroy(&o);
}

/* With COMPLETE_ONLY the access is finished and the guest does not run */
TEST(complete_only)
{
	struct one o;
	u64 entries;

	one_create(&o, 0, guest_sync_loop, 0);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	entries = o.cpu.stats->entries;
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	EXPECT_EQ(MOTE_EXIT_NONE, vcpu_run(&o.cpu));
	EXPECT_EQ(0, o.cpu.run->request);
	EXPECT_EQ(entries, o.cpu.stats->entries);
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

TEST_HARNESS_MAIN
