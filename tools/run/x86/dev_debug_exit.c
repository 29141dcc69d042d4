// SPDX-License-Identifier: GPL-2.0-only
/* A port with which a test guest ends the program: status (value << 1) | 1. */
#include "devices.h"

struct debug_exit {
	struct device dev;
	struct vm *vm;
};

static u32 debug_exit_read(struct device *dev, u64 addr, u32 bytes)
{
	(void)dev;
	(void)addr;
	(void)bytes;
	return 0;
}

static void debug_exit_write(struct device *dev, u64 addr, u32 bytes,
			     u32 value)
{
	(void)addr;
	(void)bytes;
	vm_end(((struct debug_exit *)dev)->vm, (value << 1 | 1) & 0xff);
}

static const struct device_ops ops = {
	.read = debug_exit_read,
	.write = debug_exit_write,
};

void debug_exit_create(struct vm *vm, u16 port)
{
	static struct debug_exit d;

	d.dev.ops = &ops;
	d.dev.width = 4;
	d.vm = vm;
	if (bus_add(&vm->arch.pio, port, 4, &d.dev))
		die("--debug-exit: port 0x%x belongs to another device", port);
}
