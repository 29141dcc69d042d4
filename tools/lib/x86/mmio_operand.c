// SPDX-License-Identifier: GPL-2.0-only
/* Operands: registers, effective addresses, guest memory across pages. */
#include <errno.h>
#include <string.h>

#include "emul.h"

u64 x86_mask(unsigned int bits)
{
	return bits >= 64 ? ~0ULL : (1ULL << bits) - 1;
}

/* --- registers --- */

/*
 * Zydis numbers the byte registers AL CL DL BL, AH CH DH BH, SPL BPL SIL DIL,
 * R8B...: the second four are the high bytes.
 */
static unsigned int gpr8_index(unsigned int id, unsigned int *shift)
{
	*shift = 0;
	if (id < 4)
		return id;
	if (id < 8) {
		*shift = 8;
		return id - 4;
	}
	return id - 4;
}

static int gpr_of(ZydisRegister reg, unsigned int *n, unsigned int *bits,
		  unsigned int *shift)
{
	*n = (unsigned int)ZydisRegisterGetId(reg);
	*shift = 0;
	switch (ZydisRegisterGetClass(reg)) {
	case ZYDIS_REGCLASS_GPR8:
		*bits = 8;
		*n = gpr8_index(*n, shift);
		return 0;
	case ZYDIS_REGCLASS_GPR16:
		*bits = 16;
		return 0;
	case ZYDIS_REGCLASS_GPR32:
		*bits = 32;
		return 0;
	case ZYDIS_REGCLASS_GPR64:
		*bits = 64;
		return 0;
	default:
		return -ENOTSUP;
	}
}

u64 x86_gpr(const struct x86_ctx *c, unsigned int n, unsigned int bits)
{
	return c->r.gpr[n] & x86_mask(bits);
}

/*
 * x86_set_gpr() - write the low @bits of a register
 *
 * 32-bit results are zero-extended, narrower ones leave the rest (SDM vol. 1,
 * "General-Purpose Registers in 64-Bit Mode").
 */
void x86_set_gpr(struct x86_ctx *c, unsigned int n, unsigned int bits,
		 u64 value)
{
	u64 mask = x86_mask(bits);

	if (bits == 32)
		c->r.gpr[n] = value & mask;
	else
		c->r.gpr[n] = (c->r.gpr[n] & ~mask) | (value & mask);
}

static int reg_read(struct x86_ctx *c, ZydisRegister reg, u64 *value)
{
	struct mote_x86_segment seg;
	unsigned int n, bits, shift;
	int ret;

	if (ZydisRegisterGetClass(reg) == ZYDIS_REGCLASS_SEGMENT) {
		/* Zydis and the instruction encoding agree on ES..GS = 0..5 */
		ret = c->e->ops->segment(c->e->opaque,
					 (unsigned int)ZydisRegisterGetId(reg),
					 &seg);
		*value = seg.selector;
		return ret;
	}
	ret = gpr_of(reg, &n, &bits, &shift);
	if (!ret)
		*value = c->r.gpr[n] >> shift & x86_mask(bits);
	return ret;
}

static int reg_write(struct x86_ctx *c, ZydisRegister reg, u64 value)
{
	unsigned int n, bits, shift;
	int ret = gpr_of(reg, &n, &bits, &shift);

	if (ret)
		return ret;
	if (shift) {
		c->r.gpr[n] &= ~0xff00ULL;
		c->r.gpr[n] |= (value & 0xff) << 8;
	} else {
		x86_set_gpr(c, n, bits, value);
	}
	return 0;
}

/* --- addresses --- */

/* Only FS and GS have a base in 64-bit mode. */
int x86_seg_base(struct x86_ctx *c, ZydisRegister seg, u64 *base)
{
	struct mote_x86_segment s;
	int ret;

	*base = 0;
	if (c->r.mode == 64 && seg != ZYDIS_REGISTER_FS &&
	    seg != ZYDIS_REGISTER_GS)
		return 0;
	ret = c->e->ops->segment(c->e->opaque,
				 (unsigned int)ZydisRegisterGetId(seg), &s);
	if (!ret)
		*base = s.base;
	return ret;
}

