// SPDX-License-Identifier: GPL-2.0-only
/* MMIO by instructions of all kinds, carried out by libmote against a device. */
#include <errno.h>

#include "device.h"
#include "x86_vm.h"

#include "kselftest_harness.h"

#define MMIO_TEXT	"0xd0000000"	/* AT(0) for the assembler */

GUEST(widths)
{
	guest_write64(AT(0), 0x1122334455667788);
	GUEST_EQ(0x88, guest_read8(AT(0)));
	GUEST_EQ(0x6677, guest_read16(AT(1)));
	GUEST_EQ(0x33445566, guest_read32(AT(2)));
	GUEST_EQ(0x1122334455667788, guest_read64(AT(0)));
	guest_write8(AT(0), 0xaa);
	guest_write16(AT(2), 0xbbbb);
	guest_write32(AT(4), 0xcccccccc);
	GUEST_EQ(0xccccccccbbbb77aa, guest_read64(AT(0)));
}

TEST(widths)
{
	device_run(guest_widths, DECODED);
}

GUEST(read_modify_write)
{
	volatile u32 *p = (u32 *)AT(0x40);
	u8 flags;

	*p = 0xf0;
	asm volatile("orl $0x0f, %0" : "+m"(*p));
	GUEST_EQ(0xff, *p);
	asm volatile("andl $0x3c, %0" : "+m"(*p));
	GUEST_EQ(0x3c, *p);
	asm volatile("addl $4, %0" : "+m"(*p));
	GUEST_EQ(0x40, *p);
	asm volatile("lock xorl $1, %0" : "+m"(*p));
	GUEST_EQ(0x41, *p);
	asm volatile("subl $0x41, %0; setz %1" : "+m"(*p), "=q"(flags));
	GUEST_EQ(0, *p);
	GUEST_EQ(1, flags);
	asm volatile("testl $1, %1; setnz %0" : "=q"(flags) : "m"(*p));
	GUEST_EQ(0, flags);
	asm volatile("incl %0" : "+m"(*p));
	asm volatile("cmpl $1, %1; sete %0" : "=q"(flags) : "m"(*p));
	GUEST_EQ(1, flags);
	asm volatile("btsl $5, %0; setc %1" : "+m"(*p), "=q"(flags));
	GUEST_EQ(0x21, *p);
	GUEST_EQ(0, flags);
}

TEST(read_modify_write)
{
	device_run(guest_read_modify_write, BOTH);
}

GUEST(exchanges)
{
	volatile u64 *p = (u64 *)AT(0x80);
	u64 a = 5, b = 9;
	u8 ok;

	*p = 7;
	asm volatile("xchgq %0, %1" : "+m"(*p), "+r"(a));
	GUEST_EQ(7, a);
	GUEST_EQ(5, *p);
	a = 5;
	asm volatile("lock cmpxchgq %3, %0; sete %1" : "+m"(*p), "=q"(ok), "+a"(a) : "r"(b));
	GUEST_EQ(1, ok);
	GUEST_EQ(9, *p);
	asm volatile("lock cmpxchgq %3, %0; sete %1" : "+m"(*p), "=q"(ok), "+a"(a) : "r"(b));
	GUEST_EQ(0, ok);
	GUEST_EQ(9, a);
	asm volatile("lock xaddq %1, %0" : "+m"(*p), "+r"(b));
	GUEST_EQ(9, b);
	GUEST_EQ(18, *p);
}

TEST(exchanges)
{
	device_run(guest_exchanges, BOTH);
}

GUEST(extensions)
{
	u64 v;

	guest_write32(AT(0), 0x8081f2f3);
	asm volatile("movzbl %1, %k0" : "=r"(v) : "m"(*(u8 *)AT(0)));
	GUEST_EQ(0xf3, v);
	asm volatile("movsbq %1, %0" : "=r"(v) : "m"(*(u8 *)AT(0)));
	GUEST_EQ(0xfffffffffffffff3, v);
	asm volatile("movzwq %1, %0" : "=r"(v) : "m"(*(u16 *)AT(2)));
	GUEST_EQ(0x8081, v);
	asm volatile("movslq %1, %0" : "=r"(v) : "m"(*(u32 *)AT(0)));
	GUEST_EQ(0xffffffff8081f2f3, v);
	/* An 8-bit load leaves the rest of the register */
	v = 0x1111111111111111;
	asm volatile("movb %1, %b0" : "+q"(v) : "m"(*(u8 *)AT(0)));
	GUEST_EQ(0x11111111111111f3, v);
	asm volatile("movb %1, %h0" : "+Q"(v) : "m"(*(u8 *)AT(2)));
	GUEST_EQ(0x11111111111181f3, v);
}

