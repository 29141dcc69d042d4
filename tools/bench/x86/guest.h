/* SPDX-License-Identifier: GPL-2.0-only */
/* mote-bench: what the guest and the host agree on; for assembly too. */
#ifndef BENCH_X86_GUEST_H
#define BENCH_X86_GUEST_H

#define GUEST_TABLES	0x1000		/* one PML4, one PDPT, four PDs */
#define GUEST_RESULT	0x8000
#define GUEST_CODE	0x10000
#define GUEST_MMIO	0x40000000
#define GUEST_TOUCH	0x80000000

#define PORT_EVENT	0xf4
#define PORT_DONE	0xf5

/* 64-bit mode with paging, selectors as in the descriptors of on_*.c */
#define GUEST_CR0	0x80050033	/* PG AM WP NE ET MP PE */
#define GUEST_CR4	0x20		/* PAE */
#define GUEST_EFER	0x500		/* LMA LME */
#define GUEST_RFLAGS	2
#define GUEST_CS	8
#define GUEST_DS	16

#endif
