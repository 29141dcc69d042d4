// SPDX-License-Identifier: GPL-2.0-only
/* The runner's devices, driven through the buses as a guest would. */
#include <stdlib.h>
#include <string.h>

#include "run_vm.h"

static struct vm *new_vm(void)
{
	/* One VM per test; the process is short. */
	struct options *opt = calloc(1, sizeof(*opt));
	struct vm *vm = calloc(1, sizeof(*vm));

	fake_vm(vm, opt);
	return vm;
}

static void test_bus(void)
{
	struct vm *vm = new_vm();
	struct device dev = { 0 };
	u64 v = 0;

	CHECK_EQ(in(vm, 0xcf8, 4), 0xffffffff);
	CHECK_EQ(in(vm, 0x1234, 2), 0xffff);
	CHECK_EQ(in(vm, 0x1234, 1), 0xff);
	bus_read(&vm->mmio, 0xe0000003, &v, 8);
	CHECK_EQ(v, ~0ULL);
	out(vm, 0xcf8, 4, 0x8000ffff);		/* dropped, and no reset */
	CHECK(!vm->ending);
	CHECK(bus_add(&vm->arch.pio, 0x3ff, 1, &dev) != 0);
	CHECK(bus_add(&vm->arch.pio, 0x3f0, 9, &dev) != 0);
	CHECK(bus_add(&vm->arch.pio, 0x3f0, 8, &dev) == 0);
	/* A wide access is split for an 8-bit device: LCR and MCR at once */
	out(vm, 0x3fb, 2, 0x0b03);
	CHECK_EQ(in(vm, 0x3fb, 1), 0x03);
	CHECK_EQ(in(vm, 0x3fc, 1), 0x0b);
	/* ... and half of it falls off the end */
	CHECK_EQ(in(vm, 0x3ff, 2) >> 8, 0xff);
}

/* --- I/O APIC --- */

static void ioapic_put(struct vm *vm, u32 index, u32 value)
{
	bus_write(&vm->mmio, IOAPIC_ADDR, &index, 4);
	bus_write(&vm->mmio, IOAPIC_ADDR + 0x10, &value, 4);
}

static u32 ioapic_get(struct vm *vm, u32 index)
{
	u32 v;

	bus_write(&vm->mmio, IOAPIC_ADDR, &index, 4);
	bus_read(&vm->mmio, IOAPIC_ADDR + 0x10, &v, 4);
	return v;
}

static void test_ioapic_edge(void)
{
	struct vm *vm = new_vm();

	CHECK_EQ(ioapic_get(vm, 1), 0x00170020);
	CHECK_EQ(ioapic_get(vm, 0x10 + 8), 0x10000);	/* masked at reset */
	irq_pulse(vm, 4);
	CHECK_EQ(fake_msi_count, 0);
	ioapic_put(vm, 0x11 + 8, 0x03000000);
	ioapic_put(vm, 0x10 + 8, 0x0931);	/* logical, lowest priority */
	CHECK_EQ(fake_msi_count, 0);		/* the masked edge was lost */
	irq_pulse(vm, 4);
	CHECK_EQ(fake_msi_count, 1);
	CHECK_EQ(fake_msi_address, 0xfee0300c);
	CHECK_EQ(fake_msi_data, 0x4131);
	irq_set(vm, 4, true);
	irq_set(vm, 4, true);
	CHECK_EQ(fake_msi_count, 2);
	/* IRQ 0 is on pin 2 */
	ioapic_put(vm, 0x10 + 4, 0x30);
	irq_pulse(vm, 0);
	CHECK_EQ(fake_msi_data, 0x4030);
	CHECK_EQ(fake_msi_address, 0xfee00000);
}

