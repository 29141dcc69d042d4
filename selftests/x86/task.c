// SPDX-License-Identifier: GPL-2.0-only
/* Hardware task switches: what they change, and what makes them. */
#include <string.h>

#include "x86_tasks.h"

#include "kselftest_harness.h"

FIXTURE(task)
{
	struct tasks t;
};

FIXTURE_SETUP(task)
{
	tasks_create(&self->t);
}

FIXTURE_TEARDOWN(task)
{
	tasks_destroy(&self->t);
}

/* --- all of the state --- */

TEST_F(task, jump_there_and_back)
{
	tasks_start(&self->t, t_jmp_a);
	self->t.a->eip = ADDR(t_jmp_main);
	self->t.a->eflags = RFLAGS_FIXED | 0xcd5;
	self->t.a->ldt = SEL_LDT;
	self->t.a->seg[5].sel = SEL_IN_LDT;
	self->t.a->seg[4].sel = 0;
	EXPECT_HALT(SEL_A, t_jmp_main);
	/* The new one is here */
	for (u32 i = 0; i < 8; i++) {
		EXPECT_EQ(self->t.a->gpr[i], tasks_get(&self->t, MOTE_X86_GPR(i)));
	}
	EXPECT_EQ(RFLAGS_FIXED | 0xcd5, tasks_get(&self->t, RFLAGS));
	EXPECT_EQ(SEL_LDT, tasks_get(&self->t, SELECTOR(LDTR)));
	EXPECT_EQ(ADDR(self->t.ldt), tasks_get(&self->t, MOTE_X86_SEG(MOTE_X86_LDTR, MOTE_X86_SEG_BASE)));
	EXPECT_EQ(SEL_IN_LDT, tasks_get(&self->t, SELECTOR(GS)));
	EXPECT_EQ(0x1000, tasks_get(&self->t, MOTE_X86_SEG(MOTE_X86_GS, MOTE_X86_SEG_BASE)));
	EXPECT_EQ(0x4093, tasks_get(&self->t, MOTE_X86_SEG(MOTE_X86_GS, MOTE_X86_SEG_AR)));
	if (!BY_CPU)
		EXPECT_EQ(1, self->t.ldt[1] >> 40 & 1);
	EXPECT_NE(0, tasks_get(&self->t, MOTE_X86_SEG(MOTE_X86_FS, MOTE_X86_SEG_AR)) & AR_UNUSABLE);
	EXPECT_EQ(ADDR(self->t.a), tasks_get(&self->t, MOTE_X86_SEG(MOTE_X86_TR, MOTE_X86_SEG_BASE)));
	EXPECT_EQ(CR0_TS, tasks_get(&self->t, MOTE_X86_CR0) & CR0_TS);
	EXPECT_EQ(0, BUSY(SEL_MAIN));
	EXPECT_EQ(1, BUSY(SEL_A));
	/* The old one is there, and what a switch does not write is as it was */
	EXPECT_EQ(ADDR(t_jmp_a) + 7, self->t.main->eip);
	EXPECT_EQ(RFLAGS_FIXED, self->t.main->eflags);
	EXPECT_EQ(0xa0a0a0a0, self->t.main->gpr[0]);
	EXPECT_EQ(0xc0c0c0c0, self->t.main->gpr[1]);
	EXPECT_EQ(ADDR(self->t.stack[0]) + STACK_TOP, self->t.main->gpr[4]);
	EXPECT_EQ(0xd1d1d1d1, self->t.main->gpr[7]);
	EXPECT_EQ(SEL_C0, self->t.main->seg[1].sel);
	EXPECT_EQ(SEL_D0, self->t.main->seg[5].sel);
	EXPECT_EQ(0xeeee, self->t.main->link);
	EXPECT_EQ(0xeeee, self->t.main->ldt);
	EXPECT_EQ(0xeeeeeeee, self->t.main->cr3);
	EXPECT_EQ(0, self->t.a->link);
	/* And back */
	self->t.main->ldt = 0;
	self->t.main->trap = 0;
	EXPECT_HALT(SEL_MAIN, t_jmp_a + 7);
	EXPECT_EQ(0xa0a0a0a0, tasks_get(&self->t, RAX));
	EXPECT_EQ(0, tasks_get(&self->t, SELECTOR(LDTR)));
	EXPECT_EQ(SEL_D0, tasks_get(&self->t, SELECTOR(GS)));
	EXPECT_EQ(1, BUSY(SEL_MAIN));
	EXPECT_EQ(0, BUSY(SEL_A));
	EXPECT_EQ(SEL_IN_LDT, self->t.a->seg[5].sel);
	EXPECT_SWITCHES(2);
}

