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

struct mote_aging;
struct mote_guest_reader;
struct mote_mem;
struct mote_vcpu;
struct mote_vm;

/**
 * struct mote_memory - guest memory of a VM
 * @ranges: (R) held for reading while a range is looked at, never over a fault of the
 *	runner's memory; for writing over MAP and UNMAP
 * @tree: ranges by gpa (R)
 * @nr_ranges: how many there are (R)
 * @aging: what reclaim asks, shared by the VMs of the mm; NULL before the first range (R)
 * @has_accessed: hardware says what is used: mote_pt_format::accessed counts (c)
 * @gpa_bits: width of guest physical addresses (c)
 * @pt_lock: (P), never taken with interrupts off
 * @pt: the second stage (P)
 * @overlay: where the kernel has something of its own, a page that no block of the
 *	runner's memory may hide; or MOTE_NO_OVERLAY.  Written under P (a)
 */
struct mote_memory {
	struct rw_semaphore ranges;
	struct rb_root tree;
	unsigned int nr_ranges;
	struct mote_aging *aging;
	bool has_accessed;
	unsigned int gpa_bits;
	spinlock_t pt_lock;
	struct mote_pt pt;
	gpa_t overlay;
};

/* No page begins there */
#define MOTE_NO_OVERLAY	(~0ULL)

#define MOTE_MAX_RANGES	4096

/**
 * enum mote_fault - what became of a second-stage violation
 * @MOTE_FAULT_RETRY: mapped, or a page was in the way of a notifier: enter again
 * @MOTE_FAULT_MMIO: no memory there, or a write to MOTE_MEM_READONLY memory
 * @MOTE_FAULT_ERROR: the backing failed: mote_fault_info::error says how
 * @MOTE_FAULT_SIGNAL: a signal is pending that ended a wait for the page
 * @MOTE_FAULT_SLOW: from mote_memory_fault_fast() only: call mote_memory_fault()
 */
enum mote_fault {
	MOTE_FAULT_RETRY,
	MOTE_FAULT_MMIO,
	MOTE_FAULT_ERROR,
	MOTE_FAULT_SIGNAL,
	MOTE_FAULT_SLOW,
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

/**
 * mote_memory_destroy - remove all ranges, notifiers and tables
 *
 * No vCPU runs, but all must still be there: until the notifiers are removed
 * another thread of the mm may call mote_tlb_wait() from one.  Context:
 * sleepable, any mm, also after the VM's mm is gone.
 */
void mote_memory_destroy(struct mote_vm *vm);

/**
 * mote_memory_map - MEM_MAP
 * @vm: the VM, current->mm is its mm
 * @mem: flags are known
 *
 * Return: 0; -EINVAL: alignment, 0 bytes, wraps, beyond gpa_bits or the user
 * address space; -EEXIST: overlaps a range; -ENOSPC: MOTE_MAX_RANGES there;
 * -ENOMEM; -EINTR: the thread is being killed.
 */
int mote_memory_map(struct mote_vm *vm, const struct mote_mem *mem);

/**
 * mote_memory_unmap - MEM_UNMAP
 *
 * Any part of what is mapped may go; ranges are cut.  The guest cannot use it
 * any more when the call returns.  Return: 0; or with nothing changed -EINVAL;
 * -ENOENT: nothing is mapped there, or there is a hole; -ENOSPC: a cut would
 * make too many ranges; -ENOMEM; -EINTR.
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
 * mote_memory_exit - tell the runner that memory could not be had
 * @vcpu: not loaded
 * @gpa: faulting address
 * @access: MOTE_ACCESS_*
 * @raw: what hardware said
 * @info: of MOTE_FAULT_ERROR
 *
 * Return: MOTE_USER
 */
int mote_memory_exit(struct mote_vcpu *vcpu, gpa_t gpa, u32 access, u64 raw,
		     const struct mote_fault_info *info);

/**
 * mote_memory_fault_fast - the same without sleep, for handlers of exits
 * @vcpu: loaded, interrupts on
 * @gpa: faulting address
 * @access: MOTE_ACCESS_*
 * @reader: NULL, or with MOTE_FAULT_MMIO as after mote_guest_reader_try(): who reads
 *	the instruction, too, need not wait for the ranges twice
 *
 * Maps what the host has there already.  Ends in MOTE_FAULT_SLOW when the page
 * is not present, a table is missing, or a lock or the host's tables are in use.
 *
 * Return: MOTE_FAULT_RETRY, MOTE_FAULT_MMIO or MOTE_FAULT_SLOW.
 */
enum mote_fault mote_memory_fault_fast(struct mote_vcpu *vcpu, gpa_t gpa, u32 access,
				       struct mote_guest_reader *reader);

/** mote_memory_cache_free - the vCPU faults no more: free what it kept for that */
void mote_memory_cache_free(struct mote_vcpu *vcpu);

/* kernelpage.c */
int mote_memory_map_page(struct mote_vcpu *vcpu, gpa_t gpa, hpa_t hpa, u32 prot);
void mote_memory_unmap_page(struct mote_vm *vm, gpa_t gpa);
void mote_memory_overlay(struct mote_vm *vm, gpa_t gpa);

/**
 * mote_memory_piece - where guest memory is in the runner
 * @mem: mem->ranges is held
 * @gpa: first byte
 * @bytes: wanted
 * @write: MOTE_MEM_READONLY memory counts as none
 * @hva: receives the user address of @gpa
 *
 * Return: how many of the bytes lie in one piece there; 0: @gpa is no memory.
 */
size_t mote_memory_piece(struct mote_memory *mem, gpa_t gpa, size_t bytes, bool write,
			 unsigned long *hva);

/**
 * mote_guest_read - copy from guest memory
 *
 * May cross pages and ranges.  Return: 0 or -EFAULT when a byte is no memory.
 * Context: sleepable, current->mm is the VM's.
 */
int mote_guest_read(struct mote_vm *vm, gpa_t gpa, void *to, size_t bytes);

/**
 * mote_guest_write - copy to guest memory
 *
 * As mote_guest_read().  MOTE_MEM_READONLY memory counts as none.  After
 * -EFAULT the first bytes may have been written.
 */
int mote_guest_write(struct mote_vm *vm, gpa_t gpa, const void *from, size_t bytes);

/**
 * mote_guest_cmpxchg64 - atomically set an aligned 64-bit word of guest memory
 *
 * For accessed and dirty bits of guest page tables.  Return: 0 done, 1 the
 * word was not @old, -EFAULT.  Context: as mote_guest_read().
 */
int mote_guest_cmpxchg64(struct mote_vm *vm, gpa_t gpa, u64 old, u64 new);

#endif /* MOTE_MEMORY_H */
