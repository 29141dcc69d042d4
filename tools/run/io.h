/* SPDX-License-Identifier: GPL-2.0-only */
/* The I/O thread: descriptors and timers, one callback at a time. */
#ifndef MOTE_RUN_IO_H
#define MOTE_RUN_IO_H

#include <pthread.h>
#include <types.h>

/**
 * struct io_source - something to wait for
 * @fd: descriptor
 * @fn: called with io::lock held when it is readable
 * @opaque: handed to @fn
 */
struct io_source {
	int fd;
	void (*fn)(void *opaque);
	void *opaque;
};

/**
 * struct io_timer - a timer of a device
 * @source: its timerfd
 * @fn: called with io::lock held; @times: expirations since the last call
 * @opaque: handed to @fn
 */
struct io_timer {
	struct io_source source;
	void (*fn)(void *opaque, u64 times);
	void *opaque;
};

/**
 * struct io - the loop
 * @epoll: what it waits on
 * @stop: eventfd that ends it
 * @lock: held around callbacks
 */
struct io {
	int epoll;
	int stop;
	pthread_mutex_t *lock;
};

#define NS_PER_SEC	1000000000ULL

/** io_now() - CLOCK_MONOTONIC in nanoseconds */
u64 io_now(void);

/** io_init() - Return: 0 or -errno */
int io_init(struct io *io, pthread_mutex_t *lock);

void io_free(struct io *io);

/**
 * io_watch() - wait for a descriptor
 *
 * @source stays in use until io_unwatch().  Return: 0 or -errno; -EPERM for
 * files that are always ready.
 */
int io_watch(struct io *io, struct io_source *source);

void io_unwatch(struct io *io, struct io_source *source);

/** io_timer_init() - fn and opaque are set by the caller; 0 or -errno */
int io_timer_init(struct io *io, struct io_timer *t);

/**
 * io_timer_set() - arm, or stop with @at 0
 * @t: timer
 * @at: when, on the clock of io_now(); a past time fires at once
 * @interval: nanoseconds between further expirations, 0 for none
 */
void io_timer_set(struct io_timer *t, u64 at, u64 interval);

/** io_loop() - serve until io_stop() */
void io_loop(struct io *io);

/** io_stop() - end io_loop(); any thread, also a signal handler */
void io_stop(struct io *io);

#endif
