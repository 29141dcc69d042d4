// SPDX-License-Identifier: GPL-2.0-only
/* mote-run: boots a guest on /dev/mote.  Start reading here. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "load.h"

static void create_devices(struct vm *vm)
{
	/* COM1 first: the bus searches in this order. */
	uart_create(vm);
	ioapic_create(vm);
	pic_create(vm);
	pit_create(vm);
	rtc_create(vm);
	acpi_pm_create(vm);
	reset_create(vm);
	fw_cfg_create(vm);
	if (vm->opt->debug_exit >= 0)
		debug_exit_create(vm, (u16)vm->opt->debug_exit);
	acpi_build(vm);
}

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
	create_devices(&vm);
	load(&vm);
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
