/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: accesses outside memory (mmio.c).
 */
#ifndef MOTE_X86_MMIO_H
#define MOTE_X86_MMIO_H

#include "x86.h"

struct mote_guest_reader;

/**
 * struct x86_insn - the instruction that exited
 * @cs: its code segment
 * @mode: width of that: 16, 32 or 64
 * @count: bytes that could be fetched
 * @bytes: what was fetched, then zeros
 */
struct x86_insn {
	struct x86_segment cs;
	unsigned int mode;
	unsigned int count;
	u8 bytes[16];
};

void x86_insn_begin(struct mote_vcpu *vcpu, struct x86_insn *insn);
void x86_insn_fetch(struct mote_vcpu *vcpu, struct x86_insn *insn);
int x86_mmio_exit(struct mote_vcpu *vcpu, const struct x86_insn *insn);
int x86_mmio_fast(struct mote_vcpu *vcpu, struct mote_guest_reader *reader);
void x86_mmio_complete(struct mote_vcpu *vcpu);

#endif /* MOTE_X86_MMIO_H */
