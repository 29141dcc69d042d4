// SPDX-License-Identifier: GPL-2.0-only
/* Register values that no CPU has: refused at once, or by the entry. */
#include <errno.h>
#include <sys/sysinfo.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

FIXTURE(state)
{
	struct one o;
};

FIXTURE_SETUP(state)
{
	one_create(&self->o, 0, guest_sync_loop, 0);
}

FIXTURE_TEARDOWN(state)
{
	one_destroy(&self->o);
}

static int set(struct one *o, u64 id, u64 value)
{
	struct mote_reg r = { id, value };

	return mote_set_regs(o->cpu.fd, &r, 1, NULL);
}

TEST_F(state, refused_values)
{
	static const struct mote_reg bad[] = {
		{ MOTE_X86_CR0, 1ULL << 32 },
		{ MOTE_X86_CR0, CR0_PG },
		{ MOTE_X86_CR0, CR0_NW },
		{ MOTE_X86_CR0, 1 << 10 },
		{ MOTE_X86_CR3, 1ULL << 60 },
		{ MOTE_X86_CR4, CR4_VMXE },
		{ MOTE_X86_CR4, 1ULL << 40 },
		{ MOTE_X86_CR8, 16 },
		{ MOTE_X86_EFER, 1 << 1 },
		{ MOTE_X86_EFER, 1ULL << 32 },
		{ RFLAGS, 0 },
		{ RFLAGS, 2 | 1 << 3 },
		{ RFLAGS, 2 | 1ULL << 32 },
		{ RIP, 1ULL << 63 },
		{ MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_SELECTOR), 0x10000 },
		{ MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_BASE), 1ULL << 32 },
		{ MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_LIMIT), 1ULL << 32 },
		{ MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_AR), AR_UNUSABLE },
		{ MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_AR), 0xa01b },
		{ MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_AR), 1 << 20 | AR_CODE64 },
		{ MOTE_X86_SEG(MOTE_X86_SS, MOTE_X86_SEG_AR), AR_CODE64 },
		{ MOTE_X86_SEG(MOTE_X86_TR, MOTE_X86_SEG_AR), AR_UNUSABLE },
		{ MOTE_X86_SEG(MOTE_X86_FS, MOTE_X86_SEG_BASE), 1ULL << 63 },
		{ MOTE_X86_SEG(MOTE_X86_GDTR, MOTE_X86_SEG_LIMIT), 0x10000 },
		{ MOTE_X86_SEG(MOTE_X86_GDTR, MOTE_X86_SEG_BASE), 1ULL << 63 },
		{ MOTE_X86_DR(7), 1ULL << 32 },
		{ MOTE_X86_DR(6), 1ULL << 32 },
		{ MOTE_X86_XCR0, 0 },
		{ MOTE_X86_XCR0, 5 },
		{ MOTE_X86_EVENT_INFO, 1u << 31 | 7 << 8 },
		{ MOTE_X86_EVENT_INFO, 5 },
		{ MOTE_X86_NMI_PENDING, 3 },
		{ MOTE_X86_NMI_BLOCKED, 2 },
		{ MOTE_X86_SHADOW, 3 },
		{ MOTE_X86_HALTED, 2 },
		{ MOTE_X86_INTR_PENDING, 0x40 },
		{ MOTE_X86_MSR(0x277), 2 },
		{ MOTE_X86_MSR(0xc0000082), 1ULL << 63 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		struct mote_reg was = { bad[i].id, 0 }, is = { bad[i].id, 0 };

		must_get_regs(self->o.cpu.fd, &was, 1, NULL);
		EXPECT_EQ(-EINVAL, set(&self->o, bad[i].id, bad[i].value))
			TH_LOG("0x%llx = 0x%llx", bad[i].id, bad[i].value);
		must_get_regs(self->o.cpu.fd, &is, 1, NULL);
		EXPECT_EQ(was.value, is.value) TH_LOG("0x%llx", bad[i].id);
	}
	/* Nothing of all this has hurt */
	EXPECT_EQ(0, vcpu_sync(&self->o.cpu));
}

