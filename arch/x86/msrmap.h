/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: bitmaps that say which MSR accesses of the guest exit.
 *
 * Intel and AMD arrange them differently, and mean the same by a set bit.
 */
#ifndef MOTE_X86_MSRMAP_H
#define MOTE_X86_MSRMAP_H

#include <linux/types.h>

#include "mod/mote.h"

/* MSRs in each of the ranges that bitmaps have */
#define X86_MSR_WINDOW	0x2000u

/**
 * struct x86_msr_window - where a bitmap has the bits of a range of MSRs
 * @first: index of the first one
 * @read: bit for RDMSR of the first one
 * @write: bit for its WRMSR
 */
struct x86_msr_window {
	u32 first;
	u32 read;
	u32 write;
};

/**
 * struct x86_msrmap_layout - a maker's bitmap
 * @bytes: of a bitmap, whole pages
 * @stride: bits from one MSR to the next
 * @windows: entries of @window
 * @window: by index
 */
struct x86_msrmap_layout {
	unsigned int bytes;
	unsigned int stride;
	unsigned int windows;
	struct x86_msr_window window[3];
};

/**
 * struct x86_msrmap - the bitmap of a vCPU; all (t)
 * @bits: the pages that hardware reads; a set bit exits
 * @policy: mote_vm_arch::msr_policy that @bits has
 * @stale: build it again before the next session
 */
struct x86_msrmap {
	unsigned long *bits;
	int policy;
	bool stale;
};

/**
 * x86_msrmap_create - a bitmap that is stale
 * Return: 0 or -ENOMEM.  Context: sleepable.
 */
int x86_msrmap_create(struct x86_msrmap *map, const struct x86_msrmap_layout *layout);

/** x86_msrmap_destroy - undo it; harmless when all zero */
void x86_msrmap_destroy(struct x86_msrmap *map, const struct x86_msrmap_layout *layout);

/**
 * x86_msrmap_allow - let the guest's accesses through
 * @map: of the vCPU
 * @layout: its layout
 * @index: MSR; outside of the windows nothing changes
 * @read: RDMSR
 * @write: WRMSR
 */
void x86_msrmap_allow(struct x86_msrmap *map, const struct x86_msrmap_layout *layout, u32 index,
		      bool read, bool write);

/**
 * x86_msrmap_is_stale - whether it has to be built again
 * @vcpu: loaded
 * @map: its bitmap
 */
static inline bool x86_msrmap_is_stale(struct mote_vcpu *vcpu, const struct x86_msrmap *map)
{
	return map->stale || map->policy != atomic_read(&vcpu->vm->arch.msr_policy);
}

/**
 * x86_msrmap_build - all but what the CPU itself switches exits
 * @vcpu: loaded
 * @map: its bitmap
 * @layout: of the bitmap
 * @more: allows what the back end's hardware does beyond that, or NULL
 *
 * The runner's policies have the last word.
 */
void x86_msrmap_build(struct mote_vcpu *vcpu, struct x86_msrmap *map,
		      const struct x86_msrmap_layout *layout,
		      void (*more)(struct mote_vcpu *vcpu));

#endif /* MOTE_X86_MSRMAP_H */
