/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: the local APIC.
 *
 * The registers live in a page with the layout of SDM vol. 3, "Local APIC
 * Register Address Map", because that is what hardware that virtualises the
 * APIC works on (the virtual-APIC page, the AVIC backing page).  IRR, ISR,
 * TMR and TPR in that page belong to the vCPU's thread, or to hardware while
 * the guest runs.  Others post into mote_lapic::pir.
 */
#ifndef MOTE_X86_LAPIC_H
#define MOTE_X86_LAPIC_H

#include <linux/hrtimer.h>

#include "x86.h"

/* IA32_APIC_BASE */
#define LAPIC_BASE_BSP		BIT_ULL(8)
#define LAPIC_BASE_X2APIC	BIT_ULL(10)
#define LAPIC_BASE_ENABLE	BIT_ULL(11)
#define LAPIC_DEFAULT_BASE	0xfee00000ull

/* Register offsets */
#define LAPIC_ID	0x020
#define LAPIC_VERSION	0x030
#define LAPIC_TPR	0x080
#define LAPIC_APR	0x090
#define LAPIC_PPR	0x0a0
#define LAPIC_EOI	0x0b0
#define LAPIC_LDR	0x0d0
#define LAPIC_DFR	0x0e0
#define LAPIC_SVR	0x0f0
#define LAPIC_ISR	0x100
#define LAPIC_TMR	0x180
#define LAPIC_IRR	0x200
#define LAPIC_ESR	0x280
#define LAPIC_LVT_CMCI	0x2f0
#define LAPIC_ICR_LOW	0x300
#define LAPIC_ICR_HIGH	0x310
#define LAPIC_LVT_TIMER	0x320
#define LAPIC_LVT_THERMAL	0x330
#define LAPIC_LVT_PERF	0x340
#define LAPIC_LVT_LINT0	0x350
#define LAPIC_LVT_LINT1	0x360
#define LAPIC_LVT_ERROR	0x370
#define LAPIC_TIMER_INITIAL	0x380
#define LAPIC_TIMER_CURRENT	0x390
#define LAPIC_TIMER_DIVIDE	0x3e0
#define LAPIC_SELF_IPI	0x3f0

/**
 * struct mote_lapic - the local APIC of a vCPU
 * @regs: the register page (t)
 * @base: IA32_APIC_BASE (t)
 * @hw: hardware delivers interrupts from @regs (virtual-interrupt delivery,
 *	AVIC); set by the back end in lapic_changed (t)
 * @pir: vectors posted by anyone, not in IRR yet (a)
 * @pir_level: those of them that are level triggered (a)
 * @on: something is in @pir; set after the bit, cleared before the scan (a)
 * @nmi: an NMI was posted by another thread (a)
 * @timer: of the host, stands for the guest's
 * @tsc_deadline: IA32_TSC_DEADLINE (t; cleared by the timer, a)
 * @period_ns: periodic mode: length (t)
 * @target: when the count reaches zero (t; advanced by the timer)
 * @vcpu: whose it is (c)
 */
struct mote_lapic {
	u8 *regs;
	u64 base;
	bool hw;
	DECLARE_BITMAP(pir, 256);
	DECLARE_BITMAP(pir_level, 256);
	atomic_t on;
	atomic_t nmi;
	struct hrtimer timer;
	u64 tsc_deadline;
	u64 period_ns;
	ktime_t target;
	struct mote_vcpu *vcpu;
};

static inline u32 lapic_reg(const struct mote_lapic *apic, u32 offset)
{
	return READ_ONCE(*(const u32 *)(apic->regs + offset));
}

static inline void lapic_set_reg(struct mote_lapic *apic, u32 offset, u32 value)
{
	WRITE_ONCE(*(u32 *)(apic->regs + offset), value);
}

static inline bool lapic_x2apic(const struct mote_lapic *apic)
{
	return (apic->base & (LAPIC_BASE_ENABLE | LAPIC_BASE_X2APIC)) ==
	       (LAPIC_BASE_ENABLE | LAPIC_BASE_X2APIC);
}

