// SPDX-License-Identifier: GPL-2.0-only
/* The contract of the ioctls: which misuse gets which errno. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "vm.h"

#include "kselftest_harness.h"

/* The raw call, for structures that libmote would not make */
static int raw(int fd, unsigned long nr, void *arg)
{
	return ioctl(fd, nr, arg) < 0 ? -errno : 0;
}

FIXTURE(fds)
{
	struct one o;
};

FIXTURE_SETUP(fds)
{
	one_create(&self->o, 0, guest_nothing, 0);
}

FIXTURE_TEARDOWN(fds)
{
	one_destroy(&self->o);
}

/* Calls with a structure, and on which descriptor */
enum { SYS, VM, VCPU };

static const struct call {
	const char *name;
	unsigned long nr;
	int on;
	u32 bytes;
} calls[] = {
	{ "INFO", MOTE_INFO, SYS, sizeof(struct mote_info) },
	{ "FEATURES", MOTE_FEATURES, SYS, sizeof(struct mote_features) },
	{ "CREATE_VM", MOTE_CREATE_VM, SYS, sizeof(struct mote_create_vm) },
	{ "MEM_MAP", MOTE_MEM_MAP, VM, sizeof(struct mote_mem) },
	{ "MEM_UNMAP", MOTE_MEM_UNMAP, VM, sizeof(struct mote_mem) },
	{ "CREATE_VCPU", MOTE_CREATE_VCPU, VM, sizeof(struct mote_create_vcpu) },
	{ "POLICY", MOTE_POLICY, VM, sizeof(struct mote_policy) },
	{ "IRQCHIP", MOTE_IRQCHIP, VM, sizeof(struct mote_irqchip) },
	{ "IRQ", MOTE_IRQ, VM, sizeof(struct mote_irq) },
	{ "VM_STATUS", MOTE_VM_STATUS, VM, sizeof(struct mote_vm_status) },
	{ "GET_REGS", MOTE_GET_REGS, VCPU, sizeof(struct mote_regs) },
	{ "SET_REGS", MOTE_SET_REGS, VCPU, sizeof(struct mote_regs) },
	{ "REG_LIST", MOTE_REG_LIST, VCPU, sizeof(struct mote_reg_list) },
	{ "SET_FEATURES", MOTE_SET_FEATURES, VCPU, sizeof(struct mote_features) },
	{ "INJECT", MOTE_INJECT, VCPU, sizeof(struct mote_inject) },
	{ "TRANSLATE", MOTE_TRANSLATE, VCPU, sizeof(struct mote_translate) },
	{ "DUMP", MOTE_DUMP, VCPU, sizeof(struct mote_dump) },
};

static int fd_of(struct one *o, int on)
{
	return on == SYS ? o->vm.sys : on == VM ? o->vm.fd : o->cpu.fd;
}

/* Each call on the two other kinds of descriptor, and numbers nobody has */
TEST_F(fds, enotty)
{
	u8 page[4096] = { 0 };

	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++)
		for (int on = SYS; on <= VCPU; on++) {
			if (on == calls[i].on)
				continue;
			EXPECT_EQ(-ENOTTY, raw(fd_of(&self->o, on), calls[i].nr, page))
				TH_LOG("%s on %d", calls[i].name, on);
		}
	for (int on = SYS; on <= VCPU; on++) {
		EXPECT_EQ(-ENOTTY, raw(fd_of(&self->o, on), _IO(MOTE_IOC, 0x7f), page));
		EXPECT_EQ(-ENOTTY, raw(fd_of(&self->o, on), _IOW(MOTE_IOC, 0x00, int), page));
		EXPECT_EQ(-ENOTTY, raw(fd_of(&self->o, on), _IO(0xAE, 0x00), page));
	}
	EXPECT_EQ(-ENOTTY, raw(self->o.vm.fd, MOTE_RUN, NULL));
	EXPECT_EQ(-ENOTTY, raw(self->o.vm.sys, MOTE_KICK, NULL));
}

