// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's stage-1 tables, walked in software.  Arm ARM,
 * "The AArch64 Virtual Memory System Architecture", the EL1&0 regime without
 * 52-bit addresses, which the ID registers hide.
 */
#include <linux/swab.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>

#include "arm64.h"

#define PTE_LEAF_BIT	BIT_ULL(1)	/* table; at level 3 page; 0: block */
#define PTE_EL0		BIT_ULL(6)	/* AP[1] */
#define PTE_RO		BIT_ULL(7)	/* AP[2] */
#define PTE_ACCESSED	BIT_ULL(10)
#define PTE_HW_DIRTY	BIT_ULL(51)	/* DBM: hardware clears PTE_RO for a write */
#define PTE_NO_EXEC1	BIT_ULL(53)	/* PXN */
#define PTE_NO_EXEC0	BIT_ULL(54)	/* UXN */
#define TABLE_PXN	BIT_ULL(59)
#define TABLE_UXN	BIT_ULL(60)
#define TABLE_NO_EL0	BIT_ULL(61)
#define TABLE_RO	BIT_ULL(62)

#define TCR_A_FLAG	BIT_ULL(39)	/* HA */
#define TCR_D_FLAG	BIT_ULL(40)	/* HD */

/* An entry that somebody else changes all the time is given up on */
#define MAX_TRIES	8

/* struct s1_regs - what decides about the walk, read while loaded */
struct s1_regs {
	u64 sctlr;
	u64 tcr;
	u64 ttbr[2];
	u64 pstate;
};

/**
 * struct s1_walk - one walk
 * @r: registers
 * @upper: by TTBR1_EL1
 * @granule: log2 of the page
 * @bits: of input addresses
 * @level: of the leaf
 * @tables: attributes of all tables on the way, ORed
 * @pte: the leaf
 * @pte_gpa: where it is
 */
struct s1_walk {
	const struct s1_regs *r;
	bool upper;
	unsigned int granule;
	unsigned int bits;
	unsigned int level;
	u64 tables;
	u64 pte;
	gpa_t pte_gpa;
};

static void read_regs(struct mote_vcpu *vcpu, struct s1_regs *r)
{
	mote_arch_vcpu_load(vcpu);
	r->sctlr = arm64_sys_read(vcpu, ARM64_SCTLR_EL1);
	r->tcr = arm64_sys_read(vcpu, ARM64_TCR_EL1);
	r->ttbr[0] = arm64_sys_read(vcpu, ARM64_TTBR0_EL1);
	r->ttbr[1] = arm64_sys_read(vcpu, ARM64_TTBR1_EL1);
	r->pstate = to_ctx(vcpu)->pstate;
	mote_arch_vcpu_put(vcpu);
}

static u64 tcr_field(const struct s1_walk *w, unsigned int shift0, unsigned int shift1)
{
	return w->r->tcr >> (w->upper ? shift1 : shift0);
}

/* TCR_EL1.TG0 and TG1 have different codes */
static unsigned int granule(const struct s1_walk *w)
{
	static const u8 tg0[] = { 12, 16, 14, 0 }, tg1[] = { 0, 14, 12, 16 };

	return w->upper ? tg1[w->r->tcr >> 30 & 3] : tg0[w->r->tcr >> 14 & 3];
}

static unsigned int level_shift(const struct s1_walk *w, unsigned int level)
{
	return w->granule + (3 - level) * (w->granule - 3);
}

/* The half of the address space, its size, and whether the address is in it */
static bool choose_half(struct s1_walk *w, u64 gva)
{
	unsigned int top;
	u64 extension;

	w->upper = gva & BIT_ULL(55);
	w->granule = granule(w);
	w->bits = 64 - (tcr_field(w, 0, 16) & 63);
	if (!w->granule || w->bits > 48 || w->bits <= w->granule)
		return false;
	if (tcr_field(w, 7, 23) & 1)			/* EPD: no walks */
		return false;
	if (arm64_at_el0(w->r->pstate) && (tcr_field(w, 55, 56) & 1))	/* E0PD */
		return false;
	top = tcr_field(w, 37, 38) & 1 ? 56 : 64;	/* TBI */
	extension = GENMASK_ULL(top - 1, w->bits);
	return (gva & extension) == (w->upper ? extension : 0);
}

/* ---- down to the page ---- */

static bool block_allowed(const struct s1_walk *w)
{
	return w->level == 2 || (w->level == 1 && w->granule == 12);
}

static int read_entry(struct mote_vcpu *vcpu, struct s1_walk *w, gpa_t at)
{
	w->pte_gpa = at;
	if (mote_guest_read(vcpu->vm, at, &w->pte, sizeof(w->pte)))
		return -EFAULT;
	if (w->r->sctlr & SCTLR_ELx_EE)
		w->pte = swab64(w->pte);
	return 0;
}

/* Return: 0, -EFAULT: a table is no memory, -ENOENT: no translation */
static int descend(struct mote_vcpu *vcpu, struct s1_walk *w, u64 gva)
{
	unsigned int stride = w->granule - 3;
	unsigned int levels = DIV_ROUND_UP(w->bits - w->granule, stride);
	u64 table = w->r->ttbr[w->upper] & GENMASK_ULL(47, 1);
	unsigned int bits = w->bits;

	for (w->level = 4 - levels; ; w->level++) {
		unsigned int shift = level_shift(w, w->level);
		u64 index = (gva & GENMASK_ULL(bits - 1, 0)) >> shift;

		/* A root may be smaller than a page, and is aligned to its size */
		table &= ~((8ull << (bits - shift)) - 1);
		if (read_entry(vcpu, w, table + 8 * index))
			return -EFAULT;
		if (!(w->pte & 1))
			return -ENOENT;
		if (w->level == 3)
			return w->pte & PTE_LEAF_BIT ? 0 : -ENOENT;
		if (!(w->pte & PTE_LEAF_BIT))
			return block_allowed(w) ? 0 : -ENOENT;
		w->tables |= w->pte;
		table = w->pte & GENMASK_ULL(47, w->granule);
		bits = shift;
	}
}

