// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multiboot 1 kernels (Multiboot Specification 0.6.96): ELF, or raw with the
 * addresses in the header.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"

#define HEADER_MAGIC	0x1badb002
#define HEADER_SEARCH	8192
#define BOOT_MAGIC	0x2badb002

#define WANT_UNKNOWN	0x0000fff8	/* must-have bits we do not know */
#define WANT_VIDEO	(1u << 2)
#define HAS_ADDRESSES	(1u << 16)

/* Information flags: what of struct info is valid */
#define INFO_MEMORY	(1u << 0)
#define INFO_CMDLINE	(1u << 2)
#define INFO_MODULES	(1u << 3)
#define INFO_MEMMAP	(1u << 6)
#define INFO_LOADER	(1u << 9)

struct header {
	u32 magic;
	u32 flags;
	u32 checksum;
	u32 header_addr;
	u32 load_addr;
	u32 load_end_addr;
	u32 bss_end_addr;
	u32 entry_addr;
};

struct info {
	u32 flags;
	u32 mem_lower, mem_upper;	/* KiB */
	u32 boot_device;
	u32 cmdline;
	u32 mods_count, mods_addr;
	u32 syms[4];
	u32 mmap_length, mmap_addr;
	u32 drives_length, drives_addr;
	u32 config_table;
	u32 boot_loader_name;
	u32 apm_table;
};

struct module {
	u32 start, end, string, reserved;
};

/* size does not count itself */
struct mmap_entry {
	u32 size;
	u64 addr;
	u64 bytes;
	u32 type;
} __attribute__((packed));

/* Everything that goes into the block of information, in one piece */
struct block {
	struct info info;
	struct module modules[MODULES_MAX];
	struct mmap_entry mmap[MEMMAP_MAX];
	char loader[12];
	char strings[];
};

/* Offset of the header in the file, or -1. */
static s64 find_header(const struct image *img)
{
	const struct header *h;

	for (u64 at = 0; at < HEADER_SEARCH; at += 4) {
		h = image_at(img, at, 12);
		if (h && h->magic == HEADER_MAGIC &&
		    !(h->magic + h->flags + h->checksum))
			return (s64)at;
	}
	return -1;
}

bool is_multiboot(const struct image *img)
{
	return find_header(img) >= 0;
}

/* The "a.out kludge": where the file goes stands in the header itself. */
static u32 load_raw(struct vm *vm, const struct image *img, u64 at,
		    struct place *p)
{
	const struct header *h = image_at(img, at, sizeof(*h));
	u64 skip, bytes, room;

	if (!h || h->header_addr < h->load_addr ||
	    h->header_addr - h->load_addr > at)
		die("%s: the multiboot header's addresses make no sense",
		    img->path);
	skip = at - (h->header_addr - h->load_addr);
	bytes = img->bytes - skip;
	if (h->load_end_addr)
		bytes = h->load_end_addr - h->load_addr;
	room = bytes;
	if (h->bss_end_addr > h->load_addr + bytes)
		room = h->bss_end_addr - h->load_addr;
	if (!image_at(img, skip, bytes) || !vm_mem(vm, h->load_addr, room))
		die("%s does not fit at 0x%x: more --mem?", img->path,
		    h->load_addr);
	place_take(p, h->load_addr, room);
	load_bytes(vm, img->path, h->load_addr, img->data + skip, bytes);
	return h->entry_addr;
}

static u32 load_image(struct vm *vm, const struct image *img, struct place *p)
{
	s64 at = find_header(img);
	const struct header *h = image_at(img, (u64)at, 12);

	if (h->flags & (WANT_UNKNOWN | WANT_VIDEO))
		die("%s asks the boot loader for features 0x%x: only module alignment and the memory map are here",
		    img->path, h->flags & 0xffff);
	if (h->flags & HAS_ADDRESSES)
		return load_raw(vm, img, (u64)at, p);
	if (!is_elf(img))
		die("%s has a multiboot header but neither addresses in it nor ELF segments",
		    img->path);
	elf_load(vm, img, p);
	return (u32)elf_entry(img);
}

