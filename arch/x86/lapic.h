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

/* ---- lapic.c: registers ---- */

/**
 * lapic_create - give a vCPU its local APIC, in the state after power-up
 * @vcpu: not published yet; its id is the APIC id.  No back-end hook is called
 *
 * Return: 0 or -ENOMEM.  Context: sleepable.
 */
int lapic_create(struct mote_vcpu *vcpu);

/**
 * lapic_destroy - undo it; harmless without one
 *
 * Nobody may be able to post any more.  Waits for a timer that is just going
 * off.  Context: sleepable.
 */
void lapic_destroy(struct mote_vcpu *vcpu);

/** lapic_reset - as after power-up.  Context: loaded, or never run. */
void lapic_reset(struct mote_vcpu *vcpu);

/**
 * lapic_read - read a register as the guest does, in xAPIC mode
 * @vcpu: (t)
 * @offset: 0..0xff0, multiple of 16; those that do not exist read 0 and log an
 *	error in ESR as the SDM says
 */
u32 lapic_read(struct mote_vcpu *vcpu, u32 offset);

/**
 * lapic_write - write a register as the guest does, in xAPIC mode
 * @vcpu: loaded
 * @offset: as for lapic_read()
 * @value: whatever the guest wrote
 *
 * Return: MOTE_RESUME, or MOTE_USER with an EOI exit made (level interrupt).
 */
int lapic_write(struct mote_vcpu *vcpu, u32 offset, u32 value);

/**
 * lapic_write_done - hardware has stored @offset into the page already
 * (APIC-write VM exit): do what else the write does, and undo what of it is
 * reserved.  Return: as lapic_write().
 */
int lapic_write_done(struct mote_vcpu *vcpu, u32 offset);

/*
 * x2APIC MSRs 0x800-0x8ff; results as in x86_msr_*().  -ENOENT without an APIC
 * and outside x2APIC mode.
 */
int lapic_msr_read(struct mote_vcpu *vcpu, u32 index, u64 *value);
int lapic_msr_check(struct mote_vcpu *vcpu, u32 index, u64 value);
int lapic_msr_write(struct mote_vcpu *vcpu, u32 index, u64 value);

/**
 * lapic_base_check - whether IA32_APIC_BASE can become @value
 * @vcpu: with an APIC
 * @value: any
 * @host: the runner may go from any state to any valid one; the guest only
 *	along SDM vol. 3, "x2APIC State Transitions"
 *
 * Return: 0 or -EINVAL.
 */
int lapic_base_check(struct mote_vcpu *vcpu, u64 value, bool host);

/** lapic_base_write - set what was checked.  Context: loaded, or never run. */
void lapic_base_write(struct mote_vcpu *vcpu, u64 value);

/* Between the lapic files */
u32 lapic_writable_bits(struct mote_vcpu *vcpu, u32 offset);
void lapic_set_icr_high(struct mote_lapic *apic, u32 value);
void lapic_set_enabled(struct mote_lapic *apic, bool enabled);

/* ---- lapic_irq.c: from a posted vector to its end ---- */

/**
 * lapic_post - a vector arrives
 * @vcpu: target; any thread, hardirq too
 * @vector: 16..255
 * @level: level triggered: its EOI exits to the runner
 *
 * Wakes or kicks the vCPU.
 */
void lapic_post(struct mote_vcpu *vcpu, unsigned int vector, bool level);

/** lapic_post_nmi - an NMI arrives; as lapic_post() */
void lapic_post_nmi(struct mote_vcpu *vcpu);

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

/** lapic_ppr - processor priority, from TPR and ISR */
u32 lapic_ppr(struct mote_lapic *apic);

/** lapic_eoi - the guest writes EOI.  Return: as lapic_write(). */
int lapic_eoi(struct mote_vcpu *vcpu);

/** lapic_eoi_done - hardware has done the EOI of @vector (EOI-induced exit); as lapic_write() */
int lapic_eoi_done(struct mote_vcpu *vcpu, unsigned int vector);

/**
 * lapic_tpr_threshold - the TPR class below which the blocked interrupt could
 * be delivered, 0 when none is blocked by TPR
 */
unsigned int lapic_tpr_threshold(struct mote_vcpu *vcpu);

/** lapic_has_work - something would wake a halted guest.  Any context of the vCPU's thread. */
bool lapic_has_work(struct mote_vcpu *vcpu);

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

