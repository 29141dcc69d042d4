// SPDX-License-Identifier: GPL-2.0-only
/* The GIC's state by registers: saved, and restored into a fresh VM. */
#include <errno.h>

#include "a64_gic.h"

#include "kselftest_harness.h"

static u64 ids[MOTE_REGS_MAX];
static struct mote_reg regs[MOTE_REGS_MAX], again[MOTE_REGS_MAX];

static u32 get_all(struct vcpu *v, struct mote_reg *r)
{
	u32 count = ARRAY_SIZE(ids);

	must_reg_list(v->fd, ids, &count);
	for (u32 i = 0; i < count; i++)
		r[i].id = ids[i];
	must_get_regs(v->fd, r, count, NULL);
	return count;
}

static void restore(struct __test_metadata *_metadata, struct vcpu *v, u32 count)
{
	u32 failed = 0;

	ASSERT_EQ(0, mote_set_regs(v->fd, regs, count, &failed))
		TH_LOG("entry %u: 0x%llx = 0x%llx", failed, regs[failed].id, regs[failed].value);
}

static u32 look(const struct vcpu *v, u64 id)
{
	return vcpu_get((struct vcpu *)v, id);
}

/* Everything in it is in some state: enabled, pending, active, by level, masked */
GUEST(complicated)
{
	gic_start(0);
	gic_edge(40, 1);
	gic_edge(41, 0);
	gic_enable(0, 40, 0xa0);
	gic_enable(0, 41, 0x60);
	gic_enable(0, 42, 0x20);
	gic_enable(0, 3, 0x80);
	gic_enable(0, 20, 0x90);
	guest_msr(s3_0_c4_c6_0, 0xe0);
	gic_bit(0, GICD_ISPENDR, 42);
	GUEST_EQ(42, gic_ack());	/* active from here on */
	gic_sgi(3, 1);
	gic_bit(0, GICD_ISPENDR, 40);
	guest_sync(1);
	/* What follows may run in another VM, and another host */
	GUEST_EQ(0x20, guest_mrs(s3_0_c12_c11_3));
	GUEST_EQ(0xe0, guest_mrs(s3_0_c4_c6_0) & 0xf0);
	GUEST_EQ(SPURIOUS, gic_ack());
	GUEST_EQ(1, gic_is(0, GICD_ISACTIVER, 42));
	gic_eoi(42);
	/* By priority: the line's level, the SGI, the edge */
	GUEST_EQ(41, gic_ack());
	GUEST_EQ(SPURIOUS, gic_ack());
	gic_eoi(41);
	guest_sync(2);
	GUEST_EQ(3, gic_ack());
	gic_eoi(3);
	GUEST_EQ(40, gic_ack());
	gic_eoi(40);
	GUEST_EQ(SPURIOUS, gic_ack());
}

static void run_to_the_middle(struct __test_metadata *_metadata, struct one *o)
{
	one_create(o, VM_IRQCHIP, guest_complicated, 0);
	ASSERT_EQ(1, vcpu_sync(&o->cpu));
	ASSERT_EQ(0, mote_irq_line(o->vm.fd, 41, 1));
	o->cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	ASSERT_EQ(MOTE_EXIT_NONE, vcpu_run(&o->cpu));
}

static void run_to_the_end(struct __test_metadata *_metadata, struct one *o)
{
	int got;

	do
		got = vcpu_wait(&o->cpu);
	while (got == MOTE_EXIT_EOI);
	ASSERT_EQ(GOT_SYNC, got);
	ASSERT_EQ(2, o->cpu.said[0]);
	ASSERT_EQ(0, mote_irq_line(o->vm.fd, 41, 0));
	do
		got = vcpu_wait(&o->cpu);
	while (got == MOTE_EXIT_EOI);
	ASSERT_EQ(GOT_DONE, got);
}

TEST(without_a_move)
{
	struct one o;

	run_to_the_middle(_metadata, &o);
	run_to_the_end(_metadata, &o);
	one_destroy(&o);
}

