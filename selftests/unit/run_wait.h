/* SPDX-License-Identifier: GPL-2.0-only */
/* The runner's timers in a test, which has no vCPU threads. */
#ifndef RUN_WAIT_H
#define RUN_WAIT_H

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "io.h"

static inline void *run_io_loop(void *io)
{
	io_loop(io);
	return NULL;
}

/** run_wait() - serve timers for @ms milliseconds */
static inline void run_wait(struct io *io, u32 ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };
	pthread_t thread;
	u64 one;

	pthread_create(&thread, NULL, run_io_loop, io);
	nanosleep(&ts, NULL);
	io_stop(io);
	pthread_join(thread, NULL);
	if (read(io->stop, &one, sizeof(one)) != sizeof(one))
		exit(1);
}

#endif
