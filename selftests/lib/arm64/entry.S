/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions and interrupts of the guest: 16 vectors which lead to
 * guest_exception() with a struct guest_frame on the stack; and the way to EL0.
 */

#define FRAME_SP_EL0	248
#define FRAME_ELR	256	/* and SPSR */
#define FRAME_ESR	272	/* and FAR */
#define FRAME_VECTOR	288
#define FRAME_BYTES	304

	.text
	.balign 2048
	.globl guest_vectors
guest_vectors:
	vector = 0
	.rept 16
	.balign 128
	sub sp, sp, #FRAME_BYTES
	stp x0, x1, [sp]
	mov x0, #vector
	b common
	vector = vector + 1
	.endr

	.balign 128
common:
	stp x2, x3, [sp, #16]
	stp x4, x5, [sp, #32]
	stp x6, x7, [sp, #48]
	stp x8, x9, [sp, #64]
	stp x10, x11, [sp, #80]
	stp x12, x13, [sp, #96]
	stp x14, x15, [sp, #112]
	stp x16, x17, [sp, #128]
	stp x18, x19, [sp, #144]
	stp x20, x21, [sp, #160]
	stp x22, x23, [sp, #176]
	stp x24, x25, [sp, #192]
	stp x26, x27, [sp, #208]
	stp x28, x29, [sp, #224]
	str x30, [sp, #240]
	str x0, [sp, #FRAME_VECTOR]
	mrs x1, sp_el0
	str x1, [sp, #FRAME_SP_EL0]
	mrs x1, elr_el1
	mrs x2, spsr_el1
	stp x1, x2, [sp, #FRAME_ELR]
	mrs x1, esr_el1
	mrs x2, far_el1
	stp x1, x2, [sp, #FRAME_ESR]
	mov x0, sp
	bl guest_exception
	ldr x1, [sp, #FRAME_SP_EL0]
	msr sp_el0, x1
	ldp x1, x2, [sp, #FRAME_ELR]
	msr elr_el1, x1
	msr spsr_el1, x2
	ldp x2, x3, [sp, #16]
	ldp x4, x5, [sp, #32]
	ldp x6, x7, [sp, #48]
	ldp x8, x9, [sp, #64]
	ldp x10, x11, [sp, #80]
	ldp x12, x13, [sp, #96]
	ldp x14, x15, [sp, #112]
	ldp x16, x17, [sp, #128]
	ldp x18, x19, [sp, #144]
	ldp x20, x21, [sp, #160]
	ldp x22, x23, [sp, #176]
	ldp x24, x25, [sp, #192]
	ldp x26, x27, [sp, #208]
	ldp x28, x29, [sp, #224]
	ldr x30, [sp, #240]
	ldp x0, x1, [sp]
	add sp, sp, #FRAME_BYTES
	eret

/* u64 guest_user(u64 pc, u64 arg, u64 sp, u64 daif) */
	.globl guest_user
guest_user:
	stp x29, x30, [sp, #-96]!
	stp x19, x20, [sp, #16]
	stp x21, x22, [sp, #32]
	stp x23, x24, [sp, #48]
	stp x25, x26, [sp, #64]
	stp x27, x28, [sp, #80]
	msr elr_el1, x0
	msr sp_el0, x2
	msr spsr_el1, x3
	mov x0, x1
	eret
/* guest_exception() returns to here, on the stack of guest_user() */
	.globl guest_user_back
guest_user_back:
	ldp x19, x20, [sp, #16]
	ldp x21, x22, [sp, #32]
	ldp x23, x24, [sp, #48]
	ldp x25, x26, [sp, #64]
	ldp x27, x28, [sp, #80]
	ldp x29, x30, [sp], #96
	ret

	.section .note.GNU-stack, "", @progbits
