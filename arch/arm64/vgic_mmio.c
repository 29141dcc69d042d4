// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the guest's GICv3: its frames.
 */
#include "vgic_bank.h"

/* The vCPU whose redistributor has @ipa, or NULL */
static struct vgic_cpu *redist_at(struct vgic *gic, gpa_t ipa)
{
	u64 id = (ipa - gic->redist) / VGIC_REDIST_BYTES;

	return ipa < gic->redist || id >= MOTE_MAX_VCPUS ? NULL : vgic_cpu_by_id(gic, id);
}

static bool in_dist(const struct vgic *gic, gpa_t ipa)
{
	return ipa >= gic->dist && ipa - gic->dist < VGIC_FRAME;
}

bool vgic_owns(struct mote_vm *vm, gpa_t ipa)
{
	struct vgic *gic = vm->arch.gic;

	return gic && (in_dist(gic, ipa) || redist_at(gic, ipa));
}

void vgic_mmio(struct mote_vcpu *vcpu, gpa_t ipa, unsigned int bytes, bool write, u64 *value)
{
	struct vgic *gic = vcpu->vm->arch.gic;
	struct vgic_access a = {
		.gic = gic,
		.vcpu = vcpu,
		.bytes = bytes,
		.write = write,
		.value = write ? *value : 0,
	};

	if (ipa % bytes) {
		/* An access of this kind is UNPREDICTABLE: RAZ/WI */
	} else if (in_dist(gic, ipa)) {
		a.offset = ipa - gic->dist;
		vgic_dist_access(&a);
	} else {
		a.cpu = redist_at(gic, ipa);
		a.offset = (ipa - gic->redist) % VGIC_REDIST_BYTES;
		if (a.cpu)
			vgic_redist_access(&a);
	}
	if (!write)
		*value = a.value;
}
