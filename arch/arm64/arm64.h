/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: what the files of arch/arm64 offer each other, but for the machine
 * below (machine.h).  In the order of the layers: state of the guest, devices,
 * exits.
 */
#ifndef MOTE_ARM64_ARM64_H
#define MOTE_ARM64_ARM64_H

#include <linux/bits.h>

#include <asm/esr.h>
#include <asm/ptrace.h>

#include "machine.h"

/* ---- the page of a vCPU ---- */

/**
 * struct arm64_fp - save area
 * @v: V0 to V31, low half first
 * @fpsr: FPSR
 * @fpcr: FPCR
 */
struct arm64_fp {
	u64 v[64];
	u64 fpsr;
	u64 fpcr;
} __aligned(16);

/**
 * struct arm64_debug - of a vCPU
 * @bank: DBGBVR<n>_EL1, DBGBCR<n>_EL1, DBGWVR<n>_EL1, DBGWCR<n>_EL1: by op2 less 4
 * @os_locked: OSLSR_EL1.OSLK
 */
struct arm64_debug {
	u64 bank[4][16];
	bool os_locked;
};

/**
 * struct arm64_idregs - what a vCPU's guest reads
 * @value: by CRm << 3 | op2
 */
struct arm64_idregs {
	u64 value[64];
};

/**
 * struct arm64_page - all of the guest's state that hardware does not always have, a page
 * @ctx: what the world switch sees
 * @fp: FP and SIMD registers while they are not loaded
 * @debug: debug registers
 * @idregs: what the guest's CPU claims; changed under vcpu->mutex
 */
struct arm64_page {
	struct arm64_ctx ctx;
	struct arm64_fp fp;
	struct arm64_debug debug;
	struct arm64_idregs idregs;
};

static inline struct arm64_page *to_page(struct mote_vcpu *vcpu)
{
	return container_of(to_ctx(vcpu), struct arm64_page, ctx);
}

/* PSTATE bits of AArch64 without a name in the kernel */
#define ARM64_PSTATE_SS		BIT(21)
#define ARM64_PSTATE_BTYPE	(3u << 10)

/**
 * arm64_skip - the instruction is done: next PC, PSTATE.SS and BTYPE as after any
 * @vcpu: any time after its exit
 *
 * With PSTATE.SS clear a step that is active is over: the exception follows
 * at once (Arm ARM, "Software Step exceptions").  PSTATE.IL was clear, or the
 * instruction had not been executed.
 */
static inline void arm64_skip(struct mote_vcpu *vcpu)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);

	ctx->pc += unlikely((ctx->pstate & PSR_MODE32_BIT) && !(ctx->esr & ESR_ELx_IL)) ? 2 : 4;
	ctx->pstate &= ~(u64)(ARM64_PSTATE_SS | ARM64_PSTATE_BTYPE);
}

/* ---- inject.c: exceptions into the guest ---- */

/** arm64_at_el0 - whether a PSTATE is EL0's, in AArch64 or AArch32 */
bool arm64_at_el0(u64 pstate);

/**
 * arm64_inject_sync - a synchronous exception to EL1 at the current instruction
 * @vcpu: loaded
 * @esr: ESR_EL1
 * @far: FAR_EL1, ignored where the class has none
 */
void arm64_inject_sync(struct mote_vcpu *vcpu, u64 esr, u64 far);
void arm64_inject_undef(struct mote_vcpu *vcpu);
/** arm64_inject_abort - an abort for the current access, with @fsc in ESR_EL1 */
void arm64_inject_abort(struct mote_vcpu *vcpu, bool insn, u64 far, u64 fsc);
/** arm64_wake_event - whether something ends WFI.  Any context of the vCPU's thread. */
bool arm64_wake_event(struct mote_vcpu *vcpu);
/* INJECTed lines and SErrors, around an entry; where there are any */
void arm64_intr_sync(struct mote_vcpu *vcpu);
void arm64_serror_sync(struct mote_vcpu *vcpu);
void arm64_serror_taken(struct mote_vcpu *vcpu);
int arm64_serror_check(u64 value);

/* mote_vcpu_arch::serror, MOTE_ARM64_SERROR */
#define ARM64_SERROR_PENDING	BIT_ULL(63)

/* ---- sysreg.c: trapped registers ---- */

