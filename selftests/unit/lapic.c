// SPDX-License-Identifier: GPL-2.0-only
/* The local APIC: registers, modes, vectors, messages, state. */
#include <pthread.h>

#include "lapic_unit.h"

#define ENABLE	LAPIC_BASE_ENABLE
#define X2APIC	(LAPIC_BASE_ENABLE | LAPIC_BASE_X2APIC)

/* ---- registers ---- */

static bool test_reset(void)
{
	u32 lvt;

	lapic_setup(false);
	CHECK(APIC(0)->base == (LAPIC_DEFAULT_BASE | ENABLE | LAPIC_BASE_BSP));
	CHECK(APIC(1)->base == (LAPIC_DEFAULT_BASE | ENABLE));
	CHECK(lapic_read(&cpu[2], LAPIC_ID) == 2u << 24);
	CHECK(lapic_read(&cpu[0], LAPIC_VERSION) == 0x50014);
	CHECK(lapic_read(&cpu[0], LAPIC_DFR) == 0xffffffff);
	CHECK(lapic_read(&cpu[0], LAPIC_SVR) == 0xff);
	for (lvt = LAPIC_LVT_TIMER; lvt <= LAPIC_LVT_ERROR; lvt += 16)
		CHECK(lapic_read(&cpu[0], lvt) == LAPIC_LVT_MASKED);
	CHECK(!mode_changes);
	lapic_write(&cpu[0], LAPIC_TPR, 0x55);
	lapic_post(&cpu[0], 0x40, true);
	lapic_sync(&cpu[0]);
	lapic_reset(&cpu[0]);
	CHECK(lapic_read(&cpu[0], LAPIC_TPR) == 0 && lapic_sync(&cpu[0]) == -1);
	CHECK(!eoi_exits[0x40]);
	return true;
}

static bool test_masks(void)
{
	static const struct { u32 offset, all, none; } regs[] = {
		{ LAPIC_ID, 0, 0 }, { LAPIC_VERSION, 0x50014, 0x50014 },
		{ LAPIC_TPR, 0xff, 0 }, { LAPIC_APR, 0, 0 }, { LAPIC_EOI, 0, 0 },
		{ LAPIC_LDR, 0xff000000, 0 }, { LAPIC_DFR, 0xffffffff, 0x0fffffff },
		{ LAPIC_ISR, 0, 0 }, { LAPIC_TMR + 0x70, 0, 0 }, { LAPIC_IRR + 0x30, 0, 0 },
		{ LAPIC_ICR_HIGH, 0xff000000, 0 },
		{ LAPIC_LVT_TIMER, 0x700ff, 0 }, { LAPIC_LVT_THERMAL, 0x107ff, 0 },
		{ LAPIC_LVT_PERF, 0x107ff, 0 }, { LAPIC_LVT_LINT0, 0x1a7ff, 0 },
		{ LAPIC_LVT_LINT1, 0x1a7ff, 0 }, { LAPIC_LVT_ERROR, 0x100ff, 0 },
		{ LAPIC_TIMER_DIVIDE, 0xb, 0 }, { LAPIC_SVR, 0x3ff, 0 },
	};
	unsigned int i;

	lapic_setup(true);
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		lapic_write(&cpu[0], regs[i].offset, ~0u);
		CHECK(lapic_read(&cpu[0], regs[i].offset) == regs[i].all);
		/* As hardware leaves it for an APIC-write exit */
		if (regs[i].all != regs[i].none && regs[i].offset != LAPIC_SVR) {
			lapic_set_reg(APIC(0), regs[i].offset, 0);
			lapic_write_done(&cpu[0], regs[i].offset);
			CHECK(lapic_read(&cpu[0], regs[i].offset) == regs[i].none);
		}
	}
	lapic_set_reg(APIC(1), LAPIC_ID, 0x12345678);
	lapic_write_done(&cpu[1], LAPIC_ID);
	CHECK(lapic_read(&cpu[1], LAPIC_ID) == 1 << 24);
	cpu[1].arch.features = 0;
	lapic_write(&cpu[1], LAPIC_LVT_TIMER, ~0u);
	CHECK(lapic_read(&cpu[1], LAPIC_LVT_TIMER) == 0x300ff);
	return true;
}

