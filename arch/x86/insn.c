// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: decode MOVs between memory and registers, and instructions that
 * exit.  Formats from SDM vol. 2, chapter "Instruction Format".
 *
 * Small on purpose.  What reads and writes memory in one instruction and what
 * has a LOCK or REP prefix is refused, and goes to the runner, which has a full
 * decoder.
 */
#include "insn.h"

#define INSN_MAX	15

#define REX_W	0x8
#define REX_R	0x4
#define REX_X	0x2
#define REX_B	0x1

/* Of segment registers, as instructions number them */
#define SEG_SS	2
#define SEG_DS	3
#define NO_SEG	0xff

/* Opcodes behind 0F */
#define ESCAPE	0x0f00

/* The bytes, and what the prefixes among them said.  @pos beyond @n: too short. */
struct cursor {
	const u8 *insn;
	unsigned int n;
	unsigned int pos;
	unsigned int mode;
	bool opsize;	/* 66 */
	bool addrsize;	/* 67 */
	bool has_rex;
	bool lock_rep;	/* takes f0, f2 and f3, too */
	u8 rex;		/* low four bits */
	u8 seg;		/* override, or NO_SEG */
};

static struct cursor cursor_at(const u8 *insn, unsigned int n, unsigned int mode, bool lock_rep)
{
	return (struct cursor) {
		.insn = insn,
		.n = n > INSN_MAX ? INSN_MAX : n,
		.mode = mode,
		.lock_rep = lock_rep,
		.seg = NO_SEG,
	};
}

/* Returns NO_SEG when it is none; in 64-bit mode only FS and GS count */
static u8 segment_override(const struct cursor *c, u8 byte, u8 before)
{
	if (byte >= 0x64)
		return byte - 0x64 + 4;
	return c->mode == 64 ? before : byte >> 3 & 3;
}

/* Whether it is a prefix that is understood here; REX counts only right before the opcode */
static bool take_prefix(struct cursor *c, u8 byte)
{
	switch (byte) {
	case 0x40 ... 0x4f:
		if (c->mode != 64)
			return false;
		c->has_rex = true;
		c->rex = byte & 0xf;
		return true;
	case 0x66:
		c->opsize = true;
		break;
	case 0x67:
		c->addrsize = true;
		break;
	case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65:
		c->seg = segment_override(c, byte, c->seg);
		break;
	case 0xf0: case 0xf2: case 0xf3:
		if (!c->lock_rep)
			return false;
		break;
	default:
		return false;
	}
	c->has_rex = false;
	c->rex = 0;
	return true;
}

/* Returns the opcode, or -EINVAL when only prefixes are there */
static int take_opcode(struct cursor *c)
{
	while (c->pos < c->n) {
		u8 byte = c->insn[c->pos++];

		if (take_prefix(c, byte))
			continue;
		if (byte != 0x0f)
			return byte;
		return c->pos < c->n ? ESCAPE | c->insn[c->pos++] : -EINVAL;
	}
	return -EINVAL;
}

/* A number of 1, 2, 4 or 8 bytes, with its sign */
static s64 take_number(struct cursor *c, unsigned int bytes)
{
	const u8 *p = c->insn + c->pos;
	s64 v8;
	s32 v4;
	s16 v2;

	c->pos += bytes;
	if (c->pos > c->n)
		return 0;
	switch (bytes) {
	case 1:
		return (s8)*p;
	case 2:
		memcpy(&v2, p, sizeof(v2));
		return v2;
	case 4:
		memcpy(&v4, p, sizeof(v4));
		return v4;
	default:
		memcpy(&v8, p, sizeof(v8));
		return v8;
	}
}

/* In bytes */
static unsigned int operand_size(const struct cursor *c)
{
	if (c->rex & REX_W)
		return 8;
	return (c->mode == 16) == c->opsize ? 4 : 2;
}

static unsigned int address_size(const struct cursor *c)
{
	if (c->mode == 64)
		return c->addrsize ? 4 : 8;
	return (c->mode == 16) == c->addrsize ? 4 : 2;
}

