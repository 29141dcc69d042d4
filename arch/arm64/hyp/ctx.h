/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: what of a vCPU the world switch sees.  A page of its own, since
 * on nVHE hosts the lowvisor runs with tables of its own and nothing else of
 * the kernel is mapped there.  No pointers inside for that reason, and the
 * first members are at offsets that entry.S knows.
 */
#ifndef MOTE_ARM64_HYP_CTX_H
#define MOTE_ARM64_HYP_CTX_H

#include <linux/types.h>

/*
 * EL1 and EL0 system registers of the guest that hardware has while it runs.
 * On VHE hosts they stay in hardware for a whole session: read and write them
 * with arm64_sys_read() and arm64_sys_write() only.
 */
enum arm64_sys {
	ARM64_SCTLR_EL1, ARM64_ACTLR_EL1, ARM64_CPACR_EL1,
	ARM64_TTBR0_EL1, ARM64_TTBR1_EL1, ARM64_TCR_EL1,
	ARM64_ESR_EL1, ARM64_AFSR0_EL1, ARM64_AFSR1_EL1, ARM64_FAR_EL1,
	ARM64_MAIR_EL1, ARM64_AMAIR_EL1, ARM64_VBAR_EL1, ARM64_CONTEXTIDR_EL1,
	ARM64_CNTKCTL_EL1, ARM64_PAR_EL1, ARM64_CSSELR_EL1, ARM64_MDSCR_EL1,
	ARM64_TPIDR_EL0, ARM64_TPIDRRO_EL0, ARM64_TPIDR_EL1,
	ARM64_SP_EL0, ARM64_SP_EL1, ARM64_ELR_EL1, ARM64_SPSR_EL1,
	ARM64_CNTV_CTL_EL0, ARM64_CNTV_CVAL_EL0,
	ARM64_SYS_COUNT
};

/* arm64_ctx::exit: which vector the guest came out by */
enum arm64_exit {
	ARM64_EXIT_SYNC = 0,	/* esr, far and hpfar are valid */
	ARM64_EXIT_IRQ = 1,	/* taken by the host as soon as it unmasks */
	ARM64_EXIT_SERROR = 2,	/* esr is valid */
	ARM64_EXIT_LOST = 3,	/* EL2 is not ours any more: nothing was run */
	ARM64_EXIT_ILLEGAL = 4,	/* illegal exception return: PSTATE makes no sense */
};

#define ARM64_MAX_LRS	16

/**
 * struct arm64_ctx_gic - the guest's GICv3 CPU interface in hardware
 * @used_lrs: list registers to load before the entry and to save after the
 *	exit; 0 with @hcr.En clear: hardware is not touched
 * @hcr: ICH_HCR_EL2
 * @vmcr: ICH_VMCR_EL2
 * @ap0r: ICH_AP0R<n>_EL2
 * @ap1r: ICH_AP1R<n>_EL2
 * @lr: ICH_LR<n>_EL2
 * @misr: ICH_MISR_EL2 at the exit
 */
struct arm64_ctx_gic {
	u32 used_lrs;
	u32 hcr;
	u32 vmcr;
	u32 misr;
	u32 ap0r[4];
	u32 ap1r[4];
	u64 lr[ARM64_MAX_LRS];
};

/**
 * struct arm64_ctx - of a vCPU; (t) unless said otherwise
 * @x: X0 to X30, always here outside of the guest
 * @pc: ELR_EL2
 * @pstate: SPSR_EL2
 * @exit: enum arm64_exit
 * @esr: ESR_EL2 at the exit
 * @far: FAR_EL2 at the exit
 * @hpfar: HPFAR_EL2 at the exit; made valid with AT S1E1R by the switch where
 *	hardware leaves it UNKNOWN (Arm ARM, HPFAR_EL2), or @hpfar_valid is 0
 * @hpfar_valid: see @hpfar
 * @flush: in: drop this CPU's TLB entries of @vttbr's VMID before the entry
 * @hcr: HCR_EL2
 * @vttbr: VTTBR_EL2: VMID and root
 * @vtcr: VTCR_EL2
 * @cptr: CPTR_EL2, in the layout of HCR_EL2.E2H as the host runs
 * @mdcr: MDCR_EL2
 * @cnthctl: CNTHCTL_EL2, in the layout of HCR_EL2.E2H as the host runs
 * @cntvoff: CNTVOFF_EL2
 * @vmpidr: VMPIDR_EL2
 * @vpidr: VPIDR_EL2
 * @hstr: HSTR_EL2
 * @vsesr: VSESR_EL2, where FEAT_RAS is
 * @sys: by enum arm64_sys
 * @gic: see there
 */
struct arm64_ctx {
	u64 x[31];
	u64 pc;
	u64 pstate;
	u64 exit;
	u64 esr;
	u64 far;
	u64 hpfar;
	u32 hpfar_valid;
	u32 flush;
	u64 hcr;
	u64 vttbr;
	u64 vtcr;
	u64 cptr;
	u64 mdcr;
	u64 cnthctl;
	u64 cntvoff;
	u64 vmpidr;
	u64 vpidr;
	u64 hstr;
	u64 vsesr;
	u64 sys[ARM64_SYS_COUNT];
	struct arm64_ctx_gic gic;
};

#endif /* MOTE_ARM64_HYP_CTX_H */
