/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the parts of the page-table test. */
#ifndef MOTE_PGTABLE_UNIT_H
#define MOTE_PGTABLE_UNIT_H

#include "shim.h"
#include "npt.h"
#include "pgtable.h"
#include "stage2_format.h"
#include "unit.h"

/* arm64 stage 2: 40 bits, two concatenated root pages, break-before-make */
extern struct mote_pt_format arm64_s2, arm64_s2_fwb;

bool test_stage2_bits(void);
bool test_stage2_roots(void);

/* The NPT format, see pgtable_npt.c */
bool test_npt_random(void);
bool test_npt_random_1g(void);
bool test_npt_random_5_levels(void);
bool test_npt_bits(void);
bool test_npt_entries(void);
bool test_npt_levels(void);
bool test_npt_split(void);

/* Bits that hardware sets in the leaf when a guest writes */
#define EPT_DIRTY_BIT	(1ULL << 9)
#define S2_DIRTY_BIT	(1ULL << 55)

/* IA32_VMX_EPT_VPID_CAP of CPUs with less and less */
#define CAPS_1G	(1ULL << 6 | 1ULL << 14 | 1ULL << 16 | 1ULL << 17)
#define CAPS_2M	(1ULL << 6 | 1ULL << 14 | 1ULL << 16)
#define CAPS_4K	(1ULL << 6 | 1ULL << 14)

/**
 * hw_walk - translate as hardware does, by a walker of its own
 * @gpa: address
 * @level: receives the leaf's level
 *
 * Return: the leaf's entry or NULL.
 */
u64 *hw_walk(const struct mote_pt *pt, gpa_t gpa, unsigned int *level);

/**
 * tables_sound - check what must hold for the tables at any time
 *
 * Counts right, no empty table, leaves only where allowed, none reserved;
 * @spare pages are in use besides those of the tables.
 */
bool tables_sound(const struct mote_pt *pt, unsigned int spare);

/**
 * random_run - random operations on @fmt in a window, against a model
 * @dirty: what hardware sets in the leaf when a guest writes
 */
bool random_run(const struct mote_pt_format *fmt, u64 dirty, gpa_t base, unsigned int pages,
		unsigned int operations);

#endif /* MOTE_PGTABLE_UNIT_H */
