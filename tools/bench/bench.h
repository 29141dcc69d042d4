/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote-bench: what one trip through a hypervisor costs.
 *
 * One guest, one loop and one way of measuring; the hypervisors, mote and
 * KVM, are behind struct bench_hv.  Any failure ends the program, so nothing
 * here returns errors.  docs/performance.md has the method.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "types.h"

#define KIB	1024UL
#define MIB	(1024UL * KIB)

/* --- the guest, bench/ARCH/blocks.S --- */

/**
 * struct bench_layout - where things are in the guest, constant per architecture
 * @ram: first address of its memory, RAM_BYTES of it
 * @code: where the blocks are copied to
 * @result: where a block leaves the ticks it has counted
 * @touch: address of the memory for the fault tests
 * @mmio: an address without memory
 */
struct bench_layout {
	u64 ram;
	u64 code;
	u64 result;
	u64 touch;
	u64 mmio;
};

#define RAM_BYTES	(2 * MIB)

extern const struct bench_layout bench_layout;

/* All blocks, then those that every architecture has */
extern const char bench_guest_start[], bench_guest_end[];
extern const char bench_block_empty[], bench_block_touch[];

/** bench_guest_tables() - what the guest needs in its memory besides the code */
void bench_guest_tables(char *ram);

/**
 * struct bench_entry - a block and its arguments
 * @block: bench_block_*
 * @count: how often its loop runs
 * @addr: first address, for blocks that use one
 * @stride: distance of the addresses
 * @nr: number of what is asked for: a CPUID leaf, a hypercall
 */
struct bench_entry {
	const char *block;
	u64 count;
	u64 addr;
	u64 stride;
	u64 nr;
};

/**
 * struct bench_exit - one row that measures an exit
 * @name: of the row
 * @entry: block and arguments; @count is set by who runs it
 * @user: whether each event goes to user space
 */
struct bench_exit {
	const char *name;
	struct bench_entry entry;
	bool user;
};

/** bench_exits() - the exits of this architecture; @count is set */
const struct bench_exit *bench_exits(unsigned int *count);

/* --- the hypervisor --- */

enum bench_stop {
	BENCH_EVENT,	/* an event of the loop; it has been answered */
	BENCH_DONE,	/* the block is over and the result stored */
};

struct bench_hv;

/**
 * struct bench_vm - a VM with one vCPU
 * @hv: its hypervisor
 * @fd: VM descriptor
 * @vcpu: vCPU descriptor, -1 before there is one
 * @run: the run page
 * @ram: its memory, as the guest sees it from bench_layout.ram
 * @slots: ranges mapped so far
 * @priv: the back end's own
 */
struct bench_vm {
	const struct bench_hv *hv;
	int fd;
	int vcpu;
	void *run;
	char *ram;
	unsigned int slots;
	void *priv;
};

/**
 * struct bench_hv - a hypervisor
 * @name: as the command line has it
 * @open: its device
 * @trivial: the cheapest ioctl on the device
 * @create_vm: sets @fd
 * @map: memory at a guest physical address
 * @create_vcpu: sets @vcpu and @run
 * @set_state: all that must be set before the first run but set_entry()
 * @set_entry: the next run starts a block
 * @run: runs the block to its end; returns how many events it has answered.
 *	The loop is here, so that it costs the same little on all of them
 * @no_run: the run call, but without an entry; completes what waits for it
 * @destroy_vcpu: undoes create_vcpu()
 * @destroy_vm: undoes create_vm()
 */
struct bench_hv {
	const char *name;
	void (*open)(void);
	void (*trivial)(void);
	void (*create_vm)(struct bench_vm *vm);
	void (*map)(struct bench_vm *vm, u64 gpa, void *hva, u64 bytes);
	void (*create_vcpu)(struct bench_vm *vm);
	void (*set_state)(struct bench_vm *vm);
	void (*set_entry)(struct bench_vm *vm, const struct bench_entry *entry);
	u64 (*run)(struct bench_vm *vm);
	void (*no_run)(struct bench_vm *vm);
	void (*destroy_vcpu)(struct bench_vm *vm);
	void (*destroy_vm)(struct bench_vm *vm);
};

extern const struct bench_hv bench_kvm, bench_mote;

/* The device behind the port and the MMIO address: what was written last */
extern u64 bench_device;

/* --- vm.c --- */

/**
 * bench_memory() - anonymous memory, aligned for 2 MiB pages, not touched
 * @bytes: how much
 * @huge: 2 MiB pages if the host has them, else 4 KiB ones
 */
char *bench_memory(size_t bytes, bool huge);

/** bench_load() - a guest's memory with blocks and tables in it */
char *bench_load(void);

/** bench_vm_create() - a VM that is ready for bench_vm_run() */
void bench_vm_create(struct bench_vm *vm, const struct bench_hv *hv);

/** bench_vm_destroy() - and everything in it */
void bench_vm_destroy(struct bench_vm *vm);

/**
 * bench_vm_run() - run a block to its end
 * @vm: the VM
 * @entry: block and arguments
 * @events: out, may be NULL: events answered on the way
 *
 * Return: ticks that the guest has counted.
 */
u64 bench_vm_run(struct bench_vm *vm, const struct bench_entry *entry, u64 *events);

/* --- the tests --- */

/**
 * struct bench_options - sizes of the samples
 * @batch: events of one sample
 * @batches: samples
 * @vms: VMs at a time in the memory test
 * @mib: memory of the fault tests
 * @irqchip: 1: VMs have interrupt controllers in the kernel
 */
struct bench_options {
	unsigned int batch;
	unsigned int batches;
	unsigned int vms;
	unsigned int mib;
	unsigned int irqchip;
};

extern struct bench_options bench_options;

void bench_test_floors(const struct bench_hv *hv);
void bench_test_exits(const struct bench_hv *hv);
void bench_test_faults(const struct bench_hv *hv);
void bench_test_life(const struct bench_hv *hv);
void bench_test_memory(const struct bench_hv *hv);

void __attribute__((noreturn, format(printf, 1, 2))) bench_die(const char *fmt, ...);

#endif
