// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3 for GET_REGS and SET_REGS: the CPU interface by
 * the encodings of ICC_*, the rest by the offsets of the guest's registers.
 *
 * Pending is what is latched, and lines are saved on their own: a level that is
 * up now must not stay pending when it goes down.  The lines of the timers are
 * not part of it, as the timers will drive them again.
 */
#include "vgic_bank.h"

/* Upper byte of a GIC register's index */
#define SPACE(id)	((u32)(id) >> 24)
#define OFFSET(id)	((u32)(id) & 0xffffff)
#define GICR_SPACE	1u
#define LINES_SPACE	2u

/* ---- CPU interface ---- */

#define ID_CTLR		MOTE_ARM64_SYSREG(3, 0, 12, 12, 4)
#define ID_AP0R0	MOTE_ARM64_SYSREG(3, 0, 12, 8, 4)
#define ID_AP1R0	MOTE_ARM64_SYSREG(3, 0, 12, 9, 0)

#define CTLR_CBPR	BIT(0)
#define CTLR_EOIMODE	BIT(1)

/* By the field of ICH_VMCR_EL2 that has it (IHI 0069, same name) */
static const struct icc_reg {
	u64 id;
	u32 field;
} icc_regs[] = {
	{ MOTE_ARM64_SYSREG(3, 0, 4, 6, 0), GENMASK(31, 24) },		/* ICC_PMR_EL1 */
	{ MOTE_ARM64_SYSREG(3, 0, 12, 8, 3), GENMASK(23, 21) },		/* ICC_BPR0_EL1 */
	{ MOTE_ARM64_SYSREG(3, 0, 12, 12, 3), GENMASK(20, 18) },	/* ICC_BPR1_EL1 */
	{ ID_CTLR, VGIC_VMCR_CBPR | VGIC_VMCR_EOIM },
	{ MOTE_ARM64_SYSREG(3, 0, 12, 12, 6), VGIC_VMCR_GRP0 },		/* ICC_IGRPEN0_EL1 */
	{ MOTE_ARM64_SYSREG(3, 0, 12, 12, 7), VGIC_VMCR_GRP1 },		/* ICC_IGRPEN1_EL1 */
};

static unsigned int nr_aprs(void)
{
	return BIT(VGIC_VTR_PREBITS(arm64_ich_vtr)) / 32;
}

/* The active priorities register with an id, or NULL */
static u32 *apr(struct mote_vcpu *vcpu, u64 id)
{
	struct arm64_ctx_gic *gic_hw = &to_ctx(vcpu)->gic;

	if (id - ID_AP0R0 < nr_aprs())
		return &gic_hw->ap0r[id - ID_AP0R0];
	return id - ID_AP1R0 < nr_aprs() ? &gic_hw->ap1r[id - ID_AP1R0] : NULL;
}

/* The field of ICH_VMCR_EL2, 0: there is none */
static u32 vmcr_field(u64 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(icc_regs); i++)
		if (icc_regs[i].id == id)
			return icc_regs[i].field;
	return 0;
}

static u64 vmcr_get(u32 vmcr, u64 id)
{
	u32 field = vmcr_field(id);

	if (id == ID_CTLR)
		return (vmcr & VGIC_VMCR_CBPR ? CTLR_CBPR : 0) |
		       (vmcr & VGIC_VMCR_EOIM ? CTLR_EOIMODE : 0);
	return (vmcr & field) >> __ffs(field);
}

static u32 vmcr_set(u32 vmcr, u64 id, u64 value)
{
	u32 field = vmcr_field(id);

	vmcr &= ~field;
	if (id == ID_CTLR)
		return vmcr | (value & CTLR_CBPR ? VGIC_VMCR_CBPR : 0) |
		       (value & CTLR_EOIMODE ? VGIC_VMCR_EOIM : 0);
	return vmcr | (value << __ffs(field) & field);
}

static int icc_access(struct mote_vcpu *vcpu, u64 id, bool write, u64 *value)
{
	u32 *vmcr = &to_ctx(vcpu)->gic.vmcr;
	u32 *active = apr(vcpu, id);

	if (!active && !vmcr_field(id))
		return -ENOENT;
	if (active && write)
		*active = *value;
	else if (active)
		*value = *active;
	else if (write)
		*vmcr = vmcr_set(*vmcr, id, *value);
	else
		*value = vmcr_get(*vmcr, id);
	return 0;
}

/* ---- lines ---- */

/* SGIs have no lines, and those of the timers are not ours */
static u32 lines_mask(u64 id)
{
	return OFFSET(id) ? U32_MAX : GENMASK(31, VGIC_SGIS) & ~ARM64_TIMER_PPIS;
}

