// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: the VMCS of a vCPU: its region and its controls.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>

#include "../lapic.h"
#include "entry.h"
#include "vmx.h"

int vmx_vmcs_create(struct mote_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = kzalloc(sizeof(*vmx), GFP_KERNEL_ACCOUNT);

	if (!vmx)
		return -ENOMEM;
	vmx->cpu = -1;
	vmx->vmcs = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!vmx->vmcs || x86_msrmap_create(&vmx->msrmap, &vmx_msrmap_layout)) {
		free_page((unsigned long)vmx->vmcs);
		kfree(vmx);
		return -ENOMEM;
	}
	*(u32 *)vmx->vmcs = vmx_caps.revision;
	vmx->vmcs_pa = __pa(vmx->vmcs);
	vcpu->arch.vmx = vmx;
	return 0;
}

void vmx_vmcs_destroy(struct mote_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);

	x86_msrmap_destroy(&vmx->msrmap, &vmx_msrmap_layout);
	free_page((unsigned long)vmx->vmcs);
	kfree(vmx);
	vcpu->arch.vmx = NULL;
}

/* Controls are kept in memory too: a VMREAD less, and a VMWRITE only on change */
void vmx_set_proc2(struct vmx_vcpu *vmx, u32 bits, bool on)
{
	u32 proc2 = on ? vmx->proc2 | bits : vmx->proc2 & ~bits;

	if (proc2 == vmx->proc2)
		return;
	vmx->proc2 = proc2;
	vmwrite32(SECONDARY_VM_EXEC_CONTROL, proc2);
}

/*
 * Exceptions that exit: #DB, so that DR6 is ours alone; #AC with it, because
 * either can repeat for ever inside of event delivery, where the host's
 * interrupts do not get through (CVE-2015-5307, CVE-2015-8104); machine checks
 * are the host's.
 */
#define EXCEPTIONS	(BIT(X86_TRAP_DB) | BIT(X86_TRAP_AC) | BIT(X86_TRAP_MC))

static void setup_controls(struct mote_vcpu *vcpu, struct vmx_vcpu *vmx)
{
	const u32 by_mode = SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES |
			    SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE |
			    SECONDARY_EXEC_APIC_REGISTER_VIRT |
			    SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY;

	vmx->proc = vmx_caps.proc;
	vmx->proc2 = vmx_caps.proc2 & ~by_mode;
	vmx->entry = vmx_caps.entry;
	vmx->exception_bitmap = EXCEPTIONS;
	/* Without a LAPIC there is no page for the TPR: CR8 exits */
	if (!vcpu->arch.lapic) {
		vmx->proc &= ~CPU_BASED_TPR_SHADOW;
		vmx->proc |= CPU_BASED_CR8_LOAD_EXITING | CPU_BASED_CR8_STORE_EXITING;
	}
	if (!vmx->vpid)
		vmx->proc2 &= ~SECONDARY_EXEC_ENABLE_VPID;
	vmwrite32(PIN_BASED_VM_EXEC_CONTROL, vmx_caps.pin);
	vmwrite32(CPU_BASED_VM_EXEC_CONTROL, vmx->proc);
	vmwrite32(SECONDARY_VM_EXEC_CONTROL, vmx->proc2);
	vmwrite32(VM_EXIT_CONTROLS, vmx_caps.exit);
	vmwrite32(VM_ENTRY_CONTROLS, vmx->entry);
	vmwrite32(EXCEPTION_BITMAP, vmx->exception_bitmap);
	if (vmx->proc2 & SECONDARY_EXEC_PAUSE_LOOP_EXITING) {
		vmwrite32(PLE_GAP, X86_PAUSE_GAP);
		vmwrite32(PLE_WINDOW, X86_PAUSE_WINDOW);
	}
	if (vmx->proc2 & SECONDARY_EXEC_ENCLS_EXITING)
		vmwrite64(ENCLS_EXITING_BITMAP, ~0ull);
	/* The processor adds what is long enough for it */
	if (vmx->proc2 & SECONDARY_EXEC_NOTIFY_VM_EXITING)
		vmwrite32(NOTIFY_WINDOW, 0);
}

static void setup_addresses(struct mote_vcpu *vcpu, struct vmx_vcpu *vmx)
{
	struct vmx_vm *vm = vcpu->vm->arch.vmx;

	vmwrite64(EPT_POINTER, vm->eptp);
	vmwrite64(MSR_BITMAP, __pa(vmx->msrmap.bits));
	/* No shadow VMCS: all ones (SDM vol. 3, "Guest Non-Register State") */
	vmwrite64(VMCS_LINK_POINTER, ~0ull);
	vmwrite64(TSC_OFFSET, vcpu->arch.tsc_offset);
	if (vmx->vpid)
		vmwrite16(VIRTUAL_PROCESSOR_ID, vmx->vpid);
	if (vcpu->arch.lapic)
		vmwrite64(VIRTUAL_APIC_PAGE_ADDR, __pa(vcpu->arch.lapic->regs));
	if (vm->apic_access)
		vmwrite64(APIC_ACCESS_ADDR, page_to_pfn(vm->apic_access) << PAGE_SHIFT);
}

