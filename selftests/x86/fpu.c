// SPDX-License-Identifier: GPL-2.0-only
/*
 * FPU, SSE and AVX registers: each guest has its own, the host's are never
 * seen in a guest nor a guest's in the host.
 */
#include "x86_vm.h"

#include "kselftest_harness.h"

#define VECTORS	16

struct regs {
	u64 xmm[VECTORS][2];
	u32 mxcsr;
	u16 fcw;
} __attribute__((aligned(16)));

struct ymm {
	u64 v[VECTORS][4];
} __attribute__((aligned(32)));

#define EACH(op) op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) \
	op(8) op(9) op(10) op(11) op(12) op(13) op(14) op(15)

static GUEST_NOFPU void load_sse(const struct regs *r)
{
#define LOAD(n) asm volatile("movaps %0, %%xmm" #n : : "m"(r->xmm[n]));
	EACH(LOAD)
	asm volatile("ldmxcsr %0; fldcw %1" : : "m"(r->mxcsr), "m"(r->fcw));
}

static GUEST_NOFPU void store_sse(struct regs *r)
{
#define STORE(n) asm volatile("movaps %%xmm" #n ", %0" : "=m"(r->xmm[n]) : : "memory");
	EACH(STORE)
	asm volatile("stmxcsr %0; fnstcw %1" : "=m"(r->mxcsr), "=m"(r->fcw) : : "memory");
}

static GUEST_NOFPU void load_avx(const struct ymm *y)
{
#define LOADY(n) asm volatile("vmovaps %0, %%ymm" #n : : "m"(y->v[n]));
	EACH(LOADY)
}

static GUEST_NOFPU void store_avx(struct ymm *y)
{
#define STOREY(n) asm volatile("vmovaps %%ymm" #n ", %0" : "=m"(y->v[n]) : : "memory");
	EACH(STOREY)
}

static void pattern(struct regs *r, u64 seed)
{
	for (int i = 0; i < VECTORS; i++) {
		r->xmm[i][0] = seed * 0x0101010101010101 + i;
		r->xmm[i][1] = ~r->xmm[i][0];
	}
	/* Rounding and precision that nobody has by default */
	r->mxcsr = 0x1f80 | (seed & 3) << 13;
	r->fcw = (0x37f & ~(3 << 8)) | (seed & 3) << 10;
}

static struct regs guest_in[2], guest_out[2];
static struct ymm guest_yin[2], guest_yout[2];

/* Load, sync, store, sync; with no FPU instruction in between */
static GUEST_NOFPU void guest_sse(u64 n)
{
	load_sse(&guest_in[n]);
	for (u64 i = 0; ; i++) {
		guest_sync(i);
		store_sse(&guest_out[n]);
	}
}

static GUEST_NOFPU void guest_avx(u64 n)
{
	guest_write_cr4(guest_read_cr4() | CR4_OSXSAVE);
	asm volatile("xsetbv" : : "a"(7), "d"(0), "c"(0));
	load_avx(&guest_yin[n]);
	for (u64 i = 0; ; i++) {
		guest_sync(i);
		store_avx(&guest_yout[n]);
	}
}

TEST(two_guests_and_the_host)
{
	struct regs host = { 0 }, seen = { 0 };
	struct one o[2];

	pattern(&host, 0x77);
	for (int n = 0; n < 2; n++) {
		pattern(&guest_in[n], 0x11 + n);
		one_create(&o[n], 0, guest_sse, n);
		vcpu_sync(&o[n].cpu);
	}
	for (int round = 0; round < 50; round++) {
		for (int n = 0; n < 2; n++) {
			int ret;

			memset(&guest_out[n], 0, sizeof(guest_out[n]));
			load_sse(&host);
			ret = mote_run(o[n].cpu.fd);
			store_sse(&seen);
			ASSERT_EQ(0, ret);
			ASSERT_EQ(0, memcmp(&host, &seen, sizeof(host)));
			ASSERT_EQ(0, memcmp(&guest_in[n], &guest_out[n], sizeof(host)));
		}
	}
	for (int n = 0; n < 2; n++)
		one_destroy(&o[n]);
}

