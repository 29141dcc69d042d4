// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decoders against Zydis: every opcode with every ModRM, behind many
 * prefixes, in all three modes.  What the decoder of MOVs accepts must be such a
 * MOV, with the same length and operands; what is such a MOV it must accept.
 * So must the other one what can exit.
 * TAP on stdout.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <Zydis/Zydis.h>

#include "insn.h"

#define INSN_MAX	15
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static ZydisDecoder decoder;
static unsigned int mode;
static unsigned long tried, accepted, accepted_system, bad;

static void set_mode(unsigned int bits)
{
	mode = bits;
	if (bits == 64)
		ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	else if (bits == 32)
		ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
	else
		ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LEGACY_16, ZYDIS_STACK_WIDTH_16);
}

static bool is_mov(const ZydisDecodedInstruction *zi)
{
	switch (zi->mnemonic) {
	case ZYDIS_MNEMONIC_MOV:
		/* Segment and control registers have encodings of their own */
		return zi->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && zi->opcode != 0x8c &&
		       zi->opcode != 0x8e;
	case ZYDIS_MNEMONIC_MOVZX:
	case ZYDIS_MNEMONIC_MOVSX:
		return true;
	case ZYDIS_MNEMONIC_MOVSXD:
		return zi->operand_width == 64;
	default:
		return false;
	}
}

/* XACQUIRE, XRELEASE and a REP without meaning: left to the runner */
static bool has_rep_or_lock(const ZydisDecodedInstruction *zi)
{
	if (zi->attributes & (ZYDIS_ATTRIB_HAS_LOCK | ZYDIS_ATTRIB_HAS_XRELEASE |
			      ZYDIS_ATTRIB_HAS_XACQUIRE))
		return true;
	for (unsigned int i = 0; i < zi->raw.prefix_count; i++)
		if (zi->raw.prefixes[i].value == 0xf2 || zi->raw.prefixes[i].value == 0xf3)
			return true;
	return false;
}

static u8 reg_id(ZydisRegister reg)
{
	if (reg == ZYDIS_REGISTER_NONE)
		return X86_MOV_NO_REG;
	if (reg == ZYDIS_REGISTER_RIP || reg == ZYDIS_REGISTER_EIP)
		return X86_MOV_RIP;
	return ZydisRegisterGetId(reg);
}

static bool is_high(ZydisRegister reg)
{
	return reg >= ZYDIS_REGISTER_AH && reg <= ZYDIS_REGISTER_BH;
}

static void reference_memory(const ZydisDecodedInstruction *zi, const ZydisDecodedOperand *o,
			     struct x86_mov *mov)
{
	mov->bytes = o->size / 8;
	mov->addr_bytes = zi->address_width / 8;
	mov->seg = ZydisRegisterGetId(o->mem.segment);
	mov->base = reg_id(o->mem.base);
	mov->index = reg_id(o->mem.index);
	mov->scale = o->mem.scale ? __builtin_ctz(o->mem.scale) : 0;
	mov->disp = o->mem.disp.value;
	/* REX.B does not make R13 of "no base" (SDM vol. 2, table 2-5); Zydis 4 thinks so */
	if (zi->raw.modrm.mod == 0 && zi->raw.modrm.rm == 4 && zi->raw.sib.base == 5) {
		mov->base = X86_MOV_NO_REG;
		mov->disp = zi->raw.disp.value;
	}
	/* An address alone has no sign */
	if ((zi->opcode & 0xfc) == 0xa0 && zi->address_width == 32)
		mov->disp = (u32)mov->disp;
}

static void reference_other(const ZydisDecodedInstruction *zi, const ZydisDecodedOperand *o,
			    struct x86_mov *mov)
{
	unsigned int unused = 64 - zi->raw.imm[0].size;

	mov->is_imm = o->type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
	mov->reg_bytes = mov->is_imm ? mov->bytes : o->size / 8;
	if (mov->is_imm) {
		/* Zydis has the sign in those only that it calls signed */
		mov->imm = (s64)(o->imm.value.u << unused) >> unused;
		return;
	}
	mov->high = is_high(o->reg.value);
	mov->reg = ZydisRegisterGetId(o->reg.value);
	if (o->size == 8)
		mov->reg = mov->high ? o->reg.value - ZYDIS_REGISTER_AH :
			   o->reg.value <= ZYDIS_REGISTER_BL ? o->reg.value - ZYDIS_REGISTER_AL :
			   o->reg.value - ZYDIS_REGISTER_SPL + 4;
}

