// SPDX-License-Identifier: GPL-2.0-only
/* The emulator's way to a real vCPU: what env.c has not. */
#include <cpuid.h>
#include <stdbool.h>
#include <string.h>

#include "../libmote_x86.h"

static int translate(const struct mote_x86_env *env, u64 gva, u32 access,
		     u32 flags, u64 *gpa, u32 *error_code)
{
	struct mote_translate t;
	int ret = mote_env_translate(&env->common, gva, access, flags, &t);

	*gpa = t.gpa;
	*error_code = t.error_code;
	return ret;
}

static int vcpu_translate(void *opaque, u64 gva, u32 access, u64 *gpa,
			  u32 *error_code)
{
	return translate(opaque, gva, access, 0, gpa, error_code);
}

static int vcpu_system(void *opaque, u64 gva, u32 access, u64 *gpa,
		       u32 *error_code)
{
	return translate(opaque, gva, access, MOTE_TRANSLATE_SYSTEM, gpa,
			 error_code);
}

static int vcpu_get_regs(void *opaque, struct mote_reg *regs, u32 count)
{
	const struct mote_x86_env *env = opaque;

	return mote_get_regs(env->common.vcpu, regs, count, NULL);
}

static int vcpu_set_regs(void *opaque, const struct mote_reg *regs, u32 count)
{
	const struct mote_x86_env *env = opaque;

	return mote_set_regs(env->common.vcpu, regs, count, NULL);
}

static int vcpu_port(void *opaque, u16 port, u32 bytes, int write, u32 *value)
{
	const struct mote_x86_env *env = opaque;

	env->port(env->common.opaque, port, bytes, write, value);
	return 0;
}

static int vcpu_segment(void *opaque, enum mote_x86_seg seg,
			struct mote_x86_segment *out)
{
	const struct mote_x86_env *env = opaque;
	struct mote_reg r[3] = {
		{ .id = MOTE_X86_SEG(seg, MOTE_X86_SEG_SELECTOR) },
		{ .id = MOTE_X86_SEG(seg, MOTE_X86_SEG_BASE) },
		{ .id = MOTE_X86_SEG(seg, MOTE_X86_SEG_AR) },
	};
	int ret = mote_get_regs(env->common.vcpu, r, ARRAY_SIZE(r), NULL);

	out->selector = (u16)r[0].value;
	out->base = r[1].value;
	out->ar = (u32)r[2].value;
	return ret;
}

/*
 * The standard form of the XSAVE area (SDM vol. 1, "Standard Format of XSAVE
 * Area"), in words of 8 bytes: XMM0 at 160, XSTATE_BV at 512; the upper
 * halves of the YMM registers where CPUID leaf 0xd says.
 */
#define XMM_WORD	(160 / 8)
#define XSTATE_BV_WORD	(512 / 8)
#define XSTATE_SSE	(1ULL << 1)
#define XSTATE_YMM	(1ULL << 2)
#define XSTATE_ZMM_HI	(1ULL << 6)

/* First word of a state component, 0 when the processor lacks it. */
static u32 component_word(u32 component)
{
	u32 eax, ebx, ecx, edx;

	if (!__get_cpuid_count(0xd, component, &eax, &ebx, &ecx, &edx) || !eax)
		return 0;
	return ebx / 8;
}

static void put_ids(struct mote_reg *r, u32 first, u32 count)
{
	for (u32 i = 0; i < count; i++)
		r[i].id = MOTE_X86_XSAVE(first + i);
}

static int vcpu_vec_get(void *opaque, unsigned int n, u8 value[32])
{
	const struct mote_x86_env *env = opaque;
	u32 ymm = component_word(2);
	struct mote_reg r[5];
	int ret;

	put_ids(r, XSTATE_BV_WORD, 1);
	put_ids(r + 1, XMM_WORD + 2 * n, 2);
	put_ids(r + 3, ymm + 2 * n, 2);
	ret = mote_get_regs(env->common.vcpu, r, ymm ? 5 : 3, NULL);
	memset(value, 0, 32);
	if (ret)
		return ret;
	/* A component in its initial state is zero whatever the area holds. */
	if (r[0].value & XSTATE_SSE) {
		memcpy(value, &r[1].value, 8);
		memcpy(value + 8, &r[2].value, 8);
	}
	if (ymm && (r[0].value & XSTATE_YMM)) {
		memcpy(value + 16, &r[3].value, 8);
		memcpy(value + 24, &r[4].value, 8);
	}
	return 0;
}

/*
 * Setting one register makes its whole component live: what was in its
 * initial state must be written as zeros with it.
 */
static u32 fill_component(struct mote_reg *r, u32 first, u32 words, u32 at,
			  const u64 *value, u32 value_words, bool live)
{
	u32 n = 0;

	for (u32 i = 0; i < words; i++) {
		bool ours = i >= at && i < at + value_words;

		if (!ours && live)
			continue;
		r[n].id = MOTE_X86_XSAVE(first + i);
		r[n++].value = ours ? value[i - at] : 0;
	}
	return n;
}

static int vcpu_vec_set(void *opaque, unsigned int n, const u8 value[32],
			u32 bytes)
{
	static const u64 zero[4];
	const struct mote_x86_env *env = opaque;
	u32 ymm = component_word(2), zmm = component_word(6), count = 1;
	struct mote_reg r[1 + 32 + 32 + 4] = {
		{ .id = MOTE_X86_XSAVE(XSTATE_BV_WORD) },
	};
	u64 word[4], bv;
	int ret = mote_get_regs(env->common.vcpu, r, 1, NULL);

	if (ret)
		return ret;
	memcpy(word, value, sizeof(word));
	bv = r[0].value;
	r[0].value |= XSTATE_SSE;
	count += fill_component(r + count, XMM_WORD, 32, 2 * n, word, 2,
				bv & XSTATE_SSE);
	if (bytes == 32 && ymm) {
		r[0].value |= XSTATE_YMM;
		count += fill_component(r + count, ymm, 32, 2 * n, word + 2, 2,
					bv & XSTATE_YMM);
	}
	if (bytes == 32 && zmm && (bv & XSTATE_ZMM_HI))
		count += fill_component(r + count, zmm + 4 * n, 4, 0, zero, 4,
					true);
	return mote_set_regs(env->common.vcpu, r, count, NULL);
}

static int vcpu_exception(void *opaque, u32 vector, s64 error_code, u64 cr2)
{
	const struct mote_x86_env *env = opaque;
	struct mote_inject inject = {
		.event = MOTE_EVENT_EXCEPTION,
		.vector = vector,
	};

	if (error_code >= 0) {
		inject.flags |= MOTE_INJECT_ERROR_CODE;
		inject.error_code = (u32)error_code;
	}
	if (vector == 14) {
		inject.flags |= MOTE_INJECT_PAYLOAD;
		inject.payload = cr2;
	}
	return mote_inject(env->common.vcpu, &inject);
}

const struct mote_x86_ops mote_x86_vcpu_ops = {
	.translate = vcpu_translate,
	.read = mote_env_read,
	.write = mote_env_write,
	.port = vcpu_port,
	.segment = vcpu_segment,
	.vec_get = vcpu_vec_get,
	.vec_set = vcpu_vec_set,
	.exception = vcpu_exception,
	.system = vcpu_system,
	.get_regs = vcpu_get_regs,
	.set_regs = vcpu_set_regs,
};
