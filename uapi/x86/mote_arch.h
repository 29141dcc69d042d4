/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * mote user API: x86 register numbers, CPUID entries and run-page registers.
 * Include mote.h, which includes this.
 */
#ifndef _UAPI_MOTE_ARCH_H
#define _UAPI_MOTE_ARCH_H

#include <linux/types.h>

/*
 * A register id is class << 32 | index.  The classes stand in restore order:
 * what decides how later ones are checked comes first.
 */
#define MOTE_X86_CLASS_CONTROL	1ULL
#define MOTE_X86_CLASS_SEG	2ULL
#define MOTE_X86_CLASS_GPR	3ULL
#define MOTE_X86_CLASS_MSR	4ULL
#define MOTE_X86_CLASS_DEBUG	5ULL
#define MOTE_X86_CLASS_XSAVE	6ULL
#define MOTE_X86_CLASS_LAPIC	7ULL
#define MOTE_X86_CLASS_EVENT	8ULL

#define MOTE_X86_REG(class, index)	((class) << 32 | (index))

/* Control registers */
#define MOTE_X86_CR0	MOTE_X86_REG(MOTE_X86_CLASS_CONTROL, 0)
#define MOTE_X86_CR2	MOTE_X86_REG(MOTE_X86_CLASS_CONTROL, 2)
#define MOTE_X86_CR3	MOTE_X86_REG(MOTE_X86_CLASS_CONTROL, 3)
#define MOTE_X86_CR4	MOTE_X86_REG(MOTE_X86_CLASS_CONTROL, 4)
#define MOTE_X86_CR8	MOTE_X86_REG(MOTE_X86_CLASS_CONTROL, 8)
#define MOTE_X86_XCR0	MOTE_X86_REG(MOTE_X86_CLASS_CONTROL, 16)
#define MOTE_X86_EFER	MOTE_X86_REG(MOTE_X86_CLASS_CONTROL, 17)

/* Segments: id = MOTE_X86_SEG(which, part) */
enum mote_x86_seg {
	MOTE_X86_ES, MOTE_X86_CS, MOTE_X86_SS, MOTE_X86_DS,
	MOTE_X86_FS, MOTE_X86_GS, MOTE_X86_LDTR, MOTE_X86_TR,
	MOTE_X86_GDTR, MOTE_X86_IDTR,		/* base and limit only */
	MOTE_X86_SEG_COUNT
};

enum mote_x86_seg_part {
	MOTE_X86_SEG_SELECTOR,
	MOTE_X86_SEG_BASE,
	MOTE_X86_SEG_LIMIT,	/* in bytes, granularity applied */
	/*
	 * Access rights in the layout of SDM vol. 3, "Format of Access
	 * Rights": type 3:0, S 4, DPL 6:5, P 7, AVL 12, L 13, D/B 14, G 15,
	 * unusable 16.
	 */
	MOTE_X86_SEG_AR,
};

#define MOTE_X86_SEG(which, part) \
	MOTE_X86_REG(MOTE_X86_CLASS_SEG, (which) * 4ULL + (part))

/* General registers, numbered as instructions encode them */
enum mote_x86_gpr {
	MOTE_X86_RAX, MOTE_X86_RCX, MOTE_X86_RDX, MOTE_X86_RBX,
	MOTE_X86_RSP, MOTE_X86_RBP, MOTE_X86_RSI, MOTE_X86_RDI,
	MOTE_X86_R8, MOTE_X86_R9, MOTE_X86_R10, MOTE_X86_R11,
	MOTE_X86_R12, MOTE_X86_R13, MOTE_X86_R14, MOTE_X86_R15,
	MOTE_X86_RIP_INDEX, MOTE_X86_RFLAGS_INDEX,
	MOTE_X86_GPR_COUNT
};

#define MOTE_X86_GPR(n)	MOTE_X86_REG(MOTE_X86_CLASS_GPR, (__u64)(n))
#define MOTE_X86_RIP	MOTE_X86_GPR(MOTE_X86_RIP_INDEX)
#define MOTE_X86_RFLAGS	MOTE_X86_GPR(MOTE_X86_RFLAGS_INDEX)

