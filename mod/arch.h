/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: what an architecture provides to the neutral core.
 *
 * A port is written from this page.  Contexts: "sleepable" is process context
 * with nothing held but what is named; "loaded" is between
 * mote_arch_vcpu_load() and mote_arch_vcpu_put(), preemption off; "entry" is
 * loaded with interrupts off.  All vCPU hooks run under vcpu->mutex.
 *
 * When state is looked at.  Whatever mote keeps of the host, or gives to hardware
 * for the guest, is of one of three kinds, and the kernel-doc of the structure
 * that has it says which:
 *
 * (entry)	An interrupt, an IPI or another thread can change it while a session
 *		lasts.  Looked at in mote_arch_vcpu_enter(), interrupts off.
 * (session)	Nobody but this thread can, as preemption is off.  Looked at in
 *		mote_arch_vcpu_prepare(), given back in mote_arch_vcpu_put().  What others
 *		change for a vCPU (policies, its interrupt controller) is of this kind
 *		too if they ask with MOTE_REQ_PREPARE: the session ends then.
 * (cpu)	It is the same as long as the vCPU stays on a CPU that stays up.  Looked
 *		at in mote_arch_vcpu_load() when the CPU is another one.
 *
 * Who flushes and who waits is in tlb.h, and all changes of a second stage go
 * through edit.h: no hook has to think of either.
 *
 * The hooks are plain functions with the same name on every architecture, so
 * a missing one fails at link time.  x86 forwards those that differ between
 * Intel and AMD through struct x86_backend.
 */
#ifndef MOTE_ARCH_H
#define MOTE_ARCH_H

#include <linux/types.h>

#include "tlb.h"

struct mote_exit;
struct mote_features;
struct mote_info;
struct mote_inject;
struct mote_irq;
struct mote_irqchip;
struct mote_policy;
struct mote_pt_format;
struct mote_translate;
struct mote_vcpu;
struct mote_vm;

/* ---- module and CPUs ---- */

/**
 * mote_arch_init - find a back end and what it can do
 *
 * All hardware requirements are checked here, each refusal logged in one line
 * with what, why and the cure.
 *
 * Return: 0; -EOPNOTSUPP or -ENODEV: not on this CPU; -EBUSY: taken by
 * another hypervisor; -ENOMEM.  Context: sleepable, module load.
 */
int mote_arch_init(void);

/** mote_arch_exit - undo mote_arch_init().  No VM exists. */
void mote_arch_exit(void);

/**
 * mote_arch_cpu_enable - take this CPU's virtualization hardware
 *
 * Return: 0 or -EBUSY when another hypervisor holds it, -EIO when the hardware
 * refuses.  Context: on the CPU, interrupts off, not enabled.
 */
int mote_arch_cpu_enable(void);

/**
 * mote_arch_cpu_disable - give it back, with all vCPU state written out
 *
 * Context: on the CPU, interrupts off, enabled; also from panic.
 */
void mote_arch_cpu_disable(void);

/**
 * mote_arch_suspend - the host is about to sleep
 *
 * With mote_arch_resume(), also while there is no VM.  Context: one CPU is up,
 * interrupts off.
 */
void mote_arch_suspend(void);

/** mote_arch_resume - it is back, before mote_arch_cpu_enable().  Context: the same. */
void mote_arch_resume(void);

/**
 * mote_arch_probe_busy - whether another hypervisor holds this CPU now
 *
 * Return: 0 or -EBUSY.  Context: on the CPU, interrupts off, not enabled.
 */
int mote_arch_probe_busy(void);

/** mote_arch_busy_reason - who holds it and what to do, for INFO and the log */
const char *mote_arch_busy_reason(void);

/**
 * mote_arch_info - fill in back end, features, gpa_bits and time_hz
 * @info: zeroed; the core fills in the rest
 */
void mote_arch_info(struct mote_info *info);

/**
 * mote_arch_features - the table FEATURES offers
 * @table: receives a kvmalloc()ed array of entries, for kvfree()
 * @entry_size: receives the size of one
 *
 * Return: number of entries or -ENOMEM.  Context: sleepable.
 */
