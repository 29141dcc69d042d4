// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: instructions that exit, and how they are finished: at once, or
 * with the runner's answer at the next RUN.
 *
 * While an answer is due, RIP stays at the instruction.  Handlers return
 * enum mote_result and run loaded.
 */
#include <linux/io.h>
#include <linux/percpu.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/msr-index.h>
#include <asm/processor.h>

#include "exits.h"

/* ---- exits without an answer of their own ---- */

int x86_exit_nothing(struct mote_vcpu *vcpu)
{
	return MOTE_RESUME;
}

/** x86_exit_ud - an instruction of a feature that CPUID does not show */
int x86_exit_ud(struct mote_vcpu *vcpu)
{
	x86_queue_ud(vcpu);
	return MOTE_RESUME;
}

int x86_exit_gp(struct mote_vcpu *vcpu)
{
	x86_queue_gp(vcpu);
	return MOTE_RESUME;
}

/** x86_handle_pause - PAUSE, many in a row: the guest waits for another vCPU */
int x86_handle_pause(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	x86_skip(vcpu, insn_len);
	vcpu->arch.slow = X86_SLOW_SPIN;
	return MOTE_SLOW;
}

/** x86_handle_skip - INVD, WBINVD: no-ops here, caches are the host's */
int x86_handle_skip(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}

/* An exit whose answer finishes the instruction */
static int wait_for_answer(struct mote_vcpu *vcpu, struct mote_exit *exit, u16 type,
			   unsigned int insn_len)
{
	vcpu->arch.answer = (struct x86_answer){ .insn_len = insn_len };
	return mote_exit_pending(vcpu, exit, type);
}

/* ---- CPUID ---- */

static void set_cpuid_regs(struct mote_vcpu *vcpu, const u32 *v)
{
	vcpu->arch.reg[X86_RAX] = v[0];
	vcpu->arch.reg[X86_RBX] = v[1];
	vcpu->arch.reg[X86_RCX] = v[2];
	vcpu->arch.reg[X86_RDX] = v[3];
}

static int cpuid_exit(struct mote_vcpu *vcpu, u64 index, unsigned int insn_len)
{
	struct mote_exit *exit = mote_exit_begin(vcpu, MOTE_EXIT_FEATURE, 0);

	exit->feature.index = index;
	memset(exit->feature.value, 0, sizeof(exit->feature.value));
	return wait_for_answer(vcpu, exit, MOTE_EXIT_FEATURE, insn_len);
}

/* By policy, or by what the vCPU is doing now */
static noinline int handle_cpuid_slow(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	u32 leaf = vcpu->arch.reg[X86_RAX], subleaf = vcpu->arch.reg[X86_RCX];
	u64 index = (u64)leaf << 32 | subleaf, constant[2];
	u32 v[4];

	switch (mote_policy_find(vcpu->vm, MOTE_SPACE_FEATURE, index, false, constant)) {
	case MOTE_ACTION_EXIT:
		return cpuid_exit(vcpu, index, insn_len);
	case MOTE_ACTION_FAULT:
		/* As with CPUID faulting, SDM vol. 3 "CPUID faulting" */
		x86_queue_gp(vcpu);
		return MOTE_RESUME;
	case MOTE_ACTION_CONSTANT:
		v[0] = constant[0];
		v[1] = constant[0] >> 32;
		v[2] = constant[1];
		v[3] = constant[1] >> 32;
		break;
	case MOTE_ACTION_PASS:
		cpuid_count(leaf, subleaf, &v[0], &v[1], &v[2], &v[3]);
		break;
	default:
		x86_cpuid_lookup(vcpu, leaf, subleaf, v);
	}
	set_cpuid_regs(vcpu, v);
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}

int x86_handle_cpuid(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	const struct mote_x86_cpuid *e;
	u64 *reg = vcpu->arch.reg;

	if (unlikely(mote_policy_any(&vcpu->vm->policy, MOTE_SPACE_FEATURE)))
		return handle_cpuid_slow(vcpu, insn_len);
	e = x86_cpuid_constant(vcpu, reg[X86_RAX], reg[X86_RCX]);
	if (!e)
		return handle_cpuid_slow(vcpu, insn_len);
	reg[X86_RAX] = e->eax;
	reg[X86_RBX] = e->ebx;
	reg[X86_RCX] = e->ecx;
	reg[X86_RDX] = e->edx;
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}

/* ---- RDMSR, WRMSR ---- */

