// SPDX-License-Identifier: GPL-2.0-only
/* INJECT, and what becomes of events on their way: order, faults, shutdown. */
#include <errno.h>
#include <sys/mman.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

/* Vectors in the order in which the guest got them */
static volatile u8 order[32];
static volatile unsigned int got;
static volatile u64 last_error, last_cr2, last_rip, last_rflags;

static GUEST_NOFPU void note(struct guest_frame *f)
{
	order[got++ % 32] = f->vector;
	last_error = f->error;
	last_cr2 = guest_read_cr2();
	last_rip = f->rip;
	last_rflags = f->rflags;
}

/* Faults that would come again are stepped over: the guest puts a NOP there */
static GUEST_NOFPU void note_and_stop(struct guest_frame *f)
{
	note(f);
	f->rip = (unsigned long)guest_return;
	f->rsp &= ~0xfULL;
}

FIXTURE(events)
{
	struct one o;
};

FIXTURE_SETUP(events)
{
	for (unsigned int i = 0; i < 256; i++)
		guest_handlers[i] = note;
	one_create(&self->o, 0, guest_nothing, 0);
}

FIXTURE_TEARDOWN(events)
{
	one_destroy(&self->o);
}

/* Exceptions come before the first instruction */
TEST_F(events, exceptions)
{
	static const u8 vectors[] = { 0, 1, 3, 4, 5, 6, 7, 16, 19 };
	struct vcpu *v = &self->o.cpu;

	for (unsigned int i = 0; i < ARRAY_SIZE(vectors); i++) {
		vcpu_start(v, guest_nothing, 0);
		EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_EXCEPTION, vectors[i]));
		EXPECT_EQ(-EAGAIN, x86_inject(v, MOTE_EVENT_EXCEPTION, vectors[i]));
		vcpu_finish(v);
		EXPECT_EQ(vectors[i], order[i]);
		EXPECT_EQ((unsigned long)guest_nothing, last_rip);
		EXPECT_EQ(0, last_error);
	}
	EXPECT_EQ(ARRAY_SIZE(vectors), got);
}

TEST_F(events, exceptions_with_error_code)
{
	static const u8 vectors[] = { 10, 11, 12, 13, 14, 17 };
	struct vcpu *v = &self->o.cpu;

	for (unsigned int i = 0; i < ARRAY_SIZE(vectors); i++) {
		vcpu_start(v, guest_nothing, 0);
		EXPECT_EQ(0, x86_inject_error(v, vectors[i], 0x1234 + i, 0xdead0000));
		vcpu_finish(v);
		EXPECT_EQ(vectors[i], order[i]);
		EXPECT_EQ(0x1234 + i, last_error);
		if (vectors[i] == VECTOR_PF)
			EXPECT_EQ(0xdead0000, last_cr2);
	}
}

TEST_F(events, arguments)
{
	struct mote_inject in = { .event = MOTE_EVENT_EXCEPTION, .vector = 13 };
	struct vcpu *v = &self->o.cpu;

	EXPECT_EQ(-EINVAL, x86_inject(v, MOTE_EVENT_EXCEPTION, 32));
	EXPECT_EQ(-EINVAL, x86_inject(v, MOTE_EVENT_EXCEPTION, 2));
	EXPECT_EQ(-EINVAL, x86_inject(v, MOTE_EVENT_EXCEPTION, 13));
	EXPECT_EQ(-EINVAL, x86_inject_error(v, 6, 0, 0));
	EXPECT_EQ(-EINVAL, x86_inject(v, MOTE_EVENT_INTR, 256));
	EXPECT_EQ(-EINVAL, x86_inject(v, MOTE_EVENT_NMI, 2));
	EXPECT_EQ(-EINVAL, x86_inject(v, 3, 0));
	in.flags = MOTE_INJECT_ERROR_CODE | MOTE_INJECT_PAYLOAD;
	EXPECT_EQ(-EINVAL, mote_inject(v->fd, &in));
	in.flags = 1 << 5;
	EXPECT_EQ(-EINVAL, mote_inject(v->fd, &in));
	vcpu_finish(v);
	EXPECT_EQ(0, got);
}

