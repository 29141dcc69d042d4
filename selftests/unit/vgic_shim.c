// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hardware that arm64's GICv3 and timers work on, as the manuals have it:
 * IHI 0069, "Virtual CPU interface"; Arm ARM, "The Generic Timer".  And the
 * module's other files, as far as these call them.
 */
#include "vgic_unit.h"

struct mote_vm vm;
struct mote_vcpu cpu[CPUS];
unsigned long kicks[CPUS];
bool host_active[CPUS];
unsigned int host_writes;
unsigned int this_cpu;
u64 host_cntv_ctl;
bool host_irq_is_ours;
s64 shim_now;
bool arm64_vhe;

static struct arm64_ctx contexts[CPUS];
static struct mote_stats stats[CPUS];

/* ---- the kernel ---- */

static struct irq_data vtimer = { .hwirq = 27 };

struct irq_data *irq_get_irq_data(unsigned int irq)
{
	(void)irq;
	return &vtimer;
}

int irq_get_irqchip_state(unsigned int irq, int which, bool *state)
{
	(void)irq;
	(void)which;
	*state = host_active[this_cpu];
	return 0;
}

int irq_set_irqchip_state(unsigned int irq, int which, bool state)
{
	(void)irq;
	(void)which;
	host_active[this_cpu] = state;
	host_writes++;
	return 0;
}

void shim_write_sysreg(const char *reg, u64 value)
{
	shim_assert(!strcmp(reg, arm64_vhe ? "SYS_CNTV_CTL_EL02" : "cntv_ctl_el0"),
		    "not the guest's timer");
	host_cntv_ctl = value;
}

void advance(u64 ns)
{
	s64 until = shim_now + (s64)ns;
	unsigned int n;

	for (n = 0; n < CPUS; n++) {
		struct hrtimer *t = &cpu[n].arch.timer.background;

		while (t->queued && t->expires <= until) {
			shim_now = max(shim_now, t->expires);
			t->queued = t->function(t) == HRTIMER_RESTART;
		}
	}
	shim_now = until;
}

/* ---- the module ---- */

void mote_vcpu_kick(struct mote_vcpu *vcpu)
{
	shim_assert(!vm.arch.gic || !vm.arch.gic->lock.held, "kick with the lock held");
	kicks[vcpu->id]++;
}

/* The interrupt takes them out, and they come back */
void mote_vm_leave_guest(struct mote_vm *m)
{
	unsigned int n;

	shim_assert(!m->arch.gic->lock.held, "waits with the lock held");
	for (n = 0; n < CPUS; n++) {
		if (cpu[n].mode != MOTE_OUTSIDE) {
			leave(n);
			enter(n);
		}
	}
}

u64 arm64_ich_vtr = VTR | VGIC_VTR_TDS;
unsigned int arm64_ipa_bits = 40;

/* Nothing is live between what the tests call */
void arm64_gic_load(struct mote_vcpu *vcpu)
{
}

void arm64_gic_put(struct mote_vcpu *vcpu)
{
}

void mote_reg_add(struct mote_reg_ids *list, u64 id)
{
	shim_assert(list->count < list->room, "too many registers");
	list->ids[list->count++] = id;
}

unsigned int hostirq_request(enum hostirq which)
{
	return 3 + which;
}

bool hostirq_is_ours(enum hostirq which)
{
	return host_irq_is_ours;
}

/* ---- the world switch ---- */

void enter(unsigned int n)
{
	this_cpu = cpu[n].cpu;
	kicks[n] = 0;
	cpu[n].mode = MOTE_IN_GUEST;
	vgic_before_entry(&cpu[n]);
	timer_before_entry(&cpu[n]);
	GIC(n)->hcr_out = GIC(n)->hcr;
}

static u64 vcount(unsigned int n)
{
	return (u64)shim_now - to_ctx(&cpu[n])->cntvoff;
}

static u64 cntv_status(unsigned int n)
{
	const u64 *sys = to_ctx(&cpu[n])->sys;
	u64 ctl = sys[ARM64_CNTV_CTL_EL0] & 3;

	return ctl | (ctl & 1 && vcount(n) >= sys[ARM64_CNTV_CVAL_EL0] ? 4 : 0);
}

void leave(unsigned int n)
{
	this_cpu = cpu[n].cpu;
	to_ctx(&cpu[n])->sys[ARM64_CNTV_CTL_EL0] = cntv_status(n);
	vgic_after_exit(&cpu[n]);
	timer_after_exit(&cpu[n]);
	cpu[n].mode = MOTE_OUTSIDE;
}

bool timer_signalled(unsigned int n)
{
	return cntv_status(n) == 5 && !host_active[cpu[n].cpu];
}

