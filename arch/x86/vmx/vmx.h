/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/vmx: what the files of this folder share.
 */
#ifndef MOTE_VMX_VMX_H
#define MOTE_VMX_VMX_H

#include <linux/list.h>
#include <asm/desc_defs.h>

#include "../exits.h"
#include "../msrmap.h"
#include "ops.h"

/**
 * struct vmx_caps - what this CPU's VMX can do, found once at load
 * @revision: VMCS revision identifier
 * @pin: pin-based controls in use by every vCPU
 * @proc: primary processor-based controls
 * @proc2: secondary controls that may be set
 * @entry: VM-entry controls
 * @exit: VM-exit controls
 * @cr0_fixed1: bits of CR0 that must be 1 in VMX operation, less PE and PG
 * @cr4_fixed1: bits of CR4 that must be 1
 * @ept: IA32_VMX_EPT_VPID_CAP
 * @ept_ad: EPT has accessed and dirty bits
 * @exec_small: EPT maps nothing larger than 4 KiB executable
 * @invvpid_single: INVVPID of one VPID
 * @apicv: APIC-register virtualization and virtual-interrupt delivery
 * @perf_global: PERF_GLOBAL_CTRL is switched by entry and exit
 * @perf_by_hand: it has to be by us
 * @perf_driver: perf has counters of one of the two kinds, and says at each entry which
 */
struct vmx_caps {
	u32 revision;
	u32 pin;
	u32 proc;
	u32 proc2;
	u32 entry;
	u32 exit;
	u64 cr0_fixed1;
	u64 cr4_fixed1;
	u64 ept;
	bool ept_ad;
	bool exec_small;
	bool invvpid_single;
	bool apicv;
	bool perf_global;
	bool perf_by_hand;
	bool perf_driver;
};

extern struct vmx_caps vmx_caps;

/**
 * struct vmx_vm - VMX part of a VM
 * @eptp: EPT pointer (c)
 * @apic_access: the APIC-access page, or NULL: one for the VM, since all vCPUs
 *	see the same guest physical memory (c)
 */
struct vmx_vm {
	u64 eptp;
	struct page *apic_access;
};

/**
 * struct vmx_host - what HOST_* fields hold, to write them only on change, and
 * what the exit loses
 * @cr3: HOST_CR3 (entry)
 * @cr4: HOST_CR4 (entry)
 * @fs_base: HOST_FS_BASE (session)
 * @perf_global: HOST_IA32_PERF_GLOBAL_CTRL (entry)
 * @debugctl: IA32_DEBUGCTL (entry)
 * @stops: @pebs or @counters: something has to be written before each entry (entry)
 * @lost: @debugctl, too: and behind each exit (entry)
 * @pebs: IA32_PEBS_ENABLE where it has to be 0 in the guest (entry)
 * @counters: IA32_PERF_GLOBAL_CTRL where we switch it (entry)
 * @rsp: HOST_RSP, kept by entry.S
 * @ds: selectors of the thread that the exit replaces (session)
 * @es: same
 * @fs: same
 * @gs: same
 * @ldt: what LDTR was at the last entry where it was not null
 * @gdt: the CPU's GDT with its limit
 */
struct vmx_host {
	unsigned long cr3;
	unsigned long cr4;
	unsigned long fs_base;
	u64 perf_global;
	u64 debugctl;
	u64 stops;
	u64 lost;
	u64 pebs;
	u64 counters;
	unsigned long rsp;
	u16 ds, es, fs, gs, ldt;
	struct desc_ptr gdt;
};

/**
 * struct vmx_vcpu - VMX part of a vCPU
 * @vmcs: the region, a page
 * @vmcs_pa: its address
 * @cpu: CPU whose list @loaded is on, or -1; changed by that CPU with
 *	interrupts off (a)
 * @loaded: on the CPU's list of VMCSs that may be cached there
 * @launched: VMRESUME and not VMLAUNCH
 * @fresh: first entry of a session: L1D may have anything, and the host changed (session)
 * @vpid: TLB tag, 0: none
 * @proc: current primary controls
 * @proc2: current secondary controls
 * @entry: current VM-entry controls
 * @cr0_mask: bits of CR0 that exit
 * @cr4_mask: bits of CR4 that exit
 * @exception_bitmap: exceptions that exit
 * @msrmap: MSR bitmap
 * @eoi_exit: EOI-exit bitmap as in the VMCS
 * @tpr_threshold: as in the VMCS
 * @insn_error: VM-instruction error of a failed entry, or 0
 * @entry_failed: VMLAUNCH or VMRESUME fell through
 * @reason: exit reason
 * @intr_info: VM-exit interruption information of exceptions, NMIs, interrupts
 * @insn_len: length of the instruction that exits, where that is one
 * @idt_info: IDT-vectoring information
 * @host: see there
 */
