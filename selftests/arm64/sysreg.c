// SPDX-License-Identifier: GPL-2.0-only
/* System registers that trap: the defaults, policies, answers of the runner. */
#include <errno.h>

#include "a64_vm.h"

#include "kselftest_harness.h"

/* The performance monitors, which mote's guests do not have: PMCR_EL0, PMCCNTR_EL0 */
#define ENC_PMCR	ENC(3, 3, 9, 12, 0)
#define ENC_PMCNTENSET	ENC(3, 3, 9, 12, 1)
#define ENC_PMCCNTR	ENC(3, 3, 9, 13, 0)

GUEST(absent)
{
	u64 v = 0;

	/* Performance monitors and EL2 are not there */
	GUEST_EQ(EC_UNKNOWN, guest_try_mrs(pmcr_el0, v));
	GUEST_EQ(EC_UNKNOWN, guest_try_msr(pmcr_el0, 0));
	GUEST_EQ(EC_UNKNOWN, guest_try_mrs(pmccntr_el0, v));
	GUEST_EQ(EC_UNKNOWN, guest_try_mrs(hcr_el2, v));
	GUEST_EQ(EC_UNKNOWN, guest_try_msr(vttbr_el2, 0));
	GUEST_EQ(EC_UNKNOWN, guest_try_mrs(scr_el3, v));
	/* So is what the ID registers deny: SVE, and pointer authentication's keys */
	guest_msr(cpacr_el1, CPACR_ALL);
	GUEST_EQ(EC_UNKNOWN, guest_try_mrs(s3_0_c1_c2_0, v));	/* ZCR_EL1 */
	GUEST_EQ(EC_UNKNOWN, guest_try_msr(s3_0_c2_c1_0, 1));	/* APIAKeyLo_EL1 */
	/* And what nobody ever defined */
	GUEST_EQ(EC_UNKNOWN, guest_try_mrs(s3_7_c14_c7_7, v));
	GUEST_EQ(EC_UNKNOWN, guest_try_mrs(s3_1_c15_c15_7, v));
}

TEST(absent_registers_are_undefined)
{
	one_run(0, guest_absent, 0);
}

/* Registers the guest may use alone: no exit comes of it */
GUEST(own)
{
	for (u64 i = 0; i < 100; i++) {
		guest_msr(tpidr_el0, arg + i);
		guest_msr(tpidrro_el0, arg + 2 * i);
		guest_msr(tpidr_el1, arg + 3 * i);
		guest_msr(contextidr_el1, i);
		guest_msr(far_el1, arg - i);
		guest_msr(esr_el1, i << 26);
		guest_msr(afsr0_el1, 0);
		guest_msr(par_el1, 0x800);
		GUEST_EQ(arg + i, guest_mrs(tpidr_el0));
		GUEST_EQ(arg + 2 * i, guest_mrs(tpidrro_el0));
		GUEST_EQ(arg + 3 * i, guest_mrs(tpidr_el1));
		GUEST_EQ(i, guest_mrs(contextidr_el1));
		GUEST_EQ(arg - i, guest_mrs(far_el1));
		GUEST_EQ(i << 26, guest_mrs(esr_el1));
	}
}

TEST(own_registers_do_not_exit)
{
	struct one o;

	one_create(&o, 0, guest_own, 0x123456789abcdef0);
	EXPECT_EQ(GOT_DONE, vcpu_wait(&o.cpu));
	EXPECT_EQ(0, o.cpu.stats->exits[MOTE_EXIT_SYSREG]);
	EXPECT_EQ(0, o.cpu.stats->exits[MOTE_EXIT_CONTROL]);
	one_destroy(&o);
}

/* What the first guest leaves in registers is the second's neither to see nor to change */
GUEST(keep)
{
	guest_msr(tpidr_el0, arg);
	guest_msr(tpidr_el1, ~arg);
	guest_msr(contextidr_el1, arg & 0xffff);
	for (;;) {
		guest_sync(arg);
		GUEST_EQ(arg, guest_mrs(tpidr_el0));
		GUEST_EQ(~arg, guest_mrs(tpidr_el1));
		GUEST_EQ(arg & 0xffff, guest_mrs(contextidr_el1));
	}
}

