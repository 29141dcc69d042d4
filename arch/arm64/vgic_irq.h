/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: the guest's GICv3.  Arm IHI 0069, "GIC Architecture
 * Specification, v3 and v4"; one Security state (GICD_CTLR.DS = 1), affinity
 * routing, no LPIs.
 *
 * The state of an interrupt is in struct vgic_irq.  While it is in a list
 * register, hardware changes it; vgic_after_exit() takes that over ("fold").
 * All but what is (t) is guarded by vgic::lock (G), a spinlock taken with
 * interrupts off, because timers raise lines from hard interrupts.  It is
 * innermost: nothing is locked under it.  Whoever changes what a vCPU has to
 * deliver notes it in vgic::kick, and vgic_unlock() kicks those vCPUs when the
 * lock is free again.
 *
 * An interrupt has one home: the vCPU that has to deliver it or has it active.
 * vgic_queue() finds it anew after each change.
 */
#ifndef MOTE_ARM64_VGIC_IRQ_H
#define MOTE_ARM64_VGIC_IRQ_H

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/spinlock.h>

#include "vgic.h"

#define VGIC_SGIS		16u
#define VGIC_PRIVATE		32u
#define VGIC_MAX_INTIDS		1024u
#define VGIC_LAST_SPI		1019u	/* 1020 to 1023 are special */

#define VGIC_FRAME		0x10000u
#define VGIC_REDIST_BYTES	(2 * VGIC_FRAME)

/* With one Security state both groups have their enable bits in GICD_CTLR */
#define VGIC_CTLR_GROUPS	(GICD_CTLR_ENABLE_SS_G0 | GICD_CTLR_ENABLE_SS_G1)
#define VGIC_ROUTE_MASK		(GICD_IROUTER_SPI_MODE_ANY | GENMASK(23, 0))

#define VGIC_WAKER_ASLEEP	(GICR_WAKER_ProcessorSleep | GICR_WAKER_ChildrenAsleep)

/* Not Arm's (implementer 0); product "M" */
#define VGIC_IIDR		0x4d000000u
/* GICv3 */
#define VGIC_PIDR2		0x3bu

/* ICH_LR<n>_EL2 */
#define VGIC_LR_INTID(lr)	((u32)(lr))
#define VGIC_LR_HW_INTID(n)	((u64)(n) << 32)
#define VGIC_LR_EOI		BIT_ULL(41)	/* when HW is 0 */
#define VGIC_LR_PRIORITY(p)	((u64)(p) << 48)
#define VGIC_LR_GROUP1		BIT_ULL(60)
#define VGIC_LR_HW		BIT_ULL(61)
#define VGIC_LR_PENDING		BIT_ULL(62)
#define VGIC_LR_ACTIVE		BIT_ULL(63)

/* ICH_HCR_EL2 */
#define VGIC_HCR_EN		BIT(0)
#define VGIC_HCR_UIE		BIT(1)	/* one list register in use, or none */
#define VGIC_HCR_LRENPIE	BIT(2)	/* EOI of what is in no list register */
#define VGIC_HCR_NPIE		BIT(3)	/* none is pending */
#define VGIC_HCR_GRP0_EIE	BIT(4)	/* the guest enables group 0 */
#define VGIC_HCR_GRP1_EIE	BIT(6)
#define VGIC_HCR_TC		BIT(10)	/* traps of registers that both groups have */
#define VGIC_HCR_TDIR		BIT(14)	/* and of ICC_DIR_EL1 alone */
#define VGIC_HCR_EOICOUNT(hcr)	((hcr) >> 27)

/* ICH_VMCR_EL2 */
#define VGIC_VMCR_GRP0		BIT(0)
#define VGIC_VMCR_GRP1		BIT(1)
#define VGIC_VMCR_CBPR		BIT(4)
#define VGIC_VMCR_EOIM		BIT(9)

/* ICH_VTR_EL2 */
#define VGIC_VTR_LRS(vtr)	(((vtr) & 0x1f) + 1)
#define VGIC_VTR_TDS		BIT(19)
#define VGIC_VTR_PREBITS(vtr)	(((vtr) >> 26 & 7) + 1)

/* Priorities in the distributor have as many bits as every CPU interface has */
#define VGIC_PRIORITY_MASK	0xf8u

/**
 * struct vgic_irq - an interrupt; (G)
 * @home: whose vgic_cpu::todo has it, or NULL
 * @route: SPI: GICD_IROUTER; Aff3 is 0
 * @intid: its number (c)
 * @hw_intid: the host's interrupt that is active as long as this one (c)
 * @priority: GICD_IPRIORITYR
 * @hw: it has @hw_intid (c)
 * @enabled: GICD_ISENABLER
 * @group1: GICD_IGROUPR
 * @edge: GICD_ICFGR: rising edges make it pending, else the level of @line
 * @line: what the source drives
 * @latch: pending until taken: an edge, an SGI, a write to GICD_ISPENDR
 * @active: at the last fold
 * @in_lr: in a list register of @home
 * @lr_latch: which carries @latch
 * @active_written: the guest has written @active since: what the list
 *	register says of it is void
 */
struct vgic_irq {
	struct vgic_cpu *home;
	u32 route;
	u16 intid;
	u16 hw_intid;
	u8 priority;
	bool hw:1;
	bool enabled:1;
	bool group1:1;
	bool edge:1;
	bool line:1;
	bool latch:1;
	bool active:1;
	bool in_lr:1;
	bool lr_latch:1;
	bool active_written:1;
};

