/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: the machine: EL2, stage 2 and caches.  The lower of two layers:
 * nothing here knows what a guest's exit is.  arm64.h is what stands on it.
 */
#ifndef MOTE_ARM64_MACHINE_H
#define MOTE_ARM64_MACHINE_H

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

/* KVM is initialised and may use EL2 at any time (VHE) */
extern bool arm64_kvm_is_there;

/** arm64_el2_init - see mote_arch_init(): find out who has EL2, get the lowvisor ready */
int arm64_el2_init(void);
void arm64_el2_exit(void);
int arm64_el2_cpu_enable(void);
void arm64_el2_cpu_disable(void);

/**
 * arm64_ctx_alloc - a page for a vCPU that the world switch sees, zeroed
 * Return: NULL without memory.  Context: sleepable.
 */
struct arm64_ctx *arm64_ctx_alloc(void);
/** arm64_ctx_free - the vCPU is gone.  Context: sleepable. */
void arm64_ctx_free(struct arm64_ctx *ctx);

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
 * arm64_gic_put, arm64_gic_load - the guest's CPU interface into the context, and back
 * @vcpu: between an exit and the next entry
 *
 * VHE: what is in hardware for a session.  nVHE: nothing to do.
 */
void arm64_gic_put(struct mote_vcpu *vcpu);
void arm64_gic_load(struct mote_vcpu *vcpu);

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
/** arm64_stage2_hcr - bits of HCR_EL2 that go with the format, at reset */
u64 arm64_stage2_hcr(void);

/* ---- caches.c ---- */

/**
 * arm64_caches_setup - what the machine's caches want done
 * @format: receives fetch_separately and before_map
 * @fwb: HCR_EL2.FWB is used
 *
 * Context: module load.
 */
void arm64_caches_setup(struct mote_pt_format *format, bool fwb);
/**
 * arm64_vm_clean - clean and invalidate all memory that the guest has mapped
 * @vm: the VM
 *
 * What cache maintenance by set and way is meant to do.  Context: sleepable.
 */
void arm64_vm_clean(struct mote_vm *vm);
/**
 * arm64_dcache_clean - write the host's cache lines of a page back to memory
 *
 * For guests with caches off, before a page is mapped, unless FEAT_S2FWB makes
 * hardware do it (Arm ARM, "Stage 2 forced Write-Back").
 */
void arm64_dcache_clean(hpa_t hpa, u64 bytes);

#endif /* MOTE_ARM64_MACHINE_H */
