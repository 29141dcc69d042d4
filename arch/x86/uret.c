// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: MSRs that only code in user mode and SYSCALL use.
 *
 * The kernel itself gets along with any value of them, so they are switched
 * with the FPU, once per session and not at each entry.  The SYSCALL MSRs are
 * the same on all CPUs and for all time; most are also the same in a Linux
 * guest and a Linux host, and then nothing is written.
 *
 * Where hardware switches all but TSC_AUX (x86_backend::switches_syscall) it has
 * the guest's values, and this file only passes them on.
 */
#include <linux/percpu.h>
#include <asm/msr.h>

#include "uret.h"

static const u32 uret_msr[X86_URET_COUNT] = {
	[X86_URET_STAR] = MSR_STAR,
	[X86_URET_LSTAR] = MSR_LSTAR,
	[X86_URET_CSTAR] = MSR_CSTAR,
	[X86_URET_FMASK] = MSR_SYSCALL_MASK,
	[X86_URET_KERNEL_GS_BASE] = MSR_KERNEL_GS_BASE,
	[X86_URET_TSC_AUX] = MSR_TSC_AUX,
};

static bool in_backend(unsigned int which)
{
	return x86->switches_syscall && which != X86_URET_TSC_AUX;
}

/* Host's values; KERNEL_GS_BASE belongs to the task, TSC_AUX to the CPU */
static u64 host_value[X86_URET_TSC_AUX] __ro_after_init;

/**
 * struct host_aux - IA32_TSC_AUX of a CPU, written once by the kernel at bring-up
 * @value: the MSR
 * @known: it was read
 */
struct host_aux {
	u64 value;
	bool known;
};

static DEFINE_PER_CPU(struct host_aux, host_aux);

/* SYSCALL in compatibility mode, the one user of CSTAR, is #UD on Intel */
static bool use_cstar __ro_after_init;

void x86_uret_setup(void)
{
	unsigned int i;

	use_cstar = boot_cpu_data.x86_vendor != X86_VENDOR_INTEL;
	for (i = X86_URET_STAR; i <= X86_URET_FMASK; i++)
		host_value[i] = __rdmsr(uret_msr[i]);
}

static __always_inline u64 host_tsc_aux(void)
{
	struct host_aux *aux = this_cpu_ptr(&host_aux);

	if (unlikely(!aux->known)) {
		aux->value = __rdmsr(MSR_TSC_AUX);
		aux->known = true;
	}
	return aux->value;
}

static __always_inline void load_one(struct mote_vcpu *vcpu, unsigned int i, u64 host)
{
	if (vcpu->arch.uret[i] == host)
		return;
	native_wrmsrl(uret_msr[i], vcpu->arch.uret[i]);
	vcpu->arch.uret_loaded |= BIT(i);
}

/* Without EFER.SCE the guest's SYSCALL is #UD, and the MSRs do nothing */
static noinline void load_syscall(struct mote_vcpu *vcpu)
{
	load_one(vcpu, X86_URET_STAR, host_value[X86_URET_STAR]);
	load_one(vcpu, X86_URET_LSTAR, host_value[X86_URET_LSTAR]);
	load_one(vcpu, X86_URET_FMASK, host_value[X86_URET_FMASK]);
	if (use_cstar)
		load_one(vcpu, X86_URET_CSTAR, host_value[X86_URET_CSTAR]);
}

/* Starts from the host's values, so that none is left that does not count any more */
static void reload_syscall(struct mote_vcpu *vcpu)
{
	unsigned long left = vcpu->arch.uret_loaded & (BIT(X86_URET_FMASK + 1) - 1);
	unsigned int i;

	for_each_set_bit(i, &left, X86_URET_COUNT)
		native_wrmsrl(uret_msr[i], host_value[i]);
	vcpu->arch.uret_loaded &= ~(u32)left;
	if (vcpu->arch.uret_sce)
		load_syscall(vcpu);
}

/*
 * The MSR has to be read: in the kernel it is the GS base of the task's user
 * mode, which WRGSBASE changes behind the kernel's back.
 */
