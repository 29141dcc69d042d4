// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: accesses outside memory, for the runner to answer.
 *
 * MOVs are decoded here: the runner gets address, width and data, and the next
 * RUN finishes the instruction.  All else it gets as bytes and registers.
 */
#include "debug.h"
#include "guest_regs.h"
#include "guestread.h"
#include "insn.h"
#include "mmio.h"
#include "walk.h"

/* Segment registers as instructions number them are those of the UAPI */
static_assert(MOTE_X86_ES == 0 && MOTE_X86_DS == 3 && MOTE_X86_GS == 5);
static_assert(X86_MOV_RIP == X86_RIP);

/**
 * x86_insn_begin - what fetching and decoding need of the registers
 * @vcpu: loaded
 * @insn: receives them
 */
void x86_insn_begin(struct mote_vcpu *vcpu, struct x86_insn *insn)
{
	x86_walk_cache(vcpu);
	x86->get_seg(vcpu, MOTE_X86_CS, &insn->cs);
	insn->mode = x86_cs_bits(vcpu, &insn->cs);
	memset(insn->bytes, 0, sizeof(insn->bytes));
}

/**
 * x86_insn_fetch - the instruction's bytes
 * @vcpu: sleepable, not loaded
 * @insn: after x86_insn_begin()
 */
void x86_insn_fetch(struct mote_vcpu *vcpu, struct x86_insn *insn)
{
	insn->count = x86_fetch_insn(vcpu, insn->cs.base, insn->bytes);
}

/* ---- decoded accesses ---- */

static u64 low_bytes(u64 value, unsigned int bytes)
{
	return bytes == 8 ? value : value & (BIT_ULL(8 * bytes) - 1);
}

static noinline u64 segment_base(struct mote_vcpu *vcpu, unsigned int which)
{
	struct x86_segment seg;

	x86->get_seg(vcpu, which, &seg);
	return seg.base;
}

static u64 operand_address(struct mote_vcpu *vcpu, const struct x86_insn *insn,
			   const struct x86_mov *mov)
{
	u64 address = mov->disp;

	if (mov->base != X86_MOV_NO_REG)
		address += x86_get(vcpu, mov->base);
	if (mov->base == X86_MOV_RIP)
		address += mov->len;
	if (mov->index != X86_MOV_NO_REG)
		address += x86_get(vcpu, mov->index) << mov->scale;
	if (mov->addr_bytes == 4)
		address = (u32)address;
	if (insn->mode == 64 && mov->seg < MOTE_X86_FS)
		return address;
	address += segment_base(vcpu, mov->seg);
	return insn->mode == 64 ? address : (u32)address;
}

/*
 * Whether the instruction is a MOV that did the access which the exit is about,
 * and that lies in one page.  Of one that reaches into the next page the exit
 * may show the second part only; the operand's address tells.  Then, hardware
 * has checked all that the guest's tables and segments could object.
 */
static bool decode(struct mote_vcpu *vcpu, const struct x86_insn *insn, struct x86_mov *mov)
{
	const struct x86_fault *f = &vcpu->arch.fault;
	u64 address;

	/* The delivery of an event did it, or the walk of the guest's tables */
	if (vcpu->arch.event.valid || !f->operand)
		return false;
	if (x86_decode_mov(insn->bytes, insn->count, insn->mode, mov) || mov->addr_bytes == 2)
		return false;
	if (f->access != (mov->write ? MOTE_ACCESS_WRITE : MOTE_ACCESS_READ) ||
	    (f->gpa & ~PAGE_MASK) + mov->bytes > PAGE_SIZE)
		return false;
	address = operand_address(vcpu, insn, mov);
	return f->gva_valid ? address == f->gva : !((address ^ f->gpa) & ~PAGE_MASK);
}

static u64 mov_source(struct mote_vcpu *vcpu, const struct x86_mov *mov)
{
	u64 value = mov->is_imm ? mov->imm : x86_get(vcpu, mov->reg);

	return low_bytes(mov->high ? value >> 8 : value, mov->bytes);
}

static void set_answer(struct mote_vcpu *vcpu, const struct x86_mov *mov)
{
	struct x86_answer *a = &vcpu->arch.answer;

	a->insn_len = mov->len;
	a->bytes = mov->bytes;
	a->write = mov->write;
	a->by_regs = false;
	a->reg = mov->reg;
	a->reg_bytes = mov->reg_bytes;
	a->high = mov->high;
	a->sign = mov->sign;
}

