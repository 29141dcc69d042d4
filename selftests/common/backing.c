// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory behind a VM that is not what most memory is: with tags in its address,
 * secret, or brought in by another thread of the runner.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vm.h"

#include "kselftest_harness.h"

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif

#ifndef PR_SET_TAGGED_ADDR_CTRL
#define PR_SET_TAGGED_ADDR_CTRL	55
#define PR_TAGGED_ADDR_ENABLE	1
#endif

/* The kernel takes such addresses from this thread; notifiers do not know them */
TEST(tagged_address)
{
	struct robot_vm r;
	u64 *p = new_pages(PAGE);

	robot_create(&r, 0);
	prctl(PR_SET_TAGGED_ADDR_CTRL, PR_TAGGED_ADDR_ENABLE, 0, 0, 0);
	EXPECT_EQ(-EINVAL, mote_mem_map(r.o.vm.fd, MEM_GPA, PAGE, (void *)((u64)p | 5UL << 56), 0));
	EXPECT_EQ(-EINVAL, mote_mem_map(r.o.vm.fd, MEM_GPA, PAGE, (void *)((u64)p | 1UL << 57), 0));
	must_mem_map(r.o.vm.fd, MEM_GPA, PAGE, p, 0);
	robot_destroy(&r);
}

#define SECRETS	64

/* What the kernel itself has no address for is not a guest's either */
TEST(secret_memory)
{
	int fd = syscall(SYS_memfd_secret, 0);
	struct robot_vm r;
	u64 *p;

	if (fd < 0)
		SKIP(return, "no memfd_secret(2): boot with secretmem.enable=1");
	ASSERT_EQ(0, ftruncate(fd, SECRETS * PAGE));
	p = mmap(NULL, SECRETS * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	for (int i = 0; i < SECRETS; i++)
		p[i * 512] = i;
	robot_create(&r, 0);
	must_mem_map(r.o.vm.fd, MEM_GPA, SECRETS * PAGE, p, 0);
	for (int i = 0; i < SECRETS; i++) {
		robot_tell(&r, ROBOT_READ, MEM_GPA + i * PAGE, 0);
		ASSERT_EQ(MOTE_EXIT_MEMORY_FAULT, robot_go(&r));
		ASSERT_EQ(EFAULT, r.o.cpu.run->exit.memory.error);
	}
	robot_destroy(&r);
}

/**
 * struct pager - a thread that brings memory in
 * @fd: userfaultfd
 * @vm: the VM's descriptor
 * @page: what it brings
 * @gpa: what it unmaps first
 * @spare: what it has mapped there before, or NULL
 * @map: of its MEM_MAP, before it does
 * @unmap: of its MEM_UNMAP
 */
struct pager {
	int fd;
	int vm;
	u64 *page;
	u64 gpa;
	void *spare;
	int map;
	int unmap;
};

static void *bring(void *arg)
{
	struct pager *pager = arg;
	struct pollfd wait = { .fd = pager->fd, .events = POLLIN };
	struct uffdio_copy copy = { .src = (u64)pager->page, .len = PAGE };
	struct uffd_msg msg;

	if (poll(&wait, 1, 10000) != 1 || read(pager->fd, &msg, sizeof(msg)) != sizeof(msg))
		return NULL;
	if (pager->spare)
		pager->map = mote_mem_map(pager->vm, pager->gpa, PAGE, pager->spare, 0);
	pager->unmap = mote_mem_unmap(pager->vm, pager->gpa, PAGE);
	copy.dst = msg.arg.pagefault.address & -PAGE;
	return ioctl(pager->fd, UFFDIO_COPY, &copy) ? NULL : pager;
}

static int watch(void *p)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range = { .start = (u64)p, .len = PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0 && (ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &reg))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Who brings the page wants to change the VM's memory first */
TEST(pager_that_maps)
{
	struct pager pager = { .gpa = MEM_GPA + 16 * PAGE, .map = 1, .unmap = 1 };
	u64 *p = new_pages(PAGE);
	struct robot_vm r;
	pthread_t thread;
	void *done;

	pager.fd = watch(p);
	if (pager.fd < 0)
		SKIP(return, "no userfaultfd");
	robot_create(&r, 0);
	must_mem_map(r.o.vm.fd, MEM_GPA, PAGE, p, 0);
	pager.vm = r.o.vm.fd;
	pager.page = new_pages(PAGE);
	pager.page[0] = 4711;
	pager.spare = new_pages(PAGE);
	ASSERT_EQ(0, pthread_create(&thread, NULL, bring, &pager));
	EXPECT_EQ(4711, robot_read(&r, MEM_GPA));
	pthread_join(thread, &done);
	EXPECT_EQ(&pager, done);
	EXPECT_EQ(0, pager.map);
	EXPECT_EQ(0, pager.unmap);
	robot_destroy(&r);
	close(pager.fd);
}

/* The range goes while a fault in it waits for its page: nothing is installed behind it */
TEST(range_goes_while_its_page_comes)
{
	struct pager pager = { .gpa = MEM_GPA, .unmap = 1 };
	u64 *p = new_pages(PAGE);
	struct robot_vm r;
	pthread_t thread;
	void *done;

	pager.fd = watch(p);
	if (pager.fd < 0)
		SKIP(return, "no userfaultfd");
	robot_create(&r, 0);
	must_mem_map(r.o.vm.fd, MEM_GPA, PAGE, p, 0);
	pager.vm = r.o.vm.fd;
	pager.page = new_pages(PAGE);
	ASSERT_EQ(0, pthread_create(&thread, NULL, bring, &pager));
	robot_tell(&r, ROBOT_READ, MEM_GPA, 0);
	EXPECT_EQ(MOTE_EXIT_MMIO, robot_go(&r));
	pthread_join(thread, &done);
	EXPECT_EQ(&pager, done);
	EXPECT_EQ(0, pager.unmap);
	robot_destroy(&r);
	close(pager.fd);
}

#define THP	"/sys/kernel/mm/transparent_hugepage/"

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r = fd < 0 ? -1 : (int)write(fd, text, strlen(text));

	close(fd);
	return r < 0 ? -1 : 0;
}

