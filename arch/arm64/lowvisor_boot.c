// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: who booted us.  An HVC that nobody expects can be fatal: KVM's own
 * vectors take HVC_SOFT_RESTART for a call of its own, and without EL2 it is
 * UNDEFINED.  So none is issued before it is certain that the kernel was started
 * at EL2, which is in no exported symbol.
 */
#include <linux/acpi.h>
#include <linux/of.h>
#include <linux/preempt.h>

#include <asm/arch_timer.h>
#include <asm/cpufeature.h>

#include "el2.h"

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
 * drivers/clocksource/arm_arch_timer.c).
 */
static bool timer_is_physical(void)
{
	return (read_sysreg(cntp_ctl_el0) & ARCH_TIMER_CTRL_ENABLE) &&
	       !(read_sysreg(cntv_ctl_el0) & ARCH_TIMER_CTRL_ENABLE);
}

/** lowvisor_booted_at_el2 - whether the kernel was.  Context: module load. */
bool lowvisor_booted_at_el2(void)
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
