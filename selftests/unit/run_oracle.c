// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs one instruction twice: natively, from a page of its own with a given
 * register file, and in libmote's emulator on a copy of the memory.
 */
#include <cpuid.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "run_oracle.h"

u8 *oracle_mem;
u8 oracle_shadow[ORACLE_BYTES];

static u8 *code;
static bool have_avx;
static volatile int faulted;

/* Used by the assembly below. */
struct oracle_state *oracle_cur;
u64 oracle_saved_rsp, oracle_guest_rsp, oracle_guest_rax;
void *oracle_target;

void oracle_switch(void);
void oracle_back(void);

/*
 * oracle_switch: keep our registers, load those of oracle_cur, jump to the
 * instruction.  It is followed by a jump to oracle_back, which does the
 * reverse.  MOV changes no flags, so they are loaded first and stored last.
 */
asm(".text\n"
".globl oracle_switch, oracle_back\n"
"oracle_switch:\n"
"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
"	mov %rsp, oracle_saved_rsp(%rip)\n"
"	mov oracle_cur(%rip), %rdi\n"
"	pushq 128(%rdi); popfq\n"
"	mov 0(%rdi), %rax; mov 8(%rdi), %rcx; mov 16(%rdi), %rdx\n"
"	mov 24(%rdi), %rbx; mov 32(%rdi), %rsp; mov 40(%rdi), %rbp\n"
"	mov 48(%rdi), %rsi\n"
"	mov 64(%rdi), %r8; mov 72(%rdi), %r9; mov 80(%rdi), %r10\n"
"	mov 88(%rdi), %r11; mov 96(%rdi), %r12; mov 104(%rdi), %r13\n"
"	mov 112(%rdi), %r14; mov 120(%rdi), %r15; mov 56(%rdi), %rdi\n"
"	jmp *oracle_target(%rip)\n"
"oracle_back:\n"
"	mov %rsp, oracle_guest_rsp(%rip)\n"
"	mov oracle_saved_rsp(%rip), %rsp\n"
"	mov %rax, oracle_guest_rax(%rip)\n"
"	mov oracle_cur(%rip), %rax\n"
"	pushfq; popq 128(%rax); cld\n"
"	mov %rcx, 8(%rax); mov %rdx, 16(%rax); mov %rbx, 24(%rax)\n"
"	mov %rbp, 40(%rax); mov %rsi, 48(%rax); mov %rdi, 56(%rax)\n"
"	mov %r8, 64(%rax); mov %r9, 72(%rax); mov %r10, 80(%rax)\n"
"	mov %r11, 88(%rax); mov %r12, 96(%rax); mov %r13, 104(%rax)\n"
"	mov %r14, 112(%rax); mov %r15, 120(%rax)\n"
"	mov oracle_guest_rax(%rip), %rcx; mov %rcx, 0(%rax)\n"
"	mov oracle_guest_rsp(%rip), %rcx; mov %rcx, 32(%rax)\n"
"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
"	ret\n");

#define EACH_VEC(op) do {						\
	op(0); op(1); op(2); op(3); op(4); op(5); op(6); op(7);		\
	op(8); op(9); op(10); op(11); op(12); op(13); op(14); op(15);	\
} while (0)
#define LOAD_YMM(n) asm volatile("vmovdqu %0, %%ymm" #n :: "m"(s->vec[n]))
#define SAVE_YMM(n) asm volatile("vmovdqu %%ymm" #n ", %0" : "=m"(s->vec[n]))
#define LOAD_XMM(n) asm volatile("movdqu %0, %%xmm" #n :: "m"(s->vec[n]))
#define SAVE_XMM(n) asm volatile("movdqu %%xmm" #n ", %0" : "=m"(s->vec[n]))

/*
 * Naked of compiler-generated vector code: nothing but the asm touches the
 * vector registers between load and save.
 */
__attribute__((no_sanitize("address", "undefined"), noinline,
	       target("general-regs-only")))
static void run_with_vec(struct oracle_state *s)
{
	if (have_avx)
		EACH_VEC(LOAD_YMM);
	else
		EACH_VEC(LOAD_XMM);
	oracle_switch();
	if (have_avx)
		EACH_VEC(SAVE_YMM);
	else
		EACH_VEC(SAVE_XMM);
}

static void on_fpe(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	faulted = 1;
	uc->uc_mcontext.gregs[REG_RIP] = (greg_t)oracle_back;
}

