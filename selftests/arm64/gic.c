// SPDX-License-Identifier: GPL-2.0-only
/* The GICv3 in the kernel: SGIs, PPIs, SPIs, priorities, active state, EOI modes. */
#include <errno.h>
#include <pthread.h>
#include <sys/ioctl.h>

#include "a64_gic.h"

#include "kselftest_harness.h"

#define SPI	40
#define PPI	20

/* What the handler saw, in order; @reads is the state of a line it lowers */
static volatile u32 taken[64], ntaken, nspurious;

static void on_irq(struct guest_frame *f)
{
	u32 intid = gic_ack();

	(void)f;
	if (intid == SPURIOUS) {
		nspurious++;
		return;
	}
	if (ntaken < ARRAY_SIZE(taken))
		taken[ntaken] = intid;
	ntaken++;
	gic_eoi(intid);
}

static void gic_ready(void)
{
	guest_handlers[VECTOR_IRQ] = on_irq;
	gic_start(0);
}

/* A VM with a controller and one vCPU, which the test starts */
FIXTURE(gic) {
	struct vm vm;
	struct vcpu cpu;
};

FIXTURE_SETUP(gic)
{
	vm_create(&self->vm, VM_IRQCHIP);
	vcpu_create(&self->cpu, &self->vm, 0);
}

FIXTURE_TEARDOWN(gic)
{
	vcpu_destroy(&self->cpu);
	vm_destroy(&self->vm);
}

/* --- SGIs --- */

GUEST(sgis)
{
	gic_ready();
	for (u32 i = 0; i < 16; i++)
		gic_enable(0, i, 0x80);
	for (u32 i = 0; i < 16; i++) {
		gic_sgi(i, 1);
		GUEST_EQ(i, ntaken);		/* masked */
		guest_irq_window();
		GUEST_EQ(i + 1, ntaken);
		GUEST_EQ(i, taken[i]);
		GUEST_EQ(0, gic_is(0, GICD_ISPENDR, i));
		GUEST_EQ(0, gic_is(0, GICD_ISACTIVER, i));
	}
	GUEST_EQ(0, nspurious);
	GUEST_EQ(SPURIOUS, gic_ack());
}

TEST(sgis_to_oneself)
{
	one_run(VM_IRQCHIP, guest_sgis, 0);
}

/* Not enabled: pending, but not taken; then enabled */
GUEST(enables)
{
	gic_ready();
	gic_enable(0, 1, 0x80);
	gic_bit(0, GICD_ICENABLER, 1);
	GUEST_EQ(0, gic_is(0, GICD_ISENABLER, 1));
	gic_sgi(1, 1);
	guest_irq_window();
	GUEST_EQ(0, ntaken);
	GUEST_EQ(1, gic_is(0, GICD_ISPENDR, 1));
	gic_bit(0, GICD_ISENABLER, 1);
	guest_irq_window();
	GUEST_EQ(1, ntaken);
	/* Taken back before it is taken */
	gic_sgi(1, 1);
	gic_bit(0, GICD_ICPENDR, 1);
	GUEST_EQ(0, gic_is(0, GICD_ISPENDR, 1));
	guest_irq_window();
	GUEST_EQ(1, ntaken);
	/* Pending by the register */
	gic_bit(0, GICD_ISPENDR, 1);
	guest_irq_window();
	GUEST_EQ(2, ntaken);
	/* Group and distributor off */
	guest_msr(s3_0_c12_c12_7, 0);
	gic_sgi(1, 1);
	guest_irq_window();
	GUEST_EQ(2, ntaken);
	guest_msr(s3_0_c12_c12_7, 1);
	guest_irq_window();
	GUEST_EQ(3, ntaken);
	a64_write32(GICD_GPA + GICD_CTLR, CTLR_ARE);
	gic_sgi(1, 1);
	guest_irq_window();
	GUEST_EQ(3, ntaken);
	a64_write32(GICD_GPA + GICD_CTLR, CTLR_ARE | CTLR_GRP1);
	guest_irq_window();
	GUEST_EQ(4, ntaken);
}

TEST(enable_bits)
{
	one_run(VM_IRQCHIP, guest_enables, 0);
}

/* --- priorities --- */

