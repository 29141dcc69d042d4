/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of hardware task switches: task.c and task_seg.c. */
#ifndef MOTE_X86_TASK_H
#define MOTE_X86_TASK_H

#include "emul.h"

#define X86_TS_VECTOR	10
#define X86_NP_VECTOR	11
#define X86_SS_VECTOR	12

/* Access rights in the layout of MOTE_X86_SEG_AR, which is that of descriptors */
#define X86_AR_TYPE(ar)		((ar) & 0xf)
#define X86_AR_ACCESSED		(1u << 0)
#define X86_AR_BUSY		(1u << 1)	/* TSS */
#define X86_AR_WRITE		(1u << 1)	/* data */
#define X86_AR_READ		(1u << 1)	/* code */
#define X86_AR_CONFORMING	(1u << 2)	/* code */
#define X86_AR_DOWN		(1u << 2)	/* data: expands down */
#define X86_AR_CODE		(1u << 3)
#define X86_AR_S		(1u << 4)
#define X86_AR_DPL(ar)		((ar) >> 5 & 3)
#define X86_AR_P		(1u << 7)
#define X86_AR_DB		(1u << 14)
#define X86_AR_G		(1u << 15)
#define X86_AR_UNUSABLE		(1u << 16)

#define X86_SEL_LDT		4u
#define X86_SEL_RPL(sel)	((sel) & 3u)
#define X86_SEL_NULL(sel)	(!((sel) & ~3u))

#define X86_TASK_SEGS		8	/* ES to TR, as enum mote_x86_seg */

/**
 * struct x86_task_seg - a segment register
 * @base: linear address
 * @limit: in bytes, granularity applied
 * @ar: MOTE_X86_SEG_AR
 * @selector: visible part
 */
struct x86_task_seg {
	u32 base;
	u32 limit;
	u32 ar;
	u16 selector;
};

/**
 * struct x86_task - a task switch under way
 * @c: for accesses to memory
 * @why: the exit
 * @seg: of the old task, from the commit on of the new one
 * @gdt_base: linear address of the GDT
 * @gdt_limit: its limit
 * @cr0: control registers, as the vCPU has them
 * @cr3: likewise
 * @cr4: likewise
 * @dr6: debug registers
 * @dr7: likewise
 * @nmi_pending: MOTE_X86_NMI_PENDING
 * @nmi_blocked: MOTE_X86_NMI_BLOCKED
 * @trap: the new TSS wants a debug trap
 * @fault: with X86_FAULT: what the guest gets instead
 */
struct x86_task {
	struct x86_ctx c;
	struct mote_exit_task why;
	struct x86_task_seg seg[X86_TASK_SEGS];
	u32 gdt_base;
	u32 gdt_limit;
	u64 cr0, cr3, cr4;
	u64 dr6, dr7;
	u64 nmi_pending, nmi_blocked;
	bool trap;
	struct {
		u32 vector;
		u32 error;
		u64 cr2;
	} fault;
};

/* All return 0, X86_FAULT or -errno. */

/* task.c */
int x86_task_map(struct x86_task *t, u32 gva, u32 bytes, u32 access,
		 struct x86_mem *m);

/* task_regs.c */
int x86_task_get_regs(struct x86_task *t);
int x86_task_set_all(struct x86_task *t);
int x86_task_set_segs(struct x86_task *t);
int x86_task_stay(struct x86_task *t);
int x86_task_finish(struct x86_task *t, bool faults);
int x86_task_fault(struct x86_task *t, u32 vector, u32 error);
int x86_task_page_fault(struct x86_task *t, u32 gva, u32 error);
bool x86_task_is_event(const struct x86_task *t, u32 event);

/* task_seg.c */

/**
 * x86_task_descriptor() - read a descriptor
 * @t: the switch
 * @selector: of the GDT, or after the commit of the LDT in @t->seg
 * @vector: the fault when it is outside of its table
 * @out: base, limit, access rights
 * @flags: for whoever sets bits of its type: where they are
 */
int x86_task_descriptor(struct x86_task *t, u16 selector, u32 vector,
			struct x86_task_seg *out, u32 *flags);

/** x86_task_forget_segs() - selectors without descriptors, as at the commit */
void x86_task_forget_segs(struct x86_task *t);

/** x86_task_load_segs() - descriptors of the new task, LDTR first */
int x86_task_load_segs(struct x86_task *t);

#endif
