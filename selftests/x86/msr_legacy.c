// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSRs that no CPUID bit announces, on a guest that is told it is Intel's and on one
 * that is told it is AMD's, whatever the host is.
 */
#include <errno.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

#define I	1u
#define A	2u

/* What becomes of a write */
enum { FAULTS, DROPPED, KEPT };

#define UNREADABLE	1u
#define ANY		2u	/* reads whatever it reads */

static const struct legacy {
	u32 first, last;
	u32 makers, flags;
	u64 reads;
	u64 writes;
	u32 then;
} table[] = {
	{ 0x0, 0x1, I | A, 0, 0, 0, DROPPED },
	{ 0x17, 0x17, I, 0, 0, 0, FAULTS },
	{ 0x2a, 0x2a, I, 0, 0, 1, DROPPED },
	{ 0x2c, 0x2c, I, ANY, 0, 0, FAULTS },
	{ 0x34, 0x34, I, 0, 0, 0, FAULTS },
	{ 0x35, 0x35, I, 0, 0x10001, 0, FAULTS },
	{ 0x3a, 0x3a, I, 0, 1, 5, FAULTS },
	{ 0x79, 0x79, I, UNREADABLE, 0, 0x1000, DROPPED },
	{ 0x8b, 0x8b, I | A, ANY, 0, 0, DROPPED },
	{ 0xc1, 0xc2, I, 0, 0, ~0u, DROPPED },
	{ 0xcd, 0xcd, I, 0, 5, 0, FAULTS },
	{ 0xce, 0xce, I, ANY, 0, 0, FAULTS },
	{ 0xe2, 0xe2, I, 0, 1 << 15, 0, FAULTS },
	{ 0x11e, 0x11e, I, 0, 0xbe702111, 0, DROPPED },
	{ 0x179, 0x179, I | A, 0, 0, 0, FAULTS },
	{ 0x17b, 0x17b, I | A, 0, 0, ~0ULL, DROPPED },
	{ 0x186, 0x187, I, 0, 0, 0x4300c0, DROPPED },
	{ 0x194, 0x194, I, 0, 0, 0, DROPPED },
	{ 0x198, 0x198, I, ANY, 0, 0, FAULTS },
	{ 0x199, 0x199, I, ANY, 0, 0x800, DROPPED },
	{ 0x19a, 0x19d, I, 0, 0, 0, DROPPED },
	/* IA32_MISC_ENABLE: fast strings; no MWAIT, no limit of CPUID, no NX disable */
	{ 0x1a0, 0x1a0, I, 0, 0x1801, 0x1801 | 1ULL << 18 | 1ULL << 22 | 1ULL << 34, DROPPED },
	{ 0x1a2, 0x1a2, I, 0, 100 << 16, 0, FAULTS },
	{ 0x1a4, 0x1a4, I, 0, 0, 0xf, DROPPED },
	{ 0x1aa, 0x1aa, I, 0, 0, 1, DROPPED },
	{ 0x1ad, 0x1af, I, ANY, 0, 0, FAULTS },
	{ 0x1db, 0x1de, I | A, 0, 0, 0, FAULTS },
	{ 0x1fc, 0x1fc, I, 0, 0, 2, DROPPED },
	{ 0x400, 0x41f, I | A, 0, 0, 0, DROPPED },
	{ 0x606, 0x606, I, 0, 0, 0, FAULTS },
	{ 0x611, 0x611, I, 0, 0, 0, FAULTS },
	{ 0x619, 0x619, I, 0, 0, 0, FAULTS },
	{ 0x639, 0x639, I, 0, 0, 0, FAULTS },
	{ 0x641, 0x641, I, 0, 0, 0, FAULTS },
	/* The first thing that many AMD guests do */
	{ 0xc0010000, 0xc0010007, A, 0, 0, 0, DROPPED },
	{ 0xc0010000, 0xc0010007, A, 0, 0, 0x530076, DROPPED },
	{ 0xc0010010, 0xc0010010, A, 0, 0, 1 << 21, KEPT },
	{ 0xc0010010, 0xc0010010, A, 0, 1 << 21, 1 << 23, FAULTS },
	{ 0xc0010015, 0xc0010015, A, 0, 1 << 24, 1 << 24 | 1 << 18 | 1 << 3, KEPT },
	{ 0xc0010015, 0xc0010015, A, ANY, 0, 1ULL << 32, FAULTS },
	{ 0xc001001a, 0xc001001a, A, 0, 0, 0xc0000000, KEPT },
	{ 0xc001001d, 0xc001001d, A, 0, 0, 0x140000000, KEPT },
	{ 0xc001001d, 0xc001001d, A, ANY, 0, 1, FAULTS },
	{ 0xc001001f, 0xc001001f, A, 0, 0, 1ULL << 46, DROPPED },
	{ 0xc0010020, 0xc0010020, A, UNREADABLE, 0, 0x1000, DROPPED },
	{ 0xc0010044, 0xc001004a, A, 0, 0, 1 << 10, DROPPED },
	{ 0xc0010050, 0xc0010056, A, 0, 0, 0, DROPPED },
	{ 0xc0010058, 0xc0010058, A, 0, 0, 0xe0000001, DROPPED },
	{ 0xc0010061, 0xc0010061, A, 0, 0, 0, FAULTS },
	{ 0xc0010062, 0xc001006b, A, 0, 0, 1, DROPPED },
	{ 0xc0010111, 0xc0010113, A, 0, 0, 0, DROPPED },
	{ 0xc0010114, 0xc0010114, A, 0, 0x18, 0, DROPPED },
	{ 0xc0010140, 0xc0010141, A, 0, 0, 0, DROPPED },
	{ 0xc0010200, 0xc001020b, A, 0, 0, 0, DROPPED },
	{ 0xc0011021, 0xc0011021, A, 0, 0x1e, 0, DROPPED },
	{ 0xc0011022, 0xc0011023, A, 0, 0, 1, DROPPED },
	{ 0xc0011029, 0xc0011029, A, ANY, 0, 2, DROPPED },
	{ 0xc001102a, 0xc001102a, A, 0, 0, 1, DROPPED },
	{ 0xc001102c, 0xc001102c, A, 0, 0, 0, DROPPED },
	/* A guest that finds LS_CFG or BP_CFG there mitigates with them */
	{ 0xc0011020, 0xc0011020, 0, 0, 0, 0, FAULTS },
	{ 0xc001102e, 0xc001102e, 0, 0, 0, 0, FAULTS },
	/* CPUID would say so: counters, power */
	{ 0xe7, 0xe8, 0, 0, 0, 0, FAULTS },
	{ 0x309, 0x309, 0, 0, 0, 0, FAULTS },
	{ 0x345, 0x345, 0, 0, 0, 0, FAULTS },
	{ 0x38f, 0x38f, 0, 0, 0, 0, FAULTS },
	{ 0x770, 0x770, 0, 0, 0, 0, FAULTS },
	{ 0xc0010299, 0xc001029b, 0, 0, 0, 0, FAULTS },
};

