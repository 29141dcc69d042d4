/* SPDX-License-Identifier: GPL-2.0-only */
/* The architecture's part of the core's objects: none in unit tests. */
struct mote_vm_arch {
	int none;
};

struct mote_vcpu_arch {
	int none;
};
