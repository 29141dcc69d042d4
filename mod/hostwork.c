// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote: work of the host that is due before a thread goes to user space, or to
 * a guest: rescheduling, task work, live patching, restartable sequences.
 *
 * A file of its own for KVM's header, whose names are also ours.
 */
#include <linux/entry-kvm.h>
#include <linux/kvm_host.h>

int mote_host_work(void);

/*
 * The kernel's function notes a signal that comes meanwhile in the vCPU that
 * it is given, so it has to be given one.  Two fields of it are written, and
 * nobody reads them.
 */
static struct kvm_run nobodys_run;
static struct kvm_vcpu nobody = { .run = &nobodys_run };

/**
 * mote_host_work - do it
 *
 * Return: 0, or -EINTR: a signal is pending.  Context: sleepable, nothing held
 * that other threads need.
 */
int mote_host_work(void)
{
	return xfer_to_guest_mode_handle_work(&nobody);
}