static bool test_software_disable(void)
{
	lapic_setup(false);
	lapic_write(&cpu[0], LAPIC_LVT_LINT0, 0x700);
	CHECK(lapic_read(&cpu[0], LAPIC_LVT_LINT0) == 0x10700);
	lapic_deliver_msi(&vm, 0xfee00000, 0x40);
	CHECK(lapic_sync(&cpu[0]) == -1);
	lapic_write(&cpu[0], LAPIC_SVR, 0x1ff);
	CHECK(lapic_read(&cpu[0], LAPIC_LVT_LINT0) == 0x10700);
	CHECK(!lapic_extint_open(APIC(0)));
	lapic_write(&cpu[0], LAPIC_LVT_LINT0, 0x700);
	CHECK(lapic_extint_open(APIC(0)));
	lapic_deliver_msi(&vm, 0xfee00000, 0x40);
	/* What is pending stays, and is delivered */
	lapic_write(&cpu[0], LAPIC_SVR, 0xff);
	CHECK(lapic_read(&cpu[0], LAPIC_LVT_LINT0) == 0x10700);
	CHECK(lapic_sync(&cpu[0]) == 0x40 && lapic_pending(&cpu[0]) == 0x40);
	return true;
}

static bool test_esr(void)
{
	lapic_setup(true);
	lapic_write(&cpu[0], LAPIC_LVT_ERROR, 0xfe);
	CHECK(lapic_read(&cpu[0], 0x40) == 0);
	CHECK(lapic_read(&cpu[0], LAPIC_ESR) == 0);
	CHECK(lapic_sync(&cpu[0]) == 0xfe);
	lapic_accept(&cpu[0], 0xfe);
	/* Not again before ESR is written */
	lapic_write(&cpu[0], LAPIC_SELF_IPI, 0x55);
	lapic_write(&cpu[0], LAPIC_ICR_LOW, 0x4000f);
	CHECK(lapic_sync(&cpu[0]) == -1);
	lapic_write(&cpu[0], LAPIC_ESR, 0x123);
	CHECK(lapic_read(&cpu[0], LAPIC_ESR) == (LAPIC_ESR_REGISTER | LAPIC_ESR_SEND_VECTOR));
	lapic_deliver_msi(&vm, 0xfee00000, 0x00f);
	CHECK(lapic_sync(&cpu[0]) == 0xfe);
	lapic_write(&cpu[0], LAPIC_ESR, 0);
	CHECK(lapic_read(&cpu[0], LAPIC_ESR) == LAPIC_ESR_RECV_VECTOR);
	lapic_write(&cpu[0], LAPIC_ESR, 0);
	CHECK(lapic_read(&cpu[0], LAPIC_ESR) == 0);
	/* An illegal vector in the error entry itself */
	lapic_write(&cpu[0], LAPIC_LVT_ERROR, 0x01);
	lapic_read(&cpu[0], 0xff4);
	lapic_write(&cpu[0], LAPIC_ESR, 0);
	CHECK(lapic_read(&cpu[0], LAPIC_ESR) == (LAPIC_ESR_REGISTER | LAPIC_ESR_RECV_VECTOR));
	return true;
}

/* ---- modes ---- */

static bool test_base(void)
{
	static const u64 modes[] = { 0, LAPIC_BASE_X2APIC, ENABLE, X2APIC };
	/* [from][to], in the order of modes; nothing is ever in the second */
	static const bool ok[4][4] = {
		{ true, false, true, false }, {}, { true, false, true, true },
		{ true, false, false, true },
	};
	unsigned int i, j;

	lapic_setup(true);
	for (i = 0; i < 4; i++) {
		for (j = 0; j < 4 && i != 1; j++) {
			set_base(0, modes[i]);
			CHECK(!lapic_base_check(&cpu[0], LAPIC_DEFAULT_BASE | modes[j], false) ==
			      ok[i][j]);
			CHECK(!lapic_base_check(&cpu[0], LAPIC_DEFAULT_BASE | modes[j], true) ==
			      (j != 1));
		}
	}
	set_base(0, ENABLE);
	for (i = 0; i < 64; i++) {
		bool reserved = i < 8 || i == 9 || i >= 40;

		if (i != 10 && i != 11)
			CHECK(!lapic_base_check(&cpu[0], ENABLE | BIT_ULL(i), true) == !reserved);
	}
	cpu[0].arch.features = 0;
	CHECK(lapic_base_check(&cpu[0], LAPIC_DEFAULT_BASE | X2APIC, false) == -EINVAL);
	return true;
}

