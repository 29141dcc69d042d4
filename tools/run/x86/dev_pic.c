// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pair of 8259A interrupt controllers (Intel 8259A datasheet) and the
 * edge/level registers at 0x4d0 (ELCR).
 *
 * For guests that do not use the APICs.  A guest that does masks all lines
 * here, and the output never rises: no exit, no kick, no cost.
 */
#include <string.h>

#include "irq.h"

#define CASCADE		2

/**
 * struct chip - one 8259A
 * @irr: requests, as seen by OCW3
 * @isr: in service
 * @imr: masked
 * @level: ELCR: lines that are level-triggered
 * @lines: inputs as they are
 * @base: vector of line 0
 * @lowest: line with the lowest priority, moved by rotation
 * @init: next initialisation word expected, 0 for none
 * @icw4: ICW4 follows
 * @read_isr: port 0 reads ISR, not IRR
 * @poll: the next read is an acknowledge
 * @auto_eoi: ICW4.AEOI
 * @rotate_auto: rotate at automatic EOI
 * @special_mask: OCW3.SMM
 * @special_nested: ICW4.SFNM
 */
struct chip {
	u8 irr, isr, imr, level, lines;
	u8 base, lowest, init;
	bool icw4, read_isr, poll, auto_eoi, rotate_auto;
	bool special_mask, special_nested;
};

/**
 * struct pic
 * @dev: on the port bus
 * @vm: whom to wake
 * @chip: master and slave
 * @output: INTR, read by the vCPU thread without the lock
 */
struct pic {
	struct device dev;
	struct vm *vm;
	struct chip chip[2];
	atomic_bool output;
};

/* Highest-priority line in @set, or -1. */
static int highest(const struct chip *c, u8 set)
{
	for (int i = 1; i <= 8; i++) {
		int line = (c->lowest + i) & 7;

		if (set & 1 << line)
			return line;
	}
	return -1;
}

/* Does @a come before @b?  -1 comes last. */
static bool before(const struct chip *c, int a, int b)
{
	if (a < 0 || b < 0)
		return a >= 0;
	return ((a - c->lowest - 1) & 7) < ((b - c->lowest - 1) & 7);
}

/* The line this chip wants served now, or -1. */
static int pending(const struct chip *c, bool master)
{
	int want = highest(c, c->irr & ~c->imr);
	u8 busy = c->isr;

	/* Special mask mode lets masked lines stop blocking lower ones. */
	if (c->special_mask)
		busy &= ~c->imr;
	/* So that the slave's higher lines pass while one is in service. */
	if (c->special_nested && master)
		busy &= (u8)~(1 << CASCADE);
	return before(c, want, highest(c, busy)) ? want : -1;
}

static void chip_line(struct chip *c, int line, bool level)
{
	u8 bit = (u8)(1 << line);
	bool rose = level && !(c->lines & bit);

	c->lines = level ? c->lines | bit : c->lines & ~bit;
	if (c->level & bit)
		c->irr = level ? c->irr | bit : c->irr & ~bit;
	else if (rose)
		c->irr |= bit;	/* latched: our edges are short pulses */
}

/*
 * Recompute the slave's output, then INTR; wake the vCPU when INTR rises.  A
 * kick of oneself only costs an empty RUN.
 */
static void update(struct pic *p)
{
	u8 cascade = 1 << CASCADE;
	bool out;

	if (pending(&p->chip[1], false) >= 0)
		p->chip[0].irr |= cascade;
	else
		p->chip[0].irr &= (u8)~cascade;
	out = pending(&p->chip[0], true) >= 0;
	if (out && !atomic_load(&p->output)) {
		atomic_store(&p->output, true);
		if (p->vm->vcpus[0].fd > 0)
			mote_kick(p->vm->vcpus[0].fd);
	} else if (!out) {
		atomic_store(&p->output, false);
	}
}

void pic_set(struct pic *pic, u32 irq, bool level)
{
	chip_line(&pic->chip[irq / 8], irq % 8, level);
	update(pic);
}

bool pic_output(const struct pic *pic)
{
	return atomic_load_explicit(&pic->output, memory_order_relaxed);
}

/* One chip's acknowledge cycle; a request that went away is line 7. */
static int chip_ack(struct chip *c, bool master)
{
	int line = pending(c, master);
	u8 bit;

	if (line < 0)
		return 7;
	bit = (u8)(1 << line);
	if (!(c->level & bit))
		c->irr &= ~bit;
	if (!c->auto_eoi)
		c->isr |= bit;
	else if (c->rotate_auto)
		c->lowest = (u8)line;
	return line;
}

