// SPDX-License-Identifier: GPL-2.0-only
/*
 * MMIO by loads and stores of all kinds: those that the syndrome describes,
 * finished by the kernel, and the others, carried out by libmote.
 */
#include "a64_vm.h"
#include "device.h"

#include "kselftest_harness.h"

/* Plain loads into X and W registers: never what the compiler makes of them */
#define LOAD(insn, offset) ({							\
	u64 _v = 0xaaaaaaaaaaaaaaaa;						\
										\
	asm volatile(insn " %x0, [%1]" : "+r"(_v) : "r"(AT(offset)) : "memory");	\
	_v;									\
})
#define LOADW(insn, offset) ({							\
	u64 _v = 0xaaaaaaaaaaaaaaaa;						\
										\
	asm volatile(insn " %w0, [%1]" : "+r"(_v) : "r"(AT(offset)) : "memory");	\
	_v;									\
})
#define STORE(insn, offset, value)						\
	asm volatile(insn " %x0, [%1]" : : "r"((u64)(value)), "r"(AT(offset)) : "memory")
#define STOREW(insn, offset, value)						\
	asm volatile(insn " %w0, [%1]" : : "r"((u64)(value)), "r"(AT(offset)) : "memory")

GUEST(widths)
{
	STORE("str", 0, 0x1122334455667788);
	GUEST_EQ(0x88, LOADW("ldrb", 0));
	GUEST_EQ(0x7788, LOADW("ldrh", 0));
	GUEST_EQ(0x11223344, LOADW("ldr", 4));
	GUEST_EQ(0x1122334455667788, LOAD("ldr", 0));
	STOREW("strb", 0, 0xffaa);
	STOREW("strh", 2, 0xffbbbb);
	STOREW("str", 4, 0xffffcccccccc);
	GUEST_EQ(0xccccccccbbbb77aa, LOAD("ldr", 0));
}

TEST(widths)
{
	device_run(guest_widths, DECODED);
}

/* W destinations clear the upper half, X destinations extend the sign to all of it */
GUEST(sign_extension)
{
	STORE("str", 8, 0x80000000fffe80f0);
	GUEST_EQ(0xf0, LOADW("ldrb", 8));
	GUEST_EQ(0xfffffff0, LOADW("ldrsb", 8));
	GUEST_EQ(0xfffffffffffffff0, LOAD("ldrsb", 8));
	GUEST_EQ(0x80f0, LOADW("ldrh", 8));
	GUEST_EQ(0xffff80f0, LOADW("ldrsh", 8));
	GUEST_EQ(0xffffffffffff80f0, LOAD("ldrsh", 8));
	GUEST_EQ(0x80000000, LOADW("ldr", 12));
	GUEST_EQ(0xffffffff80000000, LOAD("ldrsw", 12));
	STOREW("strb", 0, 0x7e);
	GUEST_EQ(0x7e, LOAD("ldrsb", 0));
}

TEST(sign_extension)
{
	device_run(guest_sign_extension, DECODED);
}

GUEST(xzr)
{
	STORE("str", 0, ~0ULL);
	asm volatile("ldr xzr, [%0]\n\tldr wzr, [%0]\n\tldrb wzr, [%0]"
		     : : "r"(AT(0)) : "memory");
	asm volatile("str wzr, [%0]" : : "r"(AT(0)) : "memory");
	GUEST_EQ(0xffffffff00000000, LOAD("ldr", 0));
	asm volatile("str xzr, [%0]" : : "r"(AT(0)) : "memory");
	GUEST_EQ(0, LOAD("ldr", 0));
}

TEST(zero_register)
{
	device_run(guest_xzr, DECODED);
}

