# SPDX-License-Identifier: GPL-2.0-only
#
# What Bochs 3.0 lacks of an Intel processor and a hypervisor can get wrong;
# applied to Debian's source package with "sed -i -f" over cpu/vmx.cc, event.cc,
# msr.cc, cpu.h and init.cc.  Markers as in edits.sed.

# 31. IA32_DEBUGCTL, which Bochs does not have: a register that nothing else looks
#     at.  An entry loads the guest's, an exit stores it and leaves 0 (SDM volume
#     3, "Loading Host Control Registers, Debug Registers, MSRs").
/^  Bit32u sysenter_cs_msr;$/i\
  Bit64u debugctl; /* mote-edit 31 */
/^    BX_CPU_THIS_PTR msr.sysenter_cs_msr  = 0;$/i\
    BX_CPU_THIS_PTR msr.debugctl = 0;
/^    if (! msr_desc\[index\]) return handle_unknown_rdmsr(index, msr);$/i\
    if (index == BX_MSR_DEBUGCTLMSR) {\
      *msr = BX_CPU_THIS_PTR msr.debugctl; /* mote-edit 32 */\
      return true;\
    }
/^    if (! msr_desc\[index\]) return handle_unknown_wrmsr(index, val_64);$/i\
    if (index == BX_MSR_DEBUGCTLMSR) {\
      if (val_64 \& ~BX_CONST64(0xffc7)) return false;\
      BX_CPU_THIS_PTR msr.debugctl = val_64; /* mote-edit 33 */\
      return true;\
    }
/^    BX_CPU_THIS_PTR dr7.set32((guest.dr7 & ~0xc000) | 0x400);$/a\
    BX_CPU_THIS_PTR msr.debugctl = guest.ia32_debugctl_msr; /* mote-edit 34 */
/^  if (vm->vmexit_ctrls1.SAVE_DBG_CTRLS())$/i\
  if (vm->vmexit_ctrls1.SAVE_DBG_CTRLS()) /* mote-edit 35 */\
     VMwrite64(VMCS_64BIT_GUEST_IA32_DEBUGCTL, BX_CPU_THIS_PTR msr.debugctl);
/^  BX_CPU_THIS_PTR dr7.set32(0x00000400);$/a\
  BX_CPU_THIS_PTR msr.debugctl = 0; /* mote-edit 36 */

# 32. In an interrupt shadow, a single-step trap has to be pending exactly when
#     RFLAGS.TF is set and DEBUGCTL.BTF is not (SDM volume 3, "Checks on Guest
#     Non-Register State").  Bochs let any entry pass.
/^  if ((guest.interruptibility_state & BX_VMX_INTERRUPTS_BLOCKED_BY_STI) &&$/i\
  if (guest.interruptibility_state \& 0x3) { /* mote-edit 37 */\
    bool step = (guest.rflags \& EFlagsTFMask) \&\& ! (guest.ia32_debugctl_msr \& 2);\
    if (! (guest.tmpDR6 \& 0x4000) == step) {\
      BX_ERROR(("VMENTER FAIL: VMCS guest single step"));\
      return VMX_VMEXIT_VMENTRY_FAILURE_GUEST_STATE;\
    }\
  }

# 33. Blocking by STI may or may not delay the exit of the NMI window (SDM volume
#     3, "Other Causes of VM Exits"): it does in Bochs, and does not from here on.
/^  if (interrupts_inhibited(BX_INHIBIT_INTERRUPTS) || ! SVM_GIF) {$/i\
#if BX_SUPPORT_VMX\
  if (is_unmasked_event_pending(BX_EVENT_VMX_VIRTUAL_NMI) \&\&\
      ! interrupts_inhibited(BX_INHIBIT_INTERRUPTS_BY_MOVSS)) {\
    VMexit(VMX_VMEXIT_NMI_WINDOW, 0); /* mote-edit 38 */\
  }\
#endif
