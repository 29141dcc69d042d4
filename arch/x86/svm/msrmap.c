// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: the MSR permission map.  APM vol. 2, "MSR Intercepts": two bits for
 * each MSR, RDMSR and WRMSR, in ranges of 2 KiB.
 *
 * What is let through is what x86_msrmap_build() lets through anyway: VMLOAD
 * and VMSAVE switch it.  Not EFER, which would show SVME, nor PAT, which is
 * not what the guest wrote.
 */
#include "svm.h"

#define RANGE_BITS	(2048 * 8)

const struct x86_msrmap_layout svm_msrmap_layout = {
	.bytes = 2 * PAGE_SIZE,
	.stride = 2,
	.windows = 3,
	.window = {
		{ .first = 0, .read = 0, .write = 1 },
		{ .first = 0xc0000000, .read = RANGE_BITS, .write = RANGE_BITS + 1 },
		{ .first = 0xc0010000, .read = 2 * RANGE_BITS, .write = 2 * RANGE_BITS + 1 },
	},
};
