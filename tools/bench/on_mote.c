// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: mote, through libmote as its runner uses it. */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "on_mote.h"

static int sys_fd;
static struct mote_info info;

/* @ret of a call of libmote; returns it if it is no error */
static int check(int ret, const char *what)
{
	if (ret < 0) {
		errno = -ret;
		bench_die("%s", what);
	}
	return ret;
}

static void mote_hv_open(void)
{
	sys_fd = mote_open();
	if (sys_fd < 0)
		bench_die("%s", mote_open_hint(sys_fd));
	check(mote_info(sys_fd, &info), "MOTE_INFO");
	if (!info.usable)
		bench_die("%s", info.reason);
}

/*
 * mote has no call without an argument on the system descriptor.  A number it
 * does not know goes the same way through the kernel as far as the module.
 */
static void mote_trivial(void)
{
	ioctl(sys_fd, MOTE_RUN, 0);
}

static void mote_hv_create_vm(struct bench_vm *vm)
{
	vm->fd = check(mote_create_vm(sys_fd), "MOTE_CREATE_VM");
	if (bench_options.irqchip)
		check(bench_mote_irqchip(vm), "MOTE_IRQCHIP");
}

static void mote_map(struct bench_vm *vm, u64 gpa, void *hva, u64 bytes)
{
	check(mote_mem_map(vm->fd, gpa, bytes, hva, 0), "MOTE_MEM_MAP");
}

static void mote_hv_create_vcpu(struct bench_vm *vm)
{
	vm->vcpu = check(mote_create_vcpu(vm->fd, 0), "MOTE_CREATE_VCPU");
	check(mote_map_area(vm->vcpu, &info, MOTE_AREA_RUN, &vm->run), "mmap of the run page");
}

static u64 mote_hv_run(struct bench_vm *vm)
{
	struct mote_run *run = vm->run;
	int vcpu = vm->vcpu, ret;
	u64 events = 0;

	for (;;) {
		ret = mote_run(vcpu);
		if (ret) {
			if (ret != -EINTR)
				check(ret, "MOTE_RUN");
			continue;
		}
		if (bench_mote_exit(vm, run) == BENCH_DONE)
			return events;
		events++;
	}
}

static void mote_no_run(struct bench_vm *vm)
{
	struct mote_run *run = vm->run;

	run->request = MOTE_RUN_COMPLETE_ONLY;
	mote_run(vm->vcpu);
}

static void mote_destroy_vcpu(struct bench_vm *vm)
{
	bench_mote_free(vm);
	munmap(vm->run, info.areas[MOTE_AREA_RUN].bytes);
	close(vm->vcpu);
}

static void mote_destroy_vm(struct bench_vm *vm)
{
	close(vm->fd);
}

const struct bench_hv bench_mote = {
	.name = "mote",
	.open = mote_hv_open,
	.trivial = mote_trivial,
	.create_vm = mote_hv_create_vm,
	.map = mote_map,
	.create_vcpu = mote_hv_create_vcpu,
	.set_state = bench_mote_set_state,
	.set_entry = bench_mote_set_entry,
	.run = mote_hv_run,
	.no_run = mote_no_run,
	.destroy_vcpu = mote_destroy_vcpu,
	.destroy_vm = mote_destroy_vm,
};
