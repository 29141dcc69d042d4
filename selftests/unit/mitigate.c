// SPDX-License-Identifier: GPL-2.0-only
/*
 * What hosts ask of entries, exits and changes of the guest: hosts as they are, not
 * the table over again.
 */
#include "shim.h"
#include "mitigate_rules.h"
#include "unit.h"

#define SSBD	4u
#define IBRS	1u

static const struct host {
	const char *name;
	u32 facts, does;
} hosts[] = {
	{ "mitigations=off", 0, 0 },
	{ "mitigations=off, AMD", X86_FACT_AMD | X86_FACT_L1D_CMD, 0 },
	{ "Westmere, old microcode",
	  X86_FACT_L1TF_COND | X86_FACT_L1D_MARKS,
	  X86_L1D_COND | X86_L1D_BY_HAND },
	{ "Haswell",
	  X86_FACT_IBPB | X86_FACT_VERW | X86_FACT_L1TF_COND | X86_FACT_L1D_CMD | X86_FACT_L1D_MARKS,
	  X86_IBPB_GUEST | X86_ENTER_VERW | X86_L1D_COND },
	{ "Haswell, l1tf=full",
	  X86_FACT_IBPB | X86_FACT_VERW | X86_FACT_L1TF_ALWAYS | X86_FACT_L1D_CMD | X86_FACT_L1D_MARKS,
	  X86_IBPB_GUEST | X86_ENTER_VERW | X86_L1D_ALWAYS },
	{ "Haswell, l1tf=full, old microcode",
	  X86_FACT_IBPB | X86_FACT_VERW | X86_FACT_L1TF_ALWAYS | X86_FACT_L1D_MARKS,
	  X86_IBPB_GUEST | X86_ENTER_VERW | X86_L1D_ALWAYS | X86_L1D_BY_HAND },
	{ "Haswell, l1tf=off",
	  X86_FACT_IBPB | X86_FACT_VERW | X86_FACT_L1D_CMD | X86_FACT_L1D_MARKS,
	  X86_IBPB_GUEST | X86_ENTER_VERW },
	{ "Haswell, a kernel whose interrupts leave no mark",
	  X86_FACT_IBPB | X86_FACT_VERW | X86_FACT_L1TF_COND | X86_FACT_L1D_CMD,
	  X86_IBPB_GUEST | X86_ENTER_VERW | X86_L1D_ALWAYS },
	{ "Haswell in a guest of a host that flushes",
	  X86_FACT_IBPB | X86_FACT_VERW | X86_FACT_L1TF_COND | X86_FACT_L1D_MARKS | X86_FACT_L1D_OUTSIDE,
	  X86_IBPB_GUEST | X86_ENTER_VERW },
	{ "Skylake, retbleed",
	  X86_FACT_IBPB | X86_FACT_KERNEL_IBRS | X86_FACT_VERW | X86_FACT_L1TF_COND |
	  X86_FACT_L1D_CMD | X86_FACT_L1D_MARKS | X86_FACT_IBPB_USER,
	  X86_IBPB_GUEST | X86_ENTER_HOST_SPEC | X86_ENTER_VERW | X86_L1D_COND | X86_IBPB_USER },
	{ "Sapphire Rapids", X86_FACT_IBPB | X86_FACT_IBPB_USER, X86_IBPB_GUEST | X86_IBPB_USER },
	{ "Gracemont, RFDS", X86_FACT_IBPB | X86_FACT_VERW, X86_IBPB_GUEST | X86_ENTER_VERW },
	{ "Zen 2", X86_FACT_AMD | X86_FACT_IBPB | X86_FACT_IBPB_USER, X86_IBPB_GUEST | X86_IBPB_USER },
	{ "Zen 2, retbleed=ibpb", X86_FACT_AMD | X86_FACT_IBPB | X86_FACT_IBPB_EXIT, 0 },
	{ "Zen 3, tsa=user", X86_FACT_AMD | X86_FACT_IBPB | X86_FACT_VERW, X86_IBPB_GUEST },
	{ "Zen 4, tsa=vm", X86_FACT_AMD | X86_FACT_IBPB | X86_FACT_VERW_VM,
	  X86_IBPB_GUEST | X86_ENTER_VERW },
	{ "Zen 4, tsa=on", X86_FACT_AMD | X86_FACT_IBPB | X86_FACT_VERW | X86_FACT_VERW_VM,
	  X86_IBPB_GUEST | X86_ENTER_VERW },
	{ "Zen 5", X86_FACT_AMD | X86_FACT_IBPB | X86_FACT_SRSO_REDUCE | X86_FACT_IBPB_USER,
	  X86_IBPB_GUEST | X86_SRSO_REDUCE | X86_IBPB_USER },
};

static bool test_hosts(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (x86_mitigations_for(hosts[i].facts) == hosts[i].does)
			continue;
		printf("# %s: 0x%x, not 0x%x\n", hosts[i].name,
		       x86_mitigations_for(hosts[i].facts), hosts[i].does);
		return false;
	}
	return true;
}

