/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: who may still use an old translation.
 *
 * Two questions, each asked in one place:
 *
 *   Who waits?  Whoever took something from the second stage must not go on (the
 *   host frees the page, another page takes its place) while some CPU can still use
 *   it.  mote_tlb::gen counts such changes, raised under mem.pt_lock with the
 *   change itself.  mote_tlb::done says up to which of them no CPU is behind.
 *   So it does not matter who made a change: a thread that came for a page and
 *   found it gone waits for the generation that it read under the lock, and
 *   with that for everybody who took anything out before.
 *
 *   Who flushes?  A CPU does, before it enters.  A table per CPU says whose
 *   entries are in its TLB under a tag (VPID, ASID, VMID): of which VM, of
 *   which vCPU, from which generation.  What it does not say is foreign, and
 *   is dropped: a vCPU that comes from another CPU, one that shares its tag with
 *   another one, a tag that had another owner, a collision in the table.
 *
 * The order that makes it right: the entering side stores MOTE_IN_GUEST, has a
 * full barrier, then reads @gen (mote_tlb_enter() in mote.h).  The other side changes the
 * tables, raises @gen, has a full barrier, then reads the mode.  One of the two
 * sees the other: either the vCPU flushes, or it is interrupted and waited for.
 */
#ifndef MOTE_TLB_H
#define MOTE_TLB_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

struct mote_vcpu;
struct mote_vm;

/**
 * enum mote_flush - what of a CPU's TLB is stale
 * @MOTE_FLUSH_VCPU: what comes from the guest's own tables (linear and combined
 *	mappings; stage 1) under the vCPU's tag
 * @MOTE_FLUSH_VM: the second stage of the VM too, and what was combined with it
 */
enum mote_flush {
	MOTE_FLUSH_VCPU,
	MOTE_FLUSH_VM,
};

/**
 * struct mote_tlb - of a VM
 * @serial: of the VM; no other one ever has it (c)
 * @gen: counts what was taken out of the second stage or weakened there; raised
 *	under P, read anywhere (a)
 * @done: no CPU uses anything that went up to this generation (a)
 */
struct mote_tlb {
	u64 serial;
	atomic64_t gen;
	atomic64_t done;
};

/**
 * struct mote_vcpu_tlb - of a vCPU
 * @serial: no other vCPU ever has it, nor this one before its translations
 *	changed their meaning (t)
 * @tag: number under which they are in TLBs; vCPUs may share it (c)
 * @upgraded: the second stage as well, see mote_tlb_upgraded() (t)
 */
struct mote_vcpu_tlb {
	u64 serial;
	u32 tag;
	bool upgraded;
};

/**
 * struct mote_tlb_owner - whose entries a CPU has under a tag
 * @vm: mote_tlb::serial, 0: nobody's
 * @vcpu: mote_vcpu_tlb::serial
 * @gen: mote_tlb::gen at the last flush
 */
struct mote_tlb_owner {
	u64 vm;
	u64 vcpu;
	s64 gen;
};

/* A power of two: tags that are so far apart take each other's place */
#define MOTE_TLB_OWNERS	64

/* By tag modulo MOTE_TLB_OWNERS; touched by the CPU itself, interrupts off */
DECLARE_PER_CPU(struct mote_tlb_owner, mote_tlb_owners[MOTE_TLB_OWNERS]);

/** mote_tlb_init - of a new VM: no CPU has anything of it */
void mote_tlb_init(struct mote_vm *vm);

/** mote_tlb_changed - something was taken out or weakened.  P is held. */
void mote_tlb_changed(struct mote_vm *vm);

/**
 * mote_tlb_wait - until no CPU uses what went up to a generation
 * @vm: the VM
 * @gen: of mote_tlb::gen, read under P
 *
 * Interrupts the CPUs that are in this VM's guest now, no others.  Context:
 * interrupts are on; preemption may be off, spinlocks may be held but for P.
 */
void mote_tlb_wait(struct mote_vm *vm, s64 gen);

/**
 * mote_tlb_vcpu_changed - what the guest's own translations mean has changed
 * @vcpu: its thread, also while the vCPU is being made
 *
 * Not by the guest, whose instructions hardware sees: paging registers set from
 * outside or for the guest, memory of the kernel's own in its way.  Also when
 * the vCPU comes to a CPU where it was before, if the guest's own flushes
 * reach only the CPU that executes them (x86).
 */
void mote_tlb_vcpu_changed(struct mote_vcpu *vcpu);

/**
 * mote_tlb_upgraded - the second stage allows what it did not before
 * @vcpu: met the old entry, its thread
 *
 * For formats with mote_pt_format::flush_upgrade.  Each CPU that still has the
 * old entry faults as well and so comes here by itself.
 */
void mote_tlb_upgraded(struct mote_vcpu *vcpu);

/**
 * mote_tlb_forget - nothing is known of this CPU's TLB
 *
 * Its virtualization was just turned on, or another hypervisor was here.
 * Context: on the CPU, interrupts off.
 */
void mote_tlb_forget(void);

/**
 * mote_tlb_flush - the entry has something to drop
 * @vcpu: about to enter, see mote_tlb_enter()
 * @owner: of its tag, on this CPU
 */
void mote_tlb_flush(struct mote_vcpu *vcpu, struct mote_tlb_owner *owner);

/**
 * mote_tlb_not_flushed - the entry that was to flush did not take place
 * @vcpu: on the CPU, interrupts off since mote_arch_vcpu_flush()
 *
 * For those whose flush is part of the entry.
 */
void mote_tlb_not_flushed(struct mote_vcpu *vcpu);

#endif /* MOTE_TLB_H */
