// SPDX-License-Identifier: GPL-2.0-only
/* mote: registers by id.  See regs.h. */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/nospec.h>

#include "regs.h"

static const struct mote_reg_class *find_class(u64 id)
{
	u64 class = id >> 32;

	if (class >= MOTE_REG_CLASSES)
		return NULL;
	class = array_index_nospec(class, MOTE_REG_CLASSES);
	return mote_arch_reg_classes[class].get ? &mote_arch_reg_classes[class] : NULL;
}

/**
 * mote_reg_get - read one register
 * @vcpu: loaded
 * @id: any number
 * @value: result
 *
 * Return: 0, -ENOENT: no such id on this vCPU.
 */
int mote_reg_get(struct mote_vcpu *vcpu, u64 id, u64 *value)
{
	const struct mote_reg_class *class = find_class(id);

	return class ? class->get(vcpu, id, value) : -ENOENT;
}

/**
 * mote_reg_check - whether a value could be set
 * @vcpu: loaded
 * @id: any number
 * @value: any value
 *
 * Return: 0, -ENOENT: no such id, -EINVAL: reserved bits or out of range.
 */
int mote_reg_check(struct mote_vcpu *vcpu, u64 id, u64 value)
{
	const struct mote_reg_class *class = find_class(id);

	return class ? class->check(vcpu, id, value) : -ENOENT;
}

/** mote_reg_set - set what mote_reg_check() accepted.  Context: loaded. */
void mote_reg_set(struct mote_vcpu *vcpu, u64 id, u64 value)
{
	find_class(id)->set(vcpu, id, value);
}

/** mote_reg_add - one more id for REG_LIST */
void mote_reg_add(struct mote_reg_ids *list, u64 id)
{
	if (list->count < list->room)
		list->ids[list->count] = id;
	list->count++;
}

/** mote_reg_add_class - the first @count ids of a class */
void mote_reg_add_class(struct mote_reg_ids *list, u64 class, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		mote_reg_add(list, class << 32 | i);
}
