/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/svm: what the files of this folder share.
 */
#ifndef MOTE_SVM_SVM_H
#define MOTE_SVM_SVM_H

#include <linux/percpu.h>
#include <asm/msr.h>
#include <asm/svm.h>

#include "../exits.h"
#include "../insn.h"
#include "../msrmap.h"
#include "ops.h"

/*
 * VMCB clean bits (APM vol. 2, "VMCB Clean Field"): what the CPU may still
 * have of the last run on this CPU.
 */
#define SVM_CLEAN_CONTROLS	BIT(0)	/* intercepts, TSC offset, pause filter */
#define SVM_CLEAN_MAPS		BIT(1)	/* permission maps */
#define SVM_CLEAN_ASID		BIT(2)
#define SVM_CLEAN_INTR		BIT(3)	/* V_TPR, V_IRQ and so on */
#define SVM_CLEAN_NPT		BIT(4)	/* N_CR3, G_PAT */
#define SVM_CLEAN_CR		BIT(5)	/* CR0, CR3, CR4, EFER */
#define SVM_CLEAN_DR		BIT(6)	/* DR6, DR7 */
#define SVM_CLEAN_TABLES	BIT(7)	/* GDTR, IDTR */
#define SVM_CLEAN_SEG		BIT(8)	/* CS, DS, SS, ES, CPL */
#define SVM_CLEAN_CR2		BIT(9)
#define SVM_CLEAN_LBR		BIT(10)	/* DEBUGCTL and branch records */
#define SVM_CLEAN_ALL		0x7ffu

/**
 * struct svm_caps - what this CPU's SVM can do, found once at load
 * @asids: numbers there are, 0 is the host's
 * @flush_by_asid: TLB_CONTROL can flush one ASID
 * @nrips: the CPU has NEXT_RIP, and takes it for the return address of software
 *	interrupts that are injected
 * @next_rip: exits of instructions are believed when they say where the next one is
 * @decode: exits of MOV CRn and DRn say which general register (DecodeAssists)
 * @lbrv: DEBUGCTL is switched on request
 * @tsc_ratio: TSC_RATIO exists, and has to be 1
 * @pause_filter: PAUSE can exit after so many
 * @pause_threshold: which have to be close together
 * @v_spec_ctrl: SPEC_CTRL is in the VMCB
 * @clean: clean bits that mean something here: SVM_CLEAN_ALL, or 0
 * @xss: the host's IA32_XSS, 0 while the FPU is a guest's
 * @cr8_exits: MOVs to CR8 have to while an interrupt waits, see check_tcg()
 * @cr0_read_is_all: MOVs from all control registers exit as one from CR0, see
 *	check_tcg()
 * @shadow_lost: VMRUN does not load the interrupt shadow, see check_tcg()
 * @xsave_runs: XSETBV does not exit, XSAVE and its kind ignore CR0.TS, see
 *	check_tcg()
 * @tasks_run: the CPU switches tasks of the guest, see check_tcg()
 * @lazy_fpu: sessions may begin without the guest's FPU, see fpu.c
 * @npt: format of the second stage
 */
struct svm_caps {
	u32 asids;
	bool flush_by_asid;
	bool nrips;
	bool next_rip;
	bool decode;
	bool lbrv;
	bool tsc_ratio;
	bool pause_filter;
	bool pause_threshold;
	bool v_spec_ctrl;
	u32 clean;
	u64 xss;
	bool cr8_exits;
	bool cr0_read_is_all;
	bool shadow_lost;
	bool xsave_runs;
	bool tasks_run;
	bool lazy_fpu;
	const struct mote_pt_format *npt;
};

extern struct svm_caps svm_caps;

/**
 * struct svm_soft - a software interrupt or exception that went in
 * @event: as it was
 * @rip: of its instruction, where the guest has to be found when an exit
 *	interrupted the delivery
 */
struct svm_soft {
	struct x86_event event;
	u64 rip;
};

