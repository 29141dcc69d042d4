// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: the guest's own page tables: SDM vol. 3, "Paging".
 *
 * One loop walks 32-bit paging, PAE paging and 4-level paging; a description
 * says how they differ.  Tables are read from guest memory, also the PDPTEs
 * of PAE paging, which a CPU keeps copies of from the last write to CR3.
 */
#include <asm/processor-flags.h>

#include "cpuid.h"
#include "fpu.h"
#include "guestread.h"
#include "walk.h"

#define PTE_P		BIT_ULL(0)
#define PTE_W		BIT_ULL(1)
#define PTE_U		BIT_ULL(2)
#define PTE_A		BIT_ULL(5)
#define PTE_D		BIT_ULL(6)
#define PTE_PS		BIT_ULL(7)
#define PTE_NX		BIT_ULL(63)
#define PTE_PKEY(pte)	((pte) >> 59 & 0xf)

/* Page-fault error code */
#define PF_P		BIT(0)
#define PF_W		BIT(1)
#define PF_U		BIT(2)
#define PF_RSVD		BIT(3)
#define PF_I		BIT(4)
#define PF_PK		BIT(5)

#define LEVELS_MAX	4

/* How often to start again when the guest changes an entry under the walk */
#define MAX_TRIES	8

#define INSN_MAX	15

/**
 * struct walk_mode - one kind of paging
 * @levels: tables from the root to the page
 * @index_bits: of the address, at each level
 * @entry_shift: log2 of an entry's bytes
 * @root_mask: bits of CR3 that are the root's address
 * @leaf_levels: bit n: an entry at level n (the last is 1) can map a page
 */
struct walk_mode {
	u8 levels;
	u8 index_bits;
	u8 entry_shift;
	u8 leaf_levels;
	u64 root_mask;
};

static const struct walk_mode mode_32 = {
	.levels = 2, .index_bits = 10, .entry_shift = 2,
	.leaf_levels = BIT(1), .root_mask = 0xfffff000,
};

static const struct walk_mode mode_32_pse = {
	.levels = 2, .index_bits = 10, .entry_shift = 2,
	.leaf_levels = BIT(1) | BIT(2), .root_mask = 0xfffff000,
};

static const struct walk_mode mode_pae = {
	.levels = 3, .index_bits = 9, .entry_shift = 3,
	.leaf_levels = BIT(1) | BIT(2), .root_mask = 0xffffffe0,
};

static const struct walk_mode mode_64 = {
	.levels = 4, .index_bits = 9, .entry_shift = 3,
	.leaf_levels = BIT(1) | BIT(2), .root_mask = GENMASK_ULL(51, 12),
};

static const struct walk_mode mode_64_1g = {
	.levels = 4, .index_bits = 9, .entry_shift = 3,
	.leaf_levels = BIT(1) | BIT(2) | BIT(3), .root_mask = GENMASK_ULL(51, 12),
};

/**
 * struct walk_step - an entry that the walk went through
 * @gpa: of the aligned 64-bit word it is in
 * @word: what was there
 * @shift: where in the word it begins, 0 or 32
 */
struct walk_step {
	gpa_t gpa;
	u64 word;
	u8 shift;
};

/**
 * struct walk_state - a walk under way
 * @vcpu: whose registers count
 * @mode: kind of paging
 * @reader: of guest memory
 * @reserved: bits that have to be 0 in every entry but PDPTEs of PAE paging
 * @step: the entries so far, by level
 * @level: where the walk ended, 1 for a 4 KiB page
 * @pte: the entry that maps the page
 * @write: all levels allow writes
 * @user: all levels allow user mode
 * @nx: some level forbids execution
 */
struct walk_state {
	struct mote_vcpu *vcpu;
	const struct walk_mode *mode;
	struct mote_guest_reader *reader;
	u64 reserved;
	struct walk_step step[LEVELS_MAX + 1];
	unsigned int level;
	u64 pte;
	bool write;
	bool user;
	bool nx;
};

/* Registers, as x86_walk_cache() left them */
static u64 cached(struct mote_vcpu *vcpu, enum x86_reg reg)
{
	return vcpu->arch.reg[reg];
}

#define NEEDED	(BIT(X86_CR0) | BIT(X86_CR3) | BIT(X86_CR4) | BIT(X86_EFER) | \
		 BIT(X86_RFLAGS) | BIT(X86_RIP))

