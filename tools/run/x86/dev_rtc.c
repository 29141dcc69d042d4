// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real-time clock and CMOS memory (Motorola MC146818A datasheet): the host's
 * UTC time, alarm, periodic and update interrupts, and the memory sizes that
 * boot code looks up there.
 */
#include <string.h>
#include <time.h>

#include "irq.h"

#define PORT		0x70

enum {
	SECONDS, SECONDS_ALARM, MINUTES, MINUTES_ALARM, HOURS, HOURS_ALARM,
	WEEKDAY, DAY, MONTH, YEAR, REG_A, REG_B, REG_C, REG_D,
	CENTURY = 0x32,
};

#define A_UIP		0x80
#define B_SET		0x80
#define B_PERIODIC	0x40
#define B_ALARM		0x20
#define B_UPDATE	0x10
#define B_EVENTS	(B_PERIODIC | B_ALARM | B_UPDATE)
#define B_BINARY	0x04
#define B_24H		0x02
#define C_IRQ		0x80
#define D_VALID		0x80
#define PM		0x80
#define ANY		0xc0	/* alarm registers from here on: don't care */

#define UIP_NS		244000	/* UIP leads the update by this much */

/**
 * struct rtc
 * @dev: on the port bus
 * @vm: owner
 * @periodic: periodic interrupt
 * @second: fires at each second while update or alarm is enabled
 * @index: register selected by port 0x70
 * @reg: registers; the time in them counts only while B_SET
 * @offset: guest's time minus the host's, in seconds
 */
struct rtc {
	struct device dev;
	struct vm *vm;
	struct io_timer periodic;
	struct io_timer second;
	u8 index;
	u8 reg[128];
	s64 offset;
};

static s64 host_time(u64 *ns)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	*ns = (u64)ts.tv_nsec;
	return ts.tv_sec;
}

static u8 encode(const struct rtc *r, int v)
{
	if (r->reg[REG_B] & B_BINARY)
		return (u8)v;
	return (u8)(v / 10 << 4 | v % 10);
}

static int decode(const struct rtc *r, u8 v)
{
	if (r->reg[REG_B] & B_BINARY)
		return v;
	return (v >> 4) * 10 + (v & 15);
}

static u8 encode_hour(const struct rtc *r, int hour)
{
	if (r->reg[REG_B] & B_24H)
		return encode(r, hour);
	return encode(r, hour % 12 ? hour % 12 : 12) | (hour >= 12 ? PM : 0);
}

static int decode_hour(const struct rtc *r, u8 v)
{
	if (r->reg[REG_B] & B_24H)
		return decode(r, v);
	return decode(r, v & ~PM) % 12 + (v & PM ? 12 : 0);
}

/* Put the current time into the registers. */
static void refresh(struct rtc *r)
{
	u64 ns;
	time_t t = host_time(&ns) + r->offset;
	struct tm tm;

	if (r->reg[REG_B] & B_SET)
		return;
	gmtime_r(&t, &tm);
	r->reg[SECONDS] = encode(r, tm.tm_sec);
	r->reg[MINUTES] = encode(r, tm.tm_min);
	r->reg[HOURS] = encode_hour(r, tm.tm_hour);
	r->reg[WEEKDAY] = encode(r, tm.tm_wday + 1);
	r->reg[DAY] = encode(r, tm.tm_mday);
	r->reg[MONTH] = encode(r, tm.tm_mon + 1);
	r->reg[YEAR] = encode(r, tm.tm_year % 100);
	r->reg[CENTURY] = encode(r, (tm.tm_year + 1900) / 100);
}

/* The reverse: the guest has set the registers. */
static void adopt(struct rtc *r)
{
	struct tm tm = {
		.tm_sec = decode(r, r->reg[SECONDS]),
		.tm_min = decode(r, r->reg[MINUTES]),
		.tm_hour = decode_hour(r, r->reg[HOURS]),
		.tm_mday = decode(r, r->reg[DAY]),
		.tm_mon = decode(r, r->reg[MONTH]) - 1,
		.tm_year = decode(r, r->reg[YEAR]) - 1900 +
			   decode(r, r->reg[CENTURY]) * 100,
	};
	u64 ns;

	r->offset = timegm(&tm) - host_time(&ns);
}

/* Something happened; @flag is the same bit in B and C. */
static void event(struct rtc *r, u8 flag)
{
	r->reg[REG_C] |= flag;
	if (!(r->reg[REG_C] & r->reg[REG_B] & B_EVENTS))
		return;
	r->reg[REG_C] |= C_IRQ;
	irq_set(r->vm, IRQ_RTC, true);
}

static void periodic_expired(void *opaque, u64 times)
{
	(void)times;
	event(opaque, B_PERIODIC);
}

/* Rate select 3..15 is 8192 Hz down to 2 Hz; 1 and 2 are 256 and 128 Hz. */
static void schedule_periodic(struct rtc *r)
{
	u32 rate = r->reg[REG_A] & 15;
	u64 ns;

	if (!(r->reg[REG_B] & B_PERIODIC) || !rate) {
		io_timer_set(&r->periodic, 0, 0);
		return;
	}
	if (rate < 3)
		rate += 7;
	ns = NS_PER_SEC / (32768u >> (rate - 1));
	io_timer_set(&r->periodic, io_now() + ns, ns);
}

