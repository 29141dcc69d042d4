/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: what the files of arch/x86 offer each other and the back ends.
 */
#ifndef MOTE_X86_X86_H
#define MOTE_X86_X86_H

#include <linux/bits.h>
#include <linux/percpu.h>
#include <asm/msr-index.h>
#include <asm/processor.h>
#include <asm/debugreg.h>
#include <asm/trapnr.h>

#include "arch.h"
#include "backend.h"
#include "mod/mote.h"

struct mote_guest_reader;

/* Access rights of a segment: 64-bit code, default size 32 bits */
#define X86_AR_L	BIT(13)
#define X86_AR_DB	BIT(14)
#define X86_AR_UNUSABLE	BIT(16)

/*
 * Debug registers: bits that can be written, and bits that always read 1; SDM
 * vol. 3, figure "Debug Registers".
 */
#define X86_DR6_FREE	0x0000e00full
#define X86_DR6_ONES	0xffff0ff0ull
#define X86_DR7_FREE	0xffff2bffull
#define X86_DR7_ONES	0x00000400ull
#define X86_DR7_ENABLED	0xffull		/* L0-L3, G0-G3 */

/* Reset value of RFLAGS: bit 1 is always set */
#define X86_RFLAGS_RESET	0x2ull
#define X86_RFLAGS_TF		BIT_ULL(8)	/* trap after each instruction */

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
	if (reg >= X86_CR0 && reg <= X86_EFER)
		vcpu->arch.pdptrs_stale = true;
}

/* For the sixteen general registers: the world switch loads all but RSP from memory */
static inline void x86_set_gpr(struct mote_vcpu *vcpu, unsigned int reg, u64 value)
{
	if (reg == X86_RSP)
		x86_set(vcpu, X86_RSP, value);
	else
		vcpu->arch.reg[reg] = value;
}

/*
 * PAUSEs in a loop exit: so many clock cycles apart at most, and after so many
 * PAUSEs (AMD) or clock cycles (Intel).  A lock that is held by a vCPU on another
 * CPU is free long before.
 */
#define X86_PAUSE_GAP		128
#define X86_PAUSE_COUNT		3000
#define X86_PAUSE_WINDOW	16384

/* Of enum mote_x86_seg: those that have base and limit alone */
static inline bool x86_is_table(unsigned int which)
{
	return which == MOTE_X86_GDTR || which == MOTE_X86_IDTR;
}