static noinline void fetch_missing(struct mote_vcpu *vcpu)
{
	unsigned long missing = NEEDED & ~vcpu->arch.cached;
	unsigned int reg;

	for_each_set_bit(reg, &missing, X86_REG_COUNT)
		x86->fetch(vcpu, reg);
}

void x86_walk_cache(struct mote_vcpu *vcpu)
{
	/* What is not cached has not been written since the exit, either */
	if (likely(!(vcpu->arch.cached & x86->paging_regs)))
		x86->fetch_paging(vcpu);
	if (unlikely(NEEDED & ~vcpu->arch.cached))
		fetch_missing(vcpu);
}

/* NULL: no paging */
static const struct walk_mode *paging_mode(struct mote_vcpu *vcpu)
{
	if (!(cached(vcpu, X86_CR0) & X86_CR0_PG))
		return NULL;
	if (cached(vcpu, X86_EFER) & EFER_LMA)
		return x86_guest_has(vcpu, X86_FEATURE_GUEST_GBPAGES) ? &mode_64_1g : &mode_64;
	if (cached(vcpu, X86_CR4) & X86_CR4_PAE)
		return &mode_pae;
	return cached(vcpu, X86_CR4) & X86_CR4_PSE ? &mode_32_pse : &mode_32;
}

static unsigned int level_shift(const struct walk_mode *mode, unsigned int level)
{
	return 12 + mode->index_bits * (level - 1);
}

static bool is_pdpte(const struct walk_mode *mode, unsigned int level)
{
	return mode == &mode_pae && level == 3;
}

static bool is_leaf(const struct walk_mode *mode, unsigned int level, u64 pte)
{
	if (level == 1)
		return true;
	return (pte & PTE_PS) && (mode->leaf_levels & BIT(level));
}

/* Bits that have to be 0 in a present entry of 32-bit paging */
static u64 reserved_32(struct walk_state *s, unsigned int level, u64 pte)
{
	unsigned int wide = min(x86_maxphyaddr(s->vcpu), 40u);

	/* 4 MiB pages have bits 39:32 of their address in 20:13 */
	return level == 2 && is_leaf(s->mode, level, pte) ? GENMASK_ULL(21, wide - 19) : 0;
}

static u64 reserved_64(struct walk_state *s, unsigned int level, u64 pte)
{
	u64 bits = s->reserved;

	if (is_pdpte(s->mode, level))
		return GENMASK_ULL(63, x86_maxphyaddr(s->vcpu)) | GENMASK_ULL(8, 5) |
		       GENMASK_ULL(2, 1);
	if (level > 1 && is_leaf(s->mode, level, pte))
		bits |= GENMASK_ULL(level_shift(s->mode, level) - 1, 13);
	else if (level > 2)
		bits |= PTE_PS;
	return bits;
}

/* What reserved_64() gives for all levels */
static u64 reserved_always(struct mote_vcpu *vcpu, const struct walk_mode *mode)
{
	unsigned int phys = x86_maxphyaddr(vcpu);
	bool pae = mode == &mode_pae;
	u64 bits = 0;

	/* With 4-level paging 62:52 are software's */
	if (phys < 52 || pae)
		bits |= GENMASK_ULL(pae ? 62 : 51, phys);
	if (!(cached(vcpu, X86_EFER) & EFER_NX))
		bits |= PTE_NX;
	return bits;
}

static bool has_reserved(struct walk_state *s, unsigned int level, u64 pte)
{
	if (s->mode->entry_shift == 2)
		return pte & reserved_32(s, level, pte);
	return pte & reserved_64(s, level, pte);
}

/* Address in an entry: of the next table or, at the end, of the page */
static gpa_t entry_address(const struct walk_mode *mode, unsigned int level, u64 pte)
{
	u64 mask = GENMASK_ULL(51, 12);

	if (is_leaf(mode, level, pte))
		mask &= ~(BIT_ULL(level_shift(mode, level)) - 1);
	if (mode->entry_shift == 2 && level == 2 && is_leaf(mode, level, pte))
		return (pte & mask) | (pte & GENMASK_ULL(20, 13)) << 19;
	return pte & mask;
}

