// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote beside a KVM that was not told to leave EL2 alone, and what the module
 * says where it cannot have it.  Wants the module not to be loaded; skipped
 * where there is no KVM (kvm-arm.mode=none).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/kvm.h>

#include "a64_vm.h"

#include "kselftest_harness.h"

/* The last line of the kernel's log that begins with "mote:" behind its time stamp */
static const char *last_word(void)
{
	static char log[1 << 18];
	int n = klogctl(3, log, sizeof(log) - 1);
	char *at, *last = "";

	log[n < 0 ? 0 : n] = 0;
	for (at = log; (at = strstr(at, "mote: ")); at++)
		last = at;
	for (at = last; *at; at++)
		if (*at == '\n')
			*at = 0;
	return last;
}

/* --- a guest of KVM: one vCPU that writes 1, 2, 3 ... to a device --- */

struct kvm_guest {
	int sys, vm, cpu;
	struct kvm_run *run;
	u32 *mem;
};

#define KVM_RAM	0x40000000UL
#define KVM_DEV	0x09000000UL

static const u32 counting[] = {
	0xd2a12001,	/* mov x1, #0x09000000 */
	0xd2800000,	/* mov x0, #0 */
	0x91000400,	/* 1: add x0, x0, #1 */
	0xf9000020,	/* str x0, [x1] */
	0x17fffffe,	/* b 1b */
};

static int kvm_create(struct kvm_guest *g)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = KVM_RAM, .memory_size = PAGE,
	};
	struct kvm_vcpu_init init;
	struct kvm_one_reg pc;
	u64 entry = KVM_RAM;

	memset(g, 0, sizeof(*g));
	g->sys = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (g->sys < 0)
		return -errno;
	g->vm = ioctl(g->sys, KVM_CREATE_VM, 0);
	if (g->vm < 0)
		return -errno;
	g->mem = new_pages(PAGE);
	memcpy(g->mem, counting, sizeof(counting));
	__builtin___clear_cache((char *)g->mem, (char *)g->mem + sizeof(counting));
	region.userspace_addr = (unsigned long)g->mem;
	MUST_SYS(ioctl(g->vm, KVM_SET_USER_MEMORY_REGION, &region));
	g->cpu = ioctl(g->vm, KVM_CREATE_VCPU, 0);
	MUST_SYS(g->cpu);
	MUST_SYS(ioctl(g->vm, KVM_ARM_PREFERRED_TARGET, &init));
	MUST_SYS(ioctl(g->cpu, KVM_ARM_VCPU_INIT, &init));
	pc.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |
		KVM_REG_ARM_CORE_REG(regs.pc);
	pc.addr = (unsigned long)&entry;
	MUST_SYS(ioctl(g->cpu, KVM_SET_ONE_REG, &pc));
	g->run = mmap(NULL, ioctl(g->sys, KVM_GET_VCPU_MMAP_SIZE, 0), PROT_READ | PROT_WRITE,
		      MAP_SHARED, g->cpu, 0);
	return 0;
}

static u64 kvm_next(struct kvm_guest *g)
{
	u64 value;

	MUST_SYS(ioctl(g->cpu, KVM_RUN, 0));
	if (g->run->exit_reason != KVM_EXIT_MMIO || g->run->mmio.phys_addr != KVM_DEV)
		die("KVM: exit %u", g->run->exit_reason);
	memcpy(&value, g->run->mmio.data, sizeof(value));
	return value;
}

static void kvm_destroy(struct kvm_guest *g)
{
	munmap(g->run, ioctl(g->sys, KVM_GET_VCPU_MMAP_SIZE, 0));
	close(g->cpu);
	close(g->vm);
	close(g->sys);
}

/* --- without EL2 --- */

TEST(refusal_says_why_and_what_to_do)
{
	struct kvm_guest g;
	const char *word;
	int ret = module_load(MOTE_MODULE, "");

	if (!ret) {
		module_unload("mote");
		SKIP(return, "not refused here");
	}
	word = last_word();
	printf("# %d, %s\n", ret, word);
	fflush(stdout);
	EXPECT_TRUE(ret == -EBUSY || ret == -ENODEV || ret == -EOPNOTSUPP);
	EXPECT_TRUE(strstr(word, "boot") || strstr(word, "kernel"));
	/* Nothing is left of it, and KVM has not noticed */
	EXPECT_EQ(-ENOENT, mote_open());
	EXPECT_EQ(-ENOENT, module_unload("mote"));
	if (!kvm_create(&g)) {
		for (u64 i = 1; i < 10; i++) {
			EXPECT_EQ(i, kvm_next(&g));
		}
		kvm_destroy(&g);
	}
}

/* --- with it --- */

FIXTURE(kvm)
{
	int loaded;
	struct kvm_guest g;
};

