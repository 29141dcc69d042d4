// SPDX-License-Identifier: GPL-2.0-only
/* Registers by id: all can be set, what makes no sense is refused, nothing by halves. */
#include <errno.h>

#include "a64_vm.h"

#include "kselftest_harness.h"

static u64 ids[MOTE_REGS_MAX];
static struct mote_reg regs[MOTE_REGS_MAX];

static int set(struct vcpu *v, u64 id, u64 value)
{
	struct mote_reg r = { id, value };

	return mote_set_regs(v->fd, &r, 1, NULL);
}

static int class_of(u64 id)
{
	return id >> 32;
}

static int listed(struct vcpu *v, u64 id)
{
	u32 count = ARRAY_SIZE(ids);

	must_reg_list(v->fd, ids, &count);
	for (u32 i = 0; i < count; i++)
		if (ids[i] == id)
			return 1;
	return 0;
}

TEST(list_has_what_makes_a_vcpu)
{
	static const u64 must_have[] = {
		A64_X(0), A64_X(30), MOTE_ARM64_SP_EL0, MOTE_ARM64_SP_EL1, A64_PC, A64_PSTATE,
		REG_SCTLR, REG_CPACR, REG_TTBR0, REG_TTBR1, REG_TCR, REG_SPSR, REG_ELR, REG_ESR,
		REG_FAR, REG_MAIR, REG_VBAR, REG_CONTEXTIDR, REG_TPIDR_EL0, REG_TPIDR_EL1,
		REG_MDSCR, MOTE_ARM64_V(0, 0), MOTE_ARM64_V(31, 1), MOTE_ARM64_FPSR,
		MOTE_ARM64_FPCR, MOTE_ARM64_CNTVCT, MOTE_ARM64_SERROR,
		SYSREG(3, 0, 5, 1, 0),	/* AFSR0_EL1 */
		SYSREG(3, 0, 7, 4, 0),	/* PAR_EL1 */
		SYSREG(3, 0, 10, 3, 0),	/* AMAIR_EL1 */
		SYSREG(3, 0, 14, 1, 0),	/* CNTKCTL_EL1 */
		SYSREG(3, 3, 14, 3, 1),	/* CNTV_CTL_EL0 */
		SYSREG(3, 3, 14, 3, 2),	/* CNTV_CVAL_EL0 */
		SYSREG(3, 3, 14, 2, 1),	/* CNTP_CTL_EL0 */
		SYSREG(3, 3, 14, 2, 2),	/* CNTP_CVAL_EL0 */
	};
	struct one o;
	u32 count = ARRAY_SIZE(ids);

	one_create(&o, 0, NULL, 0);
	for (u32 i = 0; i < ARRAY_SIZE(must_have); i++) {
		EXPECT_TRUE(listed(&o.cpu, must_have[i]))
			TH_LOG("0x%llx", must_have[i]);
	}
	/* Without a controller there is none of its registers */
	must_reg_list(o.cpu.fd, ids, &count);
	for (u32 i = 0; i < count; i++) {
		EXPECT_NE(MOTE_ARM64_CLASS_GIC, class_of(ids[i]));
	}
	one_destroy(&o);
}

/* Whatever is read can be set again, one by one */
TEST(all_can_be_set)
{
	struct one o;
	u32 count = ARRAY_SIZE(ids);

	one_create(&o, VM_IRQCHIP, guest_sync_loop, 0);
	vcpu_sync(&o.cpu);
	must_reg_list(o.cpu.fd, ids, &count);
	for (u32 i = 0; i < count; i++) {
		u64 value = vcpu_get(&o.cpu, ids[i]);

		EXPECT_EQ(0, set(&o.cpu, ids[i], value))
			TH_LOG("0x%llx = 0x%llx", ids[i], value);
	}
	one_destroy(&o);
}

/* Plain ones keep any value, and the guest sees it */
GUEST(read_plain)
{
	guest_sync(guest_mrs(tpidr_el0));
	guest_sync(guest_mrs(tpidr_el1));
	guest_sync(guest_mrs(tpidrro_el0));
	guest_sync(guest_mrs(far_el1));
	guest_sync(guest_mrs(sp_el0));
	guest_sync(guest_mrs(mair_el1));
}

