// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: decode plain 32-bit MOVs.  Formats from SDM vol. 2, chapter
 * "Instruction Format".
 *
 * Small on purpose.  What reads and writes memory in one instruction, what is
 * not 32 bits wide and what has a LOCK or REP prefix is refused, and goes to
 * the runner, which has a full decoder.
 */
#include "insn.h"

#define INSN_MAX	15

#define REX_W	0x8
#define REX_R	0x4

/* The bytes, and what the prefixes among them said */
struct cursor {
	const u8 *insn;
	unsigned int n;
	unsigned int pos;
	unsigned int mode;
	bool opsize;	/* 66 */
	bool addrsize;	/* 67 */
	u8 rex;		/* low four bits */
};

static bool is_segment_override(u8 byte)
{
	switch (byte) {
	case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65:
		return true;
	default:
		return false;
	}
}

/* Returns the opcode, or -EINVAL when only prefixes are there */
static int skip_prefixes(struct cursor *c)
{
	while (c->pos < c->n) {
		u8 byte = c->insn[c->pos++];

		if (c->mode == 64 && (byte & 0xf0) == 0x40) {
			c->rex = byte & 0xf;
			continue;
		}
		if (byte == 0x66)
			c->opsize = true;
		else if (byte == 0x67)
			c->addrsize = true;
		else if (!is_segment_override(byte))
			return byte;
		/* REX counts only right before the opcode */
		c->rex = 0;
	}
	return -EINVAL;
}

static bool is_32bit_operand(const struct cursor *c)
{
	if (c->mode == 16)
		return c->opsize;
	return !c->opsize && !(c->rex & REX_W);
}

/* In bytes */
static unsigned int address_size(const struct cursor *c)
{
	switch (c->mode) {
	case 64:
		return c->addrsize ? 4 : 8;
	case 32:
		return c->addrsize ? 2 : 4;
	default:
		return c->addrsize ? 4 : 2;
	}
}

/* Bytes of displacement that a 16-bit ModRM asks for */
static unsigned int disp16(u8 modrm)
{
	switch (modrm >> 6) {
	case 0:
		return (modrm & 7) == 6 ? 2 : 0;
	case 1:
		return 1;
	default:
		return 2;
	}
}

/* Bytes of SIB and displacement that a 32-bit or 64-bit ModRM asks for */
static int sib_disp(const struct cursor *c, u8 modrm)
{
	unsigned int sib = (modrm & 7) == 4;
	u8 base = modrm & 7;

	if (sib) {
		if (c->pos >= c->n)
			return -EINVAL;
		base = c->insn[c->pos] & 7;
	}
	switch (modrm >> 6) {
	case 0:
		return sib + (base == 5 ? 4 : 0);
	case 1:
		return sib + 1;
	default:
		return sib + 4;
	}
}

/* Skips the memory operand.  Returns the reg field of ModRM, or -EINVAL. */
static int skip_modrm(struct cursor *c)
{
	int bytes;
	u8 modrm;

	if (c->pos >= c->n)
		return -EINVAL;
	modrm = c->insn[c->pos++];
	if (modrm >> 6 == 3)
		return -EINVAL;
	bytes = address_size(c) == 2 ? (int)disp16(modrm) : sib_disp(c, modrm);
	if (bytes < 0)
		return bytes;
	c->pos += bytes;
	return (modrm >> 3 & 7) | (c->rex & REX_R ? 8 : 0);
}

static int decode_reg(struct cursor *c, bool write, struct x86_mov *mov)
{
	int reg = skip_modrm(c);

	if (reg < 0)
		return reg;
	mov->write = write;
	mov->reg = reg;
	return 0;
}

static int decode_imm(struct cursor *c, struct x86_mov *mov)
{
	int ext = skip_modrm(c);
	const u8 *p;

	/* The reg field is part of the opcode, and REX.R does not reach it */
	if (ext < 0 || (ext & 7) || c->pos + 4 > c->n)
		return -EINVAL;
	p = c->insn + c->pos;
	c->pos += 4;
	mov->write = true;
	mov->is_imm = true;
	mov->imm = p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
	return 0;
}

static int decode_moffs(struct cursor *c, bool write, struct x86_mov *mov)
{
	c->pos += address_size(c);
	mov->write = write;
	return 0;
}

static int decode_opcode(struct cursor *c, int opcode, struct x86_mov *mov)
{
	switch (opcode) {
	case 0x89:
		return decode_reg(c, true, mov);
	case 0x8b:
		return decode_reg(c, false, mov);
	case 0xa1:
		return decode_moffs(c, false, mov);
	case 0xa3:
		return decode_moffs(c, true, mov);
	case 0xc7:
		return decode_imm(c, mov);
	default:
		return -EINVAL;
	}
}

int x86_decode_mov(const u8 *insn, unsigned int n, unsigned int mode, struct x86_mov *mov)
{
	struct cursor c = {
		.insn = insn,
		.n = n > INSN_MAX ? INSN_MAX : n,
		.mode = mode,
	};
	struct x86_mov result = {};
	int opcode = skip_prefixes(&c);

	if (opcode < 0 || !is_32bit_operand(&c))
		return -EINVAL;
	if (decode_opcode(&c, opcode, &result) || c.pos > c.n)
		return -EINVAL;
	result.len = c.pos;
	*mov = result;
	return 0;
}
