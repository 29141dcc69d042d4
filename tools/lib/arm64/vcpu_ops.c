// SPDX-License-Identifier: GPL-2.0-only
/* The emulator's way to a real vCPU: what env.c has not. */
#include <string.h>

#include "../libmote_arm64.h"

/* ESR_EL1.DFSC where TRANSLATE does not say it: at the last level */
#define DFSC_TRANSLATION	0x07
#define DFSC_PERMISSION		0x0f

static int vcpu_translate(void *opaque, u64 gva, u32 access, u64 *gpa, u32 *dfsc)
{
	struct mote_translate t;
	int ret = mote_env_translate(opaque, gva, access, 0, &t);

	*gpa = t.gpa;
	*dfsc = t.error_code & 0x3f;
	if (!*dfsc)
		*dfsc = t.status == MOTE_TRANSLATE_DENIED ? DFSC_PERMISSION : DFSC_TRANSLATION;
	return ret;
}

static int vcpu_fetch(void *opaque, u64 gva, u32 *insn)
{
	const struct mote_env *env = opaque;

	return mote_gva_read(env->vcpu, env->mem, gva, insn, sizeof(*insn), MOTE_ACCESS_EXEC);
}

static int vcpu_vec_get(void *opaque, unsigned int n, u8 value[16])
{
	const struct mote_env *env = opaque;
	struct mote_reg r[2] = {
		{ .id = MOTE_ARM64_V(n, 0) },
		{ .id = MOTE_ARM64_V(n, 1) },
	};
	int ret = mote_get_regs(env->vcpu, r, ARRAY_SIZE(r), NULL);

	memcpy(value, &r[0].value, 8);
	memcpy(value + 8, &r[1].value, 8);
	return ret;
}

static int vcpu_vec_set(void *opaque, unsigned int n, const u8 value[16])
{
	const struct mote_env *env = opaque;
	struct mote_reg r[2] = {
		{ .id = MOTE_ARM64_V(n, 0) },
		{ .id = MOTE_ARM64_V(n, 1) },
	};

	memcpy(&r[0].value, value, 8);
	memcpy(&r[1].value, value + 8, 8);
	return mote_set_regs(env->vcpu, r, ARRAY_SIZE(r), NULL);
}

static int vcpu_abort(void *opaque, u32 ec, u32 iss, u64 far)
{
	const struct mote_env *env = opaque;
	struct mote_inject inject = {
		.flags = MOTE_INJECT_ERROR_CODE | MOTE_INJECT_PAYLOAD,
		.event = MOTE_EVENT_EXCEPTION,
		.vector = ec,
		.error_code = iss,
		.payload = far,
	};

	return mote_inject(env->vcpu, &inject);
}

const struct mote_arm64_ops mote_arm64_vcpu_ops = {
	.translate = vcpu_translate,
	.read = mote_env_read,
	.write = mote_env_write,
	.fetch = vcpu_fetch,
	.vec_get = vcpu_vec_get,
	.vec_set = vcpu_vec_set,
	.abort = vcpu_abort,
};
