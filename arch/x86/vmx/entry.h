/* SPDX-License-Identifier: GPL-2.0-only */
/* mote/vmx: flags of vmx_enter(), for C and for entry.S */
#ifndef MOTE_VMX_ENTRY_H
#define MOTE_VMX_ENTRY_H

#include "../mitigate_rules.h"

/* Besides X86_ENTER_* */
#define VMX_ENTER_RESUME	X86_ENTER_BACKEND	/* VMRESUME, not VMLAUNCH */

#ifndef __ASSEMBLY__
#include <linux/types.h>

int vmx_enter(u64 *regs, u32 flags, unsigned long *host_rsp, u32 guest_spec_ctrl,
	      u32 host_spec_ctrl);
void vmx_call_gate(unsigned long entry);
extern const char vmx_exit[];	/* HOST_RIP */
#endif

#endif /* MOTE_VMX_ENTRY_H */
