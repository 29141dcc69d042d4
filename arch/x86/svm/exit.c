// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: why the guest stopped, and who answers.  APM vol. 2, appendix "SVM
 * Intercept Exit Codes".
 */
#include <linux/nospec.h>
#include <asm/processor-flags.h>

#include "../insn.h"
#include "svm.h"
#include "trace.h"

static struct vmcb_control_area *control_of(struct mote_vcpu *vcpu)
{
	return &to_svm(vcpu)->vmcb->control;
}

/* ---- exits without an answer ---- */

/*
 * What the CPU leaves in the VMCB is undefined: nothing of it is relied on.  What
 * could not be delivered is gone.
 */
static int exit_shutdown(struct mote_vcpu *vcpu)
{
	vcpu->arch.event.valid = false;
	svm_setup_control(vcpu);
	mote_exit_begin(vcpu, MOTE_EXIT_SHUTDOWN, SVM_EXIT_SHUTDOWN);
	return MOTE_USER;
}

static void fill_fail(struct mote_vcpu *vcpu, struct mote_exit *exit, u32 error)
{
	const struct vmcb_control_area *control = control_of(vcpu);

	exit->fail = (struct mote_exit_fail) {
		.qualification = control->exit_info_1,
		.error = error,
		.cpu = smp_processor_id(),
		.info = {
			control->exit_info_2, control->exit_int_info,
			control->exit_int_info_err, control->next_rip,
		},
	};
}

/* Never dropped: the runner sees the hardware's reason as it came */
static int exit_unknown(struct mote_vcpu *vcpu)
{
	struct mote_exit *exit;

	exit = mote_exit_begin(vcpu, MOTE_EXIT_UNKNOWN, control_of(vcpu)->exit_code);
	fill_fail(vcpu, exit, 0);
	return MOTE_USER;
}

/* VMRUN refused the guest's state or the controls, or SVM is off */
static int exit_failed_entry(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	struct mote_exit *exit;

	svm_event_refused(vcpu);
	/* The next entry steps if it still has to */
	if (svm->step)
		svm_end_step(vcpu);
	if (svm->cr_once)
		svm_end_cr0(vcpu);
	exit = mote_exit_begin(vcpu, MOTE_EXIT_FAIL_ENTRY,
			       svm->entry_failed ? 0 : svm->vmcb->control.exit_code);
	fill_fail(vcpu, exit, svm->entry_failed);
	svm->entry_failed = false;
	return MOTE_USER;
}

/* ---- instructions ---- */

static int handle_msr(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	return control_of(vcpu)->exit_info_1 ? x86_handle_wrmsr(vcpu, insn_len) :
					       x86_handle_rdmsr(vcpu, insn_len);
}

/*
 * INT1 goes in as what it is, with RIP still at it: when its delivery faults,
 * the handler returns to it.  It has no condition in DR6.
 */
static int handle_int1(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	vcpu->arch.event = (struct x86_event) {
		.valid = true,
		.type = X86_EVENT_PRIV_SW_EXC,
		.vector = X86_TRAP_DB,
		.insn_len = insn_len,
	};
	return MOTE_RESUME;
}

#define INSN_MAX	15

/*
 * As the CPU says it.  Hypervisors below this one have claimed NRIPS and left
 * NEXT_RIP at 0, and in 16-bit code it may have come round: 0 then.
 */
static unsigned int insn_len(struct mote_vcpu *vcpu)
{
	u64 len = control_of(vcpu)->next_rip - vcpu->arch.reg[X86_RIP];

	return likely(len <= INSN_MAX) ? len : 0;
}

/* Without a length it is executed again */
static int exit_pause(struct mote_vcpu *vcpu)
{
	return x86_handle_pause(vcpu, insn_len(vcpu));
}

/* What is in XCR0 decides about deferring the FPU */
static int handle_xsetbv(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	svm_fpu_now(vcpu);
	return x86_handle_xsetbv(vcpu, insn_len);
}

/* ---- IN, OUT: APM vol. 2, "IOIO Intercept Information" ---- */

#define IO_IN		BIT(0)
#define IO_STRING	BIT(2)
#define IO_REP		BIT(3)
#define IO_BYTES(info)	((info) >> 4 & 7)	/* 1, 2 or 4 */
#define IO_ADDR_BYTES(info) (2 * ((info) >> 7 & 7))
#define IO_SEG(info)	((info) >> 10 & 7)	/* with decode assists; in the UAPI's order */
#define IO_PORT(info)	((u16)((info) >> 16))

