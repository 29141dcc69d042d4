// SPDX-License-Identifier: GPL-2.0-only
/* What the program tells people: errors, a dead guest's state, counters. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "machine.h"

static void say(const char *fmt, va_list ap)
{
	console_flush();
	fprintf(stderr, "mote-run: ");
	vfprintf(stderr, fmt, ap);
	fputs(console_eol(), stderr);
}

void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void die(const char *fmt, ...)
{
	va_list ap;

	console_restore();
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	exit(END_USAGE);
}

static const char *const type_names[MOTE_EXIT_TYPES] = {
	[MOTE_EXIT_KICK] = "kick",
	[MOTE_EXIT_MMIO] = "mmio",
	[MOTE_EXIT_PIO] = "pio",
	[MOTE_EXIT_SYSREG] = "system-register",
	[MOTE_EXIT_FEATURE] = "feature",
	[MOTE_EXIT_HYPERCALL] = "hypercall",
	[MOTE_EXIT_HALT] = "halt",
	[MOTE_EXIT_EOI] = "eoi",
	[MOTE_EXIT_SHUTDOWN] = "shutdown",
	[MOTE_EXIT_MEMORY_FAULT] = "memory-fault",
	[MOTE_EXIT_FAIL_ENTRY] = "fail-entry",
	[MOTE_EXIT_UNKNOWN] = "unknown",
	[MOTE_EXIT_IRQ_WINDOW] = "irq-window",
	[MOTE_EXIT_TASK_SWITCH] = "task-switch",
	[MOTE_EXIT_FAULT] = "second-stage-fault",
	[MOTE_EXIT_HOST_IRQ] = "host-interrupt",
	[MOTE_EXIT_HOST_NMI] = "host-nmi",
	[MOTE_EXIT_WINDOW] = "window",
	[MOTE_EXIT_CONTROL] = "control-register",
	[MOTE_EXIT_IRQCHIP] = "irqchip",
	[MOTE_EXIT_TIMER] = "timer",
	[MOTE_EXIT_EXCEPTION] = "exception",
	[MOTE_EXIT_OTHER] = "other",
};

static const char *type_name(u32 type)
{
	if (type < MOTE_EXIT_TYPES && type_names[type])
		return type_names[type];
	return "?";
}

static void print_exit(const struct mote_exit *x)
{
	complain("stopped by a %s exit (type %u, hardware reason 0x%llx) at pc 0x%llx",
		 type_name(x->type), x->type, x->raw, x->pc);
	if (x->type == MOTE_EXIT_MEMORY_FAULT)
		complain("memory at gpa 0x%llx (hva 0x%llx) failed: %s",
			 x->memory.gpa, x->memory.hva,
			 strerror((int)x->memory.error));
	if (x->type == MOTE_EXIT_MMIO)
		complain("access to gpa 0x%llx, gva 0x%llx", x->mmio.gpa,
			 x->mmio.gva);
	if (x->type == MOTE_EXIT_FAIL_ENTRY || x->type == MOTE_EXIT_UNKNOWN)
		complain("qualification 0x%llx, error %u, info 0x%llx 0x%llx 0x%llx 0x%llx",
			 x->fail.qualification, x->fail.error, x->fail.info[0],
			 x->fail.info[1], x->fail.info[2], x->fail.info[3]);
}

static void print_dump(int fd)
{
	u64 bytes = 64 * KIB;
	char *text = malloc(bytes), *line, *next;

	if (!text)
		return;
	text[0] = 0;
	mote_dump(fd, text, &bytes, 0);
	for (line = text; (next = strchr(line, '\n')); line = next + 1)
		fprintf(stderr, "%.*s%s", (int)(next - line), line,
			console_eol());
	free(text);
}

void report_failure(struct vcpu *v)
{
	print_exit(&v->run->exit);
	arch_report(v);
	if (!v->vm->opt->dump_on_fail) {
		complain("run again with --dump-on-fail for registers and the hardware's state");
		return;
	}
	arch_print_registers(v->fd);
	print_dump(v->fd);
}

void report_stats(struct vm *vm, u64 total_ns)
{
	double total = (double)total_ns / NS_PER_SEC;

	for (u32 id = 0; id < VCPUS_MAX; id++) {
		const struct mote_stats *s = vm->vcpus[id].stats;
		double guest;

		if (!s) {
			complain("this kernel has no counters");
			return;
		}
		guest = vm->info.time_hz ?
			(double)s->guest_time / (double)vm->info.time_hz : 0;
		fprintf(stderr, "vCPU %u: %.3f s in all, %.3f s in the guest (%.0f %%)\n",
			id, total, guest, total > 0 ? guest / total * 100 : 0);
		fprintf(stderr, "%14llu entries\n%14llu exits to mote-run\n%14llu waits halted\n%14llu events injected\n",
			s->entries, s->user_exits, s->halts, s->injected);
		arch_print_stats(&vm->vcpus[id]);
		fprintf(stderr, "Exits by reason:\n");
		for (u32 t = 0; t < MOTE_EXIT_TYPES; t++) {
			if (s->exits[t])
				fprintf(stderr, "%14llu %s\n", s->exits[t],
					type_name(t));
		}
	}
}
