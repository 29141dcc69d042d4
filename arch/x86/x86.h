/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: what the files of arch/x86 offer each other and the back ends.
 */
#ifndef MOTE_X86_X86_H
#define MOTE_X86_X86_H

#include <linux/bits.h>

#include "backend.h"
#include "mote.h"

/* Reset value of RFLAGS: bit 1 is always set */
#define X86_RFLAGS_RESET	0x2ull

/**
 * x86_get - read a register of the guest
 * @vcpu: loaded, unless the register was read since the exit
 * @reg: enum x86_reg
 */
static inline u64 x86_get(struct mote_vcpu *vcpu, enum x86_reg reg)
{
	if (!(vcpu->arch.cached & BIT(reg)))
		x86->fetch(vcpu, reg);
	return vcpu->arch.reg[reg];
}

/**
 * x86_set - write a register of the guest
 * @vcpu: any time under vcpu->mutex
 * @reg: enum x86_reg; hardware learns of it at the next entry
 * @value: already checked
 */
static inline void x86_set(struct mote_vcpu *vcpu, enum x86_reg reg, u64 value)
{
	vcpu->arch.reg[reg] = value;
	vcpu->arch.cached |= BIT(reg);
	vcpu->arch.dirty |= BIT(reg);
}

/* 32-bit halves in EDX:EAX, as RDMSR and friends return them */
static inline u64 x86_edx_eax(struct mote_vcpu *vcpu)
{
	return (u32)vcpu->arch.reg[X86_RAX] | vcpu->arch.reg[X86_RDX] << 32;
}

static inline void x86_set_edx_eax(struct mote_vcpu *vcpu, u64 value)
{
	vcpu->arch.reg[X86_RAX] = (u32)value;
	vcpu->arch.reg[X86_RDX] = value >> 32;
}

/* ---- events.c: exceptions, interrupts and NMIs on their way in ---- */

/**
 * x86_queue_exception - the guest gets a fault instead of its instruction
 * @vcpu: loaded
 * @vector: 0..31
 * @error: error code, or -1 for none
 *
 * Combines with an event under delivery as the SDM says: double fault or
 * shutdown.
 */
void x86_queue_exception(struct mote_vcpu *vcpu, unsigned int vector, s64 error);
void x86_queue_page_fault(struct mote_vcpu *vcpu, u64 cr2, u32 error);
void x86_queue_nmi(struct mote_vcpu *vcpu);
bool x86_events_sync(struct mote_vcpu *vcpu);
bool x86_intr_allowed(struct mote_vcpu *vcpu);
bool x86_has_wake_event(struct mote_vcpu *vcpu);
int x86_inject(struct mote_vcpu *vcpu, const struct mote_inject *inject);

static inline void x86_queue_gp(struct mote_vcpu *vcpu)
{
	x86_queue_exception(vcpu, 13, 0);
}

static inline void x86_queue_ud(struct mote_vcpu *vcpu)
{
	x86_queue_exception(vcpu, 6, -1);
}

/* ---- emulate.c: instructions that exit, as far as the kernel finishes them ---- */

