// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: why the guest stopped, and who answers.  SDM vol. 3, appendix
 * "VMX Basic Exit Reasons".
 *
 * Each handler reads of the VMCS what it needs and nothing else.
 */
#include <linux/nospec.h>
#include <asm/processor-flags.h>

#include "exit_rules.h"
#include "trace.h"
#include "vmx.h"

/* In handlers of INSN() exits */
static unsigned int insn_len(struct mote_vcpu *vcpu)
{
	return to_vmx(vcpu)->insn_len;
}

/* ---- exits without an answer ---- */

static int exit_shutdown(struct mote_vcpu *vcpu)
{
	mote_exit_begin(vcpu, MOTE_EXIT_SHUTDOWN, to_vmx(vcpu)->reason);
	return MOTE_USER;
}

static void fill_fail(struct mote_vcpu *vcpu, struct mote_exit *exit, u32 error)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);

	exit->fail = (struct mote_exit_fail) {
		.qualification = vmreadl(EXIT_QUALIFICATION),
		.error = error,
		.cpu = smp_processor_id(),
		.info = {
			vmread32(VM_EXIT_INTR_INFO), vmx->idt_info,
			vmread32(VM_EXIT_INSTRUCTION_LEN),
			vmread64(GUEST_PHYSICAL_ADDRESS),
		},
	};
}

/* Never dropped: the runner sees the hardware's reason as it came */
static int exit_unknown(struct mote_vcpu *vcpu)
{
	struct mote_exit *exit;

	exit = mote_exit_begin(vcpu, MOTE_EXIT_UNKNOWN, to_vmx(vcpu)->reason);
	fill_fail(vcpu, exit, 0);
	return MOTE_USER;
}

/* VMLAUNCH fell through, or the guest state was refused (reason bit 31) */
static int exit_failed_entry(struct mote_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	u32 error = vmx->entry_failed ? vmx->insn_error : 0;
	struct mote_exit *exit;

	/* The event that was to go in is still in the field: take it back */
	if (vmread32(VM_ENTRY_INTR_INFO_FIELD) & INTR_INFO_VALID_MASK) {
		vmwrite32(VM_ENTRY_INTR_INFO_FIELD, 0);
		vcpu->arch.event.valid = true;
	}
	/* No guest instruction was executed, and the host has dealt with the error */
	if (!vmx->entry_failed && (u16)vmx->reason == EXIT_REASON_MCE_DURING_VMENTRY)
		return MOTE_RESUME;
	exit = mote_exit_begin(vcpu, MOTE_EXIT_FAIL_ENTRY, vmx->entry_failed ? 0 : vmx->reason);
	fill_fail(vcpu, exit, error);
	return MOTE_USER;
}

/* ---- instructions ---- */

static int exit_skip(struct mote_vcpu *vcpu)
{
	return x86_handle_skip(vcpu, insn_len(vcpu));
}

static int exit_pause(struct mote_vcpu *vcpu)
{
	return x86_handle_pause(vcpu, insn_len(vcpu));
}

static int exit_cpuid(struct mote_vcpu *vcpu)
{
	return x86_handle_cpuid(vcpu, insn_len(vcpu));
}

static int exit_hlt(struct mote_vcpu *vcpu)
{
	return x86_handle_hlt(vcpu, insn_len(vcpu));
}

static int exit_vmcall(struct mote_vcpu *vcpu)
{
	return x86_handle_hypercall(vcpu, insn_len(vcpu));
}

static int exit_rdmsr(struct mote_vcpu *vcpu)
{
	return x86_handle_rdmsr(vcpu, insn_len(vcpu));
}

static int exit_wrmsr(struct mote_vcpu *vcpu)
{
	return x86_handle_wrmsr(vcpu, insn_len(vcpu));
}

static int exit_xsetbv(struct mote_vcpu *vcpu)
{
	return x86_handle_xsetbv(vcpu, insn_len(vcpu));
}

/* Exit qualification of I/O instructions: SDM vol. 3, table of that name */
#define IO_BYTES(qual)	(((qual) & 7) + 1)
#define IO_IN		BIT(3)
#define IO_STRING	BIT(4)
#define IO_REP		BIT(5)
#define IO_PORT(qual)	((u16)((qual) >> 16))

