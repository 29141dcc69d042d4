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
 *
 * An HVC that nobody expects can be fatal: KVM's own vectors take
 * HVC_SOFT_RESTART for a call of its own, and without EL2 it is UNDEFINED.  So
 * none is issued before it is certain that the kernel was started at EL2, and
 * the first one only asks who is there.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/acpi.h>
#include <linux/cpu_pm.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include <asm/arch_timer.h>
#include <asm/cacheflush.h>
#include <asm/cpufeature.h>

#include "el2.h"
#include "mod/pgtable.h"

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
static DEFINE_PER_CPU(struct hyp_cpu *, hyp_cpu);
static struct cpumask el2_ours;
static void *code;
static unsigned int code_order;

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

/* ---- who is there ---- */

static bool psci_by_hvc(void)
{
	static const char * const names[] = { "arm,psci-1.0", "arm,psci-0.2", "arm,psci" };
	const char *method = "";
	struct device_node *np = NULL;
	bool hvc;
	int i;

	if (!acpi_disabled)
		return acpi_gbl_FADT.arm_boot_flags & ACPI_FADT_PSCI_USE_HVC;
	for (i = 0; !np && i < ARRAY_SIZE(names); i++)
		np = of_find_compatible_node(NULL, NULL, names[i]);
	hvc = np && !of_property_read_string(np, "method", &method) && !strcmp(method, "hvc");
	of_node_put(np);
	return hvc;
}

/*
 * A kernel started at EL2 uses the physical timer, else the virtual one (see
 * drivers/clocksource/arm_arch_timer.c).  That it was is in no exported symbol.
 */
static bool timer_is_physical(void)
{
	return (read_sysreg(cntp_ctl_el0) & ARCH_TIMER_CTRL_ENABLE) &&
	       !(read_sysreg(cntv_ctl_el0) & ARCH_TIMER_CTRL_ENABLE);
}

static bool booted_at_el2(void)
{
	bool physical;

	if (!cpuid_feature_extract_unsigned_field(read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1), 8))
		return false;
	if (psci_by_hvc())
		return false;
	preempt_disable();
	physical = timer_is_physical();
	preempt_enable();
	return physical;
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
	return &__this_cpu_read(hyp_cpu)->host;
}

static void set_state(enum lowvisor_state state)
{
	__this_cpu_write(el2_state, state);
	if (state == EL2_OURS)
		cpumask_set_cpu(smp_processor_id(), &el2_ours);
	else
		cpumask_clear_cpu(smp_processor_id(), &el2_ours);
}

/* To memory: it is read with the MMU off first */
static void clean_to_poc(const void *start, size_t bytes)
{
	const void *p;

	for (p = start; p < start + bytes; p += 16)
		asm volatile("dc civac, %0" : : "r" (p) : "memory");
	dsb(sy);
}

/**
 * lowvisor_cpu_take - EL2 of this CPU
 * Return: 0, -EBUSY, -EIO.  Context: on the CPU, interrupts off.
 */
int lowvisor_cpu_take(void)
{
	struct hyp_cpu *cpu = __this_cpu_read(hyp_cpu);
	phys_addr_t entry = virt_to_phys(code + (lv_init - lv_begin));

	if (lowvisor_probe())
		return -EBUSY;
	if (__this_cpu_read(el2_state) == EL2_OURS)
		return 0;
	cpu->host.flags = el2_cpu_flags();
	clean_to_poc(cpu, sizeof(*cpu));
	if (hvc(HVC_SOFT_RESTART, entry, virt_to_phys(cpu)) != LV_OK)
		return -EIO;
	set_state(EL2_OURS);
	return 0;
}

/** lowvisor_cpu_give - EL2 to the stub, if it is still ours.  On the CPU, interrupts off. */
void lowvisor_cpu_give(void)
{
	if (__this_cpu_read(el2_state) == EL2_OURS && lv_call(LV_CALL_PING, 0) == LV_OK)
		hvc(HVC_RESET_VECTORS, 0, 0);
	set_state(EL2_HOST);
}

static void lost(void)
{
	if (__this_cpu_read(el2_state) == EL2_OURS)
		pr_warn("CPU %d: somebody else, KVM for example, has taken EL2: VMs that run there end\n",
			smp_processor_id());
	set_state(EL2_LOST);
}

