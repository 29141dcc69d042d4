// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC of the guest, as xAPIC and as x2APIC.  software_apic.sh runs the
 * same with apicv=0.  Its timer is in lapic_timer.c.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "x86_apic.h"

#include "kselftest_harness.h"

APIC_FIXTURE

/* --- registers --- */

GUEST(reset_values)
{
	GUEST_EQ(0xfee00000 | BASE_ENABLE | 1 << 8, guest_rdmsr(MSR_BASE));
	if (x2)
		guest_wrmsr(MSR_BASE, guest_rdmsr(MSR_BASE) | BASE_X2);
	GUEST_EQ(0, apic_read(ID));
	GUEST_EQ(0x14, apic_read(VERSION) & 0xff);
	GUEST_EQ(5, apic_read(VERSION) >> 16 & 0xff);
	GUEST_EQ(0, apic_read(TPR));
	GUEST_EQ(0, apic_read(PPR));
	GUEST_EQ(0xff, apic_read(SVR));
	GUEST_EQ(x2 ? 1 : 0, apic_read(LDR));
	for (u32 reg = LVT_TIMER; reg <= LVT_ERROR; reg += 16)
		GUEST_EQ(MASKED, apic_read(reg));
	GUEST_EQ(0, apic_read(TIMER_INIT));
	GUEST_EQ(0, apic_read(TIMER_CUR));
	for (u32 i = 0; i < 8; i++) {
		GUEST_EQ(0, apic_read(ISR + 16 * i));
		GUEST_EQ(0, apic_read(IRR + 16 * i));
	}
}

TEST_F(apic, reset_values)
{
	run_guest(&self->o, guest_reset_values);
}

GUEST(write_and_read)
{
	guest_enable();
	GUEST_EQ(0x1ff, apic_read(SVR));
	apic_write(TPR, 0x35);
	GUEST_EQ(0x35, apic_read(TPR));
	GUEST_EQ(0x35, apic_read(PPR));
	GUEST_EQ(3, guest_read_cr8());
	guest_write_cr8(7);
	GUEST_EQ(0x70, apic_read(TPR));
	guest_write_cr8(0);
	apic_write(LVT_LINT0, MASKED | 0x731);
	GUEST_EQ(MASKED | 0x731, apic_read(LVT_LINT0));
	apic_write(LVT_ERROR, 0xe0);
	GUEST_EQ(0xe0, apic_read(LVT_ERROR));
	apic_write(TIMER_DIV, 0xb);
	GUEST_EQ(0xb, apic_read(TIMER_DIV));
	if (!x2) {
		apic_write(LDR, 0x12000000);
		GUEST_EQ(0x12000000, apic_read(LDR));
		GUEST_EQ(0xffffffff, apic_read(DFR));
	}
	/* While software-disabled, LVT entries are masked and stay so */
	apic_write(SVR, 0xff);
	GUEST_EQ(MASKED | 0xe0, apic_read(LVT_ERROR));
	apic_write(LVT_ERROR, 0xe1);
	GUEST_EQ(MASKED | 0xe1, apic_read(LVT_ERROR));
	apic_write(SVR, 0x1ff);
	apic_write(LVT_ERROR, 0xe1);
	GUEST_EQ(0xe1, apic_read(LVT_ERROR));
}

TEST_F(apic, write_and_read)
{
	run_guest(&self->o, guest_write_and_read);
}

/* --- delivery --- */

GUEST(self_ipi)
{
	guest_enable();
	send_self(0x4000 | 0x55);
	GUEST_EQ(0, taken);
	GUEST_EQ(1, bit_of(IRR, 0x55));
	asm volatile("sti; nop; cli");
	GUEST_EQ(1, taken);
	GUEST_EQ(0x55, order[0]);
	GUEST_EQ(0, bit_of(IRR, 0x55));
	GUEST_EQ(0, bit_of(ISR, 0x55));
	/* The shorthand "self" */
	guest_sti();
	send_self(0x44000 | 0x56);
	asm volatile("nop; nop");
	GUEST_EQ(2, taken);
	if (x2) {
		guest_wrmsr(0x83f, 0x57);
		asm volatile("nop; nop");
		GUEST_EQ(3, taken);
		GUEST_EQ(0x57, order[2]);
	}
}

TEST_F(apic, self_ipi)
{
	run_guest(&self->o, guest_self_ipi);
}

static volatile u64 in_service, ppr_in_handler;