static void test_ioapic_level(void)
{
	struct vm *vm = new_vm();

	irq_set(vm, 9, true);
	ioapic_put(vm, 0x10 + 18, 0x8051);	/* the line is up already */
	CHECK_EQ(fake_msi_count, 1);
	CHECK_EQ(fake_msi_data, 0xc051);
	CHECK_EQ(ioapic_get(vm, 0x10 + 18), 0xc051);	/* remote IRR */
	irq_set(vm, 9, false);
	irq_set(vm, 9, true);
	CHECK_EQ(fake_msi_count, 1);		/* in service */
	ioapic_eoi(vm->arch.ioapic, 0x50);
	CHECK_EQ(fake_msi_count, 1);
	ioapic_eoi(vm->arch.ioapic, 0x51);
	CHECK_EQ(fake_msi_count, 2);		/* still up: again */
	irq_set(vm, 9, false);
	ioapic_eoi(vm->arch.ioapic, 0x51);
	CHECK_EQ(fake_msi_count, 2);
	CHECK_EQ(ioapic_get(vm, 0x10 + 18), 0x8051);
}

/* --- PIC --- */

static void pic_init(struct vm *vm, u8 icw4)
{
	out(vm, 0x20, 1, 0x11);
	out(vm, 0x21, 1, 0x30);
	out(vm, 0x21, 1, 0x04);
	out(vm, 0x21, 1, icw4);
	out(vm, 0xa0, 1, 0x11);
	out(vm, 0xa1, 1, 0x38);
	out(vm, 0xa1, 1, 0x02);
	out(vm, 0xa1, 1, icw4);
	out(vm, 0x21, 1, 0);
	out(vm, 0xa1, 1, 0);
}

static void test_pic_priority(void)
{
	struct vm *vm = new_vm();

	irq_pulse(vm, 0);
	CHECK(!pic_output(vm->arch.pic));		/* masked at power-on */
	pic_init(vm, 1);
	CHECK(!pic_output(vm->arch.pic));		/* ICW1 forgets edges */
	irq_pulse(vm, 4);
	irq_pulse(vm, 1);
	CHECK(pic_output(vm->arch.pic));
	CHECK(fake_kicks > 0);
	CHECK_EQ(pic_ack(vm->arch.pic), 0x31);
	CHECK(!pic_output(vm->arch.pic));		/* 4 waits for 1's end */
	irq_pulse(vm, 0);
	CHECK_EQ(pic_ack(vm->arch.pic), 0x30);	/* nested */
	out(vm, 0x20, 1, 0x0b);
	CHECK_EQ(in(vm, 0x20, 1), 0x03);	/* ISR */
	out(vm, 0x20, 1, 0x20);
	out(vm, 0x20, 1, 0x20);
	CHECK_EQ(pic_ack(vm->arch.pic), 0x34);
	out(vm, 0x20, 1, 0x64);			/* specific EOI */
	out(vm, 0x20, 1, 0x0a);
	CHECK_EQ(in(vm, 0x20, 1), 0);
	CHECK_EQ(pic_ack(vm->arch.pic), 0x37);	/* nothing there: spurious */
}

static void test_pic_cascade(void)
{
	struct vm *vm = new_vm();

	pic_init(vm, 1);
	irq_pulse(vm, 12);
	CHECK_EQ(pic_ack(vm->arch.pic), 0x3c);
	irq_pulse(vm, 8);
	CHECK(!pic_output(vm->arch.pic));		/* cascade line in service */
	out(vm, 0xa0, 1, 0x20);
	out(vm, 0x20, 1, 0x20);
	CHECK_EQ(pic_ack(vm->arch.pic), 0x38);
	out(vm, 0xa0, 1, 0x20);
	out(vm, 0x20, 1, 0x20);
	CHECK(!pic_output(vm->arch.pic));
	irq_pulse(vm, 14);
	out(vm, 0xa1, 1, 0x40);			/* masked while pending */
	CHECK(!pic_output(vm->arch.pic));
	out(vm, 0xa1, 1, 0);
	CHECK_EQ(pic_ack(vm->arch.pic), 0x3e);
}

