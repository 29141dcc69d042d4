// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: aborts from the guest: memory that is not mapped yet, devices,
 * and what is neither.  Arm ARM, "ISS encoding for an exception from a Data
 * Abort" and "... from an Instruction Abort".
 */
#include <linux/swab.h>
#include <asm/barrier.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>

#include "arm64.h"
#include "vgic.h"

#define FAR_PAGE_MASK	0xfffull

/* HPFAR_EL2.FIPA is bits 51:12 of the address, at 43:4 */
#define HPFAR_IPA(hpfar)	(((hpfar) & GENMASK_ULL(43, 4)) << 8)

static unsigned int mmio_bytes(u64 esr)
{
	return 1u << ((esr & ESR_ELx_SAS) >> ESR_ELx_SAS_SHIFT);
}

static unsigned int mmio_reg(u64 esr)
{
	return (esr & ESR_ELx_SRT_MASK) >> ESR_ELx_SRT_SHIFT;
}

static u64 swap_bytes(u64 value, unsigned int bytes)
{
	return swab64(value) >> (64 - 8 * bytes);
}

/* ---- the register of an access that hardware has decoded ---- */

static u64 store_value(struct mote_vcpu *vcpu, u64 esr)
{
	unsigned int bytes = mmio_bytes(esr), reg = mmio_reg(esr);
	/* 31 is XZR */
	u64 value = reg < 31 ? to_ctx(vcpu)->x[reg] : 0;

	if (bytes < 8)
		value &= BIT_ULL(8 * bytes) - 1;
	return unlikely(arm64_big_endian(vcpu)) ? swap_bytes(value, bytes) : value;
}

static void load_value(struct mote_vcpu *vcpu, u64 esr, u64 value)
{
	unsigned int bytes = mmio_bytes(esr), reg = mmio_reg(esr);

	if (unlikely(arm64_big_endian(vcpu)))
		value = swap_bytes(value, bytes);
	if (bytes < 8) {
		value &= BIT_ULL(8 * bytes) - 1;
		if (esr & ESR_ELx_SSE)
			value = (s64)(value << (64 - 8 * bytes)) >> (64 - 8 * bytes);
	}
	if (!(esr & ESR_ELx_SF))
		value = (u32)value;
	if (reg < 31)
		to_ctx(vcpu)->x[reg] = value;
}

/* ---- devices ---- */

/* Field by field: a structure would be made on the stack first */
static struct mote_exit *begin_mmio(struct mote_vcpu *vcpu, const struct arm64_fault *f)
{
	struct mote_exit *exit = mote_exit_begin(vcpu, MOTE_EXIT_MMIO, f->esr);

	exit->mmio.gpa = f->ipa;
	exit->mmio.data = 0;
	exit->mmio.access = f->access;
	exit->mmio.gva = f->far;
	exit->mmio.flags = MOTE_MMIO_GVA;
	exit->mmio.syndrome = f->esr;
	mote_stat_exit(vcpu, MOTE_EXIT_MMIO);
	vcpu->arch.answer.esr = f->esr;
	mote_exit_pending(vcpu, exit, MOTE_EXIT_MMIO);
	return exit;
}

static int decoded_exit(struct mote_vcpu *vcpu, const struct arm64_fault *f)
{
	struct mote_exit *exit = begin_mmio(vcpu, f);

	exit->mmio.bytes = mmio_bytes(f->esr);
	exit->mmio.decoded = 1;
	exit->mmio.insn_bytes = 0;
	if (f->esr & ESR_ELx_WNR)
		exit->mmio.data = store_value(vcpu, f->esr);
	return MOTE_USER;
}

void arm64_complete_mmio(struct mote_vcpu *vcpu)
{
	u64 esr = vcpu->arch.answer.esr;

	/* Without registers from the runner the instruction is executed again */
	if (!(esr & ESR_ELx_ISV))
		return;
	if (!(esr & ESR_ELx_WNR))
		load_value(vcpu, esr, READ_ONCE(vcpu->run->exit.mmio.data));
	arm64_skip(vcpu);
}

static int undecoded_exit(struct mote_vcpu *vcpu, const struct arm64_fault *f)
{
	struct mote_exit *exit;
	u32 insn = 0;
	bool fetched = !arm64_fetch_insn(vcpu, &insn);

	mote_arch_vcpu_load(vcpu);
	exit = begin_mmio(vcpu, f);
	exit->mmio.bytes = 0;
	exit->mmio.decoded = 0;
	exit->mmio.insn_bytes = fetched ? sizeof(insn) : 0;
	memset(exit->mmio.insn, 0, sizeof(exit->mmio.insn));
	memcpy(exit->mmio.insn, &insn, sizeof(insn));
	arm64_fill_run_regs(vcpu);
	mote_arch_vcpu_put(vcpu);
	return MOTE_USER;
}

static int gic_access(struct mote_vcpu *vcpu, const struct arm64_fault *f)
{
	bool write = f->esr & ESR_ELx_WNR;
	u64 value = write ? store_value(vcpu, f->esr) : 0;

	mote_stat_exit(vcpu, MOTE_EXIT_IRQCHIP);
	vgic_mmio(vcpu, f->ipa, mmio_bytes(f->esr), write, &value);
	if (!write)
		load_value(vcpu, f->esr, value);
	arm64_skip(vcpu);
	return MOTE_RESUME;
}

/* The level, of a walk, is not known: it is that of stage 2 in the syndrome */
#define FSC_EXTABT_WALK	0x17

/*
 * No memory there.  Neither a table walk nor a fetch can be done for the
 * guest: it gets what a bus without a device answers.  Cache maintenance has
 * nothing to do.  Return: enum mote_result.
 */
