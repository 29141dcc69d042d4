// SPDX-License-Identifier: GPL-2.0-only
/* arm64's GICv3: registers, routing, messages, state. */
#include "vgic_unit.h"

#define SGI_BASE	VGIC_FRAME

static u64 access(unsigned int n, gpa_t gpa, unsigned int bytes, bool write, u64 value)
{
	vgic_mmio(&cpu[n], gpa, bytes, write, &value);
	return value;
}

static bool test_create(void)
{
	static const u64 bad[][4] = {
		{ DIST + 1, REDIST, 0 }, { DIST, REDIST + 0x1000, 0 }, { DIST, DIST, 0 },
		{ REDIST + 0x10000, REDIST, 0 }, { DIST, 1ull << 40, 0 }, { DIST, REDIST, 33 },
		{ DIST, REDIST, 32 }, { DIST, REDIST, 1056 }, { DIST, REDIST, 0, 1 },
		{ DIST, ~0ull << 16, 0 }, { DIST, (1ull << 40) - 0x10000, 0 },
	};
	struct mote_irqchip chip = { .type = MOTE_ARM64_IRQCHIP_GICV3 };
	unsigned int i;

	vgic_setup(false);
	vgic_teardown();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		memcpy(chip.addr, bad[i], sizeof(chip.addr));
		CHECK(mote_arch_vm_irqchip(&vm, &chip) == -EINVAL);
	}
	memcpy(chip.addr, (u64[4]) { DIST, REDIST, 1024 }, sizeof(chip.addr));
	chip.type = 0;
	CHECK(mote_arch_vm_irqchip(&vm, &chip) == -EINVAL);
	chip.type = MOTE_ARM64_IRQCHIP_GICV3;
	CHECK(!mote_arch_vm_irqchip(&vm, &chip) && mote_arch_vm_irqchip(&vm, &chip) == -EEXIST);
	CHECK(vm.arch.gic->nr_intids == 1024 && !vgic_irq_at(vm.arch.gic, NULL, 1020) &&
	      vgic_irq_at(vm.arch.gic, NULL, 1019));
	vgic_destroy(&vm);
	chip.addr[2] = 0;
	CHECK(!mote_arch_vm_irqchip(&vm, &chip) && vm.arch.gic->nr_intids == 256);
	vgic_destroy(&vm);
	return true;
}

static bool test_ids(void)
{
	u64 typer;

	vgic_setup(false);
	CHECK(gicd_read(GICD_TYPER) == (INTIDS / 32 - 1 + 0x490000));
	CHECK(gicd_read(GICD_CTLR) == 0x50 && gicd_read(GICD_PIDR2) == 0x3b);
	CHECK(gicr_read(0, GICD_PIDR2) == 0x3b && gicr_read(3, SGI_BASE + GICD_PIDR2) == 0x3b);
	CHECK(gicr_read(1, GICR_WAKER) == 6);
	gicr_write(1, GICR_WAKER, 0);
	CHECK(gicr_read(1, GICR_WAKER) == 0);
	typer = access(0, REDIST + 3 * VGIC_REDIST_BYTES + GICR_TYPER, 8, false, 0);
	CHECK(typer == (3ull << 32 | 3 << 8 | 1 << 4));
	CHECK(gicr_read(2, GICR_TYPER) == 2 << 8 && gicr_read(2, GICR_TYPER + 4) == 2);
	CHECK(vgic_affinity(17) == 0x101);
	CHECK(vgic_owns(&vm, DIST) && vgic_owns(&vm, DIST + 0xffff) && !vgic_owns(&vm, DIST - 1));
	CHECK(!vgic_owns(&vm, DIST + 0x10000) && vgic_owns(&vm, REDIST + 0x7ffff));
	CHECK(!vgic_owns(&vm, REDIST + 0x80000) && !vgic_owns(&vm, REDIST - 1));
	return true;
}

