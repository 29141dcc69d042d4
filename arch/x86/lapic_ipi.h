/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: messages between local APICs and from devices (lapic_ipi.c).
 */
#ifndef MOTE_X86_LAPIC_IPI_H
#define MOTE_X86_LAPIC_IPI_H

#include "lapic_irq.h"

/**
 * lapic_deliver_msi - send a message signalled interrupt
 * @vm: with vm->lock held, or the caller is one of its vCPUs
 * @address: SDM vol. 3, "Message Address Register Format"
 * @data: "Message Data Register Format"
 *
 * Return: 0, also when nobody listens; -EINVAL: not an interrupt address, or a
 * delivery mode that messages cannot have here (ExtINT: use INJECT).
 */
int lapic_deliver_msi(struct mote_vm *vm, u64 address, u32 data);

/** lapic_send_ipi - a write to the ICR; @dest as the mode of the APIC has it */
void lapic_send_ipi(struct mote_vcpu *vcpu, u32 icr, u32 dest);
void lapic_send_self(struct mote_vcpu *vcpu, unsigned int vector);

#endif /* MOTE_X86_LAPIC_IPI_H */
