// SPDX-License-Identifier: GPL-2.0-only
/* RDMSR and WRMSR: values, guest_faults, policies, and MSRs that do not exit. */
#include <errno.h>
#include <unistd.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

#define MSR_TSC		0x10
#define MSR_APIC_BASE	0x1b
#define MSR_SYSENTER_CS	0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_PAT		0x277
#define MSR_DEADLINE	0x6e0
#define MSR_EFER	0xc0000080
#define MSR_STAR	0xc0000081
#define MSR_LSTAR	0xc0000082
#define MSR_FMASK	0xc0000084
#define MSR_FS_BASE	0xc0000100
#define MSR_GS_BASE	0xc0000101
#define MSR_KERNEL_GS	0xc0000102
#define MSR_TSC_AUX	0xc0000103

#define NON_CANONICAL	0x0000800000000000ULL

static u64 msr_exits(struct one *o)
{
	return o->cpu.stats->exits[MOTE_EXIT_SYSREG];
}

static void run_guest(guest_fn fn, u32 flags)
{
	one_run(flags, fn, 0);
}

GUEST(write_and_read)
{
	static const struct { u32 index; u64 value; } m[] = {
		{ MSR_SYSENTER_CS, 0x1234 }, { MSR_SYSENTER_ESP, 0xffff800012345678 },
		{ MSR_PAT, 0x0001040506070001 }, { MSR_STAR, 0x1122334455667788 },
		{ MSR_LSTAR, 0xffffffff81000000 }, { MSR_FMASK, 0x47700 },
		{ MSR_FS_BASE, 0x7fff12345678 }, { MSR_GS_BASE, 0xffff888000000000 },
		{ MSR_KERNEL_GS, 0xffff888012340000 },
	};
	u64 v;

	for (unsigned int i = 0; i < ARRAY_SIZE(m); i++) {
		GUEST_EQ(NO_FAULT, guest_try_wrmsr(m[i].index, m[i].value));
		GUEST_EQ(NO_FAULT, guest_try_rdmsr(m[i].index, &v));
		GUEST_EQ(m[i].value, v);
	}
	/* All at once are still there, also after a trip to the runner */
	guest_sync(1);
	for (unsigned int i = 0; i < ARRAY_SIZE(m); i++)
		GUEST_EQ(m[i].value, guest_rdmsr(m[i].index));
	guest_sync(2);
}

TEST(write_and_read)
{
	run_guest(guest_write_and_read, 0);
}

/* GET_REGS has what the guest wrote, the guest what SET_REGS did */
GUEST(show_lstar)
{
	guest_wrmsr(MSR_LSTAR, 0x1000);
	guest_wrmsr(MSR_KERNEL_GS, 0x2000);
	guest_wrmsr(MSR_GS_BASE, 0x3000);
	guest_sync(0);
	guest_sync(guest_rdmsr(MSR_LSTAR));
	guest_sync(guest_rdmsr(MSR_KERNEL_GS));
	guest_sync(guest_rdmsr(MSR_GS_BASE));
}

