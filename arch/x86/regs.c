// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: GET_REGS, SET_REGS and REG_LIST, and the registers in the run page.
 *
 * Checks look at one register alone: the core checks a whole array before it
 * sets any, so a check cannot know what the entries before it will change.
 * What only makes sense together is refused by the VM entry.
 */
#include <linux/nospec.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "arch.h"
#include "cpuid.h"
#include "debug.h"
#include "fpu.h"
#include "guest_regs.h"
#include "lapic.h"
#include "msr.h"
#include "mod/regs.h"

/* Bits that exist; SDM vol. 3, "Control Registers", vol. 1, "EFLAGS Register" */
#define CR0_KNOWN	(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | X86_CR0_ET | \
			 X86_CR0_NE | X86_CR0_WP | X86_CR0_AM | X86_CR0_NW | X86_CR0_CD | \
			 X86_CR0_PG)
#define RFLAGS_KNOWN	0x3f7fd7ull
static int require(bool ok)
{
	return ok ? 0 : -EINVAL;
}

/* ---- control registers ---- */

/**
 * x86_set_cr0 - give CR0 a value
 * @vcpu: loaded
 * @value: checked
 *
 * EFER.LMA follows: IA-32e mode is active when paging is on with EFER.LME.
 */
void x86_set_cr0(struct mote_vcpu *vcpu, u64 value)
{
	x86_set(vcpu, X86_CR0, value | X86_CR0_ET);
	x86_set_efer(vcpu, x86_get(vcpu, X86_EFER));
}

static int control_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	switch (MOTE_X86_REG(MOTE_X86_CLASS_CONTROL, index)) {
	case MOTE_X86_CR0:
		*value = x86_get(vcpu, X86_CR0);
		return 0;
	case MOTE_X86_CR2:
		*value = vcpu->arch.cr2;
		return 0;
	case MOTE_X86_CR3:
		*value = x86_get(vcpu, X86_CR3);
		return 0;
	case MOTE_X86_CR4:
		*value = x86_get(vcpu, X86_CR4);
		return 0;
	case MOTE_X86_CR8:
		*value = x86_cr8(vcpu);
		return 0;
	case MOTE_X86_EFER:
		*value = x86_get(vcpu, X86_EFER);
		return 0;
	case MOTE_X86_XCR0:
		*value = vcpu->arch.xcr0;
		return x86_guest_has(vcpu, X86_FEATURE_GUEST_XSAVE) ? 0 : -ENOENT;
	default:
		return -ENOENT;
	}
}

static bool cr0_ok(u64 value)
{
	if (value & ~(u64)CR0_KNOWN)
		return false;
	if ((value & X86_CR0_PG) && !(value & X86_CR0_PE))
		return false;
	return !(value & X86_CR0_NW) || (value & X86_CR0_CD);
}

static int control_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	switch (MOTE_X86_REG(MOTE_X86_CLASS_CONTROL, index)) {
	case MOTE_X86_CR0:
		return require(cr0_ok(value));
	case MOTE_X86_CR2:
		return 0;
	case MOTE_X86_CR3:
		return require(!(value >> x86_maxphyaddr(vcpu)));
	case MOTE_X86_CR4:
		return require(!(value & ~x86_cr4_allowed(vcpu)));
	case MOTE_X86_CR8:
		return require(value < 16);
	case MOTE_X86_EFER:
		return x86_msr_check(vcpu, MSR_EFER, value, true);
	case MOTE_X86_XCR0:
		if (!x86_guest_has(vcpu, X86_FEATURE_GUEST_XSAVE))
			return -ENOENT;
		return x86_xcr0_check(vcpu, value);
	default:
		return -ENOENT;
	}
}

static void control_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	switch (MOTE_X86_REG(MOTE_X86_CLASS_CONTROL, index)) {
	case MOTE_X86_CR0:
		x86_set_cr0(vcpu, value);
		break;
	case MOTE_X86_CR2:
		vcpu->arch.cr2 = value;
		break;
	case MOTE_X86_CR3:
		x86_set(vcpu, X86_CR3, value);
		break;
	case MOTE_X86_CR4:
		x86_set(vcpu, X86_CR4, value);
		break;
	case MOTE_X86_CR8:
		x86_set_cr8(vcpu, value);
		break;
	case MOTE_X86_EFER:
		x86_set_efer(vcpu, value);
		break;
	case MOTE_X86_XCR0:
		x86_xcr0_set(vcpu, value);
		break;
	}
}

