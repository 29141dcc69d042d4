// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: what the CPU has and what of it is used.  All requirements are in
 * this file, each with the reason why.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cc_platform.h>
#include <linux/cpu.h>
#include <linux/mem_encrypt.h>
#include <linux/moduleparam.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>

#include "npt.h"
#include "svm.h"

struct svm_caps svm_caps;

static bool nrips = true;
module_param(nrips, bool, 0444);
MODULE_PARM_DESC(nrips, "use the next RIP that exits of instructions save");

static bool decode_assists = true;
module_param(decode_assists, bool, 0444);
MODULE_PARM_DESC(decode_assists, "use what exits say about instructions");

static bool lazy_fpu = true;
module_param(lazy_fpu, bool, 0444);
MODULE_PARM_DESC(lazy_fpu, "load a guest's FPU registers when it first uses them");

/* Bits of VM_CR; APM vol. 2, "VM_CR MSR" */
#define VM_CR_LOCK	BIT_ULL(3)
#define VM_CR_SVMDIS	BIT_ULL(4)

/* CPUID */
#define LEAF_EXT		0x80000000u
#define LEAF_EXT_FEATURES	0x80000001u
#define LEAF_SVM		0x8000000au
#define LEAF_HYPERVISOR		0x40000000u
#define ECX_SVM			BIT(2)
#define EDX_1G			BIT(26)

/* Leaf 0x8000000a EDX; APM vol. 3, "Function 8000_000Ah" */
#define SVM_NPT			BIT(0)
#define SVM_LBRV		BIT(1)
#define SVM_NRIPS		BIT(3)
#define SVM_TSC_RATE		BIT(4)
#define SVM_CLEAN		BIT(5)
#define SVM_FLUSH_BY_ASID	BIT(6)
#define SVM_DECODE		BIT(7)
#define SVM_PAUSE_FILTER	BIT(10)
#define SVM_PAUSE_THRESHOLD	BIT(12)
#define SVM_V_SPEC_CTRL		BIT(20)

static int missing(const char *what, const char *cure)
{
	pr_err("this CPU's SVM cannot be used: %s; %s\n", what, cure);
	return -EOPNOTSUPP;
}

/* X86_FEATURE_SVM is cleared by some kernels when firmware has SVM off: ask the CPU */
static bool cpu_has_svm(void)
{
	return cpuid_eax(LEAF_EXT) >= LEAF_SVM && (cpuid_ecx(LEAF_EXT_FEATURES) & ECX_SVM);
}

/*
 * APM vol. 2, "Enabling SVM".  Unlocked it could be switched on from here, but
 * whoever switched it off had a reason.
 */
static int check_firmware(void)
{
	u64 vm_cr;

	if (rdmsrl_safe(MSR_VM_CR, &vm_cr) || !(vm_cr & VM_CR_SVMDIS))
		return 0;
	return missing(vm_cr & VM_CR_LOCK ? "firmware has switched it off and locked it" :
					    "firmware has switched it off",
		       "enable SVM, also called AMD-V or SVM Mode, in the firmware setup");
}

static int check_host(u32 edx)
{
	u64 efer;

	if (cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT))
		return missing("this host is itself an encrypted guest (SEV)",
			       "there is no cure");
	if (!(edx & SVM_NPT))
		return missing("no nested paging",
			       "an AMD CPU since Bulldozer has it, hypervisors may hide it");
	/*
	 * A guest can have one address in two entries of the TLB, which is a machine
	 * check that the host does not survive.  KVM's way out is a chicken bit, and a
	 * handler that knows the check, which a module cannot hook.
	 */
	if (boot_cpu_has_bug(X86_BUG_AMD_TLB_MMATCH))
		return missing("TLB multimatch (erratum 383): guests could stop the host",
			       "CPUs after family 10h do not have it");
	/* NPT entries that forbid execution are reserved without it */
	rdmsrl(MSR_EFER, efer);
	if (!(efer & EFER_NX))
		return missing("the host runs without NX", "boot without noexec=off");
