// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: the guest's FPU, SSE and AVX state, XCR0 and PKRU.
 *
 * Between x86_fpu_load() and x86_fpu_save() the registers are the guest's and
 * this thread is inside kernel_fpu_begin(), so that nobody else in the kernel
 * uses them: an interrupt handler that asks is told no.  The host process's
 * own registers are in its own save area by then, put there by
 * kernel_fpu_begin(), and come back on its way to user mode.
 *
 * A session of which the guest is known not to reach them goes without
 * (mote_vcpu_arch::fpu_deferred): then all registers, XCR0 too, are the host's.
 *
 * The guest's registers rest in an XSAVE area in standard (non-compacted)
 * form, SDM vol. 1, "XSAVE Area".
 */
#include <linux/math.h>
#include <linux/slab.h>
#include <asm/fpu/api.h>
#include <asm/fpu/types.h>
#include <asm/fpu/xcr.h>
#include <asm/pkru.h>

#include "fpu.h"

/* What a guest can have.  AMX is not here: its state would need XFD as well. */
#define XCR0_KNOWN	(XFEATURE_MASK_FPSSE | XFEATURE_MASK_YMM | XFEATURE_MASK_AVX512 | \
			 XFEATURE_MASK_PKRU)

/* Words of the XSAVE area, in units of 8 bytes */
#define WORD_MXCSR	3	/* MXCSR 31:0, MXCSR_MASK 63:32 */
#define WORD_XSTATE_BV	(offsetof(struct xregs_state, header) / 8)
#define WORD_HDR_END	(offsetof(struct xregs_state, extended_state_area) / 8)

#define MXCSR_RESET	0x1f80u
#define FCW_RESET	0x37fu

u64 x86_xcr0_supported __ro_after_init;
unsigned int x86_fpu_size __ro_after_init;

static struct kmem_cache *fpu_cache;
static u64 host_xcr0 __ro_after_init;
static u32 mxcsr_mask __ro_after_init;
static unsigned int pkru_offset __ro_after_init;

/* ---- the instructions ---- */

static void fpu_restore(const void *area)
{
	/*
	 * These AMD CPUs leave the last x87 instruction's addresses in place
	 * when no exception is pending: the guest could read the host's.
	 * Loading anything overwrites them.
	 */
	if (unlikely(static_cpu_has_bug(X86_BUG_FXSAVE_LEAK)))
		asm volatile("fnclex; emms; fildl %0" : : "m" (mxcsr_mask));

	if (x86_xcr0_supported)
		asm volatile("xrstor64 (%0)"
			     : : "r" (area), "a" ((u32)x86_xcr0_supported),
				 "d" ((u32)(x86_xcr0_supported >> 32)) : "memory");
	else
		asm volatile("fxrstor64 (%0)" : : "r" (area) : "memory");
}

static void fpu_store(void *area)
{
	u32 lo = x86_xcr0_supported, hi = x86_xcr0_supported >> 32;

	/* XSAVEOPT leaves out what has not changed since the XRSTOR from here */
	if (static_cpu_has(X86_FEATURE_XSAVEOPT))
		asm volatile("xsaveopt64 (%0)" : : "r" (area), "a" (lo), "d" (hi) : "memory");
	else if (x86_xcr0_supported)
		asm volatile("xsave64 (%0)" : : "r" (area), "a" (lo), "d" (hi) : "memory");
	else
		asm volatile("fxsave64 (%0)" : : "r" (area) : "memory");
}

/* ---- setup ---- */

/* Bytes up to the end of the last component; SDM vol. 1, "CPUID Enumeration" */
static unsigned int standard_size(u64 xcr0)
{
	unsigned int i, size = offsetof(struct xregs_state, extended_state_area);
	u32 eax, ebx, ecx, edx;

	for (i = XFEATURE_YMM; i < 63; i++) {
		if (!(xcr0 & BIT_ULL(i)))
			continue;
		cpuid_count(0xd, i, &eax, &ebx, &ecx, &edx);
		size = max(size, eax + ebx);
		if (i == XFEATURE_PKRU)
			pkru_offset = ebx;
	}
	return size;
}

/* SDM vol. 1, "Checking for Mask Bits in the MXCSR": 0 stands for 0xffbf */
static u32 read_mxcsr_mask(void)
{
	static struct fxregs_state fx __aligned(16);

	kernel_fpu_begin();
	asm volatile("fxsave64 %0" : "=m" (fx));
	kernel_fpu_end();
	return fx.mxcsr_mask ?: 0xffbf;
}

/**
 * x86_fpu_setup - find out what state there is
 *
 * Return: 0 or -ENOMEM.  Context: sleepable, module load.
 */
int x86_fpu_setup(void)
{
	x86_fpu_size = sizeof(struct fxregs_state);
	if (boot_cpu_has(X86_FEATURE_XSAVE)) {
		host_xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
		x86_xcr0_supported = host_xcr0 & XCR0_KNOWN;
		/* With the component but without CR4.PKE the host cannot switch PKRU */
		if (!boot_cpu_has(X86_FEATURE_OSPKE))
			x86_xcr0_supported &= ~(u64)XFEATURE_MASK_PKRU;
		x86_fpu_size = standard_size(x86_xcr0_supported);
	}
	mxcsr_mask = read_mxcsr_mask();
	fpu_cache = kmem_cache_create("mote_fpu", x86_fpu_size, 64, SLAB_ACCOUNT, NULL);
	return fpu_cache ? 0 : -ENOMEM;
}

void x86_fpu_teardown(void)
{
	kmem_cache_destroy(fpu_cache);
}

/**
 * x86_fpu_init - allocate the save area; x86_fpu_reset() fills it
 * @vcpu: not published yet
 *
 * Return: 0 or -ENOMEM.  Context: sleepable.
 */
