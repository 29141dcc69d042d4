// SPDX-License-Identifier: GPL-2.0-only
/* ELF images of both classes, and Linux' and other kernels' PVH entry. */
#include <elf.h>
#include <string.h>

#include "boot.h"

/* Xen's note with the 32-bit physical entry point */
#define NOTE_OWNER		"Xen"
#define NOTE_PHYS32_ENTRY	18

/**
 * struct segment - a program header, whichever class it came in
 */
struct segment {
	u32 type;
	u64 offset, paddr, filesz, memsz, align;
};

bool is_elf(const struct image *img)
{
	const u8 *ident = image_at(img, 0, sizeof(Elf32_Ehdr));

	return ident && !memcmp(ident, ELFMAG, SELFMAG) &&
	       ident[EI_DATA] == ELFDATA2LSB;
}

static bool is_64(const struct image *img)
{
	return img->data[EI_CLASS] == ELFCLASS64 &&
	       img->bytes >= sizeof(Elf64_Ehdr);
}

static u32 segment_count(const struct image *img)
{
	if (is_64(img))
		return ((const Elf64_Ehdr *)img->data)->e_phnum;
	return ((const Elf32_Ehdr *)img->data)->e_phnum;
}

static struct segment segment64(const struct image *img, u32 i)
{
	const Elf64_Ehdr *e = (const Elf64_Ehdr *)img->data;
	const void *at = image_at(img, e->e_phoff + (u64)i * e->e_phentsize,
				  sizeof(Elf64_Phdr));
	Elf64_Phdr h = { 0 };

	if (at)
		memcpy(&h, at, sizeof(h));
	return (struct segment) { h.p_type, h.p_offset, h.p_paddr, h.p_filesz,
				  h.p_memsz, h.p_align };
}

static struct segment segment32(const struct image *img, u32 i)
{
	const Elf32_Ehdr *e = (const Elf32_Ehdr *)img->data;
	const void *at = image_at(img, e->e_phoff + (u64)i * e->e_phentsize,
				  sizeof(Elf32_Phdr));
	Elf32_Phdr h = { 0 };

	if (at)
		memcpy(&h, at, sizeof(h));
	return (struct segment) { h.p_type, h.p_offset, h.p_paddr, h.p_filesz,
				  h.p_memsz, h.p_align };
}

/* A header beyond the end of the file comes back as PT_NULL. */
static struct segment segment(const struct image *img, u32 i)
{
	return is_64(img) ? segment64(img, i) : segment32(img, i);
}

u64 elf_entry(const struct image *img)
{
	if (is_64(img))
		return ((const Elf64_Ehdr *)img->data)->e_entry;
	return ((const Elf32_Ehdr *)img->data)->e_entry;
}

/* Guest memory is fresh: what lies beyond filesz is zero already. */
static void load_segment(struct vm *vm, const struct image *img,
			 const struct segment *s, struct place *p)
{
	const void *data = image_at(img, s->offset, s->filesz);

	if (!data || s->filesz > s->memsz)
		die("%s: a segment is cut off", img->path);
	if (!vm_mem(vm, s->paddr, s->memsz))
		die("%s wants memory at 0x%llx, %llu KiB: more --mem?",
		    img->path, s->paddr, s->memsz / KIB);
	if (!place_take(p, s->paddr, s->memsz))
		die("%s: segments overlap at 0x%llx", img->path, s->paddr);
	load_bytes(vm, img->path, s->paddr, data, s->filesz);
}

void elf_load(struct vm *vm, const struct image *img, struct place *p)
{
	u32 count = segment_count(img), loaded = 0;

	for (u32 i = 0; i < count; i++) {
		struct segment s = segment(img, i);

		if (s.type != PT_LOAD || !s.memsz)
			continue;
		load_segment(vm, img, &s, p);
		loaded++;
	}
	if (!loaded)
		die("%s has nothing to load: is it a kernel, and linked?",
		    img->path);
}

static u64 round_up(u64 v, u64 align)
{
	return (v + align - 1) & ~(align - 1);
}

/* One note segment: header, name, descriptor, each padded. */
static bool find_note(const struct image *img, const struct segment *s,
		      u32 *entry)
{
	u64 align = s->align == 8 ? 8 : 4, at = 0;

	while (at + sizeof(Elf32_Nhdr) <= s->filesz) {
		const Elf32_Nhdr *n = image_at(img, s->offset + at,
					       sizeof(*n));
		u64 name, desc;
		const void *owner, *value;

		if (!n)
			return false;
		name = at + sizeof(*n);
		desc = round_up(name + n->n_namesz, align);
		owner = image_at(img, s->offset + name, n->n_namesz);
		value = image_at(img, s->offset + desc, n->n_descsz);
		if (owner && value && n->n_type == NOTE_PHYS32_ENTRY &&
		    n->n_namesz == sizeof(NOTE_OWNER) && n->n_descsz >= 4 &&
		    !memcmp(owner, NOTE_OWNER, sizeof(NOTE_OWNER))) {
			memcpy(entry, value, sizeof(*entry));
			return true;
		}
		at = round_up(desc + n->n_descsz, align);
	}
	return false;
}

bool elf_pvh_entry(const struct image *img, u32 *entry)
{
	if (!is_elf(img))
		return false;
	for (u32 i = 0; i < segment_count(img); i++) {
		struct segment s = segment(img, i);

		if (s.type == PT_NOTE && find_note(img, &s, entry))
			return true;
	}
	return false;
}
