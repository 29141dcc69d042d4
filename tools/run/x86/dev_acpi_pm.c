// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACPI fixed hardware (ACPI specification, "Fixed Hardware Registers"): PM1
 * event and control blocks for power-off, and the power-management timer.
 */
#include <string.h>

#include "acpi.h"
#include "irq.h"

#define PM_TIMER_HZ	3579545ULL

#define CNT_SCI_EN	(1u << 0)
#define CNT_SLP_TYP(v)	((v) >> 10 & 7)
#define CNT_SLP_EN	(1u << 13)

/**
 * struct acpi_pm
 * @dev: on the port bus
 * @vm: owner
 * @enable: PM1 enable bits, for the guest to read back
 * @control: PM1 control
 * @start: when the timer was 0
 */
struct acpi_pm {
	struct device dev;
	struct vm *vm;
	u16 enable;
	u16 control;
	u64 start;
};

static u32 timer(const struct acpi_pm *pm)
{
	u64 ns = io_now() - pm->start;

	return (u32)(ns / NS_PER_SEC * PM_TIMER_HZ +
		     ns % NS_PER_SEC * PM_TIMER_HZ / NS_PER_SEC);
}

static u32 pm_read(struct device *dev, u64 addr, u32 bytes)
{
	struct acpi_pm *pm = (struct acpi_pm *)dev;
	u32 shift = (addr & 3) * 8;

	(void)bytes;
	if (addr >= ACPI_PM_TIMER)
		return timer(pm) >> shift;
	if (addr >= ACPI_PM1_CONTROL)
		return (u32)pm->control >> shift;
	/* No event ever happens: the status half reads 0. */
	return (u32)pm->enable << 16 >> shift;
}

static void pm_write(struct device *dev, u64 addr, u32 bytes, u32 value)
{
	struct acpi_pm *pm = (struct acpi_pm *)dev;

	if (addr == ACPI_PM1_EVENT + 2 && bytes == 2)
		pm->enable = (u16)value;
	if (addr != ACPI_PM1_CONTROL || bytes < 2)
		return;
	pm->control = (value & ~CNT_SLP_EN) | CNT_SCI_EN;
	if ((value & CNT_SLP_EN) && CNT_SLP_TYP(value) == ACPI_S5_TYPE)
		vm_end(pm->vm, END_POWER_OFF);
}

static const struct device_ops ops = {
	.read = pm_read,
	.write = pm_write,
};

void acpi_pm_create(struct vm *vm)
{
	static struct acpi_pm pm;

	memset(&pm, 0, sizeof(pm));
	pm.dev.ops = &ops;
	pm.dev.width = 4;
	pm.vm = vm;
	pm.control = CNT_SCI_EN;
	pm.start = io_now();
	if (bus_add(&vm->arch.pio, ACPI_PM1_EVENT, 12, &pm.dev))
		die("the ACPI ports are taken");
}
