// SPDX-License-Identifier: GPL-2.0-only
/* Executes the load or store of an MMIO exit. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "emul.h"

#define PAGE_MASK	4095ULL

/* SPSR_EL2 of an exception from AArch64 (Arm ARM C5.2.20) */
#define PSTATE_SPSEL	(1ULL << 0)	/* stack pointer: SP_EL1, else SP_EL0 */
#define PSTATE_EL1	(1ULL << 2)
#define PSTATE_AARCH32	(1ULL << 4)
#define PSTATE_BTYPE	(3ULL << 10)
#define PSTATE_SS	(1ULL << 21)

/* ESR_EL1 of a data abort */
#define EC_ABORT_LOWER	0x24
#define EC_ABORT_SAME	0x25
#define ISS_WNR		(1u << 6)
#define DFSC_ATOMIC	0x35	/* unsupported exclusive or atomic access */

/**
 * struct access - one instruction under way
 * @e: emulator
 * @m: the exit
 * @in: the instruction
 * @r: registers, the guest's once all has gone well
 * @be: data is big-endian
 * @gva: first address
 * @gpa: of the page that @gva is in, and of the next when the access goes there
 */
struct access {
	struct mote_arm64_emul *e;
	const struct mote_exit_mmio *m;
	struct a64_insn in;
	struct mote_arch_run_regs r;
	bool be;
	u64 gva;
	u64 gpa[2];
};

/* Between 0 and negative errnos: the guest has been given an abort */
#define ABORTED	1

static int __attribute__((format(printf, 3, 4)))
gave_up(struct mote_arm64_emul *e, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->why, sizeof(e->why), fmt, ap);
	va_end(ap);
	return err;
}

static int guest_abort(struct access *a, u64 far, u32 dfsc, bool write)
{
	u32 ec = a->r.pstate & PSTATE_EL1 ? EC_ABORT_SAME : EC_ABORT_LOWER;
	int ret = a->e->ops->abort(a->e->opaque, ec, dfsc | (write ? ISS_WNR : 0), far);

	if (ret)
		return gave_up(a->e, ret, "the guest could not be given a data abort at 0x%llx",
			       far);
	return ABORTED;
}

/* --- registers --- */

static u64 *stack_pointer(struct access *a)
{
	return &a->r.sp[a->r.pstate & PSTATE_SPSEL ? 1 : 0];
}

static u64 get_x(const struct access *a, unsigned int n)
{
	return n == 31 ? 0 : a->r.x[n];
}

static void set_x(struct access *a, unsigned int n, u64 value)
{
	if (n != 31)
		a->r.x[n] = value;
}

static u64 *base(struct access *a)
{
	return a->in.rn == 31 ? stack_pointer(a) : &a->r.x[a->in.rn];
}

static u64 extended(const struct access *a)
{
	u64 v = get_x(a, a->in.rm);

	if (a->in.option == 2)		/* UXTW */
		v = (u32)v;
	else if (a->in.option == 6)	/* SXTW */
		v = (u64)(s64)(int)v;
	return v << a->in.shift;
}

static u64 address(struct access *a)
{
	const struct a64_insn *in = &a->in;

	if (in->index == A64_LITERAL)
		return a->r.pc + (u64)in->offset;
	if (in->index == A64_POST)
		return *base(a);
	if (in->rm != A64_NO_RM)
		return *base(a) + extended(a);
	return *base(a) + (u64)in->offset;
}

/* --- addresses --- */

/* The page of @gva: the exit tells its own, others have to be asked for */
static int page_of(struct access *a, u64 gva, u64 *gpa)
{
	u32 access = a->in.load ? MOTE_ACCESS_READ : MOTE_ACCESS_WRITE, dfsc = 0;
	/* The top byte may be a tag, in the register and in FAR_EL2 */
	u64 differ = (gva ^ a->m->gva) << 8 & ~PAGE_MASK << 8;
	int ret;

	if ((a->m->flags & MOTE_MMIO_GVA) && !differ) {
		*gpa = a->m->gpa & ~PAGE_MASK;
		return 0;
	}
	ret = a->e->ops->translate(a->e->opaque, gva, access, gpa, &dfsc);
	*gpa &= ~PAGE_MASK;
	if (ret > 0)
		return guest_abort(a, gva, dfsc, !a->in.load);
	if (ret < 0)
		return gave_up(a->e, ret, "address 0x%llx cannot be translated", gva);
	return 0;
}

/* Both pages before the first access: it is done as a whole or not at all */
static int map(struct access *a)
{
	u64 bytes = (u64)a->in.bytes * a->in.count;
	u64 second = (a->gva | PAGE_MASK) + 1;
	int ret = page_of(a, a->gva, &a->gpa[0]);

	if (!ret && a->gva + bytes > second)
		ret = page_of(a, second, &a->gpa[1]);
	return ret;
}

