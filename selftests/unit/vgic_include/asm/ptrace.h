/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in: what inline functions of arm64.h ask for */
#ifndef UNIT_ASM_PTRACE_H
#define UNIT_ASM_PTRACE_H

#define PSR_MODE32_BIT	0x00000010UL

#endif
