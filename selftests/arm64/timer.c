// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual and the physical timer.  No times are asserted: that an
 * interrupt comes, that it does not come too early by the guest's own counter, and
 * how many exits it costs.
 */
#include <errno.h>

#include "a64_gic.h"

#include "kselftest_harness.h"

#define PPI_VIRTUAL	27
#define PPI_PHYSICAL	30

#define CTL_ENABLE	1
#define CTL_IMASK	2
#define CTL_ISTATUS	4

#define REG_CNTV_CTL	SYSREG(3, 3, 14, 3, 1)
#define REG_CNTV_CVAL	SYSREG(3, 3, 14, 3, 2)
#define REG_CNTP_CTL	SYSREG(3, 3, 14, 2, 1)
#define REG_CNTP_CVAL	SYSREG(3, 3, 14, 2, 2)

static volatile u64 virtual_irqs, physical_irqs, early;

static void on_irq(struct guest_frame *f)
{
	u32 intid = gic_ack();

	(void)f;
	if (intid == SPURIOUS)
		return;
	if (intid == PPI_VIRTUAL) {
		virtual_irqs++;
		early += !(guest_mrs(cntv_ctl_el0) & CTL_ISTATUS);
		guest_msr(cntv_ctl_el0, CTL_ENABLE | CTL_IMASK);
	}
	if (intid == PPI_PHYSICAL) {
		physical_irqs++;
		early += !(guest_mrs(cntp_ctl_el0) & CTL_ISTATUS);
		guest_msr(cntp_ctl_el0, CTL_ENABLE | CTL_IMASK);
	}
	gic_eoi(intid);
}

static void timer_start(void)
{
	guest_handlers[VECTOR_IRQ] = on_irq;
	gic_start(0);
	gic_enable(0, PPI_VIRTUAL, 0x80);
	gic_enable(0, PPI_PHYSICAL, 0x80);
}

/* A millisecond, by what CNTFRQ_EL0 says */
static u64 ms(u64 n)
{
	return guest_mrs(cntfrq_el0) / 1000 * n;
}

/* A VM with a controller and one vCPU, which the test starts */
FIXTURE(timer) {
	struct vm vm;
	struct vcpu cpu;
};

FIXTURE_SETUP(timer)
{
	vm_create(&self->vm, VM_IRQCHIP);
	vcpu_create(&self->cpu, &self->vm, 0);
}

FIXTURE_TEARDOWN(timer)
{
	vcpu_destroy(&self->cpu);
	vm_destroy(&self->vm);
}

/*
 * Guests that let one of the timers go off @arg times, and sleep or spin until its
 * interrupt has come.  @cnt is that timer's prefix, @counter the register it
 * compares with.
 */
