// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/vmx: the format of the extended page tables, for mod/pgtable.c.
 *
 * SDM vol. 3, "VMX Support for Address Translation", section "The Extended
 * Page Table Mechanism (EPT)" and its tables "Format of an EPT ... Entry".
 */
#include <linux/bits.h>
#include <linux/types.h>

#include "ept.h"

#define EPT_READ	BIT_ULL(0)
#define EPT_WRITE	BIT_ULL(1)
#define EPT_EXEC	BIT_ULL(2)
#define EPT_RWX		(EPT_READ | EPT_WRITE | EPT_EXEC)
#define EPT_TYPE_WB	(6ULL << 3)
#define EPT_IGNORE_PAT	BIT_ULL(6)
#define EPT_BLOCK	BIT_ULL(7)
#define EPT_ACCESSED	BIT_ULL(8)
#define EPT_DIRTY	BIT_ULL(9)
#define EPT_ADDR	GENMASK_ULL(51, 12)

#define EPT_LAST_LEVEL	3u	/* of 4 */

#define EPT_CAP_WALK_4	BIT_ULL(6)
#define EPT_CAP_WB	BIT_ULL(14)
#define EPT_CAP_2M	BIT_ULL(16)
#define EPT_CAP_1G	BIT_ULL(17)

#define EPTP_TYPE_WB	6ULL
#define EPTP_WALK_4	(3ULL << 3)
#define EPTP_AD		BIT_ULL(6)

static u64 ept_make_table(hpa_t pa)
{
	return pa | EPT_RWX;
}

/*
 * Guest memory is the runner's ordinary memory, which the host maps write-back.
 * A guest that used it uncached would see other data than the runner and the
 * kernel do, and its locked instructions would lock the bus of the whole host.
 * Without devices that do not snoop it has no need to: so write-back whatever
 * the guest's PAT says, as KVM does while no such device is assigned.
 *
 * Write without read is an EPT misconfiguration, and so is execute alone on
 * CPUs that lack it ("EPT Misconfigurations"): readable always.  The guest is
 * about to use the page, so save hardware the update of the accessed bit.
 */
static u64 ept_make_leaf(hpa_t pa, unsigned int level, u32 prot)
{
	u64 entry = pa | EPT_READ | EPT_TYPE_WB | EPT_IGNORE_PAT | EPT_ACCESSED;

	if (prot & MOTE_PT_W)
		entry |= EPT_WRITE;
	if (prot & MOTE_PT_X)
		entry |= EPT_EXEC;
	if (level != EPT_LAST_LEVEL)
		entry |= EPT_BLOCK;
	return entry;
}

static u32 ept_prot(u64 entry)
{
	return entry & EPT_RWX;		/* same bits as MOTE_PT_* */
}

static u64 ept_clear_prot(u64 entry, u32 prot)
{
	/* What is not readable must not be writable or executable, see above */
	return entry & ~(prot & MOTE_PT_R ? EPT_RWX : (u64)prot);
}

#define EPT_FORMAT(name_, leaf_1g, leaf_2m, small) {			\
	.name = name_,						\
	.levels = EPT_LAST_LEVEL + 1,				\
	.level = {						\
		{ .shift = 39, .bits = 9 },			\
		{ .shift = 30, .bits = 9, .leaf_ok = leaf_1g },	\
		{ .shift = 21, .bits = 9, .leaf_ok = leaf_2m },	\
		{ .shift = 12, .bits = 9, .leaf_ok = true },	\
	},							\
	.root_pages = 1,					\
	.exec_small = small,					\
	.addr_mask = EPT_ADDR,					\
	.present = EPT_RWX,					\
	.block_mask = EPT_BLOCK,				\
	.block = EPT_BLOCK,					\
	.noted = EPT_ACCESSED | EPT_DIRTY,			\
	.accessed = EPT_ACCESSED,				\
	.make_table = ept_make_table,				\
	.make_leaf = ept_make_leaf,				\
	.prot = ept_prot,					\
	.clear_prot = ept_clear_prot,				\
}

/* 1 GiB blocks are split into 2 MiB ones: without those no 1 GiB either. */
static const struct mote_pt_format ept_4k = EPT_FORMAT("EPT, 4 KiB", false, false, false);
static const struct mote_pt_format ept_2m[] = {
	EPT_FORMAT("EPT, 4 KiB and 2 MiB", false, true, false),
	EPT_FORMAT("EPT, 4 KiB and 2 MiB for data", false, true, true),
};
static const struct mote_pt_format ept_1g[] = {
	EPT_FORMAT("EPT, 4 KiB to 1 GiB", true, true, false),
	EPT_FORMAT("EPT, 4 KiB to 1 GiB for data", true, true, true),
};

const struct mote_pt_format *mote_ept_format(u64 caps, bool exec_small)
{
	if (!(caps & EPT_CAP_WALK_4) || !(caps & EPT_CAP_WB))
		return NULL;
	if (!(caps & EPT_CAP_2M))
		return &ept_4k;
	return caps & EPT_CAP_1G ? &ept_1g[exec_small] : &ept_2m[exec_small];
}

u64 mote_ept_pointer(hpa_t root, bool accessed_dirty)
{
	return root | EPTP_TYPE_WB | EPTP_WALK_4 | (accessed_dirty ? EPTP_AD : 0);
}
