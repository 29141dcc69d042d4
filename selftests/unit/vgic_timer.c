// SPDX-License-Identifier: GPL-2.0-only
/* arm64's timers, by a clock that the test moves. */
#include "vgic_unit.h"

#define CNTP_TVAL	MOTE_ARM64_ENC(3, 3, 14, 2, 0)
#define CNTP_CTL	MOTE_ARM64_ENC(3, 3, 14, 2, 1)
#define CNTP_CVAL	MOTE_ARM64_ENC(3, 3, 14, 2, 2)
#define CNTPCT		MOTE_ARM64_ENC(3, 3, 14, 0, 1)
#define MS		1000000ull

static u64 *sys(unsigned int n)
{
	return to_ctx(&cpu[n])->sys;
}

/* In the guest */
static void cntv(unsigned int n, u64 ctl, u64 cval)
{
	sys(n)[ARM64_CNTV_CVAL_EL0] = cval;
	sys(n)[ARM64_CNTV_CTL_EL0] = ctl;
}

static u64 now(unsigned int n)
{
	return (u64)shim_now - to_ctx(&cpu[n])->cntvoff;
}

static void setup(bool gic)
{
	unsigned int n;

	shim_now = 1000 * MS;
	vgic_setup(true);
	for (n = 0; n < CPUS; n++) {
		enable_irq(n, 27, 0xa0);
		enable_irq(n, 30, 0xa0);
		if (!gic)
			vgic_vcpu_destroy(&cpu[n]);
	}
}

static void session_end(unsigned int n)
{
	this_cpu = cpu[n].cpu;
	timer_put(&cpu[n]);
}

static void session_begin(unsigned int n, unsigned int on)
{
	cpu[n].cpu = on;
	this_cpu = on;
	timer_load(&cpu[n]);
}

static bool test_fires(void)
{
	setup(true);
	enter(0);
	cntv(0, 1, now(0) + MS);
	advance(MS - 1);
	CHECK(!timer_signalled(0));
	leave(0);
	CHECK(!host_writes && !host_active[0]);
	enter(0);
	advance(1);
	CHECK(timer_signalled(0));
	leave(0);
	CHECK(host_active[0] && host_writes == 1);
	enter(0);
	CHECK(!timer_signalled(0));
	CHECK(GIC(0)->lr[0] == (VGIC_LR_PENDING | VGIC_LR_HW | VGIC_LR_HW_INTID(27) | 27 |
				VGIC_LR_GROUP1 | VGIC_LR_PRIORITY(0xa0)));
	CHECK(hw_iar(0, true) == 27);
	cntv(0, 1, now(0) + MS);
	leave(0);
	CHECK(host_active[0]);
	enter(0);
	hw_eoir(0, 27);
	CHECK(!host_active[0]);
	leave(0);
	enter(0);
	CHECK(!host_active[0] && host_writes == 1 && !GIC(0)->used_lrs);
	advance(MS);
	CHECK(timer_signalled(0));
	leave(0);
	CHECK(host_writes == 2);
	return true;
}

/* The guest ends it without having told the timer */
static bool test_still_up(void)
{
	setup(true);
	enter(0);
	cntv(0, 1, now(0));
	CHECK(settle_exits(0) && hw_iar(0, true) == 27);
	hw_eoir(0, 27);
	CHECK(timer_signalled(0) && settle_exits(0));
	CHECK(hw_iar(0, true) == 27);
	/* Masked in the handler, as drivers do */
	cntv(0, 3, now(0));
	hw_eoir(0, 27);
	CHECK(settle_exits(0) && hw_iar(0, true) == SPURIOUS);
	leave(0);
	enter(0);
	CHECK(!host_active[0] && !GIC(0)->used_lrs);
	cntv(0, 1, now(0) + 5);
	advance(5);
	CHECK(timer_signalled(0) && settle_exits(0) && hw_iar(0, true) == 27);
	return true;
}

