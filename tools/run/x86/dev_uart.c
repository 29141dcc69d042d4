// SPDX-License-Identifier: GPL-2.0-only
/* COM1: a 16550A (National PC16550D datasheet) on the terminal. */
#include <string.h>

#include "../console.h"
#include "irq.h"
#include "../uart.h"

#define PORT		0x3f8
#define FIFO		16
#define POLLS		16

/* Registers; DLAB maps the divisor over 0 and 1. */
enum { RBR_THR, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCR };

#define IER_RX		0x01
#define IER_TX		0x02
#define IER_LINE	0x04
#define IIR_NONE	0x01
#define IIR_TX		0x02
#define IIR_RX		0x04
#define IIR_LINE	0x06
#define IIR_FIFO	0xc0
#define FCR_ENABLE	0x01
#define FCR_CLEAR_RX	0x02
#define LCR_DLAB	0x80
#define MCR_OUT2	0x08
#define MCR_LOOP	0x10
#define LSR_DATA	0x01
#define LSR_OVERRUN	0x02
#define LSR_TX_EMPTY	0x60	/* holding register and shifter */
#define MSR_IDLE	0xb0	/* DCD, DSR, CTS: somebody is there */

/**
 * struct uart
 * @dev: on the port bus
 * @vm: owner
 * @ier: enabled interrupts
 * @lcr: line control
 * @mcr: modem control
 * @scr: scratch
 * @lsr_error: overrun, until LSR is read
 * @fifo_on: FCR bit 0
 * @tx_pending: "transmitter empty" not yet seen by the guest
 * @polls: LSR reads since any other access
 * @divisor: baud rate; nothing here waits for it
 * @rx: received bytes
 * @rx_head: next to read
 * @rx_count: how many
 */
struct uart {
	struct device dev;
	struct vm *vm;
	u8 ier, lcr, mcr, scr, lsr_error;
	bool fifo_on, tx_pending;
	u32 polls;
	u16 divisor;
	u8 rx[FIFO];
	u32 rx_head, rx_count;
};

/* The interrupt with the highest priority, as IIR names it. */
static u8 cause(const struct uart *u)
{
	if ((u->ier & IER_LINE) && u->lsr_error)
		return IIR_LINE;
	if ((u->ier & IER_RX) && u->rx_count)
		return IIR_RX;
	if ((u->ier & IER_TX) && u->tx_pending)
		return IIR_TX;
	return IIR_NONE;
}

/* OUT2 gates the line on every PC, except in loopback. */
static bool gate(const struct uart *u)
{
	return (u->mcr & MCR_OUT2) && !(u->mcr & MCR_LOOP);
}

static void update(struct uart *u)
{
	irq_set(u->vm, IRQ_COM1, gate(u) && cause(u) != IIR_NONE);
}

/*
 * Does the guest listen?  A driver that starts throws away what is in the
 * FIFO: input waits with the host until the receive interrupt can arrive (a
 * probe sets its bit too, but not OUT2), or the guest does nothing but poll.
 */
static bool listening(const struct uart *u)
{
	return ((u->ier & IER_RX) && gate(u)) || u->polls >= POLLS;
}

u32 uart_room(const struct uart *u)
{
	if (!listening(u))
		return 0;
	return (u->fifo_on ? FIFO : 1) - u->rx_count;
}

void uart_receive(struct uart *u, u8 byte)
{
	if (u->rx_count >= (u->fifo_on ? FIFO : 1)) {
		u->lsr_error = LSR_OVERRUN;
	} else {
		u->rx[(u->rx_head + u->rx_count) % FIFO] = byte;
		u->rx_count++;
	}
	update(u);
}

static u8 take(struct uart *u)
{
	u8 byte = u->rx[u->rx_head];

	if (!u->rx_count)
		return 0;
	u->rx_head = (u->rx_head + 1) % FIFO;
	u->rx_count--;
	console_more(u->vm);	/* the terminal may have waited for room */
	return byte;
}

