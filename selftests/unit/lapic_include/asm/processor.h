/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MOTE_UNIT_ASM_PROCESSOR_H
#define MOTE_UNIT_ASM_PROCESSOR_H

#define X86_CR0_PE	(1UL << 0)

enum cpuid_regs_idx { CPUID_EAX, CPUID_EBX, CPUID_ECX, CPUID_EDX };

#endif
