// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the hooks of mod/arch.h that concern more than one file, and what
 * the machine must have.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include <asm/arch_timer.h>
#include <asm/cpufeature.h>
#include <asm/kvm_arm.h>

#include "arm64.h"
#include "hostirq.h"
#include "timer.h"
#include "vgic.h"

/*
 * What traps, beside stage 2 and physical interrupts.  FB: what a vCPU drops
 * from the TLB it also drops on a CPU where it was before.  HCR_EL2.API and
 * APK stay 0: pointer authentication is not the guest's, the keys in hardware
 * are the host's.
 */
#define HCR_GUEST	(HCR_VM | HCR_RW | HCR_FMO | HCR_IMO | HCR_AMO | HCR_FB |	\
			 HCR_BSU_IS | HCR_SWIO | HCR_PTW | HCR_TWI | HCR_TWE |		\
			 HCR_TSC | HCR_TSW | HCR_TID3 | HCR_TIDCP | HCR_TACR | HCR_TLOR)

/*
 * MDCR_EL2: the PMU, statistical profiling, trace buffer and filter, and all
 * debug registers trap.  E2PB and E2TB 0: the buffers stay with EL2.
 */
#define MDCR_GUEST	(BIT(5) | BIT(6) |		/* TPMCR, TPM */		\
			 BIT(9) | BIT(10) | BIT(11) |	/* TDA, TDOSA, TDRA */		\
			 BIT(14) | BIT(19))		/* TPMS, TTRF */

/*
 * Without FEAT_RAS, TERR and TEA are not there; without FEAT_MTE2 neither is
 * TID5.  RES0 where not, so that they need no question.
 */
#define HCR_NEWER	(HCR_TERR | HCR_TEA | HCR_TID5)

/* ---- module ---- */

int mote_arch_init(void)
{
	int r;

	if (PAGE_SIZE != SZ_4K) {
		pr_err("this kernel has pages of %lu KiB, mote needs 4: use such a kernel\n",
		       PAGE_SIZE / 1024);
		return -EOPNOTSUPP;
	}
	r = arm64_el2_init();
	if (r)
		return r;
	r = arm64_stage2_init();
	if (r)
		goto exit_el2;
	r = timer_init();
	if (r)
		goto exit_irqs;
	/* From its start on KVM has the timer's interrupt, and nobody else wants it */
	arm64_kvm_is_there = hostirq_shared(HOSTIRQ_VTIMER);
	/* Without a usable GIC all works but IRQCHIP */
	if (vgic_init())
		pr_info("no GICv3 to virtualize: guests have no interrupt controller in the kernel\n");
	arm64_debug_setup();
	arm64_idreg_setup();
	return 0;

exit_irqs:
	hostirq_exit();
	arm64_stage2_exit();
exit_el2:
	arm64_el2_exit();
	return r;
}

void mote_arch_exit(void)
{
	hostirq_exit();
	arm64_stage2_exit();
	arm64_el2_exit();
}

int mote_arch_cpu_enable(void)
{
	int r = arm64_el2_cpu_enable();

	if (r)
		return r;
	timer_cpu_enable();
	hostirq_cpu_enable();
	return 0;
}

void mote_arch_cpu_disable(void)
{
	hostirq_cpu_disable();
	arm64_el2_cpu_disable();
}

void mote_arch_info(struct mote_info *info)
{
	info->backend = arm64_vhe ? MOTE_BACKEND_VHE : MOTE_BACKEND_NVHE;
	info->gpa_bits = arm64_ipa_bits;
	info->time_hz = arch_timer_get_cntfrq();
	info->features |= MOTE_FEAT_READONLY | MOTE_FEAT_HUGE_2M | MOTE_FEAT_HUGE_1G |
			  MOTE_FEAT_TLB_TAGS;
	if (vgic_available())
		info->features |= MOTE_FEAT_IRQCHIP | MOTE_FEAT_HW_IRQ;
}

int mote_arch_features(void **table, size_t *entry_size)
{
	*entry_size = sizeof(struct mote_arm64_idreg);
	return arm64_idreg_default((struct mote_arm64_idreg **)table);
}

size_t mote_arch_feature_size(void)
{
	return sizeof(struct mote_arm64_idreg);
}

/* The generic timer's counter goes on in suspend, or firmware puts it back (Arm ARM) */
void mote_arch_suspend(void)
{
}

void mote_arch_resume(void)
{
}

/* ---- VMs ---- */

int mote_arch_vm_init(struct mote_vm *vm)
{
	int r = arm64_stage2_vm_init(vm);

	if (!r)
		timer_vm_init(vm);
	return r;
}

void mote_arch_vm_destroy(struct mote_vm *vm)
{
	vgic_destroy(vm);
	arm64_stage2_vm_destroy(vm);
}

/* No register or hypercall of the host's is the guest's to use: PASS is not there */
int mote_arch_policy_check(struct mote_vm *vm, const struct mote_policy *p)
{
	switch (p->space) {
	case MOTE_SPACE_SYSREG:
		if (p->last > MOTE_ARM64_ENC(3, 7, 15, 15, 7))
			return -EINVAL;
		break;
	case MOTE_SPACE_HYPERCALL:
		if (p->access != (MOTE_ACCESS_READ | MOTE_ACCESS_WRITE))
			return -EINVAL;
		break;
	default:
		return -EOPNOTSUPP;
	}
	return p->action == MOTE_ACTION_PASS ? -EOPNOTSUPP : 0;
}

