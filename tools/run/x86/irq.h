/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupt lines, from devices to the PIC and the I/O APIC. */
#ifndef MOTE_RUN_IRQ_H
#define MOTE_RUN_IRQ_H

#include "devices.h"

#define IRQ_TIMER	0
#define IRQ_COM1	4
#define IRQ_RTC		8
#define IRQ_SCI		9

/* The timer's line of the I/O APIC, as MADT tells the guest. */
#define IOAPIC_PIN_TIMER	2
#define IOAPIC_ADDR		0xfec00000ULL
#define LAPIC_ADDR		0xfee00000ULL

/**
 * irq_set() - a device drives its ISA line
 * @vm: the VM, locked
 * @irq: 0..15
 * @level: true for asserted
 *
 * The line goes to both controllers, as on a PC: the guest masks the one it
 * does not use.
 */
void irq_set(struct vm *vm, u32 irq, bool level);

/** irq_pulse() - assert and release: an edge */
void irq_pulse(struct vm *vm, u32 irq);

/* ioapic.c */
void ioapic_set(struct ioapic *io, u32 pin, bool level);

/** ioapic_eoi() - the guest ended a level interrupt with @vector */
void ioapic_eoi(struct ioapic *io, u8 vector);

/* pic.c */
void pic_set(struct pic *pic, u32 irq, bool level);

/** pic_output() - whether INTR is asserted; without the lock */
bool pic_output(const struct pic *pic);

/** pic_ack() - the processor's acknowledge cycle; returns the vector */
u8 pic_ack(struct pic *pic);

#endif
