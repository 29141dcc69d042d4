// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: guest registers that live in the VMCB.
 *
 * RIP, RFLAGS and the interrupt shadow, of which nearly every exit wants something,
 * are copied at each, see svm.c: the VMCB is memory, and asking would cost more.
 */
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "svm.h"

static u64 fetch_value(struct svm_vcpu *svm, enum x86_reg reg)
{
	const struct vmcb_save_area *save = &svm->vmcb->save;

	switch (reg) {
	case X86_RSP:
		return save->rsp;
	case X86_RIP:
		return save->rip;
	case X86_RFLAGS:
		return save->rflags;
	case X86_CR0:
		return save->cr0 ^ svm->cr0_differs;
	case X86_CR3:
		return save->cr3;
	case X86_CR4:
		return svm->cr4;
	case X86_EFER:
		return save->efer & ~(u64)EFER_SVME;
	default:
		return svm->vmcb->control.int_state & SVM_INTERRUPT_SHADOW_MASK;
	}
}

/**
 * svm_fetch - see x86_backend::fetch
 * @vcpu: loaded
 * @reg: X86_RSP, or one from X86_RIP on
 */
void svm_fetch(struct mote_vcpu *vcpu, enum x86_reg reg)
{
	vcpu->arch.reg[reg] = fetch_value(to_svm(vcpu), reg);
	vcpu->arch.cached |= BIT(reg);
}

/**
 * svm_fetch_paging - see x86_backend::fetch_paging
 * @vcpu: loaded
 */
void svm_fetch_paging(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	const struct vmcb_save_area *save = &svm->vmcb->save;
	u64 *reg = vcpu->arch.reg;

	reg[X86_CR0] = save->cr0 ^ svm->cr0_differs;
	reg[X86_CR3] = save->cr3;
	reg[X86_CR4] = svm->cr4;
	reg[X86_EFER] = save->efer & ~(u64)EFER_SVME;
	vcpu->arch.cached |= svm_backend.paging_regs;
}

/* MCE stays on for the host: with it off a machine check shuts the CPU down */
static void set_cr4(struct svm_vcpu *svm, u64 cr4)
{
	svm->vmcb->save.cr4 = cr4 | X86_CR4_MCE;
	svm->cr4 = cr4;
	svm_intercept(svm, INTERCEPT_CR4_READ, !(cr4 & X86_CR4_MCE));
	if (unlikely(svm_caps.cr0_read_is_all))
		svm_intercept_cr0(svm, !svm->cr_once);
}

static void write_register(struct mote_vcpu *vcpu, enum x86_reg reg)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	struct vmcb_save_area *save = &svm->vmcb->save;
	u64 value = vcpu->arch.reg[reg];

	switch (reg) {
	case X86_CR0:
		svm_set_cr0(vcpu, value);
		return;
	case X86_CR3:
		save->cr3 = value;
		break;
	case X86_CR4:
		set_cr4(svm, value);
		break;
	case X86_EFER:
		/* VMRUN insists on SVME */
		save->efer = value | EFER_SVME;
		break;
	case X86_SHADOW:
		/* One bit for both kinds */
		svm->vmcb->control.int_state = value ? SVM_INTERRUPT_SHADOW_MASK : 0;
		return;
	default:
		/* Written at each entry */
		return;
	}
	svm_changed(svm, SVM_CLEAN_CR);
}

/**
 * svm_flush_dirty - tell the VMCB what changed since the exit
 * @vcpu: loaded
 */
void svm_flush_dirty(struct mote_vcpu *vcpu)
{
	struct vmcb_save_area *save = &to_svm(vcpu)->vmcb->save;
	unsigned long dirty = vcpu->arch.dirty;

	if (dirty & BIT(X86_RSP))
		save->rsp = vcpu->arch.reg[X86_RSP];
	if (dirty & BIT(X86_RIP))
		save->rip = vcpu->arch.reg[X86_RIP];
	if (dirty & BIT(X86_RFLAGS))
		save->rflags = vcpu->arch.reg[X86_RFLAGS];
	vcpu->arch.dirty = 0;
	dirty >>= X86_CR0;
	for (; dirty; dirty &= dirty - 1)
		write_register(vcpu, X86_CR0 + __ffs(dirty));
}

/* ---- segments ---- */

/*
 * The VMCB has the access rights without the gap that they have in a
 * descriptor and in the UAPI, and no "unusable": a segment that is not present.
 */
#define ATTRIB_P	BIT(7)
#define ATTRIB_DPL	(3u << 5)

