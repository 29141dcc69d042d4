/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU that is arrays, with two hardware tasks. */
#ifndef RUN_TASK_H
#define RUN_TASK_H

#include <libmote_x86.h>
#include <stdbool.h>

#define MEM_BYTES	0x10000u
#define GDT		0x1000u
#define LDT		0x1800u
#define OLD_TSS		0x2000u
#define NEW_TSS		0x3fc0u	/* in two pages */
#define STACK		0x6000u
#define CODE		0x8000u
#define PDPT		0x9000u

#define SEL_C0		0x08
#define SEL_D0		0x10
#define SEL_OLD		0x18
#define SEL_NEW		0x20
#define SEL_LDT		0x28
#define SEL_C3		0x33
#define SEL_D3		0x3b
#define SEL_X		0x40	/* what a test wants */
#define SEL_IN_LDT	0x0c
#define GDT_LIMIT	0x47

#define TS	10
#define NP	11
#define SS	12
#define GP	13
#define PF	14
#define DF	8

#define NT	(1u << 14)
#define RF	(1u << 16)
#define CR0_TS	(1u << 3)

#define EVENT(vector, error)	(0x80000b00ULL | (vector) | (u64)(error) << 32)

extern u8 mem[MEM_BYTES];
extern struct mote_reg regs[256];
extern u32 reg_count;
extern bool absent[MEM_BYTES >> 12];	/* pages that are not there */
extern u32 user_denied;			/* page that only the system reaches, or 0 */
extern int op_error;			/* what translations fail with */
extern struct mote_run run;
extern struct mote_x86_emul emul;
extern const struct mote_x86_ops ops;
extern unsigned long checks, failures;

void check(bool ok, const char *text, int line);
void check_eq(u64 got, u64 want, const char *text, int line);

#define CHECK(cond)	check(cond, #cond, __LINE__)

#define CHECK_EQ(got, want)	check_eq(got, want, #got, __LINE__)

#define SEG(which, part)	(*reg(MOTE_X86_SEG(MOTE_X86_##which, MOTE_X86_SEG_##part)))
#define GPR(n)			(*reg(MOTE_X86_GPR(MOTE_X86_##n)))

/** reg() - where a register is; the first time it is 0 */
u64 *reg(u64 id);

void put(u32 at, u64 value, u32 bytes);
u64 at(u32 where, u32 bytes);

/** describe() - a descriptor; @attr: type, S, DPL, P, and from bit 12 on AVL, L, D/B, G */
void describe(u32 where, u32 base, u32 limit, u32 attr);

void set_seg(unsigned int which, u32 sel, u32 base, u32 limit, u32 ar);

/** reset() - all of it as at a JMP from the old task to the new one */
void reset(void);

/** by_event() - no, an event does it; @error: below 0 there is none */
void by_event(u32 event, u32 vector, int error);

/** go() - the switch, which has to work */
void go(void);

/** check_entry() - what VM entries insist on, besides what SET_REGS does */
void check_entry(void);

#endif
