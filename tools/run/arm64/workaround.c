// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest's kernel has to do against speculation in other contexts of its
 * own: SMCCC_ARCH_WORKAROUND_1 to _3 (Arm DEN 0028, "Arm Architecture Calls").
 * The host's kernel tells what its CPUs need, and mote does at each exit what the
 * calls are for, so that one that comes is done when it has come.
 */
#include <stdio.h>
#include <string.h>

#include "map.h"

#define DONE		0	/* the call helps */
#define NOT_REQUIRED	1
#define NOT_SUPPORTED	((u64)MOTE_ARM64_HYPERCALL_NOT_SUPPORTED)

/* Linux, arch/arm64/kernel/proton-pack.c: cpu_show_spectre_v2() */
static u64 branch_targets(const char *v2)
{
	if (!strncmp(v2, "Not affected", 12) || strstr(v2, "CSV2"))
		return NOT_REQUIRED;
	return strstr(v2, "Branch predictor hardening") ? DONE : NOT_SUPPORTED;
}

static u64 branch_history(const char *v2)
{
	if (!strncmp(v2, "Not affected", 12))
		return NOT_REQUIRED;
	if (strncmp(v2, "Mitigation: ", 12) || strstr(v2, "but not BHB"))
		return NOT_SUPPORTED;
	return strstr(v2, ", BHB") ? DONE : NOT_REQUIRED;
}

/*
 * cpu_show_spec_store_bypass().  Where the guest has PSTATE.SSBS that is how it
 * protects itself; else the firmware does, all the time.
 */
static u64 store_bypass(const char *v4, bool ssbs)
{
	if (!strncmp(v4, "Not affected", 12))
		return NOT_REQUIRED;
	return strncmp(v4, "Mitigation: ", 12) || ssbs ? NOT_SUPPORTED : NOT_REQUIRED;
}

u64 workaround_answer(u32 nr, const char *v2, const char *v4, bool ssbs)
{
	switch (nr) {
	case WORKAROUND_1:
		return branch_targets(v2);
	case WORKAROUND_2:
		return store_bypass(v4, ssbs);
	case WORKAROUND_3:
		return branch_history(v2);
	default:
		return NOT_SUPPORTED;
	}
}

void host_vulnerability(const char *name, char *text, size_t bytes)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/vulnerabilities/%s", name);
	f = fopen(path, "r");
	if (!f || !fgets(text, (int)bytes, f))
		*text = 0;
	if (f)
		fclose(f);
}
