// SPDX-License-Identifier: GPL-2.0-only
/* mote: module and /dev/mote. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/miscdevice.h>
#include <linux/mmu_notifier.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "arch.h"
#include "mote.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static int ioctl_info(void __user *arg)
{
	struct mote_info info, known;
	int r = mote_copy_in(&known, sizeof(known), 0, arg);

	if (r)
		return r;
	memset(&info, 0, sizeof(info));
	info.size = known.size;
	info.abi = MOTE_ABI_VERSION;
	info.max_vcpus = MOTE_MAX_VCPUS;
	info.page_bytes = PAGE_SIZE;
	info.areas[MOTE_AREA_RUN] = (struct mote_area){ 0, PAGE_SIZE };
	info.areas[MOTE_AREA_STATS] = (struct mote_area){ PAGE_SIZE, PAGE_SIZE };
	info.usable = mote_hw_usable(info.reason, sizeof(info.reason));
	mote_arch_info(&info);
	return mote_copy_out(arg, &info, sizeof(info));
}

static int ioctl_features(void __user *arg)
{
	struct mote_features req;
	void *table;
	size_t entry;
	int r, n;

	r = mote_copy_in(&req, sizeof(req), 0, arg);
	if (r)
		return r;
	n = mote_arch_features(&table, &entry);
	if (n < 0)
		return n;
	r = 0;
	if (req.entry_size != entry)
		r = -EINVAL;
	else if (req.count < n)
		r = -E2BIG;
	else if (copy_to_user(u64_to_user_ptr(req.entries), table, n * entry))
		r = -EFAULT;
	kvfree(table);
	req.count = n;
	if ((!r || r == -E2BIG) && mote_copy_out(arg, &req, sizeof(req)))
		r = -EFAULT;
	return r;
}

static long system_ioctl(struct file *file, unsigned int nr, unsigned long arg)
{
	void __user *argp = (void __user *)arg;

	switch (nr) {
	case MOTE_INFO:
		return ioctl_info(argp);
	case MOTE_FEATURES:
		return ioctl_features(argp);
	case MOTE_CREATE_VM:
		return mote_vm_create(argp);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations system_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = system_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mote",
	.fops = &system_fops,
	.mode = 0660,
};

static int __init mote_init(void)
{
	int r;

	r = mote_arch_init();
	if (r)
		return r;
	r = mote_hw_init();
	if (r)
		goto arch_exit;
	r = misc_register(&misc);
	if (!r)
		return 0;

	mote_hw_exit();
arch_exit:
	mote_arch_exit();
	return r;
}

static void __exit mote_exit(void)
{
	misc_deregister(&misc);
	mote_hw_exit();
	mote_arch_exit();
	/* Of VMs that are gone, some may still have to be freed by code of this module */
	mmu_notifier_synchronize();
}

module_init(mote_init);
module_exit(mote_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("mote: a minimal hypervisor");
MODULE_AUTHOR("The mote authors");
