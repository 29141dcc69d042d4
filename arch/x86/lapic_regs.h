/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: the local APIC and its registers.
 *
 * The registers live in a page with the layout of SDM vol. 3, "Local APIC
 * Register Address Map", because that is what hardware that virtualises the
 * APIC works on (the virtual-APIC page, the AVIC backing page).  IRR, ISR,
 * TMR and TPR in that page belong to the vCPU's thread, or to hardware while
 * the guest runs.  Others post into mote_lapic::pir.
 */
#ifndef MOTE_X86_LAPIC_REGS_H
#define MOTE_X86_LAPIC_REGS_H

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
#define LAPIC_RRD	0x0c0
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

/* Spurious-interrupt vector register */
#define LAPIC_SVR_ENABLE	BIT(8)

/* LVT entries.  The delivery modes are also those of the ICR and of MSI data. */
#define LAPIC_LVT_MASKED	BIT(16)
#define LAPIC_MODE(reg)		(((reg) >> 8) & 7)
#define LAPIC_MODE_FIXED	0u
#define LAPIC_MODE_LOWEST	1u
#define LAPIC_MODE_SMI		2u
#define LAPIC_MODE_NMI		4u
#define LAPIC_MODE_INIT		5u
#define LAPIC_MODE_SIPI		6u
#define LAPIC_MODE_EXTINT	7u

#define LAPIC_TIMER_MODE(lvt)	(((lvt) >> 17) & 3)
#define LAPIC_TIMER_ONE_SHOT	0u
#define LAPIC_TIMER_PERIODIC	1u
#define LAPIC_TIMER_DEADLINE	2u

/* Error status register */
#define LAPIC_ESR_SEND_VECTOR	BIT(5)
#define LAPIC_ESR_RECV_VECTOR	BIT(6)
#define LAPIC_ESR_REGISTER	BIT(7)

/**
 * struct mote_lapic - the local APIC of a vCPU
 * @regs: the register page (t)
 * @base: IA32_APIC_BASE (t; others read the mode, a)
 * @hw: hardware delivers interrupts from @regs (virtual-interrupt delivery,
 *	AVIC); set by the back end in lapic_changed (t)
 * @enabled: SVR's enable bit.  A copy, because hardware may have stored a new
 *	SVR before we are told (t; others read it, a)
 * @irr_maybe: false: IRR is known to be empty; means nothing with @hw (t)
 * @isr_dirty: ISR was changed by other than the guest: with @hw, hardware has
 *	to be told.  Set here, cleared by who calls x86_backend::hw_irq (t)
 * @pir: vectors posted by anyone, not in IRR yet (a)
 * @pir_level: those of them that are level triggered (a)
 * @on: something is in @pir; set after the bit, cleared before the scan (a)
 * @nmi: an NMI was posted by another thread (a)
 * @esr: errors since the guest last wrote ESR (a)
 * @timer: of the host, stands for the guest's
 * @timer_fired: @timer went off since it was last started (a)
 * @timer_mode: LAPIC_TIMER_* in effect; changes while @timer is stopped (t)
 * @timer_shift: log2 of the divider in effect (t)
 * @tsc_deadline: IA32_TSC_DEADLINE (t; cleared by the timer, a)
 * @period_ns: periodic mode: length, 0 in the others (t)
 * @target: when the count reaches zero, 0 when it does not count (t)
 * @vcpu: whose it is (c)
 */
struct mote_lapic {
	u8 *regs;
	u64 base;
	bool hw;
	bool enabled;
	bool irr_maybe;
	bool isr_dirty;
	DECLARE_BITMAP(pir, 256);
	DECLARE_BITMAP(pir_level, 256);
	atomic_t on;
	atomic_t nmi;
	atomic_t esr;
	struct hrtimer timer;
	int timer_fired;
	u8 timer_mode;
	u8 timer_shift;
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

/* Globally enabled; any thread */
static inline bool lapic_present(const struct mote_lapic *apic)
{
	return READ_ONCE(apic->base) & LAPIC_BASE_ENABLE;
}

/**
 * lapic_posted - whether lapic_sync() has something to take
 *
 * With hardware delivery, an entry for which this is false need not look at
 * IRR at all.
 */
static inline bool lapic_posted(const struct mote_lapic *apic)
{
	return atomic_read(&apic->on);
}

/**
 * lapic_extint_open - whether INTR, as a PIC would raise it, reaches the CPU
 *
 * It comes in through LINT0 programmed as ExtINT, or directly while the APIC
 * is globally disabled.
 */
static inline bool lapic_extint_open(const struct mote_lapic *apic)
{
	u32 lint0 = lapic_reg(apic, LAPIC_LVT_LINT0);

	return !lapic_present(apic) ||
	       (!(lint0 & LAPIC_LVT_MASKED) && LAPIC_MODE(lint0) == LAPIC_MODE_EXTINT);
}

/* CR8, which is TPR >> 4: in the APIC's page if there is an APIC */
static inline u32 x86_cr8(const struct mote_vcpu *vcpu)
{
	const struct mote_lapic *apic = vcpu->arch.lapic;

	return apic ? lapic_reg(apic, LAPIC_TPR) >> 4 & 0xf : vcpu->arch.cr8;
}

static inline void x86_set_cr8(struct mote_vcpu *vcpu, u32 cr8)
{
	if (vcpu->arch.lapic)
		lapic_set_reg(vcpu->arch.lapic, LAPIC_TPR, (cr8 & 0xf) << 4);
	else
		vcpu->arch.cr8 = cr8;
}

#endif /* MOTE_X86_LAPIC_REGS_H */
