// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: a VM and a run of it, the same on all hypervisors. */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"

u64 bench_device;

char *bench_memory(size_t bytes, bool huge)
{
	size_t align = 2 * MIB;
	char *p = mmap(NULL, bytes + align, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *q;

	if (p == MAP_FAILED)
		bench_die("mmap of %zu bytes", bytes);
	q = (char *)(((uintptr_t)p + align - 1) & ~(align - 1));
	if (q > p)
		munmap(p, (size_t)(q - p));
	if (p + align > q)
		munmap(q + bytes, (size_t)(p + align - q));
	madvise(q, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return q;
}

char *bench_load(void)
{
	char *ram = bench_memory(RAM_BYTES, false);

	memcpy(ram + (bench_layout.code - bench_layout.ram), bench_guest_start,
	       (size_t)(bench_guest_end - bench_guest_start));
	bench_guest_tables(ram);
	*(volatile u64 *)(ram + (bench_layout.result - bench_layout.ram)) = 0;
	return ram;
}

void bench_vm_create(struct bench_vm *vm, const struct bench_hv *hv)
{
	*vm = (struct bench_vm) { .hv = hv, .vcpu = -1 };
	hv->create_vm(vm);
	vm->ram = bench_load();
	hv->map(vm, bench_layout.ram, vm->ram, RAM_BYTES);
	hv->create_vcpu(vm);
	hv->set_state(vm);
}

void bench_vm_destroy(struct bench_vm *vm)
{
	vm->hv->destroy_vcpu(vm);
	vm->hv->destroy_vm(vm);
	munmap(vm->ram, RAM_BYTES);
}

u64 bench_vm_run(struct bench_vm *vm, const struct bench_entry *entry, u64 *events)
{
	u64 n;

	vm->hv->set_entry(vm, entry);
	n = vm->hv->run(vm);
	if (events)
		*events = n;
	/* The last access is completed now, or the next batch would pay for it */
	vm->hv->no_run(vm);
	return *(volatile u64 *)(vm->ram + (bench_layout.result - bench_layout.ram));
}
