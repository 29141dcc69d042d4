// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3 for GET_REGS and SET_REGS, by the offsets of the
 * guest's registers.
 *
 * Pending is what is latched, and lines are saved on their own: a level that is
 * up now must not stay pending when it goes down.  The lines of the timers are
 * not part of it, as the timers will drive them again.
 */
#include "mod/regs.h"
#include "vgic_bank.h"

/* Upper byte of a register's index */
#define SPACE(index)	((index) >> 24)
#define OFFSET(index)	((index) & 0xffffff)
#define GICR_SPACE	1u
#define LINES_SPACE	2u
#define WAKER_INDEX	((u32)(MOTE_ARM64_GICR(GICR_WAKER) & U32_MAX))

/* ---- lines ---- */

/* SGIs have no lines, and those of the timers are not ours */
static u32 lines_mask(u32 index)
{
	return OFFSET(index) ? U32_MAX : GENMASK(31, VGIC_SGIS) & ~ARM64_TIMER_PPIS;
}

/* Context: G */
static void lines_access(struct vgic_access *a, u32 index)
{
	unsigned int i;

	for (i = 0; i < 32; i++) {
		struct vgic_irq *irq = vgic_irq_at(a->gic, a->vcpu->arch.vgic, OFFSET(index) * 32 + i);

		if (!irq || !(lines_mask(index) & BIT(i)))
			continue;
		if (!a->write) {
			a->value |= (u64)irq->line << i;
			continue;
		}
		/* Not an edge: what those left is in the pending bits */
		irq->line = a->value >> i & 1;
		vgic_queue(a->gic, irq);
	}
}

static int access_lines(struct vgic_access *a, u32 index)
{
	unsigned long flags;

	if (OFFSET(index) >= a->gic->nr_intids / 32)
		return -ENOENT;
	vgic_lock(a->gic, flags);
	lines_access(a, index);
	vgic_unlock(a->gic, flags, a->vcpu);
	return 0;
}

/* ---- distributor and redistributor: as the guest does, but for the banks ---- */

static bool is_route(u32 index)
{
	return SPACE(index) == 0 && OFFSET(index) >= GICD_IROUTER;
}

static int frame_access(struct vgic_access *a, u32 index)
{
	a->bytes = is_route(index) ? 8 : 4;
	a->offset = OFFSET(index);
	if (SPACE(index) == GICR_SPACE)
		a->cpu = a->vcpu->arch.vgic;
	if (index == GICD_CTLR) {
		vgic_dist_access(a);
		return 0;
	}
	if (index == WAKER_INDEX) {
		vgic_redist_access(a);
		return 0;
	}
	if (SPACE(index) > GICR_SPACE || a->offset % a->bytes)
		return -ENOENT;
	a->offset -= a->cpu ? VGIC_FRAME : 0;
	return vgic_bank_access(a) ? 0 : -ENOENT;
}

static u64 writable_bits(u32 index)
{
	if (index == GICD_CTLR)
		return VGIC_CTLR_GROUPS | GICD_CTLR_ARE_NS | GICD_CTLR_DS;
	if (index == WAKER_INDEX)
		return VGIC_WAKER_ASLEEP;
	if (is_route(index))
		return VGIC_ROUTE_MASK;
	return SPACE(index) == LINES_SPACE ? lines_mask(index) : U32_MAX;
}

/* ---- all of it ---- */

static int reg_access(struct mote_vcpu *vcpu, u32 index, bool write, u64 *value)
{
	struct vgic_access a = {
		.gic = vcpu->vm->arch.gic,
		.vcpu = vcpu,
		.write = write,
		.state = true,
		.value = write ? *value : 0,
	};
	int r;

	if (!vcpu->arch.vgic)
		return -ENOENT;
	r = SPACE(index) == LINES_SPACE ? access_lines(&a, index) : frame_access(&a, index);
	*value = a.value;
	return r;
}

int vgic_reg_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	return reg_access(vcpu, index, false, value);
}

int vgic_reg_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	u64 old;
	int r = reg_access(vcpu, index, false, &old);

	if (r)
		return r;
	return value & ~writable_bits(index) ? -EINVAL : 0;
}

void vgic_reg_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	reg_access(vcpu, index, true, &value);
}

/* ---- the list ---- */

/* Nothing is delivered between them, as no vCPU runs: the order is for people */
static void add_banks(struct mote_reg_ids *list, u64 frame, unsigned int first, unsigned int end)
{
	const struct vgic_bank *bank;

	for (bank = vgic_banks; bank < vgic_banks + VGIC_NR_BANKS; bank++) {
		unsigned int at, bytes = bank->bits > 32 ? 8 : 4;

		if (!vgic_bank_is_state(bank) || (first < VGIC_PRIVATE && bank->offset == GICD_IROUTER))
			continue;
		for (at = first * bank->bits / 8; at < end * bank->bits / 8; at += bytes)
			mote_reg_add(list, frame + bank->offset + at);
	}
}

static bool is_first(struct mote_vcpu *vcpu)
{
	unsigned int id;

	for (id = 0; id < vcpu->id; id++)
		if (mote_vm_vcpu(vcpu->vm, id))
			return false;
	return true;
}

void vgic_reg_list(struct mote_vcpu *vcpu, struct mote_reg_ids *list)
{
	struct vgic *gic = vcpu->vm->arch.gic;
	unsigned int i;

	if (!vcpu->arch.vgic)
		return;
	mote_reg_add(list, MOTE_ARM64_GICR(GICR_WAKER));
	add_banks(list, MOTE_ARM64_GICR(VGIC_FRAME), 0, VGIC_PRIVATE);
	mote_reg_add(list, MOTE_ARM64_GIC_LINES(0));
	if (!is_first(vcpu))
		return;
	mote_reg_add(list, MOTE_ARM64_GICD(GICD_CTLR));
	add_banks(list, MOTE_ARM64_GICD(0), VGIC_PRIVATE, gic->nr_intids);
	for (i = 1; i < gic->nr_intids / 32; i++)
		mote_reg_add(list, MOTE_ARM64_GIC_LINES(i));
}
