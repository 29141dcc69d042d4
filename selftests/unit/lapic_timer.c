// SPDX-License-Identifier: GPL-2.0-only
/* The local APIC's timer, by a clock that the test moves. */
#include "lapic_unit.h"

#define VECTOR		0xec
#define PERIODIC	0x20000
#define DEADLINE	0x40000
#define US		1000ull
#define MS		1000000ull

/* The timer's interrupt came since the last call */
static bool ticked(void)
{
	if (lapic_sync(&cpu[0]) != VECTOR)
		return false;
	lapic_accept(&cpu[0], VECTOR);
	lapic_eoi(&cpu[0]);
	return true;
}

static void arm(u32 lvt, u32 divide, u32 initial)
{
	lapic_write(&cpu[0], LAPIC_LVT_TIMER, lvt);
	lapic_write(&cpu[0], LAPIC_TIMER_DIVIDE, divide);
	lapic_write(&cpu[0], LAPIC_TIMER_INITIAL, initial);
}

static u32 current(void)
{
	return lapic_read(&cpu[0], LAPIC_TIMER_CURRENT);
}

static bool test_one_shot(void)
{
	lapic_setup(true);
	arm(VECTOR, 0xb, 1000000);
	CHECK(current() == 1000000);
	shim_advance(400 * US);
	CHECK(current() == 600000 && !ticked());
	shim_advance(600 * US);
	CHECK(ticked() && current() == 0);
	shim_advance(10 * MS);
	CHECK(!ticked() && current() == 0 && lapic_read(&cpu[0], LAPIC_TIMER_INITIAL) == 1000000);
	arm(VECTOR, 0xb, 1000);
	arm(VECTOR, 0xb, 0);
	shim_advance(MS);
	CHECK(!ticked());
	return true;
}

/* A crystal of 150 MHz: a tick is 6 2/3 ns */
static bool slow_crystal(void)
{
	lapic_setup(true);
	arm(VECTOR, 0xb, 150);
	CHECK(current() == 150);
	shim_advance(US - 1);
	CHECK(!ticked());
	shim_advance(1);
	CHECK(ticked());
	/* Nearly as long as it gets, dividing by 128 */
	arm(PERIODIC | VECTOR, 0xa, 0xffffffffu);
	shim_advance(1000 * MS);
	CHECK(!ticked() && 0xffffffffu - current() == 150000000 / 128);
	arm(PERIODIC | VECTOR, 0xa, 0);
	return true;
}

static bool test_crystal(void)
{
	bool ok;

	x86_crystal_khz = 150000;
	ok = slow_crystal();
	x86_crystal_khz = 1000000;
	return ok;
}

static bool test_divide(void)
{
	static const u8 code[] = { 0xb, 0, 1, 2, 3, 8, 9, 0xa };
	unsigned int i;

	lapic_setup(true);
	for (i = 0; i < ARRAY_SIZE(code); i++) {
		arm(VECTOR, code[i], 10000);
		shim_advance((10000ull << i) - 1);
		CHECK(!ticked());
		shim_advance(1);
		CHECK(ticked());
	}
	/* A new rate for what is left */
	arm(VECTOR, 0xb, 1000);
	shim_advance(500);
	lapic_write(&cpu[0], LAPIC_TIMER_DIVIDE, 0);
	CHECK(current() == 500);
	shim_advance(999);
	CHECK(!ticked() && current() == 0);
	shim_advance(1);
	CHECK(ticked());
	/* The longest */
	arm(VECTOR, 0xa, ~0u);
	CHECK(current() == ~0u);
	shim_advance((0xffffffffull << 7) - 1);
	CHECK(!ticked());
	shim_advance(1);
	CHECK(ticked());
	return true;
}

static bool test_periodic(void)
{
	unsigned int i;

	lapic_setup(true);
	arm(PERIODIC | VECTOR, 0xb, MS);
	for (i = 0; i < 10; i++) {
		shim_advance(MS - 1);
		CHECK(!ticked() && current() == 1);
		shim_advance(1);
		CHECK(ticked());
	}
	/* A guest that does not run: one tick, no host timer, and the phase stays */
	shim_fired = 0;
	shim_advance(1000 * MS + MS / 4);
	CHECK(shim_fired == 1 && current() == MS * 3 / 4);
	CHECK(ticked() && !ticked());
	shim_advance(MS * 3 / 4);
	CHECK(ticked());
	lapic_write(&cpu[0], LAPIC_TIMER_INITIAL, 0);
	shim_advance(MS * 5);
	CHECK(!ticked() && current() == 0);
	return true;
}

static bool test_hostile_period(void)
{
	unsigned int i;

	lapic_setup(true);
	arm(PERIODIC | VECTOR, 0xb, 1);
	shim_fired = 0;
	for (i = 0; i < 100000; i++) {
		shim_advance(10);
		ticked();
		CHECK(current() <= 1);
	}
	CHECK(shim_fired && shim_fired <= 1000 * US / (20 * US) + 1);
	return true;
}

static bool test_mask(void)
{
	lapic_setup(true);
	arm(PERIODIC | LAPIC_LVT_MASKED | VECTOR, 0xb, MS);
	shim_fired = 0;
	shim_advance(10 * MS + MS / 2);
	CHECK(!ticked() && current() == MS / 2 && shim_fired == 1);
	lapic_write(&cpu[0], LAPIC_LVT_TIMER, PERIODIC | VECTOR);
	CHECK(!ticked());
	shim_advance(MS / 2);
	CHECK(ticked());
	/* Software disable masks, too */
	lapic_write(&cpu[0], LAPIC_SVR, 0xff);
	shim_advance(2 * MS);
	CHECK(!ticked());
	/* An illegal vector is an error and no interrupt */
	lapic_write(&cpu[0], LAPIC_SVR, 0x1ff);
	arm(3, 0xb, 1000);
	shim_advance(MS);
	CHECK(lapic_sync(&cpu[0]) == -1);
	lapic_write(&cpu[0], LAPIC_ESR, 0);
	CHECK(lapic_read(&cpu[0], LAPIC_ESR) == LAPIC_ESR_RECV_VECTOR);
	return true;
}

