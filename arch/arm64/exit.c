// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: why the guest stopped, and who answers.  Arm ARM, "ESR_EL2",
 * exception classes.  Aborts are in abort.c, system registers in sysreg.c.
 *
 * While an answer is due, PC stays at the instruction.  HVC alone comes with
 * PC behind it: it is set back, so that one rule holds for all.
 */
#include <linux/nospec.h>
#include <linux/panic.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>

#include "arm64.h"
#include "serror.h"
#include "trace.h"

/* ---- exits without an answer ---- */

/* Instructions and registers of features that the ID registers do not show */
static int exit_undef(struct mote_vcpu *vcpu)
{
	arm64_inject_undef(vcpu);
	return MOTE_RESUME;
}

/* ---- WFI, WFE ---- */

#define WFX_WFE		BIT(0)	/* and WFET; Arm ARM, "ISS encoding for ... WF*" */

/*
 * WFE waits for somebody else, mostly for a lock: let him run.  WFI that could
 * go on at once is a no-op.
 */
static int exit_wfx(struct mote_vcpu *vcpu)
{
	arm64_skip(vcpu);
	if (to_ctx(vcpu)->esr & WFX_WFE) {
		vcpu->arch.slow = ARM64_SLOW_YIELD;
		return MOTE_SLOW;
	}
	if (!vcpu->arch.vgic) {
		mote_exit_begin(vcpu, MOTE_EXIT_HALT, to_ctx(vcpu)->esr);
		return MOTE_USER;
	}
	if (arm64_wake_event(vcpu))
		return MOTE_RESUME;
	vcpu->arch.halted = true;
	return MOTE_AGAIN;
}

/* ---- HVC, SMC: SMCCC, number in X0, arguments from X1 ---- */

static int hypercall_exit(struct mote_vcpu *vcpu)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);
	struct mote_exit *exit = mote_exit_begin(vcpu, MOTE_EXIT_HYPERCALL, ctx->esr);

	exit->hypercall.nr = (u32)ctx->x[0];
	memcpy(exit->hypercall.args, &ctx->x[1], sizeof(exit->hypercall.args));
	exit->hypercall.ret = MOTE_ARM64_HYPERCALL_NOT_SUPPORTED;
	return mote_exit_pending(vcpu, exit, MOTE_EXIT_HYPERCALL);
}

static int hypercall(struct mote_vcpu *vcpu)
{
	u64 value[2] = { MOTE_ARM64_HYPERCALL_NOT_SUPPORTED };
	struct arm64_ctx *ctx = to_ctx(vcpu);

	/* The number is W0: what stands above it does not count (SMCCC 3.1) */
	switch (mote_policy_find(vcpu->vm, MOTE_SPACE_HYPERCALL, (u32)ctx->x[0], false, value)) {
	case MOTE_ACTION_EXIT:
		return hypercall_exit(vcpu);
	case MOTE_ACTION_FAULT:
		return exit_undef(vcpu);
	default:
		ctx->x[0] = value[0];
		arm64_skip(vcpu);
		return MOTE_RESUME;
	}
}

static int exit_hvc(struct mote_vcpu *vcpu)
{
	to_ctx(vcpu)->pc -= 4;
	return hypercall(vcpu);
}

static void complete_hypercall(struct mote_vcpu *vcpu)
{
	to_ctx(vcpu)->x[0] = READ_ONCE(vcpu->run->exit.hypercall.ret);
	arm64_skip(vcpu);
}

/* ---- others ---- */

static int exit_fp(struct mote_vcpu *vcpu)
{
	arm64_fp_load(vcpu);
	return MOTE_RESUME;
}

/* An illegal PSTATE of the guest's own making; hardware keeps the rest legal */
static int exit_illegal(struct mote_vcpu *vcpu)
{
	arm64_inject_sync(vcpu, (u64)ESR_ELx_EC_ILL << ESR_ELx_EC_SHIFT | ESR_ELx_IL, 0);
	return MOTE_RESUME;
}

/* ---- dispatch ---- */

/**
 * struct exit_entry - one exception class
 * @handle: enum mote_result or -errno
 * @stat: enum mote_exit_type it is counted as
 */
struct exit_entry {
	int (*handle)(struct mote_vcpu *vcpu);
	u8 stat;
};

#define UNDEF	{ exit_undef, MOTE_EXIT_OTHER }

