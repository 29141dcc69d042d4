// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests that do what they should not: every system instruction there is,
 * impossible states, tables and stacks outside of memory.  The host must
 * survive, RUN must return or be made to, and the vCPU must work again when it
 * is started afresh.
 */
#include <errno.h>
#include <pthread.h>

#include "a64_vm.h"

#include "kselftest_harness.h"

/* RUN once, ended by a kick after a while if by nothing else; Return: GOT_*, type or -errno */
static int run_for(struct vcpu *v, unsigned int ms)
{
	struct runner r;

	runner_start(&r, v);
	for (unsigned int i = 0; i < ms; i++) {
		if (!pthread_tryjoin_np(r.thread, NULL))
			return r.ret ? r.ret : r.got;
		msleep(1);
	}
	must_kick(v->fd);
	runner_join(&r);
	/* It ended by itself just before: the kick is still there */
	if (r.ret || r.got != MOTE_EXIT_KICK)
		mote_run(v->fd);
	return r.ret ? r.ret : r.got;
}

static void still_works(struct __test_metadata *_metadata, struct vcpu *v)
{
	guest_fixup = 0;
	memset(guest_handlers, 0, sizeof(guest_handlers));
	v->run->request = 0;
	vcpu_start(v, guest_sync_loop, 0);
	ASSERT_EQ(0, vcpu_sync(v));
	ASSERT_EQ(1, vcpu_sync(v));
}

/* --- all encodings --- */

static volatile u64 faults;

static void skip(struct guest_frame *f)
{
	faults++;
	f->elr += 4;
}

typedef u64 (*snippet)(u64 x0);

/* Calls @arg[0] snippets of 16 bytes at @arg[1] with X0 = @arg[2] */
GUEST(storm)
{
	const u64 *a = (const u64 *)arg;

	guest_handlers[VECTOR_SYNC] = skip;
	for (u64 i = 0; i < a[0]; i++)
		((snippet)(a[1] + 16 * i))(a[2]);
	guest_handlers[VECTOR_SYNC] = NULL;
}

static void storm(struct __test_metadata *_metadata, struct one *o, u32 *code, u64 n, u64 x0)
{
	u64 *args = vm_alloc(&o->vm, PAGE);
	int got;

	args[0] = n;
	args[1] = (unsigned long)code;
	args[2] = x0;
	vcpu_start(&o->cpu, guest_storm, (unsigned long)args);
	/* Some of them the runner has to answer: it does not, and goes on behind them */
	for (u64 exits = 0; exits < 2 * n; exits++) {
		got = vcpu_wait(&o->cpu);
		if (got == GOT_DONE)
			break;
		ASSERT_NE(GOT_SYNC, got);
		ASSERT_NE(MOTE_EXIT_FAIL_ENTRY, got);
		if (got == MOTE_EXIT_MMIO || got == MOTE_EXIT_UNKNOWN)
			vcpu_set(&o->cpu, A64_PC, vcpu_get(&o->cpu, A64_PC) + 4);
	}
	ASSERT_EQ(GOT_DONE, got);
	printf("# %llu instructions, %llu faults, %llu exits\n", n, faults,
	       o->cpu.stats->user_exits);
	fflush(stdout);
	still_works(_metadata, &o->cpu);
}

#define RET	0xd65f03c0
#define NOP	0xd503201f

/* Every register by MRS, and what was read back by MSR */
static void all_registers(struct __test_metadata *_metadata, u32 flags)
{
	const u64 n = 2 << 14;
	struct one o;
	u32 *code;

	one_create(&o, flags, NULL, 0);
	code = vm_alloc(&o.vm, n * 16);
	for (u64 i = 0; i < n; i++) {
		code[4 * i] = 0xd5300000 | i << 5;
		code[4 * i + 1] = 0xd5100000 | i << 5;
		code[4 * i + 2] = RET;
	}
	storm(_metadata, &o, code, n, 0);
	one_destroy(&o);
}

TEST(all_system_registers)
{
	all_registers(_metadata, 0);
}

TEST(all_system_registers_with_irqchip)
{
	all_registers(_metadata, VM_IRQCHIP);
}

/* Cache and TLB maintenance, address translation, and all else that SYS can say */
TEST(all_system_instructions)
{
	const u64 n = 1 << 14;
	struct one o;
	u32 *code;

	one_create(&o, 0, NULL, 0);
	code = vm_alloc(&o.vm, n * 16);
	for (u64 i = 0; i < n; i++) {
		code[4 * i] = 0xd5080000 | i << 5;
		code[4 * i + 1] = NOP;
		code[4 * i + 2] = RET;
	}
	/* With an address of memory, and of none */
	storm(_metadata, &o, code, n, (unsigned long)vm_alloc(&o.vm, PAGE));
	storm(_metadata, &o, code, n, 0x30000000);
	one_destroy(&o);
}

