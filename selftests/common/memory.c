// SPDX-License-Identifier: GPL-2.0-only
/* Guest memory as MEM_MAP and MEM_UNMAP make it: ranges, rights, page sizes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "vm.h"

#include "kselftest_harness.h"

FIXTURE(mem)
{
	struct robot_vm r;
};

FIXTURE_SETUP(mem)
{
	robot_create(&self->r, 0);
}

FIXTURE_TEARDOWN(mem)
{
	robot_destroy(&self->r);
}

static u64 faults(struct robot_vm *r)
{
	return r->o.cpu.stats->exits[MOTE_EXIT_FAULT];
}

/* The robot's own pages are not to be counted */
static u64 warm_faults(struct robot_vm *r)
{
	robot_tell_many(r, ROBOT_FILL, (unsigned long)r->o.vm.arena + 3 * MIB, 0, PAGE, 1);
	robot_go(r);
	return faults(r);
}

static unsigned int resident(void *p, unsigned int pages)
{
	unsigned char map[512];
	unsigned int n = 0;

	mincore(p, pages * PAGE, map);
	for (unsigned int i = 0; i < pages; i++)
		n += map[i] & 1;
	return n;
}

TEST_F(mem, is_lazy)
{
	u8 *p = new_pages(512 * PAGE);
	u64 before;

	vm_map(&self->r.o.vm, MEM_GPA, 512 * PAGE, p, 0);
	EXPECT_EQ(0, resident(p, 512));
	before = warm_faults(&self->r);
	robot_tell_many(&self->r, ROBOT_FILL, MEM_GPA, 7, 2 * PAGE, 10);
	EXPECT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(10, resident(p, 512));
	EXPECT_EQ(before + 10, faults(&self->r));
	EXPECT_EQ(16, *(u64 *)(p + 18 * PAGE));
	/* The second time there is nothing to do */
	EXPECT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(before + 10, faults(&self->r));
}

TEST_F(mem, outside_is_mmio)
{
	struct mote_exit *e = &self->r.o.cpu.run->exit;

	robot_tell(&self->r, ROBOT_READ, MEM_GPA + 24, 0);
	ASSERT_EQ(MOTE_EXIT_MMIO, robot_go(&self->r));
	EXPECT_EQ(MEM_GPA + 24, e->mmio.gpa);
	EXPECT_EQ(MOTE_ACCESS_READ, e->mmio.access);
	EXPECT_TRUE(e->flags & MOTE_EXIT_PENDING);
	/* A plain load: the next RUN finishes it with the answer */
	ASSERT_EQ(1, e->mmio.decoded);
	EXPECT_EQ(8, e->mmio.bytes);
	e->mmio.data = 4711;
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(4711, self->r.o.cpu.said[0]);
	robot_tell(&self->r, ROBOT_WRITE, MEM_GPA + 4096, 0x123456789abcdef0);
	ASSERT_EQ(MOTE_EXIT_MMIO, robot_go(&self->r));
	EXPECT_EQ(MEM_GPA + 4096, e->mmio.gpa);
	EXPECT_EQ(MOTE_ACCESS_WRITE, e->mmio.access);
	ASSERT_EQ(1, e->mmio.decoded);
	EXPECT_EQ(0x123456789abcdef0, e->mmio.data);
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
}

TEST_F(mem, mapped_later)
{
	u64 *p = new_pages(PAGE);

	*p = 4711;
	robot_tell(&self->r, ROBOT_READ, MEM_GPA, 0);
	ASSERT_EQ(MOTE_EXIT_MMIO, robot_go(&self->r));
	vm_map(&self->r.o.vm, MEM_GPA, PAGE, p, 0);
	/* That access was one to a device; the next is not */
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(0, self->r.o.cpu.said[0]);
	EXPECT_EQ(4711, robot_read(&self->r, MEM_GPA));
}

