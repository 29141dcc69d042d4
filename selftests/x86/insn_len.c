// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the guest goes on behind an instruction that exited, with prefixes that
 * change nothing but its length, and across the end of a page.  Not every CPU says
 * how long an instruction was.
 */
#include "x86_vm.h"

#include "kselftest_harness.h"

#define HLT		0xf4

/* Prefixes: operand size, address size, segment CS */
#define O		0x66
#define A		0x67
#define S		0x2e

#define CPUID		0x0f, 0xa2
#define RDMSR		0x0f, 0x32
#define WRMSR		0x0f, 0x30
#define WBINVD		0x0f, 0x09
#define CLTS		0x0f, 0x06
#define SMSW_AX		0x0f, 0x01, 0xe0
#define MOV_AX_CR0	0x0f, 0x20, 0xc0
#define MOV_CR0_SI	0x0f, 0x22, 0xc6
#define MOV_AX_CR4	0x0f, 0x20, 0xe0
#define MOV_CR4_BX	0x0f, 0x22, 0xe3
#define MOV_AX_DR7	0x0f, 0x21, 0xf8
#define MOV_DR7_DI	0x0f, 0x23, 0xff
#define OUT_80		0xe6, 0x80
#define IN_80		0xe4, 0x80

struct code {
	unsigned int len;
	u8 bytes[15];
};

#define CODE(...) { sizeof((u8[]){ __VA_ARGS__ }), { __VA_ARGS__ } }

static const struct code any_mode[] = {
	CODE(CPUID), CODE(O, CPUID), CODE(A, CPUID), CODE(S, O, A, CPUID),
	CODE(O, O, O, O, O, O, O, O, O, O, O, O, O, CPUID),
	CODE(HLT), CODE(O, HLT), CODE(A, S, HLT),
	CODE(RDMSR), CODE(S, RDMSR), CODE(A, A, RDMSR),
	CODE(WRMSR), CODE(S, WRMSR),
	CODE(WBINVD), CODE(A, WBINVD), CODE(S, S, WBINVD),
	CODE(CLTS), CODE(S, CLTS), CODE(SMSW_AX), CODE(A, SMSW_AX),
	CODE(MOV_AX_CR0), CODE(S, MOV_AX_CR0), CODE(MOV_CR0_SI), CODE(A, MOV_CR0_SI),
	CODE(MOV_AX_CR4), CODE(A, S, MOV_AX_CR4), CODE(MOV_CR4_BX), CODE(S, MOV_CR4_BX),
	CODE(MOV_AX_DR7), CODE(S, MOV_AX_DR7), CODE(MOV_DR7_DI), CODE(A, MOV_DR7_DI),
	CODE(OUT_80), CODE(O, OUT_80), CODE(S, A, OUT_80), CODE(IN_80), CODE(A, IN_80),
};

/* REX prefixes: one that counts, one that changes nothing, one that does not count */
static const struct code only_64[] = {
	CODE(0x48, CPUID), CODE(O, 0x48, CPUID), CODE(0x48, O, CPUID),
	CODE(0x48, HLT), CODE(S, 0x4f, HLT), CODE(0x48, RDMSR), CODE(0x48, WRMSR),
	CODE(0x48, WBINVD), CODE(0x48, CLTS), CODE(0x48, SMSW_AX),
	CODE(0x48, MOV_AX_CR0), CODE(0x48, MOV_CR0_SI), CODE(O, 0x40, MOV_AX_CR4),
	CODE(0x48, MOV_CR4_BX), CODE(0x48, MOV_AX_DR7), CODE(0x48, MOV_DR7_DI),
	/* CR8 */
	CODE(0x44, MOV_AX_CR0), CODE(0x4c, 0x0f, 0x22, 0xc7), CODE(S, 0x44, 0x0f, 0x22, 0xc7),
	CODE(0x48, OUT_80), CODE(S, 0x48, IN_80),
};

static const struct code hypercalls[][4] = {
	{ CODE(0x0f, 0x01, 0xc1), CODE(S, 0x0f, 0x01, 0xc1), CODE(A, 0x0f, 0x01, 0xc1),
	  CODE(S, A, 0x0f, 0x01, 0xc1) },
	{ CODE(0x0f, 0x01, 0xd9), CODE(S, 0x0f, 0x01, 0xd9), CODE(A, 0x0f, 0x01, 0xd9),
	  CODE(S, A, 0x0f, 0x01, 0xd9) },
};

/* Two pages of code: as the guest has it, as we do, and how the guest gets there */
struct place {
	u64 gva;
	u8 *code;
	void (*start)(struct vcpu *v, u64 at);
};

static void start_64(struct vcpu *v, u64 at)
{
	vcpu_start(v, guest_nothing, 0);
	vcpu_set(v, RIP, at);
}

/* Where SVM does not let the CPU have the guest's CR0 */
static void start_64_cd(struct vcpu *v, u64 at)
{
	start_64(v, at);
	vcpu_set(v, MOTE_X86_CR0, vcpu_get(v, MOTE_X86_CR0) | CR0_CD);
}