/* ICH_MISR_EL2, by the enables of ICH_HCR_EL2 */
u32 misr(unsigned int n)
{
	struct arm64_ctx_gic *g = GIC(n);
	unsigned int i, valid = 0, pending = 0;
	u32 misr = 0, hcr = g->hcr_out;

	for (i = 0; i < g->used_lrs; i++) {
		u64 lr = g->lr[i];

		valid += !!(lr >> 62);
		pending += lr >> 62 == 1;
		if (!(lr >> 62) && !(lr & VGIC_LR_HW) && (lr & VGIC_LR_EOI))
			misr |= 1;
	}
	misr |= hcr & VGIC_HCR_UIE && valid < 2 ? 2 : 0;
	misr |= hcr & VGIC_HCR_LRENPIE && VGIC_HCR_EOICOUNT(hcr) ? 4 : 0;
	misr |= hcr & VGIC_HCR_NPIE && !pending ? 8 : 0;
	misr |= hcr & VGIC_HCR_GRP0_EIE && g->vmcr & VGIC_VMCR_GRP0 ? 16 : 0;
	misr |= hcr & VGIC_HCR_GRP1_EIE && g->vmcr & VGIC_VMCR_GRP1 ? 64 : 0;
	return hcr & VGIC_HCR_EN ? misr : 0;
}

bool settle_exits(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < 10; i++) {
		if (!misr(n) && !timer_signalled(n) && !kicks[n])
			return true;
		leave(n);
		enter(n);
	}
	return false;
}

/* ---- the CPU interface ---- */

static unsigned int running(struct arm64_ctx_gic *g)
{
	u32 active = g->ap0r[0] | g->ap1r[0];

	return active ? __builtin_ctz(active) * 8 : 256;
}

static int best_pending(struct arm64_ctx_gic *g)
{
	unsigned int i;
	int best = -1;

	for (i = 0; i < g->used_lrs; i++) {
		u64 lr = g->lr[i];
		bool group1 = lr & VGIC_LR_GROUP1;

		if (lr >> 62 != 1 || !(g->vmcr >> group1 & 1))
			continue;
		if (best < 0 || (lr >> 48 & 0xff) < (g->lr[best] >> 48 & 0xff))
			best = i;
	}
	return best;
}

unsigned int hw_iar(unsigned int n, bool group1)
{
	struct arm64_ctx_gic *g = GIC(n);
	int i = best_pending(g);
	unsigned int priority;

	if (i < 0 || !(g->hcr & VGIC_HCR_EN) || !(g->lr[i] & VGIC_LR_GROUP1) == group1)
		return SPURIOUS;
	priority = g->lr[i] >> 48 & 0xff;
	if (priority >= g->vmcr >> 24 || priority >= running(g))
		return SPURIOUS;
	g->lr[i] ^= VGIC_LR_PENDING | VGIC_LR_ACTIVE;
	(group1 ? g->ap1r : g->ap0r)[0] |= BIT(priority / 8);
	return VGIC_LR_INTID(g->lr[i]);
}

static void hw_deactivate(unsigned int n, unsigned int intid)
{
	struct arm64_ctx_gic *g = GIC(n);
	unsigned int i;

	for (i = 0; i < g->used_lrs; i++) {
		if (VGIC_LR_INTID(g->lr[i]) != intid || !(g->lr[i] & VGIC_LR_ACTIVE))
			continue;
		g->lr[i] &= ~VGIC_LR_ACTIVE;
		if (g->lr[i] & VGIC_LR_HW)
			host_active[cpu[n].cpu] = false;
		return;
	}
	if (g->hcr & VGIC_HCR_EN)
		g->hcr_out += 1u << 27;
}

void hw_eoir(unsigned int n, unsigned int intid)
{
	struct arm64_ctx_gic *g = GIC(n);
	unsigned int top = running(g);

	if (top == 256)
		return;
	g->ap0r[0] &= ~BIT(top / 8);
	g->ap1r[0] &= ~BIT(top / 8);
	if (!(g->vmcr & VGIC_VMCR_EOIM))
		hw_deactivate(n, intid);
}

void hw_dir(unsigned int n, unsigned int intid)
{
	u64 value = intid;

	if (GIC(n)->hcr & (VGIC_HCR_TC | (arm64_ich_vtr & VGIC_VTR_TDS ? VGIC_HCR_TDIR : 0))) {
		leave(n);
		vgic_sysreg(&cpu[n], MOTE_ARM64_ENC(3, 0, 12, 11, 1), true, &value);
		enter(n);
	} else {
		hw_deactivate(n, intid);
	}
}

unsigned int ack(unsigned int n)
{
	unsigned int intid;

	enter(n);
	intid = hw_iar(n, true);
	leave(n);
	return intid;
}

void eoi(unsigned int n, unsigned int intid)
{
	enter(n);
	hw_eoir(n, intid);
	leave(n);
}

/* ---- accesses and lines ---- */

static u64 mmio(unsigned int n, gpa_t gpa, bool write, u64 value)
{
	vgic_mmio(&cpu[n], gpa, 4, write, &value);
	return value;
}

void gicd_write(u32 offset, u32 value)
{
	mmio(1, DIST + offset, true, value);
}

u32 gicd_read(u32 offset)
{
	return mmio(1, DIST + offset, false, ~0u);
}

