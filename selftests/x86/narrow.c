// SPDX-License-Identifier: GPL-2.0-only
/*
 * 16- and 32-bit code on a CPU with 64-bit registers: the upper halves of operands do
 * not count, and the instruction pointer wraps.
 */
#include "x86_vm.h"

#include "kselftest_harness.h"

#define HLT		0xf4
#define JUNK		(0x5aUL << 40)

#define MSR_STAR	0xc0000081	/* exits on either maker's CPUs */

/* Flat 32-bit code without paging, at the end of 4 GiB or anywhere */
static u8 *code;
static u64 code_gpa;

static void narrow_create(struct one *o)
{
	one_create(o, 0, NULL, 0);
	code = vm_alloc(&o->vm, PAGE);
	code_gpa = (unsigned long)code;
}

/* Up to the HLT behind the instruction */
static void run_32(struct __test_metadata *_metadata, struct one *o, const char *bytes, u64 n)
{
	memset(code, HLT, PAGE);
	memcpy(code, bytes, n);
	vcpu_set(&o->cpu, RIP, code_gpa);
	ASSERT_EQ(MOTE_EXIT_HALT, vcpu_run(&o->cpu)) TH_LOG("%02x %02x", (u8)bytes[1], (u8)bytes[2]);
	ASSERT_EQ(code_gpa + n + 1, vcpu_get(&o->cpu, RIP));
}

#define RUN_32(o, bytes) run_32(_metadata, o, bytes, sizeof(bytes) - 1)

TEST(moves_to_control_registers)
{
	struct one o;
	u64 cr0;

	narrow_create(&o);
	x86_start_flat32(&o.cpu, code_gpa);
	cr0 = vcpu_get(&o.cpu, MOTE_X86_CR0);
	/* Bits that exit on either maker's CPUs: CD, MCE */
	vcpu_set(&o.cpu, RSI, JUNK | cr0 | CR0_CD);
	RUN_32(&o, "\x0f\x22\xc6");
	EXPECT_EQ(cr0 | CR0_CD, vcpu_get(&o.cpu, MOTE_X86_CR0));
	vcpu_set(&o.cpu, RSI, JUNK | 1 << 6);
	RUN_32(&o, "\x0f\x22\xe6");
	EXPECT_EQ(1 << 6, vcpu_get(&o.cpu, MOTE_X86_CR4));
	one_destroy(&o);
}

TEST(moves_of_debug_registers)
{
	struct one o;

	narrow_create(&o);
	x86_start_flat32(&o.cpu, code_gpa);
	vcpu_set(&o.cpu, RSI, JUNK | 0x400);
	RUN_32(&o, "\x0f\x23\xfe");
	EXPECT_EQ(0x400, vcpu_get(&o.cpu, MOTE_X86_DR(7)));
	vcpu_set(&o.cpu, RSI, JUNK | 0xffff0ff1);
	RUN_32(&o, "\x0f\x23\xf6");
	EXPECT_EQ(0xffff0ff1, vcpu_get(&o.cpu, MOTE_X86_DR(6)));
	vcpu_set(&o.cpu, RSI, JUNK | 0x1234);
	RUN_32(&o, "\x0f\x23\xc6");
	EXPECT_EQ(0x1234, vcpu_get(&o.cpu, MOTE_X86_DR(0)));
	/* And from one that 64-bit code had filled */
	vcpu_set(&o.cpu, MOTE_X86_DR(1), JUNK | 0x5678);
	RUN_32(&o, "\x0f\x21\xc8");
	EXPECT_EQ(0x5678, vcpu_get(&o.cpu, RAX));
	one_destroy(&o);
}

TEST(numbers_of_hypercalls)
{
	struct one o;

	narrow_create(&o);
	vm_policy(&o.vm, MOTE_SPACE_HYPERCALL, 77, 77, MOTE_ACTION_EXIT, 0);
	x86_start_flat32(&o.cpu, code_gpa);
	memset(code, HLT, PAGE);
	memcpy(code, o.vm.info.backend == MOTE_BACKEND_SVM ? "\x0f\x01\xd9" : "\x0f\x01\xc1", 3);
	vcpu_set(&o.cpu, RAX, JUNK | 77);
	vcpu_set(&o.cpu, RBX, JUNK | 78);
	ASSERT_EQ(MOTE_EXIT_HYPERCALL, vcpu_run(&o.cpu));
	EXPECT_EQ(77, o.cpu.run->exit.hypercall.nr);
	EXPECT_EQ(78, o.cpu.run->exit.hypercall.args[0]);
	one_destroy(&o);
}