/* --- interrupts --- */

static volatile u64 marker;

GUEST(sti_late)
{
	marker = 1;
	guest_sync(0);
	marker = 2;
	/* STI lets one more instruction pass */
	asm volatile("sti; movq $3, %0; movq $4, %0; cli" : "=m"(marker) : : "memory");
	guest_sync(1);
}

static volatile u64 marker_in_handler;

static GUEST_NOFPU void note_marker(struct guest_frame *f)
{
	note(f);
	marker_in_handler = marker;
}

TEST_F(events, interrupt_waits_for_sti)
{
	struct vcpu *v = &self->o.cpu;

	guest_handlers[0x40] = note_marker;
	vcpu_start(v, guest_sti_late, 0);
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_INTR, 0x40));
	EXPECT_EQ(-EAGAIN, x86_inject(v, MOTE_EVENT_INTR, 0x41));
	EXPECT_EQ(0x140, vcpu_get(v, MOTE_X86_INTR_PENDING));
	EXPECT_EQ(0, vcpu_sync(v));
	EXPECT_EQ(0, got);
	EXPECT_EQ(1, vcpu_sync(v));
	EXPECT_EQ(1, got);
	EXPECT_EQ(0x40, order[0]);
	EXPECT_EQ(3, marker_in_handler);
	EXPECT_EQ(0, vcpu_get(v, MOTE_X86_INTR_PENDING));
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_INTR, 0x41));
}

GUEST(sync_with_interrupts)
{
	guest_sti();
	for (;;)
		guest_sync(got);
}

/* Every vector, one after the other, into a guest that takes them */
TEST_F(events, all_vectors)
{
	struct vcpu *v = &self->o.cpu;

	vcpu_start(v, guest_sync_with_interrupts, 0);
	vcpu_sync(v);
	for (unsigned int i = 32; i < 256; i++) {
		ASSERT_EQ(0, x86_inject(v, MOTE_EVENT_INTR, i));
		vcpu_sync(v);
		vcpu_sync(v);
		ASSERT_EQ(i - 31, got);
		ASSERT_EQ(i, order[(got - 1) % 32]);
	}
}

TEST_F(events, irq_window)
{
	struct vcpu *v = &self->o.cpu;
	u64 rip;

	vcpu_start(v, guest_sti_late, 0);
	/* Interrupts are off: the window is not yet */
	v->run->request = MOTE_RUN_IRQ_WINDOW;
	EXPECT_EQ(0, vcpu_sync(v));
	v->run->request = MOTE_RUN_IRQ_WINDOW;
	EXPECT_EQ(MOTE_EXIT_IRQ_WINDOW, vcpu_run(v));
	EXPECT_EQ(3, marker);
	EXPECT_TRUE(vcpu_get(v, RFLAGS) & RFLAGS_IF);
	rip = vcpu_get(v, RIP);
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_INTR, 0x55));
	EXPECT_EQ(1, vcpu_sync(v));
	EXPECT_EQ(0x55, order[0]);
	EXPECT_EQ(rip, last_rip);
}

TEST_F(events, irq_window_is_asked_for_each_time)
{
	struct vcpu *v = &self->o.cpu;

	vcpu_start(v, guest_sync_with_interrupts, 0);
	vcpu_sync(v);
	v->run->request = MOTE_RUN_IRQ_WINDOW;
	EXPECT_EQ(MOTE_EXIT_IRQ_WINDOW, vcpu_run(v));
	EXPECT_EQ(0, v->run->request);
	vcpu_sync(v);
}

/* --- NMI --- */

TEST_F(events, nmi)
{
	struct vcpu *v = &self->o.cpu;

	vcpu_start(v, guest_sync_loop, 0);
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(0, vcpu_sync(v));
	EXPECT_EQ(1, got);
	EXPECT_EQ(2, order[0]);
	/* IRET has ended the blocking */
	EXPECT_EQ(0, vcpu_get(v, MOTE_X86_NMI_BLOCKED));
}

static volatile u64 depth, deepest;

