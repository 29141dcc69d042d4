// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the memory that the lowvisor is made of: a copy of section
 * .hyp.text, a page for each CPU, and tables that map them.
 */
#include <linux/mm.h>
#include <linux/percpu.h>

#include <asm/cacheflush.h>
#include <asm/cpufeature.h>

#include "el2.h"
#include "mod/pgtable.h"

static DEFINE_PER_CPU(struct hyp_cpu *, hyp_cpu);
static void *code;
static unsigned int code_order;

/** lowvisor_cpu - this CPU's page.  Context: preemption off. */
struct hyp_cpu *lowvisor_cpu(void)
{
	return __this_cpu_read(hyp_cpu);
}

/** lowvisor_entry - where it starts with the MMU off */
phys_addr_t lowvisor_entry(void)
{
	return virt_to_phys(code + (lv_init - lv_begin));
}

/** lowvisor_clean - to memory: it is read with the MMU off first */
void lowvisor_clean(const void *start, size_t bytes)
{
	const void *p;

	for (p = start; p < start + bytes; p += 16)
		asm volatile("dc civac, %0" : : "r" (p) : "memory");
	dsb(sy);
}

static int make_code(void)
{
	size_t bytes = PAGE_ALIGN(lv_end - lv_begin);

	code_order = get_order(bytes);
	code = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, code_order);
	if (!code)
		return -ENOMEM;
	memcpy(code, lv_begin, lv_end - lv_begin);
	lowvisor_clean(code, bytes);
	caches_clean_inval_pou((unsigned long)code, (unsigned long)code + bytes);
	/* EL2 has it at another address, and an I-cache may look at the virtual one (VIPT) */
	icache_inval_all_pou();
	return el2_map_range(code, bytes, MOTE_PT_R | MOTE_PT_X);
}

/* Arm ARM, TCR_EL2: 48 bits, 4 KiB, write-back inner shareable walks */
#define TCR_EL2_RES1_BITS	(BIT(31) | BIT(23))
#define TCR_EL2_WALKS		(3ULL << 12 | 1ULL << 10 | 1ULL << 8 | 16)
/* SCTLR_EL2: RES1, and M, C, SA, I, WXN */
#define SCTLR_EL2_VALUE		(0x30c50830ULL | BIT(0) | BIT(2) | BIT(3) | BIT(12) | BIT(19))

static int make_cpu(unsigned int nr)
{
	struct hyp_cpu *cpu = (void *)get_zeroed_page(GFP_KERNEL);
	u64 pa_range = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1) & 15;

	if (!cpu)
		return -ENOMEM;
	per_cpu(hyp_cpu, nr) = cpu;
	cpu->ttbr = el2_map_root();
	cpu->tcr = TCR_EL2_RES1_BITS | min(pa_range, 5ULL) << 16 | TCR_EL2_WALKS;
	cpu->mair = 0xff;			/* normal, write-back */
	cpu->sctlr = SCTLR_EL2_VALUE;
	return el2_map_range(cpu, HYP_CPU_BYTES, MOTE_PT_R | MOTE_PT_W);
}

/** lowvisor_build - all of it.  Return: 0, -ENOMEM, -ERANGE; then lowvisor_free() what there is */
int lowvisor_build(void)
{
	unsigned int nr;
	int r;

	r = el2_map_init();
	if (!r)
		r = make_code();
	for_each_possible_cpu(nr) {
		if (!r)
			r = make_cpu(nr);
	}
	return r;
}

/** lowvisor_free - no CPU runs it any more */
void lowvisor_free(void)
{
	unsigned int nr;

	el2_map_exit();
	free_pages((unsigned long)code, code_order);
	code = NULL;
	for_each_possible_cpu(nr) {
		free_page((unsigned long)per_cpu(hyp_cpu, nr));
		per_cpu(hyp_cpu, nr) = NULL;
	}
}