GUEST(priorities)
{
	u32 a, b;

	gic_ready();
	gic_enable(0, 1, 0xa0);
	gic_enable(0, 2, 0x40);
	gic_enable(0, 3, 0x80);
	gic_sgi(1, 1);
	gic_sgi(2, 1);
	gic_sgi(3, 1);
	guest_irq_window();
	GUEST_EQ(3, ntaken);
	GUEST_EQ(2, taken[0]);
	GUEST_EQ(3, taken[1]);
	GUEST_EQ(1, taken[2]);
	/* PMR lets only the more urgent through */
	guest_msr(s3_0_c4_c6_0, 0x80);
	gic_sgi(1, 1);
	gic_sgi(3, 1);
	guest_irq_window();
	GUEST_EQ(3, ntaken);
	gic_sgi(2, 1);
	guest_irq_window();
	GUEST_EQ(4, ntaken);
	GUEST_EQ(2, taken[3]);
	guest_msr(s3_0_c4_c6_0, 0xff);
	guest_irq_window();
	GUEST_EQ(6, ntaken);
	/* While one is active, less urgent ones wait and more urgent ones do not */
	gic_sgi(3, 1);
	a = gic_ack();
	GUEST_EQ(3, a);
	GUEST_EQ(1, gic_is(0, GICD_ISACTIVER, 3));
	GUEST_EQ(0x80, guest_mrs(s3_0_c12_c11_3));	/* ICC_RPR_EL1 */
	gic_sgi(1, 1);
	GUEST_EQ(SPURIOUS, gic_ack());
	gic_sgi(2, 1);
	b = gic_ack();
	GUEST_EQ(2, b);
	GUEST_EQ(0x40, guest_mrs(s3_0_c12_c11_3));
	gic_eoi(b);
	GUEST_EQ(0x80, guest_mrs(s3_0_c12_c11_3));
	gic_eoi(a);
	GUEST_EQ(0xff, guest_mrs(s3_0_c12_c11_3));
	GUEST_EQ(0, gic_is(0, GICD_ISACTIVER, 3));
	GUEST_EQ(1, gic_ack());
	gic_eoi(1);
}

TEST(priorities)
{
	one_run(VM_IRQCHIP, guest_priorities, 0);
}

/* EOImode 1: dropping the priority and deactivating are two things */
GUEST(eoi_mode)
{
	u64 ctlr;

	gic_ready();
	ctlr = guest_mrs(s3_0_c12_c12_4);
	guest_msr(s3_0_c12_c12_4, 2);		/* ICC_CTLR_EL1.EOImode */
	/* The next exit may make more registers trap than ICC_DIR_EL1: nothing of it shows */
	gic_enable(0, 5, 0x80);
	GUEST_EQ(ctlr | 2, guest_mrs(s3_0_c12_c12_4));
	guest_msr(s3_0_c4_c6_0, 0x80);		/* ICC_PMR_EL1 */
	GUEST_EQ(0x80, guest_mrs(s3_0_c4_c6_0));
	gic_sgi(5, 1);
	GUEST_EQ(SPURIOUS, gic_ack());
	guest_msr(s3_0_c4_c6_0, 0xff);
	GUEST_EQ(5, gic_ack());
	GUEST_EQ(0x80, guest_mrs(s3_0_c12_c11_3));	/* ICC_RPR_EL1 */
	gic_eoi(5);
	guest_msr(s3_0_c12_c11_1, 5);		/* ICC_DIR_EL1 */
	for (int i = 0; i < 3; i++) {
		gic_sgi(5, 1);
		GUEST_EQ(5, gic_ack());
		gic_eoi(5);
		GUEST_EQ(0xff, guest_mrs(s3_0_c12_c11_3));
		GUEST_EQ(1, gic_is(0, GICD_ISACTIVER, 5));
		/* Active: it is not taken again */
		gic_sgi(5, 1);
		GUEST_EQ(SPURIOUS, gic_ack());
		GUEST_EQ(1, gic_is(0, GICD_ISPENDR, 5));
		guest_msr(s3_0_c12_c11_1, 5);	/* ICC_DIR_EL1 */
		GUEST_EQ(0, gic_is(0, GICD_ISACTIVER, 5));
		GUEST_EQ(5, gic_ack());
		gic_eoi(5);
		guest_msr(s3_0_c12_c11_1, 5);
	}
}

TEST(eoi_mode)
{
	one_run(VM_IRQCHIP, guest_eoi_mode, 0);
}

