// SPDX-License-Identifier: GPL-2.0-only
/* arm64's GICv3: list registers, from a pending interrupt to its end. */
#include "vgic_unit.h"

/* Makes SPIs from @first edge triggered, enabled, in vCPU 0 */
static void edges(unsigned int first, unsigned int count, unsigned int priority)
{
	unsigned int i;

	for (i = first; i < first + count; i++) {
		vm.arch.gic->spis[i - 32].edge = true;
		enable_irq(0, i, priority);
	}
}

static void pulse(unsigned int intid)
{
	line(intid, true);
	line(intid, false);
}

static bool test_nothing(void)
{
	vgic_setup(true);
	enter(0);
	CHECK(!GIC(0)->used_lrs && !GIC(0)->hcr);
	leave(0);
	/* Disabled, or of a group that is off: not in a list register */
	pulse(40);
	edges(40, 2, 0xa0);
	gicd_write(GICD_ICENABLER + 4, 1 << 8);
	pulse(40);
	gicd_write(GICD_CTLR, GICD_CTLR_ENABLE_SS_G0);
	pulse(41);
	enter(0);
	CHECK(!GIC(0)->used_lrs && !vgic_pending(&cpu[0]));
	leave(0);
	gicd_write(GICD_CTLR, GICD_CTLR_ENABLE_SS_G1);
	CHECK(vgic_pending(&cpu[0]) && ack(0) == 41);
	return true;
}

static bool test_edge(void)
{
	vgic_setup(true);
	edges(40, 1, 0xa0);
	pulse(40);
	pulse(40);
	CHECK(ack(0) == 40 && ack(0) == SPURIOUS);
	CHECK(gicd_read(GICD_ISACTIVER + 4) == 1 << 8 && gicd_read(GICD_ISPENDR + 4) == 0);
	/* Active and pending */
	pulse(40);
	CHECK(gicd_read(GICD_ISPENDR + 4) == 1 << 8);
	enter(0);
	CHECK(hw_iar(0, true) == SPURIOUS);
	hw_eoir(0, 40);
	CHECK(hw_iar(0, true) == 40);
	hw_eoir(0, 40);
	leave(0);
	enter(0);
	CHECK(!GIC(0)->used_lrs && !GIC(0)->hcr);
	leave(0);
	/* An edge between the entry and the exit counts as one more */
	pulse(40);
	enter(0);
	CHECK(hw_iar(0, true) == 40);
	pulse(40);
	CHECK(kicks[0]);
	leave(0);
	eoi(0, 40);
	CHECK(ack(0) == 40);
	return true;
}

static bool test_unchanged(void)
{
	vgic_setup(true);
	edges(40, 1, 0xa0);
	pulse(40);
	enter(0);
	leave(0);
	CHECK(cpu[0].arch.vgic->used == 1 && !cpu[0].arch.vgic->update);
	enter(0);
	CHECK(hw_iar(0, true) == 40);
	leave(0);
	CHECK(!cpu[0].arch.vgic->used && cpu[0].arch.vgic->update);
	return true;
}

static bool test_level(void)
{
	vgic_setup(true);
	enable_irq(0, 40, 0xa0);
	line(40, true);
	enter(0);
	CHECK(GIC(0)->lr[0] & VGIC_LR_EOI);
	CHECK(hw_iar(0, true) == 40);
	/* The device is served: no need to see the end */
	leave(0);
	line(40, false);
	enter(0);
	CHECK(GIC(0)->lr[0] == (40 | VGIC_LR_ACTIVE | VGIC_LR_GROUP1 | VGIC_LR_PRIORITY(0xa0)));
	hw_eoir(0, 40);
	CHECK(!misr(0));
	leave(0);
	CHECK(ack(0) == SPURIOUS);
	/* It is not: its end brings it back */
	line(40, true);
	enter(0);
	CHECK(hw_iar(0, true) == 40);
	hw_eoir(0, 40);
	CHECK(misr(0) == 1);
	leave(0);
	CHECK(ack(0) == 40);
	/* Taken back before it is acknowledged */
	line(40, false);
	eoi(0, 40);
	line(40, true);
	enter(0);
	line(40, false);
	CHECK(kicks[0]);
	leave(0);
	CHECK(ack(0) == SPURIOUS && !vgic_pending(&cpu[0]));
	/* Pending by ISPENDR: goes once taken, whatever the line did not say */
	gicd_write(GICD_ISPENDR + 4, 1 << 8);
	CHECK(ack(0) == 40);
	eoi(0, 40);
	CHECK(ack(0) == SPURIOUS);
	return true;
}

