// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3: where interrupts go.
 */
#include "vgic_irq.h"

void vgic_unlock(struct vgic *gic, unsigned long flags, struct mote_vcpu *self)
	__releases(gic->lock)
{
	unsigned long kick = gic->kick;
	unsigned int id;

	gic->kick = 0;
	raw_spin_unlock_irqrestore(&gic->lock, flags);
	for_each_set_bit(id, &kick, MOTE_MAX_VCPUS) {
		struct mote_vcpu *vcpu = mote_vm_vcpu(gic->vm, id);

		if (vcpu && vcpu != self)
			mote_vcpu_kick(vcpu);
	}
}

struct vgic_cpu *vgic_find_cpu(struct vgic *gic, u32 affinity)
{
	if ((affinity & 0xff) > 15)
		return NULL;
	return vgic_cpu_by_id(gic, (affinity >> 8) * 16 + (affinity & 15));
}

struct vgic_irq *vgic_irq_at(struct vgic *gic, struct vgic_cpu *cpu, unsigned int intid)
{
	if (intid < VGIC_PRIVATE)
		return cpu ? &cpu->irqs[intid] : NULL;
	if (intid >= gic->nr_intids || intid > VGIC_LAST_SPI)
		return NULL;
	return &gic->spis[intid - VGIC_PRIVATE];
}

/* 1 of N: the first vCPU that is awake, else the first */
static struct vgic_cpu *any_cpu(struct vgic *gic)
{
	struct vgic_cpu *cpu, *first = NULL;
	unsigned int id;

	for_each_vgic_cpu(gic, id, cpu) {
		if (!(cpu->waker & GICR_WAKER_ProcessorSleep))
			return cpu;
		first = first ?: cpu;
	}
	return first;
}

static struct vgic_cpu *target(struct vgic *gic, struct vgic_irq *irq)
{
	if (vgic_is_private(irq))
		return container_of(irq - irq->intid, struct vgic_cpu, irqs[0]);
	if (irq->route & GICD_IROUTER_SPI_MODE_ANY)
		return any_cpu(gic);
	return vgic_find_cpu(gic, irq->route);
}

static void move(struct vgic_irq *irq, struct vgic_cpu *to)
{
	if (irq->home) {
		__clear_bit(irq->intid, irq->home->todo);
		irq->home->nr_todo--;
	}
	if (to) {
		__set_bit(irq->intid, to->todo);
		to->nr_todo++;
	}
	irq->home = to;
}

static void request_update(struct vgic *gic, struct vgic_cpu *cpu)
{
	WRITE_ONCE(cpu->update, true);
	gic->kick |= BIT_ULL(cpu->vcpu->id);
}

/*
 * An interrupt that is in a list register, or active, stays where it is: its
 * vCPU comes here again when it is not any more.
 */
void vgic_queue(struct vgic *gic, struct vgic_irq *irq)
{
	struct vgic_cpu *home = irq->home;

	if (!irq->in_lr && !(irq->active && home)) {
		bool wanted = irq->active || (irq->enabled && vgic_is_pending(irq));

		home = wanted ? target(gic, irq) : NULL;
	}
	if (home != irq->home)
		move(irq, home);
	if (home)
		request_update(gic, home);
}

void vgic_update_all(struct vgic *gic)
{
	struct vgic_cpu *cpu;
	unsigned int id;

	for_each_vgic_cpu(gic, id, cpu) {
		if (cpu->nr_todo)
			request_update(gic, cpu);
	}
}

void vgic_set_line(struct vgic *gic, struct vgic_irq *irq, bool level)
{
	if (irq->line == level)
		return;
	irq->line = level;
	if (!irq->edge)
		vgic_queue(gic, irq);
	else if (level && !irq->latch) {
		irq->latch = true;
		vgic_queue(gic, irq);
	}
}

void vgic_set_active(struct vgic_irq *irq, u32 active)
{
	irq->active = active;
	irq->active_written = irq->in_lr;
}

/* ---- private lines ---- */

void vgic_ppi(struct mote_vcpu *vcpu, unsigned int intid, bool level)
{
	struct vgic *gic = vcpu->vm->arch.gic;
	unsigned long flags;

	if (!vcpu->arch.vgic)
		return;
	vgic_lock(gic, flags);
	vgic_set_line(gic, &vcpu->arch.vgic->irqs[intid], level);
	vgic_unlock(gic, flags, NULL);
}

void vgic_ppi_hw(struct mote_vcpu *vcpu, unsigned int intid, unsigned int hw_intid)
{
	struct vgic_cpu *cpu = vcpu->arch.vgic;

	if (!cpu)
		return;
	cpu->irqs[intid].hw = true;
	cpu->irqs[intid].hw_intid = hw_intid;
}

bool vgic_ppi_in_flight(struct mote_vcpu *vcpu, unsigned int intid)
{
	struct vgic_cpu *cpu = vcpu->arch.vgic;

	return cpu && (cpu->irqs[intid].active || cpu->irqs[intid].in_lr);
}