/* More of them pending than there are list registers */
GUEST(many)
{
	gic_ready();
	for (u32 i = 32; i < 32 + arg; i++)
		gic_enable(0, i, (i & 7) << 5);
	for (u32 i = 32; i < 32 + arg; i++)
		gic_bit(0, GICD_ISPENDR, i);
	guest_irq_window();
	for (int i = 0; i < 100 && ntaken < arg; i++)
		guest_irq_window();
	GUEST_EQ(arg, ntaken);
	/* In the order of their priorities */
	for (u32 i = 1; i < arg; i++)
		GUEST_TRUE((taken[i - 1] & 7) <= (taken[i] & 7));
	GUEST_EQ(SPURIOUS, gic_ack());
}

TEST(more_than_list_registers)
{
	one_run(VM_IRQCHIP, guest_many, 60);
}

/* More of them active at once than there are list registers */
GUEST(nested)
{
	static u32 stack[40];
	u32 n = 0;

	gic_ready();
	guest_msr(s3_0_c12_c12_4, 2);
	for (u32 i = 32; i < 72; i++) {
		gic_enable(0, i, 0x80);
		gic_bit(0, GICD_ISPENDR, i);
		stack[n] = gic_ack();
		GUEST_EQ(i, stack[n]);
		gic_eoi(stack[n]);
		n++;
	}
	for (u32 i = 0; i < n; i++)
		GUEST_EQ(1, gic_is(0, GICD_ISACTIVER, stack[i]));
	while (n--)
		guest_msr(s3_0_c12_c11_1, stack[n]);
	for (u32 i = 32; i < 72; i++)
		GUEST_EQ(0, gic_is(0, GICD_ISACTIVER, i));
}

TEST(many_active)
{
	one_run(VM_IRQCHIP, guest_nested, 0);
}

/* --- lines from the runner --- */

GUEST(line)
{
	gic_ready();
	gic_edge(SPI, arg);
	gic_enable(0, SPI, 0x80);
	for (;;) {
		guest_sync(ntaken);
		guest_irq_window();
	}
}

TEST_F(gic, spi_edge)
{
	vcpu_start(&self->cpu, guest_line, 1);
	EXPECT_EQ(0, vcpu_sync(&self->cpu));
	must_irq_line(self->vm.fd, MOTE_ARM64_LINE_SPI(SPI), 1);
	EXPECT_EQ(1, vcpu_sync(&self->cpu));
	/* Still up: no second edge */
	must_irq_line(self->vm.fd, MOTE_ARM64_LINE_SPI(SPI), 1);
	EXPECT_EQ(1, vcpu_sync(&self->cpu));
	must_irq_line(self->vm.fd, MOTE_ARM64_LINE_SPI(SPI), 0);
	must_irq_line(self->vm.fd, MOTE_ARM64_LINE_SPI(SPI), 1);
	must_irq_line(self->vm.fd, MOTE_ARM64_LINE_SPI(SPI), 0);
	/* A pulse is remembered */
	EXPECT_EQ(2, vcpu_sync(&self->cpu));
	EXPECT_EQ(2, vcpu_sync(&self->cpu));
	EXPECT_EQ(taken[1], SPI);
}

/* A level comes again until it is lowered */
GUEST(level)
{
	gic_ready();
	gic_edge(SPI, 0);
	gic_enable(0, SPI, 0x80);
	guest_sync(0);
	for (;;) {
		u32 intid = gic_ack();

		if (intid == SPURIOUS) {
			guest_sync(0);
			continue;
		}
		GUEST_EQ(SPI, intid);
		guest_sync(1);
		gic_eoi(intid);
	}
}

/* The runner may be told of the end of a level interrupt */
static int wait_past_eoi(struct vcpu *v)
{
	int got;

	do
		got = vcpu_wait(v);
	while (got == MOTE_EXIT_EOI);
	return got;
}

TEST_F(gic, spi_level)
{
	vcpu_start(&self->cpu, guest_level, 0);
	EXPECT_EQ(0, vcpu_sync(&self->cpu));
	EXPECT_EQ(0, vcpu_sync(&self->cpu));
	must_irq_line(self->vm.fd, MOTE_ARM64_LINE_SPI(SPI), 1);
	for (int i = 0; i < 5; i++) {
		ASSERT_EQ(GOT_SYNC, wait_past_eoi(&self->cpu));
		ASSERT_EQ(1, self->cpu.said[0]);
	}
	must_irq_line(self->vm.fd, MOTE_ARM64_LINE_SPI(SPI), 0);
	EXPECT_EQ(GOT_SYNC, wait_past_eoi(&self->cpu));
	EXPECT_EQ(0, self->cpu.said[0]);
	/* Raised and lowered again while nobody looks: gone */
	must_irq_line(self->vm.fd, MOTE_ARM64_LINE_SPI(SPI), 1);
	must_irq_line(self->vm.fd, MOTE_ARM64_LINE_SPI(SPI), 0);
	EXPECT_EQ(0, vcpu_sync(&self->cpu));
}

