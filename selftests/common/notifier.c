// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory behind a VM changes as memory of any process does, and the guest
 * always sees what the process would: what the host's MMU notifiers are for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/wait.h>

#include "vm.h"

#include "kselftest_harness.h"

#define PAGES	16

FIXTURE(host)
{
	struct robot_vm r;
	u64 *p;
};

static void fill(u64 *p, u64 first)
{
	for (int i = 0; i < PAGES; i++)
		p[i * 512] = first + i;
}

/* Each page is known to the guest, and writable there */
static void settle(struct robot_vm *r, u64 first)
{
	robot_tell_many(r, ROBOT_FILL, MEM_GPA, first, PAGE, PAGES);
	vcpu_sync(&r->o.cpu);
}

static u64 sum(struct robot_vm *r)
{
	robot_tell_many(r, ROBOT_SUM, MEM_GPA, 0, PAGE, PAGES);
	return vcpu_sync(&r->o.cpu);
}

static u64 sum_of(u64 first)
{
	return first * PAGES + PAGES * (PAGES - 1) / 2;
}

FIXTURE_SETUP(host)
{
	robot_create(&self->r, 0);
	self->p = new_pages(PAGES * PAGE);
	must_mem_map(self->r.o.vm.fd, MEM_GPA, PAGES * PAGE, self->p, 0);
	settle(&self->r, 100);
}

FIXTURE_TEARDOWN(host)
{
	robot_destroy(&self->r);
}

TEST_F(host, dontneed)
{
	EXPECT_EQ(0, madvise(self->p, PAGES * PAGE, MADV_DONTNEED));
	EXPECT_EQ(0, sum(&self->r));
	EXPECT_EQ(0, self->p[0]);
	robot_write(&self->r, MEM_GPA, 8);
	EXPECT_EQ(8, self->p[0]);
}