TEST(avx)
{
	struct ymm host, seen;
	struct one o[2];

	for (int n = 0; n < 2; n++) {
		for (int i = 0; i < VECTORS * 4; i++)
			guest_yin[n].v[i / 4][i % 4] = (n + 1) * 0x123456789abULL * (i + 1);
		one_create(&o[n], 0, guest_avx, n);
		if (!x86_has(&o[n].vm, 1, 0, 2, 28))
			SKIP(return, "no AVX on this host");
		vcpu_sync(&o[n].cpu);
	}
	memset(&host, 0x99, sizeof(host));
	for (int round = 0; round < 50; round++) {
		for (int n = 0; n < 2; n++) {
			int ret;

			memset(&guest_yout[n], 0, sizeof(guest_yout[n]));
			load_avx(&host);
			ret = mote_run(o[n].cpu.fd);
			store_avx(&seen);
			ASSERT_EQ(0, ret);
			ASSERT_EQ(0, memcmp(&host, &seen, sizeof(host)));
			ASSERT_EQ(0, memcmp(&guest_yin[n], &guest_yout[n], sizeof(host)));
		}
	}
	for (int n = 0; n < 2; n++)
		one_destroy(&o[n]);
}

/* A fresh guest starts with the registers of a reset, not with ours */
static GUEST_NOFPU void guest_first_look(u64 n)
{
	store_sse(&guest_out[n]);
	guest_sync(0);
}

TEST(fresh_guest)
{
	struct regs host, zero = { .mxcsr = 0x1f80 };
	struct one o;

	one_create(&o, 0, guest_first_look, 0);
	pattern(&host, 0x55);
	load_sse(&host);
	ASSERT_EQ(0, mote_run(o.cpu.fd));
	EXPECT_EQ(0, memcmp(zero.xmm, guest_out[0].xmm, sizeof(zero.xmm)));
	EXPECT_EQ(zero.mxcsr, guest_out[0].mxcsr);
	EXPECT_NE(host.fcw, guest_out[0].fcw);
	one_destroy(&o);
}

/* Preempted while it runs, by us who use the FPU too */
static GUEST_NOFPU void guest_sse_spin(u64 n)
{
	struct regs out;

	load_sse(&guest_in[n]);
	for (u64 i = 0; ; i++) {
		store_sse(&out);
		for (int j = 0; j < VECTORS; j++)
			GUEST_EQ(guest_in[n].xmm[j][0], out.xmm[j][0]);
		guest_out[n].xmm[0][0] = i + 1;
	}
}

TEST(preempted)
{
	struct regs host = { 0 }, seen = { 0 };
	struct runner runner;
	struct one o;

	pattern(&guest_in[0], 0x22);
	pattern(&host, 0x33);
	one_create(&o, 0, guest_sse_spin, 0);
	runner_start(&runner, &o.cpu);
	load_sse(&host);
	for (int i = 0; i < 20; i++) {
		u64 before = *(volatile u64 *)&guest_out[0].xmm[0][0];

		load_sse(&host);
		for (volatile int spin = 0; spin < 300000; spin++)
			;
		store_sse(&seen);
		for (int j = 0; j < VECTORS; j++) {
			ASSERT_EQ(host.xmm[j][0], seen.xmm[j][0]);
			ASSERT_EQ(host.xmm[j][1], seen.xmm[j][1]);
		}
		ASSERT_EQ(host.mxcsr, seen.mxcsr);
		ASSERT_EQ(host.fcw, seen.fcw);
		wait_change((volatile u64 *)&guest_out[0].xmm[0][0], before);
	}
	must_kick(o.cpu.fd);
	runner_join(&runner);
	EXPECT_EQ(MOTE_EXIT_KICK, runner.got);
	one_destroy(&o);
}

/* The registers as GET_REGS and SET_REGS have them: XSAVE's standard form */
TEST(state)
{
	struct mote_reg r[2] = { { .id = MOTE_X86_XSAVE(160 / 8) }, { .id = MOTE_X86_XSAVE(168 / 8) } };
	struct one o;

	pattern(&guest_in[0], 0x44);
	one_create(&o, 0, guest_sse, 0);
	vcpu_sync(&o.cpu);
	must_get_regs(o.cpu.fd, r, 2, NULL);
	EXPECT_EQ(guest_in[0].xmm[0][0], r[0].value);
	EXPECT_EQ(guest_in[0].xmm[0][1], r[1].value);
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	vcpu_run(&o.cpu);
	r[1].value = 0x1234567890;
	must_set_regs(o.cpu.fd, &r[1], 1, NULL);
	vcpu_sync(&o.cpu);
	EXPECT_EQ(0x1234567890, guest_out[0].xmm[0][1]);
	EXPECT_EQ(guest_in[0].xmm[1][1], guest_out[0].xmm[1][1]);
	one_destroy(&o);
}

