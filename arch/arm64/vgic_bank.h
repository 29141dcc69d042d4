/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/arm64: the guest's GICv3: registers of its frames.
 */
#ifndef MOTE_ARM64_VGIC_BANK_H
#define MOTE_ARM64_VGIC_BANK_H

#include "vgic_irq.h"

/* ---- vgic_mmio.c: registers with a field for each interrupt ---- */

/* What a write does to a field: VGIC_SET and VGIC_CLEAR by ones */
enum vgic_write {
	VGIC_ASSIGN,
	VGIC_SET,
	VGIC_CLEAR,
};

/* Fields of struct vgic_irq that the banks show */
enum vgic_field {
	VGIC_GROUP,
	VGIC_PRIORITY,
	VGIC_CONFIG,
	VGIC_ROUTE,
	VGIC_ENABLED,
	VGIC_PENDING,
	VGIC_ACTIVE,
};

/**
 * struct vgic_bank - registers with a field for each interrupt
 * @offset: in the distributor, and in SGI_base
 * @bits: of a field; what it has above 32 is reserved
 * @kind: of the guest's writes; SET_REGS assigns
 * @widths: of accesses, in bytes, ORed
 * @field: what they show
 * @settle: list registers of other vCPUs may hold a newer state
 */
struct vgic_bank {
	u16 offset;
	u8 bits;
	u8 kind;
	u8 widths;
	u8 field;
	bool settle;
};

/** vgic_bank_is_state - for GET_REGS; those that clear show what others show */
static inline bool vgic_bank_is_state(const struct vgic_bank *bank)
{
	return bank->kind != VGIC_CLEAR;
}

/* In restore order */
#define VGIC_NR_BANKS	10
extern const struct vgic_bank vgic_banks[VGIC_NR_BANKS];

/**
 * struct vgic_access - an access to a frame
 * @gic: whose
 * @cpu: redistributor, or NULL: distributor
 * @vcpu: who makes it
 * @offset: in the frame, aligned to @bytes
 * @bytes: 1, 2, 4 or 8
 * @write: @value is the guest's, else for the guest
 * @state: GET_REGS or SET_REGS of a register that is part of the state
 * @value: 0 before a read
 */
struct vgic_access {
	struct vgic *gic;
	struct vgic_cpu *cpu;
	struct mote_vcpu *vcpu;
	u32 offset;
	unsigned int bytes;
	bool write;
	bool state;
	u64 value;
};

/**
 * vgic_bank_access - to one of the banks
 * Return: false if there is none at the offset, or, for the state, no such register.
 */
bool vgic_bank_access(struct vgic_access *a);
/** vgic_dist_access - to the distributor; what is not there is RAZ/WI */
void vgic_dist_access(struct vgic_access *a);
/** vgic_redist_access - to a redistributor: RD_base, then SGI_base */
void vgic_redist_access(struct vgic_access *a);

/* ---- vgic_dist.c ---- */

/** vgic_msi - as a device writes @data to GICD_SETSPI_NSR or GICD_CLRSPI_NSR */
int vgic_msi(struct vgic *gic, u64 address, u32 data);

#endif /* MOTE_ARM64_VGIC_BANK_H */
