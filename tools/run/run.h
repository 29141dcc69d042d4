/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote-run: the reference runner.
 *
 * Threads: main() sets up and then serves timers and the terminal (io.c); each
 * vCPU has a thread that calls MOTE_RUN and answers its exits (vcpu.c).
 * Devices are touched by both, always under vm::lock.
 */
#ifndef MOTE_RUN_H
#define MOTE_RUN_H

#include <libmote.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "bus.h"
#include "io.h"

#define KIB		1024ULL
#define MIB		(1024 * KIB)
#define GIB		(1024 * MIB)
#define PAGE_BYTES	4096ULL

/* How the program ends; listed in --help. */
enum exit_code {
	END_POWER_OFF = 0,
	END_USAGE = 1,		/* wrong arguments, or the host is not ready */
	END_VM_ERROR = 2,	/* the VM cannot go on */
	END_REBOOT = 16,
	END_TRIPLE_FAULT = 17,
	END_USER = 18,		/* Ctrl-A x */
	END_SIGNAL = 128,	/* + number */
};

struct vm;
struct vcpu;
struct uart;

/*
 * The architecture's part of the structures below: struct arch_options,
 * struct arch_vcpu, struct arch_vm.  Found in run/$(ARCH).
 */
#include "arch.h"

/**
 * struct options - the command line
 * @kernel: image, recognised by its content, or NULL
 * @initrd: initial RAM disk or NULL
 * @append: kernel command line, never NULL
 * @flat: raw binary or NULL
 * @mem_bytes: RAM
 * @stats: print counters at the end
 * @dump_on_fail: print the hardware's state when the VM cannot go on
 * @arch: the architecture's own
 */
struct options {
	const char *kernel;
	const char *initrd;
	const char *append;
	const char *flat;
	u64 mem_bytes;
	bool stats;
	bool dump_on_fail;
	struct arch_options arch;
};

/**
 * struct vcpu - a virtual CPU and its thread
 * @vm: owner
 * @id: number, also APIC id or MPIDR
 * @fd: descriptor
 * @run: mapped run page
 * @stats: mapped counters, NULL when the kernel has none
 * @thread: runs vcpu_thread()
 * @arch: the architecture's own
 */
struct vcpu {
	struct vm *vm;
	u32 id;
	int fd;
	struct mote_run *run;
	const struct mote_stats *stats;
	pthread_t thread;
	struct arch_vcpu arch;
};

#define VCPUS_MAX	1

/**
 * struct vm - everything about the one guest
 * @opt: command line
 * @sys: system descriptor
 * @fd: VM descriptor
 * @info: what the host offers
 * @mem: guest memory
 * @ram: the memory itself, @opt->mem_bytes long, lowest address first
 * @vcpus: the virtual CPUs
 * @lock: devices, buses and interrupt lines
 * @mmio: device memory
 * @io: timers and descriptors, served by main()
 * @uart: the serial port with the terminal
 * @ending: set once, by the first vm_end()
 * @code: enum exit_code or the guest's own, valid with @ending
 * @arch: the architecture's own
 */
struct vm {
	const struct options *opt;
	int sys;
	int fd;
	struct mote_info info;
	struct mote_gmem mem;
	u8 *ram;
	struct vcpu vcpus[VCPUS_MAX];
	pthread_mutex_t lock;
	struct bus mmio;
	struct io io;
	struct uart *uart;
	atomic_bool ending;
	int code;
	struct arch_vm arch;
};

/* options.c */
/** options_parse() - fill @o; ends the program for --help and mistakes */
void options_parse(struct options *o, int argc, char **argv);

/* vm.c */
/**
 * vm_create() - VM, memory, interrupt controllers, vCPUs; ends the program on failure
 * @vm: zeroed
 * @opt: command line, kept
 */
void vm_create(struct vm *vm, const struct options *opt);

/** vm_destroy() - give everything back; after the threads have ended */
void vm_destroy(struct vm *vm);

/**
 * vm_end() - the VM is over; the first call wins
 * @vm: the VM
 * @code: exit code of the program
 *
 * Any thread, with or without vm::lock.  vCPUs stop at once.
 */
void vm_end(struct vm *vm, int code);

/**
 * vm_mem() - guest RAM for a loader
 *
 * Return: its address, or NULL when [@gpa, @gpa + @bytes) is not all RAM.
 */
void *vm_mem(struct vm *vm, u64 gpa, u64 bytes);

/** vm_map() - map RAM that the guest sees at @gpa; nothing for 0 bytes */
void vm_map(struct vm *vm, u64 gpa, u64 bytes, u8 *hva);

/**
 * vm_mmio() - an access to device memory
 * @vm: a struct vm; emulators hand it back without its type
 * @gpa: address
 * @data: 1..8 bytes, in or out; what nobody answers reads as 0xff
 * @bytes: how many
 * @write: direction
 */
void vm_mmio(void *vm, u64 gpa, void *data, u32 bytes, int write);

/** vcpu_set_regs() - registers to start with; ends the program when refused */
void vcpu_set_regs(struct vcpu *v, const struct mote_reg *regs, u32 count);

/* vcpu.c */
void *vcpu_thread(void *vcpu);

/* What a handler of exits returns */
enum after {
	GO_ON = 0,
	STOP = 1,	/* vm_end() has been called */
};

typedef enum after (*exit_handler)(struct vcpu *v);

/** vcpu_fail() - the VM cannot go on: say why, end it */
enum after vcpu_fail(struct vcpu *v);

/* report.c */
/** die() - print "mote-run: ..." and end the program with END_USAGE */
void die(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/** complain() - print "mote-run: ..." */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** report_failure() - registers, and the hardware's state if asked for */
void report_failure(struct vcpu *vcpu);

/** report_stats() - exits by reason and time, to stderr */
void report_stats(struct vm *vm, u64 total_ns);

#endif
