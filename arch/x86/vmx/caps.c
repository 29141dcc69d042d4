// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: what the CPU has and what of it is used.  All requirements are in
 * this file, each with the reason why.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/perf_event.h>
#include <asm/processor-flags.h>

#include "../mitigate_rules.h"
#include "exit_rules.h"
#include "vmx.h"

struct vmx_caps vmx_caps;

static bool apicv = true;
module_param(apicv, bool, 0444);
MODULE_PARM_DESC(apicv, "use APIC-register virtualization and virtual-interrupt delivery");

static bool vpid = true;
module_param(vpid, bool, 0444);
MODULE_PARM_DESC(vpid, "tag TLB entries with VPIDs");

static bool ept_ad = true;
module_param(ept_ad, bool, 0444);
MODULE_PARM_DESC(ept_ad, "use accessed and dirty bits in EPT");

static char *nx_huge_pages = "auto";
module_param(nx_huge_pages, charp, 0444);
MODULE_PARM_DESC(nx_huge_pages, "guests fetch instructions through small pages only: on, off, auto (where the CPU needs it)");

/* IA32_VMX_EPT_VPID_CAP; SDM vol. 3, appendix "VPID and EPT Capabilities" */
#define EPT_CAP_WALK4		BIT_ULL(6)
#define EPT_CAP_WB		BIT_ULL(14)
#define EPT_CAP_INVEPT		BIT_ULL(20)
#define EPT_CAP_AD		BIT_ULL(21)
#define EPT_CAP_INVEPT_SINGLE	BIT_ULL(25)
#define VPID_CAP_INVVPID	BIT_ULL(32)
#define VPID_CAP_SINGLE		BIT_ULL(41)

#define BASIC_TRUE_CTLS		BIT_ULL(55)
#define BASIC_MEMTYPE		GENMASK_ULL(53, 50)
#define BASIC_MEMTYPE_WB	(6ull << 50)

/**
 * struct control - one control word and its capability MSRs
 * @name: for messages
 * @msr: capability MSR
 * @true_msr: the TRUE variant where IA32_VMX_BASIC says so, or 0
 * @need: bits without which mote does not work
 * @want: bits that are used where they exist
 */
struct control {
	const char *name;
	u32 msr;
	u32 true_msr;
	u32 need;
	u32 want;
};

static const struct control pin_control = {
	"pin-based", MSR_IA32_VMX_PINBASED_CTLS, MSR_IA32_VMX_TRUE_PINBASED_CTLS,
	/* The host's interrupts and NMIs leave the guest at once */
	.need = PIN_BASED_EXT_INTR_MASK | PIN_BASED_NMI_EXITING |
	/* NMI blocking is the guest's own */
		PIN_BASED_VIRTUAL_NMIS,
};

static const struct control proc_control = {
	"primary processor-based", MSR_IA32_VMX_PROCBASED_CTLS, MSR_IA32_VMX_TRUE_PROCBASED_CTLS,
	.need = CPU_BASED_HLT_EXITING | CPU_BASED_UNCOND_IO_EXITING |
		/* TLB of the guest's own tables is its business with EPT */
		CPU_BASED_USE_TSC_OFFSETTING | CPU_BASED_USE_MSR_BITMAPS |
		/* DR6 and DR0-3 are not in the VMCS */
		CPU_BASED_MOV_DR_EXITING |
		/* Performance counters are the host's */
		CPU_BASED_RDPMC_EXITING |
		/* The guest could put the CPU to sleep past its interrupts */
		CPU_BASED_MWAIT_EXITING | CPU_BASED_MONITOR_EXITING |
		/* CR8 without exits */
		CPU_BASED_TPR_SHADOW |
		CPU_BASED_ACTIVATE_SECONDARY_CONTROLS,
};

static const struct control proc2_control = {
	"secondary processor-based", MSR_IA32_VMX_PROCBASED_CTLS2, 0,
	/* Real mode runs as it is; without it an emulator would be needed */
	.need = SECONDARY_EXEC_ENABLE_EPT | SECONDARY_EXEC_UNRESTRICTED_GUEST,
	.want = SECONDARY_EXEC_ENABLE_VPID | SECONDARY_EXEC_ENABLE_RDTSCP |
		SECONDARY_EXEC_ENABLE_INVPCID | SECONDARY_EXEC_WBINVD_EXITING |
		SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES | SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE |
		SECONDARY_EXEC_APIC_REGISTER_VIRT | SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY |
		SECONDARY_EXEC_PAUSE_LOOP_EXITING |
		/* SGX and its leaf functions are not for guests */
		SECONDARY_EXEC_ENCLS_EXITING |
		/* A guest that lets no interrupt through, for example by endless faults */
		SECONDARY_EXEC_NOTIFY_VM_EXITING | SECONDARY_EXEC_BUS_LOCK_DETECTION,
};