int x86_linear(struct x86_ctx *c, ZydisRegister seg, u64 offset,
	       unsigned int addr_bits, u64 *gva)
{
	u64 base;
	int ret = x86_seg_base(c, seg, &base);

	*gva = base + (offset & x86_mask(addr_bits));
	if (c->r.mode != 64)
		*gva &= 0xffffffff;
	return ret;
}

static int ea_reg(struct x86_ctx *c, ZydisRegister reg, u64 *value)
{
	switch (reg) {
	case ZYDIS_REGISTER_NONE:
		*value = 0;
		return 0;
	case ZYDIS_REGISTER_RIP:
	case ZYDIS_REGISTER_EIP:
		*value = c->r.gpr[MOTE_X86_RIP_INDEX] + c->in->i.length;
		return 0;
	default:
		return reg_read(c, reg, value);
	}
}

/* x86_ea() - linear address of memory operand @op, moved by @extra bytes. */
int x86_ea(struct x86_ctx *c, unsigned int op, s64 extra, u64 *gva)
{
	const ZydisDecodedOperandMem *m = &c->in->op[op].mem;
	u64 base, index, offset;
	int ret = ea_reg(c, m->base, &base);

	if (!ret)
		ret = ea_reg(c, m->index, &index);
	if (ret)
		return ret;
	offset = base + index * m->scale + (u64)extra;
	if (m->disp.has_displacement)
		offset += (u64)m->disp.value;
	return x86_linear(c, m->segment, offset, c->in->i.address_width, gva);
}

/* --- guest memory --- */

/* The operand that exited is; another one of the instruction need not be. */
static bool is_canonical(const struct x86_ctx *c, u64 gva)
{
	return c->r.mode != 64 || (u64)((s64)(gva << 16) >> 16) == gva;
}

static int translate(struct x86_ctx *c, u64 gva, u32 access, u64 *gpa)
{
	/* A read-modify-write is checked as a write when it is translated. */
	int w = access == MOTE_ACCESS_WRITE;
	u64 page = gva & ~4095ULL;
	u32 error_code = 0;
	int ret;

	if (!is_canonical(c, gva))
		return x86_exception(c, X86_GP_VECTOR, 0, 0);
	if (!c->tlb[w].valid || c->tlb[w].gva != page) {
		if (access & MOTE_ACCESS_WRITE)
			access = MOTE_ACCESS_WRITE;
		ret = c->e->ops->translate(c->e->opaque, gva, access, gpa,
					   &error_code);
		if (ret == 1)
			return x86_exception(c, X86_PF_VECTOR, error_code, gva);
		if (ret)
			return ret;
		c->tlb[w].valid = true;
		c->tlb[w].gva = page;
		c->tlb[w].gpa = *gpa & ~4095ULL;
	}
	*gpa = c->tlb[w].gpa | (gva & 4095);
	return 0;
}

/*
 * x86_mem_map() - translate @bytes at @gva
 *
 * All parts before any is accessed: a device must not see half an access of
 * an instruction that faults.  Return: 0, X86_FAULT, -errno.
 */
int x86_mem_map(struct x86_ctx *c, u64 gva, u32 bytes, u32 access,
		struct x86_mem *m)
{
	m->n = 0;
	while (bytes) {
		u32 left = 4096 - (gva & 4095);
		u32 n = bytes < left ? bytes : left;
		int ret = translate(c, gva, access, &m->part[m->n].gpa);

		if (ret)
			return ret;
		m->part[m->n++].bytes = n;
		bytes -= n;
		gva += n;
		if (c->r.mode != 64)
			gva &= 0xffffffff;
	}
	return 0;
}

