// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: the local APIC, a vector's way: posted, pending (IRR), in service
 * (ISR), ended.  SDM vol. 3, "Handling Interrupts" of the APIC's chapter.
 */
#include <linux/bitops.h>
#include <linux/bits.h>

#include "lapic_irq.h"

#define TPR_CLASS(priority)	((priority) >> 4)

/* The 32 bits of IRR, ISR or TMR that have @vector */
static u32 word_offset(u32 base, unsigned int vector)
{
	return base + vector / 32 * 16;
}

static bool vector_test(const struct mote_lapic *apic, u32 base, unsigned int vector)
{
	return lapic_reg(apic, word_offset(base, vector)) & BIT(vector % 32);
}

static void vector_assign(struct mote_lapic *apic, u32 base, unsigned int vector, bool on)
{
	u32 offset = word_offset(base, vector);
	u32 word = lapic_reg(apic, offset) & ~BIT(vector % 32);

	lapic_set_reg(apic, offset, on ? word | BIT(vector % 32) : word);
}

/* Highest vector set in IRR, ISR or TMR, or -1 */
static int highest(const struct mote_lapic *apic, u32 base)
{
	int i;

	for (i = 7; i >= 0; i--) {
		u32 word = lapic_reg(apic, base + i * 16);

		if (word)
			return i * 32 + __fls(word);
	}
	return -1;
}

/* Most entries find nothing pending: remember that, where only we set IRR */
int lapic_highest_irr(struct mote_lapic *apic)
{
	int vector;

	if (!apic->hw && !apic->irr_maybe)
		return -1;
	vector = highest(apic, LAPIC_IRR);
	apic->irr_maybe = vector >= 0;
	return vector;
}

int lapic_highest_isr(struct mote_lapic *apic)
{
	return highest(apic, LAPIC_ISR);
}

/* SDM vol. 3, "Task and Processor Priorities"; on a tie as VMX's PPR virtualization */
u32 lapic_ppr(struct mote_lapic *apic)
{
	u32 tpr = lapic_reg(apic, LAPIC_TPR) & 0xff;
	int isr = lapic_highest_isr(apic);

	if (isr < 0 || TPR_CLASS(tpr) >= TPR_CLASS((u32)isr))
		return tpr;
	return isr & 0xf0;
}

/* ---- posting ---- */

/*
 * A poster stores, in this order: the trigger mode, the vector in pir, on;
 * then it kicks.  The vCPU's thread clears on, then takes pir and then reads
 * the trigger modes of what it took (lapic_take_posted).  All are full barriers on
 * x86, so:
 *
 * - The thread that clears an on which a poster has set sees that poster's
 *   vector, and with a vector its trigger mode.
 * - A poster that sets on after the thread has cleared it leaves it set, and
 *   the kick that follows brings the thread back to lapic_sync() before the
 *   guest goes on, or out of its sleep.  At worst it then finds the vector
 *   gone, because the scan was late enough to see it.
 * - A poster that finds its vector in pir already may leave at once: whoever
 *   put it there has yet to kick, or has kicked and the thread has yet to
 *   scan.  The thread's exchange on the word orders what the second poster
 *   wrote before, as data for its handler, before the handler.
 * - Two posters of one vector with different trigger modes leave either mode.
 *   Guests do not share a vector so, and the harm would be one EOI exit more
 *   or less.
 *
 * A hardware descriptor (posted interrupts) keeps this order with its own pir
 * and on, and a notification in place of the kick.  Two things then need care:
 * hardware takes pir without looking at pir_level, so a level vector whose EOI
 * does not exit yet has to come through here; and timer_taken() is not
 * called for a periodic tick that hardware took.
 */
