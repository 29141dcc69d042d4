// SPDX-License-Identifier: GPL-2.0-only
/* FP and SIMD registers: of two guests, and of the host's thread. */
#include "a64_vm.h"

#include "kselftest_harness.h"

/* All 32 registers from and to memory */
#define ALL(op, base)									\
	op " q0, q1, [" base "]\n\t" op " q2, q3, [" base ", #32]\n\t"			\
	op " q4, q5, [" base ", #64]\n\t" op " q6, q7, [" base ", #96]\n\t"			\
	op " q8, q9, [" base ", #128]\n\t" op " q10, q11, [" base ", #160]\n\t"		\
	op " q12, q13, [" base ", #192]\n\t" op " q14, q15, [" base ", #224]\n\t"		\
	op " q16, q17, [" base ", #256]\n\t" op " q18, q19, [" base ", #288]\n\t"		\
	op " q20, q21, [" base ", #320]\n\t" op " q22, q23, [" base ", #352]\n\t"		\
	op " q24, q25, [" base ", #384]\n\t" op " q26, q27, [" base ", #416]\n\t"		\
	op " q28, q29, [" base ", #448]\n\t" op " q30, q31, [" base ", #480]"

struct fpregs {
	u64 v[64];
} __attribute__((aligned(16)));

static GUEST_NOFPU void load(const struct fpregs *f)
{
	asm volatile(ALL("ldp", "%0") : : "r"(f) : "memory");
}

static GUEST_NOFPU void store(struct fpregs *f)
{
	asm volatile(ALL("stp", "%0") : : "r"(f) : "memory");
}

static GUEST_NOFPU void fill(struct fpregs *f, u64 seed)
{
	for (u64 i = 0; i < 64; i++)
		f->v[i] = seed * 0x9e3779b97f4a7c15 + i * 0x0101010101010101;
}

static GUEST_NOFPU u64 differ(const struct fpregs *a, const struct fpregs *b)
{
	u64 n = 0;

	for (u64 i = 0; i < 64; i++)
		n += a->v[i] != b->v[i];
	return n;
}

/* Loads its own numbers, and looks whether they are still there after each exit */
static GUEST_NOFPU void guest_keeper(u64 seed)
{
	static struct fpregs mine[4], seen[4];
	struct fpregs *f = &mine[seed & 3], *s = &seen[seed & 3];

	fill(f, seed);
	load(f);
	guest_msr(fpcr, seed << 22);
	guest_msr(fpsr, seed & 0x1f);
	for (;;) {
		guest_sync(seed);
		store(s);
		GUEST_EQ(0, differ(f, s));
		GUEST_EQ(seed << 22, guest_mrs(fpcr));
		GUEST_EQ(seed & 0x1f, guest_mrs(fpsr));
	}
}

TEST(guests_are_apart)
{
	struct one a, b;

	one_create(&a, 0, guest_keeper, 1);
	one_create(&b, 0, guest_keeper, 2);
	for (int i = 0; i < 50; i++) {
		ASSERT_EQ(1, vcpu_sync(&a.cpu));
		ASSERT_EQ(2, vcpu_sync(&b.cpu));
	}
	one_destroy(&a);
	one_destroy(&b);
}

TEST(two_vcpus_of_a_vm)
{
	struct vcpu v[2];
	struct vm vm;

	vm_create(&vm, 0);
	for (u32 i = 0; i < 2; i++) {
		vcpu_create(&v[i], &vm, i);
		vcpu_start(&v[i], guest_keeper, i + 1);
	}
	for (int i = 0; i < 50; i++) {
		ASSERT_EQ(1, vcpu_sync(&v[0]));
		ASSERT_EQ(2, vcpu_sync(&v[1]));
	}
	vcpu_destroy(&v[0]);
	vcpu_destroy(&v[1]);
	vm_destroy(&vm);
}

/*
 * The thread's registers across RUN.  The procedure call standard keeps the
 * lower halves of V8 to V15; the kernel keeps all of them, but drops what lies
 * beyond 128 bits at a system call.
 */
static GUEST_NOFPU long raw_run(int fd, const struct fpregs *before, struct fpregs *after)
{
	register long x8 asm("x8") = 29;	/* ioctl */
	register long x0 asm("x0") = fd;
	register long x1 asm("x1") = MOTE_RUN;
	register long x2 asm("x2") = 0;

	register const struct fpregs *x9 asm("x9") = before;
	register struct fpregs *x10 asm("x10") = after;

	asm volatile(ALL("ldp", "x9") "\n\tsvc #0\n\t" ALL("stp", "x10")
		     : "+r"(x0) : "r"(x1), "r"(x2), "r"(x8), "r"(x9), "r"(x10) : "memory");
	return x0;
}

