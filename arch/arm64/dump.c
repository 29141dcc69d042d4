// SPDX-License-Identifier: GPL-2.0-only
/*
 * mote/arm64: the state of a vCPU as text, for people.
 */
#include <linux/kernel.h>

#include "arm64.h"

/**
 * struct text - text under way
 * @buf: room for @room bytes
 * @room: see there
 * @len: of the whole text so far, also what did not fit
 */
struct text {
	char *buf;
	size_t room;
	size_t len;
};

static __printf(2, 3) void put(struct text *t, const char *fmt, ...)
{
	size_t at = min(t->len, t->room);
	va_list args;

	va_start(args, fmt);
	t->len += vsnprintf(t->buf + at, t->room - at, fmt, args);
	va_end(args);
}

#define SYS_NAME(r)	#r,
static const char *const sys_names[] = { FOR_SYS_REGS(SYS_NAME) };

static void put_gic(struct text *t, const struct arm64_ctx_gic *gic)
{
	unsigned int i;

	put(t, "ICH_HCR %08x VMCR %08x AP0R0 %08x AP1R0 %08x\n", gic->hcr, gic->vmcr,
	    gic->ap0r[0], gic->ap1r[0]);
	for (i = 0; i < gic->used_lrs && i < ARM64_MAX_LRS; i++)
		put(t, "ICH_LR%u %016llx\n", i, gic->lr[i]);
}

size_t mote_arch_dump(struct mote_vcpu *vcpu, char *buf, size_t room)
{
	const struct arm64_ctx *ctx = to_ctx(vcpu);
	struct text t = { .buf = buf, .room = room };
	unsigned int i;

	put(&t, "vcpu %u: exit %llu ESR_EL2 %016llx FAR_EL2 %016llx HPFAR_EL2 %016llx%s\n",
	    vcpu->id, ctx->exit, ctx->esr, ctx->far, ctx->hpfar,
	    ctx->hpfar_valid ? "" : " (not valid)");
	for (i = 0; i < ARRAY_SIZE(ctx->x); i++)
		put(&t, "  X%-2u %016llx%s", i, ctx->x[i], i % 4 == 3 ? "\n" : "");
	put(&t, "\n  PC  %016llx  PSTATE %08llx%s\n", ctx->pc, ctx->pstate,
	    vcpu->arch.halted ? "  halted" : "");
	for (i = 0; i < ARM64_SYS_COUNT; i++)
		put(&t, "  %-15s %016llx%s", sys_names[i], arm64_sys_read(vcpu, i),
		    i % 3 == 2 ? "\n" : "");
	put(&t, "\nHCR_EL2 %016llx VTTBR %016llx VTCR %016llx CPTR %016llx MDCR %016llx\n",
	    ctx->hcr, ctx->vttbr, ctx->vtcr, ctx->cptr, ctx->mdcr);
	put(&t, "CNTHCTL %016llx CNTVOFF %016llx VMPIDR %016llx VPIDR %016llx\n",
	    ctx->cnthctl, ctx->cntvoff, ctx->vmpidr, ctx->vpidr);
	put(&t, "kernel after the last run: PAN %x\n", vcpu->arch.host_pan);
	if (vcpu->arch.vgic)
		put_gic(&t, &ctx->gic);
	return t.len;
}
