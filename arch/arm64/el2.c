// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: who has EL2, and how this host switches worlds.
 *
 * VHE: the kernel runs at EL2, and so do we.  KVM may be there as well: it
 * keeps nothing of a guest in hardware while another task runs.  What both
 * share are VMIDs: see foreign_check().
 *
 * nVHE: the lowvisor has EL2 while there is a VM, see lowvisor.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/build_bug.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/stddef.h>

#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/ptrace.h>
#include <asm/virt.h>

#include "el2.h"
#include "guestmode.h"
#include "hyp/vhe.h"

static_assert(offsetof(struct arm64_ctx, x[30]) == CTX_X(30));
static_assert(offsetof(struct arm64_ctx, pc) == CTX_PC);
static_assert(offsetof(struct arm64_ctx, pstate) == CTX_PSTATE);
static_assert(offsetof(struct arm64_ctx, esr) == CTX_ESR);
static_assert(offsetof(struct arm64_ctx, far) == CTX_ESR + 8);
static_assert(offsetof(struct arm64_ctx, serror) == CTX_SERROR);
static_assert(offsetof(struct arm64_ctx, sys[ARM64_SP_EL0]) == CTX_SP_EL0);
static_assert(offsetof(struct hyp_cpu, ttbr) == HYP_CPU_TTBR);
static_assert(offsetof(struct hyp_cpu, mair) == HYP_CPU_MAIR);
static_assert(offsetof(struct hyp_cpu, stub_vbar) == HYP_CPU_STUB);
static_assert(sizeof(struct hyp_cpu) < HYP_CPU_BYTES / 2);
static_assert(sizeof(struct arm64_ctx) <= PAGE_SIZE);

/* PSTATE.PAN: headers name it from 6.12 on */
#define SYS_PAN		sys_reg(3, 0, 4, 2, 3)

/**
 * struct el2_cpu - of a host CPU; on the CPU, interrupts or preemption off
 * @vttbr: VTTBR_EL2 as the last session left it (VHE)
 * @vhe: VHE: what the switch gives back
 */
struct el2_cpu {
	u64 vttbr;
	struct hyp_host vhe;
};

static DEFINE_PER_CPU(struct el2_cpu, el2_cpu);

bool arm64_vhe;
bool arm64_kvm_is_there __ro_after_init;
u64 arm64_ich_vtr;

static struct hyp_host *el2_host(void)
{
	return arm64_vhe ? this_cpu_ptr(&el2_cpu.vhe) : lowvisor_host();
}

/* ---- ownership ---- */

/* In and out on one CPU: that it works, and what the machine has */
static int try_once(void)
{
	int r;

	local_irq_disable();
	r = arm64_el2_cpu_enable();
	if (!r)
		arm64_ich_vtr = el2_host()->vtr;
	arm64_el2_cpu_disable();
	local_irq_enable();
	return r;
}

int arm64_el2_init(void)
{
	int r = 0;

	arm64_vhe = is_kernel_in_hyp_mode();
	if (!arm64_vhe)
		r = lowvisor_init();
	if (r)
		return r;
	r = try_once();
	if (r == -EBUSY)
		pr_err("%s\n", mote_arch_busy_reason());
	else if (r)
		pr_err("EL2 did not take the lowvisor: this kernel's stub is not as expected\n");
	if (r)
		arm64_el2_exit();
	return r;
}

void arm64_el2_exit(void)
{
	if (!arm64_vhe)
		lowvisor_exit();
}

static void tlbi_all_vmids(void)
{
	asm volatile("tlbi alle1" : : : "memory");
	dsb(nsh);
	isb();
}

static void vhe_cpu_enable(struct el2_cpu *cpu)
{
	cpu->vhe.flags = el2_cpu_flags();
	vhe_host_save(&cpu->vhe);
	cpu->vttbr = read_sysreg(vttbr_el2);
	tlbi_all_vmids();
}

int arm64_el2_cpu_enable(void)
{
	struct el2_cpu *cpu = this_cpu_ptr(&el2_cpu);
	int r = 0;

	if (arm64_vhe)
		vhe_cpu_enable(cpu);
	else
		r = lowvisor_cpu_take();
	return r;
}

void arm64_el2_cpu_disable(void)
{
	if (arm64_vhe)
		tlbi_all_vmids();
	else
		lowvisor_cpu_give();
}

int mote_arch_probe_busy(void)
{
	return arm64_vhe ? 0 : lowvisor_probe();
}

