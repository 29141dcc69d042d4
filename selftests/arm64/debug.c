// SPDX-License-Identifier: GPL-2.0-only
/* Self-hosted debug in the guest: BRK, breakpoints, watchpoints, steps; and the host's. */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <elf.h>
#include <asm/ptrace.h>

#include "a64_vm.h"

#include "kselftest_harness.h"

#define MDSCR_SS	(1UL << 0)
#define MDSCR_KDE	(1UL << 13)
#define MDSCR_MDE	(1UL << 15)

/* Enabled, EL1, all four bytes; Arm ARM, "DBGBCR<n>_EL1" */
#define BCR_ON	(1UL << 0 | 1UL << 1 | 0xfUL << 5)
/* Enabled, EL1, loads and stores, 8 bytes; "DBGWCR<n>_EL1" */
#define WCR_ON	(1UL << 0 | 1UL << 1 | 3UL << 3 | 0xffUL << 5)

static void debug_on(u64 mdscr)
{
	guest_msr(oslar_el1, 0);
	guest_msr(mdscr_el1, mdscr);
	/* PSTATE.D masks all of it */
	asm volatile("msr daifclr, #8\n\tisb" : : : "memory");
}

static void debug_off(void)
{
	asm volatile("msr daifset, #8\n\tisb" : : : "memory");
	guest_msr(mdscr_el1, 0);
}

GUEST(brk)
{
	GUEST_EQ(EC_BRK, GUEST_TRY("brk #0x123", : : : "memory"));
	GUEST_EQ(0x123, guest_fault.esr & 0xffff);
}

TEST(brk_instruction)
{
	one_run(0, guest_brk, 0);
}

static volatile u64 target_runs;

static __attribute__((noinline)) void target(void)
{
	target_runs++;
}

static void on_sync(struct guest_frame *f)
{
	guest_fault.ec = ESR_EC(f->esr);
	guest_fault.far = f->far;
	guest_fault.elr = f->elr;
	f->spsr |= PSTATE_D;	/* once */
}

GUEST(breakpoint_hit)
{
	guest_handlers[VECTOR_SYNC] = on_sync;
	for (int i = 0; i < 3; i++) {
		guest_msr(dbgbvr0_el1, (unsigned long)target);
		guest_msr(dbgbcr0_el1, BCR_ON);
		debug_on(MDSCR_MDE | MDSCR_KDE);
		guest_fault.ec = NO_FAULT;
		target();
		debug_off();
		guest_sync(guest_fault.ec);
		GUEST_EQ((unsigned long)target, guest_fault.elr);
		/* Off again: nothing */
		guest_msr(dbgbcr0_el1, 0);
		debug_on(MDSCR_MDE | MDSCR_KDE);
		guest_fault.ec = NO_FAULT;
		target();
		debug_off();
		GUEST_EQ(NO_FAULT, guest_fault.ec);
	}
}

TEST(breakpoint)
{
	struct one o;

	one_create(&o, 0, guest_breakpoint_hit, 0);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(EC_BREAKPOINT, vcpu_sync(&o.cpu));
	}
	vcpu_finish(&o.cpu);
	EXPECT_EQ(6, target_runs);
	one_destroy(&o);
}

static volatile u64 watched;

GUEST(watchpoint)
{
	guest_handlers[VECTOR_SYNC] = on_sync;
	for (int i = 0; i < 3; i++) {
		guest_msr(dbgwvr0_el1, (unsigned long)&watched);
		guest_msr(dbgwcr0_el1, WCR_ON);
		debug_on(MDSCR_MDE | MDSCR_KDE);
		guest_fault.ec = NO_FAULT;
		watched = i;
		debug_off();
		guest_sync(guest_fault.ec);
		GUEST_EQ((unsigned long)&watched, guest_fault.far);
		GUEST_EQ(i, watched);
	}
}

TEST(watchpoint)
{
	struct one o;

	one_create(&o, 0, guest_watchpoint, 0);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(EC_WATCHPOINT, vcpu_sync(&o.cpu));
	}
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* --- single steps of EL0 by EL1 --- */

static volatile u64 steps, step_pcs[16];

