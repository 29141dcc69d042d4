// SPDX-License-Identifier: GPL-2.0-only
/* Data movement, arithmetic on two operands, and the table of instructions. */
#include <errno.h>
#include <string.h>

#include "emul.h"

static int do_alu(struct x86_ctx *c, u32 op)
{
	bool keep = op == X86_CMP || op == X86_TEST;
	struct x86_dst d;
	u64 a, b, r;
	int ret = x86_load_two(c, keep ? MOTE_ACCESS_READ : X86_RMW, &d, &a, &b);

	if (ret)
		return ret;
	r = x86_alu(op, d.bits, a, b, x86_flags(c));
	return keep ? 0 : x86_dst_write(c, &d, r);
}

static int do_unary(struct x86_ctx *c, u32 op)
{
	struct x86_dst d;
	u64 a;
	int ret = x86_dst_open(c, 0, X86_RMW, &d);

	if (!ret)
		ret = x86_dst_read(c, &d, &a);
	if (ret)
		return ret;
	return x86_dst_write(c, &d, x86_unary(op, d.bits, a, x86_flags(c)));
}

static int do_mov(struct x86_ctx *c, u32 arg)
{
	struct x86_dst d;
	u64 v;
	int ret = x86_source_and_dst(c, &v, &d);

	(void)arg;
	return ret ? ret : x86_dst_write(c, &d, v);
}

/* MOVZX, and with @is_signed MOVSX and MOVSXD */
static int do_extend(struct x86_ctx *c, u32 is_signed)
{
	unsigned int up = 64 - c->in->op[1].size;
	struct x86_dst d;
	u64 v;
	int ret = x86_source_and_dst(c, &v, &d);

	if (ret)
		return ret;
	if (is_signed)
		v = (u64)((s64)(v << up) >> up);
	return x86_dst_write(c, &d, v);
}

static int do_movbe(struct x86_ctx *c, u32 arg)
{
	struct x86_dst d;
	u64 v;
	int ret = x86_source_and_dst(c, &v, &d);

	(void)arg;
	if (ret)
		return ret;
	return x86_dst_write(c, &d, __builtin_bswap64(v) >> (64 - d.bits));
}

/* Open both operands for writing before either changes. */
static int do_xchg(struct x86_ctx *c, u32 arg)
{
	struct x86_dst d0, d1;
	u64 a, b;
	int ret = x86_dst_open(c, 0, X86_RMW, &d0);

	(void)arg;
	if (!ret)
		ret = x86_dst_open(c, 1, X86_RMW, &d1);
	if (!ret)
		ret = x86_dst_read(c, &d0, &a);
	if (!ret)
		ret = x86_dst_read(c, &d1, &b);
	if (!ret)
		ret = x86_dst_write(c, &d0, b);
	return ret ? ret : x86_dst_write(c, &d1, a);
}

static int do_xadd(struct x86_ctx *c, u32 arg)
{
	struct x86_dst d, s;
	u64 a, b, sum;
	int ret = x86_load_two(c, X86_RMW, &d, &a, &b);

	(void)arg;
	if (!ret)
		ret = x86_dst_open(c, 1, X86_RMW, &s);
	if (ret)
		return ret;
	sum = x86_alu(X86_ADD, d.bits, a, b, x86_flags(c));
	/* The register first: with XADD r, r of one register the sum stays. */
	ret = x86_dst_write(c, &s, a);
	return ret ? ret : x86_dst_write(c, &d, sum);
}

/*
 * The destination gets a write cycle whatever the comparison says (SDM vol.
 * 2, CMPXCHG): a device sees what it would see on a bus.
 */
