// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3 for GET_REGS and SET_REGS: the CPU interface by
 * the encodings of ICC_*, the rest by the offsets of the guest's registers.
 *
 * Pending is what is latched, and lines are saved on their own: a level that is
 * up now must not stay pending when it goes down.  The lines of the timers are
 * not part of it, as the timers will drive them again.
 */
#include "vgic.h"

#define GICD_SPACE	0u
#define GICR_SPACE	1u
#define LINES_SPACE	2u

#define SPACE(id)	((u32)(id) >> 24)
#define OFFSET(id)	((u32)(id) & 0xffffff)

/* ---- CPU interface ---- */

/*
 * Fields of ICH_VMCR_EL2 (IHI 0069, same name), and where they are in the ICC_*
 * register.
 */
static const struct icc_field {
	u16 enc;
	u8 vmcr_shift;
	u8 bits;
	u8 shift;
} icc_fields[] = {
	{ MOTE_ARM64_ENC(3, 0, 4, 6, 0), 24, 8, 0 },	/* ICC_PMR_EL1 */
	{ MOTE_ARM64_ENC(3, 0, 12, 8, 3), 21, 3, 0 },	/* ICC_BPR0_EL1 */
	{ MOTE_ARM64_ENC(3, 0, 12, 12, 3), 18, 3, 0 },	/* ICC_BPR1_EL1 */
	{ MOTE_ARM64_ENC(3, 0, 12, 12, 4), 4, 1, 0 },	/* ICC_CTLR_EL1.CBPR */
	{ MOTE_ARM64_ENC(3, 0, 12, 12, 4), 9, 1, 1 },	/* ICC_CTLR_EL1.EOImode */
	{ MOTE_ARM64_ENC(3, 0, 12, 12, 6), 0, 1, 0 },	/* ICC_IGRPEN0_EL1 */
	{ MOTE_ARM64_ENC(3, 0, 12, 12, 7), 1, 1, 0 },	/* ICC_IGRPEN1_EL1 */
};

#define ENC_AP0R0	MOTE_ARM64_ENC(3, 0, 12, 8, 4)
#define ENC_AP1R0	MOTE_ARM64_ENC(3, 0, 12, 9, 0)

static unsigned int nr_aprs(void)
{
	return BIT(VGIC_VTR_PREBITS(vgic_vtr)) / 32;
}

/* The active priorities register with an encoding, or NULL */
static u32 *apr(struct mote_vcpu *vcpu, u32 enc)
{
	struct arm64_ctx_gic *gic_hw = &to_ctx(vcpu)->gic;

	if (enc >= ENC_AP0R0 && enc < ENC_AP0R0 + nr_aprs())
		return &gic_hw->ap0r[enc - ENC_AP0R0];
	if (enc >= ENC_AP1R0 && enc < ENC_AP1R0 + nr_aprs())
		return &gic_hw->ap1r[enc - ENC_AP1R0];
	return NULL;
}

/* Return: bits of a register that ICH_VMCR_EL2 has, 0: it has none */
static u64 icc_mask(u32 enc)
{
	unsigned int i;
	u64 mask = 0;

	for (i = 0; i < ARRAY_SIZE(icc_fields); i++)
		if (icc_fields[i].enc == enc)
			mask |= (BIT_ULL(icc_fields[i].bits) - 1) << icc_fields[i].shift;
	return mask;
}

static u64 icc_get(u32 vmcr, u32 enc)
{
	unsigned int i;
	u64 value = 0;

	for (i = 0; i < ARRAY_SIZE(icc_fields); i++) {
		const struct icc_field *f = &icc_fields[i];

		if (f->enc == enc)
			value |= (vmcr >> f->vmcr_shift & (BIT_ULL(f->bits) - 1)) << f->shift;
	}
	return value;
}

static u32 icc_set(u32 vmcr, u32 enc, u64 value)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(icc_fields); i++) {
		const struct icc_field *f = &icc_fields[i];
		u32 mask = BIT(f->bits) - 1;

		if (f->enc != enc)
			continue;
		vmcr &= ~(mask << f->vmcr_shift);
		vmcr |= (value >> f->shift & mask) << f->vmcr_shift;
	}
	return vmcr;
}

static int icc_reg_get(struct mote_vcpu *vcpu, u32 enc, u64 *value)
{
	u32 *active = apr(vcpu, enc);

	if (!active && !icc_mask(enc))
		return -ENOENT;
	*value = active ? *active : icc_get(to_ctx(vcpu)->gic.vmcr, enc);
	return 0;
}

static int icc_reg_check(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	u64 mask = apr(vcpu, enc) ? U32_MAX : icc_mask(enc);

	if (!mask)
		return -ENOENT;
	return value & ~mask ? -EINVAL : 0;
}

static void icc_reg_set(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	struct arm64_ctx_gic *gic_hw = &to_ctx(vcpu)->gic;
	u32 *active = apr(vcpu, enc);

	if (active)
		*active = value;
	else
		gic_hw->vmcr = icc_set(gic_hw->vmcr, enc, value);
}