static bool test_banks(void)
{
	vgic_setup(false);
	gicd_write(GICD_IGROUPR + 4, 0xdeadbeef);
	CHECK(gicd_read(GICD_IGROUPR + 4) == 0xdeadbeef && gicd_read(GICD_IGROUPR + 8) == 0);
	gicd_write(GICD_ISENABLER + 4, 0x0000ff00);
	gicd_write(GICD_ICENABLER + 4, 0x0000f000);
	CHECK(gicd_read(GICD_ISENABLER + 4) == 0x0f00 && gicd_read(GICD_ICENABLER + 4) == 0x0f00);
	gicd_write(GICD_ISPENDR + 4, 0x3);
	gicd_write(GICD_ICPENDR + 4, 0x1);
	CHECK(gicd_read(GICD_ISPENDR + 4) == 2 && gicd_read(GICD_ICPENDR + 4) == 2);
	gicd_write(GICD_ISACTIVER + 8, 0x30);
	gicd_write(GICD_ICACTIVER + 8, 0x10);
	CHECK(gicd_read(GICD_ISACTIVER + 8) == 0x20 && gicd_read(GICD_ICACTIVER + 8) == 0x20);
	gicd_write(GICD_IPRIORITYR + 32, 0x01ffa0b7);
	CHECK(gicd_read(GICD_IPRIORITYR + 32) == 0x00f8a0b0);
	access(0, DIST + GICD_IPRIORITYR + 35, 1, true, 0x40);
	CHECK(gicd_read(GICD_IPRIORITYR + 32) == 0x40f8a0b0);
	CHECK(access(0, DIST + GICD_IPRIORITYR + 33, 1, false, 0) == 0xa0);
	gicd_write(GICD_ICFGR + 8, 0xffffffff);
	CHECK(gicd_read(GICD_ICFGR + 8) == 0xaaaaaaaa);
	/* Private ones are in the other frame, and what they are */
	gicd_write(GICD_ISENABLER, ~0u);
	CHECK(gicd_read(GICD_ISENABLER) == 0 && gicr_read(0, SGI_BASE + GICD_ISENABLER) == 0);
	gicr_write(1, SGI_BASE + GICD_ISENABLER, 0xffff0001);
	CHECK(gicr_read(1, SGI_BASE + GICD_ISENABLER) == 0xffff0001);
	CHECK(gicr_read(0, SGI_BASE + GICD_ISENABLER) == 0);
	gicr_write(0, SGI_BASE + GICD_ICFGR, 0);
	gicr_write(0, SGI_BASE + GICD_ICFGR + 4, ~0u);
	CHECK(gicr_read(0, SGI_BASE + GICD_ICFGR) == 0xaaaaaaaa);
	CHECK(gicr_read(0, SGI_BASE + GICD_ICFGR + 4) == 0);
	gicr_write(0, SGI_BASE + GICD_ISENABLER + 4, ~0u);
	CHECK(gicr_read(0, SGI_BASE + GICD_ISENABLER + 4) == 0);
	return true;
}

static bool test_widths(void)
{
	vgic_setup(false);
	access(0, DIST + GICD_ISENABLER + 4, 1, true, 0xff);
	access(0, DIST + GICD_ISENABLER + 4, 2, true, 0xff);
	access(0, DIST + GICD_ISENABLER + 4, 8, true, 0xff);
	access(0, DIST + GICD_ISENABLER + 5, 4, true, 0xff);
	CHECK(gicd_read(GICD_ISENABLER + 4) == 0);
	gicd_write(GICD_ISENABLER + 4, ~0u);
	CHECK(access(0, DIST + GICD_ISENABLER + 4, 1, false, ~0ull) == 0);
	CHECK(access(0, DIST + GICD_ISENABLER + 4, 8, false, ~0ull) == 0);
	CHECK(access(0, DIST + GICD_ISENABLER + 6, 4, false, ~0ull) == 0);
	CHECK(access(0, DIST + GICD_TYPER, 2, false, ~0ull) == 0);
	CHECK(access(0, DIST + GICD_CTLR, 8, false, ~0ull) == 0);
	/* IROUTER, whole and in halves; Aff3 is not there */
	access(0, DIST + GICD_IROUTER + 8 * 40, 8, true, 0xff80010203ull);
	CHECK(access(0, DIST + GICD_IROUTER + 8 * 40, 8, false, 0) == 0x80010203);
	access(0, DIST + GICD_IROUTER + 8 * 40 + 4, 4, true, 5);
	CHECK(gicd_read(GICD_IROUTER + 8 * 40) == 0x80010203 &&
	      gicd_read(GICD_IROUTER + 8 * 40 + 4) == 0);
	access(0, DIST + GICD_IROUTER + 8 * 40, 2, true, 5);
	CHECK(gicd_read(GICD_IROUTER + 8 * 40) == 0x80010203);
	access(0, DIST + GICD_IROUTER + 8 * 31, 8, true, 1);
	CHECK(access(0, DIST + GICD_IROUTER + 8 * 31, 8, false, ~0ull) == 0);
	return true;
}

