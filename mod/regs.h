/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: registers by id, for GET_REGS, SET_REGS and REG_LIST.  An id is class
 * << 32 | index on every architecture; what the classes are is the
 * architecture's, see mote_arch_reg_classes.
 */
#ifndef MOTE_REGS_H
#define MOTE_REGS_H

#include <linux/types.h>

struct mote_vcpu;

/* Classes are numbered from 1 */
#define MOTE_REG_CLASSES	9

/**
 * struct mote_reg_class - registers whose ids have the same upper half
 * @get: 0, or -ENOENT: no such register on this vCPU
 * @check: whether a value could be set: 0, -ENOENT, -EINVAL: reserved bits or
 *	out of range
 * @set: set what @check accepted
 *
 * @index is the lower half of the id.  Context: loaded.
 */
struct mote_reg_class {
	int (*get)(struct mote_vcpu *vcpu, u32 index, u64 *value);
	int (*check)(struct mote_vcpu *vcpu, u32 index, u64 value);
	void (*set)(struct mote_vcpu *vcpu, u32 index, u64 value);
};

/* The architecture's, by class; those without @get are not there */
extern const struct mote_reg_class mote_arch_reg_classes[MOTE_REG_CLASSES];

int mote_reg_get(struct mote_vcpu *vcpu, u64 id, u64 *value);
int mote_reg_check(struct mote_vcpu *vcpu, u64 id, u64 value);
void mote_reg_set(struct mote_vcpu *vcpu, u64 id, u64 value);

/**
 * struct mote_reg_ids - a REG_LIST under way
 * @ids: room for @room ids
 * @room: see there
 * @count: ids so far, also those without room
 */
struct mote_reg_ids {
	u64 *ids;
	unsigned int room;
	unsigned int count;
};

void mote_reg_add(struct mote_reg_ids *list, u64 id);
void mote_reg_add_class(struct mote_reg_ids *list, u64 class, unsigned int count);

#endif /* MOTE_REGS_H */
