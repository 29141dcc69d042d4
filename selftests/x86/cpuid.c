// SPDX-License-Identifier: GPL-2.0-only
/* CPUID: the default table, tables of the runner, policies. */
#include <cpuid.h>
#include <errno.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

static struct mote_x86_cpuid table[MOTE_X86_CPUID_MAX];
static volatile u32 out[4];

/* The leaf is in the upper half of the answer, as in MOTE_SPACE_FEATURE */
GUEST(ask)
{
	u32 v[4];
	u64 q;

	for (;;) {
		q = guest_sync(0);
		guest_cpuid(q >> 32, q, v);
		for (int i = 0; i < 4; i++)
			out[i] = v[i];
	}
}

static void cpuid(struct one *o, u32 leaf, u32 subleaf)
{
	vcpu_answer(&o->cpu, (u64)leaf << 32 | subleaf);
	vcpu_sync(&o->cpu);
}

static void create(struct one *o, u32 flags)
{
	one_create(o, flags, guest_ask, 0);
	vcpu_sync(&o->cpu);
}

static u32 get_table(struct one *o)
{
	u32 count = ARRAY_SIZE(table);

	must_features(o->vm.sys, table, sizeof(table[0]), &count);
	return count;
}

TEST(features_errors)
{
	struct one o;
	u32 count, n;

	one_create(&o, 0, NULL, 0);
	n = get_table(&o);
	EXPECT_LT(10, n);
	count = n - 1;
	EXPECT_EQ(-E2BIG, mote_features(o.vm.sys, table, sizeof(table[0]), &count));
	EXPECT_EQ(n, count);
	count = n;
	EXPECT_EQ(-EINVAL, mote_features(o.vm.sys, table, sizeof(table[0]) - 4, &count));
	count = n;
	EXPECT_EQ(-EFAULT, mote_features(o.vm.sys, NULL, sizeof(table[0]), &count));
	one_destroy(&o);
}

/* What FEATURES says is what the guest sees, but for what follows the vCPU */
TEST(default_table)
{
	struct one o;
	u32 n;

	create(&o, VM_IRQCHIP);
	n = get_table(&o);
	for (u32 i = 0; i < n; i++) {
		const struct mote_x86_cpuid *e = &table[i];

		cpuid(&o, e->leaf, e->subleaf);
		EXPECT_EQ(e->eax, out[0]) TH_LOG("leaf %x.%x", e->leaf, e->subleaf);
		if (e->leaf != 0xd)
			EXPECT_EQ(e->ebx, out[1]) TH_LOG("leaf %x.%x", e->leaf, e->subleaf);
		EXPECT_EQ(e->ecx, out[2]) TH_LOG("leaf %x.%x", e->leaf, e->subleaf);
		EXPECT_EQ(e->edx, out[3]) TH_LOG("leaf %x.%x", e->leaf, e->subleaf);
	}
	one_destroy(&o);
}

/* What no guest of mote may believe in */
TEST(what_is_hidden)
{
	struct one o;

	create(&o, VM_IRQCHIP);
	cpuid(&o, 1, 0);
	EXPECT_EQ(0, out[2] & bit_OSXSAVE);
	EXPECT_EQ(0, out[2] >> 5 & 1) TH_LOG("VMX");
	EXPECT_EQ(0, out[2] >> 3 & 1) TH_LOG("MONITOR");
	EXPECT_EQ(1, out[2] >> 31) TH_LOG("hypervisor");
	EXPECT_EQ(1, out[2] >> 21 & 1) TH_LOG("x2APIC");
	EXPECT_EQ(1, out[2] >> 24 & 1) TH_LOG("TSC deadline");
	cpuid(&o, 0xa, 0);
	EXPECT_EQ(0, out[0] & 0xff) TH_LOG("performance counters");
	cpuid(&o, 0x40000000, 0);
	EXPECT_LE(0x40000001, out[0]);
	EXPECT_EQ(0, memcmp((void *)&out[1], "KVMKVMKVM\0\0\0", 12));
	one_destroy(&o);
}

/* How the host is protected, as its kernel says in @flaw's file; NULL: not known */
static const char *protection(const char *flaw)
{
	static char line[200];
	char path[100];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/vulnerabilities/%s", flaw);
	f = fopen(path, "r");
	if (!f)
		return NULL;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	return line;
}

/*
 * AMD's guests are told what the host's kernel knows of the CPU, which may have no bit
 * of CPUID for it.  In a virtual machine the kernel believes CPUID only.
 */
