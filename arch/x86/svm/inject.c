// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: events into the guest, those that an exit interrupted, and exits
 * when one can be taken.  APM vol. 2, "Event Injection", "Virtual Interrupts".
 */
#include <linux/smp.h>
#include <trace/events/ipi.h>
#include <asm/processor-flags.h>

#include "svm.h"

/* ---- windows ---- */

static void set_virtual_irq(struct svm_vcpu *svm, u32 bits)
{
	struct vmcb_control_area *control = &svm->vmcb->control;
	u32 value = (control->int_ctl & ~(u32)V_IRQ_INJECTION_BITS_MASK) | bits;

	if (unlikely(svm_caps.cr8_exits))
		svm_intercept(svm, INTERCEPT_CR8_WRITE, bits || svm->tpr_threshold);
	if (value == control->int_ctl)
		return;
	control->int_ctl = value;
	svm_changed(svm, SVM_CLEAN_INTR);
}

/*
 * An interrupt that waits for the guest to lower its TPR: a virtual interrupt
 * of that priority exits (intercept VINTR) as soon as V_TPR lets it pass.
 */
static u32 svm_tpr_window(const struct svm_vcpu *svm)
{
	/* Where each write of the TPR exits, that is enough */
	if (!svm->tpr_threshold || svm_caps.cr8_exits)
		return 0;
	return V_IRQ_MASK | svm->tpr_threshold << V_INTR_PRIO_SHIFT;
}

/* A host's interrupt that waits ends the run right after the event has gone in */
static void exit_after_event(void)
{
	smp_send_reschedule(smp_processor_id());
}

/*
 * No CPU without virtual NMIs tells when an NMI can be taken.  While an earlier one
 * blocks it, IRET exits; then that IRET is stepped over, and so is the
 * instruction in an interrupt shadow.
 */
static void nmi_window(struct mote_vcpu *vcpu)
{
	const struct x86_event *ev = &vcpu->arch.event;
	struct svm_vcpu *svm = to_svm(vcpu);

	if (svm_nmi_blocked(vcpu)) {
		svm->step = svm->iret && !ev->valid;
		/* That IRET faulted: the fault's handler may be interrupted by an NMI */
		if (svm->iret && ev->valid)
			exit_after_event();
		return;
	}
	if (ev->valid) {
		/* Its own IRET will tell */
		if (ev->type != X86_EVENT_NMI)
			exit_after_event();
		return;
	}
	svm->step = true;
}

/**
 * svm_windows - exit as soon as the guest can take an interrupt or an NMI
 * @vcpu: entry
 * @intr: an interrupt waits
 * @nmi: an NMI waits
 */
void svm_windows(struct mote_vcpu *vcpu, bool intr, bool nmi)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	/* What should wait for the next instruction's end waits for a step over it */
	if (unlikely(svm_caps.shadow_lost) && intr && !vcpu->arch.event.valid &&
	    x86_get(vcpu, X86_SHADOW)) {
		svm->step = true;
		intr = false;
	}
	set_virtual_irq(svm, intr ? V_IRQ_MASK | V_IGN_TPR_MASK : svm_tpr_window(svm));
	if (unlikely(nmi))
		nmi_window(vcpu);
}

/**
 * svm_tpr_threshold - exit when the guest lowers its TPR below a class
 * @vcpu: entry, svm_windows() follows
 * @threshold: 0..15
 */
void svm_tpr_threshold(struct mote_vcpu *vcpu, unsigned int threshold)
{
	to_svm(vcpu)->tpr_threshold = threshold;
}