struct vmx_vcpu {
	void *vmcs;
	u64 vmcs_pa;
	int cpu;
	struct list_head loaded;
	bool launched;
	bool fresh;
	u16 vpid;
	u32 proc;
	u32 proc2;
	u32 entry;
	u64 cr0_mask;
	u64 cr4_mask;
	u32 exception_bitmap;
	struct x86_msrmap msrmap;
	u64 eoi_exit[4];
	u32 tpr_threshold;
	u32 insn_error;
	bool entry_failed;
	u32 reason;
	u32 intr_info;
	u32 insn_len;
	u32 idt_info;
	struct vmx_host host;
};

static inline struct vmx_vcpu *to_vmx(struct mote_vcpu *vcpu)
{
	return vcpu->arch.vmx;
}

/* caps.c */
int vmx_find_caps(void);
int vmx_check_caps(void);

/* vmcs.c: the VMCS of a vCPU, its controls, and getting at its guest state */
int vmx_vmcs_create(struct mote_vcpu *vcpu);
void vmx_vmcs_destroy(struct mote_vcpu *vcpu);
void vmx_vmcs_setup(struct mote_vcpu *vcpu);
void vmx_set_proc2(struct vmx_vcpu *vmx, u32 bits, bool on);
void vmx_fetch(struct mote_vcpu *vcpu, enum x86_reg reg);
void vmx_fetch_paging(struct mote_vcpu *vcpu);
void vmx_flush_dirty(struct mote_vcpu *vcpu);
void vmx_get_seg(struct mote_vcpu *vcpu, unsigned int which, struct x86_segment *seg);
void vmx_set_seg(struct mote_vcpu *vcpu, unsigned int which, const struct x86_segment *seg);
unsigned int vmx_cpl(struct mote_vcpu *vcpu);
int vmx_msr_get(struct mote_vcpu *vcpu, u32 index, u64 *value);
int vmx_msr_set(struct mote_vcpu *vcpu, u32 index, u64 value);
void vmx_features_changed(struct mote_vcpu *vcpu);
void vmx_exec_changed(struct mote_vcpu *vcpu);
int vmx_load_pdptrs(struct mote_vcpu *vcpu);

/* msrmap.c: the MSR bitmap */
extern const struct x86_msrmap_layout vmx_msrmap_layout;
void vmx_msr_bitmap_refresh(struct mote_vcpu *vcpu);

/* host.c: the host's side of the world switch */
void vmx_host_cpu_changed(struct mote_vcpu *vcpu);
void vmx_host_prepare(struct mote_vcpu *vcpu);
void vmx_host_note_ldt(struct mote_vcpu *vcpu);
void vmx_host_look(struct vmx_host *host);
void vmx_host_stop(const struct vmx_host *host);
void vmx_host_left(const struct vmx_host *host);
void vmx_host_put(struct mote_vcpu *vcpu);
void vmx_host_interrupt(u32 intr_info);
void vmx_host_nmi(void);

/* inject.c: events into the guest */
void vmx_windows(struct mote_vcpu *vcpu, bool intr, bool nmi);
void vmx_fix_single_step(struct mote_vcpu *vcpu);
void vmx_inject(struct mote_vcpu *vcpu);
void vmx_take_idt_vectoring(struct mote_vcpu *vcpu);
bool vmx_nmi_blocked(struct mote_vcpu *vcpu);
void vmx_set_nmi_blocked(struct mote_vcpu *vcpu, bool blocked);
u64 vmx_debug_pending(struct mote_vcpu *vcpu);
void vmx_set_debug_pending(struct mote_vcpu *vcpu, u64 bits);

/* apicv.c: hardware's virtual APIC */
int vmx_apic_vm_init(struct vmx_vm *vmx);
void vmx_lapic_changed(struct mote_vcpu *vcpu);
void vmx_eoi_exit(struct mote_vcpu *vcpu, unsigned int vector, bool exits);
void vmx_hw_irq(struct mote_vcpu *vcpu, int irr, int isr);
void vmx_tpr_threshold(struct mote_vcpu *vcpu, unsigned int threshold);
int vmx_map_apic(struct mote_vcpu *vcpu);
int vmx_exit_apic_write(struct mote_vcpu *vcpu);
int vmx_exit_eoi(struct mote_vcpu *vcpu);
int vmx_exit_tpr(struct mote_vcpu *vcpu);
int vmx_exit_apic_access(struct mote_vcpu *vcpu);

/* exit.c */
int vmx_handle_exit(struct mote_vcpu *vcpu);

/* dump.c */
size_t vmx_dump(struct mote_vcpu *vcpu, char *buf, size_t room);

#endif /* MOTE_VMX_VMX_H */
