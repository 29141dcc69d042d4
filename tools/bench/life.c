// SPDX-License-Identifier: GPL-2.0-only
/* mote-bench: the life of a VM, in CPU time and in kernel memory. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "measure.h"

#define LIVES	24
#define WARM	2

enum { CREATE_VM, MAP, CREATE_VCPU, SET_STATE, FIRST_RUN, DESTROY, STEPS };

static const char *const step_names[STEPS] = {
	"vm_life.create_vm", "vm_life.map", "vm_life.create_vcpu",
	"vm_life.set_state", "vm_life.first_run", "vm_life.destroy",
};

static const struct bench_entry one = { .block = bench_block_empty, .count = 1 };

static void first_run(struct bench_vm *vm)
{
	if (vm->hv->run(vm))
		bench_die("the empty loop makes exits");
}

/* @ns gets the CPU time at the beginning and after each step */
static void live(const struct bench_hv *hv, char *ram, u64 ns[STEPS + 1])
{
	struct bench_vm vm = { .hv = hv, .vcpu = -1, .ram = ram };

	ns[CREATE_VM] = bench_cpu_ns();
	hv->create_vm(&vm);
	ns[MAP] = bench_cpu_ns();
	hv->map(&vm, bench_layout.ram, ram, RAM_BYTES);
	ns[CREATE_VCPU] = bench_cpu_ns();
	hv->create_vcpu(&vm);
	ns[SET_STATE] = bench_cpu_ns();
	hv->set_state(&vm);
	hv->set_entry(&vm, &one);
	ns[FIRST_RUN] = bench_cpu_ns();
	first_run(&vm);
	ns[DESTROY] = bench_cpu_ns();
	hv->destroy_vcpu(&vm);
	hv->destroy_vm(&vm);
	ns[STEPS] = bench_cpu_ns();
}

void bench_test_life(const struct bench_hv *hv)
{
	static double step[STEPS][LIVES], total[LIVES];
	char *ram = bench_load();
	u64 ns[STEPS + 1];

	for (unsigned int i = 0; i < WARM + LIVES; i++) {
		live(hv, ram, ns);
		if (i < WARM)
			continue;
		for (unsigned int k = 0; k < STEPS; k++)
			step[k][i - WARM] = bench_cpu_units((double)(ns[k + 1] - ns[k]));
		total[i - WARM] = bench_cpu_units((double)(ns[STEPS] - ns[0]));
	}
	bench_row("vm_life", bench_unit(), total, LIVES, BENCH_MEDIAN);
	for (unsigned int k = 0; k < STEPS; k++)
		bench_row(step_names[k], bench_unit(), step[k], LIVES, BENCH_MEDIAN);
	munmap(ram, RAM_BYTES);
}

/* --- memory --- */

static char *read_zoneinfo(void)
{
	static char buf[65536];
	size_t n = 0;
	int fd = open("/proc/zoneinfo", O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		bench_die("/proc/zoneinfo");
	while ((got = read(fd, buf + n, sizeof(buf) - 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	buf[n] = 0;
	return buf;
}

static long sum_of(const char *text, const char *key)
{
	long sum = 0;

	for (const char *p = text; (p = strstr(p, key)); p += strlen(key))
		sum += atol(p + strlen(key));
	return sum;
}

/* KiB that nobody uses: the buddy lists and the lists of free pages per CPU */
static double free_kib(void)
{
	const char *text;

	usleep(200000);		/* what is freed late is freed by then */
	text = read_zoneinfo();
	return (double)(sum_of(text, "nr_free_pages ") + sum_of(text, "count: ")) *
	       (double)sysconf(_SC_PAGESIZE) / KIB;
}

/* How far a VM of the memory test gets */
enum stage { EMPTY, MEMORY, VCPU, RAN, STAGES };

static const char *const stage_names[STAGES] = {
	[EMPTY] = "vm_memory.empty",
	[MEMORY] = "vm_memory.map",
	[VCPU] = "vm_memory.vcpu",
	[RAN] = "vm_memory",
};

static void grow(struct bench_vm *vm, const struct bench_hv *hv, char *ram, enum stage stage)
{
	*vm = (struct bench_vm) { .hv = hv, .vcpu = -1, .ram = ram };
	hv->create_vm(vm);
	if (stage >= MEMORY)
		hv->map(vm, bench_layout.ram, ram, RAM_BYTES);
	if (stage >= VCPU) {
		hv->create_vcpu(vm);
		hv->set_state(vm);
	}
	if (stage >= RAN) {
		hv->set_entry(vm, &one);
		first_run(vm);
	}
}

/* KiB for each of many VMs at a stage */
static double pass(const struct bench_hv *hv, struct bench_vm *vms, char *ram, enum stage stage)
{
	double before = free_kib(), used;

	for (unsigned int i = 0; i < bench_options.vms; i++)
		grow(&vms[i], hv, ram, stage);
	used = before - free_kib();
	for (unsigned int i = 0; i < bench_options.vms; i++) {
		if (stage >= VCPU)
			hv->destroy_vcpu(&vms[i]);
		hv->destroy_vm(&vms[i]);
	}
	return used / bench_options.vms;
}

void bench_test_memory(const struct bench_hv *hv)
{
	struct bench_vm *vms = calloc(bench_options.vms, sizeof(*vms));
	char *ram = bench_load();

	if (!vms)
		bench_die("memory for %u VMs", bench_options.vms);
	for (enum stage stage = EMPTY; stage < STAGES; stage++) {
		double kib;

		pass(hv, vms, ram, stage);	/* the first fills the kernel's caches */
		kib = pass(hv, vms, ram, stage);
		bench_row(stage_names[stage], "KiB", &kib, 1, BENCH_MIN);
	}
	munmap(ram, RAM_BYTES);
	free(vms);
}
