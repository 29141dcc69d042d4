/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 32-bit guests with hardware tasks.  libmote switches them; QEMU's SVM, which has
 * no intercept of that (seen in 7.2), lets the guest's CPU.
 */
#ifndef MOTE_SELFTEST_X86_TASKS_H
#define MOTE_SELFTEST_X86_TASKS_H

#include <libmote_x86.h>

#include "x86_vm.h"

#define SEL_C0		0x08	/* flat code, data */
#define SEL_D0		0x10
#define SEL_MAIN	0x18	/* TSSs */
#define SEL_A		0x20
#define SEL_B		0x28
#define SEL_LDT		0x30
#define SEL_GATE	0x38	/* to A */
#define SEL_C3		0x43	/* flat, privilege 3 */
#define SEL_D3		0x4b
#define SEL_16		0x50	/* 16-bit TSS */
#define SEL_ABSENT	0x58	/* data that is not present */
#define SEL_LOW_C	0x60	/* code at low offsets */
#define SEL_IN_LDT	0x0c	/* data, second entry of the LDT */

#define VECTOR_TS	10

#define FLAG_NT		(1u << 14)
#define FLAG_VM		(1u << 17)

struct tss32 {
	u16 link, pad0;
	u32 esp0;
	u16 ss0, pad1;
	u32 other_stacks[4];
	u32 cr3, eip, eflags;
	u32 gpr[8];
	struct {
		u16 sel, pad;
	} seg[6];
	u16 ldt, pad2;
	u16 trap, iomap;
};

struct tss16 {
	u16 link, stacks[6];
	u16 ip, flags, gpr[8], seg[4], ldt;
};

/* Tasks: HLT shows the test where they are */
extern char t_halt[], t_jmp_a[], t_jmp_gate[], t_call_a[], t_call_b[], t_int[], t_gp[],
	t_error[], t_iret[], t_fpu[], t_ud[], t_jmp_main[], t_jmp_16[], t_load[], t_spin[],
	t_gp_at[], t_vm86[], t_vm86_end[];

/**
 * struct tasks - a VM with three tasks, of which main runs
 * @o: VM and vCPU
 * @emul: libmote's emulator
 * @env: what it works on
 * @gdt: filled by tasks_fill_gdt()
 * @idt: empty, but for vector 0x40, a task gate to A
 * @ldt: of SEL_LDT
 * @main: TSS of the task that runs first, 0xee all over
 * @a: TSS of another one, which halts
 * @b: TSS of a third, which halts and returns
 * @old: 16-bit TSS, empty
 * @stack: of main, A, B, and for privilege 0 of A
 * @switches: those that libmote did
 */
struct tasks {
	struct one o;
	struct mote_x86_emul emul;
	struct mote_x86_env env;
	u64 *gdt, *idt, *ldt;
	struct tss32 *main, *a, *b;
	struct tss16 *old;
	u8 *stack[4];
	unsigned int switches;
};

#define STACK_TOP	(PAGE - 64)
#define ADDR(p)		((u32)(unsigned long)(p))

/* The CPU of this host does the switches itself */
#define BY_CPU		guest_on_tcg

#define TASK_GATE	0x85
#define INT_GATE	0x8e

/** tasks_descriptor() - @attr: type, S, DPL, P, and from bit 12 on AVL, L, D/B, G */
u64 tasks_descriptor(u32 base, u32 limit, u32 attr);
/** tasks_gate() - @attr: TASK_GATE, INT_GATE, DPL */
u64 tasks_gate(u32 selector, u32 offset, u32 attr);

void tasks_create(struct tasks *t);
void tasks_destroy(struct tasks *t);

/** tasks_fill_gdt() - as at the start, main's TSS busy */
void tasks_fill_gdt(struct tasks *t);

/** tasks_fill_tss() - flat, no paging, all registers different */
void tasks_fill_tss(struct tss32 *tss, void *eip, u8 *stack);

void tasks_set_seg(struct vcpu *v, unsigned int which, u32 sel, u32 base, u32 limit, u32 ar);

/** tasks_start() - the next RUN begins in main, at @code */
void tasks_start(struct tasks *t, void *code);

/** tasks_go() - RUN until something else than a task switch; Return: enum mote_exit_type */
int tasks_go(struct tasks *t);

static inline u64 tasks_get(struct tasks *t, u64 id)
{
	return vcpu_get(&t->o.cpu, id);
}

/* These are for fixtures that have a struct tasks by the name of t */
#define SELECTOR(which)	MOTE_X86_SEG(MOTE_X86_##which, MOTE_X86_SEG_SELECTOR)
#define BUSY(sel)	(self->t.gdt[(sel) / 8] >> 41 & 1)

/* Halted in @task behind the HLT at @code */
#define EXPECT_HALT(task, code) do {						\
	ASSERT_EQ(MOTE_EXIT_HALT, tasks_go(&self->t));				\
	EXPECT_EQ(task, tasks_get(&self->t, SELECTOR(TR)));			\
	EXPECT_EQ(ADDR(code) + 1, tasks_get(&self->t, RIP));			\
} while (0)

#define EXPECT_SWITCHES(n)	EXPECT_EQ(BY_CPU ? 0 : (n), self->t.switches)

#endif
