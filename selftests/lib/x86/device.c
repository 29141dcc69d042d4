// SPDX-License-Identifier: GPL-2.0-only
/* libmote's emulator between a test's device and its vCPU, x86. */
#include <libmote_x86.h>
#include <stdlib.h>

#include "device.h"

struct emulator {
	struct mote_x86_emul emul;
	struct mote_x86_env env;
};

static void on_port(void *opaque, u16 port, u32 bytes, int write, u32 *value)
{
	(void)opaque;
	(void)value;
	die("port 0x%x, %u bytes, write %d", port, bytes, write);
}

void arch_emulator_create(struct device *d)
{
	struct emulator *e = calloc(1, sizeof(*e));

	if (!e)
		die("no memory");
	e->env = (struct mote_x86_env){
		{ d->o.cpu.fd, &d->o.vm.mem, d, device_access }, on_port
	};
	MUST(mote_x86_emul_init(&e->emul, &mote_x86_vcpu_ops, &e->env));
	d->emulator = e;
}

void arch_emulator_destroy(struct device *d)
{
	struct emulator *e = d->emulator;

	mote_x86_emul_free(&e->emul);
	free(e);
}

void arch_emulate(struct device *d)
{
	struct emulator *e = d->emulator;

	if (mote_x86_mmio(&e->emul, d->o.cpu.run))
		die("%s", e->emul.why);
}
