// SPDX-License-Identifier: GPL-2.0-only
/* VMs and vCPUs of the tests, x86: 64-bit mode with all that exceptions need. */
#include <cpuid.h>
#include <stdio.h>
#include <string.h>

#include "x86_vm.h"

#define REGS_MAX	96

struct state {
	u32 count;
	struct mote_reg reg[REGS_MAX];
};

static void put(struct state *s, u64 id, u64 value)
{
	s->reg[s->count++] = (struct mote_reg){ id, value };
}

static void put_seg(struct state *s, unsigned int seg, u64 sel, u64 base, u64 limit, u64 ar)
{
	put(s, MOTE_X86_SEG(seg, MOTE_X86_SEG_SELECTOR), sel);
	put(s, MOTE_X86_SEG(seg, MOTE_X86_SEG_BASE), base);
	put(s, MOTE_X86_SEG(seg, MOTE_X86_SEG_LIMIT), limit);
	put(s, MOTE_X86_SEG(seg, MOTE_X86_SEG_AR), ar);
}

static void put_table(struct state *s, unsigned int seg, void *base, u64 limit)
{
	put(s, MOTE_X86_SEG(seg, MOTE_X86_SEG_BASE), (unsigned long)base);
	put(s, MOTE_X86_SEG(seg, MOTE_X86_SEG_LIMIT), limit);
}

static void apply(struct vcpu *v, const struct state *s)
{
	u32 failed = 0;
	int ret = mote_set_regs(v->fd, s->reg, s->count, &failed);

	if (ret)
		die("SET_REGS: %d at entry %u: 0x%llx = 0x%llx", ret, failed,
		    failed < s->count ? s->reg[failed].id : 0,
		    failed < s->count ? s->reg[failed].value : 0);
}

static const unsigned int data_segs[] = {
	MOTE_X86_ES, MOTE_X86_SS, MOTE_X86_DS, MOTE_X86_FS, MOTE_X86_GS,
};

/* --- page tables --- */

/* By the host's own CPUID: "TCGTCGTCGTCG" */
int x86_host_is_tcg(void)
{
	u32 eax, ebx, ecx, edx;

	__cpuid(0x40000000, eax, ebx, ecx, edx);
	return ebx == 0x54474354 && ecx == 0x43544743 && edx == 0x47435447;
}

void arch_vm_setup(struct vm *vm)
{
	u64 *pml4 = vm_alloc(vm, 6 * PAGE), *pdpt = pml4 + 512, *pd = pml4 + 1024;

	pml4[0] = (unsigned long)pdpt | PTE_P | PTE_W | PTE_U;
	for (u64 i = 0; i < 4; i++)
		pdpt[i] = (unsigned long)(pd + 512 * i) | PTE_P | PTE_W | PTE_U;
	for (u64 i = 0; i < 4 * 512; i++)
		pd[i] = i * HUGE | PTE_P | PTE_W | PTE_PS | PTE_A | PTE_D;
	vm->root = pml4;
	guest_is_amd = vm->info.backend == MOTE_BACKEND_SVM;
	guest_on_tcg = x86_host_is_tcg();
}

void x86_map(struct vm *vm, u64 gva, u64 gpa, u64 bytes, u64 flags)
{
	unsigned int shift = 39, last = bytes == PAGE ? 12 : bytes == HUGE ? 21 : 30;
	u64 *table = vm->root, *e;

	for (;; shift -= 9) {
		e = &table[gva >> shift & 511];
		if (shift == last)
			break;
		if (!(*e & PTE_P))
			*e = (unsigned long)vm_alloc(vm, PAGE) | PTE_P | PTE_W | PTE_U;
		table = (u64 *)(*e & 0x000ffffffffff000UL);
	}
	*e = gpa | flags | (last > 12 && flags & PTE_P ? PTE_PS : 0);
}