/* Each general register as the target of a load and the source of a store */
#define ONE_REGISTER(n)								\
	asm volatile("str %1, [%0]\n\tldr x" #n ", [%0]\n\tstr x" #n ", [%0, #8]"	\
		     : : "r"(AT(0)), "r"(0x1000ULL + n) : "x" #n, "memory");	\
	GUEST_EQ(0x1000 + n, LOAD("ldr", 8))

GUEST(all_registers)
{
	ONE_REGISTER(0); ONE_REGISTER(1); ONE_REGISTER(2); ONE_REGISTER(3);
	ONE_REGISTER(4); ONE_REGISTER(5); ONE_REGISTER(6); ONE_REGISTER(7);
	ONE_REGISTER(8); ONE_REGISTER(9); ONE_REGISTER(10); ONE_REGISTER(11);
	ONE_REGISTER(12); ONE_REGISTER(13); ONE_REGISTER(14); ONE_REGISTER(15);
	ONE_REGISTER(16); ONE_REGISTER(17); ONE_REGISTER(18); ONE_REGISTER(19);
	ONE_REGISTER(20); ONE_REGISTER(21); ONE_REGISTER(22); ONE_REGISTER(23);
	ONE_REGISTER(24); ONE_REGISTER(25); ONE_REGISTER(26); ONE_REGISTER(27);
	ONE_REGISTER(28); ONE_REGISTER(30);
}

TEST(all_registers)
{
	device_run(guest_all_registers, DECODED);
}

/* Offsets and acquire and release have a valid syndrome, too */
GUEST(addressing)
{
	u64 v, off = 2;

	asm volatile("str %1, [%0, #32]" : : "r"(AT(0)), "r"(0x1234ULL) : "memory");
	GUEST_EQ(0x1234, LOAD("ldr", 32));
	asm volatile("ldr %0, [%1, %2, lsl #3]" : "=r"(v) : "r"(AT(16)), "r"(off) : "memory");
	GUEST_EQ(0x1234, v);
	asm volatile("ldur %0, [%1, #-8]" : "=r"(v) : "r"(AT(40)) : "memory");
	GUEST_EQ(0x1234, v);
	asm volatile("stlr %0, [%1]" : : "r"(0x77ULL), "r"(AT(40)) : "memory");
	GUEST_EQ(0x77, LOAD("ldar", 40));
}

TEST(addressing)
{
	device_run(guest_addressing, DECODED);
}

/* Data accesses in the other order: what a big-endian driver would see */
GUEST(big_endian)
{
	STORE("str", 0, 0x1122334455667788);
	guest_msr(sctlr_el1, guest_mrs(sctlr_el1) | SCTLR_EE);
	GUEST_EQ(0x8877665544332211, LOAD("ldr", 0));
	GUEST_EQ(0x88776655, LOADW("ldr", 0));
	GUEST_EQ(0x8877, LOADW("ldrh", 0));
	GUEST_EQ(0x88, LOADW("ldrb", 0));
	GUEST_EQ(0xffff8877, LOADW("ldrsh", 0));
	STOREW("str", 0, 0x01020304);
	guest_msr(sctlr_el1, guest_mrs(sctlr_el1) & ~SCTLR_EE);
	GUEST_EQ(0x1122334404030201, LOAD("ldr", 0));
}

/*
 * The guest's stage-1 tables are read in SCTLR_EL1.EE's order, too: tables that
 * are palindromes do not exist, so it runs without paging.
 */
TEST(big_endian)
{
	struct device *d = device_create(guest_big_endian, 0);

	vcpu_set(&d->o.cpu, REG_SCTLR, SCTLR_RES1);
	EXPECT_EQ(GOT_DONE, device_serve(d));
	EXPECT_LT(0, d->decoded);
	device_destroy(d);
}

/* --- no valid syndrome --- */

GUEST(write_back)
{
	u64 p = AT(0), v = 0;

	asm volatile("str %1, [%0], #8" : "+r"(p) : "r"(0x1111ULL) : "memory");
	GUEST_EQ(AT(8), p);
	asm volatile("str %1, [%0, #8]!" : "+r"(p) : "r"(0x2222ULL) : "memory");
	GUEST_EQ(AT(16), p);
	p = AT(0);
	asm volatile("ldr %1, [%0], #16" : "+r"(p), "+r"(v) : : "memory");
	GUEST_EQ(0x1111, v);
	GUEST_EQ(AT(16), p);
	asm volatile("ldr %1, [%0, #-16]!" : "+r"(p), "+r"(v) : : "memory");
	GUEST_EQ(AT(0), p);
	asm volatile("ldrsb %1, [%0], #-1" : "+r"(p), "+r"(v) : : "memory");
	GUEST_EQ(0x11, v);
	GUEST_EQ(AT(-1), p);
	p = AT(16);
	asm volatile("ldrh %w1, [%0], #2" : "+r"(p), "+r"(v) : : "memory");
	GUEST_EQ(0x2222, v);
}

TEST(write_back)
{
	device_run(guest_write_back, UNDECODED);
}

GUEST(pairs)
{
	u64 p = AT(0), a = 1, b = 2;

	asm volatile("stp %1, %2, [%0]" : : "r"(p), "r"(0x1111ULL), "r"(0x2222ULL) : "memory");
	asm volatile("ldp %1, %2, [%3]" : "+r"(p), "+r"(a), "+r"(b) : "r"(AT(0)) : "memory");
	GUEST_EQ(0x1111, a);
	GUEST_EQ(0x2222, b);
	asm volatile("stp %w1, %w2, [%0, #16]!" : "+r"(p) : "r"(0x33ULL), "r"(0x44ULL)
		     : "memory");
	GUEST_EQ(AT(16), p);
	asm volatile("ldp %w1, %w2, [%0], #-16" : "+r"(p), "+r"(a), "+r"(b) : : "memory");
	GUEST_EQ(AT(0), p);
	GUEST_EQ(0x33, a);
	GUEST_EQ(0x44, b);
	asm volatile("stp xzr, %1, [%0]" : : "r"(p), "r"(0x80000000ULL) : "memory");
	asm volatile("ldpsw %1, %2, [%0, #4]" : "+r"(p), "+r"(a), "+r"(b) : : "memory");
	GUEST_EQ(0, a);
	GUEST_EQ(0xffffffff80000000, b);
}

TEST(pairs)
{
	device_run(guest_pairs, UNDECODED);
}

GUEST(simd)
{
	static u64 in[2], out[2];
	u64 p = AT(0x40);

	in[0] = 0x0123456789abcdef;
	in[1] = 0xfedcba9876543210;
	asm volatile("ldr q5, [%1]\n\tstr q5, [%0]\n\tldr q6, [%0]\n\tstr q6, [%2]"
		     : : "r"(p), "r"(in), "r"(out) : "v5", "v6", "memory");
	GUEST_EQ(in[0], out[0]);
	GUEST_EQ(in[1], out[1]);
	asm volatile("ldr d7, [%0], #8\n\tstr q7, [%1]" : "+r"(p) : "r"(out) : "v7", "memory");
	GUEST_EQ(in[0], out[0]);
	GUEST_EQ(0, out[1]);
	GUEST_EQ(AT(0x48), p);
}

TEST(vector_registers)
{
	device_run(guest_simd, UNDECODED);
}

GUEST(stack)
{
	u64 v, sp;

	/* The stack pointer is a base like any other */
	asm volatile("mov %1, sp\n\tmov sp, %2\n\tstr %3, [sp, #-16]!\n\tldr %0, [sp], #16\n\t"
		     "mov sp, %1" : "=&r"(v), "=&r"(sp) : "r"(AT(0x100)), "r"(0x5555ULL)
		     : "memory");
	GUEST_EQ(0x5555, v);
}

TEST(stack_pointer)
{
	device_run(guest_stack, UNDECODED);
}

/* A pair across the end of a page: the second part is memory */
GUEST(across)
{
	u64 a = 0, b = 0;

	asm volatile("ldp %0, %1, [%2]" : "+r"(a), "+r"(b) : "r"(AT(2 * PAGE - 8)) : "memory");
	GUEST_EQ(0x1111, a);
	GUEST_EQ(0x2222, b);
	asm volatile("stp %0, %1, [%2]" : : "r"(0x33ULL), "r"(0x44ULL), "r"(AT(2 * PAGE - 8))
		     : "memory");
}

TEST(across_pages)
{
	struct device *d = device_create(guest_across, 0);
	u64 *p = new_pages(PAGE);

	p[0] = 0x2222;
	d->mem[2 * PAGE - 8] = 0x11;
	d->mem[2 * PAGE - 7] = 0x11;
	vm_map(&d->o.vm, MMIO_GPA + 2 * PAGE, PAGE, p, 0);
	EXPECT_EQ(GOT_DONE, device_serve(d));
	EXPECT_EQ(0x44, p[0]);
	EXPECT_EQ(0x33, d->mem[2 * PAGE - 8]);
	device_destroy(d);
}

/* --- the exit itself --- */

GUEST(one_of_each)
{
	u64 p = AT(0x10), v = 0;

	STOREW("strh", 0x20, 0x12345678);
	GUEST_EQ(0x99, LOADW("ldrb", 0x21));
	asm volatile("ldr %1, [%0], #8" : "+r"(p), "+r"(v) : : "memory");
}

TEST(exit_record)
{
	const struct mote_exit *e;
	struct one o;

	one_create(&o, 0, guest_one_of_each, 0);
	e = &o.cpu.run->exit;
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_wait(&o.cpu));
	EXPECT_EQ(AT(0x20), e->mmio.gpa);
	EXPECT_EQ(MOTE_ACCESS_WRITE, e->mmio.access);
	EXPECT_EQ(1, e->mmio.decoded);
	EXPECT_EQ(2, e->mmio.bytes);
	EXPECT_EQ(0x5678, e->mmio.data);
	EXPECT_EQ(EC_DABT_USER, e->mmio.syndrome >> 26);
	EXPECT_TRUE(e->flags & MOTE_EXIT_PENDING);
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_wait(&o.cpu));
	EXPECT_EQ(AT(0x21), e->mmio.gpa);
	EXPECT_EQ(MOTE_ACCESS_READ, e->mmio.access);
	EXPECT_EQ(1, e->mmio.bytes);
	/* More than the width is cut off */
	o.cpu.run->exit.mmio.data = 0xffffff99;
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_wait(&o.cpu));
	EXPECT_EQ(AT(0x10), e->mmio.gpa);
	EXPECT_EQ(MOTE_ACCESS_READ, e->mmio.access);
	EXPECT_EQ(0, e->mmio.decoded);
	EXPECT_EQ(4, e->mmio.insn_bytes);
	/* ldr xN, [xM], #8 */
	EXPECT_EQ(0xf8408400, *(u32 *)e->mmio.insn & ~0x3ffu);
	EXPECT_EQ(*(u32 *)e->pc, *(u32 *)e->mmio.insn);
	EXPECT_TRUE(e->mmio.flags & MOTE_MMIO_GVA);
	EXPECT_EQ(AT(0x10), e->mmio.gva);
	EXPECT_TRUE(o.cpu.run->state & MOTE_STATE_REGS);
	EXPECT_EQ(e->pc, o.cpu.run->regs.pc);
	/* Unanswered, it happens again */
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_wait(&o.cpu));
	EXPECT_EQ(AT(0x10), e->mmio.gpa);
	one_destroy(&o);
}