void mote_arch_policy_changed(struct mote_vm *vm)
{
}

/* ---- vCPUs ---- */

static_assert(sizeof(struct arm64_page) <= PAGE_SIZE);

static int ctx_init(struct mote_vcpu *vcpu)
{
	struct arm64_ctx *ctx = arm64_ctx_alloc();

	if (!ctx)
		return -ENOMEM;
	ctx->hcr = HCR_GUEST | HCR_NEWER | arm64_stage2_hcr();
	ctx->vttbr = vcpu->vm->arch.vttbr;
	ctx->vtcr = arm64_vtcr;
	vcpu->tlb.tag = vcpu->vm->arch.vmid;
	ctx->mdcr = MDCR_GUEST;
	vcpu->arch.ctx = ctx;
	return 0;
}

int mote_arch_vcpu_init(struct mote_vcpu *vcpu)
{
	int r = ctx_init(vcpu);

	if (r)
		return r;
	arm64_fp_init(vcpu);
	arm64_debug_init(vcpu);
	arm64_idreg_init(vcpu);
	r = vgic_vcpu_init(vcpu);
	if (r) {
		arm64_ctx_free(vcpu->arch.ctx);
		return r;
	}
	timer_vcpu_init(vcpu);
	arm64_regs_reset(vcpu);
	return 0;
}

void mote_arch_vcpu_destroy(struct mote_vcpu *vcpu)
{
	/* The timer first: it posts into the interrupt controller */
	timer_vcpu_destroy(vcpu);
	vgic_vcpu_destroy(vcpu);
	arm64_ctx_free(vcpu->arch.ctx);
}

/*
 * Nothing of a vCPU stays in a CPU but translations.  What the guest drops from
 * a TLB goes from all of them (HCR_EL2.FB), so that they may stay there for when
 * it comes back.
 */
void mote_arch_vcpu_load(struct mote_vcpu *vcpu)
{
	int cpu;

	preempt_disable();
	cpu = smp_processor_id();
	if (vcpu->cpu != cpu)
		WRITE_ONCE(vcpu->cpu, cpu);
}

void mote_arch_vcpu_put(struct mote_vcpu *vcpu)
{
	if (vcpu->arch.live) {
		arm64_fp_put(vcpu);
		arm64_session_put(vcpu);
		timer_put(vcpu);
		vcpu->arch.live = false;
	}
	preempt_enable();
}

void mote_arch_vcpu_prepare(struct mote_vcpu *vcpu)
{
	timer_load(vcpu);
	arm64_session_load(vcpu);
	vcpu->arch.live = true;
}

/* Asked for, and nothing is waiting that would go in first */
static bool irq_window(struct mote_vcpu *vcpu)
{
	return (vcpu->request & MOTE_RUN_IRQ_WINDOW) && !(to_ctx(vcpu)->pstate & PSR_I_BIT) &&
	       !vcpu->arch.intr && !vcpu->arch.vgic;
}

int mote_arch_vcpu_sync(struct mote_vcpu *vcpu)
{
	struct mote_vcpu_arch *arch = &vcpu->arch;

	if (unlikely(arch->halted)) {
		if (!arm64_wake_event(vcpu))
			return MOTE_AGAIN;
		arch->halted = false;
	}
	if (unlikely(vcpu->request) && irq_window(vcpu)) {
		vcpu->request &= ~MOTE_RUN_IRQ_WINDOW;
		mote_exit_begin(vcpu, MOTE_EXIT_IRQ_WINDOW, 0);
		mote_stat_exit(vcpu, MOTE_EXIT_IRQ_WINDOW);
		return MOTE_USER;
	}
	if (arch->vgic)
		vgic_before_entry(vcpu);
	else if (unlikely(arch->intr || (arch->ctx->hcr & (HCR_VI | HCR_VF))))
		arm64_intr_sync(vcpu);
	timer_before_entry(vcpu);
	if (unlikely(arch->serror))
		arm64_serror_sync(vcpu);
	arch->injected = false;
	return MOTE_RESUME;
}

void mote_arch_vcpu_flush(struct mote_vcpu *vcpu, enum mote_flush what)
{
	to_ctx(vcpu)->flush |= what == MOTE_FLUSH_VM ? ARM64_FLUSH_VMID : ARM64_FLUSH_STAGE1;
}

void mote_arch_vcpu_enter(struct mote_vcpu *vcpu)
{
	if (unlikely(vcpu->arch.debug_on))
		arm64_debug_enter(vcpu);
	else
		arm64_enter(to_ctx(vcpu));
	/* Something kept it from entering */
	if (unlikely(to_ctx(vcpu)->flush))
		mote_tlb_not_flushed(vcpu);
	if (vcpu->arch.vgic)
		vgic_after_exit(vcpu);
	timer_after_exit(vcpu);
	if (unlikely(vcpu->arch.serror))
		arm64_serror_taken(vcpu);
}

bool mote_arch_vcpu_runnable(struct mote_vcpu *vcpu)
{
	if (!vcpu->arch.halted)
		return true;
	timer_check_halted(vcpu);
	return arm64_wake_event(vcpu);
}

u64 mote_arch_vcpu_pc(struct mote_vcpu *vcpu)
{
	return to_ctx(vcpu)->pc;
}