/* Whatever the host: what the world switch cannot make sense of does not come up */
static bool test_all_facts(void)
{
	u32 facts, does;

	for (facts = 0; facts < 2 * X86_FACT_SRSO_REDUCE; facts++) {
		does = x86_mitigations_for(facts);
		CHECK(!(does & (X86_ENTER_GUEST_SPEC | X86_ENTER_BACKEND)));
		CHECK(!(does & X86_L1D_BY_HAND) || (does & (X86_L1D_COND | X86_L1D_ALWAYS)));
		CHECK(!(does & X86_L1D_BY_HAND) || !(facts & X86_FACT_L1D_CMD));
		CHECK(!(does & X86_L1D_COND) || (facts & X86_FACT_L1D_MARKS));
		/* A flaw that is dealt with is dealt with whatever else there is */
		CHECK(!(facts & X86_FACT_KERNEL_IBRS) || (does & X86_ENTER_HOST_SPEC));
		CHECK(!(facts & X86_FACT_VERW_VM) || (does & X86_ENTER_VERW));
		CHECK(!(facts & X86_FACT_IBPB) || (facts & X86_FACT_IBPB_EXIT) ||
		      (does & X86_IBPB_GUEST));
		CHECK(!(facts & X86_FACT_L1TF_ALWAYS) || (facts & X86_FACT_L1D_OUTSIDE) ||
		      (does & X86_L1D_ALWAYS));
	}
	return true;
}

static bool test_reasons(void)
{
	const struct x86_mitigation *rule;

	for (rule = x86_mitigation_rules; rule->does; rule++)
		CHECK(rule->when && rule->why && *rule->why);
	return true;
}

/* The entry as the back ends do it, with what it leaves in the registers */
struct cpu {
	u64 spec_ctrl;
	u64 vmcb;
	unsigned int writes;
};

static u64 enter(struct cpu *cpu, u32 always, u64 guest, u64 host, bool virtualized)
{
	u32 flags = always;
	u64 in_guest;

	cpu->spec_ctrl = host;
	if (!x86_spec_ctrl_same(guest, host, cpu->vmcb))
		flags |= x86_spec_ctrl_flags(guest, host, virtualized ? &cpu->vmcb : NULL);
	if (flags & X86_ENTER_GUEST_SPEC) {
		cpu->spec_ctrl = guest;
		cpu->writes++;
	}
	in_guest = cpu->spec_ctrl | (virtualized ? cpu->vmcb : 0);
	if (flags & X86_ENTER_HOST_SPEC) {
		cpu->spec_ctrl = host;
		cpu->writes++;
	}
	return in_guest;
}

static bool test_spec_ctrl(void)
{
	struct cpu cpu = {};

	/* Equal: nothing to write */
	CHECK(enter(&cpu, 0, 0, 0, false) == 0 && cpu.writes == 0);
	CHECK(enter(&cpu, 0, IBRS, IBRS, false) == IBRS && cpu.writes == 0);
	CHECK(enter(&cpu, 0, SSBD, 0, false) == SSBD && cpu.spec_ctrl == 0 && cpu.writes == 2);
	CHECK(enter(&cpu, 0, 0, IBRS, false) == 0 && cpu.spec_ctrl == IBRS && cpu.writes == 4);
	/* IBRS as an event: a write after the exit though nothing changes */
	CHECK(enter(&cpu, X86_ENTER_HOST_SPEC, IBRS, IBRS, false) == IBRS && cpu.writes == 5);
	CHECK(cpu.spec_ctrl == IBRS);
	return true;
}

/* What the guest takes back does not stay in the VMCB */
static bool test_v_spec_ctrl(void)
{
	struct cpu cpu = {};

	CHECK(enter(&cpu, 0, SSBD, 0, true) == SSBD);
	CHECK(enter(&cpu, 0, 0, 0, true) == 0);
	CHECK(enter(&cpu, 0, SSBD, SSBD, true) == SSBD);
	CHECK(enter(&cpu, 0, 0, SSBD, true) == SSBD && cpu.vmcb == 0);
	CHECK(enter(&cpu, 0, 0, 0, true) == 0);
	CHECK(!cpu.writes);
	return true;
}

static bool test_arch_cap(void)
{
	const u64 rdcl_no = 1, rsba = 4, rrsba = 1 << 19, verw = 1 << 17;

	CHECK(x86_arch_cap_merge(rdcl_no | verw, rdcl_no | verw) == (rdcl_no | verw));
	CHECK(x86_arch_cap_merge(rdcl_no | verw, verw) == verw);
	CHECK(x86_arch_cap_merge(rdcl_no, rdcl_no | rrsba) == (rdcl_no | rrsba));
	CHECK(x86_arch_cap_merge(rsba, 0) == rsba);
	/* What announces an MSR stays here: TSX_CTRL, FB_CLEAR_CTRL, GDS_CTRL */
	CHECK(!x86_arch_cap_for_guest(1 << 7 | 1 << 18 | 1 << 25, 0));
	CHECK(x86_arch_cap_for_guest(rsba | rrsba, rdcl_no) == (rsba | rrsba | rdcl_no));
	return true;
}

static bool test_perf_global(void)
{
	/* Nehalem-EX, Westmere-EP; Sandy Bridge, Atom, family 15 */
	CHECK(x86_perf_global_broken(6, 46) && x86_perf_global_broken(6, 44));
	CHECK(!x86_perf_global_broken(6, 42) && !x86_perf_global_broken(6, 28));
	CHECK(!x86_perf_global_broken(15, 26) && !x86_perf_global_broken(6, 47));
	return true;
}

static const struct unit_test tests[] = {
	{ "hosts as they are", test_hosts },
	{ "all combinations of facts", test_all_facts },
	{ "each rule has a reason", test_reasons },
	{ "SPEC_CTRL written by the world switch", test_spec_ctrl },
	{ "SPEC_CTRL in the VMCB", test_v_spec_ctrl },
	{ "IA32_ARCH_CAPABILITIES of several CPUs", test_arch_cap },
	{ "exits that lose PERF_GLOBAL_CTRL", test_perf_global },
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