static GUEST_NOFPU void look(struct guest_frame *f)
{
	order[taken++ % 64] = f->vector;
	in_service = bit_of(ISR, f->vector);
	ppr_in_handler = apic_read(PPR);
	apic_write(EOI, 0);
}

GUEST(in_service)
{
	guest_enable();
	send_self(0x4000 | 0x63);
	asm volatile("sti; nop; cli");
	GUEST_EQ(1, taken);
	GUEST_EQ(1, in_service);
	GUEST_EQ(0x60, ppr_in_handler);
	GUEST_EQ(0, apic_read(PPR));
}

TEST_F(apic, in_service)
{
	guest_handlers[0x63] = look;
	run_guest(&self->o, guest_in_service);
}

/* Highest first, whatever the order of their arrival */
GUEST(priorities)
{
	guest_enable();
	send_self(0x4000 | 0x41);
	send_self(0x4000 | 0xa1);
	send_self(0x4000 | 0x71);
	send_self(0x4000 | 0xa2);
	asm volatile("sti; nop; nop; nop; nop; nop; nop; cli");
	GUEST_EQ(4, taken);
	GUEST_EQ(0xa2, order[0]);
	GUEST_EQ(0xa1, order[1]);
	GUEST_EQ(0x71, order[2]);
	GUEST_EQ(0x41, order[3]);
}

TEST_F(apic, priorities)
{
	run_guest(&self->o, guest_priorities);
}

/* TPR holds back its class and below */
GUEST(tpr)
{
	guest_enable();
	apic_write(TPR, 0x70);
	send_self(0x4000 | 0x6f);
	send_self(0x4000 | 0x7f);
	send_self(0x4000 | 0x80);
	asm volatile("sti; nop; nop; nop");
	GUEST_EQ(1, taken);
	GUEST_EQ(0x80, order[0]);
	guest_write_cr8(6);
	asm volatile("nop; nop");
	GUEST_EQ(2, taken);
	GUEST_EQ(0x7f, order[1]);
	apic_write(TPR, 0);
	asm volatile("nop; nop");
	GUEST_EQ(3, taken);
	GUEST_EQ(0x6f, order[2]);
	guest_cli();
}

TEST_F(apic, tpr)
{
	run_guest(&self->o, guest_tpr);
}

/* Without EOI nothing of the same class follows, but a higher one does */
GUEST(no_eoi)
{
	guest_enable();
	no_eoi = 1;
	guest_sti();
	send_self(0x4000 | 0x65);
	asm volatile("nop; nop");
	send_self(0x4000 | 0x66);
	send_self(0x4000 | 0x51);
	asm volatile("nop; nop");
	GUEST_EQ(1, taken);
	GUEST_EQ(0x60, apic_read(PPR));
	send_self(0x4000 | 0x75);
	asm volatile("nop; nop");
	GUEST_EQ(2, taken);
	GUEST_EQ(0x75, order[1]);
	apic_write(EOI, 0);
	GUEST_EQ(0x60, apic_read(PPR));
	GUEST_EQ(2, taken);
	apic_write(EOI, 0);
	asm volatile("nop; nop");
	GUEST_EQ(3, taken);
	GUEST_EQ(0x66, order[2]);
	apic_write(EOI, 0);
	asm volatile("nop; nop");
	GUEST_EQ(4, taken);
	GUEST_EQ(0x51, order[3]);
	apic_write(EOI, 0);
	GUEST_EQ(0, apic_read(PPR));
	guest_cli();
}

TEST_F(apic, no_eoi)
{
	run_guest(&self->o, guest_no_eoi);
}

GUEST(nmi_ipi)
{
	guest_enable();
	send_self(0x4400);
	asm volatile("nop; nop");
	GUEST_EQ(1, taken);
	GUEST_EQ(2, order[0]);
}

TEST_F(apic, nmi_ipi)
{
	run_guest(&self->o, guest_nmi_ipi);
}

/* --- messages --- */

GUEST(wait_for_messages)
{
	guest_enable();
	guest_sti();
	for (;;)
		guest_sync(taken);
}

/* Between two syncs the guest has had interrupts on */
static u64 settle(struct one *o)
{
	vcpu_sync(&o->cpu);
	return vcpu_sync(&o->cpu);
}