/* Context: G */
static void lines_access(struct vgic_access *a, u64 id)
{
	unsigned int i;

	for (i = 0; i < 32; i++) {
		struct vgic_irq *irq = vgic_irq_at(a->gic, a->vcpu->arch.vgic, OFFSET(id) * 32 + i);

		if (!irq || !(lines_mask(id) & BIT(i)))
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

static int access_lines(struct vgic_access *a, u64 id)
{
	unsigned long flags;

	if (OFFSET(id) >= a->gic->nr_intids / 32)
		return -ENOENT;
	vgic_lock(a->gic, flags);
	lines_access(a, id);
	vgic_unlock(a->gic, flags, a->vcpu);
	return 0;
}

/* ---- distributor and redistributor: as the guest does, but for the banks ---- */

static bool is_route(u64 id)
{
	return SPACE(id) == 0 && OFFSET(id) >= GICD_IROUTER;
}

static int frame_access(struct vgic_access *a, u64 id)
{
	a->bytes = is_route(id) ? 8 : 4;
	a->offset = OFFSET(id);
	if (SPACE(id) == GICR_SPACE)
		a->cpu = a->vcpu->arch.vgic;
	if (id == MOTE_ARM64_GICD(GICD_CTLR)) {
		vgic_dist_access(a);
		return 0;
	}
	if (id == MOTE_ARM64_GICR(GICR_WAKER)) {
		vgic_redist_access(a);
		return 0;
	}
	if (SPACE(id) > GICR_SPACE || a->offset % a->bytes)
		return -ENOENT;
	a->offset -= a->cpu ? VGIC_FRAME : 0;
	return vgic_bank_access(a) ? 0 : -ENOENT;
}

static int gic_access(struct mote_vcpu *vcpu, u64 id, bool write, u64 *value)
{
	struct vgic_access a = {
		.gic = vcpu->vm->arch.gic,
		.vcpu = vcpu,
		.write = write,
		.state = true,
		.value = write ? *value : 0,
	};
	int r = SPACE(id) == LINES_SPACE ? access_lines(&a, id) : frame_access(&a, id);

	*value = a.value;
	return r;
}

static u64 writable_bits(struct mote_vcpu *vcpu, u64 id)
{
	if (id >> 32 == MOTE_ARM64_CLASS_SYSREG)
		return apr(vcpu, id) ? U32_MAX : vmcr_get(U32_MAX, id);
	if (id == MOTE_ARM64_GICD(GICD_CTLR))
		return GICD_CTLR_GROUPS | GICD_CTLR_ARE | GICD_CTLR_DS;
	if (id == MOTE_ARM64_GICR(GICR_WAKER))
		return GICR_WAKER_SLEEP | GICR_WAKER_ASLEEP;
	if (is_route(id))
		return VGIC_ROUTE_MASK;
	return SPACE(id) == LINES_SPACE ? lines_mask(id) : U32_MAX;
}

/* ---- all of it ---- */

static int reg_access(struct mote_vcpu *vcpu, u64 id, bool write, u64 *value)
{
	if (!vcpu->arch.vgic)
		return -ENOENT;
	if (id >> 32 == MOTE_ARM64_CLASS_SYSREG)
		return icc_access(vcpu, id, write, value);
	return id >> 32 == MOTE_ARM64_CLASS_GIC ? gic_access(vcpu, id, write, value) : -ENOENT;
}

int vgic_reg_get(struct mote_vcpu *vcpu, u64 id, u64 *value)
{
	return reg_access(vcpu, id, false, value);
}

int vgic_reg_check(struct mote_vcpu *vcpu, u64 id, u64 value)
{
	u64 old;
	int r = reg_access(vcpu, id, false, &old);

	if (r)
		return r;
	return value & ~writable_bits(vcpu, id) ? -EINVAL : 0;
}

void vgic_reg_set(struct mote_vcpu *vcpu, u64 id, u64 value)
{
	reg_access(vcpu, id, true, &value);
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

/* Nothing is delivered between them, as no vCPU runs: the order is for people */
static bool pick_banks(unsigned int *n, u64 frame, unsigned int first, unsigned int count, u64 *id)
{
	unsigned int i;

	for (i = 0; i < VGIC_NR_BANKS; i++) {
		const struct vgic_bank *bank = &vgic_banks[i];
		unsigned int reg_bits = max(bank->bits + 0u, 32u);

		if (!vgic_bank_is_state(bank) || (first < VGIC_PRIVATE && bank->offset == GICD_IROUTER))
			continue;
		if (pick(n, frame + bank->offset + first * bank->bits / 8,
			 count * bank->bits / reg_bits, reg_bits / 8, id))
			return true;
	}
	return false;
}

static bool pick_icc(unsigned int *n, u64 *id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(icc_regs); i++)
		if (pick(n, icc_regs[i].id, 1, 1, id))
			return true;
	return pick(n, ID_AP0R0, nr_aprs(), 1, id) || pick(n, ID_AP1R0, nr_aprs(), 1, id);
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
	unsigned int spis;
	u64 id = 0;

	if (!vcpu->arch.vgic ||
	    pick_icc(&n, &id) || pick(&n, MOTE_ARM64_GICR(GICR_WAKER), 1, 4, &id) ||
	    pick_banks(&n, MOTE_ARM64_GICR(VGIC_FRAME), 0, VGIC_PRIVATE, &id) ||
	    pick(&n, MOTE_ARM64_GIC_LINES(0), 1, 1, &id) || !is_first(vcpu))
		return id;
	spis = vcpu->vm->arch.gic->nr_intids - VGIC_PRIVATE;
	if (pick(&n, MOTE_ARM64_GICD(GICD_CTLR), 1, 4, &id) ||
	    pick_banks(&n, MOTE_ARM64_GICD(0), VGIC_PRIVATE, spis, &id) ||
	    pick(&n, MOTE_ARM64_GIC_LINES(1), spis / 32, 1, &id))
		return id;
	return 0;
}
