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

#include <libmote_x86.h>
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

#define MODULES_MAX	16

/**
 * struct options - the command line
 * @kernel: image, recognised by its content
 * @initrd: initial RAM disk or NULL
 * @append: kernel command line, never NULL
 * @flat: raw binary or NULL
 * @flat_addr: where to load and start it
 * @modules: multiboot modules, "FILE" or "FILE arguments"
 * @module_count: how many
 * @mem_bytes: RAM
 * @debug_exit: port, or -1
 * @stats: print counters at the end
 * @dump_on_fail: print the hardware's state when the VM cannot go on
 */
struct options {
	const char *kernel;
	const char *initrd;
	const char *append;
	const char *flat;
	u64 flat_addr;
	const char *modules[MODULES_MAX];
	u32 module_count;
	u64 mem_bytes;
	int debug_exit;
	bool stats;
	bool dump_on_fail;
};

struct vm;

/**
 * struct vcpu - a virtual CPU and its thread
 * @vm: owner
 * @id: number, also APIC id
 * @fd: descriptor
 * @run: mapped run page
 * @stats: mapped counters, NULL when the kernel has none
 * @thread: runs vcpu_thread()
 * @emul: finishes MMIO instructions
 * @env: what @emul works on
 * @intr: interrupt taken from the PIC and not yet injected, or -1
 */
struct vcpu {
	struct vm *vm;
	u32 id;
	int fd;
	struct mote_run *run;
	const struct mote_stats *stats;
	pthread_t thread;
	struct mote_x86_emul emul;
	struct mote_x86_env env;
	int intr;
};

#define VCPUS_MAX	1

struct uart;
struct pic;
struct ioapic;
struct pit;

/**
 * struct vm - everything about the one guest
 * @opt: command line
 * @sys: system descriptor
 * @fd: VM descriptor
 * @info: what the host offers
 * @mem: guest memory
 * @ram: the memory itself, @opt->mem_bytes long, low part first
 * @low_bytes: RAM below 4 GiB; the rest starts at 4 GiB
 * @rsdp: where the ACPI tables start
 * @vcpus: the virtual CPUs
 * @lock: devices, buses and interrupt lines
 * @pio: ports
 * @mmio: device memory
 * @io: timers and descriptors, served by main()
 * @uart: COM1, where the terminal's input goes
 * @pic: the 8259A pair
 * @ioapic: the I/O APIC
 * @pit: the 8254, whose channel 2 port 0x61 shows
 * @ending: set once, by the first vm_end()
 * @code: enum exit_code or the guest's own, valid with @ending
 */
struct vm {
	const struct options *opt;
	int sys;
	int fd;
	struct mote_info info;
	struct mote_gmem mem;
	u8 *ram;
	u64 low_bytes;
	u64 rsdp;
	struct vcpu vcpus[VCPUS_MAX];
	pthread_mutex_t lock;
	struct bus pio;
	struct bus mmio;
	struct io io;
	struct uart *uart;
	struct pic *pic;
	struct ioapic *ioapic;
	struct pit *pit;
	atomic_bool ending;
	int code;
};

/* options.c */
/** options_parse() - fill @o; ends the program for --help and mistakes */
void options_parse(struct options *o, int argc, char **argv);

/* vm.c */
/**
 * vm_create() - VM, memory, local APICs, vCPUs; ends the program on failure
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

/* vcpu.c */
void *vcpu_thread(void *vcpu);

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

/* acpi.c */
/** acpi_build() - write the tables into guest memory, set vm::rsdp */
void acpi_build(struct vm *vm);

/* devices: each adds itself to a bus, ends the program when it cannot */
void uart_create(struct vm *vm);
void pit_create(struct vm *vm);
void rtc_create(struct vm *vm);
void pic_create(struct vm *vm);
void ioapic_create(struct vm *vm);
void reset_create(struct vm *vm);
void acpi_pm_create(struct vm *vm);
void fw_cfg_create(struct vm *vm);
void debug_exit_create(struct vm *vm, u16 port);

#endif
