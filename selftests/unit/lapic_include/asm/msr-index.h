/* SPDX-License-Identifier: GPL-2.0-only */
#define EFER_LMA	(1UL << 10)