int x86_fpu_init(struct mote_vcpu *vcpu)
{
	vcpu->arch.fpu = kmem_cache_alloc(fpu_cache, GFP_KERNEL_ACCOUNT);
	return vcpu->arch.fpu ? 0 : -ENOMEM;
}

void x86_fpu_destroy(struct mote_vcpu *vcpu)
{
	kmem_cache_free(fpu_cache, vcpu->arch.fpu);
	vcpu->arch.fpu = NULL;
}

/**
 * x86_fpu_reset - the initial configuration, and XCR0 = 1
 * @vcpu: not live
 *
 * As FNINIT leaves the x87 FPU, not with the control word 0x40 of power-up:
 * a guest that the runner starts in the middle expects that firmware has run.
 */
void x86_fpu_reset(struct mote_vcpu *vcpu)
{
	struct fxregs_state *fx = vcpu->arch.fpu;

	/* XSTATE_BV = 0 says that every component is as after initialization */
	memset(fx, 0, x86_fpu_size);
	fx->cwd = FCW_RESET;
	fx->mxcsr = MXCSR_RESET;
	vcpu->arch.xcr0 = XFEATURE_MASK_FP;
}

/* ---- switching ---- */

/**
 * x86_fpu_load - the guest's state into the registers
 * @vcpu: loaded, interrupts on, not fpu_live
 *
 * XCR0 comes last: the state is restored under the host's, which enables all
 * components there can be.
 */
void x86_fpu_load(struct mote_vcpu *vcpu)
{
	kernel_fpu_begin_mask(0);
	if (x86_xcr0_supported & XFEATURE_MASK_PKRU)
		vcpu->arch.host_pkru = read_pkru();
	fpu_restore(vcpu->arch.fpu);
	if (x86_xcr0_supported && vcpu->arch.xcr0 != host_xcr0)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, vcpu->arch.xcr0);
	vcpu->arch.fpu_live = true;
}

/**
 * x86_fpu_save - and back into the save area
 * @vcpu: loaded, interrupts on, fpu_live
 */
void x86_fpu_save(struct mote_vcpu *vcpu)
{
	if (x86_xcr0_supported && vcpu->arch.xcr0 != host_xcr0)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, host_xcr0);
	fpu_store(vcpu->arch.fpu);
	/* kernel_fpu_begin() and the return to user mode leave PKRU alone */
	if (x86_xcr0_supported & XFEATURE_MASK_PKRU)
		write_pkru(vcpu->arch.host_pkru);
	kernel_fpu_end();
	vcpu->arch.fpu_live = false;
}

/* ---- XCR0 ---- */

/** x86_xcr0_is_host - whether the guest has the host's XCR0.  Any time. */
bool x86_xcr0_is_host(struct mote_vcpu *vcpu)
{
	return vcpu->arch.xcr0 == host_xcr0;
}

/**
 * x86_xcr0_check - whether XCR0 can have a value
 * @vcpu: any time
 * @value: of XSETBV or SET_REGS
 *
 * Return: 0 or -EINVAL; SDM vol. 1, "Enabling the XSAVE Feature Set and
 * XSAVE-Enabled Features".
 */
int x86_xcr0_check(struct mote_vcpu *vcpu, u64 value)
{
	if (!(value & XFEATURE_MASK_FP) || value & ~vcpu->arch.cpuid->xcr0)
		return -EINVAL;
	if ((value & XFEATURE_MASK_YMM) && !(value & XFEATURE_MASK_SSE))
		return -EINVAL;
	if ((value & XFEATURE_MASK_AVX512) &&
	    (value & (XFEATURE_MASK_AVX512 | XFEATURE_MASK_YMM)) !=
	    (XFEATURE_MASK_AVX512 | XFEATURE_MASK_YMM))
		return -EINVAL;
	return 0;
}

/**
 * x86_xcr0_set - give XCR0 a value
 * @vcpu: under vcpu->mutex; fpu_live or not in a session
 * @value: checked
 */
void x86_xcr0_set(struct mote_vcpu *vcpu, u64 value)
{
	if (!vcpu->arch.fpu_live)
		vcpu->arch.fpu_deferred = false;
	else if (value != vcpu->arch.xcr0)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, value);
	vcpu->arch.xcr0 = value;
}

/* ---- the save area, by words ---- */

/**
 * x86_fpu_word_check - whether SET_REGS can set a word of the XSAVE area
 * @n: index of the word, below x86_fpu_size / 8
 * @value: any
 *
 * Refuses what XRSTOR would fault on: see SDM vol. 1, "XRSTOR", "Standard Form
 * of XRSTOR".  Return: 0 or -EINVAL.
 */
int x86_fpu_word_check(unsigned int n, u64 value)
{
	if (n == WORD_MXCSR)
		return (u32)value & ~mxcsr_mask ? -EINVAL : 0;
	if (n == WORD_XSTATE_BV)
		return value & ~x86_xcr0_supported ? -EINVAL : 0;
	if (n > WORD_XSTATE_BV && n < WORD_HDR_END)
		return value ? -EINVAL : 0;
	return 0;
}

/**
 * x86_fpu_pkru - the guest's PKRU
 * @vcpu: not live
 */
u32 x86_fpu_pkru(struct mote_vcpu *vcpu)
{
	const u64 *words = vcpu->arch.fpu;

	if (!(x86_xcr0_supported & XFEATURE_MASK_PKRU) ||
	    !(words[WORD_XSTATE_BV] & XFEATURE_MASK_PKRU))
		return 0;
	return *(const u32 *)(vcpu->arch.fpu + pkru_offset);
}
