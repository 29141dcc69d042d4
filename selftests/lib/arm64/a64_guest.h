/* SPDX-License-Identifier: GPL-2.0-only */
/* What an arm64 guest of the tests has: instructions, exceptions, user mode. */
#ifndef MOTE_SELFTEST_A64_GUEST_H
#define MOTE_SELFTEST_A64_GUEST_H

#include "guest.h"

/* Vectors in the order of the table; Arm ARM, "Exception vectors" */
#define VECTOR_SYNC		4	/* from EL1 with SP_EL1, where the guest runs */
#define VECTOR_IRQ		5
#define VECTOR_FIQ		6
#define VECTOR_SERROR		7
#define VECTOR_USER_SYNC	8	/* from EL0 */
#define VECTOR_USER_IRQ		9
#define VECTORS			16

/* ESR_EL1.EC; Arm ARM, "ESR_EL1" */
#define EC_UNKNOWN	0x00
#define EC_WFX		0x01
#define EC_FP		0x07
#define EC_ILLEGAL	0x0e
#define EC_SVC		0x15
#define EC_SYSREG	0x18
#define EC_IABT_USER	0x20
#define EC_IABT		0x21
#define EC_PC_ALIGN	0x22
#define EC_DABT_USER	0x24
#define EC_DABT		0x25
#define EC_SERROR	0x2f
#define EC_BREAKPOINT	0x31
#define EC_STEP_USER	0x32
#define EC_STEP		0x33
#define EC_WATCHPOINT	0x35
#define EC_BRK		0x3c

#define ESR_EC(esr)	((esr) >> 26 & 0x3f)
#define ESR_ISS(esr)	((esr) & 0x1ffffff)
#define ESR_IL		(1UL << 25)

#define PSTATE_F	(1UL << 6)
#define PSTATE_I	(1UL << 7)
#define PSTATE_A	(1UL << 8)
#define PSTATE_D	(1UL << 9)
#define PSTATE_DAIF	(PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F)
#define PSTATE_IL	(1UL << 20)
#define PSTATE_SS	(1UL << 21)
#define PSTATE_EL0T	0x0
#define PSTATE_EL1T	0x4
#define PSTATE_EL1H	0x5

/**
 * struct guest_frame - an exception or interrupt in the guest
 *
 * entry.S knows the offsets.  The registers are restored from it.
 */
struct guest_frame {
	u64 x[31];
	u64 sp_el0;
	u64 elr, spsr;
	u64 esr, far;
	u64 vector;
	u64 pad;
};

typedef void (*guest_handler)(struct guest_frame *frame);

/* By vector; NULL: an exception is reported to the test, which fails */
extern guest_handler guest_handlers[VECTORS];

#define NO_FAULT	0x1000ULL

/* What the last GUEST_TRY() or guest_user() met; @ec is NO_FAULT or ESR_EL1.EC */
struct guest_fault {
	u64 ec, esr, far, elr;
};

extern volatile struct guest_fault guest_fault;

/* Where to go on after a fault outside of any GUEST_TRY(), once; 0: nowhere */
extern volatile u64 guest_fixup;

/*
 * GUEST_TRY() - execute instructions that may fault
 * @insn: asm text; a fault ends it
 * The rest are its operands and clobbers, as in asm().
 *
 * Return: ESR_EL1.EC or NO_FAULT; more in guest_fault.
 */
#define GUEST_TRY(insn, ...) ({						\
	guest_fault.ec = NO_FAULT;						\
	asm volatile("770:\t" insn "\n771:\n\t"					\
		     ".pushsection guest_tries, \"a\"\n\t"			\
		     ".quad 770b, 771b\n\t"					\
		     ".popsection" __VA_ARGS__);				\
	guest_fault.ec;								\
})

/* The 16 vectors, for VBAR_EL1 */
extern char guest_vectors[];

void guest_return(void);

/* The first 4 GiB again, for EL0 */
#define USER_OFFSET	(4UL << 30)
#define USER(p)		((u64)(unsigned long)(p) + USER_OFFSET)

/**
 * guest_user() - run at EL0 until an exception
 * @pc: USER() of a function that ends with SVC or the like
 * @arg: its X0
 * @sp: USER() of the end of a stack
 * @daif: PSTATE.DAIF there
 *
 * Return: ESR_EL1.EC; more in guest_fault.  Of interrupts the handlers are
 * called as ever, and EL0 goes on.
 */
u64 guest_user(u64 pc, u64 arg, u64 sp, u64 daif);

/* --- instructions --- */

/* A system register by the assembler's name, such as sctlr_el1 or s3_0_c0_c0_0 */
#define guest_mrs(reg) ({							\
	u64 _v;									\
										\
	asm volatile("mrs %0, " #reg : "=r"(_v) : : "memory");			\
	_v;									\
})

#define guest_msr(reg, value)							\
	asm volatile("msr " #reg ", %x0\n\tisb" : : "rZ"((u64)(value)) : "memory")

/* guest_try_mrs() - Return: ESR_EL1.EC or NO_FAULT; @v receives the value */
#define guest_try_mrs(reg, v)							\
	GUEST_TRY("mrs %0, " #reg, : "+r"(v) : : "memory")

#define guest_try_msr(reg, value)						\
	GUEST_TRY("msr " #reg ", %x0\n\tisb", : : "rZ"((u64)(value)) : "memory")

static inline void guest_wfi(void)
{
	asm volatile("dsb sy\n\twfi" : : : "memory");
}

static inline void guest_isb(void)
{
	asm volatile("isb" : : : "memory");
}

static inline void guest_dsb(void)
{
	asm volatile("dsb sy" : : : "memory");
}

static inline void guest_irq_on(void)
{
	asm volatile("msr daifclr, #2\n\tisb" : : : "memory");
}

static inline void guest_irq_off(void)
{
	asm volatile("msr daifset, #2\n\tisb" : : : "memory");
}

/* Interrupts in for a moment, if there are any */
static inline void guest_irq_window(void)
{
	guest_irq_on();
	asm volatile("nop; nop; nop; nop" : : : "memory");
	guest_irq_off();
}

/*
 * Device registers by instructions that the syndrome describes: what a compiler
 * makes of an access may be a pair, or have write-back.
 */
#define A64_ACCESSORS(bits, insn, w)						\
static inline u##bits a64_read##bits(u64 gpa)					\
{										\
	u##bits v;								\
										\
	asm volatile("ldr" insn " %" w "0, [%1]" : "=r"(v) : "r"(gpa) : "memory");	\
	return v;								\
}										\
static inline void a64_write##bits(u64 gpa, u##bits v)				\
{										\
	asm volatile("str" insn " %" w "0, [%1]" : : "r"(v), "r"(gpa) : "memory");	\
}

A64_ACCESSORS(8, "b", "w")
A64_ACCESSORS(16, "h", "w")
A64_ACCESSORS(32, "", "w")
A64_ACCESSORS(64, "", "x")

static inline u64 guest_counter(void)
{
	return guest_mrs(cntvct_el0);
}

/** guest_hvc() - any hypercall; x0 to x5, returns x0 */
static inline u64 guest_hvc(u64 nr, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	register u64 x0 asm("x0") = nr;
	register u64 x1 asm("x1") = a;
	register u64 x2 asm("x2") = b;
	register u64 x3 asm("x3") = c;
	register u64 x4 asm("x4") = d;
	register u64 x5 asm("x5") = e;

	asm volatile("hvc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
		     : "memory");
	return x0;
}

static inline void guest_tlbi_all(void)
{
	asm volatile("dsb ishst\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" : : : "memory");
}

#endif
