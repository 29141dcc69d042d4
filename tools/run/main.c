// SPDX-License-Identifier: GPL-2.0-only
/* mote-run: boots a guest on /dev/mote.  Start reading here. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "machine.h"

/* Signals go to main(): a vCPU that is to stop is kicked. */
static void start(struct vm *vm)
{
	sigset_t all, old;
	int ret = 0;

	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGABRT);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (u32 i = 0; i < VCPUS_MAX && !ret; i++)
		ret = pthread_create(&vm->vcpus[i].thread, NULL, vcpu_thread,
				     &vm->vcpus[i]);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (ret)
		die("cannot start a thread: %s", strerror(ret));
}

int main(int argc, char **argv)
{
	static struct options opt;
	static struct vm vm;
	u64 began;

	options_parse(&opt, argc, argv);
	vm_create(&vm, &opt);
	arch_devices(&vm);
	arch_load(&vm);
	console_create(&vm);
	began = io_now();
	start(&vm);
	io_loop(&vm.io);
	for (u32 i = 0; i < VCPUS_MAX; i++)
		pthread_join(vm.vcpus[i].thread, NULL);
	console_flush();
	console_restore();
	if (opt.stats)
		report_stats(&vm, io_now() - began);
	vm_destroy(&vm);
	return vm.code;
}
