// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: vCPUs, their descriptors and everything on them but RUN.
 *
 * A vCPU lives as long as its VM: closing its descriptor only drops the
 * descriptor's reference to the VM.  So mote_vm::vcpus never shrinks and
 * pointers found there stay good while the VM is held.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "arch.h"
#include "compat.h"
#include "mote.h"
#include "regs.h"

/* So many registers with preemption off; an array is as long as it likes */
#define REGS_AT_ONCE	256

/*
 * The vCPU's mutex is held all the time: between the pieces nothing changes.  Stops
 * at the first that fails, which is the @failed-th.
 */
static __always_inline int regs_each(struct mote_vcpu *vcpu, struct mote_reg *regs,
				     u32 count, u32 *failed,
				     int (*op)(struct mote_vcpu *vcpu, struct mote_reg *reg))
{
	u32 i = 0, end;
	int r = 0;

	while (i < count && !r) {
		end = min(count, i + REGS_AT_ONCE);
		mote_arch_vcpu_load(vcpu);
		for (; i < end && !r; i++)
			r = op(vcpu, &regs[i]);
		mote_arch_vcpu_put(vcpu);
		cond_resched();
	}
	*failed = r ? i - 1 : i;
	return r;
}

static int get_one(struct mote_vcpu *vcpu, struct mote_reg *reg)
{
	return mote_reg_get(vcpu, reg->id, &reg->value);
}

static int check_one(struct mote_vcpu *vcpu, struct mote_reg *reg)
{
	return mote_reg_check(vcpu, reg->id, reg->value);
}

static int set_one(struct mote_vcpu *vcpu, struct mote_reg *reg)
{
	mote_reg_set(vcpu, reg->id, reg->value);
	return 0;
}

/* GET_REGS: read into a copy, then out, so that a bad id changes nothing */
static int regs_get(struct mote_vcpu *vcpu, struct mote_reg *regs, struct mote_regs *req)
{
	return regs_each(vcpu, regs, req->count, &req->failed, get_one);
}

/* SET_REGS: all are checked before the first is set */
static int regs_set(struct mote_vcpu *vcpu, struct mote_reg *regs, struct mote_regs *req)
{
	int r = regs_each(vcpu, regs, req->count, &req->failed, check_one);

	if (r)
		return r;
	regs_each(vcpu, regs, req->count, &req->failed, set_one);
	vcpu->pending = MOTE_EXIT_NONE;
	return 0;
}

static int ioctl_regs(struct mote_vcpu *vcpu, void __user *arg, bool set)
{
	struct mote_regs req;
	struct mote_reg *regs;
	size_t bytes;
	int r = mote_copy_in(&req, sizeof(req), 0, arg);

	if (r)
		return r;
	if (!req.count || req.count > MOTE_REGS_MAX)
		return -EINVAL;
	bytes = req.count * sizeof(*regs);
	regs = vmemdup_user(u64_to_user_ptr(req.regs), bytes);
	if (IS_ERR(regs))
		return PTR_ERR(regs);
	r = set ? regs_set(vcpu, regs, &req) : regs_get(vcpu, regs, &req);
	if (!set && !r && copy_to_user(u64_to_user_ptr(req.regs), regs, bytes))
		r = -EFAULT;
	kvfree(regs);
	if (mote_copy_out(arg, &req, sizeof(req)))
		r = -EFAULT;
	return r;
}

static int ioctl_reg_list(struct mote_vcpu *vcpu, void __user *arg)
{
	struct mote_reg_list req;
	unsigned int n;
	u64 *ids;
	int r = mote_copy_in(&req, sizeof(req), 0, arg);

	if (r)
		return r;
	if (req.pad)
		return -EINVAL;
	n = mote_arch_reg_list(vcpu, NULL, 0);
	if (req.count >= n) {
		ids = kvmalloc_array(n, sizeof(*ids), GFP_KERNEL_ACCOUNT);
		if (!ids)
			return -ENOMEM;
		mote_arch_reg_list(vcpu, ids, n);
		if (copy_to_user(u64_to_user_ptr(req.ids), ids, n * sizeof(*ids)))
			r = -EFAULT;
		kvfree(ids);
	} else {
		r = -E2BIG;
	}
	req.count = n;
	if ((!r || r == -E2BIG) && mote_copy_out(arg, &req, sizeof(req)))
		r = -EFAULT;
	return r;
}

static int ioctl_set_features(struct mote_vcpu *vcpu, void __user *arg)
{
	struct mote_features req;
	void *table;
	int r = mote_copy_in(&req, sizeof(req), 0, arg);

	if (r)
		return r;
	if (!req.count || req.count > MOTE_REGS_MAX ||
	    req.entry_size != mote_arch_feature_size())
		return -EINVAL;
	table = vmemdup_user(u64_to_user_ptr(req.entries), req.count * req.entry_size);
	if (IS_ERR(table))
		return PTR_ERR(table);
	r = mote_arch_set_features(vcpu, table, req.count);
	kvfree(table);
	return r;
}

