// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "device.h"

struct device *device_create(guest_fn fn, u64 arg)
{
	struct device *d = calloc(1, sizeof(*d));

	if (!d)
		die("no memory");
	one_create(&d->o, 0, fn, arg);
	arch_emulator_create(d);
	return d;
}

void device_destroy(struct device *d)
{
	arch_emulator_destroy(d);
	one_destroy(&d->o);
	free(d);
}

void device_access(void *opaque, u64 gpa, void *data, u32 bytes, int write)
{
	struct device *d = opaque;
	u64 at = gpa - MMIO_GPA;

	if (at + bytes > sizeof(d->mem))
		die("MMIO at 0x%llx, %u bytes", gpa, bytes);
	if (write) {
		memcpy(d->mem + at, data, bytes);
		d->writes++;
	} else {
		memcpy(data, d->mem + at, bytes);
		d->reads++;
	}
	d->last_bytes = bytes;
}

static void serve_one(struct device *d)
{
	struct mote_exit_mmio *m = &d->o.cpu.run->exit.mmio;

	if (m->decoded) {
		d->decoded++;
		device_access(d, m->gpa, &m->data, m->bytes, m->access == MOTE_ACCESS_WRITE);
	} else {
		d->undecoded++;
		arch_emulate(d);
	}
}

int device_serve(struct device *d)
{
	int got;

	while ((got = vcpu_wait(&d->o.cpu)) == MOTE_EXIT_MMIO)
		serve_one(d);
	return got;
}

void device_run(guest_fn fn, enum device_exits exits)
{
	struct device *d = device_create(fn, 0);
	int got = device_serve(d);

	if (got != GOT_DONE)
		die("the guest did not end: 0x%x", got);
	if (!(d->reads + d->writes))
		die("no access has reached the device");
	if ((exits != UNDECODED) != (d->decoded > 0) || (exits != DECODED) != (d->undecoded > 0))
		die("%u decoded exits, %u others", d->decoded, d->undecoded);
	device_destroy(d);
}
