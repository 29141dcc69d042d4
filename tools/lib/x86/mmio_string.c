// SPDX-License-Identifier: GPL-2.0-only
/*
 * MOVS, STOS, LODS, CMPS, SCAS with REP.  One operand or both may be a device.
 *
 * Segment limits are not checked again: the processor checked those of the
 * operand that exited.
 */
#include <errno.h>

#include "emul.h"

/**
 * struct string - a string instruction under way
 * @which: enum x86_string
 * @bytes: of an element
 * @addr_bits: address size
 * @src_seg: segment of the source, may be overridden; the destination's is ES
 */
struct string {
	u32 which;
	u32 bytes;
	unsigned int addr_bits;
	ZydisRegister src_seg;
};

/* x86_string_step() - move an index register one element, by DF. */
u64 x86_string_step(struct x86_ctx *c, unsigned int reg,
		    unsigned int addr_bits, u32 bytes)
{
	u64 v = c->r.gpr[reg];

	if (c->r.gpr[MOTE_X86_RFLAGS_INDEX] & X86_DF)
		v -= bytes;
	else
		v += bytes;
	x86_set_gpr(c, reg, addr_bits, v);
	return v & x86_mask(addr_bits);
}

static int map_element(struct x86_ctx *c, const struct string *s,
		       unsigned int reg, u32 access, struct x86_mem *m)
{
	ZydisRegister seg = reg == MOTE_X86_RSI ? s->src_seg
						: ZYDIS_REGISTER_ES;
	u64 gva;
	int ret = x86_linear(c, seg, c->r.gpr[reg], s->addr_bits, &gva);

	return ret ? ret : x86_mem_map(c, gva, s->bytes, access, m);
}

static int read_element(struct x86_ctx *c, const struct string *s,
			unsigned int reg, u64 *v)
{
	struct x86_mem m;
	int ret = map_element(c, s, reg, MOTE_ACCESS_READ, &m);

	*v = 0;
	return ret ? ret : x86_mem_read(c, &m, v);
}

/* The source is read only when the destination is known to be there. */
static int move_one(struct x86_ctx *c, const struct string *s)
{
	struct x86_mem to;
	u64 v = c->r.gpr[MOTE_X86_RAX];
	int ret = map_element(c, s, MOTE_X86_RDI, MOTE_ACCESS_WRITE, &to);

	if (!ret && s->which == X86_MOVS)
		ret = read_element(c, s, MOTE_X86_RSI, &v);
	return ret ? ret : x86_mem_write(c, &to, &v);
}

static int compare_one(struct x86_ctx *c, const struct string *s)
{
	u64 a = c->r.gpr[MOTE_X86_RAX], b;
	struct x86_mem m;
	int ret = map_element(c, s, MOTE_X86_RDI, MOTE_ACCESS_READ, &m);

	if (!ret && s->which == X86_CMPS)
		ret = read_element(c, s, MOTE_X86_RSI, &a);
	if (!ret)
		ret = read_element(c, s, MOTE_X86_RDI, &b);
	if (!ret)
		x86_alu(X86_CMP, s->bytes * 8, a, b,
			&c->r.gpr[MOTE_X86_RFLAGS_INDEX]);
	return ret;
}

static int load_one(struct x86_ctx *c, const struct string *s)
{
	u64 v;
	int ret = read_element(c, s, MOTE_X86_RSI, &v);

	if (!ret)
		x86_set_gpr(c, MOTE_X86_RAX, s->bytes * 8, v);
	return ret;
}

static int one(struct x86_ctx *c, const struct string *s)
{
	bool si = s->which == X86_MOVS || s->which == X86_LODS ||
		  s->which == X86_CMPS;
	bool di = s->which != X86_LODS;
	int ret;

	if (s->which == X86_LODS)
		ret = load_one(c, s);
	else if (s->which == X86_CMPS || s->which == X86_SCAS)
		ret = compare_one(c, s);
	else
		ret = move_one(c, s);
	if (ret)
		return ret;
	if (si)
		x86_string_step(c, MOTE_X86_RSI, s->addr_bits, s->bytes);
	if (di)
		x86_string_step(c, MOTE_X86_RDI, s->addr_bits, s->bytes);
	return 0;
}

/* F2 or F3, whichever comes last; 0 for none. */
static u8 rep_prefix(const struct x86_insn *in)
{
	u8 rep = 0;

	for (u8 i = 0; i < in->i.raw.prefix_count; i++) {
		u8 p = in->i.raw.prefixes[i].value;

		if (p == 0xf2 || p == 0xf3)
			rep = p;
	}
	return rep;
}

static void describe(const struct x86_ctx *c, u32 which, struct string *s)
{
	s->which = which;
	s->addr_bits = c->in->i.address_width;
	s->src_seg = ZYDIS_REGISTER_DS;
	for (u8 i = 0; i < c->in->i.operand_count; i++) {
		const ZydisDecodedOperand *o = &c->in->op[i];

		if (o->type != ZYDIS_OPERAND_TYPE_MEMORY)
			continue;
		s->bytes = o->size / 8;
		if (o->mem.base != ZYDIS_REGISTER_NONE &&
		    ZydisRegisterGetId(o->mem.base) == MOTE_X86_RSI)
			s->src_seg = o->mem.segment;
	}
}

int x86_do_string(struct x86_ctx *c, u32 which)
{
	const u64 *flags = &c->r.gpr[MOTE_X86_RFLAGS_INDEX];
	u8 rep = rep_prefix(c->in);
	struct string s = { 0 };
	u64 left;
	int ret;

	describe(c, which, &s);
	if (!rep)
		return one(c, &s);
	left = x86_gpr(c, MOTE_X86_RCX, s.addr_bits);
	for (int i = 0; i < X86_STRING_CHUNK && left; i++) {
		ret = one(c, &s);
		if (ret)
			return ret;
		x86_set_gpr(c, MOTE_X86_RCX, s.addr_bits, --left);
		/* REPE ends on a difference, REPNE on a match */
		if ((which == X86_CMPS || which == X86_SCAS) &&
		    !(*flags & X86_ZF) == (rep == 0xf3))
			return 0;
	}
	return left ? X86_AGAIN : 0;
}
