/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bare-metal guest for --flat, as written for QEMU's virt machine: looks at
 * what it is given, drives the PL011 with loads and stores of all kinds,
 * takes its interrupt from the GICv3, repeats a line of input and turns the
 * machine off.  A failed check prints its number and asks for a reset.
 */
#define FDT_MAGIC	0xedfe0dd0	/* little-endian */
#define GICD		0x08000000
#define GICR		0x080a0000
#define UART		0x09000000
#define RTC		0x09010000
#define UART_INTID	33

#define DR		0x00
#define FR		0x18
#define ILPR		0x20
#define IBRD		0x24
#define FBRD		0x28
#define LCR_H		0x2c
#define CR		0x30
#define IMSC		0x38

#define PSCI_VERSION	0x84000000
#define PSCI_OFF	0x84000008
#define PSCI_RESET	0x84000009
#define PSCI_CPU_ON	0xc4000003

	/* W9 = \want, or check number \nr has failed; ends in failed */
	.macro check nr, want
	mov	w27, #\nr
	ldr	w28, =\want
	cmp	w9, w28
	b.ne	failed
	.endm

	.macro print text
	adr	x1, \text
	bl	puts
	.endm

	.text
	.globl	_start
_start:
	mov	x20, #UART
	ldr	w9, [x0]
	check	1, FDT_MAGIC
	mrs	x9, CurrentEL
	check	2, 4
	mrs	x9, daif
	check	3, 0x3c0
	adr	x9, _start
	check	4, 0x40080000
	print	hello

	/* PSCI */
	ldr	x0, =PSCI_VERSION
	hvc	#0
	mov	w9, w0
	check	5, 0x10001
	ldr	x0, =PSCI_CPU_ON
	mov	x1, #0
	hvc	#0
	mov	w9, w0
	check	6, 0xfffffffc			/* already on */
	mov	w0, #0x1234
	hvc	#0
	mov	w9, w0
	check	7, 0xffffffff

	/* what no syndrome describes: pairs, write-back, vectors */
	add	x3, x20, #IBRD
	mov	w4, #0x123
	mov	w5, #0x2a
	stp	w4, w5, [x3]
	ldp	w9, w10, [x3], #8
	check	8, 0x123
	mov	w9, w10
	check	9, 0x2a
	mov	w9, w3
	check	10, UART + LCR_H
	mov	x4, #(3 << 20)			/* CPACR_EL1.FPEN */
	msr	cpacr_el1, x4
	isb
	add	x3, x20, #ILPR
	ldr	x5, =0x0000004500000067
	fmov	d7, x5
	str	d7, [x3], #4
	mov	w9, w3
	check	11, UART + IBRD
	ldr	d8, [x3, #-4]!
	fmov	x9, d8
	check	12, 0x67
	lsr	x9, x9, #32
	check	13, 0x45
	ldrb	w9, [x20, #IBRD]!
	check	14, 0x45
	sub	x20, x20, #IBRD

	/* a device has no exclusive accesses: a data abort at EL1 */
	adr	x4, vectors
	msr	vbar_el1, x4
	isb
	mov	w9, #0
	add	x3, x20, #IBRD
	ldxr	w4, [x3]
	check	15, 0x35
	print	accesses

	/* the clock runs: any time since 2020 */
	ldr	x3, =RTC
	ldr	w4, [x3]
	ldr	w5, =0x5e0be100
	cmp	w4, w5
	cset	w9, hi
	check	16, 1

	bl	gic_init
	mov	w4, #0x301			/* on, both ways */
	str	w4, [x20, #CR]
	mov	w4, #0x10			/* an interrupt for each byte */
	str	w4, [x20, #IMSC]
	print	ready
1:	bl	wait_interrupt
	mov	w9, w0
	check	17, UART_INTID
	ldr	w21, [x20, #DR]
	msr	S3_0_C12_C12_1, x0		/* ICC_EOIR1_EL1 */
	str	w21, [x20, #DR]
	cmp	w21, #'\n'
	b.ne	1b
	print	bye
	ldr	x0, =PSCI_OFF
	hvc	#0
	b	.

failed:
	print	failure
	mov	w4, #10
	udiv	w5, w27, w4
	msub	w6, w5, w4, w27
	add	w5, w5, #'0'
	str	w5, [x20, #DR]
	add	w6, w6, #'0'
	str	w6, [x20, #DR]
	ldr	x0, =PSCI_RESET
	hvc	#0
	b	.

/* X1: text, in memory like all data with the MMU off: bytes only */
puts:	ldrb	w2, [x1], #1
	cbz	w2, 2f
	strb	w2, [x20, #DR]
	b	puts
2:	ret

/* Group 1, affinity routing, INTID 33 to CPU 0; system registers */
gic_init:
	ldr	x3, =GICD
	mov	w4, #0x12			/* ARE, EnableGrp1 */
	str	w4, [x3]
	mov	w4, #2
	str	w4, [x3, #0x84]			/* IGROUPR1 */
	str	w4, [x3, #0x104]		/* ISENABLER1 */
	mov	x5, #0x6108			/* IROUTER33 */
	str	xzr, [x3, x5]
	ldr	x3, =GICR
	str	wzr, [x3, #0x14]		/* WAKER */
	mov	x4, #7
	msr	S3_0_C12_C12_5, x4		/* ICC_SRE_EL1 */
	isb
	mov	x4, #0xf0
	msr	S3_0_C4_C6_0, x4		/* ICC_PMR_EL1 */
	mov	x4, #1
	msr	S3_0_C12_C12_7, x4		/* ICC_IGRPEN1_EL1 */
	isb
	ret

/* WFI ends although IRQs are masked; X0: what came */
wait_interrupt:
	wfi
	mrs	x0, S3_0_C12_C12_0		/* ICC_IAR1_EL1 */
	dsb	sy
	cmp	w0, #1023
	b.eq	wait_interrupt
	ret

/* W9: fault status of a data abort, or 0xff; goes on behind the instruction */
	.balign	0x800
vectors:
	.rept	4
	b	unexpected
	.balign	0x80
	.endr
	mrs	x9, esr_el1
	lsr	x10, x9, #26
	and	x9, x9, #0x3f
	cmp	x10, #0x25
	mov	w11, #0xff
	csel	w9, w9, w11, eq
	mrs	x10, elr_el1
	add	x10, x10, #4
	msr	elr_el1, x10
	eret
	.balign	0x80
	.rept	11
	b	unexpected
	.balign	0x80
	.endr
unexpected:
	mov	w27, #99
	b	failed

hello:	.asciz	"hello from bare metal\n"
accesses: .asciz "accesses are right\n"
ready:	.asciz	"ready for a line\n"
bye:	.asciz	"bye\n"
failure: .asciz	"failed: check "
	.balign	8
	.ltorg
