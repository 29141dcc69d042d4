/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: the local APIC as guests and user space see it (lapic.c,
 * lapic_state.c).
 */
#ifndef MOTE_X86_LAPIC_H
#define MOTE_X86_LAPIC_H

#include "lapic_ipi.h"
#include "lapic_timer.h"

/* ---- lapic.c: registers ---- */

/**
 * lapic_create - give a vCPU its local APIC, in the state after power-up
 * @vcpu: not published yet; its id is the APIC id.  No back-end hook is called
 *
 * Return: 0 or -ENOMEM.  Context: sleepable.
 */
int lapic_create(struct mote_vcpu *vcpu);

/**
 * lapic_destroy - undo it; harmless without one
 *
 * Nobody may be able to post any more.  Waits for a timer that is just going
 * off.  Context: sleepable.
 */
void lapic_destroy(struct mote_vcpu *vcpu);

/** lapic_reset - as after power-up.  Context: loaded, or never run. */
void lapic_reset(struct mote_vcpu *vcpu);

/**
 * lapic_read - read a register as the guest does, in xAPIC mode
 * @vcpu: (t)
 * @offset: 0..0xff0, multiple of 16; those that do not exist read 0 and log an
 *	error in ESR as the SDM says
 */
u32 lapic_read(struct mote_vcpu *vcpu, u32 offset);

/**
 * lapic_write - write a register as the guest does, in xAPIC mode
 * @vcpu: loaded
 * @offset: as for lapic_read()
 * @value: whatever the guest wrote
 *
 * Return: MOTE_RESUME, or MOTE_USER with an EOI exit made (level interrupt).
 */
int lapic_write(struct mote_vcpu *vcpu, u32 offset, u32 value);

/**
 * lapic_write_done - hardware has stored @offset into the page already
 * (APIC-write VM exit): do what else the write does, and undo what of it is
 * reserved.  Return: as lapic_write().
 */
int lapic_write_done(struct mote_vcpu *vcpu, u32 offset);

/*
 * x2APIC MSRs 0x800-0x8ff; results as in x86_msr_*().  -ENOENT without an APIC
 * and outside x2APIC mode.
 */
int lapic_msr_read(struct mote_vcpu *vcpu, u32 index, u64 *value);
int lapic_msr_check(struct mote_vcpu *vcpu, u32 index, u64 value);
int lapic_msr_write(struct mote_vcpu *vcpu, u32 index, u64 value);

/**
 * lapic_base_check - whether IA32_APIC_BASE can become @value
 * @vcpu: with an APIC
 * @value: any
 * @host: the runner may go from any state to any valid one; the guest only
 *	along SDM vol. 3, "x2APIC State Transitions"
 *
 * Return: 0 or -EINVAL.
 */
int lapic_base_check(struct mote_vcpu *vcpu, u64 value, bool host);

/** lapic_base_write - set what was checked.  Context: loaded, or never run. */
void lapic_base_write(struct mote_vcpu *vcpu, u64 value);

/* Between the lapic files */
u32 lapic_writable_bits(struct mote_vcpu *vcpu, u32 offset);
void lapic_set_icr_high(struct mote_lapic *apic, u32 value);
void lapic_set_enabled(struct mote_lapic *apic, bool enabled);

/* ---- lapic_state.c: GET_REGS and SET_REGS ---- */

/**
 * lapic_reg_list - the offsets that make up the APIC, in restore order
 * @n: index from 0
 *
 * IA32_APIC_BASE and IA32_TSC_DEADLINE are MSRs and come before.
 * Return: the @n-th offset, or 0 after the last.
 */
u32 lapic_reg_list(unsigned int n);

/**
 * lapic_reg_save - what GET_REGS has for a register
 * @vcpu: loaded
 * @offset: xAPIC offset, in x2APIC mode too
 * @value: the register; ESR has in bits 63:32 the errors since its last write
 *
 * Return: 0 or -ENOENT.
 */
int lapic_reg_save(struct mote_vcpu *vcpu, u32 offset, u64 *value);

/**
 * lapic_reg_check - whether SET_REGS could set a register
 *
 * Does not depend on what entries before it in the same call change.
 * Return: 0, -ENOENT: no such register, -EINVAL: reserved bits, or a read-only
 * register with another value.
 */
int lapic_reg_check(struct mote_vcpu *vcpu, u32 offset, u64 value);

/**
 * lapic_reg_restore - check and set it, without what a guest's write does
 *
 * Sends nothing.  The timer starts when the current count is set, or, in
 * TSC-deadline mode, when the timer's LVT entry is.
 * Return: as lapic_reg_check().  Context: loaded, or never run.
 */
int lapic_reg_restore(struct mote_vcpu *vcpu, u32 offset, u64 value);

#endif /* MOTE_X86_LAPIC_H */
