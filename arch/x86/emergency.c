// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: a host that crashes, or is reset without shutting down, leaves VMX and SVM
 * on each CPU.
 *
 * In VMX operation INIT is blocked and a crash kernel's MOV to CR4 faults (SDM vol. 3,
 * "Restrictions on VMX Operation"): there would be no dump.  Panic notifiers come too
 * late, behind the crash kernel's start, and not to the other CPUs.  The kernel has one
 * place for a function that is called at the right moment, and warns when it is taken:
 * KVM's modules do not look.  So it is theirs while one of them is there, or about to be.
 * KVM's function turns VMX off whoever turned it on.
 */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <asm/reboot.h>

#include "backend.h"
#include "emergency.h"

static const char *const rivals[] = { "kvm_intel", "kvm_amd" };

/* Guards the other two; taken inside of the module loader's notifier chain */
static DEFINE_MUTEX(lock);
static unsigned long present;	/* bit for each of @rivals */
static bool registered;

/* Interrupts off, or NMI; nothing of mote's runs on this CPU afterwards */
static void leave(void)
{
	if (!__this_cpu_read(mote_cpu_ready))
		return;
	__this_cpu_write(mote_cpu_ready, false);
	x86->cpu_emergency();
}

/* lock is held */
static void settle(bool wanted)
{
	wanted = wanted && !present;
	if (wanted == registered)
		return;
	if (wanted)
		cpu_emergency_register_virt_callback(leave);
	else
		cpu_emergency_unregister_virt_callback(leave);
	registered = wanted;
}

/* A rival comes before its first function is called, and goes after its last one */
static int module_notify(struct notifier_block *nb, unsigned long state, void *data)
{
	const struct module *mod = data;
	int i = match_string(rivals, ARRAY_SIZE(rivals), mod->name);

	if (i < 0 || state == MODULE_STATE_LIVE)
		return NOTIFY_DONE;
	mutex_lock(&lock);
	__assign_bit(i, &present, state != MODULE_STATE_GOING);
	settle(true);
	mutex_unlock(&lock);
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = module_notify };

/* Whether /sys/module has it: in the kernel, or loaded before us */
static bool is_present(const char *name)
{
	struct kobject *kobj = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, name);
	bool found = kobj;

	kobject_put(kobj);
	return found;
}

/** x86_emergency_setup - from now on a crash finds the CPUs' way out of VMX and SVM */
void x86_emergency_setup(void)
{
	unsigned int i;

	register_module_notifier(&module_nb);
	mutex_lock(&lock);
	for (i = 0; i < ARRAY_SIZE(rivals); i++)
		if (is_present(rivals[i]))
			__set_bit(i, &present);
	settle(true);
	mutex_unlock(&lock);
}

/** x86_emergency_teardown - undo it.  No VM exists. */
void x86_emergency_teardown(void)
{
	unregister_module_notifier(&module_nb);
	mutex_lock(&lock);
	settle(false);
	mutex_unlock(&lock);
}
