// SPDX-License-Identifier: GPL-2.0-only
/* mote: numbers that tell the TLB entries of guests apart.  See tlbtag.h. */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/slab.h>

#include "tlbtag.h"

int mote_tags_init(struct mote_tags *tags, unsigned int first, unsigned int count)
{
	tags->used = bitmap_zalloc(count, GFP_KERNEL);
	if (!tags->used)
		return -ENOMEM;
	spin_lock_init(&tags->lock);
	tags->first = first;
	tags->count = count;
	tags->next = 0;
	return 0;
}

void mote_tags_destroy(struct mote_tags *tags)
{
	bitmap_free(tags->used);
	tags->used = NULL;
	tags->count = 0;
}

unsigned int mote_tag_alloc(struct mote_tags *tags)
{
	unsigned int n, tag = 0;

	spin_lock(&tags->lock);
	n = find_next_zero_bit(tags->used, tags->count, tags->next);
	if (n >= tags->count)
		n = find_first_zero_bit(tags->used, tags->count);
	if (n < tags->count) {
		__set_bit(n, tags->used);
		tags->next = n + 1;
		tag = tags->first + n;
	}
	spin_unlock(&tags->lock);
	return tag;
}

void mote_tag_free(struct mote_tags *tags, unsigned int tag)
{
	if (!tag)
		return;
	spin_lock(&tags->lock);
	__clear_bit(tag - tags->first, tags->used);
	spin_unlock(&tags->lock);
}