/* ---- segments ---- */

#define SEG_PARTS	4

static bool seg_exists(u32 index)
{
	unsigned int which = index / SEG_PARTS, part = index % SEG_PARTS;

	if (which >= MOTE_X86_SEG_COUNT)
		return false;
	/* Descriptor table registers */
	return which < MOTE_X86_GDTR || part == MOTE_X86_SEG_BASE || part == MOTE_X86_SEG_LIMIT;
}

static int seg_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	struct x86_segment seg;

	if (!seg_exists(index))
		return -ENOENT;
	x86->get_seg(vcpu, index / SEG_PARTS, &seg);
	switch (index % SEG_PARTS) {
	case MOTE_X86_SEG_SELECTOR:
		*value = seg.selector;
		break;
	case MOTE_X86_SEG_BASE:
		*value = seg.base;
		break;
	case MOTE_X86_SEG_LIMIT:
		*value = seg.limit;
		break;
	default:
		*value = seg.ar;
	}
	return 0;
}

static bool base_ok(unsigned int which, u64 base)
{
	switch (which) {
	case MOTE_X86_ES:
	case MOTE_X86_CS:
	case MOTE_X86_SS:
	case MOTE_X86_DS:
		return !(base >> 32);
	default:
		return x86_canonical(base);
	}
}

/*
 * Access rights: SDM vol. 3, "Checks on Guest Segment Registers", what can be
 * said without the other registers.
 */
#define SEG_AR_KNOWN	(X86_AR_UNUSABLE | 0xf0ffu)
#define SEG_AR_TYPE(ar)	((ar) & 0xf)
#define SEG_AR_S		BIT(4)
#define SEG_AR_P		BIT(7)

static bool type_ok(unsigned int which, unsigned int type)
{
	switch (which) {
	case MOTE_X86_CS:
		/* Accessed code, or data as in real mode */
		return type == 3 || (type & 9) == 9;
	case MOTE_X86_SS:
		return type == 3 || type == 7;
	case MOTE_X86_LDTR:
		return type == 2;
	case MOTE_X86_TR:
		return type == 3 || type == 11;
	default:
		/* Accessed, and readable if it is code */
		return (type & 1) && (!(type & 8) || (type & 2));
	}
}

static bool ar_ok(unsigned int which, u64 ar)
{
	bool system = which == MOTE_X86_LDTR || which == MOTE_X86_TR;

	if (ar & ~(u64)SEG_AR_KNOWN)
		return false;
	if (ar & X86_AR_UNUSABLE)
		return which != MOTE_X86_CS && which != MOTE_X86_TR;
	return (ar & SEG_AR_P) && !(ar & SEG_AR_S) == system && type_ok(which, SEG_AR_TYPE(ar));
}

static int seg_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	unsigned int which = index / SEG_PARTS;

	if (!seg_exists(index))
		return -ENOENT;
	switch (index % SEG_PARTS) {
	case MOTE_X86_SEG_SELECTOR:
		return require(!(value >> 16));
	case MOTE_X86_SEG_BASE:
		return require(base_ok(which, value));
	case MOTE_X86_SEG_LIMIT:
		return require(!(value >> (which >= MOTE_X86_GDTR ? 16 : 32)));
	default:
		return require(ar_ok(which, value));
	}
}

static void seg_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	unsigned int which = index / SEG_PARTS;
	struct x86_segment seg;

	x86->get_seg(vcpu, which, &seg);
	switch (index % SEG_PARTS) {
	case MOTE_X86_SEG_SELECTOR:
		seg.selector = value;
		break;
	case MOTE_X86_SEG_BASE:
		seg.base = value;
		break;
	case MOTE_X86_SEG_LIMIT:
		seg.limit = value;
		break;
	default:
		seg.ar = value;
	}
	x86->set_seg(vcpu, which, &seg);
}

/* ---- general registers ---- */

