// SPDX-License-Identifier: GPL-2.0-only
/* Guests that several tests use. */
#include "guest.h"

void guest_spin(u64 arg)
{
	static u64 nowhere;
	volatile u64 *count = arg ? (volatile u64 *)(unsigned long)arg : &nowhere;

	for (;;)
		++*count;
}

void guest_sync_loop(u64 arg)
{
	(void)arg;
	for (u64 i = 0; ; i++)
		guest_sync(i);
}

void guest_nothing(u64 arg)
{
	(void)arg;
}

void guest_halt_once(u64 arg)
{
	(void)arg;
	for (;;) {
		guest_sync(1);
		guest_halt();
		guest_sync(2);
	}
}

static void count_up(u64 addr)
{
	for (;;)
		guest_write64(addr, guest_read64(addr) + 1);
}

static u64 obey(const volatile struct robot *r)
{
	u64 sum = 0;

	switch (r->op) {
	case ROBOT_READ:
		return guest_read64(r->addr);
	case ROBOT_WRITE:
		guest_write64(r->addr, r->value);
		return 0;
	case ROBOT_SUM:
		for (u64 i = 0; i < r->count; i++)
			sum += guest_read64(r->addr + i * r->stride);
		return sum;
	case ROBOT_FILL:
		for (u64 i = 0; i < r->count; i++)
			guest_write64(r->addr + i * r->stride, r->value + i);
		return 0;
	case ROBOT_COUNT_UP:
		count_up(r->addr);
		return 0;
	case ROBOT_SPIN:
		for (;;)
			guest_barrier();
	}
	return 0;
}

void guest_robot(u64 arg)
{
	const volatile struct robot *r = (struct robot *)(unsigned long)arg;
	u64 result = 0;

	for (;;) {
		guest_sync(result);
		result = obey(r);
	}
}
