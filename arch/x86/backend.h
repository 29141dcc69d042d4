/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: what Intel and AMD do differently.  Contexts as in mod/arch.h.
 * Hooks named like one of mod/arch.h do what it says there.
 */
#ifndef MOTE_X86_BACKEND_H
#define MOTE_X86_BACKEND_H

#include <linux/static_call_types.h>

#include "mod/mote.h"

struct x86_insn;

/**
 * struct x86_backend - a back end
 * @name: for people
 * @id: enum mote_backend
 * @busy_reason: one line: who may hold the hardware, and the cure
 * @switches_syscall: hardware switches the MSRs of SYSCALL and KERNEL_GS_BASE
 *	with the guest: msr_get and msr_set have them
 * @paging_regs: bits of enum x86_reg that @fetch_paging brings
 * @init: look at the CPU and get ready: 0, -ENODEV (not this maker's CPU, say
 *	nothing), or another errno with one line logged
 * @exit: undo it
 * @cpu_enable: see mote_arch_cpu_enable()
 * @cpu_disable: see mote_arch_cpu_disable()
 * @cpu_emergency: the host crashes: out of it, and no memory of mote's is looked at
 *	but what this CPU alone writes (interrupts off, or NMI)
 * @probe_busy: see mote_arch_probe_busy()
 * @info: add to features
 * @pt_format: see mote_arch_pt_format()
 * @vm_init: NULL, or see mote_arch_vm_init()
 * @vm_destroy: NULL, or see mote_arch_vm_destroy()
 * @vcpu_init: after the neutral reset state is in vcpu->arch
 * @vcpu_destroy: see mote_arch_vcpu_destroy()
 * @load: see mote_arch_vcpu_load(), preemption is off already
 * @put: give back what hardware holds for the guest; preemption is still off
 * @prepare: see mote_arch_vcpu_prepare(); user-return MSRs are done.  It loads the
 *	FPU, or keeps the guest from it until it does
 * @fetch: bring register @reg from hardware to vcpu->arch.reg (loaded)
 * @fetch_paging: bring CR0, CR3, CR4, EFER and whatever else @paging_regs names
 *	at once; none of them is in vcpu->arch.reg yet (loaded)
 * @get_seg: read a segment register, enum mote_x86_seg (loaded)
 * @set_seg: write one (loaded)
 * @cpl: current privilege level (loaded)
 * @nmi_blocked: whether NMIs are blocked by an earlier one (loaded)
 * @set_nmi_blocked: (loaded)
 * @debug_pending: NULL, or: debug traps that hardware holds back, see
 *	MOTE_X86_DEBUG_PENDING (loaded)
 * @set_debug_pending: NULL, or write them (loaded)
 * @msr_get: MSRs that hardware switches for the guest (FS_BASE, SYSENTER ...):
 *	0 or -ENOENT (loaded)
 * @msr_set: 0 or -ENOENT (loaded)
 * @features_changed: the CPUID table or XCR0 is new: what the guest may own (loaded)
 * @exec_changed: debug registers, TSC offset, DEBUGCTL or PAT changed (loaded)
 * @lapic_changed: APIC mode or base changed: what hardware virtualises (loaded)
 * @eoi_exit: whether EOI of a vector has to exit, changed (loaded)
 * @windows: ask for an exit when interrupts or NMIs can be taken (entry)
 * @inject: put vcpu->arch.event into hardware (entry)
 * @hw_irq: tell hardware the highest IRR and ISR vectors, -1 for none; only
 *	when hardware delivers interrupts (entry)
 * @tpr_threshold: exit when the guest's TPR class falls below this (entry)
 * @handle_insn: an exit that set X86_SLOW_INSN goes on, with what is at RIP: enum
 *	mote_result but MOTE_SLOW (loaded, not live)
 * @load_pdptrs: NULL, or: read the PDPTEs of PAE paging from guest memory
 *	into hardware; sleepable, not loaded; 0 or -EFAULT
 * @map_apic: the guest touched the APIC page for the first time and hardware
 *	virtualises it: put the APIC-access page there; sleepable, not loaded
 * @flush: see mote_arch_vcpu_flush()
 * @enter: see mote_arch_vcpu_enter()
 * @handle_exit: see mote_arch_vcpu_handle_exit()
 * @dump: see mote_arch_dump()
 */