/* What a guest found, for the test to judge */
static volatile struct {
	u64 read, before, write, again, after;
} found;

static volatile u64 index_, value_;

GUEST(try_each)
{
	u64 v;

	for (;;) {
		found.read = guest_try_rdmsr(index_, &v);
		found.before = v;
		found.write = guest_try_wrmsr(index_, value_);
		found.again = guest_try_rdmsr(index_, &v);
		found.after = v;
		guest_sync(0);
	}
}

static struct mote_x86_cpuid features[MOTE_X86_CPUID_MAX];

/* Leaf 0 in the order EBX, EDX, ECX */
static void claim(struct vcpu *v, const char *vendor)
{
	u32 count = ARRAY_SIZE(features), word[3];

	memcpy(word, vendor, sizeof(word));
	must_features(v->vm->sys, features, sizeof(features[0]), &count);
	for (u32 i = 0; i < count; i++) {
		if (features[i].leaf != 0 && features[i].leaf != 0x80000000)
			continue;
		features[i].ebx = word[0];
		features[i].edx = word[1];
		features[i].ecx = word[2];
	}
	must_set_features(v->fd, features, sizeof(features[0]), count);
}

static void judge(struct __test_metadata *_metadata, const struct legacy *l, u32 index, u32 maker)
{
	int there = (l->makers & maker) != 0, readable = there && !(l->flags & UNREADABLE);

	EXPECT_EQ(readable ? NO_FAULT : VECTOR_GP, found.read) TH_LOG("read 0x%x", index);
	EXPECT_EQ(there && l->then != FAULTS ? NO_FAULT : VECTOR_GP, found.write)
		TH_LOG("write 0x%x", index);
	if (!readable)
		return;
	if (!(l->flags & ANY))
		EXPECT_EQ(l->reads, found.before) TH_LOG("value of 0x%x", index);
	EXPECT_EQ(NO_FAULT, found.again);
	EXPECT_EQ(l->then == KEPT ? l->writes : found.before, found.after)
		TH_LOG("0x%x after a write", index);
}

