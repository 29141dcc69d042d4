// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: model specific registers: which there are, and what each does.
 * SDM vol. 4 has their numbers and bits.  What is neither in the table here nor in
 * that of msr_legacy.c is #GP for the guest, unless a policy of the runner says
 * otherwise.
 *
 * x86_msr_check() and x86_msr_write() are two steps, because SET_REGS has to
 * know that a whole array is good before it changes anything.
 */
#include <asm/apicdef.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/tsc.h>

#include "cpuid.h"
#include "lapic.h"
#include "mitigate.h"
#include "msr.h"
#include "msr_table.h"
#include "uret.h"

/* ---- time ---- */

static u64 get_tsc(struct mote_vcpu *vcpu, u32 index)
{
	return rdtsc() + vcpu->arch.tsc_offset;
}

static void set_tsc_offset(struct mote_vcpu *vcpu, u64 offset)
{
	vcpu->arch.tsc_offset = offset;
	x86->exec_changed(vcpu);
	if (vcpu->arch.lapic)
		lapic_timer_tsc_changed(vcpu->arch.lapic);
}

/*
 * The guest's own writes to either of the two show in the other: SDM vol. 3,
 * "IA32_TSC Register and Invariant TSC".  The runner restores them one by one.
 */
static void set_tsc(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	u64 delta = value - get_tsc(vcpu, index);

	if (!host)
		vcpu->arch.tsc_adjust += delta;
	set_tsc_offset(vcpu, vcpu->arch.tsc_offset + delta);
}

static u64 get_tsc_adjust(struct mote_vcpu *vcpu, u32 index)
{
	return vcpu->arch.tsc_adjust;
}

static void set_tsc_adjust(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	u64 delta = value - vcpu->arch.tsc_adjust;

	vcpu->arch.tsc_adjust = value;
	if (!host)
		set_tsc_offset(vcpu, vcpu->arch.tsc_offset + delta);
}

/* ---- the local APIC ---- */

static u64 get_apic_base(struct mote_vcpu *vcpu, u32 index)
{
	return vcpu->arch.lapic->base;
}

static int check_apic_base(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	return lapic_base_check(vcpu, value, host);
}

static void set_apic_base(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	lapic_base_write(vcpu, value);
}

static u64 get_deadline(struct mote_vcpu *vcpu, u32 index)
{
	return READ_ONCE(vcpu->arch.lapic->tsc_deadline);
}

static void set_deadline(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	if (host)
		lapic_timer_restore_deadline(vcpu->arch.lapic, value);
	else
		lapic_timer_set_deadline(vcpu->arch.lapic, value);
}

/* ---- EFER, SYSCALL, segments ---- */

static u64 get_efer(struct mote_vcpu *vcpu, u32 index)
{
	return x86_get(vcpu, X86_EFER);
}

static int check_efer(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	u64 changed = value ^ x86_get(vcpu, X86_EFER);

	/* LMA cannot be written, but a value that was read can be written back */
	if (value & ~(x86_efer_allowed(vcpu) | EFER_LMA))
		return -EINVAL;
	if (!host && (changed & EFER_LME) && (x86_get(vcpu, X86_CR0) & X86_CR0_PG))
		return -EINVAL;
	return 0;
}

/**
 * x86_set_efer - give EFER a value
 * @vcpu: loaded
 * @value: checked; LMA in it does not count, it follows LME and CR0.PG
 */
void x86_set_efer(struct mote_vcpu *vcpu, u64 value)
{
	value &= ~(u64)EFER_LMA;
	if ((value & EFER_LME) && (x86_get(vcpu, X86_CR0) & X86_CR0_PG))
		value |= EFER_LMA;
	x86_set(vcpu, X86_EFER, value);
	x86_uret_efer_changed(vcpu, value);
}

static void set_efer(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	x86_set_efer(vcpu, value);
}

