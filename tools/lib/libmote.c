// SPDX-License-Identifier: GPL-2.0-only
/* libmote: one function per ioctl, errors as negative errno. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "libmote.h"

static int call(int fd, unsigned long nr, void *arg)
{
	int ret = ioctl(fd, nr, arg);

	return ret < 0 ? -errno : ret;
}

static u64 to_u64(const void *ptr)
{
	return (u64)(unsigned long)ptr;
}

int mote_open(void)
{
	int fd = open("/dev/mote", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

const char *mote_open_hint(int err)
{
	switch (-err) {
	case ENOENT:
		return "there is no /dev/mote: load the module (insmod mote.ko, or modprobe mote)";
	case EACCES:
	case EPERM:
		return "no permission for /dev/mote: become root, or give your group access to it";
	case ENODEV:
	case ENXIO:
		return "/dev/mote is there but the module is not: load it again (insmod mote.ko)";
	default:
		return "cannot open /dev/mote";
	}
}

int mote_info(int sys, struct mote_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return call(sys, MOTE_INFO, info);
}

int mote_features(int sys, void *entries, u32 entry_size, u32 *count)
{
	struct mote_features f = {
		.size = sizeof(f),
		.entries = to_u64(entries),
		.count = *count,
		.entry_size = entry_size,
	};
	int ret = call(sys, MOTE_FEATURES, &f);

	*count = f.count;
	return ret;
}

int mote_create_vm(int sys)
{
	struct mote_create_vm c = { .size = sizeof(c) };

	return call(sys, MOTE_CREATE_VM, &c);
}

int mote_mem_map(int vm, u64 gpa, u64 bytes, void *hva, u32 flags)
{
	struct mote_mem m = {
		.size = sizeof(m),
		.flags = flags,
		.gpa = gpa,
		.bytes = bytes,
		.hva = to_u64(hva),
	};

	return call(vm, MOTE_MEM_MAP, &m);
}

int mote_mem_unmap(int vm, u64 gpa, u64 bytes)
{
	struct mote_mem m = {
		.size = sizeof(m),
		.gpa = gpa,
		.bytes = bytes,
	};

	return call(vm, MOTE_MEM_UNMAP, &m);
}

int mote_create_vcpu(int vm, u32 id)
{
	struct mote_create_vcpu c = { .size = sizeof(c), .id = id };

	return call(vm, MOTE_CREATE_VCPU, &c);
}

int mote_policy(int vm, struct mote_policy *policy)
{
	policy->size = sizeof(*policy);
	policy->flags = 0;
	return call(vm, MOTE_POLICY, policy);
}

int mote_irqchip(int vm, u32 type)
{
	static const u64 none[4];

	return mote_irqchip_at(vm, type, none);
}

int mote_irqchip_at(int vm, u32 type, const u64 addr[4])
{
	struct mote_irqchip c = { .size = sizeof(c), .type = type };

	memcpy(c.addr, addr, sizeof(c.addr));
	return call(vm, MOTE_IRQCHIP, &c);
}

int mote_irq_msi(int vm, u64 address, u32 data)
{
	struct mote_irq irq = {
		.size = sizeof(irq),
		.type = MOTE_IRQ_MSI,
		.address = address,
		.data = data,
	};

	return call(vm, MOTE_IRQ, &irq);
}

int mote_irq_line(int vm, u32 nr, int level)
{
	struct mote_irq irq = {
		.size = sizeof(irq),
		.type = MOTE_IRQ_LINE,
		.level = !!level,
		.data = nr,
	};

	return call(vm, MOTE_IRQ, &irq);
}

int mote_vm_status(int vm, struct mote_vm_status *status)
{
	memset(status, 0, sizeof(*status));
	status->size = sizeof(*status);
	return call(vm, MOTE_VM_STATUS, status);
}

int mote_map_area(int vcpu, const struct mote_info *info, unsigned int area,
		  void **where)
{
	const struct mote_area *a = &info->areas[area];
	/* The run page is a conversation; everything else is for looking at. */
	int prot = area == MOTE_AREA_RUN ? PROT_READ | PROT_WRITE : PROT_READ;
	void *p;

	if (area >= MOTE_AREA_COUNT || !a->bytes)
		return -EOPNOTSUPP;
	p = mmap(NULL, a->bytes, prot, MAP_SHARED, vcpu, (off_t)a->offset);
	if (p == MAP_FAILED)
		return -errno;
	*where = p;
	return 0;
}

/*
 * The system call as it is: the C library's way to it, with variable arguments
 * and errno, is not wanted here, and is a part of the cost of every exit.
 */
#if defined(__x86_64__)
int mote_run(int vcpu)
{
	long ret;

	asm volatile("syscall"
		     : "=a"(ret)
		     : "0"((long)SYS_ioctl), "D"((long)vcpu), "S"((long)MOTE_RUN), "d"(0L)
		     : "rcx", "r11", "memory");
	return (int)ret;
}
#elif defined(__aarch64__)
int mote_run(int vcpu)
{
	register long x0 asm("x0") = vcpu;
	register long x1 asm("x1") = MOTE_RUN;
	register long x2 asm("x2") = 0;
	register long x8 asm("x8") = SYS_ioctl;

	asm volatile("svc 0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x8) : "memory");
	return (int)x0;
}
#endif

int mote_kick(int vcpu)
{
	return call(vcpu, MOTE_KICK, NULL);
}

static int regs_call(int vcpu, unsigned long nr, const struct mote_reg *regs,
		     u32 count, u32 *failed)
{
	struct mote_regs r = {
		.size = sizeof(r),
		.regs = to_u64(regs),
		.count = count,
	};
	int ret = call(vcpu, nr, &r);

	if (failed)
		*failed = r.failed;
	return ret;
}

int mote_get_regs(int vcpu, struct mote_reg *regs, u32 count, u32 *failed)
{
	return regs_call(vcpu, MOTE_GET_REGS, regs, count, failed);
}

int mote_set_regs(int vcpu, const struct mote_reg *regs, u32 count,
		  u32 *failed)
{
	return regs_call(vcpu, MOTE_SET_REGS, regs, count, failed);
}

int mote_reg_list(int vcpu, u64 *ids, u32 *count)
{
	struct mote_reg_list l = {
		.size = sizeof(l),
		.ids = to_u64(ids),
		.count = *count,
	};
	int ret = call(vcpu, MOTE_REG_LIST, &l);

	*count = l.count;
	return ret;
}

int mote_set_features(int vcpu, const void *entries, u32 entry_size,
		      u32 count)
{
	struct mote_features f = {
		.size = sizeof(f),
		.entries = to_u64(entries),
		.count = count,
		.entry_size = entry_size,
	};

	return call(vcpu, MOTE_SET_FEATURES, &f);
}

int mote_inject(int vcpu, struct mote_inject *inject)
{
	inject->size = sizeof(*inject);
	return call(vcpu, MOTE_INJECT, inject);
}

int mote_translate(int vcpu, u64 gva, u32 access, u32 flags,
		   struct mote_translate *out)
{
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->flags = flags;
	out->gva = gva;
	out->access = access;
	return call(vcpu, MOTE_TRANSLATE, out);
}

int mote_dump(int vcpu, char *text, u64 *bytes, u32 flags)
{
	struct mote_dump d = {
		.size = sizeof(d),
		.flags = flags,
		.text = to_u64(text),
		.bytes = *bytes,
	};
	int ret = call(vcpu, MOTE_DUMP, &d);

	*bytes = d.bytes;
	return ret;
}
