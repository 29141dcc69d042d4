// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3: list registers.  IHI 0069, "Virtual interrupt
 * handling and prioritization".
 *
 * Guests use the CPU interface without exits.  A list register is filled when
 * something is new, stays as it is over exits that find it unchanged, and is
 * folded as soon as one does not.  A vCPU with nothing to deliver has none, and
 * then neither entry nor exit does anything here.
 */
#include "vgic_irq.h"

static struct arm64_ctx_gic *hw(struct vgic_cpu *cpu)
{
	return &to_ctx(cpu->vcpu)->gic;
}

/* ---- filling ---- */

/*
 * Order of list registers: the low bits are the INTID, lower is better.  At
 * equal priority an active interrupt comes before a pending one, as its end
 * does.
 */
#define RANK_INTID	GENMASK(9, 0)
#define RANK_PENDING	BIT(10)
#define RANK_PRIORITY	11
#define RANK_LATE	BIT(31)

/*
 * What need not be in a list register, if there are too few: pending ones of a
 * group that the guest has off; active ones in EOImode 1, whose end traps.
 */
static bool is_late(const struct vgic_irq *irq, u32 vmcr)
{
	if (irq->active)
		return vmcr & VGIC_VMCR_EOIM;
	return !(vmcr & (irq->group1 ? VGIC_VMCR_GRP1 : VGIC_VMCR_GRP0));
}

static u32 rank(const struct vgic_irq *irq, u32 vmcr)
{
	return irq->intid | (irq->active ? 0 : RANK_PENDING) |
	       irq->priority << RANK_PRIORITY | (is_late(irq, vmcr) ? RANK_LATE : 0);
}

/* Keeps the best; Return: what falls out, or 0 */
static u32 insert(u32 *ranks, unsigned int *count, u32 new)
{
	unsigned int i = *count;
	u32 last = 0;

	if (i == VGIC_VTR_LRS(arm64_ich_vtr)) {
		last = ranks[--i];
		if (new > last)
			return new;
	} else {
		++*count;
	}
	for (; i && ranks[i - 1] > new; i--)
		ranks[i] = ranks[i - 1];
	ranks[i] = new;
	return last;
}

/* Maintenance interrupts by which the guest asks for what did not fit */
static u32 ask_for(u32 left, u32 vmcr)
{
	if (!(left & RANK_PENDING))
		return VGIC_HCR_LRENPIE;
	if (left & RANK_LATE)
		return (vmcr & VGIC_VMCR_GRP0 ? 0 : VGIC_HCR_GRP0_EIE) |
		       (vmcr & VGIC_VMCR_GRP1 ? 0 : VGIC_HCR_GRP1_EIE);
	/* In EOImode 1 active ones may stay: none of those that were put in is */
	return vmcr & VGIC_VMCR_EOIM ? VGIC_HCR_NPIE : VGIC_HCR_UIE;
}

/* Return: ICH_HCR_EL2 bits for what did not fit */
static u32 choose(struct vgic *gic, struct vgic_cpu *cpu, u32 *ranks, unsigned int *count)
{
	u32 hcr = 0, vmcr = hw(cpu)->vmcr;
	unsigned int intid;

	for_each_set_bit(intid, cpu->todo, gic->nr_intids) {
		struct vgic_irq *irq = vgic_irq_at(gic, cpu, intid);
		u32 left;

		if (!irq->active && !vgic_deliverable(gic, irq))
			continue;
		left = insert(ranks, count, rank(irq, vmcr));
		if (left)
			hcr |= ask_for(left, vmcr);
	}
	return hcr;
}

/*
 * An interrupt of hardware is never pending and active here: its pending
 * state is then in the host's GIC (ICH_LR<n>_EL2, State).
 *
 * A level that is up when its interrupt ends is pending again: the end has to
 * be seen, unless the list register is pending behind the active state.
 */
static u64 make_lr(struct vgic *gic, struct vgic_irq *irq)
{
	u64 lr = irq->intid | VGIC_LR_PRIORITY(irq->priority) |
		 (irq->group1 ? VGIC_LR_GROUP1 : 0) | (irq->active ? VGIC_LR_ACTIVE : 0);

	if (irq->hw)
		lr |= VGIC_LR_HW | VGIC_LR_HW_INTID(irq->hw_intid);
	else if (irq->line && !irq->edge)
		lr |= VGIC_LR_EOI;
	if (vgic_deliverable(gic, irq) && !(irq->hw && irq->active)) {
		lr |= VGIC_LR_PENDING;
		irq->lr_latch = irq->latch;
		irq->latch = false;
	}
	irq->in_lr = true;
	irq->active_written = false;
	return lr;
}

/*
 * In EOImode 1 an interrupt's end may come from any vCPU, long after it left
 * its list register, and hardware does not say which one ended: all ends trap.
 * Where ICC_DIR_EL1 does not trap alone (ICH_VTR_EL2.TDS), it does with what
 * both groups have in common.
 */
static u32 dir_trap(const struct arm64_ctx_gic *gic_hw)
{
	if (!(gic_hw->vmcr & VGIC_VMCR_EOIM))
		return 0;
	return arm64_ich_vtr & VGIC_VTR_TDS ? VGIC_HCR_TDIR : VGIC_HCR_TC;
}