#define TIMER_GUESTS(kind, cnt, counter)						\
GUEST(kind##_wfi)									\
{											\
	timer_start();									\
	for (u64 i = 1; i <= arg; i++) {						\
		guest_msr(cnt##_cval_el0, guest_mrs(counter) + ms(2));			\
		guest_msr(cnt##_ctl_el0, CTL_ENABLE);					\
		while (kind##_irqs < i) {						\
			guest_wfi();							\
			guest_irq_window();						\
		}									\
	}										\
	GUEST_EQ(0, early);								\
	guest_sync(kind##_irqs);							\
}											\
											\
GUEST(kind##_spin)									\
{											\
	timer_start();									\
	guest_irq_on();									\
	for (u64 i = 1; i <= arg; i++) {						\
		guest_msr(cnt##_tval_el0, ms(2));					\
		guest_msr(cnt##_ctl_el0, CTL_ENABLE);					\
		while (kind##_irqs < i)							\
			guest_barrier();						\
	}										\
	guest_irq_off();								\
	GUEST_EQ(0, early);								\
	guest_sync(kind##_irqs);							\
}

TIMER_GUESTS(virtual, cntv, cntvct_el0)
TIMER_GUESTS(physical, cntp, cntpct_el0)

TEST_F(timer, virtual_timer_wakes_wfi)
{
	vcpu_start(&self->cpu, guest_virtual_wfi, 20);
	EXPECT_EQ(20, vcpu_sync(&self->cpu));
	EXPECT_LT(0, self->cpu.stats->halts);
	/* Each round: the halt, the timer, perhaps an interrupt of the host */
	EXPECT_GT(20 * 12, self->cpu.stats->entries);
}

TEST_F(timer, virtual_timer_reaches_a_running_guest)
{
	vcpu_start(&self->cpu, guest_virtual_spin, 20);
	EXPECT_EQ(20, vcpu_sync(&self->cpu));
	EXPECT_LE(20, self->cpu.stats->exits[MOTE_EXIT_HOST_IRQ] +
		      self->cpu.stats->exits[MOTE_EXIT_TIMER]);
}

TEST_F(timer, physical_timer_wakes_wfi)
{
	vcpu_start(&self->cpu, guest_physical_wfi, 20);
	EXPECT_EQ(20, vcpu_sync(&self->cpu));
	EXPECT_LT(0, self->cpu.stats->halts);
}

TEST_F(timer, physical_timer_reaches_a_running_guest)
{
	vcpu_start(&self->cpu, guest_physical_spin, 20);
	EXPECT_EQ(20, vcpu_sync(&self->cpu));
}

/* The line stays up and the guest has its interrupts off: that must not cost an exit each */
GUEST(masked)
{
	u64 end;

	timer_start();
	guest_msr(cntv_cval_el0, guest_counter());
	guest_msr(cntv_ctl_el0, CTL_ENABLE);
	guest_sync(1);
	end = guest_counter() + ms(100);
	while (guest_counter() < end)
		guest_barrier();
	guest_sync(2);
	GUEST_EQ(0, virtual_irqs);
	guest_irq_window();
	GUEST_EQ(1, virtual_irqs);
}

TEST_F(timer, no_storm_while_masked)
{
	u64 entries, host_irqs;

	vcpu_start(&self->cpu, guest_masked, 0);
	EXPECT_EQ(1, vcpu_sync(&self->cpu));
	entries = self->cpu.stats->entries;
	host_irqs = self->cpu.stats->exits[MOTE_EXIT_HOST_IRQ];
	EXPECT_EQ(2, vcpu_sync(&self->cpu));
	printf("# %llu entries, %llu interrupts of the host\n", self->cpu.stats->entries - entries,
	       self->cpu.stats->exits[MOTE_EXIT_HOST_IRQ] - host_irqs);
	fflush(stdout);
	/* 100 ms by the guest's counter: the host's ticks, and not many more */
	EXPECT_GT(250, self->cpu.stats->entries - entries);
	vcpu_finish(&self->cpu);
}

/* Nor when the interrupt is not enabled in the controller, or not at all */
GUEST(disabled)
{
	u64 end;

	gic_start(0);
	guest_msr(cntv_cval_el0, guest_counter());
	guest_msr(cntv_ctl_el0, CTL_ENABLE);
	guest_msr(cntp_cval_el0, 0);
	guest_msr(cntp_ctl_el0, CTL_ENABLE);
	guest_sync(1);
	end = guest_counter() + ms(100);
	while (guest_counter() < end)
		guest_barrier();
	GUEST_EQ(CTL_ENABLE | CTL_ISTATUS, guest_mrs(cntv_ctl_el0));
	GUEST_EQ(CTL_ENABLE | CTL_ISTATUS, guest_mrs(cntp_ctl_el0));
	guest_sync(2);
}

static void no_storm(struct __test_metadata *_metadata, u32 flags, guest_fn fn)
{
	struct one o;
	u64 entries;

	one_create(&o, flags, fn, 0);
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	entries = o.cpu.stats->entries;
	EXPECT_EQ(2, vcpu_sync(&o.cpu));
	EXPECT_GT(250, o.cpu.stats->entries - entries);
	one_destroy(&o);
}

TEST(no_storm_while_disabled)
{
	no_storm(_metadata, VM_IRQCHIP, guest_disabled);
}

GUEST(no_controller)
{
	u64 end;

	guest_msr(cntv_cval_el0, guest_counter());
	guest_msr(cntv_ctl_el0, CTL_ENABLE);
	guest_sync(1);
	end = guest_counter() + ms(100);
	while (guest_counter() < end)
		guest_barrier();
	GUEST_EQ(CTL_ENABLE | CTL_ISTATUS, guest_mrs(cntv_ctl_el0));
	guest_sync(2);
}

TEST(no_storm_without_a_controller)
{
	no_storm(_metadata, 0, guest_no_controller);
}

/* Both at once, many of them: none is lost */
GUEST(both)
{
	timer_start();
	guest_irq_on();
	for (u64 i = 1; i <= arg; i++) {
		guest_msr(cntv_tval_el0, ms(1));
		guest_msr(cntp_tval_el0, ms(1));
		guest_msr(cntv_ctl_el0, CTL_ENABLE);
		guest_msr(cntp_ctl_el0, CTL_ENABLE);
		while (virtual_irqs < i || physical_irqs < i)
			guest_barrier();
	}
	guest_irq_off();
	GUEST_EQ(arg, virtual_irqs);
	GUEST_EQ(arg, physical_irqs);
	GUEST_EQ(0, early);
}

TEST(both_timers)
{
	one_run(VM_IRQCHIP, guest_both, 100);
}

/* The registers without any interrupt */
GUEST(registers)
{
	u64 now = guest_counter();

	guest_msr(cntv_ctl_el0, 0);
	guest_msr(cntv_cval_el0, ~0ULL >> 1);
	GUEST_EQ(~0ULL >> 1, guest_mrs(cntv_cval_el0));
	guest_msr(cntv_ctl_el0, CTL_ENABLE);
	GUEST_EQ(CTL_ENABLE, guest_mrs(cntv_ctl_el0));
	guest_msr(cntv_cval_el0, now);
	guest_isb();
	GUEST_EQ(CTL_ENABLE | CTL_ISTATUS, guest_mrs(cntv_ctl_el0));
	GUEST_TRUE((s64)(int)guest_mrs(cntv_tval_el0) <= 0);
	guest_msr(cntv_ctl_el0, 0);

	now = guest_mrs(cntpct_el0);
	guest_msr(cntp_cval_el0, ~0ULL >> 1);
	GUEST_EQ(~0ULL >> 1, guest_mrs(cntp_cval_el0));
	guest_msr(cntp_ctl_el0, CTL_ENABLE);
	GUEST_EQ(CTL_ENABLE, guest_mrs(cntp_ctl_el0));
	guest_msr(cntp_cval_el0, now);
	GUEST_EQ(CTL_ENABLE | CTL_ISTATUS, guest_mrs(cntp_ctl_el0));
	GUEST_TRUE((s64)(int)guest_mrs(cntp_tval_el0) <= 0);
	guest_msr(cntp_tval_el0, 1000000000);
	GUEST_TRUE(guest_mrs(cntp_cval_el0) >= now + 1000000000);
	GUEST_EQ(CTL_ENABLE, guest_mrs(cntp_ctl_el0));
	guest_msr(cntp_ctl_el0, CTL_IMASK);
	GUEST_EQ(CTL_IMASK, guest_mrs(cntp_ctl_el0) & 3);
	/* Time goes on */
	GUEST_TRUE(guest_mrs(cntpct_el0) > now);
	GUEST_TRUE(guest_mrs(cntfrq_el0) > 1000);
}

TEST(registers)
{
	one_run(0, guest_registers, 0);
}

/* CNTVCT can be set, for all vCPUs; the guest reads it from there on */
GUEST(show_counter)
{
	for (;;)
		guest_sync(guest_counter());
}

TEST(counter_can_be_set)
{
	struct vcpu v[2];
	struct vm vm;
	u64 a, b;

	vm_create(&vm, 0);
	for (u32 i = 0; i < 2; i++) {
		vcpu_create(&v[i], &vm, i);
		vcpu_start(&v[i], guest_show_counter, 0);
	}
	a = vcpu_sync(&v[0]);
	b = vcpu_sync(&v[1]);
	EXPECT_LT(a, b);
	vcpu_set(&v[0], MOTE_ARM64_CNTVCT, 1ULL << 40);
	/* SET_REGS drops the pending hypercall: the same value is said again */
	EXPECT_EQ(a, vcpu_sync(&v[0]));
	a = vcpu_sync(&v[0]);
	b = vcpu_sync(&v[1]);
	EXPECT_LE(1ULL << 40, a);
	EXPECT_GT(1ULL << 41, a);
	EXPECT_LT(a, b);
	EXPECT_LE(b, vcpu_get(&v[0], MOTE_ARM64_CNTVCT));
	vcpu_set(&v[1], MOTE_ARM64_CNTVCT, 5);
	a = vcpu_sync(&v[0]);
	EXPECT_GT(1ULL << 40, a);
	vcpu_destroy(&v[0]);
	vcpu_destroy(&v[1]);
	vm_destroy(&vm);
}

/* New VMs begin near zero, whatever the host's counter says */
TEST(counter_begins_at_zero)
{
	struct one o;

	one_create(&o, 0, guest_show_counter, 0);
	vcpu_sync(&o.cpu);
	EXPECT_GT(o.vm.info.time_hz * 10, o.cpu.said[0]);
	one_destroy(&o);
}

/* Programmed by the runner */
TEST_F(timer, set_from_outside)
{
	vcpu_start(&self->cpu, guest_virtual_wfi, 1);
	vcpu_set(&self->cpu, REG_CNTV_CTL, CTL_ENABLE | CTL_IMASK);
	EXPECT_EQ(CTL_ENABLE | CTL_IMASK, vcpu_get(&self->cpu, REG_CNTV_CTL) & 3);
	vcpu_set(&self->cpu, REG_CNTV_CVAL, 0x1234);
	EXPECT_EQ(0x1234, vcpu_get(&self->cpu, REG_CNTV_CVAL));
	vcpu_set(&self->cpu, REG_CNTP_CVAL, 0x4321);
	EXPECT_EQ(0x4321, vcpu_get(&self->cpu, REG_CNTP_CVAL));
	EXPECT_EQ(0, vcpu_get(&self->cpu, REG_CNTP_CTL) & 3);
	EXPECT_EQ(1, vcpu_sync(&self->cpu));
}

/* Kicked out of each sleep, the timer is not lost */
TEST_F(timer, kicks_do_not_lose_it)
{
	struct runner runner;

	vcpu_start(&self->cpu, guest_virtual_wfi, 20);
	do {
		runner_start(&runner, &self->cpu);
		msleep(1);
		must_kick(self->cpu.fd);
		runner_join(&runner);
		ASSERT_EQ(0, runner.ret);
	} while (runner.got == MOTE_EXIT_KICK);
	ASSERT_EQ(GOT_SYNC, runner.got);
	EXPECT_EQ(20, self->cpu.said[0]);
}

/* Two VMs with a timer each take turns on a CPU */
TEST(two_guests)
{
	struct one a, b;

	one_create(&a, VM_IRQCHIP, guest_virtual_wfi, 5);
	one_create(&b, VM_IRQCHIP, guest_virtual_wfi, 10);
	EXPECT_EQ(5, vcpu_sync(&a.cpu));
	EXPECT_EQ(10, vcpu_sync(&b.cpu));
	one_destroy(&a);
	one_destroy(&b);
}

/* EL0 reads the virtual counter when the guest's kernel lets it */
static void user_counter(void)
{
	asm volatile("mrs x0, cntvct_el0\n\tsvc #0");
}

static u8 user_stack[4096] __attribute__((aligned(16)));

GUEST(at_el0)
{
	u64 sp = USER(user_stack + sizeof(user_stack));

	guest_msr(cntkctl_el1, 0);
	GUEST_EQ(EC_SYSREG, guest_user(USER(user_counter), 0, sp, PSTATE_DAIF | PSTATE_EL0T));
	guest_msr(cntkctl_el1, 2);
	GUEST_EQ(EC_SVC, guest_user(USER(user_counter), 0, sp, PSTATE_DAIF | PSTATE_EL0T));
}

TEST(at_el0)
{
	one_run(0, guest_at_el0, 0);
}

TEST_HARNESS_MAIN
