// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: exceptions and interrupts on their way into the guest.
 *
 * Synchronous exceptions are entered here, as the Arm ARM's
 * AArch64.TakeException() does.  Interrupts and SErrors are shown to hardware
 * as HCR_EL2.VI, VF and VSE.
 */
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>

#include "arm64.h"
#include "vgic.h"

#define ISS_BITS	ESR_ELx_ISS_MASK

bool arm64_at_el0(u64 pstate)
{
	return (pstate & PSR_MODE32_BIT) || (pstate & PSR_MODE_MASK) == PSR_MODE_EL0t;
}

/* Where a synchronous exception goes; Arm ARM, "Exception vectors" */
static u64 vector_group(u64 pstate)
{
	if (pstate & PSR_MODE32_BIT)
		return 0x600;
	switch (pstate & PSR_MODE_MASK) {
	case PSR_MODE_EL0t:
		return 0x400;
	case PSR_MODE_EL1t:
		return 0x000;
	default:
		return 0x200;
	}
}

/* What of PSTATE an exception to EL1 leaves, sets and clears */
static u64 exception_pstate(u64 old, u64 sctlr)
{
	u64 new = PSR_MODE_EL1h | PSR_D_BIT | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT;

	new |= old & (PSR_N_BIT | PSR_Z_BIT | PSR_C_BIT | PSR_V_BIT | PSR_PAN_BIT |
		      (old & PSR_MODE32_BIT ? 0 : PSR_DIT_BIT));
	if (!(sctlr & SCTLR_EL1_SPAN) && arm64_host_pan)
		new |= PSR_PAN_BIT;
	if (sctlr & SCTLR_ELx_DSSBS)
		new |= PSR_SSBS_BIT;
	return new;
}

/* SPSR_EL1 of an exception from AArch32 has DIT elsewhere */
static u64 exception_spsr(u64 pstate)
{
	if ((pstate & PSR_MODE32_BIT) && (pstate & PSR_AA32_DIT_BIT))
		return (pstate & ~(u64)PSR_AA32_DIT_BIT) | COMPAT_PSR_DIT_BIT;
	return pstate;
}

static void take_exception(struct mote_vcpu *vcpu)
{
	u64 sctlr = arm64_sys_read(vcpu, ARM64_SCTLR_EL1);
	struct arm64_ctx *ctx = to_ctx(vcpu);

	arm64_sys_write(vcpu, ARM64_ELR_EL1, ctx->pc);
	arm64_sys_write(vcpu, ARM64_SPSR_EL1, exception_spsr(ctx->pstate));
	ctx->pc = arm64_sys_read(vcpu, ARM64_VBAR_EL1) + vector_group(ctx->pstate);
	ctx->pstate = exception_pstate(ctx->pstate, sctlr);
	vcpu->arch.halted = false;
}

/* ---- synchronous exceptions ---- */

static bool has_far(u64 ec)
{
	switch (ec) {
	case ESR_ELx_EC_IABT_LOW:
	case ESR_ELx_EC_IABT_CUR:
	case ESR_ELx_EC_PC_ALIGN:
	case ESR_ELx_EC_DABT_LOW:
	case ESR_ELx_EC_DABT_CUR:
	case ESR_ELx_EC_WATCHPT_LOW:
	case ESR_ELx_EC_WATCHPT_CUR:
		return true;
	default:
		return false;
	}
}

void arm64_inject_sync(struct mote_vcpu *vcpu, u64 esr, u64 far)
{
	take_exception(vcpu);
	arm64_sys_write(vcpu, ARM64_ESR_EL1, esr);
	if (has_far(ESR_ELx_EC(esr)))
		arm64_sys_write(vcpu, ARM64_FAR_EL1, far);
}

void arm64_inject_undef(struct mote_vcpu *vcpu)
{
	arm64_inject_sync(vcpu, (u64)ESR_ELx_EC_UNKNOWN << ESR_ELx_EC_SHIFT | ESR_ELx_IL, 0);
}

void arm64_inject_abort(struct mote_vcpu *vcpu, bool insn, u64 far, u64 fsc)
{
	bool user = arm64_at_el0(to_ctx(vcpu)->pstate);
	u64 ec;

	if (insn)
		ec = user ? ESR_ELx_EC_IABT_LOW : ESR_ELx_EC_IABT_CUR;
	else
		ec = user ? ESR_ELx_EC_DABT_LOW : ESR_ELx_EC_DABT_CUR;
	arm64_inject_sync(vcpu, ec << ESR_ELx_EC_SHIFT | ESR_ELx_IL | fsc, far);
}

/* ---- interrupt lines without a controller in the kernel ---- */

/**
 * arm64_intr_sync - INJECTed lines, before an entry
 * @vcpu: entry
 *
 * Levels, as hardware takes them: HCR_EL2.VI and VF.  Nothing tells when the
 * guest has taken one, so a line stays up until the runner, which plays the
 * controller, lowers it.
 */
