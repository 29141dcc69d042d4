// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: hardware state as text.  See dump.h.
 */
#include <linux/kernel.h>

#include "dump.h"
#include "x86.h"

void x86_put(struct x86_text *t, const char *fmt, ...)
{
	size_t at = min(t->len, t->room);
	va_list args;

	va_start(args, fmt);
	t->len += vsnprintf(t->buf + at, t->room - at, fmt, args);
	va_end(args);
}

static void put_segments(struct x86_text *t, struct mote_vcpu *vcpu)
{
	static const char *const name[] = {
		"ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR", "GDTR", "IDTR",
	};
	struct x86_segment seg;
	unsigned int i;

	for (i = 0; i < MOTE_X86_SEG_COUNT; i++) {
		x86->get_seg(vcpu, i, &seg);
		x86_put(t, "  %-4s sel %04x base %016llx limit %08x ar %05x\n", name[i],
		    seg.selector, seg.base, seg.limit, seg.ar);
	}
}

static void put_registers(struct x86_text *t, struct mote_vcpu *vcpu)
{
	static const char *const name[] = {
		"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
		"R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(name); i++)
		x86_put(t, "  %-4s%016llx%s", name[i], x86_get(vcpu, i), i % 4 == 3 ? "\n" : "");
	x86_put(t, "  RIP %016llx  RFLAGS %016llx\n", x86_get(vcpu, X86_RIP),
		x86_get(vcpu, X86_RFLAGS));
}

void x86_put_state(struct x86_text *t, struct mote_vcpu *vcpu)
{
	put_registers(t, vcpu);
	put_segments(t, vcpu);
}
