// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: the kernel's own use of guest memory, through the runner's addresses.
 * See memory.h.
 */
#include <linux/errno.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rwsem.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "guestread.h"
#include "mote.h"

/*
 * Pages that are not there are brought in with mem->ranges let go (see range.h),
 * and may be away again when it is held: so often, before it is called a fault.
 */
#define TRIES	16

/* Return: 0, or -EFAULT: not to be had */
static int bring_in(unsigned long hva, size_t bytes, bool write)
{
	char __user *p = (char __user *)hva;

	if (fatal_signal_pending(current))
		return -EFAULT;
	return (write ? fault_in_safe_writeable(p, bytes) : fault_in_readable(p, bytes)) ?
	       -EFAULT : 0;
}

/* Return: bytes not copied */
static size_t copy_nofault(unsigned long hva, void *buf, size_t bytes, bool write)
{
	size_t left;

	pagefault_disable();
	if (write)
		left = copy_to_user((void __user *)hva, buf, bytes);
	else
		left = copy_from_user(buf, (void __user *)hva, bytes);
	pagefault_enable();
	return left;
}

/* As much as lies in one piece.  Return: how much that is, or -EFAULT */
static ssize_t copy_piece(struct mote_vm *vm, gpa_t gpa, void *buf, size_t bytes, bool write)
{
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		unsigned long hva;
		size_t n, left = 0;

		down_read(&vm->mem.ranges);
		n = mote_memory_piece(&vm->mem, gpa, bytes, write, &hva);
		if (n)
			left = copy_nofault(hva, buf, n, write);
		up_read(&vm->mem.ranges);
		if (!n)
			return -EFAULT;
		if (likely(!left))
			return n;
		if (bring_in(hva, n, write))
			return -EFAULT;
	}
	return -EFAULT;
}

static int copy_guest(struct mote_vm *vm, gpa_t gpa, void *buf, size_t bytes, bool write)
{
	while (bytes) {
		ssize_t n = copy_piece(vm, gpa, buf, bytes, write);

		if (n < 0)
			return n;
		gpa += n;
		buf += n;
		bytes -= n;
	}
	return 0;
}

int mote_guest_read(struct mote_vm *vm, gpa_t gpa, void *to, size_t bytes)
{
	return copy_guest(vm, gpa, to, bytes, false);
}

int mote_guest_write(struct mote_vm *vm, gpa_t gpa, const void *from, size_t bytes)
{
	return copy_guest(vm, gpa, (void *)from, bytes, true);
}

/* ---- a series of reads ---- */

void mote_guest_reader_begin(struct mote_guest_reader *reader, struct mote_vm *vm)
{
	down_read(&vm->mem.ranges);
	mote_guest_reader_held(reader, &vm->mem);
	reader->sleeps = true;
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

/* The ranges may be others when they are held again: look anew */
static int wait_for(struct mote_guest_reader *reader, unsigned long hva)
{
	int err;

	pagefault_enable();
	up_read(&reader->mem->ranges);
	err = bring_in(hva, sizeof(u64), false);
	down_read(&reader->mem->ranges);
	pagefault_disable();
	reader->room = 0;
	return err;
}

int mote_guest_reader_wait(struct mote_guest_reader *reader, gpa_t gpa, u64 *value)
{
	unsigned int i;

	for (i = 0; reader->sleeps && i < TRIES; i++) {
		if (wait_for(reader, reader->hva + (gpa - reader->first)) ||
		    !mote_guest_reader_move(reader, gpa))
			return -EFAULT;
		if (!__get_user(*value, (u64 __user *)reader->hva))
			return 0;
	}
	return -EFAULT;
}

/* ---- page-table entries ---- */

/* The word of a page that stays while it is pinned */
static bool swap_word(struct page *page, unsigned long hva, u64 old, u64 new)
{
	u64 *word = kmap_local_page(page) + offset_in_page(hva);
	bool done = try_cmpxchg64(word, &old, new);

	kunmap_local(word);
	return done;
}

/* Where an aligned word may be written, 0: nowhere */
static unsigned long word_at(struct mote_vm *vm, gpa_t gpa)
{
	unsigned long hva;

	return mote_memory_piece(&vm->mem, gpa, sizeof(u64), true, &hva) ? hva : 0;
}

/*
 * User-space cmpxchg macros differ between architectures and kernels; a pinned
 * page does not.  Pinned, because it is written to: see case 5 in
 * Documentation/core-api/pin_user_pages.rst.  That sleeps; the range may be gone
 * behind it, and then nothing must be written any more.
 */
int mote_guest_cmpxchg64(struct mote_vm *vm, gpa_t gpa, u64 old, u64 new)
{
	unsigned long hva;
	struct page *page;
	bool there, done = false;

	if (gpa & (sizeof(u64) - 1))
		return -EFAULT;
	down_read(&vm->mem.ranges);
	hva = word_at(vm, gpa);
	up_read(&vm->mem.ranges);
	if (!hva || pin_user_pages_fast(hva & PAGE_MASK, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	down_read(&vm->mem.ranges);
	there = word_at(vm, gpa) == hva;
	if (there)
		done = swap_word(page, hva, old, new);
	up_read(&vm->mem.ranges);
	unpin_user_pages_dirty_lock(&page, 1, done);
	return there ? !done : -EFAULT;
}