/* The same from EL0, where the fault comes from another privilege */
static void user_mmio(u64 p)
{
	u64 v;

	asm volatile("str %1, [%2]\n\tldr %0, [%2], #8\n\tstr %0, [%2]\n\tsvc #0"
		     : "=&r"(v) : "r"(0x4242ULL), "r"(p) : "memory");
}

static u8 user_stack[4096] __attribute__((aligned(16)));

GUEST(at_el0)
{
	GUEST_EQ(EC_SVC, guest_user(USER(user_mmio), USER(AT(0)),
				    USER(user_stack + sizeof(user_stack)),
				    PSTATE_DAIF | PSTATE_EL0T));
	GUEST_EQ(0x4242, LOAD("ldr", 8));
}

TEST(at_el0)
{
	device_run(guest_at_el0, BOTH);
}

/* Fetching from a device: an exit that says so, or the guest's own abort; never a hang */
static void come_back(struct guest_frame *f)
{
	guest_fault.ec = ESR_EC(f->esr);
	guest_fault.far = f->far;
	f->elr = f->x[30];
}

GUEST(fetch)
{
	guest_handlers[VECTOR_SYNC] = come_back;
	((guest_fn)arg)(0);
	GUEST_EQ(arg, guest_fault.far);
	guest_sync(guest_fault.ec);
}

TEST(fetch_from_a_device)
{
	struct one o;
	int got;

	one_create(&o, 0, guest_fetch, 24UL << 30);
	a64_map(&o.vm, 24UL << 30, MMIO_GPA, PAGE, PTE_MEMORY | PTE_UXN);
	got = vcpu_wait(&o.cpu);
	if (got == MOTE_EXIT_MMIO) {
		EXPECT_EQ(MOTE_ACCESS_EXEC, o.cpu.run->exit.mmio.access);
		EXPECT_EQ(MMIO_GPA, o.cpu.run->exit.mmio.gpa);
		EXPECT_EQ(0, o.cpu.run->exit.mmio.decoded);
	} else {
		ASSERT_EQ(GOT_SYNC, got);
		EXPECT_EQ(EC_IABT, o.cpu.said[0]);
	}
	one_destroy(&o);
}

TEST_HARNESS_MAIN
