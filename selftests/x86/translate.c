// SPDX-License-Identifier: GPL-2.0-only
/* TRANSLATE: the guest's page tables as the CPU would walk them. */
#include "x86_vm.h"

#include "kselftest_harness.h"

#define READ	MOTE_ACCESS_READ
#define WRITE	MOTE_ACCESS_WRITE
#define EXEC	MOTE_ACCESS_EXEC
#define GVA	(1UL << 41)
#define PF_P	1
#define PF_W	2
#define PF_U	4
#define PF_RSVD	8
#define PF_I	16

FIXTURE(walk)
{
	struct one o;
	struct mote_translate t;
};

FIXTURE_SETUP(walk)
{
	one_create(&self->o, 0, guest_nothing, 0);
}

FIXTURE_TEARDOWN(walk)
{
	one_destroy(&self->o);
}

#define ASK(gva, access)	must_translate(self->o.cpu.fd, gva, access, 0, &self->t)

TEST_F(walk, page_sizes)
{
	static const u64 sizes[] = { PAGE, HUGE, 1UL << 30 };

	for (int i = 0; i < 3; i++) {
		u64 gva = GVA + ((u64)i << 39), gpa = 2UL << 30;

		x86_map(&self->o.vm, gva, gpa, sizes[i], PTE_P | PTE_W);
		ASK(gva + sizes[i] - 8, READ);
		EXPECT_EQ(MOTE_TRANSLATE_OK, self->t.status);
		EXPECT_EQ(gpa + sizes[i] - 8, self->t.gpa);
		EXPECT_EQ(sizes[i], self->t.page_bytes);
		EXPECT_EQ(READ | WRITE | EXEC, self->t.prot);
		EXPECT_EQ(0, self->t.error_code);
	}
}

TEST_F(walk, not_present)
{
	ASK(GVA, READ);
	EXPECT_EQ(MOTE_TRANSLATE_NOT_PRESENT, self->t.status);
	EXPECT_EQ(0, self->t.error_code);
	ASK(GVA, WRITE);
	EXPECT_EQ(PF_W, self->t.error_code);
	ASK(GVA, EXEC);
	EXPECT_EQ(PF_I, self->t.error_code);
	x86_map(&self->o.vm, GVA, 0x1000, PAGE, PTE_P);
	ASK(GVA + PAGE, READ);
	EXPECT_EQ(MOTE_TRANSLATE_NOT_PRESENT, self->t.status);
	/* No address at all */
	ASK(1UL << 63, READ);
	EXPECT_EQ(MOTE_TRANSLATE_NOT_PRESENT, self->t.status);
}

TEST_F(walk, read_only)
{
	x86_map(&self->o.vm, GVA, 0x1000, PAGE, PTE_P);
	ASK(GVA, READ);
	EXPECT_EQ(MOTE_TRANSLATE_OK, self->t.status);
	EXPECT_EQ(READ | EXEC, self->t.prot);
	ASK(GVA, WRITE);
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, self->t.status);
	EXPECT_EQ(PF_P | PF_W, self->t.error_code);
	ASK(GVA, READ | WRITE);
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, self->t.status);
	/* Without CR0.WP the supervisor writes everywhere */
	vcpu_set(&self->o.cpu, MOTE_X86_CR0, CR0_PG | CR0_NE | CR0_ET | CR0_PE);
	ASK(GVA, WRITE);
	EXPECT_EQ(MOTE_TRANSLATE_OK, self->t.status);
}

TEST_F(walk, no_execute)
{
	x86_map(&self->o.vm, GVA, 0x1000, PAGE, PTE_P | PTE_W | PTE_NX);
	ASK(GVA, EXEC);
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, self->t.status);
	EXPECT_EQ(PF_P | PF_I, self->t.error_code);
	ASK(GVA, WRITE);
	EXPECT_EQ(MOTE_TRANSLATE_OK, self->t.status);
	EXPECT_EQ(READ | WRITE, self->t.prot);
	/* Without EFER.NXE the bit is reserved */
	vcpu_set(&self->o.cpu, MOTE_X86_EFER, EFER_LME | EFER_LMA);
	ASK(GVA, READ);
	EXPECT_EQ(PF_P | PF_RSVD, self->t.error_code);
}

