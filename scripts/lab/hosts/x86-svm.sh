# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# HOST=x86-svm: QEMU as an AMD processor with SVM and nested paging.  The
# functions are those which docs/lab.md asks of every host.

# shellcheck source=scripts/lab/lib/qemu_host.sh
. "$LAB/lib/qemu_host.sh"
HOST_ARCH=x86
HOST_QEMU=qemu-system-x86_64
HOST_KVM_MODULES="irqbypass kvm ccp kvm-amd"

# host_cmdline KERNEL
host_cmdline() {
	echo "console=$ARCH_TTY,115200 mitigations=off tsc=reliable $(qemu_cmdline "$1")"
}

# host_image RUNDIR KERNELDIR INITRD MODE KERNEL CPUS MIB
host_image() {
	local count kernel=vmlinux
	# The PVH entry is quick, but KASAN is not ready for its C code, and only
	# the decompressor switches 5-level paging on, which other processors have
	[ "$5" != debug ] && [ -z "${CPU_MODEL:-}" ] || kernel=bzImage
	mapfile -t count < <(qemu_icount "$4")
	qemu_args "$1" "$6" "$7" -M q35 -accel tcg -cpu "${CPU_MODEL:-EPYC,+svm,+npt}" "${count[@]}" \
		-kernel "$2/$kernel" -initrd "$3" \
		-append "$(host_cmdline "$5") $LAB_CMDLINE"
}