TEST_F(apic, messages)
{
	struct one *o = &self->o;

	vcpu_start(&o->cpu, guest_wait_for_messages, 0);
	vcpu_sync(&o->cpu);
	for (u32 v = 32; v < 255; v++) {
		must_irq_msi(o->vm.fd, MSI, v);
		ASSERT_EQ(v - 31, settle(o));
		ASSERT_EQ(v, order[(v - 32) % 64]);
	}
	/* To nobody */
	must_irq_msi(o->vm.fd, MSI | 5 << 12, 0x40);
	EXPECT_EQ(223, settle(o));
	/* To all */
	must_irq_msi(o->vm.fd, MSI | 0xff << 12, 0x40);
	EXPECT_EQ(224, settle(o));
	EXPECT_EQ(0, o->cpu.stats->exits[MOTE_EXIT_EOI]);
}

TEST_F(apic, message_errors)
{
	int fd = self->o.vm.fd;
	struct mote_irq line = { .size = sizeof(line), .type = MOTE_IRQ_LINE };

	EXPECT_EQ(-EINVAL, mote_irq_msi(fd, 0xfed00000, 0x40));
	EXPECT_EQ(-EINVAL, mote_irq_msi(fd, 1UL << 40 | MSI, 0x40));
	/* ExtINT is not a message */
	EXPECT_EQ(-EINVAL, mote_irq_msi(fd, MSI, 7 << 8));
	EXPECT_EQ(-1, ioctl(fd, MOTE_IRQ, &line));
	EXPECT_EQ(EOPNOTSUPP, errno);
}

/*
 * The TPR holds back what the runner sends, however the guest writes it, and the
 * runner sees it.  What waits comes as soon as the guest lowers it, before anything
 * else happens.
 */
static volatile u64 steps, steps_in_handler;

static GUEST_NOFPU void take_and_look(struct guest_frame *f)
{
	steps_in_handler = steps;
	take(f);
}

GUEST(tpr_changes)
{
	guest_enable();
	guest_sti();
	for (u64 i = 0; ; i++) {
		guest_write_cr8(i % 4 + 8);
		guest_sync(0);
		GUEST_EQ(i % 4 + 8, guest_read_cr8());
		GUEST_EQ(i, taken);
		steps = 1;
		guest_write_cr8(0);
		asm volatile("nop");
		steps = 2;
		GUEST_EQ(i + 1, taken);
	}
}

static u64 get_tpr(struct one *o)
{
	u64 tpr = vcpu_get(&o->cpu, MOTE_X86_LAPIC(TPR));

	return vcpu_get(&o->cpu, MOTE_X86_CR8) == tpr >> 4 ? tpr : ~0UL;
}

TEST_F(apic, tpr_holds_messages)
{
	struct one *o = &self->o;

	guest_handlers[0x75] = take_and_look;
	vcpu_start(&o->cpu, guest_tpr_changes, 0);
	vcpu_sync(&o->cpu);
	for (u64 i = 0; i < 16; i++) {
		EXPECT_EQ((i % 4 + 8) << 4, get_tpr(o));
		EXPECT_EQ(i, taken);
		/* Sometimes it is there before the guest runs on, sometimes not */
		if (i % 2) {
			o->cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
			vcpu_run(&o->cpu);
		}
		must_irq_msi(o->vm.fd, MSI, 0x75);
		EXPECT_EQ(0, vcpu_sync(&o->cpu));
		EXPECT_EQ(i + 1, taken);
		EXPECT_EQ(1, steps_in_handler);
	}
}

/* Neither of them is lost or early when both TPR and RFLAGS.IF hold them back */
GUEST(tpr_and_if)
{
	guest_enable();
	guest_write_cr8(15);
	guest_sync(0);
	GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%cr8", : : "r"(16UL) : "memory"));
	GUEST_EQ(15, guest_read_cr8());
	guest_write_cr8(7);
	GUEST_EQ(0, taken);
	asm volatile("sti; nop; nop; cli");
	GUEST_EQ(1, taken);
	GUEST_EQ(0x95, order[0]);
	guest_write_cr8(0);
	GUEST_EQ(1, taken);
	asm volatile("sti; nop; nop; cli");
	GUEST_EQ(2, taken);
	GUEST_EQ(0x75, order[1]);
}

TEST_F(apic, tpr_and_if)
{
	struct one *o = &self->o;

	vcpu_start(&o->cpu, guest_tpr_and_if, 0);
	vcpu_sync(&o->cpu);
	must_irq_msi(o->vm.fd, MSI, 0x75);
	must_irq_msi(o->vm.fd, MSI, 0x95);
	vcpu_finish(&o->cpu);
}