void lapic_post(struct mote_vcpu *vcpu, unsigned int vector, bool level)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	if (level)
		set_bit(vector, apic->pir_level);
	else if (test_bit(vector, apic->pir_level))
		clear_bit(vector, apic->pir_level);
	/* Trigger mode before vector, for lapic_take_posted() */
	smp_mb__after_atomic();
	if (test_and_set_bit(vector, apic->pir))
		return;
	/* Vector before on, likewise */
	smp_mb__after_atomic();
	atomic_set(&apic->on, 1);
	mote_vcpu_kick(vcpu);
}

void lapic_post_nmi(struct mote_vcpu *vcpu)
{
	/* One flag is enough: the CPU keeps one NMI waiting behind another */
	atomic_set(&vcpu->arch.lapic->nmi, 1);
	mote_vcpu_kick(vcpu);
}

/* ---- taking ---- */

/* Trigger modes of the vectors in @mask of a word become those in @level */
static void merge_tmr(struct mote_vcpu *vcpu, unsigned int first, u32 mask, u32 level)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	u32 offset = word_offset(LAPIC_TMR, first);
	u32 old = lapic_reg(apic, offset);
	unsigned long changed = (old ^ level) & mask;
	unsigned int bit;

	if (likely(!changed))
		return;
	lapic_set_reg(apic, offset, old ^ changed);
	if (!x86->eoi_exit)
		return;
	for_each_set_bit(bit, &changed, 32)
		x86->eoi_exit(vcpu, first + bit, level & BIT(bit));
}

static void merge_word(struct mote_vcpu *vcpu, unsigned int first, u32 bits, u32 level)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	u32 offset = word_offset(LAPIC_IRR, first);

	if (!bits)
		return;
	/* TMR first: hardware may deliver what IRR has */
	merge_tmr(vcpu, first, bits, level);
	lapic_set_reg(apic, offset, lapic_reg(apic, offset) | bits);
	apic->irr_maybe = true;
}

void lapic_take_posted(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	unsigned int i;

	atomic_xchg(&apic->on, 0);
	for (i = 0; i < BITS_TO_LONGS(256); i++) {
		unsigned long bits, level;

		if (!READ_ONCE(apic->pir[i]))
			continue;
		bits = xchg(&apic->pir[i], 0);
		level = READ_ONCE(apic->pir_level[i]);
		/* A message that crossed the guest's switching its APIC off */
		if (!lapic_present(apic))
			continue;
		merge_word(vcpu, i * 64, bits, level);
		merge_word(vcpu, i * 64 + 32, bits >> 32, level >> 32);
	}
}

/* ---- delivery in software ---- */

static bool passes_ppr(struct mote_lapic *apic, int vector)
{
	return vector >= 0 && TPR_CLASS((u32)vector) > TPR_CLASS(lapic_ppr(apic));
}

int lapic_pending(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	int vector = lapic_highest_irr(apic);

	/*
	 * What is in IRR is delivered also while the APIC is disabled in SVR
	 * (SDM vol. 3, "Local APIC State After It Has Been Software Disabled").
	 */
	return passes_ppr(apic, vector) && lapic_present(apic) ? vector : -1;
}

void lapic_accept(struct mote_vcpu *vcpu, unsigned int vector)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	vector_assign(apic, LAPIC_IRR, vector, false);
	vector_assign(apic, LAPIC_ISR, vector, true);
}

unsigned int lapic_tpr_threshold(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	int irr = lapic_highest_irr(apic);
	unsigned int class = TPR_CLASS((u32)irr);

	if (irr < 0 || !lapic_present(apic))
		return 0;
	/* Behind one in service: its EOI is seen, TPR need not be watched */
	if (lapic_highest_isr(apic) >= 0 && TPR_CLASS((u32)lapic_highest_isr(apic)) >= class)
		return 0;
	return TPR_CLASS(lapic_reg(apic, LAPIC_TPR) & 0xff) >= class ? class : 0;
}

/* Highest vector in pir, which stays: what lapic_take_posted() does needs a loaded vCPU */
static int highest_posted(const struct mote_lapic *apic)
{
	int i;

	for (i = BITS_TO_LONGS(256) - 1; i >= 0; i--) {
		unsigned long word = READ_ONCE(apic->pir[i]);

		if (word)
			return i * BITS_PER_LONG + __fls(word);
	}
	return -1;
}

