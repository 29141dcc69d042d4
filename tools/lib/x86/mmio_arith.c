// SPDX-License-Identifier: GPL-2.0-only
/* Shifts, bit tests and scans, multiplication, division. */
#include <errno.h>

#include "emul.h"

typedef unsigned __int128 u128;
typedef __int128 s128;

static void set_flag(struct x86_ctx *c, u64 flag, bool on)
{
	*x86_flags(c) = (*x86_flags(c) & ~flag) | (on ? flag : 0);
}

static s64 sign_extend(u64 v, unsigned int bits)
{
	return (s64)(v << (64 - bits)) >> (64 - bits);
}

int x86_do_shift(struct x86_ctx *c, u32 op)
{
	struct x86_dst d;
	u64 a, count;
	int ret = x86_load_two(c, X86_RMW, &d, &a, &count);

	if (ret)
		return ret;
	a = x86_shift(op, d.bits, a, count & 0xff, x86_flags(c));
	return x86_dst_write(c, &d, a);
}

int x86_do_shift_double(struct x86_ctx *c, u32 left)
{
	struct x86_dst d;
	u64 a, b, count;
	int ret = x86_load(c, 2, &count);

	if (!ret)
		ret = x86_load_two(c, X86_RMW, &d, &a, &b);
	if (ret)
		return ret;
	a = x86_shift_double(left, d.bits, a, b, count & 0xff, x86_flags(c));
	return x86_dst_write(c, &d, a);
}

/*
 * BT, BTS, BTR, BTC.  With a register offset the operand is a string of bits
 * that reaches far beyond the operand size, both ways (SDM vol. 2, BT).
 */
static int bit_open(struct x86_ctx *c, u32 access, u64 offset,
		    struct x86_dst *d)
{
	const ZydisDecodedOperand *o = &c->in->op[0];
	s64 words;
	u64 gva;
	int ret;

	if (o->type == ZYDIS_OPERAND_TYPE_REGISTER ||
	    c->in->op[1].type != ZYDIS_OPERAND_TYPE_REGISTER)
		return x86_dst_open(c, 0, access, d);
	words = sign_extend(offset, o->size) >> __builtin_ctz(o->size);
	d->reg = ZYDIS_REGISTER_NONE;
	d->bits = o->size;
	ret = x86_ea(c, 0, words * (o->size / 8), &gva);
	return ret ? ret : x86_mem_map(c, gva, o->size / 8, access, &d->mem);
}

int x86_do_bit(struct x86_ctx *c, u32 op)
{
	u32 access = op == X86_BT ? MOTE_ACCESS_READ : X86_RMW;
	struct x86_dst d;
	u64 a, offset, bit;
	int ret = x86_load(c, 1, &offset);

	if (!ret)
		ret = bit_open(c, access, offset, &d);
	if (!ret)
		ret = x86_dst_read(c, &d, &a);
	if (ret)
		return ret;
	bit = 1ULL << (offset & (d.bits - 1));
	set_flag(c, X86_CF, a & bit);
	switch (op) {
	case X86_BTS:
		return x86_dst_write(c, &d, a | bit);
	case X86_BTR:
		return x86_dst_write(c, &d, a & ~bit);
	case X86_BTC:
		return x86_dst_write(c, &d, a ^ bit);
	default:
		return 0;
	}
}

static u64 scan(u32 which, unsigned int bits, u64 v)
{
	switch (which) {
	case X86_POPCNT:
		return (u64)__builtin_popcountll(v);
	case X86_BSR:
		return 63u - (u64)__builtin_clzll(v);
	case X86_LZCNT:
		return v ? (u64)__builtin_clzll(v) - (64 - bits) : bits;
	default:
		return v ? (u64)__builtin_ctzll(v) : bits;
	}
}

/*
 * BSF, BSR: with a source of 0 only ZF is defined; processors keep the
 * destination.  TZCNT, LZCNT: CF tells a source of 0, ZF a result of 0.
 * POPCNT clears all flags but ZF.
 */
int x86_do_scan(struct x86_ctx *c, u32 which)
{
	struct x86_dst d;
	u64 v, r;
	int ret = x86_source_and_dst(c, &v, &d);

	if (ret)
		return ret;
	if (which == X86_BSF || which == X86_BSR) {
		set_flag(c, X86_ZF, !v);
		return v ? x86_dst_write(c, &d, scan(which, d.bits, v)) : 0;
	}
	r = scan(which, d.bits, v);
	if (which == X86_POPCNT) {
		*x86_flags(c) &= ~X86_ARITH;
		set_flag(c, X86_ZF, !v);
	} else {
		set_flag(c, X86_CF, !v);
		set_flag(c, X86_ZF, !r);
	}
	return x86_dst_write(c, &d, r);
}