/**
 * struct svm_vcpu - SVM part of a vCPU; all (t) but what says otherwise
 * @vmcb: a page (c)
 * @vmcb_pa: its address as VMRUN wants it (c)
 * @asid: TLB tag (c)
 * @asid_shared: others have it too: flush at each entry (c)
 * @cr0_differs: bits of CR0 that hardware has otherwise than the guest
 *	believes: without CD and NW, and with TS while the FPU is deferred
 * @cr4: CR4 as the guest believes it; hardware has MCE besides
 * @cr: the control register of a MOV from CRn that exited
 * @gpr: general register of a MOV CRn or DRn that exited
 * @msrmap: MSR permission map
 * @tpr_threshold: class of the interrupt that waits for the TPR, or 0
 * @nmi_blocked: by an earlier NMI
 * @iret_rip: see @iret
 * @iret_rsp: RSP there
 * @iret: the IRET that ends it is the next instruction, at @iret_rip
 * @step: one instruction, then exit; RFLAGS.TF is ours
 * @stepped: @step was set at the last entry
 * @cr_once: SMSW, LMSW or CLTS is let through with @step
 * @injecting: an event went in with the last entry
 * @unfinished: any of these five
 * @step_tf: RFLAGS.TF as the guest has it, with @step
 * @step_rip: RIP before the step
 * @step_shadow: interrupt shadow before the step
 * @step_exceptions: intercepts of exceptions without @step
 * @step_efer: EFER without @step
 * @soft: the event of @injecting, if @soft.event.valid
 * @fpu_eager: sessions to come that load the FPU at once
 * @entry_failed: SVM was off
 */
struct svm_vcpu {
	struct vmcb *vmcb;
	u64 vmcb_pa;
	u32 asid;
	bool asid_shared;
	u64 cr0_differs;
	u64 cr4;
	u8 cr;
	u8 gpr;
	struct x86_msrmap msrmap;
	u8 tpr_threshold;
	bool nmi_blocked;
	u64 iret_rip;
	u64 iret_rsp;
	union {
		struct {
			bool iret;
			bool step;
			bool stepped;
			bool cr_once;
			bool injecting;
		};
		u64 unfinished;
	};
	bool step_tf;
	u64 step_rip;
	u8 step_shadow;
	u32 step_exceptions;
	u64 step_efer;
	struct svm_soft soft;
	u8 fpu_eager;
	bool entry_failed;
};

static inline struct svm_vcpu *to_svm(struct mote_vcpu *vcpu)
{
	return vcpu->arch.svm;
}

/* Something of the VMCB was written that the CPU may have kept */
static inline void svm_changed(struct svm_vcpu *svm, u32 bits)
{
	svm->vmcb->control.clean &= ~bits;
}

static inline bool svm_intercepts(const struct svm_vcpu *svm, unsigned int bit)
{
	return svm->vmcb->control.intercepts[bit / 32] & BIT(bit % 32);
}

/**
 * svm_intercept - whether something exits
 * @svm: any time under vcpu->mutex
 * @bit: INTERCEPT_*
 * @on: exit
 */
static inline void svm_intercept(struct svm_vcpu *svm, unsigned int bit, bool on)
{
	u32 *word = &svm->vmcb->control.intercepts[bit / 32];
	u32 value = on ? *word | BIT(bit % 32) : *word & ~BIT(bit % 32);

	if (value == *word)
		return;
	*word = value;
	svm_changed(svm, SVM_CLEAN_CONTROLS);
}

/* caps.c */
int svm_find_caps(void);

/* vmcb.c: the VMCB of a vCPU and its controls */
extern u64 svm_iopm_pa;

int svm_iopm_create(void);
void svm_iopm_destroy(void);
int svm_vmcb_create(struct mote_vcpu *vcpu);
void svm_vmcb_destroy(struct mote_vcpu *vcpu);
void svm_vmcb_setup(struct mote_vcpu *vcpu);
void svm_setup_control(struct mote_vcpu *vcpu);
void svm_features_changed(struct mote_vcpu *vcpu);
void svm_exec_changed(struct mote_vcpu *vcpu);

