// SPDX-License-Identifier: GPL-2.0-only
/*
 * The windows of NMIs and interrupts: interrupt shadows, and the IRET that ends the
 * blocking of NMIs.  A back end may have to step the guest there, and nothing of
 * that may show in RFLAGS that the guest saves.
 */
#include <sys/mman.h>

#include "x86_vm.h"

#include "kselftest_harness.h"

#define MSR_DEBUGCTL	0x1d9
#define DEBUGCTL_BTF	(1UL << 1)
#define MSR_STAR	0xc0000081
#define MSR_LSTAR	0xc0000082
#define MSR_SFMASK	0xc0000084

#define SHADOW_STI	1
#define SHADOW_MOV_SS	2

#define VECTOR_INTR	0x40
#define VECTOR_INT	0x80

/* What the guest's handlers saw, in that order */
static volatile struct {
	u64 vector, rip, rflags;
} seen[16];

static volatile unsigned int count;
static volatile u64 saved_rflags, last_rflags;

/* Each is noted; of #DB, which is a trap, the guest needs one only */
static GUEST_NOFPU void note(struct guest_frame *f)
{
	unsigned int n = count++ % 16;

	seen[n].vector = f->vector;
	seen[n].rip = f->rip;
	seen[n].rflags = f->rflags;
	if (f->vector == VECTOR_DB)
		f->rflags &= ~RFLAGS_TF;
}

extern char snippet_end[];

static GUEST_NOFPU void note_and_end(struct guest_frame *f)
{
	note(f);
	f->rip = (unsigned long)snippet_end;
}

static unsigned int times(u64 vector)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < count; i++)
		n += seen[i].vector == vector;
	return n;
}

static u64 rip_of(u64 vector)
{
	for (unsigned int i = 0; i < count; i++)
		if (seen[i].vector == vector)
			return seen[i].rip;
	return 0;
}

FIXTURE(nmi)
{
	struct one o;
};

FIXTURE_SETUP(nmi)
{
	for (unsigned int i = 0; i < 256; i++)
		guest_handlers[i] = note;
	guest_handlers[VECTOR_UD] = note_and_end;
	guest_handlers[VECTOR_GP] = note_and_end;
	guest_handlers[VECTOR_PF] = note_and_end;
	one_create(&self->o, 0, guest_nothing, 0);
}

FIXTURE_TEARDOWN(nmi)
{
	one_destroy(&self->o);
}

/* --- one instruction in an interrupt shadow, with an event that waits --- */

#define FLAGS	1	/* reads or writes RFLAGS */
#define ASIDE	2	/* does not go on behind itself */
#define SETS_TF	4

/* Name, instruction, what follows it, its own vector, flags */
#define SNIPPETS(X)								\
	X(nop, "nop", "", 0, 0)							\
	X(load, "mov (%rdi), %rax", "", 0, 0)					\
	X(cpuid, "cpuid", "", 0, 0)						\
	X(fninit, "fninit", "", 0, 0)						\
	X(pushf, "pushfq", "pop saved_rflags(%rip)", 0, FLAGS)			\
	X(pushf16, "pushfw", "popw saved_rflags(%rip)", 0, FLAGS)		\
	X(popf, "popfq", "", 0, FLAGS)						\
	X(popf_tf, "popfq", "", VECTOR_DB, FLAGS | SETS_TF)			\
	X(int3, "int3", "", VECTOR_BP, FLAGS | ASIDE)				\
	X(int_n, "int $0x80", "", VECTOR_INT, FLAGS | ASIDE)			\
	X(ud2, "ud2", "", VECTOR_UD, ASIDE)					\
	X(lldt, "lldt %bx", "", VECTOR_GP, ASIDE)				\
	X(page_fault, "mov (%rsi), %rax", "", VECTOR_PF, ASIDE)			\
	X(syscall, "syscall", "", 0, FLAGS | ASIDE)				\
	X(mov_ss, "mov %ebx, %ss; pushfq", "pop saved_rflags(%rip)", 0, ASIDE)	\
	X(iret_tf, "iretq", "", VECTOR_DB, FLAGS | SETS_TF)			\
	X(iret, "iretq", "", 0, FLAGS)

#define AS_LABELS(name, insn, rest, vector, flags) \
	extern char name##_at[], name##_after[];