static int gpr_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	if (index >= MOTE_X86_GPR_COUNT)
		return -ENOENT;
	*value = x86_get(vcpu, array_index_nospec(index, MOTE_X86_GPR_COUNT));
	return 0;
}

static int gpr_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	if (index == X86_RFLAGS)
		return x86_rflags_check(value);
	if (index == X86_RIP)
		return require(x86_canonical(value));
	return index < MOTE_X86_GPR_COUNT ? 0 : -ENOENT;
}

static void gpr_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	x86_set(vcpu, index, value);
}

/**
 * x86_rflags_check - whether RFLAGS can have a value
 * @value: from the runner
 * Return: 0 or -EINVAL.
 */
int x86_rflags_check(u64 value)
{
	return require(!(value & ~RFLAGS_KNOWN) && (value & X86_EFLAGS_FIXED));
}

/* ---- MSRs ---- */

static int msr_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	return x86_msr_read(vcpu, index, value, true);
}

static int msr_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	return x86_msr_check(vcpu, index, value, true);
}

static void msr_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	x86_msr_write(vcpu, index, value, true);
}

/* ---- debug registers ---- */

static int debug_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	if (index > 7 || index == 4 || index == 5)
		return -ENOENT;
	if (index < 4)
		*value = vcpu->arch.dr[array_index_nospec(index, 4)];
	else
		*value = index == 6 ? vcpu->arch.dr6 : vcpu->arch.dr7;
	return 0;
}

static int debug_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	if (index > 7 || index == 4 || index == 5)
		return -ENOENT;
	return require(index < 4 || !(value >> 32));
}

/* Reserved bits of DR6 and DR7 are as MOV DR would leave them */
static void debug_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	if (index < 4)
		vcpu->arch.dr[index] = value;
	else if (index == 6)
		vcpu->arch.dr6 = (value & X86_DR6_FREE) | X86_DR6_ONES;
	else
		vcpu->arch.dr7 = (value & X86_DR7_FREE) | X86_DR7_ONES;
	x86->exec_changed(vcpu);
}

/* ---- FPU ---- */

static int xsave_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	const u64 *words = vcpu->arch.fpu;

	if (index >= x86_fpu_size / 8)
		return -ENOENT;
	*value = words[array_index_nospec(index, x86_fpu_size / 8)];
	return 0;
}

static int xsave_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	if (index >= x86_fpu_size / 8)
		return -ENOENT;
	return x86_fpu_word_check(index, value);
}

static void xsave_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	u64 *words = vcpu->arch.fpu;

	words[index] = value;
}

/* ---- local APIC ---- */

static int apic_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	return vcpu->arch.lapic ? lapic_reg_save(vcpu, index, value) : -ENOENT;
}

static int apic_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	return vcpu->arch.lapic ? lapic_reg_check(vcpu, index, value) : -ENOENT;
}

static void apic_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	lapic_reg_restore(vcpu, index, value);
}

/* ---- registers in the run page ---- */

/**
 * x86_fill_run_regs - show the general registers to the runner
 * @vcpu: loaded, after mote_exit_begin()
 */
void x86_fill_run_regs(struct mote_vcpu *vcpu)
{
	struct mote_arch_run_regs *regs = &vcpu->run->regs;

	x86_get(vcpu, X86_RSP);
	x86_get(vcpu, X86_RIP);
	x86_get(vcpu, X86_RFLAGS);
	memcpy(regs->gpr, vcpu->arch.reg, sizeof(regs->gpr));
	regs->mode = x86_code_bits(vcpu);
	regs->cpl = x86->cpl(vcpu);
	vcpu->run->state |= MOTE_STATE_REGS;
}

