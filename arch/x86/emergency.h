/* SPDX-License-Identifier: GPL-2.0-only */
/* mote/x86: out of VMX and SVM when the host crashes (emergency.c). */
#ifndef MOTE_X86_EMERGENCY_H
#define MOTE_X86_EMERGENCY_H

void x86_emergency_setup(void);
void x86_emergency_teardown(void);

#endif /* MOTE_X86_EMERGENCY_H */