static bool test_mode_switch(void)
{
	u64 value;

	lapic_setup(true);
	lapic_write(&cpu[3], LAPIC_LDR, 0x08000000);
	lapic_write(&cpu[3], LAPIC_ICR_HIGH, 0x55000000);
	lapic_write(&cpu[3], LAPIC_TPR, 0x20);
	lapic_post(&cpu[3], 0x80, false);
	lapic_sync(&cpu[3]);
	set_base(3, X2APIC);
	CHECK(mode_changes == 1);
	CHECK(!lapic_msr_read(&cpu[3], 0x802, &value) && value == 3);
	CHECK(!lapic_msr_read(&cpu[3], 0x80d, &value) && value == 8);
	CHECK(!lapic_msr_read(&cpu[3], 0x808, &value) && value == 0x20);
	CHECK(!lapic_msr_read(&cpu[3], 0x830, &value) && value == 0);
	CHECK(lapic_pending(&cpu[3]) == 0x80);
	/* Off: nothing is delivered, and nothing is left */
	set_base(3, 0);
	lapic_deliver_msi(&vm, 0xfee03000, 0x90);
	lapic_post(&cpu[3], 0x90, false);
	CHECK(lapic_sync(&cpu[3]) == -1 && !lapic_has_work(&cpu[3]));
	CHECK(lapic_extint_open(APIC(3)));
	set_base(3, ENABLE);
	CHECK(lapic_read(&cpu[3], LAPIC_ID) == 3u << 24 && lapic_read(&cpu[3], LAPIC_LDR) == 0);
	CHECK(lapic_read(&cpu[3], LAPIC_SVR) == 0xff && lapic_pending(&cpu[3]) == -1);
	return true;
}

static bool in_list(u32 reg, const u8 *list, unsigned int n)
{
	while (n--)
		if (list[n] == reg)
			return true;
	return false;
}

static bool test_msrs(void)
{
	static const u8 writable[] = {
		0x08, 0x0b, 0x0f, 0x28, 0x30, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x3e, 0x3f,
	};
	static const u8 read_only[] = { 0x02, 0x03, 0x0a, 0x0d, 0x39 };
	static const u8 write_only[] = { 0x0b, 0x3f };
	u64 value;
	u32 reg;

	lapic_setup(true);
	CHECK(lapic_msr_read(&cpu[0], 0x802, &value) == -ENOENT);
	CHECK(lapic_msr_check(&cpu[0], 0x808, 0) == -ENOENT);
	set_base(0, X2APIC);
	for (reg = 0; reg <= 0xff; reg++) {
		bool w = in_list(reg, writable, sizeof(writable));
		bool r = (w && !in_list(reg, write_only, sizeof(write_only))) ||
			 in_list(reg, read_only, sizeof(read_only)) || (reg >= 0x10 && reg < 0x28);

		CHECK(lapic_msr_read(&cpu[0], 0x800 + reg, &value) == (r ? 0 : -ENOENT));
		CHECK(lapic_msr_check(&cpu[0], 0x800 + reg, 0) == (w ? 0 : -ENOENT));
		if (w && reg != 0x30)
			CHECK(lapic_msr_check(&cpu[0], 0x800 + reg, BIT_ULL(32)) == -EINVAL);
	}
	CHECK(lapic_msr_check(&cpu[0], 0x7ff, 0) == -ENOENT);
	CHECK(lapic_msr_check(&cpu[0], 0x80b, 1) == -EINVAL);
	CHECK(lapic_msr_check(&cpu[0], 0x828, 1) == -EINVAL);
	CHECK(lapic_msr_check(&cpu[0], 0x808, 0x100) == -EINVAL);
	CHECK(lapic_msr_check(&cpu[0], 0x832, 0x51000) == 0);
	CHECK(lapic_msr_check(&cpu[0], 0x832, 0x80000) == -EINVAL);
	CHECK(lapic_msr_check(&cpu[0], 0x830, 0xffffffff000ccfffull) == 0);
	CHECK(lapic_msr_check(&cpu[0], 0x830, 0x2000) == -EINVAL);
	CHECK(lapic_msr_check(&cpu[0], 0x830, 0x100000) == -EINVAL);
	lapic_msr_write(&cpu[0], 0x830, 0xabcd000000000555ull);
	CHECK(!lapic_msr_read(&cpu[0], 0x830, &value) && value == 0xabcd000000000555ull);
	/* Where hardware reads it */
	CHECK(*(u64 *)(APIC(0)->regs + 0x300) == value);
	return true;
}