TEST(guests_are_apart)
{
	struct one a, b;
	u64 mine = 0x7e57, seen;

	one_create(&a, 0, guest_keep, 0x1111222233334444);
	one_create(&b, 0, guest_keep, 0x5555666677778888);
	for (int i = 0; i < 20; i++) {
		asm volatile("mrs %0, tpidr_el0" : "=r"(mine));
		vcpu_sync(&a.cpu);
		vcpu_sync(&b.cpu);
		asm volatile("mrs %0, tpidr_el0" : "=r"(seen));
		ASSERT_EQ(mine, seen);
	}
	EXPECT_EQ(0x1111222233334444, vcpu_get(&a.cpu, REG_TPIDR_EL0));
	EXPECT_EQ(0x5555666677778888, vcpu_get(&b.cpu, REG_TPIDR_EL0));
	one_destroy(&a);
	one_destroy(&b);
}

/* --- policies --- */

GUEST(pmcr)
{
	for (;;) {
		u64 v = 0, ec;

		ec = guest_try_mrs(pmcr_el0, v);
		guest_sync(ec << 32 | v);
		ec = guest_try_msr(pmcr_el0, 0x77);
		guest_sync(ec << 32);
	}
}

TEST(policy_exit)
{
	const struct mote_exit *e;
	struct one o;

	one_create(&o, 0, guest_pmcr, 0);
	e = &o.cpu.run->exit;
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, ENC_PMCR, ENC_PMCR, MOTE_ACTION_EXIT, 0);
	ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_wait(&o.cpu));
	EXPECT_EQ(ENC_PMCR, e->sysreg.id);
	EXPECT_EQ(0, e->sysreg.write);
	EXPECT_TRUE(e->flags & MOTE_EXIT_PENDING);
	o.cpu.run->exit.sysreg.data = 0x12345678;
	EXPECT_EQ(NO_FAULT << 32 | 0x12345678, vcpu_sync(&o.cpu));
	ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_wait(&o.cpu));
	EXPECT_EQ(ENC_PMCR, e->sysreg.id);
	EXPECT_EQ(1, e->sysreg.write);
	EXPECT_EQ(0x77, e->sysreg.data);
	EXPECT_EQ(NO_FAULT << 32, vcpu_sync(&o.cpu));
	/* The runner may say that there is no such register */
	ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_wait(&o.cpu));
	o.cpu.run->exit.sysreg.fault = 1;
	EXPECT_EQ((u64)EC_UNKNOWN << 32, vcpu_sync(&o.cpu));
	ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_wait(&o.cpu));
	o.cpu.run->exit.sysreg.fault = 1;
	EXPECT_EQ((u64)EC_UNKNOWN << 32, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

TEST(policy_constant_and_fault)
{
	struct one o;

	one_create(&o, 0, guest_pmcr, 0);
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, ENC_PMCR, ENC_PMCR, MOTE_ACTION_CONSTANT, 0x4321);
	EXPECT_EQ(NO_FAULT << 32 | 0x4321, vcpu_sync(&o.cpu));
	EXPECT_EQ(NO_FAULT << 32, vcpu_sync(&o.cpu));
	EXPECT_EQ(NO_FAULT << 32 | 0x4321, vcpu_sync(&o.cpu));
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, ENC_PMCR, ENC_PMCR, MOTE_ACTION_FAULT, 0);
	EXPECT_EQ((u64)EC_UNKNOWN << 32, vcpu_sync(&o.cpu));
	EXPECT_EQ((u64)EC_UNKNOWN << 32, vcpu_sync(&o.cpu));
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, ENC_PMCR, ENC_PMCR, MOTE_ACTION_DEFAULT, 0);
	EXPECT_EQ((u64)EC_UNKNOWN << 32, vcpu_sync(&o.cpu));
	EXPECT_EQ(6, o.cpu.stats->user_exits);
	one_destroy(&o);
}

