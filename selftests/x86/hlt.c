// SPDX-License-Identifier: GPL-2.0-only
/* HLT: an exit without a local APIC; with one the vCPU sleeps in the kernel. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

#define MSI		0xfee00000UL
#define APIC_SVR	0x80f
#define APIC_EOI	0x80b
#define APIC_BASE	0x1b
#define DEADLINE	0x6e0
#define APIC_TIMER	0x832

static volatile u64 taken, last_vector;

static GUEST_NOFPU void take(struct guest_frame *f)
{
	taken++;
	last_vector = f->vector;
	if (f->vector >= 32)
		guest_wrmsr(APIC_EOI, 0);
}

static GUEST_NOFPU void take_plain(struct guest_frame *f)
{
	taken++;
	last_vector = f->vector;
}

GUEST(plain)
{
	guest_sync(1);
	guest_hlt();
	guest_sync(2);
	guest_sti_hlt();
	guest_sync(3);
}

TEST(exit_without_irqchip)
{
	struct one o;

	guest_handlers[0x40] = take_plain;
	one_create(&o, 0, guest_plain, 0);
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	ASSERT_EQ(MOTE_EXIT_HALT, vcpu_run(&o.cpu));
	/* RIP is behind it */
	EXPECT_EQ(2, vcpu_sync(&o.cpu));
	ASSERT_EQ(MOTE_EXIT_HALT, vcpu_run(&o.cpu));
	EXPECT_EQ(0, x86_inject(&o.cpu, MOTE_EVENT_INTR, 0x40));
	EXPECT_EQ(3, vcpu_sync(&o.cpu));
	EXPECT_EQ(1, taken);
	one_destroy(&o);
}

/* --- with a local APIC --- */

static void enable_apic(void)
{
	guest_wrmsr(APIC_BASE, guest_rdmsr(APIC_BASE) | 3 << 10);
	guest_wrmsr(APIC_SVR, 0x1ff);
}

GUEST(sleeper)
{
	enable_apic();
	guest_sync(0);
	for (u64 i = 1; ; i++) {
		guest_sti_hlt();
		guest_cli();
		guest_sync(last_vector);
	}
}

FIXTURE(sleep)
{
	struct one o;
	struct runner r;
};

FIXTURE_SETUP(sleep)
{
	for (unsigned int i = 0; i < 256; i++)
		guest_handlers[i] = take;
	one_create(&self->o, VM_IRQCHIP, guest_sleeper, 0);
	vcpu_sync(&self->o.cpu);
}

FIXTURE_TEARDOWN(sleep)
{
	one_destroy(&self->o);
}

/* In the background, until it sleeps */
static void put_to_sleep(struct one *o, struct runner *r)
{
	u64 halts = o->cpu.stats->halts;

	runner_start(r, &o->cpu);
	wait_change((volatile u64 *)&o->cpu.stats->halts, halts);
	msleep(2);
}

TEST_F(sleep, msi_wakes)
{
	for (int i = 0; i < 10; i++) {
		put_to_sleep(&self->o, &self->r);
		must_irq_msi(self->o.vm.fd, MSI, 0x50 + i);
		runner_join(&self->r);
		ASSERT_EQ(0, self->r.ret);
		ASSERT_EQ(GOT_SYNC, self->r.got);
		ASSERT_EQ(0x50 + i, self->o.cpu.said[0]);
	}
	EXPECT_EQ(10, taken);
}

/* Sent before HLT: it must not sleep over it */
TEST_F(sleep, msi_before_hlt)
{
	must_irq_msi(self->o.vm.fd, MSI, 0x61);
	EXPECT_EQ(0x61, vcpu_sync(&self->o.cpu));
}

static void *send_many(void *arg)
{
	struct one *o = arg;

	for (u64 i = 0; i < 2000; i++) {
		u64 before = taken;

		must_irq_msi(o->vm.fd, MSI, 0x70);
		for (int spin = 0; spin < 1000 && taken == before; spin++)
			sched_yield();
		wait_change(&taken, before);
	}
	must_kick(o->cpu.fd);
	return NULL;
}

/* One interrupt after the other against sleep and wake-up: none is lost */
TEST_F(sleep, msi_race)
{
	pthread_t thread;
	int got;

	pthread_create(&thread, NULL, send_many, &self->o);
	do
		got = vcpu_wait(&self->o.cpu);
	while (got == GOT_SYNC);
	pthread_join(thread, NULL);
	EXPECT_EQ(MOTE_EXIT_KICK, got);
	EXPECT_EQ(2000, taken);
}

TEST_F(sleep, kick)
{
	put_to_sleep(&self->o, &self->r);
	must_kick(self->o.cpu.fd);
	runner_join(&self->r);
	EXPECT_EQ(MOTE_EXIT_KICK, self->r.got);
	EXPECT_EQ(1, vcpu_get(&self->o.cpu, MOTE_X86_HALTED));
	must_irq_msi(self->o.vm.fd, MSI, 0x51);
	EXPECT_EQ(0x51, vcpu_sync(&self->o.cpu));
	EXPECT_EQ(0, vcpu_get(&self->o.cpu, MOTE_X86_HALTED));
}

