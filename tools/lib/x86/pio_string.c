// SPDX-License-Identifier: GPL-2.0-only
/* INS and OUTS: the kernel reports the first element, this moves them all. */
#include <errno.h>
#include <string.h>

#include "emul.h"

static int element(struct x86_ctx *c, const struct mote_exit_pio *p, u64 gva)
{
	bool out = p->flags & MOTE_PIO_WRITE;
	const struct mote_x86_ops *ops = c->e->ops;
	struct x86_mem m;
	u32 v = 0;
	int ret = x86_mem_map(c, gva, p->bytes, out ? MOTE_ACCESS_READ
						    : MOTE_ACCESS_WRITE, &m);

	if (!ret && out)
		ret = x86_mem_read(c, &m, &v);
	if (!ret)
		ret = ops->port(c->e->opaque, p->port, p->bytes, out, &v);
	if (!ret && !out)
		ret = x86_mem_write(c, &m, &v);
	return ret;
}

static int move(struct x86_ctx *c, const struct mote_exit_pio *p)
{
	unsigned int bits = p->addr_bytes * 8u;
	unsigned int reg = p->flags & MOTE_PIO_WRITE ? MOTE_X86_RSI
						     : MOTE_X86_RDI;
	bool rep = p->flags & MOTE_PIO_REP;
	u64 base = p->gva - x86_gpr(c, reg, bits);
	u64 left = rep ? x86_gpr(c, MOTE_X86_RCX, bits) : 1;

	for (int i = 0; i < X86_STRING_CHUNK && left; i++) {
		u64 gva = base + x86_gpr(c, reg, bits);
		int ret;

		if (c->r.mode != 64)
			gva &= 0xffffffff;
		ret = element(c, p, gva);
		if (ret)
			return ret;
		x86_string_step(c, reg, bits, p->bytes);
		left--;
		if (rep)
			x86_set_gpr(c, MOTE_X86_RCX, bits, left);
	}
	return left ? X86_AGAIN : 0;
}

int mote_x86_pio_string(struct mote_x86_emul *e, struct mote_run *run)
{
	/* A copy: another thread may write to the run page. */
	const struct mote_exit_pio p = run->exit.pio;
	struct x86_ctx c = { .e = e, .r = run->regs };
	u8 bytes[X86_INSN_MAX];
	u32 count;
	int ret;

	e->why[0] = 0;
	if (p.bytes < 1 || p.bytes > 4)
		return x86_fail(e, -EINVAL, "port access of %u bytes", p.bytes);
	/* The exit does not tell the length of the instruction. */
	ret = x86_fetch(e, &c.r, bytes, &count);
	if (!ret)
		ret = x86_decode(e, &c.r, bytes, count, &c.in);
	if (ret)
		return ret;
	ret = move(&c, &p);
	if (ret < 0)
		return e->why[0] ? ret : x86_fail(e, ret,
						  "INS/OUTS at port 0x%x: %s",
						  p.port, strerror(-ret));
	if (!ret)
		x86_advance(&c);
	run->regs = c.r;
	run->request |= MOTE_RUN_REGS;
	return 0;
}