static GUEST_NOFPU void slow_nmi(struct guest_frame *f)
{
	depth++;
	if (depth > deepest)
		deepest = depth;
	note(f);
	guest_sync(100 + got);
	depth--;
}

/* An NMI in the handler of another waits for its IRET; a third is lost */
TEST_F(events, nmi_blocks_nmi)
{
	struct vcpu *v = &self->o.cpu;

	guest_handlers[VECTOR_NMI] = slow_nmi;
	vcpu_start(v, guest_sync_loop, 0);
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(101, vcpu_sync(v));
	EXPECT_EQ(1, vcpu_get(v, MOTE_X86_NMI_BLOCKED));
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(102, vcpu_sync(v));
	EXPECT_EQ(0, vcpu_sync(v));
	EXPECT_EQ(2, got);
	EXPECT_EQ(1, deepest);
}

TEST_F(events, two_nmis_wait)
{
	struct vcpu *v = &self->o.cpu;

	vcpu_start(v, guest_sync_loop, 0);
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(-EAGAIN, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(0, vcpu_sync(v));
	EXPECT_EQ(2, got);
}

/* Exception first, then NMI, then interrupt; delivery nests, so handlers see
 * the reverse: the last delivered runs first.  With interrupt gates the
 * interrupt comes when all is over.
 */
TEST_F(events, priorities)
{
	struct vcpu *v = &self->o.cpu;

	vcpu_start(v, guest_sync_with_interrupts, 0);
	vcpu_sync(v);
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_INTR, 0x60));
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_EXCEPTION, VECTOR_UD));
	vcpu_sync(v);
	vcpu_sync(v);
	ASSERT_EQ(3, got);
	/* The NMI hits the first instruction of the #UD handler */
	EXPECT_EQ(VECTOR_NMI, order[0]);
	EXPECT_EQ(VECTOR_UD, order[1]);
	EXPECT_EQ(0x60, order[2]);
}

/* --- faults in the delivery of events --- */

TEST_F(events, double_fault)
{
	struct vcpu *v = &self->o.cpu;

	guest_handlers[VECTOR_DF] = note_and_stop;
	vcpu_start(v, guest_nothing, 0);
	/* #GP cannot be delivered: its gate is not present, which is #NP, and neither can #NP */
	x86_gate(v, VECTOR_GP, 0, 0, 0);
	x86_gate(v, VECTOR_NP, 0, 0, 0);
	EXPECT_EQ(0, x86_inject_error(v, VECTOR_GP, 0, 0));
	vcpu_finish(v);
	EXPECT_EQ(1, got);
	EXPECT_EQ(VECTOR_DF, order[0]);
	EXPECT_EQ(0, last_error);
}

TEST_F(events, triple_fault)
{
	struct vcpu *v = &self->o.cpu;

	vcpu_start(v, guest_nothing, 0);
	x86_gate(v, VECTOR_GP, 0, 0, 0);
	x86_gate(v, VECTOR_NP, 0, 0, 0);
	x86_gate(v, VECTOR_DF, 0, 0, 0);
	EXPECT_EQ(0, x86_inject_error(v, VECTOR_GP, 0, 0));
	EXPECT_EQ(MOTE_EXIT_SHUTDOWN, vcpu_run(v));
	/* The VM is not dead: the runner may reset the vCPU */
	arch_vcpu_setup(v);
	vcpu_start(v, guest_nothing, 0);
	vcpu_finish(v);
}

GUEST(triple)
{
	struct { u16 limit; u64 base; } __attribute__((packed)) none = { 0, 0 };

	asm volatile("lidt %0; ud2" : : "m"(none));
}

TEST_F(events, triple_fault_of_the_guest)
{
	struct vcpu *v = &self->o.cpu;

	vcpu_start(v, guest_triple, 0);
	EXPECT_EQ(MOTE_EXIT_SHUTDOWN, vcpu_run(v));
	EXPECT_EQ(MOTE_EXIT_SHUTDOWN, v->run->exit.type);
}

/* The IDT's page is not in the second stage yet: the event comes all the same */
GUEST(int_0x80)
{
	asm volatile("int $0x80");
	guest_sync(got);
}

