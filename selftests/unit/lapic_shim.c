// SPDX-License-Identifier: GPL-2.0-only
/* Time and the module's other files, as far as the local APIC calls them. */
#include "lapic_unit.h"

struct mote_vm vm;
struct mote_vcpu cpu[CPUS];
struct mote_exit last_exit;
unsigned long kicks[CPUS];
bool eoi_exits[256];
unsigned int mode_changes;
void (*kick_hook)(struct mote_vcpu *vcpu);

s64 shim_now;
unsigned long shim_fired;
unsigned int tsc_khz = 2000000;
u32 x86_crystal_khz = 1000000;	/* one tick is 1 ns */
s64 shim_tsc_slow;

static struct hrtimer *queue;

void hrtimer_cancel(struct hrtimer *timer)
{
	struct hrtimer **p;

	for (p = &queue; *p; p = &(*p)->next) {
		if (*p == timer) {
			*p = timer->next;
			break;
		}
	}
	timer->queued = false;
}

void hrtimer_start(struct hrtimer *timer, ktime_t when, enum hrtimer_mode mode)
{
	(void)mode;
	hrtimer_cancel(timer);
	timer->expires = when;
	timer->queued = true;
	timer->next = queue;
	queue = timer;
}

static struct hrtimer *first_due(s64 until)
{
	struct hrtimer *t, *best = NULL;

	for (t = queue; t; t = t->next)
		if (t->expires <= until && (!best || t->expires < best->expires))
			best = t;
	return best;
}

/* Lets time pass, and timers go off when they are due */
void shim_advance(u64 ns)
{
	s64 until = shim_now + (s64)ns;
	struct hrtimer *t;

	while ((t = first_due(until)) != NULL) {
		shim_now = max(shim_now, t->expires);
		hrtimer_cancel(t);
		shim_fired++;
		if (t->function(t) == HRTIMER_RESTART && !t->queued)
			hrtimer_start(t, t->expires, HRTIMER_MODE_ABS_PINNED_HARD);
	}
	shim_now = until;
}

/* ---- the core and a back end ---- */

void mote_vcpu_kick(struct mote_vcpu *vcpu)
{
	__atomic_fetch_add(&kicks[vcpu->id], 1, __ATOMIC_RELAXED);
	if (kick_hook)
		kick_hook(vcpu);
}

void mote_memory_unmap_page(struct mote_vm *vm __attribute__((unused)),
			    gpa_t gpa __attribute__((unused)))
{
}

struct mote_exit *mote_exit_begin(struct mote_vcpu *vcpu, u16 type, u64 raw)
{
	last_exit = (struct mote_exit) { .type = type, .vcpu = vcpu->id, .raw = raw };
	return &last_exit;
}

unsigned int x86_maxphyaddr(struct mote_vcpu *vcpu)
{
	(void)vcpu;
	return 40;
}

static void eoi_exit(struct mote_vcpu *vcpu, unsigned int vector, bool exits)
{
	if (!vcpu->id)
		eoi_exits[vector] = exits;
}

static void lapic_changed(struct mote_vcpu *vcpu)
{
	(void)vcpu;
	mode_changes++;
}

static const struct x86_backend backend = {
	.eoi_exit = eoi_exit,
	.lapic_changed = lapic_changed,
};

const struct x86_backend *x86 = &backend;

/* ---- set-up ---- */

void lapic_teardown(void)
{
	for (unsigned int i = 0; i < CPUS; i++)
		lapic_destroy(&cpu[i]);
}

void lapic_setup(bool enabled)
{
	lapic_teardown();
	memset(cpu, 0, sizeof(cpu));
	memset(kicks, 0, sizeof(kicks));
	memset(eoi_exits, 0, sizeof(eoi_exits));
	mode_changes = 0;
	shim_tsc_slow = 0;
	for (unsigned int i = 0; i < CPUS; i++) {
		cpu[i].vm = &vm;
		cpu[i].id = i;
		cpu[i].arch.features = X86_FEATURE_GUEST_X2APIC | X86_FEATURE_GUEST_TSC_DEADLINE;
		lapic_create(&cpu[i]);
		vm.vcpus[i] = &cpu[i];
		if (enabled)
			lapic_write(&cpu[i], LAPIC_SVR, 0x1ff);
	}
}

void set_base(unsigned int n, u64 mode)
{
	lapic_base_write(&cpu[n], LAPIC_DEFAULT_BASE | mode);
}
