/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: a decoder of MOVs between memory and registers, for the registers
 * of devices.  Needs nothing of the kernel, so that a unit test can compare it
 * with a full disassembler.
 */
#ifndef MOTE_X86_INSN_H
#define MOTE_X86_INSN_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
#endif

#define X86_MOV_NO_REG	0xff
#define X86_MOV_RIP	16	/* the next instruction's address */

/**
 * struct x86_mov - a MOV between memory and a register or immediate
 * @len: length of the instruction in bytes, 2..15
 * @bytes: width of the memory operand: 1, 2, 4 or 8
 * @reg_bytes: width of the register operand, as @bytes but for MOVZX and MOVSX
 * @reg: the register, 0 (AL, AX, EAX, RAX) to 15
 * @high: bits 15:8 of @reg: AH, CH, DH or BH
 * @sign: MOVSX, MOVSXD: the sign fills @reg_bytes
 * @write: to memory
 * @is_imm: @imm is written, and not a register
 * @imm: with @is_imm, sign-extended
 * @addr_bytes: address size: 2, 4 or 8; with 2 the operand's address, which is
 *	all that follows, is not decoded
 * @seg: segment register, 0 (ES) to 5 (GS)
 * @base: register, X86_MOV_RIP or X86_MOV_NO_REG
 * @index: register or X86_MOV_NO_REG
 * @scale: log2 of what @index is multiplied with
 * @disp: displacement
 */
struct x86_mov {
	u8 len;
	u8 bytes;
	u8 reg_bytes;
	u8 reg;
	bool high;
	bool sign;
	bool write;
	bool is_imm;
	s64 imm;
	u8 addr_bytes;
	u8 seg;
	u8 base;
	u8 index;
	u8 scale;
	s64 disp;
};

/**
 * x86_decode_mov - decode an instruction that touched a device's register
 * @insn: its bytes, from the first prefix
 * @n: how many are there; more than 15 are not looked at
 * @mode: width of the code segment: 16, 32 or 64
 * @mov: result; garbage on failure
 *
 * Takes MOV between general registers or immediates and memory, MOVZX, MOVSX
 * and MOVSXD from memory (SDM vol. 2).  Any context.
 *
 * Return: 0; -EINVAL when it is another instruction, or not all there.
 */
int x86_decode_mov(const u8 *insn, unsigned int n, unsigned int mode, struct x86_mov *mov);

/* x86_system::opcode; two bytes are 0x0fXX, and 0F 01 has its ModRM too */
#define X86_OP_INSB		0x6c
#define X86_OP_INS		0x6d
#define X86_OP_OUTSB		0x6e
#define X86_OP_OUTS		0x6f
#define X86_OP_INT1		0xf1
#define X86_OP_HLT		0xf4
#define X86_OP_CLTS		0x0f06
#define X86_OP_INVD		0x0f08
#define X86_OP_WBINVD		0x0f09
#define X86_OP_MOV_FROM_CR	0x0f20
#define X86_OP_MOV_FROM_DR	0x0f21
#define X86_OP_MOV_TO_CR	0x0f22
#define X86_OP_MOV_TO_DR	0x0f23
#define X86_OP_WRMSR		0x0f30
#define X86_OP_RDMSR		0x0f32
#define X86_OP_CPUID		0x0fa2
#define X86_OP_0F01(modrm)	(0x0f0100 | (modrm))
#define X86_OP_IS_SMSW_REG(op)	(((op) & ~7u) == X86_OP_0F01(0xe0))
#define X86_OP_XSETBV		X86_OP_0F01(0xd1)
#define X86_OP_VMMCALL		X86_OP_0F01(0xd9)

/**
 * struct x86_system - an instruction that exits
 * @len: its length in bytes, 1..15
 * @seg: segment register of a string instruction that has a choice, 0 (ES) to 5
 *	(GS)
 * @addr_bytes: address size, 2, 4 or 8
 * @bytes: operand size, 2, 4 or 8; only that of SMSW to a register means something
 * @reg: MOV CRn and DRn: n, 0..15
 * @rm: and the general register, 0..15; that of SMSW and LMSW, too
 * @opcode: X86_OP_*
 */
struct x86_system {
	u8 len;
	u8 seg;
	u8 addr_bytes;
	u8 bytes;
	u8 reg;
	u8 rm;
	u32 opcode;
};

/**
 * x86_decode_system - decode an instruction that exited
 * @insn: its bytes, from the first prefix
 * @n: how many are there; more than 15 are not looked at
 * @mode: width of the code segment: 16, 32 or 64
 * @sys: result; garbage on failure
 *
 * Takes those of X86_OP_*, SMSW and LMSW.  Any context.
 *
 * Return: 0; -EINVAL when it is another instruction, or not all there.
 */
int x86_decode_system(const u8 *insn, unsigned int n, unsigned int mode, struct x86_system *sys);

#endif /* MOTE_X86_INSN_H */
