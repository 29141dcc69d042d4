// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: ID registers: what a guest may be told of the machine.
 *
 * All of op0 3, op1 0, CRn 0, CRm 1 to 7 traps (HCR_EL2.TID3) and is answered
 * from the vCPU's table.  The defaults are what the kernel has found on all CPUs
 * (read_sanitised_ftr_reg()), less what mote does not switch or does not
 * know: a field is hidden unless it is listed here.
 */
#include <linux/nospec.h>
#include <linux/slab.h>
#include <asm/cputype.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>

#include "arm64.h"
#include "vgic.h"

#define ENC MOTE_ARM64_ENC
#define F(shift)	(0xfull << (shift))

/**
 * struct idreg - one register
 * @enc: MOTE_ARM64_ENC()
 * @sys: the kernel's number of it
 * @keep: fields that are the host's
 * @cap: fields that are at most this: pairs of shift and value
 * @fixed: bits set whatever the host has
 * @lower: of @keep, fields that SET_FEATURES may lower
 * @signed_fields: fields where 15 means less than 0; Arm ARM, "Principles of
 *	the ID scheme for fields in ID registers"
 */
struct idreg {
	u32 enc;
	u32 sys;
	u64 keep;
	u64 fixed;
	u64 lower;
	u64 signed_fields;
	struct { u8 shift, value; } cap[3];
};

#define REG(crm, op2)	.enc = ENC(3, 0, 0, crm, op2), .sys = sys_reg(3, 0, 0, crm, op2)

#define PFR0_GIC	24
#define MMFR0_PARANGE	0

static const struct idreg idregs[] = {
	/* PFR0: AArch64 at EL0 and EL1 alone; FP, AdvSIMD, GIC, DIT, CSV2, CSV3 */
	{ REG(4, 0), .keep = F(16) | F(20) | F(24) | F(48) | F(56) | F(60), .fixed = 0x11,
	  .lower = F(24) | F(48) | F(56) | F(60), .signed_fields = F(16) | F(20),
	  .cap = { { PFR0_GIC, 1 }, { 56, 1 } } },
	/* PFR1: BT, SSBS */
	{ REG(4, 1), .keep = F(0) | F(4), .lower = F(0) | F(4) },
	/*
	 * DFR0: Armv8 debug, DoubleLock and MTPMU not there (15).  Breakpoints,
	 * watchpoints and context comparators are as many as hardware has.
	 */
	{ REG(5, 0), .keep = F(12) | F(20) | F(28), .fixed = 0x6ull | F(36) | F(48) },
	/* ISAR0: all but transactions (TME) */
	{ REG(6, 0), .keep = ~(0xfull | F(24)), .lower = ~(0xfull | F(24)) },
	/* ISAR1: DPB, JSCVT, FCMA, LRCPC, FRINTTS, SB, BF16, DGH, I8MM */
	{ REG(6, 1), .keep = F(0) | F(12) | F(16) | F(20) | F(32) | F(36) | F(44) | F(48) | F(52),
	  .lower = ~0ull },
	/* ISAR2: BC, CLRBHB */
	{ REG(6, 2), .keep = F(20) | F(28), .lower = ~0ull },
	/*
	 * MMFR0: PARange, ASIDBits, BigEnd, BigEndEL0, the granules without
	 * 52-bit addresses.  SNSMem and the rest are not for EL1.
	 */
	{ REG(7, 0), .keep = F(0) | F(4) | F(8) | F(16) | F(20) | F(24) | F(28),
	  .lower = F(0) | F(4) | F(8) | F(16) | F(20) | F(24) | F(28),
	  .signed_fields = F(24) | F(28), .cap = { { 28, 0 }, { 20, 1 } } },
	/* MMFR1: HAFDBS, HPDS, PAN, ETS, nTLBPA, ECBHB */
	{ REG(7, 1), .keep = F(0) | F(12) | F(20) | F(36) | F(48) | F(60), .lower = ~0ull,
	  .cap = { { 0, 2 } } },
	/* MMFR2: UAO, CCIDX, AT, IDS, TTL, BBM, E0PD; ST */
	{ REG(7, 2), .keep = F(4) | F(20) | F(28) | F(32) | F(36) | F(48) | F(52) | F(60),
	  .lower = F(4) | F(28) | F(48) | F(52) | F(60) },
};

static struct arm64_idregs defaults __ro_after_init;
bool arm64_host_pan __ro_after_init, arm64_host_ras __ro_after_init;

static unsigned int slot(u32 enc)
{
	return enc & 63;
}

static s64 field(u64 value, unsigned int shift, bool is_signed)
{
	return is_signed ? cpuid_feature_extract_signed_field(value, shift) :
			   cpuid_feature_extract_unsigned_field(value, shift);
}

static void cap_field(u64 *value, unsigned int shift, unsigned int most, bool is_signed)
{
	if (field(*value, shift, is_signed) > (s64)most)
		*value = (*value & ~F(shift)) | (u64)most << shift;
}

