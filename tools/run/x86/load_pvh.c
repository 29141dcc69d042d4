// SPDX-License-Identifier: GPL-2.0-only
/*
 * PVH direct boot (Xen project, "x86/HVM direct boot ABI"): 32-bit flat mode,
 * EBX points to a start info structure.  Linux' vmlinux has the entry.
 */
#include <string.h>

#include "boot.h"

#define START_MAGIC	0x336ec578

/* struct hvm_start_info, version 1 */
struct start_info {
	u32 magic;
	u32 version;
	u32 flags;
	u32 modules;
	u64 modlist;
	u64 cmdline;
	u64 rsdp;
	u64 memmap;
	u32 memmap_entries;
	u32 reserved;
};

/* struct hvm_modlist_entry */
struct start_module {
	u64 addr;
	u64 bytes;
	u64 cmdline;
	u64 reserved;
};

/* struct hvm_memmap_table_entry */
struct start_memmap {
	u64 addr;
	u64 bytes;
	u32 type;
	u32 reserved;
};

/* All that the guest gets besides the kernel, in one piece below 640 KiB */
struct start_page {
	struct start_info info;
	struct start_module module;
	struct start_memmap memmap[MEMMAP_MAX];
};

bool is_pvh(const struct image *img)
{
	u32 entry;

	return elf_pvh_entry(img, &entry);
}

static void load_initrd(struct vm *vm, struct start_page *s, struct place *p)
{
	struct image img;
	u64 at;

	if (!vm->opt->initrd)
		return;
	image_open(&img, vm->opt->initrd);
	at = place_high(p, img.bytes, PAGE_BYTES, MIB, vm->arch.low_bytes);
	if (at == PLACE_NONE)
		die("no room for %s (%llu MiB): more --mem", img.path,
		    img.bytes / MIB + 1);
	load_bytes(vm, img.path, at, img.data, img.bytes);
	s->module.addr = at;
	s->module.bytes = img.bytes;
	s->info.modules = 1;
	image_close(&img);
}

static void fill_memmap(struct vm *vm, struct start_page *s)
{
	struct memmap_entry e[MEMMAP_MAX];
	u32 n = memmap_build(vm, e);

	for (u32 i = 0; i < n; i++) {
		s->memmap[i].addr = e[i].addr;
		s->memmap[i].bytes = e[i].bytes;
		s->memmap[i].type = e[i].type;
	}
	s->info.memmap_entries = n;
}

void load_pvh(struct vm *vm, const struct image *img)
{
	u64 text = strlen(vm->opt->append) + 1, at, cmdline;
	struct start_page s = {
		.info = { .magic = START_MAGIC, .version = 1 },
	};
	struct place p = { 0 };
	u32 entry = 0;

	elf_pvh_entry(img, &entry);
	elf_load(vm, img, &p);
	load_initrd(vm, &s, &p);
	fill_memmap(vm, &s);
	at = place_low(&p, sizeof(s), 16, 0x1000, 0x9f000);
	cmdline = place_low(&p, text, 16, 0x1000, 0x9f000);
	s.info.rsdp = vm->arch.rsdp;
	s.info.memmap = at + offsetof(struct start_page, memmap);
	s.info.modlist = s.info.modules ?
		at + offsetof(struct start_page, module) : 0;
	s.info.cmdline = cmdline;
	load_bytes(vm, "the start info", at, &s, sizeof(s));
	load_bytes(vm, "--append", cmdline, vm->opt->append, text);
	cpu_start_flat32(vm, entry, 0, (u32)at);
}