TEST_F(events, idt_not_mapped_yet)
{
	struct vcpu *v = &self->o.cpu;

	for (int i = 0; i < 3; i++) {
		/* Copies of the IDT in pages that the second stage does not know */
		u8 *idt = vm_alloc(&self->o.vm, PAGE);

		memcpy(idt, x86_tables(v)->idt, PAGE);
		vcpu_start(v, i == 2 ? guest_int_0x80 : guest_sync_loop, 0);
		vcpu_set(v, MOTE_X86_SEG(MOTE_X86_IDTR, MOTE_X86_SEG_BASE), (unsigned long)idt);
		if (i == 0)
			EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
		if (i == 1)
			EXPECT_EQ(0, x86_inject_error(v, VECTOR_GP, 0x50, 0));
		vcpu_sync(v);
		ASSERT_EQ(i + 1, got);
	}
	EXPECT_EQ(VECTOR_NMI, order[0]);
	EXPECT_EQ(VECTOR_GP, order[1]);
	EXPECT_EQ(0x80, order[2]);
	/* A software interrupt returns behind the instruction */
	EXPECT_EQ(0xcd, *(u8 *)(unsigned long)(last_rip - 2));
}

/* The stack's page, and the host takes it away just before */
TEST_F(events, stack_not_mapped)
{
	struct vcpu *v = &self->o.cpu;
	u8 *stack = new_pages(PAGE);

	vm_map(&self->o.vm, 0x90000000, PAGE, stack, 0);
	for (unsigned int i = 0; i < 5; i++) {
		vcpu_start(v, guest_sync_loop, 0);
		vcpu_set(v, RSP, 0x90000ff0);
		madvise(stack, PAGE, MADV_DONTNEED);
		EXPECT_EQ(0, x86_inject_error(v, VECTOR_GP, 7 + i, 0));
		vcpu_sync(v);
		ASSERT_EQ(i + 1, got);
		EXPECT_EQ(7 + i, last_error);
	}
}

/* The same for what INT3 and INTO raise, where there is no such instruction */
TEST_F(events, stack_not_mapped_for_a_trap)
{
	struct vcpu *v = &self->o.cpu;
	u8 *stack = new_pages(PAGE);

	vm_map(&self->o.vm, 0x90000000, PAGE, stack, 0);
	for (unsigned int i = 0; i < 2; i++) {
		vcpu_start(v, guest_sync_loop, 0);
		vcpu_set(v, RSP, 0x90000ff0);
		madvise(stack, PAGE, MADV_DONTNEED);
		EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_EXCEPTION, VECTOR_BP + i));
		vcpu_sync(v);
		ASSERT_EQ(i + 1, got);
		EXPECT_EQ(VECTOR_BP + i, order[i]);
		EXPECT_EQ((unsigned long)guest_sync_loop, last_rip);
	}
}

/*
 * The same for events of the guest's own: each comes once, with the error code, CR2 and
 * return address that it would have had.
 */
static GUEST_NOFPU void note_and_skip(struct guest_frame *f)
{
	note(f);
	f->rip += 2;
}

#define OWN_EVENTS(X)						\
	X(ud, "ud2", VECTOR_UD, 0, 0, note_and_skip)		\
	X(gp, "mov %eax, %ds", VECTOR_GP, 0x1000, 0, note_and_skip) \
	X(pf, "mov %eax, (%rsi)", VECTOR_PF, 2, 0, note_and_skip) \
	X(bp, "int3", VECTOR_BP, 0, 1, note)			\
	X(soft, "int $0x80", 0x80, 0, 2, note)			\
	X(db, ".byte 0xf1", VECTOR_DB, 0, 1, note)

