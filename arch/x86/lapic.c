// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: the local APIC, its registers and modes.  SDM vol. 3, chapter
 * "Advanced Programmable Interrupt Controller (APIC)"; section names below are
 * of that chapter.
 */
#include <linux/bits.h>
#include <linux/gfp.h>
#include <linux/slab.h>

#include "cpuid.h"
#include "lapic.h"

#define X2APIC_MSR	0x800
#define REGISTERS	64

/* Version 0x14: integrated APIC; six LVT entries; no EOI-broadcast suppression */
#define VERSION_VALUE	(0x14 | 5 << 16)

/* Registers as bits of a word, by their number, which is offset / 16 */
#define NR(offset)	((offset) >> 4)
#define REG(offset)	BIT_ULL(NR(offset))
#define REGS8(offset)	(0xffull << NR(offset))
#define REGS_LVT	(0x3full << NR(LAPIC_LVT_TIMER))

#define X2APIC_WRITABLE	(REG(LAPIC_TPR) | REG(LAPIC_EOI) | REG(LAPIC_SVR) | REG(LAPIC_ESR) | \
			 REG(LAPIC_ICR_LOW) | REGS_LVT | REG(LAPIC_TIMER_INITIAL) | \
			 REG(LAPIC_TIMER_DIVIDE) | REG(LAPIC_SELF_IPI))
#define X2APIC_READABLE	(REG(LAPIC_ID) | REG(LAPIC_VERSION) | REG(LAPIC_TPR) | REG(LAPIC_PPR) | \
			 REG(LAPIC_LDR) | REG(LAPIC_SVR) | REGS8(LAPIC_ISR) | REGS8(LAPIC_TMR) | \
			 REGS8(LAPIC_IRR) | REG(LAPIC_ESR) | REG(LAPIC_ICR_LOW) | REGS_LVT | \
			 REG(LAPIC_TIMER_INITIAL) | REG(LAPIC_TIMER_CURRENT) | \
			 REG(LAPIC_TIMER_DIVIDE))
/* The APIC id can be written on some processors: not on this one */
#define XAPIC_WRITABLE	(REG(LAPIC_ID) | REG(LAPIC_TPR) | REG(LAPIC_EOI) | REG(LAPIC_LDR) | \
			 REG(LAPIC_DFR) | REG(LAPIC_SVR) | REG(LAPIC_ESR) | REG(LAPIC_ICR_LOW) | \
			 REG(LAPIC_ICR_HIGH) | REGS_LVT | REG(LAPIC_TIMER_INITIAL) | \
			 REG(LAPIC_TIMER_DIVIDE))
#define XAPIC_EXISTS	(X2APIC_READABLE | XAPIC_WRITABLE | REG(LAPIC_APR) | REG(LAPIC_RRD))

/*
 * What can be written of a register, and what is not reserved but read-only:
 * delivery status, and remote IRR, which are never set here.
 */
static const struct {
	u32 writable;
	u32 ignored;
} reg_bits[REGISTERS] = {
	[NR(LAPIC_TPR)]			= { 0x000000ff, 0 },
	[NR(LAPIC_LDR)]			= { 0xff000000, 0 },
	[NR(LAPIC_DFR)]			= { 0xf0000000, 0 },
	[NR(LAPIC_SVR)]			= { 0x000003ff, 0 },
	[NR(LAPIC_ICR_LOW)]		= { 0x000ccfff, BIT(12) },
	[NR(LAPIC_ICR_HIGH)]		= { 0xff000000, 0 },
	[NR(LAPIC_LVT_TIMER)]		= { 0x000700ff, BIT(12) },
	[NR(LAPIC_LVT_THERMAL)]		= { 0x000107ff, BIT(12) },
	[NR(LAPIC_LVT_PERF)]		= { 0x000107ff, BIT(12) },
	[NR(LAPIC_LVT_LINT0)]		= { 0x0001a7ff, BIT(12) | BIT(14) },
	[NR(LAPIC_LVT_LINT1)]		= { 0x0001a7ff, BIT(12) | BIT(14) },
	[NR(LAPIC_LVT_ERROR)]		= { 0x000100ff, BIT(12) },
	[NR(LAPIC_TIMER_INITIAL)]	= { 0xffffffff, 0 },
	[NR(LAPIC_TIMER_DIVIDE)]	= { 0x0000000b, 0 },
	[NR(LAPIC_SELF_IPI)]		= { 0x000000ff, 0 },
};

