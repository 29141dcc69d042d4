// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: bitmaps that say which MSR accesses of the guest exit.  See
 * msrmap.h.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <asm/msr-index.h>

#include "msrmap.h"
#include "x86.h"

int x86_msrmap_create(struct x86_msrmap *map, const struct x86_msrmap_layout *layout)
{
	map->bits = alloc_pages_exact(layout->bytes, GFP_KERNEL_ACCOUNT);
	map->stale = true;
	return map->bits ? 0 : -ENOMEM;
}

void x86_msrmap_destroy(struct x86_msrmap *map, const struct x86_msrmap_layout *layout)
{
	if (map->bits)
		free_pages_exact(map->bits, layout->bytes);
	map->bits = NULL;
}

void x86_msrmap_allow(struct x86_msrmap *map, const struct x86_msrmap_layout *layout, u32 index,
		      bool read, bool write)
{
	const struct x86_msr_window *w;

	for (w = layout->window; w < layout->window + layout->windows; w++) {
		unsigned int n = (index - w->first) * layout->stride;

		if (index - w->first >= X86_MSR_WINDOW)
			continue;
		if (read)
			__clear_bit(w->read + n, map->bits);
		if (write)
			__clear_bit(w->write + n, map->bits);
	}
}

/*
 * MSRs that hardware switches for the guest, in the VMCS or by VMLOAD, or that
 * x86_uret_load() always loads.
 */
static void allow_switched(struct x86_msrmap *map, const struct x86_msrmap_layout *layout)
{
	static const u32 both[] = {
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE,
		MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(both); i++)
		x86_msrmap_allow(map, layout, both[i], true, true);
}

/**
 * struct forbid - what forbid_rule() works on
 * @map: the bitmap
 * @layout: of it
 */
struct forbid {
	struct x86_msrmap *map;
	const struct x86_msrmap_layout *layout;
};

static void forbid_rule(const struct mote_policy_rule *rule, void *ctx)
{
	const struct x86_msrmap_layout *layout = ((struct forbid *)ctx)->layout;
	unsigned long *bits = ((struct forbid *)ctx)->map->bits;
	const struct x86_msr_window *w;

	/* Ranges outside of the windows exit anyway */
	for (w = layout->window; w < layout->window + layout->windows; w++) {
		u64 last = min_t(u64, rule->last, w->first + X86_MSR_WINDOW - 1);
		u64 index;

		for (index = max_t(u64, rule->first, w->first); index <= last; index++) {
			unsigned int n = (index - w->first) * layout->stride;

			if (rule->read)
				__set_bit(w->read + n, bits);
			if (rule->write)
				__set_bit(w->write + n, bits);
		}
	}
}

void x86_msrmap_build(struct mote_vcpu *vcpu, struct x86_msrmap *map,
		      const struct x86_msrmap_layout *layout,
		      void (*more)(struct mote_vcpu *vcpu))
{
	struct forbid forbid = { map, layout };

	/* The number before the rules: a change in between builds once more */
	map->policy = atomic_read_acquire(&vcpu->vm->arch.msr_policy);
	map->stale = false;
	memset(map->bits, 0xff, layout->bytes);
	allow_switched(map, layout);
	if (more)
		more(vcpu);
	mote_policy_for_each(vcpu->vm, MOTE_SPACE_SYSREG, forbid_rule, &forbid);
}
