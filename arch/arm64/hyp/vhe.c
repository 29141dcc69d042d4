// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the world switch of a kernel that runs at EL2 itself.
 *
 * The host uses no EL1 register, so the guest's stay in hardware for a whole
 * session; what is switched at each entry is little: HCR_EL2, the FP trap,
 * and registers that both have.
 *
 * Out-of-context translations: while the EL1 registers change, HCR_EL2.TGE is
 * set and no walk of EL1&0 can start; an isb stands between that and TGE clear.
 * So a speculative AT never finds half a regime (errata 1165522 of Cortex-A76,
 * 1530923 of Cortex-A55; Arm ARM D8, "Out-of-context translation regimes").
 */
#include "switch.h"
#include "vhe.h"

#define SYS_SAVE_EL12(r)	sys[ARM64_##r##_EL1] = read_sysreg_s(SYS_##r##_EL12);
#define SYS_LOAD_EL12(r)	write_sysreg_s(sys[ARM64_##r##_EL1], SYS_##r##_EL12);

void vhe_host_save(struct hyp_host *host)
{
	host_save(host);
}

void vhe_session_load(struct arm64_ctx *ctx, struct hyp_host *host)
{
	u64 *sys = ctx->sys;

	controls_save(host);
	host->tpidr_el0 = read_sysreg(tpidr_el0);
	host->tpidrro_el0 = read_sysreg(tpidrro_el0);
	FOR_MMU_REGS(SYS_LOAD_EL12)
	FOR_EL1_REGS(SYS_LOAD_EL12)
	FOR_PLAIN_REGS(SYS_LOAD)
	controls_load(ctx, host);
	if (host->vtr)
		gic_load(&ctx->gic, host);
	write_sysreg(ctx->vtcr, vtcr_el2);
	write_sysreg(ctx->vttbr, vttbr_el2);
	isb();
	ctx->loaded = 1;
}

void vhe_session_put(struct arm64_ctx *ctx, struct hyp_host *host)
{
	u64 *sys = ctx->sys;

	/* What walks the guest's tables by speculation ends before they change */
	dsb(nsh);
	FOR_MMU_REGS(SYS_SAVE_EL12)
	FOR_EL1_REGS(SYS_SAVE_EL12)
	FOR_PLAIN_REGS(SYS_SAVE)
	if (host->vtr)
		gic_put(&ctx->gic, host);
	controls_put(host);
	write_sysreg(host->tpidr_el0, tpidr_el0);
	write_sysreg(host->tpidrro_el0, tpidrro_el0);
	ctx->loaded = 0;
}

/* Within a session */
void vhe_gic_load(struct arm64_ctx *ctx, struct hyp_host *host)
{
	gic_load(&ctx->gic, host);
}

void vhe_gic_put(struct arm64_ctx *ctx, struct hyp_host *host)
{
	gic_put(&ctx->gic, host);
}

/*
 * D and A are masked, too: an exception between here and the ERET would find
 * the host half gone.  An interrupt that waits is seen before all the work.
 */
void vhe_enter(struct arm64_ctx *ctx, struct hyp_host *host)
{
	u64 hcr, cptr, mdscr, daif, pstate;

	ctx->exit = ARM64_EXIT_IRQ;
	if (read_sysreg(isr_el1))
		return;
	daif = read_sysreg(daif);
	asm volatile("msr daifset, #0xf" : : : "memory");
	hcr = read_sysreg(hcr_el2);
	cptr = read_sysreg(cpacr_el1);		/* CPTR_EL2 in its E2H layout */
	mdscr = read_sysreg(mdscr_el1);
	pstate = ctx->pstate;
	ctx->serror = 0;

	write_sysreg(ctx->sys[ARM64_MDSCR_EL1], mdscr_el1);
	gic_enter(&ctx->gic);
	vserror_load(ctx, host->flags);
	hcr_write(ctx->hcr | HCR_E2H, host->flags);
	write_sysreg(ctx->cptr, cpacr_el1);
	tlb_flush(ctx);
	write_sysreg_s(ctx->sys[ARM64_CNTV_CTL_EL0], SYS_CNTV_CTL_EL02);
	ctx->exit = vhe_guest_enter(ctx, host->flags);
	if (likely(ctx->exit == ARM64_EXIT_SYNC))
		fault_save(ctx, host->flags);
	else if (ctx->exit == ARM64_EXIT_ILLEGAL)
		ctx->pstate = pstate;
	ctx->sys[ARM64_CNTV_CTL_EL0] = read_sysreg_s(SYS_CNTV_CTL_EL02);
	write_sysreg_s(0, SYS_CNTV_CTL_EL02);
	vserror_save(ctx);
	hcr_write(hcr, host->flags);
	write_sysreg(cptr, cpacr_el1);
	ctx->sys[ARM64_MDSCR_EL1] = read_sysreg(mdscr_el1);
	write_sysreg(mdscr, mdscr_el1);
	if (ctx->gic.present)
		gic_leave(&ctx->gic);
	isb();
	write_sysreg(daif, daif);
}

#define ACCESS_EL12(r)								\
	case ARM64_##r##_EL1:							\
		if (write)							\
			write_sysreg_s(*value, SYS_##r##_EL12);			\
		else								\
			*value = read_sysreg_s(SYS_##r##_EL12);			\
		break;
#define ACCESS_PLAIN(r)								\
	case ARM64_##r:								\
		if (write)							\
			write_sysreg(*value, r);				\
		else								\
			*value = read_sysreg(r);				\
		break;

/* The guest's register in hardware; nothing for one that is switched at each entry */
void vhe_sys_access(enum arm64_sys reg, u64 *value, bool write)
{
	switch ((unsigned int)reg) {
	FOR_MMU_REGS(ACCESS_EL12)
	FOR_EL1_REGS(ACCESS_EL12)
	FOR_PLAIN_REGS(ACCESS_PLAIN)
	}
}
