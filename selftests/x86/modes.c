// SPDX-License-Identifier: GPL-2.0-only
/* All the modes of the CPU, from the state after reset to 64-bit mode. */
#include <errno.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

/*
 * The code below is copied to guest memory.  It runs at the address it is
 * linked for minus code_start plus BASE.
 */
#define BASE	0x8000
#define STR(x)	#x
#define XSTR(x)	STR(x)
#define REL(label)	label " - code_start + " XSTR(BASE)

extern const u8 code_start[], code_end[], real_code[], boot_code[], pae_code[], pae_end[];

/* Shows values with OUT to port 0x80, in each mode */
asm(".pushsection .rodata\n"
"code_start:\n"
    /* --- real mode: segments, a far call, an interrupt --- */
"real_code: .code16\n"
"	mov %cs, %ax; out %ax, $0x80\n"
"	mov $0x1000, %ax; mov %ax, %ds; movw $0xbeef, (0x20)\n"
"	movw $real_int - code_start + " XSTR(BASE) ", %ss:(0x21 * 4)\n"
"	movw $0, %ss:(0x21 * 4 + 2)\n"
"	sti; int $0x21\n"
"	out %ax, $0x80\n"
"	pushf; pop %ax; and $0x200, %ax; out %ax, $0x80\n"
"	hlt\n"
"real_int:\n"
"	mov $0x4321, %ax; iret\n"
    /* --- reset to 64-bit mode --- */
"boot_code:\n"
"	xor %ax, %ax; mov %ax, %ds; mov %ax, %ss; mov $0x7000, %sp\n"
"	mov $1, %al; out %al, $0x80\n"
"	lgdtl " REL("boot_gdtr") "\n"
"	mov %cr0, %eax; or $1, %al; mov %eax, %cr0\n"
"	ljmpl $0x08, $" REL("boot_32") "\n"
"	.code32\n"
"boot_32:\n"
"	mov $0x10, %eax; mov %eax, %ds; mov %eax, %es; mov %eax, %ss\n"
"	mov $2, %al; out %al, $0x80\n"
    /* PML4 at 0x1000, PDPT at 0x2000, PD at 0x3000: one 2 MiB page */
"	movl $0x2003, 0x1000; movl $0x3003, 0x2000; movl $0x83, 0x3000\n"
"	mov $0x1000, %eax; mov %eax, %cr3\n"
"	mov %cr4, %eax; or $0x20, %eax; mov %eax, %cr4\n"
"	mov $0xc0000080, %ecx; rdmsr; or $0x100, %eax; wrmsr\n"
"	mov %cr0, %eax; or $0x80000000, %eax; mov %eax, %cr0\n"
"	mov $3, %al; out %al, $0x80\n"
"	ljmp $0x18, $" REL("boot_64") "\n"
"	.code64\n"
"boot_64:\n"
"	mov $0x1122334455667788, %rbx; mov %rbx, %rax; shr $32, %rax; out %eax, $0x80\n"
"	mov $0xc0000080, %ecx; rdmsr; out %eax, $0x80\n"
    /* and back: compatibility mode, paging off, real mode */
"	push $0x08; push $" REL("back_32") "; lretq\n"
"	.code32\n"
"back_32:\n"
"	mov %cr0, %eax; and $0x7fffffff, %eax; mov %eax, %cr0\n"
"	mov $0xc0000080, %ecx; rdmsr; out %eax, $0x80\n"
"	ljmp $0x20, $" REL("back_16") "\n"
"	.code16\n"
"back_16:\n"
"	mov %cr0, %eax; and $0xfffffffe, %eax; mov %eax, %cr0\n"
"	ljmp $0, $" REL("back_real") "\n"
"back_real:\n"
"	mov $5, %al; out %al, $0x80\n"
"	hlt\n"
"	.balign 8\n"
"boot_gdt: .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00af9b000000ffff\n"
"	.quad 0x00009b000000ffff\n"
"boot_gdtr: .word 39; .long " REL("boot_gdt") "\n"
    /* --- paging without long mode: reads what is mapped at 0xc0000000 --- */
"	.code32\n"
"pae_code:\n"
"	mov 0xc0000000, %eax; out %eax, $0x80\n"
"	movl $0x600d, 0xc0000004\n"
"	jmp pae_code\n"
"pae_end:\n"
"	.code64\n"
"code_end:\n"
".popsection");

