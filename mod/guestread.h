/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: a series of small reads of guest memory, as a walk of page tables makes
 * them.  For all else see memory.h.
 */
#ifndef MOTE_GUESTREAD_H
#define MOTE_GUESTREAD_H

#include <linux/uaccess.h>

#include "memory.h"

/**
 * struct mote_guest_reader - a series of reads of guest memory
 * @mem: whose ranges are held, page faults off
 * @first: first address of the range of the last read
 * @room: so many addresses from @first on have eight bytes of it; 0 at first
 * @hva: where it is in the runner
 * @sleeps: may let go of the ranges and wait for a page
 */
struct mote_guest_reader {
	struct mote_memory *mem;
	gpa_t first;
	u64 room;
	unsigned long hva;
	bool sleeps;
};

/**
 * mote_guest_reader_begin - hold the ranges over several reads
 *
 * Until mote_guest_reader_end() nothing else may be done to guest memory, and nothing
 * else may sleep.  A read that has to wait for a page lets go of them meanwhile.
 * Context: sleepable, current->mm is the VM's.
 */
void mote_guest_reader_begin(struct mote_guest_reader *reader, struct mote_vm *vm);

/**
 * mote_guest_reader_try - the same without sleep
 *
 * Reads of pages that the host does not have there fail.  Return: whether the
 * ranges are held.  Context: preemption may be off, current->mm is the VM's.
 */
bool mote_guest_reader_try(struct mote_guest_reader *reader, struct mote_vm *vm);

/**
 * mote_guest_reader_held - the same by who holds the ranges
 *
 * From here on the hold is the reader's, which lets go of it.
 */
static inline void mote_guest_reader_held(struct mote_guest_reader *reader,
					  struct mote_memory *mem)
{
	pagefault_disable();
	*reader = (struct mote_guest_reader) { .mem = mem };
}

/** mote_guest_reader_end - after the last read */
void mote_guest_reader_end(struct mote_guest_reader *reader);

/**
 * mote_guest_reader_move - to the range that has eight bytes at @gpa
 * Return: whether there is one.
 */
bool mote_guest_reader_move(struct mote_guest_reader *reader, gpa_t gpa);

/**
 * mote_guest_reader_wait - the same where the page is not there
 *
 * Lets go of the ranges, so that what was found before may not hold any more.
 */
int mote_guest_reader_wait(struct mote_guest_reader *reader, gpa_t gpa, u64 *value);

/**
 * mote_guest_reader_u64 - read eight bytes of one range
 * Return: 0 or -EFAULT.
 */
static __always_inline int mote_guest_reader_u64(struct mote_guest_reader *reader, gpa_t gpa,
						 u64 *value)
{
	if (unlikely(gpa - reader->first >= reader->room) && !mote_guest_reader_move(reader, gpa))
		return -EFAULT;
	/* MEM_MAP has made sure that it is user space */
	if (likely(!__get_user(*value, (u64 __user *)(reader->hva + (gpa - reader->first)))))
		return 0;
	return mote_guest_reader_wait(reader, gpa, value);
}

#endif /* MOTE_GUESTREAD_H */
