/* SPDX-License-Identifier: GPL-2.0-only */
/* Loaders: put an image into guest memory and set the first vCPU's state. */
#ifndef MOTE_RUN_BOOT_H
#define MOTE_RUN_BOOT_H

#include "../load.h"

/* The formats.  is_*(): does the content look like it? */
bool is_bzimage(const struct image *img);
void load_bzimage(struct vm *vm, const struct image *img);
bool is_pvh(const struct image *img);
void load_pvh(struct vm *vm, const struct image *img);
bool is_multiboot(const struct image *img);
void load_multiboot(struct vm *vm, const struct image *img);
void load_flat(struct vm *vm, const struct image *img);

/* --- the memory map as guests are told it (load.c) --- */

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
