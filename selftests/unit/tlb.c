// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who flushes and who waits, against TLBs that forget nothing by themselves.
 *
 * A CPU here keeps each translation until it is told to drop it, under the tag that
 * it was made with: what the guest's own tables and the second stage make together,
 * and what the second stage says, apart.  Guests of several vCPUs and VMs wander over
 * the CPUs, change their tables, and lose memory to the host; an access that
 * ends in memory that is not the guest's any more, or where another vCPU would have
 * gone, fails the test.  mod/tlb.c, edit.c and pgtable.c are the module's own.
 */
#include "shim.h"
#include "arch.h"
#include "edit.h"
#include "ept.h"
#include "mod/mote.h"
#include "stage2_format.h"
#include "pgtable_unit.h"
#include "unit.h"

#define CPUS	3
#define VMS	2
#define VCPUS	2	/* of each VM */
#define PAGES	6
#define ROUNDS	200000

/**
 * struct entry - what a CPU remembers of a page under a tag
 * @valid: it does
 * @vm: whose second stage
 * @tables: which of the guest's own tables, as guest::tables
 * @hpa: where it leads
 * @prot: MOTE_PT_*
 */
struct entry {
	bool valid;
	const struct mote_vm *vm;
	u64 tables;
	hpa_t hpa;
	u32 prot;
};

#define TAGS	(VMS * VCPUS + 1)

/**
 * struct cpu - a host CPU
 * @both: guest's tables and second stage together, by tag and page
 * @second: the second stage alone
 * @owners: mote_tlb_owners while this is not the current CPU
 * @guest: who runs here, or NULL
 */
struct cpu {
	struct entry both[TAGS][PAGES];
	struct entry second[TAGS][PAGES];
	struct mote_tlb_owner owners[MOTE_TLB_OWNERS];
	struct mote_vcpu *guest;
};

/**
 * struct machine - what the architectures differ in
 * @name: for people
 * @arm: permission faults leave the entry, flushes of the guest reach all CPUs
 * @shared: all vCPUs have one tag
 */
struct machine {
	const char *name;
	bool arm;
	bool shared;
};

static const struct machine *machine;
static struct cpu cpu[CPUS];
static unsigned int this_cpu;
static struct mote_vm vm[VMS];
static struct mote_vcpu vcpu[VMS][VCPUS];
static u64 tables[VMS][VCPUS];		/* the guest's own, a number */
static hpa_t backing[VMS][PAGES];	/* what the host has there, 0: nothing */
static bool writable[VMS][PAGES];
static unsigned int going[VMS][PAGES];	/* notifiers under way: no fault succeeds */
static hpa_t former[VMS][PAGES];	/* the same memory, by another entry: on its way out */
static hpa_t next_page;
static unsigned int depth;		/* inside of a wait */
static const char *wrong;

static unsigned int vm_of(const struct mote_vcpu *v)
{
	return v->vm - vm;
}

static unsigned int id_of(const struct mote_vcpu *v)
{
	return v - vcpu[vm_of(v)];
}

static void go_to(unsigned int to)
{
	memcpy(cpu[this_cpu].owners, mote_tlb_owners, sizeof(mote_tlb_owners));
	memcpy(mote_tlb_owners, cpu[to].owners, sizeof(mote_tlb_owners));
	this_cpu = to;
}

static void fail(const char *what)
{
	if (!wrong)
		wrong = what;
}

/* ---- what the module calls ---- */

/* INVEPT and INVVPID; TLBI VMALLS12E1 or VMALLE1 */
void mote_arch_vcpu_flush(struct mote_vcpu *v, enum mote_flush what)
{
	struct cpu *c = &cpu[this_cpu];
	unsigned int tag = v->tlb.tag;

	memset(c->both[tag], 0, sizeof(c->both[tag]));
	if (what == MOTE_FLUSH_VM)
		memset(c->second[tag], 0, sizeof(c->second[tag]));
}

static void leave(unsigned int n)
{
	if (cpu[n].guest)
		cpu[n].guest->mode = MOTE_OUTSIDE;
	cpu[n].guest = NULL;
}

static void step(void);

/* Other threads go on until the interrupt arrives */
void mote_vm_leave_guest(struct mote_vm *m)
{
	unsigned int n, i, here = this_cpu;

	depth++;
	for (i = 0; depth < 3 && i < unit_below(6); i++)
		step();
	depth--;
	for (n = 0; n < CPUS; n++)
		if (cpu[n].guest && cpu[n].guest->vm == m)
			leave(n);
	go_to(here);
}

/* ---- guests ---- */

static void enter(struct mote_vcpu *v, unsigned int n)
{
	if (v->mode != MOTE_OUTSIDE || cpu[n].guest)
		return;
	go_to(n);
	/* As mote_arch_vcpu_load() does it on x86 */
	if (v->cpu != (int)n && !machine->arm)
		mote_tlb_vcpu_changed(v);
	v->cpu = n;
	v->mode = MOTE_IN_GUEST;
	cpu[n].guest = v;
	mote_tlb_enter(v);
}

