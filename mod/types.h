/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: kinds of addresses.  A gva goes through the guest's tables to a gpa,
 * a gpa through the second stage to an hpa; an hva is where the runner has
 * the same byte.
 */
#ifndef MOTE_TYPES_H
#define MOTE_TYPES_H

#include <linux/types.h>

typedef u64 gva_t;	/* guest virtual (linear) address */
typedef u64 gpa_t;	/* guest physical address */
typedef u64 gfn_t;	/* gpa >> 12 */
typedef u64 hpa_t;	/* host physical address */

#endif /* MOTE_TYPES_H */
