// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

#define MEM_DEFAULT	(256 * MIB)
#define MEM_MIN		(2 * MIB)
#define MEM_MAX		(1024 * GIB)

static const char help[] =
"usage: mote-run --kernel FILE [options]\n"
"       mote-run --flat FILE@ADDR [options]\n"
"\n"
"Runs one guest on /dev/mote, with COM1 (0x3f8, ttyS0) on this terminal.\n"
"\n"
"What to run; the format is recognised by content:\n"
"  --kernel FILE      bzImage (64-bit boot protocol), ELF with a PVH note\n"
"                     (Linux' vmlinux: starts at once, nothing to unpack), or\n"
"                     a multiboot 1 kernel\n"
"  --append TEXT      kernel command line; for Linux say console=ttyS0\n"
"  --initrd FILE      initial RAM disk (Linux)\n"
"  --module 'FILE ARGS'  multiboot module, may be given again\n"
"  --flat FILE@ADDR   raw binary.  ADDR below 1M starts in real mode with\n"
"                     CS:IP = (ADDR >> 4 & 0xf000):(ADDR & 0xffff), other\n"
"                     segments 0, SP 0x7c00; above in flat 32-bit mode\n"
"\n"
"The machine:\n"
"  --mem SIZE[K|M|G]  RAM, 256M if not given; from 3G on it continues at 4G\n"
"  --debug-exit PORT  a write of V to PORT ends with status (V << 1) | 1\n"
"\n"
"Looking at it:\n"
"  --stats            exits by reason and time in the guest, at the end\n"
"  --dump-on-fail     registers and the hardware's state when the VM stops\n"
"  --help             this text\n"
"\n"
"On a terminal Ctrl-A x ends the program and Ctrl-A Ctrl-A sends Ctrl-A.\n"
"\n"
"Exit status: 0 the guest powered off; 1 wrong usage or host not ready; 2 the\n"
"VM cannot go on; 16 the guest asked for a reboot; 17 triple fault; 18 Ctrl-A\n"
"x; 128+N signal N; with --debug-exit also the guest's own (odd numbers).\n"
"\n"
"Example: a stock kernel to a shell\n"
"  mote-run --kernel /boot/vmlinuz-6.1.0-amd64 --initrd initrd.img \\\n"
"           --append 'console=ttyS0' --mem 512M\n";

enum opt_id {
	OPT_KERNEL = 256, OPT_INITRD, OPT_APPEND, OPT_MODULE, OPT_FLAT,
	OPT_MEM, OPT_DEBUG_EXIT, OPT_STATS, OPT_DUMP, OPT_HELP,
};

static const struct option longs[] = {
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "initrd", required_argument, NULL, OPT_INITRD },
	{ "append", required_argument, NULL, OPT_APPEND },
	{ "module", required_argument, NULL, OPT_MODULE },
	{ "flat", required_argument, NULL, OPT_FLAT },
	{ "mem", required_argument, NULL, OPT_MEM },
	{ "debug-exit", required_argument, NULL, OPT_DEBUG_EXIT },
	{ "stats", no_argument, NULL, OPT_STATS },
	{ "dump-on-fail", no_argument, NULL, OPT_DUMP },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static u64 number(const char *what, const char *text, char **end)
{
	u64 v = strtoull(text, end, 0);

	if (*end == text || text[0] == '-')
		die("%s: '%s' is not a number", what, text);
	return v;
}

static u64 size(const char *text)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end;
	u64 v = number("--mem", text, &end);

	if (*end) {
		unit = strchr(units, *end & ~0x20);
		if (!unit || end[1])
			die("--mem: '%s': say a number with K, M or G", text);
		v <<= 10 * (unit - units + 1);
	}
	v &= ~(PAGE_BYTES - 1);
	if (v < MEM_MIN || v > MEM_MAX)
		die("--mem: '%s' is not between 2M and 1024G", text);
	return v;
}

static void parse_flat(struct options *o, char *arg)
{
	char *at = strrchr(arg, '@'), *end;

	if (!at)
		die("--flat: say FILE@ADDR, for example boot.bin@0x7c00");
	*at = 0;
	o->flat = arg;
	o->flat_addr = number("--flat", at + 1, &end);
	if (*end)
		die("--flat: '%s' is not an address", at + 1);
}

static int parse_port(const char *text)
{
	char *end;
	u64 v = number("--debug-exit", text, &end);

	if (*end || v > 0xfffc)
		die("--debug-exit: '%s' is not a port", text);
	return (int)v;
}

static void parse_one(struct options *o, int c)
{
	switch (c) {
	case OPT_KERNEL:
		o->kernel = optarg;
		break;
	case OPT_INITRD:
		o->initrd = optarg;
		break;
	case OPT_APPEND:
		o->append = optarg;
		break;
	case OPT_MODULE:
		if (o->module_count == MODULES_MAX)
			die("--module: at most %d", MODULES_MAX);
		o->modules[o->module_count++] = optarg;
		break;
	case OPT_FLAT:
		parse_flat(o, optarg);
		break;
	case OPT_MEM:
		o->mem_bytes = size(optarg);
		break;
	case OPT_DEBUG_EXIT:
		o->debug_exit = parse_port(optarg);
		break;
	case OPT_STATS:
		o->stats = true;
		break;
	case OPT_DUMP:
		o->dump_on_fail = true;
		break;
	case OPT_HELP:
		fputs(help, stdout);
		exit(0);
	default:
		exit(END_USAGE);	/* getopt has said why */
	}
}

void options_parse(struct options *o, int argc, char **argv)
{
	int c;

	memset(o, 0, sizeof(*o));
	o->append = "";
	o->mem_bytes = MEM_DEFAULT;
	o->debug_exit = -1;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		parse_one(o, c);
	if (optind < argc)
		die("'%s': options start with --, see mote-run --help",
		    argv[optind]);
	if (!o->kernel == !o->flat)
		die("say what to run: --kernel FILE or --flat FILE@ADDR (see mote-run --help)");
	if (o->flat && (o->initrd || o->module_count))
		die("--initrd and --module belong to --kernel");
}