static const struct control exit_control = {
	"VM-exit", MSR_IA32_VMX_EXIT_CTLS, MSR_IA32_VMX_TRUE_EXIT_CTLS,
	.need = VM_EXIT_HOST_ADDR_SPACE_SIZE | VM_EXIT_SAVE_DEBUG_CONTROLS |
		/* The vector is needed; posted interrupts insist on it too */
		VM_EXIT_ACK_INTR_ON_EXIT |
		VM_EXIT_SAVE_IA32_PAT | VM_EXIT_LOAD_IA32_PAT |
		VM_EXIT_SAVE_IA32_EFER | VM_EXIT_LOAD_IA32_EFER,
	.want = VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL,
};

static const struct control entry_control = {
	"VM-entry", MSR_IA32_VMX_ENTRY_CTLS, MSR_IA32_VMX_TRUE_ENTRY_CTLS,
	.need = VM_ENTRY_LOAD_DEBUG_CONTROLS | VM_ENTRY_LOAD_IA32_PAT | VM_ENTRY_LOAD_IA32_EFER,
	.want = VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL,
};

static int missing(const char *what, const char *cure)
{
	pr_err("this CPU's VMX cannot be used: %s missing; %s\n", what, cure);
	return -EOPNOTSUPP;
}

/* Low half: bits that must be 1; high half: bits that may be 1 (appendix A.2) */
static int choose(const struct control *c, bool use_true, u32 *result)
{
	u64 cap;
	u32 must_be_1, may_be_1;

	rdmsrl(use_true && c->true_msr ? c->true_msr : c->msr, cap);
	must_be_1 = cap;
	may_be_1 = cap >> 32;
	if (c->need & ~may_be_1) {
		pr_err("this CPU's VMX cannot be used: %s controls 0x%x missing; an Intel CPU since Westmere has them\n",
		       c->name, c->need & ~may_be_1);
		return -EOPNOTSUPP;
	}
	*result = c->need | (c->want & may_be_1) | must_be_1;
	return 0;
}

static int choose_controls(struct vmx_caps *caps, u64 basic)
{
	bool use_true = basic & BASIC_TRUE_CTLS;

	return choose(&pin_control, use_true, &caps->pin) ?:
	       choose(&proc_control, use_true, &caps->proc) ?:
	       choose(&proc2_control, false, &caps->proc2) ?:
	       choose(&exit_control, use_true, &caps->exit) ?:
	       choose(&entry_control, use_true, &caps->entry);
}

/*
 * Many processors raise a machine check, which ends the host, when a guest changes
 * the size of a page that it executes (CVE-2018-12207, "iTLB multihit"): so no large
 * page is executable there.
 */
static int check_itlb(struct vmx_caps *caps)
{
	if (sysfs_streq(nx_huge_pages, "auto"))
		caps->exec_small = boot_cpu_has_bug(X86_BUG_ITLB_MULTIHIT) &&
				      !cpu_mitigations_off();
	else if (kstrtobool(nx_huge_pages, &caps->exec_small))
		return -EINVAL;
	return 0;
}

static int check_ept(struct vmx_caps *caps)
{
	u64 cap;

	rdmsrl(MSR_IA32_VMX_EPT_VPID_CAP, cap);
	if (!(cap & EPT_CAP_WALK4) || !(cap & EPT_CAP_WB))
		return missing("4-level write-back EPT", "there is no cure");
	/* Stale translations of one VM are dropped without hurting others */
	if (!(cap & EPT_CAP_INVEPT) || !(cap & EPT_CAP_INVEPT_SINGLE))
		return missing("single-context INVEPT", "there is no cure");
	caps->ept = cap;
	caps->ept_ad = ept_ad && (cap & EPT_CAP_AD);
	caps->invvpid_single = (cap & VPID_CAP_INVVPID) && (cap & VPID_CAP_SINGLE);
	if (!vpid || !caps->invvpid_single)
		caps->proc2 &= ~SECONDARY_EXEC_ENABLE_VPID;
	return 0;
}

/*
 * APICv is taken as a whole: register virtualization, virtual-interrupt
 * delivery and both APIC modes.  Without it TPR shadow and software remain.
 */
