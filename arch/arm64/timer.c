// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's timers.  Arm ARM, "The Generic Timer".
 *
 * The virtual timer is the hardware's.  It is on only while the guest runs
 * (arm64_enter() sees to it), so when it fires it ends the guest's run by the
 * host's interrupt and is off before the host could take that.  The guest's
 * line goes up, and the host's interrupt is made active in the host's GIC: an
 * active interrupt is not signalled again, so the guest can run with its timer
 * still firing, which it may only poll or have masked in the GIC.  The list
 * register names the host's interrupt (HW): when the guest ends its own, the
 * hardware ends the host's, and the next time the timer fires that is
 * signalled.  Nothing is masked in the timer, so the guest sees in CNTV_CTL_EL0
 * what it wrote.
 *
 * The host's active state belongs to a CPU: a session takes it back at its end
 * and the next one sets it where it runs, as long as the line is up or the
 * guest has not ended its interrupt.
 *
 * The physical timer is emulated with a timer of the host.  Both timers of the
 * guest count the same: CNTPCT_EL0 traps and has the offset of CNTVCT_EL0.
 * Whether EL0 may use them is the guest's CNTKCTL_EL1: it is in hardware, and
 * its traps to EL1 come before those to EL2.
 *
 * Without a vGIC the guest can poll its timers; a runner that wants to know
 * when a halted guest's timer fires reads its registers.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irq.h>

#include <asm/sysreg.h>
#include <clocksource/arm_arch_timer.h>

#include "compat.h"
#include "hostirq.h"
#include "mod/regs.h"
#include "timer.h"
#include "vgic.h"

#define HOST_TIMER_MODE		HRTIMER_MODE_ABS_PINNED_HARD

#define CTL_ENABLE		BIT_ULL(0)
#define CTL_IMASK		BIT_ULL(1)
#define CTL_ISTATUS		BIT_ULL(2)

#define ENC_CNTPCT		MOTE_ARM64_ENC(3, 3, 14, 0, 1)
#define ENC_CNTP_TVAL		MOTE_ARM64_ENC(3, 3, 14, 2, 0)
#define ENC_CNTP_CTL		MOTE_ARM64_ENC(3, 3, 14, 2, 1)
#define ENC_CNTP_CVAL		MOTE_ARM64_ENC(3, 3, 14, 2, 2)
#define ENC_CNTV_CTL		MOTE_ARM64_ENC(3, 3, 14, 3, 1)
#define ENC_CNTV_CVAL		MOTE_ARM64_ENC(3, 3, 14, 3, 2)

/* CNTHCTL_EL2: EVNTEN, EVNTDIR, EVNTI, EVNTIS */
#define CNTHCTL_EVENTS		(BIT(2) | BIT(3) | GENMASK(7, 4) | BIT(17))

/* Farther deadlines are tried again then */
#define MAX_DEADLINE_S		(365ull * 24 * 3600)

/* Linux' number of the virtual timer's interrupt, and the GIC's */
static unsigned int host_irq, host_intid;

/* ---- the counter ---- */

static u64 guest_count(struct mote_vcpu *vcpu)
{
	return get_cycles() - READ_ONCE(vcpu->vm->arch.cntvoff);
}

static bool is_unmasked(u64 ctl)
{
	return (ctl & (CTL_ENABLE | CTL_IMASK)) == CTL_ENABLE;
}

/* Rounded up, so that the host's timer is not early */
static u64 ticks_to_ns(u64 ticks)
{
	u64 hz = max(arch_timer_get_cntfrq(), 1u);
	u64 s = min(ticks / hz, MAX_DEADLINE_S);

	return s * NSEC_PER_SEC + ticks % hz * NSEC_PER_SEC / hz + 1;
}

/* Ticks until the guest's counter reaches @cval, 0: it has */
static u64 ticks_left(struct mote_vcpu *vcpu, u64 cval)
{
	u64 now = guest_count(vcpu);

	return cval > now ? cval - now : 0;
}

/* ---- lines ---- */