static bool test_priorities(void)
{
	unsigned int i;

	vgic_setup(true);
	edges(40, 8, 0xa0);
	enable_irq(0, 44, 0x20);
	enable_irq(0, 47, 0x10);
	for (i = 40; i < 48; i++)
		pulse(i);
	enter(0);
	CHECK(GIC(0)->used_lrs == LRS && GIC(0)->hcr == (VGIC_HCR_EN | VGIC_HCR_UIE));
	CHECK(VGIC_LR_INTID(GIC(0)->lr[0]) == 47 && VGIC_LR_INTID(GIC(0)->lr[1]) == 44);
	CHECK(VGIC_LR_INTID(GIC(0)->lr[2]) == 40 && VGIC_LR_INTID(GIC(0)->lr[3]) == 41);
	CHECK(hw_iar(0, true) == 47 && hw_iar(0, true) == SPURIOUS);
	hw_eoir(0, 47);
	CHECK(hw_iar(0, true) == 44 && !misr(0));
	hw_eoir(0, 44);
	CHECK(hw_iar(0, true) == 40);
	hw_eoir(0, 40);
	CHECK(misr(0) == 2);
	leave(0);
	for (i = 41; i < 44; i++) {
		CHECK(ack(0) == i);
		eoi(0, i);
	}
	/* PMR and the running priority */
	GIC(0)->vmcr = (GIC(0)->vmcr & 0xffffff) | 0xa0000000;
	CHECK(ack(0) == SPURIOUS && !vgic_pending(&cpu[0]));
	GIC(0)->vmcr |= 0xff000000;
	CHECK(vgic_pending(&cpu[0]) && ack(0) == 45);
	CHECK(!vgic_pending(&cpu[0]));
	pulse(47);
	CHECK(vgic_pending(&cpu[0]));
	/* With the largest binary point nothing preempts */
	GIC(0)->vmcr |= 7u << 21 | VGIC_VMCR_CBPR;
	CHECK(!vgic_pending(&cpu[0]));
	return true;
}

/* More nested than there are list registers */
static bool test_nesting(void)
{
	unsigned int i;

	vgic_setup(true);
	for (i = 0; i < 8; i++) {
		edges(40 + i, 1, 0xe0 - i * 16);
		pulse(40 + i);
		CHECK(ack(0) == 40 + i);
	}
	CHECK(gicd_read(GICD_ISACTIVER + 4) == 0xff00);
	enter(0);
	CHECK(GIC(0)->hcr == (VGIC_HCR_EN | VGIC_HCR_LRENPIE));
	for (i = 8; i--;) {
		hw_eoir(0, 40 + i);
		CHECK(settle_exits(0));
	}
	leave(0);
	CHECK(gicd_read(GICD_ISACTIVER + 4) == 0);
	/* Without list registers for any of them */
	for (i = 0; i < 8; i++) {
		pulse(40 + i);
		CHECK(ack(0) == 40 + i);
	}
	enter(0);
	for (i = 8; i--;)
		hw_eoir(0, 40 + i);
	CHECK(misr(0) & 4);
	leave(0);
	CHECK(gicd_read(GICD_ISACTIVER + 4) == 0);
	return true;
}