static noinline int exit_io_string(struct mote_vcpu *vcpu, unsigned long qual)
{
	struct mote_exit_pio pio = {
		.port = IO_PORT(qual),
		.bytes = IO_BYTES(qual),
		.flags = (qual & IO_IN ? 0 : MOTE_PIO_WRITE) | MOTE_PIO_STRING |
			 (qual & IO_REP ? MOTE_PIO_REP : 0),
		/* Address size: 0, 1, 2 for 16, 32, 64 bits */
		.addr_bytes = 2 << ((vmread32(VMX_INSTRUCTION_INFO) >> 7) & 3),
		.gva = vmreadl(GUEST_LINEAR_ADDRESS),
	};

	return x86_handle_pio_string(vcpu, &pio, insn_len(vcpu), EXIT_REASON_IO_INSTRUCTION);
}

static int exit_io(struct mote_vcpu *vcpu)
{
	unsigned long qual = vmreadl(EXIT_QUALIFICATION);

	if (unlikely(qual & IO_STRING))
		return exit_io_string(vcpu, qual);
	return x86_handle_pio(vcpu, IO_PORT(qual), IO_BYTES(qual),
			      qual & IO_IN ? 0 : MOTE_PIO_WRITE, insn_len(vcpu),
			      EXIT_REASON_IO_INSTRUCTION);
}

/* ---- control and debug registers ---- */

/*
 * The guest changes a bit of CR0 that is not its own.  Show it the new value
 * of these bits and let it execute the instruction again: then they agree with
 * the read shadow, there is no exit, and the CPU does the rest as always, with
 * paging modes, PDPTEs and faults.
 */
static int mov_to_cr0(struct mote_vcpu *vcpu, u64 value)
{
	if (x86_cr0_refused(vcpu, value)) {
		x86_queue_gp(vcpu);
		return MOTE_RESUME;
	}
	vmwritel(CR0_READ_SHADOW, value & ~X86_CR0_RESERVED);
	return MOTE_RESUME;
}

/* As with CR0 */
static int mov_to_cr4(struct mote_vcpu *vcpu, u64 value)
{
	if (x86_cr4_refused(vcpu, value)) {
		x86_queue_gp(vcpu);
		return MOTE_RESUME;
	}
	vmwritel(CR4_READ_SHADOW, value);
	return MOTE_RESUME;
}

static int exit_cr(struct mote_vcpu *vcpu)
{
	unsigned long qual = vmreadl(EXIT_QUALIFICATION);
	unsigned int cr = qual & 0xf, type = (qual >> 4) & 3, gpr = (qual >> 8) & 0xf;

	if (type == 0 && cr == 0)
		return mov_to_cr0(vcpu, x86_word(vcpu, x86_get(vcpu, gpr)));
	if (type == 0 && cr == 4)
		return mov_to_cr4(vcpu, x86_word(vcpu, x86_get(vcpu, gpr)));
	/* Only without a LAPIC: else the TPR shadow takes it */
	if (type == 0 && cr == 8)
		return x86_mov_to_cr8(vcpu, x86_get(vcpu, gpr), insn_len(vcpu));
	if (type == 1 && cr == 8) {
		x86_set(vcpu, gpr, vcpu->arch.cr8);
		x86_skip(vcpu, insn_len(vcpu));
		return MOTE_RESUME;
	}
	return exit_unknown(vcpu);
}

static int exit_dr(struct mote_vcpu *vcpu)
{
	unsigned long qual = vmreadl(EXIT_QUALIFICATION);
	unsigned int dr = qual & 7, gpr = (qual >> 8) & 0xf;

	return qual & BIT(4) ? x86_mov_from_dr(vcpu, dr, gpr, insn_len(vcpu)) :
			       x86_mov_to_dr(vcpu, dr, gpr, insn_len(vcpu));
}

/* ---- exceptions ---- */

/* Conditions of a #DB; the qualification has them where DR6 does */
#define DB_BITS		(0xfull | BIT(13) | BIT(14))

