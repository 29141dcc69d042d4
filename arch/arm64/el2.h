/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: what the files of EL2's ownership offer each other.
 */
#ifndef MOTE_ARM64_EL2_H
#define MOTE_ARM64_EL2_H

#include "hyp/host.h"
#include "machine.h"

/* el2_map.c: nVHE only */
int el2_map_init(void);
void el2_map_exit(void);
phys_addr_t el2_map_root(void);
int el2_map_range(void *start, size_t bytes, u32 prot);
void *el2_page_alloc(void);
void el2_page_free(void *page);

/* lowvisor_boot.c, lowvisor_build.c */
bool lowvisor_booted_at_el2(void);
int lowvisor_build(void);
void lowvisor_free(void);
struct hyp_cpu *lowvisor_cpu(void);
phys_addr_t lowvisor_entry(void);
void lowvisor_clean(const void *start, size_t bytes);

/* lowvisor.c: how to get EL2 on nVHE hosts.  "cpu": on the CPU, interrupts off. */
int lowvisor_init(void);
void lowvisor_exit(void);
int lowvisor_probe(void);
int lowvisor_cpu_take(void);
void lowvisor_cpu_give(void);
void lowvisor_enter(struct arm64_ctx *ctx);
struct hyp_host *lowvisor_host(void);

/** el2_cpu_flags - HYP_* of this CPU.  Context: on the CPU, interrupts off. */
u64 el2_cpu_flags(void);

#endif /* MOTE_ARM64_EL2_H */
