// SPDX-License-Identifier: GPL-2.0-only
/* VMs and vCPUs of the tests, arm64: EL1 with paging and all that exceptions need. */
#include <string.h>

#include "a64_vm.h"

#define TABLE_ADDR	0x0000fffffffff000UL

/* --- page tables --- */

static u64 table_at(const void *table)
{
	return (unsigned long)table | PTE_VALID | PTE_TABLE;
}

static u64 flags_of(u64 gpa)
{
	return gpa - MMIO_GPA < DEVICE_BYTES ? PTE_MMIO & ~PTE_UXN : PTE_MEMORY;
}

/* 4 GiB for EL1, then the same for EL0, by blocks of 2 MiB */
void arch_vm_setup(struct vm *vm)
{
	u64 *l1 = vm_alloc(vm, 9 * PAGE), *l2 = l1 + 512;

	for (u64 i = 0; i < 8; i++)
		l1[i] = table_at(l2 + 512 * i);
	for (u64 i = 0; i < 4 * 512; i++) {
		l2[i] = i * HUGE | flags_of(i * HUGE) | PTE_UXN;
		l2[i + 4 * 512] = i * HUGE | flags_of(i * HUGE) | PTE_USER | PTE_PXN;
	}
	vm->root = l1;
}

void a64_map(struct vm *vm, u64 gva, u64 gpa, u64 bytes, u64 flags)
{
	unsigned int shift = 30, last = bytes == PAGE ? 12 : bytes == HUGE ? 21 : 30;
	u64 *table = vm->root, *e;

	for (;; shift -= 9) {
		e = &table[gva >> shift & 511];
		if (shift == last)
			break;
		if (!(*e & PTE_VALID))
			*e = table_at(vm_alloc(vm, PAGE));
		table = (u64 *)(*e & TABLE_ADDR);
	}
	*e = gpa | flags | (last == 12 && flags & PTE_VALID ? PTE_TABLE : 0);
}

/* --- vCPUs --- */

void arch_vcpu_setup(struct vcpu *v)
{
	(void)v;
}

void arch_irqchip(struct vm *vm)
{
	const u64 addr[4] = { GICD_GPA, GICR_GPA };

	MUST(mote_irqchip_at(vm->fd, MOTE_ARM64_IRQCHIP_GICV3, addr));
}

/* EL1 at fn(arg), all masked, FP on; returning from fn is the end */
void arch_vcpu_start(struct vcpu *v, guest_fn fn, u64 arg)
{
	const struct mote_reg regs[] = {
		{ REG_TTBR0, (unsigned long)v->vm->root },
		{ REG_TTBR1, 0 },
		{ REG_TCR, TCR_GUEST },
		{ REG_MAIR, MAIR_GUEST },
		{ REG_VBAR, (unsigned long)guest_vectors },
		{ REG_CPACR, CPACR_FP },
		{ REG_SCTLR, SCTLR_GUEST },
		{ A64_X(0), arg },
		{ A64_X(29), 0 },
		{ A64_X(30), (unsigned long)guest_return },
		{ MOTE_ARM64_SP_EL1, (unsigned long)v->stack + STACK_BYTES },
		{ A64_PC, (unsigned long)fn },
		{ A64_PSTATE, PSTATE_DAIF | PSTATE_EL1H },
	};
	u32 failed = 0;
	int ret = mote_set_regs(v->fd, regs, ARRAY_SIZE(regs), &failed);

	if (ret)
		die("SET_REGS: %d at entry %u: 0x%llx = 0x%llx", ret, failed,
		    failed < ARRAY_SIZE(regs) ? regs[failed].id : 0,
		    failed < ARRAY_SIZE(regs) ? regs[failed].value : 0);
}

/* --- odds and ends --- */

struct mote_arm64_idreg *a64_features(struct vm *vm, u32 *count)
{
	static struct mote_arm64_idreg table[MOTE_ARM64_IDREGS_MAX];

	*count = ARRAY_SIZE(table);
	must_features(vm->sys, table, sizeof(table[0]), count);
	return table;
}

struct mote_arm64_idreg *a64_feature(struct vm *vm, u64 enc)
{
	u32 count;
	struct mote_arm64_idreg *table = a64_features(vm, &count);

	for (u32 i = 0; i < count; i++)
		if (table[i].id == enc)
			return &table[i];
	return NULL;
}

int a64_inject_irq(struct vcpu *v, u32 line)
{
	struct mote_inject inject = { .event = MOTE_EVENT_INTR, .vector = line };

	return mote_inject(v->fd, &inject);
}

int a64_inject_sync(struct vcpu *v, u32 ec, u32 iss, u64 far)
{
	struct mote_inject inject = {
		.flags = MOTE_INJECT_ERROR_CODE | MOTE_INJECT_PAYLOAD,
		.event = MOTE_EVENT_EXCEPTION, .vector = ec, .error_code = iss, .payload = far,
	};

	return mote_inject(v->fd, &inject);
}