/* ---- vectors ---- */

static bool test_priorities(void)
{
	lapic_setup(true);
	CHECK(lapic_sync(&cpu[0]) == -1);
	lapic_post(&cpu[0], 0x41, false);
	lapic_post(&cpu[0], 0x45, false);
	lapic_post(&cpu[0], 0x62, false);
	CHECK(kicks[0] == 3);
	CHECK(lapic_sync(&cpu[0]) == 0x62 && !lapic_posted(APIC(0)));
	x86_set_cr8(&cpu[0], 6);
	CHECK(x86_cr8(&cpu[0]) == 6 && lapic_read(&cpu[0], LAPIC_PPR) == 0x60);
	CHECK(lapic_pending(&cpu[0]) == -1 && lapic_tpr_threshold(&cpu[0]) == 6);
	CHECK(!lapic_has_work(&cpu[0]));
	x86_set_cr8(&cpu[0], 5);
	CHECK(lapic_tpr_threshold(&cpu[0]) == 0 && lapic_has_work(&cpu[0]));
	CHECK(lapic_pending(&cpu[0]) == 0x62);
	lapic_accept(&cpu[0], 0x62);
	/* On a tie the low bits are those of TPR */
	lapic_write(&cpu[0], LAPIC_TPR, 0x65);
	CHECK(lapic_read(&cpu[0], LAPIC_PPR) == 0x65);
	x86_set_cr8(&cpu[0], 5);
	CHECK(lapic_read(&cpu[0], LAPIC_PPR) == 0x60 && lapic_pending(&cpu[0]) == -1);
	/* In service and TPR both above: the EOI comes first */
	CHECK(lapic_tpr_threshold(&cpu[0]) == 0);
	lapic_post(&cpu[0], 0x63, false);
	lapic_post(&cpu[0], 0x71, false);
	CHECK(lapic_has_work(&cpu[0]));
	CHECK(lapic_sync(&cpu[0]) == 0x71 && lapic_pending(&cpu[0]) == 0x71);
	lapic_accept(&cpu[0], 0x71);
	CHECK(lapic_write(&cpu[0], LAPIC_EOI, 0) == MOTE_RESUME);
	CHECK(lapic_highest_isr(APIC(0)) == 0x62 && lapic_pending(&cpu[0]) == -1);
	lapic_write(&cpu[0], LAPIC_EOI, 0);
	CHECK(lapic_pending(&cpu[0]) == 0x63);
	lapic_accept(&cpu[0], 0x63);
	lapic_write(&cpu[0], LAPIC_EOI, 0);
	CHECK(lapic_pending(&cpu[0]) == -1 && lapic_tpr_threshold(&cpu[0]) == 4);
	lapic_write(&cpu[0], LAPIC_EOI, 0);
	return true;
}

