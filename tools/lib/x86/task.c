// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hardware task switches: SDM vol. 3, "Task Switching".
 *
 * All that the CPU checks before it commits to the new task is found and
 * translated first, so that nothing has changed when the old task gets a fault.
 * Then the old task is saved and the registers are set; what is left, LDTR,
 * segments and the error code, happens in the new task with its page tables.
 */
#include <errno.h>
#include <string.h>

#include "task.h"

#define RFLAGS_KNOWN	0x3f7fd7ULL
#define RFLAGS_FIXED	0x2ULL
#define CR0_TS		(1ULL << 3)
#define CR0_PG		(1ULL << 31)
#define CR4_PAE		(1ULL << 5)
#define DR7_LOCAL	0x155ULL	/* L0 to L3, LE */

/* The reserved bits of a PDPTE of PAE paging that have no width to ask for */
#define PDPTE_P		1ULL
#define PDPTE_RESERVED	0xfff00000000001e6ULL

/**
 * struct layout - where things are in a TSS
 * @width: of a general register, and between selectors
 * @ip: first of what a switch saves: IP, FLAGS, general registers, selectors
 * @gpr: AX, in the order of enum mote_x86_gpr
 * @seg: ES, in the order of enum mote_x86_seg
 * @seg_count: selectors
 * @ldt: selector of the LDT
 * @old_limit: smallest limit of the old task's
 * @new_limit: smallest limit of the new task's
 */
struct layout {
	u8 width, ip, gpr, seg, seg_count, ldt;
	u8 old_limit, new_limit;
};

static const struct layout tss16 = { 2, 14, 18, 34, 4, 42, 0x29, 0x2b };
static const struct layout tss32 = { 4, 0x20, 0x28, 0x48, 6, 0x60, 0x5f, 0x67 };

#define TSS_BYTES	0x68
#define TSS32_CR3	0x1c
#define TSS32_TRAP	0x64

/**
 * struct tss_places - memory that the switch touches before it commits
 * @new_seg: the new TSS, as TR will have it
 * @from: layout of the old TSS
 * @to: layout of the new TSS
 * @saved: what is saved of the old task
 * @old_busy: byte with the busy bit in the old TSS's descriptor
 * @new_busy: the same of the new one
 * @link: back link of the new TSS
 * @new_tss: all of it
 */
struct tss_places {
	struct x86_task_seg new_seg;
	const struct layout *from, *to;
	struct x86_mem saved, old_busy, new_busy, link, new_tss;
};

/* --- memory --- */

static int map(struct x86_task *t, bool system, u32 gva, u32 bytes, u32 access,
	       struct x86_mem *m)
{
	const struct mote_x86_ops *ops = t->c.e->ops;

	m->n = 0;
	while (bytes) {
		u32 left = 4096 - (gva & 4095), n = bytes < left ? bytes : left;
		u64 *gpa = &m->part[m->n].gpa;
		u32 error;
		int ret = (system ? ops->system : ops->translate)(t->c.e->opaque, gva, access,
								  gpa, &error);

		if (ret == 1)
			return x86_task_page_fault(t, gva, error);
		if (ret)
			return x86_fail(t->c.e, ret, "task switch: no page tables for 0x%x", gva);
		m->part[m->n++].bytes = n;
		bytes -= n;
		gva += n;
	}
	return 0;
}

/* x86_task_map() - translate for an access of the CPU's own, as x86_mem_map(). */
int x86_task_map(struct x86_task *t, u32 gva, u32 bytes, u32 access, struct x86_mem *m)
{
	return map(t, true, gva, bytes, access, m);
}

static u32 get_le(const u8 *tss, u32 at, u32 bytes)
{
	u32 v = 0;

	memcpy(&v, tss + at, bytes);
	return v;
}

static int change_bits(struct x86_task *t, const struct x86_mem *m, u8 clear, u8 set_bits)
{
	u8 byte;
	int ret = x86_mem_read(&t->c, m, &byte);

	if (ret)
		return ret;
	byte = (u8)((byte & ~clear) | set_bits);
	return x86_mem_write(&t->c, m, &byte);
}

/* --- before the commit --- */

static bool links(const struct x86_task *t)
{
	return t->why.source == MOTE_TASK_CALL || t->why.source == MOTE_TASK_GATE;
}

