// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: the x86 vCPU on mote. */
#include <stdlib.h>
#include <string.h>

#include "../on_mote.h"
#include "guest.h"
#include "libmote_x86.h"

/* Access rights: present, ring 0, accessed; see MOTE_X86_SEG_AR */
#define AR_CODE64	0xa09b
#define AR_DATA		0xc093
#define AR_TSS		0x008b
#define AR_UNUSABLE	0x10000

#define SEG(seg, selector, limit, ar)					\
	{ MOTE_X86_SEG(seg, MOTE_X86_SEG_SELECTOR), selector },		\
	{ MOTE_X86_SEG(seg, MOTE_X86_SEG_BASE), 0 },			\
	{ MOTE_X86_SEG(seg, MOTE_X86_SEG_LIMIT), limit },		\
	{ MOTE_X86_SEG(seg, MOTE_X86_SEG_AR), ar }
#define DATA(seg)	SEG(seg, GUEST_DS, 0xffffffff, AR_DATA)

static const struct mote_reg state[] = {
	{ MOTE_X86_CR0, GUEST_CR0 },
	{ MOTE_X86_CR3, GUEST_TABLES },
	{ MOTE_X86_CR4, GUEST_CR4 },
	{ MOTE_X86_EFER, GUEST_EFER },
	SEG(MOTE_X86_CS, GUEST_CS, 0xffffffff, AR_CODE64),
	DATA(MOTE_X86_DS), DATA(MOTE_X86_ES), DATA(MOTE_X86_SS),
	DATA(MOTE_X86_FS), DATA(MOTE_X86_GS),
	SEG(MOTE_X86_LDTR, 0, 0, AR_UNUSABLE),
	SEG(MOTE_X86_TR, 0, 0x67, AR_TSS),
};

static void set_regs(struct bench_vm *vm, const struct mote_reg *regs, u32 count)
{
	u32 failed = 0;

	if (mote_set_regs(vm->vcpu, regs, count, &failed))
		bench_die("MOTE_SET_REGS, register 0x%llx", regs[failed].id);
}

int bench_mote_irqchip(struct bench_vm *vm)
{
	return mote_irqchip(vm->fd, MOTE_X86_IRQCHIP_LAPIC);
}

void bench_mote_set_state(struct bench_vm *vm)
{
	set_regs(vm, state, ARRAY_SIZE(state));
}

void bench_mote_set_entry(struct bench_vm *vm, const struct bench_entry *e)
{
	const struct mote_reg regs[] = {
		{ MOTE_X86_RIP, GUEST_CODE + (u64)(e->block - bench_guest_start) },
		{ MOTE_X86_RFLAGS, GUEST_RFLAGS },
		{ MOTE_X86_GPR(MOTE_X86_RDI), e->count },
		{ MOTE_X86_GPR(MOTE_X86_RSI), e->addr },
		{ MOTE_X86_GPR(MOTE_X86_RBX), e->stride },
		{ MOTE_X86_GPR(MOTE_X86_R10), e->nr },
	};

	set_regs(vm, regs, ARRAY_SIZE(regs));
}

/* --- exits --- */

/**
 * struct emulator - for undecoded MMIO, made at the first one
 * @emul: libmote's
 * @env: its way to the vCPU
 * @mem: guest memory, empty: nothing here has a second operand in memory
 */
struct emulator {
	struct mote_x86_emul emul;
	struct mote_x86_env env;
	struct mote_gmem mem;
};

static void on_device(void *opaque, u64 gpa, void *data, u32 bytes, int write)
{
	(void)opaque;
	(void)gpa;
	if (write)
		memcpy(&bench_device, data, bytes);
	else
		memcpy(data, &bench_device, bytes);
}

static struct emulator *emulator_new(struct bench_vm *vm)
{
	struct emulator *e = calloc(1, sizeof(*e));

	if (!e)
		bench_die("no memory");
	e->mem.vm = vm->fd;
	e->env = (struct mote_x86_env) {
		.common = { .vcpu = vm->vcpu, .mem = &e->mem, .mmio = on_device },
	};
	if (mote_x86_emul_init(&e->emul, &mote_x86_vcpu_ops, &e->env))
		bench_die("no memory");
	vm->priv = e;
	return e;
}

void bench_mote_free(struct bench_vm *vm)
{
	struct emulator *e = vm->priv;

	if (!e)
		return;
	mote_x86_emul_free(&e->emul);
	free(e);
	vm->priv = NULL;
}

static enum bench_stop on_pio(struct mote_exit_pio *pio)
{
	if (pio->port == PORT_DONE)
		return BENCH_DONE;
	if (pio->flags & MOTE_PIO_WRITE)
		bench_device = pio->data;
	else
		pio->data = (u8)bench_device;
	return BENCH_EVENT;
}

static __attribute__((noinline)) enum bench_stop on_mmio(struct bench_vm *vm, struct mote_run *run)
{
	struct mote_exit_mmio *m = &run->exit.mmio;
	struct emulator *e;

	if (m->decoded) {
		on_device(NULL, m->gpa, &m->data, m->bytes, m->access & MOTE_ACCESS_WRITE);
		return BENCH_EVENT;
	}
	e = vm->priv ? vm->priv : emulator_new(vm);
	if (mote_x86_mmio(&e->emul, run))
		bench_die("MMIO: %s", e->emul.why);
	return BENCH_EVENT;
}

enum bench_stop bench_mote_exit(struct bench_vm *vm, struct mote_run *run)
{
	switch (run->exit.type) {
	case MOTE_EXIT_PIO:
		return on_pio(&run->exit.pio);
	case MOTE_EXIT_MMIO:
		return on_mmio(vm, run);
	case MOTE_EXIT_HALT:
		return BENCH_EVENT;
	default:
		bench_die("mote exit type %u, raw 0x%llx, rip 0x%llx", run->exit.type,
			  run->exit.raw, run->exit.pc);
	}
}
