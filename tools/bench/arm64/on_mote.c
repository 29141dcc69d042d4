// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: the arm64 vCPU on mote. */
#include "../on_mote.h"
#include "guest.h"

static void set_regs(struct bench_vm *vm, const struct mote_reg *regs, u32 count)
{
	u32 failed = 0;

	if (mote_set_regs(vm->vcpu, regs, count, &failed))
		bench_die("MOTE_SET_REGS, register 0x%llx", regs[failed].id);
}

int bench_mote_irqchip(struct bench_vm *vm)
{
	static const u64 gic[4] = { GUEST_GICD, GUEST_GICR };

	return mote_irqchip_at(vm->fd, MOTE_ARM64_IRQCHIP_GICV3, gic);
}

void bench_mote_set_state(struct bench_vm *vm)
{
	static const struct mote_reg state[] = {
		{ MOTE_ARM64_PSTATE, GUEST_PSTATE },
	};

	set_regs(vm, state, ARRAY_SIZE(state));
}

void bench_mote_set_entry(struct bench_vm *vm, const struct bench_entry *e)
{
	const struct mote_reg regs[] = {
		{ MOTE_ARM64_PC, GUEST_CODE + (u64)(e->block - bench_guest_start) },
		{ MOTE_ARM64_X(19), e->count },
		{ MOTE_ARM64_X(20), e->addr },
		{ MOTE_ARM64_X(21), e->stride },
		{ MOTE_ARM64_X(22), e->nr },
		{ MOTE_ARM64_X(23), GUEST_RESULT },
		{ MOTE_ARM64_X(24), GUEST_DONE },
	};

	set_regs(vm, regs, ARRAY_SIZE(regs));
}

void bench_mote_free(struct bench_vm *vm)
{
	(void)vm;
}

enum bench_stop bench_mote_exit(struct bench_vm *vm, struct mote_run *run)
{
	struct mote_exit_mmio *m = &run->exit.mmio;

	(void)vm;
	if (run->exit.type != MOTE_EXIT_MMIO || !m->decoded)
		bench_die("mote exit type %u, raw 0x%llx, pc 0x%llx", run->exit.type,
			  run->exit.raw, run->exit.pc);
	if (m->gpa == GUEST_DONE)
		return BENCH_DONE;
	if (m->access & MOTE_ACCESS_WRITE)
		bench_device = m->data;
	else
		m->data = bench_device;
	return BENCH_EVENT;
}
