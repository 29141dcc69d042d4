// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's debug registers.  Arm ARM, "AArch64 self-hosted
 * debug".
 *
 * All of them trap (MDCR_EL2.TDA, TDOSA, TDRA) and are kept here.  Hardware
 * has the guest's breakpoints and watchpoints only while the guest runs, and
 * only if it has switched them on in MDSCR_EL1; the host's are there otherwise.
 */
#include <asm/cpufeature.h>
#include <asm/sysreg.h>

#include "arm64.h"

#define MDSCR_SS	BIT(0)
#define MDSCR_TDCC	BIT(12)
#define MDSCR_KDE	BIT(13)
#define MDSCR_MDE	BIT(15)
#define MDSCR_BITS	(MDSCR_SS | MDSCR_TDCC | MDSCR_KDE | MDSCR_MDE)

#define OSLSR_LOCKED	BIT(1)
#define OSLSR_IS_THERE	BIT(3)		/* OSLM = 0b10 */

/* Bits that exist, by bank; addresses are words */
static const u64 bank_bits[] = { ~3ull, 0x00ffe1e7, ~3ull, 0x1f1fffff };

static unsigned int brps __ro_after_init, wrps __ro_after_init;

/* ---- hardware ---- */

#define DBG_CASE(n, what, op)						\
	case n:								\
		op(what##n##_el1);					\
		break;
#define DBG_ALL(what, op)						\
	DBG_CASE(0, what, op) DBG_CASE(1, what, op) DBG_CASE(2, what, op)	\
	DBG_CASE(3, what, op) DBG_CASE(4, what, op) DBG_CASE(5, what, op)	\
	DBG_CASE(6, what, op) DBG_CASE(7, what, op) DBG_CASE(8, what, op)	\
	DBG_CASE(9, what, op) DBG_CASE(10, what, op) DBG_CASE(11, what, op)	\
	DBG_CASE(12, what, op) DBG_CASE(13, what, op) DBG_CASE(14, what, op)	\
	DBG_CASE(15, what, op)

#define SWAP(reg) do {							\
	old = read_sysreg(reg);						\
	write_sysreg(new, reg);						\
} while (0)

#define DBG_SWAP(what)							\
static u64 swap_##what(unsigned int n, u64 new)				\
{									\
	u64 old = 0;							\
									\
	switch (n) {							\
	DBG_ALL(dbg##what, SWAP)					\
	}								\
	return old;							\
}

DBG_SWAP(bvr)
DBG_SWAP(bcr)
DBG_SWAP(wvr)
DBG_SWAP(wcr)

/*
 * Exchange the guest's and the host's.  Debug exceptions are masked by the
 * caller.  Off before the address changes, on after it.
 */
static void swap_all(struct arm64_debug *d)
{
	unsigned int i;
	u64 control;

	for (i = 0; i < brps; i++) {
		control = swap_bcr(i, 0);
		d->bank[0][i] = swap_bvr(i, d->bank[0][i]);
		swap_bcr(i, d->bank[1][i]);
		d->bank[1][i] = control;
	}
	for (i = 0; i < wrps; i++) {
		control = swap_wcr(i, 0);
		d->bank[2][i] = swap_wvr(i, d->bank[2][i]);
		swap_wcr(i, d->bank[3][i]);
		d->bank[3][i] = control;
	}
	isb();
}

/**
 * arm64_debug_enter - the world switch of a vCPU that uses its breakpoints
 * @vcpu: entry
 */
void arm64_debug_enter(struct mote_vcpu *vcpu)
{
	unsigned long daif = read_sysreg(daif);

	asm volatile("msr daifset, #8\n\tisb" : : : "memory");
	swap_all(&to_page(vcpu)->debug);
	arm64_enter(to_ctx(vcpu));
	swap_all(&to_page(vcpu)->debug);
	write_sysreg(daif, daif);
}

/* Whether hardware has to have them.  MDSCR_EL1 is in the context: it traps. */
static void update_use(struct mote_vcpu *vcpu)
{
	vcpu->arch.debug_on = !to_page(vcpu)->debug.os_locked &&
			      (arm64_sys_read(vcpu, ARM64_MDSCR_EL1) & MDSCR_MDE);
}

/* ---- the registers ---- */

/* DBGBVR<n>, DBGBCR<n>, DBGWVR<n>, DBGWCR<n>: op0 2, CRn 0, n in CRm, op2 4 to 7 */
static u64 *bank(struct arm64_debug *d, u32 enc, u64 *bits)
{
	unsigned int n = enc >> 3 & 15, op2 = enc & 7;

	if ((enc & ~0x7fu) != MOTE_ARM64_ENC(2, 0, 0, 0, 0) || op2 < 4 ||
	    n >= (op2 < 6 ? brps : wrps))
		return NULL;
	*bits = bank_bits[op2 - 4];
	return &d->bank[op2 - 4][n];
}

static void set_os_lock(struct mote_vcpu *vcpu, bool locked)
{
	to_page(vcpu)->debug.os_locked = locked;
	update_use(vcpu);
}

/* Nothing behind them: claim tags, power, the debug communication channel */
static const u16 read_as_zero[] = {
	MOTE_ARM64_ENC(2, 0, 0, 0, 2), MOTE_ARM64_ENC(2, 0, 0, 2, 0),	/* OSDTRRX, MDCCINT */
	MOTE_ARM64_ENC(2, 0, 0, 3, 2), MOTE_ARM64_ENC(2, 0, 0, 6, 2),	/* OSDTRTX, OSECCR */
	MOTE_ARM64_ENC(2, 0, 1, 0, 0), MOTE_ARM64_ENC(2, 0, 1, 3, 4),	/* MDRAR, OSDLR */
	MOTE_ARM64_ENC(2, 0, 1, 4, 4), MOTE_ARM64_ENC(2, 0, 7, 8, 6),	/* DBGPRCR, DBGCLAIMSET */
	MOTE_ARM64_ENC(2, 0, 7, 9, 6), MOTE_ARM64_ENC(2, 0, 7, 14, 6),	/* DBGCLAIMCLR, DBGAUTHSTATUS */
	MOTE_ARM64_ENC(2, 3, 0, 1, 0), MOTE_ARM64_ENC(2, 3, 0, 4, 0),	/* MDCCSR_EL0, DBGDTR_EL0 */
	MOTE_ARM64_ENC(2, 3, 0, 5, 0),					/* DBGDTRRX_EL0, DBGDTRTX_EL0 */
};

static bool reads_zero(u32 enc)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(read_as_zero); i++)
		if (read_as_zero[i] == enc)
			return true;
	return false;
}

