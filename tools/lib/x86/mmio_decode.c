// SPDX-License-Identifier: GPL-2.0-only
/*
 * From an MMIO exit to a carried-out instruction: fetch, decode through a
 * cache, dispatch, commit.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emul.h"

/*
 * A guest has few instructions that touch devices, and each sits in front of
 * the same bytes every time: so the whole window is the key.
 */
#define CACHE_ENTRIES	64

int mote_x86_emul_init(struct mote_x86_emul *e, const struct mote_x86_ops *ops,
		       void *opaque)
{
	memset(e, 0, sizeof(*e));
	e->ops = ops;
	e->opaque = opaque;
	e->cache = calloc(CACHE_ENTRIES, sizeof(*e->cache));
	return e->cache ? 0 : -ENOMEM;
}

void mote_x86_emul_free(struct mote_x86_emul *e)
{
	free(e->cache);
	e->cache = NULL;
}

/* Put the reason into e->why and return @err. */
int x86_fail(struct mote_x86_emul *e, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->why, sizeof(e->why), fmt, ap);
	va_end(ap);
	return err;
}

static int fail_bytes(struct mote_x86_emul *e,
		      const struct mote_arch_run_regs *r, const u8 *bytes,
		      u32 count, const char *what)
{
	char hex[3 * X86_INSN_MAX + 1] = "";

	for (u32 i = 0; i < count; i++)
		sprintf(hex + 3 * i, " %02x", bytes[i]);
	return x86_fail(e, -ENOTSUP, "%s at rip 0x%llx (%u bit), bytes%s",
			what, r->gpr[MOTE_X86_RIP_INDEX], r->mode, hex);
}

static u32 hash(const u8 *bytes, u32 count, u8 mode)
{
	u32 h = 2166136261u ^ mode;	/* FNV-1a */

	for (u32 i = 0; i < count; i++)
		h = (h ^ bytes[i]) * 16777619u;
	return (h ^ h >> 16) % CACHE_ENTRIES;
}

static bool zydis(struct x86_insn *in)
{
	ZydisMachineMode mode = ZYDIS_MACHINE_MODE_LONG_64;
	ZydisStackWidth stack = ZYDIS_STACK_WIDTH_64;
	ZydisDecoder d;

	/*
	 * Not REAL_16: that mode hides instructions which the machine does
	 * have in 16-bit protected segments.
	 */
	if (in->mode == 16) {
		mode = ZYDIS_MACHINE_MODE_LEGACY_16;
		stack = ZYDIS_STACK_WIDTH_16;
	} else if (in->mode == 32) {
		mode = ZYDIS_MACHINE_MODE_LEGACY_32;
		stack = ZYDIS_STACK_WIDTH_32;
	}
	return ZYAN_SUCCESS(ZydisDecoderInit(&d, mode, stack)) &&
	       ZYAN_SUCCESS(ZydisDecoderDecodeFull(&d, in->bytes, in->count,
						   &in->i, in->op));
}

/*
 * x86_decode() - decode @count bytes as the processor would in @r's mode
 *
 * *@out stays valid until the next call.
 */
int x86_decode(struct mote_x86_emul *e, const struct mote_arch_run_regs *r,
	       const u8 *bytes, u32 count, const struct x86_insn **out)
{
	struct x86_insn *in;

	if (count > X86_INSN_MAX)
		count = X86_INSN_MAX;
	in = &e->cache[hash(bytes, count, r->mode)];
	*out = in;
	if (in->count == count && in->mode == r->mode &&
	    !memcmp(in->bytes, bytes, count)) {
		e->hits++;
		return 0;
	}
	e->misses++;
	memcpy(in->bytes, bytes, count);
	in->count = count;
	in->mode = r->mode;
	if (zydis(in))
		return 0;
	in->count = 0;
	return fail_bytes(e, r, bytes, count, "cannot decode the instruction");
}

