// SPDX-License-Identifier: GPL-2.0-only
/* The guest's part of the library.  Compiled without FPU registers. */
#include "x86_guest.h"

guest_handler guest_handlers[256];
volatile struct guest_fault guest_fault;
volatile u64 guest_fixup;
u32 guest_is_amd;
u32 guest_on_tcg;

u64 guest_call(u64 word, u64 a, u64 b, u64 c, u64 d)
{
	u64 ret = GUEST_CHANNEL;

	if (guest_is_amd)
		asm volatile("vmmcall" : "+a"(ret) : "b"(word), "c"(a), "d"(b), "S"(c), "D"(d)
			     : "memory");
	else
		asm volatile("vmcall" : "+a"(ret) : "b"(word), "c"(a), "d"(b), "S"(c), "D"(d)
			     : "memory");
	return ret;
}

void guest_halt(void)
{
	guest_hlt();
}

void guest_return(void)
{
	guest_done();
}

/* Called by the stubs of entry.S for each exception and interrupt */
void guest_exception(struct guest_frame *f);

void guest_exception(struct guest_frame *f)
{
	guest_handler handler = guest_handlers[f->vector];

	if (handler) {
		handler(f);
		return;
	}
	if (!guest_fixup) {
		for (;;)
			guest_call(GUEST_SAYS_FAULT, f->vector, f->error, f->rip,
				   guest_read_cr2());
	}
	guest_fault.vector = f->vector;
	guest_fault.error = f->error;
	guest_fault.cr2 = guest_read_cr2();
	guest_fault.rip = f->rip;
	f->rip = guest_fixup;
	guest_fixup = 0;
}
