/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: what both world switches are made of.  All of it is inlined:
 * nvhe.c may call nothing outside of the lowvisor.
 *
 * Whatever a function here writes takes effect at the next context
 * synchronization, mostly the ERET into the guest, or the one to the host.
 */
#ifndef MOTE_ARM64_HYP_SWITCH_H
#define MOTE_ARM64_HYP_SWITCH_H

#include <asm/barrier.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>

#include "ctx.h"
#include "host.h"

/*
 * The guest's registers, each once.  VHE hosts reach the first two lists by
 * their _EL12 names.  Order within a list does not matter: ERET and isb do.
 */
#define FOR_MMU_REGS(F)		F(SCTLR) F(TCR)
#define FOR_EL1_REGS(F)								\
	F(CPACR) F(TTBR0) F(TTBR1) F(ESR) F(AFSR0) F(AFSR1) F(FAR) F(MAIR)	\
	F(AMAIR) F(VBAR) F(CONTEXTIDR) F(CNTKCTL) F(ELR) F(SPSR) F(CNTV_CVAL)
#define FOR_PLAIN_REGS(F)							\
	F(PAR_EL1) F(CSSELR_EL1) F(TPIDR_EL0) F(TPIDRRO_EL0) F(TPIDR_EL1) F(SP_EL1)

/* Not of EL1, but with a second name for VHE like those */
#define ARM64_CNTV_CVAL_EL1	ARM64_CNTV_CVAL_EL0
#define SYS_CNTV_CVAL_EL1	SYS_CNTV_CVAL_EL0
#define SYS_CNTV_CVAL_EL12	SYS_CNTV_CVAL_EL02

#define SYS_SAVE(r)		sys[ARM64_##r] = read_sysreg(r);
#define SYS_LOAD(r)		write_sysreg(sys[ARM64_##r], r);

/*
 * Controls of later extensions: bit of hyp_host::flags, register, value for
 * the guest.  0 in the fine-grained traps (HFGRTR, HFGWTR, HFGITR, HDFGRTR and
 * HDFGWTR_EL2) and in HCRX_EL2 hides what came later (bits named n... trap when
 * clear) and leaves the rest to HCR_EL2 (Arm ARM).  MPAM2_EL2 is not touched:
 * nor do the kernels here, so that firmware may have its accesses trap to EL3,
 * which would be the end of the host.
 */
#define FOR_OPTIONAL_REGS(F)							\
	F(HYP_FGT, 0, sys_reg(3, 4, 1, 1, 4), 0)				\
	F(HYP_FGT, 1, sys_reg(3, 4, 1, 1, 5), 0)				\
	F(HYP_FGT, 2, sys_reg(3, 4, 1, 1, 6), 0)				\
	F(HYP_FGT, 3, sys_reg(3, 4, 3, 1, 4), 0)				\
	F(HYP_FGT, 4, sys_reg(3, 4, 3, 1, 5), 0)				\
	F(HYP_HCX, 5, sys_reg(3, 4, 1, 2, 2), 0)

#define OPTIONAL_SAVE(flag, i, r, v)						\
	if (host->flags & (flag))						\
		host->optional[i] = read_sysreg_s(r);
#define OPTIONAL_GUEST(flag, i, r, v)						\
	if (host->flags & (flag))						\
		write_sysreg_s(v, r);
#define OPTIONAL_HOST(flag, i, r, v)						\
	if (host->flags & (flag))						\
		write_sysreg_s(host->optional[i], r);

/* Controls of which the host has values of its own */
#define FOR_CONTROLS(F)		F(cnthctl) F(hstr) F(vmpidr) F(vpidr)
#define CONTROL_SAVE(r)		host->r = read_sysreg(r##_el2);
#define CONTROL_GUEST(r)	write_sysreg(ctx->r, r##_el2);
#define CONTROL_HOST(r)		write_sysreg(host->r, r##_el2);

/* HPMN and HPME split the counters between host and guest, who gets none */
#define MDCR_HOST_BITS		0x9fULL

/*
 * The host's controls.  On VHE (session): the kernel changes them from task to task
 * (CNTHCTL_EL2 as CNTKCTL_EL1), and KVM's vCPUs, which a thread may have loaded
 * at any time, do.  nVHE (cpu): nobody else is at EL2.
 */
static __always_inline void controls_save(struct hyp_host *host)
{
	host->mdcr = read_sysreg(mdcr_el2);
	FOR_CONTROLS(CONTROL_SAVE)
	if (likely(!(host->flags & HYP_OPTIONAL)))
		return;
	FOR_OPTIONAL_REGS(OPTIONAL_SAVE)
}

