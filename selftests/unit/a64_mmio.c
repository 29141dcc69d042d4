// SPDX-License-Identifier: GPL-2.0-only
/*
 * libmote's arm64 loads and stores: instructions as the assembler makes them,
 * on a device of three pages that lie apart, against a plain model of each.
 */
#include <errno.h>
#include <string.h>

#include <libmote_arm64.h>

#include "unit.h"

#define PAGE	4096
#define PAGES	3
#define GVA	0xffff000012340000ULL
#define PC	0xffff000010000100ULL
#define PSTATE	0x5ULL			/* EL1h */

static const u64 page_gpa[PAGES] = { 0x09000000, 0x0a007000, 0x08123000 };

/* --- the guest --- */

static u8 device[PAGES * PAGE];
static u8 vec[32][16];
static struct mote_run run;
static struct mote_arm64_emul emul;
static unsigned int missing;	/* page that the guest's tables lack, or PAGES */
static u32 fetched;		/* what the fetch gives, or 0 */
static unsigned int aborts, accesses, translations;
static u32 abort_ec, abort_iss;
static u64 abort_far;

static u8 *at(u64 gpa)
{
	for (unsigned int i = 0; i < PAGES; i++)
		if (gpa / PAGE == page_gpa[i] / PAGE)
			return device + i * PAGE + gpa % PAGE;
	return NULL;
}

static int do_translate(void *opaque, u64 gva, u32 access, u64 *gpa, u32 *dfsc)
{
	u64 page = ((gva & ~(0xffULL << 56)) - (GVA & ~(0xffULL << 56))) / PAGE;

	(void)opaque;
	(void)access;
	translations++;
	if (page >= PAGES)
		return -EFAULT;
	*dfsc = 7;
	*gpa = page_gpa[page] + gva % PAGE;
	return page == missing;
}

static int do_read(void *opaque, u64 gpa, void *data, u32 bytes)
{
	(void)opaque;
	if (!at(gpa) || bytes > 8 || gpa % PAGE + bytes > PAGE)
		return -EINVAL;
	accesses++;
	memcpy(data, at(gpa), bytes);
	return 0;
}

static int do_write(void *opaque, u64 gpa, const void *data, u32 bytes)
{
	(void)opaque;
	if (!at(gpa) || bytes > 8 || gpa % PAGE + bytes > PAGE)
		return -EINVAL;
	accesses++;
	memcpy(at(gpa), data, bytes);
	return 0;
}

static int do_fetch(void *opaque, u64 gva, u32 *insn)
{
	(void)opaque;
	*insn = fetched;
	return gva == PC && fetched ? 0 : -EFAULT;
}

static int do_vec_get(void *opaque, unsigned int n, u8 value[16])
{
	(void)opaque;
	memcpy(value, vec[n], 16);
	return 0;
}

static int do_vec_set(void *opaque, unsigned int n, const u8 value[16])
{
	(void)opaque;
	memcpy(vec[n], value, 16);
	return 0;
}

static int do_abort(void *opaque, u32 ec, u32 iss, u64 far)
{
	(void)opaque;
	aborts++;
	abort_ec = ec;
	abort_iss = iss;
	abort_far = far;
	return 0;
}

static const struct mote_arm64_ops ops = {
	.translate = do_translate,
	.read = do_read,
	.write = do_write,
	.fetch = do_fetch,
	.vec_get = do_vec_get,
	.vec_set = do_vec_set,
	.abort = do_abort,
};

/* --- a case --- */

#define LOAD	1
#define S32	2	/* sign-extended to 32 bits */
#define S64	4
#define VEC	8
#define SP	16	/* the base is the stack pointer, not X1 */

/**
 * struct row - an instruction and what it does; X5, X6, X7 are offsets
 * @text: for people
 * @word: as the assembler makes it
 * @from: address of the access, from the base
 * @after: what is added to the base
 * @bytes: of one register
 * @reg: the registers, 31: XZR
 * @count: how many
 * @flags: LOAD ...
 */
struct row {
	const char *text;
	u32 word;
	int from;
	int after;
	unsigned int bytes;
	unsigned int reg[2];
	unsigned int count;
	unsigned int flags;
};