static int no_memory(struct mote_vcpu *vcpu, const struct arm64_fault *f)
{
	bool fetch = ESR_ELx_EC(f->esr) == ESR_ELx_EC_IABT_LOW;

	if (unlikely(fetch || (f->esr & ESR_ELx_S1PTW))) {
		arm64_inject_abort(vcpu, fetch, f->far, f->esr & ESR_ELx_S1PTW ?
				   FSC_EXTABT_WALK : ESR_ELx_FSC_EXTABT);
		return MOTE_RESUME;
	}
	if (unlikely(f->esr & ESR_ELx_CM)) {
		arm64_skip(vcpu);
		return MOTE_RESUME;
	}
	if (!(f->esr & ESR_ELx_ISV))
		return MOTE_SLOW;
	return vcpu->arch.vgic && vgic_owns(vcpu->vm, f->ipa) ? gic_access(vcpu, f) :
								decoded_exit(vcpu, f);
}

/* ---- memory ---- */

/*
 * A walk of the guest's tables faults for permission only when hardware
 * updates a descriptor (FEAT_HAFDBS).  Cache maintenance says "write" for all
 * it does; only where that is not allowed it counts as one.
 */
static u32 access_of(u64 esr)
{
	bool permission = (esr & ESR_ELx_FSC_TYPE) == ESR_ELx_FSC_PERM;

	if (esr & ESR_ELx_S1PTW)
		return permission ? MOTE_ACCESS_WRITE : MOTE_ACCESS_READ;
	if (ESR_ELx_EC(esr) == ESR_ELx_EC_IABT_LOW)
		return MOTE_ACCESS_EXEC;
	if ((esr & ESR_ELx_CM) && !permission)
		return MOTE_ACCESS_READ;
	return esr & ESR_ELx_WNR ? MOTE_ACCESS_WRITE : MOTE_ACCESS_READ;
}

/* Other faults than of stage-2 tables */
static noinline int other_abort(struct mote_vcpu *vcpu, u64 esr)
{
	bool fetch = ESR_ELx_EC(esr) == ESR_ELx_EC_IABT_LOW;
	u64 fsc = esr & ESR_ELx_FSC;

	/*
	 * Beyond the guest's addresses; external, on the access or on a walk;
	 * parity, the same; exclusive or atomic on memory that cannot.
	 */
	if (fsc < ESR_ELx_FSC_FAULT || (fsc >= 0x10 && fsc < 0x20 && fsc != ESR_ELx_FSC_MTE) ||
	    fsc == 0x35) {
		arm64_inject_abort(vcpu, fetch, to_ctx(vcpu)->far,
				   fsc < ESR_ELx_FSC_FAULT ? ESR_ELx_FSC_EXTABT : fsc);
		return MOTE_RESUME;
	}
	return arm64_exit_unknown(vcpu);
}

/* What was found is in the tables; the next walk of hardware must see it */
static int mapped(void)
{
	dsb(ishst);
	return MOTE_RESUME;
}

/**
 * arm64_handle_abort - an abort, as far as it needs no sleep
 * @vcpu: loaded
 *
 * Return: enum mote_result, MOTE_SLOW for arm64_handle_abort_slow().
 */
int arm64_handle_abort(struct mote_vcpu *vcpu)
{
	struct arm64_fault *f = &vcpu->arch.fault;
	struct arm64_ctx *ctx = to_ctx(vcpu);
	u64 type = ctx->esr & ESR_ELx_FSC_TYPE;

	if (unlikely(type != ESR_ELx_FSC_FAULT && type != ESR_ELx_FSC_PERM))
		return other_abort(vcpu, ctx->esr);
	if (unlikely(!ctx->hpfar_valid))
		return MOTE_RESUME;
	f->esr = ctx->esr;
	f->far = ctx->far;
	f->ipa = HPFAR_IPA(ctx->hpfar);
	/* Of a walk, the offset in the table is not known */
	if (!(f->esr & ESR_ELx_S1PTW))
		f->ipa |= f->far & FAR_PAGE_MASK;
	f->access = access_of(f->esr);
	vcpu->arch.slow = ARM64_SLOW_FAULT;
	/* The interrupt controller lies over whatever memory is there */
	if (vcpu->arch.vgic && vgic_owns(vcpu->vm, f->ipa))
		return no_memory(vcpu, f);
	switch (mote_memory_fault_fast(vcpu, f->ipa, f->access, NULL)) {
	case MOTE_FAULT_RETRY:
		return mapped();
	case MOTE_FAULT_MMIO:
		return no_memory(vcpu, f);
	default:
		return MOTE_SLOW;
	}
}

/**
 * arm64_handle_abort_slow - the rest of it
 * @vcpu: not loaded; vcpu->arch.fault is what the guest met
 */
int arm64_handle_abort_slow(struct mote_vcpu *vcpu)
{
	const struct arm64_fault *f = &vcpu->arch.fault;
	struct mote_fault_info info;
	int r;

	if (vcpu->arch.vgic && vgic_owns(vcpu->vm, f->ipa))
		return undecoded_exit(vcpu, f);
	switch (mote_memory_fault(vcpu, f->ipa, f->access, &info)) {
	case MOTE_FAULT_MMIO:
		mote_arch_vcpu_load(vcpu);
		r = no_memory(vcpu, f);
		mote_arch_vcpu_put(vcpu);
		return r == MOTE_SLOW ? undecoded_exit(vcpu, f) : r;
	case MOTE_FAULT_ERROR:
		return mote_memory_exit(vcpu, f->ipa, f->access, f->esr, &info);
	default:
		/* A signal is seen before the next entry */
		return mapped();
	}
}