static int exit_debug(struct mote_vcpu *vcpu, u32 intr_info)
{
	/*
	 * INT1 goes in as what it is, with RIP still at it: when its delivery
	 * faults, the handler returns to it.  It has no condition in DR6.
	 */
	if ((intr_info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_PRIV_SW_EXCEPTION) {
		vcpu->arch.event = (struct x86_event) {
			.valid = true,
			.type = X86_EVENT_PRIV_SW_EXC,
			.vector = X86_TRAP_DB,
			.insn_len = vmread32(VM_EXIT_INSTRUCTION_LEN),
		};
		return MOTE_RESUME;
	}
	x86_queue_debug(vcpu, vmreadl(EXIT_QUALIFICATION) & DB_BITS);
	return MOTE_RESUME;
}

static int exit_alignment(struct mote_vcpu *vcpu)
{
	if (vmx_ac_is_guests(boot_cpu_has(X86_FEATURE_SPLIT_LOCK_DETECT), vmx_cpl(vcpu),
			     x86_get(vcpu, X86_CR0) & X86_CR0_AM,
			     x86_get(vcpu, X86_RFLAGS) & X86_EFLAGS_AC)) {
		x86_queue_exception(vcpu, X86_TRAP_AC, vmread32(VM_EXIT_INTR_ERROR_CODE));
		return MOTE_RESUME;
	}
	x86_get(vcpu, X86_RIP);
	vcpu->arch.slow = X86_SLOW_SPLIT_LOCK;
	return MOTE_SLOW;
}

static int exit_exception(struct mote_vcpu *vcpu)
{
	u32 info = to_vmx(vcpu)->intr_info;

	if ((info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_NMI_INTR) {
		vcpu->stats->exits[MOTE_EXIT_EXCEPTION]--;
		mote_stat_exit(vcpu, MOTE_EXIT_HOST_NMI);
		return MOTE_RESUME;
	}
	/* IRET had ended NMI blocking and then faulted: it is blocked again */
	if ((info & INTR_INFO_UNBLOCK_NMI) && !vcpu->arch.event.valid)
		vmx_set_nmi_blocked(vcpu, true);
	switch (info & INTR_INFO_VECTOR_MASK) {
	case X86_TRAP_DB:
		return exit_debug(vcpu, info);
	case X86_TRAP_AC:
		return exit_alignment(vcpu);
	case X86_TRAP_MC:
		return MOTE_RESUME;
	default:
		return exit_unknown(vcpu);
	}
}

/* ---- task switches: SDM vol. 3, table "Exit Qualification for Task Switches" ---- */

#define TASK_SOURCE(qual)	((qual) >> 30 & 3)	/* in the UAPI's order */

static int exit_task_switch(struct mote_vcpu *vcpu)
{
	unsigned long qual = vmreadl(EXIT_QUALIFICATION);
	struct mote_exit_task task = { .selector = qual, .source = TASK_SOURCE(qual) };

	if (task.source == MOTE_TASK_GATE) {
		x86_task_event(&task, &vcpu->arch.event);
	} else {
		task.flags = MOTE_TASK_INSN;
		task.insn_bytes = vmread32(VM_EXIT_INSTRUCTION_LEN);
	}
	return x86_handle_task_switch(vcpu, &task, EXIT_REASON_TASK_SWITCH);
}

/* ---- second stage ---- */

/* SDM vol. 3, table "Exit Qualification for EPT Violations" */
#define EPT_READ	BIT(0)
#define EPT_WRITE	BIT(1)
#define EPT_FETCH	BIT(2)
#define EPT_GVA_VALID	BIT(7)
#define EPT_GVA_REACHED	BIT(8)	/* the access itself, not that to a paging-structure entry */
#define EPT_UNBLOCK_NMI	BIT(12)

static u32 ept_access(unsigned long qual)
{
	if (qual & EPT_WRITE)
		return MOTE_ACCESS_WRITE;
	return qual & EPT_FETCH ? MOTE_ACCESS_EXEC : MOTE_ACCESS_READ;
}

static int exit_ept_violation(struct mote_vcpu *vcpu)
{
	unsigned long qual = vmreadl(EXIT_QUALIFICATION);
	/* Only then the two addresses belong to each other */
	bool gva_valid = (qual & EPT_GVA_VALID) && (qual & EPT_GVA_REACHED);

	if ((qual & EPT_UNBLOCK_NMI) && !vcpu->arch.event.valid)
		vmx_set_nmi_blocked(vcpu, true);
	vcpu->arch.fault = (struct x86_fault) {
		.gpa = vmread64(GUEST_PHYSICAL_ADDRESS),
		.gva = gva_valid ? vmreadl(GUEST_LINEAR_ADDRESS) : 0,
		.gva_valid = gva_valid,
		.operand = gva_valid,
		.access = ept_access(qual),
		.qualification = qual,
		.raw = EXIT_REASON_EPT_VIOLATION,
	};
	return x86_handle_violation(vcpu);
}

/* ---- guests that hold up the host ---- */

static int exit_bus_lock(struct mote_vcpu *vcpu)
{
	vcpu->arch.slow = X86_SLOW_BUS_LOCK;
	return MOTE_SLOW;
}

/* It took no interrupt for too long; the exit has let the host's in */
static int exit_notify(struct mote_vcpu *vcpu)
{
	unsigned long qual = vmreadl(EXIT_QUALIFICATION);

	if (qual & VMX_NOTIFY_INVALID) {
		mote_vm_kill(vcpu->vm, EIO, "the processor gave up a vCPU that let no interrupt through");
		return -EIO;
	}
	if ((qual & VMX_NOTIFY_UNBLOCK_NMI) && !vcpu->arch.event.valid)
		vmx_set_nmi_blocked(vcpu, true);
	return MOTE_RESUME;
}

/* ---- dispatch ---- */

/**
 * struct exit_entry - one exit reason
 * @handle: enum mote_result or -errno
 * @stat: enum mote_exit_type it is counted as
 * @delivery: can happen while an event is being delivered: look at the
 *	IDT-vectoring information
 * @insn: an instruction, which will be skipped: see fetch_for_skip()
 */
struct exit_entry {
	int (*handle)(struct mote_vcpu *vcpu);
	u8 stat;
	bool delivery;
	bool insn;
};

/* An exit of an instruction, which cannot happen during delivery */
#define INSN(fn, stat)	{ fn, stat, false, true }

static const struct exit_entry exits[] = {
	[EXIT_REASON_EXCEPTION_NMI]	= { exit_exception, MOTE_EXIT_EXCEPTION, true },
	[EXIT_REASON_EXTERNAL_INTERRUPT] = { x86_exit_nothing, MOTE_EXIT_HOST_IRQ },
	[EXIT_REASON_TRIPLE_FAULT]	= { exit_shutdown, MOTE_EXIT_SHUTDOWN },
	[EXIT_REASON_INTERRUPT_WINDOW]	= { x86_exit_nothing, MOTE_EXIT_WINDOW },
	[EXIT_REASON_NMI_WINDOW]	= { x86_exit_nothing, MOTE_EXIT_WINDOW },
	[EXIT_REASON_TASK_SWITCH]	= { exit_task_switch, MOTE_EXIT_TASK_SWITCH, true },
	[EXIT_REASON_CPUID]		= INSN(exit_cpuid, MOTE_EXIT_FEATURE),
	[EXIT_REASON_HLT]		= INSN(exit_hlt, MOTE_EXIT_HALT),
	[EXIT_REASON_INVD]		= INSN(exit_skip, MOTE_EXIT_OTHER),
	[EXIT_REASON_RDPMC]		= { x86_exit_gp, MOTE_EXIT_OTHER },
	[EXIT_REASON_VMCALL]		= INSN(exit_vmcall, MOTE_EXIT_HYPERCALL),
	[EXIT_REASON_VMCLEAR]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_VMLAUNCH]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_VMPTRLD]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_VMPTRST]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_VMREAD]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_VMRESUME]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_VMWRITE]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_VMOFF]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_VMON]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_CR_ACCESS]		= INSN(exit_cr, MOTE_EXIT_CONTROL),
	[EXIT_REASON_DR_ACCESS]		= INSN(exit_dr, MOTE_EXIT_CONTROL),
	[EXIT_REASON_IO_INSTRUCTION]	= INSN(exit_io, MOTE_EXIT_PIO),
	[EXIT_REASON_MSR_READ]		= INSN(exit_rdmsr, MOTE_EXIT_SYSREG),
	[EXIT_REASON_MSR_WRITE]		= INSN(exit_wrmsr, MOTE_EXIT_SYSREG),
	[EXIT_REASON_MWAIT_INSTRUCTION]	= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_MONITOR_INSTRUCTION] = { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_PAUSE_INSTRUCTION]	= INSN(exit_pause, MOTE_EXIT_OTHER),
	[EXIT_REASON_TPR_BELOW_THRESHOLD] = { vmx_exit_tpr, MOTE_EXIT_IRQCHIP },
	[EXIT_REASON_APIC_ACCESS]	= { vmx_exit_apic_access, MOTE_EXIT_IRQCHIP, true },
	[EXIT_REASON_EOI_INDUCED]	= { vmx_exit_eoi, MOTE_EXIT_IRQCHIP },
	[EXIT_REASON_EPT_VIOLATION]	= { exit_ept_violation, MOTE_EXIT_FAULT, true },
	[EXIT_REASON_EPT_MISCONFIG]	= { exit_unknown, MOTE_EXIT_UNKNOWN, true },
	[EXIT_REASON_INVEPT]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_INVVPID]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_WBINVD]		= INSN(exit_skip, MOTE_EXIT_OTHER),
	[EXIT_REASON_XSETBV]		= INSN(exit_xsetbv, MOTE_EXIT_CONTROL),
	[EXIT_REASON_APIC_WRITE]	= { vmx_exit_apic_write, MOTE_EXIT_IRQCHIP },
	[EXIT_REASON_RDRAND]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_INVPCID]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_VMFUNC]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_ENCLS]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_RDSEED]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[EXIT_REASON_BUS_LOCK]		= { exit_bus_lock, MOTE_EXIT_OTHER },
	[EXIT_REASON_NOTIFY]		= { exit_notify, MOTE_EXIT_OTHER, true },
	[VMX_REASON_SEAMCALL]		= { x86_exit_ud, MOTE_EXIT_OTHER },
	[VMX_REASON_TDCALL]		= { x86_exit_ud, MOTE_EXIT_OTHER },
};

