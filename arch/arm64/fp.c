// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's FP and SIMD registers.
 *
 * Guests that do not use them in a session do not pay: CPTR_EL2 traps the
 * first use.  From arm64_fp_load() to arm64_fp_put() this thread is inside
 * kernel_neon_begin(), so that nobody else in the kernel uses them, and the
 * host process's own, SVE and SME state too, are in its save area.  Guests have
 * no SVE: a load of V registers clears what is above them in Z registers.
 */
#include <linux/nospec.h>
#include <asm/neon.h>

#include "arm64.h"

/* CPTR_EL2 as a host with HCR_EL2.E2H has it: like CPACR_EL1; else traps are 1s */
#define CPTR_VHE_TRAPS	(BIT_ULL(28) | BIT_ULL(30))	/* TTA, TAM; ZEN, SMEN and FPEN 0 */
#define CPTR_VHE_FPEN	(3ULL << 20)
#define CPTR_NVHE_TRAPS	(0x33ffULL | BIT_ULL(20) | BIT_ULL(30))	/* TZ, TSM, TTA, TAM, RES1 */
#define CPTR_NVHE_TFP	BIT_ULL(10)

/* Bits that FPSR and FPCR can have: Arm ARM, registers of that name, FEAT_AFP too */
#define FPSR_BITS	0xf800009full
#define FPCR_BITS	0x07ff9f07ull

#define FP_WORDS	66	/* by the index of MOTE_ARM64_CLASS_FP */

static void set_traps(struct mote_vcpu *vcpu, bool fp_on)
{
	if (arm64_vhe)
		to_ctx(vcpu)->cptr = CPTR_VHE_TRAPS | (fp_on ? CPTR_VHE_FPEN : 0);
	else
		to_ctx(vcpu)->cptr = CPTR_NVHE_TRAPS | (fp_on ? 0 : CPTR_NVHE_TFP);
}

/* All 32 registers, @op one of ldp and stp */
#define ALL_V(op)							\
	".arch_extension fp\n\t.arch_extension simd\n\t"		\
	op " q0, q1, [%0, #0]\n\t"	op " q2, q3, [%0, #32]\n\t"	\
	op " q4, q5, [%0, #64]\n\t"	op " q6, q7, [%0, #96]\n\t"	\
	op " q8, q9, [%0, #128]\n\t"	op " q10, q11, [%0, #160]\n\t"	\
	op " q12, q13, [%0, #192]\n\t"	op " q14, q15, [%0, #224]\n\t"	\
	op " q16, q17, [%0, #256]\n\t"	op " q18, q19, [%0, #288]\n\t"	\
	op " q20, q21, [%0, #320]\n\t"	op " q22, q23, [%0, #352]\n\t"	\
	op " q24, q25, [%0, #384]\n\t"	op " q26, q27, [%0, #416]\n\t"	\
	op " q28, q29, [%0, #448]\n\t"	op " q30, q31, [%0, #480]\n\t"

static void registers_load(const struct arm64_fp *fp)
{
	asm volatile(ALL_V("ldp")
		     "msr fpsr, %1\n\tmsr fpcr, %2"
		     : : "r"(fp->v), "r"(fp->fpsr), "r"(fp->fpcr) : "memory");
}

static void registers_store(struct arm64_fp *fp)
{
	u64 fpsr, fpcr;

	asm volatile(ALL_V("stp") : : "r"(fp->v) : "memory");
	asm volatile("mrs %0, fpsr\n\tmrs %1, fpcr" : "=r"(fpsr), "=r"(fpcr));
	fp->fpsr = fpsr;
	fp->fpcr = fpcr;
}

void arm64_fp_init(struct mote_vcpu *vcpu)
{
	set_traps(vcpu, false);
}

void arm64_fp_load(struct mote_vcpu *vcpu)
{
	if (vcpu->arch.fp_loaded)
		return;
	kernel_neon_begin();
	registers_load(&to_page(vcpu)->fp);
	set_traps(vcpu, true);
	vcpu->arch.fp_loaded = true;
}

void arm64_fp_put(struct mote_vcpu *vcpu)
{
	if (!vcpu->arch.fp_loaded)
		return;
	registers_store(&to_page(vcpu)->fp);
	kernel_neon_end();
	set_traps(vcpu, false);
	vcpu->arch.fp_loaded = false;
}

/* ---- one by one, not loaded into hardware ---- */

static u64 *word(struct mote_vcpu *vcpu, u32 index)
{
	struct arm64_fp *fp = &to_page(vcpu)->fp;

	if (index < ARRAY_SIZE(fp->v))
		return &fp->v[array_index_nospec(index, ARRAY_SIZE(fp->v))];
	return index == ARRAY_SIZE(fp->v) ? &fp->fpsr : &fp->fpcr;
}

int arm64_fp_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	if (index >= FP_WORDS)
		return -ENOENT;
	*value = *word(vcpu, index);
	return 0;
}

int arm64_fp_check(u32 index, u64 value)
{
	if (index >= FP_WORDS)
		return -ENOENT;
	if (index == FP_WORDS - 2)
		return value & ~FPSR_BITS ? -EINVAL : 0;
	if (index == FP_WORDS - 1)
		return value & ~FPCR_BITS ? -EINVAL : 0;
	return 0;
}

void arm64_fp_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	*word(vcpu, index) = value;
}