TEST_F(host, munmap)
{
	struct mote_exit *e = &self->r.o.cpu.run->exit;

	munmap(self->p + 512, PAGE);
	robot_tell(&self->r, ROBOT_READ, MEM_GPA + PAGE + 8, 0);
	ASSERT_EQ(MOTE_EXIT_MEMORY_FAULT, robot_go(&self->r));
	EXPECT_EQ(EFAULT, e->memory.error);
	EXPECT_EQ(MEM_GPA + PAGE, e->memory.gpa & -PAGE);
	EXPECT_EQ((unsigned long)(self->p + 512), e->memory.hva & -PAGE);
	/* Memory there again: the access is made after all */
	ASSERT_EQ(self->p + 512, mmap(self->p + 512, PAGE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	self->p[513] = 55;
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(55, self->r.o.cpu.said[0]);
	EXPECT_EQ(100, robot_read(&self->r, MEM_GPA));
}

TEST_F(host, munmap_under_a_running_guest)
{
	struct runner runner;

	robot_tell(&self->r, ROBOT_COUNT_UP, MEM_GPA + PAGE, 0);
	runner_start(&runner, &self->r.o.cpu);
	wait_change(self->p + 512, 101);
	munmap(self->p + 512, PAGE);
	runner_join(&runner);
	EXPECT_EQ(0, runner.ret);
	EXPECT_EQ(MOTE_EXIT_MEMORY_FAULT, runner.got);
}

TEST_F(host, other_file_mapped_over)
{
	int fd = memfd_create("over", 0);
	u64 *q;

	ASSERT_EQ(0, ftruncate(fd, PAGES * PAGE));
	q = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	fill(q, 9000);
	mmap(self->p, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	EXPECT_EQ(sum_of(9000), sum(&self->r));
	robot_write(&self->r, MEM_GPA, 1);
	EXPECT_EQ(1, q[0]);
}

TEST_F(host, mremap)
{
	u64 *q = new_pages(PAGES * PAGE);

	ASSERT_EQ(q, mremap(self->p, PAGES * PAGE, PAGES * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q));
	robot_tell(&self->r, ROBOT_READ, MEM_GPA, 0);
	EXPECT_EQ(MOTE_EXIT_MEMORY_FAULT, robot_go(&self->r));
	/* Moved back, with other contents by now */
	q[0] = 66;
	ASSERT_EQ(self->p, mremap(q, PAGES * PAGE, PAGES * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
				  self->p));
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(66, self->r.o.cpu.said[0]);
}

TEST_F(host, mprotect)
{
	struct mote_exit *e = &self->r.o.cpu.run->exit;

	mprotect(self->p, PAGES * PAGE, PROT_READ);
	EXPECT_EQ(sum_of(100), sum(&self->r));
	robot_tell(&self->r, ROBOT_WRITE, MEM_GPA, 1);
	ASSERT_EQ(MOTE_EXIT_MEMORY_FAULT, robot_go(&self->r));
	EXPECT_EQ(EFAULT, e->memory.error);
	EXPECT_EQ(100, self->p[0]);
	mprotect(self->p, PAGES * PAGE, PROT_NONE);
	ASSERT_EQ(MOTE_EXIT_MEMORY_FAULT, robot_go(&self->r));
	mprotect(self->p, PAGES * PAGE, PROT_READ | PROT_WRITE);
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(1, self->p[0]);
}

/* After a fork parent and child have copies; the guest goes with the parent */
TEST_F(host, fork)
{
	int to_child[2], to_parent[2], status;
	char c = 0;
	pid_t pid;

	ASSERT_EQ(0, pipe(to_child));
	ASSERT_EQ(0, pipe(to_parent));
	pid = fork();
	if (!pid) {
		int bad;

		self->p[0] = 1;		/* the child's copy */
		bad = write(to_parent[1], &c, 1) != 1 || read(to_child[0], &c, 1) != 1;
		/* What guest and parent wrote since is not for us */
		_exit(bad || self->p[0] != 1 || self->p[512] != 101 || self->p[1024] != 102);
	}
	ASSERT_EQ(1, read(to_parent[0], &c, 1));
	EXPECT_EQ(100, robot_read(&self->r, MEM_GPA));
	robot_write(&self->r, MEM_GPA + PAGE, 2000);
	EXPECT_EQ(2000, self->p[512]);
	self->p[1024] = 3000;
	EXPECT_EQ(3000, robot_read(&self->r, MEM_GPA + 2 * PAGE));
	robot_write(&self->r, MEM_GPA + 2 * PAGE, 3001);
	EXPECT_EQ(3001, self->p[1024]);
	ASSERT_EQ(1, write(to_child[1], &c, 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	/* The copies of the child are gone: the pages are the parent's alone */
	robot_write(&self->r, MEM_GPA, 4000);
	EXPECT_EQ(4000, self->p[0]);
}

/* The guest writes all the time while the process forks */
TEST_F(host, fork_under_a_running_guest)
{
	volatile u64 *count = self->p;
	struct runner runner;

	robot_tell(&self->r, ROBOT_COUNT_UP, MEM_GPA, 0);
	runner_start(&runner, &self->r.o.cpu);
	for (int i = 0; i < 10; i++) {
		u64 now = *count;
		pid_t pid = fork();
		int status;

		if (!pid) {
			/* Our copy stands still */
			u64 mine = *count;

			msleep(5);
			_exit(*count != mine);
		}
		waitpid(pid, &status, 0);
		EXPECT_EQ(0, status);
		wait_change(count, now);
	}
	must_kick(self->r.o.cpu.fd);
	runner_join(&runner);
	EXPECT_EQ(MOTE_EXIT_KICK, runner.got);
}

TEST_F(host, truncated_file)
{
	struct mote_exit *e = &self->r.o.cpu.run->exit;
	int fd = memfd_create("short", 0);

	ASSERT_EQ(0, ftruncate(fd, PAGES * PAGE));
	mmap(self->p, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	settle(&self->r, 500);
	ASSERT_EQ(0, ftruncate(fd, PAGE));
	EXPECT_EQ(500, robot_read(&self->r, MEM_GPA));
	robot_tell(&self->r, ROBOT_READ, MEM_GPA + PAGE, 0);
	ASSERT_EQ(MOTE_EXIT_MEMORY_FAULT, robot_go(&self->r));
	EXPECT_EQ(EFAULT, e->memory.error);
	ASSERT_EQ(0, ftruncate(fd, PAGES * PAGE));
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	EXPECT_EQ(0, self->r.o.cpu.said[0]);
}

TEST_F(host, hole_in_a_file)
{
	int fd = memfd_create("hole", 0);

	ASSERT_EQ(0, ftruncate(fd, PAGES * PAGE));
	mmap(self->p, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	settle(&self->r, 500);
	ASSERT_EQ(0, fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, PAGE));
	EXPECT_EQ(0, robot_read(&self->r, MEM_GPA + PAGE));
	EXPECT_EQ(502, robot_read(&self->r, MEM_GPA + 2 * PAGE));
}

static int have_swap(void)
{
	char line[256];
	FILE *f = fopen("/proc/swaps", "r");
	int lines = 0;

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		lines++;
	fclose(f);
	return lines > 1;
}

static u64 vmstat(const char *name)
{
	char line[128];
	FILE *f = fopen("/proc/vmstat", "r");
	size_t n = strlen(name);
	u64 value = 0;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, n) && line[n] == ' ')
			value = strtoull(line + n, NULL, 10);
	if (f)
		fclose(f);
	return value;
}

/*
 * What the guest has accessed is young, and stays: the first call finds that out and
 * makes it old.
 */
static void page_out(u64 *p)
{
	for (int i = 0; i < 3; i++)
		MUST_SYS(madvise(p, PAGES * PAGE, MADV_PAGEOUT));
}

TEST_F(host, swap_out)
{
	u64 before = vmstat("pswpout");

	if (!have_swap())
		SKIP(return, "no swap space (zram or a block device) on this host");
	page_out(self->p);
	EXPECT_LE(before + PAGES, vmstat("pswpout"));
	EXPECT_EQ(sum_of(100), sum(&self->r));
	page_out(self->p);
	settle(&self->r, 700);
	EXPECT_EQ(715, self->p[15 * 512]);
}

/* What reclaim does to files: the pages go, and come back on the next use */
TEST_F(host, reclaimed_file)
{
	char name[] = "/tmp/mote-reclaim-XXXXXX";
	int fd = mkstemp(name);
	u64 *q;

	ASSERT_EQ(0, ftruncate(fd, PAGES * PAGE));
	q = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	fill(q, 300);
	mmap(self->p, PAGES * PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
	EXPECT_EQ(sum_of(300), sum(&self->r));
	madvise(q, PAGES * PAGE, MADV_PAGEOUT);
	madvise(self->p, PAGES * PAGE, MADV_PAGEOUT);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	q[0] = 400;
	EXPECT_EQ(sum_of(300) + 100, sum(&self->r));
	unlink(name);
}

/* The host moves pages about; the guest must follow each */
TEST_F(host, page_migration)
{
	const unsigned int n = 2048;
	u64 *q = new_pages(n * PAGE), before = vmstat("pgmigrate_success"), want;
	int fd = open("/proc/sys/vm/compact_memory", O_WRONLY);

	if (fd < 0)
		SKIP(return, "this kernel does not compact memory");
	must_mem_map(self->r.o.vm.fd, MEM_GPA + HUGE, n * PAGE, q, 0);
	for (int round = 0; round < 3; round++) {
		robot_tell_many(&self->r, ROBOT_FILL, MEM_GPA + HUGE, round, PAGE, n);
		ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
		/* Free every other page, so that there is something to tidy up */
		for (unsigned int i = round; i < n; i += 4)
			madvise(q + i * 512, PAGE, MADV_DONTNEED);
		ASSERT_EQ(1, write(fd, "1", 1));
		for (unsigned int i = 0; i < n; i++) {
			want = i % 4 == (unsigned int)round ? 0 : round + i;
			ASSERT_EQ(want, q[i * 512]);
		}
		robot_tell_many(&self->r, ROBOT_SUM, MEM_GPA + HUGE + PAGE * (round + 1), 0,
				4 * PAGE, n / 4 - 1);
		ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
		/* Sum of the words round + i, i = round + 1, step 4 */
		want = (u64)(n / 4 - 1) * (2 * round + 1) +
		       4 * (u64)(n / 4 - 1) * (n / 4 - 2) / 2;
		EXPECT_EQ(want, self->r.o.cpu.said[0]);
	}
	close(fd);
	printf("# the host moved %llu pages\n", vmstat("pgmigrate_success") - before);
	fflush(stdout);
}

/* A guest that writes while its pages are thrown away, again and again */
TEST_F(host, dontneed_under_a_running_guest)
{
	volatile u64 *count = self->p;
	struct runner runner;

	robot_tell(&self->r, ROBOT_COUNT_UP, MEM_GPA, 0);
	runner_start(&runner, &self->r.o.cpu);
	for (int i = 0; i < 50; i++) {
		madvise(self->p, PAGE, MADV_DONTNEED);
		/* It starts from zero, in a page that both see */
		wait_change(count, 0);
	}
	must_kick(self->r.o.cpu.fd);
	runner_join(&runner);
	EXPECT_EQ(MOTE_EXIT_KICK, runner.got);
}

/* Huge pages form under the guest and are split again */
TEST_F(host, huge_page_split)
{
	u8 *q = new_pages_aligned(HUGE, HUGE);

	madvise(q, HUGE, MADV_HUGEPAGE);
	memset(q, 0, HUGE);
	must_mem_map(self->r.o.vm.fd, MEM_GPA + HUGE, HUGE, q, 0);
	robot_tell_many(&self->r, ROBOT_FILL, MEM_GPA + HUGE, 10, PAGE, 512);
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	madvise(q + 7 * PAGE, PAGE, MADV_DONTNEED);
	EXPECT_EQ(0, robot_read(&self->r, MEM_GPA + HUGE + 7 * PAGE));
	EXPECT_EQ(16, robot_read(&self->r, MEM_GPA + HUGE + 6 * PAGE));
	mprotect(q + 9 * PAGE, PAGE, PROT_READ);
	robot_tell(&self->r, ROBOT_WRITE, MEM_GPA + HUGE + 9 * PAGE, 1);
	EXPECT_EQ(MOTE_EXIT_MEMORY_FAULT, robot_go(&self->r));
	mprotect(q + 9 * PAGE, PAGE, PROT_READ | PROT_WRITE);
	ASSERT_EQ(GOT_SYNC, robot_go(&self->r));
	robot_write(&self->r, MEM_GPA + HUGE + 10 * PAGE, 2);
	EXPECT_EQ(2, *(u64 *)(q + 10 * PAGE));
}

TEST_HARNESS_MAIN
