/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included by Bochs' paging.cc; see tags.h.
 *
 * VT-x (SDM volume 3, "Caching Translation Information"): what translates a linear address
 * is tagged with the VPID and, with EPT, with the address of the EPT's root.  Entries
 * and exits drop it only without a VPID; what a guest or the host does architecturally
 * (MOV CR3, INVLPG and so on) is for its own VPID; INVVPID is for a VPID, INVEPT for an
 * EPT.  Translations of guest-physical addresses have the EPT's tag alone: only
 * INVEPT, or a violation at that very address, drops them.
 *
 * SVM (APM volume 2, "TLB Control"): all is tagged with the ASID, of which the host
 * has 0.  VMRUN drops what TLB_CONTROL says and nothing else, #VMEXIT nothing at all.
 *
 * Where a processor may forget, this one remembers; it forgets when it has no set left.
 */

/* OP on both TLBs of each set that is WANTED */
template <class Wanted, class Op>
static void tlb_sets(BX_CPU_C *cpu, Wanted wanted, Op op)
{
	for (unsigned n = 0; n < TLB_SETS; n++) {
		if (!wanted(cpu->tags.set[n]))
			continue;
		cpu->DTLB.use(n);
		cpu->ITLB.use(n);
		op(cpu->DTLB);
		op(cpu->ITLB);
	}
	cpu->DTLB.use(cpu->tags.now);
	cpu->ITLB.use(cpu->tags.now);
}

/* OP on all that has the current VPID or ASID, whatever its EPT */
template <class Op>
static void tlb_own(BX_CPU_C *cpu, Op op)
{
	const Bit64u id = cpu->tags.set[cpu->tags.now].id;

	tlb_sets(cpu, [id](auto &set) { return set.id == id; }, op);
}

static const auto tlb_drop = [](auto &tlb) { tlb.flush(); };

static struct tlb_baked tlb_baked_now(BX_CPU_C *cpu)
{
	Bit32u cr4 = cpu->cr4.get_SMEP() | cpu->cr4.get_SMAP() << 1;
	struct tlb_baked now = { { cpu->cr0.get_WP(), cr4, cpu->dr7.get32() & 0xffff00ff } };

	if (!(now.words[2] & 0xff))
		now.words[2] = 0;
	else
		for (unsigned n = 0; n < 3; n++)
			now.words[3 + n] = cpu->dr[n] ^ (n == 2 ? cpu->dr[3] << 1 : 0);
	return now;
}

/* An entry is made */
void tlb_bake(BX_CPU_C *cpu)
{
	cpu->tags.set[cpu->tags.now].baked = tlb_baked_now(cpu);
	cpu->tags.set[cpu->tags.now].cr3 = cpu->cr3;
}

static void tlb_use(BX_CPU_C *cpu, unsigned n)
{
	struct tlb_tags *tags = &cpu->tags;

	tags->now = n;
	tags->world = true;
	tags->set[n].used = ++tags->clock;
	cpu->DTLB.use(n);
	cpu->ITLB.use(n);
	if (!(tags->set[n].baked == tlb_baked_now(cpu))) {
		tlb_drop(cpu->DTLB);
		tlb_drop(cpu->ITLB);
	}
}

/* The set of a tag: the one that has it, or the guest's that was used longest ago */
static unsigned tlb_pick(BX_CPU_C *cpu, Bit64u id, Bit64u ept)
{
	struct tlb_tags *tags = &cpu->tags;
	unsigned oldest = 1;

	for (unsigned n = 0; n < TLB_SETS; n++)
		if (tags->set[n].id == id && tags->set[n].ept == ept)
			return n;
	for (unsigned n = 1; n < TLB_SETS; n++)
		if (tags->set[n].used < tags->set[oldest].used)
			oldest = n;
	tlb_sets(cpu, [&](auto &set) { return &set == &tags->set[oldest]; }, tlb_drop);
	tags->set[oldest].id = id;
	tags->set[oldest].ept = ept;
	return oldest;
}

/* VM entry or VMRUN, the guest's registers loaded */
void tlb_enter(BX_CPU_C *cpu, Bit64u id, Bit64u ept)
{
	if (!id)
		tlb_sets(cpu, [](auto &set) { return !set.id; }, tlb_drop);
	tlb_use(cpu, tlb_pick(cpu, id, ept));
}

/*
 * VM exit or #VMEXIT, the host's registers loaded.  Bochs has no PCIDs: a CR3 which
 * is not the one before the entry is taken as another PCID, whose entries are gone.
 */
void tlb_leave(BX_CPU_C *cpu)
{
	if (!cpu->tags.set[cpu->tags.now].id)
		tlb_sets(cpu, [](auto &set) { return !set.id; }, tlb_drop);
	tlb_use(cpu, 0);
	if (cpu->tags.set[0].cr3 != cpu->cr3)
		tlb_own(cpu, [](auto &tlb) { tlb.flushNonGlobal(); });
}

