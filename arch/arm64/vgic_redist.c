// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3: a redistributor's own registers.  IHI 0069,
 * "Redistributor register descriptions".
 */
#include "vgic_bank.h"

/* The last one ends the contiguous frames: ids have no gaps then */
static u64 typer(const struct vgic_cpu *cpu)
{
	unsigned int id = cpu->vcpu->id;
	bool last = !mote_vm_vcpu(cpu->vcpu->vm, id + 1);

	return (u64)vgic_affinity(id) << 32 | id << 8 | (u64)last << 4;
}

static u32 read_own(const struct vgic_cpu *cpu, u32 offset)
{
	switch (offset) {
	case GICR_IIDR:
		return VGIC_IIDR;
	case GICR_WAKER:
		return cpu->waker;
	case GICD_PIDR2:
	case VGIC_FRAME + GICD_PIDR2:
		return VGIC_PIDR2;
	default:
		return 0;
	}
}

/* In halves, too */
static void read_typer(struct vgic_access *a)
{
	u64 reg = typer(a->cpu) >> (a->offset & 4) * 8;

	if (a->bytes >= 4)
		a->value = a->bytes == 8 ? reg : (u32)reg;
}

/*
 * ChildrenAsleep follows ProcessorSleep.  A vCPU that sleeps gets no interrupts
 * that any vCPU could take; those for it alone would wake it, so they are
 * delivered.
 */
static void write_waker(struct vgic_access *a)
{
	unsigned long flags;

	vgic_lock(a->gic, flags);
	a->cpu->waker = a->value & GICR_WAKER_ProcessorSleep ? VGIC_WAKER_ASLEEP : 0;
	vgic_unlock(a->gic, flags, a->vcpu);
}

void vgic_redist_access(struct vgic_access *a)
{
	if (a->offset >= VGIC_FRAME) {
		a->offset -= VGIC_FRAME;
		if (vgic_bank_access(a))
			return;
		a->offset += VGIC_FRAME;
	}
	if (!a->write && (a->offset & ~4u) == GICR_TYPER)
		read_typer(a);
	else if (!a->write && a->bytes == 4)
		a->value = read_own(a->cpu, a->offset);
	else if (a->write && a->bytes == 4 && a->offset == GICR_WAKER)
		write_waker(a);
}
