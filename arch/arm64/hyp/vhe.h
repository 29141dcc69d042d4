/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: the world switch of kernels that run at EL2.
 */
#ifndef MOTE_ARM64_HYP_VHE_H
#define MOTE_ARM64_HYP_VHE_H

#include "host.h"

/* On the CPU, preemption off; vhe_enter(): interrupts, too */
void vhe_host_save(struct hyp_host *host);
void vhe_session_load(struct arm64_ctx *ctx, struct hyp_host *host);
void vhe_session_put(struct arm64_ctx *ctx, struct hyp_host *host);
void vhe_gic_load(struct arm64_ctx *ctx, struct hyp_host *host);
void vhe_gic_put(struct arm64_ctx *ctx, struct hyp_host *host);
void vhe_enter(struct arm64_ctx *ctx, struct hyp_host *host);
void vhe_sys_access(enum arm64_sys reg, u64 *value, bool write);

/* entry.S.  Return: ARM64_EXIT_*.  DAIF is masked. */
u64 vhe_guest_enter(struct arm64_ctx *ctx, u64 flags);

#endif /* MOTE_ARM64_HYP_VHE_H */