TEST_F(walk, reserved_bits)
{
	x86_map(&self->o.vm, GVA, 0x1000, PAGE, PTE_P | PTE_W | 1UL << 51);
	ASK(GVA, READ);
	EXPECT_NE(MOTE_TRANSLATE_OK, self->t.status);
	EXPECT_EQ(PF_P | PF_RSVD, self->t.error_code);
}

/* At CPL 3 only user pages */
TEST_F(walk, user)
{
	const u64 ss_ar = MOTE_X86_SEG(MOTE_X86_SS, MOTE_X86_SEG_AR);
	const u64 cs_ar = MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_AR);

	x86_map(&self->o.vm, GVA, 0x1000, PAGE, PTE_P | PTE_W);
	x86_map(&self->o.vm, GVA + PAGE, 0x2000, PAGE, PTE_P | PTE_W | PTE_U);
	vcpu_set(&self->o.cpu, cs_ar, AR_CODE64 | 0x60);
	vcpu_set(&self->o.cpu, ss_ar, AR_DATA | 0x60);
	ASK(GVA, READ);
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, self->t.status);
	EXPECT_EQ(PF_P | PF_U, self->t.error_code);
	ASK(GVA + PAGE, WRITE);
	EXPECT_EQ(MOTE_TRANSLATE_OK, self->t.status);
	EXPECT_EQ(0x2000, self->t.gpa);
}

/* Accesses of the CPU's own have no CPL, and RFLAGS.AC opens nothing to them */
TEST_F(walk, system)
{
	const u64 ss_ar = MOTE_X86_SEG(MOTE_X86_SS, MOTE_X86_SEG_AR);
	const u64 cs_ar = MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_AR);
	int fd = self->o.cpu.fd;

	x86_map(&self->o.vm, GVA, 0x1000, PAGE, PTE_P);
	x86_map(&self->o.vm, GVA + PAGE, 0x2000, PAGE, PTE_P | PTE_W | PTE_U);
	vcpu_set(&self->o.cpu, cs_ar, AR_CODE64 | 0x60);
	vcpu_set(&self->o.cpu, ss_ar, AR_DATA | 0x60);
	must_translate(fd, GVA, READ, MOTE_TRANSLATE_SYSTEM, &self->t);
	EXPECT_EQ(MOTE_TRANSLATE_OK, self->t.status);
	EXPECT_EQ(0x1000, self->t.gpa);
	must_translate(fd, GVA, WRITE, MOTE_TRANSLATE_SYSTEM, &self->t);
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, self->t.status);
	EXPECT_EQ(PF_P | PF_W, self->t.error_code);
	if (!x86_has(&self->o.vm, 7, 0, 1, 20))
		return;
	vcpu_set(&self->o.cpu, MOTE_X86_CR4, CR4_PAE | CR4_SMAP);
	vcpu_set(&self->o.cpu, cs_ar, AR_CODE64);
	vcpu_set(&self->o.cpu, ss_ar, AR_DATA);
	vcpu_set(&self->o.cpu, RFLAGS, RFLAGS_FIXED | RFLAGS_AC);
	ASK(GVA + PAGE, READ);
	EXPECT_EQ(MOTE_TRANSLATE_OK, self->t.status);
	must_translate(fd, GVA + PAGE, READ, MOTE_TRANSLATE_SYSTEM, &self->t);
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, self->t.status);
}

TEST_F(walk, tables_outside_of_memory)
{
	self->o.vm.root[GVA >> 39] = MMIO_GPA | PTE_P | PTE_W;
	ASK(GVA, READ);
	EXPECT_EQ(MOTE_TRANSLATE_NO_MEMORY, self->t.status);
	vcpu_set(&self->o.cpu, MOTE_X86_CR3, MMIO_GPA);
	ASK(0x1000, READ);
	EXPECT_EQ(MOTE_TRANSLATE_NO_MEMORY, self->t.status);
}

TEST_F(walk, without_paging)
{
	x86_start_flat32(&self->o.cpu, 0x1000);
	ASK(0xabcdef, WRITE);
	EXPECT_EQ(MOTE_TRANSLATE_OK, self->t.status);
	EXPECT_EQ(0xabcdef, self->t.gpa);
	EXPECT_EQ(READ | WRITE | EXEC, self->t.prot);
}

