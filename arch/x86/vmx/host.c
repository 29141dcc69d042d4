// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: the host's side of the world switch: HOST_* fields, what an exit
 * leaves different from what the host had, and the host's own interrupts.
 */
#include <asm/cpu_entry_area.h>
#include <asm/desc.h>
#include <asm/fsgsbase.h>
#include <asm/msr.h>
#include <asm/perf_event.h>
#include <asm/segment.h>
#include <asm/tlbflush.h>

#include "entry.h"
#include "vmx.h"

/**
 * vmx_host_cpu_changed - HOST_* fields that belong to a CPU
 * @vcpu: loaded, on a CPU where it was not last time
 */
void vmx_host_cpu_changed(struct mote_vcpu *vcpu)
{
	struct vmx_host *host = &to_vmx(vcpu)->host;
	int cpu = smp_processor_id();
	struct desc_ptr idt;
	u64 value;

	vmwritel(HOST_CR0, read_cr0());
	/* GS base of the kernel: this CPU's per-CPU area */
	rdmsrl(MSR_GS_BASE, value);
	vmwritel(HOST_GS_BASE, value);
	vmwritel(HOST_TR_BASE, (unsigned long)&get_cpu_entry_area(cpu)->tss.x86_tss);
	host->gdt.size = GDT_SIZE - 1;
	host->gdt.address = (unsigned long)get_cpu_gdt_ro(cpu);
	vmwritel(HOST_GDTR_BASE, host->gdt.address);
	store_idt(&idt);
	vmwritel(HOST_IDTR_BASE, idt.address);
	rdmsrl(MSR_IA32_SYSENTER_CS, value);
	vmwrite32(HOST_IA32_SYSENTER_CS, value);
	rdmsrl(MSR_IA32_SYSENTER_ESP, value);
	vmwritel(HOST_IA32_SYSENTER_ESP, value);
	rdmsrl(MSR_IA32_SYSENTER_EIP, value);
	vmwritel(HOST_IA32_SYSENTER_EIP, value);
	/* A perf driver says it per entry; where there is none it stays */
	if (vmx_caps.perf_global) {
		rdmsrl(MSR_CORE_PERF_GLOBAL_CTRL, host->perf_global);
		vmwrite64(HOST_IA32_PERF_GLOBAL_CTRL, host->perf_global);
	}
	/* CR3, CR4, RSP and FS base are compared by value */
	host->cr4 = 0;
}

static unsigned long read_fs_base(void)
{
	u64 base;

	if (boot_cpu_has(X86_FEATURE_FSGSBASE))
		return rdfsbase();
	rdmsrl(MSR_FS_BASE, base);
	return base;
}

/*
 * Counters stop in the guest, so that the host's PEBS does not write through the
 * guest's page tables.  On some CPUs PEBS does so for a while all the same, and
 * perf asks for it to be off (SDM vol. 3, "Processor Event Based Sampling (PEBS)
 * Facility"): with an exit's load of MSRs it would be off too late.
 */
static void look_at_perf(struct vmx_host *host)
{
	const struct perf_guest_switch_msr *msr;
	int n;

	msr = perf_guest_get_msrs(&n, NULL);
	if (!msr || msr[0].msr != MSR_CORE_PERF_GLOBAL_CTRL)
		return;
	if (unlikely(vmx_caps.perf_by_hand)) {
		host->counters = msr[0].host;
	} else if (msr[0].host != host->perf_global) {
		host->perf_global = msr[0].host;
		vmwrite64(HOST_IA32_PERF_GLOBAL_CTRL, host->perf_global);
	}
	host->pebs = n > 1 && msr[1].msr == MSR_IA32_PEBS_ENABLE ? msr[1].host : 0;
}

/**
 * vmx_host_look - host state that interrupts change
 * @host: of the vCPU (entry); the session has just begun, or there were interrupts
 *
 * CR3: user addresses get tag bits on all CPUs that have them loaded.  CR4: PCE
 * follows /sys/bus/event_source/devices/cpu/rdpmc.  Counters and DEBUGCTL are perf's:
 * events come and go on another CPU's order.  An exit loses DEBUGCTL (SDM vol. 3,
 * "Loading Host Control Registers, Debug Registers, MSRs").
 */
void vmx_host_look(struct vmx_host *host)
{
	unsigned long value;

	value = __read_cr3();
	if (unlikely(value != host->cr3)) {
		host->cr3 = value;
		vmwritel(HOST_CR3, value);
	}
	value = __read_cr4();
	if (unlikely(value != host->cr4)) {
		host->cr4 = value;
		vmwritel(HOST_CR4, value);
	}
	if (vmx_caps.perf_driver)
		look_at_perf(host);
	host->debugctl = __rdmsr(MSR_IA32_DEBUGCTLMSR);
	host->stops = host->pebs | host->counters;
	host->lost = host->stops | host->debugctl;
}