/* Fields that no later code writes; a new VMCS has no defined contents */
static void setup_zeros(void)
{
	static const u16 zero32[] = {
		PAGE_FAULT_ERROR_CODE_MASK, PAGE_FAULT_ERROR_CODE_MATCH, CR3_TARGET_COUNT,
		VM_EXIT_MSR_STORE_COUNT, VM_EXIT_MSR_LOAD_COUNT, VM_ENTRY_MSR_LOAD_COUNT,
		VM_ENTRY_INTR_INFO_FIELD, TPR_THRESHOLD, GUEST_INTERRUPTIBILITY_INFO,
		GUEST_ACTIVITY_STATE, GUEST_SYSENTER_CS,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(zero32); i++)
		vmwrite_any(zero32[i], 0);
	vmwritel(GUEST_PENDING_DBG_EXCEPTIONS, 0);
	vmwritel(GUEST_SYSENTER_ESP, 0);
	vmwritel(GUEST_SYSENTER_EIP, 0);
	vmwrite64(GUEST_IA32_DEBUGCTL, 0);
	if (vmx_caps.apicv) {
		vmwrite16(GUEST_INTR_STATUS, 0);
		vmwrite64(EOI_EXIT_BITMAP0, 0);
		vmwrite64(EOI_EXIT_BITMAP1, 0);
		vmwrite64(EOI_EXIT_BITMAP2, 0);
		vmwrite64(EOI_EXIT_BITMAP3, 0);
	}
	if (vmx_caps.perf_global)
		vmwrite64(GUEST_IA32_PERF_GLOBAL_CTRL, 0);
}

/* Host state that is the same on all CPUs and for ever */
static void setup_host_constants(void)
{
	u64 pat, efer;

	rdmsrl(MSR_IA32_CR_PAT, pat);
	rdmsrl(MSR_EFER, efer);
	vmwrite64(HOST_IA32_PAT, pat);
	vmwrite64(HOST_IA32_EFER, efer);
	vmwrite16(HOST_CS_SELECTOR, __KERNEL_CS);
	vmwrite16(HOST_SS_SELECTOR, __KERNEL_DS);
	/* Null: host.c puts the thread's own back, where there is one */
	vmwrite16(HOST_DS_SELECTOR, 0);
	vmwrite16(HOST_ES_SELECTOR, 0);
	vmwrite16(HOST_FS_SELECTOR, 0);
	vmwrite16(HOST_GS_SELECTOR, 0);
	vmwrite16(HOST_TR_SELECTOR, GDT_ENTRY_TSS * 8);
	vmwritel(HOST_RIP, (unsigned long)vmx_exit);
}

/**
 * vmx_vmcs_setup - give every field of a new VMCS a value
 * @vcpu: loaded; the guest's registers follow with x86_regs_reset()
 */
void vmx_vmcs_setup(struct mote_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);

	setup_controls(vcpu, vmx);
	setup_addresses(vcpu, vmx);
	setup_zeros();
	setup_host_constants();
	vmx->host.cr3 = 0;
	vmx->host.fs_base = 0;
	vmwritel(HOST_FS_BASE, 0);
	vmx->msrmap.stale = true;
	vmx_features_changed(vcpu);
	vmx_exec_changed(vcpu);
}

/**
 * vmx_features_changed - the guest's CPUID table is new
 * @vcpu: loaded
 *
 * CR4 bits that the guest may not have exit, so that hardware refuses them as
 * reserved only through us.  MCE exits because the host's must stay on: with
 * it off a machine check shuts the CPU down.
 */
void vmx_features_changed(struct mote_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);

	vmx->cr0_mask = vmx_caps.cr0_fixed1 | X86_CR0_CD | X86_CR0_NW;
	vmx->cr4_mask = ~x86_cr4_allowed(vcpu) | vmx_caps.cr4_fixed1 | X86_CR4_MCE;
	vmwritel(CR0_GUEST_HOST_MASK, vmx->cr0_mask);
	vmwritel(CR4_GUEST_HOST_MASK, vmx->cr4_mask);
	vmx_set_proc2(vmx, SECONDARY_EXEC_ENABLE_RDTSCP & vmx_caps.proc2,
		      x86_guest_has(vcpu, X86_FEATURE_GUEST_RDTSCP));
	vmx_set_proc2(vmx, SECONDARY_EXEC_ENABLE_INVPCID & vmx_caps.proc2,
		      x86_guest_has(vcpu, X86_FEATURE_GUEST_INVPCID));
	vcpu->arch.dirty |= BIT(X86_CR0) | BIT(X86_CR4);
	x86_get(vcpu, X86_CR0);
	x86_get(vcpu, X86_CR4);
	vmx->msrmap.stale = true;
}

/**
 * vmx_exec_changed - DR7, TSC offset, DEBUGCTL or PAT are new
 * @vcpu: loaded
 */
void vmx_exec_changed(struct mote_vcpu *vcpu)
{
	vmwritel(GUEST_DR7, vcpu->arch.dr7);
	vmwrite64(TSC_OFFSET, vcpu->arch.tsc_offset);
	vmwrite64(GUEST_IA32_DEBUGCTL, vcpu->arch.debugctl);
	vmwrite64(GUEST_IA32_PAT, vcpu->arch.pat);
}
