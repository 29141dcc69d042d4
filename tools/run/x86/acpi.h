/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses that the ACPI tables tell and the devices answer. */
#ifndef MOTE_RUN_ACPI_H
#define MOTE_RUN_ACPI_H

#define ACPI_PM1_EVENT		0x600
#define ACPI_PM1_CONTROL	0x604
#define ACPI_PM_TIMER		0x608
#define ACPI_RESET_PORT		0xcf9
#define ACPI_RESET_VALUE	0x06
#define ACPI_S5_TYPE		5

/* The tables: in the BIOS area, where guests without a pointer search. */
#define ACPI_TABLES		0xf0000ULL
#define ACPI_TABLES_BYTES	0x10000ULL

struct vm;

/** acpi_build() - write the tables into guest memory, set arch_vm::rsdp */
void acpi_build(struct vm *vm);

#endif