TEST(values_arrive)
{
	struct one o;

	one_create(&o, 0, guest_read_plain, 0);
	vcpu_set(&o.cpu, REG_TPIDR_EL0, 0x1111111111111111);
	vcpu_set(&o.cpu, REG_TPIDR_EL1, 0x2222222222222222);
	vcpu_set(&o.cpu, SYSREG(3, 3, 13, 0, 3), 0x3333333333333333);
	vcpu_set(&o.cpu, REG_FAR, 0x4444444444444444);
	vcpu_set(&o.cpu, MOTE_ARM64_SP_EL0, 0x5555555555555550);
	vcpu_set(&o.cpu, REG_MAIR, 0x44bb00ffUL << 32 | MAIR_GUEST);
	EXPECT_EQ(0x1111111111111111, vcpu_sync(&o.cpu));
	EXPECT_EQ(0x2222222222222222, vcpu_sync(&o.cpu));
	EXPECT_EQ(0x3333333333333333, vcpu_sync(&o.cpu));
	EXPECT_EQ(0x4444444444444444, vcpu_sync(&o.cpu));
	EXPECT_EQ(0x5555555555555550, vcpu_sync(&o.cpu));
	EXPECT_EQ(0x44bb00ffUL << 32 | MAIR_GUEST, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

GUEST(write_plain)
{
	guest_msr(tpidr_el0, arg);
	guest_msr(tpidr_el1, arg + 1);
	guest_msr(elr_el1, arg + 2);
	guest_msr(sp_el0, arg + 3);
	guest_sync(0);
}

TEST(values_come_back)
{
	struct one o;

	one_create(&o, 0, guest_write_plain, 0x123456789abcdef0);
	vcpu_sync(&o.cpu);
	EXPECT_EQ(0x123456789abcdef0, vcpu_get(&o.cpu, REG_TPIDR_EL0));
	EXPECT_EQ(0x123456789abcdef1, vcpu_get(&o.cpu, REG_TPIDR_EL1));
	EXPECT_EQ(0x123456789abcdef2, vcpu_get(&o.cpu, REG_ELR));
	EXPECT_EQ(0x123456789abcdef3, vcpu_get(&o.cpu, MOTE_ARM64_SP_EL0));
	one_destroy(&o);
}

/* PSTATE: AArch64 at EL0 and EL1 only; no bit that nobody has */
TEST(illegal_pstate_is_refused)
{
	static const u64 good[] = {
		0, PSTATE_EL1T, PSTATE_EL1H, PSTATE_DAIF | PSTATE_EL1H, 0xf0000000 | PSTATE_EL1H,
		PSTATE_IL | PSTATE_EL1H, PSTATE_SS | PSTATE_EL1H,
	};
	static const u64 bad[] = {
		0x8, 0x9,		/* EL2 */
		0xc, 0xd,		/* EL3 */
		0x1, 0x2, 0x3, 0x6, 0x7,	/* no such stack pointer */
		0x10, 0x13, 0x1f,	/* AArch32 */
		1ULL << 32 | PSTATE_EL1H, 1ULL << 63, ~0ULL,
	};
	struct one o;

	one_create(&o, 0, NULL, 0);
	for (u32 i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_EQ(0, set(&o.cpu, A64_PSTATE, good[i]))
			TH_LOG("0x%llx", good[i]);
		EXPECT_EQ(good[i], vcpu_get(&o.cpu, A64_PSTATE));
	}
	vcpu_set(&o.cpu, A64_PSTATE, PSTATE_EL1H);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, set(&o.cpu, A64_PSTATE, bad[i]))
			TH_LOG("0x%llx", bad[i]);
		EXPECT_EQ(PSTATE_EL1H, vcpu_get(&o.cpu, A64_PSTATE));
	}
	one_destroy(&o);
}

/* An access that the runner has to carry out: the run page has the registers */
GUEST(pair)
{
	asm volatile("mov x1, #99\n\tldp x2, x3, [%0]"
		     : : "r"(MMIO_GPA) : "x1", "x2", "x3", "memory");
}

