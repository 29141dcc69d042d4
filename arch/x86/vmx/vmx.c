// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: the back end: VMX operation of each CPU, VMs and vCPUs in it, and
 * the entry.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include <asm/cpufeature.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>
#include <asm/perf_event.h>
#include <asm/tlbflush.h>

#include "../hostcpu.h"
#include "../lapic.h"
#include "../mitigate.h"
#include "ept.h"
#include "entry.h"
#include "exit_rules.h"
#include "guestmode.h"
#include "tlbtag.h"
#include "vmx.h"

/*
 * Per CPU: the VMXON region, the VMCSs that this CPU may have cached, and the
 * one that is current.  The list and @current_vmcs are touched by their CPU
 * only, with interrupts off where an IPI may come in between.
 */
static DEFINE_PER_CPU(void *, vmxon_region);
static DEFINE_PER_CPU(struct list_head, loaded_list);
static DEFINE_PER_CPU(struct vmx_vcpu *, current_vmcs);

static struct mote_tags vpids;

void __cold vmx_insn_failed(const char *insn, unsigned long operand)
{
	if (!READ_ONCE(mote_hw_gone))
		pr_err_ratelimited("%s 0x%lx failed\n", insn, operand);
}

/* ---- CPUs ---- */

static void free_vmxon_regions(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		free_page((unsigned long)per_cpu(vmxon_region, cpu));
		per_cpu(vmxon_region, cpu) = NULL;
	}
}

/* VMXON and VMCS regions start with the revision (SDM vol. 3, "Format of the VMCS Region") */
static void *alloc_region(gfp_t gfp)
{
	u32 *region = (u32 *)get_zeroed_page(gfp);

	if (region)
		*region = vmx_caps.revision;
	return region;
}

static int vmx_init(void)
{
	int cpu, r;

	r = vmx_find_caps();
	if (r)
		return r;
	for_each_possible_cpu(cpu) {
		INIT_LIST_HEAD(&per_cpu(loaded_list, cpu));
		per_cpu(vmxon_region, cpu) = alloc_region(GFP_KERNEL);
		if (!per_cpu(vmxon_region, cpu))
			goto nomem;
	}
	/* VPID 0 is the host's */
	r = mote_tags_init(&vpids, 1, 0xffff);
	if (!r)
		return 0;
nomem:
	free_vmxon_regions();
	return -ENOMEM;
}

static void vmx_exit_backend(void)
{
	mote_tags_destroy(&vpids);
	free_vmxon_regions();
}

static int vmx_probe_busy(void)
{
	return __read_cr4() & X86_CR4_VMXE ? -EBUSY : 0;
}

/*
 * CR4.VMXE set by somebody else means that VMX operation is his.  Setting it
 * through cr4_set_bits() makes KVM see ours in turn.
 */
static int vmx_cpu_enable(void)
{
	int r = vmx_probe_busy() ?: vmx_check_caps();

	if (r)
		return r;
	/* Old CPUs cannot trace with Intel PT in VMX operation: VMXON would fault */
	intel_pt_handle_vmx(1);
	cr4_set_bits(X86_CR4_VMXE);
	r = vmx_vmxon(__pa(__this_cpu_read(vmxon_region)));
	if (r) {
		cr4_clear_bits(X86_CR4_VMXE);
		intel_pt_handle_vmx(0);
		pr_err("VMXON failed on CPU %d\n", smp_processor_id());
		return r;
	}
	/* What an earlier user of EPT left cached is not ours */
	vmx_invept(INVEPT_ALL, 0);
	return 0;
}

/* Interrupts off, on the CPU that has it */
static void clear_vmcs(struct vmx_vcpu *vmx)
{
	vmx_vmclear(vmx->vmcs_pa);
	vmx->launched = false;
	list_del(&vmx->loaded);
	if (__this_cpu_read(current_vmcs) == vmx)
		__this_cpu_write(current_vmcs, NULL);
	/*
	 * Whoever sees -1 may load it elsewhere: after VMCLEAR and the list.
	 * Pairs with the acquire in vmx_load().
	 */
	smp_store_release(&vmx->cpu, -1);
}