static u16 attrib_of(u32 ar)
{
	u16 attrib = (ar & 0xff) | (ar >> 4 & 0xf00);

	return ar & X86_AR_UNUSABLE ? attrib & ~ATTRIB_P : attrib;
}

static u32 ar_of(u16 attrib)
{
	u32 ar = (attrib & 0xff) | (attrib & 0xf00) << 4;

	return attrib & ATTRIB_P ? ar : ar | X86_AR_UNUSABLE;
}

#define AT(field)	offsetof(struct vmcb_save_area, field)

static const u16 seg_offset[] = {
	[MOTE_X86_ES] = AT(es), [MOTE_X86_CS] = AT(cs), [MOTE_X86_SS] = AT(ss),
	[MOTE_X86_DS] = AT(ds), [MOTE_X86_FS] = AT(fs), [MOTE_X86_GS] = AT(gs),
	[MOTE_X86_LDTR] = AT(ldtr), [MOTE_X86_TR] = AT(tr),
	[MOTE_X86_GDTR] = AT(gdtr), [MOTE_X86_IDTR] = AT(idtr),
};

static struct vmcb_seg *seg_of(struct svm_vcpu *svm, unsigned int which)
{
	return (void *)&svm->vmcb->save + seg_offset[which];
}

/*
 * What the CPU does not keep and the UAPI, where it is as VT-x has it, does:
 * that data segments are accessed and the TSS is busy.  The DPL of SS is the
 * CPL, which SYSRET on AMD CPUs sets without it (APM vol. 2, "Segment State in
 * the VMCB").
 */
static u32 fixed_ar(struct svm_vcpu *svm, unsigned int which, u32 ar)
{
	switch (which) {
	case MOTE_X86_TR:
		return ar | 2;
	case MOTE_X86_SS:
		ar = (ar & ~ATTRIB_DPL) | svm->vmcb->save.cpl << 5;
		fallthrough;
	case MOTE_X86_ES:
	case MOTE_X86_CS:
	case MOTE_X86_DS:
	case MOTE_X86_FS:
	case MOTE_X86_GS:
		return ar & X86_AR_UNUSABLE ? ar : ar | 1;
	default:
		return ar;
	}
}

void svm_get_seg(struct mote_vcpu *vcpu, unsigned int which, struct x86_segment *seg)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	const struct vmcb_seg *s = seg_of(svm, which);

	*seg = (struct x86_segment){ .base = s->base, .limit = s->limit };
	if (x86_is_table(which))
		return;
	seg->selector = s->selector;
	seg->ar = fixed_ar(svm, which, ar_of(s->attrib));
}

void svm_set_seg(struct mote_vcpu *vcpu, unsigned int which, const struct x86_segment *seg)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	struct vmcb_seg *s = seg_of(svm, which);

	s->base = seg->base;
	s->limit = seg->limit;
	svm_changed(svm, x86_is_table(which) ? SVM_CLEAN_TABLES : SVM_CLEAN_SEG);
	if (x86_is_table(which))
		return;
	s->selector = seg->selector;
	s->attrib = attrib_of(seg->ar);
	if (which == MOTE_X86_SS)
		svm->vmcb->save.cpl = seg->ar >> 5 & 3;
}

unsigned int svm_cpl(struct mote_vcpu *vcpu)
{
	return to_svm(vcpu)->vmcb->save.cpl;
}

/* ---- MSRs that VMLOAD and VMSAVE switch ---- */

static u64 *msr_field(struct svm_vcpu *svm, u32 index)
{
	struct vmcb_save_area *save = &svm->vmcb->save;

	switch (index) {
	case MSR_FS_BASE:
		return &save->fs.base;
	case MSR_GS_BASE:
		return &save->gs.base;
	case MSR_KERNEL_GS_BASE:
		return &save->kernel_gs_base;
	case MSR_STAR:
		return &save->star;
	case MSR_LSTAR:
		return &save->lstar;
	case MSR_CSTAR:
		return &save->cstar;
	case MSR_SYSCALL_MASK:
		return &save->sfmask;
	case MSR_IA32_SYSENTER_CS:
		return &save->sysenter_cs;
	case MSR_IA32_SYSENTER_ESP:
		return &save->sysenter_esp;
	case MSR_IA32_SYSENTER_EIP:
		return &save->sysenter_eip;
	default:
		return NULL;
	}
}

int svm_msr_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	const u64 *field = msr_field(to_svm(vcpu), index);

	if (!field)
		return -ENOENT;
	*value = *field;
	return 0;
}

int svm_msr_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	u64 *field = msr_field(to_svm(vcpu), index);

	if (!field)
		return -ENOENT;
	*field = value;
	return 0;
}
