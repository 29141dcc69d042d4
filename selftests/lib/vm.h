/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test's side: VMs and vCPUs, on any architecture.
 *
 * Functions named vm_*, vcpu_* and must_* end the test when something fails;
 * those of libmote (mote_*) return the errno, for tests of failures:
 *
 *	ASSERT_EQ(-ENOENT, mote_mem_unmap(vm.fd, 0, 4096));
 *	must_mem_map(vm.fd, 0, 4096, page, 0);
 */
#ifndef MOTE_SELFTEST_VM_H
#define MOTE_SELFTEST_VM_H

#include <libmote.h>

#include "guest.h"

#define PAGE	4096UL
#define MIB	(1UL << 20)
#define HUGE	(2 * MIB)

/* Nothing is mapped here, and the guest's page tables reach it */
#define MMIO_GPA	0xd0000000UL

/**
 * struct vm - a VM under test
 * @sys: system descriptor
 * @fd: VM descriptor
 * @info: MOTE_INFO
 * @mem: what is mapped, for decoders
 * @arena: memory for vm_alloc(), at the same address in the guest
 * @arena_used: bytes taken
 * @root: of the guest's page tables, owned by the architecture
 */
struct vm {
	int sys;
	int fd;
	struct mote_info info;
	struct mote_gmem mem;
	u8 *arena;
	u64 arena_used;
	u64 *root;
};

/**
 * struct vcpu - a vCPU under test
 * @vm: its VM
 * @fd: vCPU descriptor
 * @id: number
 * @run: run page
 * @stats: statistics
 * @said: arguments of the guest's last call, see enum guest_word
 * @stack: the guest's
 * @tables: of the architecture: descriptor tables and the like
 */
struct vcpu {
	struct vm *vm;
	int fd;
	u32 id;
	struct mote_run *run;
	const struct mote_stats *stats;
	u64 said[4];
	u8 *stack;
	void *tables;
};

#define ARENA_BYTES	(4 * MIB)
#define STACK_BYTES	(4 * PAGE)

/* vcpu_wait(): besides enum mote_exit_type */
#define GOT_SYNC	0x100	/* the value is vcpu->said[0] */
#define GOT_DONE	0x101

/* vm_create() */
#define VM_IRQCHIP	(1u << 0)	/* local interrupt controllers in the kernel */

/* --- ioctls that must work --- */

long must(long ret, const char *what, const char *file, int line);

#define MUST(call)		must((call), #call, __FILE__, __LINE__)
#define MUST_SYS(call)		must((call) < 0 ? -errno : 0, #call, __FILE__, __LINE__)

#define must_open(...)		MUST(mote_open(__VA_ARGS__))
#define must_info(...)		MUST(mote_info(__VA_ARGS__))
#define must_features(...)	MUST(mote_features(__VA_ARGS__))
#define must_create_vm(...)	MUST(mote_create_vm(__VA_ARGS__))
#define must_mem_map(...)	MUST(mote_mem_map(__VA_ARGS__))
#define must_mem_unmap(...)	MUST(mote_mem_unmap(__VA_ARGS__))
#define must_create_vcpu(...)	MUST(mote_create_vcpu(__VA_ARGS__))
#define must_policy(...)	MUST(mote_policy(__VA_ARGS__))
#define must_irqchip(...)	MUST(mote_irqchip(__VA_ARGS__))
#define must_irq_msi(...)	MUST(mote_irq_msi(__VA_ARGS__))
#define must_irq_line(...)	MUST(mote_irq_line(__VA_ARGS__))
#define must_vm_status(...)	MUST(mote_vm_status(__VA_ARGS__))
#define must_map_area(...)	MUST(mote_map_area(__VA_ARGS__))
#define must_kick(...)		MUST(mote_kick(__VA_ARGS__))
#define must_get_regs(...)	MUST(mote_get_regs(__VA_ARGS__))
#define must_set_regs(...)	MUST(mote_set_regs(__VA_ARGS__))
#define must_reg_list(...)	MUST(mote_reg_list(__VA_ARGS__))
#define must_set_features(...)	MUST(mote_set_features(__VA_ARGS__))
#define must_inject(...)	MUST(mote_inject(__VA_ARGS__))
#define must_translate(...)	MUST(mote_translate(__VA_ARGS__))

/* The test cannot go on: say why and end it */
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* --- VMs --- */

/** vm_create() - a VM with the program's image, an arena, the channel open */
void vm_create(struct vm *vm, u32 flags);

/** vm_destroy() - its descriptors and its arena; vCPUs first */
void vm_destroy(struct vm *vm);

/** vm_alloc() - zeroed pages, at the same address in guest and test */
void *vm_alloc(struct vm *vm, u64 bytes);

/** vm_map() - MEM_MAP, known to vm->mem too */
void vm_map(struct vm *vm, u64 gpa, u64 bytes, void *hva, u32 flags);

/** vm_policy() - POLICY with both directions */
void vm_policy(struct vm *vm, u32 space, u64 first, u64 last, u32 action, u64 value);

/** new_pages() - anonymous memory of the test alone, small pages */
void *new_pages(u64 bytes);

