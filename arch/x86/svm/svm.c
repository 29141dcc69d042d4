// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: the back end: ASIDs, VMs and vCPUs, and the entry.
 */
#include <linux/kernel.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>

#include "../hostcpu.h"
#include "../mitigate.h"
#include "entry.h"
#include "guestmode.h"
#include "svm.h"
#include "tlbtag.h"

/*
 * ASID 0 is the host's.  SVM has no way to run without one, so 1 is shared by
 * all that get none of their own.
 */
#define ASID_SHARED	1u
#define ASID_FIRST	2u

static struct mote_tags asids;

/* ---- module ---- */

static int svm_init(void)
{
	int r;

	r = svm_find_caps();
	if (r)
		return r;
	r = svm_host_create();
	if (r)
		return r;
	r = svm_iopm_create();
	if (r)
		goto free_host;
	if (svm_caps.asids > ASID_FIRST)
		r = mote_tags_init(&asids, ASID_FIRST, svm_caps.asids - ASID_FIRST);
	if (!r)
		return 0;
	svm_iopm_destroy();
free_host:
	svm_host_destroy();
	return r;
}

static void svm_exit_backend(void)
{
	mote_tags_destroy(&asids);
	svm_iopm_destroy();
	svm_host_destroy();
}

static const struct mote_pt_format *svm_pt_format(void)
{
	return svm_caps.npt;
}

static void svm_info(struct mote_info *info)
{
	const struct mote_pt_format *fmt = svm_caps.npt;

	info->features |= MOTE_FEAT_HUGE_2M | MOTE_FEAT_AD_BITS | MOTE_FEAT_TLB_TAGS;
	if (fmt->level[fmt->levels - 3].leaf_ok)
		info->features |= MOTE_FEAT_HUGE_1G;
}

/* ---- vCPUs ---- */

static int svm_vcpu_init(struct mote_vcpu *vcpu)
{
	int r = svm_vmcb_create(vcpu);
	struct svm_vcpu *svm = to_svm(vcpu);

	if (r)
		return r;
	svm->asid = asids.count ? mote_tag_alloc(&asids) : 0;
	svm->asid_shared = !svm->asid;
	/* Who enters after another one that has it flushes: see tlb.h */
	if (svm->asid_shared)
		svm->asid = ASID_SHARED;
	vcpu->tlb.tag = svm->asid;
	svm_vmcb_setup(vcpu);
	return 0;
}

static void svm_vcpu_destroy(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	if (!svm->asid_shared)
		mote_tag_free(&asids, svm->asid);
	svm_vmcb_destroy(vcpu);
}

static noinline void load_vmcb(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	int cpu = smp_processor_id();

	x86_guest_arrives(vcpu);
	if (vcpu->cpu != cpu) {
		WRITE_ONCE(vcpu->cpu, cpu);
		/* INVLPG and MOV to CR3 reach the CPU that executes them */
		mote_tlb_vcpu_changed(vcpu);
		/* What this CPU may remember of the VMCB is old */
		svm_changed(svm, SVM_CLEAN_ALL);
	}
}

static void svm_load(struct mote_vcpu *vcpu)
{
	if (unlikely(__this_cpu_read(x86_previous_guest) != vcpu ||
		     vcpu->cpu != smp_processor_id()))
		load_vmcb(vcpu);
}

static void svm_prepare(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	if (unlikely(!vcpu->arch.fpu_deferred ||
		     vcpu->arch.dirty & (BIT(X86_CR0) | BIT(X86_CR4))))
		svm_fpu_begin(vcpu);
	svm_host_save();
	if (unlikely(x86_msrmap_is_stale(vcpu, &svm->msrmap))) {
		x86_msrmap_build(vcpu, &svm->msrmap, &svm_msrmap_layout, NULL);
		svm_changed(svm, SVM_CLEAN_MAPS);
	}
}

static void svm_put(struct mote_vcpu *vcpu)
{
	if (unlikely(vcpu->arch.fpu_live))
		svm_fpu_end(vcpu);
}

/* ---- the entry ---- */