TEST_F(task, calls_nest)
{
	tasks_start(&self->t, t_call_a);
	self->t.main->ldt = 0;
	self->t.main->trap = 0;
	self->t.a->eip = ADDR(t_call_b);
	EXPECT_HALT(SEL_B, t_iret);
	EXPECT_EQ(SEL_A, self->t.b->link);
	EXPECT_EQ(SEL_MAIN, self->t.a->link);
	EXPECT_EQ(FLAG_NT, tasks_get(&self->t, RFLAGS) & FLAG_NT);
	EXPECT_EQ(FLAG_NT, self->t.a->eflags & FLAG_NT);
	EXPECT_EQ(0, self->t.main->eflags & FLAG_NT);
	EXPECT_EQ(1, BUSY(SEL_MAIN) & BUSY(SEL_A) & BUSY(SEL_B));
	EXPECT_HALT(SEL_A, t_call_b + 7);
	EXPECT_EQ(FLAG_NT, tasks_get(&self->t, RFLAGS) & FLAG_NT);
	EXPECT_EQ(0, self->t.b->eflags & FLAG_NT);
	EXPECT_EQ(0, BUSY(SEL_B));
	EXPECT_EQ(1, BUSY(SEL_A));
	EXPECT_HALT(SEL_MAIN, t_call_a + 7);
	EXPECT_EQ(0, tasks_get(&self->t, RFLAGS) & FLAG_NT);
	EXPECT_EQ(0, BUSY(SEL_A));
	EXPECT_EQ(1, BUSY(SEL_MAIN));
	EXPECT_SWITCHES(4);
}

TEST_F(task, jump_through_a_gate)
{
	tasks_start(&self->t, t_jmp_gate);
	EXPECT_HALT(SEL_A, t_halt);
	EXPECT_EQ(ADDR(t_jmp_gate) + 7, self->t.main->eip);
	EXPECT_SWITCHES(1);
}