/* At EL2, before the first guest; host->flags is set (cpu) */
static __always_inline void host_save(struct hyp_host *host)
{
	host->hcr = read_sysreg(hcr_el2);
	host->cptr = read_sysreg(cptr_el2);
	controls_save(host);
	if (host->flags & HYP_GIC) {
		/* SRE clear: the ICH_* registers are UNDEFINED (GIC spec., ICC_SRE_EL2) */
		host->icc_sre = read_sysreg_s(SYS_ICC_SRE_EL2);
		host->vtr = host->icc_sre & 1 ? read_sysreg_s(SYS_ICH_VTR_EL2) : 0;
	}
}

static __always_inline void controls_load(const struct arm64_ctx *ctx, struct hyp_host *host)
{
	FOR_CONTROLS(CONTROL_GUEST)
	write_sysreg(ctx->cntvoff, cntvoff_el2);
	write_sysreg(ctx->mdcr | (host->mdcr & MDCR_HOST_BITS), mdcr_el2);
	if (likely(!(host->flags & HYP_OPTIONAL)))
		return;
	FOR_OPTIONAL_REGS(OPTIONAL_GUEST)
}

static __always_inline void controls_put(struct hyp_host *host)
{
	FOR_CONTROLS(CONTROL_HOST)
	write_sysreg(0, cntvoff_el2);	/* the host's, as its boot code leaves it */
	write_sysreg(host->mdcr, mdcr_el2);
	if (likely(!(host->flags & HYP_OPTIONAL)))
		return;
	FOR_OPTIONAL_REGS(OPTIONAL_HOST)
}

/*
 * AmpereOne erratum AC04_CPU_23: a write of HCR_EL2 may corrupt translations that
 * are under way; before it they have to end, and behind it none may begin.
 */
static __always_inline void hcr_write(u64 hcr, u64 flags)
{
	bool fence = unlikely(flags & HYP_AC04_23);

	if (fence)
		dsb(nsh);
	write_sysreg(hcr, hcr_el2);
	if (fence)
		isb();
}

/* A virtual SError that waits, and how the guest has taken it */
static __always_inline void vserror_load(const struct arm64_ctx *ctx, u64 flags)
{
	if (unlikely(ctx->hcr & HCR_VSE) && (flags & BIT(HYP_BIT_RAS)))
		write_sysreg_s(ctx->vsesr, SYS_VSESR_EL2);
}

static __always_inline void vserror_save(struct arm64_ctx *ctx)
{
	if (unlikely(ctx->hcr & HCR_VSE))
		ctx->hcr = read_sysreg(hcr_el2);
}

/*
 * Entries of a VMID on this CPU alone: others flush before they enter.  The
 * tables were written before the flush was asked for; ISHST orders that before
 * the TLBI (Arm ARM, "TLB maintenance instructions", completion).
 */
static __always_inline void tlb_flush(struct arm64_ctx *ctx)
{
	if (likely(!ctx->flush))
		return;
	dsb(ishst);
	isb();		/* VTTBR_EL2 and, on VHE hosts, HCR_EL2.TGE */
	if (ctx->flush & ARM64_FLUSH_VMID)
		asm volatile("tlbi vmalls12e1" : : : "memory");
	else
		asm volatile("tlbi vmalle1" : : : "memory");
	/* Another vCPU was here: lines may be tagged by what its tables said, too */
	asm volatile("ic iallu" : : : "memory");
	dsb(nsh);
	ctx->flush = 0;
}

/* ---- faults ---- */

/* The guest's controls are still in.  PAR_EL1 is the guest's. */
static __always_inline bool hpfar_from_far(struct arm64_ctx *ctx)
{
	u64 guest = read_sysreg(par_el1);
	u64 par;

	asm volatile("at s1e1r, %0" : : "r" (ctx->far) : "memory");
	isb();
	par = read_sysreg(par_el1);
	write_sysreg(guest, par_el1);
	/* PA<51:12> becomes FIPA at bit 4 */
	ctx->hpfar = (par & GENMASK_ULL(51, 12)) >> 8;
	return !(par & 1);
}

/*
 * HPFAR_EL2 is UNKNOWN for permission faults but those of a stage 1 walk (Arm
 * ARM, HPFAR_EL2), and for any other on Cortex-A57 with erratum 834220, where
 * a stage 1 fault may be reported as one of stage 2.
 */
static __always_inline void fault_save(struct arm64_ctx *ctx, u64 flags)
{
	u64 esr = ctx->esr;

	if (ESR_ELx_EC(esr) != ESR_ELx_EC_DABT_LOW && ESR_ELx_EC(esr) != ESR_ELx_EC_IABT_LOW)
		return;
	if (!(esr & ESR_ELx_S1PTW) &&
	    ((esr & ESR_ELx_FSC_TYPE) == ESR_ELx_FSC_PERM || (flags & HYP_834220))) {
		ctx->hpfar_valid = hpfar_from_far(ctx);
		return;
	}
	ctx->hpfar = read_sysreg(hpfar_el2);
	ctx->hpfar_valid = 1;
}