/*
 * In handleCpuContextChange(): true after a world switch, which has done what there is
 * to do; what else ends there, like a reset, leaves nothing.
 */
bool tlb_switched(BX_CPU_C *cpu)
{
	if (cpu->tags.world) {
		cpu->tags.world = false;
		cpu->iCache.breakLinks();
		return true;
	}
	tlb_sets(cpu, [](auto &) { return true; }, tlb_drop);
	memset(cpu->tags.gpa, 0, sizeof(cpu->tags.gpa));
	if (!cpu->in_vmx_guest && !cpu->in_svm_guest)
		cpu->tags.now = 0;
	cpu->DTLB.use(cpu->tags.now);
	cpu->ITLB.use(cpu->tags.now);
	return false;
}

static void tlb_drop_gpas(BX_CPU_C *cpu, bool all, Bit64u space)
{
	for (auto &entry : cpu->tags.gpa)
		if (all || entry.space == space)
			entry.space = 0;
}

/* "INVEPT": combined and guest-physical mappings of an EPT, or of every one */
void tlb_invept(BX_CPU_C *cpu, bool all, Bit64u ept)
{
	tlb_sets(cpu, [=](auto &set) {
		return all ? set.ept != TLB_NO_EPT : set.ept == ept;
	}, tlb_drop);
	tlb_drop_gpas(cpu, all, ept);
}

/* "INVVPID": linear and combined mappings */
void tlb_invvpid(BX_CPU_C *cpu, Bit64u type, Bit64u id, bx_address at)
{
	auto one = [id](auto &set) { return set.id == id; };

	if (type == 0)
		tlb_sets(cpu, one, [at](auto &tlb) { tlb.invlpg(at); });
	else if (type == 1)
		tlb_sets(cpu, one, tlb_drop);
	else if (type == 2)
		tlb_sets(cpu, [](auto &set) { return set.id != 0; }, tlb_drop);
	else
		tlb_sets(cpu, one, [](auto &tlb) { tlb.flushNonGlobal(); });
}

/* "INVLPGA": one page of an ASID */
void tlb_invlpga(BX_CPU_C *cpu, Bit64u id, bx_address at)
{
	tlb_sets(cpu, [id](auto &set) { return set.id == id; },
		 [at](auto &tlb) { tlb.invlpg(at); });
	cpu->iCache.breakLinks();
}

/* "TLB Flush": what TLB_CONTROL asks of VMRUN */
void tlb_control(BX_CPU_C *cpu, unsigned control, Bit64u id)
{
	if (control == 1)
		tlb_sets(cpu, [](auto &) { return true; }, tlb_drop);
	else if (control == 3)
		tlb_sets(cpu, [id](auto &set) { return set.id == id; }, tlb_drop);
	else if (control == 7)
		tlb_sets(cpu, [id](auto &set) { return set.id == id; },
			 [](auto &tlb) { tlb.flushNonGlobal(); });
	if (control)
		tlb_drop_gpas(cpu, control == 1, id);
}

static unsigned tlb_gpa_right(unsigned rw)
{
	return rw == BX_EXECUTE ? 4 : rw & 1 ? 2 : 1;
}

/* A translation of guest-physical ADDRESS for such an access is remembered */
bool tlb_find_gpa(BX_CPU_C *cpu, Bit64u space, bx_phy_address *address, unsigned rw)
{
	auto &entry = cpu->tags.gpa[(*address >> 12) % TLB_GPAS];

	if (entry.space != space || entry.gpa != PPFOf(*address) ||
	    !(entry.rights & tlb_gpa_right(rw)))
		return false;
	*address = entry.hpa | PAGE_OFFSET(*address);
	return true;
}

void tlb_keep_gpa(BX_CPU_C *cpu, Bit64u space, Bit64u gpa, Bit64u hpa, unsigned rw)
{
	auto &entry = cpu->tags.gpa[(gpa >> 12) % TLB_GPAS];

	if (entry.space != space || entry.gpa != PPFOf(gpa) || entry.hpa != PPFOf(hpa))
		entry.rights = 0;
	entry.space = space;
	entry.gpa = PPFOf(gpa);
	entry.hpa = PPFOf(hpa);
	entry.rights |= tlb_gpa_right(rw);
}

/* "Operations that Invalidate Cached Mappings": an EPT violation */
void tlb_violation(BX_CPU_C *cpu, Bit64u space, Bit64u gpa, bool linear, bx_address at)
{
	auto &entry = cpu->tags.gpa[(gpa >> 12) % TLB_GPAS];

	if (entry.space == space && entry.gpa == PPFOf(gpa))
		entry.space = 0;
	if (linear) {
		cpu->DTLB.invlpg(at);
		cpu->ITLB.invlpg(at);
	}
}