void arm64_intr_sync(struct mote_vcpu *vcpu)
{
	u64 hcr = to_ctx(vcpu)->hcr & ~(u64)(HCR_VI | HCR_VF);

	hcr |= vcpu->arch.intr & BIT(MOTE_ARM64_INTR_IRQ) ? HCR_VI : 0;
	hcr |= vcpu->arch.intr & BIT(MOTE_ARM64_INTR_FIQ) ? HCR_VF : 0;
	to_ctx(vcpu)->hcr = hcr;
}

/* ---- SError ---- */

/**
 * arm64_serror_sync - a pending SError, before an entry
 * @vcpu: entry
 *
 * Hardware clears HCR_EL2.VSE when the guest takes it; see arm64_serror_taken().
 */
void arm64_serror_sync(struct mote_vcpu *vcpu)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);

	ctx->hcr |= HCR_VSE;
	ctx->vsesr = vcpu->arch.serror & ISS_BITS;
}

void arm64_serror_taken(struct mote_vcpu *vcpu)
{
	if (to_ctx(vcpu)->hcr & HCR_VSE) {
		to_ctx(vcpu)->hcr &= ~(u64)HCR_VSE;
		return;
	}
	vcpu->arch.serror = 0;
	vcpu->stats->injected++;
}

/** arm64_serror_check - whether MOTE_ARM64_SERROR can have a value */
int arm64_serror_check(u64 value)
{
	if (!(value & ARM64_SERROR_PENDING))
		return value ? -EINVAL : 0;
	if (value & ~(ARM64_SERROR_PENDING | ISS_BITS))
		return -EINVAL;
	/* Without FEAT_RAS the guest cannot be told a syndrome */
	return (value & ISS_BITS) && !arm64_host_ras ? -EINVAL : 0;
}

/* ---- waking up ---- */

/**
 * arm64_wake_event - whether something ends WFI
 * @vcpu: its thread, loaded or not; any state of the task
 *
 * Masked interrupts do so, too (Arm ARM, "WFI wake-up events").
 */
bool arm64_wake_event(struct mote_vcpu *vcpu)
{
	return vcpu->arch.intr || vcpu->arch.serror || vgic_pending(vcpu);
}

/* ---- INJECT ---- */

static int inject_intr(struct mote_vcpu *vcpu, const struct mote_inject *inject)
{
	u32 line = inject->vector;

	if (vcpu->arch.vgic || line > MOTE_ARM64_INTR_FIQ)
		return -EINVAL;
	if (inject->flags & MOTE_INJECT_LOWER) {
		vcpu->arch.intr &= ~BIT(line);
		return 0;
	}
	if (vcpu->arch.intr & BIT(line))
		return -EAGAIN;
	vcpu->arch.intr |= BIT(line);
	vcpu->stats->injected++;
	return 0;
}

/*
 * The exception is taken here and now.  One at a time: a second would have
 * the handler's first instruction for its address.
 */
static int inject_exception(struct mote_vcpu *vcpu, const struct mote_inject *inject)
{
	u64 iss = inject->flags & MOTE_INJECT_ERROR_CODE ? inject->error_code : 0;

	if (inject->vector > ESR_ELx_EC_MAX || iss & ~(u64)ISS_BITS)
		return -EINVAL;
	if (vcpu->arch.injected)
		return -EAGAIN;
	vcpu->arch.injected = true;
	/* The instruction that waits for an answer has got this one */
	vcpu->pending = MOTE_EXIT_NONE;
	arm64_inject_sync(vcpu, (u64)inject->vector << ESR_ELx_EC_SHIFT | ESR_ELx_IL | iss,
			  inject->flags & MOTE_INJECT_PAYLOAD ? inject->payload : 0);
	return 0;
}

static int inject_serror(struct mote_vcpu *vcpu, const struct mote_inject *inject)
{
	u64 value = ARM64_SERROR_PENDING;

	if (inject->flags & MOTE_INJECT_ERROR_CODE)
		value |= inject->error_code;
	if (arm64_serror_check(value))
		return -EINVAL;
	if (vcpu->arch.serror)
		return -EAGAIN;
	vcpu->arch.serror = value;
	return 0;
}

int mote_arch_inject(struct mote_vcpu *vcpu, const struct mote_inject *inject)
{
	if (inject->event != MOTE_EVENT_INTR && inject->flags & MOTE_INJECT_LOWER)
		return -EINVAL;
	switch (inject->event) {
	case MOTE_EVENT_INTR:
		return inject_intr(vcpu, inject);
	case MOTE_EVENT_EXCEPTION:
		return inject_exception(vcpu, inject);
	case MOTE_EVENT_SERROR:
		return inject_serror(vcpu, inject);
	default:
		return -EINVAL;
	}
}
