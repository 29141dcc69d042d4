// SPDX-License-Identifier: GPL-2.0-only
/* The allocator of TLB tags. */
#include "shim.h"
#include "tlbtag.h"
#include "unit.h"

#define COUNT	200
#define FIRST	5

static bool test_exhaust(void)
{
	struct mote_tags tags;
	bool seen[FIRST + COUNT] = {};
	unsigned int i, tag;

	CHECK(!mote_tags_init(&tags, FIRST, COUNT));
	for (i = 0; i < COUNT; i++) {
		tag = mote_tag_alloc(&tags);
		CHECK(tag >= FIRST && tag < FIRST + COUNT && !seen[tag]);
		seen[tag] = true;
	}
	CHECK(!mote_tag_alloc(&tags));
	CHECK(!mote_tag_alloc(&tags));
	mote_tag_free(&tags, 0);
	CHECK(!mote_tag_alloc(&tags));
	mote_tag_free(&tags, FIRST + 17);
	CHECK(mote_tag_alloc(&tags) == FIRST + 17);
	mote_tags_destroy(&tags);
	CHECK(!shim_objects);
	return true;
}

static bool test_late_reuse(void)
{
	struct mote_tags tags;
	unsigned int i, tag;

	CHECK(!mote_tags_init(&tags, 1, COUNT));
	for (i = 0; i < 3 * COUNT; i++) {
		tag = mote_tag_alloc(&tags);
		CHECK(tag == 1 + i % COUNT);
		mote_tag_free(&tags, tag);
	}
	mote_tags_destroy(&tags);
	return true;
}

static bool test_random(void)
{
	struct mote_tags tags;
	bool used[COUNT] = {};
	unsigned int i, n, left = COUNT, tag;

	CHECK(!mote_tags_init(&tags, 1, COUNT));
	for (i = 0; i < 100000; i++) {
		n = unit_below(COUNT);
		if (used[n]) {
			mote_tag_free(&tags, 1 + n);
			used[n] = false;
			left++;
			continue;
		}
		tag = mote_tag_alloc(&tags);
		CHECK(!tag == !left);
		if (!tag)
			continue;
		CHECK(tag <= COUNT && !used[tag - 1]);
		used[tag - 1] = true;
		left--;
	}
	mote_tags_destroy(&tags);
	return true;
}

static bool test_no_memory(void)
{
	struct mote_tags tags = {};

	shim_budget = 0;
	CHECK(mote_tags_init(&tags, 1, COUNT) == -ENOMEM);
	shim_budget = -1;
	mote_tags_destroy(&tags);
	CHECK(!shim_objects);
	return true;
}

static const struct unit_test tests[] = {
	{ "tlbtag: each number once, none when all are taken", test_exhaust },
	{ "tlbtag: a number comes back last", test_late_reuse },
	{ "tlbtag: random use against a model", test_random },
	{ "tlbtag: no memory", test_no_memory },
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