#define AS_ENTRY(name, insn, rest, vector, flags) \
	{ #name, name##_at, name##_after, vector, flags },
#define AS_ASM(name, insn, rest, vector, flags) \
	#name "_at: " insn "\n" #name "_after: nop; " rest "\n jmp snippet_end\n"

SNIPPETS(AS_LABELS)

static const struct snippet {
	const char *name;
	char *at, *after;
	u64 vector;
	unsigned int flags;
} snippets[] = { SNIPPETS(AS_ENTRY) };

asm(".pushsection .text\n"
	SNIPPETS(AS_ASM)
	"syscall_entry: mov %r11, saved_rflags(%rip)\n"
	"snippet_end: pushfq; pop last_rflags(%rip)\n"
	"	and $-16, %rsp; call guest_return\n"
	".popsection");

extern char syscall_entry[];

static void set_registers(struct vcpu *v, const struct snippet *s, u64 rflags)
{
	vcpu_set(v, RIP, (unsigned long)s->at);
	vcpu_set(v, RFLAGS, rflags);
	vcpu_set(v, RBX, SEL_DATA);
	vcpu_set(v, RSI, 0x700000000000);
	vcpu_set(v, MOTE_X86_MSR(MSR_STAR), (u64)SEL_CODE64 << 32);
	vcpu_set(v, MOTE_X86_MSR(MSR_LSTAR), (unsigned long)syscall_entry);
	vcpu_set(v, MOTE_X86_MSR(MSR_SFMASK), 0);
}

/* On the stack is what POPF, or IRET, takes */
static void start_snippet(struct vcpu *v, const struct snippet *s, u64 rflags)
{
	u64 *top = (u64 *)(v->stack + STACK_BYTES) - 8;
	u64 image = rflags | (s->flags & SETS_TF ? RFLAGS_TF : 0);
	int iret = s->at == iret_at || s->at == iret_tf_at;

	count = 0;
	saved_rflags = 0;
	last_rflags = 0;
	vcpu_start(v, guest_nothing, (unsigned long)top);
	top[0] = iret ? (unsigned long)s->after : image;
	top[1] = SEL_CODE64;
	top[2] = image;
	top[3] = (unsigned long)(top + 5);
	top[4] = SEL_DATA;
	vcpu_set(v, RSP, (unsigned long)top);
	set_registers(v, s, rflags);
}

static int tf_shows(const struct snippet *s)
{
	for (unsigned int i = 0; i < count; i++)
		if ((seen[i].rflags & RFLAGS_TF) && !(s->flags & SETS_TF))
			return 1;
	return !!((saved_rflags | last_rflags) & RFLAGS_TF);
}

/*
 * Behind the instruction, as far as that is one place.  Without hardware's help
 * SVM lets the event go in before what reads or writes RFLAGS.
 */
static int place_ok(const struct snippet *s, u64 rip, int svm)
{
	if (s->flags & ASIDE || rip == (unsigned long)s->after)
		return 1;
	return svm && s->flags & FLAGS && rip == (unsigned long)s->at;
}

static void check_snippet(struct __test_metadata *_metadata, struct one *o,
			  const struct snippet *s, u64 vector)
{
	int svm = o->vm.info.backend == MOTE_BACKEND_SVM;
	u64 rip = rip_of(vector);

	EXPECT_EQ(1, times(vector)) TH_LOG("%s: vector %llu", s->name, vector);
	EXPECT_EQ(1 + !!s->vector, count) TH_LOG("%s: all events", s->name);
	if (s->vector)
		EXPECT_EQ(1, times(s->vector)) TH_LOG("%s: its own", s->name);
	if (s->flags & SETS_TF)
		EXPECT_EQ((unsigned long)s->after + 1, rip_of(VECTOR_DB)) TH_LOG("%s", s->name);
	EXPECT_EQ(0, tf_shows(s)) TH_LOG("%s: RFLAGS.TF shows", s->name);
	EXPECT_EQ(1, place_ok(s, rip, svm)) TH_LOG("%s: 0x%llx", s->name, rip);
}

static void in_shadow(struct __test_metadata *_metadata, struct one *o, u64 shadow, u64 rflags,
		      u32 event)
{
	u64 vector = event == MOTE_EVENT_NMI ? VECTOR_NMI : VECTOR_INTR;

	for (unsigned int i = 0; i < ARRAY_SIZE(snippets); i++) {
		start_snippet(&o->cpu, &snippets[i], rflags);
		vcpu_set(&o->cpu, MOTE_X86_SHADOW, shadow);
		ASSERT_EQ(0, x86_inject(&o->cpu, event, event == MOTE_EVENT_NMI ? 0 : vector));
		vcpu_finish(&o->cpu);
		check_snippet(_metadata, o, &snippets[i], vector);
	}
}

TEST_F(nmi, in_the_shadow_of_sti)
{
	in_shadow(_metadata, &self->o, SHADOW_STI, RFLAGS_FIXED | RFLAGS_IF, MOTE_EVENT_NMI);
}

TEST_F(nmi, in_the_shadow_of_mov_ss)
{
	in_shadow(_metadata, &self->o, SHADOW_MOV_SS, RFLAGS_FIXED, MOTE_EVENT_NMI);
	in_shadow(_metadata, &self->o, SHADOW_MOV_SS, RFLAGS_FIXED | RFLAGS_IF, MOTE_EVENT_NMI);
}

TEST_F(nmi, interrupt_in_the_shadow_of_sti)
{
	in_shadow(_metadata, &self->o, SHADOW_STI, RFLAGS_FIXED | RFLAGS_IF, MOTE_EVENT_INTR);
}

extern char sti_int_at[], sti_int_after[];

asm(".pushsection .text\n"
	"sti_int_at: sti; int $0x80\n"
	"sti_int_after: nop; jmp snippet_end\n"
	".popsection");

/*
 * The delivery of INT n cannot read its gate and is begun again.  What waits for the end of
 * the shadow that INT n is in still comes after it.
 */
TEST_F(nmi, interrupted_int_n_in_the_shadow_of_sti)
{
	const struct snippet s = { .at = sti_int_at };
	struct vcpu *v = &self->o.cpu;
	void *idt = x86_tables(v)->idt;

	for (int i = 0; i < 2; i++) {
		u64 faults = v->stats->exits[MOTE_EXIT_FAULT];

		start_snippet(v, &s, RFLAGS_FIXED);
		/* Out of the second stage, and back when it is asked for */
		ASSERT_EQ(0, mprotect(idt, PAGE, PROT_NONE));
		ASSERT_EQ(0, mprotect(idt, PAGE, PROT_READ | PROT_WRITE));
		ASSERT_EQ(0, x86_inject(v, MOTE_EVENT_INTR, VECTOR_INTR));
		vcpu_finish(v);
		EXPECT_LT(faults, v->stats->exits[MOTE_EXIT_FAULT]);
		ASSERT_EQ(2, count);
		EXPECT_EQ((unsigned long)sti_int_after, rip_of(VECTOR_INT));
		/* It does not load the shadow with VMRUN: seen in 7.2 */
		if (guest_on_tcg)
			continue;
		EXPECT_EQ(VECTOR_INT, seen[0].vector);
		EXPECT_EQ((unsigned long)sti_int_after, rip_of(VECTOR_INTR));
	}
}

/* An exception's delivery ends the shadow: its handler is in none from the first instruction */
TEST_F(nmi, exception_ends_the_shadow)
{
	struct vcpu *v = &self->o.cpu;

	guest_handlers[VECTOR_UD] = note;
	for (u64 shadow = SHADOW_STI; shadow <= SHADOW_MOV_SS; shadow++) {
		start_snippet(v, &snippets[0], RFLAGS_FIXED | RFLAGS_IF);
		vcpu_set(v, MOTE_X86_SHADOW, shadow);
		EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_EXCEPTION, VECTOR_UD));
		EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
		vcpu_finish(v);
		ASSERT_EQ(2, count);
		EXPECT_EQ(VECTOR_NMI, seen[0].vector);
		EXPECT_EQ((unsigned long)guest_vectors + 16 * VECTOR_UD, seen[0].rip);
		EXPECT_EQ(VECTOR_UD, seen[1].vector);
		EXPECT_EQ((unsigned long)nop_at, seen[1].rip);
	}
}

