// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hardware task switches of libmote: what changes, what must not, and which fault
 * comes of what.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run_task.h"

/* --- the old task gets it, and nothing has changed --- */

static void stays(u64 event, int line)
{
	static u8 before[MEM_BYTES];
	static struct mote_reg regs_before[256];
	u32 count;

	go();
	check_eq(*reg(MOTE_X86_EVENT_INFO), event, "event", line);
	*reg(MOTE_X86_EVENT_INFO) = 0;
	*reg(MOTE_X86_EVENT_CR2) = 0;
	memcpy(before, mem, sizeof(mem));
	memcpy(regs_before, regs, sizeof(regs));
	count = reg_count;
	reset();
	check(!memcmp(before + OLD_TSS, mem + OLD_TSS, 0x68), "old TSS is the same", line);
	check(at(NEW_TSS, 2) == 0 && !memcmp(before + NEW_TSS, mem + NEW_TSS, 2), "no link", line);
	for (u32 i = 0; i < count; i++) {
		u64 id = regs_before[i].id;

		if (id >> 32 != MOTE_X86_CLASS_EVENT)
			check_eq(regs_before[i].value, *reg(id), "register", line);
	}
	CHECK(before[GDT + SEL_OLD + 5] & 2);
}

#define STAYS(event)	stays(event, __LINE__)

static void test_bad_tss(void)
{
	reset();
	run.exit.task.selector = SEL_NEW | 4;
	STAYS(EVENT(GP, SEL_NEW | 4));
	/* Nor if there were one in the LDT */
	reset();
	set_seg(MOTE_X86_LDTR, SEL_LDT, GDT, GDT_LIMIT, 0x82);
	run.exit.task.selector = SEL_NEW | 4;
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(GP, SEL_NEW | 4));
	reset();
	run.exit.task.selector = SEL_X + 8;
	STAYS(EVENT(GP, SEL_X + 8));
	reset();
	describe(GDT + SEL_NEW, NEW_TSS, 0x67, 0x8b);	/* busy */
	STAYS(EVENT(GP, SEL_NEW));
	reset();
	describe(GDT + SEL_NEW, NEW_TSS, 0x67, 0x82);	/* an LDT */
	STAYS(EVENT(GP, SEL_NEW));
	reset();
	describe(GDT + SEL_NEW, NEW_TSS, 0x67, 0x99);	/* code */
	STAYS(EVENT(GP, SEL_NEW));
	reset();
	describe(GDT + SEL_NEW, NEW_TSS, 0x67, 0x09);
	STAYS(EVENT(NP, SEL_NEW));
	reset();
	describe(GDT + SEL_NEW, NEW_TSS, 0x66, 0x89);
	STAYS(EVENT(TS, SEL_NEW));
	reset();
	describe(GDT + SEL_NEW, NEW_TSS, 0x2a, 0x81);
	STAYS(EVENT(TS, SEL_NEW));
	reset();
	SEG(TR, LIMIT) = 0x5e;
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(TS, SEL_OLD));
	/* IRET wants it busy */
	reset();
	run.exit.task.source = MOTE_TASK_IRET;
	STAYS(EVENT(TS, SEL_NEW));
}

static void test_absent_pages(void)
{
	static const struct { u32 page; u32 error; } where[] = {
		{ GDT, 0 }, { OLD_TSS, 2 }, { NEW_TSS, 0 }, { NEW_TSS + 0x67, 0 },
	};

	for (u32 i = 0; i < ARRAY_SIZE(where); i++) {
		reset();
		absent[where[i].page >> 12] = true;
		go();
		CHECK_EQ(*reg(MOTE_X86_EVENT_CR2) >> 12, where[i].page >> 12);
		reset();
		absent[where[i].page >> 12] = true;
		STAYS(EVENT(PF, where[i].error));
	}
}