/* Where MUL, DIV keep the double-width number: AX, or rDX:rAX. */
static void set_pair(struct x86_ctx *c, unsigned int bits, u64 low, u64 high)
{
	if (bits == 8) {
		x86_set_gpr(c, MOTE_X86_RAX, 16, (low & 0xff) | high << 8);
		return;
	}
	x86_set_gpr(c, MOTE_X86_RAX, bits, low);
	x86_set_gpr(c, MOTE_X86_RDX, bits, high);
}

/* One-operand MUL and IMUL.  CF and OF: the upper half carries something. */
int x86_do_mul(struct x86_ctx *c, u32 is_signed)
{
	unsigned int bits = c->in->op[0].size;
	u64 a = x86_gpr(c, MOTE_X86_RAX, bits), b;
	bool wide;
	u128 r;
	int ret = x86_load(c, 0, &b);

	if (ret)
		return ret;
	if (is_signed) {
		s128 p = (s128)sign_extend(a, bits) * sign_extend(b, bits);

		wide = p != sign_extend((u64)p, bits);
		r = (u128)p;
	} else {
		r = (u128)a * b;
		wide = r >> bits;
	}
	set_pair(c, bits, (u64)r & x86_mask(bits), (u64)(r >> bits));
	set_flag(c, X86_CF | X86_OF, wide);
	return 0;
}

/* All forms of IMUL */
int x86_do_imul(struct x86_ctx *c, u32 arg)
{
	unsigned int bits = c->in->op[0].size;
	unsigned int n = c->in->i.operand_count_visible;
	struct x86_dst d;
	u64 a, b;
	s128 p;
	int ret;

	(void)arg;
	if (n == 1)
		return x86_do_mul(c, 1);
	ret = x86_load(c, n - 2, &a);
	if (!ret)
		ret = x86_load(c, n - 1, &b);
	if (!ret)
		ret = x86_dst_open(c, 0, MOTE_ACCESS_WRITE, &d);
	if (ret)
		return ret;
	p = (s128)sign_extend(a, bits) * sign_extend(b, bits);
	set_flag(c, X86_CF | X86_OF, p != sign_extend((u64)p, bits));
	return x86_dst_write(c, &d, (u64)p);
}

/* Unsigned division; false when the quotient does not fit. */
static bool divide(u128 n, u64 v, unsigned int bits, u64 *q, u64 *r)
{
	if (!v || n / v > x86_mask(bits))
		return false;
	*q = (u64)(n / v);
	*r = (u64)(n % v);
	return true;
}

/*
 * Signed division by magnitudes: INT128_MIN has one in u128, and the
 * quotient must fit into @bits with its sign.
 */
static bool divide_signed(u128 n, u64 v, unsigned int bits, u64 *q, u64 *r)
{
	s128 sn = (s128)(n << (128 - 2 * bits)) >> (128 - 2 * bits);
	s64 sv = sign_extend(v, bits);
	bool negative = (sn < 0) != (sv < 0);
	u128 un = sn < 0 ? -(u128)sn : (u128)sn;
	u64 uv = sv < 0 ? -(u64)sv : (u64)sv;
	u64 limit = x86_mask(bits - 1) + negative;

	if (!divide(un, uv, bits, q, r) || *q > limit)
		return false;
	if (negative)
		*q = -*q;
	if (sn < 0)
		*r = -*r;
	return true;
}

int x86_do_div(struct x86_ctx *c, u32 is_signed)
{
	unsigned int bits = c->in->op[0].size;
	u64 v, q, r;
	u128 n;
	int ret = x86_load(c, 0, &v);

	if (ret)
		return ret;
	if (bits == 8)
		n = x86_gpr(c, MOTE_X86_RAX, 16);
	else
		n = (u128)x86_gpr(c, MOTE_X86_RDX, bits) << bits |
		    x86_gpr(c, MOTE_X86_RAX, bits);
	if (!(is_signed ? divide_signed : divide)(n, v, bits, &q, &r))
		return x86_exception(c, X86_DE_VECTOR, -1, 0);
	set_pair(c, bits, q & x86_mask(bits), r & x86_mask(bits));
	return 0;
}
