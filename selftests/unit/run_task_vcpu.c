// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "run_task.h"

u8 mem[MEM_BYTES];
struct mote_reg regs[256];
u32 reg_count;
bool absent[MEM_BYTES >> 12];
u32 user_denied;
int op_error;
struct mote_run run;
struct mote_x86_emul emul;
unsigned long checks, failures;

void check(bool ok, const char *text, int line)
{
	checks++;
	if (ok)
		return;
	failures++;
	printf("# line %d: not true: %s\n", line, text);
}

void check_eq(u64 got, u64 want, const char *text, int line)
{
	checks++;
	if (got == want)
		return;
	failures++;
	printf("# line %d: %s is 0x%llx, not 0x%llx\n", line, text, got, want);
}

/* --- the vCPU --- */

u64 *reg(u64 id)
{
	for (u32 i = 0; i < reg_count; i++) {
		if (regs[i].id == id)
			return &regs[i].value;
	}
	regs[reg_count] = (struct mote_reg){ id, 0 };
	return &regs[reg_count++].value;
}

static int translate(u64 gva, u32 access, u64 *gpa, u32 *error)
{
	if (op_error)
		return op_error;
	*gpa = gva;
	*error = access == MOTE_ACCESS_WRITE ? 2 : 0;
	return gva >= MEM_BYTES || absent[gva >> 12];
}

static int on_system(void *opaque, u64 gva, u32 access, u64 *gpa, u32 *error)
{
	(void)opaque;
	return translate(gva, access, gpa, error);
}

static int on_translate(void *opaque, u64 gva, u32 access, u64 *gpa, u32 *error)
{
	int ret = translate(gva, access, gpa, error);

	(void)opaque;
	if (!ret && user_denied && gva >> 12 == user_denied >> 12) {
		*error |= 5;
		return 1;
	}
	return ret;
}

static int on_read(void *opaque, u64 gpa, void *data, u32 bytes)
{
	(void)opaque;
	CHECK(gpa + bytes <= MEM_BYTES && bytes <= 8 && (gpa & 4095) + bytes <= 4096);
	memcpy(data, mem + gpa, bytes);
	return 0;
}

static int on_write(void *opaque, u64 gpa, const void *data, u32 bytes)
{
	(void)opaque;
	CHECK(gpa + bytes <= MEM_BYTES && bytes <= 8 && (gpa & 4095) + bytes <= 4096);
	memcpy(mem + gpa, data, bytes);
	return 0;
}

static int on_segment(void *opaque, enum mote_x86_seg which, struct mote_x86_segment *out)
{
	(void)opaque;
	out->base = *reg(MOTE_X86_SEG(which, MOTE_X86_SEG_BASE));
	return 0;
}

static int on_get_regs(void *opaque, struct mote_reg *r, u32 count)
{
	(void)opaque;
	for (u32 i = 0; i < count; i++)
		r[i].value = *reg(r[i].id);
	return 0;
}

static int on_set_regs(void *opaque, const struct mote_reg *r, u32 count)
{
	(void)opaque;
	for (u32 i = 0; i < count; i++)
		*reg(r[i].id) = r[i].value;
	return 0;
}

const struct mote_x86_ops ops = {
	.translate = on_translate, .read = on_read, .write = on_write,
	.segment = on_segment, .system = on_system,
	.get_regs = on_get_regs, .set_regs = on_set_regs,
};

/* --- two tasks --- */

void put(u32 at, u64 value, u32 bytes)
{
	memcpy(mem + at, &value, bytes);
}

u64 at(u32 where, u32 bytes)
{
	u64 v = 0;

	memcpy(&v, mem + where, bytes);
	return v;
}

void describe(u32 where, u32 base, u32 limit, u32 attr)
{
	put(where, (limit & 0xffff) | (u64)base << 16 | (u64)(attr & 0xff) << 40 |
	    (u64)(limit >> 16 & 0xf) << 48 | (u64)(attr >> 12) << 52, 8);
}

void set_seg(unsigned int which, u32 sel, u32 base, u32 limit, u32 ar)
{
	*reg(MOTE_X86_SEG(which, MOTE_X86_SEG_SELECTOR)) = sel;
	*reg(MOTE_X86_SEG(which, MOTE_X86_SEG_BASE)) = base;
	*reg(MOTE_X86_SEG(which, MOTE_X86_SEG_LIMIT)) = limit;
	*reg(MOTE_X86_SEG(which, MOTE_X86_SEG_AR)) = ar;
}

