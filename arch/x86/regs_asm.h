/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: what the world switches share: the general registers but RAX and
 * RSP, which each of them treats in its own way, and the host's side.
 */
#ifndef MOTE_X86_REGS_ASM_H
#define MOTE_X86_REGS_ASM_H

#ifdef __ASSEMBLY__
#include <asm/alternative.h>
#include <asm/cpufeatures.h>
#include <asm/msr-index.h>

#include "mitigate_rules.h"

/* Offsets in mote_vcpu_arch::reg, numbered as instructions encode them */
#define RAX	(0 * 8)
#define RCX	(1 * 8)
#define RDX	(2 * 8)
#define RBX	(3 * 8)
#define RBP	(5 * 8)
#define RSI	(6 * 8)
#define RDI	(7 * 8)
#define R8	(8 * 8)
#define R9	(9 * 8)
#define R10	(10 * 8)
#define R11	(11 * 8)
#define R12	(12 * 8)
#define R13	(13 * 8)
#define R14	(14 * 8)
#define R15	(15 * 8)

/* On the stack while the guest runs, below what push_host_regs has put there */
#define STK_FLAGS	0
#define STK_HOST_SPEC	8

/* What the ABI has a function preserve; the frame is the unwinder's */
.macro push_host_regs
	push	%rbp
	mov	%rsp, %rbp
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%rbx
.endm

.macro pop_host_regs
	pop	%rbx
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	pop	%rbp
.endm

/* From the array at %rdi, which goes last */
.macro load_guest_regs
	mov	RCX(%rdi), %rcx
	mov	RDX(%rdi), %rdx
	mov	RBX(%rdi), %rbx
	mov	RBP(%rdi), %rbp
	mov	RSI(%rdi), %rsi
	mov	R8(%rdi), %r8
	mov	R9(%rdi), %r9
	mov	R10(%rdi), %r10
	mov	R11(%rdi), %r11
	mov	R12(%rdi), %r12
	mov	R13(%rdi), %r13
	mov	R14(%rdi), %r14
	mov	R15(%rdi), %r15
	mov	RDI(%rdi), %rdi
.endm

/* To the array at %rax */
.macro save_guest_regs
	mov	%rcx, RCX(%rax)
	mov	%rdx, RDX(%rax)
	mov	%rbx, RBX(%rax)
	mov	%rbp, RBP(%rax)
	mov	%rsi, RSI(%rax)
	mov	%rdi, RDI(%rax)
	mov	%r8, R8(%rax)
	mov	%r9, R9(%rax)
	mov	%r10, R10(%rax)
	mov	%r11, R11(%rax)
	mov	%r12, R12(%rax)
	mov	%r13, R13(%rax)
	mov	%r14, R14(%rax)
	mov	%r15, R15(%rax)
.endm

/*
 * The guest's values must not reach a gadget of the host in a mispredicted
 * path: clear what is not written again at once.
 */
.macro clear_guest_regs
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%esi, %esi
	xor	%edi, %edi
	xor	%ebp, %ebp
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	xor	%r12d, %r12d
	xor	%r13d, %r13d
	xor	%r14d, %r14d
	xor	%r15d, %r15d
.endm

/* What WRMSR of SPEC_CTRL takes besides %eax */
.macro to_spec_ctrl
	mov	$MSR_IA32_SPEC_CTRL, %ecx
	xor	%edx, %edx
.endm

/* Spectre v2, SSB: the host's IBRS, STIBP, SSBD, before any indirect branch */
.macro load_host_spec_ctrl
	mov	STK_HOST_SPEC(%rsp), %rax
	to_spec_ctrl
	wrmsr
.endm

/* A guest can train the jump past that WRMSR: wait until it is decided */
.macro fence_spec_ctrl
	ALTERNATIVE "", "lfence", X86_FEATURE_MSR_SPEC_CTRL
.endm

#endif /* __ASSEMBLY__ */

#endif /* MOTE_X86_REGS_ASM_H */
