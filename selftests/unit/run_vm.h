/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM without a kernel: the runner's devices and loaders alone. */
#ifndef RUN_VM_H
#define RUN_VM_H

#include "boot.h"
#include "devices.h"
#include "irq.h"
#include "machine.h"
#include "uart.h"

/* What the runner asked of the kernel */
extern u32 fake_msi_count;
extern u64 fake_msi_address;
extern u32 fake_msi_data;
extern u32 fake_kicks;
extern struct mote_reg fake_regs[128];
extern u32 fake_reg_count;

/** fake_vm() - memory, buses and all devices; @vm zeroed, @opt filled in */
void fake_vm(struct vm *vm, struct options *opt);

/** fake_reg() - the value last set for register @id, or ~0 */
u64 fake_reg(u64 id);

/** fake_wait() - serve timers for @ms milliseconds */
void fake_wait(struct vm *vm, u32 ms);

u32 in(struct vm *vm, u16 port, u32 bytes);
void out(struct vm *vm, u16 port, u32 bytes, u32 value);

/* --- results --- */

extern unsigned long run_checks, run_failures;

#define CHECK(cond) check(cond, #cond, __FILE__, __LINE__)
#define CHECK_EQ(got, want) \
	check_eq((u64)(got), (u64)(want), #got, __FILE__, __LINE__)

void check(bool ok, const char *text, const char *file, int line);
void check_eq(u64 got, u64 want, const char *text, const char *file,
	      int line);

struct run_test {
	const char *name;
	void (*fn)(void);
};

/** run_tests() - run all and print TAP; returns main()'s value */
int run_tests(const struct run_test *tests, size_t count);

#endif