TEST(extensions)
{
	device_run(guest_extensions, DECODED);
}

GUEST(mov_results)
{
	u64 v;

	guest_write64(AT(0), 0x81828384f5f6f7f8);
	v = ~0UL;
	asm volatile("movl %1, %k0" : "+r"(v) : "m"(*(u32 *)AT(0)));
	GUEST_EQ(0xf5f6f7f8, v);
	v = ~0UL;
	asm volatile("movw %1, %w0" : "+r"(v) : "m"(*(u16 *)AT(6)));
	GUEST_EQ(0xffffffffffff8182, v);
	v = 0x1111111111111111;
	asm volatile("movsbw %1, %w0" : "+r"(v) : "m"(*(u8 *)AT(0)));
	GUEST_EQ(0x111111111111fff8, v);
	v = 0x1111111111111111;
	asm volatile("movzbw %1, %w0" : "+r"(v) : "m"(*(u8 *)AT(0)));
	GUEST_EQ(0x11111111111100f8, v);
	asm volatile("movswl %1, %k0" : "+r"(v) : "m"(*(u16 *)AT(0)));
	GUEST_EQ(0xfffff7f8, v);
	asm volatile("mov %%rsp, %%rbx; mov %1, %%rsp; mov %%rsp, %0; mov %%rbx, %%rsp"
		     : "=r"(v) : "m"(*(u64 *)AT(0)) : "rbx");
	GUEST_EQ(0x81828384f5f6f7f8, v);
	asm volatile("movabs " MMIO_TEXT ", %%rax" : "=a"(v));
	GUEST_EQ(0x81828384f5f6f7f8, v);
}

TEST(mov_results)
{
	device_run(guest_mov_results, DECODED);
}

#define MSR_FS_BASE	0xc0000100

GUEST(mov_addresses)
{
	asm volatile("movl $0x12345678, 8(%0,%1,4)" : : "r"(AT(0)), "r"(2UL) : "memory");
	GUEST_EQ(0x12345678, guest_read32(AT(0x10)));
	asm volatile("movq $-2, -0x10(%0)" : : "r"(AT(0x18)) : "memory");
	GUEST_EQ(-2UL, guest_read64(AT(8)));
	asm volatile("movb %%ah, (%0)" : : "r"(AT(0)), "a"(0x1234) : "memory");
	GUEST_EQ(0x12, guest_read8(AT(0)));
	asm volatile("movl %1, (%k0)" : : "r"(AT(0x20) | 1UL << 32), "r"(0xabcd) : "memory");
	GUEST_EQ(0xabcd, guest_read32(AT(0x20)));
	/* The end of a page, and the beginning of the next */
	guest_write32(AT(0xffc), 0x11111111);
	guest_write64(AT(0x1000), 0x2222222222222222);
	GUEST_EQ(0x11111111, guest_read32(AT(0xffc)));
	GUEST_EQ(0x2222222222222222, guest_read64(AT(0x1000)));
	guest_wrmsr(MSR_FS_BASE, AT(0x40));
	asm volatile("movl %0, %%fs:4" : : "r"(0x77777777) : "memory");
	GUEST_EQ(0x77777777, guest_read32(AT(0x44)));
}

TEST(mov_addresses)
{
	device_run(guest_mov_addresses, DECODED);
}

/* The same registers of a device through segments with bases, in 32 and 16 bits */
extern const u8 code32[], code16[], code_end[];

asm(".pushsection .rodata\n"
".code32\n"
"code32:	movl $0x11223344, 0x1010; mov 0x1011, %al; movzwl 0x1012, %ebx; hlt\n"
".code16\n"
"code16:	mov $0x20, %ebx; movw $0x5566, (%ebx); movw (%bx), %cx; hlt\n"
"code_end:\n"
".code64\n"
".popsection");

