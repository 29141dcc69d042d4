// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: options, and the tests in order. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench.h"
#include "measure.h"

/* Small batches, so that most are free of ticks of the host's timer */
struct bench_options bench_options = {
	.batch = 20,
	.batches = 100,
	.vms = 50,
	.mib = 64,
};

static const struct bench_hv *const hypervisors[] = { &bench_mote, &bench_kvm };

static const struct {
	const char *name;
	void (*run)(const struct bench_hv *hv);
} tests[] = {
	{ "floors", bench_test_floors }, { "exits", bench_test_exits },
	{ "faults", bench_test_faults }, { "life", bench_test_life },
	{ "memory", bench_test_memory },
};

static const struct {
	const char *name;
	unsigned int *value;
} options[] = {
	{ "batch", &bench_options.batch }, { "batches", &bench_options.batches },
	{ "vms", &bench_options.vms }, { "mib", &bench_options.mib },
	{ "irqchip", &bench_options.irqchip },
};

void bench_die(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	fprintf(stderr, "mote-bench: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, " (last error: %s)\n", strerror(err));
	exit(1);
}

static void __attribute__((noreturn)) usage(void)
{
	fprintf(stderr,
		"usage: mote-bench mote|kvm [OPTION=VALUE...] [TEST...]\n"
		"Measures the hypervisor and prints \"row NAME UNIT VALUE ...\" lines.\n"
		"  batch=%u     events of one sample\n"
		"  batches=%u  samples of a row\n"
		"  vms=%u       VMs at a time in the memory test\n"
		"  mib=%u       memory of the fault tests, at least 8\n"
		"  irqchip=1    interrupt controllers in the kernel; row names begin with irqchip.\n"
		"TEST is floors, exits, faults, life or memory; all of them without one.\n",
		bench_options.batch, bench_options.batches, bench_options.vms,
		bench_options.mib);
	exit(2);
}

static const struct bench_hv *find_hv(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(hypervisors); i++)
		if (name && !strcmp(name, hypervisors[i]->name))
			return hypervisors[i];
	usage();
}

/* "NAME=VALUE"; false when it is none */
static bool parse_option(const char *arg)
{
	const char *value = strchr(arg, '=');
	char *end;

	if (!value)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		size_t n = strlen(options[i].name);

		if (strncmp(arg, options[i].name, n) || arg + n != value)
			continue;
		*options[i].value = (unsigned int)strtoul(value + 1, &end, 10);
		if (*end || !*options[i].value)
			usage();
		return true;
	}
	usage();
}

static unsigned int parse_test(const char *arg)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
		if (!strcmp(arg, tests[i].name))
			return 1u << i;
	usage();
}

int main(int argc, char **argv)
{
	struct rlimit files = { 4096, 4096 };
	const struct bench_hv *hv = find_hv(argc > 1 ? argv[1] : NULL);
	unsigned int wanted = 0;

	for (int i = 2; i < argc; i++)
		if (!parse_option(argv[i]))
			wanted |= parse_test(argv[i]);
	if (bench_options.mib < 8)
		usage();
	setrlimit(RLIMIT_NOFILE, &files);
	hv->open();
	bench_calibrate();
	for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
		if (!wanted || wanted & 1u << i)
			tests[i].run(hv);
	return 0;
}
