/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: the guest's timers: CNTV in hardware, CNTP emulated.
 */
#ifndef MOTE_ARM64_TIMER_H
#define MOTE_ARM64_TIMER_H

#include "machine.h"

struct mote_reg_ids;

/** timer_init - find the host's interrupt.  Return: 0 or -ENODEV, logged.  Module load. */
int timer_init(void);
/** timer_cpu_enable - before hostirq_cpu_enable() */
void timer_cpu_enable(void);
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
/**
 * timer_check_halted - of a halted vCPU: raise lines that are due, start the
 * host timer for the rest
 *
 * To be called by mote_arch_vcpu_runnable() before vgic_pending().
 */
void timer_check_halted(struct mote_vcpu *vcpu);
/** timer_sysreg - trapped CNTP_* and CNTPCT_EL0.  Return: whether @enc is one. */
bool timer_sysreg(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value);
/* GET_REGS and so on: CNTV_* and CNTP_* by encoding, and class TIMER; timer_list(): both */
int timer_get(struct mote_vcpu *vcpu, u32 enc, u64 *value);
int timer_check(struct mote_vcpu *vcpu, u32 enc, u64 value);
void timer_set(struct mote_vcpu *vcpu, u32 enc, u64 value);
int timer_count_get(struct mote_vcpu *vcpu, u32 index, u64 *value);
int timer_count_check(struct mote_vcpu *vcpu, u32 index, u64 value);
void timer_count_set(struct mote_vcpu *vcpu, u32 index, u64 value);
void timer_list(struct mote_reg_ids *list);

#endif /* MOTE_ARM64_TIMER_H */