static u64 offset(const u8 *label)
{
	return label - code_start + BASE;
}

static u8 *create(struct one *o)
{
	u8 *low;

	one_create(o, 0, NULL, 0);
	low = x86_low_memory(&o->vm, MIB);
	memcpy(low + BASE, code_start, code_end - code_start);
	return low;
}

static u32 out(struct one *o)
{
	if (vcpu_run(&o->cpu) != MOTE_EXIT_PIO) {
		vcpu_explain(&o->cpu);
		die("no OUT");
	}
	return o->cpu.run->exit.pio.data;
}

TEST(real_mode)
{
	struct one o;
	u8 *low = create(&o);

	x86_start_real(&o.cpu, offset(real_code));
	EXPECT_EQ(0, out(&o));
	EXPECT_EQ(0x4321, out(&o));
	EXPECT_EQ(0xbeef, *(u16 *)(low + 0x10020));
	/* IRET has restored IF */
	EXPECT_EQ(0x200, out(&o));
	EXPECT_EQ(MOTE_EXIT_HALT, vcpu_run(&o.cpu));
	one_destroy(&o);
}

/* What the SDM says of the state after reset */
TEST(state_after_reset)
{
	struct one o;

	one_create(&o, 0, NULL, 0);
	EXPECT_EQ(0xfff0, vcpu_get(&o.cpu, RIP));
	EXPECT_EQ(2, vcpu_get(&o.cpu, RFLAGS));
	EXPECT_EQ(CR0_CD | CR0_NW | CR0_ET, vcpu_get(&o.cpu, MOTE_X86_CR0));
	EXPECT_EQ(0, vcpu_get(&o.cpu, MOTE_X86_CR4));
	EXPECT_EQ(0, vcpu_get(&o.cpu, MOTE_X86_EFER));
	EXPECT_EQ(0xf000, vcpu_get(&o.cpu, MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_SELECTOR)));
	EXPECT_EQ(0xffff0000, vcpu_get(&o.cpu, MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_BASE)));
	EXPECT_EQ(0xffff, vcpu_get(&o.cpu, MOTE_X86_SEG(MOTE_X86_DS, MOTE_X86_SEG_LIMIT)));
	EXPECT_EQ(0, vcpu_get(&o.cpu, RAX));
	EXPECT_LT(0, vcpu_get(&o.cpu, RDX));
	EXPECT_EQ(0xffff0ff0, vcpu_get(&o.cpu, MOTE_X86_DR(6)));
	EXPECT_EQ(0x400, vcpu_get(&o.cpu, MOTE_X86_DR(7)));
	one_destroy(&o);
}

/* From the reset vector: real mode, protected mode, 64-bit mode and back again */
TEST(reset_to_long_mode_and_back)
{
	/* ljmp $0:boot_code */
	u8 jump[5] = { 0xea, 0, 0, 0, 0 };
	struct one o;
	u8 *rom;

	create(&o);
	rom = new_pages(PAGE);
	jump[1] = offset(boot_code);
	jump[2] = offset(boot_code) >> 8;
	memcpy(rom + 0xff0, jump, sizeof(jump));
	vm_map(&o.vm, 0xfffff000, PAGE, rom, MOTE_MEM_READONLY);
	EXPECT_EQ(1, out(&o));
	EXPECT_EQ(0, vcpu_get(&o.cpu, MOTE_X86_CR0) & CR0_PE);
	EXPECT_EQ(2, out(&o));
	EXPECT_EQ(CR0_PE, vcpu_get(&o.cpu, MOTE_X86_CR0) & (CR0_PE | CR0_PG));
	EXPECT_EQ(3, out(&o));
	EXPECT_EQ(EFER_LME | EFER_LMA, vcpu_get(&o.cpu, MOTE_X86_EFER));
	EXPECT_EQ(0x11223344, out(&o));
	EXPECT_EQ(EFER_LME | EFER_LMA, out(&o));
	EXPECT_EQ(EFER_LME, out(&o));
	EXPECT_EQ(5, out(&o));
	EXPECT_EQ(MOTE_EXIT_HALT, vcpu_run(&o.cpu));
	EXPECT_EQ(0, vcpu_get(&o.cpu, MOTE_X86_CR0) & (CR0_PE | CR0_PG));
	one_destroy(&o);
}