int mote_arch_features(void **table, size_t *entry_size);

/** mote_arch_feature_size - sizeof one entry of FEATURES and SET_FEATURES */
size_t mote_arch_feature_size(void);

/** mote_arch_pt_format - the second stage's table format; constant */
const struct mote_pt_format *mote_arch_pt_format(void);

/* ---- VMs ---- */

/**
 * mote_arch_vm_init - set up vm->arch; memory is set up already
 * Return: 0 or -ENOMEM.  Context: sleepable.
 */
int mote_arch_vm_init(struct mote_vm *vm);

/** mote_arch_vm_destroy - after the last vCPU.  Context: sleepable. */
void mote_arch_vm_destroy(struct mote_vm *vm);

/**
 * mote_arch_vm_irqchip - IRQCHIP
 * Return: 0, -EINVAL.  Context: sleepable, vm->lock held, no vCPU yet.
 */
int mote_arch_vm_irqchip(struct mote_vm *vm, const struct mote_irqchip *chip);

/**
 * mote_arch_vm_irq - IRQ: deliver to the in-kernel controllers
 *
 * Also while vCPUs run or are made.  Return: 0, -EINVAL bad message, -ENODEV
 * without an irqchip.  Context: any, hard interrupts too; the caller keeps the VM
 * from going away.
 */
int mote_arch_vm_irq(struct mote_vm *vm, const struct mote_irq *irq);

/**
 * mote_arch_policy_check - whether a policy makes sense here
 *
 * Return: 0; -EINVAL: range or access out of the space; -EOPNOTSUPP: the
 * action is not safe or not there for this range.  Context: sleepable.
 */
int mote_arch_policy_check(struct mote_vm *vm, const struct mote_policy *p);

/**
 * mote_arch_policy_changed - refresh what hardware keeps of the policies
 *
 * For example MSR and I/O bitmaps.  The core has every vCPU end its session
 * afterwards.  Context: sleepable, vm->lock held.
 */
void mote_arch_policy_changed(struct mote_vm *vm);

/* ---- vCPUs ---- */

/**
 * mote_arch_vcpu_init - set up vcpu->arch in the architecture's reset state
 * Return: 0, -ENOMEM, -ENOSPC (no TLB tag).  Context: sleepable, vm->lock held.
 */
int mote_arch_vcpu_init(struct mote_vcpu *vcpu);

/**
 * mote_arch_vcpu_destroy - undo it; the state may still sit on another CPU
 * Context: sleepable.
 */
void mote_arch_vcpu_destroy(struct mote_vcpu *vcpu);

/**
 * mote_arch_vcpu_load - make this CPU the one with the vCPU's state
 *
 * Preemption is off.  Cheap when the vCPU was here last.  What is "per CPU" is
 * read here, when it was not, see above.  Where the guest's own flushes reach only
 * the CPU that executes them, mote_tlb_vcpu_changed() is called then.
 */
void mote_arch_vcpu_load(struct mote_vcpu *vcpu);

/**
 * mote_arch_vcpu_put - give the CPU back to the host
 *
 * What entering left behind (FPU, MSRs, segments) is the host's again.
 * Context: loaded.
 */
void mote_arch_vcpu_put(struct mote_vcpu *vcpu);

/**
 * mote_arch_vcpu_prepare - before a series of entries: FPU and lazy MSRs
 *
 * What is "per session" is read here, see above.  Called again before the next
 * entry after MOTE_REQ_PREPARE.  Context: loaded, interrupts on.
 */
void mote_arch_vcpu_prepare(struct mote_vcpu *vcpu);

/**
 * mote_arch_vcpu_sync - last look at events before the entry
 *
 * Chooses what to inject.  Return: MOTE_RESUME to enter, MOTE_AGAIN while the
 * guest is halted, MOTE_SLOW when something has to sleep first, MOTE_USER when
 * it has made an exit instead.  Context: entry, mode is MOTE_IN_GUEST.
 */
int mote_arch_vcpu_sync(struct mote_vcpu *vcpu);