static const struct layout *layout_of(const struct x86_task_seg *s)
{
	return X86_AR_TYPE(s->ar) & 8 ? &tss32 : &tss16;
}

/* The CPU has checked that; another of the guest's may have changed it since */
static int find_new_tss(struct x86_task *t, struct tss_places *p, u32 *flags)
{
	u32 vector = t->why.source == MOTE_TASK_IRET ? X86_TS_VECTOR : X86_GP_VECTOR;
	u32 busy = t->why.source == MOTE_TASK_IRET ? X86_AR_BUSY : 0;
	u16 selector = t->why.selector, error = selector & ~3u;
	int ret;

	if (selector & X86_SEL_LDT)
		return x86_task_fault(t, vector, error);
	ret = x86_task_descriptor(t, selector, vector, &p->new_seg, flags);
	if (ret)
		return ret;
	if ((p->new_seg.ar & (X86_AR_S | 7)) != (1 | busy))
		return x86_task_fault(t, vector, error);
	if (!(p->new_seg.ar & X86_AR_P))
		return x86_task_fault(t, X86_NP_VECTOR, error);
	p->to = layout_of(&p->new_seg);
	if (p->new_seg.limit < p->to->new_limit)
		return x86_task_fault(t, X86_TS_VECTOR, error);
	p->new_seg.ar |= X86_AR_BUSY;
	return 0;
}

static int map_old(struct x86_task *t, struct tss_places *p)
{
	const struct x86_task_seg *tr = &t->seg[MOTE_X86_TR];
	const struct layout *l = layout_of(tr);
	u32 end = l->seg + l->seg_count * l->width;
	int ret;

	p->from = l;
	if (tr->limit < l->old_limit)
		return x86_task_fault(t, X86_TS_VECTOR, tr->selector & ~3u);
	ret = x86_task_map(t, tr->base + l->ip, end - l->ip, MOTE_ACCESS_WRITE, &p->saved);
	if (ret || links(t))
		return ret;
	return x86_task_map(t, t->gdt_base + (tr->selector & ~7u) + 5, 1, MOTE_ACCESS_WRITE,
			    &p->old_busy);
}

static int map_new(struct x86_task *t, struct tss_places *p, u32 flags)
{
	u32 base = p->new_seg.base;
	int ret = x86_task_map(t, base, p->to->new_limit + 1, MOTE_ACCESS_READ, &p->new_tss);

	if (!ret && links(t))
		ret = x86_task_map(t, base, 2, MOTE_ACCESS_WRITE, &p->link);
	if (!ret && t->why.source != MOTE_TASK_IRET)
		ret = x86_task_map(t, flags, 1, MOTE_ACCESS_WRITE, &p->new_busy);
	return ret;
}

/*
 * With PAE paging the CPU takes four entries from CR3.  What it does when they are
 * bad in a task switch no manual says; here that task cannot be switched to.
 */
static int check_cr3(struct x86_task *t, const struct tss_places *p)
{
	u8 tss[TSS_BYTES];
	u64 pdpte[4];
	int ret;

	if (p->to != &tss32 || !(t->cr0 & CR0_PG) || !(t->cr4 & CR4_PAE))
		return 0;
	ret = x86_mem_read(&t->c, &p->new_tss, tss);
	for (u32 i = 0; i < 4 && !ret; i++) {
		u32 at = (get_le(tss, TSS32_CR3, 4) & ~31u) + 8 * i;

		ret = t->c.e->ops->read(t->c.e->opaque, at, &pdpte[i], 8);
		if (!ret && (pdpte[i] & PDPTE_P) && (pdpte[i] & PDPTE_RESERVED))
			return x86_task_fault(t, X86_TS_VECTOR, t->why.selector & ~3u);
	}
	return ret;
}

static int prepare(struct x86_task *t, struct tss_places *p)
{
	u32 flags = 0;
	int ret = find_new_tss(t, p, &flags);

	if (!ret)
		ret = map_old(t, p);
	if (!ret)
		ret = map_new(t, p, flags);
	return ret ? ret : check_cr3(t, p);
}

/* --- where the old task goes on --- */