GUEST(ppi)
{
	gic_ready();
	gic_enable(0, PPI, 0x80);
	for (;;) {
		u32 intid;

		guest_sync(gic_is(0, GICD_ISPENDR, PPI));
		intid = gic_ack();
		guest_sync(intid);
		if (intid != SPURIOUS)
			gic_eoi(intid);
	}
}

TEST_F(gic, ppi)
{
	vcpu_start(&self->cpu, guest_ppi, 0);
	EXPECT_EQ(0, vcpu_sync(&self->cpu));
	EXPECT_EQ(SPURIOUS, vcpu_sync(&self->cpu));
	must_irq_line(self->vm.fd, MOTE_ARM64_LINE_PPI(0, PPI), 1);
	EXPECT_EQ(1, vcpu_sync(&self->cpu));
	EXPECT_EQ(PPI, vcpu_sync(&self->cpu));
	must_irq_line(self->vm.fd, MOTE_ARM64_LINE_PPI(0, PPI), 0);
	EXPECT_EQ(0, vcpu_sync(&self->cpu));
	EXPECT_EQ(SPURIOUS, vcpu_sync(&self->cpu));
}

TEST_F(gic, line_arguments)
{
	struct mote_irq irq = { .size = sizeof(irq), .type = 7 };

	vcpu_start(&self->cpu, guest_nothing, 0);
	EXPECT_EQ(-EINVAL, mote_irq_line(self->vm.fd, 0, 1));		/* an SGI */
	EXPECT_EQ(-EINVAL, mote_irq_line(self->vm.fd, 1020, 1));
	EXPECT_EQ(-EINVAL, mote_irq_line(self->vm.fd, 256, 1));	/* beyond the default's 256 */
	EXPECT_EQ(-EINVAL, mote_irq_line(self->vm.fd, MOTE_ARM64_LINE_PPI(1, PPI), 1));
	EXPECT_NE(0, mote_irq_msi(self->vm.fd, 0, 0));
	EXPECT_EQ(-1, ioctl(self->vm.fd, MOTE_IRQ, &irq));		/* no such type */
	EXPECT_EQ(EINVAL, errno);
	must_irq_line(self->vm.fd, 255, 1);
	vcpu_finish(&self->cpu);
}

/* Halted vCPUs are woken by what they can take, and by that alone */
GUEST(halting)
{
	gic_ready();
	gic_edge(SPI, 1);
	gic_enable(0, SPI, 0x80);
	for (;;) {
		guest_sync(ntaken);
		guest_wfi();
		guest_irq_window();
	}
}

TEST_F(gic, wakes_a_halted_vcpu)
{
	struct runner runner;

	vcpu_start(&self->cpu, guest_halting, 0);
	EXPECT_EQ(0, vcpu_sync(&self->cpu));
	for (u64 i = 1; i <= 20; i++) {
		u64 halts = self->cpu.stats->halts;

		runner_start(&runner, &self->cpu);
		wait_change((volatile u64 *)&self->cpu.stats->halts, halts);
		/* Not enabled: it sleeps on */
		must_irq_line(self->vm.fd, SPI + 1, i & 1);
		must_irq_line(self->vm.fd, SPI, 1);
		must_irq_line(self->vm.fd, SPI, 0);
		runner_join(&runner);
		ASSERT_EQ(GOT_SYNC, runner.got);
		ASSERT_EQ(i, self->cpu.said[0]);
	}
}

/* An interrupt that comes to a running vCPU makes it leave and take it */
GUEST(spinning)
{
	gic_ready();
	gic_edge(SPI, 1);
	gic_enable(0, SPI, 0x80);
	guest_sync(0);
	guest_irq_on();
	for (u64 i = 1; ; i++) {
		while (ntaken < i)
			guest_barrier();
		guest_sync(i);
	}
}