/* Firing again behind the active interrupt: that waits in the host's GIC, not in the list register */
static bool test_behind(void)
{
	setup(true);
	enter(0);
	cntv(0, 1, now(0));
	CHECK(settle_exits(0) && hw_iar(0, true) == 27);
	leave(0);
	enter(0);
	CHECK(cpu[0].arch.timer.line[0] && host_active[0]);
	CHECK(GIC(0)->lr[0] == (VGIC_LR_ACTIVE | VGIC_LR_HW | VGIC_LR_HW_INTID(27) | 27 |
				VGIC_LR_GROUP1 | VGIC_LR_PRIORITY(0xa0)));
	hw_eoir(0, 27);
	CHECK(timer_signalled(0) && settle_exits(0) && hw_iar(0, true) == 27);
	return true;
}

/* A guest that polls: no interrupt, no exits without end */
static bool test_polls(void)
{
	setup(true);
	gicr_write(0, VGIC_FRAME + GICD_ICENABLER, BIT(27));
	enter(0);
	cntv(0, 1, now(0));
	CHECK(settle_exits(0) && host_active[0] && !GIC(0)->used_lrs);
	cntv(0, 1, now(0) + MS);
	leave(0);
	enter(0);
	CHECK(!host_active[0]);
	advance(MS);
	CHECK(timer_signalled(0) && settle_exits(0));
	/* Enabled in the GIC while it fires */
	leave(0);
	enable_irq(0, 27, 0xa0);
	enter(0);
	CHECK(hw_iar(0, true) == 27);
	/* Taken back before it is acknowledged: the next one is not lost */
	cntv(0, 3, 0);
	hw_eoir(0, 27);
	CHECK(settle_exits(0));
	cntv(0, 1, now(0));
	CHECK(settle_exits(0));
	cntv(0, 1, now(0) + MS);
	leave(0);
	enter(0);
	CHECK(!host_active[0] && !GIC(0)->used_lrs && hw_iar(0, true) == SPURIOUS);
	advance(MS);
	CHECK(timer_signalled(0) && settle_exits(0) && hw_iar(0, true) == 27);
	return true;
}

static bool test_no_gic(void)
{
	setup(false);
	enter(0);
	cntv(0, 1, now(0));
	CHECK(settle_exits(0) && host_active[0]);
	cntv(0, 1, now(0) + MS);
	leave(0);
	enter(0);
	CHECK(!host_active[0]);
	advance(MS);
	CHECK(timer_signalled(0) && settle_exits(0));
	leave(0);
	session_end(0);
	CHECK(!host_active[0]);
	return true;
}

/* Sessions end, vCPUs move and share a CPU */
static bool test_moves(void)
{
	setup(true);
	enter(0);
	cntv(0, 1, now(0));
	CHECK(settle_exits(0) && hw_iar(0, true) == 27);
	leave(0);
	session_end(0);
	CHECK(!host_active[0]);
	/* Another vCPU on that CPU has its own */
	session_begin(1, 0);
	enter(1);
	CHECK(!host_active[0]);
	cntv(1, 1, now(1));
	CHECK(timer_signalled(1) && settle_exits(1) && host_active[0]);
	leave(1);
	session_end(1);
	CHECK(!host_active[0]);
	/* The first one goes on elsewhere */
	session_begin(0, 3);
	enter(0);
	CHECK(host_active[3] && !timer_signalled(0));
	cntv(0, 1, now(0) + MS);
	hw_eoir(0, 27);
	CHECK(!host_active[3]);
	leave(0);
	session_end(0);
	session_begin(0, 2);
	enter(0);
	CHECK(!host_active[2] && !host_active[3]);
	advance(MS);
	CHECK(timer_signalled(0));
	leave(0);
	/* And the second one still has its interrupt */
	session_begin(1, 1);
	enter(1);
	CHECK(host_active[1] && hw_iar(1, true) == 27);
	return true;
}

/* In EOImode 1 the end traps: the host's interrupt ends with it */
static bool test_eoi_mode(void)
{
	setup(true);
	GIC(0)->vmcr |= VGIC_VMCR_EOIM;
	enter(0);
	cntv(0, 1, now(0));
	CHECK(settle_exits(0) && hw_iar(0, true) == 27);
	hw_eoir(0, 27);
	cntv(0, 1, now(0) + MS);
	CHECK(settle_exits(0) && host_active[0]);
	hw_dir(0, 27);
	CHECK(!host_active[0]);
	advance(MS);
	CHECK(timer_signalled(0) && settle_exits(0) && hw_iar(0, true) == 27);
	return true;
}