static void test_pic_modes(void)
{
	struct vm *vm = new_vm();

	pic_init(vm, 3);			/* automatic EOI */
	irq_pulse(vm, 5);
	CHECK_EQ(pic_ack(vm->arch.pic), 0x35);
	irq_pulse(vm, 6);
	CHECK_EQ(pic_ack(vm->arch.pic), 0x36);
	out(vm, 0x4d0, 2, 0xffff);		/* ELCR, fixed bits stay 0 */
	CHECK_EQ(in(vm, 0x4d0, 2), 0xdef8);
	irq_set(vm, 5, true);
	CHECK_EQ(pic_ack(vm->arch.pic), 0x35);
	CHECK(pic_output(vm->arch.pic));		/* level: still there */
	irq_set(vm, 5, false);
	CHECK(!pic_output(vm->arch.pic));
	out(vm, 0x20, 1, 0xc3);			/* 4 is first now, 3 last */
	irq_pulse(vm, 0);
	irq_set(vm, 4, true);
	out(vm, 0x20, 1, 0x0c);			/* poll */
	CHECK_EQ(in(vm, 0x20, 1), 0x84);
	irq_set(vm, 4, false);
	CHECK_EQ(pic_ack(vm->arch.pic), 0x30);
}

/* --- UART --- */

static void test_uart(void)
{
	struct vm *vm = new_vm();

	out(vm, 0x3ff, 1, 0x5a);
	CHECK_EQ(in(vm, 0x3ff, 1), 0x5a);
	CHECK_EQ(in(vm, 0x3fa, 1), 0x01);
	out(vm, 0x3fa, 1, 0x01);
	CHECK_EQ(in(vm, 0x3fa, 1), 0xc1);	/* it is a 16550A */
	out(vm, 0x3fb, 1, 0x80);
	out(vm, 0x3f8, 2, 0x0102);
	CHECK_EQ(in(vm, 0x3f8, 2), 0x0102);
	out(vm, 0x3fb, 1, 0x03);
	CHECK_EQ(in(vm, 0x3fd, 1), 0x60);
	out(vm, 0x3fc, 1, 0x1a);		/* loopback, OUT2, RTS */
	CHECK_EQ(in(vm, 0x3fe, 1), 0x90);
	out(vm, 0x3f8, 1, 'x');
	CHECK_EQ(in(vm, 0x3fd, 1), 0x61);
	CHECK_EQ(in(vm, 0x3f8, 1), 'x');
}

static void test_uart_irq(void)
{
	struct vm *vm = new_vm();

	ioapic_put(vm, 0x10 + 8, 0x0024);
	out(vm, 0x3fa, 1, 0x07);
	out(vm, 0x3fc, 1, 0x0b);
	CHECK_EQ(uart_room(vm->uart), 0);	/* nobody listens yet */
	out(vm, 0x3f9, 1, 0x02);		/* THRE at once */
	CHECK_EQ(fake_msi_count, 1);
	CHECK_EQ(in(vm, 0x3fa, 1), 0xc2);
	CHECK_EQ(in(vm, 0x3fa, 1), 0xc1);	/* reading cleared it */
	out(vm, 0x3f9, 1, 0x05);
	CHECK_EQ(uart_room(vm->uart), 16);
	for (u32 i = 0; i < 16; i++)
		uart_receive(vm->uart, (u8)('a' + i));
	CHECK_EQ(fake_msi_count, 2);
	CHECK_EQ(uart_room(vm->uart), 0);
	CHECK_EQ(in(vm, 0x3fa, 1), 0xc4);
	uart_receive(vm->uart, 'z');		/* overrun */
	CHECK_EQ(in(vm, 0x3fa, 1), 0xc6);
	CHECK_EQ(in(vm, 0x3fd, 1), 0x63);
	for (u32 i = 0; i < 16; i++)
		CHECK_EQ(in(vm, 0x3f8, 1), 'a' + i);
	CHECK_EQ(in(vm, 0x3fa, 1), 0xc1);
	out(vm, 0x3f9, 1, 0x00);
	for (u32 i = 0; i < 16; i++)		/* a polling guest listens too */
		in(vm, 0x3fd, 1);
	CHECK_EQ(uart_room(vm->uart), 16);
}

