// SPDX-License-Identifier: GPL-2.0-only
/*
 * The x86 MMIO emulator against the processor: instructions made by Zydis'
 * encoder, random operands, every register, flag and byte of memory compared.
 */
#include <Zydis/Zydis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_oracle.h"

#define CF	0x001u
#define PF	0x004u
#define AF	0x010u
#define ZF	0x040u
#define SF	0x080u
#define DF	0x400u
#define OF	0x800u
#define ALL	(CF | PF | AF | ZF | SF | OF)

/* Operands of a case: M memory, R register, I immediate, C the CL register */
#define FORM_MAX	4

/**
 * struct insn_case - instructions to try
 * @name: of the mnemonic
 * @forms: operand forms, blank-separated
 * @sizes: operand sizes in bits, or'ed
 * @mem_bits: size of the memory operand when it differs
 * @undefined: flags the SDM leaves undefined
 * @vec: register operands are vector registers
 */
struct insn_case {
	const char *name;
	ZydisMnemonic m;
	const char *forms;
	u32 sizes;
	u32 mem_bits;
	u32 undefined;
	bool vec;
};

#define B	8
#define W	16
#define D	32
#define Q	64
#define WDQ	(W | D | Q)
#define BWDQ	(B | WDQ)
#define X	128
#define Y	256