static int ioctl_inject(struct mote_vcpu *vcpu, void __user *arg)
{
	struct mote_inject req;
	int r = mote_copy_in(&req, sizeof(req), MOTE_INJECT_ERROR_CODE | MOTE_INJECT_PAYLOAD |
			     MOTE_INJECT_LOWER, arg);

	if (r)
		return r;
	if (req.pad)
		return -EINVAL;
	mote_arch_vcpu_load(vcpu);
	r = mote_arch_inject(vcpu, &req);
	mote_arch_vcpu_put(vcpu);
	return r;
}

static int ioctl_translate(struct mote_vcpu *vcpu, void __user *arg)
{
	struct mote_translate req;
	int r = mote_copy_in(&req, sizeof(req), MOTE_TRANSLATE_MARK | MOTE_TRANSLATE_SYSTEM,
			     arg);

	if (r)
		return r;
	if (!req.access ||
	    req.access & ~(MOTE_ACCESS_READ | MOTE_ACCESS_WRITE | MOTE_ACCESS_EXEC))
		return -EINVAL;
	mote_arch_translate(vcpu, &req);
	return mote_copy_out(arg, &req, sizeof(req));
}

#define DUMP_ROOM	8192

/* Line by line, because the log cuts long records; a guest must not flood it */
static void log_text(char *text)
{
	static DEFINE_RATELIMIT_STATE(limit, 60 * HZ, 2);
	char *line;

	if (!__ratelimit(&limit))
		return;
	while ((line = strsep(&text, "\n")))
		if (*line)
			pr_info("%s\n", line);
}

static int ioctl_dump(struct mote_vcpu *vcpu, void __user *arg)
{
	struct mote_dump req;
	size_t n, bytes;
	char *text;
	int r = mote_copy_in(&req, sizeof(req), MOTE_DUMP_LOG, arg);

	if (r)
		return r;
	text = kvzalloc(DUMP_ROOM, GFP_KERNEL_ACCOUNT);
	if (!text)
		return -ENOMEM;
	mote_arch_vcpu_load(vcpu);
	n = min_t(size_t, mote_arch_dump(vcpu, text, DUMP_ROOM), DUMP_ROOM - 1) + 1;
	mote_arch_vcpu_put(vcpu);
	bytes = min_t(u64, req.bytes, n);
	if (bytes && (copy_to_user(u64_to_user_ptr(req.text), text, bytes - 1) ||
		      put_user(0, (u8 __user *)u64_to_user_ptr(req.text) + bytes - 1)))
		r = -EFAULT;
	else if (req.bytes < n)
		r = -E2BIG;
	req.bytes = n;
	if (req.flags & MOTE_DUMP_LOG)
		log_text(text);
	kvfree(text);
	if (r != -EFAULT && mote_copy_out(arg, &req, sizeof(req)))
		r = -EFAULT;
	return r;
}

/* All but RUN, which must not pay for their locals */
static noinline long locked_ioctl(struct mote_vcpu *vcpu, unsigned int nr, void __user *arg)
{
	switch (nr) {
	case MOTE_GET_REGS:
		return ioctl_regs(vcpu, arg, false);
	case MOTE_SET_REGS:
		return ioctl_regs(vcpu, arg, true);
	case MOTE_REG_LIST:
		return ioctl_reg_list(vcpu, arg);
	case MOTE_SET_FEATURES:
		return ioctl_set_features(vcpu, arg);
	case MOTE_INJECT:
		return ioctl_inject(vcpu, arg);
	case MOTE_TRANSLATE:
		return ioctl_translate(vcpu, arg);
	case MOTE_DUMP:
		return ioctl_dump(vcpu, arg);
	default:
		return -ENOTTY;
	}
}

static int ioctl_kick(struct mote_vcpu *vcpu, unsigned long arg)
{
	if (arg)
		return -EINVAL;
	mote_vcpu_request(vcpu, MOTE_REQ_KICK);
	return 0;
}

/* Hardware state that is dead stays readable: only RUN checks vm->dead */
static long vcpu_ioctl(struct file *file, unsigned int nr, unsigned long arg)
{
	struct mote_vcpu *vcpu = file->private_data;
	long r;

	if (nr == MOTE_KICK)
		return ioctl_kick(vcpu, arg);
	if (vcpu->vm->mm != current->mm)
		return -EXDEV;
	if (!mutex_trylock(&vcpu->mutex))
		return -EBUSY;
	if (likely(nr == MOTE_RUN))
		r = arg ? -EINVAL : mote_vcpu_run(vcpu);
	else
		r = locked_ioctl(vcpu, nr, (void __user *)arg);
	mutex_unlock(&vcpu->mutex);
	return r;
}

