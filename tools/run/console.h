/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal behind COM1. */
#ifndef MOTE_RUN_CONSOLE_H
#define MOTE_RUN_CONSOLE_H

#include "run.h"

/**
 * console_create() - start reading stdin; raw mode if it is a terminal
 *
 * The terminal is put back on exit(), and on signals that end the program.
 */
void console_create(struct vm *vm);

/** console_put() - a byte for stdout; shown within milliseconds */
void console_put(struct vm *vm, u8 byte);

/** console_more() - the UART has room again */
void console_more(struct vm *vm);

/** console_flush() - show all output now */
void console_flush(void);

/** console_eol() - end of a line: a raw terminal wants a carriage return */
const char *console_eol(void);

/** console_restore() - put the terminal back; may be called in a handler */
void console_restore(void);

#endif