/** vmx_host_stop - what must not go on in the guest, with vmx_host::stops.  Context: entry. */
void vmx_host_stop(const struct vmx_host *host)
{
	if (host->counters)
		native_wrmsrl(MSR_CORE_PERF_GLOBAL_CTRL, 0);
	if (host->pebs)
		native_wrmsrl(MSR_IA32_PEBS_ENABLE, 0);
}

/**
 * vmx_host_left - what is lost by the exit, with vmx_host::lost
 * @host: of the vCPU (entry)
 */
void vmx_host_left(const struct vmx_host *host)
{
	native_wrmsrl(MSR_IA32_DEBUGCTLMSR, host->debugctl);
	if (unlikely(host->pebs))
		native_wrmsrl(MSR_IA32_PEBS_ENABLE, host->pebs);
	if (unlikely(host->counters))
		native_wrmsrl(MSR_CORE_PERF_GLOBAL_CTRL, host->counters);
}

/**
 * vmx_host_prepare - HOST_* fields that belong to the thread
 * @vcpu: loaded (session); nothing here changes before vmx_host_put(), as preemption
 *	is off
 */
void vmx_host_prepare(struct mote_vcpu *vcpu)
{
	struct vmx_host *host = &to_vmx(vcpu)->host;
	unsigned long value;

	value = read_fs_base();
	if (unlikely(value != host->fs_base)) {
		host->fs_base = value;
		vmwritel(HOST_FS_BASE, value);
	}
	savesegment(ds, host->ds);
	savesegment(es, host->es);
	savesegment(fs, host->fs);
	savesegment(gs, host->gs);
	host->ldt = 0;
}

/**
 * vmx_host_note_ldt - the process has an LDT: the exit will make LDTR null
 * @vcpu: entry
 *
 * It is null here too if there was an exit before, and no interrupt has loaded
 * it since.
 */
void vmx_host_note_ldt(struct mote_vcpu *vcpu)
{
	u16 ldt;

	store_ldt(ldt);
	if (ldt)
		to_vmx(vcpu)->host.ldt = ldt;
}

/*
 * Loading a selector writes the user's GS base, KERNEL_GS_BASE.  That has the guest's
 * value still, which x86_uret_put() saves after this; then it writes the host's.
 */
static void restore_gs(const struct vmx_host *host)
{
	u64 guest;

	rdmsrl(MSR_KERNEL_GS_BASE, guest);
	load_gs_index(host->gs);
	wrmsrl(MSR_KERNEL_GS_BASE, guest);
}

/* Selectors of 32-bit threads, of modify_ldt() users and the like */
static noinline void restore_selectors(const struct vmx_host *host)
{
	if (host->ldt)
		asm volatile("lldt %0" : : "r" (host->ldt));
	if (host->ds | host->es) {
		loadsegment(ds, host->ds);
		loadsegment(es, host->es);
	}
	if (host->fs) {
		loadsegment(fs, host->fs);
		wrmsrl(MSR_FS_BASE, host->fs_base);
	}
	if (host->gs)
		restore_gs(host);
}

/* The thread has an I/O bitmap: it counts from now on, see invalidate_tss_limit() */
static noinline void restore_tss(void)
{
	force_reload_TR();
}

/**
 * vmx_host_put - what the exit left wrong and HOST_* fields cannot say
 * @vcpu: loaded, has entered since vmx_host_prepare()
 *
 * The exit sets limits of 0xffff on GDTR and IDTR and 0x67 on TR (SDM vol. 3,
 * "Loading Host Segment and Descriptor-Table Registers").  A larger GDT would
 * let user space load selectors of what follows it; the TSS has to cover the
 * I/O bitmap again.  The IDT is a page anyway.
 */
void vmx_host_put(struct mote_vcpu *vcpu)
{
	const struct vmx_host *host = &to_vmx(vcpu)->host;

	if (unlikely(host->ds | host->es | host->fs | host->gs | host->ldt))
		restore_selectors(host);
	if (unlikely(test_thread_flag(TIF_IO_BITMAP)))
		restore_tss();
	else
		this_cpu_write(__tss_limit_invalid, true);
	load_gdt(&host->gdt);
}

/**
 * vmx_host_interrupt - the host's interrupt ended the guest's run
 * @intr_info: VM-exit interruption information
 *
 * The exit has acknowledged it at the APIC, so nobody will deliver it again:
 * enter its handler through the gate.  Interrupts are off.
 */
void vmx_host_interrupt(u32 intr_info)
{
	const gate_desc *gate;
	struct desc_ptr idt;

	if (WARN_ON_ONCE(!(intr_info & INTR_INFO_VALID_MASK)))
		return;
	store_idt(&idt);
	gate = (const gate_desc *)idt.address + (intr_info & INTR_INFO_VECTOR_MASK);
	vmx_call_gate(gate_offset(gate));
}

/*
 * NMIs are blocked since the exit; the handler's IRET ends that.  Its gate has
 * a stack of its own, which only the CPU can switch to: INT does.
 */
void vmx_host_nmi(void)
{
	asm volatile("int $2");
}