/* An ASID's entries go together, those of the guest's tables and of the nested ones */
static void svm_flush(struct mote_vcpu *vcpu, enum mote_flush what)
{
	to_svm(vcpu)->vmcb->control.tlb_ctl =
		svm_caps.flush_by_asid ? TLB_CONTROL_FLUSH_ASID : TLB_CONTROL_FLUSH_ALL_ASID;
}

/* The guest's choice of speculation is not the host's: what the entry has to do */
static noinline u32 guest_speculation(struct mote_vcpu *vcpu, struct vmcb *vmcb,
				      u64 host_spec_ctrl)
{
	bool has = x86_guest_has(vcpu, X86_FEATURE_GUEST_SPEC_CTRL);
	u64 virtual;
	u32 flags;

	if (vcpu->arch.virt_spec_ctrl)
		x86_switch_virt_ssbd(vcpu, true);
	if (!svm_caps.v_spec_ctrl)
		return has ? x86_spec_ctrl_flags(vcpu->arch.spec_ctrl, host_spec_ctrl, NULL) : 0;
	/* The CPU switches it */
	flags = x86_spec_ctrl_flags(has ? vcpu->arch.spec_ctrl : 0, host_spec_ctrl, &virtual);
	vmcb->save.spec_ctrl = virtual;
	return flags;
}

static __always_inline u32 enter_flags(struct mote_vcpu *vcpu, struct vmcb *vmcb,
				       u64 host_spec_ctrl)
{
	u32 flags = x86_mitigations;

	if (unlikely(!x86_spec_ctrl_same(vcpu->arch.spec_ctrl, host_spec_ctrl,
					 vmcb->save.spec_ctrl) || vcpu->arch.virt_spec_ctrl))
		flags |= guest_speculation(vcpu, vmcb, host_spec_ctrl);
	return flags;
}

/* Exits leave the general registers in memory; most change RIP, few the rest */
#define RARELY_DIRTY	(~(u32)(X86_REGS_IN_MEMORY | BIT(X86_RIP)))

/* What is there on few entries */
static noinline void prepare_entry(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	if (vcpu->arch.dirty)
		svm_flush_dirty(vcpu);
	if (svm->step)
		svm_begin_step(vcpu);
}

static __always_inline void write_registers(struct mote_vcpu *vcpu, struct vmcb *vmcb, u32 cr8)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	if (unlikely(vcpu->arch.dirty & RARELY_DIRTY) || unlikely(svm->step))
		prepare_entry(vcpu);
	vcpu->arch.dirty = 0;
	vmcb->save.rax = vcpu->arch.reg[X86_RAX];
	vmcb->save.rip = vcpu->arch.reg[X86_RIP];
	if (unlikely(vmcb->save.cr2 != vcpu->arch.cr2)) {
		vmcb->save.cr2 = vcpu->arch.cr2;
		svm_changed(svm, SVM_CLEAN_CR2);
	}
	if (unlikely((vmcb->control.int_ctl & V_TPR_MASK) != cr8)) {
		vmcb->control.int_ctl = (vmcb->control.int_ctl & ~(u32)V_TPR_MASK) | cr8;
		svm_changed(svm, SVM_CLEAN_INTR);
	}
}

static __always_inline void read_registers(struct mote_vcpu *vcpu, const struct vmcb *vmcb,
					   u32 old_cr8)
{
	u32 cr8 = vmcb->control.int_ctl & V_TPR_MASK;

	vcpu->arch.reg[X86_RAX] = vmcb->save.rax;
	vcpu->arch.reg[X86_RIP] = vmcb->save.rip;
	vcpu->arch.reg[X86_RFLAGS] = vmcb->save.rflags;
	vcpu->arch.reg[X86_SHADOW] = vmcb->control.int_state & SVM_INTERRUPT_SHADOW_MASK;
	vcpu->arch.cached = X86_REGS_IN_MEMORY | BIT(X86_RIP) | BIT(X86_RFLAGS) | BIT(X86_SHADOW);
	vcpu->arch.cr2 = vmcb->save.cr2;
	if (unlikely(cr8 != old_cr8))
		x86_set_cr8(vcpu, cr8);
}

