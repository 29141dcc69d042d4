/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: into the guest and out of it.  Once for kernels at EL2, in the
 * module's text, and once for the lowvisor, in the section that is copied.
 */
#include <linux/bits.h>
#include <linux/linkage.h>

#include "ctx.h"
#include "host.h"

/* Frame of *_guest_enter(), below it the guest's X0 and X1 for a moment */
#define FRAME_CTX	0	/* and flags */
#define FRAME_X18	16	/* and SP_EL0, which is the host's "current" */
#define FRAME_VBAR	32
#define FRAME_X19	48
#define FRAME_BYTES	144

	.macro	pair op, base, offset, a, b
	\op	x\a, x\b, [\base, #\offset + 8 * \a]
	.endm

	.macro	x2_to_x29 op, base
	.irp	ab, "2,3", "4,5", "6,7", "8,9", "10,11", "12,13", "14,15"
	pair	\op, \base, 0, \ab
	.endr
	.irp	ab, "16,17", "18,19", "20,21", "22,23", "24,25", "26,27", "28,29"
	pair	\op, \base, 0, \ab
	.endr
	.endm

	.macro	host_registers op
	.irp	ab, "19,20", "21,22", "23,24", "25,26", "27,28", "29,30"
	pair	\op, sp, FRAME_X19 - 8 * 19, \ab
	.endr
	.endm

/*
 * What the guest has taught the branch predictors is undone before the first
 * indirect branch or RET: by firmware (Arm's "SMC Calling Convention",
 * SMCCC_ARCH_WORKAROUND_1 and _3), by CLRBHB or by a loop that fills the
 * branch history (Arm's "Spectre-BHB" paper).  x2: flags; x0 and x1 stay.
 */
	.macro	harden
	tbz	x2, #HYP_BIT_LOOP, .Lclrbhb\@
	ubfx	x3, x2, #HYP_LOOP_SHIFT, #8
.Lloop\@:
	b	. + 4
	subs	x3, x3, #1
	b.ne	.Lloop\@
	dsb	nsh
	isb
.Lclrbhb\@:
	tbz	x2, #HYP_BIT_CLRBHB, .Lfirmware\@
	hint	#22
	isb
.Lfirmware\@:
	lsr	x3, x2, #HYP_SMC_SHIFT
	cbz	x3, .Lhardened\@
	mov	x19, x0			/* x0 to x3 are the call's */
	mov	x20, x1
	mov	x21, x2
	mov	w0, w3
	smc	#0
	mov	x0, x19
	mov	x1, x20
	mov	x2, x21
.Lhardened\@:
	.endm

/*
 * An SError that the guest's accesses caused must not be taken for the host's
 * later.  With FEAT_RAS, ESB brings it into DISR_EL1; else, where ISR_EL1 has
 * one, it is taken here: \name\()_error notes it.
 */
	.macro	collect_serror
	tbz	x2, #HYP_BIT_RAS, .Lno_ras\@
	hint	#16			/* ESB */
	mrs	x3, s3_0_c12_c1_1	/* DISR_EL1 */
	cbz	x3, .Lcollected\@
	msr	s3_0_c12_c1_1, xzr
	str	x3, [x0, #CTX_SERROR]
	b	.Lcollected\@
.Lno_ras\@:
	dsb	sy			/* what is under way ends... */
	isb				/* ...before ISR_EL1 is read */
	mrs	x3, isr_el1
	tbz	x3, #8, .Lcollected\@
	msr	daifclr, #4
	isb
	msr	daifset, #4
.Lcollected\@:
	.endm

/*
 * PSTATE bits that an exception leaves as they were: the guest's become the
 * kernel's.  SCTLR_EL2.SPAN does not help while HCR_EL2.TGE is clear (Arm ARM,
 * "PAN"), and it was.
 */
	.macro	host_pstate
	tbz	x2, #HYP_BIT_PAN, .Lno_pan\@
	.inst	0xd500419f		/* msr pan, #1 */
.Lno_pan\@:
	tbz	x2, #HYP_BIT_DIT, .Lno_dit\@
	.inst	0xd503415f		/* msr dit, #1 */
.Lno_dit\@:
	.endm

/*
 * u64 \name\()_guest_enter(struct arm64_ctx *ctx, u64 flags)
 *
 * \vhe: VBAR_EL2 is the host's, and only here ours.
 */
	.macro	guest_enter name, vhe
SYM_FUNC_START(\name\()_guest_enter)
	sub	sp, sp, #FRAME_BYTES
	stp	x0, x1, [sp, #FRAME_CTX]
	mrs	x2, sp_el0
	stp	x18, x2, [sp, #FRAME_X18]
	host_registers stp
	.if	\vhe
	mrs	x2, vbar_el2
	str	x2, [sp, #FRAME_VBAR]
	adr	x2, \name\()_vectors
	msr	vbar_el2, x2
	.endif
	ldr	x2, [x0, #CTX_SP_EL0]
	ldp	x3, x4, [x0, #CTX_PC]
	msr	sp_el0, x2
	msr	elr_el2, x3
	msr	spsr_el2, x4
	x2_to_x29 ldp, x0
	ldr	x30, [x0, #CTX_X(30)]
	ldp	x0, x1, [x0]
	eret
	dsb	nsh			/* nothing is speculated behind it */
	isb
SYM_FUNC_END(\name\()_guest_enter)

/* x1: ARM64_EXIT_*; the guest's x0 and x1 are on the stack */
SYM_CODE_START_LOCAL(\name\()_exit)
	ldr	x0, [sp, #16 + FRAME_CTX]
	x2_to_x29 stp, x0
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0]
	mrs	x4, elr_el2
	mrs	x5, spsr_el2
	mrs	x6, esr_el2
	mrs	x7, far_el2
	mrs	x8, sp_el0
	stp	x30, x4, [x0, #CTX_X(30)]
	str	x5, [x0, #CTX_PSTATE]
	stp	x6, x7, [x0, #CTX_ESR]
	str	x8, [x0, #CTX_SP_EL0]
	ldr	x2, [sp, #FRAME_CTX + 8]
	harden
	collect_serror
	.if	\vhe
	host_pstate
	ldr	x2, [sp, #FRAME_VBAR]
	msr	vbar_el2, x2
	.endif
	ldp	x18, x2, [sp, #FRAME_X18]
	msr	sp_el0, x2
	host_registers ldp
	add	sp, sp, #FRAME_BYTES
	mov	x0, x1
	ret
SYM_CODE_END(\name\()_exit)

/* An SError that collect_serror let in: noted as in DISR_EL1, bit 31: valid */
SYM_CODE_START_LOCAL(\name\()_error)
	stp	x0, x1, [sp, #-16]!
	ldr	x0, [sp, #16 + FRAME_CTX]
	mrs	x1, esr_el2
	and	x1, x1, #0x1ffffff
	orr	x1, x1, #0x80000000
	str	x1, [x0, #CTX_SERROR]
	ldp	x0, x1, [sp], #16
	eret
	dsb	nsh
	isb
SYM_CODE_END(\name\()_error)
	.endm

	.macro	vector_exit name, code
	.align	7
	stp	x0, x1, [sp, #-16]!
	mov	x1, #\code
	b	\name\()_exit
	.endm

/*
 * From EL2 itself comes only what an ERET with a PSTATE that makes no sense
 * leaves behind: it stays at EL2 and sets PSTATE.IL (Arm ARM, "Illegal
 * exception returns").  Everything else is masked or impossible.
 */
	.macro	vectors name, vhe
	.align	11
SYM_CODE_START_LOCAL(\name\()_vectors)
	.rept	4
	.align	7
	b	.
	.endr
	vector_exit \name, ARM64_EXIT_ILLEGAL
	.align	7
	b	.
	.align	7
	b	.
	.align	7
	b	\name\()_error
	.rept	2			/* from AArch64, from AArch32 */
	.align	7
	stp	x0, x1, [sp, #-16]!
	.if	!\vhe
	mrs	x1, hcr_el2
	tbz	x1, #0, lv_host		/* HCR_EL2.VM clear: not the guest, the host */
	.endif
	mov	x1, #ARM64_EXIT_SYNC
	b	\name\()_exit
	vector_exit \name, ARM64_EXIT_IRQ
	vector_exit \name, ARM64_EXIT_IRQ
	vector_exit \name, ARM64_EXIT_SERROR
	.endr
	.align	7
SYM_CODE_END(\name\()_vectors)
	.endm

	.text
	vectors	vhe, 1
	guest_enter vhe, 1

	.section .hyp.text, "ax"
	.align	12			/* the copy keeps its alignment */
	.global	lv_begin
lv_begin:
	vectors	lv, 0
	guest_enter lv, 0

/*
 * HVC of the host: x0 is the call.  x0 and x1 are on the stack, x5 to x17 free.
 * The calls of the kernel's stub do what they do there (Documentation/virt/kvm/
 * arm/hyp-abi.rst), after EL2 is as the stub had it: so KVM, kexec and
 * hibernation can take it at any time.
 */
SYM_CODE_START_LOCAL(lv_host)
	ldp	x0, x1, [sp], #16
	mov	x5, #(LV_CALL_MIDDLE << 16)
	movk	x5, #LV_CALL_HIGH, lsl #32
	eor	x5, x5, x0
	cbz	x5, lv_call_run
	cmp	x5, #LV_CALL_PING
	b.eq	lv_return_ok
	cmp	x0, #2			/* HVC_SET_VECTORS, _SOFT_RESTART, _RESET_VECTORS */
	b.ls	lv_call_stub
	mov	x0, #(LV_STUB_ERROR & 0xffff)
	movk	x0, #(LV_STUB_ERROR >> 16), lsl #16
	b	lv_return

lv_call_run:
	mov	x0, x1
	sub	x1, sp, #HYP_CPU_BYTES
	stp	x29, x30, [sp, #-16]!
	bl	lv_run
	ldp	x29, x30, [sp], #16
	.global	lv_return_ok
lv_return_ok:
	mov	x0, #(LV_OK & 0xffff)
	movk	x0, #(LV_OK >> 16), lsl #16
lv_return:
	eret
	dsb	nsh
	isb

lv_call_stub:
	sub	x5, sp, #HYP_CPU_BYTES
	ldp	x6, x7, [x5, #HYP_CPU_STUB]
	msr	sctlr_el2, x7		/* MMU off: we are where we are, VA is PA */
	isb
	tlbi	alle2
	tlbi	alle1			/* our VMIDs may be somebody else's next */
	dsb	nsh
	msr	vbar_el2, x6
	isb
	cmp	x0, #1
	b.eq	lv_restart
	cbnz	x0, 1f
	msr	vbar_el2, x1		/* HVC_SET_VECTORS */
1:	mov	x0, xzr
	b	lv_return
lv_restart:
	mov	x5, x1			/* entry, and x0 to x2 for it */
	mov	x0, x2
	mov	x1, x3
	mov	x2, x4
	br	x5
SYM_CODE_END(lv_host)
