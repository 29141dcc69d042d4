// SPDX-License-Identifier: GPL-2.0-only
/*
 * 8254 interval timer (Intel 8254 datasheet) and system port 0x61, which
 * gates and shows channel 2.  Binary counting; BCD is taken as binary.
 *
 * A counter is not clocked: its value follows from the time since it was
 * loaded.  Only channel 0 needs a timer, for its interrupt.
 */
#include <string.h>

#include "irq.h"

#define PIT_HZ		1193182ULL
#define CHANNELS	3
#define PORT_B		0x61
#define COMMAND		3

/* Half a period of the memory refresh request, seen in port 0x61 bit 4 */
#define REFRESH_NS	15085

/**
 * struct channel - one counter
 * @mode: 0..5
 * @access: 1 low byte, 2 high byte, 3 low then high
 * @reload: as loaded, 1..65536
 * @low: low byte written, waiting for the high one
 * @write_high: the next write is the high byte
 * @read_high: the next read is the high byte
 * @null: mode set, count not yet loaded
 * @gate: input
 * @start: when counting began
 * @held: ticks counted when the gate stopped it
 * @latches: what the next reads give instead of the running count
 * @latched: valid entries of @latch
 * @latch: latched bytes, next first
 */
struct channel {
	u8 mode;
	u8 access;
	u32 reload;
	u8 low;
	bool write_high;
	bool read_high;
	bool null;
	bool gate;
	u64 start;
	u64 held;
	u32 latched;
	u8 latch[3];
};

/**
 * struct pit
 * @dev: on the port bus
 * @vm: owner
 * @irq: channel 0's timer
 * @ch: the counters
 * @speaker: port 0x61 bit 1
 */
struct pit {
	struct device dev;
	struct vm *vm;
	struct io_timer irq;
	struct channel ch[CHANNELS];
	bool speaker;
};

static u64 to_ticks(u64 ns)
{
	return ns / NS_PER_SEC * PIT_HZ +
	       ns % NS_PER_SEC * PIT_HZ / NS_PER_SEC;
}

static u64 to_ns(u64 ticks)
{
	return ticks * NS_PER_SEC / PIT_HZ;
}

/* Does a low gate stop the count?  In modes 1 and 5 it only starts it. */
static bool gate_stops(const struct channel *c)
{
	return c->mode != 1 && c->mode != 5;
}

/* Ticks since the count was loaded. */
static u64 elapsed(const struct channel *c, u64 now)
{
	if (!c->gate && gate_stops(c))
		return c->held;
	return to_ticks(now - c->start);
}

static u16 count(const struct channel *c, u64 now)
{
	u64 t = elapsed(c, now);

	switch (c->mode) {
	case 2:
		return (u16)(c->reload - t % c->reload);
	case 3:		/* counts by two, twice per period */
		return (u16)(c->reload - t * 2 % c->reload);
	default:
		return (u16)(c->reload - t);
	}
}

static bool output(const struct channel *c, u64 now)
{
	u64 t = elapsed(c, now);

	switch (c->mode) {
	case 0:
	case 1:
		return !c->null && t >= c->reload;
	case 2:
		return t % c->reload != c->reload - 1;
	case 3:
		return t % c->reload < (c->reload + 1) / 2;
	default:
		return t != c->reload;
	}
}

/* Arm channel 0's interrupt for the count that starts now. */
static void schedule(struct pit *p)
{
	struct channel *c = &p->ch[0];
	bool periodic = c->mode == 2 || c->mode == 3;
	u64 ns = to_ns(c->reload);

	if (c->null || !c->reload) {
		io_timer_set(&p->irq, 0, 0);
		return;
	}
	io_timer_set(&p->irq, c->start + ns, periodic ? ns : 0);
}

/* A late timer is one interrupt: a PIT line cannot count either. */
static void expired(void *opaque, u64 times)
{
	struct pit *p = opaque;

	(void)times;
	if (p->ch[0].mode == 0)
		irq_set(p->vm, IRQ_TIMER, true);
	else
		irq_pulse(p->vm, IRQ_TIMER);
}

static void load(struct pit *p, u32 n, u16 value)
{
	struct channel *c = &p->ch[n];

	c->reload = value ? value : 0x10000;
	c->start = io_now();
	c->held = 0;
	c->null = false;
	if (n)
		return;
	/* In mode 0 the output falls with the load and rises at the end. */
	if (c->mode == 0)
		irq_set(p->vm, IRQ_TIMER, false);
	schedule(p);
}

static void write_count(struct pit *p, u32 n, u8 v)
{
	struct channel *c = &p->ch[n];

	if (c->access == 1) {
		load(p, n, v);
	} else if (c->access == 2) {
		load(p, n, (u16)(v << 8));
	} else if (!c->write_high) {
		c->low = v;
		c->write_high = true;
	} else {
		c->write_high = false;
		load(p, n, (u16)(v << 8 | c->low));
	}
}

