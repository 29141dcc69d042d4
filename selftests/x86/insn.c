// SPDX-License-Identifier: GPL-2.0-only
/* Instructions that a hypervisor has to have an answer for. */
#include <errno.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

static void run_guest(guest_fn fn)
{
	struct one o;

	one_create(&o, 0, fn, 0);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* CPUID does not show these: they are not there */
GUEST(vmx)
{
	u64 m[2] = { 0 };

	GUEST_EQ(VECTOR_UD, GUEST_TRY("vmxoff", : : : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("vmlaunch", : : : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("vmresume", : : : "memory"));
	/* Seen in QEMU 10.0: its decoder has memory forms of RDRAND and RDSEED, which do nothing */
	if (!guest_on_tcg) {
		GUEST_EQ(VECTOR_UD, GUEST_TRY("vmxon %0", : : "m"(m) : "memory"));
		GUEST_EQ(VECTOR_UD, GUEST_TRY("vmclear %0", : : "m"(m) : "memory"));
		GUEST_EQ(VECTOR_UD, GUEST_TRY("vmptrld %0", : : "m"(m) : "memory"));
		GUEST_EQ(VECTOR_UD, GUEST_TRY("vmptrst %0", : : "m"(m) : "memory"));
	}
	GUEST_EQ(VECTOR_UD, GUEST_TRY("vmread %%rax, %%rax", : : : "rax"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("vmwrite %%rax, %%rax", : : : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("invept %0, %%rax", : : "m"(m) : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("invvpid %0, %%rax", : : "m"(m) : "memory"));
	/* Of TDX and SGX: ENCLS, SEAMCALL, TDCALL */
	GUEST_EQ(VECTOR_UD, GUEST_TRY(".byte 0x0f, 0x01, 0xcf", : : "a"(0) : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY(".byte 0x66, 0x0f, 0x01, 0xcf", : : "a"(0) : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY(".byte 0x66, 0x0f, 0x01, 0xcc", : : "a"(0) : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("vmfunc", : : "a"(0), "c"(0) : "memory"));
	/* CR4.VMXE cannot be set */
	GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%cr4", : : "r"(guest_read_cr4() | CR4_VMXE)
				      : "memory"));
	GUEST_EQ(0, guest_read_cr4() & CR4_VMXE);
}

TEST(vmx_is_not_there)
{
	run_guest(guest_vmx);
}

/* Nor are those of AMD CPUs, although EFER.SVME is set in hardware while the guest runs */
GUEST(svm)
{
	static u64 page[512] __attribute__((aligned(4096)));
	u64 efer = guest_rdmsr(0xc0000080), v;

	GUEST_EQ(VECTOR_UD, GUEST_TRY("vmrun %%rax", : : "a"(page) : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("vmload %%rax", : : "a"(page) : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("vmsave %%rax", : : "a"(page) : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("stgi", : : : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("clgi", : : : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("skinit", : : "a"(0) : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("invlpga %%rax, %%ecx", : : "a"(0), "c"(0) : "memory"));
	GUEST_EQ(0, efer & 1 << 12);
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(0xc0000080, efer | 1 << 12));
	/* VM_HSAVE_PA */
	GUEST_EQ(VECTOR_GP, guest_try_rdmsr(0xc0010117, &v));
	GUEST_EQ(VECTOR_GP, guest_try_wrmsr(0xc0010117, 0));
}

TEST(svm_is_not_there)
{
	run_guest(guest_svm);
}

GUEST(others)
{
	u64 m = 0;

	/* Of memory: some CPUs look at the operand before they exit */
	GUEST_EQ(VECTOR_UD, GUEST_TRY("monitor", : : "a"(&m), "c"(0), "d"(0) : "memory"));
	GUEST_EQ(VECTOR_UD, GUEST_TRY("mwait", : : "a"(0), "c"(0) : "memory"));
	GUEST_EQ(VECTOR_GP, GUEST_TRY("rdpmc", : : "c"(0) : "rax", "rdx"));
	GUEST_EQ(NO_FAULT, GUEST_TRY("wbinvd", : : : "memory"));
	GUEST_EQ(NO_FAULT, GUEST_TRY("invd", : : : "memory"));
	GUEST_EQ(NO_FAULT, GUEST_TRY("invlpg (%0)", : : "r"(0x1000) : "memory"));
	GUEST_EQ(NO_FAULT, GUEST_TRY("pause", : : : "memory"));
}

TEST(other_instructions)
{
	run_guest(guest_others);
}

GUEST(flush_caches)
{
	for (u64 i = 0; i < arg; i++)
		asm volatile("wbinvd; invd" : : : "memory");
}

static u64 all_exits(const struct vcpu *v)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(v->stats->exits); i++)
		sum += v->stats->exits[i];
	return sum;
}

/* The host's caches are not the guest's to flush: none of these gets through */
TEST(caches_are_the_hosts)
{
	struct one o;

	one_create(&o, 0, guest_flush_caches, 500);
	vcpu_finish(&o.cpu);
	EXPECT_LE(1000, all_exits(&o.cpu));
	one_destroy(&o);
}

/* --- hypercalls --- */

static inline u64 vmcall(u64 nr, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	u64 ret = nr;

	if (guest_is_amd)
		asm volatile("vmmcall" : "+a"(ret) : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			     : "memory");
	else
		asm volatile("vmcall" : "+a"(ret) : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			     : "memory");
	return ret;
}

GUEST(unknown_call)
{
	GUEST_EQ(-1000, vmcall(5, 0, 0, 0, 0, 0));
	GUEST_EQ(-1000, vmcall(~0ULL, 0, 0, 0, 0, 0));
}

TEST(unknown_hypercall)
{
	run_guest(guest_unknown_call);
}

GUEST(calls)
{
	guest_sync(vmcall(0x1000, 1, 2, 3, 4, 5));
	GUEST_EQ(0x5555, vmcall(0x2000, 0, 0, 0, 0, 0));
	if (guest_is_amd)
		GUEST_EQ(VECTOR_UD, GUEST_TRY("vmmcall", : : "a"(0x3000) : "memory"));
	else
		GUEST_EQ(VECTOR_UD, GUEST_TRY("vmcall", : : "a"(0x3000) : "memory"));
	GUEST_EQ(-1000, vmcall(0x1001, 1, 2, 3, 4, 5));
}

TEST(hypercall_policy)
{
	struct mote_exit_hypercall *h;
	struct one o;

	one_create(&o, 0, guest_calls, 0);
	vm_policy(&o.vm, MOTE_SPACE_HYPERCALL, 0x1000, 0x1000, MOTE_ACTION_EXIT, 0);
	vm_policy(&o.vm, MOTE_SPACE_HYPERCALL, 0x2000, 0x2fff, MOTE_ACTION_CONSTANT, 0x5555);
	vm_policy(&o.vm, MOTE_SPACE_HYPERCALL, 0x3000, 0x3000, MOTE_ACTION_FAULT, 0);
	h = &o.cpu.run->exit.hypercall;
	ASSERT_EQ(MOTE_EXIT_HYPERCALL, vcpu_run(&o.cpu));
	EXPECT_EQ(0x1000, h->nr);
	for (int i = 0; i < 5; i++) {
		EXPECT_EQ(i + 1, h->args[i]);
	}
	/* Not answered it is as if unknown */
	EXPECT_EQ(-1000, (long long)h->ret);
	h->ret = 4711;
	EXPECT_EQ(4711, vcpu_sync(&o.cpu));
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* --- XSETBV --- */

GUEST(xsetbv)
{
	u64 was;
	u32 lo, hi;

	GUEST_EQ(VECTOR_UD, GUEST_TRY("xgetbv", : : "c"(0) : "rax", "rdx"));
	guest_write_cr4(guest_read_cr4() | CR4_OSXSAVE);
	asm volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	was = lo | (u64)hi << 32;
	GUEST_EQ(1, was);
	GUEST_EQ(NO_FAULT, GUEST_TRY("xsetbv", : : "a"(3), "d"(0), "c"(0) : "memory"));
	asm volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	GUEST_EQ(3, lo);
	/* x87 off; AVX without SSE; nobody's bit; another register */
	GUEST_EQ(VECTOR_GP, GUEST_TRY("xsetbv", : : "a"(2), "d"(0), "c"(0) : "memory"));
	GUEST_EQ(VECTOR_GP, GUEST_TRY("xsetbv", : : "a"(5), "d"(0), "c"(0) : "memory"));
	GUEST_EQ(VECTOR_GP, GUEST_TRY("xsetbv", : : "a"(3), "d"(1 << 30), "c"(0) : "memory"));
	GUEST_EQ(VECTOR_GP, GUEST_TRY("xsetbv", : : "a"(3), "d"(0), "c"(1) : "memory"));
	asm volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	GUEST_EQ(3, lo);
	GUEST_EQ(0, hi);
}

TEST(xsetbv)
{
	struct one o;

	one_create(&o, 0, guest_xsetbv, 0);
	if (!x86_has(&o.vm, 1, 0, 2, 26))
		SKIP(return, "no XSAVE on this host");
	vcpu_finish(&o.cpu);
	EXPECT_EQ(3, vcpu_get(&o.cpu, MOTE_X86_XCR0));
	one_destroy(&o);
}

/* --- control registers --- */

GUEST(cr0)
{
	u64 cr0 = guest_read_cr0();

	/* What VMX operation wants set, the guest does not notice */
	GUEST_EQ(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_PE, cr0);
	guest_write_cr0(cr0 & ~CR0_NE);
	GUEST_EQ(cr0 & ~CR0_NE, guest_read_cr0());
	guest_write_cr0(cr0 | CR0_CD);
	GUEST_EQ(cr0 | CR0_CD, guest_read_cr0());
	guest_write_cr0(cr0 | CR0_CD | CR0_NW);
	GUEST_EQ(cr0 | CR0_CD | CR0_NW, guest_read_cr0());
	guest_write_cr0(cr0);
	GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%cr0", : : "r"(cr0 | CR0_NW) : "memory"));
	GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%cr0", : : "r"(cr0 & ~CR0_PE) : "memory"));
	if (!guest_on_tcg)
		GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%cr0", : : "r"(cr0 | 1UL << 32)
					      : "memory"));
	GUEST_EQ(cr0, guest_read_cr0());
	/* Refused for one bit, none of the others changes, the host's own neither */
	GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%cr0", : : "r"((cr0 & ~CR0_PG) | CR0_CD)
				      : "memory"));
	GUEST_EQ(cr0, guest_read_cr0());
	/* TS: the next FPU instruction faults */
	guest_write_cr0(cr0 | CR0_TS);
	GUEST_EQ(7, GUEST_TRY("fninit", : : : "memory"));
	asm volatile("clts");
	GUEST_EQ(NO_FAULT, GUEST_TRY("fninit", : : : "memory"));
	GUEST_EQ(cr0, guest_read_cr0());
	asm volatile("lmsw %0" : : "r"((u16)(cr0 | CR0_TS)));
	GUEST_EQ(cr0 | CR0_TS, guest_read_cr0());
	guest_write_cr0(cr0);
}

TEST(cr0)
{
	run_guest(guest_cr0);
}

/* SMSW stores as many bits as its register has, although it is a matter of 16 */
GUEST(smsw)
{
	u64 cr0 = guest_read_cr0() | CR0_CD | CR0_NW, ones = ~0ULL, v;

	guest_write_cr0(cr0);
	asm volatile("smsw %w0" : "=r"(v) : "0"(ones));
	GUEST_EQ((ones & ~0xffffULL) | (cr0 & 0xffff), v);
	asm volatile("smsw %k0" : "=r"(v) : "0"(ones));
	GUEST_EQ(cr0, v);
	asm volatile("smsw %q0" : "=r"(v) : "0"(ones));
	GUEST_EQ(cr0, v);
	asm volatile("mov %1, %%r9; smsw %%r9d; mov %%r9, %0" : "=r"(v) : "r"(ones) : "r9");
	GUEST_EQ(cr0, v);
	v = ones;
	asm volatile("smsw %0" : "+m"(v));
	GUEST_EQ((ones & ~0xffffULL) | (cr0 & 0xffff), v);
	/* Without an exit, perhaps */
	cr0 &= ~(CR0_CD | CR0_NW);
	guest_write_cr0(cr0);
	asm volatile("fninit; smsw %k0" : "=r"(v) : "0"(ones));
	GUEST_EQ(cr0, v);
}

TEST(smsw)
{
	run_guest(guest_smsw);
}

GUEST(caches_off)
{
	u64 cr0;

	/* With the FPU in use nothing else makes CR0 exit */
	asm volatile("fninit");
	cr0 = guest_read_cr0() | CR0_CD;
	guest_write_cr0(cr0);
	for (int i = 0; i < 10; i++)
		GUEST_EQ(cr0, guest_read_cr0());
}

/*
 * A guest that believes its caches to be off has them on.  SVM cannot show it
 * another CR0 than hardware has: reads exit.
 */
TEST(caches_stay_on)
{
	struct one o;

	one_create(&o, 0, guest_caches_off, 0);
	vcpu_finish(&o.cpu);
	if (o.vm.info.backend == MOTE_BACKEND_SVM)
		EXPECT_LE(11, o.cpu.stats->exits[MOTE_EXIT_CONTROL]);
	one_destroy(&o);
}

GUEST(cr4)
{
	u64 cr4 = guest_read_cr4();

	GUEST_EQ(CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT, cr4);
	/* Machine checks stay on for the host, whatever the guest has */
	guest_write_cr4(cr4 | 1 << 6);
	GUEST_EQ(cr4 | 1 << 6, guest_read_cr4());
	guest_write_cr4(cr4 | 1 << 7 | 1 << 3);
	GUEST_EQ(cr4 | 1 << 7 | 1 << 3, guest_read_cr4());
	guest_write_cr4(cr4);
	GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%cr4", : : "r"((cr4 & ~CR4_PAE) | 1 << 6)
				      : "memory"));
	GUEST_EQ(cr4, guest_read_cr4());
	GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%cr4", : : "r"(cr4 | 1UL << 40) : "memory"));
	GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%cr4", : : "r"(cr4 | 1UL << 31) : "memory"));
	GUEST_EQ(cr4, guest_read_cr4());
}

TEST(cr4)
{
	run_guest(guest_cr4);
}

GUEST(cr8)
{
	GUEST_EQ(0, guest_read_cr8());
	for (u64 i = 0; i < 16; i++) {
		guest_write_cr8(i);
		GUEST_EQ(i, guest_read_cr8());
	}
	if (!guest_on_tcg)
		GUEST_EQ(VECTOR_GP, GUEST_TRY("mov %0, %%cr8", : : "r"(16UL) : "memory"));
	GUEST_EQ(15, guest_read_cr8());
	guest_sync(0);
	GUEST_EQ(3, guest_read_cr8());
}

static void with_cr8(struct __test_metadata *_metadata, u32 flags)
{
	struct one o;

	one_create(&o, flags, guest_cr8, 0);
	vcpu_sync(&o.cpu);
	EXPECT_EQ(15, vcpu_get(&o.cpu, MOTE_X86_CR8));
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	vcpu_run(&o.cpu);
	vcpu_set(&o.cpu, MOTE_X86_CR8, 3);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

TEST(cr8)
{
	with_cr8(_metadata, 0);
}

TEST(cr8_with_irqchip)
{
	with_cr8(_metadata, VM_IRQCHIP);
}

TEST_HARNESS_MAIN