/**
 * mote_arch_vcpu_flush - drop what this CPU's TLB has under the vCPU's tag
 * @what: enum mote_flush: how much of it
 *
 * Right before the entry.  When is the core's to know, see tlb.h.  Context: entry.
 */
void mote_arch_vcpu_flush(struct mote_vcpu *vcpu, enum mote_flush what);

/**
 * mote_arch_vcpu_enter - the world switch
 *
 * Returns after the guest's exit with interrupts still off and the host's state
 * back.  The host's own interrupt, if one caused the exit, has been taken, or is
 * pending and will be as soon as they are on.
 * mote_guest_mode_enter() and mote_guest_mode_exit() stand right around the switch
 * itself.  What is "per entry" is read here, see above.
 * Context: entry.
 */
void mote_arch_vcpu_enter(struct mote_vcpu *vcpu);

/**
 * mote_arch_vcpu_handle_exit - what to do about the exit
 *
 * Second-stage violations ask mote_memory_fault_fast() first, and go to the slow
 * part only with MOTE_FAULT_SLOW.
 *
 * Return: enum mote_result or -errno.  Context: loaded, interrupts on.
 */
int mote_arch_vcpu_handle_exit(struct mote_vcpu *vcpu);

/**
 * mote_arch_vcpu_handle_slow - the part of it that sleeps
 * Return: enum mote_result but MOTE_SLOW, or -errno.  Context: sleepable, not loaded.
 */
int mote_arch_vcpu_handle_slow(struct mote_vcpu *vcpu);

/**
 * mote_arch_vcpu_complete - take the runner's answer to vcpu->pending
 *
 * Finishes the instruction that exited, from the run page.  Return: 0 or
 * -EINVAL when the answer makes no sense (the access stays pending).
 * Context: loaded, interrupts on.
 */
int mote_arch_vcpu_complete(struct mote_vcpu *vcpu);

/**
 * mote_arch_vcpu_set_run_regs - take mote_run::regs
 * Return: 0 or -EINVAL, nothing changed.  Context: loaded.
 */
int mote_arch_vcpu_set_run_regs(struct mote_vcpu *vcpu);

/**
 * mote_arch_vcpu_runnable - false while the guest is halted with nothing to do
 * Called with the task's state set to sleep: must not sleep itself.
 * Context: vcpu->mutex, not loaded.
 */
bool mote_arch_vcpu_runnable(struct mote_vcpu *vcpu);

/** mote_arch_vcpu_pc - the program counter.  Context: loaded, or just after an exit. */
u64 mote_arch_vcpu_pc(struct mote_vcpu *vcpu);

/* ---- state ---- */

/* GET_REGS and SET_REGS go through mote_arch_reg_classes[], see regs.h */

/**
 * mote_arch_reg_list - ids of all registers of the vCPU, in restore order
 * @ids: room for @room ids, or NULL
 * @room: 0 to count
 *
 * Return: how many there are.  Context: sleepable.
 */
unsigned int mote_arch_reg_list(struct mote_vcpu *vcpu, u64 *ids, unsigned int room);

/**
 * mote_arch_set_features - what the guest's CPU claims
 * @table: @count entries, owned by the caller
 * Return: 0, -EINVAL: malformed or claims what cannot be.  Context: sleepable.
 */
int mote_arch_set_features(struct mote_vcpu *vcpu, const void *table, unsigned int count);

/**
 * mote_arch_inject - INJECT
 * Return: 0, -EINVAL, -EAGAIN while one of its kind is pending.  Context: loaded.
 */
int mote_arch_inject(struct mote_vcpu *vcpu, const struct mote_inject *inject);

/**
 * mote_arch_translate - walk the guest's page tables
 * Context: sleepable, not loaded.
 */
void mote_arch_translate(struct mote_vcpu *vcpu, struct mote_translate *tr);

/**
 * mote_arch_dump - hardware state as text
 * @buf: receives NUL-terminated text, cut at @room
 * Return: length of the whole text without the NUL.  Context: loaded.
 */
size_t mote_arch_dump(struct mote_vcpu *vcpu, char *buf, size_t room);

#endif /* MOTE_ARCH_H */