TEST_F(mem, readonly)
{
	struct mote_exit *e = &self->r.o.cpu.run->exit;
	u64 *p = new_pages(2 * PAGE);

	p[0] = 5;
	vm_map(&self->r.o.vm, MEM_GPA, 2 * PAGE, p, MOTE_MEM_READONLY);
	EXPECT_EQ(5, robot_read(&self->r, MEM_GPA));
	robot_tell(&self->r, ROBOT_WRITE, MEM_GPA, 6);
	ASSERT_EQ(MOTE_EXIT_MMIO, robot_go(&self->r));
	EXPECT_EQ(MEM_GPA, e->mmio.gpa);
	EXPECT_EQ(MOTE_ACCESS_WRITE, e->mmio.access);
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(5, p[0]);
	/* The test's own writes are seen: it is memory, not a copy */
	p[0] = 7;
	EXPECT_EQ(7, robot_read(&self->r, MEM_GPA));
	must_mem_unmap(self->r.o.vm.fd, MEM_GPA, 2 * PAGE);
	must_mem_map(self->r.o.vm.fd, MEM_GPA, 2 * PAGE, p, 0);
	robot_write(&self->r, MEM_GPA, 6);
	EXPECT_EQ(6, p[0]);
}

/* A page that was only read so far, then written */
TEST_F(mem, read_then_write)
{
	u64 *p = new_pages(PAGE);

	vm_map(&self->r.o.vm, MEM_GPA, PAGE, p, 0);
	EXPECT_EQ(0, robot_read(&self->r, MEM_GPA));
	robot_write(&self->r, MEM_GPA, 9);
	EXPECT_EQ(9, p[0]);
	EXPECT_EQ(9, robot_read(&self->r, MEM_GPA));
}

TEST_F(mem, readonly_mapping_of_the_host)
{
	struct mote_exit *e = &self->r.o.cpu.run->exit;
	u64 *p = new_pages(PAGE);

	p[0] = 3;
	mprotect(p, PAGE, PROT_READ);
	vm_map(&self->r.o.vm, MEM_GPA, PAGE, p, 0);
	EXPECT_EQ(3, robot_read(&self->r, MEM_GPA));
	robot_tell(&self->r, ROBOT_WRITE, MEM_GPA, 4);
	ASSERT_EQ(MOTE_EXIT_MEMORY_FAULT, robot_go(&self->r));
	EXPECT_EQ(EFAULT, e->memory.error);
	EXPECT_EQ(MEM_GPA, e->memory.gpa);
	EXPECT_EQ((unsigned long)p, e->memory.hva);
	EXPECT_EQ(MOTE_ACCESS_WRITE, e->memory.access);
}

TEST_F(mem, two_names)
{
	u64 *p = new_pages(PAGE);

	vm_map(&self->r.o.vm, MEM_GPA, PAGE, p, 0);
	vm_map(&self->r.o.vm, MEM_GPA + 64 * MIB, PAGE, p, 0);
	robot_write(&self->r, MEM_GPA, 0x1234);
	EXPECT_EQ(0x1234, robot_read(&self->r, MEM_GPA + 64 * MIB));
	must_mem_unmap(self->r.o.vm.fd, MEM_GPA, PAGE);
	EXPECT_EQ(0x1234, robot_read(&self->r, MEM_GPA + 64 * MIB));
}

/* What is cut out is gone, its neighbours stay */
TEST_F(mem, partial_unmap)
{
	u64 *p = new_pages(8 * PAGE);
	int fd = self->r.o.vm.fd;

	for (int i = 0; i < 8; i++)
		p[i * 512] = 100 + i;
	must_mem_map(fd, MEM_GPA, 8 * PAGE, p, 0);
	robot_tell_many(&self->r, ROBOT_SUM, MEM_GPA, 0, PAGE, 8);
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(828, self->r.o.cpu.said[0]);
	must_mem_unmap(fd, MEM_GPA + 3 * PAGE, 2 * PAGE);
	EXPECT_EQ(102, robot_read(&self->r, MEM_GPA + 2 * PAGE));
	EXPECT_EQ(105, robot_read(&self->r, MEM_GPA + 5 * PAGE));
	robot_tell(&self->r, ROBOT_READ, MEM_GPA + 3 * PAGE, 0);
	ASSERT_EQ(MOTE_EXIT_MMIO, robot_go(&self->r));
	/* The gap takes other memory */
	must_mem_map(fd, MEM_GPA + 3 * PAGE, 2 * PAGE, p, 0);
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(100, robot_read(&self->r, MEM_GPA + 3 * PAGE));
	must_mem_unmap(fd, MEM_GPA, 8 * PAGE);
	robot_tell(&self->r, ROBOT_READ, MEM_GPA + 7 * PAGE, 0);
	EXPECT_EQ(MOTE_EXIT_MMIO, robot_go(&self->r));
}