/* 32-bit code and paging set up by SET_REGS alone */
static void start_paging(struct one *o, u64 cr3, u64 cr4)
{
	x86_start_flat32(&o->cpu, offset(pae_code));
	vcpu_set(&o->cpu, MOTE_X86_CR4, cr4);
	vcpu_set(&o->cpu, MOTE_X86_CR3, cr3);
	vcpu_set(&o->cpu, MOTE_X86_CR0, CR0_PG | CR0_ET | CR0_PE);
}

TEST(two_level_paging)
{
	struct one o;
	u8 *low = create(&o);
	u32 *pd = (u32 *)(low + 0x20000), *pt = (u32 *)(low + 0x21000);

	pd[0] = 0 | 0x83;
	pd[0xc0000000 >> 22] = 0x21000 | 3;
	pt[0] = 0x30000 | 3;
	*(u32 *)(low + 0x30000) = 0xfeed;
	start_paging(&o, 0x20000, CR4_PSE);
	EXPECT_EQ(0xfeed, out(&o));
	/* Another table, while the guest is outside */
	pt = (u32 *)(low + 0x23000);
	pt[0] = 0x31000 | 3;
	pd = (u32 *)(low + 0x22000);
	pd[0] = 0x83;
	pd[0xc0000000 >> 22] = 0x23000 | 3;
	*(u32 *)(low + 0x31000) = 0xcafe;
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	vcpu_run(&o.cpu);
	vcpu_set(&o.cpu, MOTE_X86_CR3, 0x22000);
	EXPECT_EQ(0xcafe, out(&o));
	EXPECT_EQ(0x600d, *(u32 *)(low + 0x31004));
	one_destroy(&o);
}

static void make_pae(u8 *low, u32 root, u32 page, u32 value)
{
	u64 *pdpt = (u64 *)(low + root), *pd = (u64 *)(low + root + 0x1000);

	pdpt[0] = (root + 0x1000) | 1;
	pdpt[3] = (root + 0x2000) | 1;
	pd[0] = 0x83;
	((u64 *)(low + root + 0x2000))[0] = (root + 0x3000) | 3;
	((u64 *)(low + root + 0x3000))[0] = page | 3;
	*(u32 *)(low + page) = value;
}

/*
 * PAE paging: the CPU keeps the four root entries.  They have to come from
 * memory when the runner changes CR3, and must not change when it does not.
 */
TEST(pae_paging)
{
	struct one o;
	u8 *low = create(&o);

	make_pae(low, 0x20000, 0x30000, 0xfeed);
	make_pae(low, 0x28000, 0x31000, 0xcafe);
	start_paging(&o, 0x20000, CR4_PAE);
	EXPECT_EQ(0xfeed, out(&o));
	/* With VT-x the CPU does not look at this until CR3 is written; with SVM it does */
	if (o.vm.info.backend != MOTE_BACKEND_SVM)
		memset(low + 0x20000, 0, 32);
	EXPECT_EQ(0xfeed, out(&o));
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	vcpu_run(&o.cpu);
	vcpu_set(&o.cpu, MOTE_X86_CR3, 0x28000);
	EXPECT_EQ(0xcafe, out(&o));
	EXPECT_EQ(0xcafe, out(&o));
	EXPECT_EQ(0x600d, *(u32 *)(low + 0x31004));
	one_destroy(&o);
}

