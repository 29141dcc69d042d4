// SPDX-License-Identifier: GPL-2.0-only
/* Hardware task switches with paging, to virtual-8086 mode, and with faults on the way. */
#include <string.h>

#include "x86_tasks.h"

#include "kselftest_harness.h"

FIXTURE(task_fault)
{
	struct tasks t;
};

FIXTURE_SETUP(task_fault)
{
	tasks_create(&self->t);
}

FIXTURE_TEARDOWN(task_fault)
{
	tasks_destroy(&self->t);
}

/* --- paging --- */

#define WINDOW	0xa0000000u	/* each task sees a page of its own there */

/* 32-bit paging: all one to one but the window */
static u32 *directory(struct tasks *t, const void *window)
{
	u32 *dir = vm_alloc(&t->o.vm, 2 * PAGE), *table = dir + 1024;

	for (u64 i = 0; i < 1024; i++)
		dir[i] = (u32)(i << 22 | PTE_P | PTE_W | PTE_PS | PTE_U);
	dir[WINDOW >> 22] = ADDR(table) | PTE_P | PTE_W | PTE_U;
	table[0] = ADDR(window) | PTE_P | PTE_W | PTE_U;
	return dir;
}

static void page_with(struct tasks *t, u32 *dir)
{
	vcpu_set(&t->o.cpu, MOTE_X86_CR3, ADDR(dir));
	vcpu_set(&t->o.cpu, MOTE_X86_CR4, CR4_PSE);
	vcpu_set(&t->o.cpu, MOTE_X86_CR0, CR0_ET | CR0_PE | CR0_PG | CR0_WP | CR0_NE);
}

TEST_F(task_fault, page_tables)
{
	u32 *one = vm_alloc(&self->t.o.vm, PAGE), *two = vm_alloc(&self->t.o.vm, PAGE);
	u32 *dir1 = directory(&self->t, one), *dir2 = directory(&self->t, two);

	*one = 1111;
	*two = 2222;
	tasks_start(&self->t, t_load);
	page_with(&self->t, dir1);
	vcpu_set(&self->t.o.cpu, RBX, WINDOW);
	self->t.main->ldt = 0;
	self->t.main->trap = 0;
	self->t.main->cr3 = ADDR(dir1);
	self->t.a->cr3 = ADDR(dir2);
	self->t.a->eip = ADDR(t_load);
	self->t.a->gpr[3] = WINDOW;
	EXPECT_HALT(SEL_MAIN, t_load + 2);
	EXPECT_EQ(1111, tasks_get(&self->t, RAX));
	vcpu_set(&self->t.o.cpu, RIP, ADDR(t_call_a));
	EXPECT_HALT(SEL_A, t_load + 2);
	EXPECT_EQ(2222, tasks_get(&self->t, RAX));
	EXPECT_EQ(ADDR(dir2), tasks_get(&self->t, MOTE_X86_CR3));
	EXPECT_HALT(SEL_MAIN, t_call_a + 7);
	EXPECT_EQ(ADDR(dir1), tasks_get(&self->t, MOTE_X86_CR3));
	vcpu_set(&self->t.o.cpu, RIP, ADDR(t_load));
	EXPECT_HALT(SEL_MAIN, t_load + 2);
	EXPECT_EQ(1111, tasks_get(&self->t, RAX));
	EXPECT_SWITCHES(2);
}

TEST_F(task_fault, pae)
{
	u64 *root = vm_alloc(&self->t.o.vm, 2 * 5 * PAGE), *root2 = root + 5 * 512;

	if (BY_CPU)
		SKIP(return, "QEMU's CPU sets a reserved bit in PDPTEs, the accessed bit");
	for (u64 i = 0; i < 4; i++) {
		root[i] = ADDR(root + 512 * (i + 1)) | PTE_P;
		root2[i] = ADDR(root2 + 512 * (i + 1)) | PTE_P;
	}
	for (u64 i = 0; i < 2048; i++)
		root[512 + i] = root2[512 + i] = i << 21 | PTE_P | PTE_W | PTE_PS;
	/* A sees the arena in the window */
	root2[512 + (WINDOW >> 21)] = (ADDR(self->t.gdt) & -(u32)HUGE) | PTE_P | PTE_W | PTE_PS;
	tasks_start(&self->t, t_call_a);
	page_with(&self->t, (u32 *)root);
	vcpu_set(&self->t.o.cpu, MOTE_X86_CR4, CR4_PAE);
	self->t.a->cr3 = ADDR(root2);
	self->t.a->eip = ADDR(t_load);
	self->t.a->gpr[3] = WINDOW + (ADDR(self->t.gdt) & (HUGE - 1)) + SEL_A;
	EXPECT_HALT(SEL_A, t_load + 2);
	EXPECT_EQ((u32)self->t.gdt[SEL_A / 8], tasks_get(&self->t, RAX));
	EXPECT_EQ(ADDR(root2), tasks_get(&self->t, MOTE_X86_CR3));
	EXPECT_SWITCHES(1);
}

