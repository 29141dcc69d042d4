// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "x86_tasks.h"

/* Tasks: HLT shows the test where they are */
asm(".pushsection .text\n"
".globl t_halt, t_jmp_a, t_jmp_gate, t_jmp_main, t_jmp_16, t_call_a, t_call_b, t_int\n"
".globl t_gp, t_gp_at, t_error, t_iret, t_fpu, t_ud, t_load, t_spin, t_vm86, t_vm86_end\n"
".code32\n"
"t_halt:	hlt\n"
"	jmp t_halt\n"
"t_jmp_a:	ljmp $0x20, $0\n"
"	hlt\n"
"t_jmp_gate: ljmp $0x38, $0\n"
"	hlt\n"
"t_jmp_main: hlt\n"
"	ljmp $0x18, $0\n"
"	hlt\n"
"t_jmp_16:	ljmp $0x50, $0\n"
"	hlt\n"
"t_call_a:	lcall $0x20, $0\n"
"	hlt\n"
"t_call_b:	lcall $0x28, $0\n"
"	hlt\n"
"	iret\n"
"t_int:	int $0x40\n"
"	hlt\n"
"t_gp:	mov $0xabc8, %ax\n"
"t_gp_at:	mov %ax, %ds\n"
"	hlt\n"
"t_error:	pop %eax\n"
"	hlt\n"
"	iret\n"
"	jmp t_error\n"
"t_iret:	hlt\n"
"	iret\n"
"	jmp t_iret\n"
"t_fpu:	fninit\n"
"	hlt\n"
"	clts\n"
"	iret\n"
"t_ud:	ud2\n"
"	hlt\n"
"t_load:	mov (%ebx), %eax\n"
"	hlt\n"
"	iret\n"
"t_spin:	inc %ecx\n"
"	jmp t_spin\n"
".code16\n"
"t_vm86:	inc %ax\n"
"	hlt\n"
"t_vm86_end:\n"
".code64\n"
".popsection\n");

static void on_port(void *opaque, u16 port, u32 bytes, int write, u32 *value)
{
	(void)opaque;
	(void)value;
	die("port 0x%x, %u bytes, write %d", port, bytes, write);
}

static void on_mmio(void *opaque, u64 gpa, void *data, u32 bytes, int write)
{
	(void)opaque;
	(void)data;
	die("gpa 0x%llx, %u bytes, write %d", gpa, bytes, write);
}

u64 tasks_descriptor(u32 base, u32 limit, u32 attr)
{
	return (limit & 0xffff) | (u64)(base & 0xffffff) << 16 | (u64)(attr & 0xff) << 40 |
	       (u64)(limit >> 16 & 0xf) << 48 | (u64)(attr >> 12) << 52 | (u64)(base >> 24) << 56;
}

u64 tasks_gate(u32 selector, u32 offset, u32 attr)
{
	return (offset & 0xffff) | (u64)selector << 16 | (u64)attr << 40 |
	       (u64)(offset >> 16) << 48;
}

void tasks_fill_gdt(struct tasks *t)
{
	t->gdt[SEL_C0 / 8] = tasks_descriptor(0, 0xfffff, 0xc09b);
	t->gdt[SEL_D0 / 8] = tasks_descriptor(0, 0xfffff, 0xc093);
	t->gdt[SEL_MAIN / 8] = tasks_descriptor(ADDR(t->main), 0x67, 0x8b);
	t->gdt[SEL_A / 8] = tasks_descriptor(ADDR(t->a), 0x67, 0x89);
	t->gdt[SEL_B / 8] = tasks_descriptor(ADDR(t->b), 0x67, 0x89);
	t->gdt[SEL_LDT / 8] = tasks_descriptor(ADDR(t->ldt), 15, 0x82);
	t->gdt[SEL_GATE / 8] = tasks_gate(SEL_A, 0, TASK_GATE | 0x60);
	t->gdt[SEL_C3 / 8] = tasks_descriptor(0, 0xfffff, 0xc0fb);
	t->gdt[SEL_D3 / 8] = tasks_descriptor(0, 0xfffff, 0xc0f3);
	t->gdt[SEL_16 / 8] = tasks_descriptor(ADDR(t->old), 0x2b, 0x81);
	t->gdt[SEL_ABSENT / 8] = tasks_descriptor(0, 0xfffff, 0xc013);
	t->gdt[SEL_LOW_C / 8] = tasks_descriptor(ADDR(t_halt), 0xfff, 0x409a);
	/* Not accessed yet */
	t->ldt[1] = tasks_descriptor(0x1000, 0xfff, 0x4092);
}

