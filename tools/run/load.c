// SPDX-License-Identifier: GPL-2.0-only
/* Recognises what is to be run; the memory map; raw binaries. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load.h"

void image_open(struct image *img, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st))
		die("cannot open %s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) || !st.st_size)
		die("%s is not a file with something in it", path);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		die("cannot read %s: %s", path, strerror(errno));
	close(fd);
	img->path = path;
	img->data = p;
	img->bytes = (u64)st.st_size;
}

void image_close(struct image *img)
{
	munmap((void *)img->data, img->bytes);
	img->data = NULL;
}

const void *image_at(const struct image *img, u64 offset, u64 bytes)
{
	if (offset > img->bytes || bytes > img->bytes - offset)
		return NULL;
	return img->data + offset;
}

void load_bytes(struct vm *vm, const char *what, u64 gpa, const void *data,
		u64 bytes)
{
	if (!bytes)
		return;
	if (!vm_mem(vm, gpa, bytes))
		die("%s does not fit into memory at 0x%llx (%llu KiB): more --mem?",
		    what, gpa, bytes / KIB);
	memcpy(vm_mem(vm, gpa, bytes), data, bytes);
}

u32 memmap_build(const struct vm *vm, struct memmap_entry e[MEMMAP_MAX])
{
	u64 high = vm->opt->mem_bytes - vm->low_bytes;
	u32 n = 0;

	e[n++] = (struct memmap_entry) { 0, 639 * KIB, MEMMAP_RAM };
	/* The last KiB and the BIOS area, as PC firmware keeps them. */
	e[n++] = (struct memmap_entry) { 639 * KIB, KIB, MEMMAP_RESERVED };
	e[n++] = (struct memmap_entry) { 960 * KIB, 64 * KIB,
					 MEMMAP_RESERVED };
	e[n++] = (struct memmap_entry) { MIB, vm->low_bytes - MIB,
					 MEMMAP_RAM };
	if (high)
		e[n++] = (struct memmap_entry) { 4 * GIB, high, MEMMAP_RAM };
	return n;
}

void load_flat(struct vm *vm, const struct image *img)
{
	u64 addr = vm->opt->flat_addr;

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

void load(struct vm *vm)
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