TEST_F(gic, reaches_a_running_vcpu)
{
	struct runner runner;

	vcpu_start(&self->cpu, guest_spinning, 0);
	EXPECT_EQ(0, vcpu_sync(&self->cpu));
	for (u64 i = 1; i <= 20; i++) {
		u64 entries = self->cpu.stats->entries;

		runner_start(&runner, &self->cpu);
		wait_change((volatile u64 *)&self->cpu.stats->entries, entries);
		must_irq_line(self->vm.fd, SPI, 1);
		must_irq_line(self->vm.fd, SPI, 0);
		runner_join(&runner);
		ASSERT_EQ(GOT_SYNC, runner.got);
		ASSERT_EQ(i, self->cpu.said[0]);
	}
}

/* --- the registers themselves --- */

GUEST(registers)
{
	u32 typer = a64_read32(GICD_GPA + GICD_TYPER);
	u64 rtyper = a64_read64(gicr(0) + GICR_TYPER);

	GUEST_EQ(256 / 32 - 1, typer & 31);
	GUEST_EQ(3, a64_read32(GICD_GPA + GICD_PIDR2) >> 4 & 15);
	GUEST_EQ(3, a64_read32(gicr(0) + GICD_PIDR2) >> 4 & 15);
	GUEST_EQ(1, rtyper >> 4 & 1);		/* the last one */
	GUEST_EQ(0, rtyper >> 32);		/* affinity */
	GUEST_EQ(0, rtyper >> 8 & 0xffff);	/* number */
	GUEST_TRUE(a64_read32(GICD_GPA + GICD_CTLR) & CTLR_DS);
	gic_ready();
	GUEST_TRUE(a64_read32(GICD_GPA + GICD_CTLR) & CTLR_ARE);
	/* Widths: priorities by bytes and words, routes by 64 and 32 bits */
	a64_write32(GICD_GPA + GICD_IPRIORITYR + 40, 0x80402010);
	GUEST_EQ(0x10, a64_read8(GICD_GPA + GICD_IPRIORITYR + 40));
	GUEST_EQ(0x40, a64_read8(GICD_GPA + GICD_IPRIORITYR + 42));
	a64_write8(GICD_GPA + GICD_IPRIORITYR + 43, 0xf8);
	GUEST_EQ(0xf8402010, a64_read32(GICD_GPA + GICD_IPRIORITYR + 40));
	a64_write64(GICD_GPA + GICD_IROUTER + 8 * SPI, 0);
	GUEST_EQ(0, a64_read64(GICD_GPA + GICD_IROUTER + 8 * SPI));
	/* Beyond the interrupts there are, and reserved: zero, writes dropped */
	a64_write32(GICD_GPA + GICD_ISENABLER + 256 / 8, ~0u);
	GUEST_EQ(0, a64_read32(GICD_GPA + GICD_ISENABLER + 256 / 8));
	a64_write32(GICD_GPA + 0x5000, ~0u);
	GUEST_EQ(0, a64_read32(GICD_GPA + 0x5000));
	/* The distributor's banks of private interrupts are not there with affinity routing */
	GUEST_EQ(0, a64_read32(GICD_GPA + GICD_ISENABLER));
	/* ICC_CTLR_EL1.PRIbits of at least 5, ICC_SRE_EL1 stuck at 7 */
	GUEST_TRUE((guest_mrs(s3_0_c12_c12_4) >> 8 & 7) >= 4);
	guest_msr(s3_0_c12_c12_5, 0);
	GUEST_EQ(1, guest_mrs(s3_0_c12_c12_5) & 1);
}

TEST_F(gic, registers)
{
	vcpu_start(&self->cpu, guest_registers, 0);
	EXPECT_EQ(GOT_DONE, vcpu_wait(&self->cpu));
	EXPECT_LT(20, self->cpu.stats->exits[MOTE_EXIT_IRQCHIP]);
}

/* Any offset, width and instruction in the frames: the host survives, so does the guest */
GUEST(scribble)
{
	gic_ready();
	for (u64 at = 0; at < 0x10000; at += 4) {
		a64_write32(GICD_GPA + at, ~0u);
		a64_read32(GICD_GPA + at);
	}
	for (u64 at = 0; at < GICR_BYTES; at += 8) {
		a64_write64(gicr(0) + at, ~0ULL);
		a64_read64(gicr(0) + at);
		a64_read8(gicr(0) + at + 3);
		a64_write16(gicr(0) + at + 2, 0xffff);
	}
}

