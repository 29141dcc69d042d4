// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: the VMCB as text.  Nothing of the host is in it.
 */
#include "../dump.h"
#include "svm.h"

struct field {
	const char *name;
	u16 offset;
	u16 bytes;
};

#define F(name_)	{ #name_, offsetof(struct vmcb, name_), sizeof(((struct vmcb *)0)->name_) }

static const struct field fields[] = {
	F(control.intercepts[0]), F(control.intercepts[1]), F(control.intercepts[2]),
	F(control.intercepts[3]), F(control.intercepts[4]), F(control.intercepts[5]),
	F(control.tsc_offset), F(control.asid), F(control.tlb_ctl), F(control.int_ctl),
	F(control.int_vector), F(control.int_state), F(control.exit_code),
	F(control.exit_info_1), F(control.exit_info_2), F(control.exit_int_info),
	F(control.exit_int_info_err), F(control.event_inj), F(control.event_inj_err),
	F(control.nested_ctl), F(control.virt_ext), F(control.clean), F(control.next_rip),
	F(save.cpl), F(save.efer), F(save.cr0), F(save.cr2), F(save.cr3), F(save.cr4),
	F(save.dr6), F(save.dr7), F(save.rflags), F(save.rip), F(save.rsp), F(save.rax),
	F(save.star), F(save.lstar), F(save.cstar), F(save.sfmask), F(save.kernel_gs_base),
	F(save.sysenter_cs), F(save.sysenter_esp), F(save.sysenter_eip), F(save.g_pat),
	F(save.dbgctl),
};

/**
 * svm_dump - see mote_arch_dump()
 * @vcpu: loaded
 * @buf: receives text
 * @room: its size, not 0
 */
size_t svm_dump(struct mote_vcpu *vcpu, char *buf, size_t room)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	struct x86_text t = { .buf = buf, .room = room };
	unsigned int i;

	/* What is still in memory would be shown old */
	svm_flush_dirty(vcpu);
	x86_put(&t, "vcpu %u: exit code 0x%x, SVM %s\n", vcpu->id,
		svm->vmcb->control.exit_code, svm->entry_failed ? "off" : "on");
	x86_put_state(&t, vcpu);
	x86_put(&t, "VMCB\n");
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		u64 value = 0;

		memcpy(&value, (u8 *)svm->vmcb + fields[i].offset, fields[i].bytes);
		x86_put(&t, "  %-26s %016llx\n", fields[i].name, value);
	}
	return t.len;
}
