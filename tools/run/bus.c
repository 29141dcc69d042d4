// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "bus.h"

int bus_add(struct bus *bus, u64 first, u64 bytes, struct device *dev)
{
	u64 last = first + bytes - 1;

	for (u32 i = 0; i < bus->count; i++) {
		if (first <= bus->range[i].last && bus->range[i].first <= last)
			return -EEXIST;
	}
	if (bus->count == BUS_RANGES)
		return -ENOSPC;
	bus->range[bus->count++] = (struct bus_range) { first, last, dev };
	return 0;
}

static const struct bus_range *find(const struct bus *bus, u64 addr)
{
	for (u32 i = 0; i < bus->count; i++) {
		const struct bus_range *r = &bus->range[i];

		if (addr >= r->first && addr <= r->last)
			return r;
	}
	return NULL;
}

/*
 * The largest naturally aligned piece that one device answers.  Whose first
 * byte nobody answers is lost as a whole: a write of 4 bytes to 0xcf8 is PCI
 * configuration, not a write to the reset register at 0xcf9.
 */
static u32 piece(const struct bus_range *r, u64 addr, u32 bytes)
{
	u32 n = r ? r->dev->width : 8;

	while (n > bytes || (addr & (n - 1)) || (r && addr + n - 1 > r->last))
		n /= 2;
	return n;
}

void bus_read(struct bus *bus, u64 addr, void *data, u32 bytes)
{
	u8 *to = data;

	while (bytes) {
		const struct bus_range *r = find(bus, addr);
		u32 n = piece(r, addr, bytes);
		u64 v = r ? r->dev->ops->read(r->dev, addr, n) : ~0ULL;

		memcpy(to, &v, n);
		to += n;
		addr += n;
		bytes -= n;
	}
}

void bus_write(struct bus *bus, u64 addr, const void *data, u32 bytes)
{
	const u8 *from = data;

	while (bytes) {
		const struct bus_range *r = find(bus, addr);
		u32 n = piece(r, addr, bytes);
		u64 v = 0;

		memcpy(&v, from, n);
		if (r)
			r->dev->ops->write(r->dev, addr, n, (u32)v);
		from += n;
		addr += n;
		bytes -= n;
	}
}
