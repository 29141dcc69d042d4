/* SPDX-License-Identifier: GPL-2.0-only */
/* The processor under the test as the judge of single instructions. */
#ifndef RUN_ORACLE_H
#define RUN_ORACLE_H

#include <libmote_x86.h>
#include <stdbool.h>

#define ORACLE_PAGES	4
#define ORACLE_BYTES	(ORACLE_PAGES * 4096)

/**
 * struct oracle_state - registers before and after
 * @gpr: as instructions encode them, RSP too
 * @flags: RFLAGS
 * @pad: keeps @vec aligned
 * @vec: YMM0..15; only their low halves count without AVX
 */
struct oracle_state {
	u64 gpr[16];
	u64 flags;
	u64 pad[3];
	u8 vec[16][32];
};

/* Memory the instruction may use, as the processor and as the emulator see it */
extern u8 *oracle_mem;
extern u8 oracle_shadow[ORACLE_BYTES];

/** oracle_init() - map the memory and the code page; exits on failure */
void oracle_init(void);

/** oracle_avx() - whether the vector halves above 128 bits are compared */
bool oracle_avx(void);

/**
 * oracle_native() - let the processor execute one instruction
 *
 * Return: false when it raised #DE.
 */
bool oracle_native(const u8 *insn, u32 bytes, struct oracle_state *s);

/**
 * oracle_emulate() - let the emulator execute it on oracle_shadow
 * @hint: give it the translation of @gva as an exit does
 * @error: out: what went wrong in the emulator, or NULL
 *
 * Return: false when it raised #DE.
 */
bool oracle_emulate(const u8 *insn, u32 bytes, struct oracle_state *s,
		    bool hint, u64 gva, const char **error);

/** oracle_rand() - a reproducible random number */
u64 oracle_rand(void);

#endif