u8 pic_ack(struct pic *pic)
{
	int line = chip_ack(&pic->chip[0], true);
	u8 vector = (u8)(pic->chip[0].base + line);

	if (line == CASCADE)
		vector = (u8)(pic->chip[1].base +
			      chip_ack(&pic->chip[1], false));
	update(pic);
	return vector;
}

static void write_icw1(struct chip *c, u8 v)
{
	u8 lines = c->lines, level = c->level;

	memset(c, 0, sizeof(*c));
	c->lines = lines;
	c->level = level;
	c->irr = lines & level;
	c->lowest = 7;
	c->init = 2;
	c->icw4 = v & 1;
}

/* OCW2: end of interrupt and rotation, by bits 7:5 */
static void write_ocw2(struct chip *c, u8 v)
{
	u8 cmd = v >> 5;
	int line = cmd & 2 ? v & 7 : highest(c, c->isr);

	switch (cmd) {
	case 0:
	case 4:
		c->rotate_auto = cmd == 4;
		break;
	case 1:		/* EOI */
	case 3:
	case 5:		/* with rotation */
	case 7:
		if (line >= 0) {
			c->isr &= (u8)~(1 << line);
			if (cmd & 4)
				c->lowest = (u8)line;
		}
		break;
	case 6:		/* set priority */
		c->lowest = (u8)line;
		break;
	}
}

static void write_ocw3(struct chip *c, u8 v)
{
	if (v & 0x04)
		c->poll = true;
	if (v & 0x02)
		c->read_isr = v & 1;
	if (v & 0x40)
		c->special_mask = v & 0x20;
}

static void write_data(struct chip *c, u8 v)
{
	switch (c->init) {
	case 0:
		c->imr = v;
		break;
	case 2:
		c->base = v & 0xf8;
		c->init = 3;
		break;
	case 3:		/* the cascade is wired, not programmed */
		c->init = c->icw4 ? 4 : 0;
		break;
	case 4:
		c->auto_eoi = v & 0x02;
		c->special_nested = v & 0x10;
		c->init = 0;
		break;
	}
}

static u32 chip_read(struct chip *c, u64 addr, bool master)
{
	if (c->poll) {
		bool any = pending(c, master) >= 0;

		c->poll = false;
		return any ? 0x80u | (u32)chip_ack(c, master) : 0;
	}
	if (addr & 1)
		return c->imr;
	return c->read_isr ? c->isr : c->irr;
}

static u32 pic_read(struct device *dev, u64 addr, u32 bytes)
{
	struct pic *p = (struct pic *)dev;
	u32 v;

	(void)bytes;
	if (addr >= 0x4d0)
		return p->chip[addr & 1].level;
	v = chip_read(&p->chip[addr >> 7 & 1], addr, addr < 0x80);
	update(p);
	return v;
}

static void pic_write(struct device *dev, u64 addr, u32 bytes, u32 value)
{
	/* Lines 0, 1, 2, 8 and 13 are edge-triggered on every PC. */
	static const u8 elcr_mask[2] = { 0xf8, 0xde };
	struct pic *p = (struct pic *)dev;
	struct chip *c = &p->chip[addr >> 7 & 1];
	u8 v = (u8)value;

	(void)bytes;
	if (addr >= 0x4d0)
		p->chip[addr & 1].level = v & elcr_mask[addr & 1];
	else if (addr & 1)
		write_data(c, v);
	else if (v & 0x10)
		write_icw1(c, v);
	else if (v & 0x08)
		write_ocw3(c, v);
	else
		write_ocw2(c, v);
	update(p);
}

static const struct device_ops ops = {
	.read = pic_read,
	.write = pic_write,
};

void pic_create(struct vm *vm)
{
	static struct pic pic;

	memset(&pic, 0, sizeof(pic));
	pic.dev.ops = &ops;
	pic.dev.width = 1;
	pic.vm = vm;
	for (int i = 0; i < 2; i++) {
		pic.chip[i].imr = 0xff;
		pic.chip[i].lowest = 7;
	}
	if (bus_add(&vm->arch.pio, 0x20, 2, &pic.dev) ||
	    bus_add(&vm->arch.pio, 0xa0, 2, &pic.dev) ||
	    bus_add(&vm->arch.pio, 0x4d0, 2, &pic.dev))
		die("the PIC's ports are taken");
	vm->arch.pic = &pic;
}

/* --- lines --- */

void irq_set(struct vm *vm, u32 irq, bool level)
{
	pic_set(vm->arch.pic, irq, level);
	ioapic_set(vm->arch.ioapic, irq == IRQ_TIMER ? IOAPIC_PIN_TIMER : irq,
		   level);
}

void irq_pulse(struct vm *vm, u32 irq)
{
	irq_set(vm, irq, true);
	irq_set(vm, irq, false);
}
