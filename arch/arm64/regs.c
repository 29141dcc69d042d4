// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: GET_REGS, SET_REGS, REG_LIST, the registers in the run page, and
 * what all are at reset.
 *
 * Checks look at one register alone: the core checks a whole array before it
 * sets any.
 */
#include <linux/nospec.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>

#include "arm64.h"
#include "timer.h"
#include "vgic.h"
#include "mod/regs.h"

/* PSTATE of EL0 and EL1 in AArch64: NZCV, DIT, UAO, PAN, SS, IL, SSBS, BTYPE, DAIF, M */
#define PSTATE_BITS	(0xf0000000ull | BIT(24) | BIT(23) | BIT(22) | BIT(21) | BIT(20) | \
			 BIT(12) | GENMASK(11, 10) | GENMASK(9, 6) | 0xf)

#define PSTATE_RESET	(PSR_D_BIT | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT | PSR_MODE_EL1h)

/* Bits 29, 28, 23, 22, 20 and 11: RES1 where their features are not */
#define SCTLR_RESET	0x30d00800ull

/* ---- core ---- */

static bool pstate_ok(u64 value)
{
	u64 mode = value & 0xf;

	return !(value & ~PSTATE_BITS) &&
	       (mode == PSR_MODE_EL0t || mode == PSR_MODE_EL1t || mode == PSR_MODE_EL1h);
}

/* Where one is, or NULL: SP, in @sp */
static u64 *core_word(struct mote_vcpu *vcpu, u32 index, enum arm64_sys *sp)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);

	switch (MOTE_ARM64_REG(MOTE_ARM64_CLASS_CORE, (u64)index)) {
	case MOTE_ARM64_SP_EL0:
	case MOTE_ARM64_SP_EL1:
		*sp = index == (MOTE_ARM64_SP_EL0 & U32_MAX) ? ARM64_SP_EL0 : ARM64_SP_EL1;
		return NULL;
	case MOTE_ARM64_PC:
		return &ctx->pc;
	case MOTE_ARM64_PSTATE:
		return &ctx->pstate;
	default:
		return &ctx->x[array_index_nospec(index, ARRAY_SIZE(ctx->x))];
	}
}

static int core_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	enum arm64_sys sp;
	u64 *word = core_word(vcpu, index, &sp);

	if (index >= MOTE_ARM64_CORE_COUNT)
		return -ENOENT;
	*value = word ? *word : arm64_sys_read(vcpu, sp);
	return 0;
}

static int core_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	if (index >= MOTE_ARM64_CORE_COUNT)
		return -ENOENT;
	if (MOTE_ARM64_REG(MOTE_ARM64_CLASS_CORE, (u64)index) == MOTE_ARM64_PSTATE)
		return pstate_ok(value) ? 0 : -EINVAL;
	return 0;
}

static void core_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	enum arm64_sys sp;
	u64 *word = core_word(vcpu, index, &sp);

	if (word)
		*word = value;
	else
		arm64_sys_write(vcpu, sp, value);
}

/* ---- FP ---- */

static int fp_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	return arm64_fp_check(index, value);
}

/* ---- events ---- */

#define EVENT_COUNT	3

static int event_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	switch (MOTE_ARM64_REG(MOTE_ARM64_CLASS_EVENT, (u64)index)) {
	case MOTE_ARM64_HALTED:
		*value = vcpu->arch.halted;
		return 0;
	case MOTE_ARM64_INTR:
		*value = vcpu->arch.intr;
		return 0;
	case MOTE_ARM64_SERROR:
		*value = vcpu->arch.serror;
		return 0;
	default:
		return -ENOENT;
	}
}

/* Nothing wakes a vCPU in the kernel, and no line is its own, without a vGIC */
static int event_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	switch (MOTE_ARM64_REG(MOTE_ARM64_CLASS_EVENT, (u64)index)) {
	case MOTE_ARM64_HALTED:
		return value > !!vcpu->arch.vgic ? -EINVAL : 0;
	case MOTE_ARM64_INTR:
		return value > (vcpu->arch.vgic ? 0 : 3) ? -EINVAL : 0;
	case MOTE_ARM64_SERROR:
		return arm64_serror_check(value);
	default:
		return -ENOENT;
	}
}

static void event_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	switch (MOTE_ARM64_REG(MOTE_ARM64_CLASS_EVENT, (u64)index)) {
	case MOTE_ARM64_HALTED:
		vcpu->arch.halted = value;
		break;
	case MOTE_ARM64_INTR:
		vcpu->arch.intr = value;
		break;
	case MOTE_ARM64_SERROR:
		vcpu->arch.serror = value;
		break;
	}
}

/* ---- the classes ---- */

const struct mote_reg_class mote_arch_reg_classes[MOTE_REG_CLASSES] = {
	[MOTE_ARM64_CLASS_CORE] = { core_get, core_check, core_set },
	[MOTE_ARM64_CLASS_SYSREG] = { arm64_sysreg_get, arm64_sysreg_check, arm64_sysreg_set },
	[MOTE_ARM64_CLASS_FP] = { arm64_fp_get, fp_check, arm64_fp_set },
	[MOTE_ARM64_CLASS_GIC] = { vgic_reg_get, vgic_reg_check, vgic_reg_set },
	[MOTE_ARM64_CLASS_TIMER] = { timer_count_get, timer_count_check, timer_count_set },
	[MOTE_ARM64_CLASS_EVENT] = { event_get, event_check, event_set },
};