/* The table of FEATURES, in whatever form this architecture has it */
static void good_features(struct one *o, struct mote_features *f)
{
	static u8 table[65536];

	f->entries = (unsigned long)table;
	f->count = 512;
	do
		f->entry_size += 4;
	while (f->entry_size < 128 && raw(o->vm.sys, MOTE_FEATURES, f) == -EINVAL);
}

/* GET_REGS and SET_REGS of one register that is there */
static void good_regs(struct one *o, struct mote_regs *regs)
{
	static u64 ids[MOTE_REGS_MAX];
	static struct mote_reg reg;
	u32 count = ARRAY_SIZE(ids);

	must_reg_list(o->cpu.fd, ids, &count);
	reg.id = ids[0];
	must_get_regs(o->cpu.fd, &reg, 1, NULL);
	regs->regs = (unsigned long)&reg;
	regs->count = 1;
}

/* What is not EINVAL, but for what a test then does to its size or flags; the rest is 0 */
static void good(struct one *o, const struct call *call, void *page)
{
	struct mote_translate *t = page;
	struct mote_policy *p = page;
	struct mote_irqchip *c = page;
	struct mote_mem *m = page;

	memset(page, 0, PAGE);
	*(u32 *)page = call->bytes;
	switch (call->nr) {
	case MOTE_FEATURES:
	case MOTE_SET_FEATURES:
		good_features(o, page);
		break;
	case MOTE_MEM_MAP:
	case MOTE_MEM_UNMAP:
		m->gpa = 1UL << 32;
		m->bytes = PAGE;
		m->hva = call->nr == MOTE_MEM_MAP ? (unsigned long)o->vm.arena : 0;
		break;
	case MOTE_POLICY:
		p->space = MOTE_SPACE_HYPERCALL;
		p->access = MOTE_ACCESS_READ | MOTE_ACCESS_WRITE;
		break;
	case MOTE_IRQCHIP:
		c->type = 1;
		break;
	case MOTE_GET_REGS:
	case MOTE_SET_REGS:
		good_regs(o, page);
		break;
	case MOTE_TRANSLATE:
		t->access = MOTE_ACCESS_READ;
		break;
	}
}

TEST_F(fds, einval_size)
{
	u32 page[1024];

	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		int fd = fd_of(&self->o, calls[i].on);

		good(&self->o, &calls[i], page);
		EXPECT_NE(-EINVAL, raw(fd, calls[i].nr, page))
			TH_LOG("%s", calls[i].name);
		good(&self->o, &calls[i], page);
		page[0] = 0;
		EXPECT_EQ(-EINVAL, raw(fd, calls[i].nr, page))
			TH_LOG("%s size 0", calls[i].name);
		page[0] = 7;
		EXPECT_EQ(-EINVAL, raw(fd, calls[i].nr, page))
			TH_LOG("%s size 7", calls[i].name);
		page[0] = 4097;
		EXPECT_EQ(-EINVAL, raw(fd, calls[i].nr, page))
			TH_LOG("%s size 4097", calls[i].name);
	}
}

TEST_F(fds, einval_flags)
{
	u32 page[1024];

	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		good(&self->o, &calls[i], page);
		page[1] = 1u << 31;
		EXPECT_EQ(-EINVAL, raw(fd_of(&self->o, calls[i].on), calls[i].nr, page))
			TH_LOG("%s", calls[i].name);
	}
}

/* Longer than the kernel knows: zeros are fine, anything else is E2BIG */
TEST_F(fds, e2big_tail)
{
	u8 page[4096] = { 0 };

	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		memset(page, 0, sizeof(page));
		*(u32 *)page = calls[i].bytes + 16;
		page[calls[i].bytes + 15] = 1;
		EXPECT_EQ(-E2BIG, raw(fd_of(&self->o, calls[i].on), calls[i].nr, page))
			TH_LOG("%s", calls[i].name);
		page[calls[i].bytes + 15] = 0;
		page[calls[i].bytes] = 1;
		EXPECT_EQ(-E2BIG, raw(fd_of(&self->o, calls[i].on), calls[i].nr, page))
			TH_LOG("%s", calls[i].name);
	}
}