struct x86_backend {
	const char *name;
	u32 id;
	const char *busy_reason;
	bool switches_syscall;
	u32 paging_regs;
	int (*init)(void);
	void (*exit)(void);
	int (*cpu_enable)(void);
	void (*cpu_disable)(void);
	void (*cpu_emergency)(void);
	int (*probe_busy)(void);
	void (*info)(struct mote_info *info);
	const struct mote_pt_format *(*pt_format)(void);
	int (*vm_init)(struct mote_vm *vm);
	void (*vm_destroy)(struct mote_vm *vm);
	int (*vcpu_init)(struct mote_vcpu *vcpu);
	void (*vcpu_destroy)(struct mote_vcpu *vcpu);
	void (*load)(struct mote_vcpu *vcpu);
	void (*put)(struct mote_vcpu *vcpu);
	void (*prepare)(struct mote_vcpu *vcpu);
	void (*fetch)(struct mote_vcpu *vcpu, enum x86_reg reg);
	void (*fetch_paging)(struct mote_vcpu *vcpu);
	void (*get_seg)(struct mote_vcpu *vcpu, unsigned int which, struct x86_segment *seg);
	void (*set_seg)(struct mote_vcpu *vcpu, unsigned int which, const struct x86_segment *seg);
	unsigned int (*cpl)(struct mote_vcpu *vcpu);
	bool (*nmi_blocked)(struct mote_vcpu *vcpu);
	void (*set_nmi_blocked)(struct mote_vcpu *vcpu, bool blocked);
	u64 (*debug_pending)(struct mote_vcpu *vcpu);
	void (*set_debug_pending)(struct mote_vcpu *vcpu, u64 bits);
	int (*msr_get)(struct mote_vcpu *vcpu, u32 index, u64 *value);
	int (*msr_set)(struct mote_vcpu *vcpu, u32 index, u64 value);
	void (*features_changed)(struct mote_vcpu *vcpu);
	void (*exec_changed)(struct mote_vcpu *vcpu);
	void (*lapic_changed)(struct mote_vcpu *vcpu);
	void (*eoi_exit)(struct mote_vcpu *vcpu, unsigned int vector, bool exits);
	void (*windows)(struct mote_vcpu *vcpu, bool intr, bool nmi);
	void (*inject)(struct mote_vcpu *vcpu);
	void (*hw_irq)(struct mote_vcpu *vcpu, int irr, int isr);
	void (*tpr_threshold)(struct mote_vcpu *vcpu, unsigned int threshold);
	int (*handle_insn)(struct mote_vcpu *vcpu, const struct x86_insn *insn);
	int (*load_pdptrs)(struct mote_vcpu *vcpu);
	int (*map_apic)(struct mote_vcpu *vcpu);
	void (*flush)(struct mote_vcpu *vcpu, enum mote_flush what);
	void (*enter)(struct mote_vcpu *vcpu);
	int (*handle_exit)(struct mote_vcpu *vcpu);
	size_t (*dump)(struct mote_vcpu *vcpu, char *buf, size_t room);
};

/* The one in use, chosen at module load.  One line here for each back end. */
extern const struct x86_backend *x86;
extern const struct x86_backend vmx_backend;
extern const struct x86_backend svm_backend;

int x86_backend_choose(void);

/*
 * What every exit calls is called directly: an indirect call costs a retpoline on
 * many hosts.
 */
DECLARE_STATIC_CALL(x86_backend_load, *((struct x86_backend *)0)->load);
DECLARE_STATIC_CALL(x86_backend_put, *((struct x86_backend *)0)->put);
DECLARE_STATIC_CALL(x86_backend_prepare, *((struct x86_backend *)0)->prepare);
DECLARE_STATIC_CALL(x86_backend_enter, *((struct x86_backend *)0)->enter);
DECLARE_STATIC_CALL(x86_backend_handle_exit, *((struct x86_backend *)0)->handle_exit);

#endif /* MOTE_X86_BACKEND_H */
