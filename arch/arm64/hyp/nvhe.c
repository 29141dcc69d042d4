// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the lowvisor's world switch, for kernels that run at EL1.
 *
 * This runs at EL2 with tables of its own, from a copy of section .hyp.text:
 * no data, no strings, no calls but of what is in the section.  Host and guest
 * use the same EL1 registers: all of them are switched at each entry and exit.
 */
#include "switch.h"

#define SYS_SAVE_EL1(r)		sys[ARM64_##r##_EL1] = read_sysreg_s(SYS_##r##_EL1);
#define SYS_LOAD_EL1(r)		write_sysreg_s(sys[ARM64_##r##_EL1], SYS_##r##_EL1);

#define __lowvisor __section(".hyp.text") noinline

/* Called once EL2 is ours, at EL2 */
void __lowvisor lv_host_save(struct hyp_cpu *cpu)
{
	host_save(&cpu->host);
}

static __always_inline void plain_save(u64 *sys)
{
	FOR_EL1_REGS(SYS_SAVE_EL1)
	FOR_MMU_REGS(SYS_SAVE_EL1)
	FOR_PLAIN_REGS(SYS_SAVE)
	sys[ARM64_MDSCR_EL1] = read_sysreg(mdscr_el1);
}

#define TCR_NO_WALKS	(BIT(7) | BIT(23))	/* TCR_EL1.EPD0, EPD1 */

/*
 * From one EL1&0 regime to another.  All walks that have begun must end before
 * (Arm ARM, R_LFHQG, "Out-of-context translation regimes"): dsb.  On CPUs with
 * errata 1319367 (Cortex-A72), 1319537 (A57) and 1530923 (A55) an AT executed
 * by speculation may begin one in between: there, walks are off (TCR_EL1.EPD*,
 * which counts while SCTLR_EL1.M is set) until everything of the new regime is
 * in, and the order is by isb.
 */
static __always_inline void regime_switch(const u64 *sys, u64 vtcr, u64 vttbr, u64 hcr, u64 flags)
{
	bool at = unlikely(flags & HYP_SPECULATIVE_AT);

	dsb(nsh);
	if (at) {
		write_sysreg(read_sysreg(tcr_el1) | TCR_NO_WALKS, tcr_el1);
		isb();
		write_sysreg(read_sysreg(sctlr_el1) | 1, sctlr_el1);
		isb();
	}
	FOR_EL1_REGS(SYS_LOAD_EL1)
	FOR_PLAIN_REGS(SYS_LOAD)
	write_sysreg(sys[ARM64_MDSCR_EL1], mdscr_el1);
	write_sysreg(vtcr, vtcr_el2);
	write_sysreg(vttbr, vttbr_el2);
	hcr_write(hcr, flags);
	if (at)
		isb();
	write_sysreg(sys[ARM64_SCTLR_EL1], sctlr_el1);
	if (at)
		isb();
	write_sysreg(sys[ARM64_TCR_EL1], tcr_el1);
}

/*
 * The host's profiling and trace buffers are written through the host's EL1&0
 * tables: both have to stop, and drain, before those go.
 */
static __always_inline void buffers_stop(struct hyp_cpu *cpu, u64 *spe, u64 *trbe)
{
	u64 flags = cpu->host.flags;

	*spe = 0;
	*trbe = 0;
	if ((flags & HYP_SPE) && (read_sysreg_s(SYS_PMBLIMITR_EL1) & 1)) {
		*spe = read_sysreg_s(SYS_PMSCR_EL1);
		write_sysreg_s(0, SYS_PMSCR_EL1);
		isb();
		asm volatile("hint #17" : : : "memory");	/* PSB CSYNC */
	}
	if ((flags & HYP_TRBE) && (read_sysreg_s(SYS_TRBLIMITR_EL1) & 1)) {
		*trbe = read_sysreg_s(SYS_TRFCR_EL1);
		write_sysreg_s(0, SYS_TRFCR_EL1);
		isb();
		asm volatile("hint #18" : : : "memory");	/* TSB CSYNC */
	}
}

static __always_inline void buffers_resume(u64 spe, u64 trbe)
{
	if (spe)
		write_sysreg_s(spe, SYS_PMSCR_EL1);
	if (trbe)
		write_sysreg_s(trbe, SYS_TRFCR_EL1);
}

static __always_inline void traps_load(struct arm64_ctx *ctx, struct hyp_host *host)
{
	controls_load(ctx, host);
	write_sysreg(ctx->cptr, cptr_el2);
	if (host->vtr) {
		gic_load(&ctx->gic, host);
		gic_enter(&ctx->gic);
	}
	write_sysreg(ctx->sys[ARM64_CNTV_CTL_EL0], cntv_ctl_el0);
}

static __always_inline void traps_put(struct arm64_ctx *ctx, struct hyp_host *host)
{
	ctx->sys[ARM64_CNTV_CTL_EL0] = read_sysreg(cntv_ctl_el0);
	write_sysreg(0, cntv_ctl_el0);
	if (host->vtr) {
		if (ctx->gic.present)
			gic_leave(&ctx->gic);
		gic_put(&ctx->gic, host);
	}
	write_sysreg(host->cptr, cptr_el2);
	controls_put(host);
}

/* Run the guest until it exits.  Exceptions are masked since the host's HVC. */
void __lowvisor lv_run(struct arm64_ctx *ctx, struct hyp_cpu *cpu)
{
	struct hyp_host *host = &cpu->host;
	u64 elr = read_sysreg(elr_el2);
	u64 spsr = read_sysreg(spsr_el2);
	u64 pstate = ctx->pstate;
	u64 spe, trbe;

	ctx->serror = 0;
	plain_save(cpu->sys);
	buffers_stop(cpu, &spe, &trbe);
	vserror_load(ctx, host->flags);
	regime_switch(ctx->sys, ctx->vtcr, ctx->vttbr, ctx->hcr, host->flags);
	traps_load(ctx, host);
	tlb_flush(ctx);
	ctx->exit = lv_guest_enter(ctx, host->flags);
	if (ctx->exit == ARM64_EXIT_SYNC)
		fault_save(ctx, host->flags);
	else if (ctx->exit == ARM64_EXIT_ILLEGAL)
		ctx->pstate = pstate;
	vserror_save(ctx);
	plain_save(ctx->sys);
	traps_put(ctx, host);
	regime_switch(cpu->sys, 0, 0, host->hcr, host->flags);	/* no stage 2, VMID 0 */
	buffers_resume(spe, trbe);
	write_sysreg(elr, elr_el2);
	write_sysreg(spsr, spsr_el2);
}