static void set_line(struct mote_vcpu *vcpu, unsigned int n, bool level)
{
	vcpu->arch.timer.line[n] = level;
	vgic_ppi(vcpu, n ? ARM64_PTIMER_PPI : ARM64_VTIMER_PPI, level);
}

/*
 * Read back: before the guest runs the state has to be in effect, whatever the
 * bus posts, or the guest's end of the interrupt could come first.
 */
static void set_host_active(struct arm64_timer *timer, bool active)
{
	bool unused;

	irq_set_irqchip_state(host_irq, IRQCHIP_STATE_ACTIVE, active);
	if (active)
		irq_get_irqchip_state(host_irq, IRQCHIP_STATE_ACTIVE, &unused);
	timer->host_active = active;
}

void timer_after_exit(struct mote_vcpu *vcpu)
{
	struct arm64_timer *timer = &vcpu->arch.timer;
	u64 ctl = to_ctx(vcpu)->sys[ARM64_CNTV_CTL_EL0];
	bool fired = is_unmasked(ctl) && (ctl & CTL_ISTATUS);

	if (likely(fired == timer->line[0]))
		return;
	set_line(vcpu, 0, fired);
	/* At once: the signal may still be on its way to this CPU */
	if (fired && !timer->host_active)
		set_host_active(timer, true);
}

/*
 * Nothing is in flight while no list register is in use: what is active has one,
 * unless others have taken them all.
 */
void timer_before_entry(struct mote_vcpu *vcpu)
{
	struct arm64_timer *timer = &vcpu->arch.timer;
	bool held = timer->line[0] || (unlikely(to_ctx(vcpu)->gic.used_lrs) &&
				       vgic_ppi_in_flight(vcpu, ARM64_VTIMER_PPI));

	if (unlikely(held != timer->host_active))
		set_host_active(timer, held);
}

/* ---- the host's timer ---- */

static void start(struct mote_vcpu *vcpu, u64 ticks)
{
	ktime_t when = ktime_add_ns(ktime_get(), ticks_to_ns(ticks));

	hrtimer_start(&vcpu->arch.timer.background, when, HOST_TIMER_MODE);
}

static bool cntp_waits(const struct arm64_timer *timer)
{
	return is_unmasked(timer->cntp_ctl) && !timer->line[1];
}

/*
 * Hard interrupt context.  The vCPU's thread stops the timer before it changes
 * what is used here, but for the virtual timer: that one just gets a kick, and
 * the thread looks itself (timer_check_halted).
 */
static enum hrtimer_restart background_fires(struct hrtimer *background)
{
	struct arm64_timer *timer = container_of(background, struct arm64_timer, background);
	struct mote_vcpu *vcpu = container_of(timer, struct mote_vcpu, arch.timer);
	enum hrtimer_restart again = HRTIMER_NORESTART;

	if (cntp_waits(timer)) {
		/* The host's clock is steered, the counter is not: never be early */
		u64 left = ticks_left(vcpu, timer->cntp_cval);

		if (left) {
			hrtimer_set_expires(background,
					    ktime_add_ns(ktime_get(), ticks_to_ns(left)));
			again = HRTIMER_RESTART;
		} else {
			set_line(vcpu, 1, true);
		}
	}
	if (READ_ONCE(timer->armed))
		mote_vcpu_kick(vcpu);
	return again;
}

/* The physical timer's line as it has to be; starts the host's timer if it waits */
static void update_cntp(struct mote_vcpu *vcpu)
{
	struct arm64_timer *timer = &vcpu->arch.timer;
	bool unmasked = is_unmasked(timer->cntp_ctl);
	u64 left = unmasked ? ticks_left(vcpu, timer->cntp_cval) : 0;
	bool fired = unmasked && !left;

	if (fired != timer->line[1])
		set_line(vcpu, 1, fired);
	if (left)
		start(vcpu, left);
}