int mote_arch_vcpu_set_run_regs(struct mote_vcpu *vcpu)
{
	u64 gpr[MOTE_X86_GPR_COUNT];
	u64 rip = x86_get(vcpu, X86_RIP);
	unsigned int i;

	for (i = 0; i < MOTE_X86_GPR_COUNT; i++)
		gpr[i] = READ_ONCE(vcpu->run->regs.gpr[i]);
	if (x86_rflags_check(gpr[MOTE_X86_RFLAGS_INDEX]))
		return -EINVAL;
	for (i = 0; i < X86_RIP; i++)
		if (i != X86_RSP)
			vcpu->arch.reg[i] = gpr[i];
	if (gpr[X86_RSP] != x86_get(vcpu, X86_RSP))
		x86_set(vcpu, X86_RSP, gpr[X86_RSP]);
	if (gpr[X86_RFLAGS] != x86_get(vcpu, X86_RFLAGS))
		x86_set(vcpu, X86_RFLAGS, gpr[X86_RFLAGS]);
	if (gpr[X86_RIP] != rip)
		x86_retire(vcpu, gpr[X86_RIP]);
	return 0;
}

/* ---- the classes ---- */

const struct mote_reg_class mote_arch_reg_classes[MOTE_REG_CLASSES] = {
	[MOTE_X86_CLASS_CONTROL] = { control_get, control_check, control_set },
	[MOTE_X86_CLASS_SEG] = { seg_get, seg_check, seg_set },
	[MOTE_X86_CLASS_GPR] = { gpr_get, gpr_check, gpr_set },
	[MOTE_X86_CLASS_MSR] = { msr_get, msr_check, msr_set },
	[MOTE_X86_CLASS_DEBUG] = { debug_get, debug_check, debug_set },
	[MOTE_X86_CLASS_XSAVE] = { xsave_get, xsave_check, xsave_set },
	[MOTE_X86_CLASS_LAPIC] = { apic_get, apic_check, apic_set },
	[MOTE_X86_CLASS_EVENT] = { x86_event_reg_get, x86_event_reg_check, x86_event_reg_set },
};

/* ---- the list ---- */

static void list_control(struct mote_vcpu *vcpu, struct mote_reg_ids *list)
{
	static const u64 ids[] = {
		MOTE_X86_EFER, MOTE_X86_CR0, MOTE_X86_CR2, MOTE_X86_CR3, MOTE_X86_CR4,
		MOTE_X86_CR8,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++)
		mote_reg_add(list, ids[i]);
	if (x86_guest_has(vcpu, X86_FEATURE_GUEST_XSAVE))
		mote_reg_add(list, MOTE_X86_XCR0);
}

static void list_segments(struct mote_reg_ids *list)
{
	unsigned int i;

	for (i = 0; i < MOTE_X86_SEG_COUNT * SEG_PARTS; i++)
		if (seg_exists(i))
			mote_reg_add(list, MOTE_X86_REG(MOTE_X86_CLASS_SEG, (u64)i));
}

static void list_msrs(struct mote_vcpu *vcpu, struct mote_reg_ids *list)
{
	unsigned int i;
	u32 index;

	for (i = 0; (index = x86_msr_list(vcpu, i)); i++)
		mote_reg_add(list, MOTE_X86_MSR(index));
}

static void list_debug(struct mote_reg_ids *list)
{
	mote_reg_add_class(list, MOTE_X86_CLASS_DEBUG, 4);
	mote_reg_add(list, MOTE_X86_DR(6));
	mote_reg_add(list, MOTE_X86_DR(7));
}

static void list_lapic(struct mote_reg_ids *list)
{
	unsigned int i;
	u32 offset;

	for (i = 0; (offset = lapic_reg_list(i)); i++)
		mote_reg_add(list, MOTE_X86_LAPIC(offset));
}

/*
 * IA32_APIC_BASE, an MSR, comes before the APIC's registers: the mode decides
 * which there are.  Events come last: nothing after them changes CR2.
 */
unsigned int mote_arch_reg_list(struct mote_vcpu *vcpu, u64 *ids, unsigned int room)
{
	struct mote_reg_ids list = { .ids = ids, .room = ids ? room : 0 };

	list_control(vcpu, &list);
	list_segments(&list);
	mote_reg_add_class(&list, MOTE_X86_CLASS_GPR, MOTE_X86_GPR_COUNT);
	list_msrs(vcpu, &list);
	list_debug(&list);
	mote_reg_add_class(&list, MOTE_X86_CLASS_XSAVE, x86_fpu_size / 8);
	if (vcpu->arch.lapic)
		list_lapic(&list);
	mote_reg_add_class(&list, MOTE_X86_CLASS_EVENT, x86_event_regs());
	return list.count;
}