static bool test_halted(void)
{
	setup(true);
	enter(0);
	cntv(0, 1, now(0) + MS);
	leave(0);
	session_end(0);
	timer_check_halted(&cpu[0]);
	CHECK(!vgic_pending(&cpu[0]) && !kicks[0]);
	/* The host's timer is rounded up */
	advance(MS + 1);
	CHECK(kicks[0]);
	timer_check_halted(&cpu[0]);
	CHECK(vgic_pending(&cpu[0]));
	session_begin(0, 0);
	enter(0);
	CHECK(!timer_signalled(0) && hw_iar(0, true) == 27);
	cntv(0, 1, now(0) + MS);
	hw_eoir(0, 27);
	leave(0);
	session_end(0);
	/* Masked: nothing wakes it */
	gicr_write(0, VGIC_FRAME + GICD_ICENABLER, BIT(27));
	kicks[0] = 0;
	timer_check_halted(&cpu[0]);
	advance(2 * MS);
	timer_check_halted(&cpu[0]);
	CHECK(!vgic_pending(&cpu[0]));
	/* Both timers: the earlier one, then the other */
	setup(true);
	cntv(0, 1, now(0) + 2 * MS);
	timer_sysreg(&cpu[0], CNTP_TVAL, true, &(u64) { MS });
	timer_sysreg(&cpu[0], CNTP_CTL, true, &(u64) { 1 });
	timer_check_halted(&cpu[0]);
	advance(MS + 1);
	timer_check_halted(&cpu[0]);
	CHECK(kicks[0] && vgic_pending(&cpu[0]) && ack(0) == 30);
	timer_check_halted(&cpu[0]);
	eoi(0, 30);
	kicks[0] = 0;
	advance(MS);
	CHECK(kicks[0]);
	return true;
}

static u64 read_reg(unsigned int n, u32 enc)
{
	u64 value = ~0ull;

	shim_assert(timer_sysreg(&cpu[n], enc, false, &value), "no such register");
	return value;
}

static bool test_physical(void)
{
	setup(true);
	advance(5);
	CHECK(read_reg(0, CNTPCT) == now(0) && now(0) == 5);
	CHECK(!timer_sysreg(&cpu[0], CNTPCT, true, &(u64) { 0 }));
	CHECK(!timer_sysreg(&cpu[0], MOTE_ARM64_ENC(3, 3, 14, 3, 1), false, &(u64) { 0 }));
	timer_sysreg(&cpu[0], CNTP_TVAL, true, &(u64) { 100 });
	CHECK(read_reg(0, CNTP_CVAL) == 105 && read_reg(0, CNTP_TVAL) == 100);
	timer_sysreg(&cpu[0], CNTP_TVAL, true, &(u64) { 0xfffffffe });
	CHECK(read_reg(0, CNTP_CVAL) == 3 && read_reg(0, CNTP_TVAL) == 0xfffffffe);
	CHECK(read_reg(0, CNTP_CTL) == 0);
	timer_sysreg(&cpu[0], CNTP_CTL, true, &(u64) { ~0ull });
	CHECK(read_reg(0, CNTP_CTL) == 7 && ack(0) == SPURIOUS);
	timer_sysreg(&cpu[0], CNTP_CTL, true, &(u64) { 1 });
	CHECK(read_reg(0, CNTP_CTL) == 5 && ack(0) == 30);
	timer_sysreg(&cpu[0], CNTP_CVAL, true, &(u64) { now(0) + MS });
	eoi(0, 30);
	CHECK(read_reg(0, CNTP_CTL) == 1 && ack(0) == SPURIOUS);
	kicks[0] = 0;
	advance(MS - 1);
	CHECK(!kicks[0]);
	advance(2);
	CHECK(kicks[0] && ack(0) == 30);
	timer_sysreg(&cpu[0], CNTP_CTL, true, &(u64) { 0 });
	eoi(0, 30);
	CHECK(ack(0) == SPURIOUS && !cpu[0].arch.timer.background.queued);
	/* As far away as it gets */
	timer_sysreg(&cpu[0], CNTP_CVAL, true, &(u64) { ~0ull });
	timer_sysreg(&cpu[0], CNTP_CTL, true, &(u64) { 1 });
	CHECK(cpu[0].arch.timer.background.expires > shim_now + (s64)(1000 * MS));
	advance(400ull * 24 * 3600 * 1000 * MS);
	CHECK(ack(0) == SPURIOUS && cpu[0].arch.timer.background.queued);
	return true;
}