/* --- PIT --- */

static u32 pit_latched(struct vm *vm, u32 channel)
{
	u32 low;

	out(vm, 0x43, 1, channel << 6);
	low = in(vm, (u16)(0x40 + channel), 1);
	return low | in(vm, (u16)(0x40 + channel), 1) << 8;
}

static void test_pit_count(void)
{
	struct vm *vm = new_vm();
	u32 a, b;

	out(vm, 0x43, 1, 0x34);			/* channel 0, mode 2 */
	out(vm, 0x43, 1, 0xe2);			/* status: count not loaded */
	CHECK_EQ(in(vm, 0x40, 1) & 0x7f, 0x74);
	out(vm, 0x40, 1, 0x00);
	out(vm, 0x40, 1, 0x00);
	a = pit_latched(vm, 0);
	fake_wait(vm, 5);
	b = pit_latched(vm, 0);
	CHECK(((a - b) & 0xffff) >= 5 * 1193);
	out(vm, 0x43, 1, 0xe2);
	CHECK_EQ(in(vm, 0x40, 1) & 0x7f, 0x34);
	/* Both latched: status first */
	out(vm, 0x43, 1, 0xc2);
	CHECK_EQ(in(vm, 0x40, 1) & 0x7f, 0x34);
	a = in(vm, 0x40, 1);
	a |= in(vm, 0x40, 1) << 8;
	CHECK(((b - a) & 0xffff) < 60000);
	/* Low byte only */
	out(vm, 0x43, 1, 0x90);
	out(vm, 0x42, 1, 0x80);
	CHECK(in(vm, 0x42, 1) <= 0x80);
}

static void test_pit_gate(void)
{
	struct vm *vm = new_vm();
	u32 a;

	/* As Linux calibrates: gate on, mode 0, wait for the output */
	out(vm, 0x61, 1, 0x01);
	out(vm, 0x43, 1, 0xb0);
	out(vm, 0x42, 1, 11932 & 0xff);
	out(vm, 0x42, 1, 11932 >> 8);		/* 10 ms */
	CHECK_EQ(in(vm, 0x61, 1) & 0x20, 0);
	fake_wait(vm, 15);
	CHECK_EQ(in(vm, 0x61, 1) & 0x23, 0x21);
	/* A low gate holds the count */
	out(vm, 0x43, 1, 0xb0);
	out(vm, 0x42, 1, 0xff);
	out(vm, 0x42, 1, 0xff);
	out(vm, 0x61, 1, 0x00);
	a = pit_latched(vm, 2);
	fake_wait(vm, 5);
	CHECK_EQ(pit_latched(vm, 2), a);
	out(vm, 0x61, 1, 0x01);
	fake_wait(vm, 5);
	CHECK(((a - pit_latched(vm, 2)) & 0xffff) >= 5 * 1193);
}

static void test_pit_irq(void)
{
	struct vm *vm = new_vm();

	ioapic_put(vm, 0x10 + 4, 0x30);
	out(vm, 0x43, 1, 0x34);
	out(vm, 0x40, 1, 11932 & 0xff);
	out(vm, 0x40, 1, 11932 >> 8);		/* 100 Hz */
	fake_wait(vm, 205);
	CHECK(fake_msi_count >= 5 && fake_msi_count <= 21);
	out(vm, 0x43, 1, 0x30);			/* one shot, 10 ms */
	fake_msi_count = 0;
	out(vm, 0x40, 1, 11932 & 0xff);
	out(vm, 0x40, 1, 11932 >> 8);
	fake_wait(vm, 60);
	CHECK_EQ(fake_msi_count, 1);
	out(vm, 0x43, 1, 0x38);			/* strobe */
	out(vm, 0x40, 1, 11932 & 0xff);
	out(vm, 0x40, 1, 11932 >> 8);
	fake_wait(vm, 60);
	CHECK_EQ(fake_msi_count, 2);
}

