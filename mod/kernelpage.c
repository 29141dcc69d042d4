// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: a page of the kernel's own in guest memory, over whatever the runner
 * mapped there: hardware that virtualises a device wants one.
 */
#include "arch.h"
#include "mote.h"

/**
 * mote_memory_map_page - let the guest see a kernel page
 * @vcpu: its thread; sleepable, not loaded
 * @gpa: where, page aligned
 * @hpa: the page; stays until mote_memory_unmap_page() or the VM's end
 * @prot: MOTE_ACCESS_*
 *
 * Return: 0 or -ENOMEM.
 */
int mote_memory_map_page(struct mote_vcpu *vcpu, gpa_t gpa, hpa_t hpa, u32 prot)
{
	struct mote_memory *mem = &vcpu->vm->mem;
	unsigned int level = mem->pt.fmt->levels - 1;
	struct mote_pt_cache unlinked = {};
	int r;

	do {
		r = mote_pt_cache_fill(&vcpu->pt_cache, MOTE_PT_MAX_LEVELS);
		if (r)
			return r;
		spin_lock(&mem->pt_lock);
		r = mote_pt_map(&mem->pt, &vcpu->pt_cache, gpa, level, hpa, prot, &unlinked);
		spin_unlock(&mem->pt_lock);
		if (r == MOTE_PT_FLUSH)
			mote_vm_flush(vcpu->vm);
		mote_pt_cache_free(&unlinked);
	} while (r == MOTE_PT_FLUSH);
	return r;
}

/**
 * mote_memory_unmap_page - undo it
 * @vm: the VM; any context that may take mem.pt_lock with interrupts on
 * @gpa: where
 */
void mote_memory_unmap_page(struct mote_vm *vm, gpa_t gpa)
{
	struct mote_memory *mem = &vm->mem;
	struct mote_pt_cache unlinked = {};
	bool flush;

	spin_lock(&mem->pt_lock);
	flush = mote_pt_unmap(&mem->pt, gpa, gpa + PAGE_SIZE - 1, NULL, &unlinked);
	spin_unlock(&mem->pt_lock);
	if (flush)
		mote_vm_flush(vm);
	mote_pt_cache_free(&unlinked);
}
