/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of the x86 instruction emulator. */
#ifndef MOTE_X86_EMUL_H
#define MOTE_X86_EMUL_H

#include <Zydis/Zydis.h>
#include <stdbool.h>

#include "../libmote_x86.h"

/* RFLAGS (SDM vol. 1, "EFLAGS Register") */
#define X86_CF		(1ULL << 0)
#define X86_PF		(1ULL << 2)
#define X86_AF		(1ULL << 4)
#define X86_ZF		(1ULL << 6)
#define X86_SF		(1ULL << 7)
#define X86_DF		(1ULL << 10)
#define X86_OF		(1ULL << 11)
#define X86_NT		(1ULL << 14)
#define X86_RF		(1ULL << 16)
#define X86_VM		(1ULL << 17)
#define X86_ARITH	(X86_CF | X86_PF | X86_AF | X86_ZF | X86_SF | X86_OF)

#define X86_DE_VECTOR	0
#define X86_DB_VECTOR	1
#define X86_DF_VECTOR	8
#define X86_GP_VECTOR	13
#define X86_PF_VECTOR	14

/* Elements of a REP instruction done per exit: interrupts wait no longer. */
#define X86_STRING_CHUNK	1024

/* What a handler returns besides 0 and -errno */
enum x86_result {
	X86_FAULT = 1,	/* an exception is queued: RIP stays */
	X86_AGAIN = 2,	/* a piece of a REP is done: RIP stays */
};

#define X86_INSN_MAX	15

/**
 * struct x86_insn - a decoded instruction, an entry of the cache
 * @bytes: the bytes it was decoded from, those behind it included
 * @count: how many; 0 when the entry is free
 * @mode: 16, 32 or 64
 * @i: the instruction
 * @op: its operands, hidden ones too
 */
struct x86_insn {
	u8 bytes[X86_INSN_MAX];
	u8 count;
	u8 mode;
	ZydisDecodedInstruction i;
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
};

/**
 * struct x86_ctx - one instruction under way
 * @e: the emulator
 * @r: working copy of the registers, committed at the end
 * @in: the instruction
 * @tlb: last translation for [0] reading, [1] writing; by page, valid bit 0
 */
struct x86_ctx {
	struct mote_x86_emul *e;
	struct mote_arch_run_regs r;
	const struct x86_insn *in;
	struct {
		u64 gva;
		u64 gpa;
		bool valid;
	} tlb[2];
};

/**
 * struct x86_mem - a memory operand, translated
 * @n: parts; 2 when it crosses a page
 * @part: where each part is
 */
struct x86_mem {
	u32 n;
	struct {
		u64 gpa;
		u32 bytes;
	} part[2];
};

/**
 * struct x86_dst - an operand that is written, or read and written
 * @reg: the register, or ZYDIS_REGISTER_NONE
 * @bits: its width
 * @mem: the memory, when @reg is none
 */
struct x86_dst {
	ZydisRegister reg;
	unsigned int bits;
	struct x86_mem mem;
};

typedef int (*x86_handler)(struct x86_ctx *c, u32 arg);

#define X86_RMW	(MOTE_ACCESS_READ | MOTE_ACCESS_WRITE)

static inline u64 *x86_flags(struct x86_ctx *c)
{
	return &c->r.gpr[MOTE_X86_RFLAGS_INDEX];
}

