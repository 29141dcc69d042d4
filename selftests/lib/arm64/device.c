// SPDX-License-Identifier: GPL-2.0-only
/* libmote's emulator between a test's device and its vCPU, arm64. */
#include <libmote_arm64.h>
#include <stdlib.h>

#include "device.h"

struct emulator {
	struct mote_arm64_emul emul;
	struct mote_env env;
};

void arch_emulator_create(struct device *d)
{
	struct emulator *e = calloc(1, sizeof(*e));

	if (!e)
		die("no memory");
	e->env = (struct mote_env){ d->o.cpu.fd, &d->o.vm.mem, d, device_access };
	e->emul = (struct mote_arm64_emul){ .ops = &mote_arm64_vcpu_ops, .opaque = &e->env };
	d->emulator = e;
}

void arch_emulator_destroy(struct device *d)
{
	free(d->emulator);
}

void arch_emulate(struct device *d)
{
	struct emulator *e = d->emulator;

	if (mote_arm64_mmio(&e->emul, d->o.cpu.run))
		die("%s", e->emul.why);
}
