// SPDX-License-Identifier: GPL-2.0-only
/*
 * PSCI 1.1 (Arm DEN 0022) and the little of SMCCC (Arm DEN 0028) that leads to
 * it, by HVC.  Whatever else the guest calls the kernel answers NOT_SUPPORTED.
 */
#include <string.h>
#include <sys/auxv.h>

#include "../machine.h"
#include "map.h"

#ifndef HWCAP_SSBS
#define HWCAP_SSBS		(1 << 28)	/* of arm64; unit tests run elsewhere */
#endif

#define SMCCC_VERSION		0x80000000
#define SMCCC_ARCH_FEATURES	0x80000001

/* Function numbers; those that take addresses exist with 32 and 64 bits */
#define PSCI_FIRST		0x84000000
#define PSCI_LAST		0x8400001f
#define PSCI_64			0x40000000

enum {
	PSCI_VERSION = PSCI_FIRST,
	CPU_SUSPEND,
	CPU_OFF,
	CPU_ON,
	AFFINITY_INFO,
	MIGRATE_INFO_TYPE = PSCI_FIRST + 6,
	SYSTEM_OFF = PSCI_FIRST + 8,
	SYSTEM_RESET,
	PSCI_FEATURES,
	SYSTEM_RESET2 = PSCI_FIRST + 18,
};

#define PSCI_1_1		0x10001
#define SMCCC_1_1		0x10001

#define SUCCESS			0
#define NOT_SUPPORTED		((u64)MOTE_ARM64_HYPERCALL_NOT_SUPPORTED)
#define INVALID_PARAMETERS	((u64)-2)
#define ALREADY_ON		((u64)-4)

#define AFFINITY_ON		0
#define NO_MIGRATION		2	/* no Trusted OS that would have to move */

/* Aff3 to Aff0 of an MPIDR, as PSCI passes them */
#define AFFINITIES		0xff00ffffffULL

static u64 mpidr_of(const struct vcpu *v)
{
	return v->id / 16 << 8 | v->id % 16;
}

static struct vcpu *find_vcpu(struct vm *vm, u64 mpidr)
{
	for (u32 i = 0; i < VCPUS_MAX; i++) {
		if (mpidr_of(&vm->vcpus[i]) == (mpidr & AFFINITIES))
			return &vm->vcpus[i];
	}
	return NULL;
}

static u64 version(struct vcpu *v, const u64 *args)
{
	(void)v;
	(void)args;
	return PSCI_1_1;
}

/*
 * As WFI, also where the guest asks for more: PSCI lets a state be shallower
 * than the one asked for.  The call is finished before the vCPU halts.
 */
static u64 cpu_suspend(struct vcpu *v, const u64 *args)
{
	struct mote_reg halted = { .id = MOTE_ARM64_HALTED, .value = 1 };

	(void)args;
	v->run->exit.hypercall.ret = SUCCESS;
	v->run->request |= MOTE_RUN_COMPLETE_ONLY;
	if (!mote_run(v->fd))
		mote_set_regs(v->fd, &halted, 1, NULL);
	return SUCCESS;
}

/* All vCPUs are on from the start: when the last goes, nothing can happen here. */
static u64 cpu_off(struct vcpu *v, const u64 *args)
{
	(void)args;
	complain("the guest turned off its last processor");
	vm_end(v->vm, END_POWER_OFF);
	return SUCCESS;
}

static u64 cpu_on(struct vcpu *v, const u64 *args)
{
	return find_vcpu(v->vm, args[0]) ? ALREADY_ON : INVALID_PARAMETERS;
}

static u64 affinity_info(struct vcpu *v, const u64 *args)
{
	if (args[1] || !find_vcpu(v->vm, args[0]))
		return INVALID_PARAMETERS;
	return AFFINITY_ON;
}

static u64 migrate_info_type(struct vcpu *v, const u64 *args)
{
	(void)v;
	(void)args;
	return NO_MIGRATION;
}

static u64 system_off(struct vcpu *v, const u64 *args)
{
	(void)args;
	vm_end(v->vm, END_POWER_OFF);
	return SUCCESS;
}

static u64 system_reset(struct vcpu *v, const u64 *args)
{
	(void)args;
	vm_end(v->vm, END_REBOOT);
	return SUCCESS;
}

/* Type 0 is SYSTEM_WARM_RESET, those with bit 31 the vendor's: there is none */
static u64 system_reset2(struct vcpu *v, const u64 *args)
{
	return (u32)args[0] ? INVALID_PARAMETERS : system_reset(v, args);
}