static unsigned int uret_slot(u32 index)
{
	switch (index) {
	case MSR_STAR:
		return X86_URET_STAR;
	case MSR_LSTAR:
		return X86_URET_LSTAR;
	case MSR_CSTAR:
		return X86_URET_CSTAR;
	case MSR_SYSCALL_MASK:
		return X86_URET_FMASK;
	case MSR_KERNEL_GS_BASE:
		return X86_URET_KERNEL_GS_BASE;
	default:
		return X86_URET_TSC_AUX;
	}
}

static u64 get_uret(struct mote_vcpu *vcpu, u32 index)
{
	return x86_uret_get(vcpu, uret_slot(index));
}

static void set_uret(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	x86_uret_set(vcpu, uret_slot(index), value);
}

static u64 get_backend(struct mote_vcpu *vcpu, u32 index)
{
	u64 value = 0;

	x86->msr_get(vcpu, index, &value);
	return value;
}

static void set_backend(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	x86->msr_set(vcpu, index, value);
}

/* ---- speculation ---- */

static u64 get_spec_ctrl(struct mote_vcpu *vcpu, u32 index)
{
	return vcpu->arch.spec_ctrl;
}

static int check_spec_ctrl(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	return value & ~vcpu->arch.cpuid->spec_ctrl ? -EINVAL : 0;
}

/* Hardware gets it at the entry */
static void set_spec_ctrl(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	vcpu->arch.spec_ctrl = value;
}

static u64 get_virt_spec_ctrl(struct mote_vcpu *vcpu, u32 index)
{
	return vcpu->arch.virt_spec_ctrl;
}

static int check_virt_spec_ctrl(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	return value & ~(u64)SPEC_CTRL_SSBD ? -EINVAL : 0;
}

static void set_virt_spec_ctrl(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	vcpu->arch.virt_spec_ctrl = value;
}

#define PRED_SBPB	BIT_ULL(7)

static int check_pred_cmd(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	u64 known = PRED_CMD_IBPB;

	if (x86_guest_has(vcpu, X86_FEATURE_GUEST_SBPB))
		known |= PRED_SBPB;
	return value & ~known ? -EINVAL : 0;
}

static int check_flush_cmd(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	return value & ~(u64)L1D_FLUSH ? -EINVAL : 0;
}

/*
 * Commands to this CPU.  The guest has them only where the host does, and has
 * run here since it last left its own predictions and cache lines.
 */
static void set_command(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	if (value)
		wrmsrl(index, value);
}

static u64 get_arch_cap(struct mote_vcpu *vcpu, u32 index)
{
	return x86_guest_arch_cap;
}

/* ---- the rest ---- */

static u64 get_pat(struct mote_vcpu *vcpu, u32 index)
{
	return vcpu->arch.pat;
}

static void set_pat(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	vcpu->arch.pat = value;
	x86->exec_changed(vcpu);
}

static u64 get_mcg_status(struct mote_vcpu *vcpu, u32 index)
{
	return vcpu->arch.mcg_status;
}

/* RIPV, EIPV, MCIP */
static int check_mcg_status(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	return value & ~7ull ? -EINVAL : 0;
}

static void set_mcg_status(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	vcpu->arch.mcg_status = value;
}

/*
 * IA32_MISC_ENABLE: what is there only to be read, what can be written and does
 * nothing, and what stays 0 because it would change what CPUID says: MWAIT (18), no
 * leaf above 3 (22), no NX (34).
 */
#define MISC_ENABLE_FIXED	(MSR_IA32_MISC_ENABLE_BTS_UNAVAIL | \
				 MSR_IA32_MISC_ENABLE_PEBS_UNAVAIL)