/* The event that the switch was for */
static void test_event_stays(void)
{
	/* Interrupts and NMIs wait for the fault's handler to end */
	reset();
	by_event(MOTE_EVENT_INTR, 0x41, -1);
	absent[NEW_TSS >> 12] = true;
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(PF, 0));
	CHECK_EQ(*reg(MOTE_X86_INTR_PENDING), 0x141);
	CHECK_EQ(*reg(MOTE_X86_NMI_PENDING), 0);
	for (u32 pending = 0; pending < 3; pending++) {
		reset();
		by_event(MOTE_EVENT_NMI, 2, -1);
		*reg(MOTE_X86_NMI_PENDING) = pending;
		absent[NEW_TSS >> 12] = true;
		go();
		CHECK_EQ(*reg(MOTE_X86_NMI_PENDING), pending < 2 ? pending + 1 : 2);
		CHECK_EQ(*reg(MOTE_X86_NMI_BLOCKED), 0);
		CHECK_EQ(*reg(MOTE_X86_INTR_PENDING), 0);
	}
	/* INT n is still to come */
	reset();
	by_event(MOTE_EVENT_EXCEPTION, GP, -1);
	run.exit.task.flags = MOTE_TASK_INSN;
	run.exit.task.insn_bytes = 2;
	describe(GDT + SEL_NEW, NEW_TSS, 0x66, 0x89);
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(TS, SEL_NEW));
	/* Error codes say that it came from outside */
	reset();
	by_event(MOTE_EVENT_EXCEPTION, 6, -1);
	describe(GDT + SEL_NEW, NEW_TSS, 0x66, 0x89);
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(TS, SEL_NEW | 1));
}

static void two_faults(u32 first, bool page, u64 event, u64 idt, int line)
{
	reset();
	by_event(MOTE_EVENT_EXCEPTION, first, first == 6 ? -1 : 0);
	if (page)
		absent[NEW_TSS >> 12] = true;
	else
		describe(GDT + SEL_NEW, NEW_TSS, 0x66, 0x89);
	go();
	check_eq(*reg(MOTE_X86_EVENT_INFO), event, "event", line);
	check_eq(SEG(IDTR, LIMIT), idt, "limit of the IDT", line);
	check(!page || *reg(MOTE_X86_EVENT_CR2) == NEW_TSS || *reg(MOTE_X86_CR2) == NEW_TSS ||
	      !idt, "CR2", line);
}

static void test_double_faults(void)
{
	two_faults(6, false, EVENT(TS, SEL_NEW | 1), 0x7ff, __LINE__);
	two_faults(0, false, EVENT(DF, 0), 0x7ff, __LINE__);
	two_faults(TS, false, EVENT(DF, 0), 0x7ff, __LINE__);
	two_faults(GP, false, EVENT(DF, 0), 0x7ff, __LINE__);
	two_faults(GP, true, EVENT(PF, 0), 0x7ff, __LINE__);
	two_faults(PF, true, EVENT(DF, 0), 0x7ff, __LINE__);
	two_faults(PF, false, EVENT(DF, 0), 0x7ff, __LINE__);
	two_faults(17, false, EVENT(TS, SEL_NEW | 1), 0x7ff, __LINE__);
	/* No IDT to deliver it by: that is a shutdown */
	two_faults(DF, false, EVENT(DF, 0), 0, __LINE__);
	two_faults(DF, true, EVENT(DF, 0), 0, __LINE__);
}

/* --- what the switch does --- */