/**
 * struct vgic_cpu - a vCPU's redistributor and CPU interface
 * @vcpu: (c)
 * @irqs: SGIs and PPIs (G)
 * @todo: interrupts at home here, by INTID (G)
 * @nr_todo: how many those are (G; read without, where zero is enough to know)
 * @update: list registers do not show what @todo says (set under G, read
 *	without by the vCPU's thread; see vgic_before_entry())
 * @waker: GICR_WAKER (G)
 * @eoim: VGIC_VMCR_EOIM as the traps in hardware have it (t)
 * @used: list registers that hold interrupts (set under G; others look without)
 * @loaded: what they held at the entry (t)
 */
struct vgic_cpu {
	struct mote_vcpu *vcpu;
	struct vgic_irq irqs[VGIC_PRIVATE];
	DECLARE_BITMAP(todo, VGIC_MAX_INTIDS);
	unsigned int nr_todo;
	bool update;
	u32 waker;
	u32 eoim;
	unsigned int used;
	u64 loaded[ARM64_MAX_LRS];
};

/**
 * struct vgic - of a VM
 * @lock: (G)
 * @kick: vCPUs to kick when @lock is free, by id (G)
 * @vm: (c)
 * @dist: gpa of the distributor (c)
 * @redist: gpa of vCPU 0's redistributor; the others follow (c)
 * @nr_intids: multiple of 32; those above VGIC_LAST_SPI are not there (c)
 * @ctlr: VGIC_CTLR_GROUPS (G)
 * @spis: from INTID 32
 */
struct vgic {
	raw_spinlock_t lock;
	u64 kick;
	struct mote_vm *vm;
	gpa_t dist;
	gpa_t redist;
	unsigned int nr_intids;
	u32 ctlr;
	struct vgic_irq spis[];
};

/** vgic_is_private - SGI or PPI */
static inline bool vgic_is_private(const struct vgic_irq *irq)
{
	return irq->intid < VGIC_PRIVATE;
}

/** vgic_is_pending - as GICD_ISPENDR shows it, at the last fold */
static inline bool vgic_is_pending(const struct vgic_irq *irq)
{
	return irq->latch || irq->lr_latch || (irq->line && !irq->edge);
}

/** vgic_deliverable - pending, and the distributor forwards it */
static inline bool vgic_deliverable(const struct vgic *gic, const struct vgic_irq *irq)
{
	return irq->enabled && vgic_is_pending(irq) &&
	       gic->ctlr & (irq->group1 ? GICD_CTLR_ENABLE_SS_G1 : GICD_CTLR_ENABLE_SS_G0);
}

/* ---- vgic_irq.c ---- */

/** vgic_lock - take the lock; @flags as for raw_spin_lock_irqsave() */
#define vgic_lock(gic, flags)	raw_spin_lock_irqsave(&(gic)->lock, flags)

/**
 * vgic_unlock - release it and kick whom the changes concern
 * @self: who need not be kicked, or NULL
 */
void vgic_unlock(struct vgic *gic, unsigned long flags, struct mote_vcpu *self)
	__releases(gic->lock);

/** vgic_find_cpu - by affinity, Aff2 to Aff0 in bits 23:0; or NULL */
struct vgic_cpu *vgic_find_cpu(struct vgic *gic, u32 affinity);

/** vgic_cpu_by_id - or NULL */
static inline struct vgic_cpu *vgic_cpu_by_id(const struct vgic *gic, unsigned int id)
{
	struct mote_vcpu *vcpu = mote_vm_vcpu(gic->vm, id);

	return vcpu ? vcpu->arch.vgic : NULL;
}

/* The first at or after @id, or NULL */
static inline struct vgic_cpu *vgic_next_cpu(const struct vgic *gic, unsigned int *id)
{
	struct vgic_cpu *cpu = NULL;

	for (; *id < MOTE_MAX_VCPUS && !cpu; *id += !cpu)
		cpu = vgic_cpu_by_id(gic, *id);
	return cpu;
}

#define for_each_vgic_cpu(gic, id, cpu)						\
	for ((id) = 0; ((cpu) = vgic_next_cpu(gic, &(id))); (id)++)

/** vgic_affinity - of a vCPU, see struct mote_create_vcpu::id */
static inline u32 vgic_affinity(unsigned int id)
{
	return (id >> 4) << 8 | (id & 15);
}

/**
 * vgic_irq_at - an interrupt as a vCPU sees it
 * @cpu: NULL: SPIs only
 * @intid: any number
 * Return: NULL if there is none.
 */
struct vgic_irq *vgic_irq_at(struct vgic *gic, struct vgic_cpu *cpu, unsigned int intid);

/** vgic_queue - @irq was changed: find its home, have it delivered.  Context: G. */
void vgic_queue(struct vgic *gic, struct vgic_irq *irq);

/** vgic_set_line - the source drives @level.  Context: G. */
void vgic_set_line(struct vgic *gic, struct vgic_irq *irq, bool level);

/** vgic_update_all - something changed that concerns every vCPU.  Context: G. */
void vgic_update_all(struct vgic *gic);

/** vgic_set_pending - by a write; vgic_queue() has to follow.  Context: G. */
static inline void vgic_set_pending(struct vgic_irq *irq, bool pending)
{
	irq->latch = pending;
	irq->lr_latch &= pending;
}

/** vgic_set_active - the guest writes it; vgic_queue() has to follow.  Context: G. */
void vgic_set_active(struct vgic_irq *irq, u32 active);

/**
 * vgic_settle - no other vCPU runs with list registers from before
 *
 * What hardware changed in them until now is folded.  Context: interrupts on,
 * no lock.
 */
static inline void vgic_settle(struct vgic *gic)
{
	/* Pairs with the one behind the store of the mode: changes before modes */
	smp_mb();
	mote_vm_leave_guest(gic->vm);
}

#endif /* MOTE_ARM64_VGIC_IRQ_H */
