/* SPDX-License-Identifier: GPL-2.0-only */
/* What loaders need: files, and room in guest memory. */
#ifndef MOTE_RUN_LOAD_H
#define MOTE_RUN_LOAD_H

#include "run.h"

/**
 * struct image - a file, mapped
 * @path: for messages
 * @data: its bytes
 * @bytes: how many
 */
struct image {
	const char *path;
	const u8 *data;
	u64 bytes;
};

/** image_open() - map a file, or end the program saying why not */
void image_open(struct image *img, const char *path);
void image_close(struct image *img);

/** image_at() - @bytes bytes at @offset, or NULL beyond the end */
const void *image_at(const struct image *img, u64 offset, u64 bytes);

/** load_bytes() - copy into guest RAM; ends the program when it has no room */
void load_bytes(struct vm *vm, const char *what, u64 gpa, const void *data,
		u64 bytes);

/* --- room in guest memory (place.c) --- */

#define PLACE_MAX	64
#define PLACE_NONE	(~0ULL)

/**
 * struct place - which guest memory is taken
 * @count: ranges in use
 * @used: [start, end)
 */
struct place {
	u32 count;
	struct {
		u64 start;
		u64 end;
	} used[PLACE_MAX];
};

/** place_take() - Return: false when it overlaps something or is too many */
bool place_take(struct place *p, u64 start, u64 bytes);

/**
 * place_low() - find and take the lowest room
 * @p: what is taken
 * @bytes: how much
 * @align: power of two
 * @from: not below
 * @to: end not above
 *
 * Return: its address or PLACE_NONE.
 */
u64 place_low(struct place *p, u64 bytes, u64 align, u64 from, u64 to);

/** place_high() - the same from the top down */
u64 place_high(struct place *p, u64 bytes, u64 align, u64 from, u64 to);

#endif