void gicr_write(unsigned int n, u32 offset, u32 value)
{
	mmio(n, REDIST + n * VGIC_REDIST_BYTES + offset, true, value);
}

u32 gicr_read(unsigned int n, u32 offset)
{
	return mmio(n, REDIST + n * VGIC_REDIST_BYTES + offset, false, ~0u);
}

void enable_irq(unsigned int n, unsigned int intid, unsigned int priority)
{
	gpa_t frame = intid < 32 ? REDIST + n * VGIC_REDIST_BYTES + VGIC_FRAME : DIST;
	u64 value = priority;

	vgic_mmio(&cpu[n], frame + GICD_IPRIORITYR + intid, 1, true, &value);
	value = BIT(intid % 32);
	vgic_mmio(&cpu[n], frame + GICD_ISENABLER + intid / 32 * 4, 4, true, &value);
}

void line(unsigned int intid, bool level)
{
	struct mote_irq irq = { .type = MOTE_IRQ_LINE, .level = level, .data = intid };

	shim_assert(!mote_arch_vm_irq(&vm, &irq), "line refused");
}

void ppi_line(unsigned int n, unsigned int intid, bool level)
{
	line(MOTE_ARM64_LINE_PPI(n, intid), level);
}

void sgi(unsigned int n, u64 value)
{
	shim_assert(vgic_sysreg(&cpu[n], MOTE_ARM64_ENC(3, 0, 12, 11, 5), true, &value),
		    "ICC_SGI1R_EL1 is not there");
}

/* ---- registers by id ---- */

static const struct mote_reg_class *class_of(u64 id)
{
	static const struct mote_reg_class icc = { vgic_icc_get, vgic_icc_check, vgic_icc_set };
	static const struct mote_reg_class gic = { vgic_reg_get, vgic_reg_check, vgic_reg_set };
	static const struct mote_reg_class timer = { timer_get, timer_check, timer_set };
	static const struct mote_reg_class count = {
		timer_count_get, timer_count_check, timer_count_set,
	};

	if (id >> 32 == MOTE_ARM64_CLASS_GIC)
		return &gic;
	if (id >> 32 == MOTE_ARM64_CLASS_TIMER)
		return &count;
	return (u32)id >= MOTE_ARM64_ENC(3, 3, 14, 0, 0) ? &timer : &icc;
}

int reg_get(unsigned int n, u64 id, u64 *value)
{
	return class_of(id)->get(&cpu[n], id, value);
}

int reg_check(unsigned int n, u64 id, u64 value)
{
	return class_of(id)->check(&cpu[n], id, value);
}

void reg_set(unsigned int n, u64 id, u64 value)
{
	class_of(id)->set(&cpu[n], id, value);
}

/* ---- set-up ---- */

void vgic_teardown(void)
{
	unsigned int n;

	for (n = 0; n < CPUS; n++) {
		if (cpu[n].vm)
			timer_vcpu_destroy(&cpu[n]);
		vgic_vcpu_destroy(&cpu[n]);
	}
	vgic_destroy(&vm);
}

static void init_cpu(unsigned int n)
{
	cpu[n] = (struct mote_vcpu) { .vm = &vm, .id = n, .cpu = n, .stats = &stats[n] };
	cpu[n].arch.ctx = &contexts[n];
	contexts[n] = (struct arm64_ctx) { 0 };
	vgic_vcpu_init(&cpu[n]);
	timer_vcpu_init(&cpu[n]);
	vm.vcpus[n] = &cpu[n];
}

static void all_on(void)
{
	unsigned int n;

	gicd_write(GICD_CTLR, VGIC_CTLR_GROUPS);
	for (n = 4; n < INTIDS / 8; n += 4)
		gicd_write(GICD_IGROUPR + n, ~0u);
	for (n = 0; n < CPUS; n++) {
		gicr_write(n, GICR_WAKER, 0);
		gicr_write(n, VGIC_FRAME + GICD_IGROUPR, ~0u);
		/* All priorities, groups on, smallest binary points */
		GIC(n)->vmcr = 0xf8000000u | 2u << 21 | 3u << 18 | 3;
	}
}

void vgic_setup(bool on)
{
	struct mote_irqchip chip = {
		.type = MOTE_ARM64_IRQCHIP_GICV3, .addr = { DIST, REDIST, INTIDS },
	};
	unsigned int n;

	vgic_teardown();
	shim_assert(!vgic_init() && !timer_init(), "no GIC");
	memset(&vm, 0, sizeof(vm));
	memset(host_active, 0, sizeof(host_active));
	shim_assert(!mote_arch_vm_irqchip(&vm, &chip), "no vGIC");
	timer_vm_init(&vm);
	for (n = 0; n < CPUS; n++)
		init_cpu(n);
	if (on)
		all_on();
	for (n = 0; n < CPUS; n++) {
		timer_load(&cpu[n]);
		kicks[n] = 0;
	}
	host_writes = 0;
}
