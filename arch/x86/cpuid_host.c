// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/x86: what a guest may be told by CPUID: what the host CPU has, the host
 * kernel left enabled and mote virtualises; and the table that says just that.
 *
 * Leaves and bits as in SDM vol. 2, "CPUID", and AMD's "CPUID Specification".
 * What is not named here reads zero: VMX, SMX, SGX, performance monitoring,
 * processor trace, power and thermal management, MONITOR, AMX, CET, user
 * interrupts, key locker, 5-level paging, XSAVES.
 */
#include <linux/bitops.h>
#include <linux/cpu.h>
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include <asm/fpu/types.h>
#include <asm/processor.h>
#include <asm/tsc.h>
#include <uapi/asm/kvm_para.h>

#include "cpuid_host.h"
#include "fpu.h"
#include "hostcpu.h"

u32 x86_crystal_khz __ro_after_init;

/**
 * enum cpuid_kind - what a table may say in a register
 * @KIND_BITS: features: any part of what is supported
 * @KIND_INFO: names, sizes, topology: whatever the runner likes
 * @KIND_HOST: describes how the hardware works: the host's value, or 0
 * @KIND_PHYS: leaf 0x80000008: an address width up to the host's
 */
enum cpuid_kind { KIND_BITS, KIND_INFO, KIND_HOST, KIND_PHYS };

/**
 * struct cpuid_reg_rule - about one register of a leaf
 * @kind: enum cpuid_kind
 * @word: for features: the host kernel's word of the same bits, which it has
 *	cleared of what is broken or switched off; WORD_NONE: it has none
 * @mask: features that work in a guest where the host has them
 * @soft: features that mote provides whatever the host has
 */
struct cpuid_reg_rule {
	u8 kind;
	u8 word;
	u32 mask;
	u32 soft;
};

#define WORD_NONE	0xff
#define SUBLEAF_ANY	0xffffffffu	/* this rule is for all that have none of their own */
#define SUBLEAF_NONE	0xfffffffeu	/* the leaf does not look at ECX */

/**
 * struct cpuid_rule - about a leaf, or one of its subleaves
 * @leaf: EAX
 * @subleaf: ECX, or SUBLEAF_ANY or SUBLEAF_NONE
 * @reg: by enum cpuid_regs_idx; all zero bits: reads zero
 */
struct cpuid_rule {
	u32 leaf;
	u32 subleaf;
	struct cpuid_reg_rule reg[4];
};

#define F(name)			((u32)BIT(X86_FEATURE_##name & 31))
#define BITS(w, m, s)		{ .kind = KIND_BITS, .word = (w), .mask = (m), .soft = (s) }
#define INFO			{ .kind = KIND_INFO }
#define HOST			{ .kind = KIND_HOST }
#define ALL_INFO		.reg = { INFO, INFO, INFO, INFO }
#define ALL_HOST		.reg = { HOST, HOST, HOST, HOST }

/* HT says that leaf 1 EBX counts threads: harmless, but not so by default */
#define EDX_1_SOFT	(F(APIC) | F(MTRR) | F(PAT) | F(MCE) | F(MCA) | F(HT))
#define EDX_1		(F(FPU) | F(VME) | F(DE) | F(PSE) | F(TSC) | F(MSR) | F(PAE) | F(CX8) | \
			 F(SEP) | F(PGE) | F(CMOV) | F(PSE36) | F(CLFLUSH) | F(MMX) | F(FXSR) | \
			 F(XMM) | F(XMM2) | F(SELFSNOOP))
#define ECX_1_SOFT	(F(X2APIC) | F(TSC_DEADLINE_TIMER) | F(HYPERVISOR))
#define ECX_1		(F(XMM3) | F(PCLMULQDQ) | F(SSSE3) | F(FMA) | F(CX16) | F(PCID) | \
			 F(XMM4_1) | F(XMM4_2) | F(MOVBE) | F(POPCNT) | F(AES) | F(XSAVE) | \
			 F(AVX) | F(F16C) | F(RDRAND))
