/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: the CPUID instruction, and what its answers mean for control
 * registers (cpuid.c).
 */
#ifndef MOTE_X86_CPUID_H
#define MOTE_X86_CPUID_H

#include "x86.h"

int x86_cpuid_setup(void);
void x86_cpuid_teardown(void);

/**
 * x86_cpuid_inherit - give a new vCPU the table that FEATURES offers
 * @vcpu: not published yet; x86_cpuid_free() undoes it
 *
 * The table is shared, so this costs next to nothing.  Return: 0.
 */
int x86_cpuid_inherit(struct mote_vcpu *vcpu);

/**
 * x86_cpuid_default - the table that FEATURES offers: the host's, less what
 * mote does not virtualise, plus hypervisor leaves
 * @table: receives a kvmalloc()ed array
 *
 * Return: entries or -ENOMEM.
 */
int x86_cpuid_default(struct mote_x86_cpuid **table);

/**
 * x86_cpuid_set - SET_FEATURES: check against the host and make it the vCPU's
 * @vcpu: under vcpu->mutex, not loaded; the caller tells the back end
 * @table: any order
 * @count: entries, at most MOTE_X86_CPUID_MAX
 *
 * The APIC id and OSXSAVE, OSPKE bits in it are ignored: they follow the vCPU.
 * Return: 0, -ENOMEM, -EINVAL: malformed, an entry twice, or a feature bit
 * that FEATURES does not offer; see cpuid_host.c for which registers are free.
 * Context: sleepable.
 */
int x86_cpuid_set(struct mote_vcpu *vcpu, const struct mote_x86_cpuid *table, unsigned int count);
void x86_cpuid_free(struct mote_vcpu *vcpu);

/**
 * x86_cpuid_lookup - what the guest's CPUID instruction gives
 * @vcpu: loaded
 * @leaf: EAX
 * @subleaf: ECX
 * @out: eax, ebx, ecx, edx
 */
void x86_cpuid_lookup(struct mote_vcpu *vcpu, u32 leaf, u32 subleaf, u32 *out);

/**
 * x86_cpuid_constant - the same, if it does not depend on anything else
 * @vcpu: loaded
 * @leaf: EAX
 * @subleaf: ECX
 *
 * Return: the entry with the answer; NULL: x86_cpuid_lookup() has it.
 */
const struct mote_x86_cpuid *x86_cpuid_constant(struct mote_vcpu *vcpu, u32 leaf, u32 subleaf);

/** x86_cr4_allowed - bits of CR4 that the guest's CPUID allows */
u64 x86_cr4_allowed(struct mote_vcpu *vcpu);
/** x86_efer_allowed - bits of EFER that software may set */
u64 x86_efer_allowed(struct mote_vcpu *vcpu);
/** x86_maxphyaddr - width of the guest's physical addresses */
unsigned int x86_maxphyaddr(struct mote_vcpu *vcpu);

#endif /* MOTE_X86_CPUID_H */
