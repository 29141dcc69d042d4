// SPDX-License-Identifier: GPL-2.0-only
/* Finds room in guest memory beside what a loader has put there. */
#include "load.h"

/* Index of a taken range that overlaps, or -1. */
static int overlap(const struct place *p, u64 start, u64 end)
{
	for (u32 i = 0; i < p->count; i++) {
		if (start < p->used[i].end && p->used[i].start < end)
			return (int)i;
	}
	return -1;
}

bool place_take(struct place *p, u64 start, u64 bytes)
{
	if (start + bytes < start || overlap(p, start, start + bytes) >= 0 ||
	    p->count == PLACE_MAX)
		return false;
	p->used[p->count].start = start;
	p->used[p->count++].end = start + bytes;
	return true;
}

u64 place_low(struct place *p, u64 bytes, u64 align, u64 from, u64 to)
{
	u64 at = (from + align - 1) & ~(align - 1);
	int hit;

	while (at <= to && bytes <= to - at) {
		hit = overlap(p, at, at + bytes);
		if (hit < 0)
			return place_take(p, at, bytes) ? at : PLACE_NONE;
		at = (p->used[hit].end + align - 1) & ~(align - 1);
	}
	return PLACE_NONE;
}

u64 place_high(struct place *p, u64 bytes, u64 align, u64 from, u64 to)
{
	int hit;
	u64 at;

	while (to >= bytes && to - bytes >= from) {
		at = (to - bytes) & ~(align - 1);
		if (at < from)
			break;
		hit = overlap(p, at, at + bytes);
		if (hit < 0)
			return place_take(p, at, bytes) ? at : PLACE_NONE;
		to = p->used[hit].start;
	}
	return PLACE_NONE;
}