static bool test_groups(void)
{
	unsigned int i;

	vgic_setup(true);
	edges(40, 8, 0xa0);
	for (i = 0; i < 6; i++)
		pulse(40 + i);
	gicd_write(GICD_IGROUPR + 4, ~0u << 14);
	pulse(46);
	/* Group 0 is off in the CPU interface: group 1 comes first */
	GIC(0)->vmcr &= ~VGIC_VMCR_GRP0;
	CHECK(vgic_pending(&cpu[0]));
	enter(0);
	CHECK(VGIC_LR_INTID(GIC(0)->lr[0]) == 46 && GIC(0)->lr[0] & VGIC_LR_GROUP1);
	CHECK(GIC(0)->hcr == (VGIC_HCR_EN | VGIC_HCR_GRP0_EIE));
	CHECK(hw_iar(0, false) == SPURIOUS && hw_iar(0, true) == 46);
	hw_eoir(0, 46);
	CHECK(!misr(0) && settle_exits(0) && hw_iar(0, true) == SPURIOUS);
	GIC(0)->vmcr |= VGIC_VMCR_GRP0;
	CHECK(misr(0) == 16 && settle_exits(0));
	for (i = 0; i < 6; i++) {
		CHECK(hw_iar(0, false) == 40 + i);
		hw_eoir(0, 40 + i);
		CHECK(settle_exits(0));
	}
	leave(0);
	return true;
}

/* EOImode 1: priority drop first, the end later, in any order and from anywhere */
static bool eoi_mode(void)
{
	unsigned int i;

	vgic_setup(true);
	for (i = 0; i < CPUS; i++)
		GIC(i)->vmcr |= VGIC_VMCR_EOIM;
	edges(40, 12, 0xa0);
	for (i = 0; i < 12; i++)
		pulse(40 + i);
	enter(0);
	for (i = 0; i < 12; i++) {
		CHECK(hw_iar(0, true) == 40 + i);
		hw_eoir(0, 40 + i);
		CHECK(settle_exits(0));
	}
	CHECK(hw_iar(0, true) == SPURIOUS);
	leave(0);
	CHECK(gicd_read(GICD_ISACTIVER + 4) == 0xfff00);
	enter(0);
	for (i = 0; i < 12; i += 2)
		hw_dir(0, 40 + i);
	CHECK(gicd_read(GICD_ISACTIVER + 4) == 0xaaa00);
	leave(0);
	/* From a vCPU that has never had an interrupt */
	enter(1);
	for (i = 1; i < 12; i += 2)
		hw_dir(1, 40 + i);
	leave(1);
	CHECK(gicd_read(GICD_ISACTIVER + 4) == 0);
	/* And again */
	pulse(41);
	CHECK(ack(0) == 41);
	/* In EOImode 0 nothing traps */
	GIC(1)->vmcr &= ~VGIC_VMCR_EOIM;
	enter(1);
	CHECK(!GIC(1)->hcr);
	leave(1);
	return true;
}

static bool test_eoi_mode(void)
{
	bool ok;

	CHECK(eoi_mode());
	arm64_ich_vtr &= ~(u64)VGIC_VTR_TDS;
	ok = eoi_mode();
	arm64_ich_vtr |= VGIC_VTR_TDS;
	return ok;
}

static u64 icc(unsigned int n, u32 enc, bool write, u64 value)
{
	shim_assert(vgic_sysreg(&cpu[n], enc, write, &value), "no such register");
	return value;
}