TEST_F(fds, size_grows)
{
	struct { struct mote_info i; u8 more[64]; } big = { .i.size = sizeof(big) };
	struct { struct mote_mem m; u64 more[2]; } mem = {
		.m = { .size = sizeof(mem), .gpa = 1UL << 32, .bytes = PAGE,
		       .hva = (unsigned long)self->o.vm.arena },
	};

	memset(big.more, 0, sizeof(big.more));
	EXPECT_EQ(0, raw(self->o.vm.sys, MOTE_INFO, &big));
	EXPECT_EQ(sizeof(big), big.i.size);
	EXPECT_EQ(MOTE_ABI_VERSION, big.i.abi);
	EXPECT_EQ(0, raw(self->o.vm.fd, MOTE_MEM_MAP, &mem));
}

/* A caller of the past: what it does not know is not written, and reads as 0 */
TEST_F(fds, size_shrinks)
{
	struct mote_info info;
	struct mote_create_vcpu c = { .size = 12, .id = 1, .pad = 0xffff };
	int fd;

	memset(&info, 0x55, sizeof(info));
	info.size = offsetof(struct mote_info, usable);
	info.flags = 0;
	EXPECT_EQ(0, raw(self->o.vm.sys, MOTE_INFO, &info));
	EXPECT_EQ(MOTE_ABI_VERSION, info.abi);
	EXPECT_EQ(0x55555555, info.usable);
	fd = ioctl(self->o.vm.fd, MOTE_CREATE_VCPU, &c);
	EXPECT_LE(0, fd);
	/* Without bytes there is nothing to map */
	EXPECT_EQ(-EINVAL, raw(self->o.vm.fd, MOTE_MEM_MAP,
			       &(struct mote_mem){ .size = 16, .gpa = 1UL << 32,
						   .bytes = PAGE }));
	close(fd);
}

TEST_F(fds, efault)
{
	void *nowhere = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	u8 *edge = new_pages(2 * PAGE);

	munmap(edge + PAGE, PAGE);
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		int fd = fd_of(&self->o, calls[i].on);
		u32 *last = (u32 *)(edge + PAGE) - 1;

		EXPECT_EQ(-EFAULT, raw(fd, calls[i].nr, NULL)) TH_LOG("%s", calls[i].name);
		EXPECT_EQ(-EFAULT, raw(fd, calls[i].nr, nowhere)) TH_LOG("%s", calls[i].name);
		*last = calls[i].bytes;
		EXPECT_EQ(-EFAULT, raw(fd, calls[i].nr, last)) TH_LOG("%s", calls[i].name);
	}
}

TEST_F(fds, efault_arrays)
{
	struct one *o = &self->o;
	u32 count = 4096;

	EXPECT_EQ(-EFAULT, mote_get_regs(o->cpu.fd, NULL, 1, NULL));
	EXPECT_EQ(-EFAULT, mote_set_regs(o->cpu.fd, NULL, 1, NULL));
	EXPECT_EQ(-EFAULT, mote_reg_list(o->cpu.fd, NULL, &count));
}