static void test_jump(void)
{
	reset();
	put(OLD_TSS + 0x4a, 0x7777, 2);
	run.regs.gpr[MOTE_X86_RFLAGS_INDEX] |= NT;
	*reg(MOTE_X86_DR(7)) = 0x7ff;
	*reg(MOTE_X86_SHADOW) = 1;
	*reg(MOTE_X86_NMI_BLOCKED) = 1;
	go();
	CHECK_EQ(at(OLD_TSS + 0x20, 4), 0x4444 + 7);
	CHECK_EQ(at(OLD_TSS + 0x24, 4), 0x202 | NT);
	for (u32 i = 0; i < 8; i++)
		CHECK_EQ(at(OLD_TSS + 0x28 + 4 * i, 4), 0xa0a0a0a0 + i);
	for (u32 i = 0; i < 6; i++)
		CHECK_EQ(at(OLD_TSS + 0x48 + 4 * i, 2), i == MOTE_X86_CS ? SEL_C0 : SEL_D0);
	CHECK_EQ(at(OLD_TSS + 0x4a, 2), 0x7777);
	for (u32 i = 0; i < 0x20; i++)
		CHECK_EQ(mem[OLD_TSS + i], 0xcc);
	for (u32 i = 0x60; i < 0x68; i++)
		CHECK_EQ(mem[OLD_TSS + i], 0xcc);
	CHECK_EQ(at(GDT + SEL_OLD + 5, 1), 0x89);
	CHECK_EQ(at(GDT + SEL_NEW + 5, 1), 0x8b);
	CHECK_EQ(at(NEW_TSS, 4), 0);
	for (u32 i = 0; i < 8; i++)
		CHECK_EQ(*reg(MOTE_X86_GPR(i)),
			 i == MOTE_X86_RSP ? STACK + 0x800 : 0x11111111 * (i + 1));
	CHECK_EQ(GPR(RIP_INDEX), CODE);
	CHECK_EQ(GPR(RFLAGS_INDEX), 2);
	CHECK_EQ(SEG(TR, SELECTOR), SEL_NEW);
	CHECK_EQ(SEG(TR, BASE), NEW_TSS);
	CHECK_EQ(SEG(TR, LIMIT), 0x67);
	CHECK_EQ(SEG(TR, AR), 0x8b);
	CHECK_EQ(SEG(CS, LIMIT), 0xffffffff);
	CHECK_EQ(*reg(MOTE_X86_CR0), 0x11 | CR0_TS);
	/* Without paging CR3 stays */
	CHECK_EQ(*reg(MOTE_X86_CR3), 0x5000);
	CHECK_EQ(*reg(MOTE_X86_DR(7)), 0x6aa);
	CHECK_EQ(*reg(MOTE_X86_SHADOW), 0);
	CHECK_EQ(*reg(MOTE_X86_NMI_BLOCKED), 1);
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), 0);
	check_entry();
}

static void test_sources(void)
{
	reset();
	run.exit.task.source = MOTE_TASK_CALL;
	put(NEW_TSS + 0x24, 0xffc0ffff, 4);
	put(NEW_TSS + 0x24, 0x80002, 4);
	go();
	CHECK_EQ(at(NEW_TSS, 2), SEL_OLD);
	CHECK_EQ(GPR(RFLAGS_INDEX), 0x80002 | NT);
	CHECK_EQ(at(GDT + SEL_OLD + 5, 1), 0x8b);
	CHECK_EQ(at(GDT + SEL_NEW + 5, 1), 0x8b);
	/* Bits that nobody has */
	reset();
	put(NEW_TSS + 0x24, 0xffc08028, 4);
	go();
	CHECK_EQ(GPR(RFLAGS_INDEX), 2);
	reset();
	run.exit.task.source = MOTE_TASK_IRET;
	run.regs.gpr[MOTE_X86_RFLAGS_INDEX] |= NT;
	*reg(MOTE_X86_NMI_BLOCKED) = 1;
	describe(GDT + SEL_NEW, NEW_TSS, 0x67, 0x8b);
	put(NEW_TSS, 0x1234, 2);
	go();
	CHECK_EQ(at(NEW_TSS, 2), 0x1234);
	CHECK_EQ(at(OLD_TSS + 0x24, 4), 0x202);
	CHECK_EQ(GPR(RFLAGS_INDEX), 2);
	CHECK_EQ(at(GDT + SEL_OLD + 5, 1), 0x89);
	CHECK_EQ(at(GDT + SEL_NEW + 5, 1), 0x8b);
	CHECK_EQ(*reg(MOTE_X86_NMI_BLOCKED), 0);
	/* Also one that faults ends the blocking */
	reset();
	run.exit.task.source = MOTE_TASK_IRET;
	*reg(MOTE_X86_NMI_BLOCKED) = 1;
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(TS, SEL_NEW));
	CHECK_EQ(*reg(MOTE_X86_NMI_BLOCKED), 0);
	/* NMI: at the instruction that comes next */
	reset();
	by_event(MOTE_EVENT_NMI, 2, -1);
	go();
	CHECK_EQ(at(OLD_TSS + 0x20, 4), 0x4444);
	CHECK_EQ(at(OLD_TSS + 0x24, 4), 0x202 | RF);
	CHECK_EQ(*reg(MOTE_X86_NMI_BLOCKED), 1);
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), 0);
	CHECK_EQ(at(NEW_TSS, 2), SEL_OLD);
	/* Faults return with RF, debug exceptions as they found it */
	for (u32 vector = 1; vector < 7; vector += 5) {
		reset();
		run.regs.gpr[MOTE_X86_RFLAGS_INDEX] = 2;
		by_event(MOTE_EVENT_EXCEPTION, vector, -1);
		go();
		CHECK_EQ(at(OLD_TSS + 0x24, 4), vector == 1 ? 2 : 2 | RF);
	}
}

