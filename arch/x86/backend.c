// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: which back end there is, and the short way to it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/printk.h>
#include <linux/static_call.h>

#include "x86.h"

const struct x86_backend *x86;

DEFINE_STATIC_CALL_NULL(x86_backend_load, *((struct x86_backend *)0)->load);
DEFINE_STATIC_CALL_NULL(x86_backend_put, *((struct x86_backend *)0)->put);
DEFINE_STATIC_CALL_NULL(x86_backend_prepare, *((struct x86_backend *)0)->prepare);
DEFINE_STATIC_CALL_NULL(x86_backend_enter, *((struct x86_backend *)0)->enter);
DEFINE_STATIC_CALL_NULL(x86_backend_handle_exit, *((struct x86_backend *)0)->handle_exit);

/* One line for each back end; the first that knows the CPU is taken */
static const struct x86_backend *const backends[] = {
	&vmx_backend,
	&svm_backend,
};

static void use_backend(const struct x86_backend *backend)
{
	x86 = backend;
	static_call_update(x86_backend_load, backend->load);
	static_call_update(x86_backend_put, backend->put);
	static_call_update(x86_backend_prepare, backend->prepare);
	static_call_update(x86_backend_enter, backend->enter);
	static_call_update(x86_backend_handle_exit, backend->handle_exit);
}

/**
 * x86_backend_choose - find the back end that knows this CPU, and get it ready
 *
 * Return: as x86_backend::init.  Context: module load.
 */
int x86_backend_choose(void)
{
	unsigned int i;
	int r;

	for (i = 0; i < ARRAY_SIZE(backends); i++) {
		r = backends[i]->init();
		if (r == -ENODEV)
			continue;
		if (!r)
			use_backend(backends[i]);
		return r;
	}
	pr_err("no hardware virtualization on this CPU: neither VT-x nor SVM; enable it in the firmware, or nested virtualization in the hypervisor\n");
	return -ENODEV;
}

/**
 * x86_code_bits - width of the current code segment: 16, 32 or 64
 * @vcpu: loaded
 */
unsigned int x86_code_bits(struct mote_vcpu *vcpu)
{
	struct x86_segment cs;

	x86->get_seg(vcpu, MOTE_X86_CS, &cs);
	return x86_cs_bits(vcpu, &cs);
}
