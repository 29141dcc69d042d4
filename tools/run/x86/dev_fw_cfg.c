// SPDX-License-Identifier: GPL-2.0-only
/*
 * The few items of QEMU's firmware configuration device (its specification
 * "fw_cfg") that bare-metal guests ask for: number of processors, RAM.  Others
 * read as zeros, as an empty file directory does.
 */
#include <string.h>

#include "devices.h"

#define PORT_SELECT	0x510	/* 16 bits, write only */
#define PORT_DATA	0x511	/* next byte of the selected item */

#define ITEM_SIGNATURE	0x00
#define ITEM_ID		0x01
#define ITEM_RAM_SIZE	0x03
#define ITEM_NB_CPUS	0x05
#define ITEM_MAX_CPUS	0x0f

#define ID_TRADITIONAL	1	/* these two ports, no DMA */

/**
 * struct fw_cfg
 * @dev: on the port bus
 * @vm: whom the items describe
 * @left: its bytes not read yet, the next one lowest; all items fit
 */
struct fw_cfg {
	struct device dev;
	struct vm *vm;
	u64 left;
};

static u64 item_value(const struct vm *vm, u32 item)
{
	u64 v = 0;

	switch (item) {
	case ITEM_SIGNATURE:
		memcpy(&v, "QEMU", 4);
		return v;
	case ITEM_ID:
		return ID_TRADITIONAL;
	case ITEM_RAM_SIZE:
		return vm->opt->mem_bytes;
	case ITEM_NB_CPUS:
	case ITEM_MAX_CPUS:
		return VCPUS_MAX;
	default:
		return 0;
	}
}

static u32 fw_cfg_read(struct device *dev, u64 addr, u32 bytes)
{
	struct fw_cfg *f = (struct fw_cfg *)dev;
	u32 v;

	if (addr != PORT_DATA || bytes != 1)
		return ~0u;
	v = f->left & 0xff;
	f->left >>= 8;
	return v;
}

static void fw_cfg_write(struct device *dev, u64 addr, u32 bytes, u32 value)
{
	struct fw_cfg *f = (struct fw_cfg *)dev;

	if (addr == PORT_SELECT && bytes == 2)
		f->left = item_value(f->vm, value & 0xffff);
}

static const struct device_ops ops = {
	.read = fw_cfg_read,
	.write = fw_cfg_write,
};

void fw_cfg_create(struct vm *vm)
{
	static struct fw_cfg f;

	memset(&f, 0, sizeof(f));
	f.dev.ops = &ops;
	f.dev.width = 2;
	f.vm = vm;
	if (bus_add(&vm->arch.pio, PORT_SELECT, 2, &f.dev))
		die("the ports of fw_cfg are taken");
}
