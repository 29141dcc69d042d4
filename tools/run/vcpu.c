// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU's thread: RUN, answer the exit, RUN again. */
#include <errno.h>
#include <string.h>

#include "machine.h"

enum after vcpu_fail(struct vcpu *v)
{
	report_failure(v);
	vm_end(v->vm, END_VM_ERROR);
	return STOP;
}

static enum after on_mmio(struct vcpu *v)
{
	struct mote_exit_mmio *m = &v->run->exit.mmio;
	u64 data = m->data;

	if (!m->decoded)
		return arch_mmio(v) ? vcpu_fail(v) : GO_ON;
	if (!(m->access & MOTE_ACCESS_WRITE))
		data = 0;
	vm_mmio(v->vm, m->gpa, &data, m->bytes,
		m->access & MOTE_ACCESS_WRITE);
	if (!(m->access & MOTE_ACCESS_WRITE))
		m->data = data;
	return GO_ON;
}

/* Only what policy sends here: we set none, so nobody knows this register. */
static enum after on_sysreg(struct vcpu *v)
{
	v->run->exit.sysreg.fault = 1;
	return GO_ON;
}

static enum after go_on(struct vcpu *v)
{
	(void)v;
	return GO_ON;
}

/* The same everywhere; arch_exits[] has the others */
static const exit_handler handlers[MOTE_EXIT_TYPES] = {
	[MOTE_EXIT_NONE] = go_on,
	[MOTE_EXIT_KICK] = go_on,
	[MOTE_EXIT_MMIO] = on_mmio,
	[MOTE_EXIT_SYSREG] = on_sysreg,
	[MOTE_EXIT_HALT] = go_on,
	[MOTE_EXIT_MEMORY_FAULT] = vcpu_fail,
	[MOTE_EXIT_FAIL_ENTRY] = vcpu_fail,
	[MOTE_EXIT_UNKNOWN] = vcpu_fail,
};

static enum after handle(struct vcpu *v)
{
	u16 type = v->run->exit.type;
	exit_handler h = NULL;

	if (type < MOTE_EXIT_TYPES)
		h = handlers[type] ? handlers[type] : arch_exits[type];
	return h ? h(v) : vcpu_fail(v);
}

static void run_failed(struct vcpu *v, int err)
{
	struct mote_vm_status status;

	complain("vCPU %u cannot run: %s", v->id, strerror(-err));
	if (!mote_vm_status(v->vm->fd, &status) && status.dead)
		complain("the VM is dead: %.112s", status.reason);
	if (v->vm->opt->dump_on_fail)
		report_failure(v);
	vm_end(v->vm, END_VM_ERROR);
}

void *vcpu_thread(void *opaque)
{
	struct vcpu *v = opaque;
	struct vm *vm = v->vm;

	while (!atomic_load_explicit(&vm->ending, memory_order_relaxed)) {
		int ret;

		arch_before_run(v);
		ret = mote_run(v->fd);
		if (ret == -EINTR)
			continue;
		if (ret) {
			run_failed(v, ret);
			break;
		}
		if (handle(v) == STOP)
			break;
	}
	return NULL;
}
