# SPDX-License-Identifier: GPL-2.0-only
#
# Mends six defects of Bochs 3.0 in the delivery of events; applied to Debian's
# source package with "sed -i -f" over cpu/vmx.cc, vapic.cc, event.cc and cpu.cc.
# Each rule names its proof: bochs.sh refuses to build when the marker
# "mote-edit N" is missing afterwards.

# 1. The descriptor has to be aligned to 64 bytes (SDM volume 3, "VM-Execution
#    Control Fields", posted-interrupt descriptor address), not to a page.
s%! IsValidPageAlignedPhyAddr(vm->pid_addr)%(vm->pid_addr \& 0x3f) || ! IsValidPhyAddr(vm->pid_addr) /* mote-edit 1 */%

# 2. RVI becomes the highest bit found in PIR if that is above RVI (SDM volume
#    3, "Posted-Interrupt Processing").  An empty PIR must leave RVI alone: the
#    search then answers -1, which is no vector.
/vector = BX_CPU_THIS_PTR lapic->highest_priority_int(virr);/{
	s/vector = /int highest = /
	n
	s%if (vector >= vm->rvi) vm->rvi = vector;%if (highest > (int) vm->rvi) vm->rvi = (Bit8u) highest; /* mote-edit 2 */%
}

# 3. A VM exit in the middle of delivering a virtual interrupt has to leave the
#    vector and the type "external interrupt" in the IDT-vectoring information
#    (SDM volume 3, "Information for VM Exits During Event Delivery").
/vm->rvi = vapic_clear_and_find_highest_priority_int(BX_LAPIC_IRR1, vector);/a\
  vm->idt_vector_info = vector | (BX_EXTERNAL_INTERRUPT << 8); /* mote-edit 3 */\
  vm->idt_vector_error_code = 0;

# 4. With external-interrupt exiting, RFLAGS.IF does not block the host's
#    interrupts (SDM volume 3, "Changes to Instruction Behavior in VMX Non-Root
#    Operation", "Event Blocking").  Bochs looks at this only when the guest
#    changes IF: a guest entered with IF clear, from a host with IF clear, kept
#    all interrupts from the host for as long as it ran.
/BX_CPU_THIS_PTR in_vmx_guest = true;/a\
  handleInterruptMaskChange(); /* mote-edit 4 */

# 5. A virtual interrupt waits for RFLAGS.IF (SDM volume 3, "Virtual-Interrupt
#    Delivery").  An interrupt of the host that came while one waited made Bochs
#    deliver it although IF was clear: the guest's kernel deadlocked on a lock
#    that it held.
s%if (is_pending(BX_EVENT_PENDING_VMX_VIRTUAL_INTR)) {%if (is_unmasked_event_pending(BX_EVENT_PENDING_VMX_VIRTUAL_INTR)) { /* mote-edit 5 */%

# 6. With more than one CPU, an exception that was delivered was not committed,
#    as cpu_loop() does it for one.  When the fetch of the handler's first
#    instruction then exited from the guest, the exit went back to the
#    instruction that had faulted, with the frame on the stack already.
/^void BX_CPU_C::cpu_run_trace(void)/{
	n
	a\
  BX_CPU_THIS_PTR prev_rip = RIP; /* mote-edit 6 */\
  BX_CPU_THIS_PTR speculative_rsp = false;\

}
