// SPDX-License-Identifier: GPL-2.0-only
/* Port I/O: widths, directions, string and repeated forms, policies. */
#include <errno.h>
#include <libmote_x86.h>
#include <sys/io.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

#define PORT	0x1234

static volatile u64 result;

static struct mote_exit_pio *pio(struct one *o)
{
	return &o->cpu.run->exit.pio;
}

static void out_all(u64 port)
{
	asm volatile("outb %%al, %%dx" : : "a"(0x1122334455667788), "d"(port));
	asm volatile("outw %%ax, %%dx" : : "a"(0x1122334455667788), "d"(port));
	asm volatile("outl %%eax, %%dx" : : "a"(0x1122334455667788), "d"(port));
	asm volatile("outb %%al, $0x80" : : "a"(0x99));
	asm volatile("outl %%eax, $0x84" : : "a"(0xabcdef01));
}

static void expect_out(struct __test_metadata *_metadata, struct one *o, u16 port, u8 bytes,
		       u64 data)
{
	ASSERT_EQ(MOTE_EXIT_PIO, vcpu_run(&o->cpu));
	EXPECT_EQ(port, pio(o)->port);
	EXPECT_EQ(bytes, pio(o)->bytes);
	EXPECT_EQ(MOTE_PIO_WRITE, pio(o)->flags);
	EXPECT_EQ(data, pio(o)->data);
	EXPECT_EQ(MOTE_EXIT_PENDING, o->cpu.run->exit.flags);
}

TEST(out_widths)
{
	struct one o;

	one_create(&o, 0, out_all, PORT);
	expect_out(_metadata, &o, PORT, 1, 0x88);
	expect_out(_metadata, &o, PORT, 2, 0x7788);
	expect_out(_metadata, &o, PORT, 4, 0x55667788);
	expect_out(_metadata, &o, 0x80, 1, 0x99);
	expect_out(_metadata, &o, 0x84, 4, 0xabcdef01);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

TEST(all_ports)
{
	static const u16 ports[] = { 0, 1, 0x20, 0x3f8, 0x7fff, 0x8000, 0xcf8, 0xffff };
	struct one o;

	for (unsigned int i = 0; i < ARRAY_SIZE(ports); i++) {
		one_create(&o, 0, out_all, ports[i]);
		expect_out(_metadata, &o, ports[i], 1, 0x88);
		one_destroy(&o);
	}
}

/* AL and AX are merged into RAX, EAX clears what is above it */
static void in_all(u64 port)
{
	u64 rax = 0x1122334455667788;

	asm volatile("inb %%dx, %%al" : "+a"(rax) : "d"(port));
	guest_sync(rax);
	rax = 0x1122334455667788;
	asm volatile("inw %%dx, %%ax" : "+a"(rax) : "d"(port));
	guest_sync(rax);
	rax = 0x1122334455667788;
	asm volatile("inl %%dx, %%eax" : "+a"(rax) : "d"(port));
	guest_sync(rax);
}

TEST(in_widths)
{
	static const u64 want[] = { 0x11223344556677ef, 0x112233445566cdef, 0x89abcdef };
	struct one o;

	one_create(&o, 0, in_all, PORT);
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(MOTE_EXIT_PIO, vcpu_run(&o.cpu));
		EXPECT_EQ(0, pio(&o)->flags);
		EXPECT_EQ(1 << i, pio(&o)->bytes);
		/* More than the guest asked for: only the width counts */
		pio(&o)->data = 0x0123456789abcdef;
		EXPECT_EQ(want[i], vcpu_sync(&o.cpu));
	}
	one_destroy(&o);
}

