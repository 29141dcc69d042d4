// SPDX-License-Identifier: GPL-2.0-only
/*
 * INJECT: lines without a controller in the kernel, synchronous exceptions,
 * SErrors; and WFI, which is an exit there.
 */
#include <errno.h>

#include "a64_vm.h"

#include "kselftest_harness.h"

static volatile u64 serrors, last_esr;

/* What the handlers say */
#define IRQ	0x10000
#define FIQ	0x20000

static void on_irq(struct guest_frame *f)
{
	(void)f;
	guest_sync(IRQ);
}

static void on_fiq(struct guest_frame *f)
{
	(void)f;
	guest_sync(FIQ);
}

static void on_serror(struct guest_frame *f)
{
	serrors++;
	last_esr = f->esr;
}

static void catch_all(void)
{
	serrors = 0;
	guest_handlers[VECTOR_IRQ] = on_irq;
	guest_handlers[VECTOR_FIQ] = on_fiq;
	guest_handlers[VECTOR_SERROR] = on_serror;
}

static void lower(struct vcpu *v, u64 lines)
{
	struct mote_inject in = { .flags = MOTE_INJECT_LOWER, .event = MOTE_EVENT_INTR };

	for (in.vector = 0; in.vector < 2; in.vector++)
		if (lines >> in.vector & 1)
			must_inject(v->fd, &in);
}

/* A loop in which each round opens all masks once */
GUEST(windows)
{
	for (u64 i = 0; ; i++) {
		guest_sync(i << 8 | serrors);
		asm volatile("msr daifclr, #7\n\tisb\n\tnop\n\tnop\n\tmsr daifset, #7" : : : "memory");
	}
}

