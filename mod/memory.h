/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: guest memory.  GPA ranges backed by the runner's memory, filled into
 * the second stage when the guest faults, and taken out again when an MMU
 * notifier says that the backing changes.  The only caller of pgtable.h.
 */
#ifndef MOTE_MEMORY_H
#define MOTE_MEMORY_H

#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#include "pgtable.h"
#include "types.h"

struct mote_mem;
struct mote_vcpu;
struct mote_vm;

/**
 * struct mote_memory - guest memory of a VM
 * @ranges: (R) held for reading over a fault, for writing over MAP and UNMAP
 * @tree: ranges by gpa (R)
 * @nr_ranges: how many there are (R)
 * @pt_lock: (P)
 * @pt: the second stage (P)
 */
struct mote_memory {
	struct rw_semaphore ranges;
	struct rb_root tree;
	unsigned int nr_ranges;
	spinlock_t pt_lock;
	struct mote_pt pt;
};

/**
 * enum mote_fault - what became of a second-stage violation
 * @MOTE_FAULT_RETRY: mapped, or a page was in the way of a notifier: enter again
 * @MOTE_FAULT_MMIO: no memory there, or a write to MOTE_MEM_READONLY memory
 * @MOTE_FAULT_ERROR: the backing failed: mote_fault_info::error says how
 * @MOTE_FAULT_SIGNAL: a fatal signal is pending
 */
enum mote_fault {
	MOTE_FAULT_RETRY,
	MOTE_FAULT_MMIO,
	MOTE_FAULT_ERROR,
	MOTE_FAULT_SIGNAL,
};

/**
 * struct mote_fault_info - details of a fault
 * @hva: memory behind the gpa, when there is a range
 * @error: positive errno for MOTE_FAULT_ERROR
 */
struct mote_fault_info {
	u64 hva;
	int error;
};

/**
 * mote_memory_init - an empty guest
 * Return: 0 or -ENOMEM (the root table).
 */
int mote_memory_init(struct mote_vm *vm);

/** mote_memory_destroy - remove all ranges, notifiers and tables; no vCPU runs */
void mote_memory_destroy(struct mote_vm *vm);

/**
 * mote_memory_map - MEM_MAP
 * @vm: the VM, current->mm is its mm
 * @mem: flags are known
 *
 * Return: 0; -EINVAL: alignment, 0 bytes, wraps, beyond gpa_bits or the user
 * address space; -EEXIST: overlaps a range; -ENOSPC: too many ranges; -ENOMEM.
 */
int mote_memory_map(struct mote_vm *vm, const struct mote_mem *mem);

/**
 * mote_memory_unmap - MEM_UNMAP
 *
 * Any part of what is mapped may go; ranges are cut.  The guest cannot use it
 * any more when the call returns.  Return: 0; -EINVAL; -ENOENT: nothing is
 * mapped there, or there is a hole; -ENOMEM: nothing changed.
 */
int mote_memory_unmap(struct mote_vm *vm, const struct mote_mem *mem);

/**
 * mote_memory_fault - second-stage violation
 * @vcpu: its thread; sleepable, not loaded
 * @gpa: faulting address
 * @access: MOTE_ACCESS_*
 * @info: receives details
 */
enum mote_fault mote_memory_fault(struct mote_vcpu *vcpu, gpa_t gpa, u32 access,
				  struct mote_fault_info *info);

/**
 * mote_guest_read - copy from guest memory
 *
 * May cross pages and ranges.  Return: 0 or -EFAULT when a byte is no memory.
 * Context: sleepable, current->mm is the VM's.
 */
int mote_guest_read(struct mote_vm *vm, gpa_t gpa, void *to, size_t bytes);

/** mote_guest_write - copy to guest memory, as mote_guest_read() */
int mote_guest_write(struct mote_vm *vm, gpa_t gpa, const void *from, size_t bytes);

/**
 * mote_guest_cmpxchg64 - atomically set an aligned 64-bit word of guest memory
 *
 * For accessed and dirty bits of guest page tables.  Return: 0 done, 1 the
 * word was not @old, -EFAULT.  Context: as mote_guest_read().
 */
int mote_guest_cmpxchg64(struct mote_vm *vm, gpa_t gpa, u64 old, u64 new);

#endif /* MOTE_MEMORY_H */