static int do_cmpxchg(struct x86_ctx *c, u32 arg)
{
	struct x86_dst d;
	u64 old, new;
	int ret = x86_load_two(c, X86_RMW, &d, &old, &new);

	(void)arg;
	if (ret)
		return ret;
	x86_alu(X86_CMP, d.bits, x86_gpr(c, MOTE_X86_RAX, d.bits), old,
		x86_flags(c));
	if (*x86_flags(c) & X86_ZF)
		return x86_dst_write(c, &d, new);
	x86_set_gpr(c, MOTE_X86_RAX, d.bits, old);
	return x86_dst_write(c, &d, old);
}

/* CMPXCHG8B, CMPXCHG16B: @half is the width of one register in bits. */
static int do_cmpxchg_pair(struct x86_ctx *c, u32 half)
{
	u32 n = half / 8;
	u64 low = 0, high = 0;
	struct x86_dst d;
	u8 data[16];
	int ret = x86_dst_open(c, 0, X86_RMW, &d);

	if (!ret)
		ret = x86_mem_read(c, &d.mem, data);
	if (ret)
		return ret;
	memcpy(&low, data, n);
	memcpy(&high, data + n, n);
	if (low == x86_gpr(c, MOTE_X86_RAX, half) &&
	    high == x86_gpr(c, MOTE_X86_RDX, half)) {
		*x86_flags(c) |= X86_ZF;
		memcpy(data, &c->r.gpr[MOTE_X86_RBX], n);
		memcpy(data + n, &c->r.gpr[MOTE_X86_RCX], n);
	} else {
		*x86_flags(c) &= ~X86_ZF;
		x86_set_gpr(c, MOTE_X86_RAX, half, low);
		x86_set_gpr(c, MOTE_X86_RDX, half, high);
	}
	return x86_mem_write(c, &d.mem, data);
}

static int do_setcc(struct x86_ctx *c, u32 cc)
{
	struct x86_dst d;
	int ret = x86_dst_open(c, 0, MOTE_ACCESS_WRITE, &d);

	return ret ? ret : x86_dst_write(c, &d, x86_condition(cc, *x86_flags(c)));
}

/* The source is read, and a 32-bit register zero-extended, in any case. */
static int do_cmov(struct x86_ctx *c, u32 cc)
{
	struct x86_dst d;
	u64 a, b;
	int ret = x86_load_two(c, MOTE_ACCESS_READ, &d, &a, &b);

	if (ret)
		return ret;
	return x86_dst_write(c, &d, x86_condition(cc, *x86_flags(c)) ? b : a);
}

/* Devices are not cached: there is nothing to flush. */
static int do_cache(struct x86_ctx *c, u32 arg)
{
	(void)c;
	(void)arg;
	return 0;
}

/* --- stack --- */

/* Width of the stack pointer: SS.B outside 64-bit mode. */
static int stack_bits(struct x86_ctx *c, unsigned int *bits)
{
	struct mote_x86_segment ss;
	int ret = 0;

	*bits = 64;
	if (c->r.mode != 64) {
		ret = c->e->ops->segment(c->e->opaque, MOTE_X86_SS, &ss);
		*bits = !ret && (ss.ar & 1u << 14) ? 32 : 16;
	}
	return ret;
}

static int stack_map(struct x86_ctx *c, u64 sp, u32 access, struct x86_mem *m)
{
	unsigned int bits;
	u64 gva;
	int ret = stack_bits(c, &bits);

	if (!ret)
		ret = x86_linear(c, ZYDIS_REGISTER_SS, sp, bits, &gva);
	if (ret)
		return ret;
	return x86_mem_map(c, gva, c->in->i.operand_width / 8, access, m);
}

static int do_push(struct x86_ctx *c, u32 arg)
{
	u64 sp = c->r.gpr[MOTE_X86_RSP] - c->in->i.operand_width / 8;
	unsigned int bits;
	struct x86_mem m;
	u64 v;
	int ret = stack_bits(c, &bits);

	(void)arg;
	if (!ret)
		ret = stack_map(c, sp, MOTE_ACCESS_WRITE, &m);
	if (!ret)
		ret = x86_load(c, 0, &v);
	if (!ret)
		ret = x86_mem_write(c, &m, &v);
	if (!ret)
		x86_set_gpr(c, MOTE_X86_RSP, bits, sp);
	return ret;
}

