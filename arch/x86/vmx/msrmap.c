// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: the MSR bitmap: a set bit exits.  SDM vol. 3, "MSR-Bitmap Address".
 */
#include <linux/bitops.h>
#include <asm/msr-index.h>

#include "../lapic.h"
#include "vmx.h"

/* Quarters of the page, in bits */
#define READ_LOW	0
#define READ_HIGH	(1 * 8192)
#define WRITE_LOW	(2 * 8192)
#define WRITE_HIGH	(3 * 8192)

static void allow(unsigned long *map, u32 index, bool read, bool write)
{
	unsigned int n = index & 0x1fff;
	bool high = index >= 0xc0000000;

	if ((high ? index - 0xc0000000 : index) > 0x1fff)
		return;
	if (read)
		__clear_bit((high ? READ_HIGH : READ_LOW) + n, map);
	if (write)
		__clear_bit((high ? WRITE_HIGH : WRITE_LOW) + n, map);
}

/*
 * MSRs that hardware switches for the guest: in the VMCS, or the one that
 * x86_uret_load() always loads.
 */
static void allow_switched(unsigned long *map)
{
	static const u32 both[] = {
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE,
		MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(both); i++)
		allow(map, both[i], true, true);
	/* Writes have bits to check */
	allow(map, MSR_EFER, true, false);
	allow(map, MSR_IA32_CR_PAT, true, false);
	/* Reads of the time-stamp counter add TSC_OFFSET by themselves */
	allow(map, MSR_IA32_TSC, true, false);
}

#define X2APIC_MSR(offset)	(0x800 + ((offset) >> 4))

/*
 * In x2APIC mode with register virtualization, reads come from the page, but
 * for the current count of the timer; writes of TPR, EOI and self-IPI are
 * virtualised.
 */
static void allow_x2apic(unsigned long *map)
{
	static const u16 single[] = {
		LAPIC_ID, LAPIC_VERSION, LAPIC_PPR, LAPIC_LDR, LAPIC_SVR, LAPIC_ESR,
		LAPIC_LVT_TIMER, LAPIC_LVT_THERMAL, LAPIC_LVT_PERF, LAPIC_LVT_LINT0,
		LAPIC_LVT_LINT1, LAPIC_LVT_ERROR, LAPIC_TIMER_INITIAL, LAPIC_TIMER_DIVIDE,
	};
	unsigned int i;
	u32 offset;

	for (i = 0; i < ARRAY_SIZE(single); i++)
		allow(map, X2APIC_MSR(single[i]), true, false);
	/* ISR, TMR, IRR: 8 registers each */
	for (offset = LAPIC_ISR; offset < LAPIC_ESR; offset += 16)
		allow(map, X2APIC_MSR(offset), true, false);
	allow(map, X2APIC_MSR(LAPIC_TPR), true, true);
	allow(map, X2APIC_MSR(LAPIC_EOI), false, true);
	allow(map, X2APIC_MSR(LAPIC_SELF_IPI), false, true);
}

static void forbid_rule(const struct mote_policy_rule *rule, void *ctx)
{
	unsigned long *map = ctx;
	u64 index;

	/* Ranges outside of the two windows exit anyway */
	for (index = rule->first; index <= min_t(u64, rule->last, 0x1fff); index++) {
		if (rule->read)
			__set_bit(READ_LOW + index, map);
		if (rule->write)
			__set_bit(WRITE_LOW + index, map);
	}
	for (index = max_t(u64, rule->first, 0xc0000000);
	     index <= min_t(u64, rule->last, 0xc0001fff); index++) {
		if (rule->read)
			__set_bit(READ_HIGH + (index & 0x1fff), map);
		if (rule->write)
			__set_bit(WRITE_HIGH + (index & 0x1fff), map);
	}
}

/**
 * vmx_policy_changed - POLICY has new rules
 * @vm: vm->lock held
 *
 * Each vCPU builds its bitmap again before its next session, and the core
 * makes those that run end theirs.
 */
void vmx_policy_changed(struct mote_vm *vm)
{
	atomic_inc(&vm->arch.vmx->msr_policy);
}

/**
 * vmx_msr_bitmap_refresh - build the vCPU's bitmap again
 * @vcpu: loaded
 */
void vmx_msr_bitmap_refresh(struct mote_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);

	/* The number before the rules: a change in between builds once more */
	vmx->msr_policy = atomic_read_acquire(&vcpu->vm->arch.vmx->msr_policy);
	vmx->msr_bitmap_stale = false;
	memset(vmx->msr_bitmap, 0xff, PAGE_SIZE);
	allow_switched(vmx->msr_bitmap);
	if (vcpu->arch.lapic && vcpu->arch.lapic->hw && lapic_x2apic(vcpu->arch.lapic))
		allow_x2apic(vmx->msr_bitmap);
	mote_policy_for_each(vcpu->vm, MOTE_SPACE_SYSREG, forbid_rule, vmx->msr_bitmap);
}