#define EBX_7		(F(FSGSBASE) | F(BMI1) | F(HLE) | F(AVX2) | F(FDP_EXCPTN_ONLY) | \
			 F(SMEP) | F(BMI2) | F(ERMS) | F(INVPCID) | F(RTM) | F(ZERO_FCS_FDS) | \
			 F(AVX512F) | F(AVX512DQ) | F(RDSEED) | F(ADX) | F(SMAP) | \
			 F(AVX512IFMA) | F(CLFLUSHOPT) | F(CLWB) | F(AVX512PF) | F(AVX512ER) | \
			 F(AVX512CD) | F(SHA_NI) | F(AVX512BW) | F(AVX512VL))
#define ECX_7		(F(AVX512VBMI) | F(UMIP) | F(PKU) | F(AVX512_VBMI2) | F(GFNI) | \
			 F(VAES) | F(VPCLMULQDQ) | F(AVX512_VNNI) | F(AVX512_BITALG) | \
			 F(AVX512_VPOPCNTDQ) | F(RDPID) | F(CLDEMOTE) | F(MOVDIRI) | F(MOVDIR64B))
#define EDX_7		(F(AVX512_4VNNIW) | F(AVX512_4FMAPS) | F(FSRM) | F(AVX512_VP2INTERSECT) | \
			 F(MD_CLEAR) | F(RTM_ALWAYS_ABORT) | F(SERIALIZE) | F(TSXLDTRK) | \
			 F(AVX512_FP16) | F(SPEC_CTRL) | F(INTEL_STIBP) | F(FLUSH_L1D) | \
			 F(ARCH_CAPABILITIES) | F(SPEC_CTRL_SSBD))
/* Instructions only: SHA512 SM3 SM4 RAO-INT AVX-VNNI AVX512-BF16 CMPccXADD fast REP, AVX-IFMA */
#define EAX_7_1		(BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(7) | \
			 BIT(10) | BIT(11) | BIT(12) | BIT(23))
/* AVX-VNNI-INT8, AVX-NE-CONVERT, AVX-VNNI-INT16, PREFETCHI */
#define EDX_7_1		(BIT(4) | BIT(5) | BIT(10) | BIT(14))
/* Controls in IA32_SPEC_CTRL: PSFD IPRED RRSBA DDPD_U BHI; and MCDT_NO */
#define EDX_7_2		(BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5))
#define EAX_D_1		(F(XSAVEOPT) | F(XSAVEC) | F(XGETBV1))
#define ECX_EXT		(F(LAHF_LM) | F(CR8_LEGACY) | F(ABM) | F(SSE4A) | F(MISALIGNSSE) | \
			 F(3DNOWPREFETCH) | F(XOP) | F(FMA4) | F(TBM))
/* AMD repeats most of leaf 1 EDX here */
#define EDX_EXT		(F(SYSCALL) | F(NX) | F(MMXEXT) | F(FXSR_OPT) | F(GBPAGES) | F(RDTSCP) | \
			 F(LM) | F(3DNOWEXT) | F(3DNOW) | ((EDX_1 | EDX_1_SOFT) & 0x0183f3ff))
/* CLZERO XSAVEERPTR IBPB IBRS STIBP STIBP-always-on SSBD PSFD BTC_NO */
#define EBX_EXT_8	(BIT(0) | BIT(2) | BIT(12) | BIT(14) | BIT(15) | BIT(17) | BIT(24) | \
			 BIT(28) | BIT(29))
/*
 * What protects from flaws the kernel knows better than CPUID: it has tried what the
 * microcode does, and knows the CPUs from before there was a bit.  VERW clears
 * buffers, SBPB, IBPB clears all, no SRSO; no TSA in the store queue and in L1D.
 */
#define EAX_EXT_21_KNOWN (BIT(5) | BIT(27) | BIT(28) | BIT(29))
#define ECX_EXT_21_KNOWN (BIT(1) | BIT(2))
/* No nested data breakpoints, LFENCE serializes, null selector clears base */
#define EAX_EXT_21	(BIT(0) | BIT(2) | BIT(6) | EAX_EXT_21_KNOWN)

