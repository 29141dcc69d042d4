// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3: its CPU interface, by the encodings of ICC_*:
 * what hardware has of it for GET_REGS and SET_REGS, whether it signals an
 * interrupt to a halted guest, and what traps.
 */
#include "mod/regs.h"
#include "vgic_irq.h"

#define ENC		MOTE_ARM64_ENC

#define ENC_PMR		ENC(3, 0, 4, 6, 0)
#define ENC_AP0R0	ENC(3, 0, 12, 8, 4)
#define ENC_AP1R0	ENC(3, 0, 12, 9, 0)
#define ENC_DIR		ENC(3, 0, 12, 11, 1)
#define ENC_RPR		ENC(3, 0, 12, 11, 3)
#define ENC_SGI1R	ENC(3, 0, 12, 11, 5)
#define ENC_ASGI1R	ENC(3, 0, 12, 11, 6)
#define ENC_SGI0R	ENC(3, 0, 12, 11, 7)
#define ENC_CTLR	ENC(3, 0, 12, 12, 4)
#define ENC_SRE		ENC(3, 0, 12, 12, 5)

/* System registers only, and nothing is bypassed */
#define SRE_FIXED	7u

/* ---- registers ---- */

/* By the bits of ICH_VMCR_EL2 that have it, from bit 0 (IHI 0069, same name) */
static const struct icc_reg {
	u32 enc;
	u32 vmcr;
} icc_regs[] = {
	{ ENC_PMR, GENMASK(31, 24) },
	{ ENC(3, 0, 12, 8, 3), GENMASK(23, 21) },		/* ICC_BPR0_EL1 */
	{ ENC(3, 0, 12, 12, 3), GENMASK(20, 18) },		/* ICC_BPR1_EL1 */
	{ ENC_CTLR, VGIC_VMCR_CBPR | VGIC_VMCR_EOIM },
	{ ENC(3, 0, 12, 12, 6), VGIC_VMCR_GRP0 },		/* ICC_IGRPEN0_EL1 */
	{ ENC(3, 0, 12, 12, 7), VGIC_VMCR_GRP1 },		/* ICC_IGRPEN1_EL1 */
};

static unsigned int nr_aprs(void)
{
	return BIT(VGIC_VTR_PREBITS(arm64_ich_vtr)) / 32;
}

/* The active priorities register with an encoding, or NULL */
static u32 *apr(struct mote_vcpu *vcpu, u32 enc)
{
	struct arm64_ctx_gic *gic_hw = &to_ctx(vcpu)->gic;

	if (enc - ENC_AP0R0 < nr_aprs())
		return &gic_hw->ap0r[enc - ENC_AP0R0];
	return enc - ENC_AP1R0 < nr_aprs() ? &gic_hw->ap1r[enc - ENC_AP1R0] : NULL;
}

/* The bits of ICH_VMCR_EL2, 0: there is no such register */
static u32 vmcr_bits(u32 enc)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(icc_regs); i++)
		if (icc_regs[i].enc == enc)
			return icc_regs[i].vmcr;
	return 0;
}

/* The bits of @mask side by side, and back */
static u32 gather(u32 word, u32 mask)
{
	u32 value = 0, bit = 1;

	for (; mask; mask &= mask - 1, bit <<= 1)
		value |= word & mask & -mask ? bit : 0;
	return value;
}

static u32 scatter(u64 value, u32 mask)
{
	u32 word = 0;

	for (; mask; mask &= mask - 1, value >>= 1)
		word |= value & 1 ? mask & -mask : 0;
	return word;
}

int vgic_icc_get(struct mote_vcpu *vcpu, u32 enc, u64 *value)
{
	const u32 *active = apr(vcpu, enc);
	u32 bits = vmcr_bits(enc);

	if (!vcpu->arch.vgic || !(active || bits))
		return -ENOENT;
	*value = active ? *active : gather(to_ctx(vcpu)->gic.vmcr, bits);
	return 0;
}

int vgic_icc_check(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	u32 bits = vmcr_bits(enc);
	u64 old;

	if (value & ~(u64)(bits ? gather(U32_MAX, bits) : U32_MAX))
		return -EINVAL;
	return vgic_icc_get(vcpu, enc, &old);
}

void vgic_icc_set(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	u32 *vmcr = &to_ctx(vcpu)->gic.vmcr, *active = apr(vcpu, enc), bits = vmcr_bits(enc);

	if (active)
		*active = value;
	else
		*vmcr = (*vmcr & ~bits) | scatter(value, bits);
}

void vgic_icc_list(struct mote_vcpu *vcpu, struct mote_reg_ids *list)
{
	unsigned int i;

	if (!vcpu->arch.vgic)
		return;
	for (i = 0; i < ARRAY_SIZE(icc_regs); i++)
		mote_reg_add(list, MOTE_ARM64_REG(MOTE_ARM64_CLASS_SYSREG, (u64)icc_regs[i].enc));
	for (i = 0; i < nr_aprs(); i++) {
		mote_reg_add(list, MOTE_ARM64_REG(MOTE_ARM64_CLASS_SYSREG, (u64)ENC_AP0R0 + i));
		mote_reg_add(list, MOTE_ARM64_REG(MOTE_ARM64_CLASS_SYSREG, (u64)ENC_AP1R0 + i));
	}
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

		if (!irq->active && vgic_deliverable(gic, irq) && signalled(irq, &to_ctx(cpu->vcpu)->gic))
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

/* ICC_CTLR_EL1: what hardware says of itself in ICH_VTR_EL2; no range selector */
static u32 ctlr_fixed(u64 vtr)
{
	return (vtr >> 29 & 7) << 8 | (vtr >> 23 & 7) << 11 | (vtr >> 22 & 1) << 14 |
	       (vtr >> 21 & 1) << 15;
}

/* Those that both groups have in common trap with ICC_DIR_EL1 where it does not alone */
static void access_common(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value)
{
	arm64_gic_put(vcpu);
	if (write)
		vgic_icc_set(vcpu, enc, *value);
	else if (enc == ENC_RPR)
		*value = min(running_priority(&to_ctx(vcpu)->gic), 0xffu);
	else
		vgic_icc_get(vcpu, enc, value);
	if (!write && enc == ENC_CTLR)
		*value |= ctlr_fixed(arm64_ich_vtr);
	arm64_gic_load(vcpu);
}

bool vgic_sysreg(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value)
{
	if (!vcpu->arch.vgic)
		return false;
	switch (enc) {
	case ENC_SRE:
		if (!write)
			*value = SRE_FIXED;
		return true;
	case ENC_SGI1R:
	case ENC_ASGI1R:
	case ENC_SGI0R:
		if (write)
			send_sgi(vcpu, *value, enc == ENC_SGI1R);
		return write;
	case ENC_DIR:
		if (write)
			deactivate(vcpu, *value & 0xffffff);
		return write;
	case ENC_PMR:
	case ENC_RPR:
	case ENC_CTLR:
		access_common(vcpu, enc, write, value);
		return true;
	default:
		return false;
	}
}
