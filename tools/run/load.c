// SPDX-License-Identifier: GPL-2.0-only
/* Files, and their way into guest memory. */
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
