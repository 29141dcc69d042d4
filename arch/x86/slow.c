// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: second-stage violations, and the part of exits that sleeps.
 */
#include <linux/delay.h>
#include <asm/cpu.h>

#include "exits.h"
#include "guestread.h"
#include "insn.h"

/*
 * The guest's instruction, for those who decode.  The registers that the walk
 * needs are read loaded; memory is read not loaded, as that may sleep.
 */
static void fetch_insn(struct mote_vcpu *vcpu, struct x86_insn *insn)
{
	mote_arch_vcpu_load(vcpu);
	x86_insn_begin(vcpu, insn);
	mote_arch_vcpu_put(vcpu);
	x86_insn_fetch(vcpu, insn);
}

static int mmio_exit(struct mote_vcpu *vcpu)
{
	struct x86_insn insn;
	int r;

	fetch_insn(vcpu, &insn);
	mote_arch_vcpu_load(vcpu);
	r = x86_mmio_exit(vcpu, &insn);
	mote_arch_vcpu_put(vcpu);
	return r;
}

/*
 * An xAPIC page that hardware does not virtualise.  Plain 32-bit MOVs are all
 * that operating systems use there; false for the rest.
 */
static bool apic_mov(struct mote_vcpu *vcpu, const struct x86_fault *f, int *r)
{
	u32 offset = f->gpa & (PAGE_SIZE - 1);
	struct x86_insn insn;
	struct x86_mov mov;

	fetch_insn(vcpu, &insn);
	mote_arch_vcpu_load(vcpu);
	if (x86_decode_mov(insn.bytes, insn.count, insn.mode, &mov) || mov.bytes != 4 ||
	    mov.reg_bytes != 4) {
		mote_arch_vcpu_put(vcpu);
		return false;
	}
	*r = MOTE_RESUME;
	x86_skip(vcpu, mov.len);
	if (mov.write)
		*r = lapic_write(vcpu, offset, mov.is_imm ? mov.imm : x86_get(vcpu, mov.reg));
	else
		x86_set_gpr(vcpu, mov.reg, lapic_read(vcpu, offset));
	mote_arch_vcpu_put(vcpu);
	mote_stat_exit(vcpu, MOTE_EXIT_IRQCHIP);
	return true;
}

static bool is_apic_page(struct mote_vcpu *vcpu, gpa_t gpa)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	return apic && lapic_xapic(apic) && !((gpa ^ apic->base) & PAGE_MASK);
}

/* First touch of a page that hardware virtualises, or one that it does not */
static int handle_apic_page(struct mote_vcpu *vcpu, const struct x86_fault *f)
{
	int r = x86->map_apic ? x86->map_apic(vcpu) : -EOPNOTSUPP;

	if (!r)
		return MOTE_RESUME;
	if (r != -EOPNOTSUPP)
		return r;
	return apic_mov(vcpu, f, &r) ? r : mmio_exit(vcpu);
}

/* The instruction itself, for hardware that does not say what it is */
static int handle_insn(struct mote_vcpu *vcpu)
{
	struct x86_insn insn;
	int r;

	fetch_insn(vcpu, &insn);
	mote_arch_vcpu_load(vcpu);
	r = x86->handle_insn(vcpu, &insn);
	mote_arch_vcpu_put(vcpu);
	return r;
}

static int handle_memory(struct mote_vcpu *vcpu, const struct x86_fault *f)
{
	struct mote_fault_info info;

	switch (mote_memory_fault(vcpu, f->gpa, f->access, &info)) {
	case MOTE_FAULT_MMIO:
		return mmio_exit(vcpu);
	case MOTE_FAULT_ERROR:
		return mote_memory_exit(vcpu, f->gpa, f->access, f->raw, &info);
	default:
		/* A signal is seen before the next entry */
		return MOTE_RESUME;
	}
}

/**
 * x86_handle_violation - a second-stage violation, as far as it needs no sleep
 * @vcpu: loaded; vcpu->arch.fault has been filled
 *
 * Return: MOTE_RESUME, MOTE_USER, or MOTE_SLOW for x86_handle_slow().
 */
int x86_handle_violation(struct mote_vcpu *vcpu)
{
	const struct x86_fault *f = &vcpu->arch.fault;
	/* Filled in with MOTE_FAULT_MMIO: most faults have no need of zeroes */
	struct mote_guest_reader reader __uninitialized;

	vcpu->arch.slow = X86_SLOW_FAULT;
	if (unlikely(is_apic_page(vcpu, f->gpa)))
		return MOTE_SLOW;
	switch (mote_memory_fault_fast(vcpu, f->gpa, f->access,
				       f->insn ? NULL : &reader)) {
	case MOTE_FAULT_RETRY:
		return MOTE_RESUME;
	case MOTE_FAULT_MMIO:
		return x86_mmio_fast(vcpu, &reader);
	default:
		return MOTE_SLOW;
	}
}

/* Milliseconds, what a split lock costs a program of the host's */
#define BUS_LOCK_COST	10

/**
 * x86_handle_slow - what exits need and may sleep
 * @vcpu: vcpu->arch.slow says what; not loaded
 *
 * Return: MOTE_RESUME, MOTE_USER or -errno.
 */
int x86_handle_slow(struct mote_vcpu *vcpu)
{
	struct x86_fault f = vcpu->arch.fault;
	int r;

	switch (vcpu->arch.slow) {
	case X86_SLOW_PDPTRS:
		vcpu->arch.pdptrs_stale = false;
		/* Tables outside of memory: the entry says what hardware thinks */
		x86->load_pdptrs(vcpu);
		return MOTE_RESUME;
	case X86_SLOW_APIC:
		return apic_mov(vcpu, &f, &r) ? r : mmio_exit(vcpu);
	case X86_SLOW_INSN:
		return handle_insn(vcpu);
	case X86_SLOW_SPIN:
		mote_vcpu_spins(vcpu);
		return MOTE_RESUME;
	case X86_SLOW_SPLIT_LOCK:
		/* Warned of and slowed down, or SIGBUS: as split_lock_detect= says */
		handle_guest_split_lock(vcpu->arch.reg[X86_RIP]);
		return MOTE_RESUME;
	case X86_SLOW_BUS_LOCK:
		msleep_interruptible(BUS_LOCK_COST);
		return MOTE_RESUME;
	default:
		/* The APIC page lies over whatever memory is there */
		if (unlikely(is_apic_page(vcpu, f.gpa)))
			return handle_apic_page(vcpu, &f);
		return handle_memory(vcpu, &f);
	}
}
