// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: system registers: those of the guest that are state, and what
 * its accesses do where they trap.  Arm ARM, "ISS encoding for an exception
 * from MSR, MRS, or System instruction execution in AArch64 state".
 *
 * What nobody here knows is UNDEFINED for the guest, unless a policy of the
 * runner says otherwise.
 */
#include <linux/bsearch.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>

#include "arm64.h"
#include "mod/regs.h"
#include "timer.h"
#include "vgic.h"

#define ENC MOTE_ARM64_ENC

/**
 * struct sysreg - a register that hardware has while the guest runs
 * @enc: MOTE_ARM64_ENC()
 * @reg: where the context has it
 * @bits: that SET_REGS may set
 */
struct sysreg {
	u32 enc;
	enum arm64_sys reg;
	u64 bits;
};

/* By encoding */
static const struct sysreg sysregs[] = {
	{ ENC(3, 0, 1, 0, 0),	ARM64_SCTLR_EL1,	~0ull },
	{ ENC(3, 0, 1, 0, 2),	ARM64_CPACR_EL1,	~0ull },
	{ ENC(3, 0, 2, 0, 0),	ARM64_TTBR0_EL1,	~0ull },
	{ ENC(3, 0, 2, 0, 1),	ARM64_TTBR1_EL1,	~0ull },
	{ ENC(3, 0, 2, 0, 2),	ARM64_TCR_EL1,		~0ull },
	{ ENC(3, 0, 4, 0, 0),	ARM64_SPSR_EL1,		~0ull },
	{ ENC(3, 0, 4, 0, 1),	ARM64_ELR_EL1,		~0ull },
	{ ENC(3, 0, 5, 1, 0),	ARM64_AFSR0_EL1,	~0ull },
	{ ENC(3, 0, 5, 1, 1),	ARM64_AFSR1_EL1,	~0ull },
	{ ENC(3, 0, 5, 2, 0),	ARM64_ESR_EL1,		~0ull },
	{ ENC(3, 0, 6, 0, 0),	ARM64_FAR_EL1,		~0ull },
	{ ENC(3, 0, 7, 4, 0),	ARM64_PAR_EL1,		~0ull },
	{ ENC(3, 0, 10, 2, 0),	ARM64_MAIR_EL1,		~0ull },
	{ ENC(3, 0, 10, 3, 0),	ARM64_AMAIR_EL1,	~0ull },
	{ ENC(3, 0, 12, 0, 0),	ARM64_VBAR_EL1,		~0x7ffull },
	{ ENC(3, 0, 13, 0, 1),	ARM64_CONTEXTIDR_EL1,	U32_MAX },
	{ ENC(3, 0, 13, 0, 4),	ARM64_TPIDR_EL1,	~0ull },
	{ ENC(3, 0, 14, 1, 0),	ARM64_CNTKCTL_EL1,	~0ull },
	{ ENC(3, 2, 0, 0, 0),	ARM64_CSSELR_EL1,	0xf },
	{ ENC(3, 3, 13, 0, 2),	ARM64_TPIDR_EL0,	~0ull },
	{ ENC(3, 3, 13, 0, 3),	ARM64_TPIDRRO_EL0,	~0ull },
};

#define ENC_ACTLR	ENC(3, 0, 1, 0, 1)

static int compare(const void *key, const void *element)
{
	return (int)*(const u32 *)key - (int)((const struct sysreg *)element)->enc;
}

static const struct sysreg *find(u32 enc)
{
	return bsearch(&enc, sysregs, ARRAY_SIZE(sysregs), sizeof(sysregs[0]), compare);
}

static bool caches_on(struct mote_vcpu *vcpu)
{
	u64 both = SCTLR_ELx_M | SCTLR_ELx_C;

	return (arm64_sys_read(vcpu, ARM64_SCTLR_EL1) & both) == both;
}

/*
 * HCR_EL2.TVM is set until the guest has MMU and caches on, unless FEAT_S2FWB makes
 * all of its accesses cached: what it wrote past the caches may hide behind lines
 * that the host's alias of the page has brought in since, and the reverse when it
 * turns them off.
 */
static void watch_caches(struct mote_vcpu *vcpu)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);

	ctx->hcr &= ~(u64)HCR_TVM;
	if (!caches_on(vcpu))
		ctx->hcr |= arm64_stage2_hcr() & HCR_TVM;
}

