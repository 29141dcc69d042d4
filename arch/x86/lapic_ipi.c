// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: messages to local APICs, from each other and from devices.  SDM
 * vol. 3, "Issuing Interprocessor Interrupts", "Message Signalled Interrupts".
 *
 * Runs on the sender's thread and reads the targets' registers while they
 * change them: a message that crosses such a change goes by the old or by the
 * new value, as on the bus.  The APIC id cannot change, and is the vCPU's.
 */
#include <linux/bits.h>

#include "lapic_ipi.h"

#define ICR_LOGICAL		BIT(11)
#define ICR_SHORTHAND(icr)	(((icr) >> 18) & 3)
#define SHORTHAND_NONE		0
#define SHORTHAND_SELF		1
#define SHORTHAND_ALL		2
#define SHORTHAND_OTHERS	3

#define MSI_ADDRESS_MASK	(~0xfffffull)
#define MSI_ADDRESS		0xfee00000ull
#define MSI_REDIRECT		BIT(3)
#define MSI_LOGICAL		BIT(2)
#define MSI_DATA_ASSERT		BIT(14)
#define MSI_DATA_LEVEL		BIT(15)

/* A message under way */
struct message {
	u32 dest;
	u8 vector;
	u8 mode;	/* LAPIC_MODE_* */
	bool logical;
	bool level;
	bool wide;	/* @dest has 32 bits (from an APIC in x2APIC mode) and not 8 */
	bool lowest;	/* to one of those who match */
};

/* ---- who is meant: "Determining IPI Destination" ---- */

static bool is_broadcast(const struct message *msg)
{
	return msg->dest == (msg->wide ? ~0u : 0xff);
}

static bool match_xapic_logical(const struct mote_lapic *apic, u32 dest)
{
	u32 ldr = lapic_reg(apic, LAPIC_LDR) >> 24;

	if (dest > 0xff)
		return false;
	/* Flat model: a bit per APIC.  Cluster model: bits within a cluster. */
	if (lapic_reg(apic, LAPIC_DFR) >> 28 == 0xf)
		return ldr & dest;
	return ldr >> 4 == dest >> 4 && (ldr & dest & 0xf);
}

static bool match_x2apic_logical(const struct mote_lapic *apic, u32 dest)
{
	u32 id = apic->vcpu->id;

	return dest >> 16 == id >> 4 && (dest & BIT(id & 0xf));
}

static bool is_target(const struct mote_lapic *apic, const struct message *msg)
{
	if (!apic || !lapic_present(apic))
		return false;
	if (is_broadcast(msg))
		return true;
	if (!msg->logical)
		return apic->vcpu->id == msg->dest;
	return lapic_x2apic(apic) ? match_x2apic_logical(apic, msg->dest) :
				    match_xapic_logical(apic, msg->dest);
}

/* ---- delivery ---- */

static void receive(struct mote_vcpu *vcpu, const struct message *msg)
{
	struct mote_lapic *apic = vcpu->arch.lapic;

	switch (msg->mode) {
	case LAPIC_MODE_FIXED:
	case LAPIC_MODE_LOWEST:
		if (!READ_ONCE(apic->enabled))
			return;
		if (msg->vector < 16)
			lapic_error(apic, LAPIC_ESR_RECV_VECTOR);
		else
			lapic_post(vcpu, msg->vector, msg->level);
		return;
	case LAPIC_MODE_NMI:
		lapic_post_nmi(vcpu);
		return;
	default:
		/*
		 * INIT and SIPI will be recorded here and made an exit of the
		 * target, as the runner decides about starting processors; that
		 * exit type does not exist yet, and a VM's second processor
		 * stays as it was created.  There is no SMM to take an SMI.
		 */
		return;
	}
}

/*
 * "Lowest Priority Delivery Mode": the lowest task priority wins.  Equals
 * share vectors among them, always in the same way, which is kind to caches.
 */
static struct mote_vcpu *arbitrate(struct mote_vm *vm, const struct message *msg)
{
	struct mote_vcpu *best = NULL;
	u32 best_class = 0x10;
	unsigned int i;

	for (i = 0; i < MOTE_MAX_VCPUS; i++) {
		struct mote_vcpu *vcpu = mote_vm_vcpu(vm, (msg->vector + i) % MOTE_MAX_VCPUS);
		struct mote_lapic *apic = vcpu ? vcpu->arch.lapic : NULL;
		u32 class;

		if (!is_target(apic, msg) || !READ_ONCE(apic->enabled))
			continue;
		class = lapic_reg(apic, LAPIC_TPR) >> 4 & 0xf;
		if (class < best_class) {
			best = vcpu;
			best_class = class;
		}
	}
	return best;
}