TEST_F(sleep, nmi_message)
{
	put_to_sleep(&self->o, &self->r);
	/* Delivery mode 4 */
	must_irq_msi(self->o.vm.fd, MSI, 4 << 8);
	runner_join(&self->r);
	EXPECT_EQ(GOT_SYNC, self->r.got);
	EXPECT_EQ(2, self->o.cpu.said[0]);
}

TEST_F(sleep, injected)
{
	EXPECT_EQ(0, x86_inject(&self->o.cpu, MOTE_EVENT_INTR, 0x33));
	EXPECT_EQ(0x33, vcpu_sync(&self->o.cpu));
	/* The NMI into its sleep: else the guest takes it before HLT */
	put_to_sleep(&self->o, &self->r);
	must_kick(self->o.cpu.fd);
	runner_join(&self->r);
	EXPECT_EQ(0, x86_inject(&self->o.cpu, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(2, vcpu_sync(&self->o.cpu));
}

static void on_alarm(int sig)
{
	(void)sig;
}

TEST_F(sleep, signal)
{
	/* Again and again: one that comes before RUN does not end it */
	struct itimerval t = { { 0, 20000 }, { 0, 20000 } };
	struct sigaction sa = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
	do {
		ASSERT_EQ(-EINTR, mote_run(self->o.cpu.fd));
	} while (!vcpu_get(&self->o.cpu, MOTE_X86_HALTED));
}

/* With interrupts off only an NMI wakes */
GUEST(deaf)
{
	enable_apic();
	guest_sync(0);
	guest_hlt();
	guest_sync(last_vector);
}

TEST_F(sleep, deaf)
{
	vcpu_start(&self->o.cpu, guest_deaf, 0);
	vcpu_sync(&self->o.cpu);
	put_to_sleep(&self->o, &self->r);
	must_irq_msi(self->o.vm.fd, MSI, 0x52);
	msleep(20);
	EXPECT_EQ(0, taken);
	must_irq_msi(self->o.vm.fd, MSI, 4 << 8);
	runner_join(&self->r);
	EXPECT_EQ(2, self->o.cpu.said[0]);
}

/* One NMI inside of another's handler waits for its IRET, and does not end a HLT */
static GUEST_NOFPU void halt_in_nmi(struct guest_frame *f)
{
	if (f->vector != VECTOR_NMI)
		return take(f);
	if (taken++)
		return;
	guest_sync(0);
	guest_sti_hlt();
	guest_cli();
	guest_sync(last_vector);
}

GUEST(nmi_handler_sleeps)
{
	enable_apic();
	guest_sync(0);
	guest_sync(taken);
}

TEST_F(sleep, nmi_in_a_handler)
{
	struct vcpu *v = &self->o.cpu;

	guest_handlers[VECTOR_NMI] = halt_in_nmi;
	vcpu_start(v, guest_nmi_handler_sleeps, 0);
	vcpu_sync(v);
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	/* In the handler, about to halt */
	vcpu_sync(v);
	put_to_sleep(&self->o, &self->r);
	must_irq_msi(self->o.vm.fd, MSI, 4 << 8);
	msleep(20);
	must_irq_msi(self->o.vm.fd, MSI, 0x53);
	runner_join(&self->r);
	/* It was the interrupt; the NMI comes behind IRET */
	ASSERT_EQ(GOT_SYNC, self->r.got);
	EXPECT_EQ(0x53, self->o.cpu.said[0]);
	EXPECT_EQ(3, vcpu_sync(v));
}

/* The guest's own timer, set as far ahead as the test says */
GUEST(timer)
{
	u64 ticks;

	enable_apic();
	/* TSC deadline, vector 0x99 */
	guest_wrmsr(APIC_TIMER, 2 << 17 | 0x99);
	for (u64 i = 0; (ticks = guest_sync(i)); i++) {
		GUEST_EQ(i, taken);
		guest_wrmsr(DEADLINE, guest_rdtsc() + ticks);
		guest_sti_hlt();
		guest_cli();
		GUEST_EQ(0x99, last_vector);
		GUEST_EQ(i + 1, taken);
	}
}

/*
 * Twenty times it ends a sleep in the kernel.  A slow host, where it goes off
 * before HLT, sets it further and further ahead.
 */
TEST_F(sleep, timer)
{
	struct vcpu *v = &self->o.cpu;
	u64 ticks = 1000000, slept = 0;

	vcpu_start(v, guest_timer, 0);
	vcpu_sync(v);
	while (slept < 20) {
		u64 halts = v->stats->halts, before = taken;

		vcpu_answer(v, ticks);
		ASSERT_EQ(before + 1, vcpu_sync(v));
		ASSERT_EQ(before + 1, taken);
		if (v->stats->halts != halts)
			slept++;
		else
			ticks *= 2;
	}
	vcpu_finish(v);
}

TEST_HARNESS_MAIN
