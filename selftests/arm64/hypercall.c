// SPDX-License-Identifier: GPL-2.0-only
/* HVC and SMC: SMCCC numbers, policies, what a runner makes PSCI of. */
#include <errno.h>

#include "a64_vm.h"

#include "kselftest_harness.h"

#define PSCI_VERSION		0x84000000UL
#define PSCI_CPU_ON		0xc4000003UL
#define PSCI_SYSTEM_OFF		0x84000008UL
#define NOT_SUPPORTED		((u64)MOTE_ARM64_HYPERCALL_NOT_SUPPORTED)

GUEST(version)
{
	for (;;)
		guest_sync(guest_hvc(PSCI_VERSION, 1, 2, 3, 4, 5));
}

TEST(unknown_calls_are_not_supported)
{
	struct one o;

	one_create(&o, 0, guest_version, 0);
	EXPECT_EQ(NOT_SUPPORTED, vcpu_sync(&o.cpu));
	EXPECT_EQ(1, o.cpu.stats->user_exits);
	one_destroy(&o);
}

TEST(policy_constant)
{
	struct one o;

	one_create(&o, 0, guest_version, 0);
	vm_policy(&o.vm, MOTE_SPACE_HYPERCALL, PSCI_VERSION, PSCI_VERSION, MOTE_ACTION_CONSTANT,
		  0x10001);
	EXPECT_EQ(0x10001, vcpu_sync(&o.cpu));
	EXPECT_EQ(0x10001, vcpu_sync(&o.cpu));
	EXPECT_EQ(2, o.cpu.stats->user_exits);
	vm_policy(&o.vm, MOTE_SPACE_HYPERCALL, PSCI_VERSION, PSCI_VERSION, MOTE_ACTION_DEFAULT, 0);
	EXPECT_EQ(NOT_SUPPORTED, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

TEST(policy_exit)
{
	const struct mote_exit *e;
	struct one o;

	one_create(&o, 0, guest_version, 0);
	e = &o.cpu.run->exit;
	vm_policy(&o.vm, MOTE_SPACE_HYPERCALL, PSCI_VERSION, PSCI_CPU_ON, MOTE_ACTION_EXIT, 0);
	ASSERT_EQ(MOTE_EXIT_HYPERCALL, vcpu_wait(&o.cpu));
	EXPECT_EQ(PSCI_VERSION, e->hypercall.nr);
	for (u64 i = 0; i < 5; i++) {
		EXPECT_EQ(i + 1, e->hypercall.args[i]);
	}
	o.cpu.run->exit.hypercall.ret = 0x1234;
	EXPECT_EQ(0x1234, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

GUEST(refused)
{
	GUEST_EQ(EC_UNKNOWN, GUEST_TRY("mov x0, %0\n\thvc #0", : : "r"(PSCI_VERSION)
				       : "x0", "memory"));
}

TEST(policy_fault)
{
	struct one o;

	one_create(&o, 0, guest_refused, 0);
	vm_policy(&o.vm, MOTE_SPACE_HYPERCALL, PSCI_VERSION, PSCI_VERSION, MOTE_ACTION_FAULT, 0);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* Only X0 changes */
GUEST(registers)
{
	u64 bad = 0;

	asm volatile("mov x0, %1\n\t"
		     "mov x1, #101\n\tmov x2, #102\n\tmov x3, #103\n\tmov x4, #104\n\t"
		     "mov x5, #105\n\tmov x6, #106\n\tmov x7, #107\n\tmov x8, #108\n\t"
		     "mov x16, #116\n\tmov x17, #117\n\tmov x18, #118\n\tmov x27, #127\n\t"
		     "hvc #0\n\t"
		     "cmn x0, #1\n\tcinc %0, %0, ne\n\t"
		     "cmp x1, #101\n\tcinc %0, %0, ne\n\tcmp x2, #102\n\tcinc %0, %0, ne\n\t"
		     "cmp x3, #103\n\tcinc %0, %0, ne\n\tcmp x4, #104\n\tcinc %0, %0, ne\n\t"
		     "cmp x5, #105\n\tcinc %0, %0, ne\n\tcmp x6, #106\n\tcinc %0, %0, ne\n\t"
		     "cmp x7, #107\n\tcinc %0, %0, ne\n\tcmp x8, #108\n\tcinc %0, %0, ne\n\t"
		     "cmp x16, #116\n\tcinc %0, %0, ne\n\tcmp x17, #117\n\tcinc %0, %0, ne\n\t"
		     "cmp x18, #118\n\tcinc %0, %0, ne\n\tcmp x27, #127\n\tcinc %0, %0, ne"
		     : "+r"(bad) : "r"(PSCI_VERSION)
		     : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x16", "x17", "x18",
		       "x27", "cc", "memory");
	GUEST_EQ(0, bad);
}

TEST(registers_survive)
{
	one_run(0, guest_registers, 0);
}

GUEST(smc)
{
	register u64 x0 asm("x0") = PSCI_SYSTEM_OFF;
	u64 ec, after;

	/* There is no EL3: undefined, or an answer, but never the host's firmware */
	ec = GUEST_TRY("smc #0", : "+r"(x0) : : "memory");
	after = x0;
	guest_sync(ec);
	guest_sync(after);
}

TEST(smc_does_not_reach_firmware)
{
	struct one o;
	u64 ec;

	one_create(&o, 0, guest_smc, 0);
	ec = vcpu_sync(&o.cpu);
	EXPECT_TRUE(ec == EC_UNKNOWN || ec == NO_FAULT);
	vcpu_sync(&o.cpu);
	EXPECT_EQ(ec == NO_FAULT ? NOT_SUPPORTED : PSCI_SYSTEM_OFF, o.cpu.said[0]);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* HVC at EL0 is undefined: user programs cannot call the runner */
static void user_hvc(void)
{
	asm volatile("hvc #0\n\tsvc #0");
}

static u8 user_stack[4096] __attribute__((aligned(16)));

GUEST(hvc_at_el0)
{
	GUEST_EQ(EC_UNKNOWN, guest_user(USER(user_hvc), GUEST_CHANNEL,
					USER(user_stack + sizeof(user_stack)),
					PSTATE_DAIF | PSTATE_EL0T));
}

TEST(hvc_at_el0_is_undefined)
{
	one_run(0, guest_hvc_at_el0, 0);
}

TEST_HARNESS_MAIN
