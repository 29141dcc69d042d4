// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: the VMCS as text.
 */
#include "../dump.h"
#include "vmx.h"

struct field {
	const char *name;
	u16 field;
};

#define F(name) { #name, name }

static const struct field guest_fields[] = {
	F(GUEST_RIP), F(GUEST_RSP), F(GUEST_RFLAGS), F(GUEST_CR0), F(CR0_READ_SHADOW),
	F(CR0_GUEST_HOST_MASK), F(GUEST_CR3), F(GUEST_CR4), F(CR4_READ_SHADOW),
	F(CR4_GUEST_HOST_MASK), F(GUEST_IA32_EFER), F(GUEST_IA32_PAT), F(GUEST_DR7),
	F(GUEST_IA32_DEBUGCTL), F(GUEST_SYSENTER_CS), F(GUEST_SYSENTER_ESP),
	F(GUEST_SYSENTER_EIP), F(GUEST_INTERRUPTIBILITY_INFO), F(GUEST_ACTIVITY_STATE),
	F(GUEST_PENDING_DBG_EXCEPTIONS), F(VMCS_LINK_POINTER),
	F(GUEST_PDPTR0), F(GUEST_PDPTR1), F(GUEST_PDPTR2), F(GUEST_PDPTR3),
};

static const struct field control_fields[] = {
	F(PIN_BASED_VM_EXEC_CONTROL), F(CPU_BASED_VM_EXEC_CONTROL),
	F(SECONDARY_VM_EXEC_CONTROL), F(VM_ENTRY_CONTROLS), F(VM_EXIT_CONTROLS),
	F(EXCEPTION_BITMAP), F(TSC_OFFSET), F(TPR_THRESHOLD),
	F(VM_ENTRY_INTR_INFO_FIELD), F(VM_ENTRY_EXCEPTION_ERROR_CODE),
	F(VM_ENTRY_INSTRUCTION_LEN),
};

static const struct field exit_fields[] = {
	F(VM_EXIT_REASON), F(EXIT_QUALIFICATION), F(GUEST_LINEAR_ADDRESS),
	F(GUEST_PHYSICAL_ADDRESS), F(VM_EXIT_INTR_INFO), F(VM_EXIT_INTR_ERROR_CODE),
	F(IDT_VECTORING_INFO_FIELD), F(IDT_VECTORING_ERROR_CODE),
	F(VM_EXIT_INSTRUCTION_LEN), F(VMX_INSTRUCTION_INFO), F(VM_INSTRUCTION_ERROR),
};

/*
 * The host's addresses, EPT's root too, are no business of whoever has the vCPU: of
 * the host's state only what does not tell where the kernel lies.
 */
static const struct field host_fields[] = {
	F(HOST_CR0), F(HOST_CR4), F(HOST_IA32_EFER), F(HOST_IA32_PAT), F(HOST_CS_SELECTOR),
	F(HOST_SS_SELECTOR), F(HOST_TR_SELECTOR), F(HOST_IA32_SYSENTER_CS),
};

static void put_fields(struct x86_text *t, const char *title, const struct field *f, unsigned int n)
{
	unsigned int i;

	x86_put(t, "%s\n", title);
	for (i = 0; i < n; i++)
		x86_put(t, "  %-30s %016llx\n", f[i].name, vmread_any(f[i].field));
}

/**
 * vmx_dump - see mote_arch_dump()
 * @vcpu: loaded
 * @buf: receives text
 * @room: its size, not 0
 */
size_t vmx_dump(struct mote_vcpu *vcpu, char *buf, size_t room)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	struct x86_text t = { .buf = buf, .room = room };

	/* What is still in memory would be shown old */
	vmx_flush_dirty(vcpu);
	x86_put(&t, "vcpu %u: exit reason 0x%x, entry %s, VM-instruction error %u\n", vcpu->id,
	    vmx->reason, vmx->entry_failed ? "failed" : "ok", vmx->insn_error);
	x86_put_state(&t, vcpu);
	put_fields(&t, "guest", guest_fields, ARRAY_SIZE(guest_fields));
	put_fields(&t, "controls", control_fields, ARRAY_SIZE(control_fields));
	put_fields(&t, "exit", exit_fields, ARRAY_SIZE(exit_fields));
	put_fields(&t, "host", host_fields, ARRAY_SIZE(host_fields));
	return t.len;
}