static const struct cpuid_rule rules[] = {
	{ 0x0, SUBLEAF_NONE, ALL_INFO },
	{ 0x1, SUBLEAF_NONE, .reg = {
		INFO, INFO, BITS(CPUID_1_ECX, ECX_1, ECX_1_SOFT),
		BITS(CPUID_1_EDX, EDX_1, EDX_1_SOFT) } },
	{ 0x2, SUBLEAF_NONE, ALL_INFO },
	{ 0x4, SUBLEAF_ANY, ALL_INFO },
	/* ARAT: the APIC timer always runs */
	{ 0x6, SUBLEAF_NONE, .reg = { BITS(WORD_NONE, 0, BIT(2)) } },
	{ 0x7, 0, .reg = {
		INFO, BITS(CPUID_7_0_EBX, EBX_7, F(TSC_ADJUST)),
		BITS(CPUID_7_ECX, ECX_7, 0), BITS(CPUID_7_EDX, EDX_7, 0) } },
	{ 0x7, 1, .reg = {
		BITS(WORD_NONE, EAX_7_1, 0), {}, {}, BITS(WORD_NONE, EDX_7_1, 0) } },
	{ 0x7, 2, .reg = { {}, {}, {}, BITS(WORD_NONE, EDX_7_2, 0) } },
	{ 0xb, SUBLEAF_ANY, ALL_INFO },
	/* The masks of subleaf 0 are filled in from x86_xcr0_supported */
	{ 0xd, 0, .reg = { BITS(WORD_NONE, 0, 0), INFO, INFO, BITS(WORD_NONE, 0, 0) } },
	{ 0xd, 1, .reg = { BITS(CPUID_D_1_EAX, EAX_D_1, 0), INFO } },
	{ 0xd, SUBLEAF_ANY, ALL_HOST },
	{ 0x15, SUBLEAF_NONE, ALL_INFO },
	{ 0x16, SUBLEAF_NONE, ALL_INFO },
	{ 0x1f, SUBLEAF_ANY, ALL_INFO },
	{ 0x80000000, SUBLEAF_NONE, ALL_INFO },
	{ 0x80000001, SUBLEAF_NONE, .reg = {
		INFO, INFO, BITS(CPUID_8000_0001_ECX, ECX_EXT, 0),
		BITS(CPUID_8000_0001_EDX, EDX_EXT, 0) } },
	{ 0x80000002, SUBLEAF_NONE, ALL_INFO },
	{ 0x80000003, SUBLEAF_NONE, ALL_INFO },
	{ 0x80000004, SUBLEAF_NONE, ALL_INFO },
	{ 0x80000005, SUBLEAF_NONE, ALL_INFO },
	{ 0x80000006, SUBLEAF_NONE, ALL_INFO },
	/* Invariant TSC, when the host itself relies on it */
	{ 0x80000007, SUBLEAF_NONE, .reg = { {}, {}, {}, BITS(WORD_NONE, BIT(8), 0) } },
	{ 0x80000008, SUBLEAF_NONE, .reg = {
		{ .kind = KIND_PHYS }, BITS(CPUID_8000_0008_EBX, EBX_EXT_8, 0), INFO } },
	{ 0x8000001a, SUBLEAF_NONE, ALL_INFO },
	{ 0x8000001d, SUBLEAF_ANY, ALL_INFO },
	{ 0x8000001e, SUBLEAF_NONE, ALL_INFO },
	{ 0x80000021, SUBLEAF_NONE, .reg = { BITS(CPUID_8000_0021_EAX, EAX_EXT_21, 0) } },
};

/* What of the features there is on this host, by rule and register */
static u32 supported[ARRAY_SIZE(rules)][4] __ro_after_init;

/* ---- the host ---- */

static u32 last_leaf(u32 leaf)
{
	return cpuid_eax(leaf & 0x80000000);
}

/* CPUID of this host; what it does not have reads zero */
static void host_cpuid(u32 leaf, u32 subleaf, u32 *r)
{
	memset(r, 0, 4 * sizeof(*r));
	if (leaf > last_leaf(leaf) || (leaf == 7 && subleaf > cpuid_eax(7)))
		return;
	cpuid_count(leaf, subleaf, &r[0], &r[1], &r[2], &r[3]);
}

static bool host_is_amd(void)
{
	return boot_cpu_data.x86_vendor == X86_VENDOR_AMD ||
	       boot_cpu_data.x86_vendor == X86_VENDOR_HYGON;
}

unsigned int x86_host_maxphyaddr(void)
{
	u32 r[4];

	host_cpuid(0x80000008, 0, r);
	return r[CPUID_EAX] & 0xff ?: 36;
}

static u32 supported_bits(const struct cpuid_reg_rule *rule, u32 host)
{
	u32 bits = host & rule->mask;

	if (rule->word != WORD_NONE)
		bits &= boot_cpu_data.x86_capability[rule->word];
	return bits | rule->soft;
}