static u64 smccc_version(struct vcpu *v, const u64 *args)
{
	(void)v;
	(void)args;
	return SMCCC_1_1;
}

static u64 psci_features(struct vcpu *v, const u64 *args);
static u64 smccc_features(struct vcpu *v, const u64 *args);

static const struct {
	u32 nr;
	bool has_64;
	u64 (*call)(struct vcpu *v, const u64 *args);
} calls[] = {
	{ PSCI_VERSION, false, version },
	{ CPU_SUSPEND, true, cpu_suspend },
	{ CPU_OFF, false, cpu_off },
	{ CPU_ON, true, cpu_on },
	{ AFFINITY_INFO, true, affinity_info },
	{ MIGRATE_INFO_TYPE, false, migrate_info_type },
	{ SYSTEM_OFF, false, system_off },
	{ SYSTEM_RESET, false, system_reset },
	{ PSCI_FEATURES, false, psci_features },
	{ SYSTEM_RESET2, true, system_reset2 },
	{ SMCCC_VERSION, false, smccc_version },
	{ SMCCC_ARCH_FEATURES, false, smccc_features },
};

/* Index in calls[], or -1 */
static int find_call(u32 nr)
{
	for (u32 i = 0; i < ARRAY_SIZE(calls); i++) {
		if (nr == calls[i].nr || (calls[i].has_64 && nr == (calls[i].nr | PSCI_64)))
			return (int)i;
	}
	return -1;
}

/* No function has flags to tell of */
static u64 psci_features(struct vcpu *v, const u64 *args)
{
	(void)v;
	return find_call((u32)args[0]) < 0 ? NOT_SUPPORTED : SUCCESS;
}

/* Hosts whose CPUs differ say the worst of them */
static u64 workaround(u32 nr)
{
	char v2[128], v4[128];

	host_vulnerability("spectre_v2", v2, sizeof(v2));
	host_vulnerability("spec_store_bypass", v4, sizeof(v4));
	return workaround_answer(nr, v2, v4, getauxval(AT_HWCAP) & HWCAP_SSBS);
}

/* The calls of the SMCCC itself, and workarounds */
static u64 smccc_features(struct vcpu *v, const u64 *args)
{
	u32 nr = (u32)args[0];

	(void)v;
	return nr == SMCCC_VERSION || nr == SMCCC_ARCH_FEATURES ? SUCCESS : workaround(nr);
}

u64 psci_call(struct vcpu *v, u32 nr, const u64 args[5])
{
	int i = find_call(nr);
	u64 narrow[5];

	if (i < 0)
		return NOT_SUPPORTED;
	/* The 32-bit form has its arguments in the W registers */
	for (int k = 0; k < 5; k++)
		narrow[k] = nr & PSCI_64 ? args[k] : (u32)args[k];
	return calls[i].call(v, narrow);
}

enum after on_hypercall(struct vcpu *v)
{
	struct mote_exit_hypercall *h = &v->run->exit.hypercall;
	u64 args[5];

	memcpy(args, h->args, sizeof(args));
	h->ret = psci_call(v, (u32)h->nr, args);
	return atomic_load(&v->vm->ending) ? STOP : GO_ON;
}

static void policy(struct vm *vm, u32 first, u32 last, u32 action, u64 value)
{
	struct mote_policy p = {
		.space = MOTE_SPACE_HYPERCALL,
		.action = action,
		.first = first,
		.last = last,
		.access = MOTE_ACCESS_READ | MOTE_ACCESS_WRITE,
		.value = { value },
	};
	int ret = mote_policy(vm->fd, &p);

	if (ret)
		die("cannot have the guest's hypercalls 0x%x to 0x%x: %s", first, last,
		    strerror(-ret));
}

void psci_create(struct vm *vm)
{
	policy(vm, PSCI_FIRST, PSCI_LAST, MOTE_ACTION_EXIT, 0);
	policy(vm, PSCI_FIRST | PSCI_64, PSCI_LAST | PSCI_64, MOTE_ACTION_EXIT, 0);
	policy(vm, SMCCC_VERSION, SMCCC_ARCH_FEATURES, MOTE_ACTION_EXIT, 0);
	/* The exit has done it */
	policy(vm, WORKAROUND_1, WORKAROUND_1, MOTE_ACTION_CONSTANT, SUCCESS);
	policy(vm, WORKAROUND_3, WORKAROUND_3, MOTE_ACTION_CONSTANT, SUCCESS);
	/* The one that is asked for often needs no exit */
	policy(vm, PSCI_VERSION, PSCI_VERSION, MOTE_ACTION_CONSTANT, PSCI_1_1);
}
