# SPDX-License-Identifier: GPL-2.0-only
#
# Mends what Bochs 3.0 does otherwise than AMD's manual (APM volume 2, chapter
# "Secure Virtual Machine") says, and completes what it began; as edits.sed, whose
# numbers go on here.  For cpu/svm.cc, flag_ctrl_pro.cc, exception.cc, crregs.cc
# and cpudb/amd/ryzen.cc.

# 7. With V_INTR_MASKING the host's RFLAGS.IF, and not the guest's, says whether
#    the host's interrupts end the guest's run; a virtual interrupt waits for the
#    guest's IF and for V_TPR ("Virtual Interrupts").  Bochs looked at this only
#    when the guest changed IF, from then on let V_TPR rise past a virtual
#    interrupt, and kept all interrupts from a host whose guest had IF clear.
/BX_CPU_THIS_PTR in_svm_guest = true;/a\
  handleInterruptMaskChange(); /* mote-edit 7 */
/^void BX_CPU_C::handleInterruptMaskChange(void)/{
	n
	a\
#if BX_SUPPORT_SVM\
  if (BX_CPU_THIS_PTR in_svm_guest) {\
    const Bit32u host = BX_EVENT_PENDING_INTR | BX_EVENT_PENDING_LAPIC_INTR;\
    if (SVM_V_INTR_MASKING ? (SVM_HOST_IF) != 0 : BX_CPU_THIS_PTR get_IF() != 0)\
      unmask_event(host);\
    else\
      mask_event(host);\
    if (BX_CPU_THIS_PTR get_IF() && (SVM_V_INTR_PRIO > SVM_V_TPR || SVM_V_IGNORE_TPR))\
      unmask_event(BX_EVENT_SVM_VIRQ_PENDING);\
    else\
      mask_event(BX_EVENT_SVM_VIRQ_PENDING);\
    return;\
  }\
#endif
}

# 8. An intercepted #DB leaves DR6 and DR7 in the VMCB as its handler would see
#    them ("Exception Intercepts", "#DB (Debug)"), and an exception that exits
#    leaves the interrupt shadow there ("Interrupt Shadows").
/BX_CPU_THIS_PTR debug_trap = 0; \/\/ clear debug_trap field/{
	i\
  if (vector == BX_DB_EXCEPTION) {\
    BX_CPU_THIS_PTR dr6.val32 = (BX_CPU_THIS_PTR dr6.val32 & 0xffff6ff0) |\
                                (BX_CPU_THIS_PTR debug_trap & 0x0000e00f);\
    BX_CPU_THIS_PTR dr7.set_GD(0);\
  }
	n
	s%BX_CPU_THIS_PTR inhibit_mask = 0;%/* mote-edit 8 */%
}

# 9. The guest's RFLAGS.TF and its interrupt shadow are no matter of the host
#    ("#VMEXIT"): a step over an instruction that exits was a #DB of the host's.
#    A VMRUN that is refused has loaded no guest, and saves none: it left the
#    host's registers in the VMCB.
s/^  SvmExitSaveGuestState();/  if (reason != SVM_VMEXIT_INVALID) SvmExitSaveGuestState(); \/* mote-edit 9 *\//
/mote-edit 9/a\
  BX_CPU_THIS_PTR debug_trap = 0;\
  BX_CPU_THIS_PTR inhibit_mask = 0;\
  clear_event(BX_EVENT_SVM_VIRQ_PENDING);\
  svm_clean_keep(BX_CPU_ID, BX_CPU_THIS_PTR vmcbptr, (void *) BX_CPU_THIS_PTR vmcbhostptr,\
                 reason != SVM_VMEXIT_INVALID);

# 10. EXITINTINFO tells of whatever was being delivered, software interrupts and
#     external ones too ("Exit Interrupt Info"), and not of an earlier event.
/^  BX_CPU_THIS_PTR in_event = true;/a\
#if BX_SUPPORT_SVM\
  if (BX_CPU_THIS_PTR in_svm_guest) { /* mote-edit 10 */\
    SVM_CONTROLS *ctrls = &BX_CPU_THIS_PTR vmcb->ctrls;\
    unsigned kind = type > BX_SOFTWARE_INTERRUPT ? (unsigned) BX_HARDWARE_EXCEPTION : type;\
    ctrls->exitintinfo = vector | (kind << 8) | (push_error ? 1 << 11 : 0);\
    ctrls->exitintinfo_error_code = error_code;\
  }\
#endif

