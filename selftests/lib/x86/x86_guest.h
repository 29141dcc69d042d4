/* SPDX-License-Identifier: GPL-2.0-only */
/* What an x86 guest of the tests has: instructions, exceptions, descriptors. */
#ifndef MOTE_SELFTEST_X86_GUEST_H
#define MOTE_SELFTEST_X86_GUEST_H

#include "guest.h"

/* Selectors of the guest's GDT */
#define SEL_CODE64	0x08
#define SEL_DATA	0x10
#define SEL_CODE32	0x18
#define SEL_CODE16	0x20
#define SEL_DATA16	0x28
#define SEL_USER_CODE	0x30
#define SEL_USER_DATA	0x38
#define SEL_TSS		0x40	/* 16 bytes */
#define GDT_ENTRIES	10

#define VECTOR_DE	0
#define VECTOR_DB	1
#define VECTOR_NMI	2
#define VECTOR_BP	3
#define VECTOR_UD	6
#define VECTOR_NM	7
#define VECTOR_DF	8
#define VECTOR_NP	11
#define VECTOR_GP	13
#define VECTOR_PF	14
#define VECTOR_AC	17

/**
 * struct guest_frame - an exception or interrupt in the guest
 * @vector: number
 * @error: error code, 0 where there is none
 *
 * The registers are restored from it.
 */
struct guest_frame {
	u64 r15, r14, r13, r12, r11, r10, r9, r8;
	u64 rdi, rsi, rbp, rbx, rdx, rcx, rax;
	u64 vector, error;
	u64 rip, cs, rflags, rsp, ss;
};

typedef void (*guest_handler)(struct guest_frame *frame);

/* By vector; NULL: an exception is reported to the test, which fails */
extern guest_handler guest_handlers[256];

#define NO_FAULT	0x1000ULL

/* What the last GUEST_TRY() met */
struct guest_fault {
	u64 vector, error, cr2, rip;
};

extern volatile struct guest_fault guest_fault;
extern volatile u64 guest_fixup;

/*
 * GUEST_TRY() - execute instructions that may fault
 * @insn: asm text
 * The rest are its operands and clobbers, as in asm().
 *
 * Return: vector or NO_FAULT; more in guest_fault.
 */
#define GUEST_TRY(insn, ...) ({						\
	guest_fault.vector = NO_FAULT;						\
	asm volatile("movq $771f, guest_fixup(%%rip)\n\t" insn			\
		     "\n771:\tmovq $0, guest_fixup(%%rip)" __VA_ARGS__);	\
	guest_fault.vector;							\
})

/* Entry points of the 256 vectors, 16 bytes each, for the IDT */
extern char guest_vectors[];

/* Set by the library: VMMCALL instead of VMCALL */
extern u32 guest_is_amd;
/*
 * Set by the library: the host is QEMU's software emulation, which does not check
 * all that a CPU does without asking the hypervisor (seen in 7.2)
 */
extern u32 guest_on_tcg;

void guest_return(void);

/* --- instructions --- */

static inline void guest_out8(u16 port, u8 v)
{
	asm volatile("outb %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline void guest_out16(u16 port, u16 v)
{
	asm volatile("outw %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline void guest_out32(u16 port, u32 v)
{
	asm volatile("outl %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline u8 guest_in8(u16 port)
{
	u8 v;

	asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline u64 guest_rdmsr(u32 index)
{
	u32 lo, hi;

	asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(index) : "memory");
	return lo | (u64)hi << 32;
}

static inline void guest_wrmsr(u32 index, u64 v)
{
	asm volatile("wrmsr" : : "c"(index), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

/** guest_try_rdmsr() - Return: vector or NO_FAULT */
static inline u64 guest_try_rdmsr(u32 index, u64 *v)
{
	u32 lo = 0, hi = 0;
	u64 vector;

	vector = GUEST_TRY("rdmsr", : "+a"(lo), "+d"(hi) : "c"(index) : "memory");
	*v = lo | (u64)hi << 32;
	return vector;
}

static inline u64 guest_try_wrmsr(u32 index, u64 v)
{
	return GUEST_TRY("wrmsr", : : "c"(index), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

static inline void guest_cpuid(u32 leaf, u32 subleaf, u32 *out)
{
	asm volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
		     : "a"(leaf), "c"(subleaf) : "memory");
}

static inline u64 guest_rdtsc(void)
{
	u32 lo, hi;

	asm volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return lo | (u64)hi << 32;
}

static inline void guest_hlt(void)
{
	asm volatile("hlt" : : : "memory");
}

static inline void guest_sti(void)
{
	asm volatile("sti" : : : "memory");
}

static inline void guest_cli(void)
{
	asm volatile("cli" : : : "memory");
}

static inline void guest_sti_hlt(void)
{
	asm volatile("sti; hlt" : : : "memory");
}

#define GUEST_CR(n)								\
static inline u64 guest_read_cr##n(void)					\
{										\
	u64 v;									\
										\
	asm volatile("mov %%cr" #n ", %0" : "=r"(v) : : "memory");		\
	return v;								\
}										\
static inline void guest_write_cr##n(u64 v)					\
{										\
	asm volatile("mov %0, %%cr" #n : : "r"(v) : "memory");			\
}

GUEST_CR(0)
GUEST_CR(2)
GUEST_CR(3)
GUEST_CR(4)
GUEST_CR(8)

#define GUEST_DR(n)								\
static inline u64 guest_read_dr##n(void)					\
{										\
	u64 v;									\
										\
	asm volatile("mov %%dr" #n ", %0" : "=r"(v) : : "memory");		\
	return v;								\
}										\
static inline void guest_write_dr##n(u64 v)					\
{										\
	asm volatile("mov %0, %%dr" #n : : "r"(v) : "memory");			\
}

GUEST_DR(0)
GUEST_DR(6)
GUEST_DR(7)

#endif