/* Whole state to another vCPU, with PAE paging on */
TEST(pae_moves)
{
	static u64 ids[MOTE_REGS_MAX];
	static struct mote_reg regs[MOTE_REGS_MAX];
	u32 count = ARRAY_SIZE(ids);
	struct vcpu w;
	struct one o;
	u8 *low = create(&o);

	make_pae(low, 0x20000, 0x30000, 0xfeed);
	start_paging(&o, 0x20000, CR4_PAE);
	EXPECT_EQ(0xfeed, out(&o));
	must_reg_list(o.cpu.fd, ids, &count);
	for (u32 i = 0; i < count; i++)
		regs[i].id = ids[i];
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	vcpu_run(&o.cpu);
	must_get_regs(o.cpu.fd, regs, count, NULL);
	vcpu_create(&w, &o.vm, 1);
	must_set_regs(w.fd, regs, count, NULL);
	*(u32 *)(low + 0x30000) = 0xbabe;
	EXPECT_EQ(MOTE_EXIT_PIO, vcpu_run(&w));
	EXPECT_EQ(0xbabe, w.run->exit.pio.data);
	vcpu_destroy(&w);
	one_destroy(&o);
}

/* --- user mode --- */

#define MSR_STAR	0xc0000081
#define SYSRET_BASE	0x28	/* CS is 16 above it, SS 8 */

/* Any exception comes back to ring 0 */
static volatile u64 user_cs, user_ss, user_vector, user_error;

static GUEST_NOFPU void from_user(struct guest_frame *f)
{
	user_cs = f->cs;
	user_ss = f->ss;
	user_vector = f->vector;
	user_error = f->error;
	f->cs = SEL_CODE64;
	f->ss = SEL_DATA;
	f->rip = (unsigned long)guest_return;
	f->rsp &= ~0xfULL;
}

extern char user_code[], user_mmio[], user_load[];

/* RBX is where the load is from */
asm(".pushsection .text\n"
"user_mmio: mov (%rbx), %al\n"
"user_code: hlt\n"
"user_load: mov (%rbx), %al; jmp user_code\n"
".popsection");

GUEST(to_user)
{
	asm volatile("push %0; push %%rsp; pushfq; push %1; push %2; iretq"
		     : : "r"((u64)SEL_USER_DATA | 3), "r"((u64)SEL_USER_CODE | 3), "r"(arg)
		     : "memory");
}

GUEST(sysret)
{
	guest_wrmsr(MSR_STAR, (u64)SYSRET_BASE << 48);
	asm volatile("mov $2, %%r11d; sysretq" : : "c"(arg) : "r11", "memory");
}

static void create_user(struct one *o)
{
	user_cs = 0;
	user_ss = 0;
	guest_handlers[VECTOR_GP] = from_user;
	guest_handlers[VECTOR_PF] = from_user;
	one_create(o, 0, NULL, 0);
	/* The first 4 GiB for user mode, too */
	for (int i = 0; i < 4 * 512; i++)
		o->vm.root[1024 + i] |= PTE_U;
}

TEST(user_mode)
{
	struct one o;

	create_user(&o);
	vcpu_start(&o.cpu, guest_to_user, (unsigned long)user_code);
	vcpu_finish(&o.cpu);
	EXPECT_EQ(SEL_USER_CODE | 3, user_cs);
	one_destroy(&o);
}

static u64 dpl(struct vcpu *v, unsigned int seg)
{
	return vcpu_get(v, MOTE_X86_SEG(seg, MOTE_X86_SEG_AR)) >> 5 & 3;
}

static void expect_user(struct __test_metadata *_metadata, struct vcpu *v, u64 cs, u64 ss)
{
	EXPECT_EQ(cs | 3, vcpu_get(v, MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_SELECTOR)));
	EXPECT_EQ(ss | 3, vcpu_get(v, MOTE_X86_SEG(MOTE_X86_SS, MOTE_X86_SEG_SELECTOR)));
	EXPECT_EQ(3, dpl(v, MOTE_X86_CS));
	/* This one is the CPL */
	EXPECT_EQ(3, dpl(v, MOTE_X86_SS));
}

