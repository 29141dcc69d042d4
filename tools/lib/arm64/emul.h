/* SPDX-License-Identifier: GPL-2.0-only */
/* libmote, arm64: a decoded load or store.  Private to the emulator. */
#ifndef LIBMOTE_ARM64_EMUL_H
#define LIBMOTE_ARM64_EMUL_H

#include <stdbool.h>

#include "../libmote_arm64.h"

enum a64_kind {
	A64_UNKNOWN = 0,
	A64_ACCESS,	/* loads or stores registers: the rest of struct a64_insn */
	A64_NOTHING,	/* prefetch, cache maintenance: devices have no cache */
	A64_ATOMIC,	/* exclusive or atomic: not on a device */
};

enum a64_index {
	A64_OFFSET,	/* base + offset */
	A64_PRE,	/* the same, and the base gets it */
	A64_POST,	/* base, which then gets base + offset */
	A64_LITERAL,	/* PC + offset */
};

/**
 * struct a64_insn - a load or store
 * @kind: what it is; the rest is for A64_ACCESS
 * @index: how the address is made
 * @load: else store
 * @vec: of vector registers
 * @sign: sign-extended
 * @wide: sign-extended to 64 bits, else to 32
 * @bytes: of one register
 * @count: registers, 1 or 2
 * @rt: the registers
 * @rn: base, 31: stack pointer
 * @rm: offset register, 0xff: none
 * @option: how @rm is extended, as in the encoding
 * @shift: of the extended @rm
 * @offset: in bytes
 */
struct a64_insn {
	enum a64_kind kind;
	enum a64_index index;
	bool load;
	bool vec;
	bool sign;
	bool wide;
	u8 bytes;
	u8 count;
	u8 rt[2];
	u8 rn;
	u8 rm;
	u8 option;
	u8 shift;
	s64 offset;
};

#define A64_NO_RM	0xff

/** a64_decode() - the load or store in @word; A64_UNKNOWN for all else */
void a64_decode(u32 word, struct a64_insn *in);

#endif
