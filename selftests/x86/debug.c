// SPDX-License-Identifier: GPL-2.0-only
/* Debug registers, breakpoints and single steps inside the guest. */
#include "x86_vm.h"

#include "kselftest_harness.h"

#define DR6_BS	(1UL << 14)
#define DR6_BD	(1UL << 13)
#define DR6_ONES	0xffff0ff0UL
#define DR7_ONES	0x400UL
#define DR7_GD	(1UL << 13)

/* Where #DB came, and what DR6 said */
static volatile u64 rips[64], dr6s[64], last_rflags;
static volatile unsigned int hits;

static GUEST_NOFPU void on_debug(struct guest_frame *f)
{
	u64 dr6 = guest_read_dr6();

	rips[hits % 64] = f->rip;
	dr6s[hits % 64] = dr6;
	last_rflags = f->rflags;
	hits++;
	guest_write_dr6(DR6_ONES);
	/* Instruction breakpoints would hit again */
	f->rflags |= 1 << 16;
}

static void run_guest(guest_fn fn, u64 arg)
{
	struct one o;

	hits = 0;
	guest_handlers[VECTOR_DB] = on_debug;
	one_create(&o, 0, fn, arg);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

GUEST(registers)
{
	GUEST_EQ(DR6_ONES, guest_read_dr6());
	GUEST_EQ(DR7_ONES, guest_read_dr7());
	guest_write_dr0(0x12345678);
	GUEST_EQ(0x12345678, guest_read_dr0());
	guest_write_dr6(0);
	GUEST_EQ(DR6_ONES, guest_read_dr6());
	guest_write_dr7(0);
	GUEST_EQ(DR7_ONES, guest_read_dr7());
	GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%dr7", : : "r"(1UL << 32) : "memory"));
	GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%dr6", : : "r"(1UL << 32) : "memory"));
	/* DR4 and DR5 are names of DR6 and DR7, unless CR4.DE */
	GUEST_EQ(NO_FAULT, GUEST_TRY("mov %%dr4, %%rax", : : : "rax"));
	guest_write_cr4(guest_read_cr4() | 8);
	GUEST_EQ(VECTOR_UD, GUEST_TRY("mov %%dr4, %%rax", : : : "rax"));
}

TEST(registers)
{
	run_guest(guest_registers, 0);
}

/* QEMU's software emulation (seen in 7.2), which the library finds out with a VM */
static int host_has_no_breakpoints(void)
{
	struct one o;

	one_create(&o, 0, NULL, 0);
	one_destroy(&o);
	return guest_on_tcg;
}

extern char bp_target[];

static __attribute__((used, noinline)) void with_target(void)
{
	asm volatile("nop; bp_target: nop; nop");
}

GUEST(breakpoint)
{
	guest_write_dr0((unsigned long)bp_target);
	guest_write_dr7(DR7_ONES | 2);
	with_target();
	GUEST_EQ(1, hits);
	GUEST_EQ(bp_target, rips[0]);
	GUEST_EQ(DR6_ONES | 1, dr6s[0]);
	/* Also behind an exit to the runner and back */
	guest_sync(0);
	with_target();
	GUEST_EQ(2, hits);
	guest_write_dr7(DR7_ONES);
	with_target();
	GUEST_EQ(2, hits);
}

TEST(instruction_breakpoint)
{
	if (host_has_no_breakpoints())
		SKIP(return, "VMRUN of this emulator does not arm breakpoints");
	run_guest(guest_breakpoint, 0);
}

/* A breakpoint on the instruction behind MOV SS is passed over */
extern char ss_target[], ss_exit_target[];

GUEST(breakpoint_behind_mov_ss)
{
	guest_write_dr0((unsigned long)ss_target);
	guest_write_dr7(DR7_ONES | 2);
	asm volatile("mov %%ss, %%eax; mov %%eax, %%ss; ss_target: nop" : : : "eax");
	GUEST_EQ(0, hits);
	guest_write_dr0((unsigned long)ss_exit_target);
	asm volatile("mov %%ss, %%eax; mov %%eax, %%ss; ss_exit_target: cpuid"
		     : : : "eax", "ebx", "ecx", "edx");
	GUEST_EQ(0, hits);
	guest_write_dr7(DR7_ONES);
}

TEST(breakpoint_behind_mov_ss)
{
	if (host_has_no_breakpoints())
		SKIP(return, "VMRUN of this emulator does not arm breakpoints");
	run_guest(guest_breakpoint_behind_mov_ss, 0);
}

static volatile u64 watched;

GUEST(watchpoint)
{
	/* Writes of 8 bytes */
	guest_write_dr0((unsigned long)&watched);
	guest_write_dr7(DR7_ONES | 2 | 1 << 16 | 2 << 18);
	GUEST_EQ(0, watched);
	GUEST_EQ(0, hits);
	watched = 5;
	GUEST_EQ(1, hits);
	GUEST_EQ(DR6_ONES | 1, dr6s[0]);
	guest_write_dr7(DR7_ONES);
	watched = 6;
	GUEST_EQ(1, hits);
}

TEST(data_breakpoint)
{
	if (host_has_no_breakpoints())
		SKIP(return, "VMRUN of this emulator does not arm breakpoints");
	run_guest(guest_watchpoint, 0);
}

/* DR6 says what it was this time, and not what it was before */
GUEST(step_and_watch)
{
	for (u64 i = 0; i < 3; i++) {
		hits = 0;
		asm volatile("pushfq; orl $0x100, (%%rsp); popfq; nop\n"
			     "pushfq; andl $~0x100, (%%rsp); popfq" : : : "memory", "cc");
		GUEST_TRUE(hits > 0);
		for (u64 n = 0; n < hits; n++)
			GUEST_EQ(DR6_ONES | DR6_BS, dr6s[n]);
		hits = 0;
		guest_write_dr0((unsigned long)&watched);
		guest_write_dr7(DR7_ONES | 2 | 1 << 16 | 2 << 18);
		watched = i;
		GUEST_EQ(1, hits);
		GUEST_EQ(DR6_ONES | 1, dr6s[0]);
		guest_write_dr7(DR7_ONES);
	}
}

TEST(steps_and_breakpoints_in_turns)
{
	if (host_has_no_breakpoints())
		SKIP(return, "VMRUN of this emulator does not arm breakpoints");
	run_guest(guest_step_and_watch, 0);
}

/* The guest's breakpoint on an address that we use, too */
TEST(host_is_not_stopped)
{
	struct one o;

	if (host_has_no_breakpoints())
		SKIP(return, "VMRUN of this emulator does not arm breakpoints");
	guest_handlers[VECTOR_DB] = on_debug;
	one_create(&o, 0, guest_watchpoint, 0);
	vcpu_set(&o.cpu, MOTE_X86_DR(0), (unsigned long)&o.cpu.run->request);
	vcpu_set(&o.cpu, MOTE_X86_DR(7), DR7_ONES | 0xff | 3 << 16 | 3 << 18);
	watched = 0;
	hits = 0;
	vcpu_finish(&o.cpu);
	o.cpu.run->request = 0;
	watched = 9;
	with_target();
	EXPECT_EQ(1, hits);
	one_destroy(&o);
}

GUEST(general_detect)
{
	guest_write_dr7(DR7_ONES | DR7_GD);
	/* The access faults, before it is made; the handler's are free again */
	asm volatile("mov %%dr0, %%rax" : : : "rax");
	GUEST_EQ(1, hits);
	GUEST_EQ(DR6_ONES | DR6_BD, dr6s[0]);
	GUEST_EQ(1 << 16, last_rflags & 1 << 16);
	GUEST_EQ(0, guest_read_dr7() & DR7_GD);
}

TEST(general_detect)
{
	run_guest(guest_general_detect, 0);
}

/* Any #DB switches it off, or its handler could not look at DR6 */
GUEST(step_with_general_detect)
{
	guest_write_dr7(DR7_ONES | DR7_GD);
	asm volatile("pushfq; orl $0x100, (%%rsp); popfq; nop\n"
		     "pushfq; andl $~0x100, (%%rsp); popfq" : : : "memory", "cc");
	/* The NOP, PUSHFQ, AND and POPFQ */
	GUEST_EQ(4, hits);
	GUEST_EQ(DR6_ONES | DR6_BS, dr6s[0]);
	GUEST_EQ(0, guest_read_dr7() & DR7_GD);
}

TEST(step_with_general_detect)
{
	run_guest(guest_step_with_general_detect, 0);
}

/*
 * Single steps over instructions that exit: the trap comes behind each of
 * them, exactly once.
 */
extern char step_out[], step_nop[], step_rdmsr[], step_call[], step_end[];

/* The hypercall is VMCALL, or VMMCALL, at a label each */
#define STEPS(call, name)							\
	asm volatile(								\
		"pushfq; orl $0x100, (%%rsp); popfq\n"				\
		name "_nop: nop\n"						\
		name "_cpuid: xor %%eax, %%eax; cpuid\n"			\
		name "_rdmsr: mov $0x277, %%ecx; rdmsr\n"			\
		name "_out: mov $0x80, %%edx; outb %%al, %%dx\n"		\
		name "_call: mov $5, %%eax; " call "\n"			\
		name "_end: pushfq; andl $~0x100, (%%rsp); popfq"		\
		: : : "rax", "rbx", "rcx", "rdx", "memory", "cc")

extern char amd_out[], amd_nop[], amd_rdmsr[], amd_call[], amd_end[];

GUEST(single_step)
{
	u64 n;

	if (guest_is_amd)
		STEPS("vmmcall", "amd");
	else
		STEPS("vmcall", "step");
	n = hits;
	/* One for each instruction from the first NOP's end to the last POPFQ's */
	GUEST_EQ(12, n);
	GUEST_EQ((guest_is_amd ? amd_nop : step_nop) + 1, rips[0]);
	GUEST_EQ(guest_is_amd ? amd_rdmsr : step_rdmsr, rips[2]);
	GUEST_EQ(guest_is_amd ? amd_out : step_out, rips[4]);
	GUEST_EQ(guest_is_amd ? amd_call : step_call, rips[6]);
	GUEST_EQ(guest_is_amd ? amd_end : step_end, rips[8]);
	for (u64 i = 0; i < n; i++)
		GUEST_EQ(DR6_ONES | DR6_BS, dr6s[i]);
}

TEST(single_step_over_exits)
{
	struct one o;

	hits = 0;
	guest_handlers[VECTOR_DB] = on_debug;
	one_create(&o, 0, guest_single_step, 0);
	ASSERT_EQ(MOTE_EXIT_PIO, vcpu_wait(&o.cpu));
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* RF ends with the instruction, also with one that the CPU did not execute itself */
GUEST(out_and_cpuid)
{
	u32 regs[4];

	guest_out8(0x80, 0);
	guest_cpuid(0, 0, regs);
	guest_sync(0);
}

#define RFLAGS_RF	(1UL << 16)

TEST(resume_flag)
{
	struct one o;

	one_create(&o, 0, guest_out_and_cpuid, 0);
	ASSERT_EQ(MOTE_EXIT_PIO, vcpu_run(&o.cpu));
	/* Once more, as if a handler had returned to it */
	vcpu_set(&o.cpu, RFLAGS, vcpu_get(&o.cpu, RFLAGS) | RFLAGS_RF);
	ASSERT_EQ(MOTE_EXIT_PIO, vcpu_run(&o.cpu));
	/* Bochs (seen in 3.0) ends it with the exit */
	if (guest_on_tcg)
		EXPECT_EQ(RFLAGS_RF, vcpu_get(&o.cpu, RFLAGS) & RFLAGS_RF);
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	ASSERT_EQ(0, vcpu_run(&o.cpu));
	EXPECT_EQ(0, vcpu_get(&o.cpu, RFLAGS) & RFLAGS_RF);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* With BTF only branches trap, and an instruction that exits is none; #DB ends BTF */
#define MSR_DEBUGCTL	0x1d9
#define DEBUGCTL_BTF	2

extern char btf_next[];

GUEST(branch_steps)
{
	guest_wrmsr(MSR_DEBUGCTL, DEBUGCTL_BTF);
	asm volatile("pushfq; orl $0x100, (%%rsp); popfq\n"
		     "cpuid; btf_next: nop; jmp 1f; 1: nop\n"
		     "pushfq; andl $~0x100, (%%rsp); popfq"
		     : : "a"(0), "c"(0) : "rbx", "rdx", "memory", "cc");
	GUEST_TRUE(hits > 0);
	GUEST_TRUE(rips[0] != (unsigned long)btf_next);
	GUEST_EQ(0, guest_rdmsr(MSR_DEBUGCTL));
}

TEST(branch_steps)
{
	run_guest(guest_branch_steps, 0);
}

/* A data breakpoint on the operand of MOV SS traps behind the next instruction */
static volatile u16 stack_selector = SEL_DATA;

extern char held_next[];

GUEST(mov_ss)
{
	guest_write_dr0((unsigned long)&stack_selector);
	/* Reads and writes of 2 bytes */
	guest_write_dr7(DR7_ONES | 2 | 3 << 16 | 1 << 18);
	asm volatile("mov %0, %%ss; out %%al, $0x80; held_next: nop" : : "m"(stack_selector));
	guest_write_dr7(DR7_ONES);
	GUEST_EQ(1, hits);
	GUEST_EQ(held_next, rips[0]);
	GUEST_EQ(DR6_ONES | 1, dr6s[0]);
	/* And together with a single step */
	hits = 0;
	guest_write_dr7(DR7_ONES | 2 | 3 << 16 | 1 << 18);
	asm volatile("pushfq; orl $0x100, (%%rsp); mov %0, %%rdx; mov $0, %%ecx; popfq\n"
		     "mov (%%rdx), %%ss; xor %%eax, %%eax\n"
		     "mov (%%rdx), %%ss; cpuid; pushfq; andl $~0x100, (%%rsp); popfq"
		     : : "r"(&stack_selector) : "rax", "rbx", "rcx", "rdx", "memory", "cc");
	guest_write_dr7(DR7_ONES);
	GUEST_EQ(DR6_ONES | DR6_BS | 1, dr6s[0]);
	GUEST_EQ(DR6_ONES | DR6_BS | 1, dr6s[1]);
}

TEST(held_back_by_mov_ss)
{
	const u64 pending = MOTE_X86_DEBUG_PENDING;
	struct one o;

	if (host_has_no_breakpoints())
		SKIP(return, "VMRUN of this emulator does not arm breakpoints");
	guest_handlers[VECTOR_DB] = on_debug;
	hits = 0;
	one_create(&o, 0, guest_mov_ss, 0);
	ASSERT_EQ(MOTE_EXIT_PIO, vcpu_run(&o.cpu));
	if (o.vm.info.backend == MOTE_BACKEND_SVM)
		SKIP(return, "a VMCB does not have it");
	/* What is held back is state */
	EXPECT_EQ(0x1001, vcpu_get(&o.cpu, pending));
	vcpu_set(&o.cpu, pending, 0);
	EXPECT_EQ(0, vcpu_get(&o.cpu, pending));
	vcpu_set(&o.cpu, pending, 0x1001);
	ASSERT_EQ(MOTE_EXIT_PIO, vcpu_run(&o.cpu));
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* Register writes of the runner are what the guest reads, and back */
GUEST(show)
{
	guest_sync(guest_read_dr0());
	guest_sync(guest_read_dr7());
	guest_write_dr0(0x5678);
	guest_sync(0);
}

TEST(state)
{
	struct one o;

	one_create(&o, 0, guest_show, 0);
	vcpu_set(&o.cpu, MOTE_X86_DR(0), 0x1234);
	vcpu_set(&o.cpu, MOTE_X86_DR(7), 0x2);
	EXPECT_EQ(0x1234, vcpu_sync(&o.cpu));
	EXPECT_EQ(0x402, vcpu_sync(&o.cpu));
	vcpu_sync(&o.cpu);
	EXPECT_EQ(0x5678, vcpu_get(&o.cpu, MOTE_X86_DR(0)));
	one_destroy(&o);
}

TEST_HARNESS_MAIN
