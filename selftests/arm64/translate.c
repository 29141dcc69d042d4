// SPDX-License-Identifier: GPL-2.0-only
/* TRANSLATE: the guest's stage-1 tables, permissions, tables that lie outside. */
#include "a64_vm.h"

#include "kselftest_harness.h"

#define R	MOTE_ACCESS_READ
#define W	MOTE_ACCESS_WRITE
#define X	MOTE_ACCESS_EXEC

/* From here on, a page, a block and a gibibyte */
#define AT_PAGE		(16UL << 30)
#define AT_BLOCK	((17UL << 30) + HUGE)
#define AT_GIB		(18UL << 30)

FIXTURE(tr)
{
	struct one o;
	struct mote_translate t;
};

FIXTURE_SETUP(tr)
{
	one_create(&self->o, 0, guest_nothing, 0);
}

FIXTURE_TEARDOWN(tr)
{
	one_destroy(&self->o);
}

static u32 look(struct one *o, u64 gva, u32 access, struct mote_translate *t)
{
	must_translate(o->cpu.fd, gva, access, 0, t);
	return t->status;
}

TEST_F(tr, one_to_one)
{
	struct mote_translate *t = &self->t;

	ASSERT_EQ(MOTE_TRANSLATE_OK, look(&self->o, 0x40001234, R, t));
	EXPECT_EQ(0x40001234, t->gpa);
	EXPECT_EQ(HUGE, t->page_bytes);
	EXPECT_EQ(R | W | X, t->prot);
	ASSERT_EQ(MOTE_TRANSLATE_OK, look(&self->o, 0x40001234, W, t));
	ASSERT_EQ(MOTE_TRANSLATE_OK, look(&self->o, 0x40001234, X, t));
}

TEST_F(tr, sizes)
{
	struct mote_translate *t = &self->t;

	a64_map(&self->o.vm, AT_PAGE, 0x12345000, PAGE, PTE_MEMORY);
	a64_map(&self->o.vm, AT_BLOCK, 0x45400000, HUGE, PTE_MEMORY);
	a64_map(&self->o.vm, AT_GIB, 0x80000000, 1UL << 30, PTE_MEMORY);
	ASSERT_EQ(MOTE_TRANSLATE_OK, look(&self->o, AT_PAGE + 0x678, R, t));
	EXPECT_EQ(0x12345678, t->gpa);
	EXPECT_EQ(PAGE, t->page_bytes);
	ASSERT_EQ(MOTE_TRANSLATE_OK, look(&self->o, AT_BLOCK + 0x54321, R, t));
	EXPECT_EQ(0x45454321, t->gpa);
	EXPECT_EQ(HUGE, t->page_bytes);
	ASSERT_EQ(MOTE_TRANSLATE_OK, look(&self->o, AT_GIB + 0x2345678, R, t));
	EXPECT_EQ(0x82345678, t->gpa);
	EXPECT_EQ(1UL << 30, t->page_bytes);
	EXPECT_EQ(MOTE_TRANSLATE_NOT_PRESENT, look(&self->o, AT_PAGE + PAGE, R, t));
	EXPECT_EQ(MOTE_TRANSLATE_NOT_PRESENT, look(&self->o, 19UL << 30, R, t));
}

TEST_F(tr, permissions)
{
	struct mote_translate *t = &self->t;

	a64_map(&self->o.vm, AT_PAGE, 0x1000, PAGE, PTE_MEMORY | PTE_RO | PTE_PXN | PTE_UXN);
	ASSERT_EQ(MOTE_TRANSLATE_OK, look(&self->o, AT_PAGE, R, t));
	EXPECT_EQ(R, t->prot);
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, look(&self->o, AT_PAGE, W, t));
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, look(&self->o, AT_PAGE, X, t));
	a64_map(&self->o.vm, AT_PAGE, 0x1000, PAGE, PTE_MEMORY | PTE_RO | PTE_UXN);
	EXPECT_EQ(MOTE_TRANSLATE_OK, look(&self->o, AT_PAGE, X, t));
	/* What EL0 may write EL1 does not execute (Arm ARM, "Execute-never") */
	a64_map(&self->o.vm, AT_PAGE, 0x1000, PAGE, PTE_MEMORY | PTE_USER);
	EXPECT_EQ(MOTE_TRANSLATE_OK, look(&self->o, AT_PAGE, W, t));
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, look(&self->o, AT_PAGE, X, t));
}

