// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: control and debug registers, as far as their instructions exit.
 *
 * Writes of CR0 exit when they change other bits than TS and MP, those of CR4
 * always, and all accesses to what hardware has otherwise than the guest believes
 * (see cr0.c).  MOVs are carried out here; writes end a deferral of the FPU,
 * since these bits decide about it, and so is SMSW to a register.  Other SMSWs, LMSW
 * and CLTS, which cannot reach CD and NW, are let through once.
 */
#include "svm.h"

static int mov_to_cr0(struct mote_vcpu *vcpu, u64 value, unsigned int insn_len)
{
	if (x86_cr0_refused(vcpu, value)) {
		x86_queue_gp(vcpu);
		return MOTE_RESUME;
	}
	svm_fpu_now(vcpu);
	x86_set_cr0(vcpu, value & ~X86_CR0_RESERVED);
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}

static int mov_to_cr4(struct mote_vcpu *vcpu, u64 value, unsigned int insn_len)
{
	if (x86_cr4_refused(vcpu, value)) {
		x86_queue_gp(vcpu);
		return MOTE_RESUME;
	}
	svm_fpu_now(vcpu);
	x86_set(vcpu, X86_CR4, value);
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}

/* CR2, CR3 and CR8 do not exit but as check_tcg() has it; nor do those that are #UD */
static u64 read_cr(struct mote_vcpu *vcpu, unsigned int cr)
{
	switch (cr) {
	case 2:
		return vcpu->arch.cr2;
	case 3:
		return x86_get(vcpu, X86_CR3);
	case 4:
		return x86_get(vcpu, X86_CR4);
	case 8:
		return x86_cr8(vcpu);
	default:
		return x86_get(vcpu, X86_CR0);
	}
}

static int mov_from_cr(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	u64 value = read_cr(vcpu, to_svm(vcpu)->cr);

	/* 32 bits outside of 64-bit mode, and the rest of the register is lost */
	if (x86_code_bits(vcpu) != 64)
		value = (u32)value;
	x86_set(vcpu, to_svm(vcpu)->gpr, value);
	x86_skip(vcpu, insn_len);
	return MOTE_RESUME;
}

static u64 operand(struct mote_vcpu *vcpu)
{
	u64 value = x86_get(vcpu, to_svm(vcpu)->gpr);

	return x86_code_bits(vcpu) == 64 ? value : (u32)value;
}

/**
 * svm_handle_cr - MOV to or from CR0 or CR4
 * @vcpu: loaded, svm->gpr is known, and svm->cr if it is from
 * @insn_len: length of the instruction
 */
int svm_handle_cr(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	switch (to_svm(vcpu)->vmcb->control.exit_code) {
	case SVM_EXIT_READ_CR0:
	case SVM_EXIT_READ_CR4:
		return mov_from_cr(vcpu, insn_len);
	case SVM_EXIT_WRITE_CR8:
		return x86_mov_to_cr8(vcpu, operand(vcpu), insn_len);
	case SVM_EXIT_WRITE_CR4:
		return mov_to_cr4(vcpu, operand(vcpu), insn_len);
	default:
		return mov_to_cr0(vcpu, operand(vcpu), insn_len);
	}
}

/**
 * svm_handle_dr - MOV to or from a debug register
 * @vcpu: loaded, svm->gpr is known
 * @insn_len: length of the instruction
 */
int svm_handle_dr(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	u32 code = to_svm(vcpu)->vmcb->control.exit_code;
	unsigned int gpr = to_svm(vcpu)->gpr;

	if (code < SVM_EXIT_WRITE_DR0)
		return x86_mov_from_dr(vcpu, code - SVM_EXIT_READ_DR0, gpr, insn_len);
	return x86_mov_to_dr(vcpu, code - SVM_EXIT_WRITE_DR0, gpr, insn_len);
}

/* The CPU would store what it has: that the caches are on, and TS of a deferral */
static int smsw(struct mote_vcpu *vcpu, const struct x86_system *sys)
{
	u64 value = x86_get(vcpu, X86_CR0);

	if (sys->bytes == 2)
		value = (x86_get(vcpu, sys->rm) & ~0xffffull) | (u16)value;
	else if (sys->bytes == 4)
		value = (u32)value;
	x86_set_gpr(vcpu, sys->rm, value);
	x86_skip(vcpu, sys->len);
	return MOTE_RESUME;
}

/**
 * svm_handle_msw - SMSW, LMSW or CLTS exited
 * @vcpu: loaded
 * @sys: which
 *
 * SMSW to a register stores 32 or 64 bits.  The rest does not reach CD and NW: it
 * is executed again, alone, and then CR0 exits as before.
 */
int svm_handle_msw(struct mote_vcpu *vcpu, const struct x86_system *sys)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	if (X86_OP_IS_SMSW_REG(sys->opcode))
		return smsw(vcpu, sys);
	/* It would see and write our TS */
	svm_fpu_now(vcpu);
	svm->cr_once = true;
	svm->step = true;
	svm_intercept_cr0(svm, false);
	return MOTE_RESUME;
}