/* The choice of those that a file of sysfs offers, which it has in brackets */
static void read_choice(const char *path, char word[16])
{
	char line[128] = "";
	FILE *f = fopen(path, "re");

	word[0] = 0;
	if (!f)
		return;
	if (fgets(line, sizeof(line), f) && strchr(line, '['))
		sscanf(strchr(line, '['), "[%15[a-z]", word);
	fclose(f);
}

/* How often khugepaged found memory that was used, and got a huge page for it */
static unsigned long found_used(void)
{
	FILE *f = fopen("/proc/vmstat", "re");
	unsigned long n = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "thp_collapse_alloc %lu", &n);
	if (f)
		fclose(f);
	return n;
}

/*
 * Memory that only the guest uses is not idle.  Who asks here is khugepaged, which
 * looks for memory of which some was used; the host's own tables know nothing of
 * that any more.  What it goes on to do is decided once more with the guest's entries
 * out, by marks that kernels with the multi-generational LRU do not set.
 */
TEST(used_by_the_guest_alone)
{
	u64 *p = new_pages_aligned(HUGE, HUGE);
	unsigned long found;
	struct robot_vm r;
	char before[16];
	unsigned int i;

	/* Others run after this one, and have huge pages or not as the host wants it */
	read_choice(THP "enabled", before);
	if (write_file(THP "enabled", "madvise") ||
	    write_file(THP "khugepaged/scan_sleep_millisecs", "20"))
		SKIP(return, "no transparent huge pages");
	write_file(THP "khugepaged/alloc_sleep_millisecs", "20");
	write_file(THP "khugepaged/pages_to_scan", "65536");
	madvise(p, HUGE, MADV_NOHUGEPAGE);
	memset(p, 1, HUGE);
	robot_create(&r, 0);
	must_mem_map(r.o.vm.fd, MEM_GPA, HUGE, p, 0);
	robot_write(&r, MEM_GPA, 8);
	/* The host's tables: nothing was used, and what is asked for is huge pages */
	ASSERT_EQ(0, write_file("/proc/self/clear_refs", "1"));
	ASSERT_EQ(0, madvise(p, HUGE, MADV_HUGEPAGE));
	found = found_used();
	for (i = 0; i < 500 && found_used() == found; i++) {
		robot_write(&r, MEM_GPA, 8);
		msleep(20);
	}
	EXPECT_NE(found, found_used());
	EXPECT_EQ(8, robot_read(&r, MEM_GPA));
	robot_destroy(&r);
	write_file(THP "enabled", before);
	write_file(THP "khugepaged/scan_sleep_millisecs", "10000");
	write_file(THP "khugepaged/alloc_sleep_millisecs", "60000");
	write_file(THP "khugepaged/pages_to_scan", "4096");
}

TEST_HARNESS_MAIN
