// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: events into the guest, and those that an exit interrupted.
 * SDM vol. 3, "Event Injection" and "Information for VM Exits During Event
 * Delivery".
 */
#include <asm/processor-flags.h>

#include "vmx.h"

/**
 * vmx_windows - exit as soon as the guest can take an interrupt or an NMI
 * @vcpu: entry
 * @intr: an interrupt waits
 * @nmi: an NMI waits
 *
 * Blocking by STI delays the exit of the NMI window on some CPUs and not on others
 * (SDM vol. 3, "Other Causes of VM Exits"), where it would come again and again,
 * before an instruction is executed.  The interrupt window knows that blocking.
 */
void vmx_windows(struct mote_vcpu *vcpu, bool intr, bool nmi)
{
	const u32 both = CPU_BASED_INTR_WINDOW_EXITING | CPU_BASED_NMI_WINDOW_EXITING;
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	u32 bits = intr ? CPU_BASED_INTR_WINDOW_EXITING : 0;

	if (nmi)
		bits |= x86_get(vcpu, X86_SHADOW) & X86_SHADOW_STI ?
			CPU_BASED_INTR_WINDOW_EXITING : CPU_BASED_NMI_WINDOW_EXITING;
	if (likely((vmx->proc & both) == bits))
		return;
	vmx->proc = (vmx->proc & ~both) | bits;
	vmwrite32(CPU_BASED_VM_EXEC_CONTROL, vmx->proc);
}

#define PENDING_DBG_BS	BIT(14)

/**
 * vmx_fix_single_step - BS pending exactly where an entry wants it
 * @vcpu: loaded; shadow, RFLAGS.TF or DEBUGCTL may be other than at the exit
 *
 * In an interrupt shadow that is if each instruction traps; with DEBUGCTL.BTF only
 * branches do (SDM vol. 3, "Checks on Guest Non-Register State").  Whoever ended
 * the shadow has queued the trap.
 */
void vmx_fix_single_step(struct mote_vcpu *vcpu)
{
	unsigned long old = vmreadl(GUEST_PENDING_DBG_EXCEPTIONS);
	unsigned long pending = old & ~PENDING_DBG_BS;

	if (x86_get(vcpu, X86_SHADOW) && (x86_get(vcpu, X86_RFLAGS) & X86_EFLAGS_TF) &&
	    !(vcpu->arch.debugctl & DEBUGCTLMSR_BTF))
		pending |= PENDING_DBG_BS;
	if (pending != old)
		vmwritel(GUEST_PENDING_DBG_EXCEPTIONS, pending);
}

/**
 * vmx_inject - vcpu->arch.event goes in with the entry
 * @vcpu: entry
 */
void vmx_inject(struct mote_vcpu *vcpu)
{
	const struct x86_event *ev = &vcpu->arch.event;
	u32 info = INTR_INFO_VALID_MASK | ev->type << 8 | ev->vector;

	/* Real mode pushes no error codes */
	if (ev->has_error && (x86_get(vcpu, X86_CR0) & X86_CR0_PE)) {
		info |= INTR_INFO_DELIVER_CODE_MASK;
		vmwrite32(VM_ENTRY_EXCEPTION_ERROR_CODE, ev->error_code);
	}
	if (ev->type == X86_EVENT_SOFT_INT || ev->type == X86_EVENT_SOFT_EXC ||
	    ev->type == X86_EVENT_PRIV_SW_EXC)
		vmwrite32(VM_ENTRY_INSTRUCTION_LEN, ev->insn_len);
	vmwrite32(VM_ENTRY_INTR_INFO_FIELD, info);
	if (ev->type == X86_EVENT_NMI)
		vmx_set_nmi_blocked(vcpu, false);
	if (unlikely(x86_get(vcpu, X86_SHADOW)))
		vmx_fix_single_step(vcpu);
}

/**
 * vmx_take_idt_vectoring - the exit came while an event was being delivered
 * @vcpu: loaded, vmx->idt_info is valid
 *
 * The event is delivered again at the next entry, unless the exit is about
 * something that changes it.
 */
void vmx_take_idt_vectoring(struct mote_vcpu *vcpu)
{
	u32 info = to_vmx(vcpu)->idt_info;
	struct x86_event *ev = &vcpu->arch.event;

	*ev = (struct x86_event) {
		.valid = true,
		.type = (info & VECTORING_INFO_TYPE_MASK) >> 8,
		.vector = info & VECTORING_INFO_VECTOR_MASK,
		.has_error = info & VECTORING_INFO_DELIVER_CODE_MASK,
	};
	if (ev->has_error)
		ev->error_code = vmread32(IDT_VECTORING_ERROR_CODE);
	if (ev->type == X86_EVENT_SOFT_INT || ev->type == X86_EVENT_SOFT_EXC ||
	    ev->type == X86_EVENT_PRIV_SW_EXC)
		ev->insn_len = vmread32(VM_EXIT_INSTRUCTION_LEN);
	/* The NMI's delivery had set blocking; its injection does so again */
	if (ev->type == X86_EVENT_NMI)
		vmx_set_nmi_blocked(vcpu, false);
}

bool vmx_nmi_blocked(struct mote_vcpu *vcpu)
{
	return vmread32(GUEST_INTERRUPTIBILITY_INFO) & GUEST_INTR_STATE_NMI;
}

void vmx_set_nmi_blocked(struct mote_vcpu *vcpu, bool blocked)
{
	u32 info = vmread32(GUEST_INTERRUPTIBILITY_INFO);
	u32 want = blocked ? info | GUEST_INTR_STATE_NMI : info & ~(u32)GUEST_INTR_STATE_NMI;

	if (want != info)
		vmwrite32(GUEST_INTERRUPTIBILITY_INFO, want);
}

/** vmx_debug_pending - see x86_backend::debug_pending */
u64 vmx_debug_pending(struct mote_vcpu *vcpu)
{
	return vmreadl(GUEST_PENDING_DBG_EXCEPTIONS) & X86_DEBUG_PENDING;
}

/** vmx_set_debug_pending - see x86_backend::set_debug_pending */
void vmx_set_debug_pending(struct mote_vcpu *vcpu, u64 bits)
{
	vmwritel(GUEST_PENDING_DBG_EXCEPTIONS, bits);
}
