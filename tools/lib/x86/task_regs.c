// SPDX-License-Identifier: GPL-2.0-only
/* The vCPU's registers around a task switch, and the faults that it meets. */
#include "task.h"

#define DR6_BT		(1ULL << 15)

/* MOTE_X86_EVENT_INFO */
#define EVENT_EXCEPTION	(3ULL << 8)
#define EVENT_ERROR	(1ULL << 11)
#define EVENT_VALID	(1ULL << 31)

/* --- registers in bulk --- */

struct batch {
	u32 count;
	struct mote_reg reg[96];
};

static void put(struct batch *b, u64 id, u64 value)
{
	b->reg[b->count++] = (struct mote_reg){ id, value };
}

static int set(struct x86_task *t, const struct batch *b)
{
	int ret = t->c.e->ops->set_regs(t->c.e->opaque, b->reg, b->count);

	if (ret)
		return x86_fail(t->c.e, ret, "task switch: registers are refused");
	return 0;
}

static void put_seg(struct batch *b, unsigned int which, const struct x86_task_seg *s)
{
	put(b, MOTE_X86_SEG(which, MOTE_X86_SEG_SELECTOR), s->selector);
	put(b, MOTE_X86_SEG(which, MOTE_X86_SEG_BASE), s->base);
	put(b, MOTE_X86_SEG(which, MOTE_X86_SEG_LIMIT), s->limit);
	put(b, MOTE_X86_SEG(which, MOTE_X86_SEG_AR), s->ar);
}

static void put_segs(struct batch *b, const struct x86_task *t)
{
	for (unsigned int i = 0; i < X86_TASK_SEGS; i++)
		put_seg(b, i, &t->seg[i]);
}

static const u64 others[] = {
	MOTE_X86_CR0, MOTE_X86_CR3, MOTE_X86_CR4, MOTE_X86_DR(6), MOTE_X86_DR(7),
	MOTE_X86_NMI_PENDING, MOTE_X86_NMI_BLOCKED,
	MOTE_X86_SEG(MOTE_X86_GDTR, MOTE_X86_SEG_BASE),
	MOTE_X86_SEG(MOTE_X86_GDTR, MOTE_X86_SEG_LIMIT),
};

static void take_others(struct x86_task *t, const struct mote_reg *r)
{
	t->cr0 = r[0].value;
	t->cr3 = r[1].value;
	t->cr4 = r[2].value;
	t->dr6 = r[3].value;
	t->dr7 = r[4].value;
	t->nmi_pending = r[5].value;
	t->nmi_blocked = r[6].value;
	t->gdt_base = (u32)r[7].value;
	t->gdt_limit = (u32)r[8].value;
}

int x86_task_get_regs(struct x86_task *t)
{
	struct batch b = { 0 };
	const struct mote_reg *r;
	int ret;

	put_segs(&b, t);
	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++)
		put(&b, others[i], 0);
	ret = t->c.e->ops->get_regs(t->c.e->opaque, b.reg, b.count);
	if (ret)
		return x86_fail(t->c.e, ret, "task switch: no registers");
	for (unsigned int i = 0; i < X86_TASK_SEGS; i++) {
		r = &b.reg[4 * i];
		t->seg[i] = (struct x86_task_seg){
			.selector = (u16)r[0].value, .base = (u32)r[1].value,
			.limit = (u32)r[2].value, .ar = (u32)r[3].value,
		};
	}
	take_others(t, &b.reg[4 * X86_TASK_SEGS]);
	return 0;
}

/* --- faults --- */

/* An event that no instruction asked for, which error codes tell apart (EXT) */
static bool x86_task_is_external(const struct x86_task *t)
{
	return t->why.source == MOTE_TASK_GATE && !(t->why.flags & MOTE_TASK_INSN);
}

bool x86_task_is_event(const struct x86_task *t, u32 event)
{
	return x86_task_is_external(t) && t->why.event == event;
}

/* x86_task_fault() - the guest gets @vector.  Return: X86_FAULT. */
int x86_task_fault(struct x86_task *t, u32 vector, u32 error)
{
	t->fault.vector = vector;
	t->fault.error = error | x86_task_is_external(t);
	return X86_FAULT;
}

int x86_task_page_fault(struct x86_task *t, u32 gva, u32 error)
{
	t->fault.vector = X86_PF_VECTOR;
	t->fault.error = error;
	t->fault.cr2 = gva;
	return X86_FAULT;
}

