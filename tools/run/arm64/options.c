// SPDX-License-Identifier: GPL-2.0-only
/* The part of the command line that only arm64 has. */
#include "../machine.h"

const u64 arch_mem_min = 2 * MIB;

const struct arch_help arch_help = {
	.usage = "       mote-run --flat FILE [options]\n",
	.run =
	"  --kernel FILE      Linux Image, also packed with gzip.  A PL011 is the\n"
	"                     serial port, ttyAMA0 in Linux\n"
	"  --flat FILE        raw binary, started at 0x40080000 in EL1 without MMU,\n"
	"                     X0 = device tree\n",
	.machine =
	"                     from 0x40000000 on; devices are where QEMU's virt\n"
	"                     machine has them (GICv3, PL011, PL031, PSCI by HVC)\n",
	.exits = "",
	.example =
	"  mote-run --kernel /boot/vmlinuz-6.1.0-arm64 --initrd initrd.img \\\n"
	"           --append 'console=ttyAMA0' --mem 512M\n",
};

enum { OPT_FLAT = 1 };

const struct option arch_longs[] = {
	{ "flat", required_argument, NULL, OPT_FLAT },
	{ 0 },
};

void arch_option(struct options *o, int val, char *arg)
{
	if (val == OPT_FLAT)
		o->flat = arg;
}

void arch_options_check(struct options *o)
{
	(void)o;
}
