/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote-bench: the guest, EL1 without MMU, position independent.
 *
 * Each block counts the ticks of a loop and stores them at the address that
 * bench_layout.result names; a store to GUEST_DONE says that it is over.
 *
 *	x19	iterations
 *	x20	address
 *	x21	stride
 *	x22	number for X0
 *	x23	GUEST_RESULT
 *	x24	GUEST_DONE
 */
#include "guest.h"

	.macro block name
	.globl	bench_block_\name
bench_block_\name:
	isb
	mrs	x25, cntvct_el0
	.endm

	.macro end
	subs	x19, x19, #1
	b.ne	1b
	isb
	mrs	x26, cntvct_el0
	sub	x26, x26, x25
	str	x26, [x23]
	str	w26, [x24]
	b	.
	.endm

	.section .rodata
	.balign	16
	.globl	bench_guest_start, bench_guest_end
bench_guest_start:

	/* what is left of the others without their event */
	block	empty
1:	mov	x0, x22
	end

	block	id_reg
1:	mov	x0, x22
	mrs	x9, id_aa64pfr0_el1
	end

	block	hvc
1:	mov	x0, x22
	hvc	#0
	end

	block	mmio_write
1:	mov	x0, x22
	str	w0, [x20]
	end

	block	mmio_read
1:	mov	x0, x22
	ldr	w0, [x20]
	end

	/* its own baseline: the same once more */
	block	touch
1:	strb	w0, [x20]
	add	x20, x20, x21
	end

bench_guest_end:
	.section .note.GNU-stack, "", %progbits