static void start_32(struct vcpu *v, u64 at)
{
	x86_start_flat32(v, at);
}

static void start_16(struct vcpu *v, u64 at)
{
	x86_start_real(v, at);
}

/* PAT for RDMSR and WRMSR; nothing that writes of CR0, CR4, CR8 and DR7 would change */
static void set_registers(struct vcpu *v)
{
	vcpu_set(v, RAX, 0x00070406);
	vcpu_set(v, RDX, 0x00070406);
	vcpu_set(v, RCX, 0x277);
	vcpu_set(v, RBX, vcpu_get(v, MOTE_X86_CR4));
	vcpu_set(v, RSI, vcpu_get(v, MOTE_X86_CR0));
	vcpu_set(v, RDI, 0);
}

/* Up to the HLT behind it, which has no prefix; returns how far the guest came */
static u64 run_code(struct vcpu *v, u64 at, unsigned int len)
{
	for (;;) {
		int got = vcpu_run(v);
		u64 rip = vcpu_get(v, RIP) - at;

		if (got == MOTE_EXIT_HALT && rip == len)
			continue;
		if (got != MOTE_EXIT_PIO)
			return got == MOTE_EXIT_HALT ? rip : 1000 + (u64)got;
	}
}

static void try_code(struct __test_metadata *_metadata, struct vcpu *v, const struct place *p,
		     const struct code *c, unsigned int offset)
{
	u64 at = p->gva + offset;

	memset(p->code, HLT, 2 * PAGE);
	memcpy(p->code + offset, c->bytes, c->len);
	p->start(v, at);
	set_registers(v);
	EXPECT_EQ(c->len + 1, run_code(v, at, c->len))
		TH_LOG("%02x %02x %02x %02x at 0x%x", c->bytes[0], c->bytes[1], c->bytes[2],
		       c->bytes[3], offset);
}

static void try_all(struct __test_metadata *_metadata, struct vcpu *v, const struct place *p,
		    const struct code *c, unsigned int count)
{
	for (; count; count--, c++)
		/* From wholly in the second page to ending with the first */
		for (unsigned int k = 0; k <= c->len; k++)
			try_code(_metadata, v, p, c, PAGE - k);
}

static void try_place(struct __test_metadata *_metadata, struct one *o, const struct place *p)
{
	const struct code *calls = hypercalls[o->vm.info.backend == MOTE_BACKEND_SVM];

	try_all(_metadata, &o->cpu, p, any_mode, ARRAY_SIZE(any_mode));
	try_all(_metadata, &o->cpu, p, calls, ARRAY_SIZE(hypercalls[0]));
}

static void in_image(struct one *o, struct place *p)
{
	one_create(o, 0, NULL, 0);
	p->code = vm_alloc(&o->vm, 2 * PAGE);
	p->gva = (unsigned long)p->code;
}

TEST(in_64_bit_code)
{
	struct place p = { .start = start_64 };
	struct one o;

	in_image(&o, &p);
	try_place(_metadata, &o, &p);
	try_all(_metadata, &o.cpu, &p, only_64, ARRAY_SIZE(only_64));
	one_destroy(&o);
}

TEST(in_64_bit_code_without_caches)
{
	static const struct code code[] = {
		CODE(CLTS), CODE(SMSW_AX), CODE(0x48, MOV_AX_CR0), CODE(S, MOV_CR0_SI),
	};
	struct place p = { .start = start_64_cd };
	struct one o;

	in_image(&o, &p);
	try_all(_metadata, &o.cpu, &p, code, ARRAY_SIZE(code));
	one_destroy(&o);
}

TEST(in_32_bit_code)
{
	struct place p = { .start = start_32 };
	struct one o;

	in_image(&o, &p);
	try_place(_metadata, &o, &p);
	one_destroy(&o);
}

TEST(in_16_bit_code)
{
	struct place p = { .gva = 0x8000, .start = start_16 };
	struct one o;

	one_create(&o, 0, NULL, 0);
	p.code = x86_low_memory(&o.vm, MIB) + p.gva;
	try_place(_metadata, &o, &p);
	one_destroy(&o);
}

/* The operands are those of the instruction with its prefixes, too */
TEST(operands)
{
	static const struct code from_cr4 = CODE(S, 0x49, MOV_AX_CR4);
	static const struct code to_cr8 = CODE(S, 0x45, 0x0f, 0x22, 0xc0);
	struct place p = { .start = start_64 };
	struct one o;

	in_image(&o, &p);
	try_code(_metadata, &o.cpu, &p, &from_cr4, PAGE - 3);
	EXPECT_EQ(vcpu_get(&o.cpu, MOTE_X86_CR4), vcpu_get(&o.cpu, MOTE_X86_GPR(MOTE_X86_R8)));
	vcpu_set(&o.cpu, MOTE_X86_GPR(MOTE_X86_R8), 9);
	try_code(_metadata, &o.cpu, &p, &to_cr8, PAGE - 3);
	EXPECT_EQ(9, vcpu_get(&o.cpu, MOTE_X86_CR8));
	one_destroy(&o);
}

TEST_HARNESS_MAIN
