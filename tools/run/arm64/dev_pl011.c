// SPDX-License-Identifier: GPL-2.0-only
/* The serial port: a PL011 (Arm DDI 0183, r1p4) on the terminal. */
#include <string.h>

#include "../console.h"
#include "../uart.h"
#include "map.h"

#define FIFO		16
#define POLLS		16
#define SETTLE_NS	(NS_PER_SEC / 2)

/* Registers */
#define DR		0x00
#define RSR_ECR		0x04
#define FR		0x18
#define ILPR		0x20
#define IBRD		0x24
#define FBRD		0x28
#define LCR_H		0x2c
#define CR		0x30
#define IFLS		0x34
#define IMSC		0x38
#define RIS		0x3c
#define MIS		0x40
#define ICR		0x44
#define DMACR		0x48
#define ID_FIRST	0xfe0

#define DR_OVERRUN	(1u << 11)
#define RSR_OVERRUN	(1u << 3)
#define FR_CTS		(1u << 0)
#define FR_DSR		(1u << 1)
#define FR_DCD		(1u << 2)
#define FR_RXFE		(1u << 4)	/* nothing received */
#define FR_RXFF		(1u << 6)
#define FR_TXFE		(1u << 7)	/* all sent */
#define LCR_FIFO	(1u << 4)
#define CR_ON		(1u << 0)
#define CR_LOOP		(1u << 7)
#define CR_RESET	0x300		/* TXE, RXE */
#define INT_RX		(1u << 4)
#define INT_TX		(1u << 5)
#define INT_TIMEOUT	(1u << 6)
#define INT_OVERRUN	(1u << 10)
#define INT_ANY_RX	(INT_RX | INT_TIMEOUT)
#define INT_ALL		0x7ff

/**
 * struct uart
 * @dev: on the memory bus
 * @vm: owner
 * @cr: control
 * @lcr: line control
 * @ifls: FIFO levels
 * @imsc: enabled interrupts
 * @ris: interrupts
 * @ilpr: low-power divisor; nothing here waits for it
 * @ibrd: baud rate, nor for this
 * @fbrd: its fraction
 * @dmacr: DMA control, without DMA
 * @overrun: until the guest clears it
 * @line: the interrupt line as last driven
 * @ready: the guest takes input by interrupt, see listening()
 * @settle: makes it so a while after CR
 * @polls: reads of an empty FIFO's flags since any other access
 * @rx: received bytes
 * @rx_head: next to read
 * @rx_count: how many
 */
struct uart {
	struct device dev;
	struct vm *vm;
	u32 cr, lcr, ifls, imsc, ris, ilpr, ibrd, fbrd, dmacr;
	bool overrun, line, ready;
	struct io_timer settle;
	u32 polls;
	u8 rx[FIFO];
	u32 rx_head, rx_count;
};

static u32 depth(const struct uart *u)
{
	return u->lcr & LCR_FIFO ? FIFO : 1;
}

/* How many bytes raise INT_RX (IFLS.RXIFLSEL; the values left over are reserved) */
static u32 level(const struct uart *u)
{
	static const u8 levels[8] = { 2, 4, 8, 12, 14, 14, 14, 14 };

	return u->lcr & LCR_FIFO ? levels[u->ifls >> 3 & 7] : 1;
}

static void update(struct uart *u)
{
	bool line = u->ris & u->imsc;

	if (line == u->line)
		return;
	u->line = line;
	spi_set(u->vm, SPI_PL011, line);
}

/* The timeout of bytes below the level has passed: nothing here has a rate. */
static void received(struct uart *u)
{
	if (u->rx_count >= level(u))
		u->ris |= INT_RX;
	if (u->rx_count && (u->lcr & LCR_FIFO))
		u->ris |= INT_TIMEOUT;
}

/*
 * Does the guest listen?  A driver that starts throws away what is in the
 * FIFO: input waits with the host until the receive interrupt is enabled in a
 * port that is on, or the guest does nothing but poll.  Linux enables it early
 * and has the port on for each of its messages: the other order, interrupt
 * first, then the port, counts when it has lasted.
 */
static bool listening(const struct uart *u)
{
	return u->ready || u->polls >= POLLS;
}

static void settled(void *opaque, u64 times)
{
	struct uart *u = opaque;

	(void)times;
	u->ready = true;
	console_more(u->vm);
}

u32 uart_room(const struct uart *u)
{
	return listening(u) ? depth(u) - u->rx_count : 0;
}

void uart_receive(struct uart *u, u8 byte)
{
	if (u->rx_count >= depth(u)) {
		u->overrun = true;
		u->ris |= INT_OVERRUN;
	} else {
		u->rx[(u->rx_head + u->rx_count) % FIFO] = byte;
		u->rx_count++;
		received(u);
	}
	update(u);
}

static u32 take(struct uart *u)
{
	u32 v = u->overrun ? DR_OVERRUN : 0;

	if (!u->rx_count)
		return v;
	v |= u->rx[u->rx_head];
	u->rx_head = (u->rx_head + 1) % FIFO;
	u->rx_count--;
	if (u->rx_count < level(u))
		u->ris &= ~INT_RX;
	if (!u->rx_count)
		u->ris &= ~INT_TIMEOUT;
	console_more(u->vm);	/* the terminal may have waited for room */
	return v;
}

