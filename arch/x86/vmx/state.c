// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: guest registers that live in the VMCS.
 */
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "vmx.h"

static u64 fetch_cr0(struct vmx_vcpu *vmx)
{
	return (vmreadl(GUEST_CR0) & ~vmx->cr0_mask) | (vmreadl(CR0_READ_SHADOW) & vmx->cr0_mask);
}

static u64 fetch_cr4(struct vmx_vcpu *vmx)
{
	return (vmreadl(GUEST_CR4) & ~vmx->cr4_mask) | (vmreadl(CR4_READ_SHADOW) & vmx->cr4_mask);
}

static u64 fetch_value(struct vmx_vcpu *vmx, enum x86_reg reg)
{
	switch (reg) {
	case X86_RSP:
		return vmreadl(GUEST_RSP);
	case X86_RIP:
		return vmreadl(GUEST_RIP);
	case X86_RFLAGS:
		return vmreadl(GUEST_RFLAGS);
	case X86_CR0:
		return fetch_cr0(vmx);
	case X86_CR3:
		return vmreadl(GUEST_CR3);
	case X86_CR4:
		return fetch_cr4(vmx);
	case X86_EFER:
		return vmread64(GUEST_IA32_EFER);
	default:
		return vmread32(GUEST_INTERRUPTIBILITY_INFO) &
		       (GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS);
	}
}

/**
 * vmx_fetch - see x86_backend::fetch
 * @vcpu: loaded
 * @reg: X86_RSP, or one from X86_RIP on
 */
void vmx_fetch(struct mote_vcpu *vcpu, enum x86_reg reg)
{
	vcpu->arch.reg[reg] = fetch_value(to_vmx(vcpu), reg);
	vcpu->arch.cached |= BIT(reg);
}

/**
 * vmx_fetch_paging - see x86_backend::fetch_paging
 * @vcpu: loaded
 */
void vmx_fetch_paging(struct mote_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	u64 *reg = vcpu->arch.reg;

	reg[X86_CR0] = fetch_cr0(vmx);
	reg[X86_CR3] = vmreadl(GUEST_CR3);
	reg[X86_CR4] = fetch_cr4(vmx);
	reg[X86_EFER] = vmread64(GUEST_IA32_EFER);
	reg[X86_RIP] = vmreadl(GUEST_RIP);
	reg[X86_RFLAGS] = vmreadl(GUEST_RFLAGS);
	reg[X86_SHADOW] = fetch_value(vmx, X86_SHADOW);
	vcpu->arch.cached |= vmx_backend.paging_regs;
}

/*
 * Bits that the guest does not own keep the value that VMX operation or the
 * host needs; what the guest believes is in the read shadow.
 */
static void set_cr0(struct vmx_vcpu *vmx, u64 cr0)
{
	vmwritel(GUEST_CR0, (cr0 & ~(u64)(X86_CR0_CD | X86_CR0_NW)) | vmx_caps.cr0_fixed1);
	vmwritel(CR0_READ_SHADOW, cr0);
}

static void set_cr4(u64 cr4)
{
	vmwritel(GUEST_CR4, cr4 | vmx_caps.cr4_fixed1 | X86_CR4_MCE);
	vmwritel(CR4_READ_SHADOW, cr4);
}

/* "IA-32e mode guest" has to agree with EFER.LMA (SDM vol. 3, "Checks on VMX Controls") */
static void set_efer(struct vmx_vcpu *vmx, u64 efer)
{
	vmwrite64(GUEST_IA32_EFER, efer);
	if (efer & EFER_LMA)
		vmx->entry |= VM_ENTRY_IA32E_MODE;
	else
		vmx->entry &= ~VM_ENTRY_IA32E_MODE;
	vmwrite32(VM_ENTRY_CONTROLS, vmx->entry);
}

static void set_shadow(u32 shadow)
{
	u32 info = vmread32(GUEST_INTERRUPTIBILITY_INFO);

	vmwrite32(GUEST_INTERRUPTIBILITY_INFO,
		  (info & ~(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)) | shadow);
}

static void write_register(struct mote_vcpu *vcpu, enum x86_reg reg)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	u64 value = vcpu->arch.reg[reg];

	switch (reg) {
	case X86_RSP:
		return vmwritel(GUEST_RSP, value);
	case X86_RIP:
		return vmwritel(GUEST_RIP, value);
	case X86_RFLAGS:
		return vmwritel(GUEST_RFLAGS, value);
	case X86_CR0:
		return set_cr0(vmx, value);
	case X86_CR3:
		return vmwritel(GUEST_CR3, value);
	case X86_CR4:
		return set_cr4(value);
	case X86_EFER:
		return set_efer(vmx, value);
	case X86_SHADOW:
		return set_shadow(value);
	default:
		/* The world switch loads it from memory */
		return;
	}
}

#define PAGING_REGS	(BIT(X86_CR0) | BIT(X86_CR3) | BIT(X86_CR4) | BIT(X86_EFER))

/**
 * vmx_flush_dirty - tell the VMCS what changed since the exit
 * @vcpu: loaded
 */