/* --- RTC --- */

static u32 cmos_get(struct vm *vm, u32 reg)
{
	out(vm, 0x70, 1, reg);
	return in(vm, 0x71, 1);
}

static void cmos_put(struct vm *vm, u32 reg, u32 value)
{
	out(vm, 0x70, 1, reg);
	out(vm, 0x71, 1, value);
}

static void set_date(struct vm *vm, u32 b, const u8 *v)
{
	static const u8 regs[] = { 0, 2, 4, 7, 8, 9, 0x32 };

	cmos_put(vm, 0x0b, 0x80 | b);
	for (size_t i = 0; i < sizeof(regs); i++)
		cmos_put(vm, regs[i], v[i]);
	cmos_put(vm, 0x0b, b);
}

static void test_rtc_time(void)
{
	static const u8 bcd[] = { 0x10, 0x58, 0x23, 0x28, 0x02, 0x28, 0x20 };
	static const u8 bin12[] = { 10, 0, 0x80 | 12, 31, 12, 99, 19 };
	struct vm *vm = new_vm();

	CHECK_EQ(cmos_get(vm, 0x0d), 0x80);
	CHECK_EQ(cmos_get(vm, 0x0a), cmos_get(vm, 0x0a) & 0xff);
	CHECK_EQ(cmos_get(vm, 0x15) | cmos_get(vm, 0x16) << 8, 640);
	CHECK_EQ(cmos_get(vm, 0x34) | cmos_get(vm, 0x35) << 8, 48 * 16);
	set_date(vm, 0x02, bcd);
	CHECK_EQ(cmos_get(vm, 4), 0x23);
	CHECK_EQ(cmos_get(vm, 7), 0x28);
	CHECK_EQ(cmos_get(vm, 6), 2);		/* 2028-02-28 is a Monday */
	CHECK_EQ(cmos_get(vm, 0x32), 0x20);
	set_date(vm, 0x04, bin12);
	CHECK_EQ(cmos_get(vm, 4), 0x8c);	/* noon */
	CHECK_EQ(cmos_get(vm, 9), 99);
	CHECK_EQ(cmos_get(vm, 0x32), 19);
	cmos_put(vm, 0x0b, 0x06);
	CHECK_EQ(cmos_get(vm, 4), 12);
	cmos_put(vm, 4, 0);			/* midnight, without SET */
	cmos_put(vm, 0x0b, 0x04);
	CHECK_EQ(cmos_get(vm, 4), 12);
	cmos_put(vm, 0x0f, 0x5a);
	CHECK_EQ(cmos_get(vm, 0x0f), 0x5a);
}

static void test_rtc_irq(void)
{
	static const u8 date[] = { 10, 58, 23, 28, 2, 28, 20 };
	struct vm *vm = new_vm();

	ioapic_put(vm, 0x10 + 16, 0x38);
	cmos_put(vm, 0x0b, 0x42);		/* periodic, 1024 Hz */
	fake_wait(vm, 20);
	CHECK_EQ(fake_msi_count, 1);		/* the line stays up ... */
	CHECK_EQ(cmos_get(vm, 0x0c) & 0xc0, 0xc0);
	fake_wait(vm, 20);
	CHECK_EQ(fake_msi_count, 2);		/* ... until C is read */
	cmos_put(vm, 0x0b, 0x02);
	cmos_get(vm, 0x0c);
	set_date(vm, 0x06, date);
	cmos_put(vm, 1, 11);
	cmos_put(vm, 3, 0xff);
	cmos_put(vm, 5, 0xff);
	fake_msi_count = 0;
	cmos_put(vm, 0x0b, 0x36);		/* alarm and update */
	fake_wait(vm, 1300);
	CHECK_EQ(fake_msi_count, 1);
	CHECK((cmos_get(vm, 0x0c) & 0x90) == 0x90);
}