static bool is_reg(u64 set, u32 offset)
{
	return !(offset & 0xf) && offset < REGISTERS * 16 && (set & REG(offset));
}

static bool is_lvt(u32 offset)
{
	return is_reg(REGS_LVT, offset);
}

/**
 * lapic_writable_bits - bits of a register that are not reserved
 * @vcpu: (t)
 * @offset: of an existing register
 */
u32 lapic_writable_bits(struct mote_vcpu *vcpu, u32 offset)
{
	u32 bits = reg_bits[NR(offset)].writable;

	if (offset == LAPIC_LVT_TIMER && !x86_guest_has(vcpu, X86_FEATURE_GUEST_TSC_DEADLINE))
		bits &= ~BIT(18);
	return bits;
}

/* ---- reset ---- */

/* What follows from the mode: "Local APIC ID", "Determining Logical x2APIC ID" */
static void set_id_registers(struct mote_lapic *apic)
{
	u32 id = apic->vcpu->id;

	if (lapic_x2apic(apic)) {
		lapic_set_reg(apic, LAPIC_ID, id);
		lapic_set_reg(apic, LAPIC_LDR, (id >> 4) << 16 | BIT(id & 0xf));
	} else {
		lapic_set_reg(apic, LAPIC_ID, id << 24);
		lapic_set_reg(apic, LAPIC_LDR, 0);
	}
}

/**
 * lapic_set_icr_high - the destination, where each mode keeps it
 * @apic: (t)
 * @value: bits 63:32 of the ICR
 *
 * Hardware that answers RDMSR takes all 64 bits of the ICR from 0x300.
 */
void lapic_set_icr_high(struct mote_lapic *apic, u32 value)
{
	lapic_set_reg(apic, LAPIC_ICR_HIGH, value);
	lapic_set_reg(apic, LAPIC_ICR_LOW + 4, lapic_x2apic(apic) ? value : 0);
}

/**
 * lapic_set_enabled - the enable bit of SVR
 * @apic: (t)
 * @enabled: disabling masks all LVT entries; enabling leaves them
 */
void lapic_set_enabled(struct mote_lapic *apic, bool enabled)
{
	u32 offset;

	WRITE_ONCE(apic->enabled, enabled);
	if (enabled)
		return;
	for (offset = LAPIC_LVT_TIMER; offset <= LAPIC_LVT_ERROR; offset += 16)
		lapic_set_reg(apic, offset, lapic_reg(apic, offset) | LAPIC_LVT_MASKED);
}

/* "Local APIC State After Power-Up or Reset"; the mode stays */
static void reset_registers(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	u32 offset;

	lapic_timer_reset(apic);
	lapic_clear_vectors(vcpu);
	for (offset = 0; offset < REGISTERS * 16; offset += 16)
		lapic_set_reg(apic, offset, 0);
	atomic_set(&apic->esr, 0);
	lapic_set_reg(apic, LAPIC_VERSION, VERSION_VALUE);
	lapic_set_reg(apic, LAPIC_DFR, ~0u);
	lapic_set_reg(apic, LAPIC_SVR, 0xff);
	lapic_set_enabled(apic, false);
	lapic_set_icr_high(apic, 0);
	set_id_registers(apic);
}

static u64 reset_base(struct mote_vcpu *vcpu)
{
	return LAPIC_DEFAULT_BASE | LAPIC_BASE_ENABLE | (vcpu->id ? 0 : LAPIC_BASE_BSP);
}

