// SPDX-License-Identifier: GPL-2.0-only
/*
 * Translations that a CPU remembers of a guest: they must be nobody else's, and not
 * come back when the guest has dropped them somewhere else.  An emulator that
 * forgets all of them at each exit passes this whatever mote does.
 */
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

#define GVA	0x300000000000UL
#define PAGES	16

/* What the guest does next: point its page at another one, or just read it */
struct order {
	u64 gpa;	/* 0: read only */
	u64 *pte;
};

GUEST(pager)
{
	volatile struct order *o = (struct order *)arg;

	for (;;) {
		if (o->gpa) {
			*(volatile u64 *)o->pte = o->gpa | PTE_P | PTE_W;
			asm volatile("invlpg (%0)" : : "r"(GVA) : "memory");
		}
		guest_sync(guest_read64(GVA));
	}
}

static u64 *leaf_of(struct vm *vm, u64 gva)
{
	u64 *table = vm->root;

	for (unsigned int shift = 39; shift > 12; shift -= 9)
		table = (u64 *)(table[gva >> shift & 511] & 0x000ffffffffff000UL);
	return &table[gva >> 12 & 511];
}

/* Words 100, 101 ... in pages of the arena */
static u64 *numbered_pages(struct vm *vm)
{
	u64 *p = vm_alloc(vm, PAGES * PAGE);

	for (int i = 0; i < PAGES; i++)
		p[i * 512] = 100 + i;
	return p;
}

static void pager_create(struct one *o, volatile struct order **order, u64 **pages)
{
	one_create(o, 0, NULL, 0);
	*pages = numbered_pages(&o->vm);
	*order = vm_alloc(&o->vm, PAGE);
	x86_map(&o->vm, GVA, (unsigned long)*pages, PAGE, PTE_P | PTE_W);
	(*order)->pte = leaf_of(&o->vm, GVA);
	vcpu_start(&o->cpu, guest_pager, (unsigned long)*order);
}

/* INVLPG reaches the CPU that executes it; the guest believes that it has one */
TEST(invlpg_on_another_cpu)
{
	volatile struct order *order;
	struct one o;
	u64 *pages;

	if (get_nprocs() < 2)
		SKIP(return, "one CPU");
	pager_create(&o, &order, &pages);
	for (int i = 0; i < 20; i++) {
		int now = i % PAGES, next = (i + 1) % PAGES;

		ASSERT_EQ(0, host_cpu_pin(0, 0));
		EXPECT_EQ(100 + now, vcpu_sync(&o.cpu));
		ASSERT_EQ(0, host_cpu_pin(0, 1));
		order->gpa = (unsigned long)(pages + next * 512);
		EXPECT_EQ(100 + next, vcpu_sync(&o.cpu));
		order->gpa = 0;
	}
	one_destroy(&o);
}

/* Two vCPUs take turns on a CPU; the same address is another page for each */
TEST(two_vcpus_of_a_vm)
{
	volatile struct order *order;
	u64 *pages, *root;
	struct vcpu b;
	struct one o;

	host_cpu_pin(0, 0);
	pager_create(&o, &order, &pages);
	vcpu_create(&b, &o.vm, 1);
	vcpu_start(&b, guest_pager, (unsigned long)order);
	/* The tables of the second one: the first's, with another leaf */
	root = o.vm.root;
	o.vm.root = vm_alloc(&o.vm, PAGE);
	o.vm.root[0] = root[0];
	x86_map(&o.vm, GVA, (unsigned long)(pages + 512), PAGE, PTE_P | PTE_W);
	vcpu_set(&b, MOTE_X86_CR3, (unsigned long)o.vm.root);
	for (int i = 0; i < 20; i++) {
		EXPECT_EQ(100, vcpu_sync(&o.cpu));
		EXPECT_EQ(101, vcpu_sync(&b));
	}
	vcpu_destroy(&b);
	one_destroy(&o);
}

/* A number that tells VMs apart is used again: more VMs than there are of them */
TEST(one_vm_after_another)
{
	host_cpu_pin(0, 0);
	for (int i = 0; i < 80; i++) {
		volatile struct order *order;
		struct one o;
		u64 *pages;

		pager_create(&o, &order, &pages);
		*pages = i;
		EXPECT_EQ(i, vcpu_sync(&o.cpu));
		one_destroy(&o);
	}
}

/* The host takes the page away behind each of them */
TEST(dontneed_behind_a_linear_address)
{
	volatile struct order *order;
	struct one o;
	u64 *pages;
	u64 *p = new_pages(PAGE);

	host_cpu_pin(0, 0);
	pager_create(&o, &order, &pages);
	must_mem_map(o.vm.fd, MEM_GPA, PAGE, p, 0);
	order->gpa = MEM_GPA;
	for (int i = 1; i < 20; i++) {
		*p = i;
		EXPECT_EQ(i, vcpu_sync(&o.cpu));
		order->gpa = 0;
		madvise(p, PAGE, MADV_DONTNEED);
		EXPECT_EQ(0, vcpu_sync(&o.cpu));
	}
	one_destroy(&o);
}

TEST_HARNESS_MAIN
