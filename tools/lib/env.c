// SPDX-License-Identifier: GPL-2.0-only
/* An emulator's way to a real vCPU, as far as it is the same everywhere. */
#include <errno.h>
#include <string.h>

#include "libmote.h"

int mote_env_translate(const struct mote_env *env, u64 gva, u32 access,
		       u32 flags, struct mote_translate *out)
{
	int ret = mote_translate(env->vcpu, gva, access,
				 flags | MOTE_TRANSLATE_MARK, out);

	if (ret)
		return ret;
	switch (out->status) {
	case MOTE_TRANSLATE_OK:
		return 0;
	case MOTE_TRANSLATE_NO_MEMORY:
		return -EFAULT;
	default:
		return 1;
	}
}

int mote_env_read(void *opaque, u64 gpa, void *data, u32 bytes)
{
	const struct mote_env *env = opaque;
	void *p = mote_gmem_ptr(env->mem, gpa, bytes, MOTE_ACCESS_READ);

	if (p)
		memcpy(data, p, bytes);
	else
		env->mmio(env->opaque, gpa, data, bytes, 0);
	return 0;
}

int mote_env_write(void *opaque, u64 gpa, const void *data, u32 bytes)
{
	const struct mote_env *env = opaque;
	void *p = mote_gmem_ptr(env->mem, gpa, bytes, MOTE_ACCESS_WRITE);

	if (p)
		memcpy(p, data, bytes);
	else
		env->mmio(env->opaque, gpa, (void *)data, bytes, 1);
	return 0;
}