/* What traps along with ICC_DIR_EL1 where that does not trap alone */
static bool test_common(void)
{
	const u32 pmr = MOTE_ARM64_ENC(3, 0, 4, 6, 0), rpr = MOTE_ARM64_ENC(3, 0, 12, 11, 3);
	const u32 ctlr = MOTE_ARM64_ENC(3, 0, 12, 12, 4);
	u32 old;

	vgic_setup(true);
	edges(40, 1, 0x60);
	old = GIC(0)->vmcr;
	/* PRIbits, IDbits, SEIS, A3V; then the two that are written */
	arm64_ich_vtr |= 1u << 23 | 1u << 21;
	CHECK(icc(0, ctlr, false, 0) == (4 << 8 | 1 << 11 | 1 << 15));
	arm64_ich_vtr ^= 1u << 23 | 1u << 22 | 1u << 21;
	CHECK(icc(0, ctlr, false, 0) == (4 << 8 | 1 << 14));
	arm64_ich_vtr = VTR | VGIC_VTR_TDS;
	icc(0, ctlr, true, ~0ull);
	CHECK(GIC(0)->vmcr == (old | VGIC_VMCR_EOIM | VGIC_VMCR_CBPR));
	CHECK(icc(0, ctlr, false, 0) == (4 << 8 | 3));
	icc(0, ctlr, true, 2);
	CHECK(GIC(0)->vmcr == (old | VGIC_VMCR_EOIM));
	icc(0, pmr, true, 0x80);
	CHECK(GIC(0)->vmcr >> 24 == 0x80 && icc(0, pmr, false, 0) == 0x80);
	CHECK(icc(0, rpr, false, 0) == 0xff);
	pulse(40);
	CHECK(ack(0) == 40 && icc(0, rpr, false, 0) == 0x60);
	return true;
}

/* What the guest writes to registers while the interrupt is in a list register */
static bool test_written(void)
{
	vgic_setup(true);
	edges(40, 1, 0xa0);
	/* Pending taken back, by another vCPU */
	pulse(40);
	enter(0);
	/* It has been out of the guest for that */
	gicd_write(GICD_ICPENDR + 4, 1 << 8);
	CHECK(hw_iar(0, true) == SPURIOUS);
	leave(0);
	CHECK(ack(0) == SPURIOUS);
	/* Ended by another vCPU */
	pulse(40);
	CHECK(ack(0) == 40);
	enter(0);
	gicd_write(GICD_ICACTIVER + 4, 1 << 8);
	leave(0);
	pulse(40);
	GIC(0)->ap1r[0] = 0;
	CHECK(ack(0) == 40);
	/* Another vCPU reads what hardware has changed */
	eoi(0, 40);
	pulse(40);
	enter(0);
	CHECK(hw_iar(0, true) == 40);
	CHECK(gicd_read(GICD_ISACTIVER + 4) == 1 << 8 && gicd_read(GICD_ISPENDR + 4) == 0);
	hw_eoir(0, 40);
	leave(0);
	/* Disabled while it waits there */
	pulse(40);
	enter(0);
	gicd_write(GICD_ICENABLER + 4, 1 << 8);
	CHECK(hw_iar(0, true) == SPURIOUS);
	leave(0);
	enable_irq(0, 40, 0xa0);
	CHECK(ack(0) == 40);
	return true;
}

/* ---- at random, against what devices and guest know of each other ---- */

struct source {
	unsigned int intid;
	bool edge;
	bool line;		/* levels */
	bool waits;		/* edges: since the last acknowledge */
	bool maybe;		/* edges: one that came when the last may have been acknowledged */
	int active_on;		/* vCPU or -1 */
};

#define SOURCES	24
static struct source sources[SOURCES];
static unsigned int stack[CPUS][32], depth[CPUS];

static struct source *source_of(unsigned int intid)
{
	return intid >= 40 && intid < 40 + SOURCES ? &sources[intid - 40] : NULL;
}

static bool acknowledge(unsigned int n)
{
	unsigned int intid = hw_iar(n, true);
	struct source *s;

	if (intid == SPURIOUS)
		return true;
	s = source_of(intid);
	CHECK(s && s->active_on < 0);
	/* Lines that fall are seen by the vCPU when it is kicked */
	CHECK(s->edge ? s->waits || s->maybe : s->line || kicks[n]);
	s->maybe = s->waits && s->maybe;
	s->waits = false;
	s->active_on = n;
	stack[n][depth[n]++] = intid;
	return true;
}