static int msr_exit(struct mote_vcpu *vcpu, u32 index, bool write, unsigned int insn_len)
{
	struct mote_exit *exit = mote_exit_begin(vcpu, MOTE_EXIT_SYSREG, 0);

	memset(&exit->sysreg, 0, sizeof(exit->sysreg));
	exit->sysreg.id = index;
	exit->sysreg.write = write;
	if (write)
		exit->sysreg.data = x86_edx_eax(vcpu);
	wait_for_answer(vcpu, exit, MOTE_EXIT_SYSREG, insn_len);
	vcpu->arch.answer.write = write;
	return MOTE_USER;
}

int x86_handle_rdmsr(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	u32 index = vcpu->arch.reg[X86_RCX];
	u64 value[2];

	switch (mote_policy_find(vcpu->vm, MOTE_SPACE_SYSREG, index, false, value)) {
	case MOTE_ACTION_EXIT:
		return msr_exit(vcpu, index, false, insn_len);
	case MOTE_ACTION_CONSTANT:
		break;
	case MOTE_ACTION_PASS:
		if (!rdmsrl_safe(index, &value[0]))
			break;
		x86_queue_gp(vcpu);
		return MOTE_RESUME;
	case MOTE_ACTION_DEFAULT:
		if (!x86_msr_read(vcpu, index, &value[0], false))
			break;
		fallthrough;
	default:
		x86_queue_gp(vcpu);
		return MOTE_RESUME;
	}
	x86_set_edx_eax(vcpu, value[0]);
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}

int x86_handle_wrmsr(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	u32 index = vcpu->arch.reg[X86_RCX];
	u64 value = x86_edx_eax(vcpu);

	switch (mote_policy_find(vcpu->vm, MOTE_SPACE_SYSREG, index, true, NULL)) {
	case MOTE_ACTION_EXIT:
		return msr_exit(vcpu, index, true, insn_len);
	case MOTE_ACTION_CONSTANT:
		break;
	case MOTE_ACTION_DEFAULT:
		if (!x86_msr_check(vcpu, index, value, false)) {
			/* RIP first: the write may make an exit, which shows it */
			x86_skip(vcpu, insn_len);
			return x86_msr_write(vcpu, index, value, false);
		}
		fallthrough;
	default:
		x86_queue_gp(vcpu);
		return MOTE_RESUME;
	}
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}

int x86_handle_xsetbv(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	u64 value = x86_edx_eax(vcpu);

	if ((u32)vcpu->arch.reg[X86_RCX] || x86->cpl(vcpu) || x86_xcr0_check(vcpu, value)) {
		x86_queue_gp(vcpu);
		return MOTE_RESUME;
	}
	x86_xcr0_set(vcpu, value);
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}

/* ---- HLT ---- */

int x86_handle_hlt(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	x86_skip(vcpu, insn_len);
	if (!vcpu->arch.lapic) {
		mote_exit_begin(vcpu, MOTE_EXIT_HALT, 0);
		return MOTE_USER;
	}
	x86_halt(vcpu, !vcpu->arch.event.valid);
	return MOTE_AGAIN;
}

/* ---- VMCALL, VMMCALL: number in RAX, arguments in RBX RCX RDX RSI RDI ---- */

static const u8 hypercall_args[] = { X86_RBX, X86_RCX, X86_RDX, X86_RSI, X86_RDI };

static int hypercall_exit(struct mote_vcpu *vcpu, u64 nr, unsigned int insn_len)
{
	struct mote_exit *exit = mote_exit_begin(vcpu, MOTE_EXIT_HYPERCALL, 0);
	unsigned int i;

	exit->hypercall.nr = nr;
	for (i = 0; i < ARRAY_SIZE(hypercall_args); i++)
		exit->hypercall.args[i] = x86_word(vcpu, vcpu->arch.reg[hypercall_args[i]]);
	exit->hypercall.ret = MOTE_X86_HYPERCALL_ENOSYS;
	return wait_for_answer(vcpu, exit, MOTE_EXIT_HYPERCALL, insn_len);
}

static noinline int hypercall_by_policy(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	u64 nr = x86_word(vcpu, vcpu->arch.reg[X86_RAX]);
	u64 value[2] = { MOTE_X86_HYPERCALL_ENOSYS };

	switch (mote_policy_find(vcpu->vm, MOTE_SPACE_HYPERCALL, nr, false, value)) {
	case MOTE_ACTION_EXIT:
		return hypercall_exit(vcpu, nr, insn_len);
	case MOTE_ACTION_FAULT:
		x86_queue_ud(vcpu);
		return MOTE_RESUME;
	default:
		vcpu->arch.reg[X86_RAX] = value[0];
		x86_skip(vcpu, insn_len);
		return MOTE_RESUME;
	}
}