static int state_get(struct mote_vcpu *vcpu, u32 enc, u64 *value)
{
	const struct sysreg *r = find(enc);

	if (!r)
		return -ENOENT;
	*value = arm64_sys_read(vcpu, r->reg);
	return 0;
}

static int state_check(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	const struct sysreg *r = find(enc);

	if (!r)
		return -ENOENT;
	return value & ~r->bits ? -EINVAL : 0;
}

/* What the CPU's TLB has of the guest's tables may mean something else from now on */
static void state_set(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	arm64_sys_write(vcpu, find(enc)->reg, value);
	mote_tlb_vcpu_changed(vcpu);
	watch_caches(vcpu);
}

/* Controls of the implementation: there, and nothing to control */
static bool state_trap(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value)
{
	if (!write)
		*value = 0;
	return enc == ENC_ACTLR;
}

/* ---- by encoding ---- */

/**
 * struct reg_group - registers that one file knows
 * @first: MOTE_ARM64_ENC() of the first and
 * @last: of the last
 * @regs: GET_REGS and so on; those without @set are what they are
 * @trap: a trapped access that is done at once: receives or leaves the value.
 *	Return: whether there is such a register
 */
struct reg_group {
	u32 first;
	u32 last;
	struct mote_reg_class regs;
	bool (*trap)(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value);
};

/* The first that has it; the last has what nobody else has */
static const struct reg_group groups[] = {
	{ ENC(3, 0, 0, 0, 0), ENC(3, 0, 0, 7, 7),
	  { arm64_idreg_get, arm64_idreg_check }, arm64_idreg_trap },
	{ ENC(2, 0, 0, 0, 0), ENC(2, 7, 15, 15, 7),
	  { arm64_debug_get, arm64_debug_check, arm64_debug_set }, arm64_debug_sysreg },
	{ ENC(3, 0, 4, 6, 0), ENC(3, 0, 4, 6, 0),
	  { vgic_icc_get, vgic_icc_check, vgic_icc_set }, vgic_sysreg },
	{ ENC(3, 0, 12, 8, 0), ENC(3, 0, 12, 15, 7),
	  { vgic_icc_get, vgic_icc_check, vgic_icc_set }, vgic_sysreg },
	{ ENC(3, 3, 14, 0, 0), ENC(3, 3, 14, 3, 7),
	  { timer_get, timer_check, timer_set }, timer_sysreg },
	{ 0, U32_MAX, { state_get, state_check, state_set }, state_trap },
};

static bool is_idreg(u32 enc)
{
	return (enc & ~63u) == ENC(3, 0, 0, 0, 0);
}

static const struct reg_group *group_of(u32 enc)
{
	const struct reg_group *g = groups;

	while (enc < g->first || enc > g->last)
		g++;
	return g;
}

int arm64_sysreg_get(struct mote_vcpu *vcpu, u32 enc, u64 *value)
{
	return group_of(enc)->regs.get(vcpu, enc, value);
}

int arm64_sysreg_check(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	return group_of(enc)->regs.check(vcpu, enc, value);
}

void arm64_sysreg_set(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	if (group_of(enc)->regs.set)
		group_of(enc)->regs.set(vcpu, enc, value);
}

/** arm64_sysreg_list - the @n-th register of this file and debug.c; 0 after the last */
u32 arm64_sysreg_list(unsigned int n)
{
	return n < ARRAY_SIZE(sysregs) ? sysregs[n].enc : arm64_debug_list(n - ARRAY_SIZE(sysregs));
}

/* ---- traps ---- */

static u32 trapped_enc(u64 esr)
{
	return ENC((u32)(esr >> 20) & 3, (u32)(esr >> 14) & 7, (u32)(esr >> 10) & 15,
		   (u32)(esr >> 1) & 15, (u32)(esr >> 17) & 7);
}

static unsigned int trapped_reg(u64 esr)
{
	return ESR_ELx_SYS64_ISS_RT(esr);
}

static bool trapped_write(u64 esr)
{
	return !(esr & ESR_ELx_SYS64_ISS_DIR_READ);
}

static u64 read_x(struct mote_vcpu *vcpu, unsigned int n)
{
	return n < 31 ? to_ctx(vcpu)->x[n] : 0;
}

static void write_x(struct mote_vcpu *vcpu, unsigned int n, u64 value)
{
	if (n < 31)
		to_ctx(vcpu)->x[n] = value;
}

static int clean_all(struct mote_vcpu *vcpu)
{
	vcpu->arch.slow = ARM64_SLOW_CLEAN;
	return MOTE_SLOW;
}

