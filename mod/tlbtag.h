/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: numbers that tell the TLB entries of guests apart: VPID, ASID, VMID.
 *
 * A freed number may have entries left on any CPU.  They cannot be hit: a new
 * owner has run nowhere (mote_vcpu::cpu is -1), and whoever comes to a CPU it
 * did not run on last calls mote_arch_vcpu_flush() there before it enters.
 * So a number is free at once, and nobody is interrupted for it.
 */
#ifndef MOTE_TLBTAG_H
#define MOTE_TLBTAG_H

#include <linux/spinlock.h>
#include <linux/types.h>

/**
 * struct mote_tags - a set of numbers
 * @lock: guards the rest; innermost, interrupts may be on
 * @used: bit n: @first + n has an owner
 * @first: smallest number, not 0
 * @count: how many
 * @next: bit where the search begins: numbers come back as late as possible
 */
struct mote_tags {
	spinlock_t lock;
	unsigned long *used;
	unsigned int first;
	unsigned int count;
	unsigned int next;
};

/**
 * mote_tags_init - all numbers from @first on are free
 * @tags: to set up
 * @first: smallest, at least 1
 * @count: at least 1
 *
 * Return: 0 or -ENOMEM.  Context: sleepable.
 */
int mote_tags_init(struct mote_tags *tags, unsigned int first, unsigned int count);

/** mote_tags_destroy - no number has an owner; harmless when all zero */
void mote_tags_destroy(struct mote_tags *tags);

/**
 * mote_tag_alloc - own a number
 *
 * Return: the number; 0 when none is free.  0 is the host's on all
 * architectures: the caller runs without tag (and with a flush at each entry
 * and exit, which VMX then does itself) or refuses.  Context: any but interrupts.
 */
unsigned int mote_tag_alloc(struct mote_tags *tags);

/** mote_tag_free - give a number back; 0 is ignored */
void mote_tag_free(struct mote_tags *tags, unsigned int tag);

#endif /* MOTE_TLBTAG_H */