/* x86_fetch() - read the instruction from guest memory, over a page border. */
int x86_fetch(struct mote_x86_emul *e, const struct mote_arch_run_regs *r,
	      u8 bytes[X86_INSN_MAX], u32 *count)
{
	u64 rip = r->gpr[MOTE_X86_RIP_INDEX];
	struct mote_x86_segment cs = { 0 };
	int ret = 0;
	u64 gva;

	*count = 0;
	if (r->mode != 64)
		ret = e->ops->segment(e->opaque, MOTE_X86_CS, &cs);
	if (ret)
		return ret;
	gva = cs.base + rip;
	while (*count < X86_INSN_MAX) {
		u64 at = gva + *count, gpa;
		u32 left = 4096 - (at & 4095);
		u32 n = X86_INSN_MAX - *count, error;

		if (r->mode != 64)
			at &= 0xffffffff;
		n = n < left ? n : left;
		n = n < 8 ? n : 8;
		if (e->ops->translate(e->opaque, at, MOTE_ACCESS_EXEC, &gpa,
				      &error) ||
		    e->ops->read(e->opaque, gpa, bytes + *count, n))
			break;
		*count += n;
	}
	if (*count)
		return 0;
	return x86_fail(e, -EFAULT, "cannot read the instruction at rip 0x%llx",
			rip);
}

/* x86_advance() - the instruction is complete: step over it. */
void x86_advance(struct x86_ctx *c)
{
	u64 *rip = &c->r.gpr[MOTE_X86_RIP_INDEX];

	*rip += c->in->i.length;
	if (c->r.mode != 64)
		*rip &= 0xffffffff;
	/* SDM vol. 3, "Instruction-Breakpoint Exception Condition" */
	c->r.gpr[MOTE_X86_RFLAGS_INDEX] &= ~X86_RF;
}

/* x86_exception() - the guest gets @vector.  Return: X86_FAULT or -errno. */
int x86_exception(struct x86_ctx *c, u32 vector, s64 error_code, u64 cr2)
{
	struct mote_x86_emul *e = c->e;
	int ret = e->ops->exception(e->opaque, vector, error_code, cr2);

	if (ret)
		return x86_fail(e, ret, "cannot give exception %u to the guest",
				vector);
	return X86_FAULT;
}

/*
 * The exit already translated one page for us.  It stands for a write only
 * if the processor reported one: a read-modify-write asks for both at once
 * and is served by the read entry.
 */
static void take_hint(struct x86_ctx *c, const struct mote_exit_mmio *m)
{
	if (!(m->flags & MOTE_MMIO_GVA))
		return;
	for (int w = 0; w < 2; w++) {
		if (w && !(m->access & MOTE_ACCESS_WRITE))
			break;
		c->tlb[w].gva = m->gva & ~4095ULL;
		c->tlb[w].gpa = m->gpa & ~4095ULL;
		c->tlb[w].valid = true;
	}
}

static int execute(struct x86_ctx *c)
{
	x86_handler handler;
	u32 arg;
	int ret;

	handler = x86_lookup(c->in->i.mnemonic, &arg);
	if (!handler)
		return -ENOTSUP;
	ret = handler(c, arg);
	if (!ret)
		x86_advance(c);
	return ret;
}

static int explain(struct x86_ctx *c, int err)
{
	char what[64];

	if (c->e->why[0])
		return err;
	snprintf(what, sizeof(what), "%s: no emulation for %s",
		 strerror(-err), ZydisMnemonicGetString(c->in->i.mnemonic));
	fail_bytes(c->e, &c->r, c->in->bytes, c->in->count, what);
	return err;
}

int mote_x86_mmio(struct mote_x86_emul *e, struct mote_run *run)
{
	const struct mote_exit_mmio *m = &run->exit.mmio;
	struct x86_ctx c = { .e = e, .r = run->regs };
	u8 bytes[X86_INSN_MAX + 1];
	u32 count = m->insn_bytes;
	int ret = 0;

	e->why[0] = 0;
	memcpy(bytes, m->insn, sizeof(bytes));
	if (!count)
		ret = x86_fetch(e, &c.r, bytes, &count);
	if (!ret)
		ret = x86_decode(e, &c.r, bytes, count, &c.in);
	if (ret)
		return ret;
	take_hint(&c, m);
	ret = execute(&c);
	if (ret < 0)
		return explain(&c, ret);
	run->regs = c.r;
	run->request |= MOTE_RUN_REGS;
	return 0;
}