/* The end of a level interrupt goes to the runner */
TEST_F(apic, level_eoi)
{
	struct one *o = &self->o;

	vcpu_start(&o->cpu, guest_wait_for_messages, 0);
	vcpu_sync(&o->cpu);
	for (u32 v = 0x40; v < 0x44; v++) {
		int got;

		must_irq_msi(o->vm.fd, MSI, MSI_LEVEL | v);
		do
			got = vcpu_wait(&o->cpu);
		while (got == GOT_SYNC && taken < 8);
		ASSERT_EQ(MOTE_EXIT_EOI, got);
		EXPECT_EQ(v, o->cpu.run->exit.eoi.irq);
		/* The same vector edge-triggered: no exit any more */
		must_irq_msi(o->vm.fd, MSI, v);
		settle(o);
	}
	EXPECT_EQ(8, taken);
}

/* --- errors and modes --- */

GUEST(errors)
{
	guest_enable();
	apic_write(LVT_ERROR, 0xe3);
	guest_sti();
	/* Vectors below 16 cannot be sent */
	send_self(0x4000 | 5);
	asm volatile("nop; nop");
	GUEST_EQ(1, taken);
	GUEST_EQ(0xe3, order[0]);
	apic_write(ESR, 0);
	GUEST_EQ(1 << 5, apic_read(ESR) & 1 << 5);
	apic_write(ESR, 0);
	GUEST_EQ(0, apic_read(ESR));
	guest_cli();
}

TEST_F(apic, errors)
{
	run_guest(&self->o, guest_errors);
}

GUEST(modes)
{
	u64 base = guest_rdmsr(MSR_BASE), v;

	/* xAPIC: no MSRs.  x2APIC without enable is no mode */
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x802, &v));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_BASE, (base & ~(u64)BASE_ENABLE) | BASE_X2));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_BASE, base | 1UL << 60));
	guest_wrmsr(MSR_BASE, base | BASE_X2);
	GUEST_EQ(NO_FAULT, guest_try_rdmsr(0x802, &v));
	/* Not back to xAPIC directly */
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_BASE, base));
	/* Registers that x2APIC does not have, or not so */
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x80e, &v));
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x831, &v));
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x80b, &v));
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x83f, &v));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(0x802, 1));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(0x80b, 1));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(0x80f, 1 << 31));
	/* Off: neither, and everything is as after reset when it comes back */
	guest_wrmsr(0x80f, 0x1ff);
	guest_wrmsr(MSR_BASE, base & ~(u64)BASE_ENABLE);
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x802, &v));
	guest_wrmsr(MSR_BASE, base);
	x2 = 0;
	GUEST_EQ(0xff, apic_read(SVR));
}

TEST(modes)
{
	struct one o;

	one_create(&o, VM_IRQCHIP, guest_modes, 0);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/*
 * What hardware answers in x2APIC mode it must not answer in another one, from the
 * next instruction on: without an exit there, RDMSR reaches the host's own APIC.
 */
GUEST(leave_x2apic)
{
	u64 base = guest_rdmsr(MSR_BASE), v;

	guest_wrmsr(MSR_BASE, base | BASE_X2);
	GUEST_EQ(NO_FAULT, guest_try_rdmsr(0x802, &v));
	guest_sync(0);
	guest_wrmsr(MSR_BASE, base & ~(u64)BASE_ENABLE);
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x802, &v));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(0x808, 0));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(0x83f, 0x30));
	guest_sync(0);
}

TEST(leave_x2apic)
{
	struct one o;
	u64 exits;

	one_create(&o, VM_IRQCHIP, guest_leave_x2apic, 0);
	vcpu_sync(&o.cpu);
	exits = o.cpu.stats->exits[MOTE_EXIT_SYSREG];
	vcpu_sync(&o.cpu);
	EXPECT_EQ(exits + 4, o.cpu.stats->exits[MOTE_EXIT_SYSREG]);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* Disabled, its page is like any other: MMIO here */
GUEST(disabled)
{
	guest_wrmsr(MSR_BASE, guest_rdmsr(MSR_BASE) & ~(u64)BASE_ENABLE);
	guest_read32(0xfee00000 + VERSION);
}

TEST(disabled_is_mmio)
{
	struct one o;

	one_create(&o, VM_IRQCHIP, guest_disabled, 0);
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_wait(&o.cpu));
	EXPECT_EQ(0xfee00030, o.cpu.run->exit.mmio.gpa);
	one_destroy(&o);
}

