/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: between cpuid.c, which answers from a vCPU's table, and
 * cpuid_host.c, which knows what the host lets a table say.
 */
#ifndef MOTE_X86_CPUID_H
#define MOTE_X86_CPUID_H

#include <asm/processor.h>	/* enum cpuid_regs_idx */

#include "x86.h"

/* Leaf 0x40000010: TSC and APIC timer rates in kHz, where guests of other hypervisors look */
#define CPUID_HV_TIMING		0x40000010u
/* The block that says which hypervisor this really is */
#define CPUID_MOTE_SIGNATURE	0x40000100u
#define CPUID_MOTE_FEATURES	0x40000101u

static inline u32 cpuid_entry_reg(const struct mote_x86_cpuid *e, enum cpuid_regs_idx reg)
{
	return (&e->eax)[reg];
}

/**
 * cpuid_host_setup - find out what the host supports
 *
 * After x86_fpu_setup().  Context: module load.
 */
void cpuid_host_setup(void);

/**
 * cpuid_host_default - the table that FEATURES offers
 * @out: room for MOTE_X86_CPUID_MAX entries
 *
 * Return: how many there are; not sorted.
 */
unsigned int cpuid_host_default(struct mote_x86_cpuid *out);

/**
 * cpuid_host_check - whether a guest may be told this
 * @e: well formed
 *
 * Return: 0 or -EINVAL.
 */
int cpuid_host_check(const struct mote_x86_cpuid *e);

#endif /* MOTE_X86_CPUID_H */