static int read_entry(struct walk_state *s, unsigned int level, gpa_t table, u64 gva, u64 *pte)
{
	const struct walk_mode *mode = s->mode;
	struct walk_step *step = &s->step[level];
	u64 index = gva >> level_shift(mode, level) & (BIT_ULL(mode->index_bits) - 1);
	gpa_t gpa;

	/* PAE: four entries, by bits 31:30 */
	if (is_pdpte(mode, level))
		index &= 3;
	gpa = table + (index << mode->entry_shift);
	step->gpa = gpa & ~7ull;
	step->shift = (gpa & 7) * 8;
	if (mote_guest_reader_u64(s->reader, step->gpa, &step->word))
		return -EFAULT;
	*pte = step->word >> step->shift;
	if (mode->entry_shift == 2)
		*pte = (u32)*pte;
	return 0;
}

static void collect_rights(struct walk_state *s, unsigned int level, u64 pte)
{
	/* PDPTEs of PAE paging give none */
	if (is_pdpte(s->mode, level))
		return;
	s->write &= !!(pte & PTE_W);
	s->user &= !!(pte & PTE_U);
	s->nx |= !!(pte & PTE_NX);
}

/* Down to the page.  Return: 0, or w->status and w->error_code say why not. */
static int descend(struct walk_state *s, struct x86_walk *w)
{
	gpa_t table = cached(s->vcpu, X86_CR3) & s->mode->root_mask;
	unsigned int level;
	u64 pte;

	for (level = s->mode->levels; ; level--) {
		if (read_entry(s, level, table, w->gva, &pte)) {
			w->status = MOTE_TRANSLATE_NO_MEMORY;
			return -EFAULT;
		}
		w->status = MOTE_TRANSLATE_NOT_PRESENT;
		if (!(pte & PTE_P))
			return -ENOENT;
		if (has_reserved(s, level, pte)) {
			w->error_code |= PF_RSVD | PF_P;
			return -ENOENT;
		}
		collect_rights(s, level, pte);
		table = entry_address(s->mode, level, pte);
		if (is_leaf(s->mode, level, pte))
			break;
	}
	s->level = level;
	s->pte = pte;
	w->page_bytes = BIT_ULL(level_shift(s->mode, level));
	w->gpa = table | (w->gva & (w->page_bytes - 1));
	w->status = MOTE_TRANSLATE_OK;
	return 0;
}

/* ---- rights: SDM vol. 3, "Access Rights" ---- */

static bool pkey_denies(struct walk_state *s, bool user, u32 access)
{
	u32 pkru;

	if (!(cached(s->vcpu, X86_CR4) & X86_CR4_PKE) || !(cached(s->vcpu, X86_EFER) & EFER_LMA))
		return false;
	if (!s->user || access == MOTE_ACCESS_EXEC)
		return false;
	pkru = x86_fpu_pkru(s->vcpu) >> (2 * PTE_PKEY(s->pte));
	if (pkru & 1)
		return true;
	return access == MOTE_ACCESS_WRITE && (pkru & 2) &&
	       (user || (cached(s->vcpu, X86_CR0) & X86_CR0_WP));
}

static bool user_denied(struct walk_state *s, u32 access)
{
	return !s->user || (access == MOTE_ACCESS_WRITE && !s->write) ||
	       (access == MOTE_ACCESS_EXEC && s->nx);
}

static bool supervisor_denied(struct walk_state *s, const struct x86_walk *w, u32 access)
{
	bool opened = (cached(s->vcpu, X86_RFLAGS) & X86_EFLAGS_AC) && !w->implicit;
	u64 cr4 = cached(s->vcpu, X86_CR4);

	if (access == MOTE_ACCESS_EXEC)
		return s->nx || (s->user && (cr4 & X86_CR4_SMEP));
	/* RFLAGS.AC opens user pages to explicit accesses */
	if (s->user && (cr4 & X86_CR4_SMAP) && !opened)
		return true;
	return access == MOTE_ACCESS_WRITE && !s->write &&
	       (cached(s->vcpu, X86_CR0) & X86_CR0_WP);
}

static bool denied(struct walk_state *s, const struct x86_walk *w, u32 access)
{
	if (w->user ? user_denied(s, access) : supervisor_denied(s, w, access))
		return true;
	return pkey_denies(s, w->user, access);
}

