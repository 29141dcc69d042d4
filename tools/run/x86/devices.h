/* SPDX-License-Identifier: GPL-2.0-only */
/* The devices of a PC.  Each adds itself to a bus, ends the program if it cannot. */
#ifndef MOTE_RUN_DEVICES_H
#define MOTE_RUN_DEVICES_H

#include "../run.h"

void uart_create(struct vm *vm);
void pit_create(struct vm *vm);
void rtc_create(struct vm *vm);
void pic_create(struct vm *vm);
void ioapic_create(struct vm *vm);
void reset_create(struct vm *vm);
void acpi_pm_create(struct vm *vm);
void fw_cfg_create(struct vm *vm);
void debug_exit_create(struct vm *vm, u16 port);

#endif
