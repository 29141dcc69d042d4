// SPDX-License-Identifier: GPL-2.0-only
/* ID registers: what FEATURES offers, what SET_FEATURES takes, what guests read. */
#include <errno.h>

#include "a64_vm.h"

#include "kselftest_harness.h"

/* A copy that the test may change */
static struct mote_arm64_idreg own[MOTE_ARM64_IDREGS_MAX];

static u32 own_table(struct vm *vm)
{
	u32 count;
	struct mote_arm64_idreg *t = a64_features(vm, &count);

	memcpy(own, t, count * sizeof(*t));
	return count;
}

static int set_one(struct vcpu *v, u64 enc, u64 value)
{
	struct mote_arm64_idreg r = { .id = enc, .value = value };

	return mote_set_features(v->fd, &r, sizeof(r), 1);
}

#define FIELD(value, at)	((value) >> (at) & 0xf)

TEST(table)
{
	const struct mote_arm64_idreg *r;
	struct one o;
	u32 count, room = 1;

	one_create(&o, 0, NULL, 0);
	count = own_table(&o.vm);
	EXPECT_EQ(-E2BIG, mote_features(o.vm.sys, own, sizeof(own[0]), &room));
	EXPECT_EQ(count, room);
	for (u32 i = 0; i < count; i++) {
		EXPECT_EQ(0, own[i].pad);
		/* op0 3, op1 0 (1 for the cache's), CRn 0 */
		EXPECT_EQ(3, own[i].id >> 14);
		EXPECT_EQ(0, own[i].id >> 7 & 15);
		for (u32 j = 0; j < i; j++) {
			ASSERT_NE(own[i].id, own[j].id);
		}
	}
	r = a64_feature(&o.vm, ENC_PFR0);
	ASSERT_NE(NULL, r);
	EXPECT_EQ(1, FIELD(r->value, 0));	/* EL0: AArch64 only */
	EXPECT_EQ(1, FIELD(r->value, 4));	/* EL1: AArch64 only */
	EXPECT_EQ(0, FIELD(r->value, 8));	/* no EL2 */
	EXPECT_EQ(0, FIELD(r->value, 32));	/* no SVE */
	one_destroy(&o);
}

/* What mote does not virtualise must not be offered */
TEST(hidden_features)
{
	const struct mote_arm64_idreg *r;
	struct one o;

	one_create(&o, 0, NULL, 0);
	r = a64_feature(&o.vm, ENC_PFR1);
	ASSERT_NE(NULL, r);
	EXPECT_EQ(0, FIELD(r->value, 8));	/* MTE */
	EXPECT_EQ(0, FIELD(r->value, 24));	/* SME */
	r = a64_feature(&o.vm, ENC_DFR0);
	ASSERT_NE(NULL, r);
	EXPECT_EQ(0, FIELD(r->value, 8));	/* PMU */
	EXPECT_EQ(0, FIELD(r->value, 32));	/* SPE */
	r = a64_feature(&o.vm, ENC_ISAR1);
	ASSERT_NE(NULL, r);
	EXPECT_EQ(0, FIELD(r->value, 4));	/* pointer authentication */
	EXPECT_EQ(0, FIELD(r->value, 8));
	r = a64_feature(&o.vm, ENC_MMFR1);
	ASSERT_NE(NULL, r);
	EXPECT_EQ(0, FIELD(r->value, 8));	/* VHE */
	one_destroy(&o);
}

/* The guest reads them all; the numbers come from a table of the assembler's names */
#define READ(name)	values[n++] = guest_mrs(name)

static u64 values[16];

static const u64 encs[] = {
	ENC_MIDR, ENC_PFR0, ENC_PFR1, ENC_DFR0, ENC_ISAR0, ENC_ISAR1, ENC_MMFR0, ENC_MMFR1,
};