static void vmx_cpu_disable(void)
{
	struct vmx_vcpu *vmx, *next;

	list_for_each_entry_safe(vmx, next, this_cpu_ptr(&loaded_list), loaded)
		clear_vmcs(vmx);
	vmx_vmxoff();
	cr4_clear_bits(X86_CR4_VMXE);
	intel_pt_handle_vmx(0);
}

/* The list may be half linked; VMCSs that stay cached are of no use to anybody */
static void vmx_cpu_emergency(void)
{
	vmx_vmxoff();
	cr4_clear_bits(X86_CR4_VMXE);
}

static const struct mote_pt_format *vmx_pt_format(void)
{
	return mote_ept_format(vmx_caps.ept, vmx_caps.exec_small);
}

static void vmx_info(struct mote_info *info)
{
	if (vmx_caps.apicv)
		info->features |= MOTE_FEAT_HW_IRQ;
	if (vmx_pt_format()->level[2].leaf_ok)
		info->features |= MOTE_FEAT_HUGE_2M;
	if (vmx_pt_format()->level[1].leaf_ok)
		info->features |= MOTE_FEAT_HUGE_1G;
	if (vmx_caps.ept_ad)
		info->features |= MOTE_FEAT_AD_BITS;
	if (vmx_caps.proc2 & SECONDARY_EXEC_ENABLE_VPID)
		info->features |= MOTE_FEAT_TLB_TAGS;
}

/* ---- VMs ---- */

static void vmx_vm_destroy(struct mote_vm *vm)
{
	struct vmx_vm *vmx = vm->arch.vmx;

	if (vmx->apic_access)
		__free_page(vmx->apic_access);
	kfree(vmx);
}

static int vmx_vm_init(struct mote_vm *vm)
{
	struct vmx_vm *vmx = kzalloc(sizeof(*vmx), GFP_KERNEL_ACCOUNT);

	if (!vmx)
		return -ENOMEM;
	vmx->eptp = mote_ept_pointer(__pa(vm->mem.pt.root), vmx_caps.ept_ad);
	vm->arch.vmx = vmx;
	return 0;
}

/* ---- vCPUs ---- */

static void clear_on_cpu(void *arg)
{
	struct vmx_vcpu *vmx = arg;

	/* It may have been cleared by an offline CPU in the meantime */
	if (vmx->cpu == smp_processor_id())
		clear_vmcs(vmx);
}

/* Take the VMCS from the CPU that may have it cached */
static void evict_vmcs(struct vmx_vcpu *vmx)
{
	int cpu = READ_ONCE(vmx->cpu);

	if (cpu >= 0)
		smp_call_function_single(cpu, clear_on_cpu, vmx, 1);
}

static void vmx_vcpu_destroy(struct mote_vcpu *vcpu)
{
	evict_vmcs(to_vmx(vcpu));
	mote_tag_free(&vpids, to_vmx(vcpu)->vpid);
	vmx_vmcs_destroy(vcpu);
}

static int vmx_vcpu_init(struct mote_vcpu *vcpu)
{
	struct vmx_vm *vm = vcpu->vm->arch.vmx;
	int r;

	if (vcpu->arch.lapic && vmx_caps.apicv && !vm->apic_access) {
		r = vmx_apic_vm_init(vm);
		if (r)
			return r;
	}
	r = vmx_vmcs_create(vcpu);
	if (r)
		return r;
	if (vmx_caps.proc2 & SECONDARY_EXEC_ENABLE_VPID)
		to_vmx(vcpu)->vpid = mote_tag_alloc(&vpids);
	vcpu->tlb.tag = to_vmx(vcpu)->vpid;
	mote_arch_vcpu_load(vcpu);
	vmx_vmcs_setup(vcpu);
	if (vcpu->arch.lapic)
		vmx_lapic_changed(vcpu);
	mote_arch_vcpu_put(vcpu);
	return 0;
}