TEST_F(tr, at_el0)
{
	struct mote_translate *t = &self->t;

	vcpu_set(&self->o.cpu, A64_PSTATE, PSTATE_EL0T);
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, look(&self->o, 0x40001234, R, t));
	ASSERT_EQ(MOTE_TRANSLATE_OK, look(&self->o, USER(0x40001234UL), R, t));
	EXPECT_EQ(0x40001234, t->gpa);
	EXPECT_EQ(MOTE_TRANSLATE_OK, look(&self->o, USER(0x40001234UL), W, t));
	EXPECT_EQ(MOTE_TRANSLATE_OK, look(&self->o, USER(0x40001234UL), X, t));
	a64_map(&self->o.vm, AT_PAGE, 0x1000, PAGE, PTE_MEMORY | PTE_USER | PTE_RO | PTE_UXN);
	EXPECT_EQ(MOTE_TRANSLATE_OK, look(&self->o, AT_PAGE, R, t));
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, look(&self->o, AT_PAGE, W, t));
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, look(&self->o, AT_PAGE, X, t));
	/* Of EL1, wherever the vCPU is */
	must_translate(self->o.cpu.fd, 0x40001234, R, MOTE_TRANSLATE_SYSTEM, t);
	EXPECT_EQ(MOTE_TRANSLATE_OK, t->status);
}

/* The rights of a table hold for all below it (APTable, XNTable) */
TEST_F(tr, hierarchical)
{
	struct mote_translate *t = &self->t;
	u64 *l1 = self->o.vm.root;

	a64_map(&self->o.vm, AT_PAGE, 0x1000, PAGE, PTE_MEMORY);
	ASSERT_EQ(MOTE_TRANSLATE_OK, look(&self->o, AT_PAGE, W, t));
	l1[AT_PAGE >> 30] |= 2UL << 61;		/* APTable: read-only */
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, look(&self->o, AT_PAGE, W, t));
	EXPECT_EQ(MOTE_TRANSLATE_OK, look(&self->o, AT_PAGE, R, t));
	EXPECT_EQ(MOTE_TRANSLATE_OK, look(&self->o, AT_PAGE, X, t));
	l1[AT_PAGE >> 30] |= 1UL << 59;		/* PXNTable */
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, look(&self->o, AT_PAGE, X, t));
}

TEST_F(tr, outside_of_the_tables)
{
	struct mote_translate *t = &self->t;

	/* Above TTBR0's 39 bits, in the gap, and in TTBR1's half, which is off */
	EXPECT_EQ(MOTE_TRANSLATE_NOT_PRESENT, look(&self->o, 1UL << 39, R, t));
	EXPECT_EQ(MOTE_TRANSLATE_NOT_PRESENT, look(&self->o, 1UL << 55, R, t));
	EXPECT_EQ(MOTE_TRANSLATE_NOT_PRESENT, look(&self->o, -PAGE, R, t));
	/* No memory at the next table, then at the root */
	((u64 *)self->o.vm.root)[AT_PAGE >> 30] = 0x30000000 | PTE_VALID | PTE_TABLE;
	EXPECT_EQ(MOTE_TRANSLATE_NO_MEMORY, look(&self->o, AT_PAGE, R, t));
	vcpu_set(&self->o.cpu, REG_TTBR0, MMIO_GPA);
	EXPECT_EQ(MOTE_TRANSLATE_NO_MEMORY, look(&self->o, 0x40001234, R, t));
}