/* 16 bits of each register; the others of EFLAGS and EIP are 0 */
TEST_F(task, old_tss)
{
	tasks_start(&self->t, t_jmp_16);
	vcpu_set(&self->t.o.cpu, RFLAGS, RFLAGS_FIXED | 1 << 21);
	*self->t.old = (struct tss16){
		.ip = t_iret - t_halt, .flags = RFLAGS_FIXED,
		.seg = { SEL_D0, SEL_LOW_C, SEL_D0, SEL_D0 },
	};
	for (int i = 0; i < 8; i++)
		self->t.old->gpr[i] = 0x1111 * (i + 1);
	ASSERT_EQ(MOTE_EXIT_HALT, tasks_go(&self->t));
	EXPECT_EQ(SEL_16, tasks_get(&self->t, SELECTOR(TR)));
	EXPECT_EQ(3, tasks_get(&self->t, MOTE_X86_SEG(MOTE_X86_TR, MOTE_X86_SEG_AR)) & 0xf);
	EXPECT_EQ(t_iret + 1 - t_halt, tasks_get(&self->t, RIP));
	if (!BY_CPU)
		EXPECT_EQ(RFLAGS_FIXED, tasks_get(&self->t, RFLAGS));
	EXPECT_EQ(0, tasks_get(&self->t, SELECTOR(FS)));
	for (u32 i = 0; i < 8; i++) {
		EXPECT_EQ(0x1111 * (i + 1), tasks_get(&self->t, MOTE_X86_GPR(i)) & 0xffff);
	}
	EXPECT_EQ(1 << 21 | RFLAGS_FIXED, self->t.main->eflags);
	/* From there to A, as an interrupt that comes behind the HLT does */
	self->t.idt[VECTOR_NMI] = tasks_gate(SEL_A, 0, TASK_GATE);
	vcpu_set(&self->t.o.cpu, RBX, 0x12345678);
	EXPECT_EQ(0, x86_inject(&self->t.o.cpu, MOTE_EVENT_NMI, 0));
	EXPECT_HALT(SEL_A, t_halt);
	EXPECT_EQ(SEL_16, self->t.a->link);
	EXPECT_EQ(t_iret + 1 - t_halt, self->t.old->ip);
	EXPECT_EQ(0x5678, self->t.old->gpr[3]);
	EXPECT_EQ(0x5555, self->t.old->gpr[4]);
	EXPECT_EQ(SEL_LOW_C, self->t.old->seg[1]);
	EXPECT_SWITCHES(2);
}

/* --- events --- */

TEST_F(task, software_interrupt)
{
	tasks_start(&self->t, t_int);
	self->t.main->ldt = 0;
	self->t.main->trap = 0;
	self->t.a->eip = ADDR(t_iret);
	EXPECT_HALT(SEL_A, t_iret);
	EXPECT_EQ(ADDR(t_int) + 2, self->t.main->eip);
	EXPECT_EQ(SEL_MAIN, self->t.a->link);
	EXPECT_EQ(ADDR(self->t.stack[1]) + STACK_TOP, tasks_get(&self->t, RSP));
	EXPECT_HALT(SEL_MAIN, t_int + 2);
	/* It is not given again: the next one is the guest's own */
	EXPECT_EQ(0, tasks_get(&self->t, MOTE_X86_EVENT_INFO));
	EXPECT_SWITCHES(2);
}

/* The old task returns to the instruction; the error code is on the new stack */
TEST_F(task, exception_with_error_code)
{
	tasks_start(&self->t, t_gp);
	self->t.main->ldt = 0;
	self->t.main->trap = 0;
	self->t.idt[VECTOR_GP] = tasks_gate(SEL_A, 0, TASK_GATE);
	self->t.a->eip = ADDR(t_error);
	EXPECT_HALT(SEL_A, t_error + 1);
	EXPECT_EQ(0xabc8, tasks_get(&self->t, RAX));
	EXPECT_EQ(ADDR(t_gp_at), self->t.main->eip);
	if (!BY_CPU)
		EXPECT_EQ(1 << 16, self->t.main->eflags & 1 << 16);
	EXPECT_EQ(ADDR(self->t.stack[1]) + STACK_TOP, tasks_get(&self->t, RSP));
	/* Back at the instruction, which faults again: A goes on behind its IRET */
	EXPECT_HALT(SEL_A, t_error + 1);
	EXPECT_EQ(0xabc8, tasks_get(&self->t, RAX));
	EXPECT_SWITCHES(3);
}

TEST_F(task, exception_without_error_code)
{
	tasks_start(&self->t, t_ud);
	self->t.idt[VECTOR_UD] = tasks_gate(SEL_A, 0, TASK_GATE);
	EXPECT_HALT(SEL_A, t_halt);
	EXPECT_EQ(ADDR(t_ud), self->t.main->eip);
	EXPECT_EQ(ADDR(self->t.stack[1]) + STACK_TOP, tasks_get(&self->t, RSP));
	EXPECT_SWITCHES(1);
}