/* 16-bit addresses: SDM vol. 2, table "16-Bit Addressing Forms with the ModR/M Byte" */
static void skip_disp16(struct cursor *c, u8 modrm)
{
	switch (modrm >> 6) {
	case 0:
		c->pos += (modrm & 7) == 6 ? 2 : 0;
		break;
	case 1:
		c->pos++;
		break;
	default:
		c->pos += 2;
	}
}

/* Returns the base's number without REX.B, or -EINVAL */
static int take_sib(struct cursor *c, struct x86_mov *mov)
{
	u8 sib, index;

	if (c->pos >= c->n)
		return -EINVAL;
	sib = c->insn[c->pos++];
	index = (sib >> 3 & 7) | (c->rex & REX_X ? 8 : 0);
	if (index != 4)
		mov->index = index;
	mov->scale = sib >> 6;
	return sib & 7;
}

/* Tables "32-Bit Addressing Forms with the ModR/M Byte" and "... with the SIB Byte" */
static int take_address(struct cursor *c, u8 modrm, struct x86_mov *mov)
{
	int base = modrm & 7;
	bool sib = base == 4;

	if (sib)
		base = take_sib(c, mov);
	if (base < 0)
		return base;
	if (base == 5 && modrm >> 6 == 0) {
		/* In place of RBP: a displacement alone, or from the next instruction */
		if (!sib && c->mode == 64)
			mov->base = X86_MOV_RIP;
		mov->disp = take_number(c, 4);
		return 0;
	}
	mov->base = base | (c->rex & REX_B ? 8 : 0);
	if (mov->base == 4 || mov->base == 5)
		mov->seg = SEG_SS;
	if (modrm >> 6)
		mov->disp = take_number(c, modrm >> 6 == 1 ? 1 : 4);
	return 0;
}

/* The memory operand.  Returns the reg field of ModRM, or -EINVAL. */
static int take_modrm(struct cursor *c, struct x86_mov *mov)
{
	u8 modrm;

	if (c->pos >= c->n)
		return -EINVAL;
	modrm = c->insn[c->pos++];
	if (modrm >> 6 == 3)
		return -EINVAL;
	if (mov->addr_bytes == 2)
		skip_disp16(c, modrm);
	else if (take_address(c, modrm, mov))
		return -EINVAL;
	return (modrm >> 3 & 7) | (c->rex & REX_R ? 8 : 0);
}

static int decode_reg(struct cursor *c, bool write, unsigned int bytes, unsigned int reg_bytes,
		      struct x86_mov *mov)
{
	int reg = take_modrm(c, mov);

	if (reg < 0)
		return reg;
	mov->write = write;
	mov->bytes = bytes;
	mov->reg_bytes = reg_bytes;
	mov->reg = reg;
	/* Without REX, 4 to 7 are AH, CH, DH and BH */
	if (reg_bytes == 1 && reg >= 4 && !c->has_rex) {
		mov->reg = reg - 4;
		mov->high = true;
	}
	return 0;
}

static int decode_imm(struct cursor *c, unsigned int bytes, struct x86_mov *mov)
{
	int ext = take_modrm(c, mov);

	/* The reg field is part of the opcode, and REX.R does not reach it */
	if (ext < 0 || (ext & 7))
		return -EINVAL;
	mov->write = true;
	mov->bytes = bytes;
	mov->reg_bytes = bytes;
	mov->is_imm = true;
	mov->imm = take_number(c, bytes == 8 ? 4 : bytes);
	return 0;
}

static int decode_moffs(struct cursor *c, bool write, unsigned int bytes, struct x86_mov *mov)
{
	mov->write = write;
	mov->bytes = bytes;
	mov->reg_bytes = bytes;
	mov->disp = take_number(c, mov->addr_bytes);
	/* An address, which has no sign */
	if (mov->addr_bytes == 4)
		mov->disp = (u32)mov->disp;
	return 0;
}

static int decode_extend(struct cursor *c, unsigned int bytes, bool sign, struct x86_mov *mov)
{
	mov->sign = sign;
	return decode_reg(c, false, bytes, operand_size(c), mov);
}