static void latch_count(struct channel *c)
{
	u16 v = count(c, io_now());

	if (c->latched)
		return;		/* the first one stays until it is read */
	if (c->access & 1)
		c->latch[c->latched++] = v & 0xff;
	if (c->access & 2)
		c->latch[c->latched++] = v >> 8;
}

/* Status comes out before the count, whichever order they are latched. */
static void latch_status(struct channel *c)
{
	if (c->latched == ARRAY_SIZE(c->latch))
		return;
	memmove(c->latch + 1, c->latch, c->latched);
	c->latch[0] = (u8)(output(c, io_now()) << 7 | c->null << 6 |
			   c->access << 4 | c->mode << 1);
	c->latched++;
}

static u8 read_count(struct channel *c)
{
	u8 v;

	if (c->latched) {
		v = c->latch[0];
		memmove(c->latch, c->latch + 1, --c->latched);
		return v;
	}
	if (c->access == 2 || (c->access == 3 && c->read_high)) {
		c->read_high = false;
		return count(c, io_now()) >> 8;
	}
	c->read_high = c->access == 3;
	return count(c, io_now()) & 0xff;
}

static void read_back(struct pit *p, u8 v)
{
	for (u32 n = 0; n < CHANNELS; n++) {
		if (!(v & 2u << n))
			continue;
		if (!(v & 0x20))
			latch_count(&p->ch[n]);
		if (!(v & 0x10))
			latch_status(&p->ch[n]);
	}
}

static void command(struct pit *p, u8 v)
{
	u32 n = v >> 6;
	struct channel *c = &p->ch[n < CHANNELS ? n : 0];

	if (n == 3) {
		read_back(p, v);
		return;
	}
	if (!(v & 0x30)) {
		latch_count(c);
		return;
	}
	c->access = v >> 4 & 3;
	c->mode = v >> 1 & 7;
	if (c->mode > 5)
		c->mode -= 4;	/* bit 2 does not count for 2 and 3 */
	c->write_high = false;
	c->read_high = false;
	c->latched = 0;
	c->null = true;
	c->start = io_now();
	if (n == 0) {
		irq_set(p->vm, IRQ_TIMER, false);
		schedule(p);
	}
}

static void set_gate(struct channel *c, bool on)
{
	u64 now = io_now();

	if (on == c->gate)
		return;
	if (!on)
		c->held = elapsed(c, now);
	c->gate = on;
	if (!on)
		return;
	/* Modes 0 and 4 go on where they stopped, the others begin anew. */
	c->start = now;
	if (c->mode == 0 || c->mode == 4)
		c->start -= to_ns(c->held);
}

static u32 pit_read(struct device *dev, u64 addr, u32 bytes)
{
	struct pit *p = (struct pit *)dev;
	u64 now;

	(void)bytes;
	if (addr != PORT_B)
		return addr == 0x40 + COMMAND ? 0xff
					      : read_count(&p->ch[addr & 3]);
	now = io_now();
	return (u32)(p->ch[2].gate | p->speaker << 1 |
		     (now / REFRESH_NS & 1) << 4 |
		     (u32)output(&p->ch[2], now) << 5);
}

static void pit_write(struct device *dev, u64 addr, u32 bytes, u32 value)
{
	struct pit *p = (struct pit *)dev;
	u8 v = (u8)value;

	(void)bytes;
	if (addr == PORT_B) {
		p->speaker = v & 2;
		set_gate(&p->ch[2], v & 1);
	} else if (addr == 0x40 + COMMAND) {
		command(p, v);
	} else {
		write_count(p, addr & 3, v);
	}
}

static const struct device_ops ops = {
	.read = pit_read,
	.write = pit_write,
};

void pit_create(struct vm *vm)
{
	static struct pit pit;

	memset(&pit, 0, sizeof(pit));
	pit.dev.ops = &ops;
	pit.dev.width = 1;
	pit.vm = vm;
	pit.irq.fn = expired;
	pit.irq.opaque = &pit;
	for (u32 n = 0; n < CHANNELS; n++) {
		pit.ch[n].access = 3;
		pit.ch[n].reload = 0x10000;
		pit.ch[n].null = true;
		pit.ch[n].gate = n != 2;
		pit.ch[n].start = io_now();
	}
	if (io_timer_init(&vm->io, &pit.irq) ||
	    bus_add(&vm->arch.pio, 0x40, 4, &pit.dev) ||
	    bus_add(&vm->arch.pio, PORT_B, 1, &pit.dev))
		die("cannot set up the timer (PIT)");
	vm->arch.pit = &pit;
}
