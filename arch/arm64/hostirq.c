// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the host's private interrupts that end a guest's run: the virtual
 * timer's and the GIC's maintenance interrupt.  What the kernel knows of them it
 * exports to KVM only, so they are looked up in the firmware's tables.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/acpi.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/percpu.h>

#include "hostirq.h"

/* As percpu_dev_id, which has to be something */
static DEFINE_PER_CPU(int, cookie);

/*
 * What raised it is gone before interrupts are on, but the signal may still be
 * on its way.
 */
static irqreturn_t nothing_to_do(int irq, void *dev)
{
	return IRQ_HANDLED;
}

/* ---- device tree ---- */

/* Documentation/devicetree/bindings/timer/arm,arch_timer.yaml: third, or by name */
static int dt_vtimer(void)
{
	struct device_node *np = of_find_compatible_node(NULL, NULL, "arm,armv8-timer");
	int irq;

	if (!np)
		return 0;
	if (of_property_read_bool(np, "interrupt-names"))
		irq = of_irq_get_byname(np, "virt");
	else
		irq = irq_of_parse_and_map(np, 2);
	of_node_put(np);
	return max(irq, 0);
}

/* Documentation/devicetree/bindings/interrupt-controller/arm,gic-v3.yaml */
static int dt_gic(void)
{
	struct device_node *np = of_find_compatible_node(NULL, NULL, "arm,gic-v3");
	int irq = np ? irq_of_parse_and_map(np, 0) : 0;

	of_node_put(np);
	return irq;
}

/* ---- ACPI ---- */

#ifdef CONFIG_ACPI
static int register_gsi(u32 gsi, bool edge, bool low)
{
	int irq = acpi_register_gsi(NULL, gsi, edge ? ACPI_EDGE_SENSITIVE : ACPI_LEVEL_SENSITIVE,
				    low ? ACPI_ACTIVE_LOW : ACPI_ACTIVE_HIGH);

	return max(irq, 0);
}

static int acpi_vtimer(void)
{
	struct acpi_table_header *table;
	struct acpi_table_gtdt *gtdt;
	int irq;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_GTDT, 0, &table)))
		return 0;
	gtdt = (struct acpi_table_gtdt *)table;
	irq = register_gsi(gtdt->virtual_timer_interrupt,
			   gtdt->virtual_timer_flags & ACPI_GTDT_INTERRUPT_MODE,
			   gtdt->virtual_timer_flags & ACPI_GTDT_INTERRUPT_POLARITY);
	acpi_put_table(table);
	return irq;
}

/* The first CPU's entry; the others have the same (ACPI 6.5, "GICC structure") */
static struct acpi_madt_generic_interrupt *find_gicc(struct acpi_table_header *table)
{
	void *end = (void *)table + table->length;
	void *pos = (void *)table + sizeof(struct acpi_table_madt);

	while (pos + sizeof(struct acpi_subtable_header) <= end) {
		struct acpi_subtable_header *entry = pos;

		if (!entry->length || pos + entry->length > end)
			return NULL;
		if (entry->type == ACPI_MADT_TYPE_GENERIC_INTERRUPT &&
		    entry->length >= offsetofend(struct acpi_madt_generic_interrupt,
						 vgic_interrupt))
			return pos;
		pos += entry->length;
	}
	return NULL;
}

static int acpi_gic(void)
{
	struct acpi_madt_generic_interrupt *gicc;
	struct acpi_table_header *table;
	int irq = 0;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_MADT, 0, &table)))
		return 0;
	gicc = find_gicc(table);
	if (gicc && gicc->vgic_interrupt)
		irq = register_gsi(gicc->vgic_interrupt, gicc->flags & ACPI_MADT_VGIC_IRQ_MODE,
				   false);
	acpi_put_table(table);
	return irq;
}
#else
#define acpi_vtimer	NULL
#define acpi_gic	NULL
#endif

/* ---- requests ---- */

/**
 * struct host_irq - an interrupt of the host
 * @name: for /proc/interrupts
 * @dt: finds it in the device tree; Return: Linux' number, 0: none
 * @acpi: the same in ACPI's tables
 * @irq: Linux' number, 0: not requested
 * @ours: nobody else had requested it
 */
struct host_irq {
	const char *name;
	int (*dt)(void);
	int (*acpi)(void);
	unsigned int irq;
	bool ours;
};

static struct host_irq host_irqs[NR_HOSTIRQS] = {
	[HOSTIRQ_VTIMER] = { "mote vtimer", dt_vtimer, acpi_vtimer },
	[HOSTIRQ_GIC] = { "mote vgic", dt_gic, acpi_gic },
};

#define for_each_host_irq(h)	for ((h) = host_irqs; (h) < host_irqs + NR_HOSTIRQS; (h)++)

static unsigned int find(const struct host_irq *h)
{
	return acpi_disabled ? h->dt() : h->acpi();
}

/* By the name that drivers/clocksource/arm_arch_timer.c requests it under */
bool hostirq_vtimer_is_kernels(void)
{
	struct irq_data *data = irq_get_irq_data(find(&host_irqs[HOSTIRQ_VTIMER]));
	struct irq_desc *desc = data ? irq_data_to_desc(data) : NULL;
	bool yes;

	/* None at all: nothing to go by */
	if (!desc)
		return true;
	raw_spin_lock_irq(&desc->lock);
	yes = desc->action && !strcmp(desc->action->name, "arch_timer");
	raw_spin_unlock_irq(&desc->lock);
	return yes;
}

unsigned int hostirq_request(enum hostirq which)
{
	struct host_irq *h = &host_irqs[which];

	h->irq = find(h);
	/* Fails when KVM has it */
	h->ours = h->irq && !request_percpu_irq(h->irq, nothing_to_do, h->name, &cookie);
	return h->irq;
}

bool hostirq_shared(enum hostirq which)
{
	return host_irqs[which].irq && !host_irqs[which].ours;
}

void hostirq_exit(void)
{
	struct host_irq *h;

	for_each_host_irq(h)
		if (h->ours)
			free_percpu_irq(h->irq, &cookie);
}

bool hostirq_is_ours(enum hostirq which)
{
	return host_irqs[which].ours;
}

void hostirq_cpu_enable(void)
{
	struct host_irq *h;

	for_each_host_irq(h)
		if (h->irq)
			enable_percpu_irq(h->irq, IRQ_TYPE_NONE);
}

/* Not while the host goes down: the locks in there may be held */
void hostirq_cpu_disable(void)
{
	struct host_irq *h;

	for_each_host_irq(h)
		if (h->ours && !oops_in_progress)
			disable_percpu_irq(h->irq);
}