/* To all that match, but not to @except */
static void multicast(struct mote_vm *vm, const struct message *msg,
		      const struct mote_vcpu *except)
{
	unsigned int i;

	for (i = 0; i < MOTE_MAX_VCPUS; i++) {
		struct mote_vcpu *vcpu = mote_vm_vcpu(vm, i);

		if (vcpu && vcpu != except && is_target(vcpu->arch.lapic, msg))
			receive(vcpu, msg);
	}
}

static void send(struct mote_vm *vm, const struct message *msg)
{
	struct mote_vcpu *vcpu;

	if (msg->lowest) {
		vcpu = arbitrate(vm, msg);
		if (vcpu)
			receive(vcpu, msg);
	} else if (msg->logical || is_broadcast(msg)) {
		multicast(vm, msg, NULL);
	} else {
		vcpu = mote_vm_vcpu(vm, msg->dest);
		if (vcpu && is_target(vcpu->arch.lapic, msg))
			receive(vcpu, msg);
	}
}

/* ---- senders ---- */

static bool mode_has_vector(u32 mode)
{
	return mode == LAPIC_MODE_FIXED || mode == LAPIC_MODE_LOWEST;
}

/**
 * lapic_send_ipi - a write to the ICR
 * @vcpu: the sender
 * @icr: bits 31:0
 * @dest: the destination, 8 bits in xAPIC mode, 32 in x2APIC mode
 *
 * IPIs are edge triggered whatever @icr says (footnote to its trigger mode),
 * and INIT level de-assert does nothing.
 */
void lapic_send_ipi(struct mote_vcpu *vcpu, u32 icr, u32 dest)
{
	struct mote_lapic *apic = vcpu->arch.lapic;
	u32 mode = LAPIC_MODE(icr);
	struct message msg = {
		.dest = dest,
		.vector = icr & 0xff,
		.mode = mode,
		.logical = icr & ICR_LOGICAL,
		.wide = lapic_x2apic(apic),
		.lowest = mode == LAPIC_MODE_LOWEST,
	};

	if (mode_has_vector(mode) && msg.vector < 16) {
		lapic_error(apic, LAPIC_ESR_SEND_VECTOR);
		return;
	}
	switch (ICR_SHORTHAND(icr)) {
	case SHORTHAND_NONE:
		send(vcpu->vm, &msg);
		return;
	case SHORTHAND_SELF:
		receive(vcpu, &msg);
		return;
	case SHORTHAND_ALL:
	case SHORTHAND_OTHERS:
		msg.dest = msg.wide ? ~0u : 0xff;
		multicast(vcpu->vm, &msg, ICR_SHORTHAND(icr) == SHORTHAND_ALL ? NULL : vcpu);
		return;
	}
}

/**
 * lapic_send_self - a write to the self-IPI register
 * @vcpu: the sender, in x2APIC mode
 * @vector: 0..255
 */
void lapic_send_self(struct mote_vcpu *vcpu, unsigned int vector)
{
	const struct message msg = { .vector = vector, .mode = LAPIC_MODE_FIXED };

	if (vector < 16)
		lapic_error(vcpu->arch.lapic, LAPIC_ESR_SEND_VECTOR);
	else
		receive(vcpu, &msg);
}

int lapic_deliver_msi(struct mote_vm *vm, u64 address, u32 data)
{
	u32 mode = LAPIC_MODE(data);
	/* Guests set the logical bit without the redirection hint: it counts all the same */
	const struct message msg = {
		.dest = address >> 12 & 0xff,
		.vector = data & 0xff,
		.mode = mode,
		.logical = address & MSI_LOGICAL,
		.level = data & MSI_DATA_LEVEL,
		.lowest = mode == LAPIC_MODE_LOWEST ||
			  (mode == LAPIC_MODE_FIXED && (address & MSI_REDIRECT)),
	};

	if ((address & MSI_ADDRESS_MASK) != MSI_ADDRESS)
		return -EINVAL;
	switch (mode) {
	case LAPIC_MODE_FIXED:
	case LAPIC_MODE_LOWEST:
	case LAPIC_MODE_NMI:
		/* The end of a level means nothing to an APIC */
		if (!msg.level || (data & MSI_DATA_ASSERT))
			send(vm, &msg);
		return 0;
	case LAPIC_MODE_SMI:
	case LAPIC_MODE_INIT:
		/* See receive() */
		return 0;
	default:
		return -EINVAL;
	}
}
