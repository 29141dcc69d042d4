/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libmote, arm64: carries out loads and stores that have no valid syndrome.
 *
 * A stage-2 abort describes a load or store of one general register (ESR_EL2,
 * "ISS encoding for an exception from a Data Abort", ISV); mote decodes those.
 * Pairs, write-back, SIMD registers and the rest reach the VMM as an
 * instruction, with the general registers in the run page.  mote_arm64_mmio()
 * decodes it (Arm ARM C4.1, "Loads and Stores"), does the accesses and leaves
 * the new registers there.
 */
#ifndef LIBMOTE_ARM64_H
#define LIBMOTE_ARM64_H

#include "libmote.h"

/**
 * struct mote_arm64_ops - how the emulator reaches the guest
 * @translate: virtual to physical for MOTE_ACCESS_*.  0; 1 when the guest gets
 *	a data abort, with the fault status code (ESR_EL1.DFSC) in @dfsc; or -errno
 * @read: read 1..8 bytes at @gpa, memory or device, not beyond the page
 * @write: write 1..8 bytes likewise
 * @fetch: the instruction at @gva, for exits that came without it
 * @vec_get: vector register @n
 * @vec_set: vector register @n
 * @abort: the guest gets a data abort at the current instruction; @ec and @iss
 *	as in ESR_EL1, @far: FAR_EL1
 *
 * All return 0 or a negative errno unless they say otherwise.  They run in
 * the thread that called the emulator.
 */
struct mote_arm64_ops {
	int (*translate)(void *opaque, u64 gva, u32 access, u64 *gpa, u32 *dfsc);
	int (*read)(void *opaque, u64 gpa, void *data, u32 bytes);
	int (*write)(void *opaque, u64 gpa, const void *data, u32 bytes);
	int (*fetch)(void *opaque, u64 gva, u32 *insn);
	int (*vec_get)(void *opaque, unsigned int n, u8 value[16]);
	int (*vec_set)(void *opaque, unsigned int n, const u8 value[16]);
	int (*abort)(void *opaque, u32 ec, u32 iss, u64 far);
};

/**
 * struct mote_arm64_emul - one emulator, for one vCPU
 * @ops: how to reach the guest
 * @opaque: handed to @ops
 * @done: instructions carried out
 * @why: after a failure: what and which instruction, NUL-terminated
 */
struct mote_arm64_emul {
	const struct mote_arm64_ops *ops;
	void *opaque;
	u64 done;
	char why[128];
};

/**
 * mote_arm64_mmio() - carry out the instruction of an undecoded MMIO exit
 * @e: the vCPU's emulator
 * @run: its run page, at MOTE_EXIT_MMIO with decoded == 0
 *
 * On success run->regs holds the registers after the instruction and
 * MOTE_RUN_REGS is requested.  Parts of the access that lie in memory go to
 * memory.  Where one of them faults, and for exclusive and atomic accesses,
 * which a device does not support, the guest gets a data abort and its
 * registers stay.
 *
 * Return: 0; -ENOTSUP for an instruction this does not know, or -errno of an
 * op.  Then @e->why says what happened and the registers are as they were.
 */
int mote_arm64_mmio(struct mote_arm64_emul *e, struct mote_run *run);

/* The ops for a real vCPU; opaque is a struct mote_env. */
extern const struct mote_arm64_ops mote_arm64_vcpu_ops;

#endif
