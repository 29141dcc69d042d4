# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# HOST=x86-svm: QEMU as an AMD processor with SVM and nested paging.  The
# functions are those which docs/lab.md asks of every host.

HOST_ARCH=x86
HOST_CPUS=2
HOST_KVM_MODULES="irqbypass kvm ccp kvm-amd"

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
	:
}

# host_cmdline KERNEL: see docs/lab.md for what each word saves
host_cmdline() {
	echo -n "console=$ARCH_TTY,115200 loglevel=3 printk.devkmsg=on panic=-1"
	echo -n " nokaslr mitigations=off tsc=reliable cryptomgr.notests"
	[ "$1" = debug ] || echo -n " initcall_blacklist=load_system_certificate_list"
	echo
}

# host_image RUNDIR KERNELDIR INITRD MODE KERNEL CPUS MIB
host_image() {
	local count kernel=vmlinux
	# KASAN is not ready for the PVH entry's C code: QEMU's boot loader does it
	[ "$5" != debug ] || kernel=bzImage
	mapfile -t count < <(qemu_icount "$4")
	qemu_args "$1" "$6" "$7" -M q35 -accel tcg -cpu EPYC,+svm,+npt "${count[@]}" \
		-kernel "$2/$kernel" -initrd "$3" \
		-append "$(host_cmdline "$5") $LAB_CMDLINE"
}

# host_exec RUNDIR TTY: become the emulator, its serial port on the terminal TTY
host_exec() {
	qemu_exec qemu-system-x86_64 "$1" "$2"
}