/* @bytes at @offset from the first address, in memory order */
static int transfer(struct access *a, u64 offset, u8 *data, u32 bytes)
{
	const struct mote_arm64_ops *ops = a->e->ops;
	int ret = 0;

	while (bytes && !ret) {
		u64 at = (a->gva & PAGE_MASK) + offset;
		u64 gpa = a->gpa[at > PAGE_MASK] + (at & PAGE_MASK);
		u64 room = PAGE_MASK + 1 - (at & PAGE_MASK);
		u32 n = bytes < 8 ? bytes : 8;

		n = n < room ? n : (u32)room;
		ret = a->in.load ? ops->read(a->e->opaque, gpa, data, n) :
				   ops->write(a->e->opaque, gpa, data, n);
		offset += n;
		data += n;
		bytes -= n;
	}
	return ret;
}

/* --- values --- */

static void reverse(u8 *data, u32 bytes)
{
	for (u32 i = 0; i < bytes / 2; i++) {
		u8 swap = data[i];

		data[i] = data[bytes - 1 - i];
		data[bytes - 1 - i] = swap;
	}
}

static u64 sign_extended(const struct a64_insn *in, u64 value)
{
	unsigned int up = 64 - 8 * in->bytes;

	if (!in->sign)
		return value;
	value = (u64)((s64)(value << up) >> up);
	return in->wide ? value : (u32)value;
}

static int load_one(struct access *a, unsigned int i)
{
	u8 data[16] = { 0 };
	u64 value;
	int ret = transfer(a, (u64)i * a->in.bytes, data, a->in.bytes);

	if (ret)
		return ret;
	if (a->be)
		reverse(data, a->in.bytes);
	if (a->in.vec)
		return a->e->ops->vec_set(a->e->opaque, a->in.rt[i], data);
	memcpy(&value, data, sizeof(value));
	set_x(a, a->in.rt[i], sign_extended(&a->in, value));
	return 0;
}

static int store_one(struct access *a, unsigned int i)
{
	u64 value = get_x(a, a->in.rt[i]);
	u8 data[16] = { 0 };
	int ret = 0;

	if (a->in.vec)
		ret = a->e->ops->vec_get(a->e->opaque, a->in.rt[i], data);
	else
		memcpy(data, &value, sizeof(value));
	if (ret)
		return ret;
	if (a->be)
		reverse(data, a->in.bytes);
	return transfer(a, (u64)i * a->in.bytes, data, a->in.bytes);
}

static int load_store(struct access *a)
{
	u64 *base_reg, written;
	int ret;

	a->gva = address(a);
	ret = map(a);
	if (ret)
		return ret;
	base_reg = a->in.index == A64_LITERAL ? NULL : base(a);
	written = base_reg ? *base_reg + (u64)a->in.offset : 0;
	for (unsigned int i = 0; i < a->in.count && !ret; i++)
		ret = a->in.load ? load_one(a, i) : store_one(a, i);
	if (ret)
		return gave_up(a->e, ret, "access to gva 0x%llx failed", a->gva);
	if (a->in.index == A64_PRE || a->in.index == A64_POST)
		*base_reg = written;
	return 0;
}

static int execute(struct access *a, u32 word)
{
	a64_decode(word, &a->in);
	switch (a->in.kind) {
	case A64_ACCESS:
		return load_store(a);
	case A64_NOTHING:
		return 0;
	case A64_ATOMIC:
		return guest_abort(a, a->m->gva, DFSC_ATOMIC, a->m->access & MOTE_ACCESS_WRITE);
	default:
		return gave_up(a->e, -ENOTSUP, "instruction %08x at pc 0x%llx is none that is known here",
			       word, a->r.pc);
	}
}

/* What the CPU does at the end of an instruction (Arm ARM, PSTATE.BTYPE; "Software step") */
static void next(struct mote_arch_run_regs *r)
{
	r->pc += 4;
	r->pstate &= ~(PSTATE_BTYPE | PSTATE_SS);
}

static int get_word(struct access *a, u32 *word)
{
	int ret = 0;

	if (a->m->insn_bytes >= 4)
		memcpy(word, a->m->insn, 4);
	else
		ret = a->e->ops->fetch(a->e->opaque, a->r.pc, word);
	if (ret)
		gave_up(a->e, ret, "the instruction at pc 0x%llx cannot be read", a->r.pc);
	return ret;
}

int mote_arm64_mmio(struct mote_arm64_emul *e, struct mote_run *run)
{
	struct access a = {
		.e = e,
		.m = &run->exit.mmio,
		.r = run->regs,
		.be = run->regs.flags & MOTE_ARM64_RUN_BE,
	};
	u32 word;
	int ret;

	e->why[0] = 0;
	if (a.m->access & MOTE_ACCESS_EXEC)
		return gave_up(e, -ENOTSUP, "code at gpa 0x%llx, where there is no memory",
			       a.m->gpa);
	if (a.r.pstate & PSTATE_AARCH32)
		return gave_up(e, -ENOTSUP, "a 32-bit instruction at pc 0x%llx", a.r.pc);
	ret = get_word(&a, &word);
	if (!ret)
		ret = execute(&a, word);
	if (ret)
		return ret == ABORTED ? 0 : ret;
	next(&a.r);
	e->done++;
	run->regs = a.r;
	run->request |= MOTE_RUN_REGS;
	return 0;
}
