// SPDX-License-Identifier: GPL-2.0-only
/* The registers that the boot protocols ask for. */
#include <string.h>

#include "boot.h"

#define CR0_PE		(1u << 0)
#define CR0_ET		(1u << 4)
#define CR0_NE		(1u << 5)
#define CR0_PG		(1u << 31)
#define CR4_PAE		(1u << 5)
#define EFER_LME	(1u << 8)
#define EFER_LMA	(1u << 10)

/* Access rights: present, ring 0, accessed */
#define AR_CODE64	0xa09b
#define AR_CODE32	0xc09b
#define AR_DATA		0xc093
#define AR_CODE16	0x009b
#define AR_DATA16	0x0093
#define AR_TSS		0x008b
#define AR_UNUSABLE	0x10000

#define SEL_CODE	0x10	/* Linux' __BOOT_CS and __BOOT_DS */
#define SEL_DATA	0x18

#define PTE_PRESENT	(1u << 0)
#define PTE_WRITE	(1u << 1)
#define PTE_HUGE	(1u << 7)

#define REGS_MAX	96

/**
 * struct state - registers to set, in order
 * @count: entries
 * @reg: the registers
 */
struct state {
	u32 count;
	struct mote_reg reg[REGS_MAX];
};

static void put(struct state *s, u64 id, u64 value)
{
	s->reg[s->count++] = (struct mote_reg) { .id = id, .value = value };
}

static void put_seg(struct state *s, enum mote_x86_seg seg, u64 selector,
		    u64 base, u64 limit, u64 ar)
{
	put(s, MOTE_X86_SEG(seg, MOTE_X86_SEG_SELECTOR), selector);
	put(s, MOTE_X86_SEG(seg, MOTE_X86_SEG_BASE), base);
	put(s, MOTE_X86_SEG(seg, MOTE_X86_SEG_LIMIT), limit);
	put(s, MOTE_X86_SEG(seg, MOTE_X86_SEG_AR), ar);
}

static void put_table(struct state *s, enum mote_x86_seg seg, u64 base,
		      u64 limit)
{
	put(s, MOTE_X86_SEG(seg, MOTE_X86_SEG_BASE), base);
	put(s, MOTE_X86_SEG(seg, MOTE_X86_SEG_LIMIT), limit);
}

static void put_protected(struct state *s, u64 code_ar)
{
	static const enum mote_x86_seg data[] = {
		MOTE_X86_DS, MOTE_X86_ES, MOTE_X86_SS, MOTE_X86_FS,
		MOTE_X86_GS,
	};

	put_seg(s, MOTE_X86_CS, SEL_CODE, 0, 0xffffffff, code_ar);
	for (size_t i = 0; i < ARRAY_SIZE(data); i++)
		put_seg(s, data[i], SEL_DATA, 0, 0xffffffff, AR_DATA);
	put_seg(s, MOTE_X86_LDTR, 0, 0, 0, AR_UNUSABLE);
	put_seg(s, MOTE_X86_TR, 0, 0, 0x67, AR_TSS);
}

/* Null, null, 64- or 32-bit code, data: at SEL_CODE and SEL_DATA. */
static u64 build_gdt(struct vm *vm, struct place *p)
{
	static const u64 gdt[] = {
		0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff,
	};
	u64 at = place_low(p, sizeof(gdt), 8, 0x1000, 0x9f000);

	load_bytes(vm, "the GDT", at, gdt, sizeof(gdt));
	return at;
}

/* One to one with 2 MiB pages, the first 4 GiB: 1 + 1 + 4 tables. */
static u64 build_page_tables(struct vm *vm, struct place *p)
{
	u64 at = place_low(p, 6 * PAGE_BYTES, PAGE_BYTES, 0x1000, 0x9f000);
	u64 *pml4 = at == PLACE_NONE ? NULL : vm_mem(vm, at, 6 * PAGE_BYTES);
	u64 *pdpt = pml4 + 512, *pd = pml4 + 1024;
	u64 flags = PTE_PRESENT | PTE_WRITE;

	if (!pml4)
		die("no room for page tables below 1M");
	memset(pml4, 0, 6 * PAGE_BYTES);
	pml4[0] = (at + PAGE_BYTES) | flags;
	for (u64 i = 0; i < 4; i++)
		pdpt[i] = (at + (2 + i) * PAGE_BYTES) | flags;
	for (u64 i = 0; i < 4 * 512; i++)
		pd[i] = i << 21 | flags | PTE_HUGE;
	return at;
}

void cpu_start_long(struct vm *vm, struct place *p, u64 rip, u64 rsi)
{
	u64 gdt = build_gdt(vm, p), cr3 = build_page_tables(vm, p);
	struct state s = { 0 };

	put(&s, MOTE_X86_CR0, CR0_PG | CR0_NE | CR0_ET | CR0_PE);
	put(&s, MOTE_X86_CR3, cr3);
	put(&s, MOTE_X86_CR4, CR4_PAE);
	put(&s, MOTE_X86_EFER, EFER_LME | EFER_LMA);
	put_protected(&s, AR_CODE64);
	put_table(&s, MOTE_X86_GDTR, gdt, 4 * 8 - 1);
	put(&s, MOTE_X86_GPR(MOTE_X86_RSI), rsi);
	put(&s, MOTE_X86_RIP, rip);
	put(&s, MOTE_X86_RFLAGS, 2);
	vcpu_set_regs(&vm->vcpus[0], s.reg, s.count);
}

void cpu_start_flat32(struct vm *vm, u32 eip, u32 eax, u32 ebx)
{
	struct state s = { 0 };

	put(&s, MOTE_X86_CR0, CR0_ET | CR0_PE);
	put_protected(&s, AR_CODE32);
	put(&s, MOTE_X86_GPR(MOTE_X86_RAX), eax);
	put(&s, MOTE_X86_GPR(MOTE_X86_RBX), ebx);
	put(&s, MOTE_X86_RIP, eip);
	put(&s, MOTE_X86_RFLAGS, 2);
	vcpu_set_regs(&vm->vcpus[0], s.reg, s.count);
}

void cpu_start_real(struct vm *vm, u32 addr)
{
	static const enum mote_x86_seg data[] = {
		MOTE_X86_DS, MOTE_X86_ES, MOTE_X86_SS, MOTE_X86_FS,
		MOTE_X86_GS,
	};
	u32 selector = addr >> 4 & 0xf000;
	struct state s = { 0 };

	put_seg(&s, MOTE_X86_CS, selector, (u64)selector << 4, 0xffff,
		AR_CODE16);
	for (size_t i = 0; i < ARRAY_SIZE(data); i++)
		put_seg(&s, data[i], 0, 0, 0xffff, AR_DATA16);
	/* What boot code expects of a BIOS: the vector table at 0. */
	put_table(&s, MOTE_X86_IDTR, 0, 0x3ff);
	put(&s, MOTE_X86_GPR(MOTE_X86_RSP), 0x7c00);
	put(&s, MOTE_X86_RIP, addr & 0xffff);
	put(&s, MOTE_X86_RFLAGS, 2);
	vcpu_set_regs(&vm->vcpus[0], s.reg, s.count);
}