bool lapic_has_work(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	return lapic_present(apic) &&
	       passes_ppr(apic, max(highest(apic, LAPIC_IRR), highest_posted(apic)));
}

/* ---- the end ---- */

int lapic_eoi_done(struct mote_vcpu *vcpu, unsigned int vector)
{
	struct mote_exit *exit;

	if (!vector_test(vcpu->arch.lapic, LAPIC_TMR, vector))
		return MOTE_RESUME;
	exit = mote_exit_begin(vcpu, MOTE_EXIT_EOI, 0);
	exit->eoi = (struct mote_exit_eoi) { .irq = vector };
	return MOTE_USER;
}

int lapic_eoi(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	int vector = lapic_highest_isr(apic);

	if (vector < 0)
		return MOTE_RESUME;
	vector_assign(apic, LAPIC_ISR, vector, false);
	apic->isr_dirty = true;
	return lapic_eoi_done(vcpu, vector);
}

/* ---- local sources ---- */

/*
 * SDM vol. 3, "Error Handling": the error interrupt is rearmed by a write to
 * ESR, which also takes what was collected.  So it comes with the first error
 * after that.  An illegal vector in the error entry itself ends there, too.
 */
void lapic_error(struct mote_lapic *apic, u32 bit)
{
	if (!atomic_fetch_or(bit, &apic->esr))
		lapic_lvt_event(apic, LAPIC_LVT_ERROR);
}

/**
 * lapic_lvt_event - a local source asks for its interrupt
 * @apic: any context
 * @offset: of its LVT entry
 */
void lapic_lvt_event(struct mote_lapic *apic, u32 offset)
{
	u32 lvt = lapic_reg(apic, offset);

	/*
	 * The mask bits are set while the APIC is disabled.  Ask both: hardware
	 * may have stored an entry that we have not corrected yet.
	 */
	if ((lvt & LAPIC_LVT_MASKED) || !READ_ONCE(apic->enabled) || !lapic_present(apic))
		return;
	if (LAPIC_MODE(lvt) == LAPIC_MODE_NMI)
		lapic_post_nmi(apic->vcpu);
	else if (LAPIC_MODE(lvt) != LAPIC_MODE_FIXED)
		return;
	else if ((lvt & 0xff) < 16)
		lapic_error(apic, LAPIC_ESR_RECV_VECTOR);
	else
		lapic_post(apic->vcpu, lvt & 0xff, false);
}

/* ---- reset and SET_REGS ---- */

/**
 * lapic_clear_vectors - forget all interrupts, posted ones too
 * @vcpu: loaded, or never run
 */
void lapic_clear_vectors(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	unsigned int i;

	atomic_xchg(&apic->on, 0);
	for (i = 0; i < BITS_TO_LONGS(256); i++)
		xchg(&apic->pir[i], 0);
	for (i = 0; i < 8; i++) {
		merge_tmr(vcpu, i * 32, ~0u, 0);
		lapic_set_reg(apic, LAPIC_IRR + i * 16, 0);
		lapic_set_reg(apic, LAPIC_ISR + i * 16, 0);
	}
	apic->irr_maybe = true;
	apic->isr_dirty = true;
}

/**
 * lapic_restore_vectors - SET_REGS of a word of IRR, ISR or TMR
 * @vcpu: loaded, or never run
 * @offset: of the word
 * @value: without vectors below 16
 */
void lapic_restore_vectors(struct mote_vcpu *vcpu, u32 offset, u32 value)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	if (offset >= LAPIC_TMR && offset < LAPIC_IRR)
		merge_tmr(vcpu, (offset - LAPIC_TMR) * 2, ~0u, value);
	else
		lapic_set_reg(apic, offset, value);
	apic->irr_maybe = true;
	apic->isr_dirty = true;
}