/* ---- distributor and redistributors ---- */

static bool is_private_space(u64 id)
{
	return SPACE(id) == GICR_SPACE;
}

/* The bank that a state register belongs to, and its first interrupt; or NULL */
static const struct vgic_bank *bank_of(struct vgic *gic, u64 id, unsigned int *first)
{
	u32 offset = OFFSET(id) - (is_private_space(id) ? VGIC_FRAME : 0);
	const struct vgic_bank *bank = vgic_bank_at(offset);

	if (SPACE(id) == LINES_SPACE || !bank || !bank->restore || offset % 4)
		return NULL;
	*first = (offset - bank->offset) * 8 / bank->bits;
	if (*first >= gic->nr_intids || (*first < VGIC_PRIVATE) != is_private_space(id))
		return NULL;
	return bank;
}

static u64 bank_save(struct vgic *gic, struct vgic_cpu *cpu, const struct vgic_bank *bank,
		     unsigned int first)
{
	u64 value = 0;
	unsigned int i;

	for (i = 0; i < 32u / bank->bits; i++) {
		struct vgic_irq *irq = vgic_irq_at(gic, cpu, first + i);

		if (irq)
			value |= (u64)bank->save(irq) << i * bank->bits;
	}
	return value;
}

static void bank_restore(struct vgic *gic, struct vgic_cpu *cpu, const struct vgic_bank *bank,
			 unsigned int first, u64 value)
{
	u64 mask = BIT_ULL(bank->bits) - 1;
	unsigned int i;

	for (i = 0; i < 32u / bank->bits; i++) {
		struct vgic_irq *irq = vgic_irq_at(gic, cpu, first + i);

		if (irq)
			bank->restore(gic, irq, value >> i * bank->bits & mask);
	}
}

static bool is_lines(struct vgic *gic, u64 id)
{
	return SPACE(id) == LINES_SPACE && OFFSET(id) < gic->nr_intids / 32;
}

/* SGIs have no lines, and those of the timers are not ours */
static u32 lines_mask(u64 id)
{
	return OFFSET(id) ? U32_MAX : ~(u32)ARM64_TIMER_PPIS & GENMASK(31, VGIC_SGIS);
}

static u64 lines_save(struct vgic *gic, struct vgic_cpu *cpu, u64 id)
{
	unsigned int i;
	u64 value = 0;

	for (i = 0; i < 32; i++) {
		struct vgic_irq *irq = vgic_irq_at(gic, cpu, OFFSET(id) * 32 + i);

		if (irq && irq->line)
			value |= BIT_ULL(i);
	}
	return value & lines_mask(id);
}

static void lines_restore(struct vgic *gic, struct vgic_cpu *cpu, u64 id, u64 value)
{
	unsigned int i;

	for (i = 0; i < 32; i++) {
		struct vgic_irq *irq = vgic_irq_at(gic, cpu, OFFSET(id) * 32 + i);

		if (!irq || !(lines_mask(id) & BIT(i)))
			continue;
		/* Not an edge: what those left is in the pending bits */
		irq->line = value >> i & 1;
		vgic_queue(gic, irq);
	}
}

static struct vgic_irq *route_irq(struct vgic *gic, u64 id)
{
	u32 n = OFFSET(id) - GICD_IROUTER;

	if (SPACE(id) != GICD_SPACE || OFFSET(id) < GICD_IROUTER || n % 8)
		return NULL;
	return vgic_irq_at(gic, NULL, n / 8);
}

/* Context: G */
static int gic_reg_get(struct vgic *gic, struct vgic_cpu *cpu, u64 id, u64 *value)
{
	const struct vgic_bank *bank;
	unsigned int first;

	if (id == MOTE_ARM64_GICD(GICD_CTLR))
		*value = gic->ctlr;
	else if (id == MOTE_ARM64_GICR(GICR_WAKER))
		*value = cpu->waker;
	else if (is_lines(gic, id))
		*value = lines_save(gic, cpu, id);
	else if (route_irq(gic, id))
		*value = route_irq(gic, id)->route;
	else if ((bank = bank_of(gic, id, &first)))
		*value = bank_save(gic, cpu, bank, first);
	else
		return -ENOENT;
	return 0;
}

static u64 writable_bits(struct vgic *gic, u64 id)
{
	if (id == MOTE_ARM64_GICD(GICD_CTLR))
		return GICD_CTLR_GROUPS;
	if (id == MOTE_ARM64_GICR(GICR_WAKER))
		return GICR_WAKER_SLEEP | GICR_WAKER_ASLEEP;
	if (route_irq(gic, id))
		return GICD_IROUTER_IRM | 0xffffff;
	if (is_lines(gic, id))
		return lines_mask(id);
	return U32_MAX;
}