/* --- fw_cfg --- */

static u64 fw_cfg_get(struct vm *vm, u32 item, unsigned int bytes)
{
	u64 v = 0;

	out(vm, 0x510, 2, item);
	for (unsigned int i = 0; i < bytes; i++)
		v |= (u64)in(vm, 0x511, 1) << 8 * i;
	return v;
}

static void test_fw_cfg(void)
{
	struct vm *vm = new_vm();

	CHECK_EQ(fw_cfg_get(vm, 0, 4), 0x554d4551);	/* "QEMU" */
	CHECK_EQ(fw_cfg_get(vm, 3, 8), vm->opt->mem_bytes);
	CHECK_EQ(fw_cfg_get(vm, 5, 2), VCPUS_MAX);
	CHECK_EQ(in(vm, 0x511, 1), 0);			/* behind its end */
	CHECK_EQ(fw_cfg_get(vm, 0x19, 4), 0);		/* no files */
	CHECK_EQ(fw_cfg_get(vm, 0xffff, 8), 0);
	/* Only 16 bits select */
	CHECK_EQ(fw_cfg_get(vm, 3, 0), 0);
	out(vm, 0x510, 1, 0);
	CHECK_EQ(in(vm, 0x511, 1), vm->opt->mem_bytes & 0xff);
}

/* --- power --- */

static void test_power(void)
{
	struct vm *vm = new_vm();
	u32 a;

	CHECK_EQ(in(vm, 0x604, 2), 1);		/* ACPI is on */
	CHECK_EQ(in(vm, 0x600, 2), 0);
	out(vm, 0x602, 2, 0x0120);
	CHECK_EQ(in(vm, 0x602, 2), 0x0120);
	a = in(vm, 0x608, 4);
	fake_wait(vm, 10);
	CHECK(in(vm, 0x608, 4) - a >= 35795);
	out(vm, 0x604, 2, 0x0401);
	CHECK(!vm->ending);
	out(vm, 0x604, 2, 0x1400 | 0x2000);
	CHECK(vm->ending && vm->code == END_POWER_OFF);
	out(vm, 0xcf9, 1, 6);
	CHECK_EQ(vm->code, END_POWER_OFF);	/* the first one counts */
}

static void test_reset(void)
{
	static const struct {
		u16 port;
		u8 value;
	} ways[] = { { 0x64, 0xfe }, { 0x92, 0x01 }, { 0xcf9, 0x06 } };

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct vm *vm = new_vm();

		CHECK_EQ(in(vm, 0x64, 1), 0);
		CHECK_EQ(in(vm, 0x92, 1), 2);
		out(vm, ways[i].port, 1, ways[i].value);
		CHECK(vm->ending && vm->code == END_REBOOT);
	}
}

static const struct run_test tests[] = {
	{ "bus", test_bus },
	{ "I/O APIC, edge", test_ioapic_edge },
	{ "I/O APIC, level", test_ioapic_level },
	{ "PIC, priority", test_pic_priority },
	{ "PIC, cascade", test_pic_cascade },
	{ "PIC, modes", test_pic_modes },
	{ "UART", test_uart },
	{ "UART, interrupts", test_uart_irq },
	{ "PIT, counting", test_pit_count },
	{ "PIT, gate", test_pit_gate },
	{ "PIT, interrupts", test_pit_irq },
	{ "RTC, time", test_rtc_time },
	{ "RTC, interrupts", test_rtc_irq },
	{ "fw_cfg", test_fw_cfg },
	{ "power-off", test_power },
	{ "reset", test_reset },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