static int mem_access(struct x86_ctx *c, const struct x86_mem *m, u8 *data,
		      bool write)
{
	const struct mote_x86_ops *ops = c->e->ops;

	for (u32 i = 0; i < m->n; i++) {
		u64 gpa = m->part[i].gpa;
		u32 left = m->part[i].bytes;

		while (left) {
			u32 n = left < 8 ? left : 8;
			int ret = write ? ops->write(c->e->opaque, gpa, data, n)
					: ops->read(c->e->opaque, gpa, data, n);

			if (ret)
				return ret;
			data += n;
			gpa += n;
			left -= n;
		}
	}
	return 0;
}

int x86_mem_read(struct x86_ctx *c, const struct x86_mem *m, void *data)
{
	return mem_access(c, m, data, false);
}

int x86_mem_write(struct x86_ctx *c, const struct x86_mem *m, const void *data)
{
	return mem_access(c, m, (u8 *)data, true);
}

/* --- operands by number --- */

/* x86_load() - value of an operand of at most 64 bits, zero-extended. */
int x86_load(struct x86_ctx *c, unsigned int op, u64 *value)
{
	const ZydisDecodedOperand *o = &c->in->op[op];
	struct x86_dst d;
	int ret;

	switch (o->type) {
	case ZYDIS_OPERAND_TYPE_IMMEDIATE:
		*value = o->imm.value.u;
		return 0;
	case ZYDIS_OPERAND_TYPE_REGISTER:
		return reg_read(c, o->reg.value, value);
	default:
		ret = x86_dst_open(c, op, MOTE_ACCESS_READ, &d);
		return ret ? ret : x86_dst_read(c, &d, value);
	}
}

/* x86_dst_open() - find operand @op and translate it for @access. */
int x86_dst_open(struct x86_ctx *c, unsigned int op, u32 access,
		 struct x86_dst *d)
{
	const ZydisDecodedOperand *o = &c->in->op[op];
	u64 gva;
	int ret;

	d->reg = ZYDIS_REGISTER_NONE;
	d->bits = o->size;
	if (o->type == ZYDIS_OPERAND_TYPE_REGISTER) {
		d->reg = o->reg.value;
		return 0;
	}
	if (o->type != ZYDIS_OPERAND_TYPE_MEMORY || !o->size || o->size > 256)
		return -ENOTSUP;
	ret = x86_ea(c, op, 0, &gva);
	return ret ? ret : x86_mem_map(c, gva, o->size / 8, access, &d->mem);
}

int x86_dst_read(struct x86_ctx *c, const struct x86_dst *d, u64 *value)
{
	if (d->reg != ZYDIS_REGISTER_NONE)
		return reg_read(c, d->reg, value);
	if (d->bits > 64)
		return -ENOTSUP;
	*value = 0;
	return x86_mem_read(c, &d->mem, value);
}

int x86_dst_write(struct x86_ctx *c, const struct x86_dst *d, u64 value)
{
	if (d->reg != ZYDIS_REGISTER_NONE)
		return reg_write(c, d->reg, value);
	if (d->bits > 64)
		return -ENOTSUP;
	return x86_mem_write(c, &d->mem, &value);
}

/* x86_source_and_dst() - read operand 1, open operand 0 for writing. */
int x86_source_and_dst(struct x86_ctx *c, u64 *value, struct x86_dst *d)
{
	int ret = x86_load(c, 1, value);

	return ret ? ret : x86_dst_open(c, 0, MOTE_ACCESS_WRITE, d);
}

/* x86_load_two() - open operand 0 for @access and read it and operand 1. */
int x86_load_two(struct x86_ctx *c, u32 access, struct x86_dst *d, u64 *a,
		 u64 *b)
{
	int ret = x86_load(c, 1, b);

	if (!ret)
		ret = x86_dst_open(c, 0, access, d);
	if (!ret)
		ret = x86_dst_read(c, d, a);
	return ret;
}