TEST(registers_of_the_runner)
{
	struct one o;

	one_create(&o, 0, guest_show_lstar, 0);
	vcpu_sync(&o.cpu);
	EXPECT_EQ(0x1000, vcpu_get(&o.cpu, MOTE_X86_MSR(MSR_LSTAR)));
	EXPECT_EQ(0x2000, vcpu_get(&o.cpu, MOTE_X86_MSR(MSR_KERNEL_GS)));
	EXPECT_EQ(0x3000, vcpu_get(&o.cpu, MOTE_X86_SEG(MOTE_X86_GS, MOTE_X86_SEG_BASE)));
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	vcpu_run(&o.cpu);
	vcpu_set(&o.cpu, MOTE_X86_MSR(MSR_LSTAR), 0x4000);
	vcpu_set(&o.cpu, MOTE_X86_MSR(MSR_KERNEL_GS), 0x5000);
	vcpu_set(&o.cpu, MOTE_X86_SEG(MOTE_X86_GS, MOTE_X86_SEG_BASE), 0x6000);
	EXPECT_EQ(0x4000, vcpu_sync(&o.cpu));
	EXPECT_EQ(0x5000, vcpu_sync(&o.cpu));
	EXPECT_EQ(0x6000, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* A thread with a selector in GS, as 32-bit ones have: loading it writes KERNEL_GS_BASE */
GUEST(keep_kernel_gs)
{
	guest_wrmsr(MSR_KERNEL_GS, 0xffff888012345000);
	for (int i = 0; i < 3; i++) {
		guest_sync(i);
		GUEST_EQ(0xffff888012345000, guest_rdmsr(MSR_KERNEL_GS));
	}
}

TEST(runner_with_a_gs_selector)
{
	u16 gs = 0x2b;	/* __USER_DS */
	struct one o;

	asm volatile("mov %0, %%gs" : : "r"(gs));
	one_create(&o, 0, guest_keep_kernel_gs, 0);
	vcpu_finish(&o.cpu);
	asm volatile("mov %%gs, %0" : "=r"(gs));
	EXPECT_EQ(0x2b, gs);
	asm volatile("mov %0, %%gs" : : "r"(0));
	one_destroy(&o);
}

GUEST(faults)
{
	u64 v;

	/* Nobody has these */
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x12345678, &v));
	GUEST_EQ(0, guest_fault.error);
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(0x12345678, 0));
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0xc0001fff, &v));
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x1ffe, &v));
	/* VMX capabilities */
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x480, &v));
	/* Read-only, reserved bits, addresses that are none */
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_PAT, 0x02));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_PAT, 0x08ULL << 56));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_LSTAR, NON_CANONICAL));
	/* These do not exit: the CPU checks, and AMD's do not check the last one */
	if (!guest_on_tcg) {
		GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_FS_BASE, NON_CANONICAL));
		GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_KERNEL_GS, NON_CANONICAL));
	}
	if (!guest_is_amd)
		GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_SYSENTER_ESP, NON_CANONICAL));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_EFER, guest_rdmsr(MSR_EFER) | 1 << 16));
	/* Without an APIC it has no MSRs */
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(MSR_APIC_BASE, &v));
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x802, &v));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_DEADLINE, 1));
}

TEST(faults)
{
	run_guest(guest_faults, 0);
}

/* There where CPUID says so, with one bit; AMD, "VIRT_SPEC_CTRL" */
#define MSR_VIRT_SPEC_CTRL	0xc001011f

GUEST(virt_spec_ctrl)
{
	u64 value = 0, there;
	u32 regs[4];

	guest_cpuid(0x80000008, 0, regs);
	there = regs[1] >> 25 & 1;
	GUEST_EQ(there ? NO_FAULT : VECTOR_GP, guest_try_rdmsr(MSR_VIRT_SPEC_CTRL, &value));
	GUEST_EQ(0, value);
	GUEST_EQ(there ? NO_FAULT : VECTOR_GP, guest_try_wrmsr(MSR_VIRT_SPEC_CTRL, 4));
	if (there)
		GUEST_EQ(4, guest_rdmsr(MSR_VIRT_SPEC_CTRL));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_VIRT_SPEC_CTRL, 2));
}

TEST(virt_spec_ctrl)
{
	run_guest(guest_virt_spec_ctrl, 0);
}

/*
 * Commands to the branch predictors where CPUID announces them: IBPB is bit 0, AMD's
 * SBPB bit 7; they cannot be read.
 */
#define MSR_PRED_CMD	0x49
#define MSR_ARCH_CAP	0x10a

GUEST(predictors)
{
	u32 regs[4], ibpb, sbpb = 0;
	u64 value;

	guest_cpuid(7, 0, regs);
	ibpb = regs[3] >> 26 & 1;
	guest_cpuid(0x80000008, 0, regs);
	ibpb |= regs[1] >> 12 & 1;
	guest_cpuid(0x80000000, 0, regs);
	if (regs[0] >= 0x80000021) {
		guest_cpuid(0x80000021, 0, regs);
		sbpb = regs[0] >> 27 & 1;
	}
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(MSR_PRED_CMD, &value));
	GUEST_EQ(ibpb ? NO_FAULT : VECTOR_GP, guest_try_wrmsr(MSR_PRED_CMD, 1));
	GUEST_EQ(ibpb && sbpb ? NO_FAULT : VECTOR_GP, guest_try_wrmsr(MSR_PRED_CMD, 0x80));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_PRED_CMD, 2));
}

TEST(predictors)
{
	run_guest(guest_predictors, 0);
}

/* Where it is, without what announces MSRs that there are not */
GUEST(arch_capabilities)
{
	u64 value = 0;
	u32 regs[4];

	guest_cpuid(7, 0, regs);
	GUEST_EQ(regs[3] >> 29 & 1 ? NO_FAULT : VECTOR_GP,
		 guest_try_rdmsr(MSR_ARCH_CAP, &value));
	GUEST_EQ(0, value & (1 << 7 | 7 << 10 | 1 << 18 | 1 << 21 | 1 << 25));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_ARCH_CAP, 0));
}

