/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote: who answers a range of guest accesses: the kernel, the runner or a
 * constant.  Looked up on the exit path without a lock (RCU).
 */
#ifndef MOTE_POLICY_H
#define MOTE_POLICY_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include <mote.h>

struct mote_vm;

/**
 * struct mote_policy_rule - one range of one space
 * @first: first number
 * @last: last number, inclusive
 * @value: of MOTE_ACTION_CONSTANT
 * @read: enum mote_action for reads
 * @write: enum mote_action for writes
 */
struct mote_policy_rule {
	u64 first;
	u64 last;
	u64 value[2];
	u8 read;
	u8 write;
};

/**
 * struct mote_policy_table - the rules of a space: sorted, no overlap
 * @rcu: readers may hold the old one
 * @count: rules
 * @rules: by @first
 */
struct mote_policy_table {
	struct rcu_head rcu;
	unsigned int count;
	struct mote_policy_rule rules[];
};

/**
 * struct mote_policies - of a VM
 * @tables: by enum mote_space, NULL when empty; replaced under vm->lock
 */
struct mote_policies {
	struct mote_policy_table __rcu *tables[MOTE_SPACE_COUNT];
};

#define MOTE_POLICY_MAX_RULES	1024

/**
 * mote_policy_set - POLICY
 * @vm: vm->lock held
 * @p: checked by mote_arch_policy_check()
 *
 * Return: 0, -ENOSPC (more than MOTE_POLICY_MAX_RULES rules), -ENOMEM.
 */
int mote_policy_set(struct mote_vm *vm, const struct mote_policy *p);

/** mote_policy_free - drop all rules; nobody looks any more */
void mote_policy_free(struct mote_vm *vm);

/**
 * mote_policy_any - whether a space has rules: without, exits need no lookup
 * @policies: of the VM
 * @space: enum mote_space
 *
 * Context: any.
 */
static inline bool mote_policy_any(const struct mote_policies *policies, enum mote_space space)
{
	return rcu_access_pointer(policies->tables[space]);
}

/**
 * mote_policy_find - the action for one access
 * @vm: the VM
 * @space: enum mote_space
 * @nr: port, register, leaf or hypercall
 * @write: direction
 * @value: receives the constant (two words), may be NULL
 *
 * Return: enum mote_action, MOTE_ACTION_DEFAULT when no rule matches.
 * Context: any; takes the RCU read lock itself.  No cost but one load while
 * the space has no rules.
 */
enum mote_action mote_policy_find(struct mote_vm *vm, enum mote_space space,
				  u64 nr, bool write, u64 *value);

/**
 * mote_policy_for_each - call @fn for every rule of a space
 *
 * Context: any; takes the RCU read lock itself.
 */
void mote_policy_for_each(struct mote_vm *vm, enum mote_space space,
			  void (*fn)(const struct mote_policy_rule *rule, void *ctx),
			  void *ctx);

#endif /* MOTE_POLICY_H */