void vmx_flush_dirty(struct mote_vcpu *vcpu)
{
	unsigned long dirty = vcpu->arch.dirty;
	bool shadow = dirty & BIT(X86_SHADOW);

	vcpu->arch.dirty = 0;
	while (dirty) {
		unsigned int reg = __ffs(dirty);

		write_register(vcpu, reg);
		dirty &= dirty - 1;
	}
	if (unlikely(shadow))
		vmx_fix_single_step(vcpu);
}

static bool uses_pdptrs(struct mote_vcpu *vcpu)
{
	return (x86_get(vcpu, X86_CR0) & X86_CR0_PG) && (x86_get(vcpu, X86_CR4) & X86_CR4_PAE) &&
	       !(x86_get(vcpu, X86_EFER) & EFER_LMA);
}

/**
 * vmx_load_pdptrs - x86_backend::load_pdptrs
 * @vcpu: not loaded, sleepable; paging registers were set from outside
 *
 * With PAE paging the entry takes the four PDPTEs from the VMCS and not from
 * memory (SDM vol. 3, "Loading Page-Directory-Pointer-Table Entries").  When
 * the guest itself sets CR3 or CR0 the CPU reads them.
 *
 * Return: 0, or -EFAULT: CR3 points outside of memory.
 */
int vmx_load_pdptrs(struct mote_vcpu *vcpu)
{
	u64 pdpte[4];
	bool needed;
	u64 cr3;
	int i;

	mote_arch_vcpu_load(vcpu);
	needed = uses_pdptrs(vcpu);
	cr3 = x86_get(vcpu, X86_CR3) & 0xffffffe0;
	mote_arch_vcpu_put(vcpu);
	if (!needed)
		return 0;
	if (mote_guest_read(vcpu->vm, cr3, pdpte, sizeof(pdpte)))
		return -EFAULT;
	mote_arch_vcpu_load(vcpu);
	for (i = 0; i < 4; i++)
		vmwrite64(GUEST_PDPTR0 + 2 * i, pdpte[i]);
	mote_arch_vcpu_put(vcpu);
	return 0;
}

/* ---- segments: fields of one kind are 2 apart, in the order of the UAPI ---- */

void vmx_get_seg(struct mote_vcpu *vcpu, unsigned int which, struct x86_segment *seg)
{
	*seg = (struct x86_segment){};
	if (x86_is_table(which)) {
		unsigned int i = 2 * (which - MOTE_X86_GDTR);

		seg->base = vmread_any(GUEST_GDTR_BASE + i);
		seg->limit = vmread_any(GUEST_GDTR_LIMIT + i);
		return;
	}
	seg->selector = vmread_any(GUEST_ES_SELECTOR + 2 * which);
	seg->base = vmread_any(GUEST_ES_BASE + 2 * which);
	seg->limit = vmread_any(GUEST_ES_LIMIT + 2 * which);
	seg->ar = vmread_any(GUEST_ES_AR_BYTES + 2 * which);
}

void vmx_set_seg(struct mote_vcpu *vcpu, unsigned int which, const struct x86_segment *seg)
{
	if (x86_is_table(which)) {
		unsigned int i = 2 * (which - MOTE_X86_GDTR);

		vmwrite_any(GUEST_GDTR_BASE + i, seg->base);
		vmwrite_any(GUEST_GDTR_LIMIT + i, seg->limit);
		return;
	}
	vmwrite_any(GUEST_ES_SELECTOR + 2 * which, seg->selector);
	vmwrite_any(GUEST_ES_BASE + 2 * which, seg->base);
	vmwrite_any(GUEST_ES_LIMIT + 2 * which, seg->limit);
	vmwrite_any(GUEST_ES_AR_BYTES + 2 * which, seg->ar);
}

/* CPL is the DPL of SS (SDM vol. 3, "Guest Register State") */
unsigned int vmx_cpl(struct mote_vcpu *vcpu)
{
	return (vmread32(GUEST_SS_AR_BYTES) >> 5) & 3;
}

/* ---- MSRs with a field of their own ---- */

static int msr_field(u32 index)
{
	switch (index) {
	case MSR_FS_BASE:
		return GUEST_FS_BASE;
	case MSR_GS_BASE:
		return GUEST_GS_BASE;
	case MSR_IA32_SYSENTER_CS:
		return GUEST_SYSENTER_CS;
	case MSR_IA32_SYSENTER_ESP:
		return GUEST_SYSENTER_ESP;
	case MSR_IA32_SYSENTER_EIP:
		return GUEST_SYSENTER_EIP;
	case MSR_IA32_CR_PAT:
		return GUEST_IA32_PAT;
	case MSR_IA32_DEBUGCTLMSR:
		return GUEST_IA32_DEBUGCTL;
	default:
		return -ENOENT;
	}
}

int vmx_msr_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	int field = msr_field(index);

	if (field < 0)
		return field;
	*value = vmread_any(field);
	return 0;
}

int vmx_msr_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	int field = msr_field(index);

	if (field < 0)
		return field;
	vmwrite_any(field, value);
	return 0;
}