static const struct exit_entry unknown = { exit_unknown, MOTE_EXIT_UNKNOWN, true };

static const struct exit_entry *find_exit(u32 reason)
{
	if (reason >= ARRAY_SIZE(exits))
		return &unknown;
	reason = array_index_nospec(reason, ARRAY_SIZE(exits));
	return exits[reason].handle ? &exits[reason] : &unknown;
}

/*
 * What x86_skip() asks for.  All of it at once, because asking one by one
 * costs several times what the VMREADs do.
 */
static __always_inline void fetch_for_skip(struct mote_vcpu *vcpu)
{
	struct mote_vcpu_arch *arch = &vcpu->arch;

	to_vmx(vcpu)->insn_len = vmread32(VM_EXIT_INSTRUCTION_LEN);
	arch->reg[X86_RIP] = vmreadl(GUEST_RIP);
	arch->reg[X86_RFLAGS] = vmreadl(GUEST_RFLAGS);
	arch->reg[X86_SHADOW] = vmread32(GUEST_INTERRUPTIBILITY_INFO) &
				(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS);
	arch->cached |= BIT(X86_RIP) | BIT(X86_RFLAGS) | BIT(X86_SHADOW);
}

/**
 * vmx_handle_exit - see mote_arch_vcpu_handle_exit()
 * @vcpu: loaded, interrupts on
 */
int vmx_handle_exit(struct mote_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	const struct exit_entry *entry;

	if (unlikely(vmx->entry_failed || vmx->reason & VMX_EXIT_REASONS_FAILED_VMENTRY)) {
		mote_stat_exit(vcpu, MOTE_EXIT_FAIL_ENTRY);
		return exit_failed_entry(vcpu);
	}
	entry = find_exit(vmx->reason);
	mote_stat_exit(vcpu, entry->stat);
	if (entry->insn)
		fetch_for_skip(vcpu);
	if (trace_mote_exit_enabled())
		trace_mote_exit(vcpu->id, entry->stat, vmx->reason, x86_get(vcpu, X86_RIP));
	if (entry->delivery) {
		vmx->idt_info = vmread32(IDT_VECTORING_INFO_FIELD);
		if (unlikely(vmx->idt_info & VECTORING_INFO_VALID_MASK))
			vmx_take_idt_vectoring(vcpu);
	}
	return entry->handle(vcpu);
}