/* ---- the end of what 32 bits can address ---- */

static const struct {
	u64 len;
	u8 bytes[3];
	int exit;	/* to the runner, before it is done */
} at_the_end[] = {
	{ 2, { 0x0f, 0xa2 }, 0 },			/* CPUID */
	{ 2, { 0x0f, 0x32 }, 0 },			/* RDMSR */
	{ 2, { 0x0f, 0x30 }, 0 },			/* WRMSR */
	{ 2, { 0x0f, 0x09 }, 0 },			/* WBINVD */
	{ 3, { 0x0f, 0x21, 0xf8 }, 0 },			/* MOV EAX, DR7 */
	{ 2, { 0xe6, 0x80 }, MOTE_EXIT_PIO },		/* OUT */
	{ 1, { HLT }, MOTE_EXIT_HALT },
};

static int run_from(struct one *o, u64 rip, int exit)
{
	vcpu_set(&o->cpu, RIP, rip);
	vcpu_set(&o->cpu, RAX, 0x00070406);
	vcpu_set(&o->cpu, RDX, 0x00070406);
	vcpu_set(&o->cpu, RCX, MSR_STAR);
	if (exit && vcpu_run(&o->cpu) != exit)
		return -1;
	return vcpu_run(&o->cpu);
}

TEST(wrap_at_4_gib)
{
	u8 *last = new_pages(PAGE);
	struct one o;
	u8 *first;

	one_create(&o, 0, NULL, 0);
	first = x86_low_memory(&o.vm, MIB);
	memset(first, HLT, PAGE);
	vm_map(&o.vm, (1UL << 32) - PAGE, PAGE, last, 0);
	x86_start_flat32(&o.cpu, 0);
	for (u64 i = 0; i < ARRAY_SIZE(at_the_end); i++) {
		u64 len = at_the_end[i].len;

		memcpy(last + PAGE - len, at_the_end[i].bytes, len);
		ASSERT_EQ(MOTE_EXIT_HALT, run_from(&o, (1UL << 32) - len, at_the_end[i].exit))
			TH_LOG("%d", (int)i);
		EXPECT_EQ(1, vcpu_get(&o.cpu, RIP));
	}
	one_destroy(&o);
}

/*
 * 16-bit code does not wrap at 64 KiB: EIP goes on, and it is the limit of CS that
 * ends it.  Whatever the CPU does behind two NOPs, it does behind a CPUID.
 */
TEST(end_of_64_kib)
{
	static const u8 tries[][2] = { { 0x90, 0x90 }, { 0x0f, 0xa2 } };
	u64 rip[2];
	struct one o;
	u8 *low;

	one_create(&o, 0, NULL, 0);
	if (guest_on_tcg)
		SKIP(return, "this emulator (seen in QEMU 7.2) wraps where CPUs do not");
	low = x86_low_memory(&o.vm, MIB);
	for (int i = 0; i < 2; i++) {
		memset(low, HLT, MIB);
		/* All vectors lead to 0000:2000 */
		for (u64 v = 0; v < 256; v++)
			memcpy(low + 4 * v, "\x00\x20\x00\x00", 4);
		x86_start_real(&o.cpu, 0xfffe);
		vcpu_set(&o.cpu, MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_SELECTOR), 0);
		vcpu_set(&o.cpu, MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_BASE), 0);
		memcpy(low + 0xfffe, tries[i], 2);
		vcpu_set(&o.cpu, RIP, 0xfffe);
		ASSERT_EQ(MOTE_EXIT_HALT, vcpu_run(&o.cpu));
		rip[i] = vcpu_get(&o.cpu, RIP);
	}
	EXPECT_EQ(rip[0], rip[1]);
	one_destroy(&o);
}

TEST_HARNESS_MAIN