TEST_F(state, registers_that_are_not_there)
{
	static const u64 none[] = {
		MOTE_X86_REG(MOTE_X86_CLASS_CONTROL, 1), MOTE_X86_DR(4), MOTE_X86_DR(5),
		MOTE_X86_DR(8), MOTE_X86_GPR(18), MOTE_X86_SEG(10, 0), MOTE_X86_MSR(0x12345678),
		MOTE_X86_SEG(MOTE_X86_GDTR, MOTE_X86_SEG_SELECTOR), MOTE_X86_XSAVE(100000),
		MOTE_X86_LAPIC(0x20), MOTE_X86_REG(MOTE_X86_CLASS_EVENT, 20),
		MOTE_X86_MSR(0x1b),
	};

	vcpu_lacks(&self->o.cpu, none, ARRAY_SIZE(none));
}

/* Good each for itself, impossible together: the entry fails, and says so */
static void fails(struct __test_metadata *_metadata, struct one *o)
{
	const struct mote_exit *e = &o->cpu.run->exit;
	char text[8192];
	u64 bytes = sizeof(text);

	ASSERT_EQ(MOTE_EXIT_FAIL_ENTRY, vcpu_run(&o->cpu));
	EXPECT_EQ(0, e->fail.error);
	if (o->vm.info.backend == MOTE_BACKEND_VMX) {
		/* Invalid guest state; bit 31: VM-entry failure */
		EXPECT_EQ(33 | 1u << 31, e->raw);
	}
	EXPECT_EQ(0, mote_dump(o->cpu.fd, text, &bytes, 0));
	EXPECT_NE(NULL, strstr(text, "RIP")) TH_LOG("%.200s", text);
	/* Again the same, as often as one likes; and mended it runs */
	ASSERT_EQ(MOTE_EXIT_FAIL_ENTRY, vcpu_run(&o->cpu));
	EXPECT_EQ(0, e->fail.error);
	vcpu_set(&o->cpu, MOTE_X86_EVENT_INFO, 0);
	vcpu_start(&o->cpu, guest_sync_loop, 0);
	EXPECT_EQ(0, vcpu_sync(&o->cpu));
}

/* 64-bit and 32-bit code at once */
TEST_F(state, code_segment_of_no_mode)
{
	ASSERT_EQ(0, set(&self->o, MOTE_X86_SEG(MOTE_X86_CS, MOTE_X86_SEG_AR), 0xe09b));
	fails(_metadata, &self->o);
}

/* Virtual-8086 mode in 64-bit mode */
TEST_F(state, v8086_in_long_mode)
{
	if (self->o.vm.info.backend == MOTE_BACKEND_SVM)
		SKIP(return, "VMRUN takes it");
	ASSERT_EQ(0, set(&self->o, RFLAGS, RFLAGS_FIXED | 1 << 17));
	fails(_metadata, &self->o);
}

/* Long mode without PAE */
TEST_F(state, long_mode_without_pae)
{
	ASSERT_EQ(0, set(&self->o, MOTE_X86_CR4, 0));
	fails(_metadata, &self->o);
}

/* An interrupt on its way while interrupts are off */
TEST_F(state, interrupt_with_if_clear)
{
	if (self->o.vm.info.backend == MOTE_BACKEND_SVM)
		SKIP(return, "VMRUN takes it");
	ASSERT_EQ(0, set(&self->o, MOTE_X86_EVENT_INFO, 1u << 31 | 0x40));
	ASSERT_EQ(MOTE_EXIT_FAIL_ENTRY, vcpu_run(&self->o.cpu));
	/* It has not gone in, so it is still there */
	EXPECT_EQ(1u << 31 | 0x40, vcpu_get(&self->o.cpu, MOTE_X86_EVENT_INFO));
	fails(_metadata, &self->o);
}

