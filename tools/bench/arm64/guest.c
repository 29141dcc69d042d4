// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: the arm64 guest's memory, and which exits there are. */
#include "../bench.h"
#include "guest.h"

const struct bench_layout bench_layout = {
	.ram = GUEST_RAM,
	.code = GUEST_CODE,
	.result = GUEST_RESULT,
	.touch = GUEST_TOUCH,
	.mmio = GUEST_MMIO,
};

/* Without MMU there are none */
void bench_guest_tables(char *ram)
{
	(void)ram;
}

extern const char bench_block_id_reg[], bench_block_hvc[];
extern const char bench_block_mmio_write[], bench_block_mmio_read[];

/* In PSCI's range, but a function that no version has */
#define UNKNOWN_CALL	0x8400001f

static const struct bench_exit exits[] = {
	{ "id_reg", { .block = bench_block_id_reg }, false },
	{ "hypercall", { .block = bench_block_hvc, .nr = UNKNOWN_CALL }, false },
	{ "mmio_write", { .block = bench_block_mmio_write, .addr = GUEST_MMIO }, true },
	{ "mmio_read", { .block = bench_block_mmio_read, .addr = GUEST_MMIO }, true },
};

const struct bench_exit *bench_exits(unsigned int *count)
{
	*count = ARRAY_SIZE(exits);
	return exits;
}