/* The VMCS comes to this CPU: its host state and TLB belong to another one */
static void move_vmcs(struct vmx_vcpu *vmx, int cpu)
{
	unsigned long flags;

	/* Acquire: what clear_vmcs() did elsewhere comes before our VMPTRLD */
	if (smp_load_acquire(&vmx->cpu) >= 0)
		evict_vmcs(vmx);
	local_irq_save(flags);
	/* Of a new one, too: its contents mean something from then on */
	vmx_vmclear(vmx->vmcs_pa);
	WRITE_ONCE(vmx->cpu, cpu);
	list_add(&vmx->loaded, this_cpu_ptr(&loaded_list));
	local_irq_restore(flags);
}

static noinline void load_vmcs(struct mote_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	int cpu = smp_processor_id();

	/*
	 * Without VMX operation nothing can be loaded: the host shuts down,
	 * and RUN is about to find out.
	 */
	if (unlikely(!__this_cpu_read(mote_cpu_ready)))
		return;
	if (vmx->cpu != cpu)
		move_vmcs(vmx, cpu);
	x86_guest_arrives(vcpu);
	if (vmx_vmptrld(vmx->vmcs_pa))
		vmx_insn_failed("vmptrld", vmx->vmcs_pa);
	__this_cpu_write(current_vmcs, vmx);
	if (vcpu->cpu != cpu) {
		WRITE_ONCE(vcpu->cpu, cpu);
		/* INVLPG and MOV to CR3 reach the CPU that executes them */
		mote_tlb_vcpu_changed(vcpu);
		vmx_host_cpu_changed(vcpu);
	}
}

static void vmx_load(struct mote_vcpu *vcpu)
{
	if (unlikely(__this_cpu_read(current_vmcs) != to_vmx(vcpu)))
		load_vmcs(vcpu);
}

/*
 * The FPU is loaded at once.  CR0.TS would defer that, as on AMD, but many
 * Intel CPUs execute past it on what is in the registers (CVE-2018-3665).
 */
static void vmx_prepare(struct mote_vcpu *vcpu)
{
	x86_fpu_load(vcpu);
	vmx_host_prepare(vcpu);
	if (unlikely(x86_msrmap_is_stale(vcpu, &to_vmx(vcpu)->msrmap)))
		vmx_msr_bitmap_refresh(vcpu);
	to_vmx(vcpu)->fresh = true;
}

static void vmx_put(struct mote_vcpu *vcpu)
{
	vmx_host_put(vcpu);
}

/* ---- the entry ---- */

/*
 * INVEPT drops guest-physical mappings and combined ones of all VPIDs, INVVPID
 * linear and combined ones of one.  Without a VPID each entry and exit drops
 * the latter (SDM vol. 3, "Operations that Invalidate Cached Mappings").
 */
static void vmx_flush(struct mote_vcpu *vcpu, enum mote_flush what)
{
	if (what == MOTE_FLUSH_VM)
		vmx_invept(INVEPT_SINGLE, vcpu->vm->arch.vmx->eptp);
	if (to_vmx(vcpu)->vpid)
		vmx_invvpid(INVVPID_SINGLE, to_vmx(vcpu)->vpid);
}

static __always_inline u32 enter_flags(struct mote_vcpu *vcpu, const struct vmx_vcpu *vmx,
				       u32 host_spec_ctrl)
{
	u32 flags = x86_mitigations;

	if (vmx->launched)
		flags |= VMX_ENTER_RESUME;
	if (unlikely(!x86_spec_ctrl_same(vcpu->arch.spec_ctrl, host_spec_ctrl, 0)) &&
	    x86_guest_has(vcpu, X86_FEATURE_GUEST_SPEC_CTRL))
		flags |= x86_spec_ctrl_flags(vcpu->arch.spec_ctrl, host_spec_ctrl, NULL);
	return flags;
}