/* The reference: what the decoder under test should say, by Zydis */
static bool reference(const u8 *insn, unsigned int n, struct x86_mov *mov)
{
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction zi;

	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, insn, n, &zi, op)))
		return false;
	if (!is_mov(&zi) || zi.operand_count_visible != 2 || has_rep_or_lock(&zi))
		return false;
	mov->write = op[0].type == ZYDIS_OPERAND_TYPE_MEMORY;
	if (!mov->write && op[1].type != ZYDIS_OPERAND_TYPE_MEMORY)
		return false;
	mov->len = zi.length;
	mov->sign = zi.mnemonic == ZYDIS_MNEMONIC_MOVSX || zi.mnemonic == ZYDIS_MNEMONIC_MOVSXD;
	reference_memory(&zi, &op[!mov->write], mov);
	reference_other(&zi, &op[mov->write], mov);
	return true;
}

static bool same_address(const struct x86_mov *a, const struct x86_mov *b)
{
	if (a->addr_bytes == 2)
		return true;
	return a->seg == b->seg && a->base == b->base && a->index == b->index &&
	       (a->index == X86_MOV_NO_REG || a->scale == b->scale) && a->disp == b->disp;
}

static bool same(const struct x86_mov *a, const struct x86_mov *b)
{
	return a->len == b->len && a->bytes == b->bytes && a->reg_bytes == b->reg_bytes &&
	       a->write == b->write && a->sign == b->sign && a->is_imm == b->is_imm &&
	       a->reg == b->reg && a->high == b->high && a->imm == b->imm &&
	       a->addr_bytes == b->addr_bytes && same_address(a, b);
}

static void complain(const u8 *insn, unsigned int n, bool want, bool got)
{
	if (bad++ >= 10)
		return;
	printf("# mode %u, is one: %d, taken for one: %d:", mode, want, got);
	for (unsigned int i = 0; i < n; i++)
		printf(" %02x", insn[i]);
	printf("\n");
}

/* X86_OP_* of an instruction that can exit, or 0 */
static u32 reference_system(const u8 *insn, unsigned int n, struct x86_system *sys)
{
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction zi;

	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, insn, n, &zi, op)))
		return 0;
	sys->len = zi.length;
	sys->addr_bytes = zi.address_width / 8;
	sys->bytes = zi.operand_width / 8;
	sys->reg = zi.raw.modrm.reg | zi.raw.rex.R << 3;
	sys->rm = zi.raw.modrm.rm | zi.raw.rex.B << 3;
	if (zi.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT)
		return (zi.opcode >= 0x6c && zi.opcode <= 0x6f) || zi.opcode == 0xf1 ||
		       zi.opcode == 0xf4 ? zi.opcode : 0;
	if (zi.opcode_map != ZYDIS_OPCODE_MAP_0F)
		return 0;
	switch (zi.mnemonic) {
	case ZYDIS_MNEMONIC_XSETBV:
		return X86_OP_XSETBV;
	case ZYDIS_MNEMONIC_VMMCALL:
		return X86_OP_VMMCALL;
	case ZYDIS_MNEMONIC_SMSW:
	case ZYDIS_MNEMONIC_LMSW:
		return X86_OP_0F01(zi.raw.modrm.mod == 3 ? zi.raw.modrm.reg << 3 | 0xc0 |
				   zi.raw.modrm.rm : zi.raw.modrm.reg << 3);
	default:
		break;
	}
	switch (zi.opcode) {
	case 0x06: case 0x08: case 0x09: case 0x30: case 0x32: case 0xa2:
	case 0x20: case 0x21: case 0x22: case 0x23:
		return 0x0f00 | zi.opcode;
	default:
		return 0;
	}
}

static void compare_system(const u8 *insn, unsigned int n)
{
	struct x86_system want = {}, got = {};
	u32 opcode = reference_system(insn, n, &want);
	bool ok;

	if (!opcode)
		return;
	ok = !x86_decode_system(insn, n, mode, &got) && got.opcode == opcode &&
	     got.len == want.len && got.addr_bytes == want.addr_bytes;
	if (ok && opcode >= X86_OP_MOV_FROM_CR && opcode <= X86_OP_MOV_TO_DR)
		ok = got.reg == want.reg && got.rm == want.rm;
	if (ok && X86_OP_IS_SMSW_REG(opcode))
		ok = got.bytes == want.bytes && got.rm == want.rm;
	accepted_system += ok;
	if (!ok)
		complain(insn, n, true, false);
}

static void compare(const u8 *insn, unsigned int n)
{
	struct x86_mov want = {}, got = {};
	bool wanted = reference(insn, n, &want);
	bool ok = !x86_decode_mov(insn, n, mode, &got);

	tried++;
	accepted += ok;
	if (ok != wanted || (ok && !same(&want, &got)))
		complain(insn, n, wanted, ok);
	compare_system(insn, n);
}