/* What is found before the switch is a fault of the old task */
TEST_F(task_fault, absent_tss)
{
	u32 *dir = directory(&self->t, self->t.stack[3]);
	u32 *at;

	tasks_start(&self->t, t_call_a);
	page_with(&self->t, dir);
	self->t.idt[VECTOR_PF] = tasks_gate(SEL_C0, ADDR(t_halt), INT_GATE);
	/* Its second part lies in a page that is not there */
	self->t.gdt[SEL_A / 8] = tasks_descriptor(WINDOW + PAGE - 0x30, 0x67, 0x89);
	EXPECT_HALT(SEL_MAIN, t_halt);
	EXPECT_EQ(WINDOW + PAGE, tasks_get(&self->t, MOTE_X86_CR2) & -(u32)PAGE);
	at = (u32 *)tasks_get(&self->t, RSP);
	EXPECT_EQ(0, at[0] & 5);
	EXPECT_EQ(ADDR(t_call_a), at[1]);
	EXPECT_EQ(0, BUSY(SEL_A));
	EXPECT_EQ(0, tasks_get(&self->t, MOTE_X86_CR0) & CR0_TS);
	EXPECT_EQ(0xeeeeeeee, self->t.main->eip);
	EXPECT_SWITCHES(BY_CPU ? 0 : 1);
}

/* The processor's own accesses are not the user's */
TEST_F(task_fault, from_user_mode)
{
	static u8 stack[PAGE] __attribute__((aligned(4096)));
	u32 *dir = directory(&self->t, self->t.stack[3]);
	struct vcpu *v = &self->t.o.cpu;

	/* GDT, IDT and TSSs are in pages of the kernel */
	dir[ADDR(self->t.gdt) >> 22] &= ~(u32)PTE_U;
	tasks_start(&self->t, t_int);
	page_with(&self->t, dir);
	for (unsigned int i = MOTE_X86_ES; i <= MOTE_X86_GS; i++)
		tasks_set_seg(v, i, SEL_D3, 0, 0xffffffff, 0xc0f3);
	tasks_set_seg(v, MOTE_X86_CS, SEL_C3, 0, 0xffffffff, 0xc0fb);
	vcpu_set(v, RSP, ADDR(stack) + STACK_TOP);
	self->t.main->cr3 = ADDR(dir);
	self->t.main->ldt = 0;
	self->t.main->trap = 0;
	self->t.a->cr3 = ADDR(dir);
	self->t.a->eip = ADDR(t_iret);
	self->t.idt[VECTOR_GP] = tasks_gate(SEL_C0, ADDR(t_halt), INT_GATE);
	self->t.main->ss0 = SEL_D0;
	self->t.main->esp0 = ADDR(self->t.stack[3]) + STACK_TOP;
	EXPECT_HALT(SEL_A, t_iret);
	EXPECT_EQ(SEL_C3, self->t.main->seg[1].sel);
	EXPECT_EQ(SEL_C0, tasks_get(&self->t, SELECTOR(CS)));
	/* Back in user mode HLT is refused */
	EXPECT_HALT(SEL_MAIN, t_halt);
	EXPECT_EQ(ADDR(t_int) + 2, *(u32 *)(self->t.stack[3] + STACK_TOP - 20));
	EXPECT_EQ(SEL_C3, *(u32 *)(self->t.stack[3] + STACK_TOP - 16));
	EXPECT_SWITCHES(2);
}

/* --- faults of the new task --- */

TEST_F(task_fault, absent_segment)
{
	u32 *at;

	tasks_start(&self->t, t_jmp_a);
	self->t.a->seg[3].sel = SEL_ABSENT;
	self->t.idt[VECTOR_NP] = tasks_gate(SEL_C0, ADDR(t_halt), INT_GATE);
	EXPECT_HALT(SEL_A, t_halt);
	at = (u32 *)tasks_get(&self->t, RSP);
	EXPECT_EQ(SEL_ABSENT, at[0]);
	if (!BY_CPU)
		EXPECT_EQ(self->t.a->eip, at[1]);
	EXPECT_EQ(SEL_ABSENT, tasks_get(&self->t, SELECTOR(DS)));
	EXPECT_EQ(0, BUSY(SEL_MAIN));
	EXPECT_EQ(1, BUSY(SEL_A));
	EXPECT_SWITCHES(1);
}