/* Any access to any address is safe */
static bool test_noise(void)
{
	static const unsigned int widths[] = { 1, 2, 4, 8 };
	unsigned int i;

	vgic_setup(true);
	for (i = 0; i < 300000; i++) {
		unsigned int n = unit_below(CPUS);
		gpa_t gpa = unit_below(2) ? DIST + unit_below(0x10000) :
			    REDIST + unit_below(CPUS * VGIC_REDIST_BYTES);
		unsigned int bytes = widths[unit_below(4)];

		if (unit_below(2))
			gpa = (gpa & ~0xffffull) | unit_below(0x1000);
		if (unit_below(8))
			gpa &= ~(u64)(bytes - 1);
		access(n, gpa, bytes, unit_below(2), unit_random());
		if (!unit_below(16)) {
			enter(n);
			leave(n);
		}
		if (!unit_below(64))
			vgic_pending(&cpu[n]);
	}
	return true;
}

static bool route_to(unsigned int intid, u64 route, unsigned int expect)
{
	unsigned int n;

	access(0, DIST + GICD_IROUTER + 8 * intid, 8, true, route);
	for (n = 0; n < CPUS; n++)
		kicks[n] = 0;
	gicd_write(GICD_ISPENDR + 4, BIT(intid - 32));
	for (n = 0; n < CPUS; n++)
		CHECK(vgic_pending(&cpu[n]) == (n == expect));
	/* Who writes looks itself */
	CHECK(expect == SPURIOUS || kicks[expect] == (expect != 1));
	gicd_write(GICD_ICPENDR + 4, BIT(intid - 32));
	return true;
}

static bool test_routing(void)
{
	unsigned int n;

	vgic_setup(true);
	gicd_write(GICD_ICFGR + 8, ~0u);
	enable_irq(0, 40, 0xa0);
	for (n = 0; n < CPUS; n++)
		CHECK(route_to(40, n, n));
	CHECK(route_to(40, 4, SPURIOUS) && route_to(40, 16, SPURIOUS));
	CHECK(route_to(40, 0x10000, SPURIOUS) && route_to(40, 0x100, SPURIOUS));
	/* 1 of N: some vCPU that is awake */
	CHECK(route_to(40, GICD_IROUTER_SPI_MODE_ANY, 0));
	gicr_write(0, GICR_WAKER, 2);
	CHECK(route_to(40, GICD_IROUTER_SPI_MODE_ANY | 3, 1));
	/* What waits moves with the route */
	route_to(40, 2, 2);
	gicd_write(GICD_ISPENDR + 4, 1 << 8);
	CHECK(vgic_pending(&cpu[2]));
	gicd_write(GICD_IROUTER + 8 * 40, 3);
	CHECK(!vgic_pending(&cpu[2]) && vgic_pending(&cpu[3]));
	CHECK(ack(2) == SPURIOUS && ack(3) == 40);
	/* What is active does not */
	gicd_write(GICD_IROUTER + 8 * 40, 2);
	gicd_write(GICD_ISPENDR + 4, 1 << 8);
	CHECK(ack(2) == SPURIOUS);
	eoi(3, 40);
	CHECK(ack(3) == SPURIOUS && ack(2) == 40);
	return true;
}