/* state.c: guest registers in the VMCB */
void svm_fetch(struct mote_vcpu *vcpu, enum x86_reg reg);
void svm_fetch_paging(struct mote_vcpu *vcpu);
void svm_flush_dirty(struct mote_vcpu *vcpu);
void svm_get_seg(struct mote_vcpu *vcpu, unsigned int which, struct x86_segment *seg);
void svm_set_seg(struct mote_vcpu *vcpu, unsigned int which, const struct x86_segment *seg);
unsigned int svm_cpl(struct mote_vcpu *vcpu);
int svm_msr_get(struct mote_vcpu *vcpu, u32 index, u64 *value);
int svm_msr_set(struct mote_vcpu *vcpu, u32 index, u64 value);

/* msrmap.c */
extern const struct x86_msrmap_layout svm_msrmap_layout;

/* host.c: the host's side of the world switch */
int svm_host_create(void);
void svm_host_destroy(void);
int svm_host_enable(void);
void svm_host_disable(void);
int svm_host_busy(void);

/* Physical address of what a session's VMSAVE writes: the host's FS, GS, TR ... */
DECLARE_PER_CPU(u64, svm_vmsave_pa);

/**
 * svm_host_save - what the next exit shall bring back
 *
 * Of what VMSAVE writes, FS, GS, TR and the MSRs do not change before the end of a
 * session, as preemption is off (session).  LDTR does, by an interrupt, when the
 * process has an LDT (entry).  Should SVM be off, the entry finds out.
 */
static inline void svm_host_save(void)
{
	svm_vmsave(__this_cpu_read(svm_vmsave_pa));
}

/* inject.c: events into the guest */
void svm_windows(struct mote_vcpu *vcpu, bool intr, bool nmi);
void svm_tpr_threshold(struct mote_vcpu *vcpu, unsigned int threshold);
void svm_inject(struct mote_vcpu *vcpu);
bool svm_iret_done(struct mote_vcpu *vcpu);
void svm_begin_step(struct mote_vcpu *vcpu);
void svm_end_step(struct mote_vcpu *vcpu);
int svm_exit_unstepped(struct mote_vcpu *vcpu);
void svm_take_exit_int_info(struct mote_vcpu *vcpu);
void svm_event_went_in(struct mote_vcpu *vcpu);
void svm_event_refused(struct mote_vcpu *vcpu);
bool svm_nmi_blocked(struct mote_vcpu *vcpu);
void svm_set_nmi_blocked(struct mote_vcpu *vcpu, bool blocked);
int svm_exit_iret(struct mote_vcpu *vcpu);

/* #NM, for svm_intercept(): while the FPU is deferred */
#define SVM_INTERCEPT_NM	(32 * INTERCEPT_EXCEPTION + X86_TRAP_NM)

/* fpu.c: when the guest's FPU is loaded */
void svm_fpu_begin(struct mote_vcpu *vcpu);
void svm_fpu_now(struct mote_vcpu *vcpu);
void svm_fpu_end(struct mote_vcpu *vcpu);
int svm_exit_nm(struct mote_vcpu *vcpu);

/* cr0.c: CR0 in the VMCB */
void svm_intercept_cr0(struct svm_vcpu *svm, bool on);
void svm_set_cr0(struct mote_vcpu *vcpu, u64 cr0);
void svm_end_cr0(struct mote_vcpu *vcpu);

/* control.c: MOV CRn and DRn, SMSW, LMSW, CLTS */
int svm_handle_cr(struct mote_vcpu *vcpu, unsigned int insn_len);
int svm_handle_dr(struct mote_vcpu *vcpu, unsigned int insn_len);
int svm_handle_msw(struct mote_vcpu *vcpu, const struct x86_system *sys);

/* exit.c */
int svm_handle_exit(struct mote_vcpu *vcpu);
int svm_handle_insn(struct mote_vcpu *vcpu, const struct x86_insn *insn);

/* dump.c */
size_t svm_dump(struct mote_vcpu *vcpu, char *buf, size_t room);

#endif /* MOTE_SVM_SVM_H */
