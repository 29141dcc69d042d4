/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: what a VM and a vCPU carry on x86, whoever made the CPU.
 * Included by mod/mote.h.  Letters as explained there.
 */
#ifndef MOTE_X86_ARCH_DATA_H
#define MOTE_X86_ARCH_DATA_H

#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/types.h>

#include <mote.h>

#include "types.h"

struct mote_lapic;
struct vmx_vm;
struct vmx_vcpu;
struct svm_vcpu;

/*
 * Numbers of the registers in mote_vcpu_arch::reg.  Up to RFLAGS they are
 * those of the UAPI.  Those from RSP on that hardware keeps elsewhere during
 * guest execution are fetched on first use after an exit.
 */
enum x86_reg {
	X86_RAX, X86_RCX, X86_RDX, X86_RBX, X86_RSP, X86_RBP, X86_RSI, X86_RDI,
	X86_R8, X86_R9, X86_R10, X86_R11, X86_R12, X86_R13, X86_R14, X86_R15,
	X86_RIP, X86_RFLAGS,
	X86_CR0, X86_CR3, X86_CR4, X86_EFER,
	X86_SHADOW,		/* bit 0: blocked by STI, bit 1: by MOV SS */
	X86_REG_COUNT
};

#define X86_SHADOW_STI		0x1u
#define X86_SHADOW_MOV_SS	0x2u

/* Registers that the world switch itself saves: always in mote_vcpu_arch::reg */
#define X86_REGS_IN_MEMORY	(0xffffu & ~(1u << X86_RSP))

/**
 * struct x86_segment - a segment register with its hidden part
 * @base: linear address
 * @limit: in bytes, inclusive
 * @ar: access rights, SDM vol. 3 "Format of Access Rights" (bit 16: unusable)
 * @selector: visible part
 */
struct x86_segment {
	u64 base;
	u32 limit;
	u32 ar;
	u16 selector;
};

/* x86_event::type, the codes of the VM-entry interruption information */
#define X86_EVENT_EXTINT	0u
#define X86_EVENT_NMI		2u
#define X86_EVENT_EXCEPTION	3u
#define X86_EVENT_SOFT_INT	4u
#define X86_EVENT_PRIV_SW_EXC	5u	/* INT1 */
#define X86_EVENT_SOFT_EXC	6u	/* INT3, INTO */

/**
 * struct x86_event - what the next entry delivers through the guest's IDT
 * @valid: there is one
 * @has_error: an error code is pushed
 * @type: X86_EVENT_*
 * @vector: IDT index
 * @insn_len: length of the instruction of a software event, in bytes
 * @error_code: with @has_error
 */
struct x86_event {
	bool valid;
	bool has_error;
	u8 type;
	u8 vector;
	u8 insn_len;
	u32 error_code;
};

/* mote_vcpu_arch::uret: MSRs that only user mode uses, switched lazily */
enum x86_uret {
	X86_URET_STAR, X86_URET_LSTAR, X86_URET_CSTAR, X86_URET_FMASK,
	X86_URET_KERNEL_GS_BASE, X86_URET_TSC_AUX,
	X86_URET_COUNT
};

/* mote_vcpu_arch::kept: MSRs that do nothing but keep what was written */
enum x86_kept { X86_KEPT_SYSCFG, X86_KEPT_HWCR, X86_KEPT_TOP_MEM, X86_KEPT_TOP_MEM2, X86_KEPT_COUNT };

/**
 * struct x86_cpuid_table - what CPUID answers, and what follows from it
 * @count: entries
 * @last_basic: highest leaf below 0x40000000
 * @last_ext: highest leaf from 0x80000000
 * @features: X86_FEATURE_GUEST_*
 * @maxphyaddr: width of guest physical addresses in bits
 * @zero_beyond: leaves out of range read as zero (AMD), not as the last
 *	basic leaf (Intel)
 * @cr4: bits of CR4 that may be set
 * @efer: bits of EFER that may be set
 * @xcr0: bits of XCR0 that may be set
 * @spec_ctrl: bits of IA32_SPEC_CTRL that may be set
 * @first: leaf 0xN0000000 + i: index of its first entry, N by 4, or @count
 * @entry: sorted by leaf and subleaf
 */
