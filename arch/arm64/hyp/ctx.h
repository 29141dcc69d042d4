/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: what of a vCPU the world switch sees.  A page of its own, since
 * on nVHE hosts the lowvisor runs with tables of its own and nothing else of
 * the kernel is mapped there.  No pointers inside for that reason, and some
 * members are at offsets that entry.S knows.
 */
#ifndef MOTE_ARM64_HYP_CTX_H
#define MOTE_ARM64_HYP_CTX_H

/* Offsets in struct arm64_ctx for entry.S; el2.c checks them */
#define CTX_X(n)	(8 * (n))
#define CTX_PC		248
#define CTX_PSTATE	256
#define CTX_ESR		272
#define CTX_SERROR	296
#define CTX_SP_EL0	312

/* arm64_ctx::exit: which vector the guest came out by */
#define ARM64_EXIT_SYNC		0	/* esr and far are valid, for aborts see hpfar_valid */
#define ARM64_EXIT_IRQ		1	/* taken by the host as soon as it unmasks */
#define ARM64_EXIT_SERROR	2	/* esr is valid */
#define ARM64_EXIT_LOST		3	/* EL2 is not ours any more: nothing was run */
#define ARM64_EXIT_ILLEGAL	4	/* illegal exception return: PSTATE makes no sense */

/* arm64_ctx::flush: what of the TLB to drop before the entry */
#define ARM64_FLUSH_VMID	1	/* all of the VMID, stage 1 and 2 */
#define ARM64_FLUSH_STAGE1	2	/* stage 1 of the VMID: another vCPU's was here */

#ifndef __ASSEMBLY__

#include <linux/types.h>

/*
 * EL1 and EL0 system registers of the guest that hardware has while it runs.
 * On VHE hosts they stay in hardware for a whole session: read and write them
 * with arm64_sys_read() and arm64_sys_write() only.
 *
 * The exception is CNTV_CTL_EL0, on both kinds of host: arm64_enter() loads it
 * last, and after the exit saves it, with ISTATUS as it is then, and writes 0.
 * So the guest's timer never interrupts the host, and timer.c reads from the
 * context whether it has fired.
 */
#define FOR_SYS_REGS(F)	\
	F(SP_EL0) F(SCTLR_EL1) F(ACTLR_EL1) F(CPACR_EL1) F(TTBR0_EL1)	\
	F(TTBR1_EL1) F(TCR_EL1) F(ESR_EL1) F(AFSR0_EL1) F(AFSR1_EL1)	\
	F(FAR_EL1) F(MAIR_EL1) F(AMAIR_EL1) F(VBAR_EL1) F(CONTEXTIDR_EL1)	\
	F(CNTKCTL_EL1) F(PAR_EL1) F(CSSELR_EL1) F(MDSCR_EL1) F(TPIDR_EL0)	\
	F(TPIDRRO_EL0) F(TPIDR_EL1) F(SP_EL1) F(ELR_EL1) F(SPSR_EL1)	\
	F(CNTV_CTL_EL0) F(CNTV_CVAL_EL0)

#define SYS_INDEX(r)	ARM64_##r,
enum arm64_sys {
	FOR_SYS_REGS(SYS_INDEX)
	ARM64_SYS_COUNT
};

#define ARM64_MAX_LRS	16

/**
 * struct arm64_ctx_gic - the guest's GICv3 CPU interface in hardware
 * @present: the vCPU has one (c).  Otherwise, where the machine has a GICv3,
 *	the switch makes all ICC_* accesses trap to EL2.
 * @used_lrs: list registers to load before the entry and to save after the
 *	exit
 * @hcr: in: ICH_HCR_EL2 while the guest runs; if it is 0, and @used_lrs, it
 *	and the list registers are not touched.  Hardware's is 0 whenever the host has
 *	interrupts on, so that no maintenance interrupt reaches the host
 * @vmcr: ICH_VMCR_EL2; valid after each exit
 * @ap0r: ICH_AP0R<n>_EL2; on VHE hosts in hardware during a session
 * @ap1r: ICH_AP1R<n>_EL2; the same
 * @lr: ICH_LR<n>_EL2
 * @hcr_out: ICH_HCR_EL2 at the exit (EOIcount), 0 when @hcr was 0
 *
 * Where it can be, ICC_SRE_EL2.Enable is clear while the guest runs, so that
 * ICC_SRE_EL1 traps: on nVHE hosts that register is the host's own.
 */
struct arm64_ctx_gic {
	u32 present;
	u32 used_lrs;
	u32 hcr;
	u32 vmcr;
	u32 hcr_out;
	u32 ap0r[4];
	u32 ap1r[4];
	u64 lr[ARM64_MAX_LRS];
};

/**
 * struct arm64_ctx - of a vCPU; (t) unless said otherwise
 * @x: X0 to X30, always here outside of the guest
 * @pc: ELR_EL2
 * @pstate: SPSR_EL2
 * @exit: ARM64_EXIT_*
 * @esr: ESR_EL2 at the exit
 * @far: FAR_EL2 at the exit
 * @hpfar: HPFAR_EL2 at the exit; made valid with AT S1E1R by the switch where
 *	hardware leaves it UNKNOWN (Arm ARM, HPFAR_EL2), or @hpfar_valid is 0
 * @serror: 0, or syndrome of a physical SError that came with the exit,
 *	whatever the exit is: bit 31 and, below, as in DISR_EL1.  Out only.
 * @hpfar_valid: see @hpfar; let the guest try again if it is 0
 * @flush: in: ARM64_FLUSH_*, set to 0 when done
 * @sys: by enum arm64_sys
 * @loaded: arm64_session_load() to arm64_session_put()
 * @hcr: HCR_EL2, E2H is the switch's; bit VSE is cleared when the guest has taken its SError
 * @vttbr: VTTBR_EL2: VMID (not 0, which is the host's) and root; constant during a session
 * @vtcr: VTCR_EL2, the same
 * @cptr: CPTR_EL2, in the layout of HCR_EL2.E2H as the host runs
 * @mdcr: MDCR_EL2; HPMN and HPME are the host's; constant during a session
 * @cnthctl: CNTHCTL_EL2, in the layout of HCR_EL2.E2H as the host runs; the same
 * @cntvoff: CNTVOFF_EL2; the same
 * @vmpidr: VMPIDR_EL2; the same
 * @vpidr: VPIDR_EL2; the same
 * @hstr: HSTR_EL2; the same
 * @vsesr: VSESR_EL2, where FEAT_RAS is; counts while HCR_EL2.VSE is set
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
	u64 serror;
	u32 hpfar_valid;
	u32 flush;
	u64 sys[ARM64_SYS_COUNT];
	u64 loaded;
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
	struct arm64_ctx_gic gic;
};

#endif /* !__ASSEMBLY__ */

#endif /* MOTE_ARM64_HYP_CTX_H */