/* What a MOV from memory does to its register */
static u64 mov_result(const struct x86_answer *a, u64 old, u64 value)
{
	unsigned int unused = 64 - 8 * a->bytes;
	u64 mask = low_bytes(~0ULL, a->reg_bytes);

	if (a->sign)
		value = (s64)(value << unused) >> unused;
	else
		value = low_bytes(value, a->bytes);
	/* 32-bit results clear the upper half, smaller ones keep the rest */
	if (a->reg_bytes >= 4)
		return value & mask;
	if (a->high)
		return (old & ~0xff00ULL) | value << 8;
	return (old & ~mask) | (value & mask);
}

static noinline void finish_read(struct mote_vcpu *vcpu)
{
	const struct x86_answer *a = &vcpu->arch.answer;
	u64 value = READ_ONCE(vcpu->run->exit.mmio.data);

	x86_set_gpr(vcpu, a->reg, mov_result(a, x86_get(vcpu, a->reg), value));
}

/**
 * x86_mmio_complete - finish a MOV with the runner's answer
 * @vcpu: loaded
 *
 * An access that was not decoded, nor answered with registers, is executed again.
 */
void x86_mmio_complete(struct mote_vcpu *vcpu)
{
	const struct x86_answer *a = &vcpu->arch.answer;

	if (a->by_regs)
		return;
	if (!a->write)
		finish_read(vcpu);
	x86_skip(vcpu, a->insn_len);
}

/* ---- the exit ---- */

static void by_runner(struct mote_vcpu *vcpu, struct mote_exit_mmio *m)
{
	m->data = 0;
	m->bytes = 0;
	m->decoded = 0;
	vcpu->arch.answer.by_regs = true;
	x86_fill_run_regs(vcpu);
}

/**
 * x86_mmio_exit - an MMIO exit
 * @vcpu: loaded, vcpu->arch.fault has been filled
 * @insn: the instruction
 *
 * Return: MOTE_USER.
 */
int x86_mmio_exit(struct mote_vcpu *vcpu, const struct x86_insn *insn)
{
	const struct x86_fault *f = &vcpu->arch.fault;
	struct mote_exit *exit = mote_exit_begin(vcpu, MOTE_EXIT_MMIO, f->raw);
	struct mote_exit_mmio *m = &exit->mmio;
	/* Filled in by decode(), or not read: no need for zeroes first */
	struct x86_mov mov __uninitialized;

	m->gpa = f->gpa;
	m->access = f->access;
	m->insn_bytes = insn->count;
	m->flags = f->gva_valid ? MOTE_MMIO_GVA : 0;
	m->gva = f->gva;
	m->syndrome = f->qualification;
	memcpy(m->insn, insn->bytes, sizeof(m->insn));
	if (likely(decode(vcpu, insn, &mov))) {
		m->data = mov.write ? mov_source(vcpu, &mov) : 0;
		m->bytes = mov.bytes;
		m->decoded = 1;
		set_answer(vcpu, &mov);
	} else {
		by_runner(vcpu, m);
	}
	mote_stat_exit(vcpu, MOTE_EXIT_MMIO);
	return mote_exit_pending(vcpu, exit, MOTE_EXIT_MMIO);
}

/**
 * x86_mmio_fast - an MMIO exit within the session
 * @vcpu: loaded, vcpu->arch.fault has been filled
 * @reader: of guest memory without faults, ends here; not used with x86_fault::insn
 *
 * Return: MOTE_USER, or MOTE_SLOW when the instruction has to be waited for.
 */
int x86_mmio_fast(struct mote_vcpu *vcpu, struct mote_guest_reader *reader)
{
	const struct x86_fault *f = &vcpu->arch.fault;
	/* Filled in on both ways, but for @cs, which nobody asks for on the first */
	struct x86_insn insn __uninitialized;
	bool there = true;

	if (f->insn) {
		insn.mode = f->insn_mode;
		memcpy(insn.bytes, f->insn, 15);
		insn.bytes[15] = 0;
	} else {
		x86_insn_begin(vcpu, &insn);
		there = x86_fetch_insn_held(vcpu, reader, insn.cs.base, insn.bytes);
		mote_guest_reader_end(reader);
	}
	if (!there)
		return MOTE_SLOW;
	insn.count = 15;
	return x86_mmio_exit(vcpu, &insn);
}