TEST_F(gic, scribble)
{
	vcpu_start(&self->cpu, guest_scribble, 0);
	EXPECT_EQ(GOT_DONE, wait_past_eoi(&self->cpu));
}

/* Pairs do not reach a GIC: the access has no syndrome */
GUEST(pair)
{
	u64 a = 1, b = 1;

	asm volatile("ldp %0, %1, [%2]" : "+r"(a), "+r"(b) : "r"(GICD_GPA) : "memory");
	guest_sync(a);
}

TEST_F(gic, no_syndrome)
{
	vcpu_start(&self->cpu, guest_pair, 0);
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_wait(&self->cpu));
	EXPECT_EQ(0, self->cpu.run->exit.mmio.decoded);
	EXPECT_EQ(GICD_GPA, self->cpu.run->exit.mmio.gpa);
}

static int chip(u64 dist, u64 redist, u64 lines)
{
	struct mote_irqchip c = {
		.type = MOTE_ARM64_IRQCHIP_GICV3, .addr = { dist, redist, lines },
	};
	int sys = must_open(), vm = must_create_vm(sys), ret;

	ret = mote_irqchip_at(vm, c.type, c.addr);
	if (!ret && mote_irqchip_at(vm, c.type, c.addr) != -EEXIST)
		die("a second IRQCHIP");
	close(vm);
	close(sys);
	return ret;
}

TEST(irqchip_arguments)
{
	EXPECT_EQ(0, chip(GICD_GPA, GICR_GPA, 0));
	EXPECT_EQ(0, chip(GICD_GPA, GICR_GPA, 64));
	EXPECT_EQ(0, chip(GICD_GPA, GICR_GPA, 1024));
	EXPECT_EQ(-EINVAL, chip(GICD_GPA, GICR_GPA, 32));
	EXPECT_EQ(-EINVAL, chip(GICD_GPA, GICR_GPA, 65));
	EXPECT_EQ(-EINVAL, chip(GICD_GPA, GICR_GPA, 1056));
	EXPECT_EQ(-EINVAL, chip(GICD_GPA + 0x1000, GICR_GPA, 0));
	EXPECT_EQ(-EINVAL, chip(GICD_GPA, GICR_GPA + 4, 0));
	EXPECT_EQ(-EINVAL, chip(GICD_GPA, GICD_GPA, 0));
	EXPECT_EQ(-EINVAL, chip(1UL << 62, GICR_GPA, 0));
	EXPECT_EQ(-EINVAL, chip(GICD_GPA, -0x10000UL, 0));
}

/* Messages do not wait for anybody: whoever sees the controller finds it whole */
static void *raise_line(void *vm)
{
	int ret;

	do
		ret = mote_irq_line(*(int *)vm, MOTE_ARM64_LINE_SPI(SPI), 1);
	while (ret == -ENODEV);
	return (void *)(long)ret;
}

TEST(line_while_it_is_made)
{
	int sys = must_open();

	for (int i = 0; i < 100; i++) {
		const u64 addr[4] = { GICD_GPA, GICR_GPA };
		int vm = must_create_vm(sys);
		pthread_t thread;
		void *ret;

		ASSERT_EQ(0, pthread_create(&thread, NULL, raise_line, &vm));
		ASSERT_EQ(0, mote_irqchip_at(vm, MOTE_ARM64_IRQCHIP_GICV3, addr));
		ASSERT_EQ(0, pthread_join(thread, &ret));
		ASSERT_EQ(NULL, ret);
		close(vm);
	}
	close(sys);
}

/* Without a controller its registers are undefined */
GUEST(none)
{
	u64 v = 0;

	GUEST_EQ(EC_UNKNOWN, guest_try_mrs(s3_0_c12_c12_0, v));
	GUEST_EQ(EC_UNKNOWN, guest_try_msr(s3_0_c12_c11_5, 0));
	GUEST_EQ(EC_UNKNOWN, guest_try_msr(s3_0_c4_c6_0, 0));
	/* ICC_SRE_EL1: its trap is ICC_SRE_EL2.Enable, which may be stuck at 1 */
	if (guest_try_mrs(s3_0_c12_c12_5, v) != EC_UNKNOWN)
		GUEST_EQ(7, v);
}

TEST(without)
{
	one_run(0, guest_none, 0);
}

TEST_HARNESS_MAIN