TEST(protection_from_flaws)
{
	const char *tsa = protection("tsa");
	u32 a, b, c, d, vendor;
	struct one o;

	__cpuid(0, a, vendor, c, d);
	__cpuid(1, a, b, c, d);
	create(&o, 0);
	cpuid(&o, 0x80000021, 0);
	/* Intel's guests see their last basic leaf instead */
	if (vendor == signature_AMD_ebx)
		EXPECT_EQ(0, out[2] & ~6u);
	if (vendor == signature_AMD_ebx && tsa && !(c >> 31)) {
		if (!strncmp(tsa, "Not affected", 12))
			EXPECT_EQ(6, out[2]) TH_LOG("TSA_SQ_NO, TSA_L1_NO");
		EXPECT_EQ(!strncmp(tsa, "Mitigation: Clear CPU buffers", 29), out[0] >> 5 & 1);
	}
	one_destroy(&o);
}

/* Without a local APIC there are none of its features */
TEST(without_irqchip)
{
	struct one o;

	create(&o, 0);
	cpuid(&o, 1, 0);
	EXPECT_EQ(0, out[2] >> 21 & 1);
	EXPECT_EQ(0, out[2] >> 24 & 1);
	one_destroy(&o);
}

/* Beyond the ends of the ranges: the highest basic leaf (Intel), or zeros */
TEST(out_of_range)
{
	u32 last, want[4];
	struct one o;

	create(&o, 0);
	cpuid(&o, 0, 0);
	last = out[0];
	cpuid(&o, last, 0);
	memcpy(want, (void *)out, sizeof(want));
	if (o.vm.info.backend == MOTE_BACKEND_SVM)
		memset(want, 0, sizeof(want));
	cpuid(&o, 0x00ffffff, 0);
	EXPECT_EQ(0, memcmp(want, (void *)out, sizeof(want)));
	cpuid(&o, 0x8000ffff, 0);
	EXPECT_EQ(0, memcmp(want, (void *)out, sizeof(want)));
	/* A subleaf that does not exist */
	cpuid(&o, 7, 1000);
	EXPECT_EQ(0, out[0] | out[1] | out[2] | out[3]);
	one_destroy(&o);
}

TEST(set_table)
{
	struct mote_x86_cpuid mine[] = {
		{ .leaf = 0, .eax = 4, .ebx = 0x41414141, .ecx = 0x42424242, .edx = 0x43434343 },
		{ .leaf = 1, .eax = 0x000306a9, .edx = 1 },
		{ .leaf = 4, .subleaf = 0, .flags = MOTE_X86_CPUID_SUBLEAF, .eax = 0x100 },
		{ .leaf = 4, .subleaf = 2, .flags = MOTE_X86_CPUID_SUBLEAF, .eax = 0x102 },
		{ .leaf = 0x40000000, .eax = 0x40000000, .ebx = 7 },
	};
	struct one o;

	create(&o, 0);
	must_set_features(o.cpu.fd, mine, sizeof(mine[0]), ARRAY_SIZE(mine));
	cpuid(&o, 0, 0);
	EXPECT_EQ(4, out[0]);
	EXPECT_EQ(0x41414141, out[1]);
	EXPECT_EQ(0x42424242, out[2]);
	EXPECT_EQ(0x43434343, out[3]);
	/* Any subleaf of a leaf without */
	cpuid(&o, 0, 99);
	EXPECT_EQ(4, out[0]);
	cpuid(&o, 4, 2);
	EXPECT_EQ(0x102, out[0]);
	cpuid(&o, 4, 1);
	EXPECT_EQ(0, out[0]);
	cpuid(&o, 2, 0);
	EXPECT_EQ(0, out[0] | out[1] | out[2] | out[3]);
	cpuid(&o, 0x40000000, 0);
	EXPECT_EQ(7, out[1]);
	/* The default is replaced, not merged with */
	cpuid(&o, 0x40000001, 0);
	EXPECT_EQ(0, out[0]);
	one_destroy(&o);
}

TEST(apic_id_follows_the_vcpu)
{
	struct vcpu v;
	struct vm vm;

	vm_create(&vm, VM_IRQCHIP);
	vcpu_create(&v, &vm, 5);
	vcpu_start(&v, guest_ask, 0);
	vcpu_sync(&v);
	vcpu_answer(&v, 1ULL << 32);
	vcpu_sync(&v);
	EXPECT_EQ(5, out[1] >> 24);
	vcpu_answer(&v, 0xbULL << 32);
	vcpu_sync(&v);
	EXPECT_EQ(5, out[3]);
	vcpu_destroy(&v);
	vm_destroy(&vm);
}