/* Context: G */
static void gic_reg_set(struct vgic *gic, struct vgic_cpu *cpu, u64 id, u64 value)
{
	const struct vgic_bank *bank;
	unsigned int first;

	if (id == MOTE_ARM64_GICD(GICD_CTLR))
		vgic_write_ctlr(gic, value);
	else if (id == MOTE_ARM64_GICR(GICR_WAKER))
		vgic_write_waker(cpu, value);
	else if (is_lines(gic, id))
		lines_restore(gic, cpu, id, value);
	else if (route_irq(gic, id))
		vgic_write_route(gic, route_irq(gic, id), value);
	else if ((bank = bank_of(gic, id, &first)))
		bank_restore(gic, cpu, bank, first, value);
}

/* ---- all of it ---- */

static bool is_icc(u64 id)
{
	return id >> 32 == MOTE_ARM64_CLASS_SYSREG;
}

int vgic_reg_get(struct mote_vcpu *vcpu, u64 id, u64 *value)
{
	struct vgic *gic = vcpu->vm->arch.gic;
	unsigned long flags;
	int r;

	if (!vcpu->arch.vgic)
		return -ENOENT;
	if (is_icc(id))
		return icc_reg_get(vcpu, id, value);
	if (id >> 32 != MOTE_ARM64_CLASS_GIC)
		return -ENOENT;
	vgic_lock(gic, flags);
	r = gic_reg_get(gic, vcpu->arch.vgic, id, value);
	vgic_unlock(gic, flags, NULL);
	return r;
}

int vgic_reg_check(struct mote_vcpu *vcpu, u64 id, u64 value)
{
	u64 old;
	int r = vgic_reg_get(vcpu, id, &old);

	if (r)
		return r;
	if (is_icc(id))
		return icc_reg_check(vcpu, id, value);
	return value & ~writable_bits(vcpu->vm->arch.gic, id) ? -EINVAL : 0;
}

void vgic_reg_set(struct mote_vcpu *vcpu, u64 id, u64 value)
{
	struct vgic *gic = vcpu->vm->arch.gic;
	unsigned long flags;

	if (is_icc(id)) {
		icc_reg_set(vcpu, id, value);
		return;
	}
	vgic_lock(gic, flags);
	gic_reg_set(gic, vcpu->arch.vgic, id, value);
	vgic_unlock(gic, flags, NULL);
}

/* ---- the list ---- */

/* Whether the @n-th id is among @count ids from @first; takes them off @n if not */
static bool pick(unsigned int *n, u64 first, unsigned int count, unsigned int step, u64 *id)
{
	if (*n >= count) {
		*n -= count;
		return false;
	}
	*id = first + *n * step;
	return true;
}

static bool pick_icc(unsigned int *n, u64 *id)
{
	const u64 class = MOTE_ARM64_REG(MOTE_ARM64_CLASS_SYSREG, 0);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(icc_fields); i++) {
		bool again = i && icc_fields[i].enc == icc_fields[i - 1].enc;

		if (!again && pick(n, class + icc_fields[i].enc, 1, 0, id))
			return true;
	}
	return pick(n, class + ENC_AP0R0, nr_aprs(), 1, id) ||
	       pick(n, class + ENC_AP1R0, nr_aprs(), 1, id);
}

/*
 * Levels come before what is pending and active, and what is enabled before
 * both: nothing is delivered meanwhile, as no vCPU runs.
 */
static bool pick_banks(unsigned int *n, u64 frame, unsigned int intid, unsigned int count, u64 *id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vgic_banks); i++) {
		const struct vgic_bank *bank = &vgic_banks[i];

		if (bank->restore &&
		    pick(n, frame + bank->offset + intid * bank->bits / 8,
			 count * bank->bits / 32, 4, id))
			return true;
	}
	return false;
}

static bool is_first(struct mote_vcpu *vcpu)
{
	unsigned int id;

	for (id = 0; id < vcpu->id; id++)
		if (mote_vm_vcpu(vcpu->vm, id))
			return false;
	return true;
}

u64 vgic_reg_list(struct mote_vcpu *vcpu, unsigned int n)
{
	struct vgic *gic = vcpu->vm->arch.gic;
	unsigned int spis, routes;
	u64 id;

	if (!vcpu->arch.vgic)
		return 0;
	if (pick_icc(&n, &id) || pick(&n, MOTE_ARM64_GICR(GICR_WAKER), 1, 0, &id) ||
	    pick_banks(&n, MOTE_ARM64_GICR(VGIC_FRAME), 0, VGIC_PRIVATE, &id) ||
	    pick(&n, MOTE_ARM64_GIC_LINES(0), 1, 0, &id))
		return id;
	if (!is_first(vcpu))
		return 0;
	spis = gic->nr_intids - VGIC_PRIVATE;
	routes = min(gic->nr_intids, VGIC_LAST_SPI + 1) - VGIC_PRIVATE;
	if (pick(&n, MOTE_ARM64_GICD(GICD_CTLR), 1, 0, &id) ||
	    pick(&n, MOTE_ARM64_GICD(GICD_IROUTER + VGIC_PRIVATE * 8), routes, 8, &id) ||
	    pick_banks(&n, MOTE_ARM64_GICD(0), VGIC_PRIVATE, spis, &id) ||
	    pick(&n, MOTE_ARM64_GIC_LINES(1), spis / 32, 1, &id))
		return id;
	return 0;
}
