// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3: its objects, and where interrupts go.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/slab.h>
#include <linux/smp.h>

#include "vgic.h"

unsigned int vgic_nr_lrs;

static struct arm64_host_irq maintenance = { .name = "mote vgic" };

/* ---- the machine ---- */

/* One list register could not tell "few left" from "full"; the rest has room for 7 bits */
static bool vtr_ok(u64 vtr)
{
	return vtr && VGIC_VTR_LRS(vtr) >= 2 && VGIC_VTR_LRS(vtr) <= ARM64_MAX_LRS &&
	       VGIC_VTR_PREBITS(vtr) >= 5 && VGIC_VTR_PREBITS(vtr) <= 7;
}

int vgic_init(void)
{
	if (!vtr_ok(arm64_ich_vtr) || arm64_host_irq_gic(&maintenance))
		return -ENODEV;
	vgic_nr_lrs = VGIC_VTR_LRS(arm64_ich_vtr);
	return 0;
}

void vgic_exit(void)
{
	arm64_host_irq_free(&maintenance);
	vgic_nr_lrs = 0;
}

void vgic_cpu_enable(void)
{
	arm64_host_irq_enable(&maintenance);
}

void vgic_cpu_disable(void)
{
	arm64_host_irq_disable(&maintenance);
}

/* ---- objects ---- */

bool vgic_available(void)
{
	return vgic_nr_lrs;
}

static bool range_ok(gpa_t first, u64 bytes)
{
	u64 end = first + bytes;

	return !(first % VGIC_FRAME) && end > first && end <= BIT_ULL(arm64_ipa_bits);
}

/* Return: interrupt ids in all, 0: @chip makes no sense */
static unsigned int check_chip(const struct mote_irqchip *chip)
{
	const u64 redist_bytes = (u64)MOTE_MAX_VCPUS * VGIC_REDIST_BYTES;
	u64 dist = chip->addr[0], redist = chip->addr[1];
	u64 ids = chip->addr[2] ?: 256;

	if (chip->addr[3] || !range_ok(dist, VGIC_FRAME) || !range_ok(redist, redist_bytes))
		return 0;
	if (dist + VGIC_FRAME > redist && dist < redist + redist_bytes)
		return 0;
	return ids % 32 || ids < 64 || ids > VGIC_MAX_INTIDS ? 0 : ids;
}

static void init_irq(struct vgic_irq *irq, unsigned int intid)
{
	irq->intid = intid;
	irq->edge = intid < VGIC_SGIS;
}

int mote_arch_vm_irqchip(struct mote_vm *vm, const struct mote_irqchip *chip)
{
	unsigned int i, ids = check_chip(chip);
	struct vgic *gic;

	if (chip->type != MOTE_ARM64_IRQCHIP_GICV3)
		return -EINVAL;
	if (!vgic_available())
		return -EOPNOTSUPP;
	if (vm->arch.gic)
		return -EEXIST;
	if (!ids)
		return -EINVAL;
	gic = kvzalloc(struct_size(gic, spis, ids - VGIC_PRIVATE), GFP_KERNEL_ACCOUNT);
	if (!gic)
		return -ENOMEM;
	raw_spin_lock_init(&gic->lock);
	gic->vm = vm;
	gic->dist = chip->addr[0];
	gic->redist = chip->addr[1];
	gic->nr_intids = ids;
	for (i = VGIC_PRIVATE; i < ids; i++)
		init_irq(&gic->spis[i - VGIC_PRIVATE], i);
	vm->arch.gic = gic;
	return 0;
}

void vgic_destroy(struct mote_vm *vm)
{
	kvfree(vm->arch.gic);
	vm->arch.gic = NULL;
}

int vgic_vcpu_init(struct mote_vcpu *vcpu)
{
	struct vgic_cpu *cpu;
	unsigned int i;

	/* vgic::kick has a bit for each */
	BUILD_BUG_ON(MOTE_MAX_VCPUS > 64);
	if (!vcpu->vm->arch.gic)
		return 0;
	cpu = kzalloc(sizeof(*cpu), GFP_KERNEL_ACCOUNT);
	if (!cpu)
		return -ENOMEM;
	cpu->vcpu = vcpu;
	cpu->waker = GICR_WAKER_SLEEP | GICR_WAKER_ASLEEP;
	for (i = 0; i < VGIC_PRIVATE; i++)
		init_irq(&cpu->irqs[i], i);
	vcpu->arch.vgic = cpu;
	to_ctx(vcpu)->gic.present = true;
	return 0;
}

void vgic_vcpu_destroy(struct mote_vcpu *vcpu)
{
	kfree(vcpu->arch.vgic);
	vcpu->arch.vgic = NULL;
}

/* ---- where interrupts go ---- */

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
		if (!(cpu->waker & GICR_WAKER_SLEEP))
			return cpu;
		first = first ?: cpu;
	}
	return first;
}

static struct vgic_cpu *target(struct vgic *gic, struct vgic_irq *irq)
{
	if (vgic_is_private(irq))
		return container_of(irq - irq->intid, struct vgic_cpu, irqs[0]);
	if (irq->route & GICD_IROUTER_IRM)
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

static void left_guest(void *unused)
{
	/* The interrupt itself took the CPU out of the guest, and folded */
}

void vgic_settle(struct vgic *gic, struct mote_vcpu *self)
{
	struct vgic_cpu *cpu;
	unsigned int id;
	int host_cpu;

	for_each_vgic_cpu(gic, id, cpu) {
		if (cpu->vcpu == self || !READ_ONCE(cpu->used) ||
		    READ_ONCE(cpu->vcpu->mode) != MOTE_IN_GUEST)
			continue;
		host_cpu = READ_ONCE(cpu->vcpu->cpu);
		if (host_cpu >= 0)
			smp_call_function_single(host_cpu, left_guest, NULL, 1);
	}
}

/* ---- interrupts from outside ---- */

static int line_irq(struct vgic *gic, u32 data, bool level)
{
	struct mote_vcpu *vcpu = mote_vm_vcpu(gic->vm, data >> 16);
	struct vgic_irq *irq;
	unsigned long flags;

	irq = vgic_irq_at(gic, vcpu ? vcpu->arch.vgic : NULL, data & 0xffff);
	if (!irq || irq->intid < VGIC_SGIS)
		return -EINVAL;
	/* Private lines name their vCPU, shared ones do not; those of the timers are taken */
	if (vgic_is_private(irq) ? ARM64_TIMER_PPIS & BIT(irq->intid) : data >> 16)
		return -EINVAL;
	vgic_lock(gic, flags);
	vgic_set_line(gic, irq, level);
	vgic_unlock(gic, flags, NULL);
	return 0;
}

int mote_arch_vm_irq(struct mote_vm *vm, const struct mote_irq *irq)
{
	struct vgic *gic = vm->arch.gic;

	if (!gic)
		return -ENODEV;
	switch (irq->type) {
	case MOTE_IRQ_LINE:
		return irq->level > 1 || irq->address ? -EINVAL :
		       line_irq(gic, irq->data, irq->level);
	case MOTE_IRQ_MSI:
		return irq->level ? -EINVAL : vgic_msi(gic, irq->address, irq->data);
	default:
		return -EINVAL;
	}
}

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