/* --- SMSW and LMSW, which a back end may have the guest do alone --- */

extern char smsw_at[], lmsw_at[];

asm(".pushsection .text\n"
	"smsw_at: smsw (%rsi)\n"
	"lmsw_at: lmsw (%rsi)\n"
	".popsection");

TEST_F(nmi, smsw_and_lmsw_fault)
{
	const struct snippet s[] = {
		{ .name = "smsw", .at = smsw_at }, { .name = "lmsw", .at = lmsw_at },
	};
	struct vcpu *v = &self->o.cpu;

	for (int i = 0; i < 2; i++) {
		start_snippet(v, &s[i], RFLAGS_FIXED);
		/* Which SVM hides from the CPU, so that CR0 is asked for */
		vcpu_set(v, MOTE_X86_CR0, vcpu_get(v, MOTE_X86_CR0) | CR0_CD);
		vcpu_finish(v);
		EXPECT_EQ(1, count);
		EXPECT_EQ(VECTOR_PF, seen[0].vector);
		EXPECT_EQ((unsigned long)s[i].at, seen[0].rip);
		EXPECT_EQ(0, tf_shows(&s[i]));
	}
}

/* --- the shadow as a register --- */

TEST_F(nmi, shadow_is_state)
{
	struct vcpu *v = &self->o.cpu;

	for (u64 shadow = 0; shadow <= SHADOW_MOV_SS; shadow++) {
		start_snippet(v, &snippets[0], RFLAGS_FIXED | RFLAGS_IF);
		vcpu_set(v, MOTE_X86_SHADOW, shadow);
		v->run->request = MOTE_RUN_COMPLETE_ONLY;
		vcpu_run(v);
		EXPECT_EQ(shadow, vcpu_get(v, MOTE_X86_SHADOW));
		vcpu_finish(v);
		EXPECT_EQ(0, vcpu_get(v, MOTE_X86_SHADOW));
	}
}

