// SPDX-License-Identifier: GPL-2.0-only
/* What lives how long, and that nothing stays behind. */
#include <unistd.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "vm.h"

#include "kselftest_harness.h"

TEST(vcpu_outlives_vm_descriptor)
{
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	close(o.vm.fd);
	close(o.vm.sys);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	vcpu_destroy(&o.cpu);
}

TEST(run_page_outlives_descriptors)
{
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	close(o.cpu.fd);
	close(o.vm.fd);
	close(o.vm.sys);
	EXPECT_EQ(MOTE_EXIT_HYPERCALL, o.cpu.run->exit.type);
	EXPECT_LT(0, o.cpu.stats->entries);
	o.cpu.run->request = 1;
	munmap(o.cpu.run, PAGE);
	munmap((void *)o.cpu.stats, PAGE);
}

/* Unmapped and mapped again: the same page */
TEST(run_page_is_one)
{
	struct one o;
	void *again, *second;

	one_create(&o, 0, guest_sync_loop, 0);
	must_map_area(o.cpu.fd, &o.vm.info, MOTE_AREA_RUN, &second);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	EXPECT_EQ(0, memcmp(o.cpu.run, second, PAGE));
	munmap(o.cpu.run, PAGE);
	must_map_area(o.cpu.fd, &o.vm.info, MOTE_AREA_RUN, &again);
	o.cpu.run = again;
	EXPECT_EQ(0, memcmp(again, second, PAGE));
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	munmap(second, PAGE);
	one_destroy(&o);
}

/* The id of a vCPU is taken as long as the VM is there */
TEST(closed_vcpu_keeps_its_id)
{
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	vcpu_destroy(&o.cpu);
	EXPECT_EQ(-EEXIST, mote_create_vcpu(o.vm.fd, 0));
	vm_destroy(&o.vm);
}

/* The makers are dead; their child still holds the descriptors */
static void orphan(struct one *o, pid_t parent, int result)
{
	char c;

	while (getppid() == parent)
		msleep(1);
	c = mote_run(o->cpu.fd) == -EXDEV && !mote_kick(o->cpu.fd) ? 'y' : 'n';
	_exit(write(result, &c, 1) != 1);
}

TEST(descriptors_outlive_the_process)
{
	int status, pipes[2];
	char c = '?';
	pid_t pid;

	ASSERT_EQ(0, pipe(pipes));
	pid = fork();
	if (!pid) {
		pid_t me = getpid();
		struct one o;

		one_create(&o, 0, guest_sync_loop, 0);
		vcpu_sync(&o.cpu);
		if (!fork())
			orphan(&o, me, pipes[1]);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(1, read(pipes[0], &c, 1));
	EXPECT_EQ('y', c);
}

TEST(exit_with_everything_open)
{
	int status;

	for (int i = 0; i < 10; i++) {
		pid_t pid = fork();

		if (!pid) {
			struct one o;

			one_create(&o, i & 1 ? VM_IRQCHIP : 0, guest_sync_loop, 0);
			vcpu_sync(&o.cpu);
			_exit(0);
		}
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(0, status);
	}
}

/* --- leaks --- */

/* Pages nobody uses: buddy lists and per-CPU lists, from /proc/zoneinfo */
static long free_pages(void)
{
	FILE *f = fopen("/proc/zoneinfo", "r");
	char line[256];
	long n, total = 0;

	if (!f)
		die("no /proc/zoneinfo");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " nr_free_pages %ld", &n) == 1)
			total += n;
		else if (sscanf(line, " count: %ld", &n) == 1)
			total += n;
	}
	fclose(f);
	return total;
}

static void one_life(u32 flags)
{
	struct robot_vm r;
	u8 *p = new_pages(64 * PAGE);

	robot_create(&r, flags);
	must_mem_map(r.o.vm.fd, MEM_GPA, 64 * PAGE, p, 0);
	robot_tell_many(&r, ROBOT_FILL, MEM_GPA, 1, PAGE, 64);
	vcpu_sync(&r.o.cpu);
	madvise(p, 32 * PAGE, MADV_DONTNEED);
	vm_policy(&r.o.vm, MOTE_SPACE_HYPERCALL, 5, 9, MOTE_ACTION_FAULT, 0);
	must_mem_unmap(r.o.vm.fd, MEM_GPA + PAGE, PAGE);
	robot_destroy(&r);
	munmap(p, 64 * PAGE);
}

static void lives(int n)
{
	for (int i = 0; i < n; i++)
		one_life(i & 1 ? VM_IRQCHIP : 0);
	/* What RCU and lazily freed structures hold back */
	msleep(300);
}

/*
 * A VM with a vCPU that has run is some 25 pages; a leak of a single page in
 * each of 100 would show.  The host's own noise is far below that.
 */
TEST(hundred_lives_leave_nothing)
{
	long before, after;

	/* KASAN keeps freed memory for a while, and kmemleak finds the leaks */
	if (!access("/sys/kernel/debug/kmemleak", F_OK))
		SKIP(return, "freed pages are kept by the kernel's own checks");
	lives(30);
	before = free_pages();
	lives(100);
	after = free_pages();
	printf("# pages in use after 100 VMs: %ld more\n", before - after);
	fflush(stdout);
	EXPECT_GT(60, before - after);
}

TEST_HARNESS_MAIN
