// SPDX-License-Identifier: GPL-2.0-only
/*
 * I/O APIC with 24 pins (Intel 82093AA datasheet; register 0x40 from the
 * later ICH parts, version 0x20).  It turns pins into messages, which the
 * kernel's local APICs take with MOTE_IRQ.
 */
#include <string.h>

#include "irq.h"

#define PINS		24
#define VERSION		0x20

#define REG_SELECT	0x00
#define REG_WINDOW	0x10
#define REG_EOI		0x40

#define IDX_ID		0x00
#define IDX_VERSION	0x01
#define IDX_ARB		0x02
#define IDX_TABLE	0x10

/* Redirection table entry */
#define RTE_VECTOR		0xffULL
#define RTE_DELIVERY		(7ULL << 8)
#define RTE_LOGICAL		(1ULL << 11)
#define RTE_REMOTE_IRR		(1ULL << 14)
#define RTE_LEVEL		(1ULL << 15)
#define RTE_MASKED		(1ULL << 16)
#define RTE_READ_ONLY		(1ULL << 12 | RTE_REMOTE_IRR)
#define RTE_DEST_SHIFT		56

#define DELIVERY_LOWEST		1
#define DELIVERY_EXTINT		7

/**
 * struct ioapic
 * @dev: on the MMIO bus
 * @vm: where messages go
 * @select: register behind the window
 * @id: for the guest to read back
 * @rte: redirection table
 * @lines: pins asserted, one bit each
 */
struct ioapic {
	struct device dev;
	struct vm *vm;
	u32 select;
	u32 id;
	u64 rte[PINS];
	u32 lines;
};

/*
 * SDM vol. 3, "Message Signalled Interrupts": destination in address 19:12,
 * redirection hint 3, logical mode 2; vector, delivery mode 10:8, level 14
 * and trigger mode 15 in the data.
 */
static void send(struct ioapic *io, u64 rte)
{
	u64 delivery = (rte & RTE_DELIVERY) >> 8;
	u64 address = LAPIC_ADDR | rte >> RTE_DEST_SHIFT << 12;

	/* ExtINT asks the PIC for its vector: the PIC's own line does that. */
	if (delivery == DELIVERY_EXTINT)
		return;
	if (rte & RTE_LOGICAL)
		address |= 1 << 2;
	if (delivery == DELIVERY_LOWEST)
		address |= 1 << 3;
	mote_irq_msi(io->vm->fd, address,
		     (u32)(rte & (RTE_VECTOR | RTE_DELIVERY | RTE_LEVEL)) |
		     1u << 14);
}

/* A level pin that is up and not being served gets its message. */
static void serve_level(struct ioapic *io, u32 pin)
{
	u64 *rte = &io->rte[pin];

	if (!(*rte & RTE_LEVEL) || (*rte & (RTE_MASKED | RTE_REMOTE_IRR)) ||
	    !(io->lines & 1u << pin))
		return;
	*rte |= RTE_REMOTE_IRR;
	send(io, *rte);
}

void ioapic_set(struct ioapic *io, u32 pin, bool level)
{
	u32 bit = 1u << pin;
	bool rose = level && !(io->lines & bit);

	io->lines = level ? io->lines | bit : io->lines & ~bit;
	if (io->rte[pin] & RTE_LEVEL)
		serve_level(io, pin);
	else if (rose && !(io->rte[pin] & RTE_MASKED))
		send(io, io->rte[pin]);	/* a masked edge is lost */
}

void ioapic_eoi(struct ioapic *io, u8 vector)
{
	for (u32 pin = 0; pin < PINS; pin++) {
		u64 *rte = &io->rte[pin];

		if (!(*rte & RTE_LEVEL) || (*rte & RTE_VECTOR) != vector)
			continue;
		*rte &= ~RTE_REMOTE_IRR;
		serve_level(io, pin);
	}
}

static u32 read_window(const struct ioapic *io)
{
	u32 i = io->select;

	if (i == IDX_ID || i == IDX_ARB)
		return io->id;
	if (i == IDX_VERSION)
		return (PINS - 1) << 16 | VERSION;
	if (i >= IDX_TABLE && i < IDX_TABLE + 2 * PINS) {
		i -= IDX_TABLE;
		return (u32)(io->rte[i / 2] >> (i % 2 * 32));
	}
	return 0;
}

static void write_window(struct ioapic *io, u32 value)
{
	u32 i = io->select, shift, pin;
	u64 rte;

	if (i == IDX_ID)
		io->id = value & 0x0f000000;
	if (i < IDX_TABLE || i >= IDX_TABLE + 2 * PINS)
		return;
	pin = (i - IDX_TABLE) / 2;
	shift = (i - IDX_TABLE) % 2 * 32;
	rte = io->rte[pin];
	rte = (rte & ~(0xffffffffULL << shift)) | (u64)value << shift;
	rte = (rte & ~RTE_READ_ONLY) | (io->rte[pin] & RTE_READ_ONLY);
	/* Remote IRR has a meaning for level triggering alone. */
	if (!(rte & RTE_LEVEL))
		rte &= ~RTE_REMOTE_IRR;
	io->rte[pin] = rte;
	serve_level(io, pin);
}

static u32 ioapic_read(struct device *dev, u64 addr, u32 bytes)
{
	struct ioapic *io = (struct ioapic *)dev;

	(void)bytes;
	switch (addr & 0xff) {
	case REG_SELECT:
		return io->select;
	case REG_WINDOW:
		return read_window(io);
	default:
		return 0;
	}
}

static void ioapic_write(struct device *dev, u64 addr, u32 bytes, u32 value)
{
	struct ioapic *io = (struct ioapic *)dev;

	(void)bytes;
	switch (addr & 0xff) {
	case REG_SELECT:
		io->select = value & 0xff;
		break;
	case REG_WINDOW:
		write_window(io, value);
		break;
	case REG_EOI:
		ioapic_eoi(io, value & 0xff);
		break;
	}
}

static const struct device_ops ops = {
	.read = ioapic_read,
	.write = ioapic_write,
};

void ioapic_create(struct vm *vm)
{
	static struct ioapic io;

	memset(&io, 0, sizeof(io));
	io.dev.ops = &ops;
	io.dev.width = 4;
	io.vm = vm;
	for (u32 i = 0; i < PINS; i++)
		io.rte[i] = RTE_MASKED;
	if (bus_add(&vm->mmio, IOAPIC_ADDR, 0x100, &io.dev))
		die("the I/O APIC's address is taken");
	vm->arch.ioapic = &io;
}