static void check_host(struct __test_metadata *_metadata, struct one *o)
{
	static struct fpregs before, after;
	u64 fpcr, fpsr;

	for (int i = 0; i < 50; i++) {
		fill(&before, 100 + i);
		asm volatile("msr fpcr, %0\n\tmsr fpsr, %1" : : "r"(3UL << 22), "r"(0x10UL));
		ASSERT_EQ(0, raw_run(o->cpu.fd, &before, &after));
		asm volatile("mrs %0, fpcr\n\tmrs %1, fpsr" : "=r"(fpcr), "=r"(fpsr));
		asm volatile("msr fpcr, xzr");
		ASSERT_EQ(MOTE_EXIT_HYPERCALL, o->cpu.run->exit.type);
		ASSERT_EQ(0, differ(&before, &after));
		ASSERT_EQ(3UL << 22, fpcr);
		ASSERT_EQ(0x10, fpsr);
	}
}

TEST(host_keeps_its_own)
{
	struct one o;

	one_create(&o, 0, guest_keeper, 1);
	check_host(_metadata, &o);
	one_destroy(&o);
}

/* A guest that has never used them sees zeros, not the host's */
static GUEST_NOFPU void guest_look(u64 arg)
{
	static struct fpregs seen, zero;

	guest_sync(arg);
	store(&seen);
	guest_sync(differ(&seen, &zero));
}

TEST(fresh_registers_are_zero)
{
	static struct fpregs before, after;
	struct one o;

	one_create(&o, 0, guest_look, 0);
	fill(&before, 77);
	ASSERT_EQ(0, raw_run(o.cpu.fd, &before, &after));
	ASSERT_EQ(0, raw_run(o.cpu.fd, &before, &after));
	EXPECT_EQ(0, o.cpu.run->exit.hypercall.args[1]);
	one_destroy(&o);
}

/* A guest that does not use them costs the host nothing and changes nothing */
TEST(host_keeps_its_own_beside_an_idle_guest)
{
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	check_host(_metadata, &o);
	one_destroy(&o);
}

/* A guest that has them off gets its own trap, at EL1 */
static GUEST_NOFPU void guest_off(u64 arg)
{
	(void)arg;
	guest_msr(cpacr_el1, 0);
	GUEST_EQ(EC_FP, GUEST_TRY("fmov d0, xzr", : : : "memory"));
	guest_msr(cpacr_el1, CPACR_FP);
	GUEST_EQ(NO_FAULT, GUEST_TRY("fmov d0, xzr", : : : "memory"));
	guest_msr(cpacr_el1, 0);
	GUEST_EQ(EC_FP, GUEST_TRY("fmov d0, xzr", : : : "memory"));
}

TEST(off)
{
	one_run(0, guest_off, 0);
}

/* SVE and SME are hidden: their instructions are undefined */
static GUEST_NOFPU void guest_scalable(u64 arg)
{
	u64 v = 0;

	(void)arg;
	guest_msr(cpacr_el1, CPACR_ALL);
	GUEST_EQ(EC_UNKNOWN, GUEST_TRY(".inst 0x04bf5020", : : : "x0", "memory"));	/* rdvl x0, #1 */
	GUEST_EQ(EC_UNKNOWN, guest_try_mrs(s3_3_c4_c2_2, v));	/* SVCR */
}

TEST(scalable_vectors_are_undefined)
{
	one_run(0, guest_scalable, 0);
}

/* GET_REGS and SET_REGS reach them, whoever has them loaded */
TEST(registers_by_id)
{
	struct fpregs want;
	struct one o;

	one_create(&o, 0, guest_keeper, 3);
	fill(&want, 3);
	ASSERT_EQ(3, vcpu_sync(&o.cpu));
	for (u32 n = 0; n < 32; n++) {
		EXPECT_EQ(want.v[2 * n], vcpu_get(&o.cpu, MOTE_ARM64_V(n, 0)));
		EXPECT_EQ(want.v[2 * n + 1], vcpu_get(&o.cpu, MOTE_ARM64_V(n, 1)));
	}
	EXPECT_EQ(3UL << 22, vcpu_get(&o.cpu, MOTE_ARM64_FPCR));
	EXPECT_EQ(3, vcpu_get(&o.cpu, MOTE_ARM64_FPSR));
	ASSERT_EQ(3, vcpu_sync(&o.cpu));
	/* Another start, with other numbers */
	vcpu_start(&o.cpu, guest_look, 0);
	for (u32 n = 0; n < 64; n++)
		vcpu_set(&o.cpu, MOTE_ARM64_V(n / 2, n & 1), n == 40 ? 5 : 0);
	ASSERT_EQ(0, vcpu_sync(&o.cpu));
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* Computing under interruptions, on both CPUs */
static void guest_compute(u64 arg)
{
	volatile double x = 1.0;

	for (u64 i = 1; ; i++) {
		for (int j = 0; j < 1000; j++)
			x = x * 1.0000001 + (double)(arg + i) / 3.0;
		guest_sync((u64)x);
		x = 1.0;
	}
}

TEST(sums_come_out_right)
{
	struct one o;

	one_create(&o, 0, guest_compute, 7);
	for (u64 i = 1; i < 100; i++) {
		volatile double x = 1.0;

		for (int j = 0; j < 1000; j++)
			x = x * 1.0000001 + (double)(7 + i) / 3.0;
		ASSERT_EQ((u64)x, vcpu_sync(&o.cpu));
	}
	one_destroy(&o);
}

TEST_HARNESS_MAIN