void timer_check_halted(struct mote_vcpu *vcpu)
{
	struct arm64_timer *timer = &vcpu->arch.timer;
	const u64 *sys = to_ctx(vcpu)->sys;
	u64 left;

	if (timer->line[0] || !is_unmasked(sys[ARM64_CNTV_CTL_EL0]))
		return;
	left = ticks_left(vcpu, sys[ARM64_CNTV_CVAL_EL0]);
	if (!left) {
		set_line(vcpu, 0, true);
		return;
	}
	hrtimer_cancel(&timer->background);
	WRITE_ONCE(timer->armed, true);
	if (cntp_waits(timer))
		left = min(left, ticks_left(vcpu, timer->cntp_cval));
	start(vcpu, left);
}

/* ---- sessions ---- */

void timer_load(struct mote_vcpu *vcpu)
{
	struct arm64_timer *timer = &vcpu->arch.timer;

	if (timer->armed) {
		hrtimer_cancel(&timer->background);
		timer->armed = false;
		update_cntp(vcpu);
	}
	to_ctx(vcpu)->cntvoff = READ_ONCE(vcpu->vm->arch.cntvoff);
}

void timer_put(struct mote_vcpu *vcpu)
{
	struct arm64_timer *timer = &vcpu->arch.timer;

	if (timer->host_active)
		set_host_active(timer, false);
}

/* ---- registers ---- */

static void write_cntp(struct mote_vcpu *vcpu, u64 *reg, u64 value)
{
	hrtimer_cancel(&vcpu->arch.timer.background);
	*reg = value;
	update_cntp(vcpu);
}

static u64 cntp_ctl(struct mote_vcpu *vcpu)
{
	const struct arm64_timer *timer = &vcpu->arch.timer;
	bool fired = timer->cntp_ctl & CTL_ENABLE && !ticks_left(vcpu, timer->cntp_cval);

	return timer->cntp_ctl | (fired ? CTL_ISTATUS : 0);
}

bool timer_sysreg(struct mote_vcpu *vcpu, u32 enc, bool write, u64 *value)
{
	struct arm64_timer *timer = &vcpu->arch.timer;

	switch (enc) {
	case ENC_CNTPCT:
		*value = guest_count(vcpu);
		return !write;
	case ENC_CNTP_TVAL:
		if (write)
			write_cntp(vcpu, &timer->cntp_cval, guest_count(vcpu) + (s32)*value);
		else
			*value = (u32)(timer->cntp_cval - guest_count(vcpu));
		return true;
	case ENC_CNTP_CTL:
		if (write)
			write_cntp(vcpu, &timer->cntp_ctl, *value & (CTL_ENABLE | CTL_IMASK));
		else
			*value = cntp_ctl(vcpu);
		return true;
	case ENC_CNTP_CVAL:
		if (write)
			write_cntp(vcpu, &timer->cntp_cval, *value);
		else
			*value = timer->cntp_cval;
		return true;
	default:
		return false;
	}
}

/* ---- GET_REGS and SET_REGS ---- */

static u64 *storage(struct mote_vcpu *vcpu, u32 enc)
{
	switch (enc) {
	case ENC_CNTV_CTL:
		return &to_ctx(vcpu)->sys[ARM64_CNTV_CTL_EL0];
	case ENC_CNTV_CVAL:
		return &to_ctx(vcpu)->sys[ARM64_CNTV_CVAL_EL0];
	case ENC_CNTP_CTL:
		return &vcpu->arch.timer.cntp_ctl;
	case ENC_CNTP_CVAL:
		return &vcpu->arch.timer.cntp_cval;
	default:
		return NULL;
	}
}

/* Bits that are state */
static u64 state_bits(u32 enc)
{
	return enc == ENC_CNTV_CTL || enc == ENC_CNTP_CTL ? CTL_ENABLE | CTL_IMASK : U64_MAX;
}

int timer_get(struct mote_vcpu *vcpu, u32 enc, u64 *value)
{
	const u64 *reg = storage(vcpu, enc);

	if (!reg)
		return -ENOENT;
	*value = *reg & state_bits(enc);
	return 0;
}