TEST_F(fds, einval_pads)
{
	struct one *o = &self->o;
	struct mote_create_vcpu c = { .size = sizeof(c), .id = 1, .pad = 1 };
	struct mote_policy p = { .size = sizeof(p), .access = 3, .pad = 1 };
	struct mote_irqchip chip = { .size = sizeof(chip), .type = 1, .pad = 1 };
	struct mote_irq irq = { .size = sizeof(irq), .address = 0xfee00000, .pad = 1 };
	struct mote_reg_list l = { .size = sizeof(l), .pad = 1 };
	struct mote_inject in = { .size = sizeof(in), .event = MOTE_EVENT_NMI, .pad = 1 };

	EXPECT_EQ(-EINVAL, raw(o->vm.fd, MOTE_CREATE_VCPU, &c));
	EXPECT_EQ(-EINVAL, raw(o->vm.fd, MOTE_POLICY, &p));
	EXPECT_EQ(-EINVAL, raw(o->vm.fd, MOTE_IRQCHIP, &chip));
	EXPECT_EQ(-EINVAL, raw(o->vm.fd, MOTE_IRQ, &irq));
	EXPECT_EQ(-EINVAL, raw(o->cpu.fd, MOTE_REG_LIST, &l));
	EXPECT_EQ(-EINVAL, raw(o->cpu.fd, MOTE_INJECT, &in));
	EXPECT_EQ(-EINVAL, raw(o->cpu.fd, MOTE_RUN, (void *)8));
	EXPECT_EQ(-EINVAL, raw(o->cpu.fd, MOTE_KICK, (void *)8));
}

TEST_F(fds, memory_arguments)
{
	int fd = self->o.vm.fd;
	u8 *p = self->o.vm.arena;
	u64 top = 1UL << self->o.vm.info.gpa_bits, free = 1UL << 32;

	EXPECT_EQ(-EINVAL, mote_mem_map(fd, free + 1, PAGE, p, 0));
	EXPECT_EQ(-EINVAL, mote_mem_map(fd, free, PAGE - 1, p, 0));
	EXPECT_EQ(-EINVAL, mote_mem_map(fd, free, 0, p, 0));
	EXPECT_EQ(-EINVAL, mote_mem_map(fd, free, PAGE, p + 1, 0));
	EXPECT_EQ(-EINVAL, mote_mem_map(fd, top, PAGE, p, 0));
	EXPECT_EQ(-EINVAL, mote_mem_map(fd, top - PAGE, 2 * PAGE, p, 0));
	EXPECT_EQ(-EINVAL, mote_mem_map(fd, -PAGE, 2 * PAGE, p, 0));
	EXPECT_EQ(-EINVAL, mote_mem_map(fd, free, PAGE, (void *)-PAGE, 0));
	EXPECT_EQ(-EINVAL, mote_mem_map(fd, free, PAGE, (void *)(1UL << 62), 0));
	EXPECT_EQ(-EINVAL, mote_mem_map(fd, free, PAGE, p, 2));
	EXPECT_EQ(0, mote_mem_map(fd, top - PAGE, PAGE, p, 0));
	EXPECT_EQ(-EINVAL, mote_mem_unmap(fd, free, 0));
	EXPECT_EQ(-EINVAL, mote_mem_unmap(fd, free + 1, PAGE));
}

TEST_F(fds, eexist_enoent)
{
	int fd = self->o.vm.fd;
	u8 *p = self->o.vm.arena;
	u64 gpa = 1UL << 32;

	EXPECT_EQ(-ENOENT, mote_mem_unmap(fd, gpa, PAGE));
	EXPECT_EQ(0, mote_mem_map(fd, gpa, 4 * PAGE, p, 0));
	EXPECT_EQ(-EEXIST, mote_mem_map(fd, gpa, PAGE, p, 0));
	EXPECT_EQ(-EEXIST, mote_mem_map(fd, gpa + 3 * PAGE, 2 * PAGE, p, 0));
	EXPECT_EQ(-EEXIST, mote_mem_map(fd, gpa - PAGE, 2 * PAGE, p, 0));
	EXPECT_EQ(-EEXIST, mote_mem_map(fd, gpa - PAGE, 6 * PAGE, p, 0));
	EXPECT_EQ(0, mote_mem_map(fd, gpa + 4 * PAGE, PAGE, p, 0));
	/* A hole in it */
	EXPECT_EQ(-ENOENT, mote_mem_unmap(fd, gpa, 6 * PAGE));
	EXPECT_EQ(-ENOENT, mote_mem_unmap(fd, gpa - PAGE, 2 * PAGE));
	/* Two ranges in one call */
	EXPECT_EQ(0, mote_mem_unmap(fd, gpa, 5 * PAGE));
	EXPECT_EQ(-ENOENT, mote_mem_unmap(fd, gpa, PAGE));
	EXPECT_EQ(-EEXIST, mote_create_vcpu(fd, 0));
	EXPECT_EQ(-EINVAL, mote_create_vcpu(fd, self->o.vm.info.max_vcpus));
}