GUEST(read_ids)
{
	for (;;) {
		int n = 0;

		READ(midr_el1);
		READ(id_aa64pfr0_el1);
		READ(id_aa64pfr1_el1);
		READ(id_aa64dfr0_el1);
		READ(id_aa64isar0_el1);
		READ(id_aa64isar1_el1);
		READ(id_aa64mmfr0_el1);
		READ(id_aa64mmfr1_el1);
		guest_sync(n);
	}
}

TEST(guest_reads_the_table)
{
	struct one o;

	one_create(&o, 0, guest_read_ids, 0);
	ASSERT_EQ(ARRAY_SIZE(encs), vcpu_sync(&o.cpu));
	for (u32 i = 1; i < ARRAY_SIZE(encs); i++) {
		struct mote_arm64_idreg *r = a64_feature(&o.vm, encs[i]);

		ASSERT_NE(NULL, r);
		/* This VM has no interrupt controller; see gic_is_announced */
		EXPECT_EQ(0, (r->value ^ values[i]) & ~(encs[i] == ENC_PFR0 ? 0xfULL << 24 : 0))
			TH_LOG("id 0x%llx: 0x%llx, read 0x%llx", encs[i], r->value, values[i]);
	}
	EXPECT_NE(0, values[0]);
	/* None of it is the runner's business */
	EXPECT_EQ(1, o.cpu.stats->user_exits);
	one_destroy(&o);
}

/* With an interrupt controller, and only then, PFR0 tells of its registers */
TEST(gic_is_announced)
{
	struct one o;

	one_create(&o, VM_IRQCHIP, guest_read_ids, 0);
	vcpu_sync(&o.cpu);
	EXPECT_EQ(1, FIELD(values[1], 24));
	one_destroy(&o);
	one_create(&o, 0, guest_read_ids, 0);
	vcpu_sync(&o.cpu);
	EXPECT_EQ(0, FIELD(values[1], 24));
	one_destroy(&o);
}

/* Each field that may be lowered, lowered by one; what then stands is read */
TEST(lowering)
{
	struct one o;
	int lowered = 0;

	one_create(&o, 0, guest_read_ids, 0);
	for (u32 i = 1; i < ARRAY_SIZE(encs); i++) {
		const struct mote_arm64_idreg *r = a64_feature(&o.vm, encs[i]);
		u64 value = r->value;

		for (int at = 0; at < 64; at += 4) {
			if (FIELD(r->mask, at) != 0xf || FIELD(value, at) == 0 ||
			    FIELD(value, at) == 0xf)
				continue;
			value -= 1ULL << at;
			ASSERT_EQ(0, set_one(&o.cpu, encs[i], value))
				TH_LOG("id 0x%llx: 0x%llx", encs[i], value);
			lowered++;
			vcpu_sync(&o.cpu);
			ASSERT_EQ(value, values[i]);
			break;
		}
	}
	EXPECT_LT(0, lowered);
	one_destroy(&o);
}

/* More than the host has is refused, and nothing changes */
TEST(raising_is_refused)
{
	struct one o;

	one_create(&o, 0, guest_read_ids, 0);
	vcpu_sync(&o.cpu);
	for (u32 i = 1; i < ARRAY_SIZE(encs); i++) {
		const struct mote_arm64_idreg *r = a64_feature(&o.vm, encs[i]);
		u64 before = values[i];

		EXPECT_EQ(-EINVAL, set_one(&o.cpu, encs[i], ~r->value));
		vcpu_sync(&o.cpu);
		EXPECT_EQ(before, values[i]);
	}
	/* SVE, EL2, a PMU */
	EXPECT_EQ(-EINVAL, set_one(&o.cpu, ENC_PFR0, values[1] | 1ULL << 32));
	EXPECT_EQ(-EINVAL, set_one(&o.cpu, ENC_PFR0, values[1] | 1ULL << 8));
	EXPECT_EQ(-EINVAL, set_one(&o.cpu, ENC_DFR0, (values[3] & ~0xf00ULL) | 0x100));
	one_destroy(&o);
}