/* A memory destination is addressed with the RSP after the pop. */
static int do_pop(struct x86_ctx *c, u32 arg)
{
	u64 sp = c->r.gpr[MOTE_X86_RSP];
	struct x86_dst d;
	struct x86_mem m;
	unsigned int bits;
	u64 v = 0;
	int ret = stack_bits(c, &bits);

	(void)arg;
	if (!ret)
		ret = stack_map(c, sp, MOTE_ACCESS_READ, &m);
	if (ret)
		return ret;
	x86_set_gpr(c, MOTE_X86_RSP, bits, sp + c->in->i.operand_width / 8);
	ret = x86_dst_open(c, 0, MOTE_ACCESS_WRITE, &d);
	if (!ret)
		ret = x86_mem_read(c, &m, &v);
	if (!ret)
		ret = x86_dst_write(c, &d, v);
	/* A fault leaves the instruction undone, the stack pointer too. */
	if (ret)
		c->r.gpr[MOTE_X86_RSP] = sp;
	return ret;
}

/* Zydis has one name for the string and the SSE2 instruction. */
static int do_movsd(struct x86_ctx *c, u32 arg)
{
	(void)arg;
	if (c->in->i.meta.category == ZYDIS_CATEGORY_STRINGOP)
		return x86_do_string(c, X86_MOVS);
	return x86_do_vec(c, X86_VEC_LOW);
}

static int do_cmpsd(struct x86_ctx *c, u32 arg)
{
	(void)arg;
	if (c->in->i.meta.category == ZYDIS_CATEGORY_STRINGOP)
		return x86_do_string(c, X86_CMPS);
	return -ENOTSUP;
}

/* --- the table --- */