/* ---- rights ---- */

static u32 rights(const struct s1_walk *w)
{
	bool hierarchy = !(tcr_field(w, 41, 42) & 1);	/* HPD */
	u64 tables = hierarchy ? w->tables : 0, pte = w->pte;
	bool user = (pte & PTE_EL0) && !(tables & TABLE_NO_EL0);
	bool write = !(tables & TABLE_RO) &&
		     (!(pte & PTE_RO) || ((pte & PTE_HW_DIRTY) && (w->r->tcr & TCR_D_FLAG)));
	bool el0 = arm64_at_el0(w->r->pstate), read, exec;

	if (el0) {
		read = user;
		exec = !(pte & PTE_NO_EXEC0) && !(tables & TABLE_UXN);
		write &= user;
	} else {
		/* What EL0 can write, EL1 never executes */
		exec = !(pte & PTE_NO_EXEC1) && !(tables & TABLE_PXN) && !(user && write);
		read = !(user && (w->r->pstate & PSR_PAN_BIT));
	}
	if (write && (w->r->sctlr & SCTLR_ELx_WXN))
		exec = false;
	write &= read;
	return (read ? MOTE_ACCESS_READ : 0) | (write ? MOTE_ACCESS_WRITE : 0) |
	       (exec ? MOTE_ACCESS_EXEC : 0);
}

/* The access flag, and the dirty state, as hardware sets them.  Return: 1 to start again. */
static int mark(struct mote_vcpu *vcpu, const struct s1_walk *w, u32 access)
{
	u64 new = w->pte | PTE_ACCESSED, old = w->pte;

	if ((access & MOTE_ACCESS_WRITE) && (w->pte & PTE_HW_DIRTY) && (w->r->tcr & TCR_D_FLAG))
		new &= ~PTE_RO;
	if (new == old)
		return 0;
	if (w->r->sctlr & SCTLR_ELx_EE) {
		new = swab64(new);
		old = swab64(old);
	}
	return mote_guest_cmpxchg64(vcpu->vm, w->pte_gpa, old, new) == 1;
}

/* ---- the whole ---- */

static void walk_flat(struct mote_vcpu *vcpu, struct mote_translate *tr)
{
	if (tr->gva >> vcpu->vm->mem.gpa_bits)
		return;
	tr->gpa = tr->gva;
	tr->page_bytes = 4096;
	tr->prot = MOTE_ACCESS_READ | MOTE_ACCESS_WRITE | MOTE_ACCESS_EXEC;
	tr->status = MOTE_TRANSLATE_OK;
}

/* Return: 1 to start again */
static int walk_once(struct mote_vcpu *vcpu, const struct s1_regs *r, struct mote_translate *tr)
{
	struct s1_walk w = { .r = r };
	u64 mask;
	int err;

	if (!choose_half(&w, tr->gva))
		return 0;
	err = descend(vcpu, &w, tr->gva);
	if (err == -EFAULT)
		tr->status = MOTE_TRANSLATE_NO_MEMORY;
	/* Without hardware's help an entry that was not used faults first */
	if (err || !((w.pte & PTE_ACCESSED) || (r->tcr & TCR_A_FLAG)))
		return 0;
	mask = BIT_ULL(level_shift(&w, w.level)) - 1;
	tr->page_bytes = mask + 1;
	tr->gpa = (w.pte & GENMASK_ULL(47, w.granule) & ~mask) | (tr->gva & mask);
	tr->prot = rights(&w);
	tr->status = tr->access & ~tr->prot ? MOTE_TRANSLATE_DENIED : MOTE_TRANSLATE_OK;
	if (tr->status == MOTE_TRANSLATE_OK && (tr->flags & MOTE_TRANSLATE_MARK))
		return mark(vcpu, &w, tr->access);
	return 0;
}

static void walk(struct mote_vcpu *vcpu, const struct s1_regs *r, struct mote_translate *tr)
{
	unsigned int tries = 0;

	do {
		tr->status = MOTE_TRANSLATE_NOT_PRESENT;
		tr->gpa = 0;
		tr->page_bytes = 0;
		tr->prot = 0;
		tr->error_code = 0;
		if (!(r->sctlr & SCTLR_ELx_M)) {
			walk_flat(vcpu, tr);
			return;
		}
	} while (walk_once(vcpu, r, tr) && ++tries < MAX_TRIES);
}

void mote_arch_translate(struct mote_vcpu *vcpu, struct mote_translate *tr)
{
	struct s1_regs r;

	read_regs(vcpu, &r);
	if (tr->flags & MOTE_TRANSLATE_SYSTEM)
		r.pstate = PSR_MODE_EL1h;
	walk(vcpu, &r, tr);
}

/* The CPU has just fetched it, so the rights are not asked again */
int arm64_fetch_insn(struct mote_vcpu *vcpu, u32 *insn)
{
	struct mote_translate tr = {
		.gva = to_ctx(vcpu)->pc, .access = MOTE_ACCESS_EXEC,
	};
	struct s1_regs r;

	read_regs(vcpu, &r);
	walk(vcpu, &r, &tr);
	if (tr.status != MOTE_TRANSLATE_OK && tr.status != MOTE_TRANSLATE_DENIED)
		return -EFAULT;
	return mote_guest_read(vcpu->vm, tr.gpa, insn, sizeof(*insn));
}
