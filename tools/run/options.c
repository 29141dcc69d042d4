// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

#define MEM_DEFAULT	(256 * MIB)
#define MEM_MAX		(1024 * GIB)

static void print_help(void)
{
	printf("usage: mote-run --kernel FILE [options]\n"
	       "%s"
	       "\n"
	       "Runs one guest on /dev/mote, with its serial port on this terminal.\n"
	       "\n"
	       "What to run; the format is recognised by content:\n"
	       "%s"
	       "  --append TEXT      kernel command line\n"
	       "  --initrd FILE      initial RAM disk (Linux)\n"
	       "\n"
	       "The machine:\n"
	       "  --mem SIZE[K|M|G]  RAM, 256M if not given\n"
	       "%s"
	       "\n"
	       "Looking at it:\n"
	       "  --stats            exits by reason and time in the guest, at the end\n"
	       "  --dump-on-fail     registers and the hardware's state when the VM stops\n"
	       "  --help             this text\n"
	       "\n"
	       "On a terminal Ctrl-A x ends the program and Ctrl-A Ctrl-A sends Ctrl-A.\n"
	       "\n"
	       "Exit status: 0 the guest powered off; 1 wrong usage or host not ready; 2 the\n"
	       "VM cannot go on; 16 the guest asked for a reboot; 18 Ctrl-A x; 128+N signal N\n"
	       "%s"
	       "\n"
	       "Example: a stock kernel to a shell\n"
	       "%s",
	       arch_help.usage, arch_help.run, arch_help.machine, arch_help.exits,
	       arch_help.example);
}

enum opt_id {
	OPT_KERNEL = 256, OPT_INITRD, OPT_APPEND, OPT_MEM, OPT_STATS, OPT_DUMP,
	OPT_HELP,
};

static const struct option longs[] = {
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "initrd", required_argument, NULL, OPT_INITRD },
	{ "append", required_argument, NULL, OPT_APPEND },
	{ "mem", required_argument, NULL, OPT_MEM },
	{ "stats", no_argument, NULL, OPT_STATS },
	{ "dump-on-fail", no_argument, NULL, OPT_DUMP },
	{ "help", no_argument, NULL, OPT_HELP },
};

/* longs[] and arch_longs[]; @all has room for both and the end */
static void all_options(struct option *all, size_t room)
{
	size_t n = ARRAY_SIZE(longs);

	memcpy(all, longs, sizeof(longs));
	for (const struct option *o = arch_longs; o->name && n < room - 1; o++)
		all[n++] = *o;
	memset(&all[n], 0, sizeof(all[n]));
}

u64 option_number(const char *what, const char *text, char **end)
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
	u64 v = option_number("--mem", text, &end);

	if (*end) {
		unit = strchr(units, *end & ~0x20);
		if (!unit || end[1])
			die("--mem: '%s': say a number with K, M or G", text);
		v <<= 10 * (unit - units + 1);
	}
	v &= ~(PAGE_BYTES - 1);
	if (v < arch_mem_min || v > MEM_MAX)
		die("--mem: '%s' is not between %lluM and 1024G", text,
		    arch_mem_min / MIB);
	return v;
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
	case OPT_MEM:
		o->mem_bytes = size(optarg);
		break;
	case OPT_STATS:
		o->stats = true;
		break;
	case OPT_DUMP:
		o->dump_on_fail = true;
		break;
	case OPT_HELP:
		print_help();
		exit(0);
	case '?':
		exit(END_USAGE);	/* getopt has said why */
	default:
		arch_option(o, c, optarg);
	}
}

void options_parse(struct options *o, int argc, char **argv)
{
	struct option all[32];
	int c;

	memset(o, 0, sizeof(*o));
	o->append = "";
	o->mem_bytes = MEM_DEFAULT;
	all_options(all, ARRAY_SIZE(all));
	while ((c = getopt_long(argc, argv, "", all, NULL)) != -1)
		parse_one(o, c);
	if (optind < argc)
		die("'%s': options start with --, see mote-run --help",
		    argv[optind]);
	if (!o->kernel == !o->flat)
		die("say what to run: --kernel FILE or --flat FILE (see mote-run --help)");
	if (o->flat && o->initrd)
		die("--initrd belongs to --kernel");
	arch_options_check(o);
}