#ifdef X86_FEATURE_FRED
	if (cpu_feature_enabled(X86_FEATURE_FRED))
		return missing("the host uses FRED", "boot with fred=off");
#endif
	return 0;
}

static bool is_qemu_tcg(void)
{
	u32 eax, ebx, ecx, edx;

	if (!boot_cpu_has(X86_FEATURE_HYPERVISOR))
		return false;
	cpuid(LEAF_HYPERVISOR, &eax, &ebx, &ecx, &edx);
	/* "TCGTCGTCGTCG" */
	return ebx == 0x54474354 && ecx == 0x43544743 && edx == 0x47435447;
}

/*
 * What only QEMU's software emulation (TCG, seen in 7.2) needs; it says who it
 * is.  A MOV to CR8 that lets a pending virtual interrupt pass ends the emulator
 * with a failed assertion.  VMRUN does not load the interrupt shadow.  XSETBV
 * executes whatever the intercept says, XSAVE and XRSTOR whatever CR0.TS says.  Task
 * switches have no intercept.  From 9.2 on (read in 10.0), MOV from any control
 * register exits when, and as if, it was from CR0; versions do not say which they are.
 */
static void check_tcg(void)
{
	if (!is_qemu_tcg())
		return;
	svm_caps.cr8_exits = true;
	svm_caps.cr0_read_is_all = true;
	svm_caps.shadow_lost = true;
	svm_caps.xsave_runs = x86_xcr0_supported;
	svm_caps.tasks_run = true;
}

/* See fpu.c */
static void check_xss(void)
{
	if (boot_cpu_has(X86_FEATURE_XSAVES))
		rdmsrl(MSR_IA32_XSS, svm_caps.xss);
}

static u64 encryption_bit(void)
{
#ifdef CONFIG_AMD_MEM_ENCRYPT
	return sme_me_mask;
#else
	return 0;
#endif
}

/**
 * svm_find_caps - fill in svm_caps
 *
 * AVIC and virtual NMIs are not among them: no emulator has either, so that no
 * line for them could be executed before it met silicon.  Interrupts are
 * delivered by the software APIC, NMI windows found by stepping.
 *
 * Return: 0; -ENODEV: no SVM; -EOPNOTSUPP: something required is missing, and
 * a line in the log says what.
 */
int svm_find_caps(void)
{
	u32 eax, ebx, ecx, edx;
	int r;

	if (!cpu_has_svm())
		return -ENODEV;
	cpuid(LEAF_SVM, &eax, &ebx, &ecx, &edx);
	r = check_firmware() ?: check_host(edx);
	if (r)
		return r;
	/* One for the host, one for those that get none of their own */
	if (ebx < 2)
		return missing("fewer than two ASIDs", "there is no cure");
	svm_caps.asids = ebx;
	svm_caps.flush_by_asid = edx & SVM_FLUSH_BY_ASID;
	svm_caps.nrips = edx & SVM_NRIPS;
	svm_caps.next_rip = nrips && svm_caps.nrips;
	svm_caps.decode = decode_assists && (edx & SVM_DECODE);
	svm_caps.lazy_fpu = lazy_fpu;
	svm_caps.lbrv = edx & SVM_LBRV;
	svm_caps.tsc_ratio = edx & SVM_TSC_RATE;
	/* All CPUs with the filter save the next RIP: nothing to decode */
	svm_caps.pause_filter = svm_caps.next_rip && (edx & SVM_PAUSE_FILTER);
	svm_caps.pause_threshold = edx & SVM_PAUSE_THRESHOLD;
	svm_caps.v_spec_ctrl = edx & SVM_V_SPEC_CTRL;
	svm_caps.clean = edx & SVM_CLEAN ? SVM_CLEAN_ALL : 0;
	svm_caps.npt = mote_npt_setup(__read_cr4() & X86_CR4_LA57,
				      cpuid_edx(LEAF_EXT_FEATURES) & EDX_1G, encryption_bit());
	check_xss();
	check_tcg();
	return 0;
}