/* The same through the run page */
TEST(illegal_pstate_in_the_run_page)
{
	struct one o;
	u64 pstate;

	one_create(&o, 0, guest_pair, 0);
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_wait(&o.cpu));
	pstate = o.cpu.run->regs.pstate;
	for (u64 mode = 0; mode < 32; mode++) {
		if (mode == PSTATE_EL0T || mode == PSTATE_EL1T || mode == PSTATE_EL1H)
			continue;
		o.cpu.run->regs.pstate = (pstate & ~0x1fULL) | mode;
		o.cpu.run->request = MOTE_RUN_REGS;
		EXPECT_EQ(-EINVAL, mote_run(o.cpu.fd));
	}
	EXPECT_EQ(pstate, vcpu_get(&o.cpu, A64_PSTATE));
	/* Nothing is lost: it is still the same access */
	o.cpu.run->request = 0;
	EXPECT_EQ(MOTE_EXIT_MMIO, vcpu_wait(&o.cpu));
	one_destroy(&o);
}

u64 last_x[31];

/* All registers into last_x, then the end */
void show_all(void);
asm("show_all:\n\t"
	"stp x0, x1, [sp, #-16]!\n\t"
	"adrp x0, last_x\n\tadd x0, x0, :lo12:last_x\n\t"
	"stp x2, x3, [x0, #16]\n\tstp x4, x5, [x0, #32]\n\t"
	"stp x6, x7, [x0, #48]\n\tstp x8, x9, [x0, #64]\n\t"
	"stp x10, x11, [x0, #80]\n\tstp x12, x13, [x0, #96]\n\t"
	"stp x14, x15, [x0, #112]\n\tstp x16, x17, [x0, #128]\n\t"
	"stp x18, x19, [x0, #144]\n\tstp x20, x21, [x0, #160]\n\t"
	"stp x22, x23, [x0, #176]\n\tstp x24, x25, [x0, #192]\n\t"
	"stp x26, x27, [x0, #208]\n\tstp x28, x29, [x0, #224]\n\t"
	"str x30, [x0, #240]\n\t"
	"ldp x1, x2, [sp], #16\n\tstp x1, x2, [x0]\n\t"
	"b guest_return");

TEST(run_page_registers)
{
	struct one o;

	one_create(&o, 0, guest_pair, 0);
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_wait(&o.cpu));
	EXPECT_TRUE(o.cpu.run->state & MOTE_STATE_REGS);
	EXPECT_EQ(99, o.cpu.run->regs.x[1]);
	EXPECT_EQ(vcpu_get(&o.cpu, MOTE_ARM64_SP_EL1), o.cpu.run->regs.sp[1]);
	EXPECT_EQ(vcpu_get(&o.cpu, A64_PSTATE), o.cpu.run->regs.pstate);
	EXPECT_EQ(vcpu_get(&o.cpu, A64_PC), o.cpu.run->regs.pc);
	EXPECT_EQ(0, o.cpu.run->regs.flags & MOTE_ARM64_RUN_BE);
	for (int i = 0; i < 31; i++)
		o.cpu.run->regs.x[i] = 1000 + i;
	o.cpu.run->regs.pc = (unsigned long)show_all;
	o.cpu.run->request = MOTE_RUN_REGS;
	EXPECT_EQ(GOT_DONE, vcpu_wait(&o.cpu));
	for (int i = 0; i < 31; i++) {
		EXPECT_EQ(1000 + i, last_x[i]);
	}
	one_destroy(&o);
}

TEST(unknown_registers)
{
	static const u64 none[] = {
		MOTE_ARM64_REG(MOTE_ARM64_CLASS_CORE, 35),
		MOTE_ARM64_REG(MOTE_ARM64_CLASS_FP, 66),
		MOTE_ARM64_REG(MOTE_ARM64_CLASS_EVENT, 3),
		MOTE_ARM64_REG(MOTE_ARM64_CLASS_TIMER, 1),
		SYSREG(3, 4, 1, 1, 0),	/* HCR_EL2 */
		SYSREG(3, 7, 15, 7, 7),
		MOTE_ARM64_GICD(0),	/* no controller */
		MOTE_ARM64_REG(0ULL, 0), MOTE_ARM64_REG(7ULL, 0),
	};
	struct one o;

	one_create(&o, 0, NULL, 0);
	vcpu_lacks(&o.cpu, none, ARRAY_SIZE(none));
	one_destroy(&o);
}

