// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: the VMCS as text.
 */
#include <linux/kernel.h>

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
	F(EXCEPTION_BITMAP), F(EPT_POINTER), F(TSC_OFFSET), F(TPR_THRESHOLD),
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
 * The host's addresses are no business of whoever has the vCPU: of the host's
 * state only what does not tell where the kernel lies.
 */
static const struct field host_fields[] = {
	F(HOST_CR0), F(HOST_CR4), F(HOST_IA32_EFER), F(HOST_IA32_PAT), F(HOST_CS_SELECTOR),
	F(HOST_SS_SELECTOR), F(HOST_TR_SELECTOR), F(HOST_IA32_SYSENTER_CS),
};

/**
 * struct text - a buffer that is written from the front
 * @buf: start
 * @room: size
 * @len: length of the whole text, may be over @room
 */
struct text {
	char *buf;
	size_t room;
	size_t len;
};

static __printf(2, 3) void put(struct text *t, const char *fmt, ...)
{
	size_t at = min(t->len, t->room);
	va_list args;

	va_start(args, fmt);
	t->len += vsnprintf(t->buf + at, t->room - at, fmt, args);
	va_end(args);
}

static void put_fields(struct text *t, const char *title, const struct field *f, unsigned int n)
{
	unsigned int i;

	put(t, "%s\n", title);
	for (i = 0; i < n; i++)
		put(t, "  %-30s %016llx\n", f[i].name, vmread_any(f[i].field));
}

static void put_segments(struct text *t, struct mote_vcpu *vcpu)
{
	static const char *const name[] = {
		"ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR", "GDTR", "IDTR",
	};
	struct x86_segment seg;
	unsigned int i;

	for (i = 0; i < MOTE_X86_SEG_COUNT; i++) {
		vmx_get_seg(vcpu, i, &seg);
		put(t, "  %-4s sel %04x base %016llx limit %08x ar %05x\n", name[i],
		    seg.selector, seg.base, seg.limit, seg.ar);
	}
}

static void put_registers(struct text *t, struct mote_vcpu *vcpu)
{
	static const char *const name[] = {
		"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
		"R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(name); i++)
		put(t, "  %-4s%016llx%s", name[i], x86_get(vcpu, i), i % 4 == 3 ? "\n" : "");
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
	struct text t = { .buf = buf, .room = room };

	/* What is still in memory would be shown old */
	vmx_flush_dirty(vcpu);
	put(&t, "vcpu %u: exit reason 0x%x, entry %s, VM-instruction error %u\n", vcpu->id,
	    vmx->reason, vmx->entry_failed ? "failed" : "ok", vmx->insn_error);
	put_registers(&t, vcpu);
	put_segments(&t, vcpu);
	put_fields(&t, "guest", guest_fields, ARRAY_SIZE(guest_fields));
	put_fields(&t, "controls", control_fields, ARRAY_SIZE(control_fields));
	put_fields(&t, "exit", exit_fields, ARRAY_SIZE(exit_fields));
	put_fields(&t, "host", host_fields, ARRAY_SIZE(host_fields));
	return t.len;
}
