// SPDX-License-Identifier: GPL-2.0-only
/* The real-time clock: a PL031 (Arm DDI 0224), seconds since 1970, UTC. */
#include <string.h>
#include <time.h>

#include "map.h"

#define DR		0x00	/* now */
#define MR		0x04	/* alarm */
#define LR		0x08	/* set */
#define CR		0x0c
#define IMSC		0x10
#define RIS		0x14
#define MIS		0x18
#define ICR		0x1c
#define ID_FIRST	0xfe0

/**
 * struct pl031
 * @dev: on the memory bus
 * @vm: owner
 * @alarm: fires at @match
 * @offset: the guest's clock less the host's, in seconds
 * @match: alarm
 * @load: last value written to LR
 * @imsc: interrupt enabled
 * @ris: the alarm's time has come
 */
struct pl031 {
	struct device dev;
	struct vm *vm;
	struct io_timer alarm;
	u32 offset, match, load, imsc, ris;
};

static struct timespec host_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts;
}

static u32 now(const struct pl031 *r)
{
	return (u32)host_time().tv_sec + r->offset;
}

static void update(struct pl031 *r)
{
	spi_set(r->vm, SPI_PL031, r->ris & r->imsc);
}

/* The counter wraps: each alarm lies up to 136 years ahead. */
static void arm_alarm(struct pl031 *r)
{
	struct timespec ts = host_time();
	u32 ahead = r->match - ((u32)ts.tv_sec + r->offset);
	u64 in = ahead * NS_PER_SEC;

	io_timer_set(&r->alarm, io_now() + (ahead ? in - (u64)ts.tv_nsec : 0), 0);
}

static void alarm_expired(void *opaque, u64 times)
{
	struct pl031 *r = opaque;

	(void)times;
	r->ris = 1;
	update(r);
}

static u32 pl031_read(struct device *dev, u64 addr, u32 bytes)
{
	static const u8 ids[] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
	struct pl031 *r = (struct pl031 *)dev;
	u32 reg = addr & (DEVICE_BYTES - 1);

	(void)bytes;
	switch (reg) {
	case DR:
		return now(r);
	case MR:
		return r->match;
	case LR:
		return r->load;
	case CR:
		return 1;	/* on, for good */
	case IMSC:
		return r->imsc;
	case RIS:
		return r->ris;
	case MIS:
		return r->ris & r->imsc;
	default:
		return reg < ID_FIRST ? 0 : ids[(reg - ID_FIRST) / 4];
	}
}

static void pl031_write(struct device *dev, u64 addr, u32 bytes, u32 value)
{
	struct pl031 *r = (struct pl031 *)dev;

	(void)bytes;
	switch (addr & (DEVICE_BYTES - 1)) {
	case MR:
		r->match = value;
		arm_alarm(r);
		break;
	case LR:
		r->load = value;
		r->offset += value - now(r);
		arm_alarm(r);
		break;
	case IMSC:
		r->imsc = value & 1;
		update(r);
		break;
	case ICR:
		r->ris &= ~value;
		update(r);
		break;
	}
}

static const struct device_ops ops = {
	.read = pl031_read,
	.write = pl031_write,
};

void pl031_create(struct vm *vm)
{
	static struct pl031 rtc;

	memset(&rtc, 0, sizeof(rtc));
	rtc.dev.ops = &ops;
	rtc.dev.width = 4;
	rtc.vm = vm;
	rtc.alarm.fn = alarm_expired;
	rtc.alarm.opaque = &rtc;
	if (io_timer_init(&vm->io, &rtc.alarm) ||
	    bus_add(&vm->mmio, PL031_BASE, DEVICE_BYTES, &rtc.dev))
		die("no real-time clock");
}
