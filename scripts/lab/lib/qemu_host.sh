# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the hosts on QEMU share, on its software emulation (TCG).  A host has a program, HOST_QEMU, and gives its arguments one in
# a line in RUN/qemu.args.

HOST_CPUS=2

# host_slowness KERNEL: wall seconds of a test per second of its time limit
host_slowness() {
	case $1 in
	debug) echo 12 ;;
	*) echo 4 ;;
	esac
}

# host_factor KERNEL: the same for seconds in the host, which are real ones here
host_factor() {
	host_slowness "$1"
}

host_prepare() {
	qemu_get
}

# qemu_cmdline KERNEL: the kernel's words on any of them; see docs/lab.md for what
# each one saves
qemu_cmdline() {
	echo -n "loglevel=3 printk.devkmsg=on panic=-1 nokaslr cryptomgr.notests"
	[ "$1" = debug ] || echo -n " initcall_blacklist=load_system_certificate_list"
}

# qemu_args RUN CPUS MIB ARGUMENT...: what all hosts have, and these
qemu_args() {
	local run=$1 cpus=$2 mib=$3
	shift 3
	printf '%s\n' -nodefaults -no-user-config -display none -no-reboot \
		-monitor none -smp "$cpus" -m "$mib" "$@" >"$run/qemu.args"
}

# qemu_icount MODE: for counting, one instruction takes one nanosecond, and idle
# time is skipped; see docs/lab.md
qemu_icount() {
	[ "$1" != bench ] || printf '%s\n' -icount shift=0,sleep=off
}

# host_exec RUN TTY: become the emulator, its serial port on the terminal TTY
host_exec() {
	local args
	mapfile -t args <"$1/qemu.args"
	exec >"$1/qemu.log" 2>&1 </dev/null
	qemu_exec "${args[@]}" -chardev "serial,id=tty,path=$2" -serial chardev:tty
}
