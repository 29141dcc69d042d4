// SPDX-License-Identifier: GPL-2.0-only
/*
 * The terminal.  Output is gathered for a few milliseconds, because a write()
 * per character costs as much as the exit that brought it.  Input waits in a
 * queue while the UART has no room.  When the queue is full a pipe waits and
 * a terminal is read on, for the keys that end the program.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "console.h"
#include "uart.h"

#define ESCAPE		1	/* Ctrl-A */
#define IN_BYTES	4096
#define OUT_BYTES	256
#define OUT_DELAY_NS	(4 * NS_PER_SEC / 1000)

static struct {
	struct vm *vm;
	struct io_source in;
	struct io_timer out_timer;
	bool watching, escaped;
	u32 in_head, in_count;
	u8 queue[IN_BYTES];
	bool armed;
	pthread_mutex_t out_lock;	/* the out fields; inside vm::lock */
	u32 out_count;
	u8 out[OUT_BYTES];
} con = { .out_lock = PTHREAD_MUTEX_INITIALIZER };

static struct termios saved;
static volatile sig_atomic_t raw;

void console_restore(void)
{
	if (raw)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved);
	raw = 0;
}

const char *console_eol(void)
{
	return raw ? "\r\n" : "\n";
}

static void flush_locked(void)
{
	u32 done = 0;

	while (done < con.out_count) {
		ssize_t n = write(STDOUT_FILENO, con.out + done,
				  con.out_count - done);

		if (n < 0 && errno != EINTR)
			break;		/* nobody listens: go on without */
		done += n > 0 ? (u32)n : 0;
	}
	con.out_count = 0;
}

void console_flush(void)
{
	pthread_mutex_lock(&con.out_lock);
	flush_locked();
	pthread_mutex_unlock(&con.out_lock);
}

static void out_expired(void *opaque, u64 times)
{
	(void)opaque;
	(void)times;
	pthread_mutex_lock(&con.out_lock);
	con.armed = false;
	flush_locked();
	pthread_mutex_unlock(&con.out_lock);
}

void console_put(struct vm *vm, u8 byte)
{
	(void)vm;
	pthread_mutex_lock(&con.out_lock);
	con.out[con.out_count++] = byte;
	if (con.out_count == OUT_BYTES) {
		flush_locked();
	} else if (!con.armed) {
		con.armed = true;
		io_timer_set(&con.out_timer, io_now() + OUT_DELAY_NS, 0);
	}
	pthread_mutex_unlock(&con.out_lock);
}

static void enqueue(u8 byte)
{
	if (con.in_count == IN_BYTES)
		return;
	con.queue[(con.in_head + con.in_count) % IN_BYTES] = byte;
	con.in_count++;
}

/* Ctrl-A x ends the program, Ctrl-A Ctrl-A is one Ctrl-A. */
static void key(u8 byte)
{
	if (con.escaped) {
		con.escaped = false;
		if (byte == 'x' || byte == 'X')
			vm_end(con.vm, END_USER);
		else if (byte == ESCAPE)
			enqueue(byte);
		return;
	}
	/* The escape is for people: a pipe's bytes all go to the guest. */
	if (byte == ESCAPE && raw)
		con.escaped = true;
	else
		enqueue(byte);
}

/* Move what fits from the queue to the UART. */
static void deliver(void)
{
	while (con.in_count && uart_room(con.vm->uart)) {
		u8 byte = con.queue[con.in_head];

		con.in_head = (con.in_head + 1) % IN_BYTES;
		con.in_count--;
		uart_receive(con.vm->uart, byte);
	}
}

static void watch(bool on)
{
	if (on == con.watching)
		return;
	if (on && io_watch(&con.vm->io, &con.in))
		return;
	if (!on)
		io_unwatch(&con.vm->io, &con.in);
	con.watching = on;
}

static void in_ready(void *opaque)
{
	u8 buf[64];
	ssize_t n;

	(void)opaque;
	if (!raw && IN_BYTES - con.in_count < sizeof(buf)) {
		watch(false);	/* until console_more() */
		return;
	}
	n = read(STDIN_FILENO, buf, sizeof(buf));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {		/* the input has ended, the guest goes on */
		watch(false);
		con.in.fd = -1;
		return;
	}
	for (ssize_t i = 0; i < n; i++)
		key(buf[i]);
	deliver();
}

void console_more(struct vm *vm)
{
	if (con.vm != vm)
		return;		/* not yet created */
	deliver();
	if (con.in.fd >= 0)
		watch(true);
}

/* Signals that kill: put the terminal back, then die of the same signal. */
static void on_fatal(int sig)
{
	console_restore();
	signal(sig, SIG_DFL);
	raise(sig);
}

/* Signals that ask: end the VM in order. */
static void on_request(int sig)
{
	vm_end(con.vm, END_SIGNAL + sig);
}

static void on_continue(int sig)
{
	struct termios t = saved;

	(void)sig;
	cfmakeraw(&t);
	if (raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
}

static void handle_signals(void)
{
	static const int fatal[] = {
		SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT,
	};
	static const int request[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_fatal };

	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
		sigaction(fatal[i], &sa, NULL);
	sa.sa_handler = on_request;
	for (size_t i = 0; i < ARRAY_SIZE(request); i++)
		sigaction(request[i], &sa, NULL);
	sa.sa_handler = on_continue;
	sa.sa_flags = SA_RESTART;
	sigaction(SIGCONT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void go_raw(void)
{
	struct termios t;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &saved))
		return;
	t = saved;
	cfmakeraw(&t);
	/* Output stays as it is when it goes elsewhere than to a terminal. */
	if (!tcsetattr(STDIN_FILENO, TCSADRAIN, &t))
		raw = 1;
}

void console_create(struct vm *vm)
{
	con.vm = vm;
	con.in = (struct io_source) { .fd = STDIN_FILENO, .fn = in_ready };
	con.out_timer.fn = out_expired;
	if (io_timer_init(&vm->io, &con.out_timer))
		die("no timer for the console");
	handle_signals();
	atexit(console_restore);
	go_raw();
	/* /dev/null and files cannot be waited for: no input then. */
	watch(true);
	if (!con.watching)
		con.in.fd = -1;
}