TEST(arch_capabilities)
{
	run_guest(guest_arch_capabilities, 0);
}

GUEST(efer)
{
	u64 v = guest_rdmsr(MSR_EFER);

	GUEST_EQ(EFER_LME | EFER_LMA | EFER_NX | EFER_SCE, v);
	guest_wrmsr(MSR_EFER, v & ~(EFER_SCE | EFER_NX));
	GUEST_EQ(EFER_LME | EFER_LMA, guest_rdmsr(MSR_EFER));
	/* LMA cannot be written, LME not while paging is on */
	GUEST_EQ(NO_FAULT, guest_try_wrmsr(MSR_EFER, EFER_LME));
	GUEST_EQ(EFER_LME | EFER_LMA, guest_rdmsr(MSR_EFER));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_EFER, EFER_LMA));
	guest_wrmsr(MSR_EFER, v);
	GUEST_EQ(v, guest_rdmsr(MSR_EFER));
}

TEST(efer)
{
	run_guest(guest_efer, 0);
}

/* MSRs that hardware switches for the guest cost no exit */
GUEST(without_exits)
{
	guest_sync(0);
	for (int i = 0; i < 100; i++) {
		guest_wrmsr(MSR_FS_BASE, i);
		guest_wrmsr(MSR_GS_BASE, i);
		guest_wrmsr(MSR_SYSENTER_CS, i);
		/* SVM: hardware has another EFER and another PAT */
		if (guest_is_amd)
			continue;
		guest_rdmsr(MSR_TSC);
		guest_rdmsr(MSR_EFER);
		guest_rdmsr(MSR_PAT);
	}
	guest_sync(1);
}

TEST(no_exits)
{
	struct one o;
	u64 before;

	one_create(&o, 0, guest_without_exits, 0);
	vcpu_sync(&o.cpu);
	before = msr_exits(&o);
	vcpu_sync(&o.cpu);
	EXPECT_EQ(before, msr_exits(&o));
	one_destroy(&o);
}

/* SYSCALL, and the MSRs it uses, in the guest */
static volatile u64 syscalls;

static __attribute__((used)) void syscall_target(void)
{
	asm volatile("syscall_entry: incq %0; jmp *%%rcx" : "+m"(syscalls));
}

extern char syscall_entry[];

GUEST(do_syscalls)
{
	guest_wrmsr(MSR_STAR, (u64)SEL_CODE64 << 32);
	guest_wrmsr(MSR_LSTAR, (unsigned long)syscall_entry);
	guest_wrmsr(MSR_FMASK, 0);
	for (int i = 0; i < 5; i++) {
		asm volatile("syscall" : : : "rcx", "r11", "memory");
		guest_sync(syscalls);
	}
	guest_wrmsr(MSR_EFER, guest_rdmsr(MSR_EFER) & ~EFER_SCE);
	GUEST_EQ(VECTOR_UD, GUEST_TRY("syscall", : : : "rcx", "r11", "memory"));
}

