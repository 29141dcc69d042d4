/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mote/x86: hardware state as text, for the back ends' dumps.
 */
#ifndef MOTE_X86_DUMP_H
#define MOTE_X86_DUMP_H

#include <linux/types.h>

struct mote_vcpu;

/**
 * struct x86_text - a buffer that is written from the front
 * @buf: start
 * @room: size
 * @len: length of the whole text, may be over @room
 */
struct x86_text {
	char *buf;
	size_t room;
	size_t len;
};

/** x86_put - printf into a text */
__printf(2, 3) void x86_put(struct x86_text *t, const char *fmt, ...);

/** x86_put_state - general and segment registers.  @vcpu is loaded */
void x86_put_state(struct x86_text *t, struct mote_vcpu *vcpu);

#endif /* MOTE_X86_DUMP_H */