static void check_apicv(struct vmx_caps *caps)
{
	const u32 all = SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES |
			SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE |
			SECONDARY_EXEC_APIC_REGISTER_VIRT |
			SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY;

	caps->apicv = apicv && (caps->proc2 & all) == all;
	if (!caps->apicv)
		caps->proc2 &= ~all;
}

static void check_perf_global(struct vmx_caps *caps)
{
	bool perfmon = boot_cpu_has(X86_FEATURE_ARCH_PERFMON);

	caps->perf_global = perfmon &&
			       !x86_perf_global_broken(boot_cpu_data.x86, boot_cpu_data.x86_model) &&
			       (caps->exit & VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL) &&
			       (caps->entry & VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL);
	if (caps->perf_global)
		return;
	caps->perf_by_hand = perfmon;
	caps->exit &= ~VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL;
	caps->entry &= ~VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL;
}

static int check_cpu(void)
{
	if (!boot_cpu_has(X86_FEATURE_VMX))
		return -ENODEV;
	/*
	 * The kernel clears X86_FEATURE_VMX when firmware has locked VMX off;
	 * when it locks the MSR itself this bit says that VMXON works.
	 */
	if (!boot_cpu_has(X86_FEATURE_MSR_IA32_FEAT_CTL))
		return missing("IA32_FEATURE_CONTROL", "enable VT-x in the firmware setup");
#ifdef X86_FEATURE_FRED
	if (cpu_feature_enabled(X86_FEATURE_FRED))
		return missing("IDT event delivery (FRED is on)", "boot with fred=off");
#endif
	return 0;
}

/* Without a driver of perf's nothing changes the counters: no entry has to ask */
static void check_perf_driver(struct vmx_caps *caps)
{
	int n;

	get_cpu();
	caps->perf_driver = (caps->perf_global || caps->perf_by_hand) &&
			    perf_guest_get_msrs(&n, NULL);
	put_cpu();
}

static void check_bus_lock(struct vmx_caps *caps)
{
	u64 debugctl;

	rdmsrl(MSR_IA32_DEBUGCTLMSR, debugctl);
	if (!vmx_bus_locks_exit(caps->proc2 & SECONDARY_EXEC_BUS_LOCK_DETECTION, debugctl))
		caps->proc2 &= ~SECONDARY_EXEC_BUS_LOCK_DETECTION;
}

/* All of it, as this CPU has it */
static int find_caps(struct vmx_caps *caps)
{
	u64 basic, fixed0;
	int r;

	rdmsrl(MSR_IA32_VMX_BASIC, basic);
	caps->revision = vmx_basic_vmcs_revision_id(basic);
	if ((basic & BASIC_MEMTYPE) != BASIC_MEMTYPE_WB ||
	    vmx_basic_vmcs_size(basic) > PAGE_SIZE)
		return missing("write-back VMCS regions of a page", "there is no cure");
	r = choose_controls(caps, basic) ?: check_ept(caps) ?: check_itlb(caps);
	if (r)
		return r;
	check_apicv(caps);
	check_perf_global(caps);
	check_perf_driver(caps);
	check_bus_lock(caps);
	rdmsrl(MSR_IA32_VMX_CR0_FIXED0, fixed0);
	caps->cr0_fixed1 = fixed0 & ~(u64)(X86_CR0_PE | X86_CR0_PG);
	rdmsrl(MSR_IA32_VMX_CR4_FIXED0, caps->cr4_fixed1);
	return 0;
}

/**
 * vmx_find_caps - fill in vmx_caps
 *
 * Return: 0; -ENODEV: no VMX; -EOPNOTSUPP: something required is missing, and
 * a line in the log says what; -EINVAL: a parameter makes no sense.
 */
int vmx_find_caps(void)
{
	return check_cpu() ?: find_caps(&vmx_caps);
}

/**
 * vmx_check_caps - whether this CPU has what vmx_caps says
 *
 * vCPUs go from one CPU to another, with VMCSs that were made for the first one.
 * Return: 0 or -EIO, logged.  Context: on the CPU, interrupts off.
 */
int vmx_check_caps(void)
{
	struct vmx_caps here;

	/* Padding, too */
	memset(&here, 0, sizeof(here));
	if (!find_caps(&here) && !memcmp(&here, &vmx_caps, sizeof(here)))
		return 0;
	pr_err("the VMX of CPU %d is another one than that of the CPU which loaded the module; take it offline\n",
	       smp_processor_id());
	return -EIO;
}
