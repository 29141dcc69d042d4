// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's LDT: another thread changes it while this one's guest runs, and the
 * kernel tells the CPU by an interrupt.  What a back end saved of LDTR before is
 * then of a table that is gone.
 */
#include <asm/ldt.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

#define SELECTOR(entry)	((entry) << 3 | 7)

/* Beyond a page, so that the kernel needs another table for it */
#define FAR_ENTRY	1000
#define LIMIT		0x1234

static volatile u64 rounds;

/* Exits that the kernel answers, and that do not end the session */
GUEST(cpuid_for_ever)
{
	u32 regs[4];

	for (;;) {
		guest_cpuid(0, 0, regs);
		rounds++;
	}
}

static int set_entry(unsigned int entry, unsigned int limit)
{
	struct user_desc desc = {
		.entry_number = entry, .limit = limit, .seg_32bit = 1, .useable = 1,
	};

	return syscall(SYS_modify_ldt, 1, &desc, sizeof(desc));
}

/* What the CPU finds by its LDTR: the limit, or -1 */
static long limit_of(unsigned int entry)
{
	long limit = -1;

	asm volatile("lsl %1, %0" : "+r"(limit) : "r"((long)SELECTOR(entry)) : "cc");
	return limit;
}

struct user {
	struct vcpu *v;
	unsigned int entry;
	long before, after, later;
	int got;
};

static void *run_and_look(void *arg)
{
	struct user *u = arg;

	host_cpu_pin(0, 0);
	u->before = limit_of(u->entry);
	u->got = vcpu_run(u->v);
	u->after = limit_of(u->entry);
	/* And with a session that began with whatever there was */
	u->got = vcpu_run(u->v);
	u->later = limit_of(u->entry);
	return NULL;
}

static void change_beside_guest(struct __test_metadata *_metadata, unsigned int entry)
{
	struct user u = { .entry = entry };
	pthread_t thread;
	struct one o;

	one_create(&o, 0, guest_cpuid_for_ever, 0);
	u.v = &o.cpu;
	host_cpu_pin(0, 1);
	ASSERT_EQ(0, pthread_create(&thread, NULL, run_and_look, &u));
	for (int i = 0; i < 2; i++) {
		u64 n = rounds;

		wait_change(&rounds, n);
		if (!i)
			ASSERT_EQ(0, set_entry(entry, LIMIT));
		/* Until there was an exit after the change */
		n = rounds;
		while (rounds < n + 100)
			msleep(1);
		must_kick(o.cpu.fd);
	}
	pthread_join(thread, NULL);
	EXPECT_EQ(-1, u.before);
	EXPECT_EQ(MOTE_EXIT_KICK, u.got);
	EXPECT_EQ(LIMIT, u.after);
	EXPECT_EQ(LIMIT, u.later);
	one_destroy(&o);
}

#define NEED_TWO_CPUS() do {			\
	if (get_nprocs() < 2)			\
		SKIP(return, "one CPU");	\
	rounds = 0;				\
} while (0)

/* Without a guest: that the test can see what it looks for */
TEST(control)
{
	EXPECT_EQ(-1, limit_of(0));
	ASSERT_EQ(0, set_entry(0, LIMIT));
	EXPECT_EQ(LIMIT, limit_of(0));
}

TEST(first_entry)
{
	NEED_TWO_CPUS();
	change_beside_guest(_metadata, 0);
}

TEST(larger_table)
{
	NEED_TWO_CPUS();
	ASSERT_EQ(0, set_entry(0, 1));
	change_beside_guest(_metadata, FAR_ENTRY);
}

TEST_HARNESS_MAIN