TEST_F(mem, other_memory_at_the_same_place)
{
	u64 *p = new_pages(2 * PAGE);
	int fd = self->r.o.vm.fd;

	p[0] = 1;
	p[512] = 2;
	for (int i = 0; i < 20; i++) {
		must_mem_map(fd, MEM_GPA, PAGE, p + i % 2 * 512, 0);
		EXPECT_EQ(i % 2 + 1, robot_read(&self->r, MEM_GPA));
		must_mem_unmap(fd, MEM_GPA, PAGE);
	}
}

TEST_F(mem, many_ranges)
{
	const unsigned int n = 1000;
	u64 *p = new_pages(n * PAGE);
	int fd = self->r.o.vm.fd;

	/* Backwards, so that neighbours in the guest are none in the host */
	for (unsigned int i = 0; i < n; i++) {
		p[i * 512] = i;
		must_mem_map(fd, MEM_GPA + 2 * (n - i) * PAGE, PAGE, p + i * 512, 0);
	}
	robot_tell_many(&self->r, ROBOT_SUM, MEM_GPA + 2 * PAGE, 0, 2 * PAGE, n);
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(n * (n - 1) / 2, self->r.o.cpu.said[0]);
	for (unsigned int i = 0; i < n; i += 2)
		must_mem_unmap(fd, MEM_GPA + 2 * (n - i) * PAGE, PAGE);
	for (unsigned int i = 1; i < 100; i += 2) {
		ASSERT_EQ(i, robot_read(&self->r, MEM_GPA + 2 * (n - i) * PAGE));
	}
}

TEST_F(mem, ranges_run_out)
{
	u8 *p = new_pages(PAGE);
	int fd = self->r.o.vm.fd, ret = 0;
	u64 n;

	for (n = 0; !ret && n < 200000; n++)
		ret = mote_mem_map(fd, (1UL << 32) + 2 * n * PAGE, PAGE, p, 0);
	EXPECT_EQ(-ENOSPC, ret);
	/* A cut would make one more, too */
	must_mem_unmap(fd, 1UL << 32, PAGE);
	EXPECT_EQ(0, mote_mem_map(fd, 1UL << 32, PAGE, p, 0));
	EXPECT_EQ(-ENOSPC, mote_mem_unmap(fd, (unsigned long)self->r.o.vm.arena + MIB, PAGE));
}

/* --- page sizes --- */

TEST_F(mem, huge_page)
{
	u8 *p = new_pages_aligned(2 * HUGE, HUGE);
	u64 before;

	if (!(self->r.o.vm.info.features & MOTE_FEAT_HUGE_2M))
		SKIP(return, "no 2 MiB pages here");
	madvise(p, 2 * HUGE, MADV_HUGEPAGE);
	memset(p, 1, 2 * HUGE);
	must_mem_map(self->r.o.vm.fd, MEM_GPA, 2 * HUGE, p, 0);
	before = warm_faults(&self->r);
	robot_tell_many(&self->r, ROBOT_FILL, MEM_GPA, 1000, PAGE, 1024);
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(before + 2, faults(&self->r));
	EXPECT_EQ(2023, *(u64 *)(p + 1023 * PAGE));
	/* A page cut out of the middle splits it */
	must_mem_unmap(self->r.o.vm.fd, MEM_GPA + 5 * PAGE, PAGE);
	EXPECT_EQ(1004, robot_read(&self->r, MEM_GPA + 4 * PAGE));
	EXPECT_EQ(1006, robot_read(&self->r, MEM_GPA + 6 * PAGE));
	robot_tell(&self->r, ROBOT_READ, MEM_GPA + 5 * PAGE, 0);
	EXPECT_EQ(MOTE_EXIT_MMIO, robot_go(&self->r));
}

