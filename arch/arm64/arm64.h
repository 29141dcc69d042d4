/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: what the files of arch/arm64 offer each other.
 */
#ifndef MOTE_ARM64_ARM64_H
#define MOTE_ARM64_ARM64_H

#include <linux/bits.h>

#include "arch.h"
#include "hyp/ctx.h"
#include "mod/mote.h"

static inline struct arm64_ctx *to_ctx(struct mote_vcpu *vcpu)
{
	return vcpu->arch.ctx;
}

/* ---- el2.c: who has EL2, and how this host switches worlds ---- */

/* The kernel itself runs at EL2 (HCR_EL2.E2H), else at EL1 with a lowvisor of ours at EL2 */
extern bool arm64_vhe;

/** arm64_el2_init - see mote_arch_init(): find out who has EL2, get the lowvisor ready */
int arm64_el2_init(void);
void arm64_el2_exit(void);
int arm64_el2_cpu_enable(void);
void arm64_el2_cpu_disable(void);

/**
 * arm64_el2_map - let the world switch see a page
 * @page: kernel address of a page that belongs to a vCPU
 *
 * Return: 0 or -ENOMEM.  VHE: nothing to do.  Context: sleepable.
 */
int arm64_el2_map(void *page);

/** arm64_el2_unmap - undo it, on all CPUs; before the page is freed.  Context: sleepable. */
void arm64_el2_unmap(void *page);

/* ICH_VTR_EL2: list registers, priority bits; 0 without GICv3 virtualization */
extern u64 arm64_ich_vtr;

/**
 * arm64_session_load - what of the guest's state need not be switched at each entry
 * @vcpu: prepared, preemption off
 *
 * VHE: EL1 registers, which the host does not use.  nVHE: nothing.  Both: a
 * flush of stage 1 when another vCPU of the VM was on this CPU last.  Until
 * arm64_session_put() @sys belongs to arm64_sys_read() and arm64_sys_write().
 */
void arm64_session_load(struct mote_vcpu *vcpu);

/** arm64_session_put - undo it: the registers are in vcpu->arch.ctx again */
void arm64_session_put(struct mote_vcpu *vcpu);

/**
 * arm64_enter - the world switch
 * @ctx: controls are set
 *
 * Context: interrupts off.  Returns after the guest's exit with the host's
 * state back.  Interrupts that ended the run are still pending.
 */
void arm64_enter(struct arm64_ctx *ctx);

/**
 * arm64_sys_read - a system register of the guest
 * @vcpu: under vcpu->mutex; live: on its CPU
 * @reg: enum arm64_sys
 *
 * From hardware on VHE hosts during a session, else from the context.
 */
u64 arm64_sys_read(struct mote_vcpu *vcpu, enum arm64_sys reg);
void arm64_sys_write(struct mote_vcpu *vcpu, enum arm64_sys reg, u64 value);

/* ---- stage2.c: format of the tables, VMIDs ---- */

extern u64 arm64_vtcr;
extern unsigned int arm64_ipa_bits;	/* width of guest physical addresses */

int arm64_stage2_init(void);
void arm64_stage2_exit(void);
/**
 * arm64_stage2_vm_init - a VMID and VTTBR for a VM; its tables are set up
 * Return: 0 or -ENOSPC.
 */
int arm64_stage2_vm_init(struct mote_vm *vm);
void arm64_stage2_vm_destroy(struct mote_vm *vm);
/** arm64_stage2_hcr - bits of HCR_EL2 that go with the format */
u64 arm64_stage2_hcr(void);
/** arm64_stage2_clean - clean and invalidate what the guest has mapped.  Sleepable. */
void arm64_stage2_clean(struct mote_vm *vm);
/**
 * arm64_dcache_clean - write the host's cache lines of a page back to memory
 *
 * For guests with caches off, before a page is mapped, unless FEAT_S2FWB makes
 * hardware do it (Arm ARM, "Stage 2 forced Write-Back").
 */
void arm64_dcache_clean(hpa_t hpa, u64 bytes);

/* ---- exit.c, abort.c ---- */

/** arm64_skip - the instruction is done: next PC, PSTATE.SS and BTYPE as after any */
void arm64_skip(struct mote_vcpu *vcpu);
void arm64_fill_run_regs(struct mote_vcpu *vcpu);
/** arm64_exit_unknown - an exit that nobody here knows, for the runner */
int arm64_exit_unknown(struct mote_vcpu *vcpu);
int arm64_handle_abort(struct mote_vcpu *vcpu);
int arm64_handle_abort_slow(struct mote_vcpu *vcpu);
void arm64_complete_mmio(struct mote_vcpu *vcpu);
/** arm64_big_endian - whether data accesses are, where the guest is now */
bool arm64_big_endian(struct mote_vcpu *vcpu);

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
int arm64_debug_init(struct mote_vcpu *vcpu);
void arm64_debug_destroy(struct mote_vcpu *vcpu);
/** arm64_debug_enter - arm64_enter() for a vCPU with mote_vcpu_arch::debug_on */
void arm64_debug_enter(struct mote_vcpu *vcpu);
bool arm64_debug_sysreg(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value);
int arm64_debug_check(struct mote_vcpu *vcpu, u32 enc, u64 value);
void arm64_debug_set(struct mote_vcpu *vcpu, u32 enc, u64 value);
u32 arm64_debug_list(unsigned int n);

/* ---- idreg.c: ID registers ---- */

void arm64_idreg_setup(void);
int arm64_idreg_vcpu_init(struct mote_vcpu *vcpu);
void arm64_idreg_vcpu_destroy(struct mote_vcpu *vcpu);
int arm64_idreg_default(struct mote_arm64_idreg **table);
/** arm64_idreg_get - Return: whether @enc is an ID register, with its value */
bool arm64_idreg_get(struct mote_vcpu *vcpu, u32 enc, u64 *value);

extern bool arm64_host_pan, arm64_host_ras;	/* the CPUs have FEAT_PAN, FEAT_RAS */

/* ---- fp.c ---- */

int arm64_fp_init(struct mote_vcpu *vcpu);
void arm64_fp_destroy(struct mote_vcpu *vcpu);
/** arm64_fp_load - the guest used FP for the first time in this session */
void arm64_fp_load(struct mote_vcpu *vcpu);
/** arm64_fp_put - the end of a session */
void arm64_fp_put(struct mote_vcpu *vcpu);
int arm64_fp_get(struct mote_vcpu *vcpu, u32 index, u64 *value);
int arm64_fp_check(u32 index, u64 value);
void arm64_fp_set(struct mote_vcpu *vcpu, u32 index, u64 value);

/* ---- regs.c: GET_REGS and SET_REGS ---- */

void arm64_regs_reset(struct mote_vcpu *vcpu);

/* ---- walk.c: the guest's stage-1 tables ---- */

/** arm64_fetch_insn - the instruction at PC.  Return: 0 or -EFAULT.  Sleepable, not loaded. */
int arm64_fetch_insn(struct mote_vcpu *vcpu, u32 *insn);

#endif /* MOTE_ARM64_ARM64_H */
