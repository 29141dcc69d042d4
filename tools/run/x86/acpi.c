// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ACPI tables (ACPI specification 6, chapter 5): enough for an OS to find
 * its processors, the I/O APIC and the timer, to reset and to power off.
 */
#include <stdio.h>
#include <string.h>

#include "acpi.h"
#include "irq.h"

/*
 * DSDT, by hand.  In ASL:
 *
 *	Name (_S5, Package () { 5, 5, 0, 0 })	// ACPI_S5_TYPE
 *	Scope (\_SB) {
 *		Device (COM1) {
 *			Name (_HID, EisaId ("PNP0501"))
 *			Name (_CRS, ResourceTemplate () {
 *				IO (Decode16, 0x3f8, 0x3f8, 1, 8)
 *				IRQNoFlags () { 4 }
 *			})
 *		}
 *	}
 */
static const u8 dsdt[] = {
	0x08, '_', 'S', '5', '_', 0x12, 0x08, 0x04,
	0x0a, ACPI_S5_TYPE, 0x0a, ACPI_S5_TYPE, 0x00, 0x00,
	0x10, 0x2d, '\\', '_', 'S', 'B', '_',
	0x5b, 0x82, 0x25, 'C', 'O', 'M', '1',
	0x08, '_', 'H', 'I', 'D', 0x0c, 0x41, 0xd0, 0x05, 0x01,
	0x08, '_', 'C', 'R', 'S', 0x11, 0x10, 0x0a, 0x0d,
	0x47, 0x01, 0xf8, 0x03, 0xf8, 0x03, 0x01, 0x08,
	0x22, 0x10, 0x00,
	0x79, 0x00,
};

#define HEADER_BYTES	36
#define FADT_BYTES	268	/* revision 5 */
#define FACS_BYTES	64

/* FADT flags */
#define FADT_WBINVD		(1u << 0)
#define FADT_PROC_C1		(1u << 2)
#define FADT_NO_POWER_BUTTON	(1u << 4)
#define FADT_NO_SLEEP_BUTTON	(1u << 5)
#define FADT_RTC_NOT_FIXED	(1u << 6)
#define FADT_TIMER_32BIT	(1u << 8)
#define FADT_RESET_REG		(1u << 10)

/* IAPC_BOOT_ARCH: no 8042 bit, so that nobody waits for a keyboard */
#define BOOT_LEGACY_DEVICES	(1u << 0)
#define BOOT_NO_VGA		(1u << 2)

/**
 * struct writer - where the next bytes go
 * @base: guest memory at @gpa
 * @gpa: first address
 * @at: bytes written
 */
struct writer {
	u8 *base;
	u64 gpa;
	u64 at;
};

static void put(struct writer *w, u64 value, u32 bytes)
{
	memcpy(w->base + w->at, &value, bytes);
	w->at += bytes;
}

static void poke(u8 *table, u32 offset, u64 value, u32 bytes)
{
	memcpy(table + offset, &value, bytes);
}

static u8 checksum(const u8 *p, u64 bytes)
{
	u8 sum = 0;

	while (bytes--)
		sum += *p++;
	return (u8)-sum;
}

/* Start a table: 16-byte aligned, header without length and checksum. */
static u64 begin(struct writer *w, const char *signature, u8 revision)
{
	u8 *t;

	w->at = (w->at + 15) & ~15ULL;
	t = w->base + w->at;
	memcpy(t, signature, 4);
	t[8] = revision;
	memcpy(t + 10, "MOTE  ", 6);
	memcpy(t + 16, "MOTERUN ", 8);
	poke(t, 24, 1, 4);
	memcpy(t + 28, "MOTE", 4);
	poke(t, 32, 1, 4);
	w->at += HEADER_BYTES;
	return w->gpa + w->at - HEADER_BYTES;
}

static void end(struct writer *w, u64 gpa)
{
	u8 *t = w->base + (gpa - w->gpa);
	u64 bytes = w->gpa + w->at - gpa;

	poke(t, 4, bytes, 4);
	t[9] = checksum(t, bytes);
}

static u64 build_dsdt(struct writer *w)
{
	u64 gpa = begin(w, "DSDT", 2);

	memcpy(w->base + w->at, dsdt, sizeof(dsdt));
	w->at += sizeof(dsdt);
	end(w, gpa);
	return gpa;
}

/* Has a layout of its own and must stand on 64 bytes. */
static u64 build_facs(struct writer *w)
{
	u8 *t;

	w->at = (w->at + 63) & ~63ULL;
	t = w->base + w->at;
	memcpy(t, "FACS", 4);
	poke(t, 4, FACS_BYTES, 4);
	t[32] = 2;
	w->at += FACS_BYTES;
	return w->gpa + w->at - FACS_BYTES;
}

/* Generic Address Structure for @bytes of ports */
static void poke_gas(u8 *t, u32 offset, u32 port, u32 bytes)
{
	t[offset] = 1;				/* system I/O */
	t[offset + 1] = (u8)(bytes * 8);
	t[offset + 3] = bytes == 4 ? 3 : (u8)bytes;	/* access size */
	poke(t, offset + 4, port, 8);
}

