// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arithmetic with flags, as SDM vol. 2 gives it per instruction.  Flags that
 * the SDM leaves undefined stay as they were, or as the formula gives them.
 */
#include "emul.h"

static u64 sign(unsigned int bits, u64 v)
{
	return v >> (bits - 1) & 1;
}

static void put(u64 *flags, u64 flag, bool on)
{
	if (on)
		*flags |= flag;
	else
		*flags &= ~flag;
}

/* SF, ZF, PF of a result; PF is the parity of its low byte. */
void x86_set_szp(unsigned int bits, u64 value, u64 *flags)
{
	value &= x86_mask(bits);
	put(flags, X86_SF, sign(bits, value));
	put(flags, X86_ZF, !value);
	put(flags, X86_PF, !__builtin_parity(value & 0xff));
}

static u64 add(unsigned int bits, u64 a, u64 b, u64 carry, u64 *flags)
{
	u64 r = (a + b + carry) & x86_mask(bits);

	put(flags, X86_CF, r < a || (carry && r == a));
	put(flags, X86_OF, sign(bits, (a ^ r) & (b ^ r)));
	put(flags, X86_AF, (a ^ b ^ r) & 0x10);
	x86_set_szp(bits, r, flags);
	return r;
}

static u64 sub(unsigned int bits, u64 a, u64 b, u64 borrow, u64 *flags)
{
	u64 r = (a - b - borrow) & x86_mask(bits);

	put(flags, X86_CF, a < b || (borrow && a == b));
	put(flags, X86_OF, sign(bits, (a ^ b) & (a ^ r)));
	put(flags, X86_AF, (a ^ b ^ r) & 0x10);
	x86_set_szp(bits, r, flags);
	return r;
}

static u64 logic(unsigned int bits, u64 r, u64 *flags)
{
	*flags &= ~(X86_CF | X86_OF | X86_AF);
	x86_set_szp(bits, r, flags);
	return r & x86_mask(bits);
}

u64 x86_alu(enum x86_alu op, unsigned int bits, u64 a, u64 b, u64 *flags)
{
	u64 carry = *flags & X86_CF;

	a &= x86_mask(bits);
	b &= x86_mask(bits);
	switch (op) {
	case X86_ADD:
		return add(bits, a, b, 0, flags);
	case X86_ADC:
		return add(bits, a, b, carry, flags);
	case X86_SUB:
	case X86_CMP:
		return sub(bits, a, b, 0, flags);
	case X86_SBB:
		return sub(bits, a, b, carry, flags);
	case X86_OR:
		return logic(bits, a | b, flags);
	case X86_XOR:
		return logic(bits, a ^ b, flags);
	case X86_AND:
	case X86_TEST:
		break;
	}
	return logic(bits, a & b, flags);
}

/* INC and DEC leave CF; NOT leaves all flags. */
u64 x86_unary(enum x86_unary op, unsigned int bits, u64 a, u64 *flags)
{
	u64 carry = *flags & X86_CF;
	u64 r;

	a &= x86_mask(bits);
	switch (op) {
	case X86_NEG:
		return sub(bits, 0, a, 0, flags);
	case X86_INC:
		r = add(bits, a, 1, 0, flags);
		break;
	case X86_DEC:
		r = sub(bits, a, 1, 0, flags);
		break;
	default:
		return ~a & x86_mask(bits);
	}
	put(flags, X86_CF, carry);
	return r;
}

/*
 * ROL and ROR change CF and, for a count of 1, OF (undefined otherwise: the
 * same formula).  They do so for every count that is not 0 after masking,
 * even for a full turn.
 */
static u64 rotate(bool left, unsigned int bits, u64 a, unsigned int count,
		  u64 *flags)
{
	unsigned int n = count % bits;
	u64 r = a;

	if (n && left)
		r = (a << n | a >> (bits - n)) & x86_mask(bits);
	else if (n)
		r = (a >> n | a << (bits - n)) & x86_mask(bits);
	if (left) {
		put(flags, X86_CF, r & 1);
		put(flags, X86_OF, sign(bits, r) ^ (r & 1));
	} else {
		put(flags, X86_CF, sign(bits, r));
		put(flags, X86_OF, sign(bits, r ^ r << 1));
	}
	return r;
}