#define MOTE_X86_MSR(index)	MOTE_X86_REG(MOTE_X86_CLASS_MSR, (__u64)(index))
#define MOTE_X86_DR(n)		MOTE_X86_REG(MOTE_X86_CLASS_DEBUG, (__u64)(n))	/* 0-3, 6, 7 */
#define MOTE_X86_XSAVE(n)	MOTE_X86_REG(MOTE_X86_CLASS_XSAVE, (__u64)(n))	/* n-th __u64, standard form */
#define MOTE_X86_LAPIC(offset)	MOTE_X86_REG(MOTE_X86_CLASS_LAPIC, (__u64)(offset))	/* xAPIC offset */

/* What is under way between instructions */
#define MOTE_X86_EVENT_INFO	MOTE_X86_REG(MOTE_X86_CLASS_EVENT, 0)	/* event to deliver: vector 7:0, type 10:8, error code valid 11, length of a software event's instruction 19:16, valid 31; error code 63:32 */
#define MOTE_X86_EVENT_CR2	MOTE_X86_REG(MOTE_X86_CLASS_EVENT, 1)	/* CR2 of a page fault in it */
#define MOTE_X86_NMI_PENDING	MOTE_X86_REG(MOTE_X86_CLASS_EVENT, 2)	/* 0..2 */
#define MOTE_X86_NMI_BLOCKED	MOTE_X86_REG(MOTE_X86_CLASS_EVENT, 3)
#define MOTE_X86_SHADOW		MOTE_X86_REG(MOTE_X86_CLASS_EVENT, 4)	/* bit 0 STI, bit 1 MOV SS; SVM has one for both, and exits show bit 0 */
#define MOTE_X86_HALTED		MOTE_X86_REG(MOTE_X86_CLASS_EVENT, 5)
#define MOTE_X86_INTR_PENDING	MOTE_X86_REG(MOTE_X86_CLASS_EVENT, 6)	/* INJECTed vector | 0x100, 0 if none */

#define MOTE_X86_DEBUG_PENDING	MOTE_X86_REG(MOTE_X86_CLASS_EVENT, 7)	/* VT-x: debug traps held back by MOV SS: DR6's B0-B3 and BS, and bit 12 if DR7 enables one of the former */

#define MOTE_X86_CPUID_MAX	256

#define MOTE_X86_CPUID_SUBLEAF	(1u << 0)	/* @subleaf counts; else any ECX matches */

/**
 * struct mote_x86_cpuid - one entry of FEATURES and SET_FEATURES
 * @leaf: EAX
 * @subleaf: ECX, with MOTE_X86_CPUID_SUBLEAF
 * @flags: MOTE_X86_CPUID_*
 * @pad: must be 0
 * @eax: answer
 * @ebx: answer
 * @ecx: answer
 * @edx: answer
 */
struct mote_x86_cpuid {
	__u32 leaf;
	__u32 subleaf;
	__u32 flags;
	__u32 pad;
	__u32 eax;
	__u32 ebx;
	__u32 ecx;
	__u32 edx;
};

enum mote_x86_irqchip {
	MOTE_X86_IRQCHIP_LAPIC = 1,	/* a local APIC in each vCPU */
};

/* Answer to a hypercall that nobody knows, as Linux guests expect it */
#define MOTE_X86_HYPERCALL_ENOSYS	(-1000LL)

/**
 * struct mote_arch_run_regs - registers in the run page
 * @gpr: by enum mote_x86_gpr, RIP and RFLAGS included
 * @mode: width of the code segment: 16, 32 or 64
 * @cpl: current privilege level
 * @pad: 0
 */
struct mote_arch_run_regs {
	__u64 gpr[MOTE_X86_GPR_COUNT];
	__u8 mode;
	__u8 cpl;
	__u8 pad[6];
};

#endif /* _UAPI_MOTE_ARCH_H */
