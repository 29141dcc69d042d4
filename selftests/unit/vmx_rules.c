// SPDX-License-Identifier: GPL-2.0-only
/* Exits that no emulator has: whose #AC it is, and when bus locks exit. */
#include "shim.h"
#include "exit_rules.h"
#include "unit.h"

static bool test_ac(void)
{
	/* Without split-lock detection there is only the guest's own */
	CHECK(vmx_ac_is_guests(false, 0, false, false));
	CHECK(vmx_ac_is_guests(false, 3, true, true));
	/* With it: alignment checks need user mode, CR0.AM and RFLAGS.AC */
	CHECK(vmx_ac_is_guests(true, 3, true, true));
	CHECK(!vmx_ac_is_guests(true, 0, true, true));
	CHECK(!vmx_ac_is_guests(true, 3, false, true));
	CHECK(!vmx_ac_is_guests(true, 3, true, false));
	return true;
}

static bool test_bus_locks(void)
{
	CHECK(!vmx_bus_locks_exit(false, 4) && !vmx_bus_locks_exit(true, 0));
	CHECK(!vmx_bus_locks_exit(true, ~4ull) && vmx_bus_locks_exit(true, 4 | 1 << 14));
	return true;
}

static const struct unit_test tests[] = {
	{ "vmx: whose #AC it is", test_ac },
	{ "vmx: when bus locks exit", test_bus_locks },
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
