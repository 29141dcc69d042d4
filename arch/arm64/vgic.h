/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: what the guest's GICv3 offers to the rest; all of it is harmless and
 * false without vcpu->arch.vgic.
 */
#ifndef MOTE_ARM64_VGIC_H
#define MOTE_ARM64_VGIC_H

#include "machine.h"

struct mote_reg_ids;

/* The timers' PPIs, as in all machines (SBSA) */
#define ARM64_VTIMER_PPI	27u
#define ARM64_PTIMER_PPI	30u
#define ARM64_TIMER_PPIS	(BIT(ARM64_VTIMER_PPI) | BIT(ARM64_PTIMER_PPI))

/** vgic_init - what the machine's GIC offers, once at load.  Return: 0; -ENODEV: none usable */
int vgic_init(void);
bool vgic_available(void);
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
/* GET_REGS and so on: ICC_* by encoding, and class GIC */
int vgic_icc_get(struct mote_vcpu *vcpu, u32 enc, u64 *value);
int vgic_icc_check(struct mote_vcpu *vcpu, u32 enc, u64 value);
void vgic_icc_set(struct mote_vcpu *vcpu, u32 enc, u64 value);
void vgic_icc_list(struct mote_vcpu *vcpu, struct mote_reg_ids *list);
int vgic_reg_get(struct mote_vcpu *vcpu, u32 index, u64 *value);
int vgic_reg_check(struct mote_vcpu *vcpu, u32 index, u64 value);
void vgic_reg_set(struct mote_vcpu *vcpu, u32 index, u64 value);
void vgic_reg_list(struct mote_vcpu *vcpu, struct mote_reg_ids *list);

#endif /* MOTE_ARM64_VGIC_H */
