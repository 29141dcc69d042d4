// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: exceptions, interrupts and NMIs on their way into the guest.
 *
 * At most one event is in arch.event: a fault that an exit handler queued, or
 * what the exit interrupted in delivery.  It goes first.  Then NMIs, then
 * interrupts, as in SDM vol. 3, "Prioritization of Concurrent Events".
 */
#include <asm/msr-index.h>
#include <asm/processor.h>

#include "events.h"
#include "lapic_timer.h"

#define DF_VECTOR	8
#define PF_VECTOR	14

enum exception_class { BENIGN, CONTRIBUTORY, PAGE_FAULT };

/* SDM vol. 3, "Interrupt 8 - Double Fault Exception", table of classes */
static enum exception_class classify(unsigned int vector)
{
	switch (vector) {
	case 0: case 10: case 11: case 12: case 13: case 21:
		return CONTRIBUTORY;
	case PF_VECTOR: case 20:
		return PAGE_FAULT;
	default:
		return BENIGN;
	}
}

/* A second exception while the first was being delivered: both in one? */
static bool makes_double_fault(unsigned int first, unsigned int second)
{
	enum exception_class a = classify(first), b = classify(second);

	return (a == CONTRIBUTORY && b == CONTRIBUTORY) ||
	       (a == PAGE_FAULT && b != BENIGN);
}

static void set_event(struct mote_vcpu *vcpu, unsigned int type, unsigned int vector, s64 error)
{
	vcpu->arch.event = (struct x86_event) {
		.valid = true,
		.type = type,
		.vector = vector,
		.has_error = error >= 0,
		.error_code = error >= 0 ? error : 0,
	};
	vcpu->arch.halted = false;
}

/*
 * An exception came while an interrupt or NMI was being delivered.  It goes
 * first; the other one, which its source believes taken, waits again.
 */
static void put_back(struct mote_vcpu *vcpu, const struct x86_event *ev)
{
	if (ev->type == X86_EVENT_NMI)
		vcpu->arch.nmi_pending++;
	else if (ev->type == X86_EVENT_EXTINT)
		vcpu->arch.intr_pending = 0x100 | ev->vector;
}

void x86_queue_exception(struct mote_vcpu *vcpu, unsigned int vector, s64 error)
{
	struct x86_event *ev = &vcpu->arch.event;

	if (ev->valid)
		put_back(vcpu, ev);
	if (ev->valid && ev->type == X86_EVENT_EXCEPTION) {
		if (ev->vector == DF_VECTOR) {
			/* Third fault: the CPU shuts down */
			vcpu->arch.shutdown = true;
			return;
		}
		if (makes_double_fault(ev->vector, vector)) {
			vector = DF_VECTOR;
			error = 0;
		}
	}
	set_event(vcpu, X86_EVENT_EXCEPTION, vector, error);
}

/**
 * x86_queue_page_fault - #PF at the current instruction
 * @vcpu: loaded
 * @cr2: faulting linear address
 * @error: page-fault error code
 */
void x86_queue_page_fault(struct mote_vcpu *vcpu, u64 cr2, u32 error)
{
	vcpu->arch.cr2 = cr2;
	x86_queue_exception(vcpu, PF_VECTOR, error);
}

/**
 * x86_queue_nmi - one more NMI; one can wait behind the one in service
 * @vcpu: loaded
 */
void x86_queue_nmi(struct mote_vcpu *vcpu)
{
	unsigned int room = x86->nmi_blocked(vcpu) ? 1 : 2;

	if (vcpu->arch.nmi_pending < room)
		vcpu->arch.nmi_pending++;
}

/**
 * x86_intr_allowed - whether RFLAGS and the interrupt shadow admit an interrupt
 * @vcpu: loaded
 */
bool x86_intr_allowed(struct mote_vcpu *vcpu)
{
	return (x86_get(vcpu, X86_RFLAGS) & X86_EFLAGS_IF) && !x86_get(vcpu, X86_SHADOW);
}

static bool nmi_allowed(struct mote_vcpu *vcpu)
{
	return !x86_get(vcpu, X86_SHADOW) && !x86->nmi_blocked(vcpu);
}