static u32 flags(struct uart *u)
{
	u32 v = FR_TXFE | FR_CTS | FR_DSR | FR_DCD;

	if (!u->rx_count && ++u->polls == POLLS)
		console_more(u->vm);
	if (!u->rx_count)
		v |= FR_RXFE;
	if (u->rx_count == depth(u))
		v |= FR_RXFF;
	return v;
}

/* UARTPeriphID and UARTPCellID: PL011, revision 1 (16 bytes of FIFO) */
static u32 id(u32 reg)
{
	static const u8 ids[] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	return reg < ID_FIRST ? 0 : ids[(reg - ID_FIRST) / 4];
}

static u32 read_reg(struct uart *u, u32 reg)
{
	switch (reg) {
	case DR:
		return take(u);
	case RSR_ECR:
		return u->overrun ? RSR_OVERRUN : 0;
	case FR:
		return flags(u);
	case ILPR:
		return u->ilpr;
	case IBRD:
		return u->ibrd;
	case FBRD:
		return u->fbrd;
	case LCR_H:
		return u->lcr;
	case CR:
		return u->cr;
	case IFLS:
		return u->ifls;
	case IMSC:
		return u->imsc;
	case RIS:
		return u->ris;
	case MIS:
		return u->ris & u->imsc;
	case DMACR:
		return u->dmacr;
	default:
		return id(reg);
	}
}

static u32 pl011_read(struct device *dev, u64 addr, u32 bytes)
{
	struct uart *u = (struct uart *)dev;
	u32 reg = addr & (DEVICE_BYTES - 1), v;

	/* Registers are 32 bits wide; a narrow read gets a part of one */
	v = read_reg(u, reg & ~3u) >> 8 * (reg & 3);
	if (reg != FR)
		u->polls = 0;
	update(u);
	return bytes == 4 ? v : v & ((1u << 8 * bytes) - 1);
}

/*
 * Sent at once, so the FIFO is below its level again: the interrupt.  Whether
 * the guest has turned the port on is not asked: its firmware has not either.
 */
static void transmit(struct uart *u, u8 byte)
{
	if (u->cr & CR_LOOP)
		uart_receive(u, byte);
	else
		console_put(u->vm, byte);
	u->ris |= INT_TX;
}

static void write_lcr(struct uart *u, u32 v)
{
	/* Turning the FIFO on or off flushes it */
	if ((v ^ u->lcr) & LCR_FIFO) {
		u->rx_count = 0;
		u->ris &= ~INT_ANY_RX;
	}
	u->lcr = v & 0xff;
}

static void write_imsc(struct uart *u, u32 v)
{
	u->imsc = v & INT_ALL;
	u->ready = (u->imsc & INT_ANY_RX) && (u->ready || (u->cr & CR_ON));
	if (u->ready)
		console_more(u->vm);
}

static void write_cr(struct uart *u, u32 v)
{
	bool wait = !u->ready && (v & CR_ON) && (u->imsc & INT_ANY_RX);

	if ((v ^ u->cr) & CR_ON)
		io_timer_set(&u->settle, wait ? io_now() + SETTLE_NS : 0, 0);
	u->cr = v & 0xffff;
}

static void write_reg(struct uart *u, u32 reg, u32 v)
{
	switch (reg) {
	case DR:
		transmit(u, (u8)v);
		break;
	case RSR_ECR:
		u->overrun = false;
		break;
	case ILPR:
		u->ilpr = v & 0xff;
		break;
	case IBRD:
		u->ibrd = v & 0xffff;
		break;
	case FBRD:
		u->fbrd = v & 0x3f;
		break;
	case LCR_H:
		write_lcr(u, v);
		break;
	case CR:
		write_cr(u, v);
		break;
	case IFLS:
		u->ifls = v & 0x3f;
		break;
	case IMSC:
		write_imsc(u, v);
		break;
	case ICR:
		u->ris &= ~v;
		break;
	case DMACR:
		u->dmacr = v & 7;
		break;
	}
}

static void pl011_write(struct device *dev, u64 addr, u32 bytes, u32 value)
{
	struct uart *u = (struct uart *)dev;

	(void)bytes;
	u->polls = 0;
	write_reg(u, addr & (DEVICE_BYTES - 1), value);
	update(u);
}

static const struct device_ops ops = {
	.read = pl011_read,
	.write = pl011_write,
};

void pl011_create(struct vm *vm)
{
	static struct uart uart;

	memset(&uart, 0, sizeof(uart));
	uart.dev.ops = &ops;
	uart.dev.width = 4;
	uart.vm = vm;
	uart.cr = CR_RESET;
	uart.ifls = 0x12;	/* both half full */
	uart.settle.fn = settled;
	uart.settle.opaque = &uart;
	if (io_timer_init(&vm->io, &uart.settle) ||
	    bus_add(&vm->mmio, PL011_BASE, DEVICE_BYTES, &uart.dev))
		die("no serial port");
	vm->uart = &uart;
}