TEST(set_table_errors)
{
	struct mote_x86_cpuid e[2] = { { .leaf = 0, .eax = 1 }, { .leaf = 1 } };
	struct one o;

	one_create(&o, 0, NULL, 0);
	EXPECT_EQ(0, mote_set_features(o.cpu.fd, e, sizeof(e[0]), 2));
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, e, sizeof(e[0]), 0));
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, e, sizeof(e[0]) + 4, 1));
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, table, sizeof(e[0]), 257));
	EXPECT_EQ(-EFAULT, mote_set_features(o.cpu.fd, NULL, sizeof(e[0]), 1));
	e[1].leaf = 0;
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, e, sizeof(e[0]), 2));
	e[1] = (struct mote_x86_cpuid){ .leaf = 1, .flags = 2 };
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, e, sizeof(e[0]), 2));
	e[1] = (struct mote_x86_cpuid){ .leaf = 1, .pad = 1 };
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, e, sizeof(e[0]), 2));
	e[1] = (struct mote_x86_cpuid){ .leaf = 1, .subleaf = 1 };
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, e, sizeof(e[0]), 2));
	/* A claim of what cannot be: VMX in the guest */
	e[1] = (struct mote_x86_cpuid){ .leaf = 1, .ecx = 1 << 5 };
	EXPECT_EQ(-EINVAL, mote_set_features(o.cpu.fd, e, sizeof(e[0]), 2));
	one_destroy(&o);
}

/* OSXSAVE in CPUID follows CR4 */
GUEST(osxsave)
{
	u32 v[4];

	guest_cpuid(1, 0, v);
	GUEST_EQ(0, v[2] & bit_OSXSAVE);
	guest_write_cr4(guest_read_cr4() | CR4_OSXSAVE);
	guest_cpuid(1, 0, v);
	GUEST_EQ(bit_OSXSAVE, v[2] & bit_OSXSAVE);
	guest_write_cr4(guest_read_cr4() & ~CR4_OSXSAVE);
	guest_cpuid(1, 0, v);
	GUEST_EQ(0, v[2] & bit_OSXSAVE);
}

TEST(osxsave_follows_cr4)
{
	struct one o;

	one_create(&o, 0, guest_osxsave, 0);
	if (!x86_has(&o.vm, 1, 0, 2, 26))
		SKIP(return, "no XSAVE on this host");
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* --- policies --- */

TEST(policy_exit)
{
	struct mote_exit *e;
	struct one o;

	create(&o, 0);
	vm_policy(&o.vm, MOTE_SPACE_FEATURE, 0x50000000ULL << 32 | 3, 0x50000000ULL << 32 | 3,
		  MOTE_ACTION_EXIT, 0);
	e = &o.cpu.run->exit;
	vcpu_answer(&o.cpu, 0x50000000ULL << 32 | 3);
	ASSERT_EQ(MOTE_EXIT_FEATURE, vcpu_run(&o.cpu));
	EXPECT_EQ(0x50000000ULL << 32 | 3, e->feature.index);
	EXPECT_EQ(MOTE_EXIT_PENDING, e->flags);
	for (int i = 0; i < 4; i++)
		e->feature.value[i] = 0xbad0 + i;
	vcpu_sync(&o.cpu);
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(0xbad0 + i, out[i]);
	}
	/* The subleaf beside it is not meant */
	cpuid(&o, 0x50000000, 4);
	EXPECT_NE(0xbad0, out[0]);
	one_destroy(&o);
}

TEST(policy_constant)
{
	struct mote_policy p = {
		.space = MOTE_SPACE_FEATURE, .action = MOTE_ACTION_CONSTANT,
		.first = 1ULL << 32, .last = (1ULL << 32) + 0xffffffff,
		.access = MOTE_ACCESS_READ | MOTE_ACCESS_WRITE,
		.value = { 0x0000000200000001, 0x0000000400000003 },
	};
	struct one o;

	create(&o, 0);
	must_policy(o.vm.fd, &p);
	cpuid(&o, 1, 77);
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(i + 1, out[i]);
	}
	one_destroy(&o);
}

TEST(policy_pass)
{
	u32 host[4];
	struct one o;

	create(&o, 0);
	vm_policy(&o.vm, MOTE_SPACE_FEATURE, 0, 0xffffffff, MOTE_ACTION_PASS, 0);
	__cpuid_count(0, 0, host[0], host[1], host[2], host[3]);
	cpuid(&o, 0, 0);
	EXPECT_EQ(0, memcmp(host, (void *)out, sizeof(host)));
	one_destroy(&o);
}

GUEST(faulting)
{
	GUEST_EQ(VECTOR_GP, GUEST_TRY("cpuid", : : "a"(0), "c"(0) : "rbx", "rdx"));
	GUEST_EQ(0, guest_fault.error);
	GUEST_EQ(NO_FAULT, GUEST_TRY("cpuid", : : "a"(1), "c"(0) : "rbx", "rdx"));
}

TEST(policy_fault)
{
	struct one o;

	one_create(&o, 0, guest_faulting, 0);
	vm_policy(&o.vm, MOTE_SPACE_FEATURE, 0, 0xffffffff, MOTE_ACTION_FAULT, 0);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* Says which registers are in use, whoever has them: not while that may be the host */
TEST(xgetbv1)
{
	struct one o;

	one_create(&o, 0, NULL, 0);
	if (o.vm.info.backend == MOTE_BACKEND_SVM)
		EXPECT_EQ(0, x86_has(&o.vm, 0xd, 1, 0, 2));
	one_destroy(&o);
}

TEST_HARNESS_MAIN