static bool switches_tasks(ZydisMnemonic m)
{
	switch (m) {
	case ZYDIS_MNEMONIC_CALL:
	case ZYDIS_MNEMONIC_JMP:
	case ZYDIS_MNEMONIC_IRET:
	case ZYDIS_MNEMONIC_IRETD:
	case ZYDIS_MNEMONIC_INT:
	case ZYDIS_MNEMONIC_INT1:
	case ZYDIS_MNEMONIC_INT3:
	case ZYDIS_MNEMONIC_INTO:
		return true;
	default:
		return false;
	}
}

static int find_length(struct x86_task *t)
{
	const struct x86_insn *in;
	u8 bytes[X86_INSN_MAX];
	u32 count;
	int ret = x86_fetch(t->c.e, &t->c.r, bytes, &count);

	if (!ret)
		ret = x86_decode(t->c.e, &t->c.r, bytes, count, &in);
	if (ret)
		return ret;
	if (!switches_tasks(in->i.mnemonic))
		return x86_fail(t->c.e, -ENOTSUP, "task switch: no such instruction at 0x%llx",
				t->c.r.gpr[MOTE_X86_RIP_INDEX]);
	t->why.insn_bytes = in->i.length;
	return 0;
}

/*
 * As they are saved.  Faults return with RF, instructions end it (SDM vol. 3,
 * "Instruction-Breakpoint Exception Condition"); what IRET leaves is not nested.
 */
static u32 old_flags(const struct x86_task *t)
{
	u64 flags = t->c.r.gpr[MOTE_X86_RFLAGS_INDEX];

	if (t->why.flags & MOTE_TASK_INSN)
		flags &= ~X86_RF;
	else if (x86_task_is_event(t, MOTE_EVENT_EXCEPTION) && t->why.vector != X86_DB_VECTOR)
		flags |= X86_RF;
	if (t->why.source == MOTE_TASK_IRET)
		flags &= ~X86_NT;
	return (u32)flags;
}

/* --- the commit --- */

static int save_old(struct x86_task *t, const struct tss_places *p)
{
	const struct layout *l = p->from;
	const u64 *gpr = t->c.r.gpr;
	u32 eip = (u32)gpr[MOTE_X86_RIP_INDEX], flags = old_flags(t);
	u8 tss[TSS_BYTES];
	int ret = x86_mem_read(&t->c, &p->saved, tss + l->ip);

	if (ret)
		return ret;
	if (t->why.flags & MOTE_TASK_INSN)
		eip += t->why.insn_bytes;
	memcpy(tss + l->ip, &eip, l->width);
	memcpy(tss + l->ip + l->width, &flags, l->width);
	for (u32 i = 0; i < 8; i++)
		memcpy(tss + l->gpr + i * l->width, &gpr[i], l->width);
	for (u32 i = 0; i < l->seg_count; i++)
		memcpy(tss + l->seg + i * l->width, &t->seg[i].selector, 2);
	return x86_mem_write(&t->c, &p->saved, tss + l->ip);
}

static int mark(struct x86_task *t, const struct tss_places *p)
{
	int ret = 0;

	if (links(t))
		ret = x86_mem_write(&t->c, &p->link, &t->seg[MOTE_X86_TR].selector);
	else
		ret = change_bits(t, &p->old_busy, X86_AR_BUSY, 0);
	if (!ret && t->why.source != MOTE_TASK_IRET)
		ret = change_bits(t, &p->new_busy, 0, X86_AR_BUSY);
	return ret;
}

static void take_registers(struct x86_task *t, const struct layout *l, const u8 *tss)
{
	u64 *gpr = t->c.r.gpr, flags = get_le(tss, l->ip + l->width, l->width);

	gpr[MOTE_X86_RIP_INDEX] = get_le(tss, l->ip, l->width);
	gpr[MOTE_X86_RFLAGS_INDEX] = (flags & RFLAGS_KNOWN) | RFLAGS_FIXED |
				     (links(t) ? X86_NT : 0);
	/* Upper halves that a 16-bit TSS has not are all ones in the processor */
	for (u32 i = 0; i < 8; i++)
		gpr[i] = get_le(tss, l->gpr + i * l->width, l->width) |
			 (l->width == 2 ? 0xffff0000 : 0);
}

