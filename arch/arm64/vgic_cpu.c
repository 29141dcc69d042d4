// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3: list registers, and what traps of the CPU
 * interface.  IHI 0069, "Virtual interrupt handling and prioritization".
 *
 * Guests use the CPU interface without exits.  A list register is filled when
 * something is new, stays as it is over exits that find it unchanged, and is
 * folded as soon as one does not.  A vCPU with nothing to deliver has none, and
 * then neither entry nor exit does anything here.
 */
#include "vgic_irq.h"

#define ENC_ICC_DIR	MOTE_ARM64_ENC(3, 0, 12, 11, 1)
#define ENC_ICC_SGI1R	MOTE_ARM64_ENC(3, 0, 12, 11, 5)
#define ENC_ICC_ASGI1R	MOTE_ARM64_ENC(3, 0, 12, 11, 6)
#define ENC_ICC_SGI0R	MOTE_ARM64_ENC(3, 0, 12, 11, 7)
#define ENC_ICC_SRE	MOTE_ARM64_ENC(3, 0, 12, 12, 5)

/* System registers only, and nothing is bypassed */
#define ICC_SRE_FIXED	7u

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
 * its list register: all ends trap.
 */
static void set_controls(struct vgic_cpu *cpu, unsigned int count, u32 hcr)
{
	struct arm64_ctx_gic *gic_hw = hw(cpu);

	WRITE_ONCE(cpu->used, count);
	gic_hw->used_lrs = count;
	gic_hw->hcr = count ? hcr | VGIC_HCR_EN : 0;
	if (gic_hw->vmcr & VGIC_VMCR_EOIM && VGIC_VTR_TDS(arm64_ich_vtr))
		gic_hw->hcr |= VGIC_HCR_TDIR;
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

	if (!cpu || likely(!READ_ONCE(cpu->update)))
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

/* ---- whether a halted guest has to wake ---- */

/* Highest active priority, from the active priority registers; 256: none */
static unsigned int running_priority(const struct arm64_ctx_gic *gic_hw)
{
	unsigned int bits = VGIC_VTR_PREBITS(arm64_ich_vtr);
	unsigned int i;

	for (i = 0; i < BIT(bits) / 32; i++) {
		u32 word = gic_hw->ap0r[i] | gic_hw->ap1r[i];

		if (word)
			return (i * 32 + __ffs(word)) << (8 - bits);
	}
	return 256;
}

/* Bits of a priority that do not count for preemption: IHI 0069, "Priority grouping" */
static unsigned int subpriority_bits(const struct vgic_irq *irq, u32 vmcr)
{
	if (irq->group1 && !(vmcr & VGIC_VMCR_CBPR))
		return vmcr >> 18 & 7;
	return (vmcr >> 21 & 7) + 1;
}

/* Whether the CPU interface signals it */
static bool signalled(const struct vgic_irq *irq, const struct arm64_ctx_gic *gic_hw)
{
	u32 vmcr = gic_hw->vmcr;
	unsigned int shift = subpriority_bits(irq, vmcr);
	unsigned int priority = irq->priority;

	return vmcr & (irq->group1 ? VGIC_VMCR_GRP1 : VGIC_VMCR_GRP0) &&
	       priority < vmcr >> 24 &&
	       priority >> shift < running_priority(gic_hw) >> shift;
}

static bool any_signalled(struct vgic *gic, struct vgic_cpu *cpu)
{
	unsigned int intid;

	for_each_set_bit(intid, cpu->todo, gic->nr_intids) {
		struct vgic_irq *irq = vgic_irq_at(gic, cpu, intid);

		if (!irq->active && vgic_deliverable(gic, irq) && signalled(irq, hw(cpu)))
			return true;
	}
	return false;
}

bool vgic_pending(struct mote_vcpu *vcpu)
{
	struct vgic_cpu *cpu = vcpu->arch.vgic;
	struct vgic *gic = vcpu->vm->arch.gic;
	unsigned long flags;
	bool pending;

	/* Without the lock: who adds one kicks after that */
	if (!cpu || !READ_ONCE(cpu->nr_todo))
		return false;
	vgic_lock(gic, flags);
	pending = any_signalled(gic, cpu);
	vgic_unlock(gic, flags, vcpu);
	return pending;
}

/* ---- trapped registers ---- */

/* Context: G */
static void send_sgi_to(struct vgic *gic, struct vgic_cpu *cpu, unsigned int intid, bool group1)
{
	struct vgic_irq *irq = &cpu->irqs[intid];

	if ((irq->group1 && !group1) || irq->latch)
		return;
	irq->latch = true;
	vgic_queue(gic, irq);
}

/* In the same order as Aff0: 16 vCPUs have all else in common */
static bool is_target(u64 value, unsigned int id)
{
	u32 affinity = (value >> 32 & 0xff) << 16 | (value >> 16 & 0xff) << 8;

	/* Aff3 and the range selector */
	return !(value >> 44 & 0xfff) && vgic_affinity(id) >> 4 << 4 == affinity &&
	       value & BIT(id & 15);
}

/*
 * ICC_SGI1R_EL1 and the like.  With one Security state ICC_SGI1R_EL1 sends to
 * both groups, the others to group 0 only (IHI 0069, "Generating SGIs").
 */
static void send_sgi(struct mote_vcpu *vcpu, u64 value, bool group1)
{
	struct vgic *gic = vcpu->vm->arch.gic;
	bool others = value & BIT_ULL(40);
	unsigned long flags;
	struct vgic_cpu *cpu;
	unsigned int id;

	vgic_lock(gic, flags);
	for_each_vgic_cpu(gic, id, cpu) {
		if (others ? id != vcpu->id : is_target(value, id))
			send_sgi_to(gic, cpu, value >> 24 & 0xf, group1);
	}
	vgic_unlock(gic, flags, vcpu);
}

/* ICC_DIR_EL1.  Another vCPU may have it in a list register. */
static void deactivate(struct mote_vcpu *vcpu, u32 intid)
{
	struct vgic *gic = vcpu->vm->arch.gic;
	struct vgic_irq *irq = vgic_irq_at(gic, vcpu->arch.vgic, intid);
	unsigned long flags;

	if (!irq || !(to_ctx(vcpu)->gic.vmcr & VGIC_VMCR_EOIM))
		return;
	vgic_lock(gic, flags);
	if (irq->active || irq->in_lr) {
		vgic_set_active(irq, false);
		vgic_queue(gic, irq);
	}
	vgic_unlock(gic, flags, vcpu);
}

bool vgic_sysreg(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value)
{
	if (!vcpu->arch.vgic)
		return false;
	switch (enc) {
	case ENC_ICC_SRE:
		if (!write)
			*value = ICC_SRE_FIXED;
		return true;
	case ENC_ICC_SGI1R:
	case ENC_ICC_ASGI1R:
	case ENC_ICC_SGI0R:
		if (write)
			send_sgi(vcpu, *value, enc == ENC_ICC_SGI1R);
		return write;
	case ENC_ICC_DIR:
		if (write)
			deactivate(vcpu, *value & 0xffffff);
		return write;
	default:
		return false;
	}
}
