// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and stores of A64, by the tables of the Arm ARM, C4.1 "A64 instruction
 * set encoding", "Loads and Stores"; cache maintenance from "System instructions".
 */
#include <string.h>

#include "emul.h"

/* Bits @high to @low of an instruction */
static u32 field(u32 word, unsigned int high, unsigned int low)
{
	return word >> low & ((1u << (high - low + 1)) - 1);
}

static s64 signed_field(u32 word, unsigned int high, unsigned int low)
{
	unsigned int up = 63 - (high - low);

	return (s64)((u64)field(word, high, low) << up) >> up;
}

/*
 * Width and direction of a load or store of one register, by size and opc.
 * The encodings left out are prefetches or not allocated.
 */
static void one_register(u32 word, struct a64_insn *in)
{
	u32 size = field(word, 31, 30), opc = field(word, 23, 22);

	in->kind = A64_ACCESS;
	in->count = 1;
	in->bytes = (u8)(1u << size);
	in->load = opc & 1;
	if (in->vec) {
		if (opc & 2)
			in->bytes = 16;
		if ((opc & 2) && size)
			in->kind = A64_UNKNOWN;
		return;
	}
	if (opc < 2)
		return;
	in->load = true;
	in->sign = true;
	in->wide = opc == 2;
	if (size == 3)
		in->kind = opc == 2 ? A64_NOTHING : A64_UNKNOWN;
	else if (size == 2 && opc == 3)
		in->kind = A64_UNKNOWN;
}

static void unsigned_immediate(u32 word, struct a64_insn *in)
{
	one_register(word, in);
	in->offset = (s64)field(word, 21, 10) * in->bytes;
}

/* Unscaled, post-indexed, unprivileged, pre-indexed */
static void signed_immediate(u32 word, struct a64_insn *in)
{
	static const enum a64_index index[] = {
		A64_OFFSET, A64_POST, A64_OFFSET, A64_PRE,
	};
	u32 form = field(word, 11, 10);

	one_register(word, in);
	in->index = index[form];
	in->offset = signed_field(word, 20, 12);
	if (form == 2 && in->vec)
		in->kind = A64_UNKNOWN;
	if (form && in->kind == A64_NOTHING)
		in->kind = A64_UNKNOWN;	/* prefetches have no write-back */
}

static void register_offset(u32 word, struct a64_insn *in)
{
	one_register(word, in);
	in->rm = (u8)field(word, 20, 16);
	in->option = (u8)field(word, 15, 13);
	if (field(word, 12, 12))
		in->shift = (u8)__builtin_ctz(in->bytes);
	if (!(in->option & 2))
		in->kind = A64_UNKNOWN;
}

/* LDAPR stands among the atomic operations, but loads as LDR does */
static void atomic(u32 word, struct a64_insn *in)
{
	if ((word & 0x3ffffc00) != 0x38bfc000) {
		in->kind = in->vec ? A64_UNKNOWN : A64_ATOMIC;
		return;
	}
	in->kind = A64_ACCESS;
	in->load = true;
	in->count = 1;
	in->bytes = (u8)(1u << field(word, 31, 30));
}

static void load_store_register(u32 word, struct a64_insn *in)
{
	if (field(word, 24, 24))
		unsigned_immediate(word, in);
	else if (!field(word, 21, 21))
		signed_immediate(word, in);
	else if (field(word, 11, 10) == 2)
		register_offset(word, in);
	else if (field(word, 11, 10) == 0)
		atomic(word, in);
	/* else LDRAA, LDRAB: authenticate with keys that only the CPU has */
}

static void pair(u32 word, struct a64_insn *in)
{
	static const enum a64_index index[] = {
		A64_OFFSET, A64_POST, A64_OFFSET, A64_PRE,
	};
	u32 opc = field(word, 31, 30), form = field(word, 24, 23);

	if (opc == 3)
		return;
	in->load = field(word, 22, 22);
	in->count = 2;
	in->rt[1] = (u8)field(word, 14, 10);
	in->index = index[form];
	if (in->vec) {
		in->bytes = (u8)(4u << opc);
	} else {
		in->bytes = opc == 2 ? 8 : 4;
		in->sign = opc == 1;
		in->wide = true;
		/* Stores there are STGP: tags of FEAT_MTE */
		if (opc == 1 && (!in->load || !form))
			return;
	}
	in->offset = signed_field(word, 21, 15) * in->bytes;
	in->kind = A64_ACCESS;
}

static void literal(u32 word, struct a64_insn *in)
{
	u32 opc = field(word, 31, 30);

	if (opc == 3) {
		in->kind = in->vec ? A64_UNKNOWN : A64_NOTHING;
		return;
	}
	in->kind = A64_ACCESS;
	in->index = A64_LITERAL;
	in->load = true;
	in->count = 1;
	in->offset = signed_field(word, 23, 5) * 4;
	in->bytes = (u8)(in->vec ? 4u << opc : opc == 1 ? 8 : 4);
	in->sign = !in->vec && opc == 2;
	in->wide = true;
}

/* Acquire and release order accesses, which is so here; the others are exclusive */
static void ordered(u32 word, struct a64_insn *in)
{
	if (!field(word, 23, 23) || field(word, 21, 21)) {
		in->kind = A64_ATOMIC;
		return;
	}
	in->kind = A64_ACCESS;
	in->load = field(word, 22, 22);
	in->count = 1;
	in->bytes = (u8)(1u << field(word, 31, 30));
}

/* LDAPUR, STLUR */
static void ordered_unscaled(u32 word, struct a64_insn *in)
{
	one_register(word, in);
	in->offset = signed_field(word, 20, 12);
	if (in->kind == A64_NOTHING)
		in->kind = A64_UNKNOWN;
}

/* DC operations by address; not DC ZVA and its kin, which write */
static void system_instruction(u32 word, struct a64_insn *in)
{
	u32 op1 = field(word, 18, 16), crm = field(word, 11, 8);

	if (!(op1 == 3 && crm == 4))
		in->kind = A64_NOTHING;
}

static const struct {
	u32 mask;
	u32 value;
	void (*decode)(u32 word, struct a64_insn *in);
} groups[] = {
	{ 0x3a000000, 0x38000000, load_store_register },
	{ 0x3a000000, 0x28000000, pair },
	{ 0x3f000000, 0x08000000, ordered },
	{ 0x3f200c00, 0x19000000, ordered_unscaled },
	{ 0x3b000000, 0x18000000, literal },
	{ 0xfff8f000, 0xd5087000, system_instruction },
};

void a64_decode(u32 word, struct a64_insn *in)
{
	memset(in, 0, sizeof(*in));
	in->vec = field(word, 26, 26);
	in->rt[0] = (u8)field(word, 4, 0);
	in->rn = (u8)field(word, 9, 5);
	in->rm = A64_NO_RM;
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		if ((word & groups[i].mask) == groups[i].value) {
			groups[i].decode(word, in);
			return;
		}
	}
}