static void irqchip_after_vcpu(struct __test_metadata *_metadata, struct one *o)
{
	struct mote_irqchip chip = { .size = sizeof(chip), .type = 1 };

	EXPECT_EQ(-EBUSY, raw(o->vm.fd, MOTE_IRQCHIP, &chip));
	EXPECT_EQ(-ENODEV, mote_irq_msi(o->vm.fd, 0xfee00000, 0x40));
}

TEST_F(fds, irqchip_order)
{
	irqchip_after_vcpu(_metadata, &self->o);
}

/* A VM belongs to the address space that made it */
TEST_F(fds, exdev)
{
	struct one *o = &self->o;
	int status;
	pid_t pid = fork();

	if (!pid) {
		struct mote_vm_status s = { .size = sizeof(s) };
		int bad = 0;

		bad |= mote_create_vcpu(o->vm.fd, 1) != -EXDEV;
		bad |= raw(o->vm.fd, MOTE_VM_STATUS, &s) != -EXDEV;
		bad |= mote_run(o->cpu.fd) != -EXDEV;
		bad |= mote_get_regs(o->cpu.fd, NULL, 1, NULL) != -EXDEV;
		bad |= mote_kick(o->cpu.fd) != 0;
		/* The system descriptor is nobody's */
		bad |= mote_create_vm(o->vm.sys) < 0;
		_exit(bad);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	ASSERT_EQ(MOTE_EXIT_KICK, vcpu_run(&o->cpu));
}

static volatile u64 counter;

TEST_F(fds, ebusy)
{
	struct vcpu *v = &self->o.cpu;
	struct mote_reg r = { 0 };
	struct runner runner;
	u32 count = 0;

	counter = 0;
	vcpu_start(v, guest_spin, (unsigned long)&counter);
	runner_start(&runner, v);
	wait_change(&counter, 0);
	EXPECT_EQ(-EBUSY, mote_run(v->fd));
	EXPECT_EQ(-EBUSY, mote_get_regs(v->fd, &r, 1, NULL));
	EXPECT_EQ(-EBUSY, mote_set_regs(v->fd, &r, 1, NULL));
	EXPECT_EQ(-EBUSY, mote_reg_list(v->fd, NULL, &count));
	must_kick(v->fd);
	runner_join(&runner);
	EXPECT_EQ(0, runner.ret);
	EXPECT_EQ(MOTE_EXIT_KICK, runner.got);
	EXPECT_EQ(-E2BIG, mote_reg_list(v->fd, NULL, &count));
}

TEST_F(fds, policy_arguments)
{
	struct mote_policy ok = {
		.space = MOTE_SPACE_HYPERCALL, .action = MOTE_ACTION_FAULT, .first = 5,
		.last = 9, .access = MOTE_ACCESS_READ | MOTE_ACCESS_WRITE,
	}, p;
	int fd = self->o.vm.fd;

	EXPECT_EQ(0, mote_policy(fd, &ok));
	p = ok;
	p.space = MOTE_SPACE_COUNT;
	EXPECT_EQ(-EINVAL, mote_policy(fd, &p));
	p = ok;
	p.action = MOTE_ACTION_PASS + 1;
	EXPECT_EQ(-EINVAL, mote_policy(fd, &p));
	p = ok;
	p.last = 4;
	EXPECT_EQ(-EINVAL, mote_policy(fd, &p));
	p = ok;
	p.access = 0;
	EXPECT_EQ(-EINVAL, mote_policy(fd, &p));
	p.access = MOTE_ACCESS_EXEC;
	EXPECT_EQ(-EINVAL, mote_policy(fd, &p));
	/* Spaces with one direction want both bits */
	p.access = MOTE_ACCESS_READ;
	EXPECT_EQ(-EINVAL, mote_policy(fd, &p));
	p = ok;
	p.action = MOTE_ACTION_PASS;
	EXPECT_EQ(-EOPNOTSUPP, mote_policy(fd, &p));
}

TEST_F(fds, translate_arguments)
{
	struct mote_translate t = { .size = sizeof(t) };
	int fd = self->o.cpu.fd;

	EXPECT_EQ(-EINVAL, mote_translate(fd, 0, 0, 0, &t));
	EXPECT_EQ(-EINVAL, mote_translate(fd, 0, 8, 0, &t));
	EXPECT_EQ(0, mote_translate(fd, 0, MOTE_ACCESS_READ, 0, &t));
}

TEST_F(fds, cloexec_and_mmap)
{
	struct one *o = &self->o;
	u64 run = o->vm.info.areas[MOTE_AREA_RUN].offset;
	u64 stats = o->vm.info.areas[MOTE_AREA_STATS].offset;
	const int rw = PROT_READ | PROT_WRITE;
	void *p;

	EXPECT_EQ(FD_CLOEXEC, fcntl(o->vm.fd, F_GETFD));
	EXPECT_EQ(FD_CLOEXEC, fcntl(o->cpu.fd, F_GETFD));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, rw, MAP_PRIVATE, o->cpu.fd, run));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, rw, MAP_SHARED, o->cpu.fd, stats));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, o->cpu.fd, run));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, o->cpu.fd, 64 * PAGE));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, o->vm.fd, 0));
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, o->cpu.fd, stats);
	ASSERT_NE(MAP_FAILED, p);
	/* Read-only for good */
	EXPECT_EQ(-1, mprotect(p, PAGE, rw));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(MAP_FAILED, mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
	munmap(p, PAGE);
}