const char *mote_arch_busy_reason(void)
{
	return "KVM or another hypervisor has EL2: boot with kvm-arm.mode=none, or 6.12 with kvm.enable_virt_at_load=0";
}

/* ---- what the switch sees of a vCPU ---- */

struct arm64_ctx *arm64_ctx_alloc(void)
{
	return arm64_vhe ? (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT) : el2_page_alloc();
}

void arm64_ctx_free(struct arm64_ctx *ctx)
{
	if (arm64_vhe)
		free_page((unsigned long)ctx);
	else
		el2_page_free(ctx);
}

/* ---- sessions ---- */

/*
 * KVM on a VHE host gives its VMs VMIDs from the same space, if from its other
 * end, and neither knows the other's.  It writes VTTBR_EL2 whenever it loads a
 * vCPU, so a change there says that its entries are in this CPU's TLB; or that the
 * CPU has slept so deeply that it forgot.  When ours would be in KVM's way nothing
 * says: where it is there they do not stay when a session ends.
 */
static void foreign_check(struct el2_cpu *cpu)
{
	if (unlikely(read_sysreg(vttbr_el2) != cpu->vttbr))
		tlbi_all_vmids();
}

void arm64_session_load(struct mote_vcpu *vcpu)
{
	struct el2_cpu *cpu = this_cpu_ptr(&el2_cpu);

	if (!arm64_vhe)
		return;
	foreign_check(cpu);
	vhe_session_load(to_ctx(vcpu), &cpu->vhe);
	cpu->vttbr = to_ctx(vcpu)->vttbr;
}

void arm64_session_put(struct mote_vcpu *vcpu)
{
	struct el2_cpu *cpu = this_cpu_ptr(&el2_cpu);

	if (el2_host()->flags & BIT(HYP_BIT_PAN))
		vcpu->arch.host_pan = read_sysreg_s(SYS_PAN);
	if (!arm64_vhe)
		return;
	vhe_session_put(to_ctx(vcpu), &cpu->vhe);
	if (arm64_kvm_is_there)
		tlbi_all_vmids();
}

static __always_inline void world_switch(struct arm64_ctx *ctx)
{
	if (arm64_vhe)
		vhe_enter(ctx, this_cpu_ptr(&el2_cpu.vhe));
	else
		lowvisor_enter(ctx);
}

/*
 * Where the kernel has pseudo-NMIs its "interrupts off" is a priority in
 * ICC_PMR_EL1, which would keep interrupts from ending the guest's run, too: mask
 * them in PSTATE meanwhile, as entries from user space do.
 */
static noinline void world_switch_by_pstate(struct arm64_ctx *ctx)
{
	unsigned long daif = read_sysreg(daif), pmr = read_sysreg_s(SYS_ICC_PMR_EL1);

	asm volatile("msr daifset, #3" : : : "memory");
	write_sysreg_s(GIC_PRIO_IRQON | GIC_PRIO_PSR_I_SET, SYS_ICC_PMR_EL1);
	pmr_sync();
	world_switch(ctx);
	write_sysreg_s(pmr, SYS_ICC_PMR_EL1);
	isb();
	write_sysreg(daif, daif);
}

void arm64_enter(struct arm64_ctx *ctx)
{
	mote_guest_mode_enter();
	if (system_uses_irq_prio_masking())
		world_switch_by_pstate(ctx);
	else
		world_switch(ctx);
	mote_guest_mode_exit();
}

u64 arm64_sys_read(struct mote_vcpu *vcpu, enum arm64_sys reg)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);
	u64 value = ctx->sys[reg];

	if (ctx->loaded)
		vhe_sys_access(reg, &value, false);
	return value;
}

void arm64_sys_write(struct mote_vcpu *vcpu, enum arm64_sys reg, u64 value)
{
	struct arm64_ctx *ctx = to_ctx(vcpu);

	ctx->sys[reg] = value;
	if (ctx->loaded)
		vhe_sys_access(reg, &value, true);
}

void arm64_gic_put(struct mote_vcpu *vcpu)
{
	if (to_ctx(vcpu)->loaded)
		vhe_gic_put(to_ctx(vcpu), this_cpu_ptr(&el2_cpu.vhe));
}

void arm64_gic_load(struct mote_vcpu *vcpu)
{
	if (to_ctx(vcpu)->loaded)
		vhe_gic_load(to_ctx(vcpu), this_cpu_ptr(&el2_cpu.vhe));
}
