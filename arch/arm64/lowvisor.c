// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: EL2 for kernels that run at EL1.
 *
 * A kernel that was started at EL2 leaves a stub there and its calls
 * (Documentation/virt/kvm/arm/hyp-abi.rst).  The lowvisor is a copy of section
 * .hyp.text in pages of its own, entered by HVC_SOFT_RESTART on each CPU: that
 * leaves the stub's VBAR_EL2 to be read, so that EL2 can be given back as it
 * was.  Whoever asks by the stub's calls gets it at any time: KVM, kexec,
 * hibernation.  We notice at our next call.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu_pm.h>
#include <linux/io.h>
#include <linux/percpu.h>

#include <asm/sysreg.h>

#include "el2.h"

#define HVC_SOFT_RESTART	1
#define HVC_RESET_VECTORS	2

/**
 * enum lowvisor_state - of a CPU, changed there with interrupts off
 * @EL2_HOST: the stub's, or whoever's
 * @EL2_OURS: the lowvisor runs there
 * @EL2_ASLEEP: given back for a low-power state
 * @EL2_LOST: somebody has taken it meanwhile
 */
enum lowvisor_state {
	EL2_HOST,
	EL2_OURS,
	EL2_ASLEEP,
	EL2_LOST,
};

static DEFINE_PER_CPU(enum lowvisor_state, el2_state);

/* x0 to x17 are the callee's, as in the SMC Calling Convention */
static u64 hvc(u64 call, u64 arg1, u64 arg2)
{
	register u64 x0 asm("x0") = call;
	register u64 x1 asm("x1") = arg1;
	register u64 x2 asm("x2") = arg2;

	asm volatile("hvc #0"
		     : "+r" (x0), "+r" (x1), "+r" (x2)
		     :
		     : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
		       "x14", "x15", "x16", "x17", "cc", "memory");
	return x0;
}

static u64 lv_call(u16 call, u64 arg)
{
	return hvc((u64)LV_CALL_HIGH << 32 | LV_CALL_MIDDLE << 16 | call, arg, 0);
}

/**
 * lowvisor_probe - whether EL2 of this CPU is free, or ours
 * Return: 0 or -EBUSY.  Context: on the CPU, interrupts off.
 */
int lowvisor_probe(void)
{
	u64 answer = lv_call(LV_CALL_PING, 0);

	return answer == LV_STUB_ERROR || answer == LV_OK ? 0 : -EBUSY;
}

/* ---- this CPU ---- */

/** lowvisor_host - what the switch knows of this CPU */
struct hyp_host *lowvisor_host(void)
{
	return &lowvisor_cpu()->host;
}

/**
 * lowvisor_cpu_take - EL2 of this CPU
 * Return: 0, -EBUSY, -EIO.  Context: on the CPU, interrupts off.
 */
int lowvisor_cpu_take(void)
{
	struct hyp_cpu *cpu = lowvisor_cpu();

	if (lowvisor_probe())
		return -EBUSY;
	if (__this_cpu_read(el2_state) == EL2_OURS)
		return 0;
	cpu->host.flags = el2_cpu_flags();
	lowvisor_clean(cpu, sizeof(*cpu));
	if (hvc(HVC_SOFT_RESTART, lowvisor_entry(), virt_to_phys(cpu)) != LV_OK)
		return -EIO;
	__this_cpu_write(el2_state, EL2_OURS);
	return 0;
}

/** lowvisor_cpu_give - EL2 to the stub, if it is still ours.  On the CPU, interrupts off. */
void lowvisor_cpu_give(void)
{
	if (__this_cpu_read(el2_state) == EL2_OURS && lv_call(LV_CALL_PING, 0) == LV_OK)
		hvc(HVC_RESET_VECTORS, 0, 0);
	__this_cpu_write(el2_state, EL2_HOST);
}

static void lost(void)
{
	if (__this_cpu_read(el2_state) == EL2_OURS)
		pr_warn("CPU %d: somebody else, KVM for example, has taken EL2: VMs that run there end\n",
			smp_processor_id());
	__this_cpu_write(el2_state, EL2_LOST);
}

/**
 * lowvisor_enter - the world switch
 * @ctx: of arm64_ctx_alloc()
 *
 * Context: interrupts off.
 */
void lowvisor_enter(struct arm64_ctx *ctx)
{
	ctx->exit = ARM64_EXIT_IRQ;
	if (read_sysreg(isr_el1))
		return;
	ctx->exit = ARM64_EXIT_LOST;	/* unless the lowvisor says what else */
	if (unlikely(lv_call(LV_CALL_RUN, virt_to_phys(ctx)) != LV_OK))
		lost();
}

/* Low-power states lose EL2's registers: the stub comes back, or nothing does */
static int pm_notify(struct notifier_block *nb, unsigned long event, void *data)
{
	enum lowvisor_state state = __this_cpu_read(el2_state);

	if (event == CPU_PM_ENTER && state == EL2_OURS) {
		lowvisor_cpu_give();
		__this_cpu_write(el2_state, EL2_ASLEEP);
	} else if ((event == CPU_PM_EXIT || event == CPU_PM_ENTER_FAILED) && state == EL2_ASLEEP) {
		if (lowvisor_cpu_take())
			__this_cpu_write(el2_state, EL2_LOST);
	}
	return NOTIFY_OK;
}

static struct notifier_block pm_nb = { .notifier_call = pm_notify };

/**
 * lowvisor_init - get all ready to take EL2
 * Return: 0; -ENODEV: no EL2 to have, logged; -ENOMEM, -ERANGE.  Module load.
 */
int lowvisor_init(void)
{
	int r;

	if (!lowvisor_booted_at_el2()) {
		pr_err("the kernel was not started at EL2: let firmware do that, or the machine's emulator offer it\n");
		return -ENODEV;
	}
	r = lowvisor_build();
	if (r)
		lowvisor_free();
	else
		cpu_pm_register_notifier(&pm_nb);
	return r;
}

/** lowvisor_exit - undo it; every CPU has given EL2 back */
void lowvisor_exit(void)
{
	cpu_pm_unregister_notifier(&pm_nb);
	lowvisor_free();
}