# 11. An injected INT n, INT3 or INTO returns to nRIP where there is one ("Event
#     Injection").
/^  interrupt(vector, type, push_error, error_code);/i\
  if ((type == BX_SOFTWARE_INTERRUPT || type == BX_SOFTWARE_EXCEPTION) &&\
      BX_SUPPORT_SVM_EXTENSION(BX_CPUID_SVM_NRIP_SAVE))\
    RIP = vmcb_read64(SVM_CONTROL64_NRIP); /* mote-edit 11 */

# 12. VMRUN loads CR2 ("VMRUN", "Loading Guest State").
/^  BX_CPU_THIS_PTR cr3 = guest.cr3;/a\
  BX_CPU_THIS_PTR cr2 = guest.cr2; /* mote-edit 12 */

# 13. A MOV CR0 that exits was not executed: EFER.LMA is as before it ("Instruction
#     Intercepts").
/^  vmcb_write64(SVM_GUEST_EFER_MSR, /i\
  BX_CPU_THIS_PTR efer.set_LMA(BX_CPU_THIS_PTR efer.get_LME() &&\
                               BX_CPU_THIS_PTR cr0.get_PG()); /* mote-edit 13 */

# 14. VMRUN refuses long mode without PAE or without protection, and CS with both
#     D and L in long mode only ("Canonicalization and Consistency Checks").
s/if (guest.sregs.BX_SEG_REG_CS..cache.u.segment.d_b && /if (guest.efer.get_LMA() \&\& (! guest.cr4.get_PAE() || ! guest.cr0.get_PE())) return 0; \/* mote-edit 14 *\/\n  if (guest.efer.get_LMA() \&\& guest.sregs[BX_SEG_REG_CS].cache.u.segment.d_b \&\& /

# 40. #VMEXIT ignores EFLAGS.VM, the guest's too, which is on in virtual-8086 mode
#     ("#VMEXIT"): a host in long mode ended the emulator.
/^  BX_CPU_THIS_PTR tsc_offset = 0;/a\
  BX_CPU_THIS_PTR clear_VM(); /* mote-edit 40 */

# 15 to 18. Decode assists, to which only these are missing: the segment of OUTS
#     ("IOIO Intercept Information"), bit 63 for reads as for writes of CRn ("MOV
#     CRx/DRx Intercepts"), and the bytes of the instruction that were fetched, as
#     far as its page goes ("Guest Instruction Bytes").
s%^//       BX_CPUID_SVM_DECODE_ASSIST | // not implemented yet%         BX_CPUID_SVM_DECODE_ASSIST | /* mote-edit 15 */%
/^    Svm_Vmexit(SVM_VMEXIT_IO, /i\
    if ((qualification & SVM_VMEXIT_IO_INSTR_STRING) && /* mote-edit 16 */\
        BX_SUPPORT_SVM_EXTENSION(BX_CPUID_SVM_DECODE_ASSIST))\
      qualification |= (qualification & SVM_VMEXIT_IO_PORTIN ? BX_SEG_REG_ES : i->seg()) << 10;
s%\(SVM_VMEXIT_CR[0-9]_READ, BX_SUPPORT_SVM_EXTENSION(BX_CPUID_SVM_DECODE_ASSIST) ? \)i->dst() : 0%\1BX_SVM_CR_WRITE_MASK | i->dst() : 0 /* mote-edit 17 */%
/^      \/\/ TODO$/c\
      bx_address at = RIP + BX_CPU_THIS_PTR eipPageBias; /* mote-edit 18 */\
      unsigned n = 0;\
      if (BX_CPU_THIS_PTR eipFetchPtr && at < BX_CPU_THIS_PTR eipPageWindowSize)\
        for (; n < 15 && at + n < BX_CPU_THIS_PTR eipPageWindowSize; n++)\
          vmcb_write8(SVM_CONTROL64_GUEST_INSTR_BYTES + 1 + n, BX_CPU_THIS_PTR eipFetchPtr[at + n]);\
      vmcb_write8(SVM_CONTROL64_GUEST_INSTR_BYTES, n);

# 19, 20. Clean bits: clean.h.
s%^//       BX_CPUID_SVM_VMCB_CLEAN_BITS | // not implemented yet%         BX_CPUID_SVM_VMCB_CLEAN_BITS | /* mote-edit 19 */%
/^void BX_CPU_C::set_VMCBPTR/i\
#include "mote_clean.h"\

/^  BX_DEBUG(("VMRUN VMCB ptr: /i\
  svm_clean_use(BX_CPU_ID, pAddr, (Bit8u *) BX_CPU_THIS_PTR vmcbhostptr); /* mote-edit 20 */