/* Guest and host do not agree modulo 2 MiB: only small pages fit */
TEST_F(mem, huge_page_askew)
{
	u8 *p = new_pages_aligned(2 * HUGE, HUGE);
	u64 before;

	madvise(p, 2 * HUGE, MADV_HUGEPAGE);
	memset(p, 1, 2 * HUGE);
	must_mem_map(self->r.o.vm.fd, MEM_GPA + PAGE, HUGE, p, 0);
	before = warm_faults(&self->r);
	robot_tell_many(&self->r, ROBOT_FILL, MEM_GPA + PAGE, 1000, PAGE, 512);
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(before + 512, faults(&self->r));
	EXPECT_EQ(1511, *(u64 *)(p + 511 * PAGE));
}

/* --- kinds of backing --- */

static void try_backing(struct __test_metadata *_metadata, struct robot_vm *r, u64 *p, u64 bytes)
{
	u64 n = bytes / PAGE;

	p[0] = 77;
	must_mem_map(r->o.vm.fd, MEM_GPA, bytes, p, 0);
	EXPECT_EQ(77, robot_read(r, MEM_GPA));
	robot_tell_many(r, ROBOT_FILL, MEM_GPA, 5000, PAGE, n);
	ASSERT_EQ(GOT_SYNC, robot_go(r));
	for (u64 i = 0; i < n; i++) {
		ASSERT_EQ(5000 + i, p[i * 512]);
	}
}

/* The last word that try_backing() has had written, as the file has it then */
static u64 try_file(struct __test_metadata *_metadata, struct robot_vm *r, int fd, int flags)
{
	u64 back = 0;
	u64 *p;

	MUST_SYS(ftruncate(fd, 16 * PAGE));
	p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
	try_backing(_metadata, r, p, 16 * PAGE);
	EXPECT_EQ(8, pread(fd, &back, 8, 15 * PAGE));
	return back;
}

TEST_F(mem, memfd)
{
	EXPECT_EQ(5015, try_file(_metadata, &self->r, memfd_create("guest", 0), MAP_SHARED));
}

static u64 try_new_file(struct __test_metadata *_metadata, struct robot_vm *r, int flags)
{
	char name[] = "/tmp/mote-file-XXXXXX";
	u64 back = try_file(_metadata, r, mkstemp(name), flags);

	unlink(name);
	return back;
}

TEST_F(mem, file_shared)
{
	EXPECT_EQ(5015, try_new_file(_metadata, &self->r, MAP_SHARED));
}

/* Writes of the guest make copies, as writes of the test would */
TEST_F(mem, file_private)
{
	EXPECT_EQ(0, try_new_file(_metadata, &self->r, MAP_PRIVATE));
}

TEST_F(mem, hugetlb)
{
	FILE *f = fopen("/proc/sys/vm/nr_hugepages", "w");
	u64 before;
	u64 *p;

	if (f) {
		fprintf(f, "4\n");
		fclose(f);
	}
	p = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB,
		 -1, 0);
	if (p == MAP_FAILED)
		SKIP(return, "no hugetlb pages to be had");
	before = warm_faults(&self->r);
	try_backing(_metadata, &self->r, p, 2 * HUGE);
	EXPECT_LE(faults(&self->r), before + 4);
	/* Still in use by the VM when the mapping goes */
	EXPECT_EQ(0, munmap(p, 2 * HUGE));
	robot_tell(&self->r, ROBOT_READ, MEM_GPA, 0);
	EXPECT_EQ(MOTE_EXIT_MEMORY_FAULT, robot_go(&self->r));
	f = fopen("/proc/sys/vm/nr_hugepages", "w");
	if (f) {
		fprintf(f, "0\n");
		fclose(f);
	}
}

/* The guest writes while its range goes away under it */
TEST_F(mem, unmap_under_a_running_guest)
{
	volatile u64 *p = new_pages(PAGE);
	struct runner runner;
	u64 last;

	must_mem_map(self->r.o.vm.fd, MEM_GPA, PAGE, (void *)p, 0);
	robot_tell(&self->r, ROBOT_COUNT_UP, MEM_GPA, 0);
	runner_start(&runner, &self->r.o.cpu);
	wait_change(p, 0);
	must_mem_unmap(self->r.o.vm.fd, MEM_GPA, PAGE);
	last = *p;
	runner_join(&runner);
	EXPECT_EQ(0, runner.ret);
	EXPECT_EQ(MOTE_EXIT_MMIO, runner.got);
	EXPECT_EQ(last, *p);
}

TEST_HARNESS_MAIN