/* RCL and RCR turn a ring of bits + 1; one step at a time is clear enough. */
static u64 rotate_carry(bool left, unsigned int bits, u64 a,
			unsigned int count, u64 *flags)
{
	u64 carry = *flags & X86_CF, out;

	for (count %= bits + 1; count; count--) {
		if (left) {
			out = sign(bits, a);
			a = (a << 1 | carry) & x86_mask(bits);
			put(flags, X86_OF, sign(bits, a) ^ out);
		} else {
			put(flags, X86_OF, sign(bits, a) ^ carry);
			out = a & 1;
			a = a >> 1 | carry << (bits - 1);
		}
		carry = out;
	}
	put(flags, X86_CF, carry);
	return a;
}

static u64 shift_left(unsigned int bits, u64 a, unsigned int count, u64 *flags)
{
	u64 last = count <= bits ? a >> (bits - count) & 1 : 0;
	u64 r = count < bits ? (a << count) & x86_mask(bits) : 0;

	put(flags, X86_CF, last);
	put(flags, X86_OF, sign(bits, r) ^ last);
	return r;
}

static u64 shift_right(bool arith, unsigned int bits, u64 a,
		       unsigned int count, u64 *flags)
{
	s64 v = (s64)(a << (64 - bits)) >> (64 - bits);	/* sign-extended */
	u64 r;

	if (!arith)
		v = (s64)a;
	put(flags, X86_OF, !arith && sign(bits, a));
	if (arith) {
		unsigned int n = count < 64 ? count : 63;

		put(flags, X86_CF, v >> (n - 1) & 1);
		r = (u64)(v >> n);
	} else {
		put(flags, X86_CF, count <= bits && (a >> (count - 1) & 1));
		r = count < bits ? a >> count : 0;
	}
	return r & x86_mask(bits);
}

u64 x86_shift(enum x86_shift op, unsigned int bits, u64 a, unsigned int count,
	      u64 *flags)
{
	a &= x86_mask(bits);
	count &= bits == 64 ? 63 : 31;
	if (!count)
		return a;
	switch (op) {
	case X86_ROL:
	case X86_ROR:
		return rotate(op == X86_ROL, bits, a, count, flags);
	case X86_RCL:
	case X86_RCR:
		return rotate_carry(op == X86_RCL, bits, a, count, flags);
	case X86_SHL:
		a = shift_left(bits, a, count, flags);
		break;
	case X86_SHR:
	case X86_SAR:
		a = shift_right(op == X86_SAR, bits, a, count, flags);
		break;
	}
	x86_set_szp(bits, a, flags);
	return a;
}

/* SHLD, SHRD.  A count above the width is undefined: the result stays. */
u64 x86_shift_double(bool left, unsigned int bits, u64 a, u64 b,
		     unsigned int count, u64 *flags)
{
	u64 r, last;

	a &= x86_mask(bits);
	b &= x86_mask(bits);
	count &= bits == 64 ? 63 : 31;
	if (!count || count > bits)
		return a;
	if (count == bits) {
		r = b;
		last = left ? a & 1 : sign(bits, a);
	} else if (left) {
		r = a << count | b >> (bits - count);
		last = a >> (bits - count) & 1;
	} else {
		r = a >> count | b << (bits - count);
		last = a >> (count - 1) & 1;
	}
	r &= x86_mask(bits);
	put(flags, X86_CF, last);
	put(flags, X86_OF, sign(bits, a ^ r));
	x86_set_szp(bits, r, flags);
	return r;
}

/* Condition codes as encoded in Jcc, SETcc, CMOVcc. */
bool x86_condition(unsigned int cc, u64 flags)
{
	bool sf_ne_of = !(flags & X86_SF) != !(flags & X86_OF);
	bool r = false;

	switch (cc >> 1) {
	case 0:
		r = flags & X86_OF;
		break;
	case 1:
		r = flags & X86_CF;
		break;
	case 2:
		r = flags & X86_ZF;
		break;
	case 3:
		r = flags & (X86_CF | X86_ZF);
		break;
	case 4:
		r = flags & X86_SF;
		break;
	case 5:
		r = flags & X86_PF;
		break;
	case 6:
		r = sf_ne_of;
		break;
	case 7:
		r = sf_ne_of || (flags & X86_ZF);
		break;
	}
	return r ^ (cc & 1);
}