static const struct row rows[] = {
	{ "ldr x2, [x1]", 0xf9400022, 0, 0, 8, { 2 }, 1, LOAD },
	{ "ldr w2, [x1, #16]", 0xb9401022, 16, 0, 4, { 2 }, 1, LOAD },
	{ "ldrb w2, [x1, #1]", 0x39400422, 1, 0, 1, { 2 }, 1, LOAD },
	{ "ldrh w2, [x1, #2]", 0x79400422, 2, 0, 2, { 2 }, 1, LOAD },
	{ "ldrsb w2, [x1, #3]", 0x39c00c22, 3, 0, 1, { 2 }, 1, LOAD | S32 },
	{ "ldrsb x2, [x1, #3]", 0x39800c22, 3, 0, 1, { 2 }, 1, LOAD | S64 },
	{ "ldrsh w2, [x1, #6]", 0x79c00c22, 6, 0, 2, { 2 }, 1, LOAD | S32 },
	{ "ldrsh x2, [x1, #6]", 0x79800c22, 6, 0, 2, { 2 }, 1, LOAD | S64 },
	{ "ldrsw x2, [x1, #12]", 0xb9800c22, 12, 0, 4, { 2 }, 1, LOAD | S64 },
	{ "ldr x2, [x1, #8]!", 0xf8408c22, 8, 8, 8, { 2 }, 1, LOAD },
	{ "ldr x2, [x1], #-8", 0xf85f8422, 0, -8, 8, { 2 }, 1, LOAD },
	{ "ldrsw x2, [x1], #4", 0xb8804422, 0, 4, 4, { 2 }, 1, LOAD | S64 },
	{ "ldur x2, [x1, #-3]", 0xf85fd022, -3, 0, 8, { 2 }, 1, LOAD },
	{ "ldurb w2, [x1, #-256]", 0x38500022, -256, 0, 1, { 2 }, 1, LOAD },
	{ "ldtr w2, [x1, #5]", 0xb8405822, 5, 0, 4, { 2 }, 1, LOAD },
	{ "ldr x2, [x1, x5]", 0xf8656822, 0x40, 0, 8, { 2 }, 1, LOAD },
	{ "ldr x2, [x1, x5, lsl #3]", 0xf8657822, 0x200, 0, 8, { 2 }, 1, LOAD },
	{ "ldr w2, [x1, w6, sxtw]", 0xb866c822, -16, 0, 4, { 2 }, 1, LOAD },
	{ "ldr w2, [x1, w6, sxtw #2]", 0xb866d822, -64, 0, 4, { 2 }, 1, LOAD },
	{ "ldrh w2, [x1, w7, uxtw #1]", 0x78675822, 0x20, 0, 2, { 2 }, 1, LOAD },
	{ "ldrb w2, [x1, x6, sxtx]", 0x3866e822, -16, 0, 1, { 2 }, 1, LOAD },
	{ "ldar w2, [x1]", 0x88dffc22, 0, 0, 4, { 2 }, 1, LOAD },
	{ "ldlar x2, [x1]", 0xc8df7c22, 0, 0, 8, { 2 }, 1, LOAD },
	{ "ldapr x2, [x1]", 0xf8bfc022, 0, 0, 8, { 2 }, 1, LOAD },
	{ "ldapur w2, [x1, #7]", 0x99407022, 7, 0, 4, { 2 }, 1, LOAD },
	{ "ldapursb x2, [x1, #7]", 0x19807022, 7, 0, 1, { 2 }, 1, LOAD | S64 },
	{ "ldr xzr, [x1], #8", 0xf840843f, 0, 8, 8, { 31 }, 1, LOAD },
	{ "ldp x2, x3, [x1]", 0xa9400c22, 0, 0, 8, { 2, 3 }, 2, LOAD },
	{ "ldp w2, w3, [x1, #-8]", 0x297f0c22, -8, 0, 4, { 2, 3 }, 2, LOAD },
	{ "ldp x2, x3, [x1, #16]!", 0xa9c10c22, 16, 16, 8, { 2, 3 }, 2, LOAD },
	{ "ldp x2, x3, [x1], #-32", 0xa8fe0c22, 0, -32, 8, { 2, 3 }, 2, LOAD },
	{ "ldpsw x2, x3, [x1, #4]", 0x69408c22, 4, 0, 4, { 2, 3 }, 2, LOAD | S64 },
	{ "ldnp x2, x3, [x1, #48]", 0xa8430c22, 48, 0, 8, { 2, 3 }, 2, LOAD },
	{ "ldp x2, x3, [sp, #16]!", 0xa9c10fe2, 16, 16, 8, { 2, 3 }, 2, LOAD | SP },
	{ "ldr q2, [x1, #32]", 0x3dc00822, 32, 0, 16, { 2 }, 1, LOAD | VEC },
	{ "ldr d2, [x1], #8", 0xfc408422, 0, 8, 8, { 2 }, 1, LOAD | VEC },
	{ "ldr s2, [x1, #4]", 0xbd400422, 4, 0, 4, { 2 }, 1, LOAD | VEC },
	{ "ldr h2, [x1, x5, lsl #1]", 0x7c657822, 0x80, 0, 2, { 2 }, 1, LOAD | VEC },
	{ "ldr b2, [x1, #9]", 0x3d402422, 9, 0, 1, { 2 }, 1, LOAD | VEC },
	{ "ldur q2, [x1, #-16]", 0x3cdf0022, -16, 0, 16, { 2 }, 1, LOAD | VEC },
	{ "ldr q2, [x1, x7, lsl #4]", 0x3ce77822, 0x100, 0, 16, { 2 }, 1, LOAD | VEC },
	{ "ldp q2, q3, [x1], #32", 0xacc10c22, 0, 32, 16, { 2, 3 }, 2, LOAD | VEC },
	{ "ldp d2, d3, [x1, #-16]!", 0x6dff0c22, -16, -16, 8, { 2, 3 }, 2, LOAD | VEC },
	{ "ldp s2, s3, [x1, #8]", 0x2d410c22, 8, 0, 4, { 2, 3 }, 2, LOAD | VEC },
	{ "str x2, [x1, #8]", 0xf9000422, 8, 0, 8, { 2 }, 1, 0 },
	{ "str w2, [x1], #4", 0xb8004422, 0, 4, 4, { 2 }, 1, 0 },
	{ "strb w2, [x1, #-1]!", 0x381ffc22, -1, -1, 1, { 2 }, 1, 0 },
	{ "strh w2, [x1, #2]", 0x79000422, 2, 0, 2, { 2 }, 1, 0 },
	{ "str xzr, [x1, #8]!", 0xf8008c3f, 8, 8, 8, { 31 }, 1, 0 },
	{ "str x2, [sp, #-16]!", 0xf81f0fe2, -16, -16, 8, { 2 }, 1, SP },
	{ "stlr w2, [x1]", 0x889ffc22, 0, 0, 4, { 2 }, 1, 0 },
	{ "stllr x2, [x1]", 0xc89f7c22, 0, 0, 8, { 2 }, 1, 0 },
	{ "stlur x2, [x1, #-8]", 0xd91f8022, -8, 0, 8, { 2 }, 1, 0 },
	{ "sttr x2, [x1, #8]", 0xf8008822, 8, 0, 8, { 2 }, 1, 0 },
	{ "str w2, [x1, x5, lsl #2]", 0xb8257822, 0x100, 0, 4, { 2 }, 1, 0 },
	{ "stp x2, x3, [x1, #-16]!", 0xa9bf0c22, -16, -16, 8, { 2, 3 }, 2, 0 },
	{ "stp w2, w3, [x1], #8", 0x28810c22, 0, 8, 4, { 2, 3 }, 2, 0 },
	{ "stp xzr, xzr, [x1, #32]", 0xa9027c3f, 32, 0, 8, { 31, 31 }, 2, 0 },
	{ "stnp x2, x3, [x1]", 0xa8000c22, 0, 0, 8, { 2, 3 }, 2, 0 },
	{ "str q2, [x1, #16]", 0x3d800422, 16, 0, 16, { 2 }, 1, VEC },
	{ "stp q2, q3, [x1, #-32]!", 0xadbf0c22, -32, -32, 16, { 2, 3 }, 2, VEC },
	{ "str h2, [x1, #2]", 0x7d000422, 2, 0, 2, { 2 }, 1, VEC },
	{ "stur d2, [x1, #3]", 0xfc003022, 3, 0, 8, { 2 }, 1, VEC },
};

