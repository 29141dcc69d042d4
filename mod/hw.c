// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: who holds the virtualization hardware, through CPU hotplug, suspend,
 * reboot and panic.
 *
 * It is taken on all CPUs with the first VM and given back with the last one,
 * so that a loaded but idle mote is in nobody's way.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/panic_notifier.h>
#include <linux/reboot.h>

#include "arch.h"
#include "compat.h"
#include "mote.h"

/*
 * hw_lock guards hw_users and the CPUs' state against CPU hotplug callbacks;
 * cpus_read_lock() is taken outside of it, because those run under the write
 * side.  hw_users is also read from suspend and panic, where nothing else runs.
 */
static DEFINE_MUTEX(hw_lock);
static unsigned int hw_users;
static int hotplug_state;

/* The host shuts down, written under hw_lock: VMs end, see between_sessions() */
bool mote_hw_gone;

/*
 * From mote_arch_cpu_enable() to mote_arch_cpu_disable(); written on the CPU with
 * interrupts off.  It says nothing of hardware that somebody else took since.
 */
DEFINE_PER_CPU(bool, mote_cpu_ready);

static int enable_cpu(void)
{
	int r = 0;

	if (!__this_cpu_read(mote_cpu_ready))
		r = mote_arch_cpu_enable();
	if (r)
		return r;
	mote_tlb_forget();
	__this_cpu_write(mote_cpu_ready, true);
	return 0;
}

static void disable_cpu(void)
{
	if (!__this_cpu_read(mote_cpu_ready))
		return;
	__this_cpu_write(mote_cpu_ready, false);
	mote_arch_cpu_disable();
}

static void enable_this_cpu(void *error)
{
	int r = enable_cpu();

	if (r)
		atomic_set(error, r);
}

static void disable_this_cpu(void *unused)
{
	disable_cpu();
}

static void probe_this_cpu(void *error)
{
	int r = __this_cpu_read(mote_cpu_ready) ? 0 : mote_arch_probe_busy();

	if (r)
		atomic_set(error, r);
}

static int enable_all_cpus(void)
{
	atomic_t error = ATOMIC_INIT(0);

	on_each_cpu(enable_this_cpu, &error, 1);
	if (atomic_read(&error))
		on_each_cpu(disable_this_cpu, NULL, 1);
	return atomic_read(&error);
}

/**
 * mote_hw_get - hold the virtualization hardware of all CPUs
 *
 * Return: 0, -EBUSY when another hypervisor has it on some CPU, -EIO.
 * Context: sleepable.
 */
int mote_hw_get(void)
{
	int r = 0;

	cpus_read_lock();
	mutex_lock(&hw_lock);
	if (mote_hw_gone)
		r = -EBUSY;
	else if (!hw_users)
		r = enable_all_cpus();
	if (!r)
		hw_users++;
	mutex_unlock(&hw_lock);
	cpus_read_unlock();
	if (r == -EBUSY)
		pr_info_ratelimited("%s\n", mote_arch_busy_reason());
	return r;
}

/** mote_hw_put - undo one mote_hw_get().  Context: sleepable. */
void mote_hw_put(void)
{
	cpus_read_lock();
	mutex_lock(&hw_lock);
	if (!--hw_users)
		on_each_cpu(disable_this_cpu, NULL, 1);
	mutex_unlock(&hw_lock);
	cpus_read_unlock();
}

/* A CPU that cannot be enabled must not come up while guests may move to it */
static int online_cpu(unsigned int cpu)
{
	unsigned long flags;
	int r = 0;

	mutex_lock(&hw_lock);
	if (hw_users && !mote_hw_gone) {
		local_irq_save(flags);
		r = enable_cpu();
		local_irq_restore(flags);
	}
	mutex_unlock(&hw_lock);
	return r;
}

/*
 * The scheduler has pushed user tasks off the CPU already; what vCPU state its
 * hardware holds is written to memory here.
 */
static int offline_cpu(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	disable_cpu();
	local_irq_restore(flags);
	return 0;
}

static int suspend(MOTE_SYSCORE_ARG)
{
	mote_arch_suspend();
	disable_cpu();
	return 0;
}

/* The other CPUs come back through online_cpu() */
static void resume(MOTE_SYSCORE_ARG)
{
	mote_arch_resume();
	if (!hw_users || !enable_cpu())
		return;
	pr_err("the virtualization hardware did not come back after suspend: VMs end\n");
	WRITE_ONCE(mote_hw_gone, true);
}

static struct mote_syscore syscore = {
	.ops = { .suspend = suspend, .resume = resume },
};

/*
 * INIT is blocked in VMX root operation and firmware may start CPUs with it
 * (SDM vol. 3, "Restrictions on VMX operation"), so give everything back
 * before a reboot or kexec.
 * VMs that still run die with EIO.
 */
static int reboot_notify(struct notifier_block *nb, unsigned long code, void *data)
{
	cpus_read_lock();
	mutex_lock(&hw_lock);
	WRITE_ONCE(mote_hw_gone, true);
	on_each_cpu(disable_this_cpu, NULL, 1);
	mutex_unlock(&hw_lock);
	cpus_read_unlock();
	return NOTIFY_OK;
}

static struct notifier_block reboot_nb = { .notifier_call = reboot_notify };

/*
 * Only the panicking CPU can be helped from here; the others are stopped and
 * a crash kernel starts on this one.
 */
static int panic_notify(struct notifier_block *nb, unsigned long code, void *data)
{
	disable_cpu();
	return NOTIFY_OK;
}

static struct notifier_block panic_nb = { .notifier_call = panic_notify };

/**
 * mote_hw_usable - whether CREATE_VM would find the hardware free
 * @reason: receives why not
 * @room: bytes there
 *
 * Context: sleepable.
 */
bool mote_hw_usable(char *reason, size_t room)
{
	atomic_t error = ATOMIC_INIT(0);

	cpus_read_lock();
	mutex_lock(&hw_lock);
	if (!hw_users)
		on_each_cpu(probe_this_cpu, &error, 1);
	mutex_unlock(&hw_lock);
	cpus_read_unlock();
	if (!atomic_read(&error))
		return true;
	strscpy(reason, mote_arch_busy_reason(), room);
	return false;
}

/* Refuse to load where CREATE_VM could not work now */
static int probe_all_cpus(void)
{
	atomic_t error = ATOMIC_INIT(0);

	on_each_cpu(probe_this_cpu, &error, 1);
	if (atomic_read(&error) == -EBUSY)
		pr_err("%s\n", mote_arch_busy_reason());
	return atomic_read(&error);
}

/**
 * mote_hw_init - hear of all that happens to CPUs
 *
 * Return: 0; -EBUSY: the hardware is somebody else's, logged; another errno.
 * Context: module load, after mote_arch_init().
 */
int mote_hw_init(void)
{
	int r = probe_all_cpus();

	if (r)
		return r;
	r = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "mote:online", online_cpu, offline_cpu);
	if (r < 0)
		return r;
	hotplug_state = r;
	mote_register_syscore(&syscore);
	register_reboot_notifier(&reboot_nb);
	atomic_notifier_chain_register(&panic_notifier_list, &panic_nb);
	return 0;
}

/** mote_hw_exit - undo it.  No VM exists. */
void mote_hw_exit(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &panic_nb);
	unregister_reboot_notifier(&reboot_nb);
	mote_unregister_syscore(&syscore);
	cpuhp_remove_state(hotplug_state);
}
