// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: the VMCB of a vCPU: its page and its controls.  APM vol. 2,
 * appendix "Layout of VMCB".
 */
#include <linux/mem_encrypt.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/slab.h>
#include <asm/io.h>
#include <asm/processor-flags.h>

#include "npt.h"
#include "page.h"
#include "svm.h"

/*
 * The I/O permission map, for all guests: every port exits.  65536 bits, and
 * three more for accesses that reach over the end.
 */
#define IOPM_BYTES	(3 * PAGE_SIZE)

static void *iopm;
u64 svm_iopm_pa;

int svm_iopm_create(void)
{
	iopm = alloc_pages_exact(IOPM_BYTES, GFP_KERNEL);
	if (!iopm)
		return -ENOMEM;
	memset(iopm, 0xff, IOPM_BYTES);
	svm_iopm_pa = __sme_set(__pa(iopm));
	return 0;
}

void svm_iopm_destroy(void)
{
	free_pages_exact(iopm, IOPM_BYTES);
	iopm = NULL;
}

int svm_vmcb_create(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = kzalloc(sizeof(*svm), GFP_KERNEL_ACCOUNT);

	if (!svm)
		return -ENOMEM;
	svm->vmcb = svm_page_alloc(NUMA_NO_NODE, GFP_KERNEL_ACCOUNT);
	if (!svm->vmcb || x86_msrmap_create(&svm->msrmap, &svm_msrmap_layout)) {
		free_page((unsigned long)svm->vmcb);
		kfree(svm);
		return -ENOMEM;
	}
	svm->vmcb_pa = __sme_set(__pa(svm->vmcb));
	vcpu->arch.svm = svm;
	return 0;
}

void svm_vmcb_destroy(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	x86_msrmap_destroy(&svm->msrmap, &svm_msrmap_layout);
	free_page((unsigned long)svm->vmcb);
	kfree(svm);
	vcpu->arch.svm = NULL;
}

/*
 * Exceptions that exit: #DB, so that DR6 is ours alone; #AC with it, because
 * either can repeat for ever inside of event delivery, where the host's
 * interrupts do not get through (CVE-2015-5307, CVE-2015-8104); machine checks
 * are the host's.
 */
#define EXCEPTIONS	(BIT(X86_TRAP_DB) | BIT(X86_TRAP_AC) | BIT(X86_TRAP_MC))

/* All MOV DRn: DR6 and DR0-3 are not the guest's alone */
#define ALL_DR		0xffffffffu

static const u8 always[] = {
	/*
	 * The host's interrupts leave the guest at once; INIT and SMI, which finds the
	 * host and not the guest below it, wait for STGI
	 */
	INTERCEPT_INTR, INTERCEPT_NMI, INTERCEPT_SMI, INTERCEPT_INIT, INTERCEPT_VINTR,
	/* Bits that CPUID does not offer are not the guest's */
	INTERCEPT_CR4_WRITE,
	/* What mote answers */
	INTERCEPT_CPUID, INTERCEPT_HLT, INTERCEPT_IOIO_PROT, INTERCEPT_MSR_PROT,
	INTERCEPT_VMMCALL, INTERCEPT_XSETBV, INTERCEPT_SHUTDOWN, INTERCEPT_TASK_SWITCH,
	/* As SDM vol. 3 has it, INT1 is no fault: see svm_handle_exit() */
	INTERCEPT_ICEBP,
	/* Caches are the host's, and so are performance counters */
	INTERCEPT_INVD, INTERCEPT_WBINVD, INTERCEPT_RDPMC, INTERCEPT_RDPRU,
	/* The guest could put the CPU to sleep past its interrupts */
	INTERCEPT_MONITOR, INTERCEPT_MWAIT, INTERCEPT_MWAIT_COND,
	/* EFER.SVME is set while the guest runs, but it has no SVM */
	INTERCEPT_VMRUN, INTERCEPT_VMLOAD, INTERCEPT_VMSAVE, INTERCEPT_STGI,
	INTERCEPT_CLGI, INTERCEPT_SKINIT, INTERCEPT_INVLPGA,
};