/* Guests have 48-bit linear addresses: no 5-level paging */
static inline bool x86_canonical(u64 address)
{
	return (u64)((s64)(address << 16) >> 16) == address;
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
int x86_events_sync(struct mote_vcpu *vcpu);

/**
 * x86_events_quiet - whether an entry has nothing to do with events
 * @vcpu: entry context
 *
 * Nothing is there to deliver or to wait for, and hardware has not been asked
 * to tell when it could be delivered: most entries.
 */
static inline bool x86_events_quiet(struct mote_vcpu *vcpu)
{
	const struct mote_vcpu_arch *arch = &vcpu->arch;

	return !(arch->shutdown | arch->pdptrs_stale | arch->halted | arch->event.valid |
		 arch->nmi_pending | arch->intr_pending | arch->windows) &&
	       !arch->lapic && !(vcpu->request & MOTE_RUN_IRQ_WINDOW);
}
bool x86_intr_allowed(struct mote_vcpu *vcpu);
bool x86_has_wake_event(struct mote_vcpu *vcpu);
bool x86_vector_has_error(unsigned int vector);
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

void x86_retire_slow(struct mote_vcpu *vcpu);

/**
 * x86_retire - an instruction is done without the CPU's doing
 * @vcpu: loaded
 * @rip: of the next one
 *
 * Does what the CPU does between instructions: the interrupt shadow ends, and
 * with RFLAGS.TF a single-step trap follows.
 */
static inline void x86_retire(struct mote_vcpu *vcpu, u64 rip)
{
	x86_set(vcpu, X86_RIP, rip);
	if (unlikely(x86_get(vcpu, X86_SHADOW) ||
		     (x86_get(vcpu, X86_RFLAGS) & X86_RFLAGS_TF)))
		x86_retire_slow(vcpu);
}

/**
 * x86_skip - the instruction is done
 * @vcpu: loaded
 * @insn_len: its length in bytes
 */
static inline void x86_skip(struct mote_vcpu *vcpu, unsigned int insn_len)
{
	x86_retire(vcpu, x86_get(vcpu, X86_RIP) + insn_len);
}

int x86_exit_nothing(struct mote_vcpu *vcpu);
int x86_exit_ud(struct mote_vcpu *vcpu);
int x86_exit_gp(struct mote_vcpu *vcpu);
int x86_handle_skip(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_pause(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_cpuid(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_rdmsr(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_wrmsr(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_xsetbv(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_hlt(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_hypercall(struct mote_vcpu *vcpu, unsigned int insn_len);
int x86_handle_pio(struct mote_vcpu *vcpu, u16 port, unsigned int bytes, u8 flags,
		   unsigned int insn_len, u64 raw);
int x86_handle_pio_string(struct mote_vcpu *vcpu, const struct mote_exit_pio *pio,
			  unsigned int insn_len, u64 raw);
int x86_complete(struct mote_vcpu *vcpu);
int x86_handle_violation(struct mote_vcpu *vcpu);
int x86_handle_slow(struct mote_vcpu *vcpu);
void x86_fill_run_regs(struct mote_vcpu *vcpu);
unsigned int x86_code_bits(struct mote_vcpu *vcpu);

/**
 * x86_cs_bits - width of a code segment: 16, 32 or 64
 * @vcpu: loaded
 * @cs: the code segment
 */
static inline unsigned int x86_cs_bits(struct mote_vcpu *vcpu,
				       const struct x86_segment *cs)
{
	if (!(x86_get(vcpu, X86_CR0) & X86_CR0_PE))
		return 16;
	if ((cs->ar & X86_AR_L) && (x86_get(vcpu, X86_EFER) & EFER_LMA))
		return 64;
	return cs->ar & X86_AR_DB ? 32 : 16;
}

/* ---- control.c: MOV to control registers ---- */

/* Bits of CR0 that no CPU has */
#define X86_CR0_RESERVED	(~(u64)(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | \
				X86_CR0_ET | X86_CR0_NE | X86_CR0_WP | X86_CR0_AM | \
				X86_CR0_NW | X86_CR0_CD | X86_CR0_PG))

bool x86_cr0_refused(struct mote_vcpu *vcpu, u64 value);
bool x86_cr4_refused(struct mote_vcpu *vcpu, u64 value);
int x86_mov_to_cr8(struct mote_vcpu *vcpu, u64 value, unsigned int insn_len);

/* ---- mmio.c: accesses outside memory ---- */

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

/* ---- debug.c: debug registers ---- */

int x86_mov_from_dr(struct mote_vcpu *vcpu, unsigned int dr, unsigned int gpr,
		    unsigned int insn_len);
int x86_mov_to_dr(struct mote_vcpu *vcpu, unsigned int dr, unsigned int gpr,
		  unsigned int insn_len);
void x86_queue_debug(struct mote_vcpu *vcpu, u64 dr6_bits);
void x86_debug_load(struct mote_vcpu *vcpu);
void x86_debug_restore(struct mote_vcpu *vcpu);

/**
 * x86_debug_begin - a session begins
 * @vcpu: loaded; the host's breakpoints do not change until x86_debug_put()
 */
static inline void x86_debug_begin(struct mote_vcpu *vcpu)
{
	vcpu->arch.host_dr7 = hw_breakpoint_active() ? __this_cpu_read(cpu_dr7) : 0;
	if (unlikely(vcpu->arch.dr7 & X86_DR7_ENABLED))
		x86_debug_load(vcpu);
}

/**
 * x86_debug_put - the host's breakpoints back, at the end of a session
 * @vcpu: loaded
 */
static inline void x86_debug_put(struct mote_vcpu *vcpu)
{
	if (unlikely(vcpu->arch.debug_live || vcpu->arch.host_dr7))
		x86_debug_restore(vcpu);
}

/* ---- fpu.c: FPU, XCR0, PKRU ---- */

extern u64 x86_xcr0_supported;		/* features a guest can have; 0: no XSAVE */
extern unsigned int x86_fpu_size;	/* bytes of mote_vcpu_arch::fpu */

int x86_fpu_setup(void);
void x86_fpu_teardown(void);
int x86_fpu_init(struct mote_vcpu *vcpu);
void x86_fpu_destroy(struct mote_vcpu *vcpu);
void x86_fpu_reset(struct mote_vcpu *vcpu);
void x86_fpu_load(struct mote_vcpu *vcpu);
void x86_fpu_save(struct mote_vcpu *vcpu);
bool x86_xcr0_is_host(struct mote_vcpu *vcpu);
int x86_xcr0_check(struct mote_vcpu *vcpu, u64 value);
void x86_xcr0_set(struct mote_vcpu *vcpu, u64 value);
int x86_fpu_word_check(unsigned int n, u64 value);
u32 x86_fpu_pkru(struct mote_vcpu *vcpu);

/* ---- uret.c: MSRs of SYSCALL and of user mode ---- */

void x86_uret_setup(void);
void x86_uret_load(struct mote_vcpu *vcpu);
void x86_uret_give_back(struct mote_vcpu *vcpu);
u64 x86_uret_get(struct mote_vcpu *vcpu, unsigned int which);
void x86_uret_set(struct mote_vcpu *vcpu, unsigned int which, u64 value);
void x86_uret_efer_changed(struct mote_vcpu *vcpu, u64 efer);

/**
 * x86_uret_put - the host's values back, and what the guest changed saved
 * @vcpu: loaded, after x86_uret_load()
 */
static inline void x86_uret_put(struct mote_vcpu *vcpu)
{
	if (vcpu->arch.uret_loaded || !x86->switches_syscall)
		x86_uret_give_back(vcpu);
}

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
#define X86_FEATURE_GUEST_IBPB		BIT(15)
#define X86_FEATURE_GUEST_VIRT_SSBD	BIT(16)	/* (AMD) */

/*
 * Rate of the APIC timer before its divider, which is also the "core crystal
 * clock" of CPUID leaf 0x15, in kHz.  A whole part of the TSC's rate.
 */
extern u32 x86_crystal_khz;

int x86_cpuid_setup(void);
void x86_cpuid_teardown(void);

/** x86_host_maxphyaddr - width of the host's physical addresses, in bits */
unsigned int x86_host_maxphyaddr(void);

/**
 * x86_cpuid_inherit - give a new vCPU the table that FEATURES offers
 * @vcpu: not published yet; x86_cpuid_free() undoes it
 *
 * The table is shared, so this costs next to nothing.  Return: 0.
 */
int x86_cpuid_inherit(struct mote_vcpu *vcpu);

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
 * @vcpu: under vcpu->mutex, not loaded; the caller tells the back end
 * @table: any order
 * @count: entries, at most MOTE_X86_CPUID_MAX
 *
 * The APIC id and OSXSAVE, OSPKE bits in it are ignored: they follow the vCPU.
 * Return: 0, -ENOMEM, -EINVAL: malformed, an entry twice, or a feature bit
 * that FEATURES does not offer; see cpuid_host.c for which registers are free.
 * Context: sleepable.
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

/**
 * x86_cpuid_constant - the same, if it does not depend on anything else
 * @vcpu: loaded
 * @leaf: EAX
 * @subleaf: ECX
 *
 * Return: the entry with the answer; NULL: x86_cpuid_lookup() has it.
 */
const struct mote_x86_cpuid *x86_cpuid_constant(struct mote_vcpu *vcpu, u32 leaf, u32 subleaf);

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
void x86_set_efer(struct mote_vcpu *vcpu, u64 value);

/* ---- regs.c: GET_REGS and SET_REGS ---- */

void x86_set_cr0(struct mote_vcpu *vcpu, u64 value);
int x86_rflags_check(u64 value);

/* ---- reset.c ---- */

void x86_regs_reset(struct mote_vcpu *vcpu);

/* ---- event_regs.c: events on their way, as registers ---- */

#define X86_EVENT_REGS	7	/* MOTE_X86_EVENT_INFO and on */

int x86_event_reg_get(struct mote_vcpu *vcpu, u32 index, u64 *value);
int x86_event_reg_check(struct mote_vcpu *vcpu, u32 index, u64 value);
void x86_event_reg_set(struct mote_vcpu *vcpu, u32 index, u64 value);

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

#endif /* MOTE_X86_X86_H */