/* Random state, and an exit of @word whose access begins at @gva with base @base */
static void set_up(u32 word, u64 base, u64 gva, bool write)
{
	struct mote_exit_mmio *m = &run.exit.mmio;

	memset(&run, 0, sizeof(run));
	for (unsigned int i = 0; i < sizeof(device); i++)
		device[i] = (u8)unit_random();
	for (unsigned int i = 0; i < sizeof(vec); i++)
		vec[i / 16][i % 16] = (u8)unit_random();
	for (unsigned int i = 0; i < 31; i++)
		run.regs.x[i] = unit_random();
	run.regs.x[1] = base;
	run.regs.x[5] = 0x40;
	run.regs.x[6] = (u64)-16;
	run.regs.x[7] = 0x10;
	run.regs.sp[0] = unit_random();
	run.regs.sp[1] = base;
	run.regs.pc = PC;
	run.regs.pstate = PSTATE | 1 << 21 | 1 << 10;
	m->gva = gva;
	m->gpa = page_gpa[(gva - GVA) / PAGE] + gva % PAGE;
	m->flags = MOTE_MMIO_GVA;
	m->access = write ? MOTE_ACCESS_WRITE : MOTE_ACCESS_READ;
	m->insn_bytes = 4;
	memcpy(m->insn, &word, 4);
	emul = (struct mote_arm64_emul) { .ops = &ops };
	missing = PAGES;
	fetched = 0;
	aborts = 0;
	accesses = 0;
	translations = 0;
}