int lapic_create(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = kzalloc(sizeof(*apic), GFP_KERNEL_ACCOUNT);

	if (!apic)
		return -ENOMEM;
	/* A page of its own: hardware is given its address */
	apic->regs = (u8 *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!apic->regs) {
		kfree(apic);
		return -ENOMEM;
	}
	apic->vcpu = vcpu;
	apic->base = reset_base(vcpu);
	lapic_timer_init(apic);
	vcpu->arch.lapic = apic;
	reset_registers(vcpu);
	return 0;
}

void lapic_destroy(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	if (!apic)
		return;
	lapic_timer_stop(apic);
	vcpu->arch.lapic = NULL;
	free_page((unsigned long)apic->regs);
	kfree(apic);
}

void lapic_reset(struct mote_vcpu *vcpu)
{
	lapic_base_write(vcpu, reset_base(vcpu));
	reset_registers(vcpu);
	atomic_set(&vcpu->arch.lapic->nmi, 0);
}

/* ---- reading ---- */

/* @offset is that of an existing register */
static u32 read_register(struct mote_lapic *apic, u32 offset)
{
	switch (offset) {
	case LAPIC_PPR:
		return lapic_ppr(apic);
	case LAPIC_TIMER_CURRENT:
		return lapic_timer_current(apic);
	case LAPIC_EOI:
	case LAPIC_APR:	/* arbitration: not on processors since the Pentium 4 */
	case LAPIC_RRD:
		return 0;
	default:
		return lapic_reg(apic, offset);
	}
}

u32 lapic_read(struct mote_vcpu *vcpu, u32 offset)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	if (is_reg(XAPIC_EXISTS, offset))
		return read_register(apic, offset);
	lapic_error(apic, LAPIC_ESR_REGISTER);
	return 0;
}

/* ---- writing ---- */

/* What the register holds after @value was written to it */
static u32 stored_value(struct mote_vcpu *vcpu, u32 offset, u32 value)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	value &= lapic_writable_bits(vcpu, offset);
	if (is_lvt(offset))
		return apic->enabled ? value : value | LAPIC_LVT_MASKED;
	switch (offset) {
	case LAPIC_ID:
		return apic->vcpu->id << 24;
	case LAPIC_DFR:
		return value | 0x0fffffff;
	case LAPIC_ESR:
		return atomic_xchg(&apic->esr, 0);
	case LAPIC_TIMER_INITIAL:
		/* "TSC-Deadline Mode": writes are ignored */
		return apic->timer_mode == LAPIC_TIMER_DEADLINE ? 0 : value;
	case LAPIC_SELF_IPI:
		return 0;
	default:
		return value;
	}
}

/* What else the write does.  @value is what was stored, or sent. */
static void write_effect(struct mote_vcpu *vcpu, u32 offset, u32 value)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	u32 dest;

	switch (offset) {
	case LAPIC_SVR:
		lapic_set_enabled(apic, value & LAPIC_SVR_ENABLE);
		break;
	case LAPIC_ICR_LOW:
		dest = lapic_reg(apic, LAPIC_ICR_HIGH);
		lapic_send_ipi(vcpu, value, lapic_x2apic(apic) ? dest : dest >> 24);
		break;
	case LAPIC_LVT_TIMER:
	case LAPIC_TIMER_INITIAL:
	case LAPIC_TIMER_DIVIDE:
		lapic_timer_write(apic, offset, value);
		break;
	}
}

/* @offset is that of a register that can be written in the APIC's mode */
static int write_register(struct mote_vcpu *vcpu, u32 offset, u32 value)
{
	if (offset == LAPIC_EOI)
		return lapic_eoi(vcpu);
	if (offset == LAPIC_SELF_IPI) {
		lapic_send_self(vcpu, value & 0xff);
		return MOTE_RESUME;
	}
	value = stored_value(vcpu, offset, value);
	lapic_set_reg(vcpu->arch.lapic, offset, value);
	write_effect(vcpu, offset, value);
	return MOTE_RESUME;
}

int lapic_write(struct mote_vcpu *vcpu, u32 offset, u32 value)
{
	if (is_reg(XAPIC_WRITABLE, offset))
		return write_register(vcpu, offset, value);
	/* Read-only registers drop it */
	if (!is_reg(XAPIC_EXISTS, offset))
		lapic_error(vcpu->arch.lapic, LAPIC_ESR_REGISTER);
	return MOTE_RESUME;
}