static __always_inline void load_gs(struct mote_vcpu *vcpu)
{
	u64 gs = __rdmsr(MSR_KERNEL_GS_BASE);

	vcpu->arch.host_kernel_gs = gs;
	if (gs != vcpu->arch.uret[X86_URET_KERNEL_GS_BASE])
		native_wrmsrl(MSR_KERNEL_GS_BASE, vcpu->arch.uret[X86_URET_KERNEL_GS_BASE]);
}

/* Only this one can change without an exit, by SWAPGS and WRMSR */
static __always_inline void put_gs(struct mote_vcpu *vcpu)
{
	u64 gs = __rdmsr(MSR_KERNEL_GS_BASE);

	vcpu->arch.uret[X86_URET_KERNEL_GS_BASE] = gs;
	if (gs != vcpu->arch.host_kernel_gs)
		native_wrmsrl(MSR_KERNEL_GS_BASE, vcpu->arch.host_kernel_gs);
}

/**
 * x86_uret_load - the guest's values into hardware
 * @vcpu: loaded, not live
 */
void x86_uret_load(struct mote_vcpu *vcpu)
{
	if (!x86->switches_syscall) {
		load_gs(vcpu);
		if (vcpu->arch.uret_sce)
			load_syscall(vcpu);
	}
	if (x86_guest_has(vcpu, X86_FEATURE_GUEST_RDTSCP))
		load_one(vcpu, X86_URET_TSC_AUX, host_tsc_aux());
}

static noinline void restore_host(struct mote_vcpu *vcpu)
{
	unsigned long left = vcpu->arch.uret_loaded;
	unsigned int i;

	for_each_set_bit(i, &left, X86_URET_COUNT)
		native_wrmsrl(uret_msr[i], i == X86_URET_TSC_AUX ? host_tsc_aux() : host_value[i]);
	vcpu->arch.uret_loaded = 0;
}

/** x86_uret_give_back - x86_uret_put() with something to do */
void x86_uret_give_back(struct mote_vcpu *vcpu)
{
	if (!x86->switches_syscall)
		put_gs(vcpu);
	if (unlikely(vcpu->arch.uret_loaded))
		restore_host(vcpu);
}

/**
 * x86_uret_get - the guest's value of one
 * @vcpu: loaded
 * @which: enum x86_uret
 */
u64 x86_uret_get(struct mote_vcpu *vcpu, unsigned int which)
{
	if (in_backend(which))
		x86->msr_get(vcpu, uret_msr[which], &vcpu->arch.uret[which]);
	else if (which == X86_URET_KERNEL_GS_BASE && vcpu->arch.live)
		vcpu->arch.uret[which] = __rdmsr(MSR_KERNEL_GS_BASE);
	return vcpu->arch.uret[which];
}

/**
 * x86_uret_set - give the guest's one a value
 * @vcpu: loaded
 * @which: enum x86_uret
 * @value: checked
 */
void x86_uret_set(struct mote_vcpu *vcpu, unsigned int which, u64 value)
{
	vcpu->arch.uret[which] = value;
	if (in_backend(which)) {
		x86->msr_set(vcpu, uret_msr[which], value);
		return;
	}
	if (!vcpu->arch.live)
		return;
	if (which == X86_URET_KERNEL_GS_BASE) {
		native_wrmsrl(MSR_KERNEL_GS_BASE, value);
	} else if (which == X86_URET_TSC_AUX) {
		native_wrmsrl(MSR_TSC_AUX, value);
		vcpu->arch.uret_loaded |= BIT(which);
	} else {
		reload_syscall(vcpu);
	}
}

/**
 * x86_uret_efer_changed - EFER was written
 * @vcpu: loaded
 * @efer: its value
 *
 * SCE is kept here as well: only writes change it, and EFER itself would have
 * to be fetched.
 */
void x86_uret_efer_changed(struct mote_vcpu *vcpu, u64 efer)
{
	vcpu->arch.uret_sce = efer & EFER_SCE;
	if (vcpu->arch.live && !x86->switches_syscall)
		reload_syscall(vcpu);
}
