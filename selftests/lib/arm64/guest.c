// SPDX-License-Identifier: GPL-2.0-only
/* The guest's part of the library.  Compiled without FP registers. */
#include "a64_guest.h"

guest_handler guest_handlers[VECTORS];
volatile struct guest_fault guest_fault;
volatile u64 guest_fixup;

/* Of all GUEST_TRY()s: first instruction, and the one after the last */
struct guest_try {
	u64 first, end;
};

extern const struct guest_try __start_guest_tries[] __attribute__((weak));
extern const struct guest_try __stop_guest_tries[] __attribute__((weak));
extern char guest_user_back[];

u64 guest_call(u64 word, u64 a, u64 b, u64 c, u64 d)
{
	return guest_hvc(GUEST_CHANNEL, word, a, b, c, d);
}

void guest_halt(void)
{
	guest_wfi();
}

void guest_return(void)
{
	guest_done();
}

static u64 find_fixup(u64 pc)
{
	const struct guest_try *t;
	u64 fixup = guest_fixup;

	for (t = __start_guest_tries; t < __stop_guest_tries; t++)
		if (pc >= t->first && pc < t->end)
			return t->end;
	guest_fixup = 0;
	return fixup;
}

/* Called by the vectors of entry.S */
void guest_exception(struct guest_frame *f);

void guest_exception(struct guest_frame *f)
{
	guest_handler handler = guest_handlers[f->vector];
	u64 fixup = 0;

	if (handler) {
		handler(f);
		return;
	}
	if (f->vector == VECTOR_SYNC)
		fixup = find_fixup(f->elr);
	if (f->vector == VECTOR_USER_SYNC)
		fixup = (u64)(unsigned long)guest_user_back;
	if (!fixup) {
		for (;;)
			guest_call(GUEST_SAYS_FAULT, f->vector, f->esr, f->elr, f->far);
	}
	guest_fault.ec = ESR_EC(f->esr);
	guest_fault.esr = f->esr;
	guest_fault.far = f->far;
	guest_fault.elr = f->elr;
	f->elr = fixup;
	if (f->vector == VECTOR_USER_SYNC) {
		f->spsr = PSTATE_DAIF | PSTATE_EL1H;
		f->x[0] = guest_fault.ec;
	}
}