/* The value of @bytes at @p, as a guest of that byte order reads it */
static void value_of(const u8 *p, unsigned int bytes, bool be, u8 out[16])
{
	memset(out, 0, 16);
	for (unsigned int i = 0; i < bytes; i++)
		out[i] = p[be ? bytes - 1 - i : i];
}

static u64 extended(const struct row *r, const u8 value[16])
{
	u64 v;

	memcpy(&v, value, 8);
	if ((r->flags & (S32 | S64)) && value[r->bytes - 1] & 0x80)
		v |= ~0ULL << (8 * r->bytes - 1);
	return r->flags & S32 ? (u32)v : v;
}

static bool check_load(const struct row *r, const u8 *mem, bool be,
		       const struct mote_arch_run_regs *old)
{
	struct mote_arch_run_regs want = *old;
	u8 value[16];

	for (unsigned int i = 0; i < r->count; i++) {
		value_of(mem + i * r->bytes, r->bytes, be, value);
		if (r->flags & VEC)
			CHECK(!memcmp(vec[r->reg[i]], value, 16));
		else if (r->reg[i] != 31)
			want.x[r->reg[i]] = extended(r, value);
	}
	for (unsigned int i = 2; i < 31; i++)
		CHECK(run.regs.x[i] == want.x[i]);
	return true;
}

static bool check_store(const struct row *r, u8 *want, u64 offset, bool be,
			const struct mote_arch_run_regs *old)
{
	u8 value[16] = { 0 };

	for (unsigned int i = 0; i < r->count; i++) {
		u64 x = r->reg[i] == 31 ? 0 : old->x[r->reg[i]];

		memcpy(value, &x, 8);
		if (r->flags & VEC)
			memcpy(value, vec[r->reg[i]], 16);
		value_of(value, r->bytes, be, want + offset + i * r->bytes);
	}
	return true;
}

/* One row with its access at @offset of the device */
static bool try(const struct row *r, u64 offset, bool be)
{
	static u8 before[sizeof(device) + 16];
	u64 gva = GVA + offset, base = gva - (u64)(s64)r->from;
	struct mote_arch_run_regs old;

	set_up(r->word, base, gva, !(r->flags & LOAD));
	run.regs.flags = be ? MOTE_ARM64_RUN_BE : 0;
	old = run.regs;
	memcpy(before, device, sizeof(device));
	CHECK(mote_arm64_mmio(&emul, &run) == 0);
	CHECK(!aborts && run.request == MOTE_RUN_REGS && emul.done == 1);
	CHECK(run.regs.pc == PC + 4 && run.regs.pstate == PSTATE);
	CHECK(run.regs.sp[0] == old.sp[0]);
	CHECK(run.regs.sp[1] == (r->flags & SP ? base + (u64)(s64)r->after : base));
	CHECK(r->flags & SP || run.regs.x[1] == base + (u64)(s64)r->after);
	if (r->flags & LOAD) {
		CHECK(check_load(r, device + offset, be, &old));
	} else {
		/* value_of() clears 16 bytes: what lies behind comes back */
		u8 rest[32];
		u64 end = offset + r->count * r->bytes;

		memcpy(rest, before + end, 16);
		CHECK(check_store(r, before, offset, be, &old));
		memcpy(before + end, rest, 16);
	}
	CHECK(!memcmp(before, device, sizeof(device)));
	return true;
}