static void on_any(struct guest_frame *f)
{
	for (;;)
		guest_sync(f->vector << 32 | ESR_EC(f->esr));
}

/* Each register of the list with all ones: the guest is lost, and that is all */
GUEST(nonsense)
{
	((snippet)arg)(~0ULL);
	for (;;)
		guest_sync(guest_mrs(currentel));
}

TEST(registers_full_of_ones)
{
	static u64 ids[MOTE_REGS_MAX];
	u32 count = ARRAY_SIZE(ids), done = 0;
	struct one o;
	u32 *code;

	one_create(&o, VM_IRQCHIP, NULL, 0);
	code = vm_alloc(&o.vm, PAGE);
	code[1] = 0xd5033fdf;	/* isb */
	code[2] = RET;
	must_reg_list(o.cpu.fd, ids, &count);
	for (u32 i = 0; i < count; i++) {
		u64 was;

		if (ids[i] >> 32 != MOTE_ARM64_CLASS_SYSREG)
			continue;
		was = vcpu_get(&o.cpu, ids[i]);
		for (u32 j = 0; j < VECTORS; j++)
			guest_handlers[j] = on_any;
		code[0] = 0xd5100000 | (ids[i] & 0x7fff) << 5;
		/* Code that changes: the host's side of it */
		__builtin___clear_cache((char *)code, (char *)(code + 4));
		vcpu_start(&o.cpu, guest_nonsense, (unsigned long)code);
		run_for(&o.cpu, 2);
		must_set_regs(o.cpu.fd, &(struct mote_reg){ ids[i], was }, 1, NULL);
		still_works(_metadata, &o.cpu);
		done++;
	}
	EXPECT_LT(20, done);
	one_destroy(&o);
}

/* --- floods --- */

GUEST(flood)
{
	for (u64 i = 0; ; i++) {
		asm volatile("tlbi vmalle1is\n\tdsb ish\n\ttlbi vaae1is, %0\n\t"
			     "ic ialluis\n\tdsb ish\n\tisb" : : "r"(i) : "memory");
		++*(volatile u64 *)arg;
	}
}

TEST(tlb_flood)
{
	static volatile u64 count[2];
	struct runner runner[2];
	struct vcpu v[2];
	struct one other;
	struct vm vm;

	vm_create(&vm, 0);
	one_create(&other, 0, guest_sync_loop, 0);
	for (u32 i = 0; i < 2; i++) {
		vcpu_create(&v[i], &vm, i);
		vcpu_start(&v[i], guest_flood, (unsigned long)&count[i]);
		runner_start(&runner[i], &v[i]);
	}
	for (u64 i = 0; i < 100; i++) {
		ASSERT_EQ(i, vcpu_sync(&other.cpu));
		if (i % 20 == 0)
			wait_change(&count[i & 1], count[i & 1]);
	}
	for (u32 i = 0; i < 2; i++) {
		must_kick(v[i].fd);
		runner_join(&runner[i]);
		EXPECT_EQ(MOTE_EXIT_KICK, runner[i].got);
		vcpu_destroy(&v[i]);
	}
	one_destroy(&other);
	vm_destroy(&vm);
}

/* Set and way: what a guest does that was written for bare metal */
GUEST(set_way)
{
	for (u64 level = 0; level < 3; level++)
		for (u64 set = 0; set < 64; set++)
			for (u64 way = 0; way < 4; way++) {
				u64 v = way << 30 | set << 6 | level << 1;

				asm volatile("dc isw, %0\n\tdc csw, %0\n\tdc cisw, %0"
					     : : "r"(v) : "memory");
			}
	guest_dsb();
	GUEST_EQ(0x1234, *(volatile u64 *)arg);
}

TEST(caches_by_set_and_way)
{
	struct one o;
	u64 *p;

	one_create(&o, 0, NULL, 0);
	p = vm_alloc(&o.vm, PAGE);
	*p = 0x1234;
	vcpu_start(&o.cpu, guest_set_way, (unsigned long)p);
	EXPECT_EQ(GOT_DONE, vcpu_wait(&o.cpu));
	EXPECT_EQ(0x1234, *p);
	one_destroy(&o);
}

/* --- impossible states --- */