/*
 * VMRUN took no guest state, so that what is in memory is still right.  The VMCB may
 * have something else by now: QEMU (seen in 7.2) saves some of the host's registers.
 */
static noinline void refused(struct mote_vcpu *vcpu)
{
	vcpu->arch.dirty = vcpu->arch.cached & ~(u32)X86_REGS_IN_MEMORY;
	svm_changed(to_svm(vcpu), SVM_CLEAN_ALL);
	mote_tlb_not_flushed(vcpu);
}

static void svm_vcpu_enter(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	struct vmcb *vmcb = svm->vmcb;
	u32 cr8 = x86_cr8(vcpu);
	u64 host_spec_ctrl;
	u32 code, flags;
	int failed;

	write_registers(vcpu, vmcb, cr8);
	if (unlikely(x86_host_has_ldt()))
		svm_host_save();
	x86_debug_enter(vcpu);
	host_spec_ctrl = this_cpu_read(x86_spec_ctrl_current);
	flags = enter_flags(vcpu, vmcb, host_spec_ctrl);
	mote_guest_mode_enter();
	failed = svm_enter(vcpu->arch.reg, svm->vmcb_pa, __this_cpu_read(svm_vmsave_pa), flags,
			   vcpu->arch.spec_ctrl, host_spec_ctrl);
	mote_guest_mode_exit();
	x86_debug_left();
	if (unlikely(vcpu->arch.virt_spec_ctrl))
		x86_switch_virt_ssbd(vcpu, false);
	if (unlikely(failed)) {
		svm->entry_failed = true;
		mote_tlb_not_flushed(vcpu);
		return;
	}
	code = vmcb->control.exit_code;
	if (unlikely(code == (u32)SVM_EXIT_ERR)) {
		refused(vcpu);
		return;
	}
	read_registers(vcpu, vmcb, cr8);
	vmcb->control.tlb_ctl = TLB_CONTROL_DO_NOTHING;
	vmcb->control.clean = svm_caps.clean;
	if (unlikely(code == SVM_EXIT_EXCP_BASE + X86_TRAP_MC))
		x86_host_machine_check();
}

const struct x86_backend svm_backend = {
	.name = "svm",
	.id = MOTE_BACKEND_SVM,
	.busy_reason = "another hypervisor holds SVM on this host: close its VMs or rmmod kvm_amd (6.12 and later: or boot with kvm.enable_virt_at_load=0)",
	.switches_syscall = true,
	.init = svm_init,
	.exit = svm_exit_backend,
	.cpu_enable = svm_host_enable,
	.cpu_disable = svm_host_disable,
	.cpu_emergency = svm_host_disable,
	.probe_busy = svm_host_busy,
	.info = svm_info,
	.pt_format = svm_pt_format,
	.vcpu_init = svm_vcpu_init,
	.vcpu_destroy = svm_vcpu_destroy,
	.load = svm_load,
	.put = svm_put,
	.prepare = svm_prepare,
	.fetch = svm_fetch,
	.fetch_paging = svm_fetch_paging,
	.paging_regs = BIT(X86_CR0) | BIT(X86_CR3) | BIT(X86_CR4) | BIT(X86_EFER),
	.get_seg = svm_get_seg,
	.set_seg = svm_set_seg,
	.cpl = svm_cpl,
	.nmi_blocked = svm_nmi_blocked,
	.set_nmi_blocked = svm_set_nmi_blocked,
	.msr_get = svm_msr_get,
	.msr_set = svm_msr_set,
	.features_changed = svm_features_changed,
	.exec_changed = svm_exec_changed,
	.windows = svm_windows,
	.inject = svm_inject,
	.tpr_threshold = svm_tpr_threshold,
	.handle_insn = svm_handle_insn,
	.flush = svm_flush,
	.enter = svm_vcpu_enter,
	.handle_exit = svm_handle_exit,
	.dump = svm_dump,
};
