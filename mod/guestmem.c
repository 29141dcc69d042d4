// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: the kernel's own use of guest memory, through the runner's addresses.
 * See memory.h.
 */
#include <linux/errno.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/rwsem.h>
#include <linux/uaccess.h>

#include "guestread.h"
#include "mote.h"

int mote_guest_read(struct mote_vm *vm, gpa_t gpa, void *to, size_t bytes)
{
	unsigned long hva;
	int err = 0;

	down_read(&vm->mem.ranges);
	while (bytes && !err) {
		size_t n = mote_memory_piece(&vm->mem, gpa, bytes, false, &hva);

		if (!n || copy_from_user(to, (void __user *)hva, n))
			err = -EFAULT;
		gpa += n;
		to += n;
		bytes -= n;
	}
	up_read(&vm->mem.ranges);
	return err;
}

void mote_guest_reader_begin(struct mote_guest_reader *reader, struct mote_vm *vm)
{
	down_read(&vm->mem.ranges);
	*reader = (struct mote_guest_reader) { .mem = &vm->mem };
}

bool mote_guest_reader_try(struct mote_guest_reader *reader, struct mote_vm *vm)
{
	if (!down_read_trylock(&vm->mem.ranges))
		return false;
	mote_guest_reader_held(reader, &vm->mem);
	return true;
}

void mote_guest_reader_end(struct mote_guest_reader *reader)
{
	if (reader->nofault)
		pagefault_enable();
	up_read(&reader->mem->ranges);
}

bool mote_guest_reader_move(struct mote_guest_reader *reader, gpa_t gpa)
{
	size_t bytes = mote_memory_piece(reader->mem, gpa, SIZE_MAX, false, &reader->hva);

	reader->first = gpa;
	reader->room = bytes < sizeof(u64) ? 0 : bytes - sizeof(u64) + 1;
	return reader->room;
}

int mote_guest_write(struct mote_vm *vm, gpa_t gpa, const void *from, size_t bytes)
{
	unsigned long hva;
	int err = 0;

	down_read(&vm->mem.ranges);
	while (bytes && !err) {
		size_t n = mote_memory_piece(&vm->mem, gpa, bytes, true, &hva);

		if (!n || copy_to_user((void __user *)hva, from, n))
			err = -EFAULT;
		gpa += n;
		from += n;
		bytes -= n;
	}
	up_read(&vm->mem.ranges);
	return err;
}

/*
 * User-space cmpxchg macros differ between architectures and kernels; a pinned
 * page does not.  Pinned, because it is written to: see case 5 in
 * Documentation/core-api/pin_user_pages.rst.
 */
static int user_cmpxchg64(unsigned long hva, u64 old, u64 new)
{
	struct page *page;
	bool done;
	u64 *word;

	if (pin_user_pages_fast(hva & PAGE_MASK, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	word = kmap_local_page(page) + offset_in_page(hva);
	done = try_cmpxchg64(word, &old, new);
	kunmap_local(word);
	unpin_user_pages_dirty_lock(&page, 1, done);
	return !done;
}

int mote_guest_cmpxchg64(struct mote_vm *vm, gpa_t gpa, u64 old, u64 new)
{
	unsigned long hva;
	int err = -EFAULT;

	if (gpa & (sizeof(u64) - 1))
		return err;
	down_read(&vm->mem.ranges);
	if (mote_memory_piece(&vm->mem, gpa, sizeof(u64), true, &hva))
		err = user_cmpxchg64(hva, old, new);
	up_read(&vm->mem.ranges);
	return err;
}