static unsigned int io_len(struct mote_vcpu *vcpu)
{
	/* There since long before NEXT_RIP */
	return control_of(vcpu)->exit_info_2 - vcpu->arch.reg[X86_RIP];
}

/* Linear address of the memory operand, from its segment and RDI or RSI */
static u64 string_address(struct mote_vcpu *vcpu, enum x86_reg index, unsigned int which,
			  unsigned int addr_bytes)
{
	u64 offset = vcpu->arch.reg[index];
	struct x86_segment seg;

	if (addr_bytes < 8)
		offset &= BIT_ULL(8 * addr_bytes) - 1;
	x86->get_seg(vcpu, which, &seg);
	if (x86_code_bits(vcpu) != 64)
		return (u32)(seg.base + offset);
	return which == MOTE_X86_FS || which == MOTE_X86_GS ? seg.base + offset : offset;
}

static int io_string(struct mote_vcpu *vcpu, unsigned int which, unsigned int addr_bytes)
{
	u32 info = control_of(vcpu)->exit_info_1;
	struct mote_exit_pio pio = {
		.port = IO_PORT(info),
		.bytes = IO_BYTES(info),
		.flags = (info & IO_IN ? 0 : MOTE_PIO_WRITE) | MOTE_PIO_STRING |
			 (info & IO_REP ? MOTE_PIO_REP : 0),
		.addr_bytes = addr_bytes,
		.gva = string_address(vcpu, info & IO_IN ? X86_RDI : X86_RSI, which, addr_bytes),
	};

	return x86_handle_pio_string(vcpu, &pio, io_len(vcpu), SVM_EXIT_IOIO);
}

/* The instruction's bytes, at once if that needs no sleep */
static noinline int read_insn(struct mote_vcpu *vcpu)
{
	struct x86_insn insn;

	x86_insn_begin(vcpu, &insn);
	if (x86_fetch_insn_nofault(vcpu, insn.cs.base, insn.bytes)) {
		insn.count = INSN_MAX;
		return svm_handle_insn(vcpu, &insn);
	}
	vcpu->arch.slow = X86_SLOW_INSN;
	return MOTE_SLOW;
}

/*
 * INS has no choice of segment; that of OUTS may need a look at the prefixes.
 * So does the address size in QEMU (seen in 7.2), which leaves it at 0.
 */
static noinline int exit_io_string(struct mote_vcpu *vcpu, u32 info)
{
	if ((info & IO_IN) && IO_ADDR_BYTES(info) != 0)
		return io_string(vcpu, MOTE_X86_ES, IO_ADDR_BYTES(info));
	if (svm_caps.decode)
		return io_string(vcpu, IO_SEG(info), IO_ADDR_BYTES(info));
	return read_insn(vcpu);
}

static int exit_io(struct mote_vcpu *vcpu)
{
	u32 info = control_of(vcpu)->exit_info_1;

	if (unlikely(info & IO_STRING))
		return exit_io_string(vcpu, info);
	return x86_handle_pio(vcpu, IO_PORT(info), IO_BYTES(info),
			      info & IO_IN ? 0 : MOTE_PIO_WRITE, io_len(vcpu), SVM_EXIT_IOIO);
}

static bool is_string(u32 opcode)
{
	return opcode >= X86_OP_INSB && opcode <= X86_OP_OUTS;
}

static int decoded_string(struct mote_vcpu *vcpu, const struct x86_system *sys)
{
	unsigned int which = MOTE_X86_ES;

	if (control_of(vcpu)->exit_code != SVM_EXIT_IOIO)
		return MOTE_RESUME;
	if (!(control_of(vcpu)->exit_info_1 & IO_IN))
		which = sys->seg;
	return io_string(vcpu, which, sys->addr_bytes);
}

/* ---- exceptions ---- */

/* Conditions of a #DB: B0-B3, BD, BS, BT */
#define DB_BITS		(0xfull | BIT(13) | BIT(14) | BIT(15))
#define DB_STEP		BIT(14)