static int decode_opcode(struct cursor *c, int opcode, struct x86_mov *mov)
{
	unsigned int bytes = opcode & 1 ? operand_size(c) : 1;

	switch (opcode) {
	case 0x88 ... 0x8b:
		/* Bit 1 is the direction: set to load a register */
		return decode_reg(c, !(opcode & 2), bytes, bytes, mov);
	case 0xa0 ... 0xa3:
		return decode_moffs(c, opcode & 2, bytes, mov);
	case 0xc6: case 0xc7:
		return decode_imm(c, bytes, mov);
	case 0x63:
		/* MOVSXD; ARPL in other modes, and of no use without REX.W */
		return c->rex & REX_W ? decode_extend(c, 4, true, mov) : -EINVAL;
	case ESCAPE | 0xb6: case ESCAPE | 0xb7:
		return decode_extend(c, opcode & 1 ? 2 : 1, false, mov);
	case ESCAPE | 0xbe: case ESCAPE | 0xbf:
		return decode_extend(c, opcode & 1 ? 2 : 1, true, mov);
	default:
		return -EINVAL;
	}
}

int x86_decode_mov(const u8 *insn, unsigned int n, unsigned int mode, struct x86_mov *mov)
{
	struct cursor c = cursor_at(insn, n, mode, false);
	int opcode = take_opcode(&c);

	if (opcode < 0)
		return -EINVAL;
	*mov = (struct x86_mov) {
		.addr_bytes = address_size(&c),
		.seg = SEG_DS,
		.base = X86_MOV_NO_REG,
		.index = X86_MOV_NO_REG,
	};
	if (decode_opcode(&c, opcode, mov) || c.pos > c.n)
		return -EINVAL;
	if (c.seg != NO_SEG)
		mov->seg = c.seg;
	mov->len = c.pos;
	return 0;
}

/* ---- instructions that exit ---- */

/* ModRM of a register form, whatever its upper two bits say (MOV CRn, DRn) */
static int decode_regs(struct cursor *c, struct x86_system *sys)
{
	u8 modrm;

	if (c->pos >= c->n)
		return -EINVAL;
	modrm = c->insn[c->pos++];
	sys->reg = (modrm >> 3 & 7) | (c->rex & REX_R ? 8 : 0);
	sys->rm = (modrm & 7) | (c->rex & REX_B ? 8 : 0);
	return 0;
}

/* The whole ModRM is opcode in register forms; /4 and /6 are SMSW and LMSW */
static int decode_0f01(struct cursor *c, struct x86_system *sys)
{
	struct x86_mov operand = { .addr_bytes = sys->addr_bytes };
	int reg;

	if (c->pos >= c->n)
		return -EINVAL;
	if (c->insn[c->pos] >> 6 == 3) {
		sys->opcode = X86_OP_0F01(c->insn[c->pos]);
		return decode_regs(c, sys);
	}
	reg = take_modrm(c, &operand);
	if (reg < 0)
		return reg;
	sys->opcode = X86_OP_0F01((reg & 7) << 3);
	return 0;
}

static int decode_system_opcode(struct cursor *c, struct x86_system *sys)
{
	switch (sys->opcode) {
	case ESCAPE | 0x01:
		return decode_0f01(c, sys);
	case X86_OP_MOV_FROM_CR: case X86_OP_MOV_FROM_DR:
	case X86_OP_MOV_TO_CR: case X86_OP_MOV_TO_DR:
		return decode_regs(c, sys);
	case X86_OP_INSB: case X86_OP_INS: case X86_OP_OUTSB: case X86_OP_OUTS:
	case X86_OP_INT1: case X86_OP_HLT: case X86_OP_CLTS: case X86_OP_INVD:
	case X86_OP_WBINVD: case X86_OP_WRMSR: case X86_OP_RDMSR: case X86_OP_CPUID:
		return 0;
	default:
		return -EINVAL;
	}
}

int x86_decode_system(const u8 *insn, unsigned int n, unsigned int mode, struct x86_system *sys)
{
	struct cursor c = cursor_at(insn, n, mode, true);
	int opcode = take_opcode(&c);

	if (opcode < 0)
		return -EINVAL;
	*sys = (struct x86_system) {
		.opcode = opcode,
		.addr_bytes = address_size(&c),
		.bytes = operand_size(&c),
		.seg = c.seg == NO_SEG ? SEG_DS : c.seg,
	};
	if (decode_system_opcode(&c, sys) || c.pos > c.n)
		return -EINVAL;
	sys->len = c.pos;
	return 0;
}
