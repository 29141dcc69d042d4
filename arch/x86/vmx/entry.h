/* SPDX-License-Identifier: GPL-2.0-only */
/* mote/vmx: flags of vmx_enter(), for C and for entry.S */
#ifndef MOTE_VMX_ENTRY_H
#define MOTE_VMX_ENTRY_H

#define VMX_ENTER_RESUME	1	/* VMRESUME, not VMLAUNCH */
#define VMX_ENTER_SPEC_CTRL	2	/* the two sides' IA32_SPEC_CTRL differ */
#define VMX_ENTER_VERW		4	/* clear CPU buffers */

#ifndef __ASSEMBLY__
#include <linux/types.h>

int vmx_enter(u64 *regs, u32 flags, unsigned long *host_rsp, u32 guest_spec_ctrl,
	      u32 host_spec_ctrl);
void vmx_call_gate(unsigned long entry);
extern const char vmx_exit[];	/* HOST_RIP */
#endif

#endif /* MOTE_VMX_ENTRY_H */
