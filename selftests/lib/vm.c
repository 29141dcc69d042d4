// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "vm.h"

/* Where arenas go, one after the other: below 4 GiB, away from the image */
#define ARENA_FIRST	0x40000000UL
#define ARENA_LAST	0x80000000UL

extern char __executable_start[], _end[];

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("# ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	fflush(stdout);
	abort();
}

long must(long ret, const char *what, const char *file, int line)
{
	if (ret < 0)
		die("%s:%d: %s: %s", file, line, what, strerror(-ret));
	return ret;
}

/* --- memory --- */

void *new_pages_aligned(u64 bytes, u64 align)
{
	u8 *p = mmap(NULL, bytes + align, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	u8 *start = (u8 *)(((unsigned long)p + align - 1) & -align);

	if (p == MAP_FAILED)
		die("no memory for %llu bytes", bytes);
	if (start > p)
		munmap(p, start - p);
	munmap(start + bytes, p + align - start);
	return start;
}

void *new_pages(u64 bytes)
{
	u8 *p = new_pages_aligned(bytes, PAGE);

	madvise(p, bytes, MADV_NOHUGEPAGE);
	return p;
}

static u8 *new_arena(void)
{
	static unsigned long next = ARENA_FIRST;
	u8 *p;

	for (; next < ARENA_LAST; next += ARENA_BYTES) {
		p = mmap((void *)next, ARENA_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
		if (p == MAP_FAILED)
			continue;
		next += ARENA_BYTES;
		if (next == ARENA_LAST)
			next = ARENA_FIRST;
		return p;
	}
	die("no room for an arena");
}

void vm_map(struct vm *vm, u64 gpa, u64 bytes, void *hva, u32 flags)
{
	MUST(mote_gmem_add(&vm->mem, gpa, bytes, hva, flags));
}

void *vm_alloc(struct vm *vm, u64 bytes)
{
	u8 *p = vm->arena + vm->arena_used;

	bytes = (bytes + PAGE - 1) & -PAGE;
	if (vm->arena_used + bytes > ARENA_BYTES)
		die("the arena is full");
	vm->arena_used += bytes;
	return p;
}

static void map_image(struct vm *vm)
{
	unsigned long first = (unsigned long)__executable_start & -PAGE;
	unsigned long end = ((unsigned long)_end + PAGE - 1) & -PAGE;

	vm_map(vm, first, end - first, (void *)first, 0);
}

/* --- VMs --- */

void vm_policy(struct vm *vm, u32 space, u64 first, u64 last, u32 action, u64 value)
{
	struct mote_policy p = {
		.space = space, .action = action, .first = first, .last = last,
		.access = MOTE_ACCESS_READ | MOTE_ACCESS_WRITE, .value = { value },
	};

	must_policy(vm->fd, &p);
}

void vm_create(struct vm *vm, u32 flags)
{
	memset(vm, 0, sizeof(*vm));
	vm->sys = must_open();
	must_info(vm->sys, &vm->info);
	vm->fd = must_create_vm(vm->sys);
	vm->mem.vm = vm->fd;
	if (flags & VM_IRQCHIP)
		arch_irqchip(vm);
	vm->arena = new_arena();
	vm_map(vm, (unsigned long)vm->arena, ARENA_BYTES, vm->arena, 0);
	map_image(vm);
	vm_policy(vm, MOTE_SPACE_HYPERCALL, GUEST_CHANNEL, GUEST_CHANNEL, MOTE_ACTION_EXIT, 0);
	arch_vm_setup(vm);
}

void vm_destroy(struct vm *vm)
{
	close(vm->fd);
	close(vm->sys);
	munmap(vm->arena, ARENA_BYTES);
}

/* --- vCPUs --- */

void vcpu_create(struct vcpu *v, struct vm *vm, u32 id)
{
	void *area;

	memset(v, 0, sizeof(*v));
	v->vm = vm;
	v->id = id;
	v->fd = must_create_vcpu(vm->fd, id);
	must_map_area(v->fd, &vm->info, MOTE_AREA_RUN, &area);
	v->run = area;
	must_map_area(v->fd, &vm->info, MOTE_AREA_STATS, &area);
	v->stats = area;
	v->stack = vm_alloc(vm, STACK_BYTES);
	arch_vcpu_setup(v);
}

void vcpu_start(struct vcpu *v, guest_fn fn, u64 arg)
{
	arch_vcpu_start(v, fn, arg);
}

void vcpu_destroy(struct vcpu *v)
{
	munmap(v->run, v->vm->info.areas[MOTE_AREA_RUN].bytes);
	munmap((void *)v->stats, v->vm->info.areas[MOTE_AREA_STATS].bytes);
	close(v->fd);
}

void vcpu_lacks(struct vcpu *v, const u64 *ids, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		struct mote_reg r = { ids[i], 0 };

		if (mote_get_regs(v->fd, &r, 1, NULL) != -ENOENT ||
		    mote_set_regs(v->fd, &r, 1, NULL) != -ENOENT)
			die("register 0x%llx is there", ids[i]);
	}
}

void vcpu_explain(struct vcpu *v)
{
	const struct mote_exit *e = &v->run->exit;
	struct mote_vm_status status;

	printf("# vCPU %u: exit type %u flags %x raw 0x%llx pc 0x%llx seq %llu\n", v->id, e->type,
	       e->flags, e->raw, e->pc, e->seq);
	printf("# body %llx %llx %llx %llx %llx %llx %llx %llx\n", e->body[0], e->body[1],
	       e->body[2], e->body[3], e->body[4], e->body[5], e->body[6], e->body[7]);
	if (!mote_vm_status(v->vm->fd, &status) && status.dead)
		printf("# the VM is dead: %s\n", status.reason);
}

int vcpu_run(struct vcpu *v)
{
	int ret = mote_run(v->fd);

	if (ret) {
		vcpu_explain(v);
		die("RUN: %s", strerror(-ret));
	}
	return v->run->exit.type;
}

/* The guest's words; anything else is handed on */
static int listen(struct vcpu *v)
{
	const struct mote_exit_hypercall *h = &v->run->exit.hypercall;
	const u64 *a = v->said;

	if (v->run->exit.type != MOTE_EXIT_HYPERCALL || h->nr != GUEST_CHANNEL)
		return v->run->exit.type;
	memcpy(v->said, &h->args[1], sizeof(v->said));
	vcpu_answer(v, 0);
	switch (h->args[0]) {
	case GUEST_SAYS_SYNC:
		return GOT_SYNC;
	case GUEST_SAYS_DONE:
		return GOT_DONE;
	case GUEST_SAYS_ABORT:
		die("guest: %s:%llu: expected 0x%llx, seen 0x%llx", (char *)(unsigned long)a[0],
		    a[1], a[2], a[3]);
	case GUEST_SAYS_FAULT:
		die("guest: exception %llu, error code 0x%llx at 0x%llx, address 0x%llx", a[0],
		    a[1], a[2], a[3]);
	default:
		die("guest: says 0x%llx", h->args[0]);
	}
}

int vcpu_wait(struct vcpu *v)
{
	vcpu_run(v);
	return listen(v);
}

u64 vcpu_sync(struct vcpu *v)
{
	int got = vcpu_wait(v);

	if (got != GOT_SYNC) {
		vcpu_explain(v);
		die("exit 0x%x instead of a sync", got);
	}
	return v->said[0];
}

void vcpu_finish(struct vcpu *v)
{
	int got;

	do
		got = vcpu_wait(v);
	while (got == GOT_SYNC);
	if (got != GOT_DONE) {
		vcpu_explain(v);
		die("exit 0x%x instead of the guest's end", got);
	}
}

void vcpu_answer(struct vcpu *v, u64 value)
{
	v->run->exit.hypercall.ret = value;
}

u64 vcpu_get(struct vcpu *v, u64 id)
{
	struct mote_reg r = { .id = id };

	must_get_regs(v->fd, &r, 1, NULL);
	return r.value;
}

void vcpu_set(struct vcpu *v, u64 id, u64 value)
{
	struct mote_reg r = { .id = id, .value = value };

	must_set_regs(v->fd, &r, 1, NULL);
}

/* --- one VM with one vCPU --- */

void one_create(struct one *o, u32 flags, guest_fn fn, u64 arg)
{
	vm_create(&o->vm, flags);
	vcpu_create(&o->cpu, &o->vm, 0);
	if (fn)
		vcpu_start(&o->cpu, fn, arg);
}

void one_destroy(struct one *o)
{
	vcpu_destroy(&o->cpu);
	vm_destroy(&o->vm);
}

void one_run(u32 flags, guest_fn fn, u64 arg)
{
	struct one o;

	one_create(&o, flags, fn, arg);
	vcpu_finish(&o.cpu);
	one_destroy(&o);
}

/* --- robots --- */

void robot_create(struct robot_vm *r, u32 flags)
{
	one_create(&r->o, flags, NULL, 0);
	r->cmd = vm_alloc(&r->o.vm, PAGE);
	vcpu_start(&r->o.cpu, guest_robot, (unsigned long)r->cmd);
	vcpu_sync(&r->o.cpu);
}

void robot_destroy(struct robot_vm *r)
{
	one_destroy(&r->o);
}

void robot_tell_many(struct robot_vm *r, enum robot_op op, u64 addr, u64 value, u64 stride,
		     u64 count)
{
	*r->cmd = (struct robot){ op, addr, value, stride, count };
}

void robot_tell(struct robot_vm *r, enum robot_op op, u64 addr, u64 value)
{
	robot_tell_many(r, op, addr, value, 0, 0);
}

int robot_go(struct robot_vm *r)
{
	return vcpu_wait(&r->o.cpu);
}

u64 robot_read(struct robot_vm *r, u64 addr)
{
	robot_tell(r, ROBOT_READ, addr, 0);
	return vcpu_sync(&r->o.cpu);
}

void robot_write(struct robot_vm *r, u64 addr, u64 value)
{
	robot_tell(r, ROBOT_WRITE, addr, value);
	vcpu_sync(&r->o.cpu);
}

/* --- threads --- */

static void *runner_main(void *arg)
{
	struct runner *r = arg;

	__atomic_store_n(&r->tid, gettid(), __ATOMIC_SEQ_CST);
	r->ret = mote_run(r->v->fd);
	r->got = r->ret ? -1 : listen(r->v);
	return NULL;
}

void runner_start(struct runner *r, struct vcpu *v)
{
	memset(r, 0, sizeof(*r));
	r->v = v;
	if (pthread_create(&r->thread, NULL, runner_main, r))
		die("no thread");
}

void runner_join(struct runner *r)
{
	pthread_join(r->thread, NULL);
}

static void *deaf_main(void *arg)
{
	struct runner *r = arg;

	r->ret = mote_run(r->v->fd);
	return NULL;
}

int vcpu_run_for(struct vcpu *v, unsigned int ms)
{
	struct runner r = { .v = v };
	pthread_t thread;

	if (pthread_create(&thread, NULL, deaf_main, &r))
		die("no thread");
	for (unsigned int i = 0; pthread_tryjoin_np(thread, NULL); i++) {
		if (i >= ms)
			must_kick(v->fd);
		msleep(1);
	}
	must_kick(v->fd);
	mote_run(v->fd);
	return r.ret;
}

void msleep(unsigned int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

void wait_change(volatile u64 *p, u64 value)
{
	for (int i = 0; i < 10000; i++) {
		if (*p != value)
			return;
		msleep(1);
	}
	die("nothing happens for 10 s");
}