/* Between the lapic files */
void lapic_clear_vectors(struct mote_vcpu *vcpu);
void lapic_restore_vectors(struct mote_vcpu *vcpu, u32 offset, u32 value);
void lapic_error(struct mote_lapic *apic, u32 bit);
void lapic_lvt_event(struct mote_lapic *apic, u32 offset);

/* ---- lapic_ipi.c: messages between APICs and from devices ---- */

/**
 * lapic_deliver_msi - send a message signalled interrupt
 * @vm: with vm->lock held, or the caller is one of its vCPUs
 * @address: SDM vol. 3, "Message Address Register Format"
 * @data: "Message Data Register Format"
 *
 * Return: 0, also when nobody listens; -EINVAL: not an interrupt address, or a
 * delivery mode that messages cannot have here (ExtINT: use INJECT).
 */
int lapic_deliver_msi(struct mote_vm *vm, u64 address, u32 data);

/** lapic_send_ipi - a write to the ICR; @dest as the mode of the APIC has it */
void lapic_send_ipi(struct mote_vcpu *vcpu, u32 icr, u32 dest);
void lapic_send_self(struct mote_vcpu *vcpu, unsigned int vector);

/* ---- lapic_state.c: GET_REGS and SET_REGS ---- */

/**
 * lapic_reg_list - the offsets that make up the APIC, in restore order
 * @n: index from 0
 *
 * IA32_APIC_BASE and IA32_TSC_DEADLINE are MSRs and come before.
 * Return: the @n-th offset, or 0 after the last.
 */
u32 lapic_reg_list(unsigned int n);

/**
 * lapic_reg_save - what GET_REGS has for a register
 * @vcpu: loaded
 * @offset: xAPIC offset, in x2APIC mode too
 * @value: the register; ESR has in bits 63:32 the errors since its last write
 *
 * Return: 0 or -ENOENT.
 */
int lapic_reg_save(struct mote_vcpu *vcpu, u32 offset, u64 *value);

/**
 * lapic_reg_check - whether SET_REGS could set a register
 *
 * Does not depend on what entries before it in the same call change.
 * Return: 0, -ENOENT: no such register, -EINVAL: reserved bits, or a read-only
 * register with another value.
 */
int lapic_reg_check(struct mote_vcpu *vcpu, u32 offset, u64 value);

/**
 * lapic_reg_restore - check and set it, without what a guest's write does
 *
 * Sends nothing.  The timer starts when the current count is set, or, in
 * TSC-deadline mode, when the timer's LVT entry is.
 * Return: as lapic_reg_check().  Context: loaded, or never run.
 */
int lapic_reg_restore(struct mote_vcpu *vcpu, u32 offset, u64 value);

/* ---- lapic_timer.c; all (t) ---- */

void lapic_timer_init(struct mote_lapic *apic);
void lapic_timer_reset(struct mote_lapic *apic);
void lapic_timer_stop(struct mote_lapic *apic);

/**
 * lapic_timer_write - the timer's part of a register write
 * @offset: LVT_TIMER, TIMER_INITIAL or TIMER_DIVIDE; already in the page
 * @value: without reserved bits
 */
void lapic_timer_write(struct mote_lapic *apic, u32 offset, u32 value);

/** lapic_timer_restore - the same for lapic_reg_restore(); TIMER_CURRENT too */
void lapic_timer_restore(struct mote_lapic *apic, u32 offset, u32 value);

/** lapic_timer_current - the current-count register */
u32 lapic_timer_current(struct mote_lapic *apic);

/** lapic_timer_taken - posted vectors were taken: a periodic timer may go on */
void lapic_timer_taken(struct mote_lapic *apic);

/**
 * lapic_timer_set_deadline - the guest writes IA32_TSC_DEADLINE
 * @tsc: in the guest's TSC; 0 disarms.  Ignored in the other modes
 */
void lapic_timer_set_deadline(struct mote_lapic *apic, u64 tsc);

/**
 * lapic_timer_restore_deadline - SET_REGS of IA32_TSC_DEADLINE
 *
 * Kept in any mode: the LVT entry that selects the mode is restored later.
 */
void lapic_timer_restore_deadline(struct mote_lapic *apic, u64 tsc);

/** lapic_timer_tsc_changed - mote_vcpu_arch::tsc_offset is new */
void lapic_timer_tsc_changed(struct mote_lapic *apic);

#endif /* MOTE_X86_LAPIC_H */
