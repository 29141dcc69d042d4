/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: which guest memory is in use, for the host's reclaim.
 *
 * Guests use the runner's memory past the accessed bits of its own tables.  Reclaim
 * asks MMU notifiers, too, but not those on intervals that ranges have, so there
 * is one of the other kind for each address space with VMs, which finds the
 * ranges by hva.  To register it takes all locks of an address space: that is done
 * for the first VM there, and not again for others.
 */
#ifndef MOTE_AGING_H
#define MOTE_AGING_H

struct mote_range;
struct mote_vm;

/**
 * mote_aging_add - reclaim asks about a new range
 * @r: of a VM of current->mm
 *
 * Return: 0, -ENOMEM, -EINTR.  Context: sleepable; takes the mmap_lock.
 */
int mote_aging_add(struct mote_range *r);

/** mote_aging_del - it does not any more; harmless if it never did */
void mote_aging_del(struct mote_range *r);

/** mote_aging_put - of a VM that has no ranges any more.  Any mm, sleepable. */
void mote_aging_put(struct mote_vm *vm);

#endif /* MOTE_AGING_H */
