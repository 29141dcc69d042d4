/* SPDX-License-Identifier: GPL-2.0-only */
/* mote/svm: flags of svm_enter(), for C and for entry.S */
#ifndef MOTE_SVM_ENTRY_H
#define MOTE_SVM_ENTRY_H

#define SVM_ENTER_SPEC_CTRL	1	/* the two sides' SPEC_CTRL differ */
#define SVM_ENTER_VERW		2	/* clear CPU buffers */

#ifndef __ASSEMBLY__
#include <linux/types.h>

int svm_enter(u64 *regs, u64 guest_pa, u64 host_pa, u32 flags, u32 guest_spec_ctrl,
	      u32 host_spec_ctrl);
#endif

#endif /* MOTE_SVM_ENTRY_H */