/* Exceptions that exit while we step the guest; #DB, #AC and #MC always do */
#define STEP_EXCEPTIONS \
	(BIT(X86_TRAP_DE) | BIT(X86_TRAP_BP) | BIT(X86_TRAP_OF) | BIT(X86_TRAP_BR) | \
	 BIT(X86_TRAP_UD) | BIT(X86_TRAP_NM) | BIT(X86_TRAP_TS) | BIT(X86_TRAP_NP) | \
	 BIT(X86_TRAP_SS) | BIT(X86_TRAP_GP) | BIT(X86_TRAP_PF) | BIT(X86_TRAP_MF) | \
	 BIT(X86_TRAP_XF) | BIT(X86_TRAP_CP))

/*
 * What saves RFLAGS must not save our TF, nor may POPF and IRET lose the guest's: these
 * exit before they are executed, and so do exceptions and task switches.  SYSCALL and
 * SYSRET have no intercept, but are #UD while EFER.SCE is off.
 */
static void set_step(struct svm_vcpu *svm, bool on)
{
	struct vmcb *vmcb = svm->vmcb;

	svm_intercept(svm, INTERCEPT_PUSHF, on);
	svm_intercept(svm, INTERCEPT_POPF, on);
	svm_intercept(svm, INTERCEPT_INTn, on);
	/* The one that is waited for may do so: svm_end_step() knows what it did */
	svm_intercept(svm, INTERCEPT_IRET, !svm->iret && (on || svm->nmi_blocked));
	if (on) {
		svm->step_exceptions = vmcb->control.intercepts[INTERCEPT_EXCEPTION];
		svm->step_efer = vmcb->save.efer;
	}
	vmcb->control.intercepts[INTERCEPT_EXCEPTION] = svm->step_exceptions |
							(on ? STEP_EXCEPTIONS : 0);
	vmcb->save.efer = on ? svm->step_efer & ~(u64)EFER_SCE : svm->step_efer;
	svm_changed(svm, SVM_CLEAN_CONTROLS | SVM_CLEAN_CR);
}

/*
 * With BTF the step would go on to the next branch.  A guest that steps itself that
 * way ends ours with its own.
 */
static void step_without_btf(struct mote_vcpu *vcpu, bool on)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	u64 debugctl = on && !svm->step_tf ? 0 : vcpu->arch.debugctl;

	if (likely(svm->vmcb->save.dbgctl == debugctl))
		return;
	svm->vmcb->save.dbgctl = debugctl;
	svm_changed(svm, SVM_CLEAN_LBR);
}

/**
 * svm_iret_done - the IRET that was waited for was executed, or faulted
 * @vcpu: loaded
 *
 * It may have returned to itself, but then not with the same stack.
 */
bool svm_iret_done(struct mote_vcpu *vcpu)
{
	const struct svm_vcpu *svm = to_svm(vcpu);

	return svm->iret && (vcpu->arch.reg[X86_RIP] != svm->iret_rip ||
			     x86_get(vcpu, X86_RSP) != svm->iret_rsp);
}

/**
 * svm_begin_step - one instruction, then exit
 * @vcpu: entry, svm->step is set, registers are flushed
 *
 * Not together with an event, whose delivery would save our RFLAGS.TF: then
 * the exit after that comes back to what was to be done.
 */
void svm_begin_step(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	u64 rflags = x86_get(vcpu, X86_RFLAGS);

	if (svm->injecting) {
		svm->step = false;
		if (svm->cr_once)
			svm_end_cr0(vcpu);
		return;
	}
	svm->step_tf = rflags & X86_EFLAGS_TF;
	svm->step_rip = x86_get(vcpu, X86_RIP);
	svm->step_shadow = x86_get(vcpu, X86_SHADOW);
	svm->vmcb->save.rflags = rflags | X86_EFLAGS_TF;
	step_without_btf(vcpu, true);
	set_step(svm, true);
}

/**
 * svm_end_step - the exit after svm_begin_step()
 * @vcpu: loaded
 *
 * IRET has loaded all of RFLAGS, other instructions have left TF.
 */
