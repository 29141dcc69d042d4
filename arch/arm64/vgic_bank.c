// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3: registers that have a field for each interrupt.
 * IHI 0069, "Memory-mapped register descriptions".
 *
 * Where another vCPU's list registers may be ahead of struct vgic_irq, that
 * vCPU is made to leave the guest: before a read, so that the guest sees at
 * least what was so when it began to read, and after a write, so that it has
 * taken effect when the guest goes on.  Such accesses are rare.
 */
#include "vgic_bank.h"

/* What the guest reads, or GET_REGS */
static u32 get_field(const struct vgic_irq *irq, enum vgic_field field, bool state)
{
	switch (field) {
	case VGIC_GROUP:
		return irq->group1;
	case VGIC_PRIORITY:
		return irq->priority;
	case VGIC_CONFIG:
		return irq->edge << 1;
	case VGIC_ROUTE:
		return irq->route;
	case VGIC_ENABLED:
		return irq->enabled;
	case VGIC_PENDING:
		/* Of a level, what GICD_ISPENDR has added; the level itself is saved as such */
		return state ? irq->latch || irq->lr_latch : vgic_is_pending(irq);
	default:
		return irq->active;
	}
}

/* Private ones are what they are: SGIs edges, PPIs levels (IHI 0069, GICR_ICFGR1) */
static void set_field(struct vgic_irq *irq, enum vgic_field field, u32 value)
{
	switch (field) {
	case VGIC_GROUP:
		irq->group1 = value;
		break;
	case VGIC_PRIORITY:
		irq->priority = value & VGIC_PRIORITY_MASK;
		break;
	case VGIC_CONFIG:
		if (!vgic_is_private(irq))
			irq->edge = value >> 1;
		break;
	case VGIC_ROUTE:
		if (!vgic_is_private(irq))
			irq->route = value & VGIC_ROUTE_MASK;
		break;
	case VGIC_ENABLED:
		irq->enabled = value;
		break;
	case VGIC_PENDING:
		vgic_set_pending(irq, value);
		break;
	case VGIC_ACTIVE:
		vgic_set_active(irq, value);
		break;
	}
}

const struct vgic_bank vgic_banks[VGIC_NR_BANKS] = {
	{ GICD_IGROUPR, 1, VGIC_ASSIGN, 4, VGIC_GROUP, false },
	{ GICD_IPRIORITYR, 8, VGIC_ASSIGN, 1 | 4, VGIC_PRIORITY, false },
	{ GICD_ICFGR, 2, VGIC_ASSIGN, 4, VGIC_CONFIG, false },
	{ GICD_IROUTER, 64, VGIC_ASSIGN, 4 | 8, VGIC_ROUTE, false },
	{ GICD_ISENABLER, 1, VGIC_SET, 4, VGIC_ENABLED, false },
	{ GICD_ICENABLER, 1, VGIC_CLEAR, 4, VGIC_ENABLED, true },
	{ GICD_ISPENDR, 1, VGIC_SET, 4, VGIC_PENDING, true },
	{ GICD_ICPENDR, 1, VGIC_CLEAR, 4, VGIC_PENDING, true },
	{ GICD_ISACTIVER, 1, VGIC_SET, 4, VGIC_ACTIVE, true },
	{ GICD_ICACTIVER, 1, VGIC_CLEAR, 4, VGIC_ACTIVE, true },
};

static const struct vgic_bank *bank_at(u32 offset)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vgic_banks); i++) {
		const struct vgic_bank *bank = &vgic_banks[i];

		if (offset - bank->offset < VGIC_MAX_INTIDS * bank->bits / 8)
			return bank;
	}
	return NULL;
}

/* Each frame has its own interrupts only */
static struct vgic_irq *frame_irq(struct vgic_access *a, unsigned int intid)
{
	if ((intid < VGIC_PRIVATE) != !!a->cpu)
		return NULL;
	return vgic_irq_at(a->gic, a->cpu, intid);
}

static void write_field(struct vgic_access *a, const struct vgic_bank *bank, struct vgic_irq *irq,
			u32 field)
{
	if (!a->state && bank->kind != VGIC_ASSIGN) {
		if (!field)
			return;
		field = bank->kind == VGIC_SET;
	}
	set_field(irq, bank->field, field);
	vgic_queue(a->gic, irq);
}

/* What a field has above 32 bits is reserved */
static void access_fields(struct vgic_access *a, const struct vgic_bank *bank)
{
	unsigned int first = (a->offset - bank->offset) * 8;
	unsigned int mask = GENMASK(min(bank->bits - 1, 31), 0);
	unsigned int shift;

	for (shift = 0; shift < a->bytes * 8; shift += bank->bits) {
		struct vgic_irq *irq = frame_irq(a, (first + shift) / bank->bits);

		if (!irq || (first + shift) % bank->bits)
			continue;
		if (a->write)
			write_field(a, bank, irq, a->value >> shift & mask);
		else
			a->value |= (u64)get_field(irq, bank->field, a->state) << shift;
	}
}

/* Of a whole register that is part of it */
static bool is_state(struct vgic_access *a, const struct vgic_bank *bank)
{
	unsigned int first = (a->offset - bank->offset) * 8 / bank->bits;

	return vgic_bank_is_state(bank) && first < a->gic->nr_intids && (first < VGIC_PRIVATE) == !!a->cpu;
}

bool vgic_bank_access(struct vgic_access *a)
{
	const struct vgic_bank *bank = bank_at(a->offset);
	bool settle = bank && bank->settle && !a->state;
	unsigned long flags;

	if (!bank || (a->state && !is_state(a, bank)))
		return false;
	if (!(bank->widths & a->bytes))
		return true;
	if (settle && !a->write)
		vgic_settle(a->gic);
	vgic_lock(a->gic, flags);
	access_fields(a, bank);
	vgic_unlock(a->gic, flags, a->vcpu);
	if (settle && a->write)
		vgic_settle(a->gic);
	return true;
}
