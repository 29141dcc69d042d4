/* SPDX-License-Identifier: GPL-2.0-only */
/* Unit test of arm64's GICv3 and timers: a VM of four vCPUs and a model of the hardware. */
#ifndef MOTE_UNIT_VGIC_H
#define MOTE_UNIT_VGIC_H

#include "vgic_shim.h"

#include "hostirq.h"
#include "mod/regs.h"
#include "timer.h"
#include "vgic_bank.h"
#include "unit.h"

#define CPUS		4
#define LRS		4
#define INTIDS		96
#define DIST		0x08000000ull
#define REDIST		0x080a0000ull
#define SPURIOUS	1023u

/* ICH_VTR_EL2: PRIbits 5, PREbits 5; ICC_DIR_EL1 traps alone */
#define VTR		(4u << 29 | 4u << 26 | (LRS - 1))

extern struct mote_vm vm;
extern struct mote_vcpu cpu[CPUS];
extern unsigned long kicks[CPUS];
extern bool host_active[CPUS];	/* the host's timer interrupt, by host CPU */
extern unsigned int host_writes;
extern unsigned int this_cpu;
extern u64 host_cntv_ctl;	/* what the guest's timer has between runs */
extern bool host_irq_is_ours;

#define GIC(n)	(&to_ctx(&cpu[n])->gic)

/* Fresh vCPUs; on: all groups and priorities enabled, everything in group 1 */
void vgic_setup(bool on);
void vgic_teardown(void);

/* ---- the guest's accesses: to the distributor from vCPU 1 ---- */

void gicd_write(u32 offset, u32 value);
u32 gicd_read(u32 offset);
void gicr_write(unsigned int n, u32 offset, u32 value);
u32 gicr_read(unsigned int n, u32 offset);
void enable_irq(unsigned int n, unsigned int intid, unsigned int priority);

/* ---- the world switch ---- */

void enter(unsigned int n);
void leave(unsigned int n);
/* What of the hardware's interrupts would end the run now: maintenance, timer */
u32 misr(unsigned int n);
bool timer_signalled(unsigned int n);
/* Take exits as long as something wants one.  Return: false: without end. */
bool settle_exits(unsigned int n);

/* ---- the guest's CPU interface, in the guest ---- */

unsigned int hw_iar(unsigned int n, bool group1);
void hw_eoir(unsigned int n, unsigned int intid);
void hw_dir(unsigned int n, unsigned int intid);

/* The same, each in an entry of its own */
unsigned int ack(unsigned int n);
void eoi(unsigned int n, unsigned int intid);

void line(unsigned int intid, bool level);
void ppi_line(unsigned int n, unsigned int intid, bool level);
void sgi(unsigned int n, u64 value);

/* GET_REGS and SET_REGS */
int reg_get(unsigned int n, u64 id, u64 *value);
int reg_check(unsigned int n, u64 id, u64 value);
void reg_set(unsigned int n, u64 id, u64 value);

/* Lets time pass, and timers of the host go off when they are due */
void advance(u64 ns);

extern const struct unit_test vgic_lr_tests[], vgic_timer_tests[];
extern const unsigned int vgic_lr_count, vgic_timer_count;

#endif /* MOTE_UNIT_VGIC_H */