static void check_rights(struct walk_state *s, struct x86_walk *w)
{
	u32 access;

	for (access = MOTE_ACCESS_READ; access <= MOTE_ACCESS_EXEC; access <<= 1) {
		if (!denied(s, w, access)) {
			w->prot |= access;
		} else if (w->access & access) {
			w->status = MOTE_TRANSLATE_DENIED;
			w->error_code |= PF_P;
			if (pkey_denies(s, w->user, access))
				w->error_code |= PF_PK;
		}
	}
}

static u32 access_error_code(struct mote_vcpu *vcpu, const struct x86_walk *w)
{
	u32 code = w->user ? PF_U : 0;
	bool nx = (cached(vcpu, X86_EFER) & EFER_NX) && (cached(vcpu, X86_CR4) & X86_CR4_PAE);

	if (w->access & MOTE_ACCESS_WRITE)
		code |= PF_W;
	/* Fetches are told apart only where something can forbid them */
	if ((w->access & MOTE_ACCESS_EXEC) && (nx || (cached(vcpu, X86_CR4) & X86_CR4_SMEP)))
		code |= PF_I;
	return code;
}

/* ---- accessed and dirty bits ---- */

/* Return: 0, or 1 when an entry has changed and the walk has to start again */
static int set_accessed_dirty(struct walk_state *s, bool write)
{
	unsigned int level;

	for (level = s->mode->levels; level >= s->level; level--) {
		struct walk_step *step = &s->step[level];
		u64 bits = PTE_A | (write && level == s->level ? PTE_D : 0);
		u64 new = step->word | bits << step->shift;

		if (is_pdpte(s->mode, level) || new == step->word)
			continue;
		/* Tables in read-only memory stay as they are */
		if (mote_guest_cmpxchg64(s->vcpu->vm, step->gpa, step->word, new) == 1)
			return 1;
	}
	return 0;
}

/* ---- the whole ---- */

static void walk_flat(struct x86_walk *w)
{
	w->gpa = (u32)w->gva;
	w->page_bytes = 4096;
	w->prot = MOTE_ACCESS_READ | MOTE_ACCESS_WRITE | MOTE_ACCESS_EXEC;
	w->status = MOTE_TRANSLATE_OK;
	w->error_code = 0;
}

static void walk_begin(struct walk_state *s, struct mote_vcpu *vcpu, const struct walk_mode *mode,
		       struct mote_guest_reader *reader)
{
	s->vcpu = vcpu;
	s->mode = mode;
	s->reader = reader;
	s->reserved = reserved_always(vcpu, mode);
	s->write = true;
	s->user = true;
	s->nx = false;
}

/* Return: 1 to start again */
static int walk_once(struct mote_vcpu *vcpu, const struct walk_mode *mode, struct x86_walk *w)
{
	struct mote_guest_reader reader;
	struct walk_state s;
	int r;

	w->gpa = 0;
	w->page_bytes = 0;
	w->prot = 0;
	w->error_code = access_error_code(vcpu, w);
	mote_guest_reader_begin(&reader, vcpu->vm);
	walk_begin(&s, vcpu, mode, &reader);
	r = descend(&s, w);
	mote_guest_reader_end(&reader);
	if (r)
		return 0;
	check_rights(&s, w);
	if (w->status != MOTE_TRANSLATE_OK)
		return 0;
	w->error_code = 0;
	return w->set_ad ? set_accessed_dirty(&s, w->access & MOTE_ACCESS_WRITE) : 0;
}

/* No table can map it; an instruction that uses it gets #GP or #SS */
static void refuse_address(struct x86_walk *w)
{
	w->gpa = 0;
	w->page_bytes = 0;
	w->prot = 0;
	w->error_code = 0;
	w->status = MOTE_TRANSLATE_NOT_PRESENT;
}

void x86_walk(struct mote_vcpu *vcpu, struct x86_walk *w)
{
	const struct walk_mode *mode = paging_mode(vcpu);
	unsigned int tries;

	if (!mode) {
		walk_flat(w);
		return;
	}
	if (!(cached(vcpu, X86_EFER) & EFER_LMA)) {
		w->gva = (u32)w->gva;
	} else if (!x86_canonical(w->gva)) {
		refuse_address(w);
		return;
	}
	for (tries = 0; tries < MAX_TRIES; tries++)
		if (!walk_once(vcpu, mode, w))
			break;
}

/* ---- users of it ---- */

/*
 * One page's part of an instruction.  The CPU has just fetched it, so the
 * rights are not asked again.
 */