static void make_tss16(u32 where)
{
	memset(mem + where, 0, 0x68);
	put(where + 14, CODE, 2);
	put(where + 16, 2, 2);
	for (u32 i = 0; i < 8; i++)
		put(where + 18 + 2 * i, 0x1111 * (i + 1), 2);
	for (u32 i = 0; i < 4; i++)
		put(where + 34 + 2 * i, i == MOTE_X86_CS ? SEL_C0 : SEL_D0, 2);
	put(where + 42, SEL_LDT, 2);
}

static void test_tss16(void)
{
	reset();
	make_tss16(NEW_TSS);
	describe(GDT + SEL_NEW, NEW_TSS, 0x2b, 0x81);
	*reg(MOTE_X86_CR0) |= 1u << 31;
	go();
	CHECK_EQ(GPR(RIP_INDEX), CODE);
	CHECK_EQ(GPR(RAX), 0xffff1111);
	CHECK_EQ(SEG(FS, SELECTOR), 0);
	CHECK(SEG(GS, AR) & 0x10000);
	CHECK_EQ(SEG(LDTR, SELECTOR), SEL_LDT);
	CHECK_EQ(SEG(LDTR, BASE), LDT);
	CHECK_EQ(SEG(TR, AR), 0x83);
	/* It has no CR3, and no T */
	CHECK_EQ(*reg(MOTE_X86_CR3), 0x5000);
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), 0);
	check_entry();
	/* From one to another of 32 bits */
	reset();
	make_tss16(OLD_TSS);
	set_seg(MOTE_X86_TR, SEL_OLD, OLD_TSS, 0x29, 0x83);
	put(OLD_TSS + 42, 0xdddd, 2);
	go();
	CHECK_EQ(at(OLD_TSS + 14, 2), 0x444b);
	CHECK_EQ(at(OLD_TSS + 16, 2), 0x202);
	CHECK_EQ(at(OLD_TSS + 18 + 2 * MOTE_X86_RDI, 2), 0xa0a7);
	CHECK_EQ(at(OLD_TSS + 34 + 2 * MOTE_X86_DS, 2), SEL_D0);
	CHECK_EQ(at(OLD_TSS + 42, 2), 0xdddd);
	CHECK_EQ(at(OLD_TSS + 12, 2), 0);
	reset();
	set_seg(MOTE_X86_TR, SEL_OLD, OLD_TSS, 0x28, 0x83);
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(TS, SEL_OLD));
}

static void test_paging(void)
{
	reset();
	*reg(MOTE_X86_CR0) |= 1u << 31;
	go();
	CHECK_EQ(*reg(MOTE_X86_CR3), 0x7000);
	/* PAE: four entries that have to be good */
	for (int bad = -1; bad < 4; bad++) {
		reset();
		*reg(MOTE_X86_CR0) |= 1u << 31;
		*reg(MOTE_X86_CR4) = 1 << 5;
		put(NEW_TSS + 0x1c, PDPT | 0x20, 4);
		for (int i = 0; i < 4; i++)
			put((PDPT | 0x20) + 8 * (u32)i, i == bad ? 0xa021 : 0xa001, 8);
		go();
		CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), bad < 0 ? 0 : EVENT(TS, SEL_NEW));
		CHECK_EQ(*reg(MOTE_X86_CR3), bad < 0 ? PDPT | 0x20 : 0x5000);
	}
	/* Not present it may have what it likes */
	reset();
	*reg(MOTE_X86_CR0) |= 1u << 31;
	*reg(MOTE_X86_CR4) = 1 << 5;
	put(NEW_TSS + 0x1c, PDPT, 4);
	memset(mem + PDPT, 0xfe, 32);
	go();
	CHECK_EQ(*reg(MOTE_X86_CR3), PDPT);
}

