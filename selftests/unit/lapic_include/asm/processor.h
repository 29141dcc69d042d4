/* SPDX-License-Identifier: GPL-2.0-only */
#define X86_CR0_PE	(1UL << 0)