#define AS_ASM(name, insn, ...) "own_" #name ": " insn "; call own_end\n"
#define AS_LABEL(name, ...) extern char own_##name[];
#define AS_ENTRY(name, insn, vector, error, len, handler) \
	{ own_##name, vector, error, len, handler },

asm(".pushsection .text\n" OWN_EVENTS(AS_ASM) ".popsection");
OWN_EVENTS(AS_LABEL)

/* Not by way of the C library's stack alignment, which nobody has seen to here */
static __attribute__((used)) GUEST_NOFPU void own_end(void)
{
	guest_done();
}

TEST_F(events, stack_not_mapped_for_own_events)
{
	static const struct {
		char *at;
		u64 vector, error, len;
		guest_handler handler;
	} own[] = { OWN_EVENTS(AS_ENTRY) };
	struct vcpu *v = &self->o.cpu;
	u8 *stack = new_pages(PAGE);

	vm_map(&self->o.vm, 0x90000000, PAGE, stack, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(own); i++) {
		/* It has no INT1 */
		if (own[i].vector == VECTOR_DB && guest_on_tcg)
			continue;
		guest_handlers[own[i].vector] = own[i].handler;
		vcpu_start(v, guest_nothing, 0);
		vcpu_set(v, RIP, (unsigned long)own[i].at);
		vcpu_set(v, RSP, 0x90000ff0);
		vcpu_set(v, RAX, 0x1000);
		vcpu_set(v, RSI, 0x700000123000);
		madvise(stack, PAGE, MADV_DONTNEED);
		vcpu_finish(v);
		ASSERT_EQ(i + 1, got);
		EXPECT_EQ(own[i].vector, order[i]);
		EXPECT_EQ(own[i].error, last_error);
		EXPECT_EQ((unsigned long)own[i].at + own[i].len, last_rip);
		if (own[i].vector == VECTOR_PF)
			EXPECT_EQ(0x700000123000, last_cr2);
	}
}

/* Software events that come with the registers: behind an instruction as long as they say */
extern char five_nops[];

asm(".pushsection .text; five_nops: nop; nop; nop; nop; nop; call own_end; .popsection");

TEST_F(events, stack_not_mapped_for_software_events)
{
	/* Vector, type as in the VM-entry interruption information, length */
	static const u64 soft[][3] = {
		{ 0x80, 4, 2 }, { 0x80, 4, 5 }, { VECTOR_DB, 5, 1 }, { VECTOR_BP, 6, 1 },
		{ VECTOR_BP, 6, 4 },
	};
	struct vcpu *v = &self->o.cpu;
	u8 *stack = new_pages(PAGE);

	vm_map(&self->o.vm, 0x90000000, PAGE, stack, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(soft); i++) {
		vcpu_start(v, guest_nothing, 0);
		vcpu_set(v, RIP, (unsigned long)five_nops);
		vcpu_set(v, RSP, 0x90000ff0);
		vcpu_set(v, MOTE_X86_EVENT_INFO,
			 1u << 31 | soft[i][2] << 16 | soft[i][1] << 8 | soft[i][0]);
		madvise(stack, PAGE, MADV_DONTNEED);
		vcpu_finish(v);
		ASSERT_EQ(i + 1, got);
		EXPECT_EQ(soft[i][0], order[i]);
		EXPECT_EQ((unsigned long)five_nops + soft[i][2], last_rip);
	}
}

/* And for interrupts and NMIs, which do not come back by themselves */
TEST_F(events, stack_not_mapped_for_interrupts)
{
	struct vcpu *v = &self->o.cpu;
	u8 *stack = new_pages(PAGE);

	vm_map(&self->o.vm, 0x90000000, PAGE, stack, 0);
	for (unsigned int i = 0; i < 6; i++) {
		u32 vector = i % 2 ? VECTOR_NMI : 0x60;

		vcpu_start(v, guest_sync_loop, 0);
		vcpu_set(v, RFLAGS, RFLAGS_FIXED | RFLAGS_IF);
		vcpu_set(v, RSP, 0x90000ff0);
		madvise(stack, PAGE, MADV_DONTNEED);
		EXPECT_EQ(0, x86_inject(v, i % 2 ? MOTE_EVENT_NMI : MOTE_EVENT_INTR,
					i % 2 ? 0 : vector));
		EXPECT_EQ(0, vcpu_sync(v));
		ASSERT_EQ(i + 1, got);
		EXPECT_EQ(vector, order[i]);
		EXPECT_EQ((unsigned long)guest_sync_loop, last_rip);
		EXPECT_EQ(0, vcpu_get(v, MOTE_X86_NMI_BLOCKED));
	}
}

/* No memory at all behind the IDT: an exit, and the event is kept */
TEST_F(events, idt_nowhere)
{
	struct vcpu *v = &self->o.cpu;
	u64 info;

	vcpu_start(v, guest_sync_loop, 0);
	vcpu_set(v, MOTE_X86_SEG(MOTE_X86_IDTR, MOTE_X86_SEG_BASE), MMIO_GPA);
	EXPECT_EQ(0, x86_inject_error(v, VECTOR_GP, 0x18, 0));
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_run(v));
	EXPECT_EQ(MMIO_GPA + 13 * 16, v->run->exit.mmio.gpa);
	info = vcpu_get(v, MOTE_X86_EVENT_INFO);
	EXPECT_EQ(0x18ULL << 32 | 1u << 31 | 1 << 11 | 3 << 8 | 13, info);
	vcpu_set(v, MOTE_X86_SEG(MOTE_X86_IDTR, MOTE_X86_SEG_BASE),
		 (unsigned long)x86_tables(v)->idt);
	EXPECT_EQ(0, vcpu_sync(v));
	EXPECT_EQ(1, got);
	EXPECT_EQ(0x18, last_error);
}

