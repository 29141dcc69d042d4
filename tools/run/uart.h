/* SPDX-License-Identifier: GPL-2.0-only */
/* COM1 as the terminal sees it.  All with vm::lock held. */
#ifndef MOTE_RUN_UART_H
#define MOTE_RUN_UART_H

#include <types.h>

struct uart;

/** uart_room() - bytes that uart_receive() takes without an overrun */
u32 uart_room(const struct uart *u);

/** uart_receive() - a byte arrives on the line */
void uart_receive(struct uart *u, u8 byte);

#endif