static int exit_debug(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	u64 bits = svm->vmcb->save.dr6 & DB_BITS;

	svm->vmcb->save.dr6 = X86_DR6_ONES;
	svm_changed(svm, SVM_CLEAN_DR);
	/* The step was ours, and the guest's too if it has TF set */
	if (svm->stepped && !svm->step_tf)
		bits &= ~(u64)DB_STEP;
	if (bits)
		x86_queue_debug(vcpu, bits);
	return MOTE_RESUME;
}

/* #AC, and what exits while we step the guest: it goes to the guest as it came */
static int exit_fault(struct mote_vcpu *vcpu)
{
	const struct vmcb_control_area *control = control_of(vcpu);
	unsigned int vector = control->exit_code - SVM_EXIT_EXCP_BASE;
	u32 error = control->exit_info_1;

	if (vector == X86_TRAP_PF)
		x86_queue_page_fault(vcpu, control->exit_info_2, error);
	else
		x86_queue_exception(vcpu, vector, x86_vector_has_error(vector) ? (s64)error : -1);
	return MOTE_RESUME;
}

static int exit_nm(struct mote_vcpu *vcpu)
{
	return vcpu->arch.fpu_deferred ? svm_exit_nm(vcpu) : exit_fault(vcpu);
}

/* ---- task switches: APM vol. 2, "Task Switch Intercept" ---- */

#define TASK_IRET	BIT_ULL(36)
#define TASK_JMP	BIT_ULL(38)

/* The guest's own INT n, INT3 and INTO are not in arch.event */
static void task_event(struct mote_vcpu *vcpu, struct mote_exit_task *task, u32 int_info)
{
	struct x86_event ev = vcpu->arch.event;

	if (!ev.valid)
		ev = (struct x86_event) {
			.type = X86_EVENT_SOFT_INT,
			.vector = int_info & SVM_EXITINTINFO_VEC_MASK,
		};
	x86_task_event(task, &ev);
}

/*
 * Done here and not by the CPU: a fault of the second stage in the middle would
 * come back to a TSS that is busy already, and CR0.TS would be lost beside the
 * TS of a deferred FPU.
 */
static int exit_task_switch(struct mote_vcpu *vcpu)
{
	const struct vmcb_control_area *control = control_of(vcpu);
	struct mote_exit_task task = {
		.selector = control->exit_info_1, .flags = MOTE_TASK_INSN,
	};

	if (control->exit_info_2 & TASK_IRET) {
		task.source = MOTE_TASK_IRET;
	} else if (control->exit_info_2 & TASK_JMP) {
		task.source = MOTE_TASK_JMP;
	} else if (control->exit_int_info & SVM_EXITINTINFO_VALID) {
		task.flags = 0;
		task_event(vcpu, &task, control->exit_int_info);
	}
	/* It is no INT n that executes again, as svm_take_exit_int_info() has it */
	x86_set(vcpu, X86_SHADOW, 0);
	return x86_handle_task_switch(vcpu, &task, SVM_EXIT_TASK_SWITCH);
}

/* ---- second stage: APM vol. 2, "Nested versus Guest Page Faults, Fault Ordering" ---- */

#define NPF_WRITE	BIT(1)
#define NPF_RESERVED	BIT(3)
#define NPF_FETCH	BIT(4)
#define NPF_FINAL	BIT_ULL(32)	/* the access itself, and not one to the guest's tables */

static u32 npf_access(u64 info)
{
	if (info & NPF_WRITE)
		return MOTE_ACCESS_WRITE;
	return info & NPF_FETCH ? MOTE_ACCESS_EXEC : MOTE_ACCESS_READ;
}

/* x86_cs_bits() of the VMCB as the exit left it */
static unsigned int exit_mode(const struct vmcb_save_area *save)
{
	if (!(save->cr0 & X86_CR0_PE))
		return 16;
	if ((save->cs.attrib & SVM_SELECTOR_L_MASK) && (save->efer & EFER_LMA))
		return 64;
	return save->cs.attrib & SVM_SELECTOR_DB_MASK ? 32 : 16;
}

/*
 * With decode assists the CPU shows what it has fetched.  That is less than the
 * longest instruction when the rest is in a page that cannot be fetched, and
 * nothing when it was the fetch that faulted.
 */
