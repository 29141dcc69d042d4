// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: the MSR bitmap.  SDM vol. 3, "MSR-Bitmap Address".
 */
#include <asm/msr-index.h>

#include "../lapic.h"
#include "vmx.h"

/* Quarters of the page: reads of low and high MSRs, then writes */
const struct x86_msrmap_layout vmx_msrmap_layout = {
	.bytes = PAGE_SIZE,
	.stride = 1,
	.windows = 2,
	.window = {
		{ .first = 0, .read = 0, .write = 2 * X86_MSR_WINDOW },
		{ .first = 0xc0000000, .read = X86_MSR_WINDOW, .write = 3 * X86_MSR_WINDOW },
	},
};

static void allow(struct mote_vcpu *vcpu, u32 index, bool read, bool write)
{
	x86_msrmap_allow(&to_vmx(vcpu)->msrmap, &vmx_msrmap_layout, index, read, write);
}

#define X2APIC_MSR(offset)	(0x800 + ((offset) >> 4))

/*
 * In x2APIC mode with register virtualization, reads come from the page, but
 * for the current count of the timer; writes of TPR, EOI and self-IPI are
 * virtualised.
 */
static void allow_x2apic(struct mote_vcpu *vcpu)
{
	static const u16 single[] = {
		LAPIC_ID, LAPIC_VERSION, LAPIC_PPR, LAPIC_LDR, LAPIC_SVR, LAPIC_ESR,
		LAPIC_LVT_TIMER, LAPIC_LVT_THERMAL, LAPIC_LVT_PERF, LAPIC_LVT_LINT0,
		LAPIC_LVT_LINT1, LAPIC_LVT_ERROR, LAPIC_TIMER_INITIAL, LAPIC_TIMER_DIVIDE,
	};
	unsigned int i;
	u32 offset;

	for (i = 0; i < ARRAY_SIZE(single); i++)
		allow(vcpu, X2APIC_MSR(single[i]), true, false);
	/* ISR, TMR, IRR: 8 registers each */
	for (offset = LAPIC_ISR; offset < LAPIC_ESR; offset += 16)
		allow(vcpu, X2APIC_MSR(offset), true, false);
	allow(vcpu, X2APIC_MSR(LAPIC_TPR), true, true);
	allow(vcpu, X2APIC_MSR(LAPIC_EOI), false, true);
	allow(vcpu, X2APIC_MSR(LAPIC_SELF_IPI), false, true);
}

/* What the VMCS has beyond what any back end switches */
static void allow_more(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	/* Writes have bits to check */
	allow(vcpu, MSR_EFER, true, false);
	allow(vcpu, MSR_IA32_CR_PAT, true, false);
	/* Reads of the time-stamp counter add TSC_OFFSET by themselves */
	allow(vcpu, MSR_IA32_TSC, true, false);
	if (apic && apic->hw && lapic_x2apic(apic))
		allow_x2apic(vcpu);
}

/**
 * vmx_msr_bitmap_refresh - build the vCPU's bitmap again
 * @vcpu: loaded
 */
void vmx_msr_bitmap_refresh(struct mote_vcpu *vcpu)
{
	x86_msrmap_build(vcpu, &to_vmx(vcpu)->msrmap, &vmx_msrmap_layout, allow_more);
}
