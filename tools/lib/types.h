/* SPDX-License-Identifier: GPL-2.0-only */
/* Short integer names, as the kernel spells them. */
#ifndef MOTE_TYPES_H
#define MOTE_TYPES_H

#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#endif