TEST(syscall_msrs)
{
	struct one o;

	one_create(&o, 0, guest_do_syscalls, 0);
	for (int i = 1; i <= 5; i++) {
		EXPECT_EQ(i, vcpu_sync(&o.cpu));
		/* The host's own system calls go where they should: this was one */
		msleep(1);
	}
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

GUEST(tsc_aux)
{
	u32 aux, lo, hi;

	guest_wrmsr(MSR_TSC_AUX, 0x1234);
	for (int i = 0; i < 3; i++) {
		asm volatile("rdtscp" : "=a"(lo), "=d"(hi), "=c"(aux));
		GUEST_EQ(0x1234, aux);
		guest_sync(i);
	}
}

TEST(rdtscp)
{
	u32 before, after;
	struct one o;

	one_create(&o, 0, guest_tsc_aux, 0);
	if (!x86_has(&o.vm, 0x80000001, 0, 3, 27))
		SKIP(return, "no RDTSCP on this host");
	asm volatile("rdtscp" : "=c"(before) : : "rax", "rdx");
	vcpu_finish(&o.cpu);
	asm volatile("rdtscp" : "=c"(after) : : "rax", "rdx");
	EXPECT_NE(0x1234, after);
	EXPECT_EQ(before >> 12, after >> 12);
	one_destroy(&o);
}

/* --- time --- */

static volatile u64 tsc_seen;

GUEST(show_tsc)
{
	for (;;) {
		tsc_seen = guest_rdtsc();
		guest_sync(guest_rdmsr(MSR_TSC));
	}
}

TEST(tsc_is_monotonic)
{
	struct one o;
	u64 last = 0;

	one_create(&o, 0, guest_show_tsc, 0);
	for (int i = 0; i < 100; i++) {
		vcpu_sync(&o.cpu);
		ASSERT_LT(last, tsc_seen);
		ASSERT_LE(tsc_seen, o.cpu.said[0]);
		last = o.cpu.said[0];
	}
	/* A guest's time began with its VM */
	EXPECT_LT(last, o.vm.info.time_hz * 60);
	one_destroy(&o);
}

TEST(tsc_can_be_set)
{
	struct one o;
	u64 t;

	one_create(&o, 0, guest_show_tsc, 0);
	vcpu_sync(&o.cpu);
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	vcpu_run(&o.cpu);
	vcpu_set(&o.cpu, MOTE_X86_MSR(MSR_TSC), 1ULL << 60);
	t = vcpu_sync(&o.cpu);
	EXPECT_LE(1ULL << 60, t);
	EXPECT_GT((1ULL << 60) + o.vm.info.time_hz, t);
	t = vcpu_get(&o.cpu, MOTE_X86_MSR(MSR_TSC));
	EXPECT_LT(1ULL << 60, t);
	one_destroy(&o);
}

GUEST(write_tsc)
{
	u64 t;

	guest_wrmsr(MSR_TSC, 1ULL << 50);
	t = guest_rdtsc();
	GUEST_TRUE(t >= 1ULL << 50 && t < (1ULL << 50) + (1ULL << 40));
}

TEST(guest_sets_its_tsc)
{
	run_guest(guest_write_tsc, 0);
}

/* --- policies --- */

GUEST(two_unknown)
{
	u64 v;

	GUEST_EQ(NO_FAULT, guest_try_rdmsr(0x12345678, &v));
	guest_sync(v);
	GUEST_EQ(NO_FAULT, guest_try_wrmsr(0x12345678, 0xaabbccdd11223344));
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x12345678, &v));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(0x12345678, 1));
}

TEST(policy_exit)
{
	struct mote_exit *e;
	struct one o;

	one_create(&o, 0, guest_two_unknown, 0);
	e = &o.cpu.run->exit;
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, 0x12345678, 0x12345678, MOTE_ACTION_EXIT, 0);
	ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_run(&o.cpu));
	EXPECT_EQ(0x12345678, e->sysreg.id);
	EXPECT_EQ(0, e->sysreg.write);
	e->sysreg.data = 0x1122334455667788;
	EXPECT_EQ(0x1122334455667788, vcpu_sync(&o.cpu));
	ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_run(&o.cpu));
	EXPECT_EQ(1, e->sysreg.write);
	EXPECT_EQ(0xaabbccdd11223344, e->sysreg.data);
	/* The runner may answer with a fault */
	ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_run(&o.cpu));
	e->sysreg.fault = 1;
	ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_run(&o.cpu));
	EXPECT_EQ(1, e->sysreg.write);
	e->sysreg.fault = 1;
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

GUEST(read_then_write)
{
	guest_wrmsr(arg, guest_rdmsr(arg));
}

/* Of what needs no exit, only what was asked for gets one: that MSR, in that direction */
TEST(policy_of_one_direction)
{
	static const u32 msrs[] = { 0x174, 0x175, 0x176, MSR_FS_BASE, MSR_GS_BASE, 0xc0000102 };
	struct one o;

	one_create(&o, 0, NULL, 0);
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(msrs); i++) {
		struct mote_policy p = {
			.space = MOTE_SPACE_SYSREG, .action = MOTE_ACTION_EXIT,
			.first = msrs[i / 2], .last = msrs[i / 2],
			.access = i % 2 ? MOTE_ACCESS_WRITE : MOTE_ACCESS_READ,
		};

		vm_policy(&o.vm, MOTE_SPACE_SYSREG, 0, 0xffffffff, MOTE_ACTION_DEFAULT, 0);
		must_policy(o.vm.fd, &p);
		for (unsigned int j = 0; j < ARRAY_SIZE(msrs); j++) {
			vcpu_start(&o.cpu, guest_read_then_write, msrs[j]);
			if (j == i / 2) {
				ASSERT_EQ(MOTE_EXIT_SYSREG, vcpu_run(&o.cpu));
				EXPECT_EQ(msrs[j], o.cpu.run->exit.sysreg.id);
				EXPECT_EQ(i % 2, o.cpu.run->exit.sysreg.write);
			}
			ASSERT_EQ(GOT_DONE, vcpu_wait(&o.cpu)) TH_LOG("0x%x", msrs[j]);
		}
	}
	one_destroy(&o);
}

