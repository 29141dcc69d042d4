/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in: what inline functions of arm64.h ask for */
#ifndef UNIT_ASM_ESR_H
#define UNIT_ASM_ESR_H

#define ESR_ELx_IL	(1UL << 25)

#endif