int lapic_write_done(struct mote_vcpu *vcpu, u32 offset)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	u64 set = lapic_x2apic(apic) ? X2APIC_WRITABLE : XAPIC_WRITABLE;

	offset &= ~0xfu;
	if (!is_reg(set, offset))
		return MOTE_RESUME;
	return write_register(vcpu, offset, lapic_reg(apic, offset));
}

/* ---- x2APIC MSRs: "x2APIC Register Address Space", "Reserved Bit Checking" ---- */

int lapic_msr_read(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	u32 offset = (index - X2APIC_MSR) << 4;

	if (!apic)
		return -ENOENT;
	if (index - X2APIC_MSR >= REGISTERS || !lapic_x2apic(apic) ||
	    !is_reg(X2APIC_READABLE, offset))
		return -ENOENT;
	*value = read_register(apic, offset);
	if (offset == LAPIC_ICR_LOW)
		*value |= (u64)lapic_reg(apic, LAPIC_ICR_HIGH) << 32;
	return 0;
}

int lapic_msr_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	u32 offset = (index - X2APIC_MSR) << 4;
	u64 allowed;

	if (!apic)
		return -ENOENT;
	if (index - X2APIC_MSR >= REGISTERS || !lapic_x2apic(apic) ||
	    !is_reg(X2APIC_WRITABLE, offset))
		return -ENOENT;
	allowed = lapic_writable_bits(vcpu, offset) | reg_bits[NR(offset)].ignored;
	if (offset == LAPIC_ICR_LOW)
		allowed |= ~0ull << 32;
	return value & ~allowed ? -EINVAL : 0;
}

int lapic_msr_write(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	u32 offset = (index - X2APIC_MSR) << 4;

	if (offset == LAPIC_ICR_LOW)
		lapic_set_icr_high(vcpu->arch.lapic, value >> 32);
	return write_register(vcpu, offset, value);
}

/* ---- IA32_APIC_BASE: "Enabling or Disabling the Local APIC", "x2APIC State Transitions" ---- */

#define BASE_MODE	(LAPIC_BASE_ENABLE | LAPIC_BASE_X2APIC)

/* Whether the guest may go from one mode to another one */
static bool mode_change_ok(u64 from, u64 to)
{
	switch (from) {
	case 0:
		return to == LAPIC_BASE_ENABLE;
	case LAPIC_BASE_ENABLE:
		return true;
	default:
		return to == 0;
	}
}

int lapic_base_check(struct mote_vcpu *vcpu, u64 value, bool host)
{
	u64 address = GENMASK_ULL(x86_maxphyaddr(vcpu) - 1, 12);
	u64 from = vcpu->arch.lapic->base & BASE_MODE;
	u64 to = value & BASE_MODE;

	if (value & ~(address | BASE_MODE | LAPIC_BASE_BSP))
		return -EINVAL;
	if (to == LAPIC_BASE_X2APIC)
		return -EINVAL;
	if (to == BASE_MODE && !x86_guest_has(vcpu, X86_FEATURE_GUEST_X2APIC))
		return -EINVAL;
	return host || from == to || mode_change_ok(from, to) ? 0 : -EINVAL;
}

void lapic_base_write(struct mote_vcpu *vcpu, u64 value)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	u64 changed = apic->base ^ value;

	if (!changed)
		return;
	WRITE_ONCE(apic->base, value);
	if (changed & BASE_MODE) {
		if (!(value & LAPIC_BASE_ENABLE))
			reset_registers(vcpu);
		lapic_set_icr_high(apic, 0);
		set_id_registers(apic);
	}
	/* While there was none, a touch of the page has mapped what the runner has there */
	if (lapic_xapic(apic))
		mote_memory_unmap_page(vcpu->vm, apic->base & GENMASK_ULL(51, 12));
	/* Who delivers may change, and knows nothing of what is pending */
	apic->irr_maybe = true;
	apic->isr_dirty = true;
	if (x86->lapic_changed)
		x86->lapic_changed(vcpu);
}