static bool has_software_irq(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	return apic && !apic->hw && lapic_pending(vcpu) >= 0;
}

/**
 * x86_halt - wait for an event before the next instruction, or do not
 * @vcpu: loaded
 * @on: HLT was executed
 *
 * Who sleeps is not loaded: what x86_has_wake_event() asks for is read here, and does
 * not change before an event goes in.
 */
void x86_halt(struct mote_vcpu *vcpu, bool on)
{
	vcpu->arch.halted = on;
	if (!on)
		return;
	x86_get(vcpu, X86_RFLAGS);
	vcpu->arch.halted_nmi = !x86->nmi_blocked(vcpu);
}

/**
 * x86_has_wake_event - whether something ends HLT
 * @vcpu: its thread, halted, not loaded
 */
bool x86_has_wake_event(struct mote_vcpu *vcpu)
{
	bool intr_on = vcpu->arch.reg[X86_RFLAGS] & X86_EFLAGS_IF;
	struct mote_lapic *apic = vcpu->arch.lapic;

	if (vcpu->arch.event.valid)
		return true;
	if (vcpu->arch.halted_nmi &&
	    (vcpu->arch.nmi_pending || (apic && atomic_read(&apic->nmi))))
		return true;
	if (!intr_on)
		return false;
	return vcpu->arch.intr_pending || (vcpu->request & MOTE_RUN_IRQ_WINDOW) ||
	       (apic && lapic_has_work(vcpu));
}

/* Take the next event into arch.event; IRQ wins nothing over what is there */
static void choose_event(struct mote_vcpu *vcpu)
{
	if (vcpu->arch.nmi_pending && nmi_allowed(vcpu)) {
		vcpu->arch.nmi_pending--;
		set_event(vcpu, X86_EVENT_NMI, 2, -1);
	} else if (vcpu->arch.intr_pending && x86_intr_allowed(vcpu)) {
		set_event(vcpu, X86_EVENT_EXTINT, vcpu->arch.intr_pending & 0xff, -1);
		vcpu->arch.intr_pending = 0;
	} else if (has_software_irq(vcpu) && x86_intr_allowed(vcpu)) {
		int vector = lapic_pending(vcpu);

		lapic_accept(vcpu, vector);
		set_event(vcpu, X86_EVENT_EXTINT, vector, -1);
	}
}

static bool wants_intr_window(struct mote_vcpu *vcpu)
{
	return vcpu->arch.intr_pending || has_software_irq(vcpu) ||
	       (vcpu->request & MOTE_RUN_IRQ_WINDOW);
}

/* What other threads posted */
static void sync_posted(struct mote_vcpu *vcpu)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	if (!apic)
		return;
	if (unlikely(atomic_read(&apic->nmi)) && atomic_xchg(&apic->nmi, 0))
		x86_queue_nmi(vcpu);
	if (lapic_posted(apic) || (apic->hw && apic->isr_dirty)) {
		int irr = lapic_sync(vcpu);

		if (apic->hw) {
			apic->isr_dirty = false;
			x86->hw_irq(vcpu, irr, lapic_highest_isr(apic));
		}
	}
	if (!apic->hw)
		x86->tpr_threshold(vcpu, lapic_tpr_threshold(vcpu));
}

/* A halted guest is awake once there is something to deliver to it */
static void wake_if_event(struct mote_vcpu *vcpu)
{
	if (vcpu->arch.halted && x86_has_wake_event(vcpu))
		vcpu->arch.halted = false;
}

static void inject(struct mote_vcpu *vcpu)
{
	struct x86_event *ev = &vcpu->arch.event;

	/* Faults return with RF set (SDM vol. 3, "Masking Instruction Breakpoints") */
	if (ev->type == X86_EVENT_EXCEPTION && ev->vector != X86_TRAP_DB)
		x86_set(vcpu, X86_RFLAGS, x86_get(vcpu, X86_RFLAGS) | X86_EFLAGS_RF);
	x86->inject(vcpu);
	ev->valid = false;
	vcpu->stats->injected++;
}