/*
 * Exits whose handlers see nothing but the vCPU's own registers, and decide with
 * that: no data of the host's comes into L1D on their way.  What else ends in
 * user space, sleeps or is interrupted shows in other ways.
 */
#define QUIET_EXITS	(BIT_ULL(EXIT_REASON_EXTERNAL_INTERRUPT) |		\
			 BIT_ULL(EXIT_REASON_INTERRUPT_WINDOW) |		\
			 BIT_ULL(EXIT_REASON_NMI_WINDOW) |			\
			 BIT_ULL(EXIT_REASON_CPUID) | BIT_ULL(EXIT_REASON_HLT) |\
			 BIT_ULL(EXIT_REASON_DR_ACCESS) |			\
			 BIT_ULL(EXIT_REASON_MSR_READ) |			\
			 BIT_ULL(EXIT_REASON_MSR_WRITE) |			\
			 BIT_ULL(EXIT_REASON_PAUSE_INSTRUCTION) |		\
			 BIT_ULL(EXIT_REASON_TPR_BELOW_THRESHOLD) |		\
			 BIT_ULL(EXIT_REASON_EOI_INDUCED) |			\
			 BIT_ULL(EXIT_REASON_XSETBV))

/*
 * L1TF: page tables of the guest's reach all that is in L1D, whatever EPT says.
 * Documentation/admin-guide/hw-vuln/l1tf.rst, "L1D flush on VMENTER".
 */
static noinline void flush_l1d(const struct vmx_vcpu *vmx, bool dirty)
{
	if ((x86_mitigations & X86_L1D_ALWAYS) || dirty ||
	    vmx->reason >= 64 || !(QUIET_EXITS & BIT_ULL(vmx->reason)))
		x86_l1d_flush();
}

/* What must be looked at before the host's interrupts are on again */
static void after_exit(struct mote_vcpu *vcpu, struct vmx_vcpu *vmx)
{
	vmx->reason = vmread32(VM_EXIT_REASON) & ~VMX_REASON_BUS_LOCK;
	/* A refused guest state leaves the VMCS as it was: "clear" or "launched" */
	if (likely(!(vmx->reason & VMX_EXIT_REASONS_FAILED_VMENTRY)))
		vmx->launched = true;
	if (vmx->reason == EXIT_REASON_EXTERNAL_INTERRUPT) {
		vmx_host_interrupt(vmread32(VM_EXIT_INTR_INFO));
	} else if (vmx->reason == EXIT_REASON_EXCEPTION_NMI) {
		vmx->intr_info = vmread32(VM_EXIT_INTR_INFO);
		if ((vmx->intr_info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_NMI_INTR)
			vmx_host_nmi();
		else if ((vmx->intr_info & INTR_INFO_VECTOR_MASK) == X86_TRAP_MC)
			x86_host_machine_check();
	} else if (unlikely((u16)vmx->reason == EXIT_REASON_MCE_DURING_VMENTRY)) {
		x86_host_machine_check();
	}
}

static __always_inline void write_registers(struct mote_vcpu *vcpu)
{
	/* An instruction was skipped: all that happens on most exits */
	if (likely(vcpu->arch.dirty == BIT(X86_RIP))) {
		vcpu->arch.dirty = 0;
		vmwritel(GUEST_RIP, vcpu->arch.reg[X86_RIP]);
	} else if (vcpu->arch.dirty) {
		vmx_flush_dirty(vcpu);
	}
}

/* What is per entry, but can have changed only if there was an interrupt since */
static noinline void look_at_host(struct mote_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);

	vmx->fresh = false;
	if (unlikely(x86_host_has_ldt()))
		vmx_host_note_ldt(vcpu);
	vmx_host_look(&vmx->host);
}