static void setup_intercepts(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	struct vmcb_control_area *control = &svm->vmcb->control;
	unsigned int i;

	memset(control->intercepts, 0, sizeof(control->intercepts));
	for (i = 0; i < ARRAY_SIZE(always); i++)
		svm_intercept(svm, always[i], true);
	svm_intercept(svm, INTERCEPT_PAUSE, svm_caps.pause_filter);
	control->intercepts[INTERCEPT_DR] = ALL_DR;
	control->intercepts[INTERCEPT_EXCEPTION] = EXCEPTIONS;
	svm_intercept(svm, SVM_INTERCEPT_NM, vcpu->arch.fpu_deferred);
	svm_intercept_cr0(svm, true);
	svm_intercept(svm, INTERCEPT_CR4_READ, !(svm->cr4 & X86_CR4_MCE));
	svm_intercept(svm, INTERCEPT_IRET, svm->nmi_blocked);
}

/**
 * svm_setup_control - give all controls a value
 * @vcpu: loaded
 *
 * Not only a new VMCB needs that: after a shutdown the CPU does not say what
 * it left there (APM vol. 2, "Shutdown Intercept").
 */
void svm_setup_control(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	struct vmcb_control_area *control = &svm->vmcb->control;

	memset(control, 0, sizeof(*control));
	setup_intercepts(vcpu);
	control->iopm_base_pa = svm_iopm_pa;
	control->msrpm_base_pa = __sme_set(__pa(svm->msrmap.bits));
	control->asid = svm->asid;
	control->pause_filter_count = svm_caps.pause_filter ? X86_PAUSE_COUNT : 0;
	control->pause_filter_thresh = svm_caps.pause_threshold ? X86_PAUSE_GAP : 0;
	/* RFLAGS.IF and CR8 are the guest's, and the host keeps its own */
	control->int_ctl = V_INTR_MASKING_MASK;
	control->nested_ctl = SVM_NESTED_CTL_NP_ENABLE;
	control->nested_cr3 = mote_npt_pointer(__pa(vcpu->vm->mem.pt.root));
	svm_features_changed(vcpu);
	svm_exec_changed(vcpu);
}

/**
 * svm_vmcb_setup - give a new VMCB its constants
 * @vcpu: loaded; the guest's registers follow with x86_regs_reset()
 *
 * The guest's PAT as the CPU sees it is write-back throughout, for what is in
 * npt.c and ept.c about memory types; what the guest wrote is in arch.pat.
 * DR6 stays at its reset value, so that exits of #DB tell what is new.
 */
void svm_vmcb_setup(struct mote_vcpu *vcpu)
{
	struct vmcb_save_area *save = &to_svm(vcpu)->vmcb->save;

	save->g_pat = 0x0606060606060606ull;
	save->dr6 = X86_DR6_ONES;
	save->efer = EFER_SVME;
	svm_setup_control(vcpu);
}

/**
 * svm_features_changed - the guest's CPUID table is new
 * @vcpu: loaded
 *
 * Instructions that CPUID does not show are #UD.  RDPID has no intercept.
 */
void svm_features_changed(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	svm_intercept(svm, INTERCEPT_RDTSCP, !x86_guest_has(vcpu, X86_FEATURE_GUEST_RDTSCP));
	svm_intercept(svm, INTERCEPT_INVPCID, boot_cpu_has(X86_FEATURE_INVPCID) &&
		      !x86_guest_has(vcpu, X86_FEATURE_GUEST_INVPCID));
}

/**
 * svm_exec_changed - DR7, TSC offset, DEBUGCTL or PAT are new
 * @vcpu: loaded
 *
 * DEBUGCTL is switched with the branch records (APM vol. 2, "LBR
 * Virtualization"); without that BTF does nothing.
 */
void svm_exec_changed(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	struct vmcb *vmcb = svm->vmcb;

	vmcb->save.dr7 = vcpu->arch.dr7;
	vmcb->control.tsc_offset = vcpu->arch.tsc_offset;
	vmcb->save.dbgctl = vcpu->arch.debugctl;
	vmcb->control.virt_ext = svm_caps.lbrv && vcpu->arch.debugctl ? LBR_CTL_ENABLE_MASK : 0;
	svm_changed(svm, SVM_CLEAN_CONTROLS | SVM_CLEAN_DR | SVM_CLEAN_LBR);
}
