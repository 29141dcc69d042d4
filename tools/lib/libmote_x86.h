/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libmote, x86: finishes the instructions the kernel leaves to the VMM.
 *
 * The kernel hands over MMIO accesses undecoded: the instruction's bytes, the
 * guest physical address and the general registers.  mote_x86_mmio() decodes
 * with Zydis, carries the instruction out against the caller's devices and
 * leaves the new registers in the run page.  mote_x86_pio_string() does the
 * same for INS and OUTS, mote_x86_task_switch() for hardware task switches.
 */
#ifndef LIBMOTE_X86_H
#define LIBMOTE_X86_H

#include "libmote.h"

/**
 * struct mote_x86_segment - what an instruction needs of a segment register
 * @base: linear base
 * @selector: visible part
 * @ar: access rights, layout of MOTE_X86_SEG_AR
 */
struct mote_x86_segment {
	u64 base;
	u16 selector;
	u32 ar;
};

/**
 * struct mote_x86_ops - how the emulator reaches the guest
 * @translate: linear to physical for MOTE_ACCESS_*.  0; 1 when the guest gets
 *	a page fault, with the fault's error code in @error_code; or -errno
 * @read: read 1..8 bytes at @gpa, memory or device, not beyond the page
 * @write: write 1..8 bytes likewise
 * @port: one port access; @value in or out, by @write
 * @segment: a segment register
 * @vec_get: bytes 0..31 of vector register @n
 * @vec_set: low @bytes (16 or 32) of vector register @n; 32 also clears what
 *	lies above, as a VEX instruction does; 16 keeps it
 * @exception: the guest gets a fault at the current instruction; @error_code
 *	below 0: the vector has none; @cr2 counts for #PF
 * @system: as @translate, for accesses of the CPU's own, to descriptor tables
 *	and TSSs, whatever the privilege (task switches)
 * @get_regs: GET_REGS (task switches)
 * @set_regs: SET_REGS; @translate and @system go by them at once (task switches)
 *
 * All return 0 or a negative errno unless they say otherwise.  They run in
 * the thread that called the emulator.
 */
struct mote_x86_ops {
	int (*translate)(void *opaque, u64 gva, u32 access, u64 *gpa,
			 u32 *error_code);
	int (*read)(void *opaque, u64 gpa, void *data, u32 bytes);
	int (*write)(void *opaque, u64 gpa, const void *data, u32 bytes);
	int (*port)(void *opaque, u16 port, u32 bytes, int write, u32 *value);
	int (*segment)(void *opaque, enum mote_x86_seg seg,
		       struct mote_x86_segment *out);
	int (*vec_get)(void *opaque, unsigned int n, u8 value[32]);
	int (*vec_set)(void *opaque, unsigned int n, const u8 value[32],
		       u32 bytes);
	int (*exception)(void *opaque, u32 vector, s64 error_code, u64 cr2);
	int (*system)(void *opaque, u64 gva, u32 access, u64 *gpa,
		      u32 *error_code);
	int (*get_regs)(void *opaque, struct mote_reg *regs, u32 count);
	int (*set_regs)(void *opaque, const struct mote_reg *regs, u32 count);
};

struct x86_insn;

/**
 * struct mote_x86_emul - one emulator, for one vCPU
 * @ops: how to reach the guest
 * @opaque: handed to @ops
 * @cache: decoded instructions, by bytes and mode
 * @hits: instructions found in the cache
 * @misses: instructions decoded
 * @why: after a failure: what and which bytes, NUL-terminated
 */
struct mote_x86_emul {
	const struct mote_x86_ops *ops;
	void *opaque;
	struct x86_insn *cache;
	u64 hits;
	u64 misses;
	char why[192];
};

/** mote_x86_emul_init() - Return: 0 or -ENOMEM */
int mote_x86_emul_init(struct mote_x86_emul *e, const struct mote_x86_ops *ops,
		       void *opaque);

/** mote_x86_emul_free() - give back the cache */
void mote_x86_emul_free(struct mote_x86_emul *e);

/**
 * mote_x86_mmio() - carry out the instruction of an undecoded MMIO exit
 * @e: the vCPU's emulator
 * @run: its run page, at MOTE_EXIT_MMIO with decoded == 0
 *
 * On success run->regs holds the registers after the instruction and
 * MOTE_RUN_REGS is requested.  A REP instruction is carried out in bounded
 * pieces: RIP then stays, so that the guest takes interrupts in between, and
 * the same exit comes again.  A fault on another operand goes to the guest
 * through @ops->exception, with the registers as at that point.
 *
 * Return: 0; -ENOTSUP for an instruction this does not know, or -errno of an
 * op.  Then @e->why says what happened and the registers are as they were.
 */
int mote_x86_mmio(struct mote_x86_emul *e, struct mote_run *run);

/**
 * mote_x86_pio_string() - carry out INS or OUTS of a PIO exit
 * @e: the vCPU's emulator
 * @run: its run page, at MOTE_EXIT_PIO with MOTE_PIO_STRING
 *
 * Returns and registers as mote_x86_mmio().
 */
int mote_x86_pio_string(struct mote_x86_emul *e, struct mote_run *run);

/**
 * mote_x86_task_switch() - switch tasks as the CPU would
 * @e: the vCPU's emulator
 * @run: its run page, at MOTE_EXIT_TASK_SWITCH
 *
 * By SDM vol. 3, "Task Management": both kinds of TSS, busy bits and back link,
 * NT, TS, CR3, LDTR, segments, the error code and the debug trap.  Faults up to
 * the point where the CPU commits to the new task go to the old one, those after
 * it to the new.  The registers are set, the event that caused it is gone.
 *
 * Return: 0; or -errno of an op, with @e->why saying what happened.  Then the
 * vCPU is between the tasks and cannot go on.
 */
int mote_x86_task_switch(struct mote_x86_emul *e, struct mote_run *run);

/**
 * struct mote_x86_env - what mote_x86_vcpu_ops works on
 * @common: what every architecture has; must be first
 * @port: port access; @opaque is that of @common
 */
struct mote_x86_env {
	struct mote_env common;
	void (*port)(void *opaque, u16 port, u32 bytes, int write, u32 *value);
};

/* The ops for a real vCPU; opaque is a struct mote_x86_env. */
extern const struct mote_x86_ops mote_x86_vcpu_ops;

#endif