static bool test_modes(void)
{
	lapic_setup(true);
	/* One-shot to periodic and back: the count goes on */
	arm(VECTOR, 0xb, MS);
	shim_advance(MS / 2);
	lapic_write(&cpu[0], LAPIC_LVT_TIMER, PERIODIC | VECTOR);
	CHECK(current() == MS / 2);
	shim_advance(MS / 2);
	CHECK(ticked());
	shim_advance(MS);
	CHECK(ticked());
	shim_advance(MS / 4);
	lapic_write(&cpu[0], LAPIC_LVT_TIMER, VECTOR);
	CHECK(current() == MS * 3 / 4);
	shim_advance(MS);
	CHECK(ticked() && current() == 0);
	shim_advance(3 * MS);
	CHECK(!ticked());
	/* Ended: another mode does not start it */
	lapic_write(&cpu[0], LAPIC_LVT_TIMER, PERIODIC | VECTOR);
	shim_advance(3 * MS);
	CHECK(!ticked() && current() == 0);
	/* To and from TSC deadline: disarmed */
	lapic_write(&cpu[0], LAPIC_TIMER_INITIAL, MS);
	lapic_write(&cpu[0], LAPIC_LVT_TIMER, DEADLINE | VECTOR);
	CHECK(current() == 0 && lapic_read(&cpu[0], LAPIC_TIMER_INITIAL) == 0);
	lapic_write(&cpu[0], LAPIC_TIMER_INITIAL, MS);
	CHECK(lapic_read(&cpu[0], LAPIC_TIMER_INITIAL) == 0);
	lapic_timer_set_deadline(APIC(0), rdtsc_ordered() + 1000);
	lapic_write(&cpu[0], LAPIC_LVT_TIMER, VECTOR);
	CHECK(!APIC(0)->tsc_deadline);
	lapic_timer_set_deadline(APIC(0), rdtsc_ordered() + 1000);
	CHECK(!APIC(0)->tsc_deadline);
	shim_advance(5 * MS);
	CHECK(!ticked());
	return true;
}

static bool test_deadline(void)
{
	u64 now;

	lapic_setup(true);
	cpu[0].arch.tsc_offset = -123456789ull;
	lapic_write(&cpu[0], LAPIC_LVT_TIMER, DEADLINE | VECTOR);
	now = rdtsc_ordered() + cpu[0].arch.tsc_offset;
	lapic_timer_set_deadline(APIC(0), now + 2 * MS);	/* 2 GHz: 1 ms */
	shim_advance(MS - 1);
	CHECK(!ticked() && APIC(0)->tsc_deadline == now + 2 * MS);
	shim_advance(2);
	CHECK(ticked() && !APIC(0)->tsc_deadline);
	/* In the past: at once */
	lapic_timer_set_deadline(APIC(0), now);
	CHECK(ticked() && !APIC(0)->tsc_deadline);
	lapic_timer_set_deadline(APIC(0), now + 10 * MS);
	lapic_timer_set_deadline(APIC(0), 0);
	shim_advance(100 * MS);
	CHECK(!ticked());
	/* Very far off */
	lapic_timer_set_deadline(APIC(0), ~0ull);
	shim_advance(1000 * MS);
	CHECK(!ticked());
	lapic_base_write(&cpu[0], LAPIC_DEFAULT_BASE);
	CHECK(!APIC(0)->tsc_deadline && !APIC(0)->timer.queued);
	return true;
}

static bool test_deadline_exact(void)
{
	u64 now;

	lapic_setup(true);
	lapic_write(&cpu[0], LAPIC_LVT_TIMER, DEADLINE | VECTOR);
	now = rdtsc_ordered();
	lapic_timer_set_deadline(APIC(0), now + 2000 * MS);
	/* The host's clock runs ahead of the TSC: not early, and not often tried */
	shim_fired = 0;
	shim_tsc_slow = 600000;
	shim_advance(1000 * MS + 200 * US);
	CHECK(!ticked());
	shim_advance(101 * US);
	CHECK(ticked() && shim_fired <= 4);
	/* The guest moves its TSC */
	now = rdtsc_ordered();
	lapic_timer_set_deadline(APIC(0), now + 200 * MS);
	cpu[0].arch.tsc_offset += 100 * MS;
	lapic_timer_tsc_changed(APIC(0));
	shim_advance(50 * MS - 1);
	CHECK(!ticked());
	shim_advance(2);
	CHECK(ticked());
	/* Restored before the mode is */
	lapic_setup(true);
	lapic_timer_restore_deadline(APIC(0), rdtsc_ordered() + 2 * MS);
	CHECK(!lapic_reg_restore(&cpu[0], LAPIC_LVT_TIMER, DEADLINE | VECTOR));
	shim_advance(MS + 1);
	CHECK(ticked());
	return true;
}

const struct unit_test lapic_timer_tests[] = {
	{ "timer: one-shot", test_one_shot },
	{ "timer: divider", test_divide },
	{ "timer: another crystal", test_crystal },
	{ "timer: periodic", test_periodic },
	{ "timer: hostile period", test_hostile_period },
	{ "timer: mask", test_mask },
	{ "timer: change of mode", test_modes },
	{ "timer: TSC deadline", test_deadline },
	{ "timer: TSC deadline, never early", test_deadline_exact },
};

const unsigned int lapic_timer_count = ARRAY_SIZE(lapic_timer_tests);