u8 *x86_low_memory(struct vm *vm, u64 bytes)
{
	u8 *p = new_pages(bytes);

	vm_map(vm, 0, bytes, p, 0);
	return p;
}

/* --- descriptors --- */

void x86_gate(struct vcpu *v, unsigned int vector, u64 target, u8 type, u8 ist)
{
	x86_tables(v)->idt[vector] = (struct idt_gate){
		.offset0 = target, .selector = SEL_CODE64, .ist = ist, .type = type,
		.offset16 = target >> 16, .offset32 = target >> 32,
	};
}

static void set_u64(u8 *p, u64 v)
{
	memcpy(p, &v, sizeof(v));
}

static void fill_tables(struct vcpu *v)
{
	struct x86_tables *t = x86_tables(v);
	u64 tss = (unsigned long)t->tss;

	t->gdt[SEL_CODE64 / 8] = 0x00af9b000000ffff;
	t->gdt[SEL_DATA / 8] = 0x00cf93000000ffff;
	t->gdt[SEL_CODE32 / 8] = 0x00cf9b000000ffff;
	t->gdt[SEL_CODE16 / 8] = 0x00009b000000ffff;
	t->gdt[SEL_DATA16 / 8] = 0x000093000000ffff;
	t->gdt[SEL_USER_CODE / 8] = 0x00affb000000ffff;
	t->gdt[SEL_USER_DATA / 8] = 0x00cff3000000ffff;
	/* 64-bit TSS, busy: TR is loaded already */
	t->gdt[SEL_TSS / 8] = 0x00008b0000000067 | (tss & 0xffffff) << 16 | (tss >> 24 & 0xff) << 56;
	t->gdt[SEL_TSS / 8 + 1] = tss >> 32;
	set_u64(t->tss + 4, (unsigned long)v->stack + STACK_BYTES / 2);	/* RSP0 */
	set_u64(t->tss + 36, (unsigned long)t->ist_stack[1]);		/* IST1 */
	set_u64(t->tss + 44, (unsigned long)t->ist_stack[2]);		/* IST2 */
	for (unsigned int i = 0; i < 256; i++)
		x86_gate(v, i, (unsigned long)guest_vectors + 16 * i, 0x8e, 0);
	x86_gate(v, VECTOR_DF, (unsigned long)guest_vectors + 16 * VECTOR_DF, 0x8e, 1);
}

void arch_vcpu_setup(struct vcpu *v)
{
	v->tables = vm_alloc(v->vm, sizeof(struct x86_tables));
	fill_tables(v);
}

void arch_irqchip(struct vm *vm)
{
	must_irqchip(vm->fd, MOTE_X86_IRQCHIP_LAPIC);
}

/* --- states to start from --- */

/* 64-bit mode at fn(arg), interrupts off, SSE on; returning from fn is the end */
void arch_vcpu_start(struct vcpu *v, guest_fn fn, u64 arg)
{
	struct x86_tables *t = x86_tables(v);
	u64 *top = (u64 *)(v->stack + STACK_BYTES) - 1;
	struct state s = { 0 };

	*top = (unsigned long)guest_return;
	put(&s, MOTE_X86_EFER, EFER_LME | EFER_LMA | EFER_NX | EFER_SCE);
	put(&s, MOTE_X86_CR0, CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_PE);
	put(&s, MOTE_X86_CR3, (unsigned long)v->vm->root);
	put(&s, MOTE_X86_CR4, CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT);
	put_seg(&s, MOTE_X86_CS, SEL_CODE64, 0, 0xffffffff, AR_CODE64);
	for (unsigned int i = 0; i < ARRAY_SIZE(data_segs); i++)
		put_seg(&s, data_segs[i], SEL_DATA, 0, 0xffffffff, AR_DATA);
	put_seg(&s, MOTE_X86_LDTR, 0, 0, 0, AR_UNUSABLE);
	put_seg(&s, MOTE_X86_TR, SEL_TSS, (unsigned long)t->tss, 0x67, AR_TSS);
	put_table(&s, MOTE_X86_GDTR, t->gdt, sizeof(t->gdt) - 1);
	put_table(&s, MOTE_X86_IDTR, t->idt, sizeof(t->idt) - 1);
	put(&s, RDI, arg);
	put(&s, RSP, (unsigned long)top);
	put(&s, RIP, (unsigned long)fn);
	put(&s, RFLAGS, RFLAGS_FIXED);
	apply(v, &s);
}

