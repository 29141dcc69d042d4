/* SPDX-License-Identifier: GPL-2.0-only */
/* A device for tests of MMIO, and the emulator of the architecture in front of it. */
#ifndef MOTE_SELFTEST_DEVICE_H
#define MOTE_SELFTEST_DEVICE_H

#include "vm.h"

#define AT(offset)	(MMIO_GPA + (offset))

/**
 * struct device - two pages of plain memory that counts, in a VM with one vCPU
 * @o: the VM
 * @emulator: libmote's, owned by the architecture
 * @mem: at MMIO_GPA
 * @reads: accesses
 * @writes: accesses
 * @decoded: exits that the kernel had taken apart, and finished
 * @undecoded: those it had not, for libmote
 * @last_bytes: width of the last access
 */
struct device {
	struct one o;
	void *emulator;
	u8 mem[2 * PAGE];
	unsigned int reads, writes;
	unsigned int decoded, undecoded;
	u32 last_bytes;
};

/** device_create() - with a guest as of one_create() */
struct device *device_create(guest_fn fn, u64 arg);

void device_destroy(struct device *d);

/** device_access() - struct mote_env's mmio; @opaque is the device */
void device_access(void *opaque, u64 gpa, void *data, u32 bytes, int write);

/** device_serve() - RUN until something else than MMIO; Return: as vcpu_wait() */
int device_serve(struct device *d);

/* How a guest's accesses must have come */
enum device_exits { DECODED, UNDECODED, BOTH };

/** device_run() - the whole guest function against a device, which must see accesses */
void device_run(guest_fn fn, enum device_exits exits);

/* --- of the architecture --- */

void arch_emulator_create(struct device *d);
void arch_emulator_destroy(struct device *d);

/** arch_emulate() - the instruction of an undecoded exit, which must be known */
void arch_emulate(struct device *d);

#endif