void tasks_fill_tss(struct tss32 *tss, void *eip, u8 *stack)
{
	memset(tss, 0, sizeof(*tss));
	tss->eip = ADDR(eip);
	tss->eflags = RFLAGS_FIXED;
	for (u32 i = 0; i < 8; i++)
		tss->gpr[i] = 0x01010101 * (i + 1);
	tss->gpr[4] = ADDR(stack) + STACK_TOP;
	for (int i = 0; i < 6; i++)
		tss->seg[i].sel = SEL_D0;
	tss->seg[1].sel = SEL_C0;
	tss->iomap = 0x68;
}

void tasks_set_seg(struct vcpu *v, unsigned int which, u32 sel, u32 base, u32 limit, u32 ar)
{
	vcpu_set(v, MOTE_X86_SEG(which, MOTE_X86_SEG_SELECTOR), sel);
	vcpu_set(v, MOTE_X86_SEG(which, MOTE_X86_SEG_BASE), base);
	vcpu_set(v, MOTE_X86_SEG(which, MOTE_X86_SEG_LIMIT), limit);
	vcpu_set(v, MOTE_X86_SEG(which, MOTE_X86_SEG_AR), ar);
}

void tasks_start(struct tasks *t, void *code)
{
	struct vcpu *v = &t->o.cpu;

	x86_start_flat32(v, ADDR(code));
	for (unsigned int i = MOTE_X86_ES; i <= MOTE_X86_GS; i++)
		tasks_set_seg(v, i, SEL_D0, 0, 0xffffffff, AR_DATA);
	tasks_set_seg(v, MOTE_X86_CS, SEL_C0, 0, 0xffffffff, AR_CODE32);
	tasks_set_seg(v, MOTE_X86_TR, SEL_MAIN, ADDR(t->main), 0x67, AR_TSS);
	vcpu_set(v, MOTE_X86_SEG(MOTE_X86_GDTR, MOTE_X86_SEG_BASE), ADDR(t->gdt));
	vcpu_set(v, MOTE_X86_SEG(MOTE_X86_GDTR, MOTE_X86_SEG_LIMIT), 0xff);
	vcpu_set(v, MOTE_X86_SEG(MOTE_X86_IDTR, MOTE_X86_SEG_BASE), ADDR(t->idt));
	vcpu_set(v, MOTE_X86_SEG(MOTE_X86_IDTR, MOTE_X86_SEG_LIMIT), 0x7ff);
	vcpu_set(v, RSP, ADDR(t->stack[0]) + STACK_TOP);
	vcpu_set(v, RAX, 0xa0a0a0a0);
	vcpu_set(v, RCX, 0xc0c0c0c0);
	vcpu_set(v, RDI, 0xd1d1d1d1);
}

void tasks_create(struct tasks *t)
{
	struct vm *vm = &t->o.vm;
	u8 *p;

	one_create(&t->o, 0, NULL, 0);
	t->env = (struct mote_x86_env){
		{ t->o.cpu.fd, &vm->mem, t, on_mmio }, on_port
	};
	MUST(mote_x86_emul_init(&t->emul, &mote_x86_vcpu_ops, &t->env));
	t->switches = 0;
	t->gdt = vm_alloc(vm, PAGE);
	t->idt = vm_alloc(vm, PAGE);
	t->ldt = t->gdt + 128;
	for (int i = 0; i < 4; i++)
		t->stack[i] = vm_alloc(vm, PAGE);
	p = vm_alloc(vm, PAGE);
	t->main = (void *)p;
	t->a = (void *)(p + 0x200);
	t->b = (void *)(p + 0x400);
	t->old = (void *)(p + 0x600);
	tasks_fill_gdt(t);
	/* What main has before its first switch is not asked for */
	memset(t->main, 0xee, sizeof(*t->main));
	tasks_fill_tss(t->a, t_halt, t->stack[1]);
	tasks_fill_tss(t->b, t_iret, t->stack[2]);
	t->idt[0x40] = tasks_gate(SEL_A, 0, TASK_GATE | 0x60);
}

void tasks_destroy(struct tasks *t)
{
	mote_x86_emul_free(&t->emul);
	one_destroy(&t->o);
}

int tasks_go(struct tasks *t)
{
	int type;

	while ((type = vcpu_run(&t->o.cpu)) == MOTE_EXIT_TASK_SWITCH) {
		if (mote_x86_task_switch(&t->emul, t->o.cpu.run))
			die("%s", t->emul.why);
		t->switches++;
	}
	return type;
}
