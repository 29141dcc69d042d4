/* SPDX-License-Identifier: GPL-2.0-only */
/* The test's side, x86. */
#ifndef MOTE_SELFTEST_X86_VM_H
#define MOTE_SELFTEST_X86_VM_H

#include "vm.h"
#include "x86_guest.h"

#define PTE_P	(1UL << 0)
#define PTE_W	(1UL << 1)
#define PTE_U	(1UL << 2)
#define PTE_A	(1UL << 5)
#define PTE_D	(1UL << 6)
#define PTE_PS	(1UL << 7)
#define PTE_NX	(1UL << 63)

#define CR0_PE	(1UL << 0)
#define CR0_TS	(1UL << 3)
#define CR0_ET	(1UL << 4)
#define CR0_NE	(1UL << 5)
#define CR0_WP	(1UL << 16)
#define CR0_NW	(1UL << 29)
#define CR0_CD	(1UL << 30)
#define CR0_PG	(1UL << 31)

#define CR4_PSE		(1UL << 4)
#define CR4_PAE		(1UL << 5)
#define CR4_OSFXSR	(1UL << 9)
#define CR4_OSXMMEXCPT	(1UL << 10)
#define CR4_OSXSAVE	(1UL << 18)
#define CR4_SMAP	(1UL << 21)
#define CR4_VMXE	(1UL << 13)

#define EFER_SCE	(1UL << 0)
#define EFER_LME	(1UL << 8)
#define EFER_LMA	(1UL << 10)
#define EFER_NX		(1UL << 11)

#define RFLAGS_FIXED	(1UL << 1)
#define RFLAGS_TF	(1UL << 8)
#define RFLAGS_IF	(1UL << 9)
#define RFLAGS_AC	(1UL << 18)

#define AR_CODE64	0xa09b
#define AR_CODE32	0xc09b
#define AR_CODE16	0x009b
#define AR_DATA		0xc093
#define AR_DATA16	0x0093
#define AR_TSS		0x008b
#define AR_UNUSABLE	0x10000

struct idt_gate {
	u16 offset0;
	u16 selector;
	u8 ist;
	u8 type;
	u16 offset16;
	u32 offset32;
	u32 zero;
};

/* Of one vCPU; a page each for the first two */
struct x86_tables {
	struct idt_gate idt[256];
	u64 gdt[GDT_ENTRIES];
	u8 tss[104];
	u8 pad[4096 - GDT_ENTRIES * 8 - 104];
	u8 ist_stack[2][4096];
};

static inline struct x86_tables *x86_tables(struct vcpu *v)
{
	return v->tables;
}

#define RAX	MOTE_X86_GPR(MOTE_X86_RAX)
#define RBX	MOTE_X86_GPR(MOTE_X86_RBX)
#define RCX	MOTE_X86_GPR(MOTE_X86_RCX)
#define RDX	MOTE_X86_GPR(MOTE_X86_RDX)
#define RSP	MOTE_X86_GPR(MOTE_X86_RSP)
#define RSI	MOTE_X86_GPR(MOTE_X86_RSI)
#define RDI	MOTE_X86_GPR(MOTE_X86_RDI)
#define RIP	MOTE_X86_RIP
#define RFLAGS	MOTE_X86_RFLAGS

/**
 * x86_map() - a page into the guest's 4-level tables
 * @vm: its arena holds the tables
 * @gva: outside of the first 4 GiB, which are mapped one to one
 * @gpa: of the page
 * @bytes: PAGE, HUGE or 1 GiB
 * @flags: PTE_*
 */
void x86_map(struct vm *vm, u64 gva, u64 gpa, u64 bytes, u64 flags);

/** x86_gate() - aim a vector; default are the library's stubs */
void x86_gate(struct vcpu *v, unsigned int vector, u64 target, u8 type, u8 ist);

/** x86_start_real() - real mode at CS:IP = (addr >> 4 & 0xf000):(addr & 0xffff) */
void x86_start_real(struct vcpu *v, u32 addr);

/** x86_start_flat32() - 32-bit protected mode without paging, flat segments */
void x86_start_flat32(struct vcpu *v, u32 addr);

/** x86_low_memory() - @bytes of memory at guest physical 0, not one to one */
u8 *x86_low_memory(struct vm *vm, u64 bytes);

/** x86_host_is_tcg() - the host is QEMU's software emulation */
int x86_host_is_tcg(void);

/** x86_has() - a bit of the CPUID that FEATURES offers; reg 0 is eax */
int x86_has(struct vm *vm, u32 leaf, u32 subleaf, unsigned int reg, unsigned int bit);

/** x86_inject() - INJECT; Return: 0 or -errno */
int x86_inject(struct vcpu *v, u32 event, u32 vector);

/** x86_inject_error() - an exception with an error code; cr2 counts for #PF */
int x86_inject_error(struct vcpu *v, u32 vector, u32 error, u64 cr2);

#endif
