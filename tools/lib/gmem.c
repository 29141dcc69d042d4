// SPDX-License-Identifier: GPL-2.0-only
/* Guest memory by guest physical address (gpa) and linear address (gva). */
#include <errno.h>
#include <string.h>

#include "libmote.h"

int mote_gmem_add(struct mote_gmem *mem, u64 gpa, u64 bytes, void *hva,
		  u32 flags)
{
	int ret;

	if (mem->count == MOTE_GMEM_RANGES)
		return -ENOSPC;
	if (mem->vm >= 0) {
		ret = mote_mem_map(mem->vm, gpa, bytes, hva, flags);
		if (ret)
			return ret;
	}
	mem->range[mem->count++] = (struct mote_gmem_range) {
		.gpa = gpa, .bytes = bytes, .hva = hva, .flags = flags,
	};
	return 0;
}

static const struct mote_gmem_range *find(const struct mote_gmem *mem, u64 gpa)
{
	for (u32 i = 0; i < mem->count; i++) {
		if (gpa - mem->range[i].gpa < mem->range[i].bytes)
			return &mem->range[i];
	}
	return NULL;
}

/* Where @gpa is and how much of @bytes the range has behind it. */
static u8 *part(const struct mote_gmem *mem, u64 gpa, u32 access, u64 *bytes)
{
	const struct mote_gmem_range *r = find(mem, gpa);
	u64 offset;

	if (!r)
		return NULL;
	if ((access & MOTE_ACCESS_WRITE) && (r->flags & MOTE_MEM_READONLY))
		return NULL;
	offset = gpa - r->gpa;
	if (*bytes > r->bytes - offset)
		*bytes = r->bytes - offset;
	return r->hva + offset;
}

void *mote_gmem_ptr(const struct mote_gmem *mem, u64 gpa, u64 bytes,
		    u32 access)
{
	u64 have = bytes;
	u8 *p = part(mem, gpa, access, &have);

	return p && have == bytes ? p : NULL;
}

int mote_gmem_read(const struct mote_gmem *mem, u64 gpa, void *data, u64 bytes)
{
	u8 *to = data;

	while (bytes) {
		u64 n = bytes;
		const u8 *p = part(mem, gpa, MOTE_ACCESS_READ, &n);

		if (!p)
			return -EFAULT;
		memcpy(to, p, n);
		to += n;
		gpa += n;
		bytes -= n;
	}
	return 0;
}

int mote_gmem_write(const struct mote_gmem *mem, u64 gpa, const void *data,
		    u64 bytes)
{
	const u8 *from = data;

	while (bytes) {
		u64 n = bytes;
		u8 *p = part(mem, gpa, MOTE_ACCESS_WRITE, &n);

		if (!p)
			return -EFAULT;
		memcpy(p, from, n);
		from += n;
		gpa += n;
		bytes -= n;
	}
	return 0;
}

/* Translate @gva; *@bytes is cut to what lies in the same page. */
static int walk(int vcpu, u64 gva, u32 access, u64 *gpa, u64 *bytes)
{
	struct mote_translate t;
	u64 left = 4096 - (gva & 4095);
	int ret = mote_translate(vcpu, gva, access, 0, &t);

	if (ret)
		return ret;
	if (t.status != MOTE_TRANSLATE_OK)
		return -EFAULT;
	*gpa = t.gpa;
	if (*bytes > left)
		*bytes = left;
	return 0;
}

int mote_gva_read(int vcpu, const struct mote_gmem *mem, u64 gva, void *data,
		  u64 bytes, u32 access)
{
	u8 *to = data;

	while (bytes) {
		u64 gpa, n = bytes;
		int ret = walk(vcpu, gva, access, &gpa, &n);

		if (!ret)
			ret = mote_gmem_read(mem, gpa, to, n);
		if (ret)
			return ret;
		to += n;
		gva += n;
		bytes -= n;
	}
	return 0;
}

int mote_gva_write(int vcpu, const struct mote_gmem *mem, u64 gva,
		   const void *data, u64 bytes)
{
	const u8 *from = data;

	while (bytes) {
		u64 gpa, n = bytes;
		int ret = walk(vcpu, gva, MOTE_ACCESS_WRITE, &gpa, &n);

		if (!ret)
			ret = mote_gmem_write(mem, gpa, from, n);
		if (ret)
			return ret;
		from += n;
		gva += n;
		bytes -= n;
	}
	return 0;
}
