/* SPDX-License-Identifier: GPL-2.0-only */
/* mote-run, x86: what the structures of run.h carry for this architecture. */
#ifndef MOTE_RUN_ARCH_H
#define MOTE_RUN_ARCH_H

#include <libmote_x86.h>

#include "../bus.h"

#define MODULES_MAX	16

/**
 * struct arch_options - options of x86 alone
 * @flat_addr: where to load and start options::flat
 * @modules: multiboot modules, "FILE" or "FILE arguments"
 * @module_count: how many
 * @debug_exit: its port plus 1, or 0
 */
struct arch_options {
	u64 flat_addr;
	const char *modules[MODULES_MAX];
	u32 module_count;
	u32 debug_exit;
};

/**
 * struct arch_vcpu - of a vCPU
 * @emul: finishes MMIO instructions
 * @env: what @emul works on
 * @intr: interrupt taken from the PIC and not yet injected, or -1
 */
struct arch_vcpu {
	struct mote_x86_emul emul;
	struct mote_x86_env env;
	int intr;
};

struct pic;
struct ioapic;
struct pit;

/**
 * struct arch_vm - of a VM
 * @low_bytes: RAM below 4 GiB; the rest starts at 4 GiB
 * @rsdp: where the ACPI tables start
 * @pio: ports
 * @pic: the 8259A pair
 * @ioapic: the I/O APIC
 * @pit: the 8254, whose channel 2 port 0x61 shows
 */
struct arch_vm {
	u64 low_bytes;
	u64 rsdp;
	struct bus pio;
	struct pic *pic;
	struct ioapic *ioapic;
	struct pit *pit;
};

#endif