/* --- its page, and memory in the same place --- */

/* A block of memory around it hides nothing, whatever is touched first */
GUEST(beside)
{
	GUEST_EQ(arg, guest_read32(0xfee01000));
	GUEST_EQ(0x14, apic_read(VERSION) & 0xff);
	guest_write32(0xfee02000, 5);
	GUEST_EQ(0x14, apic_read(VERSION) & 0xff);
	GUEST_EQ(5, guest_read32(0xfee02000));
}

TEST(memory_beside_the_page)
{
	u8 *p = new_pages_aligned(HUGE, HUGE);
	struct one o;

	madvise(p, HUGE, MADV_HUGEPAGE);
	*(u32 *)(p + PAGE) = 77;
	x2 = 0;
	one_create(&o, VM_IRQCHIP, guest_beside, 77);
	must_mem_map(o.vm.fd, 0xfee00000, HUGE, p, 0);
	vcpu_finish(&o.cpu);
	EXPECT_EQ(5, *(u32 *)(p + 2 * PAGE));
	one_destroy(&o);
}

/* What a vCPU without APIC saw there is not what it sees once it has one */
GUEST(turn_on)
{
	u64 base = guest_rdmsr(MSR_BASE);

	guest_wrmsr(MSR_BASE, base & ~(u64)BASE_ENABLE);
	guest_sync(0);
	guest_read32(0xfee00000 + VERSION);
	guest_wrmsr(MSR_BASE, base);
	GUEST_EQ(0x14, apic_read(VERSION) & 0xff);
}

GUEST(look_at_version)
{
	GUEST_EQ(0x14, apic_read(VERSION) & 0xff);
}

TEST(memory_under_the_page)
{
	struct vcpu other;
	struct one o;

	x2 = 0;
	one_create(&o, VM_IRQCHIP, guest_turn_on, 0);
	must_mem_map(o.vm.fd, 0xfee00000, PAGE, new_pages(PAGE), 0);
	vcpu_create(&other, &o.vm, 1);
	vcpu_start(&other, guest_look_at_version, 0);
	vcpu_sync(&o.cpu);
	/* Its APIC is there now, in memory that both have */
	vcpu_finish(&other);
	vcpu_finish(&o.cpu);
	vcpu_destroy(&other);
	one_destroy(&o);
}

/* Pending and in service, timer under way: all of it moves to another vCPU */
GUEST(mover)
{
	guest_enable();
	apic_write(LVT_TIMER, DEADLINE | 0x90);
	/* An emulator in real time may take its while over the next lines */
	guest_wrmsr(MSR_DEADLINE, guest_rdtsc() + 3000000 * (guest_on_tcg ? 200 : 1));
	send_self(0x4000 | 0x45);
	guest_sync(1);
	wait_for(2);
	GUEST_EQ(0x45, order[0]);
	GUEST_EQ(0x90, order[1]);
}

TEST_F(apic, moves)
{
	static u64 ids[MOTE_REGS_MAX];
	static struct mote_reg regs[MOTE_REGS_MAX];
	u32 count = ARRAY_SIZE(ids), failed = 0;
	struct one *o = &self->o;
	struct one b;

	vcpu_start(&o->cpu, guest_mover, 0);
	vcpu_sync(&o->cpu);
	o->cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	vcpu_run(&o->cpu);
	must_reg_list(o->cpu.fd, ids, &count);
	for (u32 i = 0; i < count; i++)
		regs[i].id = ids[i];
	must_get_regs(o->cpu.fd, regs, count, NULL);
	one_create(&b, VM_IRQCHIP, NULL, 0);
	/* The guest's tables and stack are in the first VM's memory */
	vm_map(&b.vm, (unsigned long)o->vm.arena, ARENA_BYTES, o->vm.arena, 0);
	ASSERT_EQ(0, mote_set_regs(b.cpu.fd, regs, count, &failed))
		TH_LOG("entry %u: 0x%llx = 0x%llx", failed, regs[failed].id, regs[failed].value);
	vcpu_finish(&b.cpu);
	EXPECT_EQ(2, taken);
	one_destroy(&b);
}

TEST_HARNESS_MAIN