/** new_pages_at() - the same, aligned */
void *new_pages_aligned(u64 bytes, u64 align);

/* --- vCPUs --- */

/** vcpu_create() - a vCPU in the state of the architecture's reset */
void vcpu_create(struct vcpu *v, struct vm *vm, u32 id);

/** vcpu_start() - the next RUN begins with fn(arg), paging on; see guest.h */
void vcpu_start(struct vcpu *v, guest_fn fn, u64 arg);

/** vcpu_destroy() - unmap and close; its VM goes with the VM's descriptor */
void vcpu_destroy(struct vcpu *v);

/** vcpu_run() - one RUN that returns 0; Return: enum mote_exit_type */
int vcpu_run(struct vcpu *v);

/**
 * vcpu_wait() - RUN until the guest says something, or something else exits
 * Return: GOT_*, or enum mote_exit_type.  A guest's abort ends the test.
 */
int vcpu_wait(struct vcpu *v);

/** vcpu_sync() - RUN, which must end with a sync; Return: its value */
u64 vcpu_sync(struct vcpu *v);

/** vcpu_finish() - RUN to the end of the guest, whatever it syncs before */
void vcpu_finish(struct vcpu *v);

/** vcpu_answer() - what guest_sync() returns */
void vcpu_answer(struct vcpu *v, u64 value);

u64 vcpu_get(struct vcpu *v, u64 id);
void vcpu_set(struct vcpu *v, u64 id, u64 value);

/** vcpu_lacks() - registers that neither GET_REGS nor SET_REGS knows */
void vcpu_lacks(struct vcpu *v, const u64 *ids, u32 count);

/** vcpu_explain() - print where the vCPU is and why it stopped */
void vcpu_explain(struct vcpu *v);

/* --- one VM with one vCPU, as most tests want it --- */

struct one {
	struct vm vm;
	struct vcpu cpu;
};

void one_create(struct one *o, u32 flags, guest_fn fn, u64 arg);
void one_destroy(struct one *o);

/** one_run() - the whole guest function, which must come to its end */
void one_run(u32 flags, guest_fn fn, u64 arg);

/* --- a robot: one vCPU that accesses memory as it is told --- */

/* A free place in the guest's first 4 GiB, for memory under test */
#define MEM_GPA		0x90000000UL

struct robot_vm {
	struct one o;
	volatile struct robot *cmd;
};

void robot_create(struct robot_vm *r, u32 flags);
void robot_destroy(struct robot_vm *r);

/** robot_tell() - what the next RUN begins with */
void robot_tell(struct robot_vm *r, enum robot_op op, u64 addr, u64 value);

/** robot_tell_many() - the same for ROBOT_SUM and ROBOT_FILL */
void robot_tell_many(struct robot_vm *r, enum robot_op op, u64 addr, u64 value, u64 stride,
		     u64 count);

/** robot_go() - Return: as vcpu_wait(); GOT_SYNC when the command is done */
int robot_go(struct robot_vm *r);

/* These must succeed */
u64 robot_read(struct robot_vm *r, u64 addr);
void robot_write(struct robot_vm *r, u64 addr, u64 value);

/* --- a vCPU in a thread of its own --- */

/**
 * struct runner - who runs a vCPU in the background
 * @v: the vCPU
 * @thread: pthread_t
 * @tid: for tgkill, 0 until it runs
 * @ret: of the RUN that ended it
 * @got: what vcpu_wait() would have returned when @ret is 0
 */
struct runner {
	struct vcpu *v;
	unsigned long thread;
	int tid;
	int ret;
	int got;
};

/** runner_start() - one RUN in another thread */
void runner_start(struct runner *r, struct vcpu *v);

/** runner_join() - wait for its end */
void runner_join(struct runner *r);

/**
 * vcpu_run_for() - RUN a guest that is lost, whatever it says or does
 * @ms: end it by a kick then, if it does not end by itself
 *
 * Return: of RUN, 0 or -errno.  The exit is gone: there is another RUN, which does not
 * enter, so that no kick is left.
 */
int vcpu_run_for(struct vcpu *v, unsigned int ms);

/** wait_until_equal() - until *p is different from value; ends the test after 10 s */
void wait_change(volatile u64 *p, u64 value);

/** msleep() - of the host */
void msleep(unsigned int ms);

/* --- CPUs of the host --- */

/** host_cpu_pin() - thread @tid (0: this one) runs there only; Return: 0 or -errno */
int host_cpu_pin(int tid, int cpu);
/** host_cpu_online() - take a CPU off, or back; Return: 0 or -errno */
int host_cpu_online(int cpu, int on);

/* --- kernel modules, for tests that load mote themselves --- */

#define MOTE_MODULE	"/lab/mote.ko"

/** module_load() - Return: 0 or -errno */
int module_load(const char *path, const char *args);
/** module_unload() - does not wait; Return: 0 or -errno */
int module_unload(const char *name);

/* --- of the architecture --- */

void arch_vm_setup(struct vm *vm);
void arch_vcpu_setup(struct vcpu *v);
void arch_vcpu_start(struct vcpu *v, guest_fn fn, u64 arg);
void arch_irqchip(struct vm *vm);

#endif
