# SPDX-License-Identifier: GPL-2.0-only
#
# TLBs that remember: tags.h and tags.cc; as svm.sed, with numbers of its own.  For
# cpu/tlb.h, cpu.h, paging.cc, proc_ctrl.cc, vmx.cc and svm.cc.

# 41. A TLB has a set of entries for each tag that it remembers.
/^template <unsigned size>$/i\
#include "mote_tags.h"\

s%^  bx_TLB_entry entry\[size\];%  bx_TLB_entry *entry = set[0]; /* mote-edit 41 */\n  bx_TLB_entry set[TLB_SETS][size];\n  bool splits[TLB_SETS] = {};\n  unsigned now = 0;%
/^  TLB() { flush(); }/a\
\
  BX_CPP_INLINE void use(unsigned n)\
  {\
    splits[now] = split_large;\
    now = n;\
    entry = set[n];\
    split_large = splits[n];\
  }
s%^  TLB<BX_ITLB_SIZE> ITLB BX_CPP_AlignN(32);%&\n  struct tlb_tags tags; /* mote-edit 42 */%

# 43. What a guest or the host drops is its own.
/^void BX_CPU_C::TLB_flush(void)/i\
#include "mote_tags.cc" /* mote-edit 43 */\

s%^  BX_CPU_THIS_PTR DTLB\.\(flush()\|flushNonGlobal()\);%  tlb_own(BX_CPU_THIS, [](auto \&tlb) { tlb.\1; });%
s%^  BX_CPU_THIS_PTR DTLB\.invlpg(laddr);%  tlb_own(BX_CPU_THIS, [laddr](auto \&tlb) { tlb.invlpg(laddr); });%
/^  BX_CPU_THIS_PTR ITLB\.\(flush()\|flushNonGlobal()\|invlpg(laddr)\);/d
s%^  tlbEntry->lpf = lpf | TLB_NoHostPtr;%  tlb_bake(BX_CPU_THIS);\n&%

# 44. Entries and exits go to another set.
/^void BX_CPU_C::handleCpuContextChange(void)/,/^}/ s%^  TLB_flush();%  if (! tlb_switched(BX_CPU_THIS)) TLB_flush(); /* mote-edit 44 */%
/^Bit32u BX_CPU_C::VMenterLoadCheckGuestState/,/^}/ s%^  handleCpuContextChange();%  tlb_enter(BX_CPU_THIS, vm->vmexec_ctrls2.VPID_ENABLE() ? vm->vpid : 0,\n            vm->vmexec_ctrls2.EPT_ENABLE() ? LPFOf(vm->eptptr) : TLB_NO_EPT); /* mote-edit 45 */\n&%
/^void BX_CPU_C::VMexitLoadHostState/,/^}/ s%^  handleCpuContextChange();%  tlb_leave(BX_CPU_THIS); /* mote-edit 46 */\n&%
/^bool BX_CPU_C::SvmEnterLoadCheckGuestState/,/^}/ s%^  handleCpuContextChange();%  tlb_enter(BX_CPU_THIS, vmcb_read32(SVM_CONTROL32_GUEST_ASID), 0); /* mote-edit 47 */\n&%
/^void BX_CPU_C::SvmExitLoadHostState/,/^}/ s%^  handleCpuContextChange();%  tlb_leave(BX_CPU_THIS); /* mote-edit 48 */\n&%

# 49. INVEPT, INVVPID, INVLPGA, TLB_CONTROL.
s%^     TLB_flush(); // Invalidate mappings associated with EPTP.*%     tlb_invept(BX_CPU_THIS, false, LPFOf(inv_eptp.xmm64u(0))); /* mote-edit 49 */%
s%^     TLB_flush(); // Invalidate mappings associated with all EPTPs%     tlb_invept(BX_CPU_THIS, true, 0); /* mote-edit 50 */%
/^void BX_CPP_AttrRegparmN(1) BX_CPU_C::INVVPID/,/^}/ {
	s%^    TLB_flush.*();.*%    tlb_invvpid(BX_CPU_THIS, type, vpid, invvpid_desc.xmm64u(1)); /* mote-edit 51 */%
}
s%^  TLB_invlpg(laddr); // FIXME: flush all ASID entries for now%  tlb_invlpga(BX_CPU_THIS, ECX, laddr); /* mote-edit 52 */%
/^  if (guest_asid == 0) {/i\
  tlb_control(BX_CPU_THIS, vmcb_read8(SVM_CONTROL32_TLB_CONTROL), guest_asid); /* mote-edit 53 */

# 54. Guest-physical addresses.
/^bx_phy_address BX_CPU_C::translate_guest_physical/,/^}/ {
	s%^  Bit32u vmexit_reason = 0;%\
  const bool keep_gpa = ! vm->vmexec_ctrls2.MBE_CTRL() \&\& ! supervisor_shadow_stack \&\&\
                        ! vm->vmexec_ctrls2.SUBPAGE_WR_PROTECT_CTRL();\
  const Bit64u gpa_space = LPFOf(vm->eptptr);\
  bx_phy_address hpa = guest_paddr;\
  if (keep_gpa \&\& tlb_find_gpa(BX_CPU_THIS, gpa_space, \&hpa, rw)) return hpa; /* mote-edit 54 */\
\
&%
	s%^  Bit32u page_offset = %  if (keep_gpa) tlb_keep_gpa(BX_CPU_THIS, gpa_space, guest_paddr, ppf, rw); /* mote-edit 55 */\n&%
	s%^    BX_ERROR(("VMEXIT: EPT .s for guest paddr.*%    tlb_violation(BX_CPU_THIS, gpa_space, guest_paddr, guest_laddr_valid, guest_laddr); /* mote-edit 56 */\n&%
}
/^bx_phy_address BX_CPU_C::nested_walk(/,/^}/ {
	s%^  BX_DEBUG(("Nested walk for guest.*%&\
\
  const Bit64u asid = BX_CPU_THIS_PTR tags.set[BX_CPU_THIS_PTR tags.now].id;\
  bx_phy_address hpa = guest_paddr;\
  if (tlb_find_gpa(BX_CPU_THIS, asid, \&hpa, rw)) return hpa; /* mote-edit 57 */%
	s%^    return nested_walk_\([a-zA-Z_]*\)(\(.*\));%    hpa = nested_walk_\1(\2);%
	s%^}%  tlb_keep_gpa(BX_CPU_THIS, asid, guest_paddr, hpa, rw); /* mote-edit 58 */\n  return hpa;\n&%
}
