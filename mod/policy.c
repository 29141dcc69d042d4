// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: who answers a range of guest accesses.  See policy.h.
 *
 * A table never changes once it is published: a new one takes its place, and
 * readers on the exit path see one or the other.
 */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mote.h"

static struct mote_policy_table *table_of(struct mote_vm *vm, enum mote_space space)
{
	return rcu_dereference_protected(vm->policy.tables[space],
					 lockdep_is_held(&vm->lock));
}

/* ---- building a table ---- */

/*
 * struct builder - rules on their way into a table, in order
 * @last: the latest, still open to be merged with the next
 * @count: rules so far, @last included
 * @out: where they go, or NULL to count them
 */
struct builder {
	struct mote_policy_rule last;
	unsigned int count;
	struct mote_policy_table *out;
};

static bool same_answer(const struct mote_policy_rule *a, const struct mote_policy_rule *b)
{
	return a->read == b->read && a->write == b->write &&
	       a->value[0] == b->value[0] && a->value[1] == b->value[1];
}

static void emit(struct builder *b, const struct mote_policy_rule *from, u64 first, u64 last)
{
	struct mote_policy_rule rule = *from;

	rule.first = first;
	rule.last = last;
	if (rule.read == MOTE_ACTION_DEFAULT && rule.write == MOTE_ACTION_DEFAULT)
		return;
	/* last + 1 cannot wrap: something lies behind it */
	if (b->count && b->last.last + 1 == first && same_answer(&b->last, &rule))
		rule.first = b->last.first;
	else
		b->count++;
	b->last = rule;
	if (b->out)
		b->out->rules[b->count - 1] = rule;
}

/* What becomes of a rule where @p covers it.  Equal rules have equal values. */
static struct mote_policy_rule changed(const struct mote_policy_rule *rule,
				       const struct mote_policy *p)
{
	struct mote_policy_rule r = *rule;

	if (p->access & MOTE_ACCESS_WRITE)
		r.write = p->action;
	if (p->access & MOTE_ACCESS_READ) {
		r.read = p->action;
		memcpy(r.value, p->value, sizeof(r.value));
	}
	if (r.read != MOTE_ACTION_CONSTANT)
		memset(r.value, 0, sizeof(r.value));
	return r;
}

/* All rules of @old, with @p over them. */
static void build(struct builder *b, const struct mote_policy_table *old,
		  const struct mote_policy *p)
{
	static const struct mote_policy_rule none;
	const struct mote_policy_rule fresh = changed(&none, p);
	u64 at = p->first;	/* what of @p is not yet emitted begins here ... */
	bool done = false;	/* ... unless all of it is */
	unsigned int i;

	for (i = 0; old && i < old->count; i++) {
		const struct mote_policy_rule *r = &old->rules[i];
		u64 first = max(r->first, p->first);
		u64 last = min(r->last, p->last);
		struct mote_policy_rule over;

		if (r->first < p->first)
			emit(b, r, r->first, min(r->last, p->first - 1));
		if (first <= last) {
			if (at < first)
				emit(b, &fresh, at, first - 1);
			over = changed(r, p);
			emit(b, &over, first, last);
			done = last == p->last;
			at = last + 1;
		}
		if (r->last > p->last) {
			if (!done)
				emit(b, &fresh, at, p->last);
			done = true;
			emit(b, r, max(r->first, p->last + 1), r->last);
		}
	}
	if (!done)
		emit(b, &fresh, at, p->last);
}

int mote_policy_set(struct mote_vm *vm, const struct mote_policy *p)
{
	struct mote_policy_table *old = table_of(vm, p->space);
	struct mote_policy_table *new = NULL;
	struct builder b = {};

	build(&b, old, p);
	if (b.count > MOTE_POLICY_MAX_RULES)
		return -ENOSPC;
	if (b.count) {
		new = kvmalloc(struct_size(new, rules, b.count), GFP_KERNEL_ACCOUNT);
		if (!new)
			return -ENOMEM;
		new->count = b.count;
		b = (struct builder) { .out = new };
		build(&b, old, p);
	}
	rcu_assign_pointer(vm->policy.tables[p->space], new);
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

void mote_policy_free(struct mote_vm *vm)
{
	unsigned int i;

	for (i = 0; i < MOTE_SPACE_COUNT; i++) {
		kvfree(rcu_dereference_protected(vm->policy.tables[i], true));
		RCU_INIT_POINTER(vm->policy.tables[i], NULL);
	}
}

/* ---- looking ---- */

static const struct mote_policy_rule *find(const struct mote_policy_table *table, u64 nr)
{
	unsigned int low = 0, high = table->count;

	while (low < high) {
		unsigned int middle = (low + high) / 2;
		const struct mote_policy_rule *r = &table->rules[middle];

		if (nr < r->first)
			high = middle;
		else if (nr > r->last)
			low = middle + 1;
		else
			return r;
	}
	return NULL;
}

enum mote_action mote_policy_find(struct mote_vm *vm, enum mote_space space, u64 nr, bool write,
				  u64 *value)
{
	enum mote_action action = MOTE_ACTION_DEFAULT;
	const struct mote_policy_table *table;
	const struct mote_policy_rule *rule;

	if (!rcu_access_pointer(vm->policy.tables[space]))
		return action;
	rcu_read_lock();
	table = rcu_dereference(vm->policy.tables[space]);
	rule = table ? find(table, nr) : NULL;
	if (rule) {
		action = write ? rule->write : rule->read;
		if (value)
			memcpy(value, rule->value, sizeof(rule->value));
	}
	rcu_read_unlock();
	return action;
}

void mote_policy_for_each(struct mote_vm *vm, enum mote_space space,
			  void (*fn)(const struct mote_policy_rule *rule, void *ctx),
			  void *ctx)
{
	const struct mote_policy_table *table;
	unsigned int i;

	rcu_read_lock();
	table = rcu_dereference(vm->policy.tables[space]);
	for (i = 0; table && i < table->count; i++)
		fn(&table->rules[i], ctx);
	rcu_read_unlock();
}