/**
 * arm64_debug_sysreg - a debug register
 * @vcpu: under vcpu->mutex
 * @enc: MOTE_ARM64_ENC() with op0 2
 * @write: direction
 * @value: write: the value; read: receives it
 *
 * Return: whether there is such a register.
 */
bool arm64_debug_sysreg(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value)
{
	struct arm64_debug *d = &to_page(vcpu)->debug;
	u64 bits, *reg = bank(d, enc, &bits);

	if (reg) {
		if (write)
			*reg = *value & bits;
		else
			*value = *reg;
		return true;
	}
	switch (enc) {
	case ARM64_ENC_MDSCR:
		if (write) {
			arm64_sys_write(vcpu, ARM64_MDSCR_EL1, *value & MDSCR_BITS);
			update_use(vcpu);
		} else {
			*value = arm64_sys_read(vcpu, ARM64_MDSCR_EL1);
		}
		return true;
	case MOTE_ARM64_ENC(2, 0, 1, 0, 4):	/* OSLAR_EL1 */
		if (write)
			set_os_lock(vcpu, *value & 1);
		return write;
	case ARM64_ENC_OSLSR:
		if (!write)
			*value = OSLSR_IS_THERE | (d->os_locked ? OSLSR_LOCKED : 0);
		return !write;
	}
	if (!write)
		*value = 0;
	return reads_zero(enc);
}

/* ---- GET_REGS and so on ---- */

int arm64_debug_get(struct mote_vcpu *vcpu, u32 enc, u64 *value)
{
	return arm64_debug_sysreg(vcpu, enc, false, value) ? 0 : -ENOENT;
}

int arm64_debug_check(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	u64 bits, *reg = bank(&to_page(vcpu)->debug, enc, &bits);

	if (enc == ARM64_ENC_MDSCR)
		bits = MDSCR_BITS;
	else if (enc == ARM64_ENC_OSLSR)
		return value & ~(u64)OSLSR_LOCKED & ~(u64)OSLSR_IS_THERE ? -EINVAL : 0;
	else if (!reg)
		return -ENOENT;
	return value & ~bits ? -EINVAL : 0;
}

void arm64_debug_set(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	if (enc == ARM64_ENC_OSLSR)
		set_os_lock(vcpu, value & OSLSR_LOCKED);
	else
		arm64_debug_sysreg(vcpu, enc, true, &value);
}

/** arm64_debug_list - the @n-th register that is state; 0 after the last */
u32 arm64_debug_list(unsigned int n)
{
	if (n == 0)
		return ARM64_ENC_MDSCR;
	if (n == 1)
		return ARM64_ENC_OSLSR;
	n -= 2;
	if (n < 2 * brps)
		return MOTE_ARM64_ENC(2, 0, 0, n / 2, 4 + n % 2);
	n -= 2 * brps;
	return n < 2 * wrps ? MOTE_ARM64_ENC(2, 0, 0, n / 2, 6 + n % 2) : 0;
}

/** arm64_debug_setup - how many there are.  Context: module load. */
void arm64_debug_setup(void)
{
	u64 dfr0 = read_sanitised_ftr_reg(SYS_ID_AA64DFR0_EL1);

	brps = cpuid_feature_extract_unsigned_field(dfr0, 12) + 1;
	wrps = cpuid_feature_extract_unsigned_field(dfr0, 20) + 1;
}

void arm64_debug_init(struct mote_vcpu *vcpu)
{
	to_page(vcpu)->debug.os_locked = true;
}
