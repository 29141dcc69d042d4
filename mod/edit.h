/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: a change of a VM's second stage.
 *
 * All changes but those of a VM that nobody uses any more are made between
 * mote_edit_begin() and mote_edit_end().  The end leaves mem.pt_lock, waits until
 * no CPU uses what went, and only then frees what it was made of: no caller has
 * to think of it.  How, is in tlb.h.
 */
#ifndef MOTE_EDIT_H
#define MOTE_EDIT_H

#include "memory.h"
#include "pgtable.h"

struct mote_vm;

/**
 * struct mote_edit - a change under way
 * @vm: the VM
 * @unlinked: tables that are out of use when all CPUs have flushed
 * @waits: entries went, or may have gone just before: the end has to wait
 */
struct mote_edit {
	struct mote_vm *vm;
	struct mote_pt_cache unlinked;
	bool waits;
};

/**
 * mote_edit_begin - take mem.pt_lock
 * @edit: to be set up
 * @vm: the VM
 *
 * Context: any but interrupts; nothing but pt_lock is taken until the end.
 */
void mote_edit_begin(struct mote_edit *edit, struct mote_vm *vm)
	__acquires(&vm->mem.pt_lock);

/**
 * mote_edit_map - as mote_pt_map()
 * @edit: under way
 * @vcpu: has met what is there now, or lack of it
 * @gpa: see mote_pt_map()
 * @level: see there
 * @hpa: see there
 * @prot: see there
 *
 * Return: 0; -EAGAIN: what was there is out, or old translations may be in use
 * that must not be beside new ones: end, and try again; -ENOMEM: nothing changed,
 * the vCPU's cache lacks pages.
 */
int mote_edit_map(struct mote_edit *edit, struct mote_vcpu *vcpu, gpa_t gpa,
		  unsigned int level, hpa_t hpa, u32 prot);

/**
 * mote_edit_unmap - as mote_pt_unmap()
 * @edit: under way
 * @first: first byte
 * @last: last byte
 * @cache: pages to split blocks with, or NULL
 *
 * When the edit has ended, no CPU uses anything in the range, whoever took it out.
 */
void mote_edit_unmap(struct mote_edit *edit, gpa_t first, gpa_t last,
		     struct mote_pt_cache *cache);

/**
 * mote_edit_pause - let others have mem.pt_lock for a moment
 * @edit: under way
 * @may_sleep: and the CPU
 *
 * Between parts of a long change.  The caller has seen to it that nobody fills
 * in meanwhile what he has taken out.
 */
void mote_edit_pause(struct mote_edit *edit, bool may_sleep);

/** mote_edit_end - leave mem.pt_lock and wait for whoever has to flush */
void mote_edit_end(struct mote_edit *edit) __releases(&edit->vm->mem.pt_lock);

#endif /* MOTE_EDIT_H */
