/* SPDX-License-Identifier: GPL-2.0-only */
/* Loaders: put an image into guest memory and set the first vCPU's state. */
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

/** load() - load what the options name; ends the program when it cannot */
void load(struct vm *vm);

/** image_open() - map a file, or end the program saying why not */
void image_open(struct image *img, const char *path);
void image_close(struct image *img);

/** image_at() - @bytes bytes at @offset, or NULL beyond the end */
const void *image_at(const struct image *img, u64 offset, u64 bytes);

/** load_bytes() - copy into guest RAM; ends the program when it has no room */
void load_bytes(struct vm *vm, const char *what, u64 gpa, const void *data,
		u64 bytes);

/* The formats.  is_*(): does the content look like it? */
bool is_bzimage(const struct image *img);
void load_bzimage(struct vm *vm, const struct image *img);
bool is_pvh(const struct image *img);
void load_pvh(struct vm *vm, const struct image *img);
bool is_multiboot(const struct image *img);
void load_multiboot(struct vm *vm, const struct image *img);
void load_flat(struct vm *vm, const struct image *img);

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

/* --- the memory map as guests are told it (memmap.c) --- */

#define MEMMAP_RAM	1
#define MEMMAP_RESERVED	2
#define MEMMAP_MAX	8

/** struct memmap_entry - in the numbering of e820, PVH and multiboot alike */
struct memmap_entry {
	u64 addr;
	u64 bytes;
	u32 type;
};

/** memmap_build() - Return: entries written, ascending */
u32 memmap_build(const struct vm *vm, struct memmap_entry e[MEMMAP_MAX]);

/* --- ELF (load_elf.c) --- */

bool is_elf(const struct image *img);

/** elf_load() - load all segments at their physical addresses, take room */
void elf_load(struct vm *vm, const struct image *img, struct place *p);

/** elf_entry() - e_entry */
u64 elf_entry(const struct image *img);

/** elf_pvh_entry() - Return: true and *@entry when there is a PVH note */
bool elf_pvh_entry(const struct image *img, u32 *entry);

/* --- registers to start with (cpu_state.c) --- */

/**
 * cpu_start_long() - 64-bit mode, memory mapped 1:1
 * @vm: the VM; page tables and GDT go into its low memory
 * @p: where that room is taken
 * @rip: entry
 * @rsi: first register argument
 */
void cpu_start_long(struct vm *vm, struct place *p, u64 rip, u64 rsi);

/** cpu_start_flat32() - protected mode, no paging, flat segments */
void cpu_start_flat32(struct vm *vm, u32 eip, u32 eax, u32 ebx);

/** cpu_start_real() - real mode, see --help for the registers */
void cpu_start_real(struct vm *vm, u32 addr);

#endif