static void make_gdt(void)
{
	describe(GDT + SEL_C0, 0, 0xfffff, 0xc09b);
	describe(GDT + SEL_D0, 0, 0xfffff, 0xc093);
	describe(GDT + SEL_OLD, OLD_TSS, 0x67, 0x8b);
	describe(GDT + SEL_NEW, NEW_TSS, 0x67, 0x89);
	describe(GDT + SEL_LDT, LDT, 0xf, 0x82);
	describe(GDT + (SEL_C3 & ~7), 0, 0xfffff, 0xc0fb);
	describe(GDT + (SEL_D3 & ~7), 0, 0xfffff, 0xc0f3);
	describe(LDT + (SEL_IN_LDT & ~7), 0x123456, 0x7f, 0x4092);
}

static void make_new_tss(void)
{
	put(NEW_TSS + 0x1c, 0x7000, 4);
	put(NEW_TSS + 0x20, CODE, 4);
	put(NEW_TSS + 0x24, 2, 4);
	for (u32 i = 0; i < 8; i++)
		put(NEW_TSS + 0x28 + 4 * i, 0x11111111 * (i + 1), 4);
	put(NEW_TSS + 0x38, STACK + 0x800, 4);
	for (u32 i = 0; i < 6; i++)
		put(NEW_TSS + 0x48 + 4 * i, i == MOTE_X86_CS ? SEL_C0 : SEL_D0, 2);
}

void reset(void)
{
	memset(mem, 0xcc, sizeof(mem));
	memset(mem + NEW_TSS, 0, 0x68);
	memset(mem + GDT, 0, 0x1000);
	memset(absent, 0, sizeof(absent));
	reg_count = 0;
	user_denied = 0;
	op_error = 0;
	make_gdt();
	make_new_tss();
	for (unsigned int i = MOTE_X86_ES; i <= MOTE_X86_GS; i++)
		set_seg(i, SEL_D0, 0, 0xffffffff, 0xc093);
	set_seg(MOTE_X86_CS, SEL_C0, 0, 0xffffffff, 0xc09b);
	set_seg(MOTE_X86_LDTR, 0, 0, 0, 0x10000);
	set_seg(MOTE_X86_TR, SEL_OLD, OLD_TSS, 0x67, 0x8b);
	SEG(GDTR, BASE) = GDT;
	SEG(GDTR, LIMIT) = GDT_LIMIT;
	SEG(IDTR, LIMIT) = 0x7ff;
	*reg(MOTE_X86_CR0) = 0x11;
	*reg(MOTE_X86_CR3) = 0x5000;
	memset(&run, 0, sizeof(run));
	run.regs.mode = 32;
	for (u32 i = 0; i < 8; i++)
		run.regs.gpr[i] = 0xa0a0a0a0 + i;
	run.regs.gpr[MOTE_X86_RIP_INDEX] = 0x4444;
	run.regs.gpr[MOTE_X86_RFLAGS_INDEX] = 0x202 | RF;
	run.exit.task = (struct mote_exit_task){
		.selector = SEL_NEW, .source = MOTE_TASK_JMP,
		.flags = MOTE_TASK_INSN, .insn_bytes = 7,
	};
}

void by_event(u32 event, u32 vector, int error)
{
	run.exit.task.source = MOTE_TASK_GATE;
	run.exit.task.flags = error >= 0 ? MOTE_TASK_ERROR_CODE : 0;
	run.exit.task.event = (u8)event;
	run.exit.task.vector = (u8)vector;
	run.exit.task.error_code = error >= 0 ? (u32)error : 0;
	run.exit.task.insn_bytes = 0;
	*reg(MOTE_X86_EVENT_INFO) = 0x80000000 | vector;
}

void go(void)
{
	CHECK_EQ((u64)mote_x86_task_switch(&emul, &run), 0);
}

void check_entry(void)
{
	u64 cs = SEG(CS, AR), ss = SEG(SS, AR);

	if (GPR(RFLAGS_INDEX) & 1 << 17)
		return;
	CHECK((cs & 0x99) == 0x99);
	CHECK((ss & 0x9b) == 0x93);
	if (cs & 4)
		CHECK((cs >> 5 & 3) <= (ss >> 5 & 3));
	else
		CHECK_EQ(cs >> 5 & 3, ss >> 5 & 3);
	for (unsigned int i = MOTE_X86_ES; i <= MOTE_X86_LDTR; i++) {
		u64 ar = *reg(MOTE_X86_SEG(i, MOTE_X86_SEG_AR));
		u64 limit = *reg(MOTE_X86_SEG(i, MOTE_X86_SEG_LIMIT));

		CHECK(ar & 0x10000 || (ar & 0x80));
		CHECK(ar & 0x10000 || i == MOTE_X86_LDTR || (ar & 1));
		CHECK(ar & 0x10000 || !(ar & 0x8000) || (limit & 0xfff) == 0xfff);
		CHECK(ar & 0x10000 || (ar & 0x8000) || !(limit >> 20));
	}
	CHECK((SEG(TR, AR) & 0x97) == 0x83);
}