/* Modules stand on pages of their own behind the kernel. */
static void load_modules(struct vm *vm, struct block *b, struct place *p)
{
	for (u32 i = 0; i < vm->opt->arch.module_count; i++) {
		char *path = strdup(vm->opt->arch.modules[i]);
		struct image img;
		u64 at, top = 0;

		path[strcspn(path, " ")] = 0;
		image_open(&img, path);
		for (u32 k = 0; k < p->count; k++)
			top = p->used[k].end > top ? p->used[k].end : top;
		at = place_low(p, img.bytes, PAGE_BYTES, top > MIB ? top : MIB,
			       vm->arch.low_bytes);
		if (at == PLACE_NONE)
			die("no room for the module %s: more --mem", path);
		load_bytes(vm, path, at, img.data, img.bytes);
		b->modules[i].start = (u32)at;
		b->modules[i].end = (u32)(at + img.bytes);
		image_close(&img);
		free(path);
	}
}

static void fill_memory(struct vm *vm, struct block *b, u32 gpa)
{
	struct memmap_entry e[MEMMAP_MAX];
	u32 n = memmap_build(vm, e);

	for (u32 i = 0; i < n; i++) {
		b->mmap[i] = (struct mmap_entry) {
			.size = sizeof(struct mmap_entry) - 4,
			.addr = e[i].addr,
			.bytes = e[i].bytes,
			.type = e[i].type,
		};
	}
	b->info.mmap_addr = gpa + offsetof(struct block, mmap);
	b->info.mmap_length = n * (u32)sizeof(struct mmap_entry);
	b->info.mem_lower = 639;
	b->info.mem_upper = (u32)((vm->arch.low_bytes - MIB) / KIB);
}

/* Append a string to the block; returns its guest address. */
static u32 add_string(struct block *b, u32 gpa, u64 *used, const char *text)
{
	u32 at = gpa + (u32)(offsetof(struct block, strings) + *used);

	strcpy(b->strings + *used, text);
	*used += strlen(text) + 1;
	return at;
}

/* As GRUB and QEMU do, the first word of a command line names the file. */
static char *command_line(const struct vm *vm)
{
	char *text;

	if (asprintf(&text, "%s%s%s", vm->opt->kernel,
		     vm->opt->append[0] ? " " : "", vm->opt->append) < 0)
		die("out of memory");
	return text;
}

static u64 block_bytes(const struct vm *vm, const char *cmdline)
{
	u64 bytes = sizeof(struct block) + strlen(cmdline) + 1;

	for (u32 i = 0; i < vm->opt->arch.module_count; i++)
		bytes += strlen(vm->opt->arch.modules[i]) + 1;
	return bytes;
}

static void fill_block(struct vm *vm, struct block *b, u32 gpa,
		       const char *cmdline)
{
	u64 used = 0;

	b->info.flags = INFO_MEMORY | INFO_CMDLINE | INFO_MODULES |
			INFO_MEMMAP | INFO_LOADER;
	fill_memory(vm, b, gpa);
	strcpy(b->loader, "mote-run");
	b->info.boot_loader_name = gpa + offsetof(struct block, loader);
	b->info.cmdline = add_string(b, gpa, &used, cmdline);
	b->info.mods_count = vm->opt->arch.module_count;
	b->info.mods_addr = gpa + offsetof(struct block, modules);
	for (u32 i = 0; i < vm->opt->arch.module_count; i++)
		b->modules[i].string = add_string(b, gpa, &used,
						  vm->opt->arch.modules[i]);
}

void load_multiboot(struct vm *vm, const struct image *img)
{
	char *cmdline = command_line(vm);
	u64 bytes = block_bytes(vm, cmdline), gpa;
	struct block *b = calloc(1, bytes);
	struct place p = { 0 };
	u32 entry;

	if (!b)
		die("out of memory");
	if (vm->opt->initrd)
		die("a multiboot kernel takes --module, not --initrd");
	entry = load_image(vm, img, &p);
	load_modules(vm, b, &p);
	/* Below 640 KiB but not in page 0, which guests like to unmap. */
	gpa = place_low(&p, bytes, 16, 0x9000, 0x9f000);
	if (gpa == PLACE_NONE)
		gpa = place_high(&p, bytes, 16, MIB, vm->arch.low_bytes);
	if (gpa == PLACE_NONE)
		die("no room for the multiboot information: more --mem");
	fill_block(vm, b, (u32)gpa, cmdline);
	load_bytes(vm, "multiboot information", gpa, b, bytes);
	free(b);
	free(cmdline);
	cpu_start_flat32(vm, entry, BOOT_MAGIC, (u32)gpa);
}
