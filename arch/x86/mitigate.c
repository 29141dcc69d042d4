// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: what is known of the host, and the steps that protect it from
 * guests, and guests from each other.  See mitigate_rules.h.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/hardirq.h>
#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched/smt.h>
#include <linux/smp.h>
#include <asm/mce.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/ptrace.h>

#include "compat.h"
#include "mitigate.h"

u32 x86_mitigations __ro_after_init;
static u32 facts __ro_after_init;

/* ---- facts ---- */

/* Names of features came, and went, with updates of stable kernels: ask the header */
static u32 facts_of_branches(void)
{
	u32 f = 0;

#ifdef X86_FEATURE_USE_IBPB
	if (boot_cpu_has(X86_FEATURE_USE_IBPB))
		f |= X86_FACT_IBPB;
#else
	if (boot_cpu_has(X86_FEATURE_IBPB))
		f |= X86_FACT_IBPB;
#endif
	if (boot_cpu_has(X86_FEATURE_ENTRY_IBPB))
		f |= X86_FACT_IBPB_EXIT;
#ifdef X86_FEATURE_IBPB_ON_VMEXIT
	if (boot_cpu_has(X86_FEATURE_IBPB_ON_VMEXIT))
		f |= X86_FACT_IBPB_EXIT;
#endif
	if (boot_cpu_has(X86_FEATURE_KERNEL_IBRS))
		f |= X86_FACT_KERNEL_IBRS;
#if defined(X86_FEATURE_IBPB_EXIT_TO_USER) && MOTE_KVM_EXPORTS
	if (boot_cpu_has(X86_FEATURE_IBPB_EXIT_TO_USER))
		f |= X86_FACT_IBPB_USER;
#endif
#ifdef X86_FEATURE_SRSO_BP_SPEC_REDUCE
	if (boot_cpu_has(X86_FEATURE_SRSO_BP_SPEC_REDUCE))
		f |= X86_FACT_SRSO_REDUCE;
#endif
	return f;
}

static u32 facts_of_buffers(void)
{
	u32 f = 0;

#ifdef X86_FEATURE_CLEAR_CPU_BUF
	if (boot_cpu_has(X86_FEATURE_CLEAR_CPU_BUF))
		f |= X86_FACT_VERW;
#else
	if (boot_cpu_has(X86_FEATURE_MD_CLEAR) && !cpu_mitigations_off())
		f |= X86_FACT_VERW;
#endif
#ifdef X86_FEATURE_CLEAR_CPU_BUF_VM
	if (boot_cpu_has(X86_FEATURE_CLEAR_CPU_BUF_VM))
		f |= X86_FACT_VERW_VM;
#endif
	return f;
}

/* A kernel that does not tell its choice is taken for careful */
static u32 fact_of_l1tf_choice(void)
{
	if (!MOTE_KVM_EXPORTS)
		return cpu_mitigations_off() ? 0 : X86_FACT_L1TF_ALWAYS;
	switch (l1tf_mitigation) {
	case L1TF_MITIGATION_OFF:
		return 0;
	case L1TF_MITIGATION_FULL:
	case L1TF_MITIGATION_FULL_FORCE:
		return X86_FACT_L1TF_ALWAYS;
	default:
		return X86_FACT_L1TF_COND;
	}
}

static u32 facts_of_l1tf(void)
{
	u64 cap = 0;
	u32 f;

	if (!boot_cpu_has_bug(X86_BUG_L1TF))
		return 0;
	f = fact_of_l1tf_choice();
	if (boot_cpu_has(X86_FEATURE_ARCH_CAPABILITIES))
		rdmsrl(MSR_IA32_ARCH_CAPABILITIES, cap);
	if (cap & ARCH_CAP_SKIP_VMENTRY_L1DFLUSH)
		f |= X86_FACT_L1D_OUTSIDE;
	if (boot_cpu_has(X86_FEATURE_FLUSH_L1D))
		f |= X86_FACT_L1D_CMD;
	/* The marks are for KVM's eyes */
	if (MOTE_KVM_EXPORTS && IS_ENABLED(CONFIG_KVM_INTEL))
		f |= X86_FACT_L1D_MARKS;
	return f;
}

static u32 find_facts(void)
{
	u32 f = facts_of_branches() | facts_of_buffers() | facts_of_l1tf();

	if (boot_cpu_data.x86_vendor == X86_VENDOR_AMD ||
	    boot_cpu_data.x86_vendor == X86_VENDOR_HYGON)
		f |= X86_FACT_AMD;
	return f;
}