TEST(irq_waits_for_the_mask)
{
	struct one o;

	catch_all();
	one_create(&o, 0, guest_windows, 0);
	EXPECT_EQ(0, a64_inject_irq(&o.cpu, MOTE_ARM64_INTR_IRQ));
	/* All is masked up to the first sync */
	EXPECT_EQ(0 << 8, vcpu_sync(&o.cpu));
	EXPECT_EQ(IRQ, vcpu_sync(&o.cpu));
	/* It is a level: the handler's end is no end of it */
	EXPECT_EQ(IRQ, vcpu_sync(&o.cpu));
	lower(&o.cpu, 1);
	EXPECT_EQ(1 << 8, vcpu_sync(&o.cpu));
	EXPECT_EQ(2 << 8, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* Exits while it is masked, behind a handler's return: it must not get lost */
GUEST(busy)
{
	for (;;) {
		guest_sync(1);
		for (u64 i = 0; i < arg; i++)
			guest_hvc(0x1000 + i, 0, 0, 0, 0, 0);
		guest_irq_window();
	}
}

TEST(irq_is_not_lost)
{
	struct one o;

	catch_all();
	one_create(&o, 0, guest_busy, 20);
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	for (int i = 0; i < 50; i++) {
		ASSERT_EQ(0, a64_inject_irq(&o.cpu, MOTE_ARM64_INTR_IRQ));
		ASSERT_EQ(IRQ, vcpu_sync(&o.cpu));
		lower(&o.cpu, 1);
		ASSERT_EQ(1, vcpu_sync(&o.cpu));
	}
	one_destroy(&o);
}

/* A line that is lowered before the guest looks was never there */
TEST(irq_withdrawn)
{
	struct one o;

	catch_all();
	one_create(&o, 0, guest_windows, 0);
	EXPECT_EQ(0, a64_inject_irq(&o.cpu, MOTE_ARM64_INTR_IRQ));
	EXPECT_EQ(0 << 8, vcpu_sync(&o.cpu));
	lower(&o.cpu, 1);
	EXPECT_EQ(1 << 8, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

TEST(two_lines)
{
	u64 first, second;
	struct one o;

	catch_all();
	one_create(&o, 0, guest_windows, 0);
	EXPECT_EQ(0, a64_inject_irq(&o.cpu, MOTE_ARM64_INTR_IRQ));
	EXPECT_EQ(-EAGAIN, a64_inject_irq(&o.cpu, MOTE_ARM64_INTR_IRQ));
	EXPECT_EQ(0, a64_inject_irq(&o.cpu, MOTE_ARM64_INTR_FIQ));
	EXPECT_EQ(-EAGAIN, a64_inject_irq(&o.cpu, MOTE_ARM64_INTR_FIQ));
	EXPECT_EQ(3, vcpu_get(&o.cpu, MOTE_ARM64_INTR));
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	/* Their order is the CPU's (Arm ARM, "Prioritization and recognition of interrupts") */
	first = vcpu_sync(&o.cpu);
	lower(&o.cpu, first == IRQ ? 1 : 2);
	second = vcpu_sync(&o.cpu);
	EXPECT_EQ(IRQ + FIQ, first + second);
	lower(&o.cpu, 3);
	EXPECT_EQ(0, vcpu_get(&o.cpu, MOTE_ARM64_INTR));
	EXPECT_EQ(1 << 8, vcpu_sync(&o.cpu));
	EXPECT_EQ(0, a64_inject_irq(&o.cpu, MOTE_ARM64_INTR_IRQ));
	EXPECT_EQ(IRQ, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

TEST(line_of_the_register)
{
	struct one o;

	catch_all();
	one_create(&o, 0, guest_windows, 0);
	vcpu_set(&o.cpu, MOTE_ARM64_INTR, 2);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	EXPECT_EQ(FIQ, vcpu_sync(&o.cpu));
	EXPECT_EQ(-EINVAL, mote_set_regs(o.cpu.fd, &(struct mote_reg){ MOTE_ARM64_INTR, 4 }, 1,
					 NULL));
	one_destroy(&o);
}

GUEST(opens)
{
	guest_sync(0);
	guest_sync(1);
	guest_irq_on();
	guest_sync(2);
	guest_irq_off();
	guest_sync(3);
}

/* The runner asks when an interrupt could be taken: not while they are masked, then at once */
TEST(irq_window)
{
	struct one o;

	one_create(&o, 0, guest_opens, 0);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	o.cpu.run->request = MOTE_RUN_IRQ_WINDOW;
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	EXPECT_EQ(2, vcpu_sync(&o.cpu));
	o.cpu.run->request = MOTE_RUN_IRQ_WINDOW;
	EXPECT_EQ(MOTE_EXIT_IRQ_WINDOW, vcpu_wait(&o.cpu));
	EXPECT_FALSE(vcpu_get(&o.cpu, A64_PSTATE) & PSTATE_I);
	EXPECT_EQ(3, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

TEST(serror)
{
	struct mote_inject in = { .event = MOTE_EVENT_SERROR };
	struct one o;

	catch_all();
	one_create(&o, 0, guest_windows, 0);
	EXPECT_EQ(0, mote_inject(o.cpu.fd, &in));
	EXPECT_EQ(-EAGAIN, mote_inject(o.cpu.fd, &in));
	EXPECT_EQ(0 << 8, vcpu_sync(&o.cpu));
	EXPECT_EQ(1 << 8 | 1, vcpu_sync(&o.cpu));
	EXPECT_EQ(EC_SERROR, ESR_EC(last_esr));
	/* Once */
	EXPECT_EQ(2 << 8 | 1, vcpu_sync(&o.cpu));
	EXPECT_EQ(0, vcpu_get(&o.cpu, MOTE_ARM64_SERROR));
	one_destroy(&o);
}

/* --- synchronous exceptions --- */

static struct guest_frame seen;

static void on_sync(struct guest_frame *f)
{
	seen = *f;
}

GUEST(victim)
{
	guest_handlers[VECTOR_SYNC] = on_sync;
	for (;;) {
		guest_sync(1);
		guest_sync(2);
	}
}

TEST(sync_exception)
{
	struct one o;
	u64 pc;

	one_create(&o, 0, guest_victim, 0);
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	pc = o.cpu.run->exit.pc;
	EXPECT_EQ(0, a64_inject_sync(&o.cpu, EC_DABT, 0x10, 0xdeadbeef000));
	/* The hypercall got the exception for its answer, and is called again */
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	EXPECT_EQ(pc, seen.elr);
	EXPECT_EQ(VECTOR_SYNC, seen.vector);
	EXPECT_EQ(EC_DABT, ESR_EC(seen.esr));
	EXPECT_EQ(0x10, ESR_ISS(seen.esr));
	EXPECT_TRUE(seen.esr & ESR_IL);
	EXPECT_EQ(0xdeadbeef000, seen.far);
	EXPECT_EQ(PSTATE_DAIF | PSTATE_EL1H, seen.spsr & 0x3cf);
	EXPECT_EQ(2, vcpu_sync(&o.cpu));
	EXPECT_EQ(0, a64_inject_sync(&o.cpu, EC_UNKNOWN, 0, 0));
	EXPECT_EQ(-EAGAIN, a64_inject_sync(&o.cpu, EC_UNKNOWN, 0, 0));
	EXPECT_EQ(2, vcpu_sync(&o.cpu));
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	EXPECT_EQ(EC_UNKNOWN, ESR_EC(seen.esr));
	one_destroy(&o);
}

TEST(arguments)
{
	struct mote_inject in = { .event = MOTE_EVENT_NMI };
	struct one o;

	one_create(&o, 0, guest_windows, 0);
	EXPECT_GT(0, mote_inject(o.cpu.fd, &in));
	in.event = 77;
	EXPECT_EQ(-EINVAL, mote_inject(o.cpu.fd, &in));
	EXPECT_EQ(-EINVAL, a64_inject_irq(&o.cpu, 2));
	in = (struct mote_inject){ .flags = MOTE_INJECT_LOWER, .event = MOTE_EVENT_SERROR };
	EXPECT_EQ(-EINVAL, mote_inject(o.cpu.fd, &in));
	in.event = MOTE_EVENT_EXCEPTION;
	EXPECT_EQ(-EINVAL, mote_inject(o.cpu.fd, &in));
	EXPECT_EQ(-EINVAL, a64_inject_sync(&o.cpu, 64, 0, 0));
	EXPECT_EQ(-EINVAL, a64_inject_sync(&o.cpu, EC_DABT, 1u << 25, 0));
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* At EL0 the exception goes to EL1 by the other vector */
static void user_spin(void)
{
	for (;;)
		asm volatile("hint #0");
}

static u8 user_stack[4096] __attribute__((aligned(16)));

GUEST(at_el0)
{
	u64 ec;

	guest_sync(1);
	ec = guest_user(USER(user_spin), 0, USER(user_stack + sizeof(user_stack)),
			PSTATE_DAIF | PSTATE_EL0T);
	guest_sync(ec << 32 | ESR_ISS(guest_fault.esr));
}

TEST(sync_exception_at_el0)
{
	struct runner runner;
	struct one o;

	one_create(&o, 0, guest_at_el0, 0);
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	runner_start(&runner, &o.cpu);
	/* It is at EL0 sooner or later; the kick brings it out */
	do {
		msleep(5);
		must_kick(o.cpu.fd);
		runner_join(&runner);
		ASSERT_EQ(MOTE_EXIT_KICK, runner.got);
		if ((vcpu_get(&o.cpu, A64_PSTATE) & 15) == PSTATE_EL0T)
			break;
		runner_start(&runner, &o.cpu);
	} while (1);
	EXPECT_EQ(0, a64_inject_sync(&o.cpu, EC_DABT_USER, 0x21, 0x123));
	EXPECT_EQ((u64)EC_DABT_USER << 32 | 0x21, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* --- WFI without a controller --- */

GUEST(sleeper)
{
	for (u64 i = 0; ; i++) {
		guest_sync(i);
		guest_wfi();
		guest_irq_window();
	}
}

TEST(wfi_is_an_exit)
{
	struct one o;

	catch_all();
	one_create(&o, 0, guest_sleeper, 0);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	EXPECT_EQ(MOTE_EXIT_HALT, vcpu_wait(&o.cpu));
	/* The next RUN goes on behind it: the runner has decided that it may */
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	EXPECT_EQ(MOTE_EXIT_HALT, vcpu_wait(&o.cpu));
	EXPECT_EQ(0, a64_inject_irq(&o.cpu, MOTE_ARM64_INTR_IRQ));
	EXPECT_EQ(IRQ, vcpu_sync(&o.cpu));
	lower(&o.cpu, 1);
	EXPECT_EQ(2, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* A line that is up already: there is nothing to wait for */
TEST(wfi_with_a_pending_line)
{
	struct one o;

	catch_all();
	one_create(&o, 0, guest_sleeper, 0);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	EXPECT_EQ(0, a64_inject_irq(&o.cpu, MOTE_ARM64_INTR_IRQ));
	EXPECT_EQ(IRQ, vcpu_sync(&o.cpu));
	lower(&o.cpu, 1);
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* WFE is a hint: it must not hang, and no runner hears of it */
GUEST(wfe)
{
	for (int i = 0; i < 100; i++)
		asm volatile("wfe\n\tsev\n\tyield" : : : "memory");
}

TEST(wfe)
{
	one_run(0, guest_wfe, 0);
}

TEST_HARNESS_MAIN
