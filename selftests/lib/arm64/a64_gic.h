/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A driver for the guest's GICv3, as small as can be.  Arm IHI 0069, "GIC
 * registers".  The offsets are not the module's: a slip in its vgic.h must show.
 */
#ifndef MOTE_SELFTEST_A64_GIC_H
#define MOTE_SELFTEST_A64_GIC_H

#include "a64_vm.h"

/* Distributor */
#define GICD_CTLR	0x0000
#define GICD_TYPER	0x0004
#define GICD_IIDR	0x0008
#define GICD_IGROUPR	0x0080
#define GICD_ISENABLER	0x0100
#define GICD_ICENABLER	0x0180
#define GICD_ISPENDR	0x0200
#define GICD_ICPENDR	0x0280
#define GICD_ISACTIVER	0x0300
#define GICD_ICACTIVER	0x0380
#define GICD_IPRIORITYR	0x0400
#define GICD_ICFGR	0x0c00
#define GICD_IROUTER	0x6000
#define GICD_PIDR2	0xffe8

#define CTLR_GRP1	(1u << 1)
#define CTLR_ARE	(1u << 4)
#define CTLR_DS		(1u << 6)

/* Redistributor; the same registers as the distributor's lie at SGI_BASE */
#define GICR_BYTES	0x20000UL
#define GICR_TYPER	0x0008
#define GICR_WAKER	0x0014
#define SGI_BASE	0x10000

#define SPURIOUS	1023

static inline u64 gicr(u32 cpu)
{
	return GICR_GPA + cpu * GICR_BYTES;
}

/* Where the register of an interrupt's bit lies, for a register of 1 bit each */
static inline u64 gic_word(u32 cpu, u32 reg, u32 intid)
{
	return intid < 32 ? gicr(cpu) + SGI_BASE + reg : GICD_GPA + reg + intid / 32 * 4;
}

static inline void gic_bit(u32 cpu, u32 reg, u32 intid)
{
	a64_write32(gic_word(cpu, reg, intid), 1u << (intid & 31));
}

static inline int gic_is(u32 cpu, u32 reg, u32 intid)
{
	return a64_read32(gic_word(cpu, reg, intid)) >> (intid & 31) & 1;
}

static inline void gic_priority(u32 cpu, u32 intid, u8 priority)
{
	u64 base = intid < 32 ? gicr(cpu) + SGI_BASE : GICD_GPA;

	a64_write8(base + GICD_IPRIORITYR + intid, priority);
}

/* Edge or level, by the upper one of two bits */
static inline void gic_edge(u32 intid, int edge)
{
	u64 at = GICD_GPA + GICD_ICFGR + intid / 16 * 4;
	u32 bit = 2u << (intid & 15) * 2, old = a64_read32(at);

	a64_write32(at, edge ? old | bit : old & ~bit);
}

/* The CPU interface and the redistributor of this CPU; once: the distributor */
static inline void gic_start(u32 cpu)
{
	if (!cpu)
		a64_write32(GICD_GPA + GICD_CTLR, CTLR_ARE | CTLR_GRP1);
	a64_write32(gicr(cpu) + GICR_WAKER, 0);
	a64_write32(gicr(cpu) + SGI_BASE + GICD_IGROUPR, ~0u);
	guest_msr(s3_0_c12_c12_5, 7);		/* ICC_SRE_EL1 */
	guest_msr(s3_0_c4_c6_0, 0xff);		/* ICC_PMR_EL1 */
	guest_msr(s3_0_c12_c12_3, 0);		/* ICC_BPR1_EL1 */
	guest_msr(s3_0_c12_c12_7, 1);		/* ICC_IGRPEN1_EL1 */
}

/* Group 1, to CPU 0, enabled */
static inline void gic_enable(u32 cpu, u32 intid, u8 priority)
{
	gic_priority(cpu, intid, priority);
	if (intid >= 32) {
		u64 at = GICD_GPA + GICD_IGROUPR + intid / 32 * 4;

		a64_write32(at, a64_read32(at) | 1u << (intid & 31));
		a64_write64(GICD_GPA + GICD_IROUTER + intid * 8UL, cpu);
	}
	gic_bit(cpu, GICD_ISENABLER, intid);
}

static inline u32 gic_ack(void)
{
	u32 intid = guest_mrs(s3_0_c12_c12_0);	/* ICC_IAR1_EL1 */

	guest_dsb();
	return intid;
}

static inline void gic_eoi(u32 intid)
{
	guest_msr(s3_0_c12_c12_1, intid);	/* ICC_EOIR1_EL1 */
}

/* ICC_SGI1R_EL1: to the CPUs of @targets among the first 16 */
static inline void gic_sgi(u32 intid, u16 targets)
{
	guest_dsb();
	guest_msr(s3_0_c12_c11_5, (u64)intid << 24 | targets);
}

/* To all others */
static inline void gic_sgi_others(u32 intid)
{
	guest_dsb();
	guest_msr(s3_0_c12_c11_5, (u64)intid << 24 | 1ULL << 40);
}

#endif
