/* SPDX-License-Identifier: GPL-2.0-only */
/* The two buses of a PC, ports and memory, and the devices on them. */
#ifndef MOTE_RUN_BUS_H
#define MOTE_RUN_BUS_H

#include <types.h>

struct device;

/**
 * struct device_ops - what a device can do
 * @read: 1, 2 or 4 bytes at an address of its range, naturally aligned
 * @write: likewise
 *
 * Called with vm::lock held.
 */
struct device_ops {
	u32 (*read)(struct device *dev, u64 addr, u32 bytes);
	void (*write)(struct device *dev, u64 addr, u32 bytes, u32 value);
};

/**
 * struct device - something on a bus; embedded in the device's own structure
 * @ops: what it can do
 * @width: widest access it takes, 1, 2 or 4; the bus splits wider ones, as
 *	the chip set does for 8-bit devices
 */
struct device {
	const struct device_ops *ops;
	u32 width;
};

#define BUS_RANGES	24

/**
 * struct bus - address ranges and who answers them
 * @count: ranges in use
 * @range: first and last address, and the device
 */
struct bus {
	u32 count;
	struct bus_range {
		u64 first;
		u64 last;
		struct device *dev;
	} range[BUS_RANGES];
};

/**
 * bus_add() - put a device on a bus
 *
 * Return: 0, -EEXIST when the range is taken, -ENOSPC when the bus is full.
 */
int bus_add(struct bus *bus, u64 first, u64 bytes, struct device *dev);

/**
 * bus_read() - read @bytes bytes at @addr, any length and alignment
 *
 * What nobody answers reads as 0xff, as on a real bus.
 */
void bus_read(struct bus *bus, u64 addr, void *data, u32 bytes);

/** bus_write() - write; what nobody answers is dropped */
void bus_write(struct bus *bus, u64 addr, const void *data, u32 bytes);

#endif
