# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# QEMU's software emulation (TCG), of the distribution.  A host gives its
# arguments one in a line in RUN/qemu.args.

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

# qemu_exec PROGRAM RUN TTY: become the emulator
qemu_exec() {
	local args
	mapfile -t args <"$2/qemu.args"
	exec "$1" "${args[@]}" -chardev "serial,id=tty,path=$3" -serial chardev:tty \
		>"$2/qemu.log" 2>&1 </dev/null
}