static u64 default_value(const struct idreg *r)
{
	u64 value = read_sanitised_ftr_reg(r->sys) & r->keep;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(r->cap) && (r->cap[i].shift | r->cap[i].value); i++)
		cap_field(&value, r->cap[i].shift, r->cap[i].value,
			  r->signed_fields & BIT_ULL(r->cap[i].shift));
	return value | r->fixed;
}

/* ID_AA64MMFR0_EL1.PARange of a width that stage 2 has */
static u64 pa_range(unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < 6 && id_aa64mmfr0_parange_to_phys_shift(i + 1) <= bits; i++)
		;
	return i;
}

static void no_gic(u64 *pfr0)
{
	*pfr0 &= ~F(PFR0_GIC);
}

/**
 * arm64_idreg_setup - the defaults; stage 2 and the GIC are known
 * Context: module load.
 */
void arm64_idreg_setup(void)
{
	u64 *value = defaults.value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(idregs); i++)
		value[slot(idregs[i].enc)] = default_value(&idregs[i]);
	cap_field(&value[slot(ENC(3, 0, 0, 7, 0))], MMFR0_PARANGE, pa_range(arm64_ipa_bits),
		  false);
	if (!vgic_available())
		no_gic(&value[slot(ENC(3, 0, 0, 4, 0))]);
	arm64_host_pan = field(read_sanitised_ftr_reg(SYS_ID_AA64MMFR1_EL1), 20, false);
	arm64_host_ras = field(read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1), 28, false);
}

/* ---- tables ---- */

/* Without an IRQCHIP the guest is not told of a GIC whatever @entries say */
static void set_table(struct mote_vcpu *vcpu, const struct mote_arm64_idreg *entries,
		      unsigned int count)
{
	struct arm64_idregs *regs = &to_page(vcpu)->idregs;

	*regs = defaults;
	while (count--)
		regs->value[slot(entries[count].id)] = entries[count].value;
	if (!vcpu->vm->arch.gic)
		no_gic(&regs->value[slot(ENC(3, 0, 0, 4, 0))]);
}

void arm64_idreg_init(struct mote_vcpu *vcpu)
{
	set_table(vcpu, NULL, 0);
}

/**
 * arm64_idreg_default - FEATURES
 * @table: receives an array for kvfree()
 * Return: entries or -ENOMEM.
 */
int arm64_idreg_default(struct mote_arm64_idreg **table)
{
	struct mote_arm64_idreg *t = kvcalloc(ARRAY_SIZE(idregs), sizeof(*t), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!t)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(idregs); i++) {
		t[i].id = idregs[i].enc;
		t[i].value = defaults.value[slot(idregs[i].enc)];
		t[i].mask = idregs[i].lower & idregs[i].keep;
	}
	*table = t;
	return ARRAY_SIZE(idregs);
}

static const struct idreg *find(u32 enc)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(idregs); i++)
		if (idregs[i].enc == enc)
			return &idregs[i];
	return NULL;
}

/* Each field equal, or lower where that is allowed */
static bool value_ok(const struct idreg *r, u64 value)
{
	u64 most = defaults.value[slot(r->enc)];
	unsigned int shift;

	for (shift = 0; shift < 64; shift += 4) {
		bool is_signed = r->signed_fields & BIT_ULL(shift);

		if (!((value ^ most) & F(shift)))
			continue;
		if (!(r->lower & r->keep & F(shift)) ||
		    field(value, shift, is_signed) > field(most, shift, is_signed))
			return false;
	}
	return true;
}

int mote_arch_set_features(struct mote_vcpu *vcpu, const void *entries, unsigned int count)
{
	const struct mote_arm64_idreg *table = entries;
	unsigned int i;

	for (i = 0; i < count; i++) {
		const struct idreg *r = find(table[i].id);

		if (!r || table[i].pad || !value_ok(r, table[i].value))
			return -EINVAL;
	}
	set_table(vcpu, table, count);
	return 0;
}

bool arm64_idreg_trap(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value)
{
	return !write && !arm64_idreg_get(vcpu, enc, value);
}

int arm64_idreg_get(struct mote_vcpu *vcpu, u32 enc, u64 *value)
{
	/* CRm 0 does not trap; these two hardware reads from the context */
	if (likely(enc & 56))
		*value = to_page(vcpu)->idregs.value[array_index_nospec(slot(enc), 64)];
	else if (enc == ENC(3, 0, 0, 0, 0))
		*value = to_ctx(vcpu)->vpidr;
	else if (enc == ENC(3, 0, 0, 0, 5))
		*value = to_ctx(vcpu)->vmpidr;
	else
		return -ENOENT;
	return 0;
}

int arm64_idreg_check(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	u64 now;

	return arm64_idreg_get(vcpu, enc, &now) ?: value == now ? 0 : -EINVAL;
}
