// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host crashes while guests run on all its CPUs, and its crash kernel comes up:
 *
 *	CMDLINE=crashkernel=192M MEM=1024 scripts/lab/lab exec x86-vmx --guest --cpus 2 \
 *		-- /selftests/x86/crash
 *
 * The crash kernel is /guest/bzImage.  Its initramfs is this program, which says the
 * lab's last word as process 1.  "crash reset" resets the host instead, without
 * shutting down, which the emulator shows by starting anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "x86_vm.h"

#define INITRAMFS	"/tmp/crash.cpio"

/* --- an initramfs: "newc", initramfs(5) of the kernel's Documentation/driver-api --- */

static void pad(FILE *f)
{
	while (ftell(f) & 3)
		fputc(0, f);
}

static void put_entry(FILE *f, const char *name, unsigned int mode, dev_t dev, const void *data,
		      unsigned long bytes)
{
	fprintf(f, "070701%08x%08x%08x%08x%08x%08x%08lx%08x%08x%08x%08x%08zx%08x%s", 1, mode, 0,
		0, 1, 0, bytes, 0, 0, major(dev), minor(dev), strlen(name) + 1, 0, name);
	fputc(0, f);
	pad(f);
	fwrite(data, 1, bytes, f);
	pad(f);
}

static void *read_all(const char *path, unsigned long *bytes)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	char *data;

	if (fd < 0 || fstat(fd, &st))
		die("%s: %s\n", path, strerror(errno));
	data = malloc(st.st_size);
	if (!data || read(fd, data, st.st_size) != st.st_size)
		die("%s cannot be read\n", path);
	close(fd);
	*bytes = st.st_size;
	return data;
}

static void make_initramfs(void)
{
	FILE *f = fopen(INITRAMFS, "w");
	unsigned long bytes;
	void *self = read_all("/proc/self/exe", &bytes);

	if (!f)
		die("%s: %s\n", INITRAMFS, strerror(errno));
	put_entry(f, "dev", S_IFDIR | 0755, 0, "", 0);
	put_entry(f, "dev/console", S_IFCHR | 0600, makedev(5, 1), "", 0);
	put_entry(f, "init", S_IFREG | 0755, 0, self, bytes);
	put_entry(f, "TRAILER!!!", 0, 0, "", 0);
	fclose(f);
	free(self);
}

/* --- the crash kernel --- */

/* What this kernel was given, but for the memory it keeps free */
static void crash_cmdline(char *words, size_t room)
{
	unsigned long bytes = room - 1;
	int fd = open("/proc/cmdline", O_RDONLY);
	char *at;

	bytes = read(fd, words, bytes);
	close(fd);
	words[bytes] = 0;
	at = strstr(words, "crashkernel=");
	if (!at)
		die("the host has no crashkernel= in its command line\n");
	memset(at, ' ', strcspn(at, "\n "));
	at = strchr(words, '\n');
	if (at)
		*at = 0;
	strncat(words, " nr_cpus=1 rdinit=/init", room - strlen(words) - 1);
}

static void load_crash_kernel(void)
{
	int kernel = open("/guest/bzImage", O_RDONLY);
	int initramfs;
	char words[2048];

	make_initramfs();
	initramfs = open(INITRAMFS, O_RDONLY);
	crash_cmdline(words, sizeof(words));
	if (syscall(SYS_kexec_file_load, kernel, initramfs, strlen(words) + 1, words,
		    KEXEC_FILE_ON_CRASH))
		die("kexec_file_load: %s\n", strerror(errno));
	close(kernel);
	close(initramfs);
}

/* --- the crash --- */

static volatile u64 rounds[64];

GUEST(count_rounds)
{
	for (;;)
		rounds[arg]++;
}

static void run_guests(void)
{
	static struct runner runners[64];
	static struct vcpu v[64];
	static struct vm vm;

	vm_create(&vm, 0);
	for (int i = 0; i < get_nprocs() && i < 64; i++) {
		vcpu_create(&v[i], &vm, i);
		vcpu_start(&v[i], guest_count_rounds, i);
		host_cpu_pin(0, i);
		runner_start(&runners[i], &v[i]);
	}
	for (int i = 0; i < get_nprocs() && i < 64; i++)
		wait_change(&rounds[i], 0);
}

static void sysrq(char key)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY);

	if (write(fd, &key, 1) != 1)
		die("sysrq: %s\n", strerror(errno));
}

static void the_crash_kernel_is_up(void)
{
	printf("crash kernel: up\nLAB END 0\n");
	fflush(stdout);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int reset = argc > 1 && !strcmp(argv[1], "reset");

	if (getpid() == 1)
		the_crash_kernel_is_up();
	if (!reset)
		load_crash_kernel();
	run_guests();
	printf("%s with guests on %d CPUs\n", reset ? "reset" : "crash", get_nprocs());
	fflush(stdout);
	sysrq(reset ? 'b' : 'c');
	return 1;
}
