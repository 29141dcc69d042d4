/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/svm: the format of the nested page tables, for mod/pgtable.c.
 */
#ifndef MOTE_SVM_NPT_H
#define MOTE_SVM_NPT_H

#include "pgtable.h"

/**
 * mote_npt_setup - find the format that the host's CPUs use
 * @la57: the host's CR4.LA57: nested tables have as many levels as the host's
 * @leaf_1g: the CPU has 1 GiB pages
 * @c_bit: address bit that means encrypted memory (SME), set in every entry, or 0
 *
 * Return: the format, which is constant from then on.  Context: module load.
 */
const struct mote_pt_format *mote_npt_setup(bool la57, bool leaf_1g, u64 c_bit);

/** mote_npt_pointer - the VMCB field N_CR3.  @root: hpa of the root table */
u64 mote_npt_pointer(hpa_t root);

#endif /* MOTE_SVM_NPT_H */