/*
 * A vCPU that is saved in a shadow while it steps, by instructions or by branches,
 * goes on elsewhere, with or without an event.  Emulators step by instructions.
 */
TEST_F(nmi, shadow_and_single_step)
{
	struct vcpu *v = &self->o.cpu;

	for (unsigned int i = 0; i < 16; i++) {
		u64 shadow = i & 1 ? SHADOW_MOV_SS : SHADOW_STI;

		start_snippet(v, &snippets[0],
			      RFLAGS_FIXED | RFLAGS_IF | (i & 2 ? RFLAGS_TF : 0));
		vcpu_set(v, MOTE_X86_SHADOW, shadow);
		vcpu_set(v, MOTE_X86_MSR(MSR_DEBUGCTL), i & 4 ? DEBUGCTL_BTF : 0);
		if (i & 8)
			ASSERT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
		vcpu_finish(v);
		EXPECT_EQ(i & 8 ? 1 : 0, times(VECTOR_NMI)) TH_LOG("%u", i);
		if ((i & 6) != 6)
			EXPECT_EQ(i & 2 ? 1 : 0, times(VECTOR_DB)) TH_LOG("%u", i);
		vcpu_set(v, MOTE_X86_MSR(MSR_DEBUGCTL), 0);
	}
}

extern char sti_at[], mov_ss_mmio_at[];

asm(".pushsection .text\n"
	"sti_at: sti; mov (%rsi), %al; jmp snippet_end\n"
	"mov_ss_mmio_at: mov %ebx, %ss; mov (%rsi), %al; jmp snippet_end\n"
	".popsection");

/* An exit in the shadow, before the instruction is done, and behind it */
TEST_F(nmi, shadow_at_an_exit)
{
	const struct snippet s[] = {
		{ .name = "sti", .at = sti_at }, { .name = "mov ss", .at = mov_ss_mmio_at },
	};
	int svm = self->o.vm.info.backend == MOTE_BACKEND_SVM;
	struct vcpu *v = &self->o.cpu;

	for (int i = 0; i < 2; i++) {
		start_snippet(v, &s[i], RFLAGS_FIXED);
		vcpu_set(v, RSI, MMIO_GPA);
		ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_run(v));
		/* SVM has one bit for both */
		EXPECT_EQ(i && !svm ? SHADOW_MOV_SS : SHADOW_STI, vcpu_get(v, MOTE_X86_SHADOW));
		EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
		v->run->request = MOTE_RUN_COMPLETE_ONLY;
		vcpu_run(v);
		EXPECT_EQ(0, vcpu_get(v, MOTE_X86_SHADOW));
		vcpu_finish(v);
		EXPECT_EQ(1, count);
	}
}

