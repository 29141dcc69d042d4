// SPDX-License-Identifier: GPL-2.0-only
/*
 * What protects host and guests from flaws of the CPU, on an emulator that counts what
 * the host does (docs/lab.md, CPU_FEATURES), and as far as the host's kernel wants it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

/* "Mote": a CPUID leaf, and an MSR whose WRMSR in a guest is a machine check */
#define PROBE	0x4d6f7465

#define MSR_SPEC_CTRL	0x48

#define ROUNDS	20

/* Of the CPU that this runs on */
struct writes {
	u32 spec_ctrl, pred_cmd, flush_cmd;
};

static struct writes writes(void)
{
	struct writes w;
	u32 eax;

	asm volatile("cpuid" : "=a" (eax), "=b" (w.spec_ctrl), "=c" (w.pred_cmd), "=d" (w.flush_cmd)
		     : "0" (PROBE), "2" (1));
	return w;
}

/* Also pins the test to the CPU whose writes count */
static int emulator_counts(void)
{
	u32 a, b, c, d;

	asm volatile("cpuid" : "=a" (a), "=b" (b), "=c" (c), "=d" (d) : "0" (PROBE), "2" (0));
	return a == PROBE && b == PROBE && c == PROBE && d == PROBE && !host_cpu_pin(0, 0);
}

/* Whether the module says that it does something */
static int module_does(const char *what)
{
	static char all[4096];
	FILE *f = fopen("/sys/module/mote/parameters/mitigations", "r");
	size_t n;

	if (!f)
		return 0;
	n = fread(all, 1, sizeof(all) - 1, f);
	all[n] = '\0';
	fclose(f);
	return strstr(all, what) != NULL;
}

#define NEEDS(cond) do {				\
	if (!(cond))					\
		SKIP(return, "not here: " #cond);	\
} while (0)

/* As many exits as it is told, then one to the runner, again and again */
GUEST(exits)
{
	u32 regs[4];

	for (;;) {
		for (u64 i = 0; i < arg; i++)
			guest_cpuid(0, 0, regs);
		guest_sync(0);
	}
}

/* The same with IBRS on, as the host's kernel has it: no difference to write */
GUEST(exits_with_ibrs)
{
	guest_wrmsr(MSR_SPEC_CTRL, 1);
	guest_exits(arg);
}

static u64 entries_of(struct one *o)
{
	return o->cpu.stats->entries;
}

/* Without enhanced IBRS the write is what protects: after each exit, equal or not */
TEST(spec_ctrl_after_each_exit)
{
	struct writes before, after;
	struct one o;
	u64 entries;

	NEEDS(emulator_counts() && module_does("IBRS after each exit"));
	one_create(&o, 0, guest_exits_with_ibrs, 100);
	vcpu_sync(&o.cpu);
	before = writes();
	entries = entries_of(&o);
	vcpu_sync(&o.cpu);
	after = writes();
	entries = entries_of(&o) - entries;
	EXPECT_LT(100u, entries);
	EXPECT_LE(entries, after.spec_ctrl - before.spec_ctrl);
	one_destroy(&o);
}

static u32 barriers_of(struct one *a, struct one *b)
{
	struct writes before = writes();

	for (int i = 0; i < ROUNDS; i++) {
		vcpu_sync(&a->cpu);
		vcpu_sync(&b->cpu);
	}
	return writes().pred_cmd - before.pred_cmd;
}

TEST(barrier_between_guests)
{
	struct one a, b;
	u32 alone;

	NEEDS(emulator_counts() && module_does("IBPB between guests"));
	one_create(&a, 0, guest_exits, 1);
	one_create(&b, 0, guest_exits, 1);
	vcpu_sync(&a.cpu);
	alone = barriers_of(&a, &a);
	EXPECT_LE(alone + 2 * ROUNDS - 1, barriers_of(&a, &b));
	one_destroy(&a);
	one_destroy(&b);
}

/* A guest that is gone has left its predictions here, too */
TEST(barrier_after_a_guest_is_gone)
{
	struct one stays, goes;
	struct writes before;
	u32 alone;

	NEEDS(emulator_counts() && module_does("IBPB between guests"));
	one_create(&stays, 0, guest_exits, 1);
	vcpu_sync(&stays.cpu);
	alone = barriers_of(&stays, &stays) / (2 * ROUNDS);
	one_create(&goes, 0, guest_exits, 1);
	vcpu_sync(&goes.cpu);
	one_destroy(&goes);
	before = writes();
	vcpu_sync(&stays.cpu);
	EXPECT_LE(alone + 1, writes().pred_cmd - before.pred_cmd);
	one_destroy(&stays);
}

/* A guest's predictions must not steer its own runner */
TEST(barrier_before_the_runner)
{
	struct one o;

	NEEDS(emulator_counts() && module_does("IBPB between guest and runner"));
	one_create(&o, 0, guest_exits, 1);
	vcpu_sync(&o.cpu);
	EXPECT_LE(2u * ROUNDS, barriers_of(&o, &o));
	one_destroy(&o);
}

/* Where a session begins; between exits, where the host may have seen something or always */
TEST(l1d_is_flushed)
{
	int always = module_does("L1D flush before each entry");
	struct writes before, after;
	struct one o;
	u64 entries;

	NEEDS(emulator_counts() && module_does("L1D flush"));
	NEEDS(!module_does("L1D is flushed by reading"));
	one_create(&o, 0, guest_exits, 100);
	vcpu_sync(&o.cpu);
	before = writes();
	entries = entries_of(&o);
	for (int i = 0; i < ROUNDS; i++)
		vcpu_sync(&o.cpu);
	after = writes();
	entries = entries_of(&o) - entries;
	EXPECT_LE((u32)ROUNDS, after.flush_cmd - before.flush_cmd);
	if (always) {
		EXPECT_LE(entries, after.flush_cmd - before.flush_cmd);
	} else {
		EXPECT_LT(after.flush_cmd - before.flush_cmd, entries);
	}
	one_destroy(&o);
}

GUEST(machine_check)
{
	guest_wrmsr(PROBE, arg);
	guest_sync(0);
}

static u64 physical_address(const void *p)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	u64 entry = 0;

	if (fd < 0)
		return 0;
	if (pread(fd, &entry, 8, (unsigned long)p / PAGE * 8) != 8)
		entry = 0;
	close(fd);
	return (entry & ((1ULL << 55) - 1)) * PAGE;
}

static volatile int bus_error;
static void *volatile bus_address;

static void on_sigbus(int sig __attribute__((unused)), siginfo_t *info,
		      void *context __attribute__((unused)))
{
	bus_error = info->si_code;
	bus_address = info->si_addr;
}

/*
 * An error in memory that the guest has read costs the runner, and that only if it does
 * not know what to do about it: the host lives.
 */
TEST(machine_check_in_a_guest)
{
	const struct sigaction sa = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };
	struct one o;
	u8 *page;
	u64 pa;

	NEEDS(emulator_counts());
	page = new_pages(PAGE);
	memset(page, 1, PAGE);
	pa = physical_address(page);
	NEEDS(pa);
	ASSERT_EQ(0, sigaction(SIGBUS, &sa, NULL));
	one_create(&o, 0, guest_machine_check, pa);
	EXPECT_EQ(-EINTR, mote_run(o.cpu.fd));
	EXPECT_EQ(BUS_MCEERR_AR, bus_error);
	EXPECT_EQ(page, bus_address);
	one_destroy(&o);
}

TEST_HARNESS_MAIN
