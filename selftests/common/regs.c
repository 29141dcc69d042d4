// SPDX-License-Identifier: GPL-2.0-only
/* GET_REGS, SET_REGS and REG_LIST: complete, in order, all or nothing. */
#include <errno.h>

#include "vm.h"

#include "kselftest_harness.h"

static u64 ids[MOTE_REGS_MAX];
static struct mote_reg regs[MOTE_REGS_MAX], again[MOTE_REGS_MAX];

static u32 list(struct vcpu *v)
{
	u32 count = ARRAY_SIZE(ids);

	must_reg_list(v->fd, ids, &count);
	return count;
}

static u32 get_all(struct vcpu *v, struct mote_reg *r)
{
	u32 count = list(v);

	for (u32 i = 0; i < count; i++)
		r[i].id = ids[i];
	must_get_regs(v->fd, r, count, NULL);
	return count;
}

TEST(list_is_complete)
{
	struct one o;
	u32 count, again_count;

	one_create(&o, 0, NULL, 0);
	count = 0;
	EXPECT_EQ(-E2BIG, mote_reg_list(o.cpu.fd, ids, &count));
	EXPECT_LT(20, count);
	again_count = count - 1;
	EXPECT_EQ(-E2BIG, mote_reg_list(o.cpu.fd, ids, &again_count));
	EXPECT_EQ(count, again_count);
	EXPECT_EQ(0, mote_reg_list(o.cpu.fd, ids, &again_count));
	for (u32 i = 0; i < count; i++) {
		for (u32 j = 0; j < i; j++) {
			ASSERT_NE(ids[i], ids[j]);
		}
	}
	one_destroy(&o);
}

/* Everything of a vCPU that has run, into a fresh one of another VM */
static void copy_state(struct __test_metadata *_metadata, u32 flags)
{
	struct one a, b;
	u32 count, failed = 0, differs = 0;

	one_create(&a, flags, guest_sync_loop, 0);
	EXPECT_EQ(0, vcpu_sync(&a.cpu));
	EXPECT_EQ(1, vcpu_sync(&a.cpu));
	count = get_all(&a.cpu, regs);
	one_create(&b, flags, NULL, 0);
	EXPECT_EQ(count, list(&b.cpu));
	ASSERT_EQ(0, mote_set_regs(b.cpu.fd, regs, count, &failed))
		TH_LOG("entry %u: 0x%llx = 0x%llx", failed, regs[failed].id, regs[failed].value);
	EXPECT_EQ(count, failed);
	get_all(&b.cpu, again);
	for (u32 i = 0; i < count; i++) {
		if (regs[i].value == again[i].value)
			continue;
		/* Time goes on: the time-stamp counter is the one that may differ */
		differs++;
		EXPECT_LT(regs[i].value, again[i].value)
			TH_LOG("0x%llx: 0x%llx, then 0x%llx", regs[i].id, regs[i].value,
			       again[i].value);
	}
	EXPECT_LE(differs, 1);
	one_destroy(&b);
	one_destroy(&a);
}

TEST(round_trip)
{
	copy_state(_metadata, 0);
}

TEST(round_trip_irqchip)
{
	copy_state(_metadata, VM_IRQCHIP);
}

static volatile u64 seen;

GUEST(count_up)
{
	for (u64 i = arg; ; i++) {
		seen = i;
		guest_sync(i);
	}
}

/* The guest itself goes on in another vCPU of the same VM */
TEST(guest_moves)
{
	struct vcpu second;
	struct one o;
	u32 count;

	one_create(&o, 0, guest_count_up, 100);
	EXPECT_EQ(100, vcpu_sync(&o.cpu));
	EXPECT_EQ(101, vcpu_sync(&o.cpu));
	/* Its last hypercall is answered, so that the state is between instructions */
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	EXPECT_EQ(MOTE_EXIT_NONE, vcpu_run(&o.cpu));
	count = get_all(&o.cpu, regs);
	vcpu_create(&second, &o.vm, 1);
	must_set_regs(second.fd, regs, count, NULL);
	EXPECT_EQ(102, vcpu_sync(&second));
	EXPECT_EQ(102, seen);
	vcpu_destroy(&second);
	one_destroy(&o);
}

TEST(all_or_nothing)
{
	struct mote_reg r[3], back[2];
	struct one o;
	u32 failed = 99;

	one_create(&o, 0, guest_nothing, 0);
	list(&o.cpu);
	/* Two registers that take any small value: of the general ones */
	get_all(&o.cpu, regs);
	for (u32 i = 0, n = 0; n < 2; i++)
		if (mote_set_regs(o.cpu.fd, &(struct mote_reg){ ids[i], 0x1234 }, 1, NULL) == 0) {
			must_set_regs(o.cpu.fd, &regs[i], 1, NULL);
			r[n++] = (struct mote_reg){ ids[i], 0x1234 };
		}
	back[0] = r[0];
	back[1] = r[1];
	must_get_regs(o.cpu.fd, back, 2, NULL);
	r[2] = (struct mote_reg){ ~0ULL, 0 };
	EXPECT_EQ(-ENOENT, mote_set_regs(o.cpu.fd, r, 3, &failed));
	EXPECT_EQ(2, failed);
	must_get_regs(o.cpu.fd, r, 2, NULL);
	EXPECT_EQ(back[0].value, r[0].value);
	EXPECT_EQ(back[1].value, r[1].value);
	r[0].value = 7;
	EXPECT_EQ(-ENOENT, mote_get_regs(o.cpu.fd, r, 3, &failed));
	EXPECT_EQ(2, failed);
	/* Nothing was written to the caller's array either */
	EXPECT_EQ(7, r[0].value);
	one_destroy(&o);
}

TEST(count_limits)
{
	struct one o;

	one_create(&o, 0, NULL, 0);
	EXPECT_EQ(-EINVAL, mote_get_regs(o.cpu.fd, regs, 0, NULL));
	EXPECT_EQ(-EINVAL, mote_get_regs(o.cpu.fd, regs, MOTE_REGS_MAX + 1, NULL));
	EXPECT_EQ(-EINVAL, mote_set_regs(o.cpu.fd, regs, 0, NULL));
	EXPECT_EQ(-EINVAL, mote_set_regs(o.cpu.fd, regs, -1, NULL));
	one_destroy(&o);
}

/* An id of a class that does not exist, beyond each class, and all ones */
TEST(unknown_ids)
{
	struct one o;

	one_create(&o, 0, NULL, 0);
	for (u64 class = 0; class < 32; class++) {
		u64 id = class << 32 | 0xfffffffe;

		vcpu_lacks(&o.cpu, &id, 1);
	}
	one_destroy(&o);
}

TEST_HARNESS_MAIN
