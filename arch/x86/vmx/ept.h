/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/vmx: the format of the extended page tables, for mod/pgtable.c.
 */
#ifndef MOTE_VMX_EPT_H
#define MOTE_VMX_EPT_H

#include "pgtable.h"

/**
 * mote_ept_format - the richest format that the CPUs have
 * @caps: IA32_VMX_EPT_VPID_CAP (SDM vol. 3, appendix "VPID and EPT
 *	Capabilities")
 * @exec_small: mote_pt_format::exec_small
 *
 * Return: a constant format with 4 levels and pages of 4 KiB, 2 MiB and 1 GiB
 * as far as there; NULL when 4 levels or write-back memory are missing.
 */
const struct mote_pt_format *mote_ept_format(u64 caps, bool exec_small);

/**
 * mote_ept_pointer - the VMCS field "EPT pointer"
 * @root: hpa of the root table
 * @accessed_dirty: have hardware set the accessed and dirty bits; the CPU must
 *	have them (bit 21 of the capabilities)
 *
 * SDM vol. 3, "Extended-Page-Table Pointer (EPTP)": tables are read write-back,
 * the walk length is given less 1.
 */
u64 mote_ept_pointer(hpa_t root, bool accessed_dirty);

#endif /* MOTE_VMX_EPT_H */
