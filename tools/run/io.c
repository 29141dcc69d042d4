// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "io.h"

u64 io_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * NS_PER_SEC + (u64)ts.tv_nsec;
}

static int add(struct io *io, int fd, struct io_source *source)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = source };

	return epoll_ctl(io->epoll, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

int io_init(struct io *io, pthread_mutex_t *lock)
{
	io->lock = lock;
	io->epoll = epoll_create1(EPOLL_CLOEXEC);
	io->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (io->epoll < 0 || io->stop < 0)
		return -errno;
	return add(io, io->stop, NULL);	/* no source: the end */
}

void io_free(struct io *io)
{
	close(io->epoll);
	close(io->stop);
}

int io_watch(struct io *io, struct io_source *source)
{
	return add(io, source->fd, source);
}

void io_unwatch(struct io *io, struct io_source *source)
{
	epoll_ctl(io->epoll, EPOLL_CTL_DEL, source->fd, NULL);
}

static void timer_ready(void *opaque)
{
	struct io_timer *t = opaque;
	u64 times;

	/* Nothing to read: it was set again after it had become ready. */
	if (read(t->source.fd, &times, sizeof(times)) == sizeof(times))
		t->fn(t->opaque, times);
}

int io_timer_init(struct io *io, struct io_timer *t)
{
	t->source.fd = timerfd_create(CLOCK_MONOTONIC,
				      TFD_CLOEXEC | TFD_NONBLOCK);
	if (t->source.fd < 0)
		return -errno;
	t->source.fn = timer_ready;
	t->source.opaque = t;
	return io_watch(io, &t->source);
}

static struct timespec to_timespec(u64 ns)
{
	return (struct timespec) {
		.tv_sec = (time_t)(ns / NS_PER_SEC),
		.tv_nsec = (long)(ns % NS_PER_SEC),
	};
}

void io_timer_set(struct io_timer *t, u64 at, u64 interval)
{
	struct itimerspec its = {
		.it_value = to_timespec(at),
		.it_interval = to_timespec(interval),
	};

	timerfd_settime(t->source.fd, TFD_TIMER_ABSTIME, &its, NULL);
}

void io_loop(struct io *io)
{
	struct epoll_event ev[8];

	for (;;) {
		int n = epoll_wait(io->epoll, ev, (int)ARRAY_SIZE(ev), -1);

		for (int i = 0; i < n; i++) {
			struct io_source *source = ev[i].data.ptr;

			if (!source)
				return;
			pthread_mutex_lock(io->lock);
			source->fn(source->opaque);
			pthread_mutex_unlock(io->lock);
		}
	}
}

void io_stop(struct io *io)
{
	u64 one = 1;
	ssize_t n = write(io->stop, &one, sizeof(one));

	(void)n;	/* full means it is told already */
}