/* ---- GICv3 CPU interface ---- */

/* Of a vCPU without one: all of ICC_* trap (ICH_HCR_EL2.TC, TALL0, TALL1, TDIR) */
#define ICH_HCR_TRAP_ALL	(BIT(10) | BIT(11) | BIT(12) | BIT(14))

/* From the last one in use down to the first */
#define FOR_LRS(F)								\
	F(15) F(14) F(13) F(12) F(11) F(10) F(9) F(8) F(7) F(6) F(5) F(4) F(3) F(2) F(1) F(0)
#define LR_LOAD(n)								\
	case (n) + 1:								\
		write_sysreg_s(gic->lr[n], SYS_ICH_LR##n##_EL2);		\
		fallthrough;
/* What stays behind would be seen by the next guest that uses fewer */
#define LR_SAVE(n)								\
	case (n) + 1:								\
		gic->lr[n] = read_sysreg_s(SYS_ICH_LR##n##_EL2);		\
		write_sysreg_s(0, SYS_ICH_LR##n##_EL2);				\
		fallthrough;

static __always_inline void gic_lrs_load(const struct arm64_ctx_gic *gic)
{
	switch (gic->used_lrs) {
	FOR_LRS(LR_LOAD)
	case 0:
		break;
	}
}

static __always_inline void gic_lrs_save(struct arm64_ctx_gic *gic)
{
	switch (gic->used_lrs) {
	FOR_LRS(LR_SAVE)
	case 0:
		break;
	}
}

/* Nothing to do without one: both are 0 then */
static __always_inline void gic_enter(const struct arm64_ctx_gic *gic)
{
	if (!gic->used_lrs && !gic->hcr)
		return;
	gic_lrs_load(gic);
	write_sysreg_s(gic->hcr, SYS_ICH_HCR_EL2);
}

static __always_inline void gic_leave(struct arm64_ctx_gic *gic)
{
	gic->vmcr = read_sysreg_s(SYS_ICH_VMCR_EL2);
	if (!gic->used_lrs && !gic->hcr) {
		gic->hcr_out = 0;
		return;
	}
	gic->hcr_out = read_sysreg_s(SYS_ICH_HCR_EL2);
	gic_lrs_save(gic);
	write_sysreg_s(0, SYS_ICH_HCR_EL2);
}

/* ICH_VTR_EL2.PREbits, less one: how many active-priority registers there are */
#define VTR_PRE(vtr)	((vtr) >> 26 & 7)
#define FOR_APRS(F)	F(0, 0) F(1, 5) F(2, 6) F(3, 6)
#define APR_LOAD(n, pre)							\
	if (VTR_PRE(vtr) >= (pre)) {						\
		write_sysreg_s(gic->ap0r[n], SYS_ICH_AP0R##n##_EL2);		\
		write_sysreg_s(gic->ap1r[n], SYS_ICH_AP1R##n##_EL2);		\
	}
#define APR_SAVE(n, pre)							\
	if (VTR_PRE(vtr) >= (pre)) {						\
		gic->ap0r[n] = read_sysreg_s(SYS_ICH_AP0R##n##_EL2);		\
		gic->ap1r[n] = read_sysreg_s(SYS_ICH_AP1R##n##_EL2);		\
	}

static __always_inline void gic_aprs_load(const struct arm64_ctx_gic *gic, u64 vtr)
{
	FOR_APRS(APR_LOAD)
}

static __always_inline void gic_aprs_save(struct arm64_ctx_gic *gic, u64 vtr)
{
	FOR_APRS(APR_SAVE)
}

/*
 * ICC_SRE_EL1 is one register for host and guest; with ICC_SRE_EL2.Enable
 * clear the guest's accesses trap, and the host's value stays.
 */
#define ICC_SRE_ENABLE	BIT(3)

static __always_inline void gic_load(const struct arm64_ctx_gic *gic, const struct hyp_host *host)
{
	write_sysreg_s(host->icc_sre & ~ICC_SRE_ENABLE, SYS_ICC_SRE_EL2);
	if (!gic->present) {
		write_sysreg_s(ICH_HCR_TRAP_ALL, SYS_ICH_HCR_EL2);
		return;
	}
	write_sysreg_s(gic->vmcr, SYS_ICH_VMCR_EL2);
	gic_aprs_load(gic, host->vtr);
}

static __always_inline void gic_put(struct arm64_ctx_gic *gic, const struct hyp_host *host)
{
	write_sysreg_s(host->icc_sre, SYS_ICC_SRE_EL2);
	if (gic->present)
		gic_aprs_save(gic, host->vtr);
	else
		write_sysreg_s(0, SYS_ICH_HCR_EL2);
}

#endif /* MOTE_ARM64_HYP_SWITCH_H */
