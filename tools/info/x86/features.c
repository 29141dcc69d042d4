// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "../info.h"

static void print_text(const char *what, const __u32 *words, size_t count)
{
	char text[64] = "";

	memcpy(text, words, count * 4);
	printf("%-12s %s\n", what, text);
}

/* The two leaves that people ask for, then the table as it is. */
void print_features(int sys)
{
	struct mote_x86_cpuid e[MOTE_X86_CPUID_MAX];
	__u32 count = ARRAY_SIZE(e);

	if (mote_features(sys, e, sizeof(e[0]), &count)) {
		fprintf(stderr, "mote-info: the module gives no CPUID table\n");
		return;
	}
	for (__u32 i = 0; i < count; i++) {
		__u32 vendor[3] = { e[i].ebx, e[i].edx, e[i].ecx };
		__u32 hypervisor[3] = { e[i].ebx, e[i].ecx, e[i].edx };

		if (e[i].leaf == 0)
			print_text("vendor:", vendor, 3);
		if ((e[i].leaf & 0xffff00ff) == 0x40000000 && e[i].ebx)
			print_text("hypervisor:", hypervisor, 3);
	}
	printf("leaf     subleaf  eax      ebx      ecx      edx\n");
	for (__u32 i = 0; i < count; i++) {
		printf("%08x ", e[i].leaf);
		if (e[i].flags & MOTE_X86_CPUID_SUBLEAF)
			printf("%-8x", e[i].subleaf);
		else
			printf("%-8s", "any");
		printf(" %08x %08x %08x %08x\n", e[i].eax, e[i].ebx, e[i].ecx,
		       e[i].edx);
	}
}