void svm_end_step(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	bool iret_done = svm_iret_done(vcpu);

	svm->step = false;
	set_step(svm, false);
	step_without_btf(vcpu, false);
	if (unlikely(svm_caps.shadow_lost) && vcpu->arch.reg[X86_RIP] == svm->step_rip)
		x86_set(vcpu, X86_SHADOW, svm->step_shadow);
	if (!svm->step_tf && !iret_done)
		x86_set(vcpu, X86_RFLAGS, x86_get(vcpu, X86_RFLAGS) & ~(u64)X86_EFLAGS_TF);
}

/**
 * svm_exit_unstepped - something that cannot be stepped over, see set_step()
 * @vcpu: loaded
 *
 * The event goes in before it.  In a shadow that does no harm, as these use the
 * stack, or leave it, so that it is good already.
 */
int svm_exit_unstepped(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	/* No IRET is here any more: another one will do */
	if (svm->iret)
		svm_set_nmi_blocked(vcpu, true);
	x86_set(vcpu, X86_SHADOW, 0);
	return MOTE_RESUME;
}

/* ---- NMI blocking ---- */

bool svm_nmi_blocked(struct mote_vcpu *vcpu)
{
	return to_svm(vcpu)->nmi_blocked;
}

void svm_set_nmi_blocked(struct mote_vcpu *vcpu, bool blocked)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	svm->nmi_blocked = blocked;
	svm->iret = false;
	svm_intercept(svm, INTERCEPT_IRET, blocked);
}

/**
 * svm_exit_iret - the NMI handler's IRET is about to execute, or one that was stepped over
 * @vcpu: loaded
 *
 * NMIs are blocked until it has: svm_handle_exit() sees that RIP is elsewhere.
 */
int svm_exit_iret(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	if (!svm->nmi_blocked)
		return svm_exit_unstepped(vcpu);
	svm->iret = true;
	svm->iret_rip = vcpu->arch.reg[X86_RIP];
	svm->iret_rsp = x86_get(vcpu, X86_RSP);
	svm_intercept(svm, INTERCEPT_IRET, false);
	return MOTE_RESUME;
}

/* ---- injection ---- */

static const u32 inject_type[] = {
	[X86_EVENT_EXTINT] = SVM_EVTINJ_TYPE_INTR,
	[X86_EVENT_NMI] = SVM_EVTINJ_TYPE_NMI,
	[X86_EVENT_EXCEPTION] = SVM_EVTINJ_TYPE_EXEPT,
	[X86_EVENT_SOFT_INT] = SVM_EVTINJ_TYPE_SOFT,
	[X86_EVENT_PRIV_SW_EXC] = SVM_EVTINJ_TYPE_EXEPT,
	[X86_EVENT_SOFT_EXC] = SVM_EVTINJ_TYPE_EXEPT,
};

/*
 * What the CPU takes for INT n, INT3 or INTO: whatever has their vector, also
 * what the runner injects where there is no such instruction.
 */
static bool is_software(unsigned int type, unsigned int vector)
{
	return type == SVM_EXITINTINFO_TYPE_SOFT ||
	       (type == SVM_EXITINTINFO_TYPE_EXEPT &&
		(vector == X86_TRAP_BP || vector == X86_TRAP_OF));
}

/*
 * The handler of INT n, INT3 and INTO returns behind the instruction: the CPU
 * takes that from NEXT_RIP if it has one.  All else pushes RIP.
 */
static void set_return_address(struct mote_vcpu *vcpu, const struct x86_event *ev)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	u64 rip = x86_get(vcpu, X86_RIP);

	svm->soft.event = *ev;
	svm->soft.rip = rip;
	if (svm_caps.nrips && ev->type != X86_EVENT_PRIV_SW_EXC)
		svm->vmcb->control.next_rip = rip + ev->insn_len;
	else
		x86_set(vcpu, X86_RIP, rip + ev->insn_len);
}

/**
 * svm_inject - vcpu->arch.event goes in with the entry
 * @vcpu: entry
 */