static bool test_level(void)
{
	lapic_setup(true);
	CHECK(!lapic_deliver_msi(&vm, 0xfee00000, 0xc0b1));
	CHECK(lapic_sync(&cpu[0]) == 0xb1 && eoi_exits[0xb1]);
	CHECK(lapic_read(&cpu[0], LAPIC_TMR + 0x50) == BIT(0x11));
	lapic_accept(&cpu[0], 0xb1);
	CHECK(lapic_write(&cpu[0], LAPIC_EOI, 0) == MOTE_USER);
	CHECK(last_exit.type == MOTE_EXIT_EOI && last_exit.eoi.irq == 0xb1);
	CHECK(lapic_write(&cpu[0], LAPIC_EOI, 0) == MOTE_RESUME);
	/* The end of the level is nothing */
	CHECK(!lapic_deliver_msi(&vm, 0xfee00000, 0x80b1) && lapic_sync(&cpu[0]) == -1);
	lapic_deliver_msi(&vm, 0xfee00000, 0x00b1);
	CHECK(lapic_sync(&cpu[0]) == 0xb1 && !eoi_exits[0xb1]);
	lapic_accept(&cpu[0], 0xb1);
	CHECK(lapic_write(&cpu[0], LAPIC_EOI, 0) == MOTE_RESUME);
	/* Ended by hardware */
	lapic_post(&cpu[0], 0xc2, true);
	lapic_sync(&cpu[0]);
	CHECK(lapic_eoi_done(&cpu[0], 0xc2) == MOTE_USER && last_exit.eoi.irq == 0xc2);
	CHECK(lapic_eoi_done(&cpu[0], 0xb1) == MOTE_RESUME);
	return true;
}

/* ---- messages ---- */

/* Which vCPUs got a vector since the last call */
static unsigned int receivers(int vector)
{
	unsigned int i, set = 0;

	for (i = 0; i < CPUS; i++) {
		if (lapic_sync(&cpu[i]) != vector)
			continue;
		set |= 1u << i;
		lapic_accept(&cpu[i], vector);
		lapic_eoi(&cpu[i]);
	}
	return set;
}

static unsigned int ipi(unsigned int from, u32 high, u32 low)
{
	lapic_write(&cpu[from], LAPIC_ICR_HIGH, high << 24);
	lapic_write(&cpu[from], LAPIC_ICR_LOW, low);
	return receivers(low & 0xff);
}

static unsigned int ipi2(unsigned int from, u32 high, u32 low)
{
	lapic_msr_write(&cpu[from], 0x830, (u64)high << 32 | low);
	return receivers(low & 0xff);
}

static bool test_ipi_xapic(void)
{
	unsigned int i;

	lapic_setup(true);
	CHECK(ipi(0, 2, 0x4050) == 4 && ipi(2, 2, 0x50) == 4 && ipi(0, 9, 0x50) == 0);
	CHECK(ipi(0, 0xff, 0x50) == 15);
	CHECK(ipi(1, 0x77, 0x40050) == 2 && ipi(1, 0, 0x80050) == 15 && ipi(1, 0, 0xc0050) == 13);
	/* Not ready for it, not there, and level for an IPI */
	lapic_write(&cpu[3], LAPIC_SVR, 0xff);
	CHECK(ipi(0, 0xff, 0x50) == 7);
	lapic_write(&cpu[3], LAPIC_SVR, 0x1ff);
	ipi(0, 0, 0xc050);
	CHECK(!eoi_exits[0x50]);
	for (i = 0; i < CPUS; i++)
		lapic_write(&cpu[i], LAPIC_LDR, 0x01000000u << i);
	CHECK(ipi(0, 5, 0x850) == 5 && ipi(0, 0xff, 0x850) == 15 && ipi(0, 0x30, 0x850) == 0);
	/* Clusters 1 and 2, two members each */
	for (i = 0; i < CPUS; i++) {
		lapic_write(&cpu[i], LAPIC_DFR, 0);
		lapic_write(&cpu[i], LAPIC_LDR, ((i / 2 + 1) << 4 | 1 << i % 2) << 24);
	}
	CHECK(ipi(0, 0x11, 0x850) == 1 && ipi(0, 0x13, 0x850) == 3 && ipi(0, 0x22, 0x850) == 8);
	CHECK(ipi(0, 0xff, 0x850) == 15 && ipi(0, 0x33, 0x850) == 0);
	/* NMI, and what is not delivered */
	ipi(0, 1, 0x400);
	CHECK(atomic_read(&APIC(1)->nmi) == 1 && !atomic_read(&APIC(0)->nmi));
	CHECK(ipi(0, 1, 0x500) == 0 && ipi(0, 1, 0x610) == 0 && ipi(0, 1, 0x210) == 0);
	return true;
}

