// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: a page of the kernel's own in guest memory, over whatever the runner
 * mapped there: hardware that virtualises a device wants one.
 */
#include <linux/errno.h>

#include "arch.h"
#include "edit.h"
#include "mote.h"

/**
 * mote_memory_map_page - let the guest see a kernel page
 * @vcpu: its thread; sleepable, not loaded
 * @gpa: where, page aligned; mote_memory_overlay() has been there
 * @hpa: the page; stays until mote_memory_unmap_page() or the VM's end
 * @prot: MOTE_ACCESS_*
 *
 * Return: 0 or -ENOMEM.
 */
int mote_memory_map_page(struct mote_vcpu *vcpu, gpa_t gpa, hpa_t hpa, u32 prot)
{
	unsigned int level = vcpu->vm->mem.pt.fmt->levels - 1;
	struct mote_edit edit;
	int r;

	do {
		r = mote_pt_cache_fill(&vcpu->pt_cache, MOTE_PT_MAX_LEVELS);
		if (r)
			return r;
		mote_edit_begin(&edit, vcpu->vm);
		r = mote_edit_map(&edit, vcpu, gpa, level, hpa, prot);
		mote_edit_end(&edit);
	} while (r == -EAGAIN);
	return r;
}

/**
 * mote_memory_unmap_page - undo it
 * @vm: the VM; any context that may take mem.pt_lock with interrupts on
 * @gpa: where
 */
void mote_memory_unmap_page(struct mote_vm *vm, gpa_t gpa)
{
	struct mote_edit edit;

	mote_edit_begin(&edit, vm);
	mote_edit_unmap(&edit, gpa, gpa + PAGE_SIZE - 1, NULL);
	mote_edit_end(&edit);
}

/**
 * mote_memory_overlay - a page whose accesses must come to the kernel
 * @vm: the VM; context as mote_memory_unmap_page()
 * @gpa: where, page aligned
 *
 * From now on no block of the runner's memory covers it, so that it stays a page
 * of its own: mapped with mote_memory_map_page(), or not at all, whatever the
 * guest touches beside it.  One for a VM: where it was before is as all memory.
 */
void mote_memory_overlay(struct mote_vm *vm, gpa_t gpa)
{
	struct mote_edit edit;

	mote_edit_begin(&edit, vm);
	WRITE_ONCE(vm->mem.overlay, gpa);
	/* A fault that saw the old value finds this page in its way, or waits for the lock */
	mote_edit_unmap(&edit, gpa, gpa + PAGE_SIZE - 1, NULL);
	mote_edit_end(&edit);
}