/* What is on its way moves with the registers */
TEST_F(events, events_are_state)
{
	struct mote_reg r[4] = {
		{ .id = MOTE_X86_EVENT_INFO }, { .id = MOTE_X86_NMI_PENDING },
		{ .id = MOTE_X86_INTR_PENDING }, { .id = MOTE_X86_NMI_BLOCKED },
	};
	struct vcpu *v = &self->o.cpu, w;

	EXPECT_EQ(0, x86_inject_error(v, VECTOR_PF, 2, 0x123000));
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_INTR, 0x77));
	must_get_regs(v->fd, r, 4, NULL);
	EXPECT_EQ(2ULL << 32 | 1u << 31 | 1 << 11 | 3 << 8 | 14, r[0].value);
	EXPECT_EQ(1, r[1].value);
	EXPECT_EQ(0x177, r[2].value);
	vcpu_create(&w, &self->o.vm, 1);
	vcpu_start(&w, guest_sync_with_interrupts, 0);
	must_set_regs(w.fd, r, 4, NULL);
	vcpu_set(&w, MOTE_X86_CR2, 0x123000);
	vcpu_sync(&w);
	vcpu_sync(&w);
	ASSERT_EQ(3, got);
	EXPECT_EQ(VECTOR_NMI, order[0]);
	EXPECT_EQ(VECTOR_PF, order[1]);
	EXPECT_EQ(0x77, order[2]);
	vcpu_destroy(&w);
}

/* --- exceptions of the guest's own --- */

GUEST(own_faults)
{
	u64 sum = 0;

	GUEST_EQ(VECTOR_UD, GUEST_TRY("ud2", : : : "memory"));
	GUEST_EQ(VECTOR_PF, GUEST_TRY("movb $1, (%0)", : : "r"(0x700000000000ULL) : "memory"));
	GUEST_EQ(2, guest_fault.error);
	GUEST_EQ(0x700000000000ULL, guest_fault.cr2);
	GUEST_EQ(VECTOR_GP, GUEST_TRY("movb $1, (%0)", : : "r"(1ULL << 63) : "memory"));
	GUEST_EQ(VECTOR_DE, GUEST_TRY("xor %%edx, %%edx; div %%rdx", : "+a"(sum) : : "rdx"));
	GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%ds", : : "r"(0x1000) : "memory"));
	GUEST_EQ(0x1000, guest_fault.error);
	GUEST_EQ(VECTOR_BP, GUEST_TRY("int3", : : : "memory"));
}

TEST(faults_of_the_guest)
{
	struct one o;

	one_create(&o, 0, guest_own_faults, 0);
	vcpu_finish(&o.cpu);
	/* Of all these the hypervisor sees nothing */
	EXPECT_EQ(0, o.cpu.stats->exits[MOTE_EXIT_EXCEPTION]);
	one_destroy(&o);
}

TEST_HARNESS_MAIN