/* The areas of mote_info::areas, a page each */
static vm_fault_t vcpu_fault(struct vm_fault *vmf)
{
	struct mote_vcpu *vcpu = vmf->vma->vm_file->private_data;
	void *area;

	switch (vmf->pgoff) {
	case MOTE_AREA_RUN:
		area = vcpu->run;
		break;
	case MOTE_AREA_STATS:
		area = vcpu->stats;
		break;
	default:
		return VM_FAULT_SIGBUS;
	}
	vmf->page = virt_to_page(area);
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct vcpu_vm_ops = { .fault = vcpu_fault };

static int vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long end = vma->vm_pgoff + vma_pages(vma);

	if (end < vma->vm_pgoff || end > MOTE_AREA_STATS + 1)
		return -EINVAL;
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (end > MOTE_AREA_STATS) {
		if (vma->vm_flags & VM_WRITE)
			return -EACCES;
		vm_flags_mod(vma, VM_DONTEXPAND, VM_MAYWRITE);
	} else {
		vm_flags_mod(vma, VM_DONTEXPAND, 0);
	}
	vma->vm_ops = &vcpu_vm_ops;
	return 0;
}

static int vcpu_release(struct inode *inode, struct file *file)
{
	struct mote_vcpu *vcpu = file->private_data;

	mote_vm_put(vcpu->vm);
	return 0;
}

static const struct file_operations vcpu_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vcpu_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = vcpu_mmap,
	.release = vcpu_release,
	.llseek = noop_llseek,
};

static void vcpu_free_memory(struct mote_vcpu *vcpu)
{
	free_page((unsigned long)vcpu->stats);
	free_page((unsigned long)vcpu->run);
	kfree(vcpu);
}

static struct mote_vcpu *vcpu_alloc(struct mote_vm *vm, unsigned int id)
{
	struct mote_vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	int r = -ENOMEM;

	if (!vcpu)
		return ERR_PTR(-ENOMEM);
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->cpu = -1;
	mutex_init(&vcpu->mutex);
	rcuwait_init(&vcpu->wait);
	mote_tlb_vcpu_changed(vcpu);
	vcpu->run = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	vcpu->stats = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!vcpu->run || !vcpu->stats)
		goto free_memory;
	r = mote_arch_vcpu_init(vcpu);
	if (!r)
		return vcpu;
free_memory:
	vcpu_free_memory(vcpu);
	return ERR_PTR(r);
}

/** mote_vcpu_free - part of freeing the VM: nobody knows the vCPU any more */
void mote_vcpu_free(struct mote_vcpu *vcpu)
{
	mote_arch_vcpu_destroy(vcpu);
	mote_memory_cache_free(vcpu);
	vcpu_free_memory(vcpu);
}

/* The descriptor is installed last: it works the moment it can be guessed */
static int vcpu_publish(struct mote_vcpu *vcpu)
{
	struct mote_vm *vm = vcpu->vm;
	struct file *file;
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	file = anon_inode_getfile("mote-vcpu", &vcpu_fops, vcpu, O_RDWR);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	mote_vm_get(vm);
	/* Pairs with mote_vm_vcpu() */
	smp_store_release(&vm->vcpus[vcpu->id], vcpu);
	vm->nr_vcpus++;
	fd_install(fd, file);
	return fd;
}

/**
 * mote_vcpu_create - CREATE_VCPU
 * @vm: the VM
 * @arg: struct mote_create_vcpu of the caller
 *
 * Return: a descriptor; -EEXIST: the id is taken; -EINVAL: id out of range;
 * -EIO: the VM is dead; -ENOMEM, -EMFILE, -EFAULT, -E2BIG.
 */
int mote_vcpu_create(struct mote_vm *vm, void __user *arg)
{
	struct mote_create_vcpu req;
	struct mote_vcpu *vcpu;
	int r = mote_copy_in(&req, sizeof(req), 0, arg);

	if (r)
		return r;
	if (req.id >= MOTE_MAX_VCPUS || req.pad)
		return -EINVAL;
	if (atomic_read(&vm->dead))
		return -EIO;
	mutex_lock(&vm->lock);
	r = -EEXIST;
	if (vm->vcpus[req.id])
		goto unlock;
	vcpu = vcpu_alloc(vm, req.id);
	r = PTR_ERR_OR_ZERO(vcpu);
	if (r)
		goto unlock;
	r = vcpu_publish(vcpu);
	if (r < 0)
		mote_vcpu_free(vcpu);
unlock:
	mutex_unlock(&vm->lock);
	return r;
}