static void try_all(struct __test_metadata *_metadata, const char *vendor, u32 maker)
{
	struct one o;

	one_create(&o, 0, NULL, 0);
	claim(&o.cpu, vendor);
	vcpu_start(&o.cpu, guest_try_each, 0);
	for (u64 i = 0; i < ARRAY_SIZE(table); i++) {
		for (u32 index = table[i].first; index <= table[i].last; index++) {
			index_ = index;
			value_ = table[i].writes;
			vcpu_sync(&o.cpu);
			judge(_metadata, &table[i], index, maker);
		}
	}
	one_destroy(&o);
}

TEST(intel)
{
	try_all(_metadata, "GenuineIntel", I);
}

TEST(amd)
{
	try_all(_metadata, "AuthenticAMD", A);
}

/* The microcode's revision is in the upper half on Intel CPUs, in the lower one on AMD's */
TEST(microcode)
{
	u64 intel, amd;
	struct one o;

	one_create(&o, 0, NULL, 0);
	claim(&o.cpu, "GenuineIntel");
	intel = vcpu_get(&o.cpu, MOTE_X86_MSR(0x8b));
	claim(&o.cpu, "AuthenticAMD");
	amd = vcpu_get(&o.cpu, MOTE_X86_MSR(0x8b));
	EXPECT_EQ(0, (u32)intel);
	EXPECT_EQ(0, amd >> 32);
	EXPECT_EQ(intel >> 32, amd);
	one_destroy(&o);
}

static int listed(struct vcpu *v, u64 id)
{
	static u64 ids[MOTE_REGS_MAX];
	u32 count = ARRAY_SIZE(ids);

	must_reg_list(v->fd, ids, &count);
	for (u32 i = 0; i < count; i++)
		if (ids[i] == id)
			return 1;
	return 0;
}

/* What is kept is state; what is not the runner cannot set */
TEST(state)
{
	const u64 hwcr = MOTE_X86_MSR(0xc0010015), counter = MOTE_X86_MSR(0xc0010004);
	struct mote_reg reg = { .id = counter, .value = 5 };
	struct one o;

	one_create(&o, 0, NULL, 0);
	claim(&o.cpu, "AuthenticAMD");
	EXPECT_TRUE(listed(&o.cpu, hwcr));
	EXPECT_FALSE(listed(&o.cpu, counter));
	vcpu_set(&o.cpu, hwcr, 1 << 18);
	EXPECT_EQ(1 << 18, vcpu_get(&o.cpu, hwcr));
	EXPECT_EQ(-EINVAL, mote_set_regs(o.cpu.fd, &reg, 1, NULL));
	reg.value = 0;
	EXPECT_EQ(0, mote_set_regs(o.cpu.fd, &reg, 1, NULL));
	claim(&o.cpu, "GenuineIntel");
	EXPECT_FALSE(listed(&o.cpu, hwcr));
	one_destroy(&o);
}

TEST_HARNESS_MAIN