/* mmio_decode.c */
int x86_fail(struct mote_x86_emul *e, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int x86_decode(struct mote_x86_emul *e, const struct mote_arch_run_regs *r,
	       const u8 *bytes, u32 count, const struct x86_insn **out);
int x86_fetch(struct mote_x86_emul *e, const struct mote_arch_run_regs *r,
	      u8 bytes[X86_INSN_MAX], u32 *count);
void x86_advance(struct x86_ctx *c);
int x86_exception(struct x86_ctx *c, u32 vector, s64 error_code, u64 cr2);

/* mmio_operand.c */
u64 x86_mask(unsigned int bits);
int x86_seg_base(struct x86_ctx *c, ZydisRegister seg, u64 *base);
int x86_linear(struct x86_ctx *c, ZydisRegister seg, u64 offset,
	       unsigned int addr_bits, u64 *gva);
int x86_ea(struct x86_ctx *c, unsigned int op, s64 extra, u64 *gva);
int x86_mem_map(struct x86_ctx *c, u64 gva, u32 bytes, u32 access,
		struct x86_mem *m);
int x86_mem_read(struct x86_ctx *c, const struct x86_mem *m, void *data);
int x86_mem_write(struct x86_ctx *c, const struct x86_mem *m,
		  const void *data);
u64 x86_gpr(const struct x86_ctx *c, unsigned int n, unsigned int bits);
void x86_set_gpr(struct x86_ctx *c, unsigned int n, unsigned int bits,
		 u64 value);
int x86_load(struct x86_ctx *c, unsigned int op, u64 *value);
int x86_dst_open(struct x86_ctx *c, unsigned int op, u32 access,
		 struct x86_dst *d);
int x86_source_and_dst(struct x86_ctx *c, u64 *value, struct x86_dst *d);
int x86_load_two(struct x86_ctx *c, u32 access, struct x86_dst *d, u64 *a,
		 u64 *b);
int x86_dst_read(struct x86_ctx *c, const struct x86_dst *d, u64 *value);
int x86_dst_write(struct x86_ctx *c, const struct x86_dst *d, u64 value);

/* mmio_alu.c: pure functions of values and flags */
enum x86_alu {
	X86_ADD, X86_OR, X86_ADC, X86_SBB, X86_AND, X86_SUB, X86_XOR,
	X86_CMP, X86_TEST,
};

enum x86_shift {
	X86_ROL, X86_ROR, X86_RCL, X86_RCR, X86_SHL, X86_SHR, X86_SAR,
};

enum x86_bitop { X86_BT, X86_BTS, X86_BTR, X86_BTC };
enum x86_unary { X86_INC, X86_DEC, X86_NEG, X86_NOT };

u64 x86_alu(enum x86_alu op, unsigned int bits, u64 a, u64 b, u64 *flags);
u64 x86_unary(enum x86_unary op, unsigned int bits, u64 a, u64 *flags);
u64 x86_shift(enum x86_shift op, unsigned int bits, u64 a, unsigned int count,
	      u64 *flags);
u64 x86_shift_double(bool left, unsigned int bits, u64 a, u64 b,
		     unsigned int count, u64 *flags);
bool x86_condition(unsigned int cc, u64 flags);
void x86_set_szp(unsigned int bits, u64 value, u64 *flags);

/* mmio_exec.c: the table of instructions */
x86_handler x86_lookup(ZydisMnemonic m, u32 *arg);

/* mmio_arith.c */
int x86_do_mul(struct x86_ctx *c, u32 is_signed);
int x86_do_imul(struct x86_ctx *c, u32 arg);
int x86_do_div(struct x86_ctx *c, u32 is_signed);
int x86_do_scan(struct x86_ctx *c, u32 which);
int x86_do_shift(struct x86_ctx *c, u32 op);
int x86_do_shift_double(struct x86_ctx *c, u32 left);
int x86_do_bit(struct x86_ctx *c, u32 op);

enum x86_scan { X86_BSF, X86_BSR, X86_TZCNT, X86_LZCNT, X86_POPCNT };

/* mmio_string.c */
enum x86_string { X86_MOVS, X86_STOS, X86_LODS, X86_CMPS, X86_SCAS };
int x86_do_string(struct x86_ctx *c, u32 which);
u64 x86_string_step(struct x86_ctx *c, unsigned int reg,
		    unsigned int addr_bits, u32 bytes);

/* mmio_sse.c */
enum x86_vec { X86_VEC_LOW, X86_VEC_HIGH };
int x86_do_vec(struct x86_ctx *c, u32 which);

#endif