void x86_skip(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_cpuid(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_rdmsr(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_wrmsr(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_xsetbv(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_hlt(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_hypercall(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_pio(struct mote_vcpu *vcpu, u16 port, unsigned int bytes, unsigned int flags,
		   unsigned int addr_bytes, u64 gva, unsigned int insn_len, u64 raw);
int x86_handle_fault(struct mote_vcpu *vcpu, gpa_t gpa, u32 access, u64 gva, bool gva_valid,
		     u64 qualification, u64 raw);
int x86_complete(struct mote_vcpu *vcpu);
int x86_handle_slow(struct mote_vcpu *vcpu);
void x86_fill_run_regs(struct mote_vcpu *vcpu);

/* ---- fpu.c: FPU, XCR0 and the MSRs of user mode ---- */

extern u64 x86_xcr0_supported;		/* features a guest can have; 0: no XSAVE */
extern unsigned int x86_fpu_size;	/* bytes of mote_vcpu_arch::fpu */

int x86_fpu_setup(void);
int x86_fpu_init(struct mote_vcpu *vcpu);
void x86_fpu_destroy(struct mote_vcpu *vcpu);
void x86_fpu_reset(struct mote_vcpu *vcpu);
void x86_fpu_load(struct mote_vcpu *vcpu);
void x86_fpu_save(struct mote_vcpu *vcpu);
int x86_xcr0_check(struct mote_vcpu *vcpu, u64 value);
void x86_uret_load(struct mote_vcpu *vcpu);
void x86_uret_put(struct mote_vcpu *vcpu);

/* ---- cpuid.c ---- */

/* mote_vcpu_arch::features: what other files ask the table for */
#define X86_FEATURE_GUEST_X2APIC	BIT(0)
#define X86_FEATURE_GUEST_TSC_DEADLINE	BIT(1)
#define X86_FEATURE_GUEST_RDTSCP	BIT(2)	/* or RDPID */
#define X86_FEATURE_GUEST_XSAVE		BIT(3)
#define X86_FEATURE_GUEST_LM		BIT(4)
#define X86_FEATURE_GUEST_NX		BIT(5)
#define X86_FEATURE_GUEST_INVPCID	BIT(6)
#define X86_FEATURE_GUEST_SPEC_CTRL	BIT(7)	/* IBRS/IBPB, STIBP or SSBD */
#define X86_FEATURE_GUEST_ARCH_CAP	BIT(8)
#define X86_FEATURE_GUEST_TSC_ADJUST	BIT(9)
#define X86_FEATURE_GUEST_MTRR		BIT(10)
#define X86_FEATURE_GUEST_GBPAGES	BIT(11)
#define X86_FEATURE_GUEST_FXSR_OPT	BIT(12)	/* EFER.FFXSR (AMD) */
#define X86_FEATURE_GUEST_XSAVES	BIT(13)
#define X86_FEATURE_GUEST_FLUSH_L1D	BIT(14)

/**
 * x86_cpuid_default - the table that FEATURES offers: the host's, less what
 * mote does not virtualise, plus hypervisor leaves
 * @table: receives a kvmalloc()ed array
 *
 * Return: entries or -ENOMEM.
 */
int x86_cpuid_default(struct mote_x86_cpuid **table);

/**
 * x86_cpuid_set - SET_FEATURES: check against the host and make it the vCPU's
 * @vcpu: loaded or never run
 * @table: any order
 * @count: entries, at most MOTE_X86_CPUID_MAX
 *
 * The APIC id and OSXSAVE, OSPKE bits in it are ignored: they follow the vCPU.
 * Return: 0, -EINVAL, -ENOMEM.
 */
int x86_cpuid_set(struct mote_vcpu *vcpu, const struct mote_x86_cpuid *table, unsigned int count);
void x86_cpuid_free(struct mote_vcpu *vcpu);

/**
 * x86_cpuid_lookup - what the guest's CPUID instruction gives
 * @vcpu: loaded
 * @leaf: EAX
 * @subleaf: ECX
 * @out: eax, ebx, ecx, edx
 */
void x86_cpuid_lookup(struct mote_vcpu *vcpu, u32 leaf, u32 subleaf, u32 *out);

static inline bool x86_guest_has(struct mote_vcpu *vcpu, u32 feature)
{
	return vcpu->arch.features & feature;
}

/** x86_cr4_allowed - bits of CR4 that the guest's CPUID allows */
u64 x86_cr4_allowed(struct mote_vcpu *vcpu);
/** x86_efer_allowed - bits of EFER that software may set */
u64 x86_efer_allowed(struct mote_vcpu *vcpu);
/** x86_maxphyaddr - width of the guest's physical addresses */
unsigned int x86_maxphyaddr(struct mote_vcpu *vcpu);

/* ---- msr.c ---- */

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

/* ---- regs.c: GET_REGS and SET_REGS ---- */

void x86_regs_reset(struct mote_vcpu *vcpu);

/* ---- walk.c: the guest's page tables ---- */

/**
 * struct x86_walk - a walk's question and result
 * @gva: linear address
 * @access: MOTE_ACCESS_*
 * @user: check as user mode
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

#endif /* MOTE_X86_X86_H */
