// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/svm: the format of the nested page tables, for mod/pgtable.c.
 *
 * APM vol. 2, "Nested Paging", and "Long-Mode Page Translation", because the
 * entries are those of the host's own tables.  Its EFER.NXE governs bit 63, and
 * its CR4.LA57 the number of levels; CR0.WP does not count.
 */
#include <linux/bits.h>
#include <linux/string.h>
#include <linux/types.h>

#include "npt.h"

#define NPT_PRESENT	BIT_ULL(0)
#define NPT_WRITE	BIT_ULL(1)
#define NPT_USER	BIT_ULL(2)
#define NPT_ACCESSED	BIT_ULL(5)
#define NPT_DIRTY	BIT_ULL(6)
#define NPT_BLOCK	BIT_ULL(7)
#define NPT_NX		BIT_ULL(63)
#define NPT_ADDR	GENMASK_ULL(51, 12)

static struct mote_pt_format format;
static u64 encrypted;

/* All accesses of a guest are user accesses to these tables ("Nested Table Walk") */
static u64 npt_make_table(hpa_t pa)
{
	return pa | encrypted | NPT_PRESENT | NPT_WRITE | NPT_USER;
}

/*
 * Write-back by bits 3, 4 and 12 (or 7), all 0: entry 0 of the host's PAT; the
 * guest's own PAT is all write-back too, see svm_vmcb_setup().  The guest is
 * about to use the page, so save hardware the update of the accessed bit.
 */
static u64 npt_make_leaf(hpa_t pa, unsigned int level, u32 prot)
{
	u64 entry = pa | encrypted | NPT_PRESENT | NPT_USER | NPT_ACCESSED;

	if (prot & MOTE_PT_W)
		entry |= NPT_WRITE;
	if (!(prot & MOTE_PT_X))
		entry |= NPT_NX;
	if (level != format.levels - 1)
		entry |= NPT_BLOCK;
	return entry;
}

static u32 npt_prot(u64 entry)
{
	if (!(entry & NPT_PRESENT))
		return 0;
	return MOTE_PT_R | (entry & NPT_WRITE ? MOTE_PT_W : 0) |
	       (entry & NPT_NX ? 0 : MOTE_PT_X);
}

static u64 npt_clear_prot(u64 entry, u32 prot)
{
	/* What is present is readable: without that, nothing is left */
	if (prot & MOTE_PT_R)
		return (entry & ~(NPT_PRESENT | NPT_WRITE)) | NPT_NX;
	if (prot & MOTE_PT_W)
		entry &= ~NPT_WRITE;
	return prot & MOTE_PT_X ? entry | NPT_NX : entry;
}

static const struct mote_pt_format npt_format = {
	.root_pages = 1,
	.present = NPT_PRESENT,
	.block_mask = NPT_BLOCK,
	.block = NPT_BLOCK,
	.noted = NPT_ACCESSED | NPT_DIRTY,
	.accessed = NPT_ACCESSED,
	.make_table = npt_make_table,
	.make_leaf = npt_make_leaf,
	.prot = npt_prot,
	.clear_prot = npt_clear_prot,
};

const struct mote_pt_format *mote_npt_setup(bool la57, bool leaf_1g, u64 c_bit)
{
	/* The last four of these, or all */
	static const struct mote_pt_level levels[] = {
		{ .shift = 48, .bits = 9 },
		{ .shift = 39, .bits = 9 },
		{ .shift = 30, .bits = 9 },
		{ .shift = 21, .bits = 9, .leaf_ok = true },
		{ .shift = 12, .bits = 9, .leaf_ok = true },
	};
	unsigned int n = la57 ? 5 : 4;

	format = npt_format;
	format.name = leaf_1g ? "NPT, 4 KiB to 1 GiB" : "NPT, 4 KiB and 2 MiB";
	format.levels = n;
	memcpy(format.level, levels + 5 - n, n * sizeof(levels[0]));
	format.level[n - 3].leaf_ok = leaf_1g;
	format.addr_mask = NPT_ADDR & ~c_bit;
	encrypted = c_bit;
	return &format;
}

u64 mote_npt_pointer(hpa_t root)
{
	return root | encrypted;
}
