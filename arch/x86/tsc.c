// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: time-stamp counters of guests across a suspend of the host.
 *
 * In S3 the CPU is off, and its TSC begins at 0 again.  A guest's must not go back:
 * its kernel would wait for times that are long over.  It stands still, as the clock
 * does that the host's timers go by.
 */
#include <asm/msr.h>

#include "lapic.h"
#include "tsc.h"

u64 x86_tsc_lost;

static u64 at_suspend;

void mote_arch_suspend(void)
{
	at_suspend = rdtsc_ordered();
}

void mote_arch_resume(void)
{
	u64 now = rdtsc_ordered();

	/* Where the TSC went on meanwhile, guests' did as well */
	if (now < at_suspend)
		x86_tsc_lost += at_suspend - now;
}

/**
 * x86_tsc_catch_up - the host's TSC went back since the vCPU was here last
 * @vcpu: loaded
 */
void x86_tsc_catch_up(struct mote_vcpu *vcpu)
{
	vcpu->arch.tsc_offset += x86_tsc_lost - vcpu->arch.tsc_lost;
	vcpu->arch.tsc_lost = x86_tsc_lost;
	x86->exec_changed(vcpu);
	if (vcpu->arch.lapic)
		lapic_timer_tsc_changed(vcpu->arch.lapic);
}