#define MISC_ENABLE_FREE	(MSR_IA32_MISC_ENABLE_FAST_STRING | \
				 MSR_IA32_MISC_ENABLE_TCC | \
				 MSR_IA32_MISC_ENABLE_TM1 | \
				 MSR_IA32_MISC_ENABLE_TM2 | \
				 MSR_IA32_MISC_ENABLE_FERR | \
				 MSR_IA32_MISC_ENABLE_PREFETCH_DISABLE | \
				 MSR_IA32_MISC_ENABLE_ENHANCED_SPEEDSTEP | \
				 MSR_IA32_MISC_ENABLE_SPEEDSTEP_LOCK | \
				 MSR_IA32_MISC_ENABLE_XTPR_DISABLE | \
				 MSR_IA32_MISC_ENABLE_DCU_PREF_DISABLE | \
				 MSR_IA32_MISC_ENABLE_TURBO_DISABLE | \
				 MSR_IA32_MISC_ENABLE_IP_PREF_DISABLE)
#define MISC_ENABLE_DROPPED	(MSR_IA32_MISC_ENABLE_MWAIT | \
				 MSR_IA32_MISC_ENABLE_LIMIT_CPUID | \
				 MSR_IA32_MISC_ENABLE_XD_DISABLE)

static u64 get_misc_enable(struct mote_vcpu *vcpu, u32 index)
{
	return vcpu->arch.misc_enable;
}

static int check_misc_enable(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	u64 taken = MISC_ENABLE_FREE | MISC_ENABLE_FIXED | (host ? 0 : MISC_ENABLE_DROPPED);

	return value & ~taken ? -EINVAL : 0;
}

static void set_misc_enable(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	vcpu->arch.misc_enable = (value & ~MISC_ENABLE_DROPPED) | MISC_ENABLE_FIXED;
}

static u64 get_debugctl(struct mote_vcpu *vcpu, u32 index)
{
	return vcpu->arch.debugctl;
}

/*
 * Single-stepping on branches works.  There are no branch records: their
 * enable bit is taken, as systems set it without looking, and dropped.
 */
static int check_debugctl(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	return value & ~(u64)(DEBUGCTLMSR_BTF | DEBUGCTLMSR_LBR) ? -EINVAL : 0;
}

static void set_debugctl(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	vcpu->arch.debugctl = value & DEBUGCTLMSR_BTF;
	x86->exec_changed(vcpu);
}

/* ---- the table ---- */

#define ONE(index)	.first = (index), .last = (index)
#define G(name)		.need = X86_FEATURE_GUEST_##name
#define GET(name)	.get = get_##name
#define GET_SET(name)	.get = get_##name, .set = set_##name
#define ALL(name)	.get = get_##name, .check = check_##name, .set = set_##name
#define MTRR		G(MTRR), .flags = MSR_LIST, .get = x86_mtrr_get, \
			.check = x86_mtrr_check, .set = x86_mtrr_set

