// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways a PC is reset by software: keyboard controller command 0xfe, the
 * "fast" bit of system port 0x92, the chip set's reset register 0xcf9.
 */
#include <string.h>

#include "devices.h"

#define KBD_DATA	0x60
#define KBD_COMMAND	0x64
#define PORT_A		0x92
#define RESET		0xcf9

#define KBD_PULSE_RESET	0xfe
#define KBD_READ_OUTPUT	0xd0
#define KBD_SELF_TEST	0xaa
#define KBD_OUTPUT_FULL	0x01

/**
 * struct reset
 * @dev: on the port bus
 * @vm: what is reset
 * @answer: byte for the data port, or -1
 * @port_a: bit 1 is the A20 gate, which is always open here
 * @reset_control: last value of 0xcf9
 */
struct reset {
	struct device dev;
	struct vm *vm;
	int answer;
	u8 port_a;
	u8 reset_control;
};

static u32 reset_read(struct device *dev, u64 addr, u32 bytes)
{
	struct reset *r = (struct reset *)dev;
	u32 v;

	(void)bytes;
	switch (addr) {
	case KBD_DATA:
		v = r->answer < 0 ? 0 : (u32)r->answer;
		r->answer = -1;
		return v;
	case KBD_COMMAND:
		return r->answer < 0 ? 0 : KBD_OUTPUT_FULL;
	case PORT_A:
		return r->port_a;
	default:
		return r->reset_control;
	}
}

/* There is no keyboard: only what boot code asks of the controller itself. */
static void kbd_command(struct reset *r, u8 v)
{
	if (v == KBD_PULSE_RESET)
		vm_end(r->vm, END_REBOOT);
	else if (v == KBD_SELF_TEST)
		r->answer = 0x55;
	else if (v == KBD_READ_OUTPUT)
		r->answer = 0x03;	/* no reset, A20 on */
}

static void reset_write(struct device *dev, u64 addr, u32 bytes, u32 value)
{
	struct reset *r = (struct reset *)dev;
	u8 v = (u8)value;

	(void)bytes;
	switch (addr) {
	case KBD_COMMAND:
		kbd_command(r, v);
		break;
	case PORT_A:
		if (v & 1)
			vm_end(r->vm, END_REBOOT);
		r->port_a = v | 2;
		break;
	case RESET:
		/* Bit 2 going up resets; bit 1 says how thoroughly. */
		if ((v & 4) && !(r->reset_control & 4))
			vm_end(r->vm, END_REBOOT);
		r->reset_control = v;
		break;
	}
}

static const struct device_ops ops = {
	.read = reset_read,
	.write = reset_write,
};

void reset_create(struct vm *vm)
{
	static struct reset reset;

	memset(&reset, 0, sizeof(reset));
	reset.dev.ops = &ops;
	reset.dev.width = 1;
	reset.vm = vm;
	reset.answer = -1;
	reset.port_a = 2;
	if (bus_add(&vm->arch.pio, KBD_DATA, 1, &reset.dev) ||
	    bus_add(&vm->arch.pio, KBD_COMMAND, 1, &reset.dev) ||
	    bus_add(&vm->arch.pio, PORT_A, 1, &reset.dev) ||
	    bus_add(&vm->arch.pio, RESET, 1, &reset.dev))
		die("the reset ports are taken");
}