static u32 known_tsa_no(void)
{
	u32 bits = 0;

#ifdef X86_FEATURE_TSA_SQ_NO
	if (boot_cpu_has(X86_FEATURE_TSA_SQ_NO))
		bits |= BIT(1);
	if (boot_cpu_has(X86_FEATURE_TSA_L1_NO))
		bits |= BIT(2);
#endif
	return bits & ECX_EXT_21_KNOWN;
}

/* What depends on more than one bit of the host */
static void adjust_supported(const struct cpuid_rule *rule, u32 *bits)
{
	if (rule->leaf == 0x1 && !x86_xcr0_supported)
		bits[CPUID_ECX] &= ~F(XSAVE);
	if (rule->leaf == 0x7 && rule->subleaf == 0 &&
	    !(x86_xcr0_supported & XFEATURE_MASK_PKRU))
		bits[CPUID_ECX] &= ~F(PKU);
	if (rule->leaf == 0xd && rule->subleaf == 0) {
		bits[CPUID_EAX] = x86_xcr0_supported;
		bits[CPUID_EDX] = x86_xcr0_supported >> 32;
	}
	if (rule->leaf == 0xd && rule->subleaf == 1 && !x86_xcr0_supported)
		bits[CPUID_EAX] = 0;
	/*
	 * XGETBV with ECX = 1 says which registers are in use, and does not care for
	 * CR0.TS: before the guest's FPU is loaded, those are the host's.
	 */
	if (rule->leaf == 0xd && rule->subleaf == 1 && host_is_amd())
		bits[CPUID_EAX] &= ~F(XGETBV1);
	if (rule->leaf == 0x80000007 && check_tsc_unstable())
		bits[CPUID_EDX] = 0;
	if (rule->leaf == 0x80000008 && x86_host_has_virt_ssbd())
		bits[CPUID_EBX] |= F(VIRT_SSBD);
	if (rule->leaf == 0x80000021) {
		bits[CPUID_EAX] |= boot_cpu_data.x86_capability[CPUID_8000_0021_EAX] &
				   EAX_EXT_21_KNOWN;
		bits[CPUID_ECX] |= known_tsa_no();
	}
}

/*
 * A rate that divides the TSC's, so that leaf 0x15 gives guests the TSC's rate
 * to the kHz, and not above 1 GHz if there is one.  Else the TSC's own, halved
 * (and then 1 kHz off at most) where that in Hz does not fit into ECX.  When
 * the host does not know its TSC's rate the APIC timer still needs one.
 */
static u32 choose_crystal(u32 tsc)
{
	u32 n;

	if (!tsc)
		return 1000000;
	for (n = 1; n <= 1000; n++)
		if (tsc % n == 0 && tsc / n <= 1000000)
			return tsc / n;
	return tsc <= U32_MAX / 1000 ? tsc : tsc / 2;
}

/* On each CPU: a guest that moves finds everywhere what it was promised (hybrids) */
static void narrow_supported(void *unused)
{
	unsigned int i, reg;
	u32 host[4];

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		if (rules[i].subleaf == SUBLEAF_ANY)
			continue;
		host_cpuid(rules[i].leaf, rules[i].subleaf, host);
		for (reg = 0; reg < 4; reg++)
			supported[i][reg] &= supported_bits(&rules[i].reg[reg], host[reg]);
	}
}

void cpuid_host_setup(void)
{
	unsigned int i;
	int cpu;

	x86_crystal_khz = choose_crystal(tsc_khz);
	memset(supported, 0xff, sizeof(supported));
	cpus_read_lock();
	for_each_online_cpu(cpu)
		smp_call_function_single(cpu, narrow_supported, NULL, 1);
	cpus_read_unlock();
	for (i = 0; i < ARRAY_SIZE(rules); i++)
		adjust_supported(&rules[i], supported[i]);
}

/* ---- the default table ---- */

static struct mote_x86_cpuid *add(struct mote_x86_cpuid *e, u32 leaf, u32 subleaf, const u32 *r)
{
	*e = (struct mote_x86_cpuid) {
		.leaf = leaf,
		.subleaf = subleaf == SUBLEAF_NONE ? 0 : subleaf,
		.flags = subleaf == SUBLEAF_NONE ? 0 : MOTE_X86_CPUID_SUBLEAF,
		.eax = r[CPUID_EAX],
		.ebx = r[CPUID_EBX],
		.ecx = r[CPUID_ECX],
		.edx = r[CPUID_EDX],
	};
	return e + 1;
}

