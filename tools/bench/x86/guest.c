// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: the x86 guest's memory, and which exits there are. */
#include <cpuid.h>

#include "../bench.h"
#include "guest.h"

const struct bench_layout bench_layout = {
	.ram = 0,
	.code = GUEST_CODE,
	.result = GUEST_RESULT,
	.touch = GUEST_TOUCH,
	.mmio = GUEST_MMIO,
};

/* PRESENT, WRITE, USER; ACCESSED and DIRTY, so that hardware need not set them */
#define TABLE	0x27
#define PAGE	0xe7

/* The first 4 GiB one to one, with 2 MiB pages */
void bench_guest_tables(char *ram)
{
	u64 *pml4 = (u64 *)(ram + GUEST_TABLES), *pdpt = pml4 + 512, *pd = pdpt + 512;

	pml4[0] = (GUEST_TABLES + 0x1000) | TABLE;
	for (u64 i = 0; i < 4; i++)
		pdpt[i] = (GUEST_TABLES + 0x2000 + i * 0x1000) | TABLE;
	for (u64 i = 0; i < 4 * 512; i++)
		pd[i] = i << 21 | PAGE;
}

extern const char bench_block_cpuid[], bench_block_vmcall[], bench_block_vmmcall[];
extern const char bench_block_pio_out[], bench_block_pio_in[], bench_block_hlt[];
extern const char bench_block_mmio_write[], bench_block_mmio_read[];

/* A hypercall that nobody knows */
#define UNKNOWN_CALL	0xffff

static struct bench_exit exits[] = {
	{ "cpuid", { .block = bench_block_cpuid }, false },
	{ "cpuid_80000008", { .block = bench_block_cpuid, .nr = 0x80000008 }, false },
	{ "hypercall", { .block = bench_block_vmcall, .nr = UNKNOWN_CALL }, false },
	{ "pio_out", { .block = bench_block_pio_out }, true },
	{ "pio_in", { .block = bench_block_pio_in }, true },
	{ "mmio_write", { .block = bench_block_mmio_write, .addr = GUEST_MMIO }, true },
	{ "mmio_read", { .block = bench_block_mmio_read, .addr = GUEST_MMIO }, true },
	{ "hlt", { .block = bench_block_hlt }, true },
};

/* On the other vendor's CPUs a hypercall is #UD or has to be patched */
static bool is_amd(void)
{
	u32 eax, ebx = 0, ecx, edx;

	__get_cpuid(0, &eax, &ebx, &ecx, &edx);
	return ebx == signature_AMD_ebx;
}

const struct bench_exit *bench_exits(unsigned int *count)
{
	/* With a local APIC in the kernel the last, HLT, waits there */
	*count = ARRAY_SIZE(exits) - !!bench_options.irqchip;
	if (is_amd())
		exits[2].entry.block = bench_block_vmmcall;
	return exits;
}
