// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments of a task that is switched to: SDM vol. 3, table "Exception
 * Conditions Checked During a Task Switch".
 */
#include <string.h>

#include "task.h"

#define DESC_BYTES	8
#define DESC_FLAGS	5	/* the byte with type, S, DPL, P */
#define TYPE_LDT	2

static void parse(u64 raw, struct x86_task_seg *s)
{
	u32 lo = (u32)raw, hi = (u32)(raw >> 32);

	s->base = lo >> 16 | (hi & 0xff) << 16 | (hi & 0xff000000);
	s->limit = (lo & 0xffff) | (hi & 0xf0000);
	s->ar = hi >> 8 & 0xf0ff;
	if (s->ar & X86_AR_G)
		s->limit = s->limit << 12 | 0xfff;
}

static int bad(struct x86_task *t, u32 vector, u16 selector)
{
	return x86_task_fault(t, vector, selector & ~3u);
}

int x86_task_descriptor(struct x86_task *t, u16 selector, u32 vector,
			struct x86_task_seg *out, u32 *flags)
{
	const struct x86_task_seg *ldtr = &t->seg[MOTE_X86_LDTR];
	u32 at = selector & ~7u, base = t->gdt_base, limit = t->gdt_limit;
	struct x86_mem m;
	u64 raw;
	int ret;

	/* Without an LDT its limit is 0 */
	if (selector & X86_SEL_LDT) {
		base = ldtr->base;
		limit = ldtr->limit;
	}
	if (at + DESC_BYTES - 1 > limit)
		return bad(t, vector, selector);
	ret = x86_task_map(t, base + at, DESC_BYTES, MOTE_ACCESS_READ, &m);
	if (!ret)
		ret = x86_mem_read(&t->c, &m, &raw);
	if (ret)
		return ret;
	*out = (struct x86_task_seg){ .selector = selector };
	parse(raw, out);
	*flags = base + at + DESC_FLAGS;
	return 0;
}

/* The CPU marks a descriptor that it loads. */
static int mark_accessed(struct x86_task *t, u32 flags, struct x86_task_seg *s)
{
	struct x86_mem m;
	u8 byte;
	int ret;

	if (s->ar & X86_AR_ACCESSED)
		return 0;
	s->ar |= X86_AR_ACCESSED;
	byte = (u8)s->ar;
	ret = x86_task_map(t, flags, 1, MOTE_ACCESS_WRITE, &m);
	return ret ? ret : x86_mem_write(&t->c, &m, &byte);
}

static unsigned int new_cpl(const struct x86_task *t)
{
	return X86_SEL_RPL(t->seg[MOTE_X86_CS].selector);
}

/*
 * Without its stack the task has privilege 3: whoever handles the fault gets a
 * stack of another level, from the TSS.  No code can run in these.
 */
void x86_task_forget_segs(struct x86_task *t)
{
	for (unsigned int i = MOTE_X86_ES; i <= MOTE_X86_LDTR; i++) {
		t->seg[i].base = 0;
		t->seg[i].limit = 0;
		t->seg[i].ar = X86_AR_UNUSABLE;
	}
	t->seg[MOTE_X86_CS].ar = 0xfb;
	t->seg[MOTE_X86_SS].ar = 0xf3;
}

static int load_ldtr(struct x86_task *t)
{
	u16 selector = t->seg[MOTE_X86_LDTR].selector;
	struct x86_task_seg s;
	u32 flags;
	int ret;

	if (!(selector & X86_SEL_LDT) && X86_SEL_NULL(selector))
		return 0;
	/* There is no LDT yet that it could be in */
	ret = x86_task_descriptor(t, selector, X86_TS_VECTOR, &s, &flags);
	if (ret)
		return ret;
	if ((s.ar & (X86_AR_S | X86_AR_P)) != X86_AR_P || X86_AR_TYPE(s.ar) != TYPE_LDT)
		return bad(t, X86_TS_VECTOR, selector);
	t->seg[MOTE_X86_LDTR] = s;
	return 0;
}

