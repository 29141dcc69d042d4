// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: what is under way between two instructions, as registers: the
 * MOTE_X86_CLASS_EVENT of GET_REGS and SET_REGS.
 */
#include "events.h"
#include "guest_regs.h"

#define NMI_VECTOR_NR	2
#define DB_VECTOR	1
#define PF_VECTOR	14

/* MOTE_X86_EVENT_INFO: like the VM-entry interruption information of VMX */
#define INFO_VECTOR(v)		((u8)(v))
#define INFO_TYPE(v)		((v) >> 8 & 7)
#define INFO_ERROR_VALID	BIT_ULL(11)
#define INFO_INSN_LEN(v)	((v) >> 16 & 0xf)
#define INFO_VALID		BIT_ULL(31)
#define INFO_KNOWN		(0xffffffff00000000ull | INFO_VALID | 0xf0fffull)

static u64 event_info(const struct x86_event *ev)
{
	if (!ev->valid)
		return 0;
	return INFO_VALID | ev->vector | ev->type << 8 | (u64)ev->insn_len << 16 |
	       (ev->has_error ? INFO_ERROR_VALID | (u64)ev->error_code << 32 : 0);
}

static struct x86_event info_event(u64 info)
{
	return (struct x86_event) {
		.valid = info & INFO_VALID,
		.has_error = info & INFO_ERROR_VALID,
		.type = INFO_TYPE(info),
		.vector = INFO_VECTOR(info),
		.insn_len = INFO_INSN_LEN(info),
		.error_code = info >> 32,
	};
}

static bool vector_ok(const struct x86_event *ev)
{
	switch (ev->type) {
	case X86_EVENT_EXTINT:
	case X86_EVENT_SOFT_INT:
		return true;
	case X86_EVENT_NMI:
		return ev->vector == NMI_VECTOR_NR;
	case X86_EVENT_EXCEPTION:
		return ev->vector < 32 && ev->vector != NMI_VECTOR_NR;
	case X86_EVENT_PRIV_SW_EXC:
		return ev->vector == DB_VECTOR;
	case X86_EVENT_SOFT_EXC:
		return ev->vector == 3 || ev->vector == 4;
	default:
		return false;
	}
}

/* SDM vol. 3, "VM-Entry Control Fields for Event Injection", what is local to it */
static bool info_ok(u64 info)
{
	struct x86_event ev = info_event(info);
	bool software = ev.type >= X86_EVENT_SOFT_INT;

	if (!ev.valid)
		return !info;
	if (info & ~INFO_KNOWN || !vector_ok(&ev))
		return false;
	/* Only instructions have a length */
	if (software != !!ev.insn_len)
		return false;
	if (!ev.has_error)
		return !ev.error_code;
	return ev.type == X86_EVENT_EXCEPTION && x86_vector_has_error(ev.vector) &&
	       !(ev.error_code >> 16);
}

static bool is_page_fault(const struct x86_event *ev)
{
	return ev->valid && ev->type == X86_EVENT_EXCEPTION && ev->vector == PF_VECTOR;
}

/**
 * x86_event_regs - how many there are, from MOTE_X86_EVENT_INFO on
 *
 * MOTE_X86_DEBUG_PENDING is the last one: a VMCB has nothing like it.
 */
unsigned int x86_event_regs(void)
{
	return x86->debug_pending ? 8 : 7;
}

/**
 * x86_event_reg_get - as mote_reg_get()
 * @vcpu: loaded
 * @index: lower half of the id
 * @value: result
 */
int x86_event_reg_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	if (index >= x86_event_regs())
		return -ENOENT;
	switch (MOTE_X86_REG(MOTE_X86_CLASS_EVENT, index)) {
	case MOTE_X86_EVENT_INFO:
		*value = event_info(&vcpu->arch.event);
		return 0;
	case MOTE_X86_EVENT_CR2:
		/* The fault has set CR2 already, when it was queued */
		*value = is_page_fault(&vcpu->arch.event) ? vcpu->arch.cr2 : 0;
		return 0;
	case MOTE_X86_NMI_PENDING:
		*value = vcpu->arch.nmi_pending;
		return 0;
	case MOTE_X86_NMI_BLOCKED:
		*value = x86->nmi_blocked(vcpu);
		return 0;
	case MOTE_X86_SHADOW:
		*value = x86_get(vcpu, X86_SHADOW);
		return 0;
	case MOTE_X86_HALTED:
		*value = vcpu->arch.halted;
		return 0;
	case MOTE_X86_INTR_PENDING:
		*value = vcpu->arch.intr_pending;
		return 0;
	default:
		*value = x86->debug_pending(vcpu);
		return 0;
	}
}

static bool value_ok(u64 id, u64 value)
{
	switch (id) {
	case MOTE_X86_EVENT_INFO:
		return info_ok(value);
	case MOTE_X86_NMI_PENDING:
		return value <= 2;
	case MOTE_X86_NMI_BLOCKED:
	case MOTE_X86_HALTED:
		return value <= 1;
	case MOTE_X86_SHADOW:
		/* One instruction cannot have been both */
		return value <= X86_SHADOW_MOV_SS;
	case MOTE_X86_INTR_PENDING:
		return !value || value >> 8 == 1;
	case MOTE_X86_DEBUG_PENDING:
		return !(value & ~X86_DEBUG_PENDING);
	default:
		return true;
	}
}

/** x86_event_reg_check - as mote_reg_check() */
int x86_event_reg_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	if (index >= x86_event_regs())
		return -ENOENT;
	return value_ok(MOTE_X86_REG(MOTE_X86_CLASS_EVENT, index), value) ? 0 : -EINVAL;
}

/** x86_event_reg_set - as mote_reg_set() */
void x86_event_reg_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	switch (MOTE_X86_REG(MOTE_X86_CLASS_EVENT, index)) {
	case MOTE_X86_EVENT_INFO:
		vcpu->arch.event = info_event(value);
		break;
	case MOTE_X86_EVENT_CR2:
		if (is_page_fault(&vcpu->arch.event))
			vcpu->arch.cr2 = value;
		break;
	case MOTE_X86_NMI_PENDING:
		vcpu->arch.nmi_pending = value;
		break;
	case MOTE_X86_NMI_BLOCKED:
		x86->set_nmi_blocked(vcpu, value);
		x86_halt(vcpu, vcpu->arch.halted);
		break;
	case MOTE_X86_SHADOW:
		x86_set(vcpu, X86_SHADOW, value);
		break;
	case MOTE_X86_HALTED:
		x86_halt(vcpu, value);
		break;
	case MOTE_X86_INTR_PENDING:
		vcpu->arch.intr_pending = value;
		break;
	case MOTE_X86_DEBUG_PENDING:
		x86->set_debug_pending(vcpu, value);
		break;
	}
}