int x86_handle_hypercall(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	if (unlikely(mote_policy_any(&vcpu->vm->policy, MOTE_SPACE_HYPERCALL)))
		return hypercall_by_policy(vcpu, insn_len);
	vcpu->arch.reg[X86_RAX] = MOTE_X86_HYPERCALL_ENOSYS;
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}

/* ---- IN, OUT ---- */

/* A 32-bit IN clears the upper half of RAX, smaller ones keep the rest */
static void set_in_result(struct mote_vcpu *vcpu, unsigned int bytes, u64 value)
{
	u64 *rax = &vcpu->arch.reg[X86_RAX];

	if (bytes == 4)
		*rax = (u32)value;
	else
		*rax = (*rax & ~(BIT_ULL(8 * bytes) - 1)) | (value & (BIT_ULL(8 * bytes) - 1));
}

static u32 host_in(u16 port, unsigned int bytes)
{
	switch (bytes) {
	case 1:
		return inb(port);
	case 2:
		return inw(port);
	default:
		return inl(port);
	}
}

static void host_out(u16 port, unsigned int bytes, u32 value)
{
	switch (bytes) {
	case 1:
		return outb(value, port);
	case 2:
		return outw(value, port);
	default:
		return outl(value, port);
	}
}

/* Done here, and not by the guest with a bitmap: it is for the odd port */
static void pass_pio(struct mote_vcpu *vcpu, u16 port, unsigned int bytes, bool write)
{
	if (write)
		host_out(port, bytes, vcpu->arch.reg[X86_RAX]);
	else
		set_in_result(vcpu, bytes, host_in(port, bytes));
}

/*
 * Whether a policy has finished the access.  The runner moves the memory of
 * string forms, so all but a fault is its business.
 */
static noinline bool pio_by_policy(struct mote_vcpu *vcpu, u16 port, unsigned int bytes, u8 flags,
				   unsigned int insn_len)
{
	bool write = flags & MOTE_PIO_WRITE;
	enum mote_action action;
	u64 value[2];

	action = mote_policy_find(vcpu->vm, MOTE_SPACE_PIO, port, write, value);
	if (action == MOTE_ACTION_FAULT) {
		x86_queue_gp(vcpu);
		return true;
	}
	if (flags & MOTE_PIO_STRING)
		return false;
	if (action == MOTE_ACTION_PASS)
		pass_pio(vcpu, port, bytes, write);
	else if (action != MOTE_ACTION_CONSTANT)
		return false;
	else if (!write)
		set_in_result(vcpu, bytes, value[0]);
	x86_skip(vcpu, insn_len);
	return true;
}

/**
 * x86_handle_pio - IN and OUT
 * @vcpu: loaded
 * @port: I/O port
 * @bytes: 1, 2 or 4
 * @flags: MOTE_PIO_*; x86_handle_pio_string() does what string forms need
 * @insn_len: length of the instruction
 * @raw: hardware's exit reason
 */
int x86_handle_pio(struct mote_vcpu *vcpu, u16 port, unsigned int bytes, u8 flags,
		   unsigned int insn_len, u64 raw)
{
	struct mote_exit_pio *pio = &vcpu->run->exit.pio;
	struct x86_answer *answer = &vcpu->arch.answer;

	if (unlikely(mote_policy_any(&vcpu->vm->policy, MOTE_SPACE_PIO)) &&
	    pio_by_policy(vcpu, port, bytes, flags, insn_len))
		return MOTE_RESUME;
	/* Field by field: a structure would be made on the stack first */
	pio->port = port;
	pio->bytes = bytes;
	pio->flags = flags;
	pio->data = flags & MOTE_PIO_WRITE ? vcpu->arch.reg[X86_RAX] & (BIT_ULL(8 * bytes) - 1) : 0;
	answer->insn_len = insn_len;
	answer->bytes = bytes;
	answer->write = flags & MOTE_PIO_WRITE;
	answer->by_regs = false;
	return mote_exit_pending(vcpu, mote_exit_begin(vcpu, MOTE_EXIT_PIO, raw), MOTE_EXIT_PIO);
}