/* What was to go in with an entry that failed is still there, as if never tried */
TEST_F(state, event_of_a_failed_entry_stays)
{
	static const u64 events[] = {
		1u << 31 | 2 << 8 | VECTOR_NMI,
		1u << 31 | 3 << 8 | VECTOR_UD,
		0x18ULL << 32 | 1u << 31 | 1 << 11 | 3 << 8 | VECTOR_GP,
		1u << 31 | 2 << 16 | 4 << 8 | 0x80,
		1u << 31 | 1 << 16 | 6 << 8 | VECTOR_BP,
	};
	struct vcpu *v = &self->o.cpu;
	u64 rip = vcpu_get(v, RIP);

	for (unsigned int i = 0; i < ARRAY_SIZE(events); i++) {
		ASSERT_EQ(0, set(&self->o, MOTE_X86_CR4, 0));
		ASSERT_EQ(0, set(&self->o, MOTE_X86_EVENT_INFO, events[i]));
		for (int n = 0; n < 2; n++) {
			ASSERT_EQ(MOTE_EXIT_FAIL_ENTRY, vcpu_run(v));
			EXPECT_EQ(events[i], vcpu_get(v, MOTE_X86_EVENT_INFO));
			EXPECT_EQ(rip, vcpu_get(v, RIP));
			EXPECT_EQ(0, vcpu_get(v, MOTE_X86_NMI_BLOCKED));
		}
	}
	fails(_metadata, &self->o);
}

/* Random values into everything that takes them: RUN always comes back */
TEST_F(state, random_state)
{
	static u64 ids[MOTE_REGS_MAX];
	static struct mote_reg good[MOTE_REGS_MAX];
	u32 count = ARRAY_SIZE(ids);
	u64 seed = 12345;
	int entered = 0;
	u64 entries;

	must_reg_list(self->o.cpu.fd, ids, &count);
	for (u32 i = 0; i < count; i++)
		good[i].id = ids[i];
	must_get_regs(self->o.cpu.fd, good, count, NULL);
	for (int round = 0; round < 100; round++) {
		must_set_regs(self->o.cpu.fd, good, count, NULL);
		for (int n = 0; n < 8; n++) {
			u64 value;

			seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
			value = good[seed >> 33 & 127].value ^ 1ULL << (seed >> 58);
			set(&self->o, ids[(seed >> 40) % 128], value);
		}
		entries = self->o.cpu.stats->entries;
		ASSERT_EQ(0, vcpu_run_for(&self->o.cpu, 2));
		ASSERT_EQ(0, vcpu_run_for(&self->o.cpu, 2));
		entered += self->o.cpu.stats->entries != entries;
	}
	EXPECT_LT(50, entered);
	must_set_regs(self->o.cpu.fd, good, count, NULL);
	EXPECT_EQ(0, vcpu_sync(&self->o.cpu));
}

/* A new limit of the IDT each time, which is still there when the guest goes on */
GUEST(new_limits)
{
	struct { u16 limit; u64 base; } __attribute__((packed)) idtr;
	u16 limit;

	asm volatile("sidt %0" : "=m"(idtr));
	for (;;) {
		limit = --idtr.limit;
		asm volatile("lidt %0" : : "m"(idtr));
		guest_sync(limit);
		asm volatile("sidt %0" : "=m"(idtr));
		GUEST_EQ(limit, idtr.limit);
	}
}

/* What one CPU has kept of the guest is old after a run on another */
TEST(tables_move_between_cpus)
{
	struct one o;

	if (get_nprocs() < 2)
		SKIP(return, "one CPU");
	one_create(&o, 0, guest_new_limits, 0);
	for (int i = 0; i < 6; i++) {
		ASSERT_EQ(0, host_cpu_pin(0, i & 1));
		vcpu_sync(&o.cpu);
	}
	one_destroy(&o);
}

/* --- paging registers set by the runner: what the TLB has of the old ones is void --- */

#define FAR_GVA		(1UL << 39)	/* a root entry of its own */

static volatile u64 *const far = (volatile u64 *)FAR_GVA;