/* MXCSR bits that would fault in XRSTOR are refused before */
TEST(bad_state)
{
	struct mote_reg r = { .id = MOTE_X86_XSAVE(3), .value = 0xffff };
	struct one o;

	one_create(&o, 0, guest_sse, 0);
	must_get_regs(o.cpu.fd, &r, 1, NULL);
	EXPECT_EQ(0x1f80, (u32)r.value);
	r.value |= 1u << 31;
	EXPECT_GT(0, mote_set_regs(o.cpu.fd, &r, 1, NULL));
	/* XSTATE_BV of components that nobody has */
	r = (struct mote_reg){ .id = MOTE_X86_XSAVE(64), .value = 1ULL << 62 };
	EXPECT_GT(0, mote_set_regs(o.cpu.fd, &r, 1, NULL));
	r = (struct mote_reg){ .id = MOTE_X86_XSAVE(65), .value = 1ULL << 63 };
	EXPECT_GT(0, mote_set_regs(o.cpu.fd, &r, 1, NULL));
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/*
 * ---- registers that the guest leaves alone for a while ----
 *
 * A back end may let it run without them, which neither guest nor host may notice.
 */

/* More sessions than any back end stays eager after the guest's last use */
#define IDLE	100

#define SHOW	5000

static GUEST_NOFPU void guest_idle(void)
{
	for (int i = 0; i < IDLE; i++)
		guest_sync(i);
}

static bool same(const struct regs *a, const struct regs *b)
{
	return !memcmp(a->xmm, b->xmm, sizeof(a->xmm)) && a->mxcsr == b->mxcsr &&
	       a->fcw == b->fcw;
}

/* A RUN with the host's own pattern in the registers, before and after */
static bool run_keeps_host(struct one *o)
{
	struct regs host = { 0 }, seen = { 0 };
	int ret;

	pattern(&host, 0x66);
	load_sse(&host);
	ret = mote_run(o->cpu.fd);
	store_sse(&seen);
	return !ret && same(&host, &seen);
}

static bool is_lazy(void)
{
	FILE *f = fopen("/sys/module/mote/parameters/lazy_fpu", "r");
	int c = f ? fgetc(f) : 'N';

	if (f)
		fclose(f);
	return c == 'Y' && guest_is_amd;
}

static GUEST_NOFPU void guest_left_alone(u64 n)
{
	load_sse(&guest_in[n]);
	guest_idle();
	store_sse(&guest_out[n]);
	guest_idle();
}

TEST(left_alone)
{
	u64 exceptions, wanted;
	struct one o;

	pattern(&guest_in[0], 0x12);
	one_create(&o, 0, guest_left_alone, 0);
	wanted = is_lazy() ? 1 : 0;
	for (int i = 0; i < IDLE; i++)
		ASSERT_TRUE(run_keeps_host(&o));
	/* Nothing but the first use made an exit of its own */
	exceptions = o.cpu.stats->exits[MOTE_EXIT_EXCEPTION];
	EXPECT_EQ(wanted, exceptions);
	ASSERT_TRUE(run_keeps_host(&o));
	EXPECT_EQ(wanted, o.cpu.stats->exits[MOTE_EXIT_EXCEPTION] - exceptions);
	EXPECT_TRUE(same(&guest_in[0], &guest_out[0]));
	one_destroy(&o);
}

/* Who uses them all the time is not asked each time */
TEST(in_use)
{
	struct one o;

	pattern(&guest_in[0], 0x13);
	one_create(&o, 0, guest_sse, 0);
	for (int i = 0; i < IDLE; i++)
		ASSERT_TRUE(run_keeps_host(&o));
	EXPECT_GE(IDLE / 20, o.cpu.stats->exits[MOTE_EXIT_EXCEPTION]);
	EXPECT_TRUE(same(&guest_in[0], &guest_out[0]));
	one_destroy(&o);
}

#define CR0_MP	(1UL << 1)
#define CR0_EM	(1UL << 2)

static u64 guest_smsw(void)
{
	u64 v;

	asm volatile("smsw %0" : "=r"(v));
	return v;
}

static u64 try_sse(void)
{
	u64 word;

	return GUEST_TRY("movq %%xmm0, %0", : "=m"(word));
}

static u64 try_wait(void)
{
	return GUEST_TRY("fwait", : :);
}

/* The guest's TS and EM are its own; VECTOR_NM comes when they say so and not else */
static GUEST_NOFPU void guest_task_switched(u64 n)
{
	u64 cr0;

	load_sse(&guest_in[n]);
	guest_idle();
	cr0 = guest_read_cr0();
	GUEST_EQ(0, cr0 & (CR0_TS | CR0_EM));
	GUEST_EQ(cr0 & 0xffff, guest_smsw() & 0xffff);
	guest_idle();
	/* Set and cleared with nothing in between: the registers are there all the same */
	guest_write_cr0(cr0 | CR0_TS);
	asm volatile("clts");
	store_sse(&guest_out[n]);
	guest_sync(SHOW);
	guest_idle();
	guest_write_cr0(cr0 | CR0_TS);
	guest_idle();
	asm volatile("clts");
	store_sse(&guest_out[n]);
	guest_sync(SHOW);
	guest_idle();
	guest_write_cr0(cr0 | CR0_TS);
	GUEST_EQ(cr0 | CR0_TS, guest_read_cr0());
	GUEST_EQ(VECTOR_NM, try_sse());
	guest_idle();
	GUEST_EQ(VECTOR_NM, try_sse());
	asm volatile("clts");
	GUEST_EQ(cr0, guest_read_cr0());
	GUEST_EQ(NO_FAULT, try_sse());
	guest_idle();
	asm volatile("clts");
	asm volatile("lmsw %w0" : : "r"(cr0 | CR0_TS));
	GUEST_EQ(VECTOR_NM, try_sse());
	guest_write_cr0((cr0 & ~CR0_MP) | CR0_TS);
	GUEST_EQ(NO_FAULT, try_wait());
	guest_write_cr0(cr0 | CR0_TS | CR0_MP);
	GUEST_EQ(VECTOR_NM, try_wait());
	guest_write_cr0(cr0 | CR0_EM);
	guest_idle();
	GUEST_EQ(VECTOR_UD, try_sse());
	GUEST_EQ(VECTOR_NM, GUEST_TRY("fnop", : :));
	guest_write_cr0(cr0);
	guest_idle();
	store_sse(&guest_out[n]);
	guest_sync(SHOW);
}

/* The guest idles until it shows its registers */
static bool shows_its_own(struct one *o)
{
	bool ok;

	while (vcpu_sync(&o->cpu) != SHOW)
		;
	ok = same(&guest_in[0], &guest_out[0]);
	memset(&guest_out[0], 0, sizeof(guest_out[0]));
	return ok;
}

TEST(task_switched)
{
	struct one o;

	pattern(&guest_in[0], 0x14);
	one_create(&o, 0, guest_task_switched, 0);
	for (int i = 0; i < 3; i++)
		EXPECT_TRUE(shows_its_own(&o));
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* The same from outside, while the guest does not look */
static GUEST_NOFPU void guest_set_from_outside(u64 n)
{
	load_sse(&guest_in[n]);
	guest_idle();
	guest_sync(1000);
	asm volatile("clts");
	store_sse(&guest_out[n]);
	guest_sync(SHOW);
	guest_idle();
	guest_sync(1000);
	GUEST_EQ(VECTOR_NM, try_sse());
	guest_idle();
	guest_sync(1001);
	store_sse(&guest_out[n]);
}

static void set_ts(struct one *o, bool on)
{
	struct mote_reg r = { .id = MOTE_X86_CR0 };

	must_get_regs(o->cpu.fd, &r, 1, NULL);
	r.value = on ? r.value | CR0_TS : r.value & ~CR0_TS;
	must_set_regs(o->cpu.fd, &r, 1, NULL);
}

TEST(task_switched_by_runner)
{
	struct mote_reg r = { .id = MOTE_X86_CR0 };
	struct one o;

	pattern(&guest_in[0], 0x15);
	one_create(&o, 0, guest_set_from_outside, 0);
	while (vcpu_sync(&o.cpu) != 1000)
		;
	set_ts(&o, true);
	EXPECT_TRUE(shows_its_own(&o));
	while (vcpu_sync(&o.cpu) != 1000) {
		must_get_regs(o.cpu.fd, &r, 1, NULL);
		ASSERT_EQ(0, r.value & CR0_TS);
	}
	set_ts(&o, true);
	while (vcpu_sync(&o.cpu) != 1001) {
		must_get_regs(o.cpu.fd, &r, 1, NULL);
		ASSERT_EQ(CR0_TS, r.value & CR0_TS);
	}
	set_ts(&o, false);
	vcpu_finish(&o.cpu);
	EXPECT_TRUE(same(&guest_in[0], &guest_out[0]));
	one_destroy(&o);
}

/* A guest that has not used them yet, and shuts down */
static GUEST_NOFPU void guest_shuts_down(u64 arg)
{
	static const struct { u16 limit; u64 base; } __attribute__((packed)) none;

	(void)arg;
	asm volatile("lidt %0; ud2" : : "m"(none));
}

static GUEST_NOFPU void guest_lives_on(void)
{
	u64 word = 1;

	asm volatile("movq %0, %%xmm0; movq %%xmm0, %0" : "+m"(word));
	GUEST_EQ(1, word);
	guest_done();
}

/* CR0 stays as it was, so that nothing is decided anew */
TEST(shutdown_before_the_first_use)
{
	struct mote_reg r[] = {
		{ .id = RIP, .value = (unsigned long)guest_lives_on },
		{ .id = MOTE_X86_SEG(MOTE_X86_IDTR, MOTE_X86_SEG_BASE) },
		{ .id = MOTE_X86_SEG(MOTE_X86_IDTR, MOTE_X86_SEG_LIMIT) },
	};
	struct one o;

	one_create(&o, 0, guest_shuts_down, 0);
	must_get_regs(o.cpu.fd, r + 1, 2, NULL);
	ASSERT_EQ(MOTE_EXIT_SHUTDOWN, vcpu_run(&o.cpu));
	must_set_regs(o.cpu.fd, r, 3, NULL);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

static u64 guest_xgetbv(void)
{
	u32 lo, hi;

	asm volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return lo | (u64)hi << 32;
}

static GUEST_NOFPU void guest_xcr0(u64 arg)
{
	(void)arg;
	guest_idle();
	guest_write_cr4(guest_read_cr4() | CR4_OSXSAVE);
	GUEST_EQ(1, guest_xgetbv());
	guest_idle();
	GUEST_EQ(1, guest_xgetbv());
	asm volatile("xsetbv" : : "a"(3), "d"(0), "c"(0));
	guest_idle();
	guest_sync(1000);
	GUEST_EQ(7, guest_xgetbv());
	guest_write_cr4(guest_read_cr4() & ~CR4_OSXSAVE);
	guest_idle();
	guest_write_cr4(guest_read_cr4() | CR4_OSXSAVE);
	GUEST_EQ(7, guest_xgetbv());
	guest_idle();
	guest_sync(1001);
	GUEST_EQ(3, guest_xgetbv());
}

static u8 xsave_area[1024] __attribute__((aligned(64)));

/* XSAVE is all there is between two looks, and XRSTOR */
static GUEST_NOFPU void guest_xsave(u64 n)
{
	guest_write_cr4(guest_read_cr4() | CR4_OSXSAVE);
	asm volatile("xsetbv" : : "a"(7), "d"(0), "c"(0));
	load_sse(&guest_in[n]);
	guest_idle();
	asm volatile("xsave %0" : "+m"(xsave_area) : "a"(3), "d"(0));
	guest_idle();
	asm volatile("xrstor %0" : : "m"(xsave_area), "a"(3), "d"(0));
	guest_idle();
	store_sse(&guest_out[n]);
	guest_sync(SHOW);
}

TEST(xsave)
{
	struct one o;

	pattern(&guest_in[0], 0x16);
	one_create(&o, 0, guest_xsave, 0);
	if (!x86_has(&o.vm, 1, 0, 2, 28))
		SKIP(return, "no AVX on this host");
	for (int i = 0; i < 3 * IDLE; i++)
		ASSERT_TRUE(run_keeps_host(&o));
	EXPECT_EQ(0, memcmp(&guest_in[0].xmm, xsave_area + 160, sizeof(guest_in[0].xmm)));
	EXPECT_TRUE(shows_its_own(&o));
	one_destroy(&o);
}

/* What XGETBV reads is the guest's, whoever has the other registers */
TEST(xcr0)
{
	struct mote_reg r = { .id = MOTE_X86_XCR0, .value = 7 };
	struct one o;

	one_create(&o, 0, guest_xcr0, 0);
	if (!x86_has(&o.vm, 1, 0, 2, 28))
		SKIP(return, "no AVX on this host");
	while (vcpu_sync(&o.cpu) != 1000)
		;
	must_set_regs(o.cpu.fd, &r, 1, NULL);
	for (int i = 0; i < IDLE; i++)
		ASSERT_TRUE(run_keeps_host(&o));
	/* From the host's own value, with which the guest may run without the rest */
	while (vcpu_sync(&o.cpu) != 1001)
		;
	r.value = 3;
	must_set_regs(o.cpu.fd, &r, 1, NULL);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

TEST_HARNESS_MAIN