/* SET_REGS while the line is up: it is not what it was */
static bool test_set_while_up(void)
{
	static const u64 regs[][2] = {
		{ MOTE_ARM64_SYSREG(3, 3, 14, 3, 1), 0 },
		{ MOTE_ARM64_SYSREG(3, 3, 14, 3, 2), ~0ull },
		{ MOTE_ARM64_CNTVCT, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		setup(true);
		advance(MS);
		enter(0);
		cntv(0, 1, now(0));
		leave(0);
		CHECK(vgic_pending(&cpu[0]));
		session_end(0);
		reg_set(0, regs[i][0], regs[i][1]);
		CHECK(!vgic_pending(&cpu[0]));
		session_begin(0, 0);
		CHECK(ack(0) == SPURIOUS && !host_active[0]);
	}
	return true;
}

static bool test_state(void)
{
	static const u64 cntv_ctl = MOTE_ARM64_SYSREG(3, 3, 14, 3, 1);
	u64 value, ids[5];
	struct mote_reg_ids list = { .ids = ids, .room = 5 };
	unsigned int n;

	setup(true);
	advance(MS);
	timer_list(&list);
	for (n = 0; n < list.count; n++)
		CHECK(!reg_get(0, ids[n], &value) && !reg_check(0, ids[n], 0));
	CHECK(n == 5 && reg_check(0, cntv_ctl, 8) == -EINVAL);
	CHECK(reg_get(0, MOTE_ARM64_SYSREG(3, 3, 14, 3, 0), &value) == -ENOENT);
	CHECK(!reg_get(1, MOTE_ARM64_CNTVCT, &value) && value == MS);
	reg_set(1, MOTE_ARM64_CNTVCT, 77 * MS);
	session_begin(0, 0);
	CHECK(now(0) == 77 * MS);
	/* An interrupt in flight: active, its timer still firing */
	reg_set(0, MOTE_ARM64_SYSREG(3, 3, 14, 3, 2), MS);
	reg_set(0, cntv_ctl, 1);
	reg_set(0, MOTE_ARM64_GICR(VGIC_FRAME + GICD_ISACTIVER), BIT(27));
	session_begin(0, 0);
	enter(0);
	CHECK(host_active[0] && !timer_signalled(0) && GIC(0)->lr[0] >> 62 == 2);
	cntv(0, 1, now(0) + MS);
	GIC(0)->ap1r[0] = BIT(20);
	hw_eoir(0, 27);
	CHECK(!host_active[0]);
	leave(0);
	enter(0);
	CHECK(!host_active[0] && hw_iar(0, true) == SPURIOUS);
	/* The physical timer is due at once in the new time */
	reg_set(0, MOTE_ARM64_SYSREG(3, 3, 14, 2, 2), 80 * MS);
	reg_set(0, MOTE_ARM64_SYSREG(3, 3, 14, 2, 1), 1);
	CHECK(ack(0) == SPURIOUS);
	reg_set(0, MOTE_ARM64_CNTVCT, 90 * MS);
	CHECK(ack(0) == 30);
	return true;
}

/* What firmware left in a CPU's timer does not interrupt the host; KVM's is left alone */
static bool test_left_running(void)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		host_cntv_ctl = 1;
		arm64_vhe = i & 1;
		host_irq_is_ours = i & 2;
		timer_cpu_enable();
		CHECK(host_cntv_ctl == !host_irq_is_ours);
	}
	arm64_vhe = false;
	return true;
}

const struct unit_test vgic_timer_tests[] = {
	{ "timer: fires", test_fires },
	{ "timer: fires on after the end", test_still_up },
	{ "timer: fires behind its active interrupt", test_behind },
	{ "timer: polled", test_polls },
	{ "timer: without a GIC", test_no_gic },
	{ "timer: vCPUs move", test_moves },
	{ "timer: EOImode 1", test_eoi_mode },
	{ "timer: halted", test_halted },
	{ "timer: physical", test_physical },
	{ "timer: save and restore", test_state },
	{ "timer: set while its line is up", test_set_while_up },
	{ "timer: left running by firmware", test_left_running },
};

const unsigned int vgic_timer_count = ARRAY_SIZE(vgic_timer_tests);