static bool test_message(void)
{
	struct mote_irq irq = { .type = MOTE_IRQ_MSI, .address = DIST + 0x40, .data = 50 };

	vgic_setup(true);
	enable_irq(0, 50, 0xa0);
	gicd_write(GICD_ICFGR + 12, 2 << 4);
	CHECK(!mote_arch_vm_irq(&vm, &irq) && ack(0) == 50);
	eoi(0, 50);
	CHECK(ack(0) == SPURIOUS);
	/* A level stays until it is cleared */
	gicd_write(GICD_ICFGR + 12, 0);
	gicd_write(GICD_SETSPI_NSR, 50);
	CHECK(ack(0) == 50);
	eoi(0, 50);
	CHECK(ack(0) == 50);
	irq.address = DIST + 0x48;
	CHECK(!mote_arch_vm_irq(&vm, &irq));
	eoi(0, 50);
	CHECK(ack(0) == SPURIOUS);
	access(0, DIST + GICD_SETSPI_NSR, 2, true, 50);
	CHECK(vgic_pending(&cpu[0]));
	gicd_write(GICD_CLRSPI_NSR, 50);
	CHECK(!vgic_pending(&cpu[0]));
	gicd_write(GICD_SETSPI_NSR, 3);
	gicd_write(GICD_SETSPI_NSR, 1023);
	irq.data = 31;
	CHECK(mote_arch_vm_irq(&vm, &irq) == -EINVAL);
	irq.data = INTIDS;
	CHECK(mote_arch_vm_irq(&vm, &irq) == -EINVAL);
	irq.data = 50;
	irq.address = DIST + 0x50;
	CHECK(mote_arch_vm_irq(&vm, &irq) == -EINVAL);
	return true;
}

static bool test_line_refuses(void)
{
	static const u32 bad[] = { 0, 15, 27, 30, INTIDS, 1023, MOTE_ARM64_LINE_PPI(4, 20),
				   MOTE_ARM64_LINE_PPI(1, 40), MOTE_ARM64_LINE_PPI(65535, 20) };
	struct mote_irq irq = { .type = MOTE_IRQ_LINE, .level = 1 };
	unsigned int i;

	vgic_setup(true);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		irq.data = bad[i];
		CHECK(mote_arch_vm_irq(&vm, &irq) == -EINVAL);
	}
	irq.data = 40;
	irq.level = 2;
	CHECK(mote_arch_vm_irq(&vm, &irq) == -EINVAL);
	return true;
}

static bool got(unsigned int n, unsigned int intid)
{
	unsigned int i = ack(n);

	if (i != SPURIOUS)
		eoi(n, i);
	return i == intid;
}

static bool test_sgi(void)
{
	u64 value;
	unsigned int n;

	vgic_setup(true);
	for (n = 0; n < CPUS; n++) {
		enable_irq(n, 5, 0xa0);
		enable_irq(n, 6, 0xa0);
	}
	sgi(0, 5ull << 24 | 0xa);
	CHECK(got(0, SPURIOUS) && got(1, 5) && got(2, SPURIOUS) && got(3, 5));
	/* To itself, twice is once */
	sgi(2, 6ull << 24 | 4);
	sgi(2, 6ull << 24 | 4);
	CHECK(got(2, 6) && got(2, SPURIOUS));
	/* All but itself */
	sgi(1, 1ull << 40 | 5ull << 24 | 2);
	CHECK(got(0, 5) && got(1, SPURIOUS) && got(2, 5) && got(3, 5));
	/* Other clusters, range selector */
	sgi(0, 5ull << 24 | 1 << 16 | 0xf);
	sgi(0, 5ull << 24 | 1ull << 32 | 0xf);
	sgi(0, 5ull << 24 | 1ull << 48 | 0xf);
	sgi(0, 5ull << 24 | 1ull << 44 | 0xf);
	for (n = 0; n < CPUS; n++)
		CHECK(got(n, SPURIOUS));
	/* Those for group 0 do not reach group 1 */
	value = 5ull << 24 | 2;
	CHECK(vgic_sysreg(&cpu[0], MOTE_ARM64_ENC(3, 0, 12, 11, 7), true, &value));
	CHECK(vgic_sysreg(&cpu[0], MOTE_ARM64_ENC(3, 0, 12, 11, 6), true, &value));
	CHECK(got(1, SPURIOUS));
	CHECK(!vgic_sysreg(&cpu[0], MOTE_ARM64_ENC(3, 0, 12, 11, 5), false, &value));
	CHECK(vgic_sysreg(&cpu[0], MOTE_ARM64_ENC(3, 0, 12, 12, 5), false, &value) && value == 7);
	CHECK(!vgic_sysreg(&cpu[0], MOTE_ARM64_ENC(3, 0, 12, 12, 3), true, &value));
	return true;
}