static bool all_rows(u64 offset, bool be)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!try(&rows[i], offset, be)) {
			printf("# %s at 0x%llx, %s\n", rows[i].text, offset,
			       be ? "big-endian" : "little-endian");
			return false;
		}
	}
	return true;
}

static bool aligned(void)
{
	return all_rows(PAGE + 0x800, false) && all_rows(PAGE + 0x800, true);
}

static bool unaligned(void)
{
	for (u64 offset = 1; offset < 16; offset++)
		CHECK(all_rows(PAGE + 0x340 + offset, offset & 1));
	return true;
}

static bool across_pages(void)
{
	for (u64 back = 1; back < 32; back++)
		CHECK(all_rows(PAGE - back, back & 1));
	return true;
}

#define STP	0xa9bf0c22	/* stp x2, x3, [x1, #-16]! */
#define LDR_POST 0xf85f8422	/* ldr x2, [x1], #-8 */

/* The second page is missing: an abort for it, and nothing has happened */
static bool abort_on_second_page(void)
{
	static u8 before[sizeof(device)];
	struct mote_arch_run_regs old;

	set_up(STP, GVA + PAGE + 8, GVA + PAGE - 8, true);
	missing = 1;
	old = run.regs;
	memcpy(before, device, sizeof(device));
	CHECK(mote_arm64_mmio(&emul, &run) == 0);
	CHECK(aborts == 1 && abort_ec == 0x25 && abort_iss == (1 << 6 | 7));
	CHECK(abort_far == GVA + PAGE);
	CHECK(!accesses && !run.request && !memcmp(before, device, sizeof(device)));
	CHECK(!memcmp(&old, &run.regs, sizeof(old)));
	return true;
}

/* Hardware may report either page of an access that is in both */
static bool exit_on_second_page(void)
{
	set_up(STP, GVA + PAGE + 8, GVA + PAGE, true);
	run.exit.mmio.gva = GVA + PAGE;
	run.exit.mmio.gpa = page_gpa[1];
	CHECK(mote_arm64_mmio(&emul, &run) == 0);
	CHECK(translations == 1 && accesses == 2);
	CHECK(!memcmp(device + PAGE - 8, &run.regs.x[2], 8));
	CHECK(!memcmp(device + PAGE, &run.regs.x[3], 8));
	return true;
}

static bool tagged_address(void)
{
	u64 base = GVA + 0x100;

	set_up(LDR_POST, base, base, false);
	run.regs.x[1] = (base & ~(0xffULL << 56)) | 0x5aULL << 56;
	CHECK(mote_arm64_mmio(&emul, &run) == 0);
	CHECK(!translations && !memcmp(device + 0x100, &run.regs.x[2], 8));
	CHECK(run.regs.x[1] >> 56 == 0x5a);
	return true;
}

static bool stack_of_el0(void)
{
	set_up(0xf8410fe2, 0, GVA + 16, false);		/* ldr x2, [sp, #16]! */
	run.regs.pstate = 0;
	run.regs.sp[0] = GVA;
	CHECK(mote_arm64_mmio(&emul, &run) == 0);
	CHECK(run.regs.sp[0] == GVA + 16 && run.regs.sp[1] == 0);
	CHECK(!memcmp(device + 16, &run.regs.x[2], 8));
	return true;
}

static bool pc_relative(void)
{
	set_up(0x98000082, 0, GVA, false);		/* ldrsw x2, .+16 */
	run.regs.pc = GVA + 0x20;
	CHECK(mote_arm64_mmio(&emul, &run) == 0);
	CHECK((u32)run.regs.x[2] == *(u32 *)(device + 0x30));
	return true;
}

