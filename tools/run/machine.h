/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote-run: what an architecture provides, in run/$(ARCH).  Everything that can
 * fail ends the program, unless it says something else.
 */
#ifndef MOTE_RUN_MACHINE_H
#define MOTE_RUN_MACHINE_H

#include <getopt.h>

#include "run.h"

/* --- the command line --- */

/**
 * struct arch_help - the architecture's part of --help; lines end with \n
 * @usage: one line
 * @run: what can be run
 * @machine: options about the machine
 * @exits: further exit codes
 * @example: a command line
 */
struct arch_help {
	const char *usage;
	const char *run;
	const char *machine;
	const char *exits;
	const char *example;
};

extern const struct arch_help arch_help;

/* Options of this architecture alone, up to one without a name.  val < 256. */
extern const struct option arch_longs[];

/* The smallest --mem that makes sense */
extern const u64 arch_mem_min;

/** option_number() - a number in any base that C has; @end as strtoull() */
u64 option_number(const char *what, const char *text, char **end);

/** arch_option() - take one of arch_longs[]; @arg may be written to */
void arch_option(struct options *o, int val, char *arg);

/** arch_options_check() - when all are known */
void arch_options_check(struct options *o);

/* --- the machine, in this order --- */

/** arch_vm_create() - map vm::ram, interrupt controllers; there is no vCPU yet */
void arch_vm_create(struct vm *vm);

/** arch_vcpu_create() - features and vcpu::arch; descriptor and areas are there */
void arch_vcpu_create(struct vcpu *v);

/** arch_devices() - put all devices on the buses, the serial port at vm::uart */
void arch_devices(struct vm *vm);

/** arch_load() - load what the options name, set the registers to start with */
void arch_load(struct vm *vm);

/** arch_vcpu_destroy() - after its thread has ended */
void arch_vcpu_destroy(struct vcpu *v);

/* --- while it runs --- */

/** arch_before_run() - before each RUN */
void arch_before_run(struct vcpu *v);

/**
 * arch_mmio() - carry out the instruction of an MMIO exit with decoded == 0
 * Return: 0 or a negative errno.
 */
int arch_mmio(struct vcpu *v);

/* Exits that differ between architectures; an empty entry stops the VM */
extern const exit_handler arch_exits[MOTE_EXIT_TYPES];

/* --- for people --- */

/** arch_report() - why an emulator gave up, if one did; cheap */
void arch_report(struct vcpu *v);

/** arch_print_registers() - to stderr */
void arch_print_registers(int vcpu);

/** arch_print_stats() - lines for --stats, to stderr */
void arch_print_stats(const struct vcpu *v);

#endif