static u64 build_fadt(struct writer *w, u64 dsdt_gpa, u64 facs_gpa)
{
	u64 gpa = begin(w, "FACP", 5);
	u8 *t = w->base + (gpa - w->gpa);

	poke(t, 36, facs_gpa, 4);
	poke(t, 40, dsdt_gpa, 4);
	poke(t, 46, IRQ_SCI, 2);
	poke(t, 56, ACPI_PM1_EVENT, 4);
	poke(t, 64, ACPI_PM1_CONTROL, 4);
	poke(t, 76, ACPI_PM_TIMER, 4);
	t[88] = 4;			/* lengths of the three blocks */
	t[89] = 2;
	t[91] = 4;
	poke(t, 96, 101, 2);		/* no C2 */
	poke(t, 98, 1001, 2);		/* no C3 */
	t[108] = 0x32;			/* century in the CMOS */
	poke(t, 109, BOOT_LEGACY_DEVICES | BOOT_NO_VGA, 2);
	poke(t, 112, FADT_WBINVD | FADT_PROC_C1 | FADT_NO_POWER_BUTTON |
	     FADT_NO_SLEEP_BUTTON | FADT_RTC_NOT_FIXED | FADT_TIMER_32BIT |
	     FADT_RESET_REG, 4);
	poke_gas(t, 116, ACPI_RESET_PORT, 1);
	t[128] = ACPI_RESET_VALUE;
	poke(t, 140, dsdt_gpa, 8);
	poke_gas(t, 148, ACPI_PM1_EVENT, 4);
	poke_gas(t, 172, ACPI_PM1_CONTROL, 2);
	poke_gas(t, 208, ACPI_PM_TIMER, 4);
	w->at += FADT_BYTES - HEADER_BYTES;
	end(w, gpa);
	return gpa;
}

/* Interrupt Source Override: an ISA line that is not pin for pin */
static void put_override(struct writer *w, u32 irq, u32 pin, u32 flags)
{
	put(w, 2, 1);
	put(w, 10, 1);
	put(w, 0, 1);		/* ISA bus */
	put(w, irq, 1);
	put(w, pin, 4);
	put(w, flags, 2);
}

static u64 build_madt(struct writer *w)
{
	u64 gpa = begin(w, "APIC", 3);

	put(w, LAPIC_ADDR, 4);
	put(w, 1, 4);			/* there is a PIC pair too */
	for (u32 id = 0; id < VCPUS_MAX; id++) {
		put(w, 0, 1);		/* processor local APIC */
		put(w, 8, 1);
		put(w, id, 1);
		put(w, id, 1);
		put(w, 1, 4);		/* enabled */
	}
	put(w, 1, 1);			/* I/O APIC */
	put(w, 12, 1);
	put(w, VCPUS_MAX, 1);
	put(w, 0, 1);
	put(w, IOAPIC_ADDR, 4);
	put(w, 0, 4);
	put_override(w, IRQ_TIMER, IOAPIC_PIN_TIMER, 0);
	put_override(w, IRQ_SCI, IRQ_SCI, 0x0d);	/* level, active high */
	put(w, 4, 1);			/* NMI on LINT1 of all */
	put(w, 6, 1);
	put(w, 0xff, 1);
	put(w, 0, 2);
	put(w, 1, 1);
	end(w, gpa);
	return gpa;
}

static u64 build_root(struct writer *w, const char *signature, u32 width,
		      u64 fadt, u64 madt)
{
	u64 gpa = begin(w, signature, 1);

	put(w, fadt, width);
	put(w, madt, width);
	end(w, gpa);
	return gpa;
}

void acpi_build(struct vm *vm)
{
	struct writer w = { .gpa = ACPI_TABLES, .at = HEADER_BYTES };
	u64 facs, fadt, madt, rsdt, xsdt;
	u8 *rsdp;

	w.base = vm_mem(vm, ACPI_TABLES, ACPI_TABLES_BYTES);
	if (!w.base)
		die("--mem is too small: at least 2M");
	rsdp = w.base;		/* the first 36 bytes */
	facs = build_facs(&w);
	fadt = build_fadt(&w, build_dsdt(&w), facs);
	madt = build_madt(&w);
	rsdt = build_root(&w, "RSDT", 4, fadt, madt);
	xsdt = build_root(&w, "XSDT", 8, fadt, madt);
	memcpy(rsdp, "RSD PTR ", 8);
	memcpy(rsdp + 9, "MOTE  ", 6);
	rsdp[15] = 2;
	poke(rsdp, 16, rsdt, 4);
	poke(rsdp, 20, HEADER_BYTES, 4);
	poke(rsdp, 24, xsdt, 8);
	rsdp[8] = checksum(rsdp, 20);
	rsdp[32] = checksum(rsdp, 36);
	vm->arch.rsdp = ACPI_TABLES;
}