/* INJECTed, through a gate whose TSS and stack nobody has touched yet */
TEST_F(task, new_memory)
{
	u8 *page = new_pages(4 * PAGE);

	if (BY_CPU)
		SKIP(return, "QEMU's CPU switches by itself: the event comes back to a busy TSS");
	vm_map(&self->t.o.vm, MEM_GPA, 4 * PAGE, page, 0);
	tasks_start(&self->t, t_gp);
	self->t.idt[VECTOR_GP] = tasks_gate(SEL_A, 0, TASK_GATE);
	self->t.gdt[SEL_A / 8] = tasks_descriptor(MEM_GPA + PAGE - 0x40, 0x67, 0x89);
	tasks_fill_tss((void *)(page + PAGE - 0x40), t_error, page);
	((struct tss32 *)(page + PAGE - 0x40))->gpr[4] = MEM_GPA + 3 * PAGE + 2;
	EXPECT_HALT(SEL_A, t_error + 1);
	EXPECT_EQ(0xabc8, tasks_get(&self->t, RAX));
	EXPECT_EQ(MEM_GPA + 3 * PAGE + 2, tasks_get(&self->t, RSP));
	EXPECT_EQ(SEL_MAIN, ((struct tss32 *)(page + PAGE - 0x40))->link);
	EXPECT_SWITCHES(1);
}

TEST_F(task, interrupt)
{
	tasks_start(&self->t, t_spin);
	self->t.main->ldt = 0;
	self->t.main->trap = 0;
	self->t.a->eip = ADDR(t_iret);
	vcpu_set(&self->t.o.cpu, RFLAGS, RFLAGS_FIXED | RFLAGS_IF);
	EXPECT_EQ(0, x86_inject(&self->t.o.cpu, MOTE_EVENT_INTR, 0x40));
	EXPECT_HALT(SEL_A, t_iret);
	EXPECT_EQ(RFLAGS_IF, self->t.main->eflags & RFLAGS_IF);
	EXPECT_EQ(0, tasks_get(&self->t, RFLAGS) & RFLAGS_IF);
	EXPECT_LE(ADDR(t_spin), self->t.main->eip);
	EXPECT_EQ(0, x86_inject(&self->t.o.cpu, MOTE_EVENT_INTR, 0x40));
	/* Behind the IRET it is taken again */
	EXPECT_HALT(SEL_A, t_iret);
	EXPECT_SWITCHES(3);
}

