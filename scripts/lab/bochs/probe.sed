# SPDX-License-Identifier: GPL-2.0-only
#
# A processor with flaws, for Bochs 3.0: the feature sca_mitigations in the models that
# do not know it, and what tests want to see; as edits.sed, with letters for
# numbers.  For cpu/msr.cc, proc_ctrl.cc and cpudb/{intel/corei7_skylake-x,amd/ryzen}.cc.

# a. Counts, machine checks: probe.h.
/^static MSR_DescriptorPtr\* msr_desc;/i\
#include "mote_probe.h" /* mote-edit a */\

/ BX_CPU_C::rdmsr(Bit32u index, Bit64u \*msr)/{
	n
	a\
  if (is_cpu_extension_supported(BX_ISA_SCA_MITIGATIONS) && /* mote-edit b */\
      mote_rdmsr(BX_CPU_ID, is_cpu_extension_supported(BX_ISA_VMX), index, msr))\
    return true;
}
/ BX_CPU_C::wrmsr(Bit32u index, Bit64u val_64)/{
	n
	a\
  if (is_cpu_extension_supported(BX_ISA_SCA_MITIGATIONS) && /* mote-edit c */\
      mote_wrmsr(BX_CPU_ID, index, val_64))\
    return true;
}
/^    val_64 = GET64_FROM_HI32_LO32(EDX, EAX);/{
	n
	n
	a\
  if (index == MOTE_PROBE && is_cpu_extension_supported(BX_ISA_SCA_MITIGATIONS)) {\
    mote_machine_check(BX_CPU_ID, is_cpu_extension_supported(BX_ISA_VMX), val_64); /* mote-edit d */\
    exception(BX_MC_EXCEPTION, 0);\
  }
}
/^void BX_CPP_AttrRegparmN(1) BX_CPU_C::CPUID/i\
extern void mote_cpuid(unsigned cpu, Bit32u leaf, Bit32u subleaf, Bit32u *out);\

/BX_CPU_THIS_PTR cpuid->get_cpuid_leaf(EAX, ECX, &leaf);/a\
  if (is_cpu_extension_supported(BX_ISA_SCA_MITIGATIONS)) /* mote-edit e */\
    mote_cpuid(BX_CPU_ID, EAX, ECX, &leaf.eax);

# f. MD_CLEAR, IBRS and IBPB, STIBP, L1D_FLUSH, SSBD; not the MSR that says which flaws
#    there are not.
/leaf->ebx = get_std_cpuid_leaf_7_ebx(BX_CPUID_STD7_SUBLEAF0_EBX_ENCHANCED_REP_STRINGS);/a\
    if (is_cpu_extension_supported(BX_ISA_SCA_MITIGATIONS)) { /* mote-edit f */\
      leaf->ecx = 0;\
      leaf->edx = 0x9c000400;\
      break;\
    }

# g. AMD's IBPB and SSBD.
/^  bx_cpuid_t::get_ext_cpuid_leaf_8(leaf);/a\
  if (is_cpu_extension_supported(BX_ISA_SCA_MITIGATIONS)) /* mote-edit g */\
    leaf->ebx |= 1 << 12 | 1 << 24;