int timer_check(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	if (!storage(vcpu, enc))
		return -ENOENT;
	/* The status is what it is */
	return value & ~(state_bits(enc) | CTL_ISTATUS) ? -EINVAL : 0;
}

/* If the line has to be up it is again as soon as the guest runs, or is halted */
static void stop(struct mote_vcpu *vcpu)
{
	set_line(vcpu, 0, false);
	hrtimer_cancel(&vcpu->arch.timer.background);
}

void timer_set(struct mote_vcpu *vcpu, u32 enc, u64 value)
{
	stop(vcpu);
	*storage(vcpu, enc) = value & state_bits(enc);
	update_cntp(vcpu);
}

void timer_list(struct mote_reg_ids *list)
{
	static const u32 regs[] = { ENC_CNTV_CVAL, ENC_CNTV_CTL, ENC_CNTP_CVAL, ENC_CNTP_CTL };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs); i++)
		mote_reg_add(list, MOTE_ARM64_REG(MOTE_ARM64_CLASS_SYSREG, (u64)regs[i]));
	mote_reg_add(list, MOTE_ARM64_CNTVCT);
}

int timer_count_get(struct mote_vcpu *vcpu, u32 index, u64 *value)
{
	*value = guest_count(vcpu);
	return index ? -ENOENT : 0;
}

int timer_count_check(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	return index ? -ENOENT : 0;
}

void timer_count_set(struct mote_vcpu *vcpu, u32 index, u64 value)
{
	stop(vcpu);
	WRITE_ONCE(vcpu->vm->arch.cntvoff, get_cycles() - value);
	update_cntp(vcpu);
}

/* ---- objects ---- */

void timer_vm_init(struct mote_vm *vm)
{
	/* A guest's counter starts at 0, as after a reset */
	vm->arch.cntvoff = get_cycles();
}

void timer_vcpu_init(struct mote_vcpu *vcpu)
{
	struct arm64_timer *timer = &vcpu->arch.timer;

	mote_hrtimer_setup(&timer->background, background_fires, CLOCK_MONOTONIC,
			   HOST_TIMER_MODE);
	vgic_ppi_hw(vcpu, ARM64_VTIMER_PPI, host_intid);
	/*
	 * In both layouts: the physical counter and timer trap, the rest does
	 * not.  VHE hosts have the event stream in the same register (by the name
	 * of CNTKCTL_EL1), and their delay loops wait for it within a session.
	 */
	to_ctx(vcpu)->cnthctl = arm64_vhe ? arch_timer_get_cntkctl() & CNTHCTL_EVENTS : 0;
}

void timer_vcpu_destroy(struct mote_vcpu *vcpu)
{
	hrtimer_cancel(&vcpu->arch.timer.background);
}

static unsigned int intid_of(unsigned int irq)
{
	struct irq_data *data = irq_get_irq_data(irq);

#ifdef CONFIG_IRQ_DOMAIN_HIERARCHY
	while (data->parent_data)
		data = data->parent_data;
#endif
	return data->hwirq;
}

int timer_init(void)
{
	bool active;

	host_irq = hostirq_request(HOSTIRQ_VTIMER);
	if (!host_irq) {
		pr_err("the firmware's tables have no interrupt of the virtual timer\n");
		return -ENODEV;
	}
	if (irq_get_irqchip_state(host_irq, IRQCHIP_STATE_ACTIVE, &active)) {
		pr_err("the interrupt controller is no GIC: the guests' timer would interrupt the host all the time\n");
		return -ENODEV;
	}
	host_intid = intid_of(host_irq);
	return 0;
}

/*
 * Firmware may have left the timer running.  Where the interrupt is KVM's so is
 * the timer, and one of its guests may be using it.
 */
void timer_cpu_enable(void)
{
	if (!hostirq_is_ours(HOSTIRQ_VTIMER))
		return;
	if (arm64_vhe)
		write_sysreg_s(0, SYS_CNTV_CTL_EL02);
	else
		write_sysreg(0, cntv_ctl_el0);
	isb();
}