static void test_vm86(void)
{
	reset();
	put(NEW_TSS + 0x24, 0x20002, 4);
	for (u32 i = 0; i < 6; i++)
		put(NEW_TSS + 0x48 + 4 * i, 0x100 * i + 4, 2);
	put(NEW_TSS + 0x60, SEL_LDT, 2);
	go();
	for (u32 i = 0; i < 6; i++) {
		CHECK_EQ(*reg(MOTE_X86_SEG(i, MOTE_X86_SEG_BASE)), 0x1000 * i + 0x40);
		CHECK_EQ(*reg(MOTE_X86_SEG(i, MOTE_X86_SEG_LIMIT)), 0xffff);
		CHECK_EQ(*reg(MOTE_X86_SEG(i, MOTE_X86_SEG_AR)), 0xf3);
	}
	CHECK_EQ(SEG(LDTR, BASE), LDT);
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), 0);
}

/* --- segments --- */

/**
 * struct seg_case - a segment of the new task
 * @which: enum mote_x86_seg
 * @selector: in the TSS
 * @attr: of SEL_X, if that is it
 * @user: the task has privilege 3
 * @vector: fault, or 0
 */
struct seg_case {
	u8 which;
	u16 selector;
	u32 attr;
	bool user;
	u8 vector;
};

static const struct seg_case seg_cases[] = {
	{ MOTE_X86_DS, 0, 0, false, 0 },
	{ MOTE_X86_DS, 3, 0, false, 0 },
	{ MOTE_X86_DS, SEL_X + 8, 0, false, TS },
	{ MOTE_X86_DS, SEL_IN_LDT, 0, false, TS },	/* no LDT */
	{ MOTE_X86_DS, SEL_X, 0x4092, false, 0 },
	{ MOTE_X86_DS, SEL_X, 0x4090, false, 0 },
	{ MOTE_X86_DS, SEL_X, 0x4012, false, NP },
	{ MOTE_X86_DS, SEL_X, 0x4082, false, TS },	/* system */
	{ MOTE_X86_DS, SEL_X, 0x4098, false, TS },	/* execute only */
	{ MOTE_X86_DS, SEL_X, 0x409a, false, 0 },
	{ MOTE_X86_DS, SEL_X, 0x401a, false, NP },
	{ MOTE_X86_GS, SEL_X, 0x409a, true, TS },
	{ MOTE_X86_GS, SEL_X, 0x409e, true, 0 },	/* conforming */
	{ MOTE_X86_ES, SEL_X, 0x4092, true, TS },
	{ MOTE_X86_ES, SEL_X, 0x40d2, true, TS },
	{ MOTE_X86_ES, SEL_X, 0x40f2, true, 0 },
	{ MOTE_X86_FS, SEL_X | 3, 0x40d2, false, TS },	/* by RPL alone */
	{ MOTE_X86_FS, SEL_X | 3, 0x40f2, false, 0 },
	{ MOTE_X86_SS, 0, 0, false, TS },
	{ MOTE_X86_SS, SEL_X + 8, 0, false, TS },
	{ MOTE_X86_SS, SEL_X, 0x4092, false, 0 },
	{ MOTE_X86_SS, SEL_X, 0x4096, false, 0 },
	{ MOTE_X86_SS, SEL_X, 0x4090, false, TS },	/* read only */
	{ MOTE_X86_SS, SEL_X, 0x409a, false, TS },	/* code */
	{ MOTE_X86_SS, SEL_X, 0x4082, false, TS },
	{ MOTE_X86_SS, SEL_X, 0x4012, false, SS },
	{ MOTE_X86_SS, SEL_X, 0x40f2, false, TS },	/* DPL */
	{ MOTE_X86_SS, SEL_X | 3, 0x4092, false, TS },	/* RPL */
	{ MOTE_X86_SS, SEL_X | 3, 0x40f2, true, 0 },
	{ MOTE_X86_SS, SEL_X, 0x40f2, true, TS },
	{ MOTE_X86_CS, 0, 0, false, TS },
	{ MOTE_X86_CS, SEL_X + 8, 0, false, TS },
	{ MOTE_X86_CS, SEL_X, 0x409a, false, 0 },
	{ MOTE_X86_CS, SEL_X, 0x4098, false, 0 },
	{ MOTE_X86_CS, SEL_X, 0x4092, false, TS },	/* data */
	{ MOTE_X86_CS, SEL_X, 0x4088, false, TS },	/* system */
	{ MOTE_X86_CS, SEL_X, 0x401a, false, NP },
	{ MOTE_X86_CS, SEL_X, 0x40fa, false, TS },	/* DPL */
	{ MOTE_X86_CS, SEL_X, 0x40fe, false, TS },	/* conforming, DPL above */
	{ MOTE_X86_CS, SEL_X | 3, 0x409e, true, 0 },	/* conforming, DPL below */
	{ MOTE_X86_CS, SEL_X | 3, 0x409a, true, TS },
	{ MOTE_X86_LDTR, SEL_LDT, 0, false, 0 },
	{ MOTE_X86_LDTR, SEL_LDT | 4, 0, false, TS },
	{ MOTE_X86_LDTR, SEL_X + 8, 0, false, TS },
	{ MOTE_X86_LDTR, SEL_X, 0x4082, false, 0 },
	{ MOTE_X86_LDTR, SEL_X, 0x4002, false, TS },
	{ MOTE_X86_LDTR, SEL_X, 0x4089, false, TS },
	{ MOTE_X86_LDTR, SEL_X, 0x4092, false, TS },
};