static inline bool lapic_xapic(const struct mote_lapic *apic)
{
	return (apic->base & (LAPIC_BASE_ENABLE | LAPIC_BASE_X2APIC)) == LAPIC_BASE_ENABLE;
}

int lapic_create(struct mote_vcpu *vcpu);
void lapic_destroy(struct mote_vcpu *vcpu);
void lapic_reset(struct mote_vcpu *vcpu);

/**
 * lapic_read - read a register as the guest does
 * @vcpu: (t)
 * @offset: 0..0xff0, multiple of 16; others read 0 and log an error in ESR as the SDM says
 */
u32 lapic_read(struct mote_vcpu *vcpu, u32 offset);

/**
 * lapic_write - write a register as the guest does
 *
 * Return: MOTE_RESUME, or MOTE_USER with an EOI exit made (level interrupt).
 */
int lapic_write(struct mote_vcpu *vcpu, u32 offset, u32 value);

/**
 * lapic_write_done - hardware has stored @offset into the page already
 * (APIC-write VM exit): do what else the write does
 */
int lapic_write_done(struct mote_vcpu *vcpu, u32 offset);

/** lapic_eoi_done - hardware has done the EOI of @vector (EOI-induced exit); as lapic_write() */
int lapic_eoi_done(struct mote_vcpu *vcpu, unsigned int vector);

/* x2APIC MSRs 0x800-0x8ff and IA32_APIC_BASE; results as in x86_msr_*() */
int lapic_msr_read(struct mote_vcpu *vcpu, u32 index, u64 *value);
int lapic_msr_check(struct mote_vcpu *vcpu, u32 index, u64 value);
int lapic_msr_write(struct mote_vcpu *vcpu, u32 index, u64 value);
int lapic_base_check(struct mote_vcpu *vcpu, u64 value, bool host);
void lapic_base_write(struct mote_vcpu *vcpu, u64 value);

/**
 * lapic_post - a vector arrives
 * @vcpu: target; any thread, hardirq too
 * @vector: 16..255
 * @level: level triggered: its EOI exits to the runner
 *
 * Wakes or kicks the vCPU.
 */
void lapic_post(struct mote_vcpu *vcpu, unsigned int vector, bool level);

/** lapic_deliver_msi - find the targets of a message. Return: 0 or -EINVAL. */
int lapic_deliver_msi(struct mote_vm *vm, u64 address, u32 data);

/**
 * lapic_sync - take posted vectors into IRR
 * @vcpu: (t), loaded
 * Return: highest vector in IRR or -1.
 */
int lapic_sync(struct mote_vcpu *vcpu);

/** lapic_pending - vector that PPR lets through now, or -1 (software delivery) */
int lapic_pending(struct mote_vcpu *vcpu);

/** lapic_accept - the guest takes @vector: IRR to ISR (software delivery) */
void lapic_accept(struct mote_vcpu *vcpu, unsigned int vector);

/** lapic_highest_isr - or -1 */
int lapic_highest_isr(struct mote_lapic *apic);

/**
 * lapic_tpr_threshold - the TPR class below which the blocked interrupt could
 * be delivered, 0 when none is blocked by TPR
 */
unsigned int lapic_tpr_threshold(struct mote_vcpu *vcpu);

/** lapic_has_work - something would wake a halted guest.  Any context of the vCPU's thread. */
bool lapic_has_work(struct mote_vcpu *vcpu);

u64 lapic_get_cr8(struct mote_vcpu *vcpu);
void lapic_set_cr8(struct mote_vcpu *vcpu, u64 value);

/* lapic_timer.c */
void lapic_timer_init(struct mote_lapic *apic);
void lapic_timer_stop(struct mote_lapic *apic);
void lapic_timer_write(struct mote_lapic *apic, u32 offset, u32 value);
u32 lapic_timer_current(struct mote_lapic *apic);
void lapic_timer_set_deadline(struct mote_lapic *apic, u64 tsc);

#endif /* MOTE_X86_LAPIC_H */