/* ---- the list ---- */

unsigned int mote_arch_reg_list(struct mote_vcpu *vcpu, u64 *ids, unsigned int room)
{
	struct mote_reg_ids list = { .ids = ids, .room = ids ? room : 0 };
	unsigned int i;
	u64 id;

	mote_reg_add_class(&list, MOTE_ARM64_CLASS_CORE, MOTE_ARM64_CORE_COUNT);
	for (i = 0; (id = arm64_sysreg_list(i)); i++)
		mote_reg_add(&list, MOTE_ARM64_REG(MOTE_ARM64_CLASS_SYSREG, id));
	mote_reg_add_class(&list, MOTE_ARM64_CLASS_FP, 66);
	vgic_icc_list(vcpu, &list);
	vgic_reg_list(vcpu, &list);
	timer_list(&list);
	mote_reg_add_class(&list, MOTE_ARM64_CLASS_EVENT, EVENT_COUNT);
	return list.count;
}

/* ---- reset ---- */

/**
 * arm64_regs_reset - as PSCI's CPU_ON leaves a CPU (its section "Initial core
 * configuration"): EL1, interrupts masked, MMU and caches off
 * @vcpu: not live, its state is zeroed
 */
void arm64_regs_reset(struct mote_vcpu *vcpu)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);

	ctx->pstate = PSTATE_RESET;
	arm64_sys_write(vcpu, ARM64_SCTLR_EL1, SCTLR_RESET);
	/* Aff0 goes to 15, so that one SGI can name all of its group */
	ctx->vmpidr = BIT_ULL(31) | (vcpu->id >> 4) << 8 | (vcpu->id & 15);
	ctx->vpidr = read_cpuid_id();
}

/* ---- what the runner sees in the run page ---- */

/**
 * arm64_big_endian - whether data accesses are, where the guest is now
 * @vcpu: after an exit
 */
bool arm64_big_endian(struct mote_vcpu *vcpu)
{
	u64 pstate = to_ctx(vcpu)->pstate, sctlr;

	if (pstate & PSR_MODE32_BIT)
		return pstate & PSR_AA32_E_BIT;
	sctlr = arm64_sys_read(vcpu, ARM64_SCTLR_EL1);
	return sctlr & ((pstate & PSR_MODE_MASK) == PSR_MODE_EL0t ? SCTLR_EL1_E0E : SCTLR_ELx_EE);
}

void arm64_fill_fail(struct mote_vcpu *vcpu, struct mote_exit *exit)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);

	exit->fail = (struct mote_exit_fail) {
		.qualification = ctx->esr,
		.cpu = smp_processor_id(),
		.info = { ctx->exit, ctx->far, ctx->hpfar, ctx->pstate },
	};
}

/* Never dropped: the runner sees the hardware's syndrome as it came */
int arm64_exit_unknown(struct mote_vcpu *vcpu)
{
	arm64_fill_fail(vcpu, mote_exit_begin(vcpu, MOTE_EXIT_UNKNOWN, to_ctx(vcpu)->esr));
	return MOTE_USER;
}

/**
 * arm64_fill_run_regs - show the general registers to the runner
 * @vcpu: loaded, after mote_exit_begin()
 */
void arm64_fill_run_regs(struct mote_vcpu *vcpu)
{
	struct mote_arch_run_regs *regs = &vcpu->run->regs;
	struct arm64_ctx *ctx = to_ctx(vcpu);

	memcpy(regs->x, ctx->x, sizeof(regs->x));
	regs->sp[0] = arm64_sys_read(vcpu, ARM64_SP_EL0);
	regs->sp[1] = arm64_sys_read(vcpu, ARM64_SP_EL1);
	regs->pc = ctx->pc;
	regs->pstate = ctx->pstate;
	regs->flags = arm64_big_endian(vcpu) ? MOTE_ARM64_RUN_BE : 0;
	regs->pad = 0;
	vcpu->run->state |= MOTE_STATE_REGS;
}

/*
 * The runner has executed the instruction if PC has moved: what hardware does
 * at the end of each is done then.
 */
int mote_arch_vcpu_set_run_regs(struct mote_vcpu *vcpu)
{
	struct mote_arch_run_regs *regs = &vcpu->run->regs;
	struct arm64_ctx *ctx = to_ctx(vcpu);
	u64 pc = READ_ONCE(regs->pc), pstate = READ_ONCE(regs->pstate), old = ctx->pc;
	unsigned int i;

	if (!pstate_ok(pstate))
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(ctx->x); i++)
		ctx->x[i] = READ_ONCE(regs->x[i]);
	arm64_sys_write(vcpu, ARM64_SP_EL0, READ_ONCE(regs->sp[0]));
	arm64_sys_write(vcpu, ARM64_SP_EL1, READ_ONCE(regs->sp[1]));
	ctx->pstate = pstate;
	if (pc != old)
		arm64_skip(vcpu);
	ctx->pc = pc;
	return 0;
}