static void on_step(struct guest_frame *f)
{
	if (ESR_EC(f->esr) != EC_STEP_USER || steps >= ARRAY_SIZE(step_pcs)) {
		guest_handlers[VECTOR_USER_SYNC] = NULL;
		guest_msr(mdscr_el1, 0);
		return;
	}
	step_pcs[steps++] = f->elr;
	f->spsr |= PSTATE_SS;
}

static u8 user_stack[4096] __attribute__((aligned(16)));

GUEST(step)
{
	steps = 0;
	guest_handlers[VECTOR_USER_SYNC] = on_step;
	guest_msr(oslar_el1, 0);
	guest_msr(mdscr_el1, MDSCR_SS);
	guest_user(USER(arg), 0, USER(user_stack + sizeof(user_stack)),
		   PSTATE_A | PSTATE_I | PSTATE_F | PSTATE_SS | PSTATE_EL0T);
	guest_msr(mdscr_el1, 0);
	guest_sync(steps);
}

void user_nops(void);
asm("user_nops:\n\tnop\n\tnop\n\tnop\n\tnop\n\tsvc #0");

TEST(single_steps)
{
	struct one o;

	one_create(&o, 0, guest_step, (unsigned long)user_nops);
	/* Each NOP; the SVC is an exception of its own */
	EXPECT_EQ(4, vcpu_sync(&o.cpu));
	for (u64 i = 0; i < 4; i++) {
		EXPECT_EQ(USER(user_nops) + 4 * (i + 1), step_pcs[i]);
	}
	one_destroy(&o);
}

/* --- the host's own --- */

/* A child stops itself in the end; its parent has a breakpoint there, and a guest of its own */
static __attribute__((noinline)) void child_target(void)
{
	asm volatile("nop" : : : "memory");
}

static int set_breakpoint(pid_t pid, void *addr)
{
	struct user_hwdebug_state s = { 0 };
	struct iovec v = { &s, offsetof(struct user_hwdebug_state, dbg_regs[1]) };

	s.dbg_regs[0].addr = (unsigned long)addr;
	s.dbg_regs[0].ctrl = 1 | 2 << 1 | 0xf << 5;
	return ptrace(PTRACE_SETREGSET, pid, NT_ARM_HW_BREAK, &v);
}

GUEST(many_breakpoints)
{
	for (;;) {
		guest_msr(dbgbvr0_el1, (unsigned long)guest_sync_loop);
		guest_msr(dbgbcr0_el1, BCR_ON);
		debug_on(MDSCR_MDE | MDSCR_KDE);
		guest_sync(guest_mrs(dbgbvr0_el1));
		debug_off();
	}
}

/*
 * A traced child runs a guest that uses breakpoint 0, and then into the
 * host's breakpoint 0 with the same number.
 */
TEST(host_keeps_its_breakpoints)
{
	int status, hit = 0;
	pid_t pid = fork();

	if (!pid) {
		struct one o;

		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		one_create(&o, 0, guest_many_breakpoints, 0);
		raise(SIGSTOP);
		for (int i = 0; i < 5; i++) {
			if (vcpu_sync(&o.cpu) != (unsigned long)guest_sync_loop)
				_exit(1);
			child_target();
		}
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSTOPPED(status));
	if (set_breakpoint(pid, child_target)) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		SKIP(return, "no hardware breakpoints for ptrace here");
	}
	for (;;) {
		struct user_pt_regs regs;
		struct iovec v = { &regs, sizeof(regs) };

		ptrace(PTRACE_CONT, pid, NULL, NULL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		if (!WIFSTOPPED(status))
			break;
		ASSERT_EQ(SIGTRAP, WSTOPSIG(status));
		ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v);
		ASSERT_EQ((unsigned long)child_target, regs.pc);
		hit++;
		/* Past it: the instruction is a NOP */
		regs.pc += 4;
		ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &v);
	}
	EXPECT_EQ(0, status);
	EXPECT_EQ(5, hit);
}

/* Two guests with one breakpoint register each way */
TEST(guests_are_apart)
{
	struct one a, b;

	one_create(&a, 0, guest_many_breakpoints, 0);
	one_create(&b, 0, guest_breakpoint_hit, 0);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ((unsigned long)guest_sync_loop, vcpu_sync(&a.cpu));
		EXPECT_EQ(EC_BREAKPOINT, vcpu_sync(&b.cpu));
	}
	one_destroy(&a);
	one_destroy(&b);
}

TEST_HARNESS_MAIN
