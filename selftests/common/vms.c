// SPDX-License-Identifier: GPL-2.0-only
/* Several VMs at once know nothing of each other. */
#include <sys/mman.h>

#include "vm.h"

#include "kselftest_harness.h"

/* Same guest addresses, different memory: in turn on one thread */
TEST(memory_is_apart)
{
	struct robot_vm a, b;
	u64 *p = new_pages(PAGE), *q = new_pages(PAGE);

	robot_create(&a, 0);
	robot_create(&b, 0);
	must_mem_map(a.o.vm.fd, MEM_GPA, PAGE, p, 0);
	must_mem_map(b.o.vm.fd, MEM_GPA, PAGE, q, 0);
	for (u64 i = 1; i < 50; i++) {
		robot_write(&a, MEM_GPA, i);
		robot_write(&b, MEM_GPA, 1000 + i);
		ASSERT_EQ(i, robot_read(&a, MEM_GPA));
		ASSERT_EQ(1000 + i, robot_read(&b, MEM_GPA));
		ASSERT_EQ(i, *p);
		ASSERT_EQ(1000 + i, *q);
	}
	/* What one loses the other keeps */
	must_mem_unmap(a.o.vm.fd, MEM_GPA, PAGE);
	robot_tell(&a, ROBOT_READ, MEM_GPA, 0);
	EXPECT_EQ(MOTE_EXIT_MMIO, robot_go(&a));
	EXPECT_EQ(1049, robot_read(&b, MEM_GPA));
	robot_destroy(&a);
	EXPECT_EQ(1049, robot_read(&b, MEM_GPA));
	robot_destroy(&b);
}

GUEST(distinct)
{
	u64 a = arg, b = arg * 3, c = arg * 5;

	for (;;) {
		a = a * 25214903917ULL + 11;
		b ^= a;
		c += b;
		guest_sync(a ^ b ^ c);
	}
}

static u64 distinct_after(u64 arg, int n)
{
	u64 a = arg, b = arg * 3, c = arg * 5;

	while (n--) {
		a = a * 25214903917ULL + 11;
		b ^= a;
		c += b;
	}
	return a ^ b ^ c;
}

TEST(eight_in_turn)
{
	struct one o[8];

	for (int i = 0; i < 8; i++)
		one_create(&o[i], 0, guest_distinct, i + 1);
	for (int n = 1; n <= 20; n++) {
		for (int i = 0; i < 8; i++) {
			ASSERT_EQ(distinct_after(i + 1, n), vcpu_sync(&o[i].cpu));
		}
	}
	for (int i = 0; i < 8; i++)
		one_destroy(&o[i]);
}

TEST(two_at_once)
{
	static volatile u64 count[2];
	struct runner runner[2];
	struct one o[2];

	for (int i = 0; i < 2; i++) {
		one_create(&o[i], 0, guest_spin, (unsigned long)&count[i]);
		runner_start(&runner[i], &o[i].cpu);
	}
	for (int round = 0; round < 5; round++)
		for (int i = 0; i < 2; i++)
			wait_change(&count[i], count[i]);
	for (int i = 0; i < 2; i++) {
		must_kick(o[i].cpu.fd);
		runner_join(&runner[i]);
		EXPECT_EQ(MOTE_EXIT_KICK, runner[i].got);
		one_destroy(&o[i]);
	}
}

/* Each takes the even or the odd numbers, and waits for the other's */
static volatile u64 number;

GUEST(takes_turns)
{
	for (;;) {
		while ((number & 1) != arg)
			guest_barrier();
		number++;
	}
}

TEST(two_vcpus_share_memory)
{
	struct runner runner[2];
	struct vcpu v[2];
	struct vm vm;

	vm_create(&vm, 0);
	for (int i = 0; i < 2; i++) {
		vcpu_create(&v[i], &vm, i);
		vcpu_start(&v[i], guest_takes_turns, i);
		runner_start(&runner[i], &v[i]);
	}
	for (int round = 0; round < 10; round++)
		wait_change(&number, number);
	for (int i = 0; i < 2; i++) {
		must_kick(v[i].fd);
		runner_join(&runner[i]);
		EXPECT_EQ(MOTE_EXIT_KICK, runner[i].got);
		EXPECT_EQ(i, v[i].run->exit.vcpu);
		vcpu_destroy(&v[i]);
	}
	vm_destroy(&vm);
}

/* Both vCPUs use a page that the host takes away all the time */
TEST(two_vcpus_and_a_changing_page)
{
	struct runner runner[2];
	volatile struct robot *cmd;
	volatile u64 *p = new_pages(2 * PAGE);
	struct vcpu v[2];
	struct vm vm;

	vm_create(&vm, 0);
	vm_map(&vm, MEM_GPA, 2 * PAGE, (void *)p, 0);
	for (int i = 0; i < 2; i++) {
		cmd = vm_alloc(&vm, PAGE);
		*cmd = (struct robot){ .op = ROBOT_COUNT_UP, .addr = MEM_GPA + 8 * i };
		vcpu_create(&v[i], &vm, i);
		vcpu_start(&v[i], guest_robot, (unsigned long)cmd);
		vcpu_sync(&v[i]);
		runner_start(&runner[i], &v[i]);
	}
	for (int round = 0; round < 50; round++) {
		madvise((void *)p, PAGE, MADV_DONTNEED);
		wait_change(&p[0], 0);
		wait_change(&p[1], 0);
	}
	for (int i = 0; i < 2; i++) {
		must_kick(v[i].fd);
		runner_join(&runner[i]);
		EXPECT_EQ(MOTE_EXIT_KICK, runner[i].got);
		vcpu_destroy(&v[i]);
	}
	vm_destroy(&vm);
}

TEST(as_many_vcpus_as_there_can_be)
{
	struct vcpu v;
	struct vm vm;

	vm_create(&vm, VM_IRQCHIP);
	for (u32 i = 1; i < vm.info.max_vcpus; i++)
		close(must_create_vcpu(vm.fd, i));
	vcpu_create(&v, &vm, 0);
	vcpu_start(&v, guest_sync_loop, 0);
	EXPECT_EQ(0, vcpu_sync(&v));
	vcpu_destroy(&v);
	vm_destroy(&vm);
}

TEST_HARNESS_MAIN
