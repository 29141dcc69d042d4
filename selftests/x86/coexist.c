// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote beside KVM: whoever comes second is refused cleanly, and each works
 * again when the other is gone.  Wants neither module to be loaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/kvm.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

/* A module that is there already does */
static int load(const char *path, const char *args)
{
	int ret = module_load(path, args);

	return ret == -EEXIST ? 0 : ret;
}

static int load_mote(void)
{
	return load(MOTE_MODULE, "");
}

static int is_amd(void)
{
	return !access("/lab/kvm-amd.ko", F_OK);
}

/* What the maker's module itself returned */
static int load_kvm(void)
{
	load("/lab/irqbypass.ko", "");
	load("/lab/kvm.ko", "");
	load("/lab/ccp.ko", "");
	return is_amd() ? load("/lab/kvm-amd.ko", "") :
			  load("/lab/kvm-intel.ko", "enable_apicv=0");
}

static void unload_kvm(void)
{
	module_unload(is_amd() ? "kvm_amd" : "kvm_intel");
	module_unload("kvm");
	module_unload("irqbypass");
}

/* A KVM VM, or -errno */
static int kvm_vm(void)
{
	int sys = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int fd;

	if (sys < 0)
		return -errno;
	fd = ioctl(sys, KVM_CREATE_VM, 0);
	if (fd < 0)
		fd = -errno;
	close(sys);
	return fd;
}

/*
 * KVM's first VM switches a static key in the scheduler, whose code other CPUs are
 * executing.  In QEMU's software emulation (seen in 7.2, on a busy machine) such a
 * CPU may go on executing the INT3 that stood there meanwhile: it hangs for ever.  So
 * there is one CPU there.
 */
static void other_cpus(int online)
{
	if (!x86_host_is_tcg())
		return;
	for (int cpu = 1; !host_cpu_online(cpu, online); cpu++)
		;
}

FIXTURE(kvm)
{
	int unused;
};

FIXTURE_SETUP(kvm)
{
	if (access("/lab/kvm-amd.ko", F_OK) && access("/lab/kvm-intel.ko", F_OK))
		SKIP(return, "this kernel has neither kvm-intel nor kvm-amd as a module");
	other_cpus(0);
}

FIXTURE_TEARDOWN(kvm)
{
	module_unload("mote");
	unload_kvm();
	other_cpus(1);
}

TEST_F(kvm, load_is_refused_while_a_kvm_vm_lives)
{
	int vm, second;

	ASSERT_EQ(0, load_kvm());
	vm = kvm_vm();
	ASSERT_LE(0, vm);
	EXPECT_EQ(-EBUSY, load_mote());
	/* KVM has not noticed */
	second = kvm_vm();
	EXPECT_LE(0, second);
	close(second);
	close(vm);
	unload_kvm();
	EXPECT_EQ(0, load_mote());
}

TEST_F(kvm, vm_is_refused_while_kvm_has_the_hardware)
{
	struct mote_info info;
	int sys, vm, r;

	ASSERT_EQ(0, load_mote());
	r = load_kvm();
	ASSERT_EQ(0, r);
	vm = kvm_vm();
	ASSERT_LE(0, vm);
	sys = must_open();
	r = mote_create_vm(sys);
	EXPECT_EQ(-EBUSY, r);
	ASSERT_EQ(0, mote_info(sys, &info));
	EXPECT_EQ(0, info.usable);
	EXPECT_NE(NULL, strstr(info.reason, "rmmod kvm"));
	close(vm);
	unload_kvm();
	vm = mote_create_vm(sys);
	EXPECT_LE(0, vm);
	close(vm);
	close(sys);
}

TEST_F(kvm, kvm_is_refused_while_a_vm_lives)
{
	struct one o;
	int r;

	ASSERT_EQ(0, load_mote());
	one_create(&o, 0, guest_sync_loop, 0);
	/* 6.1 finds out with its first VM, 6.12 when its module is loaded */
	r = load_kvm();
	if (!r)
		r = kvm_vm();
	EXPECT_GT(0, r);
	/* And the guest goes on */
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	unload_kvm();
	one_destroy(&o);
	ASSERT_EQ(0, load_kvm());
	r = kvm_vm();
	EXPECT_LE(0, r);
	close(r);
}

TEST_HARNESS_MAIN
