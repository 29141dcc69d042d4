/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: what exits do, whoever made the CPU (emulate.c, control.c, slow.c).
 * The back ends' handlers stand on all of arch/x86: this is their way in.
 */
#ifndef MOTE_X86_EXITS_H
#define MOTE_X86_EXITS_H

#include "cpuid.h"
#include "debug.h"
#include "events.h"
#include "fpu.h"
#include "guest_regs.h"
#include "lapic.h"
#include "mmio.h"
#include "msr.h"
#include "uret.h"
#include "walk.h"

/* ---- emulate.c and slow.c: instructions that exit, as far as the kernel finishes them ---- */

int x86_exit_nothing(struct mote_vcpu *vcpu);
int x86_exit_ud(struct mote_vcpu *vcpu);
int x86_exit_gp(struct mote_vcpu *vcpu);
int x86_handle_skip(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_pause(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_cpuid(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_rdmsr(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_wrmsr(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_xsetbv(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_hlt(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_hypercall(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_pio(struct mote_vcpu *vcpu, u16 port, unsigned int bytes, u8 flags,
		   unsigned int insn_len, u64 raw);
int x86_handle_pio_string(struct mote_vcpu *vcpu, const struct mote_exit_pio *pio,
			  unsigned int insn_len, u64 raw);
int x86_handle_task_switch(struct mote_vcpu *vcpu, const struct mote_exit_task *task, u64 raw);

/**
 * x86_task_event - the event that went through a task gate
 * @task: to be filled in
 * @ev: the event; insn_len is 0 when hardware does not say
 */
void x86_task_event(struct mote_exit_task *task, const struct x86_event *ev);
int x86_complete(struct mote_vcpu *vcpu);
int x86_handle_violation(struct mote_vcpu *vcpu);
int x86_handle_slow(struct mote_vcpu *vcpu);

/* ---- control.c: MOV to control registers ---- */

bool x86_cr0_refused(struct mote_vcpu *vcpu, u64 value);
bool x86_cr4_refused(struct mote_vcpu *vcpu, u64 value);
int x86_mov_to_cr8(struct mote_vcpu *vcpu, u64 value, unsigned int insn_len);

#endif /* MOTE_X86_EXITS_H */
