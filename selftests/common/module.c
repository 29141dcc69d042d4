// SPDX-License-Identifier: GPL-2.0-only
/* Loading and unloading.  Wants the module not to be loaded. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "vm.h"

#include "kselftest_harness.h"

FIXTURE(module)
{
	int loaded;
};

FIXTURE_SETUP(module)
{
	self->loaded = module_load(MOTE_MODULE, "");
	ASSERT_EQ(0, self->loaded);
}

FIXTURE_TEARDOWN(module)
{
	EXPECT_EQ(0, module_unload("mote"));
}

TEST_F(module, not_while_the_device_is_open)
{
	int sys = must_open();

	EXPECT_EQ(-EAGAIN, module_unload("mote"));
	close(sys);
}

TEST_F(module, not_while_a_vm_lives)
{
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	close(o.vm.sys);
	EXPECT_EQ(-EAGAIN, module_unload("mote"));
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	close(o.vm.fd);
	EXPECT_EQ(-EAGAIN, module_unload("mote"));
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	vcpu_destroy(&o.cpu);
}

/* A mapping alone holds it, too */
TEST_F(module, not_while_a_run_page_is_mapped)
{
	struct one o;

	one_create(&o, 0, guest_sync_loop, 0);
	close(o.vm.sys);
	close(o.vm.fd);
	close(o.cpu.fd);
	EXPECT_EQ(-EAGAIN, module_unload("mote"));
	munmap(o.cpu.run, PAGE);
	munmap((void *)o.cpu.stats, PAGE);
}

TEST_F(module, twice)
{
	EXPECT_EQ(-EEXIST, module_load(MOTE_MODULE, ""));
}

TEST_F(module, device_node)
{
	struct stat st;

	ASSERT_EQ(0, stat("/dev/mote", &st));
	EXPECT_TRUE(S_ISCHR(st.st_mode));
	EXPECT_EQ(0, st.st_mode & 07);
}

TEST(load_run_unload_loop)
{
	for (int i = 0; i < 8; i++) {
		struct one o;

		ASSERT_EQ(0, module_load(MOTE_MODULE, ""));
		one_create(&o, i & 1 ? VM_IRQCHIP : 0, guest_sync_loop, 0);
		EXPECT_EQ(0, vcpu_sync(&o.cpu));
		one_destroy(&o);
		ASSERT_EQ(0, module_unload("mote"));
	}
	EXPECT_EQ(-ENOENT, module_unload("mote"));
	EXPECT_EQ(-ENOENT, mote_open());
}

/* Where the tick is stopped (nohz_full=), too: by a while without system calls */
TEST(on_each_cpu)
{
	for (int cpu = 0; !host_cpu_pin(0, cpu); cpu++) {
		for (volatile unsigned int i = 0; i < 100000000; i++)
			;
		ASSERT_EQ(0, module_load(MOTE_MODULE, ""));
		ASSERT_EQ(0, module_unload("mote"));
	}
}

TEST_HARNESS_MAIN
