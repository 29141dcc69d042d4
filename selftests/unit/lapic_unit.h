/* SPDX-License-Identifier: GPL-2.0-only */
/* The local APIC's unit test: a VM of four vCPUs without a CPU. */
#ifndef MOTE_UNIT_LAPIC_H
#define MOTE_UNIT_LAPIC_H

#include "lapic_shim.h"

#include "cpuid_host.h"
#include "lapic.h"
#include "unit.h"

#define CPUS	4

extern struct mote_vm vm;
extern struct mote_vcpu cpu[CPUS];
extern struct mote_exit last_exit;
extern unsigned long kicks[CPUS];
extern bool eoi_exits[256];		/* as the back end was told, vCPU 0 */
extern unsigned int mode_changes;
extern void (*kick_hook)(struct mote_vcpu *vcpu);

/* Fresh vCPUs, in xAPIC mode as after reset; enabled: SVR = 0x1ff */
void lapic_setup(bool enabled);
void lapic_teardown(void);
void set_base(unsigned int n, u64 mode);

#define APIC(n)	(cpu[n].arch.lapic)

extern const struct unit_test lapic_timer_tests[];
extern const unsigned int lapic_timer_count;

#endif /* MOTE_UNIT_LAPIC_H */
