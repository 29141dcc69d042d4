/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: the guest's page tables (walk.c).
 */
#ifndef MOTE_X86_WALK_H
#define MOTE_X86_WALK_H

#include "x86.h"

struct mote_guest_reader;

/**
 * struct x86_walk - a walk's question and result
 * @gva: linear address
 * @access: MOTE_ACCESS_*
 * @user: check as user mode
 * @implicit: the CPU's own access, as to descriptor tables: RFLAGS.AC opens nothing
 * @set_ad: set accessed and dirty bits as the CPU would
 * @status: enum mote_translate_status
 * @gpa: result
 * @page_bytes: result
 * @prot: result, MOTE_ACCESS_*
 * @error_code: of the page fault
 */
struct x86_walk {
	u64 gva;
	u32 access;
	bool user;
	bool implicit;
	bool set_ad;
	u32 status;
	gpa_t gpa;
	u64 page_bytes;
	u32 prot;
	u32 error_code;
};

/**
 * x86_walk_cache - read the registers that a walk needs into vcpu->arch.reg
 * @vcpu: loaded; afterwards x86_walk() works without it
 */
void x86_walk_cache(struct mote_vcpu *vcpu);

/**
 * x86_walk - translate a linear address
 * @vcpu: x86_walk_cache() was called since the exit
 * Context: sleepable, not loaded.
 */
void x86_walk(struct mote_vcpu *vcpu, struct x86_walk *w);

/**
 * x86_fetch_insn - bytes of the instruction at RIP
 * @vcpu: as x86_walk()
 * @cs_base: base of CS
 * @buf: 15 bytes
 *
 * Return: how many could be read, 0..15; crosses pages.
 */
unsigned int x86_fetch_insn(struct mote_vcpu *vcpu, u64 cs_base, u8 *buf);

/**
 * x86_fetch_insn_nofault - the same without sleep, loaded too
 * @vcpu: x86_walk_cache() was called since the exit
 * @cs_base: base of CS
 * @buf: 15 bytes
 *
 * Return: false when x86_fetch_insn() has to do it: not all 15 bytes are in one
 * page, or something is not present or not right.
 */
bool x86_fetch_insn_nofault(struct mote_vcpu *vcpu, u64 cs_base, u8 *buf);

/** x86_fetch_insn_held - x86_fetch_insn_nofault() by who has a @reader that does not sleep */
bool x86_fetch_insn_held(struct mote_vcpu *vcpu, struct mote_guest_reader *reader, u64 cs_base,
			 u8 *buf);

#endif /* MOTE_X86_WALK_H */
