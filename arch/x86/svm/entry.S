/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/svm: the world switch.  It swaps registers and nothing else, but for
 * what has to happen before the first RET or indirect branch after the exit.
 */
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/alternative.h>
#include <asm/asm.h>
#include <asm/msr-index.h>
#include <asm/nospec-branch.h>
#include <asm/segment.h>
#include <asm/unwind_hints.h>

#include "../regs_asm.h"

/* Besides those of regs_asm.h */
#define STK_HOST_PA	16
#define STK_REGS	24

	.section .rodata, "a"
	.balign 2
verw_selector:
	.word	__KERNEL_DS

	.section .noinstr.text, "ax"

/*
 * int svm_enter(u64 *regs, u64 guest_pa, u64 host_pa, u32 flags,
 *		 u32 guest_spec_ctrl, u32 host_spec_ctrl)
 *
 * %rdi: the guest's registers but RAX and RSP, which are in the VMCB
 * %rsi: physical address of the VMCB
 * %rdx: of what the host's VMSAVE has written
 * %ecx: X86_ENTER_*
 * %r8d, %r9d: SPEC_CTRL of both sides, with X86_ENTER_GUEST_SPEC and HOST_SPEC
 *
 * Interrupts are off.  Returns 0 after an exit, 1 when SVM is off.  All
 * registers that the ABI lets a function change hold 0 or the host's values.
 */
SYM_FUNC_START(svm_enter)
	push_host_regs
	push	%rdi			/* STK_REGS */
	push	%rdx			/* STK_HOST_PA */
	push	%r9			/* STK_HOST_SPEC */
	push	%rcx			/* STK_FLAGS */

	/*
	 * No interrupt and no NMI comes between here and STGI: from
	 * VMLOAD to VMLOAD FS, GS and TR are the guest's.  This is the one
	 * instruction that can fault: who switches SVM off does so from an NMI.
	 */
.Lclgi:
	clgi
	/*
	 * With V_INTR_MASKING the host's IF, not the guest's, says whether the
	 * host's interrupts end the guest's run.  Those that come here wait for
	 * STGI all the same.  Not right before VMRUN: QEMU (seen in 7.2) takes the
	 * interrupt shadow of this STI into the guest, where it ends that of an STI.
	 */
	sti

	/*
	 * The guest's IBRS, STIBP and SSBD.  From here to the entry there is
	 * no indirect branch.
	 */
	testl	$X86_ENTER_GUEST_SPEC, %ecx
	jz	.Lload
	mov	%r8d, %eax
	to_spec_ctrl
	/* A bit that this CPU does not know, unlike another: the host's value then */
.Lspec_ctrl:
	wrmsr
	_ASM_EXTABLE(.Lspec_ctrl, .Lload)
.Lload:
	mov	%rsi, %rax
	vmload	%rax
	/* TSA: overwrite what the guest could sample of the host's data */
	testl	$X86_ENTER_VERW, STK_FLAGS(%rsp)
	jz	2f
	verw	verw_selector(%rip)
2:
	load_guest_regs

	vmrun	%rax
	cli

	/* RAX, RSP and RFLAGS are the host's again */
	vmsave	%rax
	mov	STK_REGS(%rsp), %rax
	save_guest_regs
	mov	STK_HOST_PA(%rsp), %rax
	vmload	%rax
	xor	%ebx, %ebx		/* result: 0 */
	clear_guest_regs

	/* Spectre RSB, PBRSB: the guest's return predictions go before the first RET */
	FILL_RETURN_BUFFER %_ASM_CX, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, \
			   X86_FEATURE_RSB_VMEXIT_LITE
	testl	$X86_ENTER_HOST_SPEC, STK_FLAGS(%rsp)
	jz	.Lfence
	load_host_spec_ctrl
.Lfence:
	fence_spec_ctrl
	/* Retbleed, SRSO: what the guest trained RET with */
	CALL_UNTRAIN_RET
	ALTERNATIVE_2 "", "call entry_ibpb", X86_FEATURE_ENTRY_IBPB, \
			  "call entry_ibpb", X86_FEATURE_IBPB_ON_VMEXIT
	/* What the host had to wait for: NMIs now, interrupts when they are on */
	stgi
.Lout:
	mov	%ebx, %eax
	add	$32, %rsp
	pop_host_regs
	RET

.Lgone:
	mov	$1, %ebx
	jmp	.Lout
	_ASM_EXTABLE(.Lclgi, .Lgone)
SYM_FUNC_END(svm_enter)