/* ---- state ---- */

#define MAX_REGS	512

static unsigned int save(unsigned int n, struct mote_reg *regs)
{
	static u64 ids[MAX_REGS - 1];
	struct mote_reg_ids list = { .ids = ids, .room = MAX_REGS - 1 };
	unsigned int i;

	vgic_icc_list(&cpu[n], &list);
	vgic_reg_list(&cpu[n], &list);
	for (i = 0; i < list.count; i++) {
		regs[i].id = ids[i];
		shim_assert(!reg_get(n, ids[i], &regs[i].value), "id in the list is not there");
	}
	regs[i].id = 0;
	return i;
}

static bool restore(unsigned int n, const struct mote_reg *regs)
{
	unsigned int i;

	for (i = 0; regs[i].id; i++)
		CHECK(!reg_check(n, regs[i].id, regs[i].value));
	for (i = 0; regs[i].id; i++)
		reg_set(n, regs[i].id, regs[i].value);
	return true;
}

static bool same(const struct mote_reg *a, const struct mote_reg *b)
{
	for (; a->id || b->id; a++, b++)
		CHECK(a->id == b->id && a->value == b->value);
	return true;
}

static bool test_state(void)
{
	static struct mote_reg old[CPUS][MAX_REGS], new[MAX_REGS];
	unsigned int n;

	vgic_setup(true);
	for (n = 0; n < CPUS; n++) {
		enable_irq(n, 20, 0x80 + n * 8);
		enable_irq(n, 7, 0x90);
		GIC(n)->vmcr ^= VGIC_VMCR_CBPR;
	}
	enable_irq(0, 40, 0x50);
	enable_irq(0, 41, 0xa0);
	enable_irq(0, 42, 0xa0);
	gicd_write(GICD_IROUTER + 8 * 41, 1);
	gicd_write(GICD_ICFGR + 8, 2 << 20);
	/* Active; pending in a list register; pending; a level; an edge gone by */
	line(40, true);
	CHECK(ack(0) == 40);
	gicd_write(GICD_ISPENDR + 4, 1 << 9);
	enter(1);
	leave(1);
	sgi(0, 7ull << 24 | 8);
	ppi_line(2, 20, true);
	line(42, true);
	for (n = 0; n < CPUS; n++)
		CHECK(save(n, old[n]) > 20);
	CHECK(save(0, new) > save(1, new) + 64);
	vgic_setup(false);
	for (n = 0; n < CPUS; n++)
		CHECK(restore(n, old[n]));
	for (n = 0; n < CPUS; n++) {
		save(n, new);
		CHECK(same(old[n], new));
	}
	CHECK(ack(0) == SPURIOUS && ack(1) == 41 && ack(2) == 20 && ack(3) == 7);
	/* The level is still up when its interrupt ends, and 42 waits behind it */
	eoi(0, 40);
	CHECK(ack(0) == 40);
	line(40, false);
	eoi(0, 40);
	CHECK(ack(0) == 42);
	eoi(0, 42);
	CHECK(ack(0) == SPURIOUS);
	ppi_line(2, 20, false);
	eoi(2, 20);
	CHECK(ack(2) == SPURIOUS);
	return true;
}

