/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: the format of stage-2 tables, for mod/pgtable.c.
 */
#ifndef MOTE_ARM64_STAGE2_FORMAT_H
#define MOTE_ARM64_STAGE2_FORMAT_H

#include "pgtable.h"

/**
 * arm64_s2_format - stage 2 with the 4 KiB granule, from level 1 on
 * @fmt: to fill in
 * @ipa_bits: 31 to 43: what level 1 translates with at most 16 concatenated
 *	root pages (Arm ARM, "Concatenated translation tables")
 * @fwb: for HCR_EL2.FWB = 1, where the encoding of memory types differs
 */
void arm64_s2_format(struct mote_pt_format *fmt, unsigned int ipa_bits, bool fwb);

#endif /* MOTE_ARM64_STAGE2_FORMAT_H */
