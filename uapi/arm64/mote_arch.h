/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * mote user API: arm64 register numbers, ID registers, interrupt controller
 * and run-page registers.  Include mote.h, which includes this.
 */
#ifndef _UAPI_MOTE_ARCH_H
#define _UAPI_MOTE_ARCH_H

#include <linux/types.h>

/*
 * Encoding of a system register, as MRS and MSR have it: the number of policies
 * (MOTE_SPACE_SYSREG), of mote_exit_sysreg::id and of ID registers.
 */
#define MOTE_ARM64_ENC(op0, op1, crn, crm, op2) \
	((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

/*
 * A register id is class << 32 | index.  REG_LIST has the order to restore them in.
 */
#define MOTE_ARM64_CLASS_CORE	1ULL	/* general registers */
#define MOTE_ARM64_CLASS_SYSREG	2ULL	/* index: MOTE_ARM64_ENC() */
#define MOTE_ARM64_CLASS_FP	3ULL	/* FP and SIMD */
#define MOTE_ARM64_CLASS_GIC	4ULL	/* distributor, redistributor: see MOTE_ARM64_GICD() */
#define MOTE_ARM64_CLASS_TIMER	5ULL
#define MOTE_ARM64_CLASS_EVENT	6ULL	/* what is under way */

#define MOTE_ARM64_REG(class, index)	((class) << 32 | (index))

/* X0 to X30, then the stack pointers, program counter and PSTATE (as in SPSR_EL2) */
#define MOTE_ARM64_X(n)		MOTE_ARM64_REG(MOTE_ARM64_CLASS_CORE, (__u64)(n))
#define MOTE_ARM64_SP_EL0	MOTE_ARM64_REG(MOTE_ARM64_CLASS_CORE, 31)
#define MOTE_ARM64_SP_EL1	MOTE_ARM64_REG(MOTE_ARM64_CLASS_CORE, 32)
#define MOTE_ARM64_PC		MOTE_ARM64_REG(MOTE_ARM64_CLASS_CORE, 33)
#define MOTE_ARM64_PSTATE	MOTE_ARM64_REG(MOTE_ARM64_CLASS_CORE, 34)
#define MOTE_ARM64_CORE_COUNT	35

#define MOTE_ARM64_SYSREG(op0, op1, crn, crm, op2) \
	MOTE_ARM64_REG(MOTE_ARM64_CLASS_SYSREG, (__u64)MOTE_ARM64_ENC(op0, op1, crn, crm, op2))

/* n-th half of V0 to V31, low half first; then FPSR and FPCR */
#define MOTE_ARM64_V(n, half)	MOTE_ARM64_REG(MOTE_ARM64_CLASS_FP, (n) * 2ULL + (half))
#define MOTE_ARM64_FPSR		MOTE_ARM64_REG(MOTE_ARM64_CLASS_FP, 64)
#define MOTE_ARM64_FPCR		MOTE_ARM64_REG(MOTE_ARM64_CLASS_FP, 65)

/*
 * State of the in-kernel GICv3 by the offset of the register that holds it in
 * the guest's map, 32 bits each (GICD_IROUTER: 64).  GICD is the VM's and
 * listed with its first vCPU; GICR (RD_base, SGI_base from 0x10000) is the
 * vCPU's own.  Pending and enabled bits are at the set registers; the levels
 * of lines at MOTE_ARM64_GIC_LINES.
 */
#define MOTE_ARM64_GICD(offset)	MOTE_ARM64_REG(MOTE_ARM64_CLASS_GIC, (__u64)(offset))
#define MOTE_ARM64_GICR(offset)	MOTE_ARM64_REG(MOTE_ARM64_CLASS_GIC, 1ULL << 24 | (offset))
#define MOTE_ARM64_GIC_LINES(n)	MOTE_ARM64_REG(MOTE_ARM64_CLASS_GIC, 2ULL << 24 | (n))

/* The virtual counter of the VM: all vCPUs have the same, whoever sets it */
#define MOTE_ARM64_CNTVCT	MOTE_ARM64_REG(MOTE_ARM64_CLASS_TIMER, 0)

#define MOTE_ARM64_HALTED	MOTE_ARM64_REG(MOTE_ARM64_CLASS_EVENT, 0)	/* WFI executed, waiting */
#define MOTE_ARM64_INTR		MOTE_ARM64_REG(MOTE_ARM64_CLASS_EVENT, 1)	/* lines that are up: bit 0 IRQ, bit 1 FIQ */
#define MOTE_ARM64_SERROR	MOTE_ARM64_REG(MOTE_ARM64_CLASS_EVENT, 2)	/* pending SError: bit 63, syndrome below */

#define MOTE_ARM64_IDREGS_MAX	64

/**
 * struct mote_arm64_idreg - one entry of FEATURES and SET_FEATURES
 * @id: MOTE_ARM64_ENC() of an ID register
 * @pad: must be 0
 * @value: what the guest reads
 * @mask: FEATURES: bits that may be lowered (a field at a time, as the Arm
 *	ARM's "ID register field" rules say); ignored by SET_FEATURES
 *
 * ID registers that SET_FEATURES does not name keep the values of FEATURES.
 */
struct mote_arm64_idreg {
	__u32 id;
	__u32 pad;
	__u64 value;
	__u64 mask;
};

enum mote_arm64_irqchip {
	/*
	 * GICv3: addr[0] distributor (64 KiB), addr[1] redistributors (128 KiB
	 * for each vCPU, by id), addr[2] interrupt ids in all, a multiple of
	 * 32 from 64 to 1024 (0: 256), addr[3] 0.
	 */
	MOTE_ARM64_IRQCHIP_GICV3 = 1,
};

/* mote_irq::data of MOTE_IRQ_LINE: an SPI, or a PPI of one vCPU */
#define MOTE_ARM64_LINE_SPI(intid)		(intid)
#define MOTE_ARM64_LINE_PPI(vcpu, intid)	((vcpu) << 16 | (intid))

/*
 * mote_inject::vector of MOTE_EVENT_INTR, without an in-kernel controller.  It
 * raises the vCPU's line, which stays up until it is lowered with MOTE_INJECT_LOWER.
 */
#define MOTE_ARM64_INTR_IRQ	0
#define MOTE_ARM64_INTR_FIQ	1

/*
 * MOTE_EVENT_EXCEPTION: vector is ESR_EL1.EC, error_code the ISS, payload
 * FAR_EL1.  A synchronous exception to EL1 at the next entry.
 */

/* Answer to a hypercall that nobody knows: SMCCC's NOT_SUPPORTED */
#define MOTE_ARM64_HYPERCALL_NOT_SUPPORTED	(-1LL)

/* mote_arch_run_regs::flags */
#define MOTE_ARM64_RUN_BE	(1u << 0)	/* data accesses are big-endian now */

/**
 * struct mote_arch_run_regs - registers in the run page
 * @x: X0 to X30
 * @sp: SP_EL0 and SP_EL1
 * @pc: program counter
 * @pstate: as in SPSR_EL2
 * @flags: MOTE_ARM64_RUN_*, from the kernel only
 * @pad: 0
 */
struct mote_arch_run_regs {
	__u64 x[31];
	__u64 sp[2];
	__u64 pc;
	__u64 pstate;
	__u32 flags;
	__u32 pad;
};

#endif /* _UAPI_MOTE_ARCH_H */
