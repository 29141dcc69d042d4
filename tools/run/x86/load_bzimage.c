// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linux bzImage by the 64-bit boot protocol (Linux kernel documentation,
 * Documentation/arch/x86/boot.rst, "64-bit Boot Protocol").
 */
#include <asm/bootparam.h>
#include <string.h>

#include "boot.h"

#define MAGIC_OFFSET	0x202
#define MAGIC		0x53726448	/* "HdrS" */
#define BOOT_FLAG	0xaa55
#define PROTOCOL_MIN	0x020c		/* 2.12: xloadflags */
#define ENTRY64		0x200		/* from the start of the kernel */
#define LOADER_UNKNOWN	0xff

bool is_bzimage(const struct image *img)
{
	const struct setup_header *h =
		image_at(img, offsetof(struct boot_params, hdr), sizeof(*h));

	return h && h->header == MAGIC && h->boot_flag == BOOT_FLAG;
}

static void check(const struct image *img, const struct setup_header *h)
{
	if (h->version < PROTOCOL_MIN || !(h->xloadflags & XLF_KERNEL_64))
		die("%s has no 64-bit entry (boot protocol %x.%02x): a 64-bit kernel is needed",
		    img->path, h->version >> 8, h->version & 0xff);
}

/*
 * The setup header goes over as the kernel wrote it: from setup_sects to the
 * end that the byte at 0x201 tells; everything else starts as zero.
 */
static void copy_header(struct boot_params *bp, const struct image *img)
{
	u64 from = offsetof(struct boot_params, hdr);
	u64 to = MAGIC_OFFSET + img->data[0x201];

	memset(bp, 0, sizeof(*bp));
	if (to > sizeof(*bp) || !image_at(img, from, to - from))
		die("%s: the setup header is cut off", img->path);
	memcpy((u8 *)bp + from, img->data + from, to - from);
	bp->hdr.type_of_loader = LOADER_UNKNOWN;
	/* Ours to say: the early console may print, nothing else is loaded. */
	bp->hdr.loadflags &= (u8)~(QUIET_FLAG | CAN_USE_HEAP);
}

static u64 load_kernel(struct vm *vm, const struct image *img,
		       const struct setup_header *h, struct place *p)
{
	u64 setup = (h->setup_sects ? h->setup_sects + 1 : 5) * 512ULL;
	u64 bytes = img->bytes > setup ? img->bytes - setup : 0;
	u64 room = h->init_size > bytes ? h->init_size : bytes;
	u64 align = h->kernel_alignment ? h->kernel_alignment : 2 * MIB;
	u64 at = h->pref_address;

	if (!bytes)
		die("%s is cut off", img->path);
	if (!vm_mem(vm, at, room) || !place_take(p, at, room))
		at = h->relocatable_kernel ?
			place_low(p, room, align, MIB, vm->arch.low_bytes) :
			PLACE_NONE;
	if (at == PLACE_NONE)
		die("%s needs %llu MiB: more --mem", img->path,
		    room / MIB + 1);
	load_bytes(vm, img->path, at, img->data + setup, bytes);
	return at;
}

static void load_initrd(struct vm *vm, struct boot_params *bp,
			struct place *p)
{
	u64 top = (u64)bp->hdr.initrd_addr_max + 1;
	struct image img;
	u64 at;

	if (!vm->opt->initrd)
		return;
	image_open(&img, vm->opt->initrd);
	if (top > vm->arch.low_bytes)
		top = vm->arch.low_bytes;
	at = place_high(p, img.bytes, PAGE_BYTES, MIB, top);
	if (at == PLACE_NONE)
		die("no room for %s (%llu MiB): more --mem", img.path,
		    img.bytes / MIB + 1);
	load_bytes(vm, img.path, at, img.data, img.bytes);
	bp->hdr.ramdisk_image = (u32)at;
	bp->hdr.ramdisk_size = (u32)img.bytes;
	image_close(&img);
}

static void load_cmdline(struct vm *vm, struct boot_params *bp,
			 struct place *p)
{
	u64 bytes = strlen(vm->opt->append) + 1;
	u64 at = place_low(p, bytes, 16, 0x1000, 0x9f000);

	if (bytes - 1 > bp->hdr.cmdline_size || at == PLACE_NONE)
		die("--append is longer than the %u bytes this kernel takes",
		    bp->hdr.cmdline_size);
	load_bytes(vm, "--append", at, vm->opt->append, bytes);
	bp->hdr.cmd_line_ptr = (u32)at;
}

static void fill_e820(struct vm *vm, struct boot_params *bp)
{
	struct memmap_entry e[MEMMAP_MAX];
	u32 n = memmap_build(vm, e);

	for (u32 i = 0; i < n; i++) {
		bp->e820_table[i].addr = e[i].addr;
		bp->e820_table[i].size = e[i].bytes;
		bp->e820_table[i].type = e[i].type;
	}
	bp->e820_entries = (u8)n;
}

void load_bzimage(struct vm *vm, const struct image *img)
{
	static struct boot_params bp;
	struct place p = { 0 };
	u64 kernel, at;

	copy_header(&bp, img);
	check(img, &bp.hdr);
	kernel = load_kernel(vm, img, &bp.hdr, &p);
	load_initrd(vm, &bp, &p);
	load_cmdline(vm, &bp, &p);
	fill_e820(vm, &bp);
	bp.acpi_rsdp_addr = vm->arch.rsdp;
	at = place_low(&p, sizeof(bp), PAGE_BYTES, 0x1000, 0x9f000);
	load_bytes(vm, "the boot parameters", at, &bp, sizeof(bp));
	cpu_start_long(vm, &p, kernel + ENTRY64, at);
}
