// SPDX-License-Identifier: GPL-2.0-only
/* Frame of a unit test program, see unit.h. */
#include <stdlib.h>

#include "unit.h"

static uint64_t state;

/* splitmix64: every seed is good, 0 too */
uint64_t unit_random(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

int unit_main(int argc, char **argv, const struct unit_test *tests, unsigned int count)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned int i, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%u\n# seed %llu\n", count, (unsigned long long)seed);
	for (i = 0; i < count; i++) {
		bool ok;

		state = seed;
		ok = tests[i].run();
		failed += !ok;
		printf("%sok %u %s\n", ok ? "" : "not ", i + 1, tests[i].name);
	}
	return failed ? 1 : 0;
}
