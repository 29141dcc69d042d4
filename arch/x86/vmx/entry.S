/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/vmx: the world switch.  It swaps registers and nothing else, but for
 * what has to happen before the first RET or indirect branch after the exit.
 */
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/asm.h>
#include <asm/msr-index.h>
#include <asm/nospec-branch.h>
#include <asm/segment.h>
#include <asm/unwind_hints.h>

#include "../regs_asm.h"
#include "entry.h"

#define VMCS_HOST_RSP	0x6c14

/* Besides those of regs_asm.h */
#define STK_REGS	16

	.section .rodata, "a"
	.balign 2
verw_selector:
	.word	__KERNEL_DS

	.section .noinstr.text, "ax"

/*
 * int vmx_enter(u64 *regs, u32 flags, unsigned long *host_rsp,
 *		 u32 guest_spec_ctrl, u32 host_spec_ctrl)
 *
 * %rdi: the guest's registers but RSP; loaded, and saved after the exit
 * %esi: X86_ENTER_*, VMX_ENTER_*
 * %rdx: where the value of HOST_RSP is remembered
 * %ecx, %r8d: IA32_SPEC_CTRL of both sides, with X86_ENTER_GUEST_SPEC and HOST_SPEC
 *
 * Interrupts are off, the VMCS is current, its HOST_RIP is vmx_exit.
 * Returns 0 after an exit, 1 when VMLAUNCH or VMRESUME failed.  All registers
 * that the ABI lets a function change hold 0 or the host's values.
 */
SYM_FUNC_START(vmx_enter)
	push_host_regs
	push	%rdi			/* STK_REGS */
	push	%r8			/* STK_HOST_SPEC */
	push	%rsi			/* STK_FLAGS */

	/* The stack is as deep as last time, mostly: no VMWRITE then */
	cmp	%rsp, (%rdx)
	je	1f
	mov	%rsp, (%rdx)
	mov	$VMCS_HOST_RSP, %eax
	vmwrite	%rsp, %rax
1:
	/*
	 * The guest's IBRS, STIBP and SSBD.  From here to the entry there is
	 * no indirect branch.
	 */
	testl	$X86_ENTER_GUEST_SPEC, %esi
	jz	.Lbuffers
	mov	%ecx, %eax
	to_spec_ctrl
	/* A bit that this CPU does not know, unlike another: the host's value then */
.Lspec_ctrl:
	wrmsr
	_ASM_EXTABLE(.Lspec_ctrl, .Lbuffers)
.Lbuffers:
	/*
	 * MDS, TAA, MMIO stale data, RFDS: overwrite fill buffers, load ports
	 * and store buffers, so that the guest cannot sample the host's data.
	 */
	testl	$X86_ENTER_VERW, %esi
	jz	3f
	verw	verw_selector(%rip)
3:
	/* MOV leaves this condition alone until the jump */
	testl	$VMX_ENTER_RESUME, %esi

	mov	RAX(%rdi), %rax
	load_guest_regs
	jz	.Llaunch

	UNWIND_HINT_SAVE
.Lresume:
	vmresume
	jmp	.Lfailed
.Llaunch:
	vmlaunch
	jmp	.Lfailed
	_ASM_EXTABLE(.Lresume, .Lfailed)
	_ASM_EXTABLE(.Llaunch, .Lfailed)

SYM_INNER_LABEL(vmx_exit, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	/* The VM exit is no indirect branch, though its target is data */
	ANNOTATE_NOENDBR
	push	%rax
	mov	STK_REGS + 8(%rsp), %rax
	pop	RAX(%rax)
	save_guest_regs
	xor	%ebx, %ebx		/* result: 0 */
	jmp	.Lhost

.Lfailed:
	mov	$1, %ebx

.Lhost:
	clear_guest_regs

	/* Spectre RSB, PBRSB: the guest's return predictions go before the first RET */
	FILL_RETURN_BUFFER %_ASM_CX, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, \
			   X86_FEATURE_RSB_VMEXIT_LITE
	testl	$X86_ENTER_HOST_SPEC, STK_FLAGS(%rsp)
	jz	.Lfence
	load_host_spec_ctrl
.Lfence:
	fence_spec_ctrl
	/* BHI: the guest's branch history */
	CLEAR_BRANCH_HISTORY_VMEXIT

	mov	%ebx, %eax
	add	$24, %rsp
	pop_host_regs
	RET
SYM_FUNC_END(vmx_enter)

	.text

/*
 * void vmx_call_gate(unsigned long entry)
 *
 * Enter an interrupt handler of the host as its IDT gate would: the frame that
 * IRET takes back, and a call for the return address.  Interrupts are off.
 */
SYM_FUNC_START(vmx_call_gate)
	push	%rbp
	mov	%rsp, %rbp
	and	$-16, %rsp
	push	$__KERNEL_DS
	push	%rbp
	pushf
	push	$__KERNEL_CS
	CALL_NOSPEC rdi
	/* IRET has put RSP back already; this is for the unwinder's eyes */
	mov	%rbp, %rsp
	pop	%rbp
	RET
SYM_FUNC_END(vmx_call_gate)