/* Prefix, opcode, ModRM and SIB, then bytes that tell displacements from immediates */
static void compare_one(const char *prefix, u8 opcode, u8 modrm, u8 sib)
{
	u8 insn[INSN_MAX + 1];
	unsigned int n = strlen(prefix);

	memcpy(insn, prefix, n);
	insn[n++] = opcode;
	insn[n++] = modrm;
	insn[n++] = sib;
	for (u8 fill = 0xa0; n < sizeof(insn); n++)
		insn[n] = fill++;
	compare(insn, INSN_MAX);
}

/* The others have no memory operand that the decoder would look at */
static bool worth_all_sibs(u8 opcode)
{
	return opcode == 0x88 || opcode == 0x8b || opcode == 0xc7;
}

static void compare_all(const char *prefix)
{
	static const u8 few[] = { 0x00, 0xa5 };

	for (unsigned int opcode = 0; opcode < 256; opcode++)
		for (unsigned int modrm = 0; modrm < 256; modrm++)
			if (worth_all_sibs(opcode))
				for (unsigned int sib = 0; sib < 256; sib++)
					compare_one(prefix, opcode, modrm, sib);
			else
				for (unsigned int i = 0; i < ARRAY_SIZE(few); i++)
					compare_one(prefix, opcode, modrm, few[i]);
}

/* 40 to 4f are instructions outside 64-bit mode, which is worth the look */
static const char *const prefixes[] = {
	"", "\x66", "\x67", "\x66\x67", "\x67\x66", "\x64", "\x65\x67", "\x2e\x66",
	"\x26", "\x36\x3e", "\x66\x66", "\x67\x67", "\xf0", "\xf2", "\xf3", "\x66\xf3",
	"\x0f", "\x66\x0f", "\x48\x0f", "\x67\x45\x0f", "\x65\x0f", "\xf3\x0f", "\x0f\x38", "\xc5", "\x62", "\xd5",
	"\x40", "\x41", "\x42", "\x44", "\x45", "\x47", "\x48", "\x4c", "\x4f",
	"\x66\x44", "\x66\x48", "\x67\x45", "\x64\x46", "\x44\x66", "\x48\x67", "\x4f\x64",
	"\x44\x48", "\x48\x44",
	/* ever longer, up to one byte too many */
	"\x64\x64\x64\x64\x64\x64\x64\x64", "\x64\x64\x64\x64\x64\x64\x64\x64\x64",
	"\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e",
	"\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x66",
};

static void report(unsigned int number, const char *what)
{
	printf("# %lu tried, %lu and %lu accepted\n", tried, accepted, accepted_system);
	printf("%s %u - %s\n", bad || !accepted || !accepted_system ? "not ok" : "ok", number, what);
	fflush(stdout);
}

/* Random bytes that start like something, and instructions cut short */
static void compare_random(unsigned long count)
{
	static const u8 likely[] = {
		0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0x40, 0x44, 0x48,
		0x88, 0x89, 0x8a, 0x8b, 0xa0, 0xa1, 0xa3, 0xc6, 0xc7, 0x63, 0x0f, 0xb6, 0xbf,
	};

	while (count--) {
		unsigned int n = rand() % (INSN_MAX + 1);
		/* No byte more than there are, so that ASan sees a read beyond */
		u8 *insn = malloc(n ? n : 1);

		for (unsigned int i = 0; i < n; i++)
			insn[i] = rand() % 3 ? likely[rand() % ARRAY_SIZE(likely)] : rand();
		if (n > 4 && rand() % 2)
			insn[rand() % 4 + 1] = 0;	/* the ModRM that C7 wants */
		compare(insn, n);
		free(insn);
	}
}

int main(void)
{
	static const unsigned int modes[] = { 16, 32, 64 };
	unsigned long failed = 0;
	char what[64];

	printf("TAP version 13\n1..%zu\n", 2 * ARRAY_SIZE(modes));
	for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++) {
		set_mode(modes[i]);
		tried = accepted = accepted_system = bad = 0;
		for (unsigned int p = 0; p < ARRAY_SIZE(prefixes); p++)
			compare_all(prefixes[p]);
		snprintf(what, sizeof(what), "all opcodes, %u bit", mode);
		report(2 * i + 1, what);
		failed += bad;
		tried = accepted = accepted_system = bad = 0;
		compare_random(1000000);
		snprintf(what, sizeof(what), "random and truncated, %u bit", mode);
		report(2 * i + 2, what);
		failed += bad;
	}
	return failed ? 1 : 0;
}