static void take_insn(struct svm_vcpu *svm, struct x86_fault *fault)
{
	const struct vmcb_control_area *control = &svm->vmcb->control;

	fault->insn = NULL;
	if (!svm_caps.decode || control->insn_len != INSN_MAX)
		return;
	fault->insn = control->insn_bytes;
	fault->insn_mode = exit_mode(&svm->vmcb->save);
}

static int exit_npf(struct mote_vcpu *vcpu)
{
	const struct vmcb_control_area *control = control_of(vcpu);
	struct x86_fault *fault = &vcpu->arch.fault;
	u64 info = control->exit_info_1;

	/* Our tables are broken */
	if (unlikely(info & NPF_RESERVED))
		return exit_unknown(vcpu);
	fault->gpa = control->exit_info_2;
	take_insn(to_svm(vcpu), fault);
	fault->operand = info & NPF_FINAL;
	fault->access = npf_access(info);
	fault->qualification = info;
	fault->raw = SVM_EXIT_NPF;
	return x86_handle_violation(vcpu);
}

/* ---- dispatch ---- */

/**
 * struct exit_entry - one exit code
 * @handle: enum mote_result or -errno; or
 * @insn: the same for an instruction, given its length
 * @opcode: X86_OP_* of that instruction; 0: there are several
 * @stat: enum mote_exit_type it is counted as
 * @is_insn: it is @insn
 * @gpr: @insn needs to know a general register
 */
struct exit_entry {
	union {
		int (*handle)(struct mote_vcpu *vcpu);
		int (*insn)(struct mote_vcpu *vcpu, unsigned int insn_len);
	};
	u32 opcode;
	u8 stat;
	bool is_insn;
	bool gpr;
};