static const struct snippet *snippet(const char *name)
{
	unsigned int i = 0;

	while (strcmp(snippets[i].name, name))
		i++;
	return &snippets[i];
}

/* A step that was refused, again and again, changes nothing for what runs later */
TEST_F(nmi, failed_entry_in_the_shadow)
{
	struct vcpu *v = &self->o.cpu;
	u64 cr4, exits;

	start_snippet(v, snippet("nop"), RFLAGS_FIXED);
	vcpu_set(v, MOTE_X86_SHADOW, SHADOW_MOV_SS);
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	cr4 = vcpu_get(v, MOTE_X86_CR4);
	vcpu_set(v, MOTE_X86_CR4, 0);
	ASSERT_EQ(MOTE_EXIT_FAIL_ENTRY, vcpu_run(v));
	ASSERT_EQ(MOTE_EXIT_FAIL_ENTRY, vcpu_run(v));
	EXPECT_EQ(RFLAGS_FIXED, vcpu_get(v, RFLAGS));
	EXPECT_EQ(SHADOW_MOV_SS, vcpu_get(v, MOTE_X86_SHADOW));
	vcpu_set(v, MOTE_X86_CR4, cr4);
	vcpu_finish(v);
	EXPECT_EQ(1, times(VECTOR_NMI));
	EXPECT_EQ((unsigned long)nop_after, rip_of(VECTOR_NMI));
	exits = v->stats->exits[MOTE_EXIT_EXCEPTION] + v->stats->exits[MOTE_EXIT_WINDOW];
	start_snippet(v, snippet("page_fault"), RFLAGS_FIXED);
	vcpu_finish(v);
	EXPECT_EQ(1, times(VECTOR_PF));
	start_snippet(v, snippet("syscall"), RFLAGS_FIXED);
	vcpu_finish(v);
	EXPECT_EQ(0, times(VECTOR_UD));
	EXPECT_EQ(exits, v->stats->exits[MOTE_EXIT_EXCEPTION] + v->stats->exits[MOTE_EXIT_WINDOW]);
}

/* --- IRET ends the blocking --- */

/* The rest of a handler is IRET: whatever it does, the NMI comes once, and then */
TEST_F(nmi, blocked_until_iret)
{
	const struct snippet *s = &snippets[ARRAY_SIZE(snippets) - 1];
	struct vcpu *v = &self->o.cpu;

	for (int tf = 0; tf < 2; tf++) {
		start_snippet(v, s, RFLAGS_FIXED);
		/* IRET to what is being stepped by the guest itself */
		if (tf)
			((u64 *)(v->stack + STACK_BYTES))[-6] |= RFLAGS_TF;
		vcpu_set(v, MOTE_X86_NMI_BLOCKED, 1);
		EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
		vcpu_finish(v);
		EXPECT_EQ(1, times(VECTOR_NMI));
		EXPECT_EQ((unsigned long)iret_after, rip_of(VECTOR_NMI));
		EXPECT_EQ(tf, times(VECTOR_DB));
		EXPECT_EQ(1 + tf, count);
		EXPECT_EQ(0, last_rflags & RFLAGS_TF);
		EXPECT_EQ(0, vcpu_get(v, MOTE_X86_NMI_BLOCKED));
	}
}

/* The second goes back to where the first had come, with nothing in between */
static GUEST_NOFPU void note_and_sync(struct guest_frame *f)
{
	note(f);
	guest_sync(count);
}

TEST_F(nmi, second_comes_right_after_iret)
{
	struct vcpu *v = &self->o.cpu;

	guest_handlers[VECTOR_NMI] = note_and_sync;
	vcpu_start(v, guest_sync_loop, 0);
	for (unsigned int i = 1; i < 16; i += 2) {
		EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
		EXPECT_EQ(i, vcpu_sync(v));
		EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
		EXPECT_EQ(i + 1, vcpu_sync(v));
		EXPECT_EQ(seen[i - 1].rip, seen[i].rip);
		EXPECT_EQ(i / 2, vcpu_sync(v));
		EXPECT_EQ(i + 1, count);
	}
	EXPECT_EQ(0, tf_shows(&snippets[0]));
}

/* --- an IRET that faults --- */

/* Not a selector of the GDT; the #GP handler mends it in the frame that IRET reads */
static GUEST_NOFPU void spoil_first_frame(struct guest_frame *f)
{
	note(f);
	if (times(VECTOR_NMI) > 1)
		return;
	guest_sync(0);
	f->cs = 0x1000;
}