static struct device *start_with_ds(const u8 *code, void (*start)(struct vcpu *v, u32 addr),
				    u64 base)
{
	struct device *d = device_create(NULL, 0);
	u8 *low = x86_low_memory(&d->o.vm, MIB);

	memcpy(low + 0x8000, code, code_end - code);
	start(&d->o.cpu, 0x8000);
	vcpu_set(&d->o.cpu, MOTE_X86_SEG(MOTE_X86_DS, MOTE_X86_SEG_BASE), base);
	return d;
}

TEST(mov_segments)
{
	struct device *d = start_with_ds(code32, x86_start_flat32, AT(0) - 0x1000);

	EXPECT_EQ(MOTE_EXIT_HALT, device_serve(d));
	EXPECT_EQ(3, d->decoded);
	EXPECT_EQ(0x11223344, *(u32 *)(d->mem + 0x10));
	EXPECT_EQ(0x33, vcpu_get(&d->o.cpu, RAX) & 0xff);
	EXPECT_EQ(0x1122, vcpu_get(&d->o.cpu, RBX));
	device_destroy(d);

	/* 16-bit addresses are left to libmote */
	d = start_with_ds(code16, x86_start_real, AT(0));
	EXPECT_EQ(MOTE_EXIT_HALT, device_serve(d));
	EXPECT_EQ(1, d->decoded);
	EXPECT_EQ(0x5566, *(u16 *)(d->mem + 0x20));
	EXPECT_EQ(0x5566, vcpu_get(&d->o.cpu, RCX) & 0xffff);
	device_destroy(d);
}

static u8 buffer[64];

GUEST(strings)
{
	void *from = buffer, *to = (void *)AT(0x100);
	u64 n = 8;

	asm volatile("rep movsq" : "+S"(from), "+D"(to), "+c"(n) : : "memory");
	GUEST_EQ(0, n);
	GUEST_EQ(AT(0x140), to);
	GUEST_EQ(0x0706050403020100, guest_read64(AT(0x100)));
	GUEST_EQ(0x3f3e3d3c3b3a3938, guest_read64(AT(0x138)));
	for (int i = 0; i < 64; i++)
		buffer[i] = 0;
	from = (void *)AT(0x110);
	to = buffer;
	n = 16;
	asm volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(n) : : "memory");
	GUEST_EQ(0x10, buffer[0]);
	GUEST_EQ(0x1f, buffer[15]);
	GUEST_EQ(0, buffer[16]);
	to = (void *)AT(0x200);
	n = 4;
	asm volatile("rep stosl" : "+D"(to), "+c"(n) : "a"(0x55aa55aa) : "memory");
	GUEST_EQ(0x55aa55aa55aa55aa, guest_read64(AT(0x208)));
}

TEST(strings)
{
	for (int i = 0; i < 64; i++)
		buffer[i] = i;
	device_run(guest_strings, BOTH);
}

GUEST(sse)
{
	u64 v[2] = { 0x1111222233334444, 0x5555666677778888 }, w[2] = { 0, 0 };

	asm volatile("movdqu %0, %%xmm1; movups %%xmm1, %1"
		     : : "m"(v), "m"(*(u64 (*)[2])AT(0x300)) : "xmm1", "memory");
	asm volatile("movups %1, %%xmm2; movdqu %%xmm2, %0"
		     : "=m"(w) : "m"(*(u64 (*)[2])AT(0x300)) : "xmm2");
	GUEST_EQ(v[0], w[0]);
	GUEST_EQ(v[1], w[1]);
	asm volatile("movq %1, %%xmm3; movq %%xmm3, %0" : "=r"(w[0]) : "m"(*(u64 *)AT(0x308))
		     : "xmm3");
	GUEST_EQ(v[1], w[0]);
}

TEST(sse)
{
	device_run(guest_sse, UNDECODED);
}

/* The access lies across two pages of the device */
GUEST(data_over_pages)
{
	guest_write64(AT(4092), 0x1122334455667788);
	GUEST_EQ(0x55667788, guest_read32(AT(4092)));
	GUEST_EQ(0x11223344, guest_read32(AT(4096)));
	GUEST_EQ(0x1122334455667788, guest_read64(AT(4092)));
}

TEST(data_over_pages)
{
	device_run(guest_data_over_pages, BOTH);
}