/* Whoever handles it gets the stack of a more privileged level */
TEST_F(task_fault, no_stack)
{
	u32 *at;

	if (BY_CPU)
		SKIP(return, "QEMU's CPU keeps the old task's stack");
	tasks_start(&self->t, t_jmp_a);
	self->t.a->seg[2].sel = 0;
	self->t.a->ss0 = SEL_D0;
	self->t.a->esp0 = ADDR(self->t.stack[3]) + STACK_TOP;
	self->t.idt[VECTOR_TS] = tasks_gate(SEL_C0, ADDR(t_halt), INT_GATE);
	EXPECT_HALT(SEL_A, t_halt);
	at = (u32 *)tasks_get(&self->t, RSP);
	EXPECT_EQ(ADDR(self->t.stack[3]) + STACK_TOP - 24, ADDR(at));
	EXPECT_EQ(0, at[0]);
	EXPECT_EQ(self->t.a->eip, at[1]);
	EXPECT_SWITCHES(1);
}

/* A #GP whose task has a bad LDT: both in one.  A #DF's: the end. */
TEST_F(task_fault, double_fault)
{
	if (BY_CPU)
		SKIP(return, "QEMU's CPU takes the two one after the other");
	tasks_start(&self->t, t_gp);
	self->t.a->ldt = SEL_D0;
	self->t.b->eip = ADDR(t_error);
	self->t.idt[VECTOR_GP] = tasks_gate(SEL_A, 0, TASK_GATE);
	self->t.idt[VECTOR_DF] = tasks_gate(SEL_B, 0, TASK_GATE);
	EXPECT_HALT(SEL_B, t_error + 1);
	EXPECT_EQ(0, tasks_get(&self->t, RAX));
	EXPECT_EQ(SEL_A, self->t.b->link);
	EXPECT_SWITCHES(2);
	tasks_start(&self->t, t_gp);
	tasks_fill_gdt(&self->t);
	self->t.b->ldt = SEL_D0;
	EXPECT_EQ(MOTE_EXIT_SHUTDOWN, tasks_go(&self->t));
	EXPECT_SWITCHES(4);
}

TEST_F(task_fault, debug_trap)
{
	if (BY_CPU)
		SKIP(return, "QEMU's CPU has no T flag");
	tasks_start(&self->t, t_jmp_a);
	self->t.a->trap = 1;
	self->t.idt[VECTOR_DB] = tasks_gate(SEL_C0, ADDR(t_halt), INT_GATE);
	vcpu_set(&self->t.o.cpu, MOTE_X86_DR(7), 0x400 | 0x303);
	EXPECT_HALT(SEL_A, t_halt);
	EXPECT_EQ(1 << 15, tasks_get(&self->t, MOTE_X86_DR(6)) & 1 << 15);
	EXPECT_EQ(self->t.a->eip, *(u32 *)tasks_get(&self->t, RSP));
	/* Breakpoints of the old task alone are off */
	EXPECT_EQ(0x602, tasks_get(&self->t, MOTE_X86_DR(7)));
	EXPECT_SWITCHES(1);
}

/* --- virtual-8086 mode --- */

TEST_F(task_fault, vm86)
{
	u8 *low = x86_low_memory(&self->t.o.vm, 2 * PAGE);
	u32 *at;

	memcpy(low + PAGE, t_vm86, t_vm86_end - t_vm86);
	tasks_start(&self->t, t_jmp_a);
	self->t.a->eflags = RFLAGS_FIXED | FLAG_VM;
	self->t.a->eip = 0;
	self->t.a->gpr[0] = 41;
	for (int i = 0; i < 6; i++)
		self->t.a->seg[i].sel = 0x10 * i;
	self->t.a->seg[1].sel = PAGE >> 4;
	self->t.a->ss0 = SEL_D0;
	self->t.a->esp0 = ADDR(self->t.stack[3]) + STACK_TOP;
	self->t.idt[VECTOR_GP] = tasks_gate(SEL_C0, ADDR(t_halt), INT_GATE);
	EXPECT_HALT(SEL_A, t_halt);
	at = (u32 *)tasks_get(&self->t, RSP);
	EXPECT_EQ(42, tasks_get(&self->t, RAX));
	EXPECT_EQ(0, at[0]);
	EXPECT_EQ(1, at[1]);
	EXPECT_EQ(PAGE >> 4, at[2]);
	EXPECT_EQ(FLAG_VM, at[3] & FLAG_VM);
	EXPECT_EQ(0x20, at[5]);		/* SS */
	EXPECT_EQ(0x50, at[9]);		/* GS */
	EXPECT_SWITCHES(1);
}

TEST_HARNESS_MAIN
