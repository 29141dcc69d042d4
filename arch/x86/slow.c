// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: the part of exits that sleeps: second-stage violations, and the
 * MMIO exits that come of them.
 */
#include "insn.h"
#include "lapic.h"
#include "x86.h"

#define INSN_MAX	15

/*
 * The guest's instruction at RIP, for those who decode.  The registers that
 * the walk needs are read loaded; memory is read not loaded, as that may sleep.
 */
static unsigned int fetch_insn(struct mote_vcpu *vcpu, u8 *insn)
{
	struct x86_segment cs;

	mote_arch_vcpu_load(vcpu);
	x86_walk_cache(vcpu);
	x86->get_seg(vcpu, MOTE_X86_CS, &cs);
	mote_arch_vcpu_put(vcpu);
	return x86_fetch_insn(vcpu, cs.base, insn);
}

static int mmio_exit(struct mote_vcpu *vcpu, const struct x86_fault *f)
{
	u8 insn[sizeof(((struct mote_exit_mmio *)0)->insn)] = {};
	struct mote_exit *exit;
	unsigned int n;

	n = fetch_insn(vcpu, insn);
	mote_arch_vcpu_load(vcpu);
	exit = mote_exit_begin(vcpu, MOTE_EXIT_MMIO, f->raw);
	x86_fill_run_regs(vcpu);
	mote_arch_vcpu_put(vcpu);
	exit->mmio = (struct mote_exit_mmio) {
		.gpa = f->gpa,
		.access = f->access,
		.insn_bytes = n,
		.flags = f->gva_valid ? MOTE_MMIO_GVA : 0,
		.gva = f->gva,
		.syndrome = f->qualification,
	};
	memcpy(exit->mmio.insn, insn, sizeof(insn));
	mote_stat_exit(vcpu, MOTE_EXIT_MMIO);
	return mote_exit_pending(vcpu, exit, MOTE_EXIT_MMIO);
}

static int memory_exit(struct mote_vcpu *vcpu, const struct x86_fault *f,
		       const struct mote_fault_info *info)
{
	struct mote_exit *exit;

	mote_arch_vcpu_load(vcpu);
	exit = mote_exit_begin(vcpu, MOTE_EXIT_MEMORY_FAULT, f->raw);
	mote_arch_vcpu_put(vcpu);
	exit->memory = (struct mote_exit_memory) {
		.gpa = f->gpa,
		.hva = info->hva,
		.access = f->access,
		.error = info->error,
	};
	return MOTE_USER;
}

/*
 * An xAPIC page that hardware does not virtualise.  Plain 32-bit MOVs are all
 * that operating systems use there; false for the rest.
 */
static bool apic_mov(struct mote_vcpu *vcpu, const struct x86_fault *f, int *r)
{
	u32 offset = f->gpa & (PAGE_SIZE - 1);
	u8 insn[INSN_MAX + 1];
	struct x86_mov mov;
	unsigned int n;

	n = fetch_insn(vcpu, insn);
	mote_arch_vcpu_load(vcpu);
	if (x86_decode_mov(insn, n, x86_code_bits(vcpu), &mov)) {
		mote_arch_vcpu_put(vcpu);
		return false;
	}
	*r = MOTE_RESUME;
	x86_skip(vcpu, mov.len);
	if (mov.write)
		*r = lapic_write(vcpu, offset, mov.is_imm ? mov.imm : x86_get(vcpu, mov.reg));
	else if (mov.reg == X86_RSP)
		x86_set(vcpu, X86_RSP, lapic_read(vcpu, offset));
	else
		vcpu->arch.reg[mov.reg] = lapic_read(vcpu, offset);
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
	return apic_mov(vcpu, f, &r) ? r : mmio_exit(vcpu, f);
}

static int handle_memory(struct mote_vcpu *vcpu, const struct x86_fault *f)
{
	struct mote_fault_info info;

	switch (mote_memory_fault(vcpu, f->gpa, f->access, &info)) {
	case MOTE_FAULT_MMIO:
		return mmio_exit(vcpu, f);
	case MOTE_FAULT_ERROR:
		return memory_exit(vcpu, f, &info);
	default:
		/* A signal is seen before the next entry */
		return MOTE_RESUME;
	}
}

/**
 * x86_handle_violation - a second-stage violation, as far as it needs no sleep
 * @vcpu: loaded; vcpu->arch.fault has been filled
 *
 * Return: MOTE_RESUME, or MOTE_SLOW for x86_handle_slow().
 */
int x86_handle_violation(struct mote_vcpu *vcpu)
{
	const struct x86_fault *f = &vcpu->arch.fault;

	if (likely(!is_apic_page(vcpu, f->gpa)) &&
	    mote_memory_fault_fast(vcpu, f->gpa, f->access) == MOTE_FAULT_RETRY)
		return MOTE_RESUME;
	vcpu->arch.slow = X86_SLOW_FAULT;
	return MOTE_SLOW;
}

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
		return apic_mov(vcpu, &f, &r) ? r : mmio_exit(vcpu, &f);
	default:
		/* The APIC page lies over whatever memory is there */
		if (unlikely(is_apic_page(vcpu, f.gpa)))
			return handle_apic_page(vcpu, &f);
		return handle_memory(vcpu, &f);
	}
}
