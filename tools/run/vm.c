// SPDX-License-Identifier: GPL-2.0-only
/* The VM: memory, vCPUs; its end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine.h"

#define HUGE_BYTES	(2 * MIB)

static void open_system(struct vm *vm)
{
	vm->sys = mote_open();
	if (vm->sys < 0)
		die("%s (%s)", mote_open_hint(vm->sys), strerror(-vm->sys));
	if (mote_info(vm->sys, &vm->info))
		die("/dev/mote does not answer: is the module another version?");
	if (vm->info.abi != MOTE_ABI_VERSION)
		die("the module speaks ABI %u, this program %u: build both from one tree",
		    vm->info.abi, MOTE_ABI_VERSION);
	if (!vm->info.usable)
		die("this host cannot run guests: %.160s", vm->info.reason);
	vm->fd = mote_create_vm(vm->sys);
	if (vm->fd < 0)
		die("cannot create a VM: %s", strerror(-vm->fd));
}

/*
 * Reserved, not committed: a guest pays for what it touches.  The base is
 * aligned so that huge pages of the host are huge pages of the guest.
 */
static u8 *reserve(u64 bytes)
{
	u8 *p = mmap(NULL, bytes + HUGE_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		die("cannot reserve %llu MiB for the guest: %s (try a smaller --mem)",
		    bytes / MIB, strerror(errno));
	p += -(u64)(unsigned long)p % HUGE_BYTES;
	madvise(p, bytes, MADV_HUGEPAGE);	/* a wish, not a need */
	return p;
}

void vm_map(struct vm *vm, u64 gpa, u64 bytes, u8 *hva)
{
	int ret = bytes ? mote_gmem_add(&vm->mem, gpa, bytes, hva, 0) : 0;

	if (ret)
		die("cannot map guest memory at 0x%llx: %s", gpa,
		    strerror(-ret));
}

void *vm_mem(struct vm *vm, u64 gpa, u64 bytes)
{
	return mote_gmem_ptr(&vm->mem, gpa, bytes, MOTE_ACCESS_WRITE);
}

void vm_mmio(void *opaque, u64 gpa, void *data, u32 bytes, int write)
{
	struct vm *vm = opaque;

	pthread_mutex_lock(&vm->lock);
	if (write)
		bus_write(&vm->mmio, gpa, data, bytes);
	else
		bus_read(&vm->mmio, gpa, data, bytes);
	pthread_mutex_unlock(&vm->lock);
}

void vcpu_set_regs(struct vcpu *v, const struct mote_reg *regs, u32 count)
{
	u32 failed = 0;
	int ret = mote_set_regs(v->fd, regs, count, &failed);

	if (ret)
		die("the kernel refuses register 0x%llx = 0x%llx: %s",
		    regs[failed < count ? failed : 0].id,
		    regs[failed < count ? failed : 0].value, strerror(-ret));
}

static void create_vcpu(struct vm *vm, u32 id)
{
	struct vcpu *v = &vm->vcpus[id];
	void *area;
	int ret;

	v->vm = vm;
	v->id = id;
	v->fd = mote_create_vcpu(vm->fd, id);
	if (v->fd < 0)
		die("cannot create vCPU %u: %s", id, strerror(-v->fd));
	ret = mote_map_area(v->fd, &vm->info, MOTE_AREA_RUN, &area);
	if (ret)
		die("cannot map the run page: %s", strerror(-ret));
	v->run = area;
	if (!mote_map_area(v->fd, &vm->info, MOTE_AREA_STATS, &area))
		v->stats = area;
	arch_vcpu_create(v);
}

void vm_create(struct vm *vm, const struct options *opt)
{
	int ret;

	vm->opt = opt;
	pthread_mutex_init(&vm->lock, NULL);
	open_system(vm);
	vm->mem.vm = vm->fd;
	vm->ram = reserve(opt->mem_bytes);
	arch_vm_create(vm);
	ret = io_init(&vm->io, &vm->lock);
	if (ret)
		die("cannot start the I/O loop: %s", strerror(-ret));
	for (u32 id = 0; id < VCPUS_MAX; id++)
		create_vcpu(vm, id);
}

void vm_destroy(struct vm *vm)
{
	for (u32 id = 0; id < VCPUS_MAX; id++) {
		struct vcpu *v = &vm->vcpus[id];

		arch_vcpu_destroy(v);
		munmap(v->run, vm->info.areas[MOTE_AREA_RUN].bytes);
		if (v->stats)
			munmap((void *)v->stats,
			       vm->info.areas[MOTE_AREA_STATS].bytes);
		close(v->fd);
	}
	close(vm->fd);
	close(vm->sys);
	io_free(&vm->io);
	munmap(vm->ram, vm->opt->mem_bytes);
}

/* Called from signal handlers too: nothing here may lock or allocate. */
void vm_end(struct vm *vm, int code)
{
	if (atomic_exchange(&vm->ending, true))
		return;
	vm->code = code;
	for (u32 id = 0; id < VCPUS_MAX; id++)
		mote_kick(vm->vcpus[id].fd);
	io_stop(&vm->io);
}
