// SPDX-License-Identifier: GPL-2.0-only
/* mote-info: what /dev/mote offers on this host, and why not if not. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "info.h"

static const char help[] =
"usage: mote-info [--features]\n"
"\n"
"Says what /dev/mote offers on this host, and why not when it does not.\n"
"  --features   also the table that guests' CPUs are made from: CPUID on x86,\n"
"               ID registers on arm64\n"
"\n"
"Exit status: 0 guests can run; 1 they cannot, or wrong usage.\n";

static const struct {
	__u64 bit;
	const char *text;
} features[] = {
	{ MOTE_FEAT_IRQCHIP, "interrupt controllers in the kernel" },
	{ MOTE_FEAT_HW_IRQ, "interrupts delivered by hardware" },
	{ MOTE_FEAT_POSTED_IRQ, "interrupts posted without an exit" },
	{ MOTE_FEAT_HUGE_2M, "2 MiB second-stage mappings" },
	{ MOTE_FEAT_HUGE_1G, "1 GiB second-stage mappings" },
	{ MOTE_FEAT_AD_BITS, "accessed and dirty bits by hardware" },
	{ MOTE_FEAT_TLB_TAGS, "TLB entries tagged per VM" },
	{ MOTE_FEAT_READONLY, "read-only guest memory" },
};

static const char *backend(__u32 b)
{
	static const char *const names[] = {
		[MOTE_BACKEND_NONE] = "none",
		[MOTE_BACKEND_VMX] = "Intel VT-x",
		[MOTE_BACKEND_SVM] = "AMD-V (SVM)",
		[MOTE_BACKEND_VHE] = "arm64 EL2, VHE",
		[MOTE_BACKEND_NVHE] = "arm64 EL2, nVHE",
	};

	return b < ARRAY_SIZE(names) ? names[b] : "unknown to this program";
}

static void print_info(const struct mote_info *i)
{
	printf("usable:      %s\n", i->usable ? "yes" : "no");
	if (!i->usable)
		printf("reason:      %.160s\n", i->reason);
	printf("ABI:         %u%s\n", i->abi, i->abi == MOTE_ABI_VERSION ?
	       "" : " (this program is for another one)");
	printf("back end:    %s\n", backend(i->backend));
	printf("vCPUs:       at most %u per VM\n", i->max_vcpus);
	printf("addresses:   %u bits guest physical, pages of %u bytes\n",
	       i->gpa_bits, i->page_bytes);
	printf("time:        %llu Hz\n", i->time_hz);
	for (size_t k = 0; k < ARRAY_SIZE(features); k++)
		printf("%-12s %s %s\n", k ? "" : "features:",
		       i->features & features[k].bit ? "+" : "-",
		       features[k].text);
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "features", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c, sys, table = 0;
	struct mote_info info;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c != 'f' && c != 'h')
			return 1;
		if (c == 'h') {
			fputs(help, stdout);
			return 0;
		}
		table = 1;
	}
	sys = mote_open();
	if (sys < 0) {
		fprintf(stderr, "mote-info: %s (%s)\n", mote_open_hint(sys),
			strerror(-sys));
		return 1;
	}
	if (mote_info(sys, &info)) {
		fprintf(stderr, "mote-info: /dev/mote does not answer: is the module another version?\n");
		return 1;
	}
	print_info(&info);
	if (table)
		print_features(sys);
	return info.usable ? 0 : 1;
}