static const struct exit_entry exits[ESR_ELx_EC_MAX + 1] = {
	[ESR_ELx_EC_UNKNOWN]	= UNDEF,
	[ESR_ELx_EC_WFx]	= { exit_wfx, MOTE_EXIT_HALT },
	[ESR_ELx_EC_CP15_32]	= UNDEF,
	[ESR_ELx_EC_CP15_64]	= UNDEF,
	[ESR_ELx_EC_CP14_MR]	= UNDEF,
	[ESR_ELx_EC_CP14_LS]	= UNDEF,
	[ESR_ELx_EC_FP_ASIMD]	= { exit_fp, MOTE_EXIT_CONTROL },
	[ESR_ELx_EC_CP10_ID]	= UNDEF,
	[ESR_ELx_EC_PAC]	= UNDEF,
	[0x0a]			= UNDEF,	/* LD64B, ST64B; MSRR, MRRS: 0x14 */
	[ESR_ELx_EC_CP14_64]	= UNDEF,
	[ESR_ELx_EC_ILL]	= { exit_illegal, MOTE_EXIT_EXCEPTION },
	[ESR_ELx_EC_HVC32]	= UNDEF,
	[ESR_ELx_EC_SMC32]	= UNDEF,
	[0x14]			= UNDEF,
	[ESR_ELx_EC_HVC64]	= { exit_hvc, MOTE_EXIT_HYPERCALL },
	[ESR_ELx_EC_SMC64]	= { hypercall, MOTE_EXIT_HYPERCALL },
	[ESR_ELx_EC_SYS64]	= { arm64_handle_sysreg, MOTE_EXIT_SYSREG },
	[ESR_ELx_EC_SVE]	= UNDEF,
	[ESR_ELx_EC_ERET]	= UNDEF,
	[ESR_ELx_EC_SME]	= UNDEF,
	[ESR_ELx_EC_IABT_LOW]	= { arm64_handle_abort, MOTE_EXIT_FAULT },
	[ESR_ELx_EC_DABT_LOW]	= { arm64_handle_abort, MOTE_EXIT_FAULT },
	[0x27]			= UNDEF,	/* memory copies: FEAT_MOPS */
};

static const struct exit_entry unknown = { arm64_exit_unknown, MOTE_EXIT_UNKNOWN };

static const struct exit_entry *find_exit(u64 esr)
{
	unsigned int ec = array_index_nospec(ESR_ELx_EC(esr), ARRAY_SIZE(exits));

	return exits[ec].handle ? &exits[ec] : &unknown;
}

/*
 * A physical SError while the guest ran.  What it may have broken beside the
 * guest would break the host later, with nobody to tell why.
 */
static void physical_serror(struct mote_vcpu *vcpu, u64 esr)
{
	switch (arm64_serror_class(esr, arm64_host_ras)) {
	case SERROR_OVER:
		break;
	case SERROR_GUEST:
		pr_warn_ratelimited("mote: SError in a guest, ESR 0x%llx: passed on to it\n", esr);
		vcpu->arch.serror |= ARM64_SERROR_PENDING;
		break;
	case SERROR_HOST:
		panic("mote: uncontained SError, ESR 0x%llx", esr);
	}
}

/* Once: the next entry may end before the guest runs */
static noinline void collected_serror(struct mote_vcpu *vcpu)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);

	physical_serror(vcpu, ctx->serror);
	ctx->serror = 0;
}

static int exit_failed(struct mote_vcpu *vcpu)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);

	mote_stat_exit(vcpu, MOTE_EXIT_FAIL_ENTRY);
	if (ctx->exit == ARM64_EXIT_LOST) {
		mote_vm_kill(vcpu->vm, EBUSY, mote_arch_busy_reason());
		return MOTE_AGAIN;
	}
	arm64_fill_fail(vcpu, mote_exit_begin(vcpu, MOTE_EXIT_FAIL_ENTRY, ctx->exit));
	return MOTE_USER;
}

static noinline int handle_async(struct mote_vcpu *vcpu)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);

	switch (ctx->exit) {
	case ARM64_EXIT_IRQ:
		mote_stat_exit(vcpu, MOTE_EXIT_HOST_IRQ);
		if (trace_mote_exit_enabled())
			trace_mote_exit(vcpu->id, MOTE_EXIT_HOST_IRQ, ctx->exit, ctx->pc);
		return MOTE_RESUME;
	case ARM64_EXIT_SERROR:
		mote_stat_exit(vcpu, MOTE_EXIT_OTHER);
		physical_serror(vcpu, ctx->esr);
		return MOTE_RESUME;
	default:
		return exit_failed(vcpu);
	}
}

int mote_arch_vcpu_handle_exit(struct mote_vcpu *vcpu)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);
	const struct exit_entry *entry;

	if (unlikely(ctx->serror))
		collected_serror(vcpu);
	if (ctx->exit != ARM64_EXIT_SYNC)
		return handle_async(vcpu);
	entry = find_exit(ctx->esr);
	mote_stat_exit(vcpu, entry->stat);
	if (trace_mote_exit_enabled())
		trace_mote_exit(vcpu->id, entry->stat, ctx->esr, ctx->pc);
	return entry->handle(vcpu);
}

int mote_arch_vcpu_handle_slow(struct mote_vcpu *vcpu)
{
	switch (vcpu->arch.slow) {
	case ARM64_SLOW_YIELD:
		schedule();
		return MOTE_RESUME;
	case ARM64_SLOW_CLEAN:
		arm64_vm_clean(vcpu->vm);
		return MOTE_RESUME;
	default:
		return arm64_handle_abort_slow(vcpu);
	}
}

int mote_arch_vcpu_complete(struct mote_vcpu *vcpu)
{
	switch (vcpu->pending) {
	case MOTE_EXIT_MMIO:
		arm64_complete_mmio(vcpu);
		break;
	case MOTE_EXIT_SYSREG:
		arm64_complete_sysreg(vcpu);
		break;
	case MOTE_EXIT_HYPERCALL:
		complete_hypercall(vcpu);
		break;
	}
	return 0;
}