static void try_seg(const struct seg_case *k)
{
	u32 slot = k->which == MOTE_X86_LDTR ? 0x60 : 0x48 + 4u * k->which;
	u64 event = k->vector ? EVENT(k->vector, k->selector & ~3) : 0;
	bool loaded = !k->vector && k->selector & ~3;

	reset();
	if (k->user) {
		put(NEW_TSS + 0x48 + 4 * MOTE_X86_CS, SEL_C3, 2);
		for (u32 i = 0; i < 6; i++)
			if (i != MOTE_X86_CS)
				put(NEW_TSS + 0x48 + 4 * i, SEL_D3, 2);
	}
	if (k->attr)
		describe(GDT + SEL_X, 0x1230, 0xff, k->attr);
	put(NEW_TSS + slot, k->selector, 2);
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), event);
	CHECK_EQ(SEG(TR, SELECTOR), SEL_NEW);
	CHECK_EQ(*reg(MOTE_X86_SEG(k->which, MOTE_X86_SEG_SELECTOR)), k->selector);
	if (k->which != MOTE_X86_LDTR && k->attr)
		CHECK_EQ(mem[GDT + SEL_X + 5] & 1, loaded || (k->attr & 1));
	if (loaded && k->attr) {
		CHECK_EQ(*reg(MOTE_X86_SEG(k->which, MOTE_X86_SEG_BASE)), 0x1230);
		CHECK_EQ(*reg(MOTE_X86_SEG(k->which, MOTE_X86_SEG_LIMIT)), 0xff);
		CHECK_EQ(*reg(MOTE_X86_SEG(k->which, MOTE_X86_SEG_AR)),
			 k->attr | (k->which != MOTE_X86_LDTR));
	}
	check_entry();
}