/* The guest's memory is the program's image and its arena: the second VM has it, too */
TEST(into_a_fresh_vm)
{
	struct one a, b;
	u32 count, differs = 0;

	run_to_the_middle(_metadata, &a);
	count = get_all(&a.cpu, regs);
	one_create(&b, VM_IRQCHIP, NULL, 0);
	vm_map(&b.vm, (unsigned long)a.vm.arena, ARENA_BYTES, a.vm.arena, 0);
	restore(_metadata, &b.cpu, count);
	ASSERT_EQ(count, get_all(&b.cpu, again));
	for (u32 i = 0; i < count; i++)
		if (regs[i].value != again[i].value) {
			differs++;
			EXPECT_EQ(MOTE_ARM64_CNTVCT, regs[i].id)
				TH_LOG("0x%llx: 0x%llx, then 0x%llx", regs[i].id, regs[i].value,
				       again[i].value);
		}
	EXPECT_LE(differs, 1);
	run_to_the_end(_metadata, &b);
	one_destroy(&a);
	one_destroy(&b);
}

TEST(state_by_number)
{
	struct one o;

	run_to_the_middle(_metadata, &o);
	/* SPIs 32 to 63: bits of 40, 41 and 42 */
	EXPECT_EQ(7 << 8, look(&o.cpu, MOTE_ARM64_GICD(GICD_ISENABLER + 4)));
	EXPECT_EQ(4 << 8, look(&o.cpu, MOTE_ARM64_GICD(GICD_ISACTIVER + 4)));
	EXPECT_EQ(1 << 8, look(&o.cpu, MOTE_ARM64_GICD(GICD_ISPENDR + 4)) & 1 << 8);
	EXPECT_EQ(2 << 8, look(&o.cpu, MOTE_ARM64_GIC_LINES(1)));
	EXPECT_EQ(0x2060a0, look(&o.cpu, MOTE_ARM64_GICD(GICD_IPRIORITYR + 40)) & 0xf0f0f0);
	EXPECT_EQ(1 << 3 | 1 << 20, look(&o.cpu, MOTE_ARM64_GICR(SGI_BASE + GICD_ISENABLER)));
	EXPECT_EQ(1 << 3, look(&o.cpu, MOTE_ARM64_GICR(SGI_BASE + GICD_ISPENDR)));
	one_destroy(&o);
}

TEST(unknown_and_refused)
{
	static const u64 none[] = {
		MOTE_ARM64_GICD(0x5000), MOTE_ARM64_GICD(2), MOTE_ARM64_GICR(0x5000),
		MOTE_ARM64_GICR(0x30000), MOTE_ARM64_GIC_LINES(32), MOTE_ARM64_GIC_LINES(1 << 20),
		MOTE_ARM64_REG(MOTE_ARM64_CLASS_GIC, 3ULL << 24),
	};
	struct one o;

	one_create(&o, VM_IRQCHIP, guest_nothing, 0);
	vcpu_lacks(&o.cpu, none, ARRAY_SIZE(none));
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* The second vCPU lists what is its own; the distributor comes with the first */
TEST(lists)
{
	struct vcpu v[2];
	struct vm vm;
	u32 count[2], gicd[2] = { 0, 0 }, gicr[2] = { 0, 0 };

	vm_create(&vm, VM_IRQCHIP);
	for (u32 i = 0; i < 2; i++) {
		vcpu_create(&v[i], &vm, i);
		count[i] = get_all(&v[i], regs);
		for (u32 j = 0; j < count[i]; j++) {
			if (regs[j].id >> 32 != MOTE_ARM64_CLASS_GIC)
				continue;
			if (regs[j].id >> 24 & 1)
				gicr[i]++;
			else
				gicd[i]++;
		}
	}
	EXPECT_LT(0, gicr[0]);
	EXPECT_EQ(gicr[0], gicr[1]);
	EXPECT_LT(0, gicd[0]);
	EXPECT_LT(gicd[1], gicd[0]);
	vcpu_destroy(&v[0]);
	vcpu_destroy(&v[1]);
	vm_destroy(&vm);
}

TEST_HARNESS_MAIN
