// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3: its objects, and interrupts from outside.
 */
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "hostirq.h"
#include "vgic_bank.h"

static bool available;

static bool tdir = true;
module_param(tdir, bool, 0444);
MODULE_PARM_DESC(tdir, "have ICC_DIR_EL1 trap alone where the GIC can (ICH_HCR_EL2.TDIR)");

/* ---- the machine ---- */

/* One list register could not tell "few left" from "full"; the rest has room for 7 bits */
static bool vtr_ok(u64 vtr)
{
	return vtr && VGIC_VTR_LRS(vtr) >= 2 && VGIC_VTR_LRS(vtr) <= ARM64_MAX_LRS &&
	       VGIC_VTR_PREBITS(vtr) >= 5 && VGIC_VTR_PREBITS(vtr) <= 7;
}

int vgic_init(void)
{
	if (!tdir)
		arm64_ich_vtr &= ~(u64)VGIC_VTR_TDS;
	available = vtr_ok(arm64_ich_vtr) && hostirq_request(HOSTIRQ_GIC);
	return available ? 0 : -ENODEV;
}

bool vgic_available(void)
{
	return available;
}

/* ---- objects ---- */

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
	/* Pairs with mote_arch_vm_irq(), which has no lock */
	smp_store_release(&vm->arch.gic, gic);
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
	cpu->waker = VGIC_WAKER_ASLEEP;
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
	/* Pairs with mote_arch_vm_irqchip() */
	struct vgic *gic = smp_load_acquire(&vm->arch.gic);

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