/* The guest changes its tables and flushes as its manual says */
static void guest_flush(struct mote_vcpu *v)
{
	unsigned int n;

	tables[vm_of(v)][id_of(v)] += 16;
	for (n = 0; n < CPUS; n++)
		if (machine->arm || (int)n == v->cpu)
			memset(cpu[n].both[v->tlb.tag], 0, sizeof(cpu[n].both[0]));
}

/* SET_REGS with other tables: the guest executes nothing that flushes */
static void set_regs(struct mote_vcpu *v)
{
	if (v->mode != MOTE_OUTSIDE)
		return;
	tables[vm_of(v)][id_of(v)] += 16;
	mote_tlb_vcpu_changed(v);
}

/* A fault: 0 or what mote_edit_map() says */
static int map(struct mote_vcpu *v, unsigned int page)
{
	hpa_t hpa = backing[vm_of(v)][page];
	struct mote_edit edit;
	int r;

	mote_pt_cache_fill(&v->pt_cache, MOTE_PT_MAX_LEVELS);
	mote_edit_begin(&edit, v->vm);
	r = mote_edit_map(&edit, v, page * PAGE_SIZE, v->vm->mem.pt.fmt->levels - 1, hpa,
			  writable[vm_of(v)][page] ? MOTE_PT_R | MOTE_PT_W : MOTE_PT_R);
	mote_edit_end(&edit);
	return r;
}

/* The second stage for a page, as the CPU sees it; NULL: a fault */
static struct entry *walk(struct mote_vcpu *v, unsigned int page)
{
	struct entry *e = &cpu[this_cpu].second[v->tlb.tag][page];
	struct mote_pt_leaf leaf;
	unsigned int n;

	if (e->valid)
		return e;
	if (!mote_pt_lookup(&v->vm->mem.pt, page * PAGE_SIZE, &leaf))
		return NULL;
	*e = (struct entry) { .valid = true, .vm = v->vm, .hpa = leaf.hpa, .prot = leaf.prot };
	/* Break before make: no CPU may have another page for this one */
	for (n = 0; machine->arm && n < CPUS; n++) {
		const struct entry *other = &cpu[n].second[v->tlb.tag][page];

		if (other->valid && other->vm == v->vm && other->hpa != e->hpa &&
		    cpu[n].guest && cpu[n].guest->vm == v->vm)
			fail("made before it was broken");
	}
	return e;
}

static bool allowed(struct mote_vcpu *v, unsigned int page, bool write)
{
	struct cpu *c = &cpu[this_cpu];
	struct entry *e = &c->both[v->tlb.tag][page], *second;

	if (!e->valid) {
		second = walk(v, page);
		if (!second)
			return false;
		*e = *second;
		e->tables = tables[vm_of(v)][id_of(v)];
	}
	if (e->tables != tables[vm_of(v)][id_of(v)])
		fail("another's tables, or old ones");
	if (e->vm != v->vm)
		fail("another VM's memory");
	else if (e->hpa != backing[vm_of(v)][page] && e->hpa != former[vm_of(v)][page])
		fail("memory that was taken away");
	if (!write || (e->prot & MOTE_PT_W))
		return true;
	/* SDM: the fault takes the entries out; Arm ARM: it does not */
	if (!machine->arm) {
		e->valid = false;
		c->second[v->tlb.tag][page].valid = false;
	}
	return false;
}

/* An access, with as many faults as it takes, and no more */
static void guest_access(unsigned int n, unsigned int page, bool write)
{
	struct mote_vcpu *v = cpu[n].guest;
	unsigned int tries;

	for (tries = 0; tries < 8; tries++) {
		go_to(n);
		if (allowed(v, page, write) || wrong)
			return;
		leave(n);
		if (going[vm_of(v)][page])
			return;
		if (!backing[vm_of(v)][page])
			backing[vm_of(v)][page] = next_page += PAGE_SIZE;
		writable[vm_of(v)][page] |= write;
		map(v, page);
		if (cpu[n].guest || v->mode != MOTE_OUTSIDE)
			return;		/* others went on meanwhile */
		enter(v, n);
	}
	fail("faults again and again");
}

/* ---- the host ---- */

/* A notifier: when it returns the page is somebody else's */
static void take_away(unsigned int m, unsigned int page)
{
	struct mote_edit edit;
	hpa_t old = backing[m][page];
	unsigned int n;

	going[m][page]++;
	mote_edit_begin(&edit, &vm[m]);
	mote_edit_unmap(&edit, page * PAGE_SIZE, page * PAGE_SIZE + PAGE_SIZE - 1, NULL);
	mote_edit_end(&edit);
	going[m][page]--;
	if (backing[m][page] == old) {
		backing[m][page] = 0;
		writable[m][page] = false;
	}
	/* No CPU in the guest has it; those outside drop it before they enter */
	for (n = 0; old && n < CPUS; n++) {
		struct mote_vcpu *v = cpu[n].guest;

		if (v && v->vm == &vm[m] && cpu[n].second[v->tlb.tag][page].valid &&
		    cpu[n].second[v->tlb.tag][page].hpa == old)
			fail("a CPU in the guest was not waited for");
	}
}

