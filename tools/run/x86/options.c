// SPDX-License-Identifier: GPL-2.0-only
/* The part of the command line that only x86 has. */
#include <string.h>

#include "../machine.h"

const u64 arch_mem_min = 2 * MIB;

const struct arch_help arch_help = {
	.usage = "       mote-run --flat FILE@ADDR [options]\n",
	.run =
	"  --kernel FILE      bzImage (64-bit boot protocol), ELF with a PVH note\n"
	"                     (Linux' vmlinux: starts at once, nothing to unpack), or\n"
	"                     a multiboot 1 kernel.  COM1 (0x3f8) is the serial port:\n"
	"                     for Linux say --append console=ttyS0\n"
	"  --module 'FILE ARGS'  multiboot module, may be given again\n"
	"  --flat FILE@ADDR   raw binary.  ADDR below 1M starts in real mode with\n"
	"                     CS:IP = (ADDR >> 4 & 0xf000):(ADDR & 0xffff), other\n"
	"                     segments 0, SP 0x7c00; above in flat 32-bit mode\n",
	.machine =
	"                     from 3G on it continues at 4G\n"
	"  --debug-exit PORT  a write of V to PORT ends with status (V << 1) | 1\n",
	.exits =
	"17 triple fault; with --debug-exit also the guest's own (odd numbers).\n",
	.example =
	"  mote-run --kernel /boot/vmlinuz-6.1.0-amd64 --initrd initrd.img \\\n"
	"           --append 'console=ttyS0' --mem 512M\n",
};

enum { OPT_MODULE = 1, OPT_FLAT, OPT_DEBUG_EXIT };

const struct option arch_longs[] = {
	{ "module", required_argument, NULL, OPT_MODULE },
	{ "flat", required_argument, NULL, OPT_FLAT },
	{ "debug-exit", required_argument, NULL, OPT_DEBUG_EXIT },
	{ 0 },
};

static void parse_flat(struct options *o, char *arg)
{
	char *at = strrchr(arg, '@'), *end;

	if (!at)
		die("--flat: say FILE@ADDR, for example boot.bin@0x7c00");
	*at = 0;
	o->flat = arg;
	o->arch.flat_addr = option_number("--flat", at + 1, &end);
	if (*end)
		die("--flat: '%s' is not an address", at + 1);
}

static void parse_port(struct options *o, const char *text)
{
	char *end;
	u64 v = option_number("--debug-exit", text, &end);

	if (*end || v > 0xfffc)
		die("--debug-exit: '%s' is not a port", text);
	o->arch.debug_exit = (u32)v + 1;
}

void arch_option(struct options *o, int val, char *arg)
{
	struct arch_options *a = &o->arch;

	switch (val) {
	case OPT_MODULE:
		if (a->module_count == MODULES_MAX)
			die("--module: at most %d", MODULES_MAX);
		a->modules[a->module_count++] = arg;
		break;
	case OPT_FLAT:
		parse_flat(o, arg);
		break;
	case OPT_DEBUG_EXIT:
		parse_port(o, arg);
		break;
	}
}

void arch_options_check(struct options *o)
{
	if (o->flat && o->arch.module_count)
		die("--module belongs to --kernel");
}
