/* SPDX-License-Identifier: GPL-2.0-only */
/* IHI 0069, "GIC register map" and the registers' fields, by the kernel's names. */
#ifndef MOTE_UNIT_ARM_GIC_V3_H
#define MOTE_UNIT_ARM_GIC_V3_H

#define GICD_CTLR			0x0000
#define GICD_TYPER			0x0004
#define GICD_IIDR			0x0008
#define GICD_SETSPI_NSR			0x0040
#define GICD_CLRSPI_NSR			0x0048
#define GICD_IGROUPR			0x0080
#define GICD_ISENABLER			0x0100
#define GICD_ICENABLER			0x0180
#define GICD_ISPENDR			0x0200
#define GICD_ICPENDR			0x0280
#define GICD_ISACTIVER			0x0300
#define GICD_ICACTIVER			0x0380
#define GICD_IPRIORITYR			0x0400
#define GICD_ICFGR			0x0c00
#define GICD_IROUTER			0x6000
#define GICD_PIDR2			0xffe8

#define GICD_CTLR_ENABLE_SS_G0		(1U << 0)
#define GICD_CTLR_ENABLE_SS_G1		(1U << 1)
#define GICD_CTLR_ARE_NS		(1U << 4)
#define GICD_CTLR_DS			(1U << 6)
#define GICD_IROUTER_SPI_MODE_ANY	(1U << 31)

#define GICR_IIDR			0x0004
#define GICR_TYPER			0x0008
#define GICR_WAKER			0x0014

#define GICR_WAKER_ProcessorSleep	(1U << 1)
#define GICR_WAKER_ChildrenAsleep	(1U << 2)

#endif /* MOTE_UNIT_ARM_GIC_V3_H */