/**
 * x86_events_sync - mote_arch_vcpu_sync(): the last look before the entry
 * @vcpu: entry context; !x86_events_quiet()
 *
 * Return: MOTE_RESUME to enter, MOTE_AGAIN while halted, MOTE_SLOW when guest
 * memory has to be read first, MOTE_USER with an exit made.
 */
int x86_events_sync(struct mote_vcpu *vcpu)
{
	if (unlikely(vcpu->arch.shutdown)) {
		vcpu->arch.shutdown = false;
		vcpu->arch.event.valid = false;
		mote_exit_begin(vcpu, MOTE_EXIT_SHUTDOWN, 0);
		return MOTE_USER;
	}
	if (unlikely(vcpu->arch.pdptrs_stale)) {
		vcpu->arch.slow = X86_SLOW_PDPTRS;
		if (x86->load_pdptrs)
			return MOTE_SLOW;
		vcpu->arch.pdptrs_stale = false;
	}
	sync_posted(vcpu);
	wake_if_event(vcpu);
	if (vcpu->arch.halted)
		return MOTE_AGAIN;
	if (!vcpu->arch.event.valid)
		choose_event(vcpu);
	if ((vcpu->request & MOTE_RUN_IRQ_WINDOW) && !vcpu->arch.event.valid &&
	    !vcpu->arch.intr_pending && x86_intr_allowed(vcpu)) {
		mote_exit_begin(vcpu, MOTE_EXIT_IRQ_WINDOW, 0);
		return MOTE_USER;
	}
	vcpu->arch.windows = wants_intr_window(vcpu) || vcpu->arch.nmi_pending;
	x86->windows(vcpu, wants_intr_window(vcpu), vcpu->arch.nmi_pending);
	if (vcpu->arch.event.valid)
		inject(vcpu);
	return MOTE_RESUME;
}

static int inject_exception(struct mote_vcpu *vcpu, const struct mote_inject *inject)
{
	bool has_error = inject->flags & MOTE_INJECT_ERROR_CODE;

	if (inject->vector > 31 || inject->vector == 2)
		return -EINVAL;
	if ((inject->flags & MOTE_INJECT_PAYLOAD) && inject->vector != PF_VECTOR)
		return -EINVAL;
	if (has_error != x86_vector_has_error(inject->vector))
		return -EINVAL;
	if (vcpu->arch.event.valid)
		return -EAGAIN;
	if (inject->flags & MOTE_INJECT_PAYLOAD)
		vcpu->arch.cr2 = inject->payload;
	set_event(vcpu, X86_EVENT_EXCEPTION, inject->vector,
		  has_error ? (s64)inject->error_code : -1);
	return 0;
}

/**
 * x86_vector_has_error - whether an exception pushes an error code
 * @vector: 0..31; SDM vol. 3, table "Protected-Mode Exceptions and Interrupts"
 */
bool x86_vector_has_error(unsigned int vector)
{
	return BIT(vector) & (BIT(8) | BIT(10) | BIT(11) | BIT(12) | BIT(13) | BIT(14) |
			      BIT(17) | BIT(21));
}

/**
 * x86_inject - mote_arch_inject()
 * @vcpu: loaded
 * @inject: flags are known
 */
int x86_inject(struct mote_vcpu *vcpu, const struct mote_inject *inject)
{
	if (inject->event == MOTE_EVENT_EXCEPTION && !(inject->flags & MOTE_INJECT_LOWER))
		return inject_exception(vcpu, inject);
	if (inject->flags)
		return -EINVAL;
	switch (inject->event) {
	case MOTE_EVENT_INTR:
		if (inject->vector > 255)
			return -EINVAL;
		if (vcpu->arch.intr_pending)
			return -EAGAIN;
		vcpu->arch.intr_pending = 0x100 | inject->vector;
		return 0;
	case MOTE_EVENT_NMI:
		if (inject->vector)
			return -EINVAL;
		if (vcpu->arch.nmi_pending >= 2)
			return -EAGAIN;
		x86_queue_nmi(vcpu);
		return 0;
	default:
		return -EINVAL;
	}
}
