// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linux' Image (Linux kernel documentation, "Booting AArch64 Linux"), and raw
 * binaries.
 */
#include <endian.h>
#include <string.h>

#include "../load.h"
#include "../machine.h"
#include "map.h"

#define IMAGE_MAGIC		0x644d5241	/* "ARM\x64" */
#define OLD_TEXT_OFFSET		0x80000ULL	/* of kernels before 3.17 */
#define KERNEL_ALIGN		(2 * MIB)
#define INITRD_WINDOW		(32 * GIB)
#define FLAT_OFFSET		0x80000ULL

/* EL1 with SP_EL1; debug, SError, IRQ and FIQ masked */
#define PSTATE_START		0x3c5

/* The first 64 bytes of an Image, little-endian whatever the kernel is */
struct image_header {
	u32 code[2];
	u64 text_offset;
	u64 image_size;
	u64 flags;
	u64 reserved[3];
	u32 magic;
	u32 pe_header;
};

static void start(struct vm *vm, u64 pc, u64 fdt)
{
	const struct mote_reg regs[] = {
		{ MOTE_ARM64_X(0), fdt },
		{ MOTE_ARM64_X(1), 0 },
		{ MOTE_ARM64_X(2), 0 },
		{ MOTE_ARM64_X(3), 0 },
		{ MOTE_ARM64_PC, pc },
		{ MOTE_ARM64_PSTATE, PSTATE_START },
	};

	vcpu_set_regs(&vm->vcpus[0], regs, ARRAY_SIZE(regs));
}

static void load_fdt(struct vm *vm, u64 at)
{
	static u8 blob[FDT_BYTES_MAX] __attribute__((aligned(8)));

	load_bytes(vm, "the device tree", at, blob, fdt_build(vm, blob));
}

/* As close to the start of RAM as the header has it; returns the address */
static u64 load_kernel(struct vm *vm, const struct image *img,
		       const struct image_header *h, struct place *p)
{
	u64 size = le64toh(h->image_size);
	u64 offset = size ? le64toh(h->text_offset) : OLD_TEXT_OFFSET;
	u64 at = RAM_BASE + offset;
	u64 room = size > img->bytes ? size : img->bytes;

	if (offset >= KERNEL_ALIGN)
		die("%s: the header is damaged (text_offset 0x%llx)", img->path, offset);
	if (!vm_mem(vm, at, room) || !place_take(p, at, room))
		die("%s needs %llu MiB: more --mem", img->path, room / MIB + 2);
	load_bytes(vm, img->path, at, img->data, img->bytes);
	return at;
}

static void load_initrd(struct vm *vm, struct place *p)
{
	u64 bytes = vm->opt->mem_bytes;
	struct image img;
	u64 at;

	if (!vm->opt->initrd)
		return;
	image_open(&img, vm->opt->initrd);
	if (bytes > INITRD_WINDOW)
		bytes = INITRD_WINDOW;
	at = place_high(p, img.bytes, PAGE_BYTES, RAM_BASE, RAM_BASE + bytes);
	if (at == PLACE_NONE)
		die("no room for %s (%llu MiB): more --mem", img.path, img.bytes / MIB + 1);
	load_bytes(vm, img.path, at, img.data, img.bytes);
	vm->arch.initrd = at;
	vm->arch.initrd_bytes = img.bytes;
	image_close(&img);
}

static void load_image(struct vm *vm, const struct image *img)
{
	const struct image_header *h = image_at(img, 0, sizeof(*h));
	struct place p = { 0 };
	u64 kernel, fdt;

	if (!h || le32toh(h->magic) != IMAGE_MAGIC)
		die("%s is not an arm64 Linux Image; raw code goes with --flat FILE", img->path);
	kernel = load_kernel(vm, img, h, &p);
	load_initrd(vm, &p);
	/* Behind the kernel, in 2 MiB of its own: it is mapped so */
	fdt = place_low(&p, FDT_BYTES_MAX, KERNEL_ALIGN, kernel,
			RAM_BASE + vm->opt->mem_bytes);
	if (fdt == PLACE_NONE)
		die("no room for the device tree: more --mem");
	load_fdt(vm, fdt);
	start(vm, kernel, fdt);
}

/* The device tree goes below it, where QEMU has it for bare-metal guests. */
static void load_flat(struct vm *vm, const struct image *img)
{
	u64 at = RAM_BASE + FLAT_OFFSET;

	load_bytes(vm, "--flat", at, img->data, img->bytes);
	load_fdt(vm, RAM_BASE);
	start(vm, at, RAM_BASE);
}

void arch_load(struct vm *vm)
{
	struct image img;

	image_open(&img, vm->opt->flat ? vm->opt->flat : vm->opt->kernel);
	if (vm->opt->flat) {
		load_flat(vm, &img);
	} else {
		image_unpack(&img);
		load_image(vm, &img);
	}
	image_close(&img);
}
