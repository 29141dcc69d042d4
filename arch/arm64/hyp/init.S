/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: how EL2 becomes ours on nVHE hosts.  Last in the lowvisor.
 */
#include <linux/linkage.h>

#include "host.h"

	.section .hyp.text, "ax"

/*
 * The stub branches here for HVC_SOFT_RESTART: x0 is struct hyp_cpu, physical,
 * the MMU is off, and VBAR_EL2, ELR_EL2 and SPSR_EL2 are as the HVC left them.
 * The page was cleaned to memory, so it is only read before the MMU is on.
 * Returns to the host with LV_OK.
 */
SYM_CODE_START(lv_init)
	mrs	x5, vbar_el2
	mrs	x6, sctlr_el2
	ldp	x1, x2, [x0, #HYP_CPU_TTBR]
	ldp	x3, x4, [x0, #HYP_CPU_MAIR]
	msr	ttbr0_el2, x1
	msr	tcr_el2, x2
	msr	mair_el2, x3
	isb
	ic	iallu			/* the code has other virtual addresses now */
	tlbi	alle2
	tlbi	alle1			/* VMIDs that others have used */
	dsb	nsh
	isb
	msr	sctlr_el2, x4
	isb
	stp	x5, x6, [x0, #HYP_CPU_STUB]
	add	x1, x0, #HYP_CPU_BYTES
	mov	sp, x1
	adr	x1, lv_begin		/* the vectors */
	msr	vbar_el2, x1
	stp	x29, x30, [sp, #-16]!
	bl	lv_host_save
	ldp	x29, x30, [sp], #16
	b	lv_return_ok
SYM_CODE_END(lv_init)

	.global	lv_end
lv_end:
