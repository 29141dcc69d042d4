/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: what the world switch knows of a CPU and gives back to the host.
 */
#ifndef MOTE_ARM64_HYP_HOST_H
#define MOTE_ARM64_HYP_HOST_H

/* hyp_host::flags; the first five are entry.S's, too */
#define HYP_BIT_PAN		3	/* PSTATE.PAN is the kernel's to set (VHE) */
#define HYP_BIT_DIT		4	/* PSTATE.DIT the same, and the kernel has it set */
#define HYP_BIT_RAS		0	/* FEAT_RAS: ESB, DISR_EL1, VSESR_EL2 */
#define HYP_BIT_CLRBHB		1	/* the CLRBHB instruction after each exit... */
#define HYP_BIT_LOOP		2	/* ...or a loop of branches, by HYP_LOOP_SHIFT... */
#define HYP_LOOP_SHIFT		24	/* ...so many (8 bits)... */
#define HYP_SMC_SHIFT		32	/* ...or this call of firmware (32 bits) */
#define HYP_GIC			BIT(8)	/* system registers of GICv3 */
#define HYP_FGT			BIT(9)	/* FEAT_FGT */
#define HYP_HCX			BIT(10)	/* FEAT_HCX */
#define HYP_OPTIONAL		(HYP_FGT | HYP_HCX)
#define HYP_AC04_23		BIT(11)	/* AmpereOne: see hcr_write() */
#define HYP_SPE			BIT(12)	/* statistical profiling, and ours to stop */
#define HYP_TRBE		BIT(13)	/* trace buffer, the same */
#define HYP_834220		BIT(14)	/* Cortex-A57: see fault_save() */
#define HYP_SPECULATIVE_AT	BIT(15)	/* see regime_switch() */

/* Calls of the lowvisor, far above those of the kernel's stub */
#define LV_CALL_RUN		0	/* x1: struct arm64_ctx, physical */
#define LV_CALL_PING		1
#define LV_CALL_HIGH		0x4d6f	/* bits 47:32; "mote" */
#define LV_CALL_MIDDLE		0x7465	/* bits 31:16 */
#define LV_STUB_ERROR		0xbadca11	/* the kernel's HVC_STUB_ERR */
#define LV_OK			0x6d6f7465	/* ours, and nobody else's answer */

#define HYP_CPU_BYTES		4096

/* Offsets in struct hyp_cpu for asm; el2.c checks them */
#define HYP_CPU_TTBR		0
#define HYP_CPU_MAIR		16
#define HYP_CPU_STUB		32

#ifndef __ASSEMBLY__

#include <linux/bits.h>
#include <linux/types.h>

#include "ctx.h"

/**
 * struct hyp_host - of a CPU
 * @flags: HYP_*
 * @hcr: HCR_EL2 and so on, as the host has them
 * @optional: by FOR_OPTIONAL_REGS()
 * @tpidr_el0: of the host's user space, VHE
 * @tpidrro_el0: the same
 * @vtr: ICH_VTR_EL2, 0 without usable GICv3
 */
struct hyp_host {
	u64 flags;
	u64 hcr;
	u64 cptr;
	u64 mdcr;
	u64 cnthctl;
	u64 hstr;
	u64 vmpidr;
	u64 vpidr;
	u64 icc_sre;
	u64 vtr;
	u64 optional[6];
	u64 tpidr_el0;
	u64 tpidrro_el0;
};

/**
 * struct hyp_cpu - the page of a CPU on nVHE hosts; the lowvisor's stack ends
 * at its end
 * @ttbr: TTBR0_EL2
 * @tcr: TCR_EL2
 * @mair: MAIR_EL2
 * @sctlr: SCTLR_EL2
 * @stub_vbar: VBAR_EL2 of the kernel's stub, for when EL2 is given back
 * @stub_sctlr: its SCTLR_EL2
 * @host: see there
 * @sys: the host's EL1 registers while a guest runs
 */
struct hyp_cpu {
	u64 ttbr;
	u64 tcr;
	u64 mair;
	u64 sctlr;
	u64 stub_vbar;
	u64 stub_sctlr;
	struct hyp_host host;
	u64 sys[ARM64_SYS_COUNT];
};

/* The lowvisor, from lv_begin to lv_end, and where it starts: init.S, nvhe.c */
extern char lv_begin[], lv_end[], lv_init[];
void lv_host_save(struct hyp_cpu *cpu);
void lv_run(struct arm64_ctx *ctx, struct hyp_cpu *cpu);
/* Return: ARM64_EXIT_* */
u64 lv_guest_enter(struct arm64_ctx *ctx, u64 flags);

#endif /* !__ASSEMBLY__ */

#endif /* MOTE_ARM64_HYP_HOST_H */