u64 oracle_rand(void)
{
	static u64 x = 0x9e3779b97f4a7c15;

	x ^= x << 13;	/* xorshift64 */
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

bool oracle_avx(void)
{
	return have_avx;
}

static void *pages(size_t bytes, int prot)
{
	void *p = mmap(NULL, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		printf("Bail out! no memory for the oracle\n");
		exit(1);
	}
	return p;
}

void oracle_init(void)
{
	static u8 stack[65536];
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction sa = {
		.sa_sigaction = on_fpe,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER,
	};

	oracle_mem = pages(ORACLE_BYTES, PROT_READ | PROT_WRITE);
	code = pages(4096, PROT_READ | PROT_WRITE | PROT_EXEC);
	have_avx = __builtin_cpu_supports("avx");
	sigaltstack(&alt, NULL);
	sigaction(SIGFPE, &sa, NULL);
}

bool oracle_native(const u8 *insn, u32 bytes, struct oracle_state *s)
{
	static const u8 jump[] = { 0xff, 0x25, 0, 0, 0, 0 };
	void (*back)(void) = oracle_back;

	memcpy(code, insn, bytes);
	memcpy(code + bytes, jump, sizeof(jump));
	memcpy(code + bytes + sizeof(jump), &back, 8);
	oracle_target = code;
	oracle_cur = s;
	faulted = 0;
	run_with_vec(s);
	return !faulted;
}

/* --- the emulator's side --- */

/* Pages stand in another order, to catch accesses that take the neighbour. */
static const u64 order[ORACLE_PAGES] = { 2, 0, 3, 1 };
#define GPA_BASE	0xd0000000ULL

static struct oracle_state *emu;
static bool emu_fault;

static u64 gpa_of(u64 gva)
{
	u64 offset = gva - (u64)(unsigned long)oracle_mem;

	return GPA_BASE + order[offset >> 12] * 4096 + (offset & 4095);
}

static int op_translate(void *opaque, u64 gva, u32 access, u64 *gpa, u32 *error)
{
	(void)opaque;
	(void)access;
	*error = 0;
	if (gva - (u64)(unsigned long)oracle_mem >= ORACLE_BYTES)
		return -EFAULT;
	*gpa = gpa_of(gva);
	return 0;
}

static u8 *shadow(u64 gpa, u32 bytes)
{
	u64 offset = gpa - GPA_BASE, page = 0;

	if (offset >= ORACLE_BYTES || (offset & 4095) + bytes > 4096)
		return NULL;
	while (order[page] != offset >> 12)
		page++;
	return oracle_shadow + page * 4096 + (offset & 4095);
}

static int op_read(void *opaque, u64 gpa, void *data, u32 bytes)
{
	u8 *p = shadow(gpa, bytes);

	(void)opaque;
	if (!p)
		return -EFAULT;
	memcpy(data, p, bytes);
	return 0;
}

static int op_write(void *opaque, u64 gpa, const void *data, u32 bytes)
{
	u8 *p = shadow(gpa, bytes);

	(void)opaque;
	if (!p)
		return -EFAULT;
	memcpy(p, data, bytes);
	return 0;
}

static int op_vec_get(void *opaque, unsigned int n, u8 value[32])
{
	(void)opaque;
	memcpy(value, emu->vec[n], 32);
	return 0;
}

static int op_vec_set(void *opaque, unsigned int n, const u8 value[32],
		      u32 bytes)
{
	(void)opaque;
	memcpy(emu->vec[n], value, bytes);
	return 0;
}

static int op_segment(void *opaque, enum mote_x86_seg seg,
		      struct mote_x86_segment *out)
{
	(void)opaque;
	(void)seg;
	memset(out, 0, sizeof(*out));
	return -EINVAL;
}

static int op_exception(void *opaque, u32 vector, s64 error_code, u64 cr2)
{
	(void)opaque;
	(void)error_code;
	(void)cr2;
	emu_fault = vector == 0;
	return vector == 0 ? 0 : -EINVAL;
}

static const struct mote_x86_ops ops = {
	.translate = op_translate,
	.read = op_read,
	.write = op_write,
	.segment = op_segment,
	.vec_get = op_vec_get,
	.vec_set = op_vec_set,
	.exception = op_exception,
};

static void fill_run(struct mote_run *run, const u8 *insn, u32 bytes,
		     const struct oracle_state *s)
{
	memset(run, 0, sizeof(*run));
	memcpy(run->regs.gpr, s->gpr, sizeof(s->gpr));
	run->regs.gpr[MOTE_X86_RIP_INDEX] = 0x1000;
	run->regs.gpr[MOTE_X86_RFLAGS_INDEX] = s->flags;
	run->regs.mode = 64;
	run->exit.type = MOTE_EXIT_MMIO;
	/* What stands behind the instruction must not matter. */
	memset(run->exit.mmio.insn, 0xcc, 15);
	memcpy(run->exit.mmio.insn, insn, bytes);
	run->exit.mmio.insn_bytes = 15;
	run->exit.mmio.access = MOTE_ACCESS_READ | MOTE_ACCESS_WRITE;
}

bool oracle_emulate(const u8 *insn, u32 bytes, struct oracle_state *s,
		    bool hint, u64 gva, const char **error)
{
	static struct mote_x86_emul e;
	struct mote_run run;
	int again = 0, ret;

	if (!e.cache && mote_x86_emul_init(&e, &ops, NULL))
		exit(1);
	emu = s;
	emu_fault = false;
	fill_run(&run, insn, bytes, s);
	if (hint) {
		run.exit.mmio.flags = MOTE_MMIO_GVA;
		run.exit.mmio.gva = gva;
		run.exit.mmio.gpa = gpa_of(gva);
	}
	*error = NULL;
	do {	/* a REP comes in pieces */
		ret = mote_x86_mmio(&e, &run);
	} while (!ret && !emu_fault && again++ < 100 &&
		 run.regs.gpr[MOTE_X86_RIP_INDEX] == 0x1000);
	if (ret)
		*error = e.why;
	else if (!emu_fault &&
		 run.regs.gpr[MOTE_X86_RIP_INDEX] != 0x1000 + bytes)
		*error = "wrong RIP";
	memcpy(s->gpr, run.regs.gpr, sizeof(s->gpr));
	s->flags = run.regs.gpr[MOTE_X86_RFLAGS_INDEX];
	return !emu_fault;
}