/* ERET to PSTATE = @arg at a place with an instruction for each architecture */
static u32 landing[4] = { 0xe320f003, 0xe320f003, 0xeafffffc, 0xeafffffc };

GUEST(eret)
{
	u64 mode = arg & 31;

	/* An illegal return leaves the exception level as it is */
	guest_msr(elr_el1, mode >= 8 && mode < 16 ? (unsigned long)landing : USER(landing));
	guest_msr(spsr_el1, arg);
	asm volatile("eret" : : : "memory");
}

TEST(illegal_returns)
{
	struct one o;

	one_create(&o, 0, NULL, 0);
	for (u64 mode = 0; mode < 32; mode++) {
		int got;

		for (u32 i = 0; i < VECTORS; i++)
			guest_handlers[i] = on_any;
		vcpu_start(&o.cpu, guest_eret, PSTATE_DAIF | mode);
		/* EL2 and EL3 are not there: an illegal state, at EL1 */
		if (mode >= 8 && mode < 16) {
			EXPECT_EQ(EC_ILLEGAL, vcpu_sync(&o.cpu) & 0xff);
			still_works(_metadata, &o.cpu);
			continue;
		}
		got = run_for(&o.cpu, 3);
		ASSERT_LE(0, got);
		ASSERT_NE(MOTE_EXIT_FAIL_ENTRY, got);
		still_works(_metadata, &o.cpu);
	}
	one_destroy(&o);
}

