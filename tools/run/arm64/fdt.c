// SPDX-License-Identifier: GPL-2.0-only
/* The device tree (devicetree.org specification; Linux' bindings). */
#include <endian.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "map.h"

#define PHANDLE_GIC	1
#define PHANDLE_CLOCK	2
#define CLOCK_HZ	24000000

/* First and third cell of an interrupt, "arm,gic-v3" */
#define SPI		0
#define PPI		1
#define LEVEL_HIGH	4

/* Errors of libfdt come together at the end: no room is the only one. */
static int failed;

static void ok(int ret)
{
	if (ret && !failed)
		failed = ret;
}

static void text(void *fdt, const char *name, const char *value)
{
	ok(fdt_property_string(fdt, name, value));
}

static void cell(void *fdt, const char *name, u32 value)
{
	ok(fdt_property_u32(fdt, name, value));
}

static void flag(void *fdt, const char *name)
{
	ok(fdt_property(fdt, name, NULL, 0));
}

static void cells(void *fdt, const char *name, const u32 *value, u32 count)
{
	u32 be[16];

	for (u32 i = 0; i < count; i++)
		be[i] = htobe32(value[i]);
	ok(fdt_property(fdt, name, be, (int)(count * 4)));
}

/* reg = <address size> [<address size>], two cells each */
static void reg(void *fdt, const u64 *value, u32 count)
{
	u64 be[4];

	for (u32 i = 0; i < count; i++)
		be[i] = htobe64(value[i]);
	ok(fdt_property(fdt, "reg", be, (int)(count * 8)));
}

static void interrupt(void *fdt, u32 type, u32 nr)
{
	cells(fdt, "interrupts", (u32[]) { type, nr, LEVEL_HIGH }, 3);
}

static void begin(void *fdt, const char *name, u64 unit)
{
	char full[64];

	snprintf(full, sizeof(full), "%s@%llx", name, unit);
	ok(fdt_begin_node(fdt, full));
}

static void end(void *fdt)
{
	ok(fdt_end_node(fdt));
}

/* Names that lie one behind the other, each with its NUL */
#define TEXTS(fdt, name, list)	ok(fdt_property(fdt, name, list, sizeof(list)))

static void chosen(void *fdt, const struct vm *vm)
{
	u8 seed[64] = { 0 };

	ok(fdt_begin_node(fdt, "chosen"));
	text(fdt, "bootargs", vm->opt->append);
	text(fdt, "stdout-path", "/pl011@9000000");
	if (vm->arch.initrd) {
		ok(fdt_property_u64(fdt, "linux,initrd-start", vm->arch.initrd));
		ok(fdt_property_u64(fdt, "linux,initrd-end",
				    vm->arch.initrd + vm->arch.initrd_bytes));
	}
	if (getrandom(seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed)) {
		ok(fdt_property(fdt, "kaslr-seed", seed, 8));
		ok(fdt_property(fdt, "rng-seed", seed + 8, sizeof(seed) - 8));
	}
	end(fdt);
}

static void memory(void *fdt, const struct vm *vm)
{
	begin(fdt, "memory", RAM_BASE);
	text(fdt, "device_type", "memory");
	reg(fdt, (u64[]) { RAM_BASE, vm->opt->mem_bytes }, 2);
	end(fdt);
}

static void cpus(void *fdt)
{
	ok(fdt_begin_node(fdt, "cpus"));
	cell(fdt, "#address-cells", 1);
	cell(fdt, "#size-cells", 0);
	for (u32 id = 0; id < VCPUS_MAX; id++) {
		u32 mpidr = id / 16 << 8 | id % 16;	/* see mote_create_vcpu::id */

		begin(fdt, "cpu", mpidr);
		text(fdt, "device_type", "cpu");
		text(fdt, "compatible", "arm,armv8");
		text(fdt, "enable-method", "psci");
		cell(fdt, "reg", mpidr);
		end(fdt);
	}
	end(fdt);
	ok(fdt_begin_node(fdt, "psci"));
	TEXTS(fdt, "compatible", "arm,psci-1.0\0arm,psci-0.2");
	text(fdt, "method", "hvc");
	end(fdt);
}