static bool atomics_abort(void)
{
	static const u32 words[] = {
		0xc85f7c22, 0xc8037c22, 0xc87f8c22,	/* ldxr, stxr, ldaxp */
		0xf8220023, 0xb8e28023,			/* ldadd, swpal */
		0xc8a27c23, 0x48227c24,			/* cas, casp */
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		set_up(words[i], GVA, GVA, i & 1);
		run.regs.pstate = i & 1 ? PSTATE : 0;
		CHECK(mote_arm64_mmio(&emul, &run) == 0);
		CHECK(aborts == 1 && !accesses && !run.request);
		CHECK(abort_ec == (i & 1 ? 0x25 : 0x24) && abort_far == GVA);
		CHECK(abort_iss == (i & 1 ? 0x75 : 0x35));
	}
	return true;
}

static bool nothing_to_do(void)
{
	static const u32 words[] = {
		0xf9800020, 0xf8803020, 0xd8000040,	/* prfm, prfum, prfm literal */
		0xd50b7e21, 0xd5087621,			/* dc civac, dc ivac */
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		set_up(words[i], GVA, GVA, false);
		CHECK(mote_arm64_mmio(&emul, &run) == 0);
		CHECK(!accesses && !aborts && run.regs.pc == PC + 4);
	}
	return true;
}

/* Refused by name, with everything as it was */
static bool refuses(void)
{
	static const u32 words[] = {
		0xd50b7421,			/* dc zva */
		0xf8200422,			/* ldraa */
		0x4c407022, 0x0c9f7022,		/* ld1, st1 */
		0x69000c22,			/* stgp */
		0x8b010062, 0x14000000, 0,	/* add, b, udf */
		0xe9400c22,			/* ldp with opc 3 */
		0xb8c00022,			/* ldursw to 32 bits */
		0xf8200822,			/* option 0 of a register offset */
		0xfc400822,			/* ldtr of a vector register */
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		set_up(words[i], GVA, GVA, false);
		CHECK(mote_arm64_mmio(&emul, &run) == -ENOTSUP);
		CHECK(!accesses && !aborts && !run.request && run.regs.pc == PC);
		CHECK(strstr(emul.why, "instruction"));
	}
	set_up(LDR_POST, GVA, GVA, false);
	run.regs.pstate |= 1 << 4;
	CHECK(mote_arm64_mmio(&emul, &run) == -ENOTSUP);
	set_up(LDR_POST, GVA, GVA, false);
	run.exit.mmio.access = MOTE_ACCESS_EXEC;
	CHECK(mote_arm64_mmio(&emul, &run) == -ENOTSUP);
	return true;
}

static bool fetches(void)
{
	set_up(0, GVA + 8, GVA + 8, false);
	run.exit.mmio.insn_bytes = 0;
	CHECK(mote_arm64_mmio(&emul, &run) == -EFAULT);
	fetched = LDR_POST;
	CHECK(mote_arm64_mmio(&emul, &run) == 0);
	CHECK(run.regs.x[1] == GVA && !memcmp(device + 8, &run.regs.x[2], 8));
	return true;
}

/* Whatever the guest executes, nothing breaks here */
static bool random_words(void)
{
	for (unsigned int i = 0; i < 200000; i++) {
		u32 word = (u32)unit_random();
		u64 gva = GVA + unit_below(PAGES * PAGE);

		if (i & 1)	/* mostly loads and stores */
			word = (word & ~0x0a000000u) | 0x08000000;
		if (!(i % 512))
			set_up(word, gva, gva, i & 2);
		run.request = 0;
		run.regs.x[word >> 5 & 31 ? 1 : 2] = gva;
		memcpy(run.exit.mmio.insn, &word, 4);
		mote_arm64_mmio(&emul, &run);
		run.regs.pc = PC;
	}
	return true;
}

static const struct unit_test tests[] = {
	{ "all forms, both byte orders", aligned },
	{ "unaligned", unaligned },
	{ "across pages", across_pages },
	{ "a data abort on the second page", abort_on_second_page },
	{ "the exit names the second page", exit_on_second_page },
	{ "tagged address", tagged_address },
	{ "SP_EL0", stack_of_el0 },
	{ "PC-relative", pc_relative },
	{ "exclusive and atomic accesses abort", atomics_abort },
	{ "prefetch and cache maintenance", nothing_to_do },
	{ "what is refused", refuses },
	{ "an exit without the instruction", fetches },
	{ "random instructions", random_words },
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, tests, ARRAY_SIZE(tests));
}