/* One bad entry at the end of all: none of them is set */
TEST(all_or_nothing)
{
	struct one o;
	u32 count = ARRAY_SIZE(ids), failed = 0;

	one_create(&o, VM_IRQCHIP, guest_sync_loop, 0);
	vcpu_sync(&o.cpu);
	must_reg_list(o.cpu.fd, ids, &count);
	for (u32 i = 0; i < count; i++)
		regs[i].id = ids[i];
	must_get_regs(o.cpu.fd, regs, count, NULL);
	for (u32 i = 0; i < 31; i++)
		regs[i].value += 0x1000;
	regs[count] = (struct mote_reg){ A64_PSTATE, 0x1f };
	EXPECT_EQ(-EINVAL, mote_set_regs(o.cpu.fd, regs, count + 1, &failed));
	EXPECT_EQ(count, failed);
	for (u32 i = 0; i < 31; i++) {
		EXPECT_EQ(regs[i].value - 0x1000, vcpu_get(&o.cpu, regs[i].id));
	}
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	one_destroy(&o);
}

/* Reset: EL1 with everything masked, paging and caches off */
TEST(reset_state)
{
	struct one o;

	one_create(&o, 0, NULL, 0);
	EXPECT_EQ(PSTATE_DAIF | PSTATE_EL1H, vcpu_get(&o.cpu, A64_PSTATE));
	EXPECT_EQ(0, vcpu_get(&o.cpu, REG_SCTLR) & (SCTLR_M | SCTLR_C | SCTLR_I));
	EXPECT_EQ(0, vcpu_get(&o.cpu, A64_PC));
	for (int i = 0; i < 31; i++) {
		EXPECT_EQ(0, vcpu_get(&o.cpu, A64_X(i)));
	}
	EXPECT_EQ(0, vcpu_get(&o.cpu, MOTE_ARM64_V(7, 1)));
	one_destroy(&o);
}

/* A guest without paging: data goes past the caches, and must be seen all the same */
GUEST(uncached)
{
	volatile u64 *p = (u64 *)arg;

	guest_sync(*p);
	*p = 0x5678;
	guest_sync(*p);
}