#define ON(name, fn, arg)	[ZYDIS_MNEMONIC_##name] = { fn, arg }
#define ON_CC(cc, n) \
	ON(SET##cc, do_setcc, n), ON(CMOV##cc, do_cmov, n)
#define ON_STRING(name, which) \
	ON(name##B, x86_do_string, which), ON(name##W, x86_do_string, which), \
	ON(name##Q, x86_do_string, which)
#define ON_VEC(name, which) \
	ON(name, x86_do_vec, which), ON(V##name, x86_do_vec, which)

static const struct {
	x86_handler fn;
	u32 arg;
} table[ZYDIS_MNEMONIC_MAX_VALUE + 1] = {
	ON(MOV, do_mov, 0), ON(MOVNTI, do_mov, 0), ON(MOVZX, do_extend, 0),
	ON(MOVSX, do_extend, 1), ON(MOVSXD, do_extend, 1),
	ON(MOVBE, do_movbe, 0), ON(PUSH, do_push, 0), ON(POP, do_pop, 0),

	ON(ADD, do_alu, X86_ADD), ON(OR, do_alu, X86_OR),
	ON(ADC, do_alu, X86_ADC), ON(SBB, do_alu, X86_SBB),
	ON(AND, do_alu, X86_AND), ON(SUB, do_alu, X86_SUB),
	ON(XOR, do_alu, X86_XOR), ON(CMP, do_alu, X86_CMP),
	ON(TEST, do_alu, X86_TEST),
	ON(INC, do_unary, X86_INC), ON(DEC, do_unary, X86_DEC),
	ON(NEG, do_unary, X86_NEG), ON(NOT, do_unary, X86_NOT),

	ON(CLFLUSH, do_cache, 0), ON(CLFLUSHOPT, do_cache, 0),
	ON(CLWB, do_cache, 0),

	ON(XCHG, do_xchg, 0), ON(XADD, do_xadd, 0),
	ON(CMPXCHG, do_cmpxchg, 0), ON(CMPXCHG8B, do_cmpxchg_pair, 32),
	ON(CMPXCHG16B, do_cmpxchg_pair, 64),

	ON(ROL, x86_do_shift, X86_ROL), ON(ROR, x86_do_shift, X86_ROR),
	ON(RCL, x86_do_shift, X86_RCL), ON(RCR, x86_do_shift, X86_RCR),
	ON(SHL, x86_do_shift, X86_SHL), ON(SHR, x86_do_shift, X86_SHR),
	ON(SAR, x86_do_shift, X86_SAR),
	ON(SHLD, x86_do_shift_double, 1), ON(SHRD, x86_do_shift_double, 0),
	ON(BT, x86_do_bit, X86_BT), ON(BTS, x86_do_bit, X86_BTS),
	ON(BTR, x86_do_bit, X86_BTR), ON(BTC, x86_do_bit, X86_BTC),
	ON(BSF, x86_do_scan, X86_BSF), ON(BSR, x86_do_scan, X86_BSR),
	ON(TZCNT, x86_do_scan, X86_TZCNT), ON(LZCNT, x86_do_scan, X86_LZCNT),
	ON(POPCNT, x86_do_scan, X86_POPCNT),
	ON(MUL, x86_do_mul, 0), ON(IMUL, x86_do_imul, 0),
	ON(DIV, x86_do_div, 0), ON(IDIV, x86_do_div, 1),

	ON_CC(O, 0), ON_CC(NO, 1), ON_CC(B, 2), ON_CC(NB, 3), ON_CC(Z, 4),
	ON_CC(NZ, 5), ON_CC(BE, 6), ON_CC(NBE, 7), ON_CC(S, 8), ON_CC(NS, 9),
	ON_CC(P, 10), ON_CC(NP, 11), ON_CC(L, 12), ON_CC(NL, 13),
	ON_CC(LE, 14), ON_CC(NLE, 15),

	ON_STRING(MOVS, X86_MOVS), ON_STRING(STOS, X86_STOS),
	ON_STRING(LODS, X86_LODS), ON_STRING(CMPS, X86_CMPS),
	ON_STRING(SCAS, X86_SCAS),
	ON(STOSD, x86_do_string, X86_STOS), ON(LODSD, x86_do_string, X86_LODS),
	ON(SCASD, x86_do_string, X86_SCAS),
	ON(MOVSD, do_movsd, 0), ON(CMPSD, do_cmpsd, 0),

	ON_VEC(MOVDQU, X86_VEC_LOW), ON_VEC(MOVDQA, X86_VEC_LOW),
	ON_VEC(MOVUPS, X86_VEC_LOW), ON_VEC(MOVAPS, X86_VEC_LOW),
	ON_VEC(MOVUPD, X86_VEC_LOW), ON_VEC(MOVAPD, X86_VEC_LOW),
	ON_VEC(LDDQU, X86_VEC_LOW), ON_VEC(MOVNTDQA, X86_VEC_LOW),
	ON_VEC(MOVNTDQ, X86_VEC_LOW), ON_VEC(MOVNTPS, X86_VEC_LOW),
	ON_VEC(MOVNTPD, X86_VEC_LOW), ON_VEC(MOVQ, X86_VEC_LOW),
	ON_VEC(MOVD, X86_VEC_LOW), ON_VEC(MOVSS, X86_VEC_LOW),
	ON(VMOVSD, x86_do_vec, X86_VEC_LOW),
	ON_VEC(MOVLPS, X86_VEC_LOW), ON_VEC(MOVLPD, X86_VEC_LOW),
	ON_VEC(MOVHPS, X86_VEC_HIGH), ON_VEC(MOVHPD, X86_VEC_HIGH),
};

/* x86_lookup() - handler of an instruction and its argument, or NULL. */
x86_handler x86_lookup(ZydisMnemonic m, u32 *arg)
{
	if ((size_t)m >= ARRAY_SIZE(table))
		return NULL;
	*arg = table[m].arg;
	return table[m].fn;
}
