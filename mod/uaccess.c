// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: structures that grow.  Each starts with __u32 size and __u32 flags;
 * size is what the caller was compiled with.
 */
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "mote.h"

/**
 * mote_copy_in - take a sized structure from the caller
 * @to: @known bytes, begins with size and flags
 * @known: sizeof the structure as this kernel knows it
 * @flags: flags that are allowed
 * @from: the caller's
 *
 * A shorter one is padded with zeros.  Return: 0; -EFAULT; -EINVAL: no room
 * for size and flags, over a page, or an unknown flag; -E2BIG: something is
 * set beyond what this kernel knows.
 */
int mote_copy_in(void *to, size_t known, u32 flags, const void __user *from)
{
	u32 *head = to;
	u32 size;
	int r;

	if (get_user(size, (const u32 __user *)from))
		return -EFAULT;
	if (size < 2 * sizeof(u32) || size > PAGE_SIZE)
		return -EINVAL;
	r = copy_struct_from_user(to, known, from, size);
	if (r)
		return r;
	/* The second read may differ from the first: the first one counts */
	head[0] = size;
	return head[1] & ~flags ? -EINVAL : 0;
}

/**
 * mote_copy_out - give it back, as much as the caller knows of it
 * @to: the caller's
 * @from: begins with the size that mote_copy_in() took
 * @known: sizeof the structure as this kernel knows it
 *
 * Return: 0 or -EFAULT.
 */
int mote_copy_out(void __user *to, const void *from, size_t known)
{
	size_t size = *(const u32 *)from;

	return copy_to_user(to, from, min(size, known)) ? -EFAULT : 0;
}
