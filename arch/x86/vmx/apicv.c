// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: hardware's virtual APIC.  SDM vol. 3, "APIC Virtualization and
 * Virtual Interrupts".
 *
 * The virtual-APIC page is the LAPIC's register page.  With all of APICv the
 * CPU delivers interrupts from it (lapic->hw); without, it only keeps TPR
 * there for CR8, and events.c injects.
 */
#include <linux/mm.h>

#include "../lapic.h"
#include "vmx.h"

#define APICV_COMMON	(SECONDARY_EXEC_APIC_REGISTER_VIRT | SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY)
#define APICV_MODES	(SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES | \
			 SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE)

/**
 * vmx_apic_vm_init - the page that stands in for the APIC in guest memory
 * @vmx: the VM's, vm->lock held
 *
 * Nobody reads or writes it: accesses to it are what the CPU virtualises.
 */
int vmx_apic_vm_init(struct vmx_vm *vmx)
{
	vmx->apic_access = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	return vmx->apic_access ? 0 : -ENOMEM;
}

/**
 * vmx_lapic_changed - APIC mode or base is new
 * @vcpu: loaded
 */
void vmx_lapic_changed(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	u32 mode = 0;

	/* The page maps the default base only: elsewhere software does it */
	apic->hw = vmx_caps.apicv &&
		   (lapic_x2apic(apic) ||
		    (lapic_xapic(apic) && (apic->base & PAGE_MASK) == LAPIC_DEFAULT_BASE));
	if (apic->hw)
		mode = lapic_x2apic(apic) ? SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE :
					    SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES;
	vmx_set_proc2(vmx, (APICV_MODES & ~mode) | APICV_COMMON, false);
	/* Nothing may be found there when the APIC is elsewhere */
	if (vmx_caps.apicv && mode != SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES)
		mote_memory_unmap_page(vcpu->vm, LAPIC_DEFAULT_BASE);
	if (apic->hw) {
		vmx_set_proc2(vmx, mode | APICV_COMMON, true);
		/* "Use TPR shadow" stays on: virtual-interrupt delivery wants it */
		vmx_tpr_threshold(vcpu, 0);
		vmx_hw_irq(vcpu, lapic_sync(vcpu), lapic_highest_isr(apic));
	}
	/*
	 * Now and not in the next session: x2APIC registers that the bitmap lets
	 * through are the host's own APIC once nothing virtualises them.
	 */
	vmx_msr_bitmap_refresh(vcpu);
}

/**
 * vmx_eoi_exit - whether the EOI of a vector exits
 * @vcpu: loaded
 * @vector: 0..255
 * @exits: level triggered
 */
void vmx_eoi_exit(struct mote_vcpu *vcpu, unsigned int vector, bool exits)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	unsigned int word = vector / 64;
	u64 bit = BIT_ULL(vector % 64);

	if (!vmx_caps.apicv || !!(vmx->eoi_exit[word] & bit) == exits)
		return;
	vmx->eoi_exit[word] ^= bit;
	vmwrite64(EOI_EXIT_BITMAP0 + 2 * word, vmx->eoi_exit[word]);
}

/**
 * vmx_hw_irq - RVI and SVI: highest requested and highest in-service vector
 * @vcpu: loaded, virtual-interrupt delivery is on
 * @irr: or -1
 * @isr: or -1
 */
void vmx_hw_irq(struct mote_vcpu *vcpu, int irr, int isr)
{
	u16 status = (irr < 0 ? 0 : irr) | (isr < 0 ? 0 : isr) << 8;

	if (vmread16(GUEST_INTR_STATUS) != status)
		vmwrite16(GUEST_INTR_STATUS, status);
}

/**
 * vmx_tpr_threshold - exit when the guest lowers its TPR below a class
 * @vcpu: loaded
 * @threshold: 0..15
 */
void vmx_tpr_threshold(struct mote_vcpu *vcpu, unsigned int threshold)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);

	if (vmx->tpr_threshold == threshold)
		return;
	vmx->tpr_threshold = threshold;
	vmwrite32(TPR_THRESHOLD, threshold);
}

/**
 * vmx_map_apic - second-stage violation on the APIC page
 * @vcpu: not loaded, sleepable
 *
 * Return: 0 mapped; -EOPNOTSUPP: hardware does not virtualise it; -ENOMEM.
 */
int vmx_map_apic(struct mote_vcpu *vcpu)
{
	struct vmx_vm *vm = vcpu->vm->arch.vmx;

	if (!vcpu->arch.lapic->hw)
		return -EOPNOTSUPP;
	return mote_memory_map_page(vcpu, LAPIC_DEFAULT_BASE, page_to_pfn(vm->apic_access) << PAGE_SHIFT,
				    MOTE_ACCESS_READ | MOTE_ACCESS_WRITE);
}

/* A write is in the page already; the qualification is its offset.  RIP is behind it */
int vmx_exit_apic_write(struct mote_vcpu *vcpu)
{
	return lapic_write_done(vcpu, vmreadl(EXIT_QUALIFICATION) & 0xff0);
}

int vmx_exit_eoi(struct mote_vcpu *vcpu)
{
	return lapic_eoi_done(vcpu, vmreadl(EXIT_QUALIFICATION) & 0xff);
}

/* TPR fell below the threshold: the next entry looks at interrupts again */
int vmx_exit_tpr(struct mote_vcpu *vcpu)
{
	return MOTE_RESUME;
}

/*
 * An access that the CPU does not virtualise: odd offsets and widths, reads of
 * registers that are not there, fetches.  The qualification has the offset and
 * the kind; the rest is as with memory that is not virtualised.
 */
int vmx_exit_apic_access(struct mote_vcpu *vcpu)
{
	unsigned long qual = vmreadl(EXIT_QUALIFICATION);
	unsigned int kind = (qual >> 12) & 0xf;

	vcpu->arch.fault = (struct x86_fault) {
		.gpa = LAPIC_DEFAULT_BASE + (qual & 0xfff),
		.access = kind == 1 ? MOTE_ACCESS_WRITE : MOTE_ACCESS_READ,
		.qualification = qual,
		.raw = EXIT_REASON_APIC_ACCESS,
	};
	vcpu->arch.slow = X86_SLOW_APIC;
	return MOTE_SLOW;
}