static unsigned int fetch_page(struct mote_vcpu *vcpu, u64 gva, u8 *buf, unsigned int bytes)
{
	struct x86_walk w = { .gva = gva, .access = MOTE_ACCESS_EXEC };

	x86_walk(vcpu, &w);
	if (w.status != MOTE_TRANSLATE_OK && w.status != MOTE_TRANSLATE_DENIED)
		return 0;
	return mote_guest_read(vcpu->vm, w.gpa, buf, bytes) ? 0 : bytes;
}

/* Outside 64-bit mode, where bases are 0, addresses wrap at 4 GiB */
static u64 insn_gva(struct mote_vcpu *vcpu, u64 cs_base)
{
	u64 gva = cs_base + cached(vcpu, X86_RIP);

	return cs_base || !(cached(vcpu, X86_EFER) & EFER_LMA) ? (u32)gva : gva;
}

unsigned int x86_fetch_insn(struct mote_vcpu *vcpu, u64 cs_base, u8 *buf)
{
	u64 gva = insn_gva(vcpu, cs_base);
	unsigned int first;

	first = min_t(u64, INSN_MAX, PAGE_SIZE - (gva & ~PAGE_MASK));
	if (fetch_page(vcpu, gva, buf, first) < first)
		return 0;
	if (first < INSN_MAX)
		first += fetch_page(vcpu, gva + first, buf + first, INSN_MAX - first);
	return first;
}

/*
 * The same with 4-level paging, and no more than the CPU needs to be followed:
 * it has just found its way, so nothing is asked but the address.
 */
static bool fetch_walk_64(struct mote_vcpu *vcpu, struct mote_guest_reader *reader, u64 gva,
			  gpa_t *gpa)
{
	gpa_t table = cached(vcpu, X86_CR3);
	unsigned int shift;
	u64 pte;

	for (shift = 39; ; shift -= 9) {
		table = (table & GENMASK_ULL(51, 12)) | (gva >> shift & 0x1ff) << 3;
		if (mote_guest_reader_u64(reader, table, &pte) || !(pte & PTE_P))
			return false;
		if (shift == 12 || (pte & PTE_PS))
			break;
		table = pte;
	}
	*gpa = (pte & GENMASK_ULL(51, shift)) | (gva & GENMASK_ULL(shift - 1, 0));
	return true;
}

/* All of it but rights, as in fetch_page() */
static noinline bool fetch_walk(struct mote_vcpu *vcpu, struct mote_guest_reader *reader, u64 gva,
				gpa_t *gpa)
{
	const struct walk_mode *mode = paging_mode(vcpu);
	struct x86_walk w = { .gva = gva };
	struct walk_state s;

	if (!mode) {
		*gpa = (u32)gva;
		return true;
	}
	walk_begin(&s, vcpu, mode, reader);
	if (descend(&s, &w))
		return false;
	*gpa = w.gpa;
	return true;
}

bool x86_fetch_insn_held(struct mote_vcpu *vcpu, struct mote_guest_reader *reader, u64 cs_base,
			 u8 *buf)
{
	u64 gva = insn_gva(vcpu, cs_base), low, high;
	bool there;
	gpa_t gpa;

	if ((gva & ~PAGE_MASK) > PAGE_SIZE - INSN_MAX || !x86_canonical(gva))
		return false;
	if (likely(cached(vcpu, X86_EFER) & EFER_LMA))
		there = fetch_walk_64(vcpu, reader, gva, &gpa);
	else
		there = fetch_walk(vcpu, reader, gva, &gpa);
	/* Fifteen bytes: two times eight, which overlap */
	if (!there || mote_guest_reader_u64(reader, gpa, &low) ||
	    mote_guest_reader_u64(reader, gpa + INSN_MAX - sizeof(high), &high))
		return false;
	memcpy(buf, &low, sizeof(low));
	memcpy(buf + INSN_MAX - sizeof(high), &high, sizeof(high));
	return true;
}

bool x86_fetch_insn_nofault(struct mote_vcpu *vcpu, u64 cs_base, u8 *buf)
{
	struct mote_guest_reader reader;
	bool there;

	if (!mote_guest_reader_try(&reader, vcpu->vm))
		return false;
	there = x86_fetch_insn_held(vcpu, &reader, cs_base, buf);
	mote_guest_reader_end(&reader);
	return there;
}