/* The state in between can be seen: RIP at the instruction, then behind it */
TEST(answer_without_entering)
{
	struct one o;
	u64 rip;

	one_create(&o, 0, in_all, PORT);
	ASSERT_EQ(MOTE_EXIT_PIO, vcpu_run(&o.cpu));
	rip = vcpu_get(&o.cpu, RIP);
	EXPECT_EQ(rip, o.cpu.run->exit.pc);
	pio(&o)->data = 0x42;
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	EXPECT_EQ(MOTE_EXIT_NONE, vcpu_run(&o.cpu));
	EXPECT_EQ(rip + 1, vcpu_get(&o.cpu, RIP));
	EXPECT_EQ(0x1122334455667742, vcpu_get(&o.cpu, RAX));
	EXPECT_EQ(0x1122334455667742, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* --- string forms, with libmote --- */

struct device {
	struct one *o;
	struct mote_x86_emul emul;
	struct mote_x86_env env;
	u32 seen[64];
	unsigned int count;
};

static void on_port(void *opaque, u16 port, u32 bytes, int write, u32 *value)
{
	struct device *d = opaque;

	if (port != PORT || d->count == ARRAY_SIZE(d->seen))
		die("port 0x%x", port);
	if (!write)
		*value = 0x10101010 * (d->count + 1) & (u32)(~0ULL >> (64 - 8 * bytes));
	d->seen[d->count++] = *value;
}

static void on_mmio(void *opaque, u64 gpa, void *data, u32 bytes, int write)
{
	(void)opaque;
	(void)data;
	die("MMIO at 0x%llx, %u bytes, write %d", gpa, bytes, write);
}

static void device_create(struct device *d, struct one *o)
{
	memset(d, 0, sizeof(*d));
	d->o = o;
	d->env = (struct mote_x86_env){ { o->cpu.fd, &o->vm.mem, d, on_mmio }, on_port };
	MUST(mote_x86_emul_init(&d->emul, &mote_x86_vcpu_ops, &d->env));
}

/* Carry out string exits until something else comes */
static int run_strings(struct device *d)
{
	int got;

	for (;;) {
		got = vcpu_wait(&d->o->cpu);
		if (got != MOTE_EXIT_PIO || !(pio(d->o)->flags & MOTE_PIO_STRING))
			return got;
		if (mote_x86_pio_string(&d->emul, d->o->cpu.run))
			die("%s", d->emul.why);
	}
}

static u32 words[16];

GUEST(outs)
{
	void *p = words;
	u64 n = 5;

	asm volatile("outsl" : "+S"(p) : "d"(PORT) : "memory");
	GUEST_EQ(&words[1], p);
	asm volatile("rep outsl" : "+S"(p), "+c"(n) : "d"(PORT) : "memory");
	GUEST_EQ(&words[6], p);
	GUEST_EQ(0, n);
	p = (u8 *)words + 3;
	n = 3;
	asm volatile("std; rep outsb; cld" : "+S"(p), "+c"(n) : "d"(PORT) : "memory");
	GUEST_EQ(words, p);
	/* Nothing at all */
	n = 0;
	asm volatile("rep outsw" : "+S"(p), "+c"(n) : "d"(PORT) : "memory");
	GUEST_EQ(words, p);
}

TEST(string_out)
{
	struct device d;
	struct one o;

	for (int i = 0; i < 16; i++)
		words[i] = 0x01020304 + i;
	one_create(&o, 0, guest_outs, 0);
	device_create(&d, &o);
	EXPECT_EQ(GOT_DONE, run_strings(&d));
	ASSERT_EQ(9, d.count);
	for (int i = 0; i < 6; i++) {
		EXPECT_EQ(words[i], d.seen[i]);
	}
	EXPECT_EQ(1, d.seen[6]);
	EXPECT_EQ(2, d.seen[7]);
	EXPECT_EQ(3, d.seen[8]);
	one_destroy(&o);
}

GUEST(ins)
{
	u8 *p = (u8 *)arg;
	u64 n = 4;

	/* Across a page boundary */
	asm volatile("rep insl" : "+D"(p), "+c"(n) : "d"(PORT) : "memory");
	GUEST_EQ(arg + 16, p);
	GUEST_EQ(0, n);
	asm volatile("insb" : "+D"(p) : "d"(PORT) : "memory");
	GUEST_EQ(arg + 17, p);
	asm volatile("insw" : "+D"(p) : "d"(PORT) : "memory");
	GUEST_EQ(arg + 19, p);
}

TEST(string_in)
{
	struct device d;
	struct one o;
	u8 *p;

	one_create(&o, 0, NULL, 0);
	p = vm_alloc(&o.vm, 2 * PAGE);
	p += PAGE - 6;
	vcpu_start(&o.cpu, guest_ins, (unsigned long)p);
	device_create(&d, &o);
	EXPECT_EQ(GOT_DONE, run_strings(&d));
	EXPECT_EQ(6, d.count);
	for (int i = 0; i < 16; i++) {
		EXPECT_EQ(0x10 * (i / 4 + 1), p[i]);
	}
	EXPECT_EQ(0x50, p[16]);
	EXPECT_EQ(0x60, p[17]);
	EXPECT_EQ(0x60, p[18]);
	EXPECT_EQ(0, p[19]);
	one_destroy(&o);
}

TEST(string_exit_record)
{
	struct one o;

	one_create(&o, 0, guest_outs, 0);
	ASSERT_EQ(MOTE_EXIT_PIO, vcpu_run(&o.cpu));
	EXPECT_EQ(MOTE_PIO_WRITE | MOTE_PIO_STRING, pio(&o)->flags);
	EXPECT_EQ(4, pio(&o)->bytes);
	EXPECT_EQ(8, pio(&o)->addr_bytes);
	EXPECT_EQ((unsigned long)words, pio(&o)->gva);
	EXPECT_EQ(MOTE_STATE_REGS, o.cpu.run->state);
	EXPECT_EQ(PORT, o.cpu.run->regs.gpr[MOTE_X86_RDX]);
	EXPECT_EQ(64, o.cpu.run->regs.mode);
	EXPECT_EQ(0, o.cpu.run->regs.cpl);
	one_destroy(&o);
}

/* In real mode each segment has a base, and OUTS a choice of segment */
TEST(string_segments)
{
	/* By MOTE_X86_ES ..., and last without a prefix, which is DS */
	static const u8 prefix[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x90 };

	for (unsigned int i = 0; i < ARRAY_SIZE(prefix); i++) {
		unsigned int which = i <= MOTE_X86_GS ? i : MOTE_X86_DS;
		const u8 code[] = { prefix[i], 0x6e };
		struct one o;

		one_create(&o, 0, NULL, 0);
		memcpy(x86_low_memory(&o.vm, MIB) + 0x8000, code, sizeof(code));
		x86_start_real(&o.cpu, 0x8000);
		vcpu_set(&o.cpu, RSI, 0x56);
		for (unsigned int s = MOTE_X86_SS; s <= MOTE_X86_GS; s++)
			vcpu_set(&o.cpu, MOTE_X86_SEG(s, MOTE_X86_SEG_BASE), 0x10000 * s);
		vcpu_set(&o.cpu, MOTE_X86_SEG(MOTE_X86_ES, MOTE_X86_SEG_BASE), 0x60000);
		ASSERT_EQ(MOTE_EXIT_PIO, vcpu_run(&o.cpu));
		EXPECT_EQ(2, pio(&o)->addr_bytes);
		EXPECT_EQ(0x56 + vcpu_get(&o.cpu, MOTE_X86_SEG(which, MOTE_X86_SEG_BASE)),
			  pio(&o)->gva)
			TH_LOG("prefix 0x%x", prefix[i]);
		one_destroy(&o);
	}
}

/* --- policies --- */

GUEST(constant)
{
	GUEST_EQ(0x5a, guest_in8(PORT));
	guest_out8(PORT, 1);
	GUEST_EQ(0x5a, guest_in8(PORT + 3));
	guest_sync(guest_in8(PORT + 4));
}

TEST(policy_constant)
{
	struct one o;

	one_create(&o, 0, guest_constant, 0);
	vm_policy(&o.vm, MOTE_SPACE_PIO, PORT, PORT + 3, MOTE_ACTION_CONSTANT, 0x5a);
	ASSERT_EQ(MOTE_EXIT_PIO, vcpu_run(&o.cpu));
	EXPECT_EQ(PORT + 4, pio(&o)->port);
	/* Taken back, it exits again */
	vm_policy(&o.vm, MOTE_SPACE_PIO, PORT, PORT + 3, MOTE_ACTION_DEFAULT, 0);
	vcpu_start(&o.cpu, guest_constant, 0);
	ASSERT_EQ(MOTE_EXIT_PIO, vcpu_run(&o.cpu));
	EXPECT_EQ(PORT, pio(&o)->port);
	one_destroy(&o);
}

GUEST(faulting)
{
	GUEST_EQ(VECTOR_GP, GUEST_TRY("inb %%dx, %%al", : : "d"(PORT) : "rax"));
	GUEST_EQ(0, guest_fault.error);
	GUEST_EQ(NO_FAULT, GUEST_TRY("outb %%al, %%dx", : : "d"(PORT), "a"(7)));
	result = 1;
}

TEST(policy_fault_of_one_direction)
{
	struct mote_policy p = {
		.space = MOTE_SPACE_PIO, .action = MOTE_ACTION_FAULT, .first = PORT, .last = PORT,
		.access = MOTE_ACCESS_READ,
	};
	struct one o;

	one_create(&o, 0, guest_faulting, 0);
	must_policy(o.vm.fd, &p);
	expect_out(_metadata, &o, PORT, 1, 7);
	vcpu_finish(&o.cpu);
	EXPECT_EQ(1, result);
	one_destroy(&o);
}

/* A later rule wins where they overlap, and only there */
GUEST(three_ports)
{
	GUEST_EQ(1, guest_in8(10));
	GUEST_EQ(2, guest_in8(11));
	GUEST_EQ(2, guest_in8(12));
	GUEST_EQ(1, guest_in8(13));
}

TEST(policy_overlap)
{
	struct one o;

	one_create(&o, 0, guest_three_ports, 0);
	vm_policy(&o.vm, MOTE_SPACE_PIO, 10, 13, MOTE_ACTION_CONSTANT, 1);
	vm_policy(&o.vm, MOTE_SPACE_PIO, 11, 12, MOTE_ACTION_CONSTANT, 2);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

TEST(policy_limits)
{
	struct mote_policy p = {
		.space = MOTE_SPACE_PIO, .action = MOTE_ACTION_EXIT, .first = 0, .last = 0x10000,
		.access = MOTE_ACCESS_READ,
	};
	struct one o;

	one_create(&o, 0, NULL, 0);
	EXPECT_EQ(-EINVAL, mote_policy(o.vm.fd, &p));
	p.last = 0xffff;
	EXPECT_EQ(0, mote_policy(o.vm.fd, &p));
	one_destroy(&o);
}

/* The host's own CMOS: an index port and a data port */
GUEST(cmos)
{
	guest_out8(0x70, arg);
	guest_sync(guest_in8(0x71));
}

TEST(policy_pass)
{
	struct mote_policy p = {
		.space = MOTE_SPACE_PIO, .action = MOTE_ACTION_PASS, .first = 0x70, .last = 0x71,
		.access = MOTE_ACCESS_READ | MOTE_ACCESS_WRITE,
	};
	struct one o;
	u8 want;

	/* Status register B: does not change by itself */
	if (ioperm(0x70, 2, 1))
		SKIP(return, "this kernel has no ioperm()");
	guest_out8(0x70, 0x0b);
	want = guest_in8(0x71);
	one_create(&o, 0, guest_cmos, 0x0b);
	must_policy(o.vm.fd, &p);
	EXPECT_EQ(want, vcpu_sync(&o.cpu));
	/* Only for those who could do it themselves */
	ASSERT_EQ(0, seteuid(65534));
	EXPECT_EQ(-EPERM, mote_policy(o.vm.fd, &p));
	one_destroy(&o);
}

TEST_HARNESS_MAIN