static void vmx_vcpu_enter(struct mote_vcpu *vcpu)
{
	u32 host_spec_ctrl = this_cpu_read(x86_spec_ctrl_current);
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	/* The mark is taken back, whatever the other says */
	bool interrupted = x86_host_interrupted() | vmx->fresh;
	int failed;
	u32 flags;

	write_registers(vcpu);
	if (unlikely(interrupted))
		look_at_host(vcpu);
	if (unlikely(vmx->host.stops))
		vmx_host_stop(&vmx->host);
	x86_debug_enter(vcpu);
	/* CR2 is not in the VMCS; the host's is dead outside of its #PF handler */
	if (native_read_cr2() != vcpu->arch.cr2)
		native_write_cr2(vcpu->arch.cr2);
	if (unlikely(x86_mitigations & (X86_L1D_COND | X86_L1D_ALWAYS)))
		flush_l1d(vmx, interrupted);
	flags = enter_flags(vcpu, vmx, host_spec_ctrl);
	mote_guest_mode_enter();
	failed = vmx_enter(vcpu->arch.reg, flags, &vmx->host.rsp, vcpu->arch.spec_ctrl,
			   host_spec_ctrl);
	mote_guest_mode_exit();
	if (unlikely(vmx->host.lost))
		vmx_host_left(&vmx->host);
	x86_debug_left();
	vcpu->arch.cr2 = native_read_cr2();
	vcpu->arch.cached = X86_REGS_IN_MEMORY;
	if (likely(!failed))
		after_exit(vcpu, vmx);
	else
		vmx->insn_error = vmread32(VM_INSTRUCTION_ERROR);
	vmx->entry_failed = failed;
}

const struct x86_backend vmx_backend = {
	.name = "vmx",
	.id = MOTE_BACKEND_VMX,
	.busy_reason = "another hypervisor holds VMX on this host: close its VMs or rmmod kvm_intel (6.12 and later: or boot with kvm.enable_virt_at_load=0)",
	.init = vmx_init,
	.exit = vmx_exit_backend,
	.cpu_enable = vmx_cpu_enable,
	.cpu_disable = vmx_cpu_disable,
	.cpu_emergency = vmx_cpu_emergency,
	.probe_busy = vmx_probe_busy,
	.info = vmx_info,
	.pt_format = vmx_pt_format,
	.vm_init = vmx_vm_init,
	.vm_destroy = vmx_vm_destroy,
	.vcpu_init = vmx_vcpu_init,
	.vcpu_destroy = vmx_vcpu_destroy,
	.load = vmx_load,
	.put = vmx_put,
	.prepare = vmx_prepare,
	.fetch = vmx_fetch,
	.fetch_paging = vmx_fetch_paging,
	.paging_regs = BIT(X86_CR0) | BIT(X86_CR3) | BIT(X86_CR4) | BIT(X86_EFER) |
		       BIT(X86_RIP) | BIT(X86_RFLAGS) | BIT(X86_SHADOW),
	.get_seg = vmx_get_seg,
	.set_seg = vmx_set_seg,
	.cpl = vmx_cpl,
	.nmi_blocked = vmx_nmi_blocked,
	.set_nmi_blocked = vmx_set_nmi_blocked,
	.debug_pending = vmx_debug_pending,
	.set_debug_pending = vmx_set_debug_pending,
	.msr_get = vmx_msr_get,
	.msr_set = vmx_msr_set,
	.features_changed = vmx_features_changed,
	.exec_changed = vmx_exec_changed,
	.lapic_changed = vmx_lapic_changed,
	.eoi_exit = vmx_eoi_exit,
	.windows = vmx_windows,
	.inject = vmx_inject,
	.hw_irq = vmx_hw_irq,
	.tpr_threshold = vmx_tpr_threshold,
	.map_apic = vmx_map_apic,
	.load_pdptrs = vmx_load_pdptrs,
	.flush = vmx_flush,
	.enter = vmx_vcpu_enter,
	.handle_exit = vmx_handle_exit,
	.dump = vmx_dump,
};
