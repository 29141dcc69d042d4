// SPDX-License-Identifier: GPL-2.0-only
/* mote: who may still use an old translation.  See tlb.h. */
#include <linux/cache.h>
#include <linux/string.h>

#include "arch.h"
#include "mote.h"

DEFINE_PER_CPU(struct mote_tlb_owner, mote_tlb_owners[MOTE_TLB_OWNERS]);

/* VMs and vCPUs draw from one source; 0 is nobody */
static u64 new_serial(void)
{
	static atomic64_t last;

	return atomic64_inc_return(&last);
}

void mote_tlb_init(struct mote_vm *vm)
{
	vm->tlb.serial = new_serial();
}

void mote_tlb_changed(struct mote_vm *vm)
{
	/* Full barrier: who reads this generation and then flushes finds the new tables */
	atomic64_inc_return(&vm->tlb.gen);
}

/* Others may have got further meanwhile */
static void raise_done(struct mote_tlb *tlb, s64 gen)
{
	s64 done = atomic64_read(&tlb->done);

	while (done < gen && !atomic64_try_cmpxchg(&tlb->done, &done, gen))
		;
}

void mote_tlb_wait(struct mote_vm *vm, s64 gen)
{
	struct mote_tlb *tlb = &vm->tlb;

	if (atomic64_read_acquire(&tlb->done) >= gen)
		return;
	/* Those that came since are waited for with the same interrupts */
	gen = atomic64_read(&tlb->gen);
	mote_vm_leave_guest(vm);
	raise_done(tlb, gen);
}

void mote_tlb_vcpu_changed(struct mote_vcpu *vcpu)
{
	vcpu->tlb.serial = new_serial();
}

void mote_tlb_upgraded(struct mote_vcpu *vcpu)
{
	vcpu->tlb.upgraded = true;
	mote_tlb_vcpu_changed(vcpu);
}

void mote_tlb_forget(void)
{
	memset(this_cpu_ptr(mote_tlb_owners), 0, sizeof(mote_tlb_owners));
}

void mote_tlb_not_flushed(struct mote_vcpu *vcpu)
{
	*this_cpu_ptr(&mote_tlb_owners[vcpu->tlb.tag % MOTE_TLB_OWNERS]) =
		(struct mote_tlb_owner) {};
}

void mote_tlb_flush(struct mote_vcpu *vcpu, struct mote_tlb_owner *owner)
{
	const struct mote_tlb *tlb = &vcpu->vm->tlb;
	/* Read before the flush: what changes meanwhile is flushed by the next entry */
	s64 gen = atomic64_read(&tlb->gen);
	bool all = owner->vm != tlb->serial || owner->gen != gen || vcpu->tlb.upgraded;

	mote_arch_vcpu_flush(vcpu, all ? MOTE_FLUSH_VM : MOTE_FLUSH_VCPU);
	vcpu->tlb.upgraded = false;
	*owner = (struct mote_tlb_owner) {
		.vm = tlb->serial,
		.vcpu = vcpu->tlb.serial,
		.gen = gen,
	};
}
