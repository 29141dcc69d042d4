// SPDX-License-Identifier: GPL-2.0-only
/* Recognises what is to be run; the memory map; raw binaries. */
#include "boot.h"

u32 memmap_build(const struct vm *vm, struct memmap_entry e[MEMMAP_MAX])
{
	u64 high = vm->opt->mem_bytes - vm->arch.low_bytes;
	u32 n = 0;

	e[n++] = (struct memmap_entry) { 0, 639 * KIB, MEMMAP_RAM };
	/* The last KiB and the BIOS area, as PC firmware keeps them. */
	e[n++] = (struct memmap_entry) { 639 * KIB, KIB, MEMMAP_RESERVED };
	e[n++] = (struct memmap_entry) { 960 * KIB, 64 * KIB,
					 MEMMAP_RESERVED };
	e[n++] = (struct memmap_entry) { MIB, vm->arch.low_bytes - MIB,
					 MEMMAP_RAM };
	if (high)
		e[n++] = (struct memmap_entry) { 4 * GIB, high, MEMMAP_RAM };
	return n;
}

void load_flat(struct vm *vm, const struct image *img)
{
	u64 addr = vm->opt->arch.flat_addr;

	load_bytes(vm, "--flat", addr, img->data, img->bytes);
	if (addr < MIB)
		cpu_start_real(vm, (u32)addr);
	else
		cpu_start_flat32(vm, (u32)addr, 0, 0);
}

static const struct {
	bool (*is)(const struct image *img);
	void (*load)(struct vm *vm, const struct image *img);
} formats[] = {
	{ is_bzimage, load_bzimage },
	{ is_pvh, load_pvh },
	{ is_multiboot, load_multiboot },
};

void arch_load(struct vm *vm)
{
	struct image img;

	if (vm->opt->flat) {
		image_open(&img, vm->opt->flat);
		load_flat(vm, &img);
		image_close(&img);
		return;
	}
	image_open(&img, vm->opt->kernel);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (formats[i].is(&img)) {
			formats[i].load(vm, &img);
			image_close(&img);
			return;
		}
	}
	die("%s is neither a bzImage nor a multiboot 1 kernel nor an ELF file with a PVH note; raw code goes with --flat FILE@ADDR",
	    img.path);
}
