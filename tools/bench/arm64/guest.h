/* SPDX-License-Identifier: GPL-2.0-only */
/* mote-bench: what the guest and the host agree on; for assembly too. */
#ifndef BENCH_ARM64_GUEST_H
#define BENCH_ARM64_GUEST_H

#define GUEST_RAM	0x40000000
#define GUEST_RESULT	0x40008000
#define GUEST_CODE	0x40010000
#define GUEST_MMIO	0x10000000
#define GUEST_DONE	0x10001000
#define GUEST_TOUCH	0x80000000

/* EL1 with SP_EL1; debug, SError, IRQ and FIQ masked.  The MMU is off. */
#define GUEST_PSTATE	0x3c5

/* The interrupt controller, where there is one */
#define GUEST_GICD	0x08000000
#define GUEST_GICR	0x080a0000

#endif