/* PSTATE.IL set by the runner: the guest takes the exception that it means */
TEST(illegal_state_from_outside)
{
	struct one o;

	one_create(&o, 0, guest_nothing, 0);
	guest_handlers[VECTOR_SYNC] = on_any;
	vcpu_set(&o.cpu, A64_PSTATE, PSTATE_IL | PSTATE_DAIF | PSTATE_EL1H);
	EXPECT_EQ((u64)VECTOR_SYNC << 32 | EC_ILLEGAL, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* 32-bit code at EL0, which mote does not offer but hardware may have */
static const u32 a32[][4] = {
	{ 0xef000000 },				/* svc #0 */
	{ 0xe320f003, 0xef000000 },		/* wfi */
	{ 0xee100f10, 0xef000000 },		/* mrc p15, 0, r0, c0, c0, 0 */
	{ 0xee1d0f70, 0xef000000 },		/* mrc p15, 0, r0, c13, c0, 3 */
	{ 0xe5910000, 0xef000000 },		/* ldr r0, [r1] */
	{ 0xe1400070, 0xef000000 },		/* hvc */
	{ 0xf57ff05f, 0xe7f000f0 },		/* dsb; udf */
	{ 0xeafffffe },				/* b . */
};

GUEST(to_a32)
{
	/* 32-bit addresses end at 4 GiB: a page of the lower map, for EL0 */
	guest_msr(elr_el1, arg);
	guest_msr(spsr_el1, 0x1d0);
	asm volatile("mov x1, %0\n\teret" : : "r"(MMIO_GPA) : "x1", "memory");
}

TEST(aarch32_at_el0)
{
	struct one o;
	u8 *page;

	one_create(&o, 0, NULL, 0);
	/* The arena's second block is for EL0 now; tables and stacks are in the first */
	page = o.vm.arena + HUGE;
	((u64 *)o.vm.root)[512 + ((unsigned long)page >> 21)] |= PTE_USER | PTE_PXN;
	((u64 *)o.vm.root)[512 + ((unsigned long)page >> 21)] &= ~PTE_UXN;
	for (u32 i = 0; i < ARRAY_SIZE(a32); i++) {
		int got;

		memcpy(page, a32[i], sizeof(a32[i]));
		__builtin___clear_cache((char *)page, (char *)page + 16);
		for (u32 j = 0; j < VECTORS; j++)
			guest_handlers[j] = on_any;
		vcpu_start(&o.cpu, guest_to_a32, (unsigned long)page);
		got = run_for(&o.cpu, 3);
		ASSERT_LE(0, got);
		ASSERT_NE(MOTE_EXIT_FAIL_ENTRY, got);
		/* And once more, from wherever it is now */
		got = run_for(&o.cpu, 3);
		ASSERT_TRUE(got >= 0 || got == -EINVAL);
		still_works(_metadata, &o.cpu);
	}
	one_destroy(&o);
}

/* --- tables and stacks outside of memory --- */

GUEST(bad_root)
{
	guest_msr(ttbr0_el1, arg);
	guest_tlbi_all();
	guest_sync(1);
}

TEST(tables_outside_of_memory)
{
	static const u64 roots[] = {
		0x30000000, MMIO_GPA, 1UL << 38, 0xfffffffff000UL, ~0ULL,
	};
	struct one o;

	one_create(&o, 0, NULL, 0);
	for (u32 i = 0; i < ARRAY_SIZE(roots); i++) {
		int got;

		vcpu_start(&o.cpu, guest_bad_root, roots[i]);
		got = run_for(&o.cpu, 5);
		ASSERT_LE(0, got);
		ASSERT_NE(GOT_SYNC, got);
		still_works(_metadata, &o.cpu);
	}
	one_destroy(&o);
}

/* One table entry points nowhere, and only data is lost by it */
GUEST(bad_table)
{
	u64 v = 0;

	guest_sync(GUEST_TRY("ldr %0, [%1]", : "+r"(v) : "r"(arg) : "memory"));
	guest_sync(guest_fault.esr & 0x3f);
}

TEST(a_table_outside_of_memory)
{
	const u64 gva = 20UL << 30;
	struct one o;
	int got;

	one_create(&o, 0, guest_bad_table, gva);
	((u64 *)o.vm.root)[gva >> 30] = 0x30000000 | PTE_VALID | PTE_TABLE;
	got = vcpu_wait(&o.cpu);
	/* An external abort, perhaps "on the walk" (Arm ARM, "DFSC"), or the runner decides */
	if (got == GOT_SYNC) {
		EXPECT_EQ(EC_DABT, o.cpu.said[0]);
		EXPECT_TRUE(vcpu_sync(&o.cpu) == 0x10 || (o.cpu.said[0] & ~3ULL) == 0x14);
	} else {
		EXPECT_EQ(MOTE_EXIT_MMIO, got);
	}
	still_works(_metadata, &o.cpu);
	one_destroy(&o);
}

/* An exception with the stack on a device: the push is an access like any other */
GUEST(bad_stack)
{
	asm volatile("mov sp, %0\n\tbrk #0" : : "r"(arg) : "memory");
}

TEST(stack_on_a_device)
{
	struct one o;

	one_create(&o, 0, guest_bad_stack, MMIO_GPA + 0x1000);
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_wait(&o.cpu));
	EXPECT_EQ(0, o.cpu.run->exit.mmio.decoded);
	EXPECT_EQ(MOTE_ACCESS_WRITE, o.cpu.run->exit.mmio.access);
	still_works(_metadata, &o.cpu);
	one_destroy(&o);
}

/* Vectors on a device, in the gap, nowhere: a guest that faults for ever */
TEST(vectors_nowhere)
{
	static const u64 vbar[] = { 0x30000000, MMIO_GPA, 1UL << 45, ~0x7ffULL };
	struct one o;

	one_create(&o, 0, NULL, 0);
	for (u32 i = 0; i < ARRAY_SIZE(vbar); i++) {
		vcpu_start(&o.cpu, guest_bad_stack, MMIO_GPA);
		vcpu_set(&o.cpu, REG_VBAR, vbar[i]);
		ASSERT_LE(0, run_for(&o.cpu, 5));
		still_works(_metadata, &o.cpu);
	}
	one_destroy(&o);
}

/* A program counter that is odd, in the gap, or of the other half */
TEST(program_counters)
{
	static const u64 pcs[] = { 1, 0x40000002, 1UL << 50, -4ULL, ~0ULL, 0x30000000 };
	struct one o;

	one_create(&o, 0, NULL, 0);
	for (u32 i = 0; i < ARRAY_SIZE(pcs); i++) {
		struct mote_reg r = { A64_PC, pcs[i] };

		guest_handlers[VECTOR_SYNC] = on_any;
		vcpu_start(&o.cpu, guest_nothing, 0);
		if (!mote_set_regs(o.cpu.fd, &r, 1, NULL))
			ASSERT_LE(0, run_for(&o.cpu, 5));
		still_works(_metadata, &o.cpu);
	}
	one_destroy(&o);
}

/* SMC in a loop, HVC with every immediate */
GUEST(calls)
{
	guest_handlers[VECTOR_SYNC] = skip;
	for (u64 i = 0; i < 1000; i++) {
		register u64 x0 asm("x0") = 0x84000000 + i;

		asm volatile("smc #1\n\thvc #0xffff\n\thvc #1" : "+r"(x0) : : "memory");
	}
	guest_handlers[VECTOR_SYNC] = NULL;
}

TEST(calls)
{
	one_run(0, guest_calls, 0);
}

TEST_HARNESS_MAIN