TEST(without_paging)
{
	u64 *p = new_pages(PAGE);
	struct one o;

	p[0] = 0x1234;
	one_create(&o, 0, guest_uncached, MEM_GPA);
	vm_map(&o.vm, MEM_GPA, PAGE, p, 0);
	vcpu_set(&o.cpu, REG_SCTLR, SCTLR_RES1);
	EXPECT_EQ(0x1234, vcpu_sync(&o.cpu));
	EXPECT_EQ(0x5678, vcpu_sync(&o.cpu));
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/*
 * All of a running guest, in random values: RUN ends, or can be ended, and the host
 * lives.  Not all rounds reach the guest: it may be halted, or its state refused.
 */
TEST(random_state)
{
	u64 state = 88172645463325252ULL;
	int entered = 0;
	struct one o;
	u32 count;

	for (int round = 0; round < 100; round++) {
		one_create(&o, round & 1 ? VM_IRQCHIP : 0, guest_sync_loop, 0);
		count = ARRAY_SIZE(ids);
		must_reg_list(o.cpu.fd, ids, &count);
		for (int i = 0; i < 40; i++) {
			u64 r;

			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			r = state;
			set(&o.cpu, ids[(r >> 8) % count], r & 1 ? r * r : 1ULL << (r >> 40 & 63));
		}
		for (int i = 0; i < 3; i++) {
			int ret = vcpu_run_for(&o.cpu, 2);

			ASSERT_TRUE(!ret || ret == -EIO || ret == -EINVAL);
		}
		entered += o.cpu.stats->entries > 0;
		one_destroy(&o);
	}
	EXPECT_LT(50, entered);
}

/* The number behind a word of DUMP's text */
static u64 dumped(struct vcpu *v, const char *word)
{
	static char text[8192];
	u64 bytes = sizeof(text);
	char *at;

	if (mote_dump(v->fd, text, &bytes, 0))
		return -1;
	at = strstr(text, word);
	return at ? strtoull(at + strlen(word), NULL, 16) : ~0ULL;
}

#define HCR_TVM		(1UL << 26)
#define HCR_FWB		(1UL << 46)

GUEST(caches_on_and_off)
{
	guest_sync(0);
	guest_msr(contextidr_el1, 1);
	guest_sync(1);
	guest_msr(sctlr_el1, SCTLR_GUEST);
	guest_sync(2);
	guest_msr(contextidr_el1, 2);
	guest_sync(3);
}

/*
 * Until a guest has its caches on, somebody has to see that it turns them on, if hardware
 * does not make it use them anyway; then its writes of registers are its own.
 */
TEST(caches_are_watched_until_on)
{
	struct one o;
	u64 exits;

	one_create(&o, 0, guest_caches_on_and_off, 0);
	vcpu_set(&o.cpu, REG_SCTLR, SCTLR_RES1);
	EXPECT_EQ(0, vcpu_sync(&o.cpu));
	if (dumped(&o.cpu, "HCR_EL2 ") & HCR_FWB) {
		EXPECT_FALSE(dumped(&o.cpu, "HCR_EL2 ") & HCR_TVM);
		goto end;
	}
	EXPECT_TRUE(dumped(&o.cpu, "HCR_EL2 ") & HCR_TVM);
	exits = o.cpu.stats->exits[MOTE_EXIT_SYSREG];
	EXPECT_EQ(1, vcpu_sync(&o.cpu));
	EXPECT_EQ(exits + 1, o.cpu.stats->exits[MOTE_EXIT_SYSREG]);
	EXPECT_TRUE(dumped(&o.cpu, "HCR_EL2 ") & HCR_TVM);
	EXPECT_EQ(2, vcpu_sync(&o.cpu));
	EXPECT_EQ(exits + 2, o.cpu.stats->exits[MOTE_EXIT_SYSREG]);
	EXPECT_FALSE(dumped(&o.cpu, "HCR_EL2 ") & HCR_TVM);
	EXPECT_EQ(3, vcpu_sync(&o.cpu));
	EXPECT_EQ(exits + 2, o.cpu.stats->exits[MOTE_EXIT_SYSREG]);
	EXPECT_EQ(2, vcpu_get(&o.cpu, REG_CONTEXTIDR));
	vcpu_set(&o.cpu, REG_SCTLR, SCTLR_RES1);
	EXPECT_TRUE(dumped(&o.cpu, "HCR_EL2 ") & HCR_TVM);
	vcpu_set(&o.cpu, REG_SCTLR, SCTLR_GUEST);
	EXPECT_FALSE(dumped(&o.cpu, "HCR_EL2 ") & HCR_TVM);
end:
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

GUEST(access_to_users)
{
	asm volatile(".inst 0xd500409f\n\tisb" : : : "memory");	/* msr pan, #0 */
	guest_sync(0);
}

/* The guest's PSTATE.PAN is not the kernel's: that one has it set whatever the guest does */
TEST(kernel_keeps_its_pan)
{
	struct mote_arm64_idreg *mmfr1;
	struct one o;

	one_create(&o, 0, guest_access_to_users, 0);
	mmfr1 = a64_feature(&o.vm, ENC_MMFR1);
	ASSERT_NE(NULL, mmfr1);
	if (!(mmfr1->value >> 20 & 15))
		SKIP(return, "no FEAT_PAN");
	vcpu_sync(&o.cpu);
	EXPECT_EQ(1, dumped(&o.cpu, "PAN "));
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* From the top down, as KVM's go from the bottom up */
TEST(vmids)
{
	struct one a, b;
	u64 all, first, second;

	one_create(&a, 0, guest_sync_loop, 0);
	one_create(&b, 0, guest_sync_loop, 0);
	vcpu_sync(&a.cpu);
	vcpu_sync(&b.cpu);
	all = dumped(&a.cpu, "VTCR ") >> 19 & 1 ? 0xffff : 0xff;	/* VS */
	first = dumped(&a.cpu, "VTTBR ") >> 48;
	second = dumped(&b.cpu, "VTTBR ") >> 48;
	EXPECT_LT(0, first);
	EXPECT_LT(0, second);
	EXPECT_EQ(1, (first + all - second) % all);
	one_destroy(&b);
	one_destroy(&a);
}

TEST(dump)
{
	char text[8192];
	u64 bytes = sizeof(text);
	struct one o;

	one_create(&o, VM_IRQCHIP, guest_sync_loop, 0);
	vcpu_sync(&o.cpu);
	EXPECT_EQ(0, mote_dump(o.cpu.fd, text, &bytes, 0));
	EXPECT_LT(200, bytes);
	one_destroy(&o);
}

TEST_HARNESS_MAIN
