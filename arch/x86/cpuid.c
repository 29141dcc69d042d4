// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: the CPUID instruction: a vCPU's table, answers from it, and what
 * the claims in it mean for control registers and MSRs.
 */
#include <linux/slab.h>
#include <linux/sort.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "cpuid.h"
#include "cpuid_host.h"
#include "lapic_regs.h"

/* mote_x86_cpuid::flags, inside tables only: part of the answer follows the vCPU */
#define ENTRY_DYNAMIC	BIT(31)

#define F(name)		((u32)BIT(X86_FEATURE_##name & 31))

/* CR4 bits that need no feature: RDPMC is refused with or without */
#define CR4_ALWAYS	X86_CR4_PCE

/* The table that FEATURES offers; vCPUs use it until the runner sets another */
static struct x86_cpuid_table *default_table;

/*
 * ---- looking up ----
 *
 * CPUID exits in every guest and cannot be avoided, so the usual answer is
 * inline and the rest is kept out of its way.
 */

static __always_inline unsigned int find_first(const struct x86_cpuid_table *t, u32 leaf)
{
	unsigned int i = leaf & 0x3fffffff;

	/* The leaf is the guest's: masked, a mispredicted branch reads no further */
	if (likely(i < ARRAY_SIZE(t->first[0])))
		return t->first[leaf >> 30][i % ARRAY_SIZE(t->first[0])];
	for (i = 0; i < t->count; i++)
		if (t->entry[i].leaf == leaf)
			break;
	return i;
}

static __always_inline const struct mote_x86_cpuid *find(const struct x86_cpuid_table *t,
							 u32 leaf, u32 subleaf)
{
	const struct mote_x86_cpuid *e = &t->entry[find_first(t, leaf)];
	const struct mote_x86_cpuid *end = &t->entry[t->count];

	if (unlikely(e == end))
		return NULL;
	if (!(e->flags & MOTE_X86_CPUID_SUBLEAF))
		return e;
	for (; e < end && e->leaf == leaf; e++)
		if (e->subleaf == subleaf)
			return e;
	return NULL;
}

static noinline u32 find_reg(const struct x86_cpuid_table *t, u32 leaf, u32 subleaf,
			     enum cpuid_regs_idx reg)
{
	const struct mote_x86_cpuid *e = find(t, leaf, subleaf);

	return e ? cpuid_entry_reg(e, reg) : 0;
}

/*
 * Size of the XSAVE area for a set of components, by the guest's own leaf 0xd:
 * SDM vol. 1, "Standard Format" and "Compacted Format of the XSAVE Area".
 */
static u32 xsave_size(const struct x86_cpuid_table *t, u64 xcr0, bool compacted)
{
	const struct mote_x86_cpuid *e = &t->entry[find_first(t, 0xd)];
	const struct mote_x86_cpuid *end = &t->entry[t->count];
	u32 size = 512 + 64;

	for (; e < end && e->leaf == 0xd; e++) {
		if (e->subleaf < 2 || e->subleaf > 62 || !(xcr0 & BIT_ULL(e->subleaf)))
			continue;
		if (!compacted)
			size = max(size, e->eax + e->ebx);
		else
			size = (e->ecx & 2 ? ALIGN(size, 64) : size) + e->eax;
	}
	return size;
}

/* Leaf 1: the APIC id, and bits that depend on registers or on the APIC */
static void dynamic_leaf_1(struct mote_vcpu *vcpu, u32 *out)
{
	const struct mote_lapic *apic = vcpu->arch.lapic;

	out[CPUID_EBX] |= vcpu->id << 24;
	if (x86_get(vcpu, X86_CR4) & X86_CR4_OSXSAVE)
		out[CPUID_ECX] |= F(OSXSAVE);
	if (!apic)
		out[CPUID_ECX] &= ~(F(X2APIC) | F(TSC_DEADLINE_TIMER));
	else if (!(apic->base & LAPIC_BASE_ENABLE))
		out[CPUID_EDX] &= ~F(APIC);
}

