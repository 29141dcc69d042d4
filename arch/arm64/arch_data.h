/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: what a VM and a vCPU carry.  Included by mod/mote.h.  Letters as
 * explained there.
 */
#ifndef MOTE_ARM64_ARCH_DATA_H
#define MOTE_ARM64_ARCH_DATA_H

#include <linux/hrtimer.h>
#include <linux/types.h>

#include <mote.h>

#include "types.h"

struct arm64_ctx;
struct vgic;
struct vgic_cpu;

/**
 * enum arm64_slow - what mote_arch_vcpu_handle_slow() is called for
 * @ARM64_SLOW_FAULT: stage-2 fault that may be memory, a device or the GIC
 * @ARM64_SLOW_YIELD: WFE
 * @ARM64_SLOW_CLEAN: the guest wants all of its caches clean
 */
enum arm64_slow {
	ARM64_SLOW_FAULT,
	ARM64_SLOW_YIELD,
	ARM64_SLOW_CLEAN,
};

/**
 * struct arm64_fault - a stage-2 fault on its way to the slow path
 * @ipa: where
 * @far: virtual address of the access
 * @esr: syndrome
 * @access: MOTE_ACCESS_*
 */
struct arm64_fault {
	gpa_t ipa;
	u64 far;
	u64 esr;
	u32 access;
};

/**
 * struct arm64_answer - what the kernel knows of an exit that waits for its
 * answer; the run page cannot be trusted to say it
 * @esr: syndrome of the instruction
 */
struct arm64_answer {
	u64 esr;
};

/**
 * struct arm64_timer - the guest's timers; (t) unless said otherwise
 * @line: level of the virtual (0) and physical (1) timer's output as the GIC
 *	was last told; the latter is set by @background, too, which the thread
 *	stops before it looks
 * @host_active: the host's interrupt is active on this CPU (live); ends with the
 *	guest's, which the vGIC sees
 * @armed: @background stands for the virtual timer of a halted vCPU
 * @cntp_ctl: CNTP_CTL_EL0: ENABLE and IMASK
 * @cntp_cval: CNTP_CVAL_EL0
 * @background: wakes a halted vCPU, and stands for the physical timer
 */
struct arm64_timer {
	bool line[2];
	bool host_active;
	bool armed;
	u64 cntp_ctl;
	u64 cntp_cval;
	struct hrtimer background;
};

/**
 * struct mote_vm_arch - of a VM
 * @vmid: TLB tag (c)
 * @vttbr: VTTBR_EL2 (c)
 * @cntvoff: host counter - guest's virtual counter; MOTE_ARM64_CNTVCT sets it (a)
 * @gic: in-kernel interrupt controller or NULL (c, before the first vCPU; published
 *	with release for mote_arch_vm_irq())
 */
struct mote_vm_arch {
	unsigned int vmid;
	u64 vttbr;
	u64 cntvoff;
	struct vgic *gic;
};

/**
 * struct mote_vcpu_arch - of a vCPU; (t) where nothing else is said
 * @ctx: what the world switch sees; begins the page of all state
 * @live: mote_arch_vcpu_prepare() has loaded what put() takes back
 * @fp_loaded: FP and SIMD registers are in hardware (live)
 * @halted: WFI executed, waiting for an interrupt
 * @intr: lines that are up, bit 0 IRQ, bit 1 FIQ; without @vgic
 * @injected: an exception was INJECTed since the last entry
 * @debug_on: the guest uses its breakpoints or watchpoints
 * @serror: MOTE_ARM64_SERROR
 * @slow: what the slow path has to do
 * @fault: stage-2 fault, for it
 * @answer: the instruction that waits for completion
 * @host_pan: PSTATE.PAN of the kernel when the last session ended, for DUMP
 * @timer: see there
 * @vgic: the vCPU's part of mote_vm_arch::gic, or NULL (c)
 */
struct mote_vcpu_arch {
	struct arm64_ctx *ctx;
	bool live;
	bool fp_loaded;
	bool halted;
	u32 intr;
	bool injected;
	bool debug_on;
	u64 serror;
	enum arm64_slow slow;
	struct arm64_fault fault;
	struct arm64_answer answer;
	bool host_pan;
	struct arm64_timer timer;
	struct vgic_cpu *vgic;
};

#endif /* MOTE_ARM64_ARCH_DATA_H */
