// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: KVM, by its ioctls. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "on_kvm.h"

static int sys_fd;
static size_t run_bytes;

int bench_kvm_ioctl(int fd, unsigned long nr, const char *name, void *arg)
{
	int ret = ioctl(fd, nr, arg);

	if (ret < 0)
		bench_die("%s", name);
	return ret;
}

static void kvm_open(void)
{
	sys_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (sys_fd < 0)
		bench_die("/dev/kvm");
	run_bytes = (size_t)KVM(sys_fd, KVM_GET_VCPU_MMAP_SIZE, NULL);
}

static void kvm_trivial(void)
{
	ioctl(sys_fd, KVM_GET_API_VERSION, 0);
}

static void kvm_create_vm(struct bench_vm *vm)
{
	vm->fd = KVM(sys_fd, KVM_CREATE_VM, NULL);
	if (bench_options.irqchip)
		bench_kvm_irqchip(vm);
}

static void kvm_map(struct bench_vm *vm, u64 gpa, void *hva, u64 bytes)
{
	struct kvm_userspace_memory_region r = {
		.slot = vm->slots++,
		.guest_phys_addr = gpa,
		.memory_size = bytes,
		.userspace_addr = (uintptr_t)hva,
	};

	KVM(vm->fd, KVM_SET_USER_MEMORY_REGION, &r);
}

static void kvm_create_vcpu(struct bench_vm *vm)
{
	vm->vcpu = KVM(vm->fd, KVM_CREATE_VCPU, NULL);
	vm->run = mmap(NULL, run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0);
	if (vm->run == MAP_FAILED)
		bench_die("mmap of kvm_run");
}

static void kvm_set_state(struct bench_vm *vm)
{
	bench_kvm_set_state(vm, sys_fd);
}

static u64 kvm_run(struct bench_vm *vm)
{
	struct kvm_run *run = vm->run;
	int vcpu = vm->vcpu;
	u64 events = 0;

	for (;;) {
		if (ioctl(vcpu, KVM_RUN, 0)) {
			if (errno != EINTR)
				bench_die("KVM_RUN");
			continue;
		}
		if (bench_kvm_exit(run) == BENCH_DONE)
			return events;
		events++;
	}
}

static void kvm_no_run(struct bench_vm *vm)
{
	struct kvm_run *run = vm->run;

	run->immediate_exit = 1;
	ioctl(vm->vcpu, KVM_RUN, 0);
	run->immediate_exit = 0;
}

static void kvm_destroy_vcpu(struct bench_vm *vm)
{
	munmap(vm->run, run_bytes);
	close(vm->vcpu);
}

static void kvm_destroy_vm(struct bench_vm *vm)
{
	close(vm->fd);
}

const struct bench_hv bench_kvm = {
	.name = "kvm",
	.open = kvm_open,
	.trivial = kvm_trivial,
	.create_vm = kvm_create_vm,
	.map = kvm_map,
	.create_vcpu = kvm_create_vcpu,
	.set_state = kvm_set_state,
	.set_entry = bench_kvm_set_entry,
	.run = kvm_run,
	.no_run = kvm_no_run,
	.destroy_vcpu = kvm_destroy_vcpu,
	.destroy_vm = kvm_destroy_vm,
};