static noinline void dynamic(struct mote_vcpu *vcpu, u32 leaf, u32 subleaf, u32 *out)
{
	switch (leaf) {
	case 0x1:
		dynamic_leaf_1(vcpu, out);
		break;
	case 0x7:
		if (x86_get(vcpu, X86_CR4) & X86_CR4_PKE)
			out[CPUID_ECX] |= F(OSPKE);
		break;
	case 0xb:
	case 0x1f:
		out[CPUID_EDX] = vcpu->id;
		break;
	case 0xd:
		out[CPUID_EBX] = xsave_size(vcpu->arch.cpuid, vcpu->arch.xcr0, subleaf == 1);
		break;
	case 0x8000001e:
		out[CPUID_EAX] = vcpu->id;
		break;
	}
}

static bool is_dynamic(const struct mote_x86_cpuid *e)
{
	switch (e->leaf) {
	case 0x1:
	case 0xb:
	case 0x1f:
	case 0x8000001e:
		return true;
	case 0x7:
		return e->subleaf == 0;
	case 0xd:
		/* Size for XCR0, and for XCR0 in compacted form where XSAVEC has it */
		return e->subleaf == 0 || (e->subleaf == 1 && e->eax & F(XSAVEC));
	default:
		return false;
	}
}

static __always_inline void answer(struct mote_vcpu *vcpu, const struct mote_x86_cpuid *e,
				   u32 subleaf, u32 *out)
{
	out[CPUID_EAX] = e->eax;
	out[CPUID_EBX] = e->ebx;
	out[CPUID_ECX] = e->ecx;
	out[CPUID_EDX] = e->edx;
	if (e->flags & ENTRY_DYNAMIC)
		dynamic(vcpu, e->leaf, subleaf, out);
}

/*
 * A leaf or subleaf that is not in the table.  SDM vol. 2, "CPUID": zeros
 * inside the ranges; beyond their ends Intel's CPUs give the highest basic
 * leaf and AMD's zeros.  Hypervisor leaves are in a range of their own.
 */
static noinline void answer_missing(struct mote_vcpu *vcpu, u32 leaf, u32 subleaf, u32 *out)
{
	const struct x86_cpuid_table *t = vcpu->arch.cpuid;
	const struct mote_x86_cpuid *e;

	memset(out, 0, 4 * sizeof(*out));
	if (leaf <= t->last_basic) {
		/* A level of topology that does not exist still has these */
		if ((leaf == 0xb || leaf == 0x1f) && find_first(t, leaf) < t->count) {
			out[CPUID_ECX] = subleaf & 0xff;
			out[CPUID_EDX] = vcpu->id;
		}
		return;
	}
	if (leaf >> 28 == 4 || (leaf >= 0x80000000 && leaf <= t->last_ext) || t->zero_beyond)
		return;
	e = find(t, t->last_basic, subleaf);
	if (e)
		answer(vcpu, e, subleaf, out);
}

const struct mote_x86_cpuid *x86_cpuid_constant(struct mote_vcpu *vcpu, u32 leaf, u32 subleaf)
{
	const struct mote_x86_cpuid *e = find(vcpu->arch.cpuid, leaf, subleaf);

	return likely(e) && !(e->flags & ENTRY_DYNAMIC) ? e : NULL;
}

void x86_cpuid_lookup(struct mote_vcpu *vcpu, u32 leaf, u32 subleaf, u32 *out)
{
	const struct mote_x86_cpuid *e = find(vcpu->arch.cpuid, leaf, subleaf);

	if (likely(e))
		answer(vcpu, e, subleaf, out);
	else
		answer_missing(vcpu, leaf, subleaf, out);
}

/* ---- what the claims mean ---- */

#define SPEC_PSFD	BIT(7)

/**
 * struct cpuid_effect - what a bit of CPUID allows
 * @leaf: EAX
 * @subleaf: ECX
 * @reg: enum cpuid_regs_idx
 * @bit: in @reg
 * @feature: X86_FEATURE_GUEST_*
 * @efer: bits of EFER
 * @spec_ctrl: bits of IA32_SPEC_CTRL
 * @cr4: bits of CR4
 */
struct cpuid_effect {
	u32 leaf;
	u8 subleaf;
	u8 reg;
	u8 bit;
	u16 efer;
	u16 spec_ctrl;
	u32 feature;
	u32 cr4;
};