GUEST(look_and_look)
{
	for (;;)
		guest_sync(*far);
}

/* The tables of @vm once more, with FAR_GVA leading elsewhere */
static u64 *other_root(struct vm *vm, void *page, u64 flags)
{
	u64 *root = vm_alloc(vm, PAGE), *old = vm->root;

	memcpy(root, old, PAGE);
	vm->root = root;
	x86_map(vm, FAR_GVA, (unsigned long)page, PAGE, flags);
	vm->root = old;
	return root;
}

/* Between two instructions: SET_REGS would have the last hypercall executed again */
static void set_between(struct vcpu *v, u64 id, u64 value)
{
	v->run->request = MOTE_RUN_COMPLETE_ONLY;
	vcpu_run(v);
	v->run->request = 0;
	vcpu_set(v, id, value);
}

TEST(cr3_of_the_runner)
{
	struct one o;
	u64 *root[2];

	one_create(&o, 0, guest_look_and_look, 0);
	for (u64 i = 0; i < 2; i++) {
		u64 *page = vm_alloc(&o.vm, PAGE);

		*page = 0x1000 + i;
		root[i] = other_root(&o.vm, page, PTE_P | PTE_W);
	}
	for (u64 i = 0; i < 10; i++) {
		set_between(&o.cpu, MOTE_X86_CR3, (unsigned long)root[i % 2]);
		ASSERT_EQ(0x1000 + i % 2, vcpu_sync(&o.cpu));
		ASSERT_EQ(0x1000 + i % 2, vcpu_sync(&o.cpu));
	}
	one_destroy(&o);
}

GUEST(write_and_write)
{
	for (;;)
		guest_sync(GUEST_TRY("movq $1, (%0)", : : "r"(far) : "memory"));
}

TEST(write_protect_of_the_runner)
{
	struct one o;
	u64 cr0;

	one_create(&o, 0, guest_write_and_write, 0);
	vcpu_set(&o.cpu, MOTE_X86_CR3,
		 (unsigned long)other_root(&o.vm, vm_alloc(&o.vm, PAGE), PTE_P));
	cr0 = vcpu_get(&o.cpu, MOTE_X86_CR0);
	for (int i = 0; i < 4; i++) {
		set_between(&o.cpu, MOTE_X86_CR0, i % 2 ? cr0 : cr0 & ~CR0_WP);
		ASSERT_EQ(i % 2 ? VECTOR_PF : NO_FAULT, vcpu_sync(&o.cpu));
		ASSERT_EQ(i % 2 ? VECTOR_PF : NO_FAULT, vcpu_sync(&o.cpu));
	}
	one_destroy(&o);
}

GUEST(jump_and_jump)
{
	for (;;)
		guest_sync(GUEST_TRY("call *%0", : : "r"(far) : "memory"));
}

/* What is reserved in a page table entry without EFER.NXE forbids execution with it */
TEST(nxe_of_the_runner)
{
	struct one o;
	u64 efer;
	u8 *page;

	one_create(&o, 0, guest_jump_and_jump, 0);
	page = vm_alloc(&o.vm, PAGE);
	*page = 0xc3;
	vcpu_set(&o.cpu, MOTE_X86_CR3,
		 (unsigned long)other_root(&o.vm, page, PTE_P | PTE_NX));
	efer = vcpu_get(&o.cpu, MOTE_X86_EFER);
	for (int i = 0; i < 4; i++) {
		set_between(&o.cpu, MOTE_X86_EFER, i % 2 ? efer : efer & ~EFER_NX);
		ASSERT_EQ(VECTOR_PF, vcpu_sync(&o.cpu));
		/* Present, fetch; or a reserved bit, without "present" in QEMU (seen in 10.0) */
		ASSERT_EQ(i % 2 ? 0x11 : guest_on_tcg ? 0x8 : 0x9,
			  guest_fault.error & ~(i % 2 ? 0UL : 0x10UL));
	}
	one_destroy(&o);
}

TEST_HARNESS_MAIN