/* /sys/module/mote/parameters/mitigations: a line for each rule that is followed */
static int show_mitigations(char *buf, const struct kernel_param *kp)
{
	const struct x86_mitigation *rule;
	int n = 0;

	for (rule = x86_mitigation_rules; rule->does; rule++)
		if (x86_mitigation_holds(rule, facts))
			n += scnprintf(buf + n, PAGE_SIZE - n, "%s\n", rule->why);
	return n;
}

static const struct kernel_param_ops mitigations_ops = { .get = show_mitigations };
module_param_cb(mitigations, &mitigations_ops, NULL, 0444);
MODULE_PARM_DESC(mitigations, "read only: what is done about flaws of this CPU, as the kernel's command line has it");

/* ---- what the guest is told ---- */

u64 x86_guest_arch_cap __ro_after_init;

static void merge_arch_cap(void *merged)
{
	u64 *cap = merged, value;

	rdmsrl(MSR_IA32_ARCH_CAPABILITIES, value);
	*cap = x86_arch_cap_merge(*cap, value);
}

/* Flaws which the kernel says this CPU has not, or which it has mended */
static u64 known_arch_cap(void)
{
	u64 known = 0;

	if (!boot_cpu_has_bug(X86_BUG_CPU_MELTDOWN))
		known |= ARCH_CAP_RDCL_NO;
	if (!boot_cpu_has_bug(X86_BUG_SPEC_STORE_BYPASS))
		known |= ARCH_CAP_SSB_NO;
	if (!boot_cpu_has_bug(X86_BUG_MDS))
		known |= ARCH_CAP_MDS_NO;
	if (boot_cpu_has(X86_FEATURE_RTM) && !boot_cpu_has_bug(X86_BUG_TAA))
		known |= ARCH_CAP_TAA_NO;
#ifdef X86_BUG_GDS
	if (!boot_cpu_has_bug(X86_BUG_GDS) || (MOTE_KVM_EXPORTS && gds_ucode_mitigated()))
		known |= ARCH_CAP_GDS_NO;
#endif
#ifdef X86_BUG_RFDS
	if (!boot_cpu_has_bug(X86_BUG_RFDS))
		known |= ARCH_CAP_RFDS_NO;
#endif
#ifdef X86_BUG_ITS
	if (!boot_cpu_has_bug(X86_BUG_ITS))
		known |= ARCH_CAP_ITS_NO;
#endif
	return known;
}

static void find_arch_cap(void)
{
	u64 cap;
	int cpu;

	if (!boot_cpu_has(X86_FEATURE_ARCH_CAPABILITIES))
		return;
	rdmsrl(MSR_IA32_ARCH_CAPABILITIES, cap);
	cpus_read_lock();
	for_each_online_cpu(cpu)
		smp_call_function_single(cpu, merge_arch_cap, &cap, 1);
	cpus_read_unlock();
	x86_guest_arch_cap = x86_arch_cap_for_guest(cap, known_arch_cap());
}

/* ---- L1 data cache ---- */

/*
 * Affected CPUs have 32 KiB of L1D, and a replacement that is not exactly the
 * least recently used line: twice the size leaves nothing of what was there.
 */
#define L1D_ORDER	4
#define L1D_BYTES	(PAGE_SIZE << L1D_ORDER)

static u8 *l1d_lines;

static int l1d_setup(void)
{
	unsigned int i;

	if (!(x86_mitigations & X86_L1D_BY_HAND))
		return 0;
	l1d_lines = (u8 *)__get_free_pages(GFP_KERNEL, L1D_ORDER);
	if (!l1d_lines)
		return -ENOMEM;
	/* Pages that differ: a hypervisor below may merge equal ones */
	for (i = 0; i < L1D_BYTES; i++)
		l1d_lines[i] = 1 + i / PAGE_SIZE;
	return 0;
}

/* The TLB first, so that its walks bring nothing in between the lines */
static void read_lines(void)
{
	unsigned int i;

	for (i = 0; i < L1D_BYTES; i += PAGE_SIZE)
		READ_ONCE(l1d_lines[i]);
	/* LFENCE: before any line */
	rmb();
	for (i = 0; i < L1D_BYTES; i += 64)
		READ_ONCE(l1d_lines[i]);
	/* LFENCE: all of them, before the entry */
	rmb();
}

/** x86_l1d_flush - nothing of the host's data is in L1D any more.  Context: entry. */
noinline void x86_l1d_flush(void)
{
	if (x86_mitigations & X86_L1D_BY_HAND)
		read_lines();
	else
		wrmsrl(MSR_IA32_FLUSH_CMD, L1D_FLUSH);
}

/* ---- module ---- */

