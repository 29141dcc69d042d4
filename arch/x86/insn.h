/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: a decoder of plain 32-bit MOVs, for pages of registers that the
 * kernel itself serves.  Needs nothing of the kernel, so that a unit test can
 * compare it with a full disassembler.
 */
#ifndef MOTE_X86_INSN_H
#define MOTE_X86_INSN_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
#endif

/**
 * struct x86_mov - a MOV of 32 bits between memory and a register or immediate
 * @len: length of the instruction in bytes, 2..15
 * @write: to memory
 * @is_imm: @imm is written, and not a register
 * @reg: the register, 0 (EAX) to 15 (R15D)
 * @imm: with @is_imm
 */
struct x86_mov {
	u8 len;
	bool write;
	bool is_imm;
	u8 reg;
	u32 imm;
};

/**
 * x86_decode_mov - decode an instruction that touched a register page
 * @insn: its bytes, from the first prefix
 * @n: how many are there; more than 15 are not looked at
 * @mode: width of the code segment: 16, 32 or 64
 * @mov: result, written only on success
 *
 * Takes MOV r32,m32; MOV m32,r32; MOV m32,imm32; MOV EAX,moffs32 and MOV
 * moffs32,EAX (SDM vol. 2, "MOV").  The memory operand is not computed: the
 * exit says where it is.  Any context.
 *
 * Return: 0; -EINVAL when it is another instruction, or not all there.
 */
int x86_decode_mov(const u8 *insn, unsigned int n, unsigned int mode, struct x86_mov *mov);

#endif /* MOTE_X86_INSN_H */