/* SDM vol. 3, "Interrupt 8 - Double Fault Exception", of those that may be here */
static bool is_contributory(u32 vector)
{
	return vector == X86_DE_VECTOR || (vector >= X86_TS_VECTOR && vector <= X86_GP_VECTOR);
}

static bool makes_double_fault(u32 first, u32 second)
{
	if (first == X86_PF_VECTOR)
		return second == X86_PF_VECTOR || is_contributory(second);
	return is_contributory(first) && is_contributory(second);
}

/*
 * A fault in the delivery of a double fault shuts the CPU down: with no IDT
 * that is what becomes of delivering it again.
 */
static void put_shutdown(struct batch *b)
{
	put(b, MOTE_X86_SEG(MOTE_X86_IDTR, MOTE_X86_SEG_LIMIT), 0);
	put(b, MOTE_X86_EVENT_INFO,
	    EVENT_VALID | EVENT_ERROR | EVENT_EXCEPTION | X86_DF_VECTOR);
}

/* What the guest gets in place of the event that the switch was for */
static void put_fault(struct batch *b, const struct x86_task *t)
{
	u32 vector = t->fault.vector, error = t->fault.error;

	if (x86_task_is_event(t, MOTE_EVENT_EXCEPTION)) {
		if (t->why.vector == X86_DF_VECTOR) {
			put_shutdown(b);
			return;
		}
		if (makes_double_fault(t->why.vector, vector)) {
			vector = X86_DF_VECTOR;
			error = 0;
		}
	}
	put(b, MOTE_X86_EVENT_INFO,
	    EVENT_VALID | EVENT_ERROR | EVENT_EXCEPTION | vector | (u64)error << 32);
	if (vector == X86_PF_VECTOR)
		put(b, MOTE_X86_EVENT_CR2, t->fault.cr2);
	else if (t->fault.vector == X86_PF_VECTOR)
		put(b, MOTE_X86_CR2, t->fault.cr2);
}

/*
 * Nothing has happened but the fault.  It goes before an interrupt or NMI,
 * which is then taken again.
 */
int x86_task_stay(struct x86_task *t)
{
	struct batch b = { 0 };

	if (t->why.source == MOTE_TASK_IRET)
		put(&b, MOTE_X86_NMI_BLOCKED, 0);
	if (x86_task_is_event(t, MOTE_EVENT_INTR))
		put(&b, MOTE_X86_INTR_PENDING, 0x100 | t->why.vector);
	if (x86_task_is_event(t, MOTE_EVENT_NMI))
		put(&b, MOTE_X86_NMI_PENDING, t->nmi_pending < 2 ? t->nmi_pending + 1 : 2);
	put_fault(&b, t);
	return set(t, &b);
}

int x86_task_set_all(struct x86_task *t)
{
	struct batch b = { 0 };

	put(&b, MOTE_X86_CR0, t->cr0);
	put(&b, MOTE_X86_CR3, t->cr3);
	put_segs(&b, t);
	for (u32 i = 0; i < MOTE_X86_GPR_COUNT; i++)
		put(&b, MOTE_X86_GPR(i), t->c.r.gpr[i]);
	put(&b, MOTE_X86_DR(7), t->dr7);
	put(&b, MOTE_X86_EVENT_INFO, 0);
	put(&b, MOTE_X86_NMI_BLOCKED, t->nmi_blocked);
	put(&b, MOTE_X86_SHADOW, 0);
	return set(t, &b);
}

int x86_task_set_segs(struct x86_task *t)
{
	struct batch b = { 0 };

	put_segs(&b, t);
	return set(t, &b);
}

/* The stack pointer, and what comes before the first instruction */
int x86_task_finish(struct x86_task *t, bool faults)
{
	struct batch b = { 0 };

	put(&b, MOTE_X86_GPR(MOTE_X86_RSP), t->c.r.gpr[MOTE_X86_RSP]);
	if (faults) {
		put_fault(&b, t);
	} else if (t->trap) {
		put(&b, MOTE_X86_DR(6), t->dr6 | DR6_BT);
		put(&b, MOTE_X86_EVENT_INFO, EVENT_VALID | EVENT_EXCEPTION | X86_DB_VECTOR);
	}
	return set(t, &b);
}

