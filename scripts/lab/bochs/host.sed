# SPDX-License-Identifier: GPL-2.0-only
#
# 61. A PC that says it is a guest of KVM, without any of KVM's features: where there is
#     no interrupt remapping, Linux takes x2APIC mode there only.  For cpu/proc_ctrl.cc; with
#     MOTE_X2APIC in the emulator's environment.
/^  BX_CPU_THIS_PTR cpuid->get_cpuid_leaf(EAX, ECX, &leaf);/a\
  static const bool x2apic = getenv("MOTE_X2APIC") != NULL; /* mote-edit 61 */\
  if (x2apic \&\& EAX == 1) leaf.ecx |= 1U << 31;\
  if (x2apic \&\& (EAX == 0x40000000 || EAX == 0x40000001)) {\
    bool first = EAX == 0x40000000;\
    leaf.eax = first ? 0x40000001 : 0;\
    leaf.ebx = first ? 0x4b4d564b : 0;\
    leaf.ecx = first ? 0x564b4d56 : 0;\
    leaf.edx = first ? 0x4d : 0;\
  }