TEST_F(fds, reads_and_writes_refused)
{
	u8 b = 0;

	EXPECT_EQ(-1, read(self->o.vm.fd, &b, 1));
	EXPECT_EQ(-1, write(self->o.vm.fd, &b, 1));
	EXPECT_EQ(-1, read(self->o.cpu.fd, &b, 1));
	EXPECT_EQ(-1, read(self->o.vm.sys, &b, 1));
}

TEST_F(fds, dump)
{
	char text[8192], small[16];
	u64 bytes = sizeof(text), n = sizeof(small);

	EXPECT_EQ(GOT_DONE, vcpu_wait(&self->o.cpu));
	EXPECT_EQ(0, mote_dump(self->o.cpu.fd, text, &bytes, 0));
	EXPECT_LT(100, bytes);
	EXPECT_EQ(bytes - 1, strlen(text));
	memset(small, 0x55, sizeof(small));
	EXPECT_EQ(-E2BIG, mote_dump(self->o.cpu.fd, small, &n, 0));
	EXPECT_LE(bytes - 64, n);
	EXPECT_EQ(0, small[15]);
	EXPECT_EQ(0, memcmp(small, text, 15));
	n = 0;
	EXPECT_EQ(-E2BIG, mote_dump(self->o.cpu.fd, NULL, &n, 0));
	EXPECT_EQ(-EFAULT, mote_dump(self->o.cpu.fd, NULL, &bytes, 0));
}

/* Descriptors run out: nothing is left behind, and it works again afterwards */
TEST_F(fds, emfile)
{
	struct one *o = &self->o;
	const struct rlimit few = { 256, 256 };
	int fds[256], n = 0;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &few));
	while ((fds[n] = dup(0)) >= 0)
		n++;
	EXPECT_EQ(-EMFILE, mote_create_vm(o->vm.sys));
	EXPECT_EQ(-EMFILE, mote_create_vcpu(o->vm.fd, 7));
	while (n--)
		close(fds[n]);
	n = mote_create_vcpu(o->vm.fd, 7);
	EXPECT_LE(0, n);
	close(n);
}

TEST_HARNESS_MAIN
