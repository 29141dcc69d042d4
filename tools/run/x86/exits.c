// SPDX-License-Identifier: GPL-2.0-only
/* Exits that only x86 has, and the interrupts of its PIC. */
#include <errno.h>
#include <string.h>

#include "../machine.h"
#include "irq.h"

/* --- the 8259A's interrupts, for guests that use it --- */

#define LAPIC_SVR	0xf0
#define LAPIC_LVT0	0x350
#define SVR_ENABLE	(1u << 8)
#define LVT_MASKED	(1u << 16)
#define LVT_EXTINT	(7u << 8)
#define APIC_BASE	0x1b
#define APIC_BASE_ON	(1u << 11)

/*
 * Does INTR of the PIC reach the processor?  It goes through LINT0 of the
 * local APIC.  While the guest has not enabled its APIC the line counts as
 * firmware leaves it: wired through ("virtual wire", MultiProcessor
 * Specification 3.6.2.2).
 */
static bool pic_connected(struct vcpu *v)
{
	struct mote_reg r[] = {
		{ .id = MOTE_X86_MSR(APIC_BASE) },
		{ .id = MOTE_X86_LAPIC(LAPIC_SVR) },
		{ .id = MOTE_X86_LAPIC(LAPIC_LVT0) },
	};

	if (mote_get_regs(v->fd, r, ARRAY_SIZE(r), NULL))
		return true;
	if (!(r[0].value & APIC_BASE_ON) || !(r[1].value & SVR_ENABLE))
		return true;
	return !(r[2].value & LVT_MASKED) &&
	       (r[2].value & LVT_EXTINT) == LVT_EXTINT;
}

static void want_window(struct vcpu *v)
{
	if (v->arch.intr < 0 && !pic_connected(v))
		return;
	v->run->request |= MOTE_RUN_IRQ_WINDOW;
}

static enum after on_irq_window(struct vcpu *v)
{
	struct mote_inject inject = { .event = MOTE_EVENT_INTR };
	struct vm *vm = v->vm;
	int ret;

	if (v->arch.intr < 0 && pic_output(vm->arch.pic) && pic_connected(v)) {
		pthread_mutex_lock(&vm->lock);
		v->arch.intr = pic_ack(vm->arch.pic);
		pthread_mutex_unlock(&vm->lock);
	}
	if (v->arch.intr < 0)
		return GO_ON;
	inject.vector = (u32)v->arch.intr;
	ret = mote_inject(v->fd, &inject);
	if (!ret)
		v->arch.intr = -1;
	else if (ret != -EAGAIN)	/* else: again at the next window */
		return vcpu_fail(v);
	return GO_ON;
}

/* --- exits --- */

static enum after on_pio(struct vcpu *v)
{
	struct mote_exit_pio *p = &v->run->exit.pio;
	u32 value;

	if (p->flags & MOTE_PIO_STRING)
		return mote_x86_pio_string(&v->arch.emul, v->run) ? vcpu_fail(v) : GO_ON;
	value = (u32)p->data;
	v->arch.env.port(v->vm, p->port, p->bytes, p->flags & MOTE_PIO_WRITE,
		    &value);
	if (!(p->flags & MOTE_PIO_WRITE))
		p->data = value;
	return GO_ON;
}

static enum after on_feature(struct vcpu *v)
{
	memset(v->run->exit.feature.value, 0,
	       sizeof(v->run->exit.feature.value));
	return GO_ON;
}

static enum after on_hypercall(struct vcpu *v)
{
	v->run->exit.hypercall.ret = (u64)MOTE_X86_HYPERCALL_ENOSYS;
	return GO_ON;
}

static enum after on_eoi(struct vcpu *v)
{
	struct vm *vm = v->vm;

	pthread_mutex_lock(&vm->lock);
	ioapic_eoi(vm->arch.ioapic, v->run->exit.eoi.irq & 0xff);
	pthread_mutex_unlock(&vm->lock);
	return GO_ON;
}

static enum after on_task_switch(struct vcpu *v)
{
	return mote_x86_task_switch(&v->arch.emul, v->run) ? vcpu_fail(v) : GO_ON;
}

static enum after on_shutdown(struct vcpu *v)
{
	if (!atomic_load(&v->vm->ending))
		complain("the guest's processor shut down (triple fault) at rip 0x%llx",
			 v->run->exit.pc);
	if (v->vm->opt->dump_on_fail)
		report_failure(v);
	vm_end(v->vm, END_TRIPLE_FAULT);
	return STOP;
}

const exit_handler arch_exits[MOTE_EXIT_TYPES] = {
	[MOTE_EXIT_PIO] = on_pio,
	[MOTE_EXIT_FEATURE] = on_feature,
	[MOTE_EXIT_HYPERCALL] = on_hypercall,
	[MOTE_EXIT_EOI] = on_eoi,
	[MOTE_EXIT_SHUTDOWN] = on_shutdown,
	[MOTE_EXIT_IRQ_WINDOW] = on_irq_window,
	[MOTE_EXIT_TASK_SWITCH] = on_task_switch,
};

void arch_before_run(struct vcpu *v)
{
	if (pic_output(v->vm->arch.pic) || v->arch.intr >= 0)
		want_window(v);
}

int arch_mmio(struct vcpu *v)
{
	return mote_x86_mmio(&v->arch.emul, v->run);
}