/* Selectors; FS and GS are null after a 16-bit TSS */
static void take_selectors(struct x86_task *t, const struct layout *l, const u8 *tss)
{
	for (u32 i = 0; i <= MOTE_X86_GS; i++)
		t->seg[i].selector = i < l->seg_count ?
				     (u16)get_le(tss, l->seg + i * l->width, 2) : 0;
	t->seg[MOTE_X86_LDTR].selector = (u16)get_le(tss, l->ldt, 2);
}

static int take_new(struct x86_task *t, const struct tss_places *p)
{
	u8 tss[TSS_BYTES];
	int ret = x86_mem_read(&t->c, &p->new_tss, tss);

	if (ret)
		return ret;
	take_registers(t, p->to, tss);
	take_selectors(t, p->to, tss);
	if (p->to == &tss32) {
		t->trap = get_le(tss, TSS32_TRAP, 1) & 1;
		if (t->cr0 & CR0_PG)
			t->cr3 = get_le(tss, TSS32_CR3, 4);
	}
	x86_task_forget_segs(t);
	t->seg[MOTE_X86_TR] = p->new_seg;
	t->cr0 |= CR0_TS;
	t->dr7 &= ~DR7_LOCAL;
	if (t->why.source == MOTE_TASK_IRET)
		t->nmi_blocked = 0;
	else if (x86_task_is_event(t, MOTE_EVENT_NMI))
		t->nmi_blocked = 1;
	return 0;
}

static int commit(struct x86_task *t, const struct tss_places *p)
{
	int ret = save_old(t, p);

	if (!ret)
		ret = mark(t, p);
	if (!ret)
		ret = take_new(t, p);
	return ret ? ret : x86_task_set_all(t);
}

/* --- in the new task --- */

static bool in_stack(const struct x86_task_seg *ss, u32 offset, u32 bytes)
{
	u32 last = offset + bytes - 1, top = ss->ar & X86_AR_DB ? 0xffffffff : 0xffff;

	if (last < offset)
		return false;
	if (ss->ar & X86_AR_DOWN)
		return offset > ss->limit && last <= top;
	return last <= ss->limit;
}

/* As wide as the TSS's registers are */
static int push_error(struct x86_task *t, u32 bytes)
{
	const struct x86_task_seg *ss = &t->seg[MOTE_X86_SS];
	u32 mask = ss->ar & X86_AR_DB ? 0xffffffff : 0xffff;
	u64 *sp = &t->c.r.gpr[MOTE_X86_RSP];
	u32 offset = ((u32)*sp - bytes) & mask;
	struct x86_mem m;
	int ret;

	if (!in_stack(ss, offset, bytes))
		return x86_task_fault(t, X86_SS_VECTOR, 0);
	ret = map(t, false, ss->base + offset, bytes, MOTE_ACCESS_WRITE, &m);
	if (!ret)
		ret = x86_mem_write(&t->c, &m, &t->why.error_code);
	if (!ret)
		*sp = (*sp & ~(u64)mask) | offset;
	return ret;
}

static int enter_new(struct x86_task *t, const struct tss_places *p)
{
	int ret = x86_task_load_segs(t), set_ret = x86_task_set_segs(t);

	if (ret || set_ret)
		return set_ret ? set_ret : ret;
	if (t->why.flags & MOTE_TASK_ERROR_CODE)
		return push_error(t, p->to->width);
	return 0;
}

int mote_x86_task_switch(struct mote_x86_emul *e, struct mote_run *run)
{
	struct x86_task t = {
		.c = { .e = e, .r = run->regs }, .why = run->exit.task,
	};
	struct tss_places p = { 0 };
	int ret;

	e->why[0] = 0;
	ret = x86_task_get_regs(&t);
	if (!ret && (t.why.flags & MOTE_TASK_INSN) && !t.why.insn_bytes)
		ret = find_length(&t);
	if (!ret)
		ret = prepare(&t, &p);
	if (ret == X86_FAULT)
		return x86_task_stay(&t);
	if (!ret)
		ret = commit(&t, &p);
	if (!ret)
		ret = enter_new(&t, &p);
	return ret < 0 ? ret : x86_task_finish(&t, ret == X86_FAULT);
}