static void set_controls(struct vgic_cpu *cpu, unsigned int count, u32 hcr)
{
	struct arm64_ctx_gic *gic_hw = hw(cpu);

	WRITE_ONCE(cpu->used, count);
	cpu->eoim = gic_hw->vmcr & VGIC_VMCR_EOIM;
	gic_hw->used_lrs = count;
	gic_hw->hcr = (count ? hcr | VGIC_HCR_EN : 0) | dir_trap(gic_hw);
}

static void fill(struct vgic *gic, struct vgic_cpu *cpu)
{
	u32 ranks[ARM64_MAX_LRS];
	unsigned int i, count = 0;
	u32 hcr = choose(gic, cpu, ranks, &count);

	for (i = 0; i < count; i++) {
		cpu->loaded[i] = make_lr(gic, vgic_irq_at(gic, cpu, ranks[i] & RANK_INTID));
		hw(cpu)->lr[i] = cpu->loaded[i];
		if (cpu->loaded[i] & VGIC_LR_PENDING)
			cpu->vcpu->stats->injected++;
	}
	set_controls(cpu, count, hcr);
}

/* ---- folding ---- */

static void fold_one(struct vgic *gic, struct vgic_cpu *cpu, struct vgic_irq *irq, u64 lr)
{
	irq->in_lr = false;
	if (!irq->active_written)
		irq->active = !!(lr & VGIC_LR_ACTIVE);
	irq->active_written = false;
	if (irq->lr_latch && (lr & VGIC_LR_PENDING))
		irq->latch = true;
	irq->lr_latch = false;
	if (irq->hw && !(lr & (VGIC_LR_PENDING | VGIC_LR_ACTIVE)))
		cpu->vcpu->arch.timer.host_active = false;
	vgic_queue(gic, irq);
}

/* The active interrupt with the highest priority that is in no list register */
static struct vgic_irq *first_left_out(struct vgic *gic, struct vgic_cpu *cpu)
{
	struct vgic_irq *best = NULL;
	unsigned int intid;

	for_each_set_bit(intid, cpu->todo, gic->nr_intids) {
		struct vgic_irq *irq = vgic_irq_at(gic, cpu, intid);

		if (irq->active && !irq->in_lr && (!best || irq->priority < best->priority))
			best = irq;
	}
	return best;
}

/*
 * Ends of interrupts that had no list register; only their number is known,
 * but in EOImode 0 they come in the order of priority.
 */
static void end_left_out(struct vgic *gic, struct vgic_cpu *cpu, unsigned int count)
{
	struct vgic_irq *irq;

	if (hw(cpu)->vmcr & VGIC_VMCR_EOIM)
		return;
	while (count-- && (irq = first_left_out(gic, cpu))) {
		vgic_set_active(irq, false);
		vgic_queue(gic, irq);
	}
}

static void fold(struct vgic *gic, struct vgic_cpu *cpu)
{
	struct arm64_ctx_gic *gic_hw = hw(cpu);
	unsigned int i;

	end_left_out(gic, cpu, VGIC_HCR_EOICOUNT(gic_hw->hcr_out));
	for (i = 0; i < cpu->used; i++) {
		unsigned int intid = VGIC_LR_INTID(cpu->loaded[i]);

		fold_one(gic, cpu, vgic_irq_at(gic, cpu, intid), gic_hw->lr[i]);
	}
	gic_hw->hcr_out = 0;
	set_controls(cpu, 0, 0);
	/* There may be room now for what was left out */
	if (cpu->nr_todo)
		WRITE_ONCE(cpu->update, true);
}

/*
 * Who changes something stores @update before it kicks.  The mode was stored
 * before this is called, see enum mote_vcpu_mode: so either the change is seen
 * here, or the kick interrupts the guest.
 */
void vgic_before_entry(struct mote_vcpu *vcpu)
{
	struct vgic_cpu *cpu = vcpu->arch.vgic;
	struct vgic *gic;
	unsigned long flags;
	u32 eoim;

	if (!cpu)
		return;
	eoim = to_ctx(vcpu)->gic.vmcr & VGIC_VMCR_EOIM;
	if (likely(!READ_ONCE(cpu->update) && eoim == cpu->eoim))
		return;
	gic = vcpu->vm->arch.gic;
	vgic_lock(gic, flags);
	fold(gic, cpu);
	WRITE_ONCE(cpu->update, false);
	fill(gic, cpu);
	vgic_unlock(gic, flags, vcpu);
}

/*
 * Whether the guest did anything with what is in list registers, or may have
 * enabled a group for which there was no room
 */
static bool lrs_changed(struct vgic_cpu *cpu)
{
	struct arm64_ctx_gic *gic_hw = hw(cpu);
	unsigned int i;

	if (VGIC_HCR_EOICOUNT(gic_hw->hcr_out) ||
	    gic_hw->hcr & (VGIC_HCR_GRP0_EIE | VGIC_HCR_GRP1_EIE))
		return true;
	for (i = 0; i < cpu->used; i++)
		if (gic_hw->lr[i] != cpu->loaded[i])
			return true;
	return false;
}

void vgic_after_exit(struct mote_vcpu *vcpu)
{
	struct vgic_cpu *cpu = vcpu->arch.vgic;
	struct vgic *gic;
	unsigned long flags;

	if (!cpu || likely(!cpu->used))
		return;
	if (!lrs_changed(cpu))
		return;
	gic = vcpu->vm->arch.gic;
	vgic_lock(gic, flags);
	fold(gic, cpu);
	vgic_unlock(gic, flags, vcpu);
}