/** arm64_handle_sysreg - EC 0x18; Return: enum mote_result */
int arm64_handle_sysreg(struct mote_vcpu *vcpu);
/** arm64_complete_sysreg - the runner has answered */
void arm64_complete_sysreg(struct mote_vcpu *vcpu);
/* MOTE_ARM64_CLASS_SYSREG: by encoding; ICC_*, CNTV_* and CNTP_* are passed on */
int arm64_sysreg_get(struct mote_vcpu *vcpu, u32 enc, u64 *value);
int arm64_sysreg_check(struct mote_vcpu *vcpu, u32 enc, u64 value);
void arm64_sysreg_set(struct mote_vcpu *vcpu, u32 enc, u64 value);
/** arm64_sysreg_list - the @n-th that is state here or in debug.c; 0 after the last */
u32 arm64_sysreg_list(unsigned int n);

/* ---- debug.c: debug registers, op0 2 ---- */

#define ARM64_ENC_MDSCR	MOTE_ARM64_ENC(2, 0, 0, 2, 2)
#define ARM64_ENC_OSLSR	MOTE_ARM64_ENC(2, 0, 1, 1, 4)

void arm64_debug_setup(void);
void arm64_debug_init(struct mote_vcpu *vcpu);
/** arm64_debug_enter - arm64_enter() for a vCPU with mote_vcpu_arch::debug_on */
void arm64_debug_enter(struct mote_vcpu *vcpu);
bool arm64_debug_sysreg(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value);
int arm64_debug_get(struct mote_vcpu *vcpu, u32 enc, u64 *value);
int arm64_debug_check(struct mote_vcpu *vcpu, u32 enc, u64 value);
void arm64_debug_set(struct mote_vcpu *vcpu, u32 enc, u64 value);
u32 arm64_debug_list(unsigned int n);

/* ---- idreg.c: ID registers ---- */

void arm64_idreg_setup(void);
void arm64_idreg_init(struct mote_vcpu *vcpu);
int arm64_idreg_default(struct mote_arm64_idreg **table);
/* Of op0 3, op1 0, CRn 0: see struct reg_group.  They are SET_FEATURES' to set. */
int arm64_idreg_get(struct mote_vcpu *vcpu, u32 enc, u64 *value);
int arm64_idreg_check(struct mote_vcpu *vcpu, u32 enc, u64 value);
bool arm64_idreg_trap(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value);

extern bool arm64_host_pan, arm64_host_ras;	/* the CPUs have FEAT_PAN, FEAT_RAS */

/* ---- fp.c ---- */

void arm64_fp_init(struct mote_vcpu *vcpu);
/** arm64_fp_load - the guest used FP for the first time in this session */
void arm64_fp_load(struct mote_vcpu *vcpu);
/** arm64_fp_put - the end of a session */
void arm64_fp_put(struct mote_vcpu *vcpu);
int arm64_fp_get(struct mote_vcpu *vcpu, u32 index, u64 *value);
int arm64_fp_check(u32 index, u64 value);
void arm64_fp_set(struct mote_vcpu *vcpu, u32 index, u64 value);

/* ---- regs.c: GET_REGS and SET_REGS, and what the runner sees ---- */

void arm64_regs_reset(struct mote_vcpu *vcpu);
void arm64_fill_run_regs(struct mote_vcpu *vcpu);
/** arm64_fill_fail - all that hardware said of an exit that makes no sense */
void arm64_fill_fail(struct mote_vcpu *vcpu, struct mote_exit *exit);
/** arm64_exit_unknown - an exit that nobody here knows, for the runner */
int arm64_exit_unknown(struct mote_vcpu *vcpu);
/** arm64_big_endian - whether data accesses are, where the guest is now */
bool arm64_big_endian(struct mote_vcpu *vcpu);

/* ---- walk.c: the guest's stage-1 tables ---- */

/** arm64_fetch_insn - the instruction at PC.  Return: 0 or -EFAULT.  Sleepable, not loaded. */
int arm64_fetch_insn(struct mote_vcpu *vcpu, u32 *insn);

/* ---- abort.c ---- */

int arm64_handle_abort(struct mote_vcpu *vcpu);
int arm64_handle_abort_slow(struct mote_vcpu *vcpu);
void arm64_complete_mmio(struct mote_vcpu *vcpu);

#endif /* MOTE_ARM64_ARM64_H */