static GUEST_NOFPU void mend_frame(struct guest_frame *f)
{
	note(f);
	((u64 *)f->rsp)[1] = SEL_CODE64;
}

TEST_F(nmi, iret_faults)
{
	struct vcpu *v = &self->o.cpu;

	guest_handlers[VECTOR_NMI] = spoil_first_frame;
	guest_handlers[VECTOR_GP] = mend_frame;
	vcpu_start(v, guest_sync_loop, 0);
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(0, vcpu_sync(v));
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(0, vcpu_sync(v));
	EXPECT_EQ(1, vcpu_sync(v));
	ASSERT_EQ(3, count);
	EXPECT_EQ(VECTOR_NMI, seen[0].vector);
	/* That IRET has unblocked NMIs: the second hits the first instruction of the #GP handler */
	EXPECT_EQ(VECTOR_NMI, seen[1].vector);
	EXPECT_EQ((unsigned long)guest_vectors + 16 * VECTOR_GP, seen[1].rip);
	EXPECT_EQ(VECTOR_GP, seen[2].vector);
	EXPECT_EQ(0, tf_shows(&snippets[0]));
	EXPECT_EQ(0, vcpu_get(v, MOTE_X86_NMI_BLOCKED));
	EXPECT_EQ(0, vcpu_get(v, RFLAGS) & RFLAGS_TF);
}

/* The frame is partly in a page that is gone from the second stage when IRET reads it */
TEST_F(nmi, iret_has_to_wait_for_its_stack)
{
	struct vcpu *v = &self->o.cpu;
	u8 *stack = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, stack);
	vm_map(&self->o.vm, MEM_GPA, 2 * PAGE, stack, 0);
	guest_handlers[VECTOR_NMI] = note_and_sync;
	vcpu_start(v, guest_sync_loop, 0);
	/* SS, RSP, RFLAGS and CS in the second page, RIP and all else in the first */
	vcpu_set(v, RSP, MEM_GPA + PAGE + 0x20);
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(1, vcpu_sync(v));
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(0, madvise(stack + PAGE, PAGE, MADV_DONTNEED));
	EXPECT_EQ(2, vcpu_sync(v));
	EXPECT_EQ((unsigned long)guest_sync_loop, seen[1].rip);
	EXPECT_EQ(0, vcpu_sync(v));
	EXPECT_EQ(2, count);
	EXPECT_EQ(0, tf_shows(&snippets[0]));
}

/* The first one's handler lets interrupts in */
static GUEST_NOFPU void note_sync_and_sti(struct guest_frame *f)
{
	note_and_sync(f);
	if (count == 1)
		guest_sti();
}

/*
 * An interrupt comes when IRET has begun and not executed, as its frame cannot be
 * read.  Not that IRET ends the blocking, but the one of the interrupt's handler.
 */
TEST_F(nmi, interrupt_comes_before_iret)
{
	struct vcpu *v = &self->o.cpu;
	u8 *stack = new_pages(2 * PAGE);

	vm_map(&self->o.vm, MEM_GPA, 2 * PAGE, stack, 0);
	guest_handlers[VECTOR_NMI] = note_sync_and_sti;
	vcpu_start(v, guest_sync_loop, 0);
	vcpu_set(v, RSP, MEM_GPA + PAGE + 0x20);
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	EXPECT_EQ(1, vcpu_sync(v));
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_NMI, 0));
	must_mem_unmap(self->o.vm.fd, MEM_GPA + PAGE, PAGE);
	ASSERT_EQ(MOTE_EXIT_MMIO, vcpu_wait(v));
	vm_map(&self->o.vm, MEM_GPA + PAGE, PAGE, stack + PAGE, 0);
	EXPECT_EQ(0, x86_inject(v, MOTE_EVENT_INTR, VECTOR_INTR));
	EXPECT_EQ(3, vcpu_sync(v));
	EXPECT_EQ(VECTOR_INTR, seen[1].vector);
	EXPECT_EQ(VECTOR_NMI, seen[2].vector);
	EXPECT_EQ(seen[1].rip, seen[2].rip);
	EXPECT_EQ(0, vcpu_sync(v));
	EXPECT_EQ(3, count);
}

TEST_HARNESS_MAIN