/**
 * lowvisor_enter - the world switch
 * @ctx: mapped by arm64_el2_map()
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
		set_state(EL2_ASLEEP);
	} else if ((event == CPU_PM_EXIT || event == CPU_PM_ENTER_FAILED) && state == EL2_ASLEEP) {
		if (lowvisor_cpu_take())
			set_state(EL2_LOST);
	}
	return NOTIFY_OK;
}

static struct notifier_block pm_nb = { .notifier_call = pm_notify };

static void flush_here(void *done)
{
	if (lv_call(LV_CALL_FLUSH, 0) == LV_OK)
		*(bool *)done = true;
	else
		lost();
}

/*
 * One CPU is enough, the TLBI is broadcast.  Not one that has lost EL2; and
 * those that give it back flush first.
 */
void el2_flush(void)
{
	bool done = false;

	while (!done && !cpumask_empty(&el2_ours)) {
		if (smp_call_function_any(&el2_ours, flush_here, &done, 1))
			break;
	}
}

/* ---- all of it ---- */

static int make_code(void)
{
	size_t bytes = PAGE_ALIGN(lv_end - lv_begin);

	code_order = get_order(bytes);
	code = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, code_order);
	if (!code)
		return -ENOMEM;
	memcpy(code, lv_begin, lv_end - lv_begin);
	clean_to_poc(code, bytes);
	caches_clean_inval_pou((unsigned long)code, (unsigned long)code + bytes);
	return el2_map_range(code, bytes, MOTE_PT_R | MOTE_PT_X);
}

/* Arm ARM, TCR_EL2: 48 bits, 4 KiB, write-back inner shareable walks */
#define TCR_EL2_RES1_BITS	(BIT(31) | BIT(23))
#define TCR_EL2_WALKS		(3ULL << 12 | 1ULL << 10 | 1ULL << 8 | 16)
/* SCTLR_EL2: RES1, and M, C, SA, I, WXN */
#define SCTLR_EL2_VALUE		(0x30c50830ULL | BIT(0) | BIT(2) | BIT(3) | BIT(12) | BIT(19))

static int make_cpu(unsigned int nr)
{
	struct hyp_cpu *cpu = (void *)get_zeroed_page(GFP_KERNEL);
	u64 pa_range = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1) & 15;

	if (!cpu)
		return -ENOMEM;
	per_cpu(hyp_cpu, nr) = cpu;
	cpu->ttbr = el2_map_root();
	cpu->tcr = TCR_EL2_RES1_BITS | min(pa_range, 5ULL) << 16 | TCR_EL2_WALKS;
	cpu->mair = 0xff;			/* normal, write-back */
	cpu->sctlr = SCTLR_EL2_VALUE;
	return el2_map_range(cpu, HYP_CPU_BYTES, MOTE_PT_R | MOTE_PT_W);
}

static int make_all(void)
{
	unsigned int nr;
	int r;

	r = el2_map_init();
	if (!r)
		r = make_code();
	for_each_possible_cpu(nr) {
		if (!r)
			r = make_cpu(nr);
	}
	return r;
}

static void free_all(void)
{
	unsigned int nr;

	el2_map_exit();
	free_pages((unsigned long)code, code_order);
	code = NULL;
	for_each_possible_cpu(nr) {
		free_page((unsigned long)per_cpu(hyp_cpu, nr));
		per_cpu(hyp_cpu, nr) = NULL;
	}
}

/**
 * lowvisor_init - get all ready to take EL2
 * Return: 0; -ENODEV: no EL2 to have, logged; -ENOMEM, -ERANGE.  Module load.
 */
int lowvisor_init(void)
{
	int r;

	if (!booted_at_el2()) {
		pr_err("the kernel was not started at EL2: let firmware do that, or the machine's emulator offer it\n");
		return -ENODEV;
	}
	r = make_all();
	if (r)
		free_all();
	else
		cpu_pm_register_notifier(&pm_nb);
	return r;
}

/** lowvisor_exit - undo it; every CPU has given EL2 back */
void lowvisor_exit(void)
{
	cpu_pm_unregister_notifier(&pm_nb);
	free_all();
}
