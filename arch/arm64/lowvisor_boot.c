// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: who booted us.  An HVC that nobody expects can be fatal: KVM's own
 * vectors take HVC_SOFT_RESTART for a call of its own, and without EL2 it is
 * UNDEFINED.  So none is issued before it is certain that the kernel was started
 * at EL2, which is in no exported symbol.
 */
#include <linux/acpi.h>
#include <linux/of.h>

#include <asm/cpufeature.h>

#include "el2.h"
#include "hostirq.h"

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

/** lowvisor_booted_at_el2 - whether the kernel was.  Context: module load. */
bool lowvisor_booted_at_el2(void)
{
	if (!cpuid_feature_extract_unsigned_field(read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1), 8))
		return false;
	/*
	 * A kernel started at EL2 uses the physical timer, else the virtual one.  Not
	 * to be seen in the timers: a tick may be stopped, and firmware leaves the other
	 * timer as it likes.
	 */
	return !psci_by_hvc() && !hostirq_vtimer_is_kernels();
}
