/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: what the host lets a CPUID table say (cpuid_host.c).
 */
#ifndef MOTE_X86_CPUID_HOST_H
#define MOTE_X86_CPUID_HOST_H

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

/** x86_host_maxphyaddr - width of the host's physical addresses, in bits */
unsigned int x86_host_maxphyaddr(void);

/*
 * Rate of the APIC timer before its divider, which is also the "core crystal
 * clock" of CPUID leaf 0x15, in kHz.  A whole part of the TSC's rate.
 */
extern u32 x86_crystal_khz;

#endif /* MOTE_X86_CPUID_HOST_H */
