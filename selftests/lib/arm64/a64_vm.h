/* SPDX-License-Identifier: GPL-2.0-only */
/* The test's side, arm64. */
#ifndef MOTE_SELFTEST_A64_VM_H
#define MOTE_SELFTEST_A64_VM_H

#include "vm.h"
#include "a64_guest.h"

/* Stage-1 descriptors; Arm ARM, "VMSAv8-64 translation table format descriptors" */
#define PTE_VALID	(1UL << 0)
#define PTE_TABLE	(1UL << 1)	/* at the last level: page */
#define PTE_NORMAL	(0UL << 2)	/* attributes by MAIR_EL1 below */
#define PTE_DEVICE	(1UL << 2)
#define PTE_USER	(1UL << 6)	/* EL0 too */
#define PTE_RO		(1UL << 7)
#define PTE_SHARED	(3UL << 8)
#define PTE_AF		(1UL << 10)
#define PTE_NG		(1UL << 11)
#define PTE_PXN		(1UL << 53)
#define PTE_UXN		(1UL << 54)
#define PTE_MEMORY	(PTE_VALID | PTE_AF | PTE_SHARED | PTE_NORMAL)
#define PTE_MMIO	(PTE_VALID | PTE_AF | PTE_DEVICE | PTE_PXN | PTE_UXN)

/* Device memory at these addresses; MMIO_GPA is the first */
#define DEVICE_BYTES	(512 * MIB)

/* Where the interrupt controller is */
#define GICD_GPA	0xe0000000UL
#define GICR_GPA	0xe0100000UL

#define SCTLR_M		(1UL << 0)
#define SCTLR_A		(1UL << 1)
#define SCTLR_C		(1UL << 2)
#define SCTLR_SA	(1UL << 3)
#define SCTLR_I		(1UL << 12)
#define SCTLR_UCT	(1UL << 15)
#define SCTLR_NTWI	(1UL << 16)
#define SCTLR_E0E	(1UL << 24)
#define SCTLR_EE	(1UL << 25)
/* Bits 11, 20, 22, 23, 28 and 29 are RES1 where their features are not */
#define SCTLR_RES1	0x30d00800UL
#define SCTLR_GUEST	(SCTLR_RES1 | SCTLR_M | SCTLR_C | SCTLR_I)

/* Attributes 0: normal write-back, 1: device nGnRnE, 2: normal non-cacheable */
#define MAIR_GUEST	0x4400ffUL
/* TTBR0_EL1 alone, 39 bits, 4 KiB, inner shareable write-back, 40-bit addresses */
#define TCR_GUEST	(25UL | 1UL << 8 | 1UL << 10 | 3UL << 12 | 1UL << 23 | 2UL << 32)
#define CPACR_FP	(3UL << 20)
/* ZEN and SMEN too: where hardware has them, they refuse before the hypervisor does */
#define CPACR_ALL	(CPACR_FP | 3UL << 16 | 3UL << 24)

/* A register id by the fields of MRS */
#define SYSREG(op0, op1, crn, crm, op2)	MOTE_ARM64_SYSREG(op0, op1, crn, crm, op2)
#define ENC(op0, op1, crn, crm, op2)	((u64)MOTE_ARM64_ENC(op0, op1, crn, crm, op2))

#define REG_MDSCR	SYSREG(2, 0, 0, 2, 2)
#define REG_SCTLR	SYSREG(3, 0, 1, 0, 0)
#define REG_CPACR	SYSREG(3, 0, 1, 0, 2)
#define REG_TTBR0	SYSREG(3, 0, 2, 0, 0)
#define REG_TTBR1	SYSREG(3, 0, 2, 0, 1)
#define REG_TCR		SYSREG(3, 0, 2, 0, 2)
#define REG_SPSR	SYSREG(3, 0, 4, 0, 0)
#define REG_ELR		SYSREG(3, 0, 4, 0, 1)
#define REG_ESR		SYSREG(3, 0, 5, 2, 0)
#define REG_FAR		SYSREG(3, 0, 6, 0, 0)
#define REG_MAIR	SYSREG(3, 0, 10, 2, 0)
#define REG_VBAR	SYSREG(3, 0, 12, 0, 0)
#define REG_CONTEXTIDR	SYSREG(3, 0, 13, 0, 1)
#define REG_TPIDR_EL1	SYSREG(3, 0, 13, 0, 4)
#define REG_TPIDR_EL0	SYSREG(3, 3, 13, 0, 2)

#define ENC_MIDR	ENC(3, 0, 0, 0, 0)
#define ENC_MPIDR	ENC(3, 0, 0, 0, 5)
#define ENC_PFR0	ENC(3, 0, 0, 4, 0)
#define ENC_PFR1	ENC(3, 0, 0, 4, 1)
#define ENC_ZFR0	ENC(3, 0, 0, 4, 4)
#define ENC_DFR0	ENC(3, 0, 0, 5, 0)
#define ENC_ISAR0	ENC(3, 0, 0, 6, 0)
#define ENC_ISAR1	ENC(3, 0, 0, 6, 1)
#define ENC_MMFR0	ENC(3, 0, 0, 7, 0)
#define ENC_MMFR1	ENC(3, 0, 0, 7, 1)

#define A64_X(n)	MOTE_ARM64_X(n)
#define A64_PC		MOTE_ARM64_PC
#define A64_PSTATE	MOTE_ARM64_PSTATE

/**
 * a64_map() - a page into the guest's tables
 * @vm: its arena holds the tables
 * @gva: from 8 to 512 GiB: below are all addresses one to one, and those of USER()
 * @gpa: of the page
 * @bytes: PAGE, HUGE or 1 GiB
 * @flags: PTE_*
 */
void a64_map(struct vm *vm, u64 gva, u64 gpa, u64 bytes, u64 flags);

/** a64_features() - the table of FEATURES; Return: entries, *@count of them */
struct mote_arm64_idreg *a64_features(struct vm *vm, u32 *count);

/** a64_feature() - the entry of an ID register in that table, or NULL */
struct mote_arm64_idreg *a64_feature(struct vm *vm, u64 enc);

/** a64_inject_irq() - INJECT of MOTE_ARM64_INTR_*; Return: 0 or -errno */
int a64_inject_irq(struct vcpu *v, u32 line);

/** a64_inject_sync() - INJECT of an exception; Return: 0 or -errno */
int a64_inject_sync(struct vcpu *v, u32 ec, u32 iss, u64 far);

#endif