struct x86_cpuid_table {
	unsigned int count;
	u32 last_basic;
	u32 last_ext;
	u32 features;
	u8 maxphyaddr;
	bool zero_beyond;
	u64 cr4;
	u64 efer;
	u64 xcr0;
	u64 spec_ctrl;
	u16 first[4][32];
	struct mote_x86_cpuid entry[];
};

/**
 * struct x86_answer - what the kernel knows of an exit that waits for its
 * answer; the run page cannot be trusted to say it
 * @insn_len: length of the instruction
 * @bytes: width of the access
 * @write: nothing comes back
 * @by_regs: the runner does it all, with mote_run::regs
 * @reg: MMIO: where the answer goes, enum x86_reg
 * @reg_bytes: MMIO: width of that, at least @bytes
 * @high: MMIO: to bits 15:8 of it
 * @sign: MMIO: with sign
 */
struct x86_answer {
	u8 insn_len;
	u8 bytes;
	bool write;
	bool by_regs;
	u8 reg;
	u8 reg_bytes;
	bool high;
	bool sign;
};

/**
 * enum x86_slow - what x86_handle_slow() is called for
 * @X86_SLOW_FAULT: second-stage violation
 * @X86_SLOW_APIC: access to the APIC page that hardware gave back
 * @X86_SLOW_PDPTRS: root entries of PAE paging are in guest memory
 * @X86_SLOW_INSN: hardware does not say what the instruction is
 * @X86_SLOW_SPIN: the guest waits in a loop
 * @X86_SLOW_SPLIT_LOCK: the host detects split locks, and has one of the guest's
 * @X86_SLOW_BUS_LOCK: the guest has locked the bus of all CPUs
 */
enum x86_slow {
	X86_SLOW_FAULT,
	X86_SLOW_APIC,
	X86_SLOW_PDPTRS,
	X86_SLOW_INSN,
	X86_SLOW_SPIN,
	X86_SLOW_SPLIT_LOCK,
	X86_SLOW_BUS_LOCK,
};

/**
 * struct x86_fault - a second-stage violation on its way to the slow path
 * @gpa: where
 * @gva: linear address, with @gva_valid (VMX)
 * @insn: NULL, or the 15 bytes from RIP on as the CPU fetched them; until the next
 *	entry (SVM)
 * @insn_mode: with @insn: 16, 32 or 64, as x86_cs_bits() has it
 * @qualification: hardware's details
 * @raw: hardware's exit reason
 * @access: MOTE_ACCESS_*
 * @gva_valid: see @gva
 * @operand: @gpa is the access itself, not that to a paging-structure entry
 */
struct x86_fault {
	gpa_t gpa;
	u64 gva;
	const u8 *insn;
	u64 qualification;
	u64 raw;
	u32 access;
	u8 insn_mode;
	bool gva_valid;
	bool operand;
};

/**
 * struct mote_vm_arch - of a VM
 * @has_lapic: IRQCHIP was called (c, before the first vCPU)
 * @tsc_offset: guest TSC - host TSC of new vCPUs, as it was with @tsc_lost (c)
 * @tsc_lost: x86_tsc_lost when the VM was made (c)
 * @msr_policy: counts changes of the MSR rules (a)
 * @vmx: the VMX back end's part
 */
struct mote_vm_arch {
	bool has_lapic;
	u64 tsc_offset;
	u64 tsc_lost;
	atomic_t msr_policy;
	struct vmx_vm *vmx;
};