#define EFFECT(leaf, subleaf, reg, bit, ...) \
	{ leaf, subleaf, CPUID_##reg, bit, __VA_ARGS__ }
#define G(name)		.feature = X86_FEATURE_GUEST_##name

static const struct cpuid_effect effects[] = {
	EFFECT(0x1, 0, EDX, 1, .cr4 = X86_CR4_VME | X86_CR4_PVI),
	EFFECT(0x1, 0, EDX, 2, .cr4 = X86_CR4_DE),
	EFFECT(0x1, 0, EDX, 3, .cr4 = X86_CR4_PSE),
	EFFECT(0x1, 0, EDX, 4, .cr4 = X86_CR4_TSD),
	EFFECT(0x1, 0, EDX, 6, .cr4 = X86_CR4_PAE),
	EFFECT(0x1, 0, EDX, 7, .cr4 = X86_CR4_MCE),
	EFFECT(0x1, 0, EDX, 12, G(MTRR)),
	EFFECT(0x1, 0, EDX, 13, .cr4 = X86_CR4_PGE),
	EFFECT(0x1, 0, EDX, 24, .cr4 = X86_CR4_OSFXSR),
	EFFECT(0x1, 0, EDX, 25, .cr4 = X86_CR4_OSXMMEXCPT),
	EFFECT(0x1, 0, ECX, 17, .cr4 = X86_CR4_PCIDE),
	EFFECT(0x1, 0, ECX, 21, G(X2APIC)),
	EFFECT(0x1, 0, ECX, 24, G(TSC_DEADLINE)),
	EFFECT(0x1, 0, ECX, 26, G(XSAVE), .cr4 = X86_CR4_OSXSAVE),
	EFFECT(0x7, 0, EBX, 0, .cr4 = X86_CR4_FSGSBASE),
	EFFECT(0x7, 0, EBX, 1, G(TSC_ADJUST)),
	EFFECT(0x7, 0, EBX, 7, .cr4 = X86_CR4_SMEP),
	EFFECT(0x7, 0, EBX, 10, G(INVPCID)),
	EFFECT(0x7, 0, EBX, 20, .cr4 = X86_CR4_SMAP),
	EFFECT(0x7, 0, ECX, 2, .cr4 = X86_CR4_UMIP),
	EFFECT(0x7, 0, ECX, 3, .cr4 = X86_CR4_PKE),
	EFFECT(0x7, 0, ECX, 22, G(RDTSCP)),
	/* With IBRS a CPU takes STIBP too, whether it does anything or not */
	EFFECT(0x7, 0, EDX, 26, .feature = X86_FEATURE_GUEST_SPEC_CTRL | X86_FEATURE_GUEST_IBPB,
	       .spec_ctrl = SPEC_CTRL_IBRS | SPEC_CTRL_STIBP),
	EFFECT(0x7, 0, EDX, 27, G(SPEC_CTRL), .spec_ctrl = SPEC_CTRL_STIBP),
	EFFECT(0x7, 0, EDX, 28, G(FLUSH_L1D)),
	EFFECT(0x7, 0, EDX, 29, G(ARCH_CAP)),
	EFFECT(0x7, 0, EDX, 31, G(SPEC_CTRL), .spec_ctrl = SPEC_CTRL_SSBD),
	EFFECT(0x7, 2, EDX, 0, .spec_ctrl = SPEC_PSFD),
	EFFECT(0x7, 2, EDX, 1, .spec_ctrl = BIT(3) | BIT(4)),	/* IPRED_DIS_U, _S */
	EFFECT(0x7, 2, EDX, 2, .spec_ctrl = BIT(5) | BIT(6)),	/* RRSBA_DIS_U, _S */
	EFFECT(0x7, 2, EDX, 3, .spec_ctrl = BIT(8)),		/* DDPD_U */
	EFFECT(0x7, 2, EDX, 4, .spec_ctrl = BIT(10)),		/* BHI_DIS_S */
	EFFECT(0xd, 1, EAX, 3, G(XSAVES)),
	EFFECT(0x80000001, 0, EDX, 11, .efer = EFER_SCE),
	EFFECT(0x80000001, 0, EDX, 20, G(NX), .efer = EFER_NX),
	EFFECT(0x80000001, 0, EDX, 25, G(FXSR_OPT), .efer = EFER_FFXSR),
	EFFECT(0x80000001, 0, EDX, 26, G(GBPAGES)),
	EFFECT(0x80000001, 0, EDX, 27, G(RDTSCP)),
	EFFECT(0x80000001, 0, EDX, 29, G(LM), .efer = EFER_LME),
	EFFECT(0x80000008, 0, EBX, 12, G(IBPB)),
	EFFECT(0x80000008, 0, EBX, 14, G(SPEC_CTRL), .spec_ctrl = SPEC_CTRL_IBRS),
	EFFECT(0x80000008, 0, EBX, 15, G(SPEC_CTRL), .spec_ctrl = SPEC_CTRL_STIBP),
	EFFECT(0x80000008, 0, EBX, 24, G(SPEC_CTRL), .spec_ctrl = SPEC_CTRL_SSBD),
	EFFECT(0x80000008, 0, EBX, 25, G(VIRT_SSBD)),
	EFFECT(0x80000008, 0, EBX, 28, .spec_ctrl = SPEC_PSFD),
	EFFECT(0x80000021, 0, EAX, 27, G(SBPB)),
};

static void derive_features(struct x86_cpuid_table *t)
{
	unsigned int i;

	t->cr4 = CR4_ALWAYS;
	for (i = 0; i < ARRAY_SIZE(effects); i++) {
		const struct cpuid_effect *f = &effects[i];

		if (!(find_reg(t, f->leaf, f->subleaf, f->reg) & BIT(f->bit)))
			continue;
		t->features |= f->feature;
		t->cr4 |= f->cr4;
		t->efer |= f->efer;
		t->spec_ctrl |= f->spec_ctrl;
	}
	if (t->features & X86_FEATURE_GUEST_XSAVE)
		t->xcr0 = find_reg(t, 0xd, 0, CPUID_EAX) |
			  (u64)find_reg(t, 0xd, 0, CPUID_EDX) << 32;
}

/* SDM vol. 3, "Physical-Address Width": 36 without the leaf */
static void derive_sizes(struct x86_cpuid_table *t)
{
	u32 vendor = find_reg(t, 0, 0, CPUID_EBX);

	t->last_basic = find_reg(t, 0, 0, CPUID_EAX);
	t->last_ext = find_reg(t, 0x80000000, 0, CPUID_EAX);
	t->maxphyaddr = find_reg(t, 0x80000008, 0, CPUID_EAX) & 0xff ?: 36;
	/* "Auth"enticAMD and "Hygo"nGenuine */
	t->zero_beyond = vendor == 0x68747541 || vendor == 0x6f677948;
	t->features |= t->zero_beyond ? X86_FEATURE_GUEST_AMD : X86_FEATURE_GUEST_INTEL;
}

/* ---- making a table ---- */

static int compare(const void *va, const void *vb)
{
	const struct mote_x86_cpuid *a = va, *b = vb;

	if (a->leaf != b->leaf)
		return a->leaf < b->leaf ? -1 : 1;
	if (a->subleaf != b->subleaf)
		return a->subleaf < b->subleaf ? -1 : 1;
	return 0;
}

static int check_entry(const struct mote_x86_cpuid *e)
{
	if (e->pad || e->flags & ~MOTE_X86_CPUID_SUBLEAF)
		return -EINVAL;
	if (e->subleaf && !(e->flags & MOTE_X86_CPUID_SUBLEAF))
		return -EINVAL;
	return cpuid_host_check(e);
}

/* A leaf has one entry for any ECX, or some for one ECX each */
static int check_neighbours(const struct mote_x86_cpuid *a, const struct mote_x86_cpuid *b)
{
	if (a->leaf != b->leaf)
		return 0;
	return a->subleaf == b->subleaf || !(a->flags & MOTE_X86_CPUID_SUBLEAF) ? -EINVAL : 0;
}

/* Take out what follows the vCPU, so that answering only has to put it in */
static void prepare_entry(struct mote_x86_cpuid *e)
{
	if (is_dynamic(e))
		e->flags |= ENTRY_DYNAMIC;
	if (e->leaf == 0x1) {
		e->ebx &= 0x00ffffff;
		e->ecx &= ~F(OSXSAVE);
	}
	if (e->leaf == 0x7 && e->subleaf == 0)
		e->ecx &= ~F(OSPKE);
}

static void index_entries(struct x86_cpuid_table *t)
{
	unsigned int i, group, leaf;

	for (i = 0; i < ARRAY_SIZE(t->first) * ARRAY_SIZE(t->first[0]); i++)
		t->first[i / ARRAY_SIZE(t->first[0])][i % ARRAY_SIZE(t->first[0])] = t->count;
	/* Backwards, so that the first of a leaf stays */
	for (i = t->count; i-- > 0; ) {
		group = t->entry[i].leaf >> 30;
		leaf = t->entry[i].leaf & 0x3fffffff;
		if (leaf < ARRAY_SIZE(t->first[0]))
			t->first[group][leaf] = i;
	}
}

static int fill_table(struct x86_cpuid_table *t)
{
	unsigned int i;
	int r;

	sort(t->entry, t->count, sizeof(t->entry[0]), compare, NULL);
	for (i = 0; i < t->count; i++) {
		r = check_entry(&t->entry[i]);
		if (!r && i)
			r = check_neighbours(&t->entry[i - 1], &t->entry[i]);
		if (r)
			return r;
	}
	for (i = 0; i < t->count; i++)
		prepare_entry(&t->entry[i]);
	index_entries(t);
	derive_features(t);
	derive_sizes(t);
	return 0;
}

static struct x86_cpuid_table *make_table(const struct mote_x86_cpuid *entries, unsigned int count)
{
	struct x86_cpuid_table *t;
	int r;

	if (count > MOTE_X86_CPUID_MAX)
		return ERR_PTR(-EINVAL);
	t = kzalloc(struct_size(t, entry, count), GFP_KERNEL_ACCOUNT);
	if (!t)
		return ERR_PTR(-ENOMEM);
	t->count = count;
	memcpy(t->entry, entries, count * sizeof(*entries));
	r = fill_table(t);
	if (r) {
		kfree(t);
		return ERR_PTR(r);
	}
	return t;
}

static void use_table(struct mote_vcpu *vcpu, struct x86_cpuid_table *t)
{
	x86_cpuid_free(vcpu);
	vcpu->arch.cpuid = t;
	vcpu->arch.features = t->features;
	/* These need an APIC in the kernel; CPUID hides them too */
	if (!vcpu->vm->arch.has_lapic)
		vcpu->arch.features &= ~(X86_FEATURE_GUEST_X2APIC | X86_FEATURE_GUEST_TSC_DEADLINE);
}

/* ---- for the others ---- */

int x86_cpuid_setup(void)
{
	struct mote_x86_cpuid *entries;
	struct x86_cpuid_table *t;

	cpuid_host_setup();
	entries = kvmalloc_array(MOTE_X86_CPUID_MAX, sizeof(*entries), GFP_KERNEL);
	if (!entries)
		return -ENOMEM;
	t = make_table(entries, cpuid_host_default(entries));
	kvfree(entries);
	if (IS_ERR(t))
		return PTR_ERR(t);
	default_table = t;
	return 0;
}

void x86_cpuid_teardown(void)
{
	kfree(default_table);
	default_table = NULL;
}

int x86_cpuid_inherit(struct mote_vcpu *vcpu)
{
	use_table(vcpu, default_table);
	return 0;
}

int x86_cpuid_default(struct mote_x86_cpuid **table)
{
	unsigned int i, count = default_table->count;
	struct mote_x86_cpuid *copy;

	copy = kvmalloc_array(count, sizeof(*copy), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, default_table->entry, count * sizeof(*copy));
	for (i = 0; i < count; i++)
		copy[i].flags &= MOTE_X86_CPUID_SUBLEAF;
	*table = copy;
	return count;
}

int x86_cpuid_set(struct mote_vcpu *vcpu, const struct mote_x86_cpuid *table, unsigned int count)
{
	struct x86_cpuid_table *t = make_table(table, count);

	if (IS_ERR(t))
		return PTR_ERR(t);
	use_table(vcpu, t);
	return 0;
}

void x86_cpuid_free(struct mote_vcpu *vcpu)
{
	if (vcpu->arch.cpuid != default_table)
		kfree(vcpu->arch.cpuid);
	vcpu->arch.cpuid = NULL;
}

u64 x86_cr4_allowed(struct mote_vcpu *vcpu)
{
	return vcpu->arch.cpuid->cr4;
}

u64 x86_efer_allowed(struct mote_vcpu *vcpu)
{
	return vcpu->arch.cpuid->efer;
}

unsigned int x86_maxphyaddr(struct mote_vcpu *vcpu)
{
	return vcpu->arch.cpuid->maxphyaddr;
}
