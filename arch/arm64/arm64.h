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

/* ---- vgic*.c: GICv3; all of it harmless and false without vcpu->arch.vgic ---- */

/** vgic_init - what the machine's GIC offers, once at load.  Return: 0; -ENODEV: none usable */
int vgic_init(void);
void vgic_exit(void);
bool vgic_available(void);
/** vgic_cpu_enable, vgic_cpu_disable - from mote_arch_cpu_enable(), _disable() */
void vgic_cpu_enable(void);
void vgic_cpu_disable(void);
void vgic_destroy(struct mote_vm *vm);
int vgic_vcpu_init(struct mote_vcpu *vcpu);
void vgic_vcpu_destroy(struct mote_vcpu *vcpu);
/** vgic_ppi - the level of a private line.  Any context. */
void vgic_ppi(struct mote_vcpu *vcpu, unsigned int intid, bool level);
/**
 * vgic_ppi_hw - a private line is one of hardware: LR.HW
 * @hw_intid: the host's interrupt, which is active as long as the guest's is
 *
 * Once, after vgic_vcpu_init().
 */
void vgic_ppi_hw(struct mote_vcpu *vcpu, unsigned int intid, unsigned int hw_intid);
/** vgic_ppi_in_flight - whether it is pending or active in the guest.  Any context. */
bool vgic_ppi_in_flight(struct mote_vcpu *vcpu, unsigned int intid);
/**
 * vgic_before_entry - list registers into vcpu->arch.ctx->gic
 *
 * Before timer_before_entry(), which looks at the result.  Context: entry.
 */
void vgic_before_entry(struct mote_vcpu *vcpu);
/**
 * vgic_after_exit - and what became of them
 *
 * Right after arm64_enter(), interrupts still off, before timer_after_exit().
 */
void vgic_after_exit(struct mote_vcpu *vcpu);
/** vgic_pending - whether the guest could take an interrupt that waits.  Any context. */
bool vgic_pending(struct mote_vcpu *vcpu);
/** vgic_owns - whether @ipa is in the GIC's frames.  Any context. */
bool vgic_owns(struct mote_vm *vm, gpa_t ipa);
/**
 * vgic_mmio - an access to them
 * @bytes: 1, 2, 4 or 8
 * @value: write: the value; read: receives it
 * Context: loaded or sleepable.
 */
void vgic_mmio(struct mote_vcpu *vcpu, gpa_t ipa, unsigned int bytes, bool write, u64 *value);
/**
 * vgic_sysreg - a trapped ICC_* register
 * Return: whether @enc is one that is there; else the guest gets UNDEF.
 */
bool vgic_sysreg(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value);
/* GET_REGS and so on: class GIC, and ICC_* by encoding (MOTE_ARM64_CLASS_SYSREG) */
int vgic_reg_get(struct mote_vcpu *vcpu, u64 id, u64 *value);
int vgic_reg_check(struct mote_vcpu *vcpu, u64 id, u64 value);
void vgic_reg_set(struct mote_vcpu *vcpu, u64 id, u64 value);
/** vgic_reg_list - the @n-th id of the vCPU in restore order, 0 after the last */
u64 vgic_reg_list(struct mote_vcpu *vcpu, unsigned int n);

/* ---- hostirq.c: the host's private interrupts ---- */

/**
 * struct arm64_host_irq - a private interrupt of the host that ends guests' runs
 * @name: for /proc/interrupts
 * @irq: Linux' number, 0: there is none
 * @ours: nobody else had requested it
 *
 * None of them ever reaches a handler: what raises it is taken away before the
 * host has interrupts on.  So it may well belong to somebody else, as long as
 * it is enabled.
 */
struct arm64_host_irq {
	const char *name;
	unsigned int irq;
	bool ours;
};

/** arm64_host_irq_vtimer, _gic - find and request it.  Return: 0 or -ENODEV.  Sleepable. */
int arm64_host_irq_vtimer(struct arm64_host_irq *h);
int arm64_host_irq_gic(struct arm64_host_irq *h);
/** arm64_host_irq_free - not enabled on any CPU any more.  Harmless without. */
void arm64_host_irq_free(struct arm64_host_irq *h);
/** arm64_host_irq_enable, _disable - on this CPU, interrupts off.  Harmless without. */
void arm64_host_irq_enable(struct arm64_host_irq *h);
void arm64_host_irq_disable(struct arm64_host_irq *h);

/* ---- timer.c: CNTV in hardware, CNTP emulated ---- */

/* The timers' PPIs, as in all machines (SBSA) */
#define ARM64_VTIMER_PPI	27u
#define ARM64_PTIMER_PPI	30u
#define ARM64_TIMER_PPIS	(BIT(ARM64_VTIMER_PPI) | BIT(ARM64_PTIMER_PPI))

/** timer_init - find the host's interrupts.  Return: 0 or -ENODEV, logged.  Module load. */
int timer_init(void);
void timer_exit(void);
/** timer_cpu_enable, timer_cpu_disable - from mote_arch_cpu_enable(), _disable() */
void timer_cpu_enable(void);
void timer_cpu_disable(void);
void timer_vm_init(struct mote_vm *vm);
/** timer_vcpu_init - also the controls in vcpu->arch.ctx; after vgic_vcpu_init() */
void timer_vcpu_init(struct mote_vcpu *vcpu);
void timer_vcpu_destroy(struct mote_vcpu *vcpu);
/** timer_load, timer_put - before arm64_session_load() and after arm64_session_put() */
void timer_load(struct mote_vcpu *vcpu);
void timer_put(struct mote_vcpu *vcpu);
/** timer_before_entry, timer_after_exit - lines and the host's interrupt.  Interrupts off. */
void timer_before_entry(struct mote_vcpu *vcpu);
void timer_after_exit(struct mote_vcpu *vcpu);
/** timer_deactivated - vgic: the guest has ended the hardware interrupt */
void timer_deactivated(struct mote_vcpu *vcpu);
/**
 * timer_check_halted - of a halted vCPU: raise lines that are due, start the
 * host timer for the rest
 *
 * To be called by mote_arch_vcpu_runnable() before vgic_pending().
 */
void timer_check_halted(struct mote_vcpu *vcpu);
/** timer_sysreg - trapped CNTP_* and CNTPCT_EL0.  Return: whether @enc is one. */
bool timer_sysreg(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value);
/* MOTE_ARM64_CLASS_TIMER, and CNTV_*, CNTP_* by encoding */
int timer_reg_get(struct mote_vcpu *vcpu, u64 id, u64 *value);
int timer_reg_check(struct mote_vcpu *vcpu, u64 id, u64 value);
void timer_reg_set(struct mote_vcpu *vcpu, u64 id, u64 value);
u64 timer_reg_list(unsigned int n);

#endif /* MOTE_ARM64_ARM64_H */
