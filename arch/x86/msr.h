/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: model specific registers (msr.c).
 */
#ifndef MOTE_X86_MSR_H
#define MOTE_X86_MSR_H

#include "x86.h"

/**
 * x86_msr_read - RDMSR and GET_REGS
 * @vcpu: loaded
 * @index: MSR
 * @value: result
 * @host: asked by the runner (GET_REGS) and not by the guest
 *
 * Return: 0 or -ENOENT (the guest gets #GP).
 */
int x86_msr_read(struct mote_vcpu *vcpu, u32 index, u64 *value, bool host);

/**
 * x86_msr_check - whether WRMSR or SET_REGS of @value would be accepted
 * Return: 0, -ENOENT: no such MSR, -EINVAL: reserved bits, not canonical ...
 */
int x86_msr_check(struct mote_vcpu *vcpu, u32 index, u64 value, bool host);

/**
 * x86_msr_write - WRMSR and SET_REGS of what x86_msr_check() accepted
 * Return: MOTE_RESUME, or MOTE_USER when it made an exit (x2APIC EOI).
 */
int x86_msr_write(struct mote_vcpu *vcpu, u32 index, u64 value, bool host);

/** x86_msr_list - indexes that REG_LIST has: the @n-th, or 0 after the last */
u32 x86_msr_list(struct mote_vcpu *vcpu, unsigned int n);

void x86_msr_reset(struct mote_vcpu *vcpu);
void x86_set_efer(struct mote_vcpu *vcpu, u64 value);

#endif /* MOTE_X86_MSR_H */
