// SPDX-License-Identifier: GPL-2.0-only
/* Policies against a flat array: one answer for each number. */
#include <stdio.h>

#include "shim.h"
#include "../../mod/mote.h"
#include "unit.h"

#define NUMBERS	4096u

struct answer {
	u8 read;
	u8 write;
	u64 value;
};

static struct mote_vm vm = { .lock = { .held = 1 } };
static struct answer model[NUMBERS];
static u64 base;	/* the number that model[0] stands for */

static void model_set(const struct mote_policy *p)
{
	u64 n;

	for (n = p->first - base; n <= p->last - base; n++) {
		struct answer *a = &model[n];

		if (p->access & MOTE_ACCESS_WRITE)
			a->write = p->action;
		if (p->access & MOTE_ACCESS_READ) {
			a->read = p->action;
			a->value = p->value[0];
		}
	}
}

static bool model_same(u64 n)
{
	const struct answer *a = &model[n];
	u64 value[2] = { 0, 0 };

	CHECK(mote_policy_find(&vm, MOTE_SPACE_PIO, base + n, true, NULL) == a->write);
	CHECK(mote_policy_find(&vm, MOTE_SPACE_PIO, base + n, false, value) == a->read);
	if (a->read == MOTE_ACTION_CONSTANT)
		CHECK(value[0] == a->value && value[1] == ~a->value);
	return true;
}

struct shape {
	struct mote_policy_rule before;
	unsigned int count;
	bool bad;
};

/* Rules are in order, apart, and no two neighbours could be one. */
static void shape_rule(const struct mote_policy_rule *r, void *ctx)
{
	struct shape *s = ctx;

	if (r->first > r->last || (!r->read && !r->write))
		s->bad = true;
	if (s->count && r->first <= s->before.last)
		s->bad = true;
	if (s->count && r->first == s->before.last + 1 && r->read == s->before.read &&
	    r->write == s->before.write && r->value[0] == s->before.value[0])
		s->bad = true;
	s->before = *r;
	s->count++;
}

static bool shape_good(unsigned int *count)
{
	struct shape s = {};

	mote_policy_for_each(&vm, MOTE_SPACE_PIO, shape_rule, &s);
	*count = s.count;
	return !s.bad;
}

static struct mote_policy random_policy(void)
{
	struct mote_policy p = { .space = MOTE_SPACE_PIO };
	u64 first = unit_below(NUMBERS), len = 1 + unit_below(unit_below(8) ? 20 : NUMBERS);

	p.action = unit_below(MOTE_ACTION_PASS + 1);
	p.access = 1 + unit_below(3);
	p.first = base + first;
	p.last = base + min(first + len, (u64)NUMBERS) - 1;
	p.value[0] = unit_below(3);
	p.value[1] = ~p.value[0];
	return p;
}

static bool start(u64 at)
{
	base = at;
	memset(model, 0, sizeof(model));
	mote_policy_free(&vm);
	CHECK(!shim_objects);
	return true;
}

static bool random_run(u64 at)
{
	unsigned int i, n, count;

	CHECK(start(at));
	for (i = 0; i < 20000; i++) {
		struct mote_policy p = random_policy();

		CHECK(!mote_policy_set(&vm, &p));
		model_set(&p);
		CHECK(shape_good(&count));
		for (n = 0; n < 20; n++)
			CHECK(model_same(unit_below(NUMBERS)));
		for (n = 0; n < NUMBERS && i % 500 == 0; n++)
			CHECK(model_same(n));
		CHECK(shim_objects == !!count);
	}
	return start(0);
}

static bool test_random(void)
{
	return random_run(0);
}

static bool test_random_top(void)
{
	return random_run(-(u64)NUMBERS);
}

static int set(u64 first, u64 last, u32 action, u32 access)
{
	struct mote_policy p = {
		.space = MOTE_SPACE_PIO, .action = action, .access = access,
		.first = first, .last = last,
	};

	return mote_policy_set(&vm, &p);
}

#define RW (MOTE_ACCESS_READ | MOTE_ACCESS_WRITE)

static bool test_whole(void)
{
	unsigned int count;

	CHECK(start(0));
	CHECK(!set(0, ~0ULL, MOTE_ACTION_FAULT, RW));
	CHECK(!set(7, 7, MOTE_ACTION_EXIT, MOTE_ACCESS_READ));
	CHECK(shape_good(&count) && count == 3);
	CHECK(mote_policy_find(&vm, MOTE_SPACE_PIO, 7, false, NULL) == MOTE_ACTION_EXIT);
	CHECK(mote_policy_find(&vm, MOTE_SPACE_PIO, 7, true, NULL) == MOTE_ACTION_FAULT);
	CHECK(mote_policy_find(&vm, MOTE_SPACE_PIO, ~0ULL, true, NULL) == MOTE_ACTION_FAULT);
	CHECK(mote_policy_find(&vm, MOTE_SPACE_SYSREG, 7, true, NULL) == MOTE_ACTION_DEFAULT);
	CHECK(!set(7, 7, MOTE_ACTION_FAULT, MOTE_ACCESS_READ));
	CHECK(shape_good(&count) && count == 1);
	CHECK(!set(0, ~0ULL, MOTE_ACTION_DEFAULT, RW));
	CHECK(shape_good(&count) && count == 0 && !shim_objects);
	return true;
}

static bool test_limit(void)
{
	unsigned int i, count;

	CHECK(start(0));
	for (i = 0; i < MOTE_POLICY_MAX_RULES; i++)
		CHECK(!set(2 * i, 2 * i, MOTE_ACTION_EXIT, RW));
	CHECK(set(2 * i, 2 * i, MOTE_ACTION_EXIT, RW) == -ENOSPC);
	CHECK(shape_good(&count) && count == MOTE_POLICY_MAX_RULES);
	CHECK(mote_policy_find(&vm, MOTE_SPACE_PIO, 2 * i, true, NULL) == MOTE_ACTION_DEFAULT);
	/* What makes it smaller works at the limit, too. */
	CHECK(!set(0, 2 * i, MOTE_ACTION_EXIT, RW));
	CHECK(shape_good(&count) && count == 1);
	return start(0);
}

static bool test_no_memory(void)
{
	CHECK(start(0));
	CHECK(!set(10, 20, MOTE_ACTION_EXIT, RW));
	shim_budget = 0;
	CHECK(set(12, 13, MOTE_ACTION_FAULT, RW) == -ENOMEM);
	CHECK(mote_policy_find(&vm, MOTE_SPACE_PIO, 12, true, NULL) == MOTE_ACTION_EXIT);
	/* Taking the last rule away needs none. */
	CHECK(!set(0, ~0ULL, MOTE_ACTION_DEFAULT, RW));
	shim_budget = -1;
	CHECK(!shim_objects);
	return true;
}

static const struct unit_test tests[] = {
	{ "policy: random rules against a model, low numbers", test_random },
	{ "policy: random rules against a model, highest numbers", test_random_top },
	{ "policy: the whole space, split, merged, removed", test_whole },
	{ "policy: limit of rules", test_limit },
	{ "policy: no memory changes nothing", test_no_memory },
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