static bool test_ipi_x2apic(void)
{
	unsigned int i;

	lapic_setup(true);
	for (i = 0; i < CPUS; i++)
		set_base(i, X2APIC);
	CHECK(ipi2(0, 3, 0x50) == 8 && ipi2(0, 0xff, 0x50) == 0 && ipi2(0, ~0u, 0x50) == 15);
	CHECK(ipi2(0, 0x5, 0x850) == 5 && ipi2(0, 0x10005, 0x850) == 0);
	CHECK(ipi2(0, ~0u, 0x850) == 15);
	CHECK(ipi2(2, 0, 0xc0050) == 11 && ipi2(2, 0, 0x80050) == 15 && ipi2(2, 0, 0x40050) == 4);
	lapic_msr_write(&cpu[1], 0x83f, 0x77);
	CHECK(receivers(0x77) == 2);
	lapic_msr_write(&cpu[1], 0x83f, 0x7);
	lapic_msr_write(&cpu[1], 0x828, 0);
	CHECK(lapic_reg(APIC(1), LAPIC_ESR) == LAPIC_ESR_SEND_VECTOR);
	/* An 8-bit message to APICs in x2APIC mode, and modes that differ */
	CHECK(!lapic_deliver_msi(&vm, 0xfeeff000, 0x50) && receivers(0x50) == 15);
	CHECK(!lapic_deliver_msi(&vm, 0xfee03004, 0x50) && receivers(0x50) == 3);
	lapic_base_write(&cpu[1], LAPIC_DEFAULT_BASE);
	lapic_base_write(&cpu[1], LAPIC_DEFAULT_BASE | ENABLE);
	lapic_write(&cpu[1], LAPIC_SVR, 0x1ff);
	CHECK(ipi2(0, 1, 0x50) == 2 && ipi(1, 0xff, 0x50) == 15 && ipi2(0, ~0u, 0x50) == 15);
	CHECK(ipi2(0, 0x101, 0x50) == 0);
	return true;
}

static bool test_msi(void)
{
	unsigned int i, all = 0;
	u32 mode;

	lapic_setup(true);
	CHECK(lapic_deliver_msi(&vm, 0xfed00000, 0x50) == -EINVAL);
	CHECK(lapic_deliver_msi(&vm, 0x1fee00000ull, 0x50) == -EINVAL);
	for (mode = 0; mode < 8; mode++)
		CHECK(!lapic_deliver_msi(&vm, 0xfee01000, mode << 8 | 0x50) ==
		      !(mode == 3 || mode >= 6));
	CHECK(receivers(0x50) == 2 && atomic_read(&APIC(1)->nmi));
	CHECK(!lapic_deliver_msi(&vm, 0xfee42000, 0x50) && receivers(0x50) == 0);
	for (i = 0; i < CPUS; i++)
		lapic_write(&cpu[i], LAPIC_LDR, 0x01000000u << i);
	CHECK(!lapic_deliver_msi(&vm, 0xfee06004, 0x50) && receivers(0x50) == 6);
	/* Lowest priority: one of them, and the one that is least busy */
	for (i = 0; i < 64; i++) {
		unsigned int got;

		CHECK(!lapic_deliver_msi(&vm, 0xfee0f00c, 0x140 + i));
		got = receivers(0x40 + i);
		CHECK(got && !(got & (got - 1)));
		all |= got;
	}
	CHECK(all == 15);
	for (i = 0; i < CPUS; i++)
		lapic_write(&cpu[i], LAPIC_TPR, i == 2 ? 0x10 : 0x20);
	CHECK(!lapic_deliver_msi(&vm, 0xfee0f00c, 0x151) && receivers(0x51) == 4);
	return true;
}

/* ---- GET_REGS and SET_REGS ---- */