static bool test_state_refuses(void)
{
	static const struct { u64 id; u64 value; int error; } bad[] = {
		{ MOTE_ARM64_GICD(GICD_TYPER), 0, -ENOENT },
		{ MOTE_ARM64_GICD(GICD_ICENABLER + 4), 0, -ENOENT },
		{ MOTE_ARM64_GICD(GICD_ISENABLER), 0, -ENOENT },
		{ MOTE_ARM64_GICD(GICD_ISENABLER + 5), 0, -ENOENT },
		{ MOTE_ARM64_GICD(GICD_ISENABLER + INTIDS / 8), 0, -ENOENT },
		{ MOTE_ARM64_GICD(GICD_ISENABLER + 4), 1ull << 32, -EINVAL },
		{ MOTE_ARM64_GICD(GICD_CTLR), 4, -EINVAL },
		{ MOTE_ARM64_GICD(GICD_IROUTER + 8 * 31), 0, -ENOENT },
		{ MOTE_ARM64_GICD(GICD_IROUTER + 8 * INTIDS), 0, -ENOENT },
		{ MOTE_ARM64_GICD(GICD_IROUTER + 8 * 40), 1ull << 32, -EINVAL },
		{ MOTE_ARM64_GICR(GICD_ISENABLER), 0, -ENOENT },
		{ MOTE_ARM64_GICR(VGIC_FRAME + GICD_ISENABLER + 4), 0, -ENOENT },
		{ MOTE_ARM64_GICR(GICR_WAKER), 1, -EINVAL },
		{ MOTE_ARM64_GIC_LINES(0), BIT(27), -EINVAL },
		{ MOTE_ARM64_GIC_LINES(0), BIT(15), -EINVAL },
		{ MOTE_ARM64_GIC_LINES(INTIDS / 32), 0, -ENOENT },
		{ MOTE_ARM64_REG(MOTE_ARM64_CLASS_GIC, 3ull << 24), 0, -ENOENT },
		{ MOTE_ARM64_SYSREG(3, 0, 12, 12, 7), 2, -EINVAL },
		{ MOTE_ARM64_SYSREG(3, 0, 4, 6, 0), 256, -EINVAL },
		{ MOTE_ARM64_SYSREG(3, 0, 12, 9, 1), 0, -ENOENT },
		{ MOTE_ARM64_SYSREG(3, 0, 12, 8, 0), 0, -ENOENT },
		{ MOTE_ARM64_SYSREG(3, 0, 12, 11, 5), 0, -ENOENT },
		{ MOTE_ARM64_REG(MOTE_ARM64_CLASS_TIMER, 1), 0, -ENOENT },
	};
	unsigned int i;

	vgic_setup(false);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		if (reg_check(0, bad[i].id, bad[i].value) == bad[i].error)
			continue;
		printf("# entry %u\n", i);
		return false;
	}
	vgic_teardown();
	CHECK(reg_check(0, MOTE_ARM64_GICD(GICD_CTLR), 0) == -ENOENT);
	CHECK(!save(0, (struct mote_reg[1]) { }));
	return true;
}

/* Without one, everything is harmless */
static bool test_none(void)
{
	struct mote_irq irq = { .type = MOTE_IRQ_LINE, .data = 40 };
	u64 value = 0;

	vgic_setup(false);
	vgic_teardown();
	CHECK(mote_arch_vm_irq(&vm, &irq) == -ENODEV && !vgic_owns(&vm, DIST));
	CHECK(!vgic_sysreg(&cpu[0], MOTE_ARM64_ENC(3, 0, 12, 12, 5), false, &value));
	vgic_ppi(&cpu[0], 20, true);
	enter(0);
	leave(0);
	CHECK(!vgic_pending(&cpu[0]) && !vgic_ppi_in_flight(&cpu[0], 27));
	return true;
}

int main(int argc, char **argv)
{
	static const struct unit_test own[] = {
		{ "IRQCHIP refuses", test_create },
		{ "identification", test_ids },
		{ "a field for each interrupt", test_banks },
		{ "access widths", test_widths },
		{ "any access to any offset", test_noise },
		{ "routing of SPIs", test_routing },
		{ "messages", test_message },
		{ "lines that are refused", test_line_refuses },
		{ "SGIs", test_sgi },
		{ "save and restore", test_state },
		{ "restore refuses", test_state_refuses },
		{ "no GIC", test_none },
	};
	struct unit_test tests[64];
	unsigned int n = ARRAY_SIZE(own);
	int r;

	memcpy(tests, own, sizeof(own));
	memcpy(tests + n, vgic_lr_tests, vgic_lr_count * sizeof(tests[0]));
	n += vgic_lr_count;
	memcpy(tests + n, vgic_timer_tests, vgic_timer_count * sizeof(tests[0]));
	n += vgic_timer_count;
	r = unit_main(argc, argv, tests, n);
	vgic_teardown();
	return r;
}