#define C(n, forms, sizes, mem, undef) \
	{ #n, ZYDIS_MNEMONIC_##n, forms, sizes, mem, undef, false }
#define V(n, forms, sizes, mem) \
	{ #n, ZYDIS_MNEMONIC_##n, forms, sizes, mem, 0, true }
#define CC(cc) C(SET##cc, "M", B, 0, 0), C(CMOV##cc, "RM", WDQ, 0, 0)

static const struct insn_case cases[] = {
	C(MOV, "MR RM MI", BWDQ, 0, 0), C(MOVNTI, "MR", D | Q, 0, 0),
	C(MOVZX, "RM", WDQ, 8, 0), C(MOVZX, "RM", D | Q, 16, 0),
	C(MOVSX, "RM", WDQ, 8, 0), C(MOVSX, "RM", D | Q, 16, 0),
	C(MOVSXD, "RM", Q, 32, 0), C(MOVBE, "MR RM", WDQ, 0, 0),
	C(ADD, "MR RM MI", BWDQ, 0, 0), C(ADC, "MR RM MI", BWDQ, 0, 0),
	C(SUB, "MR RM MI", BWDQ, 0, 0), C(SBB, "MR RM MI", BWDQ, 0, 0),
	C(CMP, "MR RM MI", BWDQ, 0, 0), C(TEST, "MR MI", BWDQ, 0, AF),
	C(AND, "MR RM MI", BWDQ, 0, AF), C(OR, "MR RM MI", BWDQ, 0, AF),
	C(XOR, "MR RM MI", BWDQ, 0, AF),
	C(INC, "M", BWDQ, 0, 0), C(DEC, "M", BWDQ, 0, 0),
	C(NEG, "M", BWDQ, 0, 0), C(NOT, "M", BWDQ, 0, 0),
	C(XCHG, "MR RM", BWDQ, 0, 0), C(XADD, "MR", BWDQ, 0, 0),
	C(CMPXCHG, "MR", BWDQ, 0, 0), C(CMPXCHG8B, "M", Q, 0, 0),
	C(CMPXCHG16B, "M", X, 0, 0),
	C(ROL, "MI MC", BWDQ, 0, OF), C(ROR, "MI MC", BWDQ, 0, OF),
	C(RCL, "MI MC", BWDQ, 0, OF), C(RCR, "MI MC", BWDQ, 0, OF),
	C(SHL, "MI MC", BWDQ, 0, OF | AF), C(SHR, "MI MC", BWDQ, 0, OF | AF),
	C(SAR, "MI MC", BWDQ, 0, OF | AF),
	C(SHLD, "MRI MRC", WDQ, 0, OF | AF),
	C(SHRD, "MRI MRC", WDQ, 0, OF | AF),
	C(BT, "MR MI", WDQ, 0, OF | SF | AF | PF),
	C(BTS, "MR MI", WDQ, 0, OF | SF | AF | PF),
	C(BTR, "MR MI", WDQ, 0, OF | SF | AF | PF),
	C(BTC, "MR MI", WDQ, 0, OF | SF | AF | PF),
	C(BSF, "RM", WDQ, 0, ALL & ~ZF), C(BSR, "RM", WDQ, 0, ALL & ~ZF),
	C(TZCNT, "RM", WDQ, 0, OF | SF | AF | PF),
	C(LZCNT, "RM", WDQ, 0, OF | SF | AF | PF),
	C(POPCNT, "RM", WDQ, 0, 0),
	C(MUL, "M", BWDQ, 0, SF | ZF | AF | PF),
	C(IMUL, "M", BWDQ, 0, SF | ZF | AF | PF),
	C(IMUL, "RM RMI", WDQ, 0, SF | ZF | AF | PF),
	C(DIV, "M", BWDQ, 0, ALL), C(IDIV, "M", BWDQ, 0, ALL),
	C(PUSH, "M", W | Q, 0, 0), C(POP, "M", W | Q, 0, 0),
	CC(O), CC(NO), CC(B), CC(NB), CC(Z), CC(NZ), CC(BE), CC(NBE),
	CC(S), CC(NS), CC(P), CC(NP), CC(L), CC(NL), CC(LE), CC(NLE),

	V(MOVDQU, "MR RM", X, 0), V(MOVUPS, "MR RM", X, 0),
	V(MOVUPD, "MR RM", X, 0), V(LDDQU, "RM", X, 0),
	V(MOVD, "MR RM", X, 32), V(MOVQ, "MR RM", X, 64),
	V(MOVSS, "MR RM", X, 32), V(MOVSD, "MR RM", X, 64),
	V(MOVLPS, "MR RM", X, 64), V(MOVHPS, "MR RM", X, 64),
	V(MOVLPD, "MR RM", X, 64), V(MOVHPD, "MR RM", X, 64),
	V(VMOVDQU, "MR RM", X | Y, 0), V(VMOVUPS, "MR RM", X | Y, 0),
	V(VMOVUPD, "MR RM", X | Y, 0), V(VLDDQU, "RM", X | Y, 0),
	V(VMOVD, "MR RM", X, 32), V(VMOVQ, "MR RM", X, 64),
	V(VMOVSS, "MR RM", X, 32), V(VMOVSD, "MR RM", X, 64),
	V(VMOVLPS, "MR RRM", X, 64), V(VMOVHPS, "MR RRM", X, 64),
	V(VMOVLPD, "MR RRM", X, 64), V(VMOVHPD, "MR RRM", X, 64),
};

/**
 * struct trial - one encoded instruction with what it must be judged by
 * @insn: its bytes
 * @bytes: how many
 * @disp: displacement from RBX
 * @index: whether RSI * scale is added
 * @scale: 1, 2, 4, 8
 * @count: the immediate, if there is one
 * @undefined: flags not to compare
 */
struct trial {
	u8 insn[ZYDIS_MAX_INSTRUCTION_LENGTH];
	u32 bytes;
	s64 disp;
	bool index;
	u32 scale;
	u32 count;
	u32 undefined;
};

static unsigned long checks, failures;

static bool is_bit(const struct insn_case *k)
{
	return k->m == ZYDIS_MNEMONIC_BT || k->m == ZYDIS_MNEMONIC_BTS ||
	       k->m == ZYDIS_MNEMONIC_BTR || k->m == ZYDIS_MNEMONIC_BTC;
}

/* The offset register must not be an address, or it points anywhere. */
static void encode_reg(ZydisEncoderOperand *o, const struct insn_case *k,
		       u32 bits)
{
	static const ZydisRegisterClass gpr[] = {
		[B / 8] = ZYDIS_REGCLASS_GPR8, [W / 8] = ZYDIS_REGCLASS_GPR16,
		[D / 8] = ZYDIS_REGCLASS_GPR32, [Q / 8] = ZYDIS_REGCLASS_GPR64,
	};
	ZydisRegisterClass class;
	u32 count = bits == B ? 20 : 16;
	u8 id;

	if (k->vec)
		class = bits == Y ? ZYDIS_REGCLASS_YMM : ZYDIS_REGCLASS_XMM;
	else
		class = gpr[bits / 8];
	o->type = ZYDIS_OPERAND_TYPE_REGISTER;
	do {
		id = oracle_rand() % count;
	} while (is_bit(k) && (id == MOTE_X86_RBX || id == MOTE_X86_RSP));
	o->reg.value = ZydisRegisterEncode(class, id);
}

static void encode_mem(ZydisEncoderOperand *o, struct trial *t, u32 bits)
{
	o->type = ZYDIS_OPERAND_TYPE_MEMORY;
	o->mem.base = ZYDIS_REGISTER_RBX;
	o->mem.size = bits / 8;
	if (oracle_rand() % 2)
		t->disp = (s64)(oracle_rand() % 16) - 8;
	else
		t->disp = 200 + (s64)(oracle_rand() % 16);
	t->index = oracle_rand() % 2;
	t->scale = 1u << oracle_rand() % 4;
	if (t->index) {
		o->mem.index = ZYDIS_REGISTER_RSI;
		o->mem.scale = t->scale;
	}
	o->mem.displacement = t->disp;
}

static u32 immediate(const struct insn_case *k, u32 bits)
{
	/* Shift counts and bit numbers are bytes. */
	bool byte = is_bit(k) || (k->undefined & OF);

	if (k->m == ZYDIS_MNEMONIC_SHLD || k->m == ZYDIS_MNEMONIC_SHRD)
		return oracle_rand() % (bits + 1) % 128;
	if (byte || bits == B)
		return oracle_rand() % 128;
	if (bits == W)
		return oracle_rand() % 0x8000;
	return oracle_rand() & 0x7fffffff;
}

static bool encode(const struct insn_case *k, const char *form, u32 bits,
		   struct trial *t)
{
	ZydisEncoderRequest req = {
		.machine_mode = ZYDIS_MACHINE_MODE_LONG_64,
		.mnemonic = k->m,
	};
	ZyanUSize length = sizeof(t->insn);
	u32 mem_bits = k->mem_bits ? k->mem_bits : bits;

	for (; *form && *form != ' '; form++) {
		ZydisEncoderOperand *o = &req.operands[req.operand_count++];

		if (*form == 'R') {
			encode_reg(o, k, bits);
		} else if (*form == 'M') {
			encode_mem(o, t, mem_bits);
		} else if (*form == 'I') {
			o->type = ZYDIS_OPERAND_TYPE_IMMEDIATE;
			t->count = immediate(k, bits);
			o->imm.u = t->count;
		} else {
			o->type = ZYDIS_OPERAND_TYPE_REGISTER;
			o->reg.value = ZYDIS_REGISTER_CL;
		}
	}
	t->undefined = k->undefined;
	if (ZYAN_FAILED(ZydisEncoderEncodeInstruction(&req, t->insn, &length)))
		return false;
	t->bytes = (u32)length;
	return true;
}

/* Interesting values more often than chance would give them. */
static u64 value(void)
{
	static const u64 corner[] = {
		0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff,
		0x80000000, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000,
		~0ULL, ~1ULL,
	};
	u64 r = oracle_rand();

	if (r % 4 == 0)
		return corner[r / 4 % ARRAY_SIZE(corner)];
	if (r % 4 == 1)
		return r >> (r / 4 % 64);
	return oracle_rand();
}

static void random_state(struct oracle_state *s)
{
	static const u64 live = ALL;
	u64 *mem = (u64 *)oracle_mem;

	memset(s, 0, sizeof(*s));
	for (int i = 0; i < 16; i++)
		s->gpr[i] = value();
	for (size_t i = 0; i < sizeof(s->vec); i++)
		((u8 *)s->vec)[i] = (u8)oracle_rand();
	for (int i = 0; i < ORACLE_BYTES / 8; i += 8)
		mem[i] = oracle_rand();
	for (int i = 4096 / 8 - 48; i < 4096 / 8 + 48; i++)
		mem[i] = value();
	s->flags = 0x202 | (oracle_rand() & live);
	/* Near the border of pages 0 and 1, on it every second time. */
	s->gpr[MOTE_X86_RBX] = (u64)(unsigned long)oracle_mem + 4096 - 16 +
			       oracle_rand() % 32;
	s->gpr[MOTE_X86_RSI] = oracle_rand() % 4;
	s->gpr[MOTE_X86_RSP] = (u64)(unsigned long)oracle_mem + 3 * 4096 -
			       8 + oracle_rand() % 16;
}

static void report(const char *name, const struct trial *t, const char *what,
		   u64 got, u64 want)
{
	if (failures++ > 20)
		return;
	printf("# %s", name);
	for (u32 i = 0; i < t->bytes; i++)
		printf(" %02x", t->insn[i]);
	printf(": %s is 0x%llx, the processor says 0x%llx\n", what, got, want);
}

static void compare(const char *name, const struct trial *t,
		    const struct oracle_state *got,
		    const struct oracle_state *want)
{
	u64 mask = ALL & ~t->undefined;
	char what[24];

	for (int i = 0; i < 16; i++) {
		snprintf(what, sizeof(what), "register %d", i);
		if (got->gpr[i] != want->gpr[i])
			report(name, t, what, got->gpr[i], want->gpr[i]);
	}
	if ((got->flags ^ want->flags) & mask)
		report(name, t, "RFLAGS", got->flags & mask,
		       want->flags & mask);
	for (int i = 0; i < 16; i++) {
		if (memcmp(got->vec[i], want->vec[i], oracle_avx() ? 32 : 16))
			report(name, t, "vector register", (u64)i, (u64)i);
	}
	for (u64 i = 0; i < ORACLE_BYTES; i++) {
		if (oracle_shadow[i] != oracle_mem[i]) {
			report(name, t, "memory", oracle_shadow[i],
			       oracle_mem[i]);
			break;
		}
	}
}

/* Run @t both ways from state @s. */
static void judge(const char *name, const struct trial *t,
		  const struct oracle_state *s, u64 gva)
{
	struct oracle_state native = *s, emul = *s;
	const char *error;
	bool a, b;

	memcpy(oracle_shadow, oracle_mem, ORACLE_BYTES);
	b = oracle_emulate(t->insn, t->bytes, &emul, oracle_rand() % 2, gva,
			   &error);
	a = oracle_native(t->insn, t->bytes, &native);
	checks++;
	if (error) {
		if (failures++ < 20)
			printf("# %s: %s\n", name, error);
		return;
	}
	if (a != b)
		report(name, t, "success", b, a);
	if (a && b)
		compare(name, t, &emul, &native);
}

/* What the SDM leaves undefined depends on the count. */
static void refine(const struct insn_case *k, struct trial *t, u32 bits,
		   const char *form, const struct oracle_state *s)
{
	u32 count;

	if (k->m != ZYDIS_MNEMONIC_SHL && k->m != ZYDIS_MNEMONIC_SHR &&
	    k->m != ZYDIS_MNEMONIC_SAR && k->m != ZYDIS_MNEMONIC_ROL &&
	    k->m != ZYDIS_MNEMONIC_ROR && k->m != ZYDIS_MNEMONIC_RCL &&
	    k->m != ZYDIS_MNEMONIC_RCR && k->m != ZYDIS_MNEMONIC_SHLD &&
	    k->m != ZYDIS_MNEMONIC_SHRD)
		return;
	count = strcspn(form, " ") > strcspn(form, "I") ?
		t->count : (u32)s->gpr[MOTE_X86_RCX];
	count &= bits == Q ? 63 : 31;
	if (count == 0)
		t->undefined = 0;
	if (count == 1)
		t->undefined &= ~OF;
	if (count >= bits && (k->m == ZYDIS_MNEMONIC_SHL ||
			      k->m == ZYDIS_MNEMONIC_SHR))
		t->undefined |= CF;
}

static void one(const struct insn_case *k, const char *form, u32 bits)
{
	struct oracle_state s;
	struct trial t = { 0 };
	u64 gva;

	if (!encode(k, form, bits, &t))
		return;
	random_state(&s);
	if (k->m == ZYDIS_MNEMONIC_SHLD || k->m == ZYDIS_MNEMONIC_SHRD)
		s.gpr[MOTE_X86_RCX] = oracle_rand() % (bits + 1);
	if (is_bit(k)) {	/* keep the bit string within the memory */
		for (int i = 0; i < 16; i++) {
			if (i != MOTE_X86_RBX && i != MOTE_X86_RSP)
				s.gpr[i] = oracle_rand() % 1024 - 512;
		}
		s.gpr[MOTE_X86_RSI] &= 3;
	}
	/* CMPXCHG: let it match every second time. */
	gva = s.gpr[MOTE_X86_RBX] + (u64)t.disp +
	      (t.index ? s.gpr[MOTE_X86_RSI] * t.scale : 0);
	if (!is_bit(k) && oracle_rand() % 2) {
		memcpy(&s.gpr[MOTE_X86_RAX], (void *)(unsigned long)gva, 8);
		memcpy(&s.gpr[MOTE_X86_RDX], (void *)(unsigned long)(gva + 8),
		       8);
		if (k->m == ZYDIS_MNEMONIC_CMPXCHG8B)
			s.gpr[MOTE_X86_RDX] = s.gpr[MOTE_X86_RAX] >> 32;
	}
	refine(k, &t, bits, form, &s);
	/* SSE forms that want alignment are not in the list: any address goes,
	 * but CMPXCHG16B needs 16 bytes of it.
	 */
	if (k->m == ZYDIS_MNEMONIC_CMPXCHG16B)
		s.gpr[MOTE_X86_RBX] -= gva & 15;
	judge(k->name, &t, &s, gva);
}

static void try_case(const struct insn_case *k, int rounds)
{
	const char *form = k->forms;

	if (k->vec && k->name[0] == 'V' && !oracle_avx())
		return;
	while (*form) {
		for (u32 bits = B; bits <= Y; bits <<= 1) {
			if (!(k->sizes & bits))
				continue;
			for (int i = 0; i < rounds; i++)
				one(k, form, bits);
		}
		form += strcspn(form, " ");
		form += *form == ' ';
	}
}

/* --- string instructions --- */

static const struct {
	const char *name;
	u8 op;
} strings[] = {
	{ "MOVS", 0xa4 }, { "CMPS", 0xa6 }, { "STOS", 0xaa },
	{ "LODS", 0xac }, { "SCAS", 0xae },
};

static void string_one(const char *name, u8 op, u32 size, u8 rep)
{
	u64 base = (u64)(unsigned long)oracle_mem;
	struct oracle_state s;
	struct trial t = { 0 };

	if (rep)
		t.insn[t.bytes++] = rep;
	if (size == 2)
		t.insn[t.bytes++] = 0x66;
	if (size == 8)
		t.insn[t.bytes++] = 0x48;
	t.insn[t.bytes++] = size == 1 ? op : op + 1;
	random_state(&s);
	s.gpr[MOTE_X86_RSI] = base + 4096 + oracle_rand() % 4096;
	s.gpr[MOTE_X86_RDI] = base + 4096 + oracle_rand() % 4096;
	s.gpr[MOTE_X86_RCX] = oracle_rand() % (oracle_rand() % 2 ? 8 : 400);
	if (size == 1)
		s.gpr[MOTE_X86_RCX] *= 8;	/* more than one piece */
	if (oracle_rand() % 2)
		s.flags |= DF;
	if (op == 0xa6 && oracle_rand() % 2)	/* equal for a while */
		memset(oracle_mem, 0x5a, ORACLE_BYTES);
	judge(name, &t, &s, s.gpr[MOTE_X86_RDI]);
}

static void try_strings(int rounds)
{
	static const u8 reps[] = { 0, 0xf3, 0xf2 };

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		for (u32 size = 1; size <= 8; size *= 2) {
			for (int r = 0; r < rounds; r++) {
				u8 rep = reps[r % 3];

				if (rep == 0xf2 && !(strings[i].op & 2))
					rep = 0xf3;
				string_one(strings[i].name, strings[i].op,
					   size, rep);
			}
		}
	}
}

static int result(int n, const char *name, unsigned long before)
{
	bool ok = failures == before;

	printf("%sok %d %s\n", ok ? "" : "not ", n, name);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 60, bad = 0;
	unsigned long before;

	printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(cases) + 1);
	oracle_init();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		before = failures;
		try_case(&cases[i], rounds);
		bad += result((int)i + 1, cases[i].name, before);
	}
	before = failures;
	try_strings(rounds);
	bad += result((int)ARRAY_SIZE(cases) + 1, "string instructions",
		      before);
	printf("# %lu instructions compared, %lu differences\n", checks,
	       failures);
	return bad != 0;
}
