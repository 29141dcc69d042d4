/* SPDX-License-Identifier: GPL-2.0-only */
/* mote-run, arm64: what the structures of run.h carry for this architecture. */
#ifndef MOTE_RUN_ARCH_H
#define MOTE_RUN_ARCH_H

#include <libmote_arm64.h>

/* struct arch_options - there are no options of arm64 alone */
struct arch_options {
};

/**
 * struct arch_vcpu - of a vCPU
 * @emul: finishes loads and stores that the kernel leaves
 * @env: what @emul works on
 */
struct arch_vcpu {
	struct mote_arm64_emul emul;
	struct mote_env env;
};

/**
 * struct arch_vm - of a VM
 * @initrd: where it is, 0 without one
 * @initrd_bytes: its length
 */
struct arch_vm {
	u64 initrd;
	u64 initrd_bytes;
};

#endif