/**
 * x86_handle_pio_string - INS and OUTS
 * @vcpu: loaded
 * @pio: decoded by hardware
 * @insn_len: length of the instruction
 * @raw: hardware's exit reason
 */
int x86_handle_pio_string(struct mote_vcpu *vcpu, const struct mote_exit_pio *pio,
			  unsigned int insn_len, u64 raw)
{
	int r = x86_handle_pio(vcpu, pio->port, pio->bytes, pio->flags, insn_len, raw);

	if (r == MOTE_USER) {
		vcpu->run->exit.pio = *pio;
		vcpu->arch.answer.by_regs = true;
		x86_fill_run_regs(vcpu);
	}
	return r;
}

/* ---- task switches ---- */

void x86_task_event(struct mote_exit_task *task, const struct x86_event *ev)
{
	static const u8 event[] = {
		[X86_EVENT_EXTINT] = MOTE_EVENT_INTR, [X86_EVENT_NMI] = MOTE_EVENT_NMI,
	};

	task->source = MOTE_TASK_GATE;
	task->event = ev->type < X86_EVENT_EXCEPTION ? event[ev->type] : MOTE_EVENT_EXCEPTION;
	task->vector = ev->vector;
	if (ev->type >= X86_EVENT_SOFT_INT) {
		task->flags |= MOTE_TASK_INSN;
		task->insn_bytes = ev->insn_len;
	}
	if (ev->has_error) {
		task->flags |= MOTE_TASK_ERROR_CODE;
		task->error_code = ev->error_code;
	}
}

/**
 * x86_handle_task_switch - the runner does it
 * @vcpu: loaded; arch.event has what goes through the gate
 * @task: all that hardware says
 * @raw: hardware's exit reason
 *
 * Rare, and a page of rules that only look at memory and registers.
 */
int x86_handle_task_switch(struct mote_vcpu *vcpu, const struct mote_exit_task *task, u64 raw)
{
	struct mote_exit *exit = mote_exit_begin(vcpu, MOTE_EXIT_TASK_SWITCH, raw);

	exit->task = *task;
	x86_fill_run_regs(vcpu);
	return mote_exit_pending(vcpu, exit, MOTE_EXIT_TASK_SWITCH);
}

/* ---- answers ---- */

static void complete_pio(struct mote_vcpu *vcpu)
{
	const struct x86_answer *a = &vcpu->arch.answer;

	/* Without registers from the runner a string access is tried again */
	if (a->by_regs)
		return;
	if (!a->write)
		set_in_result(vcpu, a->bytes, READ_ONCE(vcpu->run->exit.pio.data));
	x86_skip(vcpu, a->insn_len);
}

static void complete_sysreg(struct mote_vcpu *vcpu)
{
	if (READ_ONCE(vcpu->run->exit.sysreg.fault)) {
		x86_queue_gp(vcpu);
		return;
	}
	if (!vcpu->arch.answer.write)
		x86_set_edx_eax(vcpu, READ_ONCE(vcpu->run->exit.sysreg.data));
	x86_skip(vcpu, vcpu->arch.answer.insn_len);
}

static void complete_feature(struct mote_vcpu *vcpu)
{
	u32 v[4];
	unsigned int i;

	for (i = 0; i < 4; i++)
		v[i] = READ_ONCE(vcpu->run->exit.feature.value[i]);
	set_cpuid_regs(vcpu, v);
	x86_skip(vcpu, vcpu->arch.answer.insn_len);
}

static void complete_hypercall(struct mote_vcpu *vcpu)
{
	vcpu->arch.reg[X86_RAX] = READ_ONCE(vcpu->run->exit.hypercall.ret);
	x86_skip(vcpu, vcpu->arch.answer.insn_len);
}

static void (*const completers[])(struct mote_vcpu *vcpu) = {
	[MOTE_EXIT_MMIO] = x86_mmio_complete,
	[MOTE_EXIT_SYSREG] = complete_sysreg,
	[MOTE_EXIT_FEATURE] = complete_feature,
	[MOTE_EXIT_HYPERCALL] = complete_hypercall,
};

/**
 * x86_complete - mote_arch_vcpu_complete()
 * @vcpu: loaded, vcpu->pending is what this file or mmio.c made
 */
int x86_complete(struct mote_vcpu *vcpu)
{
	if (likely(vcpu->pending == MOTE_EXIT_PIO))
		complete_pio(vcpu);
	else if (vcpu->pending < ARRAY_SIZE(completers) && completers[vcpu->pending])
		completers[vcpu->pending](vcpu);
	return 0;
}