/* Reads and writes have rules of their own */
TEST(policy_by_direction)
{
	struct mote_policy p = {
		.space = MOTE_SPACE_SYSREG, .action = MOTE_ACTION_CONSTANT,
		.first = ENC_PMCR, .last = ENC_PMCR, .access = MOTE_ACCESS_READ, .value = { 9 },
	};
	struct one o;

	one_create(&o, 0, guest_pmcr, 0);
	must_policy(o.vm.fd, &p);
	EXPECT_EQ(NO_FAULT << 32 | 9, vcpu_sync(&o.cpu));
	EXPECT_EQ((u64)EC_UNKNOWN << 32, vcpu_sync(&o.cpu));
	p.access = MOTE_ACCESS_WRITE;
	p.action = MOTE_ACTION_EXIT;
	must_policy(o.vm.fd, &p);
	EXPECT_EQ(NO_FAULT << 32 | 9, vcpu_sync(&o.cpu));
	ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_wait(&o.cpu));
	EXPECT_EQ(1, o.cpu.run->exit.sysreg.write);
	EXPECT_EQ(NO_FAULT << 32, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

GUEST(range)
{
	u64 v = 0;

	GUEST_EQ(NO_FAULT, guest_try_mrs(pmcr_el0, v));
	GUEST_EQ(5, v);
	GUEST_EQ(NO_FAULT, guest_try_mrs(pmcntenset_el0, v));
	GUEST_EQ(5, v);
	GUEST_EQ(NO_FAULT, guest_try_mrs(pmccntr_el0, v));
	GUEST_EQ(6, v);
}

TEST(policy_ranges)
{
	struct one o;

	one_create(&o, 0, guest_range, 0);
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, ENC_PMCR, ENC_PMCNTENSET, MOTE_ACTION_CONSTANT, 5);
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, ENC_PMCCNTR, ENC_PMCCNTR, MOTE_ACTION_CONSTANT, 6);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

TEST(policy_arguments)
{
	struct mote_policy p = {
		.space = MOTE_SPACE_SYSREG, .action = MOTE_ACTION_EXIT,
		.first = ENC_PMCR, .last = 1 << 16, .access = MOTE_ACCESS_READ,
	};
	struct one o;

	one_create(&o, 0, guest_nothing, 0);
	/* Encodings have 16 bits */
	EXPECT_EQ(-EINVAL, mote_policy(o.vm.fd, &p));
	/* There are no ports here, and no leaves */
	p.space = MOTE_SPACE_PIO;
	p.last = p.first;
	p.access = MOTE_ACCESS_READ | MOTE_ACCESS_WRITE;
	EXPECT_NE(0, mote_policy(o.vm.fd, &p));
	p.space = MOTE_SPACE_FEATURE;
	EXPECT_NE(0, mote_policy(o.vm.fd, &p));
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* A rule for an ID register: whoever emulates another machine needs it */
GUEST(pfr0)
{
	guest_sync(guest_mrs(id_aa64pfr0_el1));
	guest_sync(guest_mrs(id_aa64pfr0_el1));
}

TEST(policy_of_an_id_register)
{
	struct one o;
	u64 before;

	one_create(&o, 0, guest_pfr0, 0);
	before = vcpu_sync(&o.cpu);
	EXPECT_NE(0, before);
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, ENC_PFR0, ENC_PFR0, MOTE_ACTION_CONSTANT, 0x1011);
	EXPECT_EQ(0x1011, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* XZR as source and target; every other register keeps its value */
GUEST(xzr)
{
	u64 a = 0x1111, b = 0x2222;

	asm volatile("mrs xzr, pmcr_el0\n\tmsr pmcr_el0, xzr" : "+r"(a), "+r"(b) : : "memory");
	GUEST_EQ(0x1111, a);
	GUEST_EQ(0x2222, b);
}

TEST(xzr)
{
	struct one o;

	one_create(&o, 0, guest_xzr, 0);
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, ENC_PMCR, ENC_PMCR, MOTE_ACTION_EXIT, 0);
	ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_wait(&o.cpu));
	o.cpu.run->exit.sysreg.data = ~0ULL;
	ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_wait(&o.cpu));
	EXPECT_EQ(1, o.cpu.run->exit.sysreg.write);
	EXPECT_EQ(0, o.cpu.run->exit.sysreg.data);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* While the access waits, the program counter stands at the instruction */
TEST(unanswered_access_shows)
{
	struct one o;
	u64 pc;

	one_create(&o, 0, guest_pmcr, 0);
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, ENC_PMCR, ENC_PMCR, MOTE_ACTION_EXIT, 0);
	ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_wait(&o.cpu));
	pc = vcpu_get(&o.cpu, A64_PC);
	EXPECT_EQ(pc, o.cpu.run->exit.pc);
	/* mrs xN, pmcr_el0 */
	EXPECT_EQ(0xd53b9c00, *(u32 *)pc & ~0x1fu);
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	EXPECT_EQ(MOTE_EXIT_NONE, vcpu_run(&o.cpu));
	EXPECT_EQ(pc + 4, vcpu_get(&o.cpu, A64_PC));
	one_destroy(&o);
}

TEST_HARNESS_MAIN
