/* SPDX-License-Identifier: GPL-2.0-only */
/* mote/x86: time-stamp counters of guests across a suspend of the host (tsc.c). */
#ifndef MOTE_X86_TSC_H
#define MOTE_X86_TSC_H

#include "x86.h"

/*
 * By how much the host's TSC has gone back, all suspends together.  Written by the
 * one CPU that resumes, before any thread runs.
 */
extern u64 x86_tsc_lost;

void x86_tsc_catch_up(struct mote_vcpu *vcpu);

#endif /* MOTE_X86_TSC_H */
