/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions and interrupts of the guest: 256 stubs of 16 bytes which lead to
 * guest_exception() with a struct guest_frame on the stack.
 */

/* Vectors with an error code; SDM vol. 3, "Exceptions and Interrupts" */
#define HAS_ERROR ((1 << 8) | (1 << 10) | (1 << 11) | (1 << 12) | (1 << 13) | \
		   (1 << 14) | (1 << 17) | (1 << 21))

	.text
	.balign 16
	.globl guest_vectors
guest_vectors:
	vector = 0
	.rept 256
	.balign 16
	.if vector >= 32
	push $0
	.elseif !((HAS_ERROR >> vector) & 1)
	push $0
	.endif
	push $vector
	jmp common
	vector = vector + 1
	.endr

common:
	push %rax
	push %rcx
	push %rdx
	push %rbx
	push %rbp
	push %rsi
	push %rdi
	push %r8
	push %r9
	push %r10
	push %r11
	push %r12
	push %r13
	push %r14
	push %r15
	mov %rsp, %rdi
	mov %rsp, %rbp
	and $-16, %rsp
	cld
	call guest_exception
	mov %rbp, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rdi
	pop %rsi
	pop %rbp
	pop %rbx
	pop %rdx
	pop %rcx
	pop %rax
	add $16, %rsp
	iretq

	.section .note.GNU-stack, "", @progbits