GUEST(over_border)
{
	guest_write64(arg, 0x1122334455667788);
	GUEST_EQ(0x1122334455667788, guest_read64(arg));
}

/*
 * The access lies across memory and a device.  The exit shows the device's part,
 * which must not be taken for all of it.
 */
TEST(data_over_memory_and_device)
{
	struct device *d = device_create(NULL, 0);
	u8 *p = vm_alloc(&d->o.vm, PAGE);
	const u64 gva = 1UL << 40;

	x86_map(&d->o.vm, gva, (unsigned long)p, PAGE, PTE_P | PTE_W);
	x86_map(&d->o.vm, gva + PAGE, MMIO_GPA, PAGE, PTE_P | PTE_W);
	x86_map(&d->o.vm, gva + 2 * PAGE, (unsigned long)p, PAGE, PTE_P | PTE_W);
	vcpu_start(&d->o.cpu, guest_over_border, gva + PAGE - 4);
	EXPECT_EQ(GOT_DONE, device_serve(d));
	EXPECT_EQ(0, d->decoded);
	EXPECT_EQ(4, d->last_bytes);
	EXPECT_EQ(0x55667788, *(u32 *)(p + PAGE - 4));
	EXPECT_EQ(0x11223344, *(u32 *)d->mem);
	vcpu_start(&d->o.cpu, guest_over_border, gva + 2 * PAGE - 4);
	EXPECT_EQ(GOT_DONE, device_serve(d));
	EXPECT_EQ(0, d->decoded);
	EXPECT_EQ(0x55667788, *(u32 *)(d->mem + PAGE - 4));
	EXPECT_EQ(0x11223344, *(u32 *)p);
	device_destroy(d);
}

/*
 * The instruction lies across two pages that are neighbours for the guest but
 * not in its physical memory.
 */
TEST(instruction_over_pages)
{
	/* movl $0x11223344, (%rdi); ret: 6 bytes and one */
	static const u8 code[] = { 0xc7, 0x07, 0x44, 0x33, 0x22, 0x11, 0xc3 };
	const u64 gva = 1UL << 40;

	for (unsigned int split = 1; split < 6; split++) {
		struct device *d = device_create(NULL, 0);
		u8 *p = vm_alloc(&d->o.vm, 4 * PAGE);

		x86_map(&d->o.vm, gva, (unsigned long)p, PAGE, PTE_P | PTE_W);
		x86_map(&d->o.vm, gva + PAGE, (unsigned long)p + 2 * PAGE, PAGE, PTE_P | PTE_W);
		memcpy(p + PAGE - split, code, split);
		memcpy(p + 2 * PAGE, code + split, sizeof(code) - split);
		vcpu_start(&d->o.cpu, (guest_fn)(gva + PAGE - split), AT(0x10));
		EXPECT_EQ(GOT_DONE, device_serve(d));
		EXPECT_EQ(0x11223344, *(u32 *)(d->mem + 0x10));
		EXPECT_EQ(1, d->writes);
		EXPECT_EQ(4, d->last_bytes);
		device_destroy(d);
	}
}

GUEST(one_read)
{
	guest_read32(arg);
}

GUEST(one_compare)
{
	asm volatile("cmpl $0, (%0)" : : "D"(arg) : "cc");
}

TEST(exit_record)
{
	struct mote_exit_mmio *m;
	struct one o;

	one_create(&o, 0, guest_one_compare, AT(0x28));
	m = &o.cpu.run->exit.mmio;
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_run(&o.cpu));
	EXPECT_EQ(AT(0x28), m->gpa);
	EXPECT_EQ(MOTE_ACCESS_READ, m->access);
	EXPECT_EQ(0, m->decoded);
	/* SVM does not tell the linear address */
	if (guest_is_amd) {
		EXPECT_EQ(0, m->flags);
	} else {
		EXPECT_EQ(MOTE_MMIO_GVA, m->flags);
		EXPECT_EQ(AT(0x28), m->gva);
	}
	EXPECT_EQ(15, m->insn_bytes);
	EXPECT_EQ(0, memcmp(m->insn, (void *)(unsigned long)o.cpu.run->exit.pc, 15));
	EXPECT_EQ(MOTE_STATE_REGS, o.cpu.run->state);
	EXPECT_EQ(AT(0x28), o.cpu.run->regs.gpr[MOTE_X86_RDI]);
	EXPECT_EQ(o.cpu.run->exit.pc, o.cpu.run->regs.gpr[MOTE_X86_RIP_INDEX]);
	EXPECT_EQ(64, o.cpu.run->regs.mode);
	one_destroy(&o);
}