/* A mode without paging, whatever the vCPU was in */
static void put_mode(struct state *s, u64 cr0)
{
	put(s, MOTE_X86_EFER, 0);
	put(s, MOTE_X86_CR0, cr0);
	put(s, MOTE_X86_CR3, 0);
	put(s, MOTE_X86_CR4, 0);
}

void x86_start_real(struct vcpu *v, u32 addr)
{
	u32 selector = addr >> 4 & 0xf000;
	struct state s = { 0 };

	put_mode(&s, CR0_ET);
	put_seg(&s, MOTE_X86_CS, selector, (u64)selector << 4, 0xffff, AR_CODE16);
	for (unsigned int i = 0; i < ARRAY_SIZE(data_segs); i++)
		put_seg(&s, data_segs[i], 0, 0, 0xffff, AR_DATA16);
	put(&s, RSP, 0x7000);
	put(&s, RIP, addr & 0xffff);
	put(&s, RFLAGS, RFLAGS_FIXED);
	apply(v, &s);
}

void x86_start_flat32(struct vcpu *v, u32 addr)
{
	struct x86_tables *t = x86_tables(v);
	struct state s = { 0 };

	put_mode(&s, CR0_ET | CR0_PE);
	put_seg(&s, MOTE_X86_CS, SEL_CODE32, 0, 0xffffffff, AR_CODE32);
	for (unsigned int i = 0; i < ARRAY_SIZE(data_segs); i++)
		put_seg(&s, data_segs[i], SEL_DATA, 0, 0xffffffff, AR_DATA);
	put_seg(&s, MOTE_X86_LDTR, 0, 0, 0, AR_UNUSABLE);
	put_seg(&s, MOTE_X86_TR, 0, 0, 0x67, AR_TSS);
	put_table(&s, MOTE_X86_GDTR, t->gdt, sizeof(t->gdt) - 1);
	put(&s, RSP, (unsigned long)v->stack + STACK_BYTES);
	put(&s, RIP, addr);
	put(&s, RFLAGS, RFLAGS_FIXED);
	apply(v, &s);
}

/* --- odds and ends --- */

int x86_has(struct vm *vm, u32 leaf, u32 subleaf, unsigned int reg, unsigned int bit)
{
	static struct mote_x86_cpuid table[MOTE_X86_CPUID_MAX];
	u32 count = ARRAY_SIZE(table);

	must_features(vm->sys, table, sizeof(table[0]), &count);
	for (u32 i = 0; i < count; i++) {
		u32 v[4] = { table[i].eax, table[i].ebx, table[i].ecx, table[i].edx };

		if (table[i].leaf == leaf && table[i].subleaf == subleaf)
			return v[reg] >> bit & 1;
	}
	return 0;
}

int x86_inject(struct vcpu *v, u32 event, u32 vector)
{
	struct mote_inject inject = { .event = event, .vector = vector };

	return mote_inject(v->fd, &inject);
}

int x86_inject_error(struct vcpu *v, u32 vector, u32 error, u64 cr2)
{
	struct mote_inject inject = {
		.flags = MOTE_INJECT_ERROR_CODE | (vector == VECTOR_PF ? MOTE_INJECT_PAYLOAD : 0),
		.event = MOTE_EVENT_EXCEPTION, .vector = vector, .error_code = error,
		.payload = vector == VECTOR_PF ? cr2 : 0,
	};

	return mote_inject(v->fd, &inject);
}