static void schedule_second(struct rtc *r)
{
	u64 ns;

	host_time(&ns);
	if (r->reg[REG_B] & (B_UPDATE | B_ALARM))
		io_timer_set(&r->second, io_now() + NS_PER_SEC - ns, 0);
	else
		io_timer_set(&r->second, 0, 0);
}

static bool alarm_matches(const struct rtc *r)
{
	for (u32 i = SECONDS; i <= HOURS; i += 2) {
		u8 alarm = r->reg[i + 1];

		if ((alarm & ANY) != ANY && alarm != r->reg[i])
			return false;
	}
	return true;
}

static void second_expired(void *opaque, u64 times)
{
	struct rtc *r = opaque;

	(void)times;
	if (!(r->reg[REG_B] & B_SET)) {
		refresh(r);
		if (alarm_matches(r))
			event(r, B_ALARM);
		event(r, B_UPDATE);
	}
	schedule_second(r);
}

static u8 read_a(const struct rtc *r)
{
	u64 ns;

	host_time(&ns);
	if (!(r->reg[REG_B] & B_SET) && ns >= NS_PER_SEC - UIP_NS)
		return r->reg[REG_A] | A_UIP;
	return r->reg[REG_A];
}

static u32 rtc_read(struct device *dev, u64 addr, u32 bytes)
{
	struct rtc *r = (struct rtc *)dev;
	u8 v;

	(void)bytes;
	if (addr == PORT)
		return 0xff;	/* the index is write-only */
	switch (r->index) {
	case REG_A:
		return read_a(r);
	case REG_C:
		v = r->reg[REG_C];
		r->reg[REG_C] = 0;
		irq_set(r->vm, IRQ_RTC, false);
		return v;
	case REG_D:
		return D_VALID;
	default:
		if (r->index <= YEAR || r->index == CENTURY)
			refresh(r);
		return r->reg[r->index];
	}
}

static void write_b(struct rtc *r, u8 v)
{
	bool was_set = r->reg[REG_B] & B_SET;

	refresh(r);
	/* Setting SET stops the update-ended interrupt. */
	r->reg[REG_B] = v & B_SET ? v & ~B_UPDATE : v;
	if (was_set && !(v & B_SET))
		adopt(r);
	schedule_periodic(r);
	schedule_second(r);
	event(r, 0);
}

static void rtc_write(struct device *dev, u64 addr, u32 bytes, u32 value)
{
	struct rtc *r = (struct rtc *)dev;
	u8 v = (u8)value;

	(void)bytes;
	if (addr == PORT) {
		r->index = v & 0x7f;	/* bit 7 masks NMIs, of which we have none */
		return;
	}
	switch (r->index) {
	case REG_A:
		r->reg[REG_A] = v & ~A_UIP;
		schedule_periodic(r);
		break;
	case REG_B:
		write_b(r, v);
		break;
	case REG_C:
	case REG_D:
		break;
	default:
		refresh(r);
		r->reg[r->index] = v;
		if ((r->index <= YEAR || r->index == CENTURY) &&
		    !(r->reg[REG_B] & B_SET))
			adopt(r);
	}
}

static void put16(struct rtc *r, u32 at, u64 v)
{
	if (v > 0xffff)
		v = 0xffff;
	r->reg[at] = v & 0xff;
	r->reg[at + 1] = (u8)(v >> 8);
}

/* Sizes where PC firmware leaves them. */
static void fill_memory(struct rtc *r, const struct vm *vm)
{
	u64 low = vm->arch.low_bytes, high = vm->opt->mem_bytes - low;

	put16(r, 0x15, 640);
	if (low > MIB)
		put16(r, 0x17, (low - MIB) / KIB);
	memcpy(&r->reg[0x30], &r->reg[0x17], 2);
	if (low > 16 * MIB)
		put16(r, 0x34, (low - 16 * MIB) / (64 * KIB));
	high /= 64 * KIB;
	put16(r, 0x5b, high & 0xffff);
	r->reg[0x5d] = (u8)(high >> 16);
	r->reg[0x5f] = VCPUS_MAX - 1;
}

static const struct device_ops ops = {
	.read = rtc_read,
	.write = rtc_write,
};

void rtc_create(struct vm *vm)
{
	static struct rtc rtc;

	memset(&rtc, 0, sizeof(rtc));
	rtc.dev.ops = &ops;
	rtc.dev.width = 1;
	rtc.vm = vm;
	rtc.reg[REG_A] = 0x26;	/* 32 kHz, 1024 Hz */
	rtc.reg[REG_B] = B_24H;
	rtc.periodic.fn = periodic_expired;
	rtc.periodic.opaque = &rtc;
	rtc.second.fn = second_expired;
	rtc.second.opaque = &rtc;
	fill_memory(&rtc, vm);
	if (io_timer_init(&vm->io, &rtc.periodic) ||
	    io_timer_init(&vm->io, &rtc.second) ||
	    bus_add(&vm->arch.pio, PORT, 2, &rtc.dev))
		die("cannot set up the clock (RTC)");
}
