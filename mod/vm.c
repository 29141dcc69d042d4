// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: VMs and their descriptors.
 */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "arch.h"
#include "mote.h"

/** mote_vm_get - one more user of the VM */
struct mote_vm *mote_vm_get(struct mote_vm *vm)
{
	kref_get(&vm->ref);
	return vm;
}

static void vm_free(struct kref *ref)
{
	struct mote_vm *vm = container_of(ref, struct mote_vm, ref);
	unsigned int i;

	/* First: until then MMU notifiers may come and ask all vCPUs to flush */
	mote_memory_destroy(vm);
	for (i = 0; i < MOTE_MAX_VCPUS; i++)
		if (vm->vcpus[i])
			mote_vcpu_free(vm->vcpus[i]);
	mote_arch_vm_destroy(vm);
	mote_policy_free(vm);
	mote_hw_put();
	mmdrop(vm->mm);
	kfree(vm);
}

/** mote_vm_put - one user less; the last one frees it.  Context: sleepable. */
void mote_vm_put(struct mote_vm *vm)
{
	kref_put(&vm->ref, vm_free);
}

/**
 * mote_vm_kill - the VM cannot go on
 * @vm: the VM
 * @err: positive errno for VM_STATUS
 * @reason: static string
 *
 * The first reason stays.  Every RUN fails with EIO from now on.  Any context.
 */
void mote_vm_kill(struct mote_vm *vm, int err, const char *reason)
{
	unsigned int i;

	/* Winner's reason is visible before @dead is: see ioctl_status() */
	if (cmpxchg(&vm->dead_reason, NULL, reason))
		return;
	atomic_set_release(&vm->dead, err);
	for (i = 0; i < MOTE_MAX_VCPUS; i++) {
		struct mote_vcpu *vcpu = mote_vm_vcpu(vm, i);

		if (vcpu)
			mote_vcpu_kick(vcpu);
	}
}

static int ioctl_mem_map(struct mote_vm *vm, void __user *arg)
{
	struct mote_mem mem;
	int r = mote_copy_in(&mem, sizeof(mem), MOTE_MEM_READONLY, arg);

	return r ?: mote_memory_map(vm, &mem);
}

static int ioctl_mem_unmap(struct mote_vm *vm, void __user *arg)
{
	struct mote_mem mem;
	int r = mote_copy_in(&mem, sizeof(mem), 0, arg);

	return r ?: mote_memory_unmap(vm, &mem);
}

static int policy_check(struct mote_vm *vm, const struct mote_policy *p)
{
	if (p->space >= MOTE_SPACE_COUNT || p->action > MOTE_ACTION_PASS || p->pad)
		return -EINVAL;
	if (p->first > p->last || !p->access ||
	    p->access & ~(MOTE_ACCESS_READ | MOTE_ACCESS_WRITE))
		return -EINVAL;
	return mote_arch_policy_check(vm, p);
}

/*
 * What hardware knows of the rules it learns when a session begins: running vCPUs
 * end theirs, and when this returns none is in the guest under the old ones.
 */
static int ioctl_policy(struct mote_vm *vm, void __user *arg)
{
	struct mote_policy p;
	int r = mote_copy_in(&p, sizeof(p), 0, arg);

	if (r)
		return r;
	r = policy_check(vm, &p);
	if (r)
		return r;
	mutex_lock(&vm->lock);
	r = mote_policy_set(vm, &p);
	if (!r) {
		mote_arch_policy_changed(vm);
		mote_vm_request(vm, MOTE_REQ_PREPARE);
	}
	mutex_unlock(&vm->lock);
	return r;
}

static int ioctl_irqchip(struct mote_vm *vm, void __user *arg)
{
	struct mote_irqchip chip;
	int r = mote_copy_in(&chip, sizeof(chip), 0, arg);

	if (r)
		return r;
	if (chip.pad)
		return -EINVAL;
	mutex_lock(&vm->lock);
	r = vm->nr_vcpus ? -EBUSY : mote_arch_vm_irqchip(vm, &chip);
	mutex_unlock(&vm->lock);
	return r;
}

static int ioctl_irq(struct mote_vm *vm, void __user *arg)
{
	struct mote_irq irq;
	int r = mote_copy_in(&irq, sizeof(irq), 0, arg);

	if (r)
		return r;
	if (irq.pad)
		return -EINVAL;
	return mote_arch_vm_irq(vm, &irq);
}

static int ioctl_status(struct mote_vm *vm, void __user *arg)
{
	struct mote_vm_status known, status = {};
	int r = mote_copy_in(&known, sizeof(known), 0, arg);

	if (r)
		return r;
	status.size = known.size;
	status.dead = atomic_read_acquire(&vm->dead);
	if (status.dead)
		strscpy(status.reason, vm->dead_reason, sizeof(status.reason));
	return mote_copy_out(arg, &status, sizeof(status));
}

static long vm_ioctl(struct file *file, unsigned int nr, unsigned long arg)
{
	void __user *argp = (void __user *)arg;
	struct mote_vm *vm = file->private_data;

	if (vm->mm != current->mm)
		return -EXDEV;
	switch (nr) {
	case MOTE_MEM_MAP:
		return ioctl_mem_map(vm, argp);
	case MOTE_MEM_UNMAP:
		return ioctl_mem_unmap(vm, argp);
	case MOTE_CREATE_VCPU:
		return mote_vcpu_create(vm, argp);
	case MOTE_POLICY:
		return ioctl_policy(vm, argp);
	case MOTE_IRQCHIP:
		return ioctl_irqchip(vm, argp);
	case MOTE_IRQ:
		return ioctl_irq(vm, argp);
	case MOTE_VM_STATUS:
		return ioctl_status(vm, argp);
	default:
		return -ENOTTY;
	}
}

static int vm_release(struct inode *inode, struct file *file)
{
	mote_vm_put(file->private_data);
	return 0;
}

static const struct file_operations vm_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vm_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = vm_release,
	.llseek = noop_llseek,
};

static struct mote_vm *vm_alloc(void)
{
	struct mote_vm *vm;
	int r;

	vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return ERR_PTR(-ENOMEM);
	kref_init(&vm->ref);
	mutex_init(&vm->lock);
	mote_tlb_init(vm);
	r = mote_hw_get();
	if (r)
		goto free_vm;
	r = mote_memory_init(vm);
	if (r)
		goto put_hw;
	r = mote_arch_vm_init(vm);
	if (r)
		goto destroy_memory;
	vm->mm = current->mm;
	mmgrab(vm->mm);
	return vm;

destroy_memory:
	mote_memory_destroy(vm);
put_hw:
	mote_hw_put();
free_vm:
	kfree(vm);
	return ERR_PTR(r);
}

/**
 * mote_vm_create - CREATE_VM
 * @arg: struct mote_create_vm of the caller
 *
 * Return: a descriptor, or -EBUSY (hardware taken by another hypervisor),
 * -EINVAL, -E2BIG, -EFAULT, -ENOMEM, -EMFILE.
 */
int mote_vm_create(void __user *arg)
{
	struct mote_create_vm req;
	struct mote_vm *vm;
	int r = mote_copy_in(&req, sizeof(req), 0, arg);

	if (r)
		return r;
	vm = vm_alloc();
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	r = anon_inode_getfd("mote-vm", &vm_fops, vm, O_RDWR | O_CLOEXEC);
	if (r < 0)
		mote_vm_put(vm);
	return r;
}