GUEST(constant)
{
	u64 v;

	GUEST_EQ(0x77, guest_rdmsr(0x40000105));
	guest_wrmsr(0x40000105, 1);
	GUEST_EQ(0x77, guest_rdmsr(0x40000105));
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0x40000106, &v));
	/* One that hardware reads without an exit */
	GUEST_EQ(0x77, guest_rdmsr(MSR_FS_BASE));
}

TEST(policy_constant)
{
	struct one o;

	one_create(&o, 0, guest_constant, 0);
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, 0x40000100, 0x40000105, MOTE_ACTION_CONSTANT, 0x77);
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, MSR_FS_BASE, MSR_FS_BASE, MOTE_ACTION_CONSTANT, 0x77);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

GUEST(fault_and_default)
{
	u64 v;

	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(MSR_EFER, &v));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(MSR_GS_BASE, 0));
	guest_sync(1);
	GUEST_EQ(NO_FAULT, guest_try_rdmsr(MSR_EFER, &v));
	GUEST_EQ(NO_FAULT, guest_try_wrmsr(MSR_GS_BASE, 0));
}

TEST(policy_fault_and_default)
{
	struct one o;

	one_create(&o, 0, guest_fault_and_default, 0);
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, 0xc0000000, 0xc0001fff, MOTE_ACTION_FAULT, 0);
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, 0, 0xffffffff, MOTE_ACTION_DEFAULT, 0);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* One that does not exit by itself */
GUEST(reads_for_ever)
{
	for (;;) {
		guest_rdmsr(MSR_FS_BASE);
		++*(volatile u64 *)arg;
	}
}

/* A rule is in force for a running guest when the call returns: at most it still counts */
TEST(policy_while_running)
{
	static volatile u64 count;
	struct runner runner;
	struct one o;
	u64 then;

	one_create(&o, 0, guest_reads_for_ever, (unsigned long)&count);
	runner_start(&runner, &o.cpu);
	wait_change(&count, 0);
	vm_policy(&o.vm, MOTE_SPACE_SYSREG, MSR_FS_BASE, MSR_FS_BASE, MOTE_ACTION_EXIT, 0);
	then = count;
	runner_join(&runner);
	EXPECT_EQ(MOTE_EXIT_SYSREG, runner.got);
	EXPECT_EQ(MSR_FS_BASE, o.cpu.run->exit.sysreg.id);
	EXPECT_GE(then + 1, count);
	one_destroy(&o);
}

TEST(policy_limits)
{
	struct mote_policy p = {
		.space = MOTE_SPACE_SYSREG, .action = MOTE_ACTION_PASS, .first = MSR_FS_BASE,
		.last = MSR_FS_BASE, .access = MOTE_ACCESS_READ,
	};
	struct one o;

	one_create(&o, 0, NULL, 0);
	EXPECT_EQ(0, mote_policy(o.vm.fd, &p));
	p.access = MOTE_ACCESS_WRITE;
	EXPECT_EQ(-EOPNOTSUPP, mote_policy(o.vm.fd, &p));
	p.action = MOTE_ACTION_EXIT;
	p.last = 1ULL << 32;
	EXPECT_EQ(-EINVAL, mote_policy(o.vm.fd, &p));
	one_destroy(&o);
}

GUEST(read_one)
{
	u64 v;

	guest_sync(guest_try_rdmsr(arg, &v) == NO_FAULT ? v : NO_FAULT);
}

/* The value of the host's MSR, of which this guest has none: its APIC is enabled */
TEST(policy_pass)
{
	struct mote_policy p = {
		.space = MOTE_SPACE_SYSREG, .action = MOTE_ACTION_PASS, .first = MSR_APIC_BASE,
		.last = MSR_APIC_BASE, .access = MOTE_ACCESS_READ,
	};
	struct one o;

	one_create(&o, 0, guest_read_one, MSR_APIC_BASE);
	must_policy(o.vm.fd, &p);
	EXPECT_EQ(1, vcpu_sync(&o.cpu) >> 11 & 1);
	ASSERT_EQ(0, seteuid(65534));
	EXPECT_EQ(-EPERM, mote_policy(o.vm.fd, &p));
	one_destroy(&o);
}

TEST_HARNESS_MAIN