/* Sorted by index.  Restoring them in this order works. */
static const struct x86_msr msrs[] = {
	{ ONE(MSR_IA32_TSC), .flags = MSR_LIST, GET_SET(tsc) },
	{ ONE(MSR_IA32_APICBASE), .flags = MSR_LIST | MSR_LAPIC, ALL(apic_base) },
	{ ONE(MSR_IA32_TSC_ADJUST), G(TSC_ADJUST), .flags = MSR_LIST, GET_SET(tsc_adjust) },
	{ ONE(MSR_IA32_SPEC_CTRL), G(SPEC_CTRL), .flags = MSR_LIST, ALL(spec_ctrl) },
	{ ONE(MSR_IA32_PRED_CMD), G(IBPB), .flags = MSR_WO,
	  .check = check_pred_cmd, .set = set_command },
	{ ONE(MSR_MTRRcap), G(MTRR), .flags = MSR_RO, .value = MTRR_CAP },
	{ ONE(MSR_IA32_ARCH_CAPABILITIES), G(ARCH_CAP), .flags = MSR_RO, GET(arch_cap) },
	{ ONE(MSR_IA32_FLUSH_CMD), G(FLUSH_L1D), .flags = MSR_WO,
	  .check = check_flush_cmd, .set = set_command },
	{ ONE(MSR_IA32_SYSENTER_CS),
	  .flags = MSR_LIST | MSR_LOW_HALF, GET_SET(backend) },
	{ ONE(MSR_IA32_SYSENTER_ESP),
	  .flags = MSR_LIST | MSR_ADDRESS, GET_SET(backend) },
	{ ONE(MSR_IA32_SYSENTER_EIP),
	  .flags = MSR_LIST | MSR_ADDRESS, GET_SET(backend) },
	{ ONE(MSR_IA32_MCG_STATUS), .flags = MSR_LIST, ALL(mcg_status) },
	{ ONE(MSR_IA32_MISC_ENABLE), G(INTEL), .flags = MSR_LIST, ALL(misc_enable) },
	{ ONE(MSR_IA32_DEBUGCTLMSR), .flags = MSR_LIST, ALL(debugctl) },
	{ .first = MTRR_PHYS_FIRST, .last = MTRR_PHYS_LAST, MTRR },
	{ ONE(MSR_MTRRfix64K_00000), MTRR },
	{ .first = MSR_MTRRfix16K_80000, .last = MSR_MTRRfix16K_A0000, MTRR },
	{ .first = MSR_MTRRfix4K_C0000, .last = MSR_MTRRfix4K_F8000, MTRR },
	{ ONE(MSR_IA32_CR_PAT), .flags = MSR_LIST,
	  GET_SET(pat), .check = x86_pat_check },
	{ ONE(MSR_MTRRdefType), MTRR },
	{ ONE(MSR_IA32_TSC_DEADLINE), G(TSC_DEADLINE), .flags = MSR_LIST | MSR_LAPIC,
	  GET_SET(deadline) },
	/* Writes exit: hardware may not change EFER without x86_set_efer() */
	{ ONE(MSR_EFER), ALL(efer) },
	/* Not in hardware while EFER.SCE is 0, so reads exit too */
	{ ONE(MSR_STAR), G(LM), .flags = MSR_LIST, GET_SET(uret) },
	{ .first = MSR_LSTAR, .last = MSR_CSTAR, G(LM), .flags = MSR_LIST | MSR_ADDRESS,
	  GET_SET(uret) },
	{ ONE(MSR_SYSCALL_MASK), G(LM), .flags = MSR_LIST | MSR_LOW_HALF, GET_SET(uret) },
	{ .first = MSR_FS_BASE, .last = MSR_GS_BASE, G(LM),
	  .flags = MSR_ADDRESS, GET_SET(backend) },
	{ ONE(MSR_KERNEL_GS_BASE), G(LM),
	  .flags = MSR_LIST | MSR_ADDRESS, GET_SET(uret) },
	{ ONE(MSR_TSC_AUX), G(RDTSCP), .flags = MSR_LIST | MSR_LOW_HALF, GET_SET(uret) },
	{ ONE(MSR_AMD64_VIRT_SPEC_CTRL), G(VIRT_SSBD), .flags = MSR_LIST, ALL(virt_spec_ctrl) },
};

static const struct x86_msr *find_in(const struct x86_msr *table, unsigned int high, u32 index)
{
	unsigned int low = 0;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (index > table[mid].last)
			low = mid + 1;
		else if (index < table[mid].first)
			high = mid;
		else
			return &table[mid];
	}
	return NULL;
}

static const struct x86_msr *find(u32 index)
{
	return find_in(msrs, ARRAY_SIZE(msrs), index) ?:
	       find_in(x86_legacy_msrs, x86_legacy_msr_count, index);
}

static bool exists(struct mote_vcpu *vcpu, const struct x86_msr *msr)
{
	if (msr->need && !x86_guest_has(vcpu, msr->need))
		return false;
	return !(msr->flags & MSR_LAPIC) || vcpu->arch.lapic;
}

/* The MSR, if this vCPU has it */
static const struct x86_msr *find_on(struct mote_vcpu *vcpu, u32 index, bool host)
{
	const struct x86_msr *msr = find(index);

	if (!msr || !exists(vcpu, msr) || (host && (msr->flags & MSR_WO)))
		return NULL;
	return msr;
}