static void gic(void *fdt)
{
	begin(fdt, "intc", GICD_BASE);
	text(fdt, "compatible", "arm,gic-v3");
	reg(fdt, (u64[]) { GICD_BASE, GICD_BYTES, GICR_BASE, GICR_BYTES * VCPUS_MAX }, 4);
	flag(fdt, "interrupt-controller");
	cell(fdt, "#interrupt-cells", 3);
	cell(fdt, "phandle", PHANDLE_GIC);
	end(fdt);
}

static void timer(void *fdt)
{
	static const u32 ppis[] = { PPI_TIMER_SEC, PPI_TIMER, PPI_TIMER_VIRT, PPI_TIMER_HYP };
	u32 v[3 * ARRAY_SIZE(ppis)];

	for (u32 i = 0; i < ARRAY_SIZE(ppis); i++) {
		v[3 * i] = PPI;
		v[3 * i + 1] = ppis[i];
		v[3 * i + 2] = LEVEL_HIGH;
	}
	ok(fdt_begin_node(fdt, "timer"));
	text(fdt, "compatible", "arm,armv8-timer");
	cells(fdt, "interrupts", v, ARRAY_SIZE(v));
	flag(fdt, "always-on");
	end(fdt);
}

static void fixed_clock(void *fdt)
{
	ok(fdt_begin_node(fdt, "apb-pclk"));
	text(fdt, "compatible", "fixed-clock");
	cell(fdt, "#clock-cells", 0);
	cell(fdt, "clock-frequency", CLOCK_HZ);
	text(fdt, "clock-output-names", "clk24mhz");
	cell(fdt, "phandle", PHANDLE_CLOCK);
	end(fdt);
}

static void serial(void *fdt)
{
	begin(fdt, "pl011", PL011_BASE);
	TEXTS(fdt, "compatible", "arm,pl011\0arm,primecell");
	reg(fdt, (u64[]) { PL011_BASE, DEVICE_BYTES }, 2);
	interrupt(fdt, SPI, SPI_PL011);
	cells(fdt, "clocks", (u32[]) { PHANDLE_CLOCK, PHANDLE_CLOCK }, 2);
	TEXTS(fdt, "clock-names", "uartclk\0apb_pclk");
	end(fdt);
}

static void rtc(void *fdt)
{
	begin(fdt, "pl031", PL031_BASE);
	TEXTS(fdt, "compatible", "arm,pl031\0arm,primecell");
	reg(fdt, (u64[]) { PL031_BASE, DEVICE_BYTES }, 2);
	interrupt(fdt, SPI, SPI_PL031);
	cell(fdt, "clocks", PHANDLE_CLOCK);
	text(fdt, "clock-names", "apb_pclk");
	end(fdt);
}

u32 fdt_build(const struct vm *vm, void *fdt)
{
	failed = 0;
	ok(fdt_create(fdt, FDT_BYTES_MAX));
	ok(fdt_finish_reservemap(fdt));
	ok(fdt_begin_node(fdt, ""));
	text(fdt, "compatible", "linux,dummy-virt");
	text(fdt, "model", "mote");
	cell(fdt, "#address-cells", 2);
	cell(fdt, "#size-cells", 2);
	cell(fdt, "interrupt-parent", PHANDLE_GIC);
	chosen(fdt, vm);
	memory(fdt, vm);
	cpus(fdt);
	gic(fdt);
	timer(fdt);
	fixed_clock(fdt);
	serial(fdt);
	rtc(fdt);
	end(fdt);
	ok(fdt_finish(fdt));
	if (failed)
		die("the device tree: %s (is --append too long?)", fdt_strerror(failed));
	return fdt_totalsize(fdt);
}