/**
 * struct mote_vcpu_arch - of a vCPU; (t) where nothing else is said
 * @reg: registers by enum x86_reg; those not in @cached are stale
 * @cached: bit per register: @reg is what the guest has
 * @dirty: bit per register: hardware has to be told before the entry
 * @cr2: guest's CR2
 * @xcr0: guest's XCR0
 * @dr: guest's DR0-DR3
 * @dr6: guest's DR6
 * @dr7: guest's DR7
 * @live: mote_arch_vcpu_prepare() has loaded what put() takes back
 * @fpu: XSAVE area, x86_fpu_size bytes, 64-byte aligned
 * @fpu_live: the registers are the guest's, and XCR0 with them (live)
 * @fpu_deferred: the back end begins sessions without @fpu_live and keeps the
 *	guest from the registers; taken back by who changes XCR0 between sessions
 * @cpuid: the table, set before the vCPU runs, replaced under vcpu->mutex
 * @features: cached answers of @cpuid that exits ask for, see cpuid.h
 * @uret: guest's values by enum x86_uret
 * @uret_sce: EFER.SCE: the guest can use SYSCALL
 * @uret_loaded: bit per @uret: hardware has it and not the host's (live)
 * @host_kernel_gs: the task's KERNEL_GS_BASE (live)
 * @host_pkru: the task's PKRU (live)
 * @pat: IA32_PAT
 * @misc_enable: IA32_MISC_ENABLE
 * @mtrr: MTRR MSRs: default type, 8 variable pairs, 11 fixed; kept, not used
 * @kept: by enum x86_kept
 * @mcg_status: machine check state that the guest may write
 * @debugctl: IA32_DEBUGCTL
 * @tsc_offset: guest TSC - host TSC
 * @tsc_lost: x86_tsc_lost that is part of it
 * @tsc_adjust: IA32_TSC_ADJUST
 * @spec_ctrl: IA32_SPEC_CTRL
 * @virt_spec_ctrl: VIRT_SPEC_CTRL (SVM)
 * @cr8: TPR >> 4 without a LAPIC
 * @halted: HLT executed, waiting for an event; see x86_halt()
 * @halted_nmi: and an NMI is one: none blocks it
 * @event: to deliver at the next entry
 * @windows: the back end was asked to exit when an event can be delivered
 * @nmi_pending: NMIs waiting, at most 2
 * @intr_pending: INJECTed external interrupt: 0x100 | vector, or 0
 * @shutdown: triple fault: the next entry becomes an exit
 * @answer: the instruction that waits for completion
 * @slow: what the slow path has to do
 * @fault: second-stage violation, for it
 * @pdptrs_stale: paging registers were written from outside: see
 *	x86_backend::load_pdptrs
 * @lapic: in-kernel local APIC or NULL
 * @vmx: the VMX back end's part
 * @svm: the SVM back end's part
 */
struct mote_vcpu_arch {
	u64 reg[X86_REG_COUNT];
	u32 cached;
	u32 dirty;
	u64 cr2;
	u64 xcr0;
	u64 dr[4];
	u64 dr6;
	u64 dr7;
	bool live;
	void *fpu;
	bool fpu_live;
	bool fpu_deferred;
	struct x86_cpuid_table *cpuid;
	u32 features;
	u64 uret[X86_URET_COUNT];
	bool uret_sce;
	u32 uret_loaded;
	u64 host_kernel_gs;
	u32 host_pkru;
	u64 pat;
	u64 misc_enable;
	u64 mtrr[1 + 16 + 11];
	u64 kept[X86_KEPT_COUNT];
	u64 mcg_status;
	u64 debugctl;
	u64 tsc_offset;
	u64 tsc_lost;
	u64 tsc_adjust;
	u64 spec_ctrl;
	u64 virt_spec_ctrl;
	u64 cr8;
	bool halted;
	bool halted_nmi;
	struct x86_event event;
	bool windows;
	u8 nmi_pending;
	u16 intr_pending;
	bool shutdown;
	struct x86_answer answer;
	enum x86_slow slow;
	struct x86_fault fault;
	bool pdptrs_stale;
	struct mote_lapic *lapic;
	union {
		struct vmx_vcpu *vmx;
		struct svm_vcpu *svm;
	};
};

#endif /* MOTE_X86_ARCH_DATA_H */