static void end(unsigned int n)
{
	unsigned int intid;

	if (!depth[n])
		return;
	intid = stack[n][--depth[n]];
	/* Drivers mostly silence their device */
	if (!source_of(intid)->edge && unit_below(4)) {
		source_of(intid)->line = false;
		line(intid, false);
	}
	source_of(intid)->active_on = -1;
	hw_eoir(n, intid);
}

static void device(void)
{
	struct source *s = &sources[unit_below(SOURCES)];

	if (s->edge) {
		s->maybe = s->maybe || vm.arch.gic->spis[s->intid - 32].in_lr;
		pulse(s->intid);
		s->waits = true;
	} else {
		s->line = !s->line;
		line(s->intid, s->line);
	}
}

static bool guest(unsigned int n)
{
	if (!cpu[n].mode) {
		enter(n);
		return true;
	}
	/* Exits come late, sometimes */
	if ((kicks[n] || misr(n)) && unit_below(2)) {
		leave(n);
		return true;
	}
	switch (unit_below(8)) {
	case 0:
		leave(n);
		return true;
	case 1 ... 3:
		end(n);
		return true;
	case 4:
		if (!cpu[n].mode || unit_below(4))
			return true;
		leave(n);
		gicd_write(GICD_IROUTER + 8 * (40 + unit_below(SOURCES)), unit_below(CPUS));
		return true;
	default:
		return depth[n] >= 30 || acknowledge(n);
	}
}

/* Everything that waits is delivered in the end */
static bool drain(void)
{
	unsigned int i, n, rounds;

	for (i = 0; i < SOURCES; i++) {
		if (!sources[i].edge && sources[i].line) {
			sources[i].line = false;
			line(sources[i].intid, false);
		}
	}
	for (rounds = 0; rounds < 200; rounds++) {
		for (n = 0; n < CPUS; n++) {
			if (!cpu[n].mode)
				enter(n);
			CHECK(settle_exits(n));
			CHECK(acknowledge(n));
			end(n);
		}
	}
	for (n = 0; n < CPUS; n++) {
		CHECK(settle_exits(n) && !depth[n] && !GIC(n)->ap1r[0]);
		leave(n);
		CHECK(!cpu[n].arch.vgic->nr_todo && !cpu[n].arch.vgic->used);
	}
	for (i = 0; i < SOURCES; i++)
		CHECK(!sources[i].waits);
	return true;
}

static bool run_random(bool nesting)
{
	unsigned int i;

	vgic_setup(true);
	memset(depth, 0, sizeof(depth));
	for (i = 0; i < SOURCES; i++) {
		sources[i] = (struct source) { .intid = 40 + i, .edge = i & 1, .active_on = -1 };
		vm.arch.gic->spis[8 + i].edge = i & 1;
		enable_irq(0, 40 + i, nesting ? unit_below(28) * 8 : 0xa0);
		gicd_write(GICD_IROUTER + 8 * (40 + i), unit_below(CPUS));
	}
	for (i = 0; i < 3000; i++) {
		if (!unit_below(4))
			device();
		else
			CHECK(guest(unit_below(CPUS)));
	}
	return drain();
}

static bool test_random(void)
{
	unsigned int i;

	for (i = 0; i < 60; i++)
		CHECK(run_random(i & 1));
	return true;
}

const struct unit_test vgic_lr_tests[] = {
	{ "nothing to deliver", test_nothing },
	{ "edges", test_edge },
	{ "exits that change nothing", test_unchanged },
	{ "levels", test_level },
	{ "priorities, and more than fit", test_priorities },
	{ "more active than fit", test_nesting },
	{ "groups", test_groups },
	{ "EOImode 1", test_eoi_mode },
	{ "registers that trap with ICC_DIR_EL1", test_common },
	{ "registers written meanwhile", test_written },
	{ "at random", test_random },
};

const unsigned int vgic_lr_count = ARRAY_SIZE(vgic_lr_tests);