static void test_segments(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(seg_cases); i++) {
		unsigned long before = failures;

		try_seg(&seg_cases[i]);
		if (failures != before)
			printf("# case %u\n", i);
	}
	/* Half a descriptor is none; all bits of a base */
	reset();
	put(NEW_TSS + 0x48, SEL_X, 2);
	put(GDT + SEL_X, 0xfe409276543200ffULL, 8);
	SEG(GDTR, LIMIT) = GDT_LIMIT - 1;
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(TS, SEL_X));
	reset();
	put(NEW_TSS + 0x48, SEL_X, 2);
	put(GDT + SEL_X, 0xfe409276543200ffULL, 8);
	go();
	CHECK_EQ(SEG(ES, BASE), 0xfe765432);
	/* Of the LDT */
	reset();
	put(NEW_TSS + 0x60, SEL_LDT, 2);
	put(NEW_TSS + 0x48 + 4 * MOTE_X86_FS, SEL_IN_LDT, 2);
	go();
	CHECK_EQ(SEG(FS, BASE), 0x123456);
	CHECK_EQ(SEG(FS, LIMIT), 0x7f);
	CHECK_EQ(mem[LDT + 8 + 5], 0x93);
	/* Its own page may be missing */
	reset();
	describe(GDT + SEL_LDT, 0xa000, 0xf, 0x82);
	absent[0xa] = true;
	put(NEW_TSS + 0x60, SEL_LDT, 2);
	put(NEW_TSS + 0x48 + 4 * MOTE_X86_FS, SEL_IN_LDT, 2);
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(PF, 0));
	CHECK_EQ(*reg(MOTE_X86_EVENT_CR2), 0xa008);
	CHECK_EQ(SEG(TR, SELECTOR), SEL_NEW);
	check_entry();
	/* The interrupt that brought it here has been taken */
	reset();
	by_event(MOTE_EVENT_INTR, 0x41, -1);
	put(NEW_TSS + 0x48, SEL_X, 2);
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(TS, SEL_X | 1));
	CHECK_EQ(*reg(MOTE_X86_INTR_PENDING), 0);
}

/* --- the error code --- */

static void stack(u32 attr, u32 limit, u32 sp)
{
	reset();
	by_event(MOTE_EVENT_EXCEPTION, GP, 0xabcd);
	describe(GDT + SEL_X, STACK, limit, attr);
	put(NEW_TSS + 0x48 + 4 * MOTE_X86_SS, SEL_X, 2);
	put(NEW_TSS + 0x38, sp, 4);
	go();
}

static void test_error_code(void)
{
	stack(0x4092, 0xfff, 0x800);
	CHECK_EQ(GPR(RSP), 0x7fc);
	CHECK_EQ(at(STACK + 0x7fc, 4), 0xabcd);
	CHECK_EQ(mem[STACK + 0x800], 0xcc);
	/* A stack of 16 bits wraps there, and the rest of ESP stays */
	stack(0x0092, 0xffff, 0x12340002);
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(DF, 0));
	stack(0x0092, 0xffff, 0x12340804);
	CHECK_EQ(GPR(RSP), 0x12340800);
	CHECK_EQ(at(STACK + 0x800, 4), 0xabcd);
	/* #SS in the delivery of #GP: both in one */
	stack(0x4092, 0x7fe, 0x803);
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(DF, 0));
	CHECK_EQ(GPR(RSP), 0x803);
	stack(0xc092, 0xfffff, 2);
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(DF, 0));
	stack(0x4092, 0x7fe, 0x7ff);
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), 0);
	/* Expanding down it is the other way round */
	stack(0x4096, 0x7fb, 0x800);
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), 0);
	stack(0x4096, 0x7fc, 0x800);
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(DF, 0));
	/* Half as wide with a TSS of 16 bits */
	reset();
	by_event(MOTE_EVENT_EXCEPTION, GP, 0xabcd);
	make_tss16(NEW_TSS);
	put(NEW_TSS + 18 + 2 * MOTE_X86_RSP, STACK + 0x800, 2);
	describe(GDT + SEL_NEW, NEW_TSS, 0x2b, 0x81);
	describe(GDT + SEL_X, 0, 0xffff, 0x0092);
	put(NEW_TSS + 34 + 2 * MOTE_X86_SS, SEL_X, 2);
	go();
	CHECK_EQ(GPR(RSP), 0xffff0000 | (STACK + 0x7fe));
	CHECK_EQ(at(STACK + 0x7fe, 2), 0xabcd);
	CHECK_EQ(mem[STACK + 0x7fd], 0xcc);
	/* It is pushed at the task's privilege */
	reset();
	by_event(MOTE_EVENT_EXCEPTION, 17, 0);
	user_denied = STACK;
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(PF, 7));
	CHECK_EQ(*reg(MOTE_X86_EVENT_CR2), STACK + 0x7fc);
	CHECK_EQ(SEG(TR, SELECTOR), SEL_NEW);
	CHECK_EQ(GPR(RSP), STACK + 0x800);
}