FIXTURE_SETUP(kvm)
{
	self->loaded = !access("/dev/kvm", F_OK) && !module_load(MOTE_MODULE, "");
}

#define NEED_BOTH()								\
	if (!self->loaded)							\
		SKIP(return, "no KVM, or KVM has EL2")

FIXTURE_TEARDOWN(kvm)
{
	if (self->loaded) {
		EXPECT_EQ(0, module_unload("mote"));
	}
}

static int is_vhe(struct one *o)
{
	return o->vm.info.backend == MOTE_BACKEND_VHE;
}

/* Between guests of mote's, KVM has what it wants */
TEST_F(kvm, in_turns)
{
	NEED_BOTH();
	for (int i = 0; i < 5; i++) {
		struct one o;

		one_create(&o, i & 1 ? VM_IRQCHIP : 0, guest_sync_loop, 0);
		EXPECT_EQ(0, vcpu_sync(&o.cpu));
		EXPECT_EQ(1, vcpu_sync(&o.cpu));
		one_destroy(&o);
		ASSERT_EQ(0, kvm_create(&self->g));
		for (u64 n = 1; n < 20; n++) {
			ASSERT_EQ(n, kvm_next(&self->g));
		}
		kvm_destroy(&self->g);
	}
}

/* On VHE both may have VMs, and their vCPUs alternate on one CPU */
TEST_F(kvm, both_at_once)
{
	struct one o;

	NEED_BOTH();
	host_cpu_pin(0, 0);
	one_create(&o, VM_IRQCHIP, guest_sync_loop, 0);
	if (!is_vhe(&o)) {
		one_destroy(&o);
		SKIP(return, "only one can have EL2 on nVHE");
	}
	ASSERT_EQ(0, kvm_create(&self->g));
	for (u64 i = 0; i < 200; i++) {
		ASSERT_EQ(i, vcpu_sync(&o.cpu));
		ASSERT_EQ(i + 1, kvm_next(&self->g));
	}
	kvm_destroy(&self->g);
	ASSERT_EQ(200, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/*
 * On nVHE a KVM that comes later takes EL2 from under a VM.  That VM is dead and
 * says so; KVM's lives; and when it is gone mote has EL2 again.
 */
TEST_F(kvm, takes_el2_away)
{
	struct mote_vm_status status;
	struct one o;
	int vm;

	NEED_BOTH();
	one_create(&o, 0, guest_sync_loop, 0);
	if (is_vhe(&o)) {
		one_destroy(&o);
		SKIP(return, "VHE hosts have EL2 for both");
	}
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	if (kvm_create(&self->g)) {
		/* Refused instead: as good */
		EXPECT_EQ(1, vcpu_sync(&o.cpu));
		one_destroy(&o);
		return;
	}
	EXPECT_EQ(1, kvm_next(&self->g));
	EXPECT_EQ(-EIO, mote_run(o.cpu.fd));
	EXPECT_EQ(-EIO, mote_run(o.cpu.fd));
	must_vm_status(o.vm.fd, &status);
	EXPECT_EQ(EBUSY, status.dead);
	EXPECT_NE(NULL, strstr(status.reason, "kvm.enable_virt_at_load=0"));
	EXPECT_EQ(2, kvm_next(&self->g));
	/* Registers can still be read, and all of it taken down */
	vcpu_get(&o.cpu, A64_PC);
	/* The dead VM still holds what it had: another may be made, and is dead, too */
	vm = mote_create_vm(o.vm.sys);
	EXPECT_TRUE(vm >= 0 || vm == -EBUSY);
	if (vm >= 0)
		close(vm);
	one_destroy(&o);
	EXPECT_EQ(3, kvm_next(&self->g));
	kvm_destroy(&self->g);
	one_create(&o, 0, guest_sync_loop, 0);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* KVM first: no VM can be made as long as it has one on nVHE */
TEST_F(kvm, was_there_first)
{
	struct mote_info info;
	int sys, vm;

	NEED_BOTH();
	sys = must_open();
	ASSERT_EQ(0, kvm_create(&self->g));
	EXPECT_EQ(1, kvm_next(&self->g));
	must_info(sys, &info);
	vm = mote_create_vm(sys);
	if (info.backend == MOTE_BACKEND_VHE) {
		EXPECT_LE(0, vm);
		EXPECT_EQ(1, info.usable);
	} else {
		EXPECT_EQ(-EBUSY, vm);
		EXPECT_EQ(0, info.usable);
		EXPECT_NE(NULL, strstr(info.reason, "kvm-arm.mode=none"));
	}
	if (vm >= 0)
		close(vm);
	EXPECT_EQ(2, kvm_next(&self->g));
	kvm_destroy(&self->g);
	vm = mote_create_vm(sys);
	EXPECT_LE(0, vm);
	close(vm);
	close(sys);
}

TEST_HARNESS_MAIN
