// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3: a redistributor's own registers.  IHI 0069,
 * "Redistributor register descriptions".
 */
#include "vgic.h"

/* The last one ends the contiguous frames: ids have no gaps then */
static u64 typer(const struct vgic_cpu *cpu)
{
	unsigned int id = cpu->vcpu->id;
	bool last = !mote_vm_vcpu(cpu->vcpu->vm, id + 1);

	return (u64)vgic_affinity(id) << 32 | id << 8 | (u64)last << 4;
}

/**
 * vgic_write_waker - GICR_WAKER: ProcessorSleep, which ChildrenAsleep follows
 * @cpu: of a locked GIC
 * @value: any
 *
 * A vCPU that sleeps gets no interrupts that any vCPU could take; those for it
 * alone would wake it, so they are delivered.
 */
void vgic_write_waker(struct vgic_cpu *cpu, u32 value)
{
	cpu->waker = value & GICR_WAKER_SLEEP ? GICR_WAKER_SLEEP | GICR_WAKER_ASLEEP : 0;
}

static u32 read_own(const struct vgic_cpu *cpu, u32 offset)
{
	switch (offset) {
	case GICR_IIDR:
		return VGIC_IIDR;
	case GICR_WAKER:
		return cpu->waker;
	case GIC_PIDR2:
	case VGIC_FRAME + GIC_PIDR2:
		return VGIC_PIDR2;
	default:
		return 0;
	}
}

static void access_rd_base(struct vgic_access *a)
{
	unsigned long flags;

	if ((a->offset & ~4u) == GICR_TYPER) {
		if (!a->write)
			vgic_read_part(a, typer(a->cpu));
		return;
	}
	if (a->bytes != 4)
		return;
	if (!a->write) {
		a->value = read_own(a->cpu, a->offset);
	} else if (a->offset == GICR_WAKER) {
		vgic_lock(a->gic, flags);
		vgic_write_waker(a->cpu, a->value);
		vgic_unlock(a->gic, flags, a->vcpu);
	}
}

void vgic_redist_access(struct vgic_access *a)
{
	if (a->offset >= VGIC_FRAME) {
		a->offset -= VGIC_FRAME;
		if (vgic_bank_access(a))
			return;
		a->offset += VGIC_FRAME;
	}
	access_rd_base(a);
}
