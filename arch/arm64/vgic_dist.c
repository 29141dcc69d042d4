// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3: the distributor's own registers, and message
 * signalled SPIs.  IHI 0069, "Distributor register descriptions".
 */
#include "vgic_bank.h"

/* ---- messages ---- */

static void set_spi(struct vgic *gic, unsigned int intid, bool pending)
{
	struct vgic_irq *irq = vgic_irq_at(gic, NULL, intid);

	if (!irq)
		return;
	if (!irq->edge) {
		vgic_set_line(gic, irq, pending);
	} else {
		vgic_set_pending(irq, pending);
		vgic_queue(gic, irq);
	}
}

int vgic_msi(struct vgic *gic, u64 address, u32 data)
{
	u64 offset = address - gic->dist;
	unsigned long flags;

	if ((offset != GICD_SETSPI_NSR && offset != GICD_CLRSPI_NSR) ||
	    !vgic_irq_at(gic, NULL, data))
		return -EINVAL;
	vgic_lock(gic, flags);
	set_spi(gic, data, offset == GICD_SETSPI_NSR);
	vgic_unlock(gic, flags, NULL);
	return 0;
}

/* ---- registers ---- */

/* 10 bits of INTID, message based SPIs, 1 of N; no LPIs, no Aff3, Aff0 below 16 */
static u32 typer(const struct vgic *gic)
{
	return (gic->nr_intids / 32 - 1) | BIT(16) | 9 << 19;
}

static u32 read_own(const struct vgic *gic, u32 offset)
{
	switch (offset) {
	case GICD_CTLR:
		return gic->ctlr | GICD_CTLR_ARE_NS | GICD_CTLR_DS;
	case GICD_TYPER:
		return typer(gic);
	case GICD_IIDR:
		return VGIC_IIDR;
	case GICD_PIDR2:
		return VGIC_PIDR2;
	default:
		return 0;
	}
}

/* Context: G */
static void write_own(struct vgic_access *a)
{
	switch (a->offset) {
	case GICD_CTLR:
		/* ARE and DS are fixed */
		a->gic->ctlr = a->value & VGIC_CTLR_GROUPS;
		vgic_update_all(a->gic);
		break;
	case GICD_SETSPI_NSR:
		set_spi(a->gic, a->value & 0x3ff, true);
		break;
	case GICD_CLRSPI_NSR:
		set_spi(a->gic, a->value & 0x3ff, false);
		break;
	}
}

void vgic_dist_access(struct vgic_access *a)
{
	bool message = a->offset == GICD_SETSPI_NSR || a->offset == GICD_CLRSPI_NSR;
	unsigned long flags;

	if (vgic_bank_access(a))
		return;
	if (a->bytes != 4 && !(a->bytes == 2 && message))
		return;
	if (!a->write) {
		a->value = read_own(a->gic, a->offset);
		return;
	}
	vgic_lock(a->gic, flags);
	write_own(a);
	vgic_unlock(a->gic, flags, a->vcpu);
}