static void test_trap(void)
{
	reset();
	put(NEW_TSS + 0x64, 1, 2);
	*reg(MOTE_X86_DR(6)) = 0xffff0ff0;
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), 0x80000301);
	CHECK_EQ(*reg(MOTE_X86_DR(6)), 0xffff8ff0);
	/* A fault goes first, and the trap with it */
	reset();
	put(NEW_TSS + 0x64, 1, 2);
	put(NEW_TSS + 0x48, SEL_X, 2);
	go();
	CHECK_EQ(*reg(MOTE_X86_EVENT_INFO), EVENT(TS, SEL_X));
}

/* --- where the old task goes on, when hardware does not say --- */

static void length(const char *code, u32 bytes, int expected, int line)
{
	int ret;

	reset();
	memcpy(mem + 0x4444, code, bytes);
	run.exit.task.insn_bytes = 0;
	ret = mote_x86_task_switch(&emul, &run);
	if (expected < 0) {
		check_eq((u64)ret, (u64)expected, "return", line);
		check(emul.why[0], "a reason", line);
		check_eq(SEG(TR, SELECTOR), SEL_OLD, "task", line);
	} else {
		check_eq((u64)ret, 0, "return", line);
		check_eq(at(OLD_TSS + 0x20, 4), 0x4444 + (u32)expected, "EIP", line);
	}
}

static void test_length(void)
{
	length("\xea\0\0\0\0\x20\0", 7, 7, __LINE__);
	length("\x9a\0\0\0\0\x20\0", 7, 7, __LINE__);
	length("\x66\xea\0\0\x20\0", 6, 6, __LINE__);
	length("\xff\x2d\0\0\0\0", 6, 6, __LINE__);
	length("\xff\x1b", 2, 2, __LINE__);
	length("\xcf", 1, 1, __LINE__);
	length("\x66\xcf", 2, 2, __LINE__);
	length("\xcd\x40", 2, 2, __LINE__);
	length("\xcc", 1, 1, __LINE__);
	length("\xce", 1, 1, __LINE__);
	length("\xf1", 1, 1, __LINE__);
	length("\x90", 1, -ENOTSUP, __LINE__);
	length("\x0f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 15, -ENOTSUP, __LINE__);
}

static void test_errors(void)
{
	reset();
	op_error = -EFAULT;
	CHECK(mote_x86_task_switch(&emul, &run) == -EFAULT);
	CHECK(emul.why[0]);
	CHECK_EQ(SEG(TR, SELECTOR), SEL_OLD);
}

static const struct {
	const char *name;
	void (*fn)(void);
} tests[] = {
	{ "bad_tss", test_bad_tss },
	{ "absent_pages", test_absent_pages },
	{ "event_stays", test_event_stays },
	{ "double_faults", test_double_faults },
	{ "jump", test_jump },
	{ "sources", test_sources },
	{ "tss16", test_tss16 },
	{ "paging", test_paging },
	{ "vm86", test_vm86 },
	{ "segments", test_segments },
	{ "error_code", test_error_code },
	{ "trap", test_trap },
	{ "length", test_length },
	{ "errors", test_errors },
};

int main(void)
{
	if (mote_x86_emul_init(&emul, &ops, NULL))
		return 1;
	printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(tests));
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		unsigned long before = failures;

		tests[i].fn();
		printf("%sok %zu %s\n", failures == before ? "" : "not ", i + 1, tests[i].name);
	}
	printf("# %lu checks, %lu failures\n", checks, failures);
	mote_x86_emul_free(&emul);
	return failures != 0;
}