/* The rest of the user code, in ring 3 for sure, on this vCPU */
static void finish_user(struct __test_metadata *_metadata, struct vcpu *v, u64 cs, u64 ss)
{
	user_cs = 0;
	vcpu_finish(v);
	EXPECT_EQ(VECTOR_GP, user_vector);
	EXPECT_EQ(0, user_error);
	EXPECT_EQ(cs | 3, user_cs);
	EXPECT_EQ(ss | 3, user_ss);
}

/* An exit from user mode shows it, and with all registers another vCPU is there, too */
static void exit_from_user(struct __test_metadata *_metadata, guest_fn fn, u64 cs, u64 ss)
{
	static u64 ids[MOTE_REGS_MAX];
	static struct mote_reg regs[MOTE_REGS_MAX];
	u32 count = ARRAY_SIZE(ids);
	struct vcpu w;
	struct one o;

	create_user(&o);
	vcpu_start(&o.cpu, fn, (unsigned long)user_mmio);
	vcpu_set(&o.cpu, RBX, MMIO_GPA);
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_run(&o.cpu));
	expect_user(_metadata, &o.cpu, cs, ss);
	o.cpu.run->request = MOTE_RUN_COMPLETE_ONLY;
	vcpu_run(&o.cpu);
	must_reg_list(o.cpu.fd, ids, &count);
	for (u32 i = 0; i < count; i++)
		regs[i].id = ids[i];
	must_get_regs(o.cpu.fd, regs, count, NULL);
	vcpu_create(&w, &o.vm, 1);
	must_set_regs(w.fd, regs, count, NULL);
	expect_user(_metadata, &w, cs, ss);
	finish_user(_metadata, &w, cs, ss);
	finish_user(_metadata, &o.cpu, cs, ss);
	vcpu_destroy(&w);
	one_destroy(&o);
}

TEST(exit_from_user_mode)
{
	exit_from_user(_metadata, guest_to_user, SEL_USER_CODE, SEL_USER_DATA);
}

/* SYSRET gives SS a selector, and on some CPUs no DPL */
TEST(exit_from_user_mode_after_sysret)
{
	exit_from_user(_metadata, guest_sysret, SYSRET_BASE + 16, SYSRET_BASE + 8);
}

/* Ring 3 by SET_REGS, which the CPU has to go by: pages of the kernel are not for it */
TEST(user_mode_by_set_regs)
{
	struct one o;

	create_user(&o);
	x86_map(&o.vm, 1UL << 40, (unsigned long)o.vm.arena, PAGE, PTE_P | PTE_W);
	for (int user = 0; user < 2; user++) {
		u64 rpl = user ? 3 : 0, ar = rpl << 5;

		user_vector = 0;
		vcpu_start(&o.cpu, guest_nothing, 0);
		vcpu_set(&o.cpu, MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_AR), AR_CODE64 | ar);
		vcpu_set(&o.cpu, MOTE_X86_SEG(MOTE_X86_SS, MOTE_X86_SEG_AR), AR_DATA | ar);
		vcpu_set(&o.cpu, MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_SELECTOR),
			 (user ? SEL_USER_CODE : SEL_CODE64) | rpl);
		vcpu_set(&o.cpu, MOTE_X86_SEG(MOTE_X86_SS, MOTE_X86_SEG_SELECTOR),
			 (user ? SEL_USER_DATA : SEL_DATA) | rpl);
		vcpu_set(&o.cpu, RIP, (unsigned long)user_load);
		vcpu_set(&o.cpu, RBX, 1UL << 40);
		EXPECT_EQ(user ? GOT_DONE : MOTE_EXIT_HALT, vcpu_wait(&o.cpu));
		/* Present, a read, from user mode */
		EXPECT_EQ(user ? VECTOR_PF : 0, user_vector);
	}
	EXPECT_EQ(5, user_error);
	one_destroy(&o);
}

TEST_HARNESS_MAIN