/* They are blocked until the task's IRET */
TEST_F(task, nmi)
{
	tasks_start(&self->t, t_spin);
	self->t.main->ldt = 0;
	self->t.main->trap = 0;
	self->t.a->eip = ADDR(t_iret);
	self->t.idt[VECTOR_NMI] = tasks_gate(SEL_A, 0, TASK_GATE);
	EXPECT_EQ(0, x86_inject(&self->t.o.cpu, MOTE_EVENT_NMI, 0));
	EXPECT_HALT(SEL_A, t_iret);
	EXPECT_EQ(1, tasks_get(&self->t, MOTE_X86_NMI_BLOCKED));
	EXPECT_EQ(0, x86_inject(&self->t.o.cpu, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(1, tasks_get(&self->t, MOTE_X86_NMI_PENDING));
	/* There the TF of the step to the IRET's end gets into A's TSS */
	if (BY_CPU)
		return;
	EXPECT_HALT(SEL_A, t_iret);
	EXPECT_EQ(1, tasks_get(&self->t, MOTE_X86_NMI_BLOCKED));
	EXPECT_EQ(0, tasks_get(&self->t, MOTE_X86_NMI_PENDING));
	EXPECT_SWITCHES(3);
}

/* --- the exit --- */

TEST_F(task, exit_record)
{
	struct mote_exit_task *x = &self->t.o.cpu.run->exit.task;
	u32 raw = self->t.o.vm.info.backend == MOTE_BACKEND_SVM ? 0x7d : 9;

	if (BY_CPU)
		SKIP(return, "QEMU has no task switch intercept");
	tasks_start(&self->t, t_gp);
	self->t.idt[VECTOR_GP] = tasks_gate(SEL_A, 0, TASK_GATE);
	/* Unanswered it comes again */
	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(MOTE_EXIT_TASK_SWITCH, vcpu_run(&self->t.o.cpu));
		EXPECT_EQ(raw, self->t.o.cpu.run->exit.raw);
		EXPECT_EQ(MOTE_EXIT_PENDING, self->t.o.cpu.run->exit.flags);
		EXPECT_EQ(MOTE_STATE_REGS, self->t.o.cpu.run->state);
		EXPECT_EQ(ADDR(t_gp_at), self->t.o.cpu.run->exit.pc);
		EXPECT_EQ(SEL_A, x->selector);
		EXPECT_EQ(MOTE_TASK_GATE, x->source);
		EXPECT_EQ(MOTE_TASK_ERROR_CODE, x->flags);
		EXPECT_EQ(MOTE_EVENT_EXCEPTION, x->event);
		EXPECT_EQ(VECTOR_GP, x->vector);
		EXPECT_EQ(0xabc8, x->error_code);
		EXPECT_EQ(0x80000b0d | 0xabc8ULL << 32, tasks_get(&self->t, MOTE_X86_EVENT_INFO));
	}
	tasks_start(&self->t, t_int);
	vcpu_set(&self->t.o.cpu, MOTE_X86_EVENT_INFO, 0);
	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(MOTE_EXIT_TASK_SWITCH, vcpu_run(&self->t.o.cpu));
		EXPECT_EQ(0, vcpu_get(&self->t.o.cpu, MOTE_X86_SHADOW));
		EXPECT_EQ(ADDR(t_int), self->t.o.cpu.run->exit.pc);
		EXPECT_EQ(MOTE_TASK_GATE, x->source);
		EXPECT_EQ(MOTE_TASK_INSN, x->flags);
		EXPECT_EQ(0x40, x->vector);
		EXPECT_TRUE(x->insn_bytes == 0 || x->insn_bytes == 2);
	}
	tasks_start(&self->t, t_call_a);
	vcpu_set(&self->t.o.cpu, MOTE_X86_EVENT_INFO, 0);
	ASSERT_EQ(MOTE_EXIT_TASK_SWITCH, vcpu_run(&self->t.o.cpu));
	EXPECT_EQ(MOTE_TASK_CALL, x->source);
	EXPECT_EQ(MOTE_TASK_INSN, x->flags);
	EXPECT_TRUE(x->insn_bytes == 0 || x->insn_bytes == 7);
	EXPECT_LE(1, self->t.o.cpu.stats->exits[MOTE_EXIT_TASK_SWITCH]);
}

/* --- CR0.TS --- */

TEST_F(task, fpu)
{
	/* Loaded at once, or when the guest asks for it */
	for (int used = 0; used < 2; used++) {
		tasks_start(&self->t, used ? t_fpu : t_call_a);
		tasks_fill_gdt(&self->t);
		tasks_fill_tss(self->t.a, t_fpu, self->t.stack[1]);
		self->t.idt[VECTOR_NM] = tasks_gate(SEL_C0, ADDR(t_halt), INT_GATE);
		if (used) {
			EXPECT_HALT(SEL_MAIN, t_fpu + 2);
			EXPECT_EQ(0, tasks_get(&self->t, MOTE_X86_CR0) & CR0_TS);
			vcpu_set(&self->t.o.cpu, RIP, ADDR(t_call_a));
		}
		EXPECT_HALT(SEL_A, t_halt);
		EXPECT_EQ(CR0_TS, tasks_get(&self->t, MOTE_X86_CR0) & CR0_TS);
		EXPECT_EQ(ADDR(t_fpu), *(u32 *)(self->t.stack[1] + STACK_TOP - 12));
	}
}

TEST_HARNESS_MAIN