/* In loopback the modem outputs come back as inputs. */
static u8 modem_status(const struct uart *u)
{
	if (!(u->mcr & MCR_LOOP))
		return MSR_IDLE;
	return (u8)((u->mcr & 0x02) << 3 | (u->mcr & 0x01) << 5 |
		    (u->mcr & 0x0c) << 4);
}

static u8 read_iir(struct uart *u)
{
	u8 iir = cause(u);

	if (iir == IIR_TX)
		u->tx_pending = false;
	return iir | (u->fifo_on ? IIR_FIFO : 0);
}

static u8 read_reg(struct uart *u, u32 reg)
{
	u8 v;

	switch (reg) {
	case RBR_THR:
		return u->lcr & LCR_DLAB ? u->divisor & 0xff : take(u);
	case IER:
		return u->lcr & LCR_DLAB ? u->divisor >> 8 : u->ier;
	case IIR_FCR:
		return read_iir(u);
	case LCR:
		return u->lcr;
	case MCR:
		return u->mcr;
	case LSR:
		v = LSR_TX_EMPTY | u->lsr_error |
		    (u->rx_count ? LSR_DATA : 0);
		u->lsr_error = 0;
		if (++u->polls == POLLS)
			console_more(u->vm);
		return v;
	case MSR:
		return modem_status(u);
	default:
		return u->scr;
	}
}

static u32 uart_read(struct device *dev, u64 addr, u32 bytes)
{
	struct uart *u = (struct uart *)dev;
	u8 v = read_reg(u, addr & 7);

	(void)bytes;
	if ((addr & 7) != LSR)
		u->polls = 0;
	/* LCR, MCR, MSR, SCR: reading them changes nothing. */
	if ((addr & 7) <= IIR_FCR || (addr & 7) == LSR)
		update(u);
	return v;
}

static void transmit(struct uart *u, u8 byte)
{
	if (u->mcr & MCR_LOOP)
		uart_receive(u, byte);
	else
		console_put(u->vm, byte);
	u->tx_pending = true;
}

/*
 * Turning the FIFO on keeps a byte that has arrived, which the chip need not:
 * Linux turns it on after the receive interrupt.
 */
static void write_fcr(struct uart *u, u8 v)
{
	bool on = v & FCR_ENABLE;

	if (on < u->fifo_on || (v & FCR_CLEAR_RX))
		u->rx_count = 0;
	u->fifo_on = on;
	if (listening(u))
		console_more(u->vm);
}

static void write_ier(struct uart *u, u8 v)
{
	/* Enabling the interrupt while the transmitter is empty raises it. */
	if ((v & IER_TX) && !(u->ier & IER_TX))
		u->tx_pending = true;
	u->ier = v & 0x0f;
	if (listening(u))
		console_more(u->vm);
}

static void uart_write(struct device *dev, u64 addr, u32 bytes, u32 value)
{
	struct uart *u = (struct uart *)dev;
	u8 v = (u8)value;

	(void)bytes;
	u->polls = 0;
	switch (addr & 7) {
	case RBR_THR:
		if (u->lcr & LCR_DLAB)
			u->divisor = (u->divisor & 0xff00) | v;
		else
			transmit(u, v);
		break;
	case IER:
		if (u->lcr & LCR_DLAB)
			u->divisor = (u16)(v << 8 | (u->divisor & 0xff));
		else
			write_ier(u, v);
		break;
	case IIR_FCR:
		write_fcr(u, v);
		break;
	case LCR:
		u->lcr = v;
		return;
	case MCR:
		u->mcr = v & 0x1f;
		if (listening(u))
			console_more(u->vm);
		break;
	case SCR:
		u->scr = v;
		return;
	}
	update(u);
}

static const struct device_ops ops = {
	.read = uart_read,
	.write = uart_write,
};

void uart_create(struct vm *vm)
{
	static struct uart uart;

	memset(&uart, 0, sizeof(uart));
	uart.dev.ops = &ops;
	uart.dev.width = 1;
	uart.vm = vm;
	uart.divisor = 1;
	uart.tx_pending = true;
	if (bus_add(&vm->arch.pio, PORT, 8, &uart.dev))
		die("COM1's ports are taken");
	vm->uart = &uart;
}