static bool test_state(void)
{
	u64 saved[64], value;
	unsigned int n;
	u32 offset;

	lapic_setup(true);
	for (offset = LAPIC_LVT_TIMER; offset <= LAPIC_LVT_ERROR; offset += 16)
		lapic_write(&cpu[0], offset, 0x30 + offset / 16);
	lapic_write(&cpu[0], LAPIC_LVT_TIMER, 0x200ee);
	lapic_write(&cpu[0], LAPIC_TIMER_DIVIDE, 3);
	lapic_write(&cpu[0], LAPIC_TIMER_INITIAL, 1000000);
	lapic_write(&cpu[0], LAPIC_TPR, 0x21);
	lapic_write(&cpu[0], LAPIC_LDR, 0x81000000);
	lapic_write(&cpu[0], LAPIC_ICR_HIGH, 0x42000000);
	lapic_post(&cpu[0], 0x91, true);
	lapic_sync(&cpu[0]);
	lapic_accept(&cpu[0], 0x91);
	lapic_read(&cpu[0], 0x40);
	lapic_write(&cpu[0], LAPIC_ESR, 0);
	lapic_write(&cpu[0], LAPIC_ICR_LOW, 0x40003);
	lapic_post(&cpu[0], 0xa5, false);	/* posted, not taken */
	shim_advance(3210000);
	for (n = 0; lapic_reg_list(n); n++)
		CHECK(!lapic_reg_save(&cpu[0], lapic_reg_list(n), &saved[n]));
	CHECK(n == 40);
	CHECK(lapic_reg_save(&cpu[0], 0x40, &value) == -ENOENT);

	for (n = 0; lapic_reg_list(n); n++)
		CHECK(!lapic_reg_restore(&cpu[1], lapic_reg_list(n), saved[n]));
	for (n = 0; lapic_reg_list(n); n++) {
		CHECK(!lapic_reg_save(&cpu[1], lapic_reg_list(n), &value));
		CHECK(value == saved[n]);
	}
	CHECK(APIC(1)->isr_dirty && lapic_pending(&cpu[1]) == 0xa5);
	CHECK(APIC(1)->period_ns == APIC(0)->period_ns && APIC(1)->target == APIC(0)->target);
	lapic_accept(&cpu[1], 0xa5);
	lapic_eoi(&cpu[1]);
	CHECK(lapic_eoi(&cpu[1]) == MOTE_USER);
	return true;
}

static bool test_state_check(void)
{
	lapic_setup(true);
	CHECK(lapic_reg_check(&cpu[0], LAPIC_IRR, 0x8000) == -EINVAL);
	CHECK(lapic_reg_check(&cpu[0], LAPIC_IRR + 0x10, 0x8000) == 0);
	CHECK(lapic_reg_check(&cpu[0], LAPIC_TPR, 0x100) == -EINVAL);
	CHECK(lapic_reg_check(&cpu[0], LAPIC_TPR, BIT_ULL(32)) == -EINVAL);
	CHECK(lapic_reg_check(&cpu[0], LAPIC_ESR, 0x100) == -EINVAL);
	CHECK(lapic_reg_check(&cpu[0], LAPIC_PPR, 0) == -EINVAL);
	CHECK(lapic_reg_check(&cpu[0], LAPIC_EOI, 0) == -ENOENT);
	CHECK(lapic_reg_check(&cpu[0], 0x123, 0) == -ENOENT);
	CHECK(lapic_reg_check(&cpu[2], LAPIC_ID, 2) == 0);
	CHECK(lapic_reg_check(&cpu[2], LAPIC_ID, 2 << 24) == 0);
	CHECK(lapic_reg_check(&cpu[2], LAPIC_ID, 1) == -EINVAL);
	CHECK(lapic_reg_restore(&cpu[0], LAPIC_SVR, 0xff) == 0);
	CHECK(lapic_reg_restore(&cpu[0], LAPIC_LVT_LINT0, 0x700) == 0);
	CHECK(lapic_read(&cpu[0], LAPIC_LVT_LINT0) == 0x10700);
	return true;
}

/* ---- posting from other threads ---- */

#define POSTERS	3
#define ROUNDS	20000

static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t sleep_cond = PTHREAD_COND_INITIALIZER;
static unsigned int taken[256];
static bool kicked;

