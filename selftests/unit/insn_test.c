// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decoder of plain MOVs against Zydis: every opcode with every ModRM,
 * behind many prefixes, in all three modes.  What it accepts must be such a
 * MOV, with the same length and operands; what is such a MOV it must accept.
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
static unsigned long tried, accepted, bad;

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

/* The reference: what the decoder under test should say, by Zydis */
static bool reference(const u8 *insn, unsigned int n, struct x86_mov *mov)
{
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
	const ZydisDecodedOperand *other;
	ZydisDecodedInstruction zi;

	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, insn, n, &zi, op)))
		return false;
	/* Segment and control registers have encodings of their own */
	if (zi.mnemonic != ZYDIS_MNEMONIC_MOV || zi.opcode_map != ZYDIS_OPCODE_MAP_DEFAULT)
		return false;
	if (zi.opcode == 0x8c || zi.opcode == 0x8e || zi.operand_count_visible != 2)
		return false;
	if (op[0].size != 32 || op[1].size != 32)
		return false;
	mov->write = op[0].type == ZYDIS_OPERAND_TYPE_MEMORY;
	if (!mov->write && op[1].type != ZYDIS_OPERAND_TYPE_MEMORY)
		return false;
	/* XACQUIRE, XRELEASE and a REP without meaning: left to the runner */
	if (zi.attributes & (ZYDIS_ATTRIB_HAS_LOCK | ZYDIS_ATTRIB_HAS_XRELEASE |
			     ZYDIS_ATTRIB_HAS_XACQUIRE))
		return false;
	for (unsigned int i = 0; i < zi.raw.prefix_count; i++)
		if (zi.raw.prefixes[i].value == 0xf2 || zi.raw.prefixes[i].value == 0xf3)
			return false;
	other = mov->write ? &op[1] : &op[0];
	mov->len = zi.length;
	mov->is_imm = other->type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
	mov->imm = mov->is_imm ? (u32)other->imm.value.u : 0;
	mov->reg = mov->is_imm ? 0 : ZydisRegisterGetId(other->reg.value);
	return true;
}

static bool same(const struct x86_mov *a, const struct x86_mov *b)
{
	return a->len == b->len && a->write == b->write && a->is_imm == b->is_imm &&
	       a->reg == b->reg && a->imm == b->imm;
}

static void complain(const u8 *insn, unsigned int n, bool want, bool got)
{
	if (bad++ >= 10)
		return;
	printf("# mode %u, want %d, got %d:", mode, want, got);
	for (unsigned int i = 0; i < n; i++)
		printf(" %02x", insn[i]);
	printf("\n");
}

static void compare(const u8 *insn, unsigned int n)
{
	struct x86_mov want = {}, got = {};
	bool is_mov = reference(insn, n, &want);
	bool ok = !x86_decode_mov(insn, n, mode, &got);

	tried++;
	accepted += ok;
	if (ok != is_mov || (ok && !same(&want, &got)))
		complain(insn, n, is_mov, ok);
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
	return opcode == 0x89 || opcode == 0x8b || opcode == 0xc7;
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
	"\x0f", "\x66\x0f", "\x0f\x38", "\xc5", "\x62", "\xd5",
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
	printf("# %lu tried, %lu accepted\n", tried, accepted);
	printf("%s %u - %s\n", bad || !accepted ? "not ok" : "ok", number, what);
	fflush(stdout);
}

/* Random bytes that start like something, and instructions cut short */
static void compare_random(unsigned long count)
{
	static const u8 likely[] = {
		0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0x40, 0x44, 0x48,
		0x89, 0x8b, 0xa1, 0xa3, 0xc7,
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
		tried = accepted = bad = 0;
		for (unsigned int p = 0; p < ARRAY_SIZE(prefixes); p++)
			compare_all(prefixes[p]);
		snprintf(what, sizeof(what), "all opcodes, %u bit", mode);
		report(2 * i + 1, what);
		failed += bad;
		tried = accepted = bad = 0;
		compare_random(1000000);
		snprintf(what, sizeof(what), "random and truncated, %u bit", mode);
		report(2 * i + 2, what);
		failed += bad;
	}
	return failed ? 1 : 0;
}