/* A second root for the upper half of the address space */
TEST_F(tr, upper_half)
{
	struct mote_translate *t = &self->t;
	u64 *l1 = vm_alloc(&self->o.vm, PAGE);

	l1[511] = 0x40000000 | PTE_MEMORY;
	vcpu_set(&self->o.cpu, REG_TTBR1, (unsigned long)l1);
	/* T1SZ 25, 4 KiB (TG1 2), the same attributes; EPD1 off */
	vcpu_set(&self->o.cpu, REG_TCR, (TCR_GUEST & ~(1UL << 23)) | 25UL << 16 | 1UL << 24 |
		 1UL << 26 | 3UL << 28 | 2UL << 30);
	ASSERT_EQ(MOTE_TRANSLATE_OK, look(&self->o, -(1UL << 30) + 0x777, R, t));
	EXPECT_EQ(0x40000777, t->gpa);
	EXPECT_EQ(MOTE_TRANSLATE_NOT_PRESENT, look(&self->o, -(2UL << 30), R, t));
	EXPECT_EQ(MOTE_TRANSLATE_NOT_PRESENT, look(&self->o, -(1UL << 39) - PAGE, R, t));
	EXPECT_EQ(MOTE_TRANSLATE_OK, look(&self->o, 0x40000000, R, t));
}

TEST_F(tr, paging_off)
{
	struct mote_translate *t = &self->t;

	vcpu_set(&self->o.cpu, REG_SCTLR, SCTLR_RES1);
	ASSERT_EQ(MOTE_TRANSLATE_OK, look(&self->o, 0x12345678, W, t));
	EXPECT_EQ(0x12345678, t->gpa);
	EXPECT_EQ(R | W | X, t->prot);
}

/* SCTLR_EL1.WXN: what can be written is not executed */
TEST_F(tr, wxn)
{
	struct mote_translate *t = &self->t;

	vcpu_set(&self->o.cpu, REG_SCTLR, SCTLR_GUEST | 1UL << 19);
	EXPECT_EQ(MOTE_TRANSLATE_OK, look(&self->o, 0x40000000, W, t));
	EXPECT_EQ(MOTE_TRANSLATE_DENIED, look(&self->o, 0x40000000, X, t));
	a64_map(&self->o.vm, AT_PAGE, 0x1000, PAGE, PTE_MEMORY | PTE_RO);
	EXPECT_EQ(MOTE_TRANSLATE_OK, look(&self->o, AT_PAGE, X, t));
}

/* Hardware and TRANSLATE agree: random entries, one access each */
GUEST(probe)
{
	for (;;) {
		u64 v = 0, gva = guest_sync(0), ec;

		guest_tlbi_all();
		ec = GUEST_TRY("ldr %0, [%1]", : "+r"(v) : "r"(gva) : "memory");
		guest_sync(ec == NO_FAULT);
		ec = GUEST_TRY("str xzr, [%0]", : : "r"(gva) : "memory");
		guest_sync(ec == NO_FAULT);
	}
}

TEST_F(tr, as_hardware_does)
{
	u64 state = 88172645463325252ULL;
	u8 *page = vm_alloc(&self->o.vm, PAGE);
	struct vcpu *v = &self->o.cpu;
	int ok = 0, denied = 0;

	vcpu_start(v, guest_probe, 0);
	for (int i = 0; i < 200; i++) {
		struct mote_translate r, w;
		u64 flags;

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		flags = (state & (PTE_USER | PTE_RO | PTE_NG | PTE_PXN | PTE_UXN)) | PTE_SHARED |
			(state & 0x30000 ? PTE_VALID : 0) | (state & 0xc0000 ? PTE_AF : 0);
		a64_map(&self->o.vm, AT_PAGE, (unsigned long)page, PAGE, flags);
		look(&self->o, AT_PAGE, R, &r);
		look(&self->o, AT_PAGE, W, &w);
		vcpu_sync(v);
		vcpu_answer(v, AT_PAGE);
		ASSERT_EQ(r.status == MOTE_TRANSLATE_OK, vcpu_sync(v))
			TH_LOG("read with 0x%llx: status %u", flags, r.status);
		ASSERT_EQ(w.status == MOTE_TRANSLATE_OK, vcpu_sync(v))
			TH_LOG("write with 0x%llx: status %u", flags, w.status);
		ok += r.status == MOTE_TRANSLATE_OK;
		denied += w.status == MOTE_TRANSLATE_DENIED;
	}
	EXPECT_LT(20, ok);
	EXPECT_LT(20, denied);
}

TEST_HARNESS_MAIN
