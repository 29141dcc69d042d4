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