void svm_inject(struct mote_vcpu *vcpu)
{
	struct vmcb_control_area *control = &to_svm(vcpu)->vmcb->control;
	const struct x86_event *ev = &vcpu->arch.event;
	u32 info = SVM_EVTINJ_VALID | inject_type[ev->type] | ev->vector;

	/* Real mode pushes no error codes */
	if (ev->has_error && (x86_get(vcpu, X86_CR0) & X86_CR0_PE)) {
		info |= SVM_EVTINJ_VALID_ERR;
		control->event_inj_err = ev->error_code;
	}
	if (ev->insn_len || is_software(inject_type[ev->type], ev->vector))
		set_return_address(vcpu, ev);
	/* An interrupt before the IRET that was about to unblock NMIs: its handler's does */
	if (ev->type == X86_EVENT_NMI ||
	    (ev->type == X86_EVENT_EXTINT && to_svm(vcpu)->iret))
		svm_set_nmi_blocked(vcpu, true);
	/* The handler's first instruction is in nobody's shadow */
	if (x86_get(vcpu, X86_SHADOW))
		x86_set(vcpu, X86_SHADOW, 0);
	control->event_inj = info;
	to_svm(vcpu)->injecting = true;
}

/**
 * svm_event_went_in - an exit after an entry with an event
 * @vcpu: loaded
 */
void svm_event_went_in(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	svm->injecting = false;
	svm->soft.event.valid = false;
}

/**
 * svm_event_refused - the entry failed: the event is to go in with the next one
 * @vcpu: loaded
 */
void svm_event_refused(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	if (!svm->injecting)
		return;
	svm->vmcb->control.event_inj = 0;
	vcpu->arch.event.valid = true;
	if (vcpu->arch.event.type == X86_EVENT_NMI)
		svm_set_nmi_blocked(vcpu, false);
	if (svm->soft.event.valid)
		x86_set(vcpu, X86_RIP, svm->soft.rip);
	svm_event_went_in(vcpu);
}

/* ---- interrupted delivery ---- */

static bool is_soft_event(const struct svm_vcpu *svm, unsigned int type, unsigned int vector)
{
	const struct x86_event *ev = &svm->soft.event;

	return ev->valid && ev->vector == vector && inject_type[ev->type] == type;
}

/**
 * svm_take_exit_int_info - the exit came while an event was being delivered
 * @vcpu: loaded, EXITINTINFO is valid
 *
 * The event is delivered again at the next entry, unless the exit is about
 * something that changes it.  A software interrupt of the guest's own need
 * not be: RIP is at its instruction, which executes again.
 */
void svm_take_exit_int_info(struct mote_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	u32 info = svm->vmcb->control.exit_int_info;
	unsigned int type = info & SVM_EXITINTINFO_TYPE_MASK;
	unsigned int vector = info & SVM_EXITINTINFO_VEC_MASK;
	struct x86_event *ev = &vcpu->arch.event;

	/* Also when the event itself faulted: the fault is the instruction's */
	if (svm->soft.event.valid)
		x86_set(vcpu, X86_RIP, svm->soft.rip);
	if (is_soft_event(svm, type, vector)) {
		*ev = svm->soft.event;
		return;
	}
	if (is_software(type, vector)) {
		/* Had the shadow of an STI before it ended, interrupts could come first */
		x86_set(vcpu, X86_SHADOW, SVM_INTERRUPT_SHADOW_MASK);
		return;
	}
	*ev = (struct x86_event) {
		.valid = true,
		.type = type >> SVM_EVTINJ_TYPE_SHIFT,
		.vector = vector,
		.has_error = info & SVM_EXITINTINFO_VALID_ERR,
	};
	if (ev->has_error)
		ev->error_code = svm->vmcb->control.exit_int_info_err;
	/* The NMI's delivery had set blocking; its injection does so again */
	if (ev->type == X86_EVENT_NMI)
		svm_set_nmi_blocked(vcpu, false);
}
