/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote-bench: the guest, 64-bit mode, position independent.
 *
 * Each block counts the ticks of a loop and stores them at the address that
 * bench_layout.result names; an OUT to PORT_DONE says that it is over.
 *
 *	rdi	iterations
 *	rsi	address
 *	rbx	stride
 *	r10	number for EAX
 */
#include "guest.h"

	.macro now
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	.endm

	.macro block name
	.globl	bench_block_\name
bench_block_\name:
	now
	mov	%rax, %r8
	mov	$PORT_EVENT, %edx
	.endm

	.macro end
	dec	%rdi
	jnz	1b
	now
	sub	%r8, %rax
	mov	%rax, GUEST_RESULT
	mov	$PORT_DONE, %edx
	out	%al, %dx
	hlt
	.endm

	.section .rodata
	.balign	16
	.globl	bench_guest_start, bench_guest_end
bench_guest_start:

	/* what is left of the others without their event */
	block	empty
1:	mov	%r10d, %eax
	end

	block	cpuid
1:	mov	%r10d, %eax
	cpuid
	end

	block	vmcall
1:	mov	%r10d, %eax
	vmcall
	end

	block	vmmcall
1:	mov	%r10d, %eax
	vmmcall
	end

	block	pio_out
1:	mov	%r10d, %eax
	out	%al, %dx
	end

	block	pio_in
1:	mov	%r10d, %eax
	in	%dx, %al
	end

	block	mmio_write
1:	mov	%r10d, %eax
	mov	%eax, (%rsi)
	end

	block	mmio_read
1:	mov	%r10d, %eax
	mov	(%rsi), %eax
	end

	block	hlt
1:	mov	%r10d, %eax
	hlt
	end

	/* its own baseline: the same once more */
	block	touch
1:	movb	$1, (%rsi)
	add	%rbx, %rsi
	end

bench_guest_end:
	.section .note.GNU-stack, "", @progbits