#define EXIT(fn, stat_)			{ .handle = fn, .stat = MOTE_EXIT_##stat_ }
#define INSN(fn, op, stat_) \
	{ .insn = fn, .opcode = op, .stat = MOTE_EXIT_##stat_, .is_insn = true }
#define MOVE(fn, op) \
	{ .insn = fn, .opcode = op, .stat = MOTE_EXIT_CONTROL, .is_insn = true, .gpr = true }
#define UD				EXIT(x86_exit_ud, OTHER)
#define EXCP(name)			(SVM_EXIT_EXCP_BASE + X86_TRAP_##name)

static const struct exit_entry exits[] = {
	[SVM_EXIT_READ_CR0]	= MOVE(svm_handle_cr, X86_OP_MOV_FROM_CR),
	[SVM_EXIT_READ_CR4]	= MOVE(svm_handle_cr, X86_OP_MOV_FROM_CR),
	[SVM_EXIT_WRITE_CR0]	= MOVE(svm_handle_cr, X86_OP_MOV_TO_CR),
	[SVM_EXIT_WRITE_CR4]	= MOVE(svm_handle_cr, X86_OP_MOV_TO_CR),
	[SVM_EXIT_WRITE_CR8]	= MOVE(svm_handle_cr, X86_OP_MOV_TO_CR),
	[SVM_EXIT_READ_DR0 ... SVM_EXIT_READ_DR7] = MOVE(svm_handle_dr, X86_OP_MOV_FROM_DR),
	[SVM_EXIT_WRITE_DR0 ... SVM_EXIT_WRITE_DR7] = MOVE(svm_handle_dr, X86_OP_MOV_TO_DR),
	[EXCP(DE)]		= EXIT(exit_fault, EXCEPTION),
	[EXCP(DB)]		= EXIT(exit_debug, EXCEPTION),
	[EXCP(BP) ... EXCP(OF)]	= EXIT(svm_exit_unstepped, WINDOW),
	[EXCP(BR)]		= EXIT(exit_fault, EXCEPTION),
	[EXCP(UD)]		= EXIT(svm_exit_unstepped, WINDOW),
	[EXCP(NM)]		= EXIT(exit_nm, EXCEPTION),
	[EXCP(TS) ... EXCP(PF)]	= EXIT(exit_fault, EXCEPTION),
	[EXCP(MF) ... EXCP(AC)]	= EXIT(exit_fault, EXCEPTION),
	[EXCP(MC)]		= EXIT(x86_exit_nothing, EXCEPTION),
	[EXCP(XF)]		= EXIT(exit_fault, EXCEPTION),
	[EXCP(CP)]		= EXIT(exit_fault, EXCEPTION),
	[SVM_EXIT_INTR]		= EXIT(x86_exit_nothing, HOST_IRQ),
	[SVM_EXIT_NMI]		= EXIT(x86_exit_nothing, HOST_NMI),
	[SVM_EXIT_SMI]		= EXIT(x86_exit_nothing, OTHER),
	[SVM_EXIT_INIT]		= EXIT(x86_exit_nothing, OTHER),
	[SVM_EXIT_VINTR]	= EXIT(x86_exit_nothing, WINDOW),
	[SVM_EXIT_CR0_SEL_WRITE] = MOVE(svm_handle_cr, X86_OP_MOV_TO_CR),
	[SVM_EXIT_RDPMC]	= EXIT(x86_exit_gp, OTHER),
	[SVM_EXIT_PUSHF ... SVM_EXIT_POPF] = EXIT(svm_exit_unstepped, WINDOW),
	[SVM_EXIT_SWINT]	= EXIT(svm_exit_unstepped, WINDOW),
	[SVM_EXIT_CPUID]	= INSN(x86_handle_cpuid, X86_OP_CPUID, FEATURE),
	[SVM_EXIT_IRET]		= EXIT(svm_exit_iret, WINDOW),
	[SVM_EXIT_PAUSE]	= EXIT(exit_pause, OTHER),
	[SVM_EXIT_INVD]		= INSN(x86_handle_skip, X86_OP_WBINVD, OTHER),
	[SVM_EXIT_HLT]		= INSN(x86_handle_hlt, X86_OP_HLT, HALT),
	[SVM_EXIT_INVLPGA]	= UD,
	[SVM_EXIT_IOIO]		= EXIT(exit_io, PIO),
	[SVM_EXIT_MSR]		= INSN(handle_msr, 0, SYSREG),
	[SVM_EXIT_TASK_SWITCH]	= EXIT(exit_task_switch, TASK_SWITCH),
	[SVM_EXIT_SHUTDOWN]	= EXIT(exit_shutdown, SHUTDOWN),
	[SVM_EXIT_VMRUN]	= UD,
	[SVM_EXIT_VMMCALL]	= INSN(x86_handle_hypercall, X86_OP_VMMCALL, HYPERCALL),
	[SVM_EXIT_VMLOAD]	= UD,
	[SVM_EXIT_VMSAVE]	= UD,
	[SVM_EXIT_STGI]		= UD,
	[SVM_EXIT_CLGI]		= UD,
	[SVM_EXIT_SKINIT]	= UD,
	[SVM_EXIT_RDTSCP]	= UD,
	[SVM_EXIT_ICEBP]	= INSN(handle_int1, X86_OP_INT1, EXCEPTION),
	[SVM_EXIT_WBINVD]	= INSN(x86_handle_skip, X86_OP_WBINVD, OTHER),
	[SVM_EXIT_MONITOR]	= UD,
	[SVM_EXIT_MWAIT]	= UD,
	[SVM_EXIT_MWAIT_COND]	= UD,
	[SVM_EXIT_XSETBV]	= INSN(handle_xsetbv, X86_OP_XSETBV, CONTROL),
	[SVM_EXIT_RDPRU]	= UD,
	[SVM_EXIT_INVPCID]	= UD,
};

static const struct exit_entry npf = EXIT(exit_npf, FAULT);
static const struct exit_entry unknown = EXIT(exit_unknown, UNKNOWN);

static const struct exit_entry *find_exit(u32 code)
{
	if (code == SVM_EXIT_NPF)
		return &npf;
	if (code >= ARRAY_SIZE(exits))
		return &unknown;
	code = array_index_nospec(code, ARRAY_SIZE(exits));
	return exits[code].handle ? &exits[code] : &unknown;
}

/* With decode assists, bit 63 of EXITINFO1 is set for MOV CRn */
#define INFO_MOV_CR	BIT_ULL(63)
#define INFO_GPR(info)	((info) & 0xf)

static bool is_cr(u32 code)
{
	return code < SVM_EXIT_READ_DR0 || code == SVM_EXIT_CR0_SEL_WRITE;
}

/*
 * Not of SMSW, LMSW and CLTS; nor need the selective exit of a MOV CR0, which is
 * not among those that the APM has it for.
 */
static bool info_has_gpr(const struct vmcb_control_area *control)
{
	return svm_caps.decode &&
	       (!is_cr(control->exit_code) || (control->exit_info_1 & INFO_MOV_CR));
}

/*
 * Where the instruction ends, and which register it names, comes from the CPU
 * or, if that does not know, from the instruction's bytes.
 */
static int handle_insn(struct mote_vcpu *vcpu, const struct exit_entry *entry)
{
	const struct vmcb_control_area *control = control_of(vcpu);
	struct svm_vcpu *svm = to_svm(vcpu);
	unsigned int len = insn_len(vcpu);

	if (!svm_caps.next_rip || unlikely(!len) || (entry->gpr && !info_has_gpr(control)))
		return read_insn(vcpu);
	if (entry->gpr) {
		svm->cr = control->exit_code - SVM_EXIT_READ_CR0;
		svm->gpr = INFO_GPR(control->exit_info_1);
	}
	return entry->insn(vcpu, len);
}

/*
 * RDMSR and WRMSR share an exit code, and so do WBINVD and INVD in QEMU (seen
 * in 7.2).
 */
static bool is_expected(struct mote_vcpu *vcpu, const struct exit_entry *entry, u32 opcode)
{
	if (opcode == X86_OP_INVD)
		opcode = X86_OP_WBINVD;
	if (entry->opcode)
		return opcode == entry->opcode;
	return opcode == (control_of(vcpu)->exit_info_1 ? X86_OP_WRMSR : X86_OP_RDMSR);
}

/**
 * svm_handle_insn - x86_backend::handle_insn
 * @vcpu: loaded
 * @insn: what is at RIP
 *
 * What is there now may not be what exited: another vCPU writes to it, or took
 * its page away.  Then it is executed again.
 */
int svm_handle_insn(struct mote_vcpu *vcpu, const struct x86_insn *insn)
{
	const struct exit_entry *entry = find_exit(control_of(vcpu)->exit_code);
	struct x86_system sys;

	if (x86_decode_system(insn->bytes, insn->count, insn->mode, &sys))
		return MOTE_RESUME;
	if (is_string(sys.opcode))
		return decoded_string(vcpu, &sys);
	if (!entry->is_insn)
		return MOTE_RESUME;
	if (is_expected(vcpu, entry, sys.opcode)) {
		to_svm(vcpu)->cr = sys.reg;
		to_svm(vcpu)->gpr = sys.rm;
		return entry->insn(vcpu, sys.len);
	}
	return is_cr(control_of(vcpu)->exit_code) ? svm_handle_msw(vcpu, &sys) : MOTE_RESUME;
}

/* What an entry may have left to be done after it */
static noinline void finish_entry(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	svm->stepped = svm->step;
	if (svm->step)
		svm_end_step(vcpu);
	if (svm->cr_once)
		svm_end_cr0(vcpu);
	/* The IRET of an NMI handler was executed, or faulted */
	if (svm_iret_done(vcpu))
		svm_set_nmi_blocked(vcpu, false);
	if (svm->vmcb->control.exit_int_info & SVM_EXITINTINFO_VALID)
		svm_take_exit_int_info(vcpu);
	if (svm->injecting)
		svm_event_went_in(vcpu);
}

static bool entry_left_something(const struct svm_vcpu *svm)
{
	return svm->unfinished || svm->vmcb->control.exit_int_info & SVM_EXITINTINFO_VALID;
}

/**
 * svm_handle_exit - see mote_arch_vcpu_handle_exit()
 * @vcpu: loaded, interrupts on
 */
int svm_handle_exit(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	u32 code = svm->vmcb->control.exit_code;
	const struct exit_entry *entry;

	if (unlikely(svm->entry_failed || code == (u32)SVM_EXIT_ERR)) {
		mote_stat_exit(vcpu, MOTE_EXIT_FAIL_ENTRY);
		return exit_failed_entry(vcpu);
	}
	entry = find_exit(code);
	mote_stat_exit(vcpu, entry->stat);
	if (trace_mote_exit_enabled())
		trace_mote_exit(vcpu->id, entry->stat, code, vcpu->arch.reg[X86_RIP]);
	if (unlikely(entry_left_something(svm)))
		finish_entry(vcpu);
	if (entry->is_insn)
		return handle_insn(vcpu, entry);
	return entry->handle(vcpu);
}
