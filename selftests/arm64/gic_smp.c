// SPDX-License-Identifier: GPL-2.0-only
/* The GICv3 of several vCPUs: SGIs between them, routes, waking one another. */
#include "a64_gic.h"

#include "kselftest_harness.h"

#define CPUS	4
#define ROUNDS	200
#define SPI	50

static volatile u64 taken[CPUS], sent[CPUS], up;

static void on_irq(struct guest_frame *f)
{
	u64 cpu = guest_mrs(mpidr_el1) & 0xff;
	u32 intid = gic_ack();

	(void)f;
	if (intid == SPURIOUS)
		return;
	taken[cpu]++;
	gic_eoi(intid);
}

static void all_start(u32 cpu)
{
	guest_handlers[VECTOR_IRQ] = on_irq;
	gic_start(cpu);
	for (u32 i = 0; i < 16; i++)
		gic_enable(cpu, i, 0x80);
	guest_irq_on();
	__atomic_fetch_add(&up, 1, __ATOMIC_SEQ_CST);
	while (up < CPUS)
		guest_barrier();
}

struct machine {
	struct vm vm;
	struct vcpu v[CPUS];
	struct runner runner[CPUS];
};

static void machine_start(struct machine *m, guest_fn fn)
{
	vm_create(&m->vm, VM_IRQCHIP);
	for (u32 i = 0; i < CPUS; i++) {
		vcpu_create(&m->v[i], &m->vm, i);
		vcpu_start(&m->v[i], fn, i);
	}
	for (u32 i = 0; i < CPUS; i++)
		runner_start(&m->runner[i], &m->v[i]);
}

static void machine_end(struct __test_metadata *_metadata, struct machine *m)
{
	for (u32 i = 0; i < CPUS; i++) {
		runner_join(&m->runner[i]);
		EXPECT_EQ(0, m->runner[i].ret);
		EXPECT_EQ(GOT_DONE, m->runner[i].got);
	}
	for (u32 i = 0; i < CPUS; i++)
		vcpu_destroy(&m->v[i]);
	vm_destroy(&m->vm);
}

/* Masked while it looks: an interrupt between the look and WFI would not wake it */
static void sleep_until(volatile u64 *word, u64 value)
{
	guest_irq_off();
	while (*word < value) {
		guest_wfi();
		guest_irq_window();
	}
	guest_irq_on();
}

/* A token goes round: each vCPU sleeps until its predecessor sends it an SGI */
GUEST(ring)
{
	all_start(arg);
	if (arg == 0)
		gic_sgi(1, 1u << 1);
	for (u64 n = 1; n <= ROUNDS; n++) {
		sleep_until(&taken[arg], n);
		if (arg || n < ROUNDS)
			gic_sgi(n & 15, 1u << ((arg + 1) % CPUS));
	}
}

TEST(a_token_goes_round)
{
	static struct machine m;

	machine_start(&m, guest_ring);
	machine_end(_metadata, &m);
	for (int i = 0; i < CPUS; i++) {
		EXPECT_EQ(ROUNDS, taken[i]);
	}
}

/* Everybody sends to all others; the same SGI from several may merge, but none gets lost */
GUEST(broadcast)
{
	all_start(arg);
	for (u64 n = 0; n < ROUNDS; n++) {
		gic_sgi_others(arg);
		sent[arg]++;
		guest_barrier();
	}
	/* The last one of each other vCPU comes at any rate */
	for (u32 i = 0; i < CPUS; i++)
		while (sent[i] < ROUNDS)
			guest_barrier();
	for (int i = 0; i < 1000 && taken[arg] < CPUS - 1; i++)
		guest_barrier();
	GUEST_TRUE(taken[arg] >= CPUS - 1);
	GUEST_TRUE(taken[arg] <= (CPUS - 1) * ROUNDS);
}

TEST(all_to_all)
{
	static struct machine m;

	machine_start(&m, guest_broadcast);
	machine_end(_metadata, &m);
}

/* An SPI goes where GICD_IROUTER says */
GUEST(routed)
{
	all_start(arg);
	if (arg == 0) {
		gic_edge(SPI, 1);
		for (u32 to = 0; to < CPUS; to++)
			for (u64 n = 1; n <= 10; n++) {
				gic_enable(to, SPI, 0x80);
				gic_bit(0, GICD_ISPENDR, SPI);
				while (taken[to] < n)
					guest_barrier();
			}
		sent[0] = 1;
		gic_sgi_others(2);
	}
	sleep_until(&sent[0], 1);
	GUEST_TRUE(taken[arg] == 10 || taken[arg] == 11);
}

TEST(routes)
{
	static struct machine m;

	machine_start(&m, guest_routed);
	machine_end(_metadata, &m);
}

/* In EOImode 1 vCPU 1, which has no interrupts, ends what vCPU 0 took */
GUEST(ended)
{
	guest_msr(s3_0_c12_c12_4, 2);		/* ICC_CTLR_EL1.EOImode */
	gic_start(arg);
	if (arg == 0) {
		gic_edge(SPI, 1);
		gic_enable(0, SPI, 0x80);
	}
	for (u64 n = 1; n <= 10 && arg < 2; n++) {
		if (arg == 0) {
			gic_bit(0, GICD_ISPENDR, SPI);
			GUEST_EQ(SPI, gic_ack());
			gic_eoi(SPI);
			GUEST_EQ(1, gic_is(0, GICD_ISACTIVER, SPI));
		}
		while (arg && sent[0] < n)
			guest_barrier();
		if (arg)
			guest_msr(s3_0_c12_c11_1, SPI);	/* ICC_DIR_EL1 */
		sent[arg] = n;
		while (sent[!arg] < n)
			guest_barrier();
		if (arg == 0)
			GUEST_EQ(0, gic_is(0, GICD_ISACTIVER, SPI));
	}
}

TEST(ends_from_elsewhere)
{
	static struct machine m;

	machine_start(&m, guest_ended);
	machine_end(_metadata, &m);
}

/* Redistributors: one behind the other, the last one marked */
GUEST(frames)
{
	for (u32 i = 0; i < CPUS; i++) {
		u64 typer = a64_read64(gicr(i) + GICR_TYPER);

		GUEST_EQ(i, typer >> 32);
		GUEST_EQ(i, typer >> 8 & 0xffff);
		GUEST_EQ(i == CPUS - 1, typer >> 4 & 1);
	}
}

TEST(redistributors)
{
	struct vcpu v[CPUS];
	struct vm vm;

	vm_create(&vm, VM_IRQCHIP);
	for (u32 i = 0; i < CPUS; i++)
		vcpu_create(&v[i], &vm, i);
	vcpu_start(&v[1], guest_frames, 0);
	EXPECT_EQ(GOT_DONE, vcpu_wait(&v[1]));
	for (u32 i = 0; i < CPUS; i++)
		vcpu_destroy(&v[i]);
	vm_destroy(&vm);
}

TEST_HARNESS_MAIN