TEST(arguments)
{
	struct mote_arm64_idreg r[2];
	struct one o;
	u32 count;

	one_create(&o, 0, guest_read_ids, 0);
	count = own_table(&o.vm);
	/* The offered table is always taken back */
	EXPECT_EQ(0, mote_set_features(o.cpu.fd, own, sizeof(own[0]), count));
	r[0] = *a64_feature(&o.vm, ENC_PFR0);
	r[0].pad = 1;
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, r, sizeof(r[0]), 1));
	r[0].pad = 0;
	r[1] = r[0];
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, r, sizeof(r[0]) - 8, 1));
	/* No ID register */
	r[0].id = ENC(3, 0, 1, 0, 0);
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, r, sizeof(r[0]), 1));
	r[0].id = 1 << 20;
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, r, sizeof(r[0]), 1));
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, own, sizeof(own[0]),
					     MOTE_ARM64_IDREGS_MAX + 1));
	EXPECT_EQ(-EFAULT, mote_set_features(o.cpu.fd, NULL, sizeof(own[0]), 1));
	one_destroy(&o);
}

/* A refused table leaves no half of itself */
TEST(all_or_nothing)
{
	struct mote_arm64_idreg r[2];
	struct one o;
	u64 before;

	one_create(&o, 0, guest_read_ids, 0);
	vcpu_sync(&o.cpu);
	before = values[4];
	r[0] = *a64_feature(&o.vm, ENC_ISAR0);
	r[0].value &= ~r[0].mask;
	r[1] = *a64_feature(&o.vm, ENC_PFR0);
	r[1].value |= 1ULL << 8;
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, r, sizeof(r[0]), 2));
	vcpu_sync(&o.cpu);
	EXPECT_EQ(before, values[4]);
	one_destroy(&o);
}

GUEST(writes)
{
	/* Read-only registers cannot be written */
	GUEST_EQ(EC_UNKNOWN, GUEST_TRY(".inst 0xd5180000", : : : "memory"));	/* MIDR_EL1 */
	GUEST_EQ(EC_UNKNOWN, GUEST_TRY(".inst 0xd5180400", : : : "memory"));	/* ID_AA64PFR0_EL1 */
	/* What is reserved for ID registers to come reads as zero */
	GUEST_EQ(0, guest_mrs(s3_0_c0_c7_7));
	GUEST_EQ(0, guest_mrs(s3_0_c0_c4_7));
}

TEST(reserved_and_read_only)
{
	one_run(0, guest_writes, 0);
}

GUEST(mpidr)
{
	guest_sync(guest_mrs(mpidr_el1));
}

/* Affinities from the vCPU's number: 16 to an Aff1 */
TEST(mpidr)
{
	static const u32 numbers[] = { 0, 1, 15, 16, 31, 33 };
	struct vcpu v;
	struct vm vm;

	vm_create(&vm, 0);
	for (u32 i = 0; i < ARRAY_SIZE(numbers); i++) {
		u32 id = numbers[i];

		if (id >= vm.info.max_vcpus)
			continue;
		vcpu_create(&v, &vm, id);
		vcpu_start(&v, guest_mpidr, 0);
		EXPECT_EQ((id & 15) | id >> 4 << 8, vcpu_sync(&v) & 0xff00ffffffUL);
		EXPECT_TRUE(v.said[0] >> 31 & 1);
		vcpu_destroy(&v);
	}
	vm_destroy(&vm);
}

/* Caches: CLIDR_EL1 and CCSIDR_EL1 agree, whatever they say */
GUEST(caches)
{
	u64 clidr = guest_mrs(clidr_el1), ctr = guest_mrs(ctr_el0);

	GUEST_TRUE(ctr >> 31 & 1);
	for (u64 level = 0; level < 7 && (clidr >> 3 * level & 7); level++) {
		guest_msr(csselr_el1, level << 1);
		GUEST_EQ(level << 1, guest_mrs(csselr_el1));
		GUEST_TRUE(guest_mrs(ccsidr_el1));
	}
}

TEST(caches)
{
	one_run(0, guest_caches, 0);
}

TEST_HARNESS_MAIN