GUEST(byte_to_sync)
{
	u64 v;

	asm volatile("movzbl (%1), %k0" : "=a"(v) : "D"(arg));
	guest_sync(v);
}

TEST(decoded_record)
{
	struct mote_exit_mmio *m;
	struct one o;
	u64 pc;

	one_create(&o, 0, guest_byte_to_sync, AT(0x28));
	m = &o.cpu.run->exit.mmio;
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_run(&o.cpu));
	pc = o.cpu.run->exit.pc;
	EXPECT_EQ(AT(0x28), m->gpa);
	EXPECT_EQ(MOTE_ACCESS_READ, m->access);
	EXPECT_EQ(1, m->decoded);
	EXPECT_EQ(1, m->bytes);
	EXPECT_EQ(0, m->data);
	EXPECT_EQ(0, o.cpu.run->state);
	EXPECT_EQ(MOTE_EXIT_PENDING, o.cpu.run->exit.flags);
	EXPECT_EQ(pc, vcpu_get(&o.cpu, RIP));
	/* Of the record only the data count, and of them only what was asked for */
	m->data = 0x123456789abcdef0;
	m->bytes = 8;
	m->access = MOTE_ACCESS_WRITE;
	m->decoded = 0;
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	EXPECT_EQ(0, mote_run(o.cpu.fd));
	EXPECT_EQ(0xf0, vcpu_get(&o.cpu, RAX));
	EXPECT_EQ(pc + 3, vcpu_get(&o.cpu, RIP));
	EXPECT_EQ(0xf0, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* The runner finishes the instruction by hand */
GUEST(read_to_sync)
{
	u64 v = 1;

	asm volatile("add (%1), %0" : "+a"(v) : "D"(arg));
	guest_sync(v);
}

TEST(answer_by_registers)
{
	struct mote_run *run;
	struct one o;

	one_create(&o, 0, guest_read_to_sync, AT(0));
	run = o.cpu.run;
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_run(&o.cpu));
	run->regs.gpr[MOTE_X86_RAX] = 0xabcd;
	run->regs.gpr[MOTE_X86_RIP_INDEX] += 3;
	run->request = MOTE_RUN_REGS;
	EXPECT_EQ(0xabcd, vcpu_sync(&o.cpu));
	/* Flags that do not exist are refused, and nothing is lost */
	vcpu_start(&o.cpu, guest_read_to_sync, AT(0));
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_run(&o.cpu));
	run->regs.gpr[MOTE_X86_RFLAGS_INDEX] |= 1UL << 40;
	run->request = MOTE_RUN_REGS;
	EXPECT_EQ(-EINVAL, mote_run(o.cpu.fd));
	one_destroy(&o);
}

/* Instructions fetched from where no memory is */
GUEST(jump)
{
	((guest_fn)arg)(0);
}

TEST(fetch_from_nowhere)
{
	struct mote_exit_mmio *m;
	struct one o;

	one_create(&o, 0, guest_jump, AT(0x40));
	m = &o.cpu.run->exit.mmio;
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_run(&o.cpu));
	EXPECT_EQ(MOTE_ACCESS_EXEC, m->access);
	EXPECT_EQ(AT(0x40), m->gpa);
	EXPECT_EQ(0, m->insn_bytes);
	one_destroy(&o);
}

/* The guest's page tables themselves lie where no memory is */
TEST(page_table_nowhere)
{
	struct one o;

	one_create(&o, 0, guest_one_read, 1UL << 40);
	o.vm.root[(1UL << 40) >> 39] = AT(0x1000) | PTE_P | PTE_W;
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_run(&o.cpu));
	EXPECT_EQ(AT(0x1000), o.cpu.run->exit.mmio.gpa & -PAGE);
	/* The address in the exit is that of an entry: no linear address leads there */
	EXPECT_EQ(0, o.cpu.run->exit.mmio.flags & MOTE_MMIO_GVA);
	one_destroy(&o);
}

TEST_HARNESS_MAIN
