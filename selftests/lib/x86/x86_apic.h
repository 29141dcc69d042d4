/* SPDX-License-Identifier: GPL-2.0-only */
/* A driver of the local APIC as small as can be, as xAPIC and as x2APIC. */
#ifndef MOTE_SELFTEST_X86_APIC_H
#define MOTE_SELFTEST_X86_APIC_H

#include "x86_vm.h"

#define MSI		0xfee00000UL
#define MSI_LEVEL	(1 << 15 | 1 << 14)

#define ID		0x020
#define VERSION		0x030
#define TPR		0x080
#define PPR		0x0a0
#define EOI		0x0b0
#define LDR		0x0d0
#define DFR		0x0e0
#define SVR		0x0f0
#define ISR		0x100
#define IRR		0x200
#define ESR		0x280
#define ICR		0x300
#define ICR2		0x310
#define LVT_TIMER	0x320
#define LVT_LINT0	0x350
#define LVT_LINT1	0x360
#define LVT_ERROR	0x370
#define TIMER_INIT	0x380
#define TIMER_CUR	0x390
#define TIMER_DIV	0x3e0
#define SELF_IPI	0x3f0

#define MSR_BASE	0x1b
#define MSR_DEADLINE	0x6e0
#define BASE_ENABLE	(1 << 11)
#define BASE_X2		(1 << 10)
#define MASKED		(1 << 16)
#define PERIODIC	(1 << 17)
#define DEADLINE	(2 << 17)

/* Which of the two; vectors in the order in which the guest got them; no EOI for them */
static volatile int x2;
static volatile u8 order[64];
static volatile u64 taken, no_eoi;

static inline u32 apic_read(u32 reg)
{
	return x2 ? (u32)guest_rdmsr(0x800 + (reg >> 4)) : guest_read32(0xfee00000 + reg);
}

static inline void apic_write(u32 reg, u32 v)
{
	if (x2)
		guest_wrmsr(0x800 + (reg >> 4), v);
	else
		guest_write32(0xfee00000 + reg, v);
}

/* To itself, by the ICR */
static inline void send_self(u32 icr)
{
	if (x2) {
		guest_wrmsr(0x830, icr);
	} else {
		apic_write(ICR2, 0);
		apic_write(ICR, icr);
	}
}

static GUEST_NOFPU void take(struct guest_frame *f)
{
	order[taken++ % 64] = f->vector;
	if (f->vector >= 32 && f->vector != 0xff && !no_eoi)
		apic_write(EOI, 0);
}

static inline void guest_enable(void)
{
	if (x2)
		guest_wrmsr(MSR_BASE, guest_rdmsr(MSR_BASE) | BASE_X2);
	apic_write(SVR, 0x1ff);
}

static inline int bit_of(u32 base, u32 vector)
{
	return apic_read(base + vector / 32 * 16) >> vector % 32 & 1;
}

/* STI's shadow: what comes before HLT wakes from it; the time limit ends it */
static inline void wait_for(u64 n)
{
	while (taken < n)
		asm volatile("sti; hlt; cli" : : : "memory");
}

/** apic_test_begin() - a VM whose handlers note what they get */
static inline void apic_test_begin(struct one *o, int as_x2)
{
	for (unsigned int i = 32; i < 256; i++)
		guest_handlers[i] = take;
	guest_handlers[VECTOR_NMI] = take;
	x2 = as_x2;
	one_create(o, VM_IRQCHIP, NULL, 0);
}

static inline void run_guest(struct one *o, guest_fn fn)
{
	vcpu_start(&o->cpu, fn, 0);
	vcpu_finish(&o->cpu);
}

/* For kselftest_harness.h: each TEST_F(apic, ...) with both */
#define APIC_FIXTURE	\
FIXTURE(apic) \
{ \
	struct one o; \
}; \
FIXTURE_VARIANT(apic) \
{ \
	int x2; \
}; \
FIXTURE_VARIANT_ADD(apic, xapic) \
{ \
	.x2 = 0, \
}; \
FIXTURE_VARIANT_ADD(apic, x2apic) \
{ \
	.x2 = 1, \
}; \
FIXTURE_SETUP(apic) \
{ \
	apic_test_begin(&self->o, variant->x2); \
} \
FIXTURE_TEARDOWN(apic) \
{ \
	one_destroy(&self->o); \
}

#endif