/*
 * DC by set and way is how a guest cleans all caches before it switches them
 * off, or after that.  It cannot be done for one guest: clean what it has by
 * address, once for a whole series, and again when SCTLR_EL1.C changes next,
 * which HCR_EL2.TVM lets us see.
 */
static int set_way(struct mote_vcpu *vcpu)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);

	arm64_skip(vcpu);
	if (ctx->hcr & HCR_TVM)
		return MOTE_RESUME;
	ctx->hcr |= HCR_TVM;
	return clean_all(vcpu);
}

/* A register of the MMU, see watch_caches() */
static int write_vm_reg(struct mote_vcpu *vcpu, const struct sysreg *r, u64 value)
{
	bool before = caches_on(vcpu);

	arm64_sys_write(vcpu, r->reg, value);
	arm64_skip(vcpu);
	watch_caches(vcpu);
	return before == caches_on(vcpu) ? MOTE_RESUME : clean_all(vcpu);
}

static int by_default(struct mote_vcpu *vcpu, u32 enc, u64 esr)
{
	bool write = trapped_write(esr);
	u64 value = write ? read_x(vcpu, trapped_reg(esr)) : 0;
	const struct sysreg *r;

	if (group_of(enc)->trap(vcpu, enc, write, &value)) {
		if (!write)
			write_x(vcpu, trapped_reg(esr), value);
		arm64_skip(vcpu);
		return MOTE_RESUME;
	}
	switch (enc) {
	case ENC(1, 0, 7, 6, 2):	/* DC ISW */
	case ENC(1, 0, 7, 10, 2):	/* DC CSW */
	case ENC(1, 0, 7, 14, 2):	/* DC CISW */
		return set_way(vcpu);
	}
	r = write ? find(enc) : NULL;
	if (r)
		return write_vm_reg(vcpu, r, value);
	arm64_inject_undef(vcpu);
	return MOTE_RESUME;
}

static int sysreg_exit(struct mote_vcpu *vcpu, u32 enc, u64 esr)
{
	struct mote_exit *exit = mote_exit_begin(vcpu, MOTE_EXIT_SYSREG, esr);
	bool write = trapped_write(esr);

	memset(&exit->sysreg, 0, sizeof(exit->sysreg));
	exit->sysreg.id = enc;
	exit->sysreg.write = write;
	if (write)
		exit->sysreg.data = read_x(vcpu, trapped_reg(esr));
	vcpu->arch.answer.esr = esr;
	return mote_exit_pending(vcpu, exit, MOTE_EXIT_SYSREG);
}

static noinline int by_policy(struct mote_vcpu *vcpu, u32 enc, u64 esr)
{
	bool write = trapped_write(esr);
	u64 value[2];

	switch (mote_policy_find(vcpu->vm, MOTE_SPACE_SYSREG, enc, write, value)) {
	case MOTE_ACTION_EXIT:
		return sysreg_exit(vcpu, enc, esr);
	case MOTE_ACTION_FAULT:
		arm64_inject_undef(vcpu);
		return MOTE_RESUME;
	case MOTE_ACTION_CONSTANT:
		if (!write)
			write_x(vcpu, trapped_reg(esr), value[0]);
		arm64_skip(vcpu);
		return MOTE_RESUME;
	default:
		return by_default(vcpu, enc, esr);
	}
}

int arm64_handle_sysreg(struct mote_vcpu *vcpu)
{
	u64 esr = to_ctx(vcpu)->esr, value;
	u32 enc = trapped_enc(esr);

	if (unlikely(mote_policy_any(&vcpu->vm->policy, MOTE_SPACE_SYSREG)))
		return by_policy(vcpu, enc, esr);
	/* What guests ask for most often need not go through the table */
	if (is_idreg(enc) && !trapped_write(esr) && !arm64_idreg_get(vcpu, enc, &value)) {
		write_x(vcpu, trapped_reg(esr), value);
		arm64_skip(vcpu);
		return MOTE_RESUME;
	}
	return by_default(vcpu, enc, esr);
}

void arm64_complete_sysreg(struct mote_vcpu *vcpu)
{
	u64 esr = vcpu->arch.answer.esr;

	if (READ_ONCE(vcpu->run->exit.sysreg.fault)) {
		arm64_inject_undef(vcpu);
		return;
	}
	if (!trapped_write(esr))
		write_x(vcpu, trapped_reg(esr), READ_ONCE(vcpu->run->exit.sysreg.data));
	arm64_skip(vcpu);
}
