/* SPDX-License-Identifier: GPL-2.0-only */
/* mote/svm: entry.S, for C */
#ifndef MOTE_SVM_ENTRY_H
#define MOTE_SVM_ENTRY_H

#include <linux/types.h>

int svm_enter(u64 *regs, u64 guest_pa, u64 host_pa, u32 flags, u32 guest_spec_ctrl,
	      u32 host_spec_ctrl);

#endif /* MOTE_SVM_ENTRY_H */
