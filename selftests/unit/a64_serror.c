// SPDX-License-Identifier: GPL-2.0-only
/* Whose an SError is, for each class of the Arm ARM's "ISS encoding for an SError interrupt". */
#include "serror.h"
#include "unit.h"

#define AET(n)	((u64)(n) << 10)

static bool test_without_ras(void)
{
	CHECK(arm64_serror_class(0, false) == SERROR_GUEST);
	CHECK(arm64_serror_class(AET(6) | SERROR_ASYNC, false) == SERROR_GUEST);
	CHECK(arm64_serror_class(SERROR_IDS | 0x1234, true) == SERROR_GUEST);
	return true;
}

static bool test_severities(void)
{
	static const enum arm64_serror want[8] = {
		[0] = SERROR_HOST,	/* UC */
		[1] = SERROR_GUEST,	/* UEU */
		[2] = SERROR_OVER,	/* UEO */
		[3] = SERROR_GUEST,	/* UER */
		[4] = SERROR_HOST, [5] = SERROR_HOST, [7] = SERROR_HOST,
		[6] = SERROR_OVER,	/* CE */
	};

	for (unsigned int aet = 0; aet < 8; aet++) {
		CHECK(arm64_serror_class(AET(aet) | SERROR_ASYNC, true) == want[aet]);
		/* ESR_EL2 and DISR_EL1 have more around it */
		CHECK(arm64_serror_class(0x2full << 26 | 1u << 25 | AET(aet) | SERROR_ASYNC,
					 true) == want[aet]);
		CHECK(arm64_serror_class(1u << 31 | AET(aet) | SERROR_ASYNC, true) == want[aet]);
		/* No severity: uncategorized */
		CHECK(arm64_serror_class(AET(aet), true) == SERROR_HOST);
	}
	return true;
}

static const struct unit_test tests[] = {
	{ "SErrors without FEAT_RAS, and implementation defined ones", test_without_ras },
	{ "SErrors by severity", test_severities },
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