/* The vector of what is wrong with it, or 0 */
static u32 check_ss(const struct x86_task *t, const struct x86_task_seg *s)
{
	if (!(s->ar & X86_AR_S) || (s->ar & X86_AR_CODE) || !(s->ar & X86_AR_WRITE))
		return X86_TS_VECTOR;
	if (!(s->ar & X86_AR_P))
		return X86_SS_VECTOR;
	if (X86_AR_DPL(s->ar) != new_cpl(t) || X86_SEL_RPL(s->selector) != new_cpl(t))
		return X86_TS_VECTOR;
	return 0;
}

static u32 check_cs(const struct x86_task *t, const struct x86_task_seg *s)
{
	unsigned int dpl = X86_AR_DPL(s->ar);

	if (!(s->ar & X86_AR_S) || !(s->ar & X86_AR_CODE))
		return X86_TS_VECTOR;
	if (s->ar & X86_AR_CONFORMING ? dpl > new_cpl(t) : dpl != new_cpl(t))
		return X86_TS_VECTOR;
	return s->ar & X86_AR_P ? 0 : X86_NP_VECTOR;
}

static u32 check_data(const struct x86_task *t, const struct x86_task_seg *s)
{
	u32 conforming = X86_AR_CODE | X86_AR_CONFORMING;
	unsigned int dpl = X86_AR_DPL(s->ar);

	if (!(s->ar & X86_AR_S) || (s->ar & (X86_AR_CODE | X86_AR_READ)) == X86_AR_CODE)
		return X86_TS_VECTOR;
	if ((s->ar & conforming) != conforming &&
	    (dpl < new_cpl(t) || dpl < X86_SEL_RPL(s->selector)))
		return X86_TS_VECTOR;
	return s->ar & X86_AR_P ? 0 : X86_NP_VECTOR;
}

typedef u32 (*check_fn)(const struct x86_task *t, const struct x86_task_seg *s);

static int load(struct x86_task *t, unsigned int which, check_fn check)
{
	u16 selector = t->seg[which].selector;
	struct x86_task_seg s;
	u32 flags, vector;
	int ret = x86_task_descriptor(t, selector, X86_TS_VECTOR, &s, &flags);

	if (ret)
		return ret;
	vector = check(t, &s);
	if (vector)
		return bad(t, vector, selector);
	ret = mark_accessed(t, flags, &s);
	if (!ret)
		t->seg[which] = s;
	return ret;
}

static int load_ss(struct x86_task *t)
{
	u16 selector = t->seg[MOTE_X86_SS].selector;
	int ret;

	if (X86_SEL_NULL(selector))
		return bad(t, X86_TS_VECTOR, selector);
	ret = load(t, MOTE_X86_SS, check_ss);
	/* Privilege is known now; what is there in place of CS has to agree */
	if (!ret)
		t->seg[MOTE_X86_CS].ar = 0x9b | new_cpl(t) << 5;
	return ret;
}

static int load_data(struct x86_task *t)
{
	static const u8 order[] = {
		MOTE_X86_DS, MOTE_X86_ES, MOTE_X86_FS, MOTE_X86_GS,
	};
	int ret = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(order) && !ret; i++) {
		if (!X86_SEL_NULL(t->seg[order[i]].selector))
			ret = load(t, order[i], check_data);
	}
	return ret;
}

static int load_cs(struct x86_task *t)
{
	u16 selector = t->seg[MOTE_X86_CS].selector;

	if (X86_SEL_NULL(selector))
		return bad(t, X86_TS_VECTOR, selector);
	return load(t, MOTE_X86_CS, check_cs);
}

/* Virtual-8086 mode has no descriptors (SDM vol. 3, "Segment Registers" of that) */
static void load_vm86(struct x86_task *t)
{
	for (unsigned int i = MOTE_X86_ES; i <= MOTE_X86_GS; i++) {
		t->seg[i].base = (u32)t->seg[i].selector << 4;
		t->seg[i].limit = 0xffff;
		t->seg[i].ar = 0xf3;
	}
}

int x86_task_load_segs(struct x86_task *t)
{
	int ret = load_ldtr(t);

	if (ret)
		return ret;
	if (*x86_flags(&t->c) & X86_VM) {
		load_vm86(t);
		return 0;
	}
	ret = load_ss(t);
	if (!ret)
		ret = load_data(t);
	return ret ? ret : load_cs(t);
}