static u64 *pte(struct one *o, u64 gva)
{
	u64 *table = o->vm.root;

	for (unsigned int shift = 39; shift > 12; shift -= 9)
		table = (u64 *)(table[gva >> shift & 511] & 0x000ffffffffff000UL);
	return &table[gva >> 12 & 511];
}

/* A look changes nothing; with MARK it leaves what the access would leave */
TEST_F(walk, accessed_and_dirty)
{
	struct one *o = &self->o;

	x86_map(&o->vm, GVA, 0x1000, PAGE, PTE_P | PTE_W);
	ASK(GVA, WRITE);
	EXPECT_EQ(0, *pte(o, GVA) & (PTE_A | PTE_D));
	must_translate(o->cpu.fd, GVA, READ, MOTE_TRANSLATE_MARK, &self->t);
	EXPECT_EQ(PTE_A, *pte(o, GVA) & (PTE_A | PTE_D));
	must_translate(o->cpu.fd, GVA, WRITE, MOTE_TRANSLATE_MARK, &self->t);
	EXPECT_EQ(PTE_A | PTE_D, *pte(o, GVA) & (PTE_A | PTE_D));
	EXPECT_EQ(PTE_A, o->vm.root[GVA >> 39] & (PTE_A | PTE_D));
}

/* 32-bit paging and PAE: the same tables that modes.c runs guests on */
TEST_F(walk, pae)
{
	u64 *t = vm_alloc(&self->o.vm, 3 * PAGE);

	t[1] = (unsigned long)(t + 512) | PTE_P;
	t[512 + 3] = 0x40000000 | PTE_P | PTE_W | PTE_PS;
	t[512 + 4] = (unsigned long)(t + 1024) | PTE_P | PTE_W;
	t[1024 + 5] = 0x7000 | PTE_P;
	x86_start_flat32(&self->o.cpu, 0x1000);
	vcpu_set(&self->o.cpu, MOTE_X86_CR4, CR4_PAE);
	vcpu_set(&self->o.cpu, MOTE_X86_CR3, (unsigned long)t);
	vcpu_set(&self->o.cpu, MOTE_X86_CR0, CR0_PG | CR0_WP | CR0_ET | CR0_PE);
	ASK(0x40000000 + 3 * HUGE + 0x123, WRITE);
	EXPECT_EQ(MOTE_TRANSLATE_OK, self->t.status);
	EXPECT_EQ(0x40000123, self->t.gpa);
	EXPECT_EQ(HUGE, self->t.page_bytes);
	ASK(0x40000000 + 4 * HUGE + 5 * PAGE + 1, READ);
	EXPECT_EQ(0x7001, self->t.gpa);
	ASK(0x40000000 + 4 * HUGE + 5 * PAGE + 1, WRITE);
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, self->t.status);
	ASK(0x80000000, READ);
	EXPECT_EQ(MOTE_TRANSLATE_NOT_PRESENT, self->t.status);
}

TEST_F(walk, two_levels)
{
	u32 *t = vm_alloc(&self->o.vm, 2 * PAGE);

	t[1] = (unsigned long)(t + 1024) | PTE_P | PTE_W;
	t[2] = 0x00800000 | PTE_P | PTE_W | PTE_PS;
	t[1024 + 7] = 0x9000 | PTE_P;
	x86_start_flat32(&self->o.cpu, 0x1000);
	vcpu_set(&self->o.cpu, MOTE_X86_CR4, CR4_PSE);
	vcpu_set(&self->o.cpu, MOTE_X86_CR3, (unsigned long)t);
	vcpu_set(&self->o.cpu, MOTE_X86_CR0, CR0_PG | CR0_WP | CR0_ET | CR0_PE);
	ASK(0x00407008, READ);
	EXPECT_EQ(MOTE_TRANSLATE_OK, self->t.status);
	EXPECT_EQ(0x9008, self->t.gpa);
	EXPECT_EQ(PAGE, self->t.page_bytes);
	ASK(0x00812345, WRITE);
	EXPECT_EQ(0x00812345, self->t.gpa);
	EXPECT_EQ(4 * MIB, self->t.page_bytes);
	ASK(0x00c00000, READ);
	EXPECT_EQ(MOTE_TRANSLATE_NOT_PRESENT, self->t.status);
}

TEST_HARNESS_MAIN