/* The host has the memory in another size now: a fault takes the old entry out */
static void resize(struct mote_vcpu *v, unsigned int page)
{
	unsigned int m = vm_of(v), i;

	if (v->mode != MOTE_OUTSIDE || !backing[m][page] || former[m][page] || going[m][page])
		return;
	former[m][page] = backing[m][page];
	backing[m][page] = next_page += PAGE_SIZE;
	for (i = 0; i < 8 && !going[m][page] && backing[m][page]; i++)
		if (!map(v, page))
			break;
	former[m][page] = 0;
}

/* Another hypervisor was here, with the same tags */
static void stranger(unsigned int n)
{
	unsigned int tag, page;

	if (cpu[n].guest)
		return;
	go_to(n);
	for (tag = 0; tag < TAGS; tag++)
		for (page = 0; page < PAGES; page++) {
			cpu[n].both[tag][page] = (struct entry) { .valid = true, .hpa = 1 };
			cpu[n].second[tag][page] = (struct entry) { .valid = true, .hpa = 1 };
		}
	mote_tlb_forget();
}

/* An entry that was given up: the flush was to be part of it */
static void give_up(struct mote_vcpu *v, unsigned int n)
{
	struct cpu before;

	if (v->mode != MOTE_OUTSIDE || cpu[n].guest)
		return;
	before = cpu[n];
	enter(v, n);
	memcpy(cpu[n].both, before.both, sizeof(before.both));
	memcpy(cpu[n].second, before.second, sizeof(before.second));
	mote_tlb_not_flushed(v);
	leave(n);
}

static void step(void)
{
	unsigned int n = unit_below(CPUS), m = unit_below(VMS), page = unit_below(PAGES);
	struct mote_vcpu *v = &vcpu[m][unit_below(VCPUS)];

	if (wrong)
		return;
	switch (unit_below(17)) {
	case 0 ... 3:
		enter(v, n);
		break;
	case 4 ... 9:
		if (cpu[n].guest)
			guest_access(n, page, unit_below(2));
		break;
	case 10:
		leave(n);
		break;
	case 11:
		if (cpu[n].guest)
			guest_flush(cpu[n].guest);
		break;
	case 12:
		set_regs(v);
		break;
	case 13:
		take_away(m, page);
		break;
	case 14:
		resize(v, page);
		break;
	case 15:
		if (!unit_below(8))
			stranger(n);
		break;
	default:
		give_up(v, n);
		break;
	}
}

static bool begin(const struct machine *how, const struct mote_pt_format *fmt)
{
	unsigned int m, i;

	machine = how;
	wrong = NULL;
	memset(cpu, 0, sizeof(cpu));
	memset(mote_tlb_owners, 0, sizeof(mote_tlb_owners));
	memset(vm, 0, sizeof(vm));
	memset(vcpu, 0, sizeof(vcpu));
	memset(backing, 0, sizeof(backing));
	memset(former, 0, sizeof(former));
	memset(writable, 0, sizeof(writable));
	for (m = 0; m < VMS; m++) {
		CHECK(!mote_pt_init(&vm[m].mem.pt, fmt));
		spin_lock_init(&vm[m].mem.pt_lock);
		mote_tlb_init(&vm[m]);
		for (i = 0; i < VCPUS; i++) {
			struct mote_vcpu *v = &vcpu[m][i];

			v->vm = &vm[m];
			v->cpu = -1;
			tables[m][i] = 1 + m * VCPUS + i;
			v->tlb.tag = how->shared ? 1 : how->arm ? 1 + m : 1 + m * VCPUS + i;
			mote_tlb_vcpu_changed(v);
		}
	}
	return true;
}

static bool finish(void)
{
	unsigned int m, i;

	for (m = 0; m < VMS; m++) {
		for (i = 0; i < VCPUS; i++)
			mote_pt_cache_free(&vcpu[m][i].pt_cache);
		mote_pt_destroy(&vm[m].mem.pt);
	}
	if (wrong)
		printf("# %s: %s\n", machine->name, wrong);
	CHECK(!wrong && !shim_pages);
	return true;
}

static bool wander(const struct machine *how, const struct mote_pt_format *fmt)
{
	unsigned int i;

	CHECK(begin(how, fmt));
	for (i = 0; i < ROUNDS && !wrong; i++)
		step();
	return finish();
}

static bool test_tag_per_vcpu(void)
{
	static const struct machine x86 = { .name = "a tag per vCPU" };

	return wander(&x86, mote_ept_format(CAPS_4K, false));
}

static bool test_one_tag(void)
{
	static const struct machine shared = { .name = "one tag for all", .shared = true };

	return wander(&shared, mote_ept_format(CAPS_4K, false));
}

static bool test_tag_per_vm(void)
{
	static const struct machine arm = { .name = "a tag per VM", .arm = true };
	static struct mote_pt_format fmt;

	arm64_s2_format(&fmt, 40, false);
	return wander(&arm, &fmt);
}

static const struct unit_test tests[] = {
	{ "tlb: a tag for each vCPU (VPID, ASID)", test_tag_per_vcpu },
	{ "tlb: one tag for all", test_one_tag },
	{ "tlb: a tag for each VM (VMID)", test_tag_per_vm },
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