static u64 read_one(struct mote_vcpu *vcpu, const struct x86_msr *msr, u32 index)
{
	return msr->get ? msr->get(vcpu, index) : msr->value;
}

/* The registers of an APIC in x2APIC mode are the guest's way to them only */
static bool is_x2apic(u32 index, bool host)
{
	return index >> 8 == APIC_BASE_MSR >> 8 && !host;
}

int x86_msr_read(struct mote_vcpu *vcpu, u32 index, u64 *value, bool host)
{
	const struct x86_msr *msr;

	if (is_x2apic(index, host))
		return lapic_msr_read(vcpu, index, value);
	msr = find_on(vcpu, index, host);
	if (!msr || (msr->flags & MSR_WO))
		return -ENOENT;
	*value = read_one(vcpu, msr, index);
	return 0;
}

int x86_msr_check(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	const struct x86_msr *msr;

	if (is_x2apic(index, host))
		return lapic_msr_check(vcpu, index, value);
	msr = find_on(vcpu, index, host);
	if (!msr)
		return -ENOENT;
	/* What is dropped the runner cannot set either */
	if ((msr->flags & MSR_RO) || (host && !msr->set))
		return host && value == read_one(vcpu, msr, index) ? 0 : -EINVAL;
	if ((msr->flags & MSR_LOW_HALF) && value >> 32)
		return -EINVAL;
	if ((msr->flags & MSR_ADDRESS) && !x86_canonical(value))
		return -EINVAL;
	return msr->check ? msr->check(vcpu, index, value, host) : 0;
}

int x86_msr_write(struct mote_vcpu *vcpu, u32 index, u64 value, bool host)
{
	const struct x86_msr *msr;

	if (is_x2apic(index, host))
		return lapic_msr_write(vcpu, index, value);
	msr = find_on(vcpu, index, host);
	if (msr && msr->set)
		msr->set(vcpu, index, value, host);
	return MOTE_RESUME;
}

/* The @n-th in a table, or 0; then @n is less by as many as there are */
static u32 list_in(struct mote_vcpu *vcpu, const struct x86_msr *table, unsigned int count,
		   unsigned int *n)
{
	const struct x86_msr *msr;

	for (msr = table; msr < table + count; msr++) {
		if (!(msr->flags & MSR_LIST) || !exists(vcpu, msr))
			continue;
		if (*n <= msr->last - msr->first)
			return msr->first + *n;
		*n -= msr->last - msr->first + 1;
	}
	return 0;
}

u32 x86_msr_list(struct mote_vcpu *vcpu, unsigned int n)
{
	return list_in(vcpu, msrs, ARRAY_SIZE(msrs), &n) ?:
	       list_in(vcpu, x86_legacy_msrs, x86_legacy_msr_count, &n);
}

/**
 * x86_msr_reset - MSRs as after power-up; those of hardware's segments apart
 * @vcpu: loaded, not live; the TSC's offset stays
 *
 * SDM vol. 3, table "IA-32 and Intel 64 Processor States Following Power-up".
 */
void x86_msr_reset(struct mote_vcpu *vcpu)
{
	static const u32 backend_msrs[] = {
		MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP,
	};
	unsigned int i;

	for (i = 0; i < X86_URET_COUNT; i++)
		x86_uret_set(vcpu, i, 0);
	memset(vcpu->arch.mtrr, 0, sizeof(vcpu->arch.mtrr));
	x86_legacy_msr_reset(vcpu);
	vcpu->arch.pat = 0x0007040600070406ull;
	vcpu->arch.misc_enable = MISC_ENABLE_FIXED | MSR_IA32_MISC_ENABLE_FAST_STRING;
	vcpu->arch.mcg_status = 0;
	vcpu->arch.debugctl = 0;
	vcpu->arch.spec_ctrl = 0;
	vcpu->arch.virt_spec_ctrl = 0;
	vcpu->arch.tsc_adjust = 0;
	for (i = 0; i < ARRAY_SIZE(backend_msrs); i++)
		x86->msr_set(vcpu, backend_msrs[i], 0);
}
