// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: the registers after power-up: SDM vol. 3, table "IA-32 and Intel
 * 64 Processor States Following Power-up, Reset, or INIT".
 */
#include <asm/processor-flags.h>

#include "cpuid.h"
#include "fpu.h"
#include "guest_regs.h"
#include "msr.h"
#include "uret.h"

#define RESET_EDX	0x600u	/* family 6, when CPUID has no leaf 1 */

static const struct x86_segment reset_data = { .limit = 0xffff, .ar = 0x93 };

static const struct x86_segment reset_code = {
	.base = 0xffff0000, .limit = 0xffff, .ar = 0x9b, .selector = 0xf000,
};

static const struct x86_segment reset_ldtr = { .limit = 0xffff, .ar = 0x82 };
static const struct x86_segment reset_tr = { .limit = 0xffff, .ar = 0x8b };
static const struct x86_segment reset_table = { .limit = 0xffff };

static const struct x86_segment *const reset_seg[MOTE_X86_SEG_COUNT] = {
	[MOTE_X86_ES] = &reset_data,
	[MOTE_X86_CS] = &reset_code,
	[MOTE_X86_SS] = &reset_data,
	[MOTE_X86_DS] = &reset_data,
	[MOTE_X86_FS] = &reset_data,
	[MOTE_X86_GS] = &reset_data,
	[MOTE_X86_LDTR] = &reset_ldtr,
	[MOTE_X86_TR] = &reset_tr,
	[MOTE_X86_GDTR] = &reset_table,
	[MOTE_X86_IDTR] = &reset_table,
};

/* All cached and, where hardware keeps it, dirty: arch.reg is what counts now */
static void reset_registers(struct mote_vcpu *vcpu)
{
	u32 id[4];

	memset(vcpu->arch.reg, 0, sizeof(vcpu->arch.reg));
	vcpu->arch.cached = BIT(X86_REG_COUNT) - 1;
	vcpu->arch.dirty = vcpu->arch.cached & ~X86_REGS_IN_MEMORY;
	vcpu->arch.pdptrs_stale = false;
	vcpu->arch.reg[X86_CR0] = X86_CR0_CD | X86_CR0_NW | X86_CR0_ET;
	vcpu->arch.reg[X86_RIP] = 0xfff0;
	vcpu->arch.reg[X86_RFLAGS] = X86_RFLAGS_RESET;
	x86_cpuid_lookup(vcpu, 1, 0, id);
	vcpu->arch.reg[X86_RDX] = id[0] ?: RESET_EDX;
	x86_uret_efer_changed(vcpu, 0);
}

static void reset_events(struct mote_vcpu *vcpu)
{
	memset(&vcpu->arch.event, 0, sizeof(vcpu->arch.event));
	vcpu->arch.nmi_pending = 0;
	vcpu->arch.intr_pending = 0;
	vcpu->arch.shutdown = false;
	vcpu->arch.halted = false;
	x86->set_nmi_blocked(vcpu, false);
}

/**
 * x86_regs_reset - all registers as after power-up
 * @vcpu: loaded, not live; after x86_fpu_init(), x86_cpuid_inherit() and
 *	x86_backend::vcpu_init(), because segments and some MSRs live in what
 *	the back end set up
 *
 * The local APIC has its own, lapic_reset().
 */
void x86_regs_reset(struct mote_vcpu *vcpu)
{
	unsigned int i;

	reset_registers(vcpu);
	vcpu->arch.cr2 = 0;
	vcpu->arch.cr8 = 0;
	memset(vcpu->arch.dr, 0, sizeof(vcpu->arch.dr));
	vcpu->arch.dr6 = X86_DR6_ONES;
	vcpu->arch.dr7 = X86_DR7_ONES;
	for (i = 0; i < MOTE_X86_SEG_COUNT; i++)
		x86->set_seg(vcpu, i, reset_seg[i]);
	x86_fpu_reset(vcpu);
	x86_msr_reset(vcpu);
	reset_events(vcpu);
	x86->exec_changed(vcpu);
}