/* A CPU with one core and one thread: itself at every level of the topology */
static void set_topology(u32 subleaf, u32 *r)
{
	static const u32 level_type[] = { 1 << 8, 2 << 8 };	/* thread, core */

	memset(r, 0, 4 * sizeof(*r));
	if (subleaf >= ARRAY_SIZE(level_type))
		return;
	r[CPUID_EBX] = 1;
	r[CPUID_ECX] = level_type[subleaf] | subleaf;
}

/* What the kernel knows of flaws may be in a leaf that the CPU itself has not */
static u32 last_ext_leaf(u32 host)
{
	if (!host_is_amd())
		return min(host, 0x80000008u);
	return boot_cpu_data.x86_capability[CPUID_8000_0021_EAX] & EAX_EXT_21_KNOWN ||
	       known_tsa_no() ? 0x80000021u : min(host, 0x80000021u);
}

/* Host's values of informational registers that would be wrong for the guest */
static void adjust_info(u32 leaf, u32 subleaf, u32 *r)
{
	switch (leaf) {
	case 0x0:
		r[CPUID_EAX] = host_is_amd() ? 0xd : 0x16;
		break;
	case 0x1:
		/* CLFLUSH line size; one logical CPU */
		r[CPUID_EBX] = (r[CPUID_EBX] & 0xff00) | 1 << 16;
		r[CPUID_EDX] &= ~F(HT);
		break;
	case 0x4:
	case 0x8000001d:
		/* Caches shared with nobody */
		r[CPUID_EAX] &= 0x3fff;
		break;
	case 0x7:
		/* Last subleaf */
		if (subleaf == 0)
			r[CPUID_EAX] = min(r[CPUID_EAX], 2u);
		break;
	case 0xb:
		set_topology(subleaf, r);
		break;
	case 0xd:
		/* EBX follows XCR0; see cpuid.c */
		if (subleaf == 0)
			r[CPUID_ECX] = x86_xcr0_supported ? x86_fpu_size : 0;
		break;
	case 0x15:
		/* TSC = crystal * EBX / EAX */
		r[CPUID_EAX] = 1;
		r[CPUID_EBX] = tsc_khz / x86_crystal_khz;
		r[CPUID_ECX] = x86_crystal_khz * 1000;
		r[CPUID_EDX] = 0;
		break;
	case 0x16:
		/* Base and maximum in MHz, and the 100 MHz that ratios are in */
		r[CPUID_EAX] = DIV_ROUND_CLOSEST(tsc_khz, 1000);
		r[CPUID_EBX] = r[CPUID_EAX];
		r[CPUID_ECX] = 100;
		r[CPUID_EDX] = 0;
		break;
	case 0x80000000:
		r[CPUID_EAX] = last_ext_leaf(r[CPUID_EAX]);
		break;
	case 0x80000008:
		/* Physical width, 48-bit linear addresses; one core */
		r[CPUID_EAX] = x86_host_maxphyaddr() | 48 << 8;
		r[CPUID_ECX] = 0;
		break;
	case 0x8000001e:
		/* EAX is the APIC id; one core, one node */
		memset(r, 0, 4 * sizeof(*r));
		break;
	}
}

static struct mote_x86_cpuid *add_leaf(struct mote_x86_cpuid *e, unsigned int rule, u32 subleaf)
{
	u32 leaf = rules[rule].leaf, r[4];
	unsigned int reg;

	host_cpuid(leaf, subleaf, r);
	for (reg = 0; reg < 4; reg++)
		if (rules[rule].reg[reg].kind == KIND_BITS)
			r[reg] = supported[rule][reg];
	adjust_info(leaf, subleaf, r);
	/* What reads zero need not be in the table */
	if (!(r[0] | r[1] | r[2] | r[3]))
		return e;
	return add(e, leaf, subleaf, r);
}

/* Leaves that describe one thing in each subleaf */
static struct mote_x86_cpuid *add_subleaves(struct mote_x86_cpuid *e, unsigned int rule)
{
	struct mote_x86_cpuid *before;
	u32 i;