static void wake(struct mote_vcpu *vcpu)
{
	(void)vcpu;
	pthread_mutex_lock(&sleep_lock);
	kicked = true;
	pthread_cond_signal(&sleep_cond);
	pthread_mutex_unlock(&sleep_lock);
}

/* Posts a vector of its own, and waits until it was taken: none may be lost */
static void *poster(void *arg)
{
	unsigned int round, vector = 0x30 + (uintptr_t)arg;

	for (round = 1; round <= ROUNDS; round++) {
		lapic_post(&cpu[0], vector, round & 1);
		while (__atomic_load_n(&taken[vector], __ATOMIC_ACQUIRE) != round)
			pthread_testcancel();
	}
	return NULL;
}

static bool halted_has_work(void)
{
	return lapic_has_work(&cpu[0]);
}

/* A guest that runs comes back for a kick, and for nothing else */
static bool running_has_work(void)
{
	bool r = kicked;

	kicked = false;
	return r;
}

/* Look, and sleep only if there is nothing; false after two seconds */
static bool wait_for(bool (*has_work)(void))
{
	struct timespec until;
	int r = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 2;
	pthread_mutex_lock(&sleep_lock);
	while (!has_work() && !r)
		r = pthread_cond_timedwait(&sleep_cond, &sleep_lock, &until);
	pthread_mutex_unlock(&sleep_lock);
	return !r;
}

static bool take_all(unsigned int *left)
{
	int vector;

	lapic_sync(&cpu[0]);
	while ((vector = lapic_pending(&cpu[0])) >= 0) {
		bool level = !(taken[vector] & 1);

		lapic_accept(&cpu[0], vector);
		CHECK(eoi_exits[vector] == level);
		CHECK(lapic_eoi(&cpu[0]) == (level ? MOTE_USER : MOTE_RESUME));
		__atomic_fetch_add(&taken[vector], 1, __ATOMIC_RELEASE);
		(*left)--;
	}
	return true;
}

static bool post_and_take(bool (*has_work)(void))
{
	unsigned int i, left = POSTERS * ROUNDS;
	pthread_t thread[POSTERS];
	bool ok = true;

	lapic_setup(true);
	memset(taken, 0, sizeof(taken));
	kick_hook = wake;
	for (i = 0; i < POSTERS; i++)
		pthread_create(&thread[i], NULL, poster, (void *)(uintptr_t)(i * 0x41));
	while (left && ok)
		ok = wait_for(has_work) && take_all(&left);
	/* After a failure they would wait for ever */
	for (i = 0; i < POSTERS; i++) {
		if (!ok)
			pthread_cancel(thread[i]);
		pthread_join(thread[i], NULL);
	}
	kick_hook = NULL;
	return ok;
}

static bool test_threads_halted(void)
{
	return post_and_take(halted_has_work);
}

static bool test_threads_running(void)
{
	return post_and_take(running_has_work);
}

int main(int argc, char **argv)
{
	static const struct unit_test own[] = {
		{ "power-up state", test_reset },
		{ "reserved bits of registers", test_masks },
		{ "software disable", test_software_disable },
		{ "error status", test_esr },
		{ "transitions of IA32_APIC_BASE", test_base },
		{ "what survives a change of mode", test_mode_switch },
		{ "x2APIC MSRs", test_msrs },
		{ "priorities", test_priorities },
		{ "level-triggered interrupts", test_level },
		{ "IPIs, xAPIC", test_ipi_xapic },
		{ "IPIs, x2APIC", test_ipi_x2apic },
		{ "MSIs", test_msi },
		{ "save and restore", test_state },
		{ "restore refuses", test_state_check },
		{ "posting from other threads, halted", test_threads_halted },
		{ "posting from other threads, running", test_threads_running },
	};
	struct unit_test tests[64];
	unsigned int n = ARRAY_SIZE(own);
	int r;

	memcpy(tests, own, sizeof(own));
	memcpy(tests + n, lapic_timer_tests, lapic_timer_count * sizeof(tests[0]));
	r = unit_main(argc, argv, tests, n + lapic_timer_count);
	lapic_teardown();
	return r;
}
