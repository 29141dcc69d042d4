/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What runs in the guest, on any architecture.
 *
 * The guest runs in the test program's own image: its code and data are mapped
 * at guest physical = guest virtual = host virtual address.  So a guest is a C
 * function of the test, and globals are shared with it.  It must not call the
 * C library: that would ask the host's kernel for things.
 *
 * A guest tells the test what happens with hypercalls, which exist on every
 * architecture and exit with their arguments.
 */
#ifndef MOTE_SELFTEST_GUEST_H
#define MOTE_SELFTEST_GUEST_H

#include <mote.h>

#include "types.h"

/* The channel's hypercall number: "mote" */
#define GUEST_CHANNEL	0x6d6f7465ULL

/* First argument of it */
enum guest_word {
	GUEST_SAYS_SYNC = 1,	/* value */
	GUEST_SAYS_DONE = 2,
	GUEST_SAYS_ABORT = 3,	/* file, line, expected, seen */
	GUEST_SAYS_FAULT = 4,	/* vector, error code, pc, address */
};

typedef void (*guest_fn)(u64 arg);

/* GUEST(name) - a guest function: static void guest_name(u64 arg) */
#define GUEST(name)	static void guest_##name(u64 arg __attribute__((unused)))

/*
 * Guest code that must leave the FPU's registers alone: exception handlers,
 * tests of these registers.
 */
#define GUEST_NOFPU	__attribute__((noinline, target("general-regs-only")))

/**
 * guest_call() - the channel; implemented once per architecture
 * Return: the test's answer, see vcpu_answer().
 */
u64 guest_call(u64 word, u64 a, u64 b, u64 c, u64 d);

/** guest_sync() - show a value to the test and wait for it to go on */
static inline u64 guest_sync(u64 value)
{
	return guest_call(GUEST_SAYS_SYNC, value, 0, 0, 0);
}

/** guest_done() - the guest is through; RUN after this comes back here */
static inline void guest_done(void)
{
	for (;;)
		guest_call(GUEST_SAYS_DONE, 0, 0, 0, 0);
}

static inline void guest_abort(const char *file, u64 line, u64 expected, u64 seen)
{
	for (;;)
		guest_call(GUEST_SAYS_ABORT, (u64)(unsigned long)file, line, expected, seen);
}

#define GUEST_EQ(expected, seen) do {						\
	u64 _e = (u64)(expected), _s = (u64)(seen);				\
	if (_e != _s)								\
		guest_abort(__FILE__, __LINE__, _e, _s);			\
} while (0)

#define GUEST_TRUE(cond)	GUEST_EQ(1, !!(cond))

/*
 * Plain accesses of one width; outside of memory they are MMIO.  The address
 * is in a register that nothing else uses: forms that write it back would have
 * no syndrome on arm64.
 */
#define GUEST_ACCESSORS(bits)							\
static inline u##bits guest_read##bits(u64 gpa)					\
{										\
	asm("" : "+r"(gpa));							\
	return *(volatile u##bits *)(unsigned long)gpa;				\
}										\
static inline void guest_write##bits(u64 gpa, u##bits value)			\
{										\
	asm("" : "+r"(gpa));							\
	*(volatile u##bits *)(unsigned long)gpa = value;			\
}

GUEST_ACCESSORS(8)
GUEST_ACCESSORS(16)
GUEST_ACCESSORS(32)
GUEST_ACCESSORS(64)

/** guest_barrier() - accesses before it are done before those after it */
static inline void guest_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/*
 * Guests that several tests use.
 */

/** guest_spin() - count up *(u64 *)arg, or just loop, for ever; never exits */
void guest_spin(u64 arg);

/** guest_sync_loop() - sync 0, 1, 2 ... for ever */
void guest_sync_loop(u64 arg);

/** guest_nothing() - done at once */
void guest_nothing(u64 arg);

/** guest_halt() - wait for an interrupt: HLT, WFI */
void guest_halt(void);

/** guest_halt_once() - sync 1, halt, sync 2, for ever */
void guest_halt_once(u64 arg);

/*
 * The robot does what the test tells it: see robot_go() in vm.h.
 */
enum robot_op {
	ROBOT_READ,	/* 64 bits at @addr */
	ROBOT_WRITE,	/* @value to @addr */
	ROBOT_SUM,	/* add up @count words, @stride bytes apart */
	ROBOT_FILL,	/* write @value + i to them */
	ROBOT_COUNT_UP,	/* ++ the word at @addr for ever */
	ROBOT_SPIN,	/* for ever, without a trace */
};

struct robot {
	enum robot_op op;
	u64 addr, value, stride, count;
};

/** guest_robot() - @arg: struct robot */
void guest_robot(u64 arg);

#endif
