// SPDX-License-Identifier: GPL-2.0-only
/* A kernel inside a gzip file, as some distributions have it: zlib unpacks it. */
#include <stdlib.h>
#include <sys/mman.h>
#include <zlib.h>

#include "../load.h"
#include "map.h"

#define UNPACKED_MAX	(1 * GIB)
#define WINDOW_GZIP	(15 + 16)	/* inflateInit2(): gzip, any window */

static bool is_gzip(const struct image *img)
{
	return img->bytes > 18 && img->data[0] == 0x1f && img->data[1] == 0x8b;
}

/* Room is reserved only: what is not written costs nothing. */
static u8 *room(void)
{
	u8 *p = mmap(NULL, UNPACKED_MAX, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		die("no memory to unpack the kernel");
	return p;
}

/* image_close() will unmap what is in use. */
static void give_back(u8 *to, u64 used)
{
	used = (used + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	if (used < UNPACKED_MAX)
		munmap(to + used, UNPACKED_MAX - used);
}

void image_unpack(struct image *img)
{
	z_stream z = { 0 };
	u8 *to;
	int ret;

	if (!is_gzip(img))
		return;
	to = room();
	z.next_in = (u8 *)img->data;
	z.avail_in = (uInt)img->bytes;
	z.next_out = to;
	z.avail_out = UNPACKED_MAX;
	if (inflateInit2(&z, WINDOW_GZIP) != Z_OK)
		die("no memory to unpack the kernel");
	ret = inflate(&z, Z_FINISH);
	if (ret != Z_STREAM_END)
		die("%s: the gzip file is %s", img->path,
		    ret == Z_BUF_ERROR && z.avail_in ? "too large" : "damaged");
	inflateEnd(&z);
	munmap((void *)img->data, img->bytes);
	img->data = to;
	img->bytes = z.total_out;
	give_back(to, img->bytes);
}
