// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: the host's side: SVM on each CPU, and where its state is while a
 * guest runs.
 *
 * VMRUN keeps most of the host's state in the host save area, whose layout is
 * the CPU's secret, and #VMEXIT loads it.  FS, GS, TR, LDTR and the MSRs of
 * SYSCALL and SYSENTER are in neither: VMSAVE writes them to a page of ours
 * (see svm_host_save()), and VMLOAD brings them back after each exit.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mem_encrypt.h>
#include <linux/percpu.h>
#include <linux/topology.h>
#include <asm/io.h>
#include <asm/msr.h>

#include "ops.h"
#include "page.h"
#include "svm.h"

/* Per CPU: the host save area, and the page for VMSAVE; written at module load */
static DEFINE_PER_CPU(void *, save_area);
static DEFINE_PER_CPU(void *, vmsave_page);
/* Physical address of the latter */
DEFINE_PER_CPU(u64, svm_vmsave_pa);

void svm_host_destroy(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		free_page((unsigned long)per_cpu(save_area, cpu));
		free_page((unsigned long)per_cpu(vmsave_page, cpu));
		per_cpu(save_area, cpu) = NULL;
		per_cpu(vmsave_page, cpu) = NULL;
	}
}

/**
 * svm_host_create - memory for all CPUs, near to each
 * Return: 0 or -ENOMEM.  Context: sleepable, module load.
 */
int svm_host_create(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		int node = cpu_to_node(cpu);

		per_cpu(save_area, cpu) = svm_page_alloc(node, GFP_KERNEL);
		per_cpu(vmsave_page, cpu) = svm_page_alloc(node, GFP_KERNEL);
		if (!per_cpu(save_area, cpu) || !per_cpu(vmsave_page, cpu)) {
			svm_host_destroy();
			return -ENOMEM;
		}
		per_cpu(svm_vmsave_pa, cpu) = __sme_set(__pa(per_cpu(vmsave_page, cpu)));
	}
	return 0;
}

/**
 * svm_host_busy - whether somebody uses SVM on this CPU
 *
 * EFER.SVME set by somebody else means that the host save area is his.  KVM
 * looks at the same bit in turn.
 */
int svm_host_busy(void)
{
	u64 efer;

	rdmsrl(MSR_EFER, efer);
	return efer & EFER_SVME ? -EBUSY : 0;
}

/**
 * svm_host_enable - SVM on, on this CPU
 * Return: 0 or -EBUSY.  Context: interrupts off.
 */
int svm_host_enable(void)
{
	int r = svm_host_busy();
	u64 efer;

	if (r)
		return r;
	rdmsrl(MSR_EFER, efer);
	wrmsrl(MSR_EFER, efer | EFER_SVME);
	wrmsrl(MSR_VM_HSAVE_PA, __sme_set(__pa(__this_cpu_read(save_area))));
	/* Guests' TSCs run at the host's rate: 1.0, in 8.32 bits */
	if (svm_caps.tsc_ratio)
		wrmsr(MSR_AMD64_TSC_RATIO, 0, 1);
	return 0;
}

/** svm_host_disable - and off.  Context: interrupts off; also from panic. */
void svm_host_disable(void)
{
	u64 efer;

	wrmsrl(MSR_VM_HSAVE_PA, 0);
	rdmsrl(MSR_EFER, efer);
	if (!(efer & EFER_SVME))
		return;
	/* Between an exit and STGI a panic has NMIs and INIT blocked */
	svm_stgi();
	wrmsrl(MSR_EFER, efer & ~(u64)EFER_SVME);
}