static void warn(void)
{
	if ((facts & (X86_FACT_L1TF_COND | X86_FACT_L1TF_ALWAYS)) &&
	    MOTE_KVM_EXPORTS && l1tf_mitigation != L1TF_MITIGATION_FLUSH_NOWARN &&
	    sched_smt_active())
		pr_warn("L1TF and SMT: a guest can read what the other thread of its core has in L1D; boot with nosmt (CVE-2018-3646)\n");
}

/**
 * x86_mitigate_setup - find out what has to be done on this host
 * Return: 0 or -ENOMEM.  Context: module load.
 */
int x86_mitigate_setup(void)
{
	facts = find_facts();
	x86_mitigations = x86_mitigations_for(facts);
	find_arch_cap();
	warn();
	return l1d_setup();
}

void x86_mitigate_teardown(void)
{
	free_pages((unsigned long)l1d_lines, L1D_ORDER);
	l1d_lines = NULL;
}

/* ---- guests that take turns ---- */

DEFINE_PER_CPU(struct mote_vcpu *, x86_previous_guest);

/**
 * x86_guest_arrives - a vCPU comes to this CPU, where another may have run
 * @vcpu: preemption is off
 *
 * The other's branch predictions must not steer this one.  Whether they were
 * of the same VM does not matter: its processes are strangers, too.
 */
void x86_guest_arrives(struct mote_vcpu *vcpu)
{
	if (this_cpu_read(x86_previous_guest) == vcpu)
		return;
	if (x86_mitigations & X86_IBPB_GUEST)
		wrmsrl(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
	this_cpu_write(x86_previous_guest, vcpu);
}

/**
 * x86_guest_gone - the next vCPU at the same address is another one
 * @vcpu: about to be freed, never to be loaded again
 */
void x86_guest_gone(struct mote_vcpu *vcpu)
{
	int cpu;

	for_each_possible_cpu(cpu)
		cmpxchg(per_cpu_ptr(&x86_previous_guest, cpu), vcpu, NULL);
}

/* ---- CPUs ---- */

#ifdef MSR_ZEN4_BP_CFG_BP_SPEC_REDUCE_BIT
#define SPEC_REDUCE	BIT_ULL(MSR_ZEN4_BP_CFG_BP_SPEC_REDUCE_BIT)

/* Set by us, and by us to be cleared */
static DEFINE_PER_CPU(bool, spec_reduced);

static void reduce_speculation(void)
{
	u64 cfg;

	rdmsrl(MSR_ZEN4_BP_CFG, cfg);
	if (cfg & SPEC_REDUCE)
		return;
	wrmsrl(MSR_ZEN4_BP_CFG, cfg | SPEC_REDUCE);
	__this_cpu_write(spec_reduced, true);
}

static void restore_speculation(void)
{
	u64 cfg;

	if (!__this_cpu_read(spec_reduced))
		return;
	rdmsrl(MSR_ZEN4_BP_CFG, cfg);
	wrmsrl(MSR_ZEN4_BP_CFG, cfg & ~SPEC_REDUCE);
	__this_cpu_write(spec_reduced, false);
}
#else
static void reduce_speculation(void)
{
}

static void restore_speculation(void)
{
}
#endif

/** x86_mitigate_cpu_enable - guests may run on this CPU.  Context: interrupts off. */
void x86_mitigate_cpu_enable(void)
{
	/* Another hypervisor may have been here since our last guest */
	__this_cpu_write(x86_previous_guest, NULL);
	if (x86_mitigations & X86_SRSO_REDUCE)
		reduce_speculation();
}

/**
 * x86_mitigate_cpu_disable - no guest will
 *
 * The next hypervisor on this CPU knows nothing of our guests.  Context:
 * interrupts off; also from panic.
 */
void x86_mitigate_cpu_disable(void)
{
	if (__this_cpu_read(x86_previous_guest) && (x86_mitigations & X86_IBPB_GUEST))
		wrmsrl(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
	__this_cpu_write(x86_previous_guest, NULL);
	restore_speculation();
}

/* ---- machine checks ---- */

/**
 * x86_host_machine_check - the guest was hit by a machine check
 *
 * The kernel's handler looks at the banks, and at the mode which was hit.  A guest is
 * no more of the kernel than user space is: an error in what it read costs a
 * page or the runner, not the host.  What is to be done to the runner is task
 * work, which RUN does before it enters again.  Context: entry, on the task's stack.
 */
void x86_host_machine_check(void)
{
#if MOTE_KVM_EXPORTS && IS_ENABLED(CONFIG_X86_MCE)
	struct pt_regs regs = {
		.cs = __USER_CS,
		.ss = __USER_DS,
		.flags = X86_EFLAGS_IF,
	};

	do_machine_check(&regs);
#else
	/* Taken for an error in the kernel: may panic */
	asm volatile("int $18");
#endif
}
