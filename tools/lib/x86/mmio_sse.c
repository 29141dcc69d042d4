// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and stores of vector registers: what memcpy() to a device may be
 * compiled to.  128 and 256 bits, SSE and VEX forms; no MMX, no EVEX.
 */
#include <errno.h>
#include <string.h>

#include "emul.h"

static bool vec_index(const ZydisDecodedOperand *o, unsigned int *n)
{
	ZydisRegisterClass class;

	if (o->type != ZYDIS_OPERAND_TYPE_REGISTER)
		return false;
	class = ZydisRegisterGetClass(o->reg.value);
	*n = (unsigned int)ZydisRegisterGetId(o->reg.value);
	return class == ZYDIS_REGCLASS_XMM || class == ZYDIS_REGCLASS_YMM;
}

static int store(struct x86_ctx *c, u32 offset)
{
	struct x86_dst d;
	unsigned int n;
	u8 v[32];
	int ret;

	if (!vec_index(&c->in->op[1], &n))
		return -ENOTSUP;
	ret = c->e->ops->vec_get(c->e->opaque, n, v);
	if (!ret)
		ret = x86_dst_open(c, 0, MOTE_ACCESS_WRITE, &d);
	return ret ? ret : x86_mem_write(c, &d.mem, v + offset);
}

/* Does the load replace half of the register and keep the other? */
static bool is_half(const struct x86_insn *in)
{
	switch (in->i.mnemonic) {
	case ZYDIS_MNEMONIC_MOVLPS:
	case ZYDIS_MNEMONIC_MOVLPD:
	case ZYDIS_MNEMONIC_MOVHPS:
	case ZYDIS_MNEMONIC_MOVHPD:
	case ZYDIS_MNEMONIC_VMOVLPS:
	case ZYDIS_MNEMONIC_VMOVLPD:
	case ZYDIS_MNEMONIC_VMOVHPS:
	case ZYDIS_MNEMONIC_VMOVHPD:
		return true;
	default:
		return false;
	}
}

/*
 * The memory operand comes last; the VEX half loads name a register in
 * between whose other half they take.  A VEX destination is cleared above
 * what is loaded, a legacy one keeps bits 255:128 (SDM vol. 1, "Legacy SSE
 * and VEX").
 */
static int load(struct x86_ctx *c, u32 offset)
{
	const struct x86_insn *in = c->in;
	unsigned int mem = in->i.operand_count_visible - 1;
	bool vex = in->i.encoding == ZYDIS_INSTRUCTION_ENCODING_VEX;
	unsigned int n, other;
	struct x86_dst d;
	u8 v[32] = { 0 };
	int ret = 0;

	if (!vec_index(&in->op[0], &n) || !vec_index(&in->op[mem - 1], &other))
		return -ENOTSUP;
	if (is_half(in)) {
		ret = c->e->ops->vec_get(c->e->opaque, other, v);
		memset(v + 16, 0, 16);
	}
	if (!ret)
		ret = x86_dst_open(c, mem, MOTE_ACCESS_READ, &d);
	if (!ret)
		ret = x86_mem_read(c, &d.mem, v + offset);
	if (ret)
		return ret;
	return c->e->ops->vec_set(c->e->opaque, n, v, vex ? 32 : 16);
}

int x86_do_vec(struct x86_ctx *c, u32 which)
{
	const struct x86_insn *in = c->in;
	u32 offset = which == X86_VEC_HIGH ? 8 : 0;

	if (in->i.encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY &&
	    in->i.encoding != ZYDIS_INSTRUCTION_ENCODING_VEX)
		return -ENOTSUP;
	if (in->op[0].type == ZYDIS_OPERAND_TYPE_MEMORY)
		return store(c, offset);
	if (in->op[in->i.operand_count_visible - 1].type !=
	    ZYDIS_OPERAND_TYPE_MEMORY)
		return -ENOTSUP;
	return load(c, offset);
}