	switch (rules[rule].leaf) {
	case 0x4:
	case 0x8000001d:
		/* Caches, until one has type 0 */
		for (i = 0; i < 8; i++) {
			before = e;
			e = add_leaf(e, rule, i);
			if (e == before || !(before->eax & 0x1f))
				return before;
		}
		break;
	case 0xb:
		e = add_leaf(e, rule, 0);
		e = add_leaf(e, rule, 1);
		break;
	case 0xd:
		for (i = XFEATURE_YMM; i < 63; i++)
			if (x86_xcr0_supported & BIT_ULL(i))
				e = add_leaf(e, rule, i);
		break;
	}
	return e;
}

/*
 * The signature of KVM makes stock Linux guests accept x2APIC without
 * interrupt remapping.  Of its features there is one, which needs nothing of
 * the hypervisor: no delays by port writes.
 */
static struct mote_x86_cpuid *add_hypervisor(struct mote_x86_cpuid *e)
{
	u32 r[4] = { CPUID_HV_TIMING };

	memcpy(&r[1], KVM_SIGNATURE, 12);
	e = add(e, KVM_CPUID_SIGNATURE, SUBLEAF_NONE, r);
	e = add(e, KVM_CPUID_FEATURES, SUBLEAF_NONE,
		(u32[4]) { BIT(KVM_FEATURE_NOP_IO_DELAY) });
	e = add(e, CPUID_HV_TIMING, SUBLEAF_NONE, (u32[4]) { tsc_khz, x86_crystal_khz });

	r[0] = CPUID_MOTE_FEATURES;
	memcpy(&r[1], "motemotemote", 12);
	e = add(e, CPUID_MOTE_SIGNATURE, SUBLEAF_NONE, r);
	return add(e, CPUID_MOTE_FEATURES, SUBLEAF_NONE, (u32[4]) { MOTE_ABI_VERSION });
}

unsigned int cpuid_host_default(struct mote_x86_cpuid *out)
{
	struct mote_x86_cpuid *e = out;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		if (rules[i].leaf == 0x1f)
			continue;
		if (rules[i].subleaf == SUBLEAF_ANY)
			e = add_subleaves(e, i);
		else
			e = add_leaf(e, i, rules[i].subleaf);
	}
	return add_hypervisor(e) - out;
}

/* ---- what a table may say ---- */

static const struct cpuid_rule *find_rule(const struct mote_x86_cpuid *e)
{
	const struct cpuid_rule *any = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		if (rules[i].leaf != e->leaf)
			continue;
		if (rules[i].subleaf == SUBLEAF_NONE || rules[i].subleaf == e->subleaf)
			return &rules[i];
		if (rules[i].subleaf == SUBLEAF_ANY)
			any = &rules[i];
	}
	return any;
}

/* Bits that follow the vCPU whatever the table says */
static u32 ignored_bits(const struct mote_x86_cpuid *e, unsigned int reg)
{
	if (e->leaf == 0x1 && reg == CPUID_ECX)
		return F(OSXSAVE);
	if (e->leaf == 0x7 && e->subleaf == 0 && reg == CPUID_ECX)
		return F(OSPKE);
	return 0;
}

static bool reg_ok(const struct cpuid_rule *rule, const struct mote_x86_cpuid *e,
		   unsigned int reg, u32 host)
{
	u32 value = cpuid_entry_reg(e, reg);

	switch (rule->reg[reg].kind) {
	case KIND_INFO:
		return true;
	case KIND_HOST:
		return !value || value == host;
	case KIND_PHYS:
		return !value || ((value & 0xff) >= 32 && (value & 0xff) <= x86_host_maxphyaddr());
	default:
		return !(value & ~(supported[rule - rules][reg] | ignored_bits(e, reg)));
	}
}

int cpuid_host_check(const struct mote_x86_cpuid *e)
{
	const struct cpuid_rule *rule = find_rule(e);
	unsigned int reg;
	u32 host[4];

	/* What hypervisors say of themselves is between the runner and the guest */
	if (e->leaf >> 28 == 4)
		return 0;
	if (!rule)
		return e->eax | e->ebx | e->ecx | e->edx ? -EINVAL : 0;
	host_cpuid(e->leaf, e->subleaf, host);
	for (reg = 0; reg < 4; reg++)
		if (!reg_ok(rule, e, reg, host[reg]))
			return -EINVAL;
	return 0;
}
