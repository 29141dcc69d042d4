# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the arm64 hosts share: QEMU's virt machine, started at EL2.  A host is a
# processor, HOST_CPU_MODEL.

# shellcheck source=scripts/lab/lib/qemu_host.sh
. "$LAB/lib/qemu_host.sh"
HOST_ARCH=arm64
HOST_QEMU=qemu-system-aarch64
HOST_KVM_MODULES=

host_prepare() {
	qemu_get
	[ -z "${ACPI:-}" ] || cached "$CACHE/efi-arm64" efi_fetch
}

efi_fetch() {
	apt_update
	apt_unpack "$1" qemu-efi-aarch64
	mv "$1/usr/share/qemu-efi-aarch64/QEMU_EFI.fd" "$1/"
	rm -r "${1:?}/usr"
}

# host_cmdline MODE KERNEL
host_cmdline() {
	echo -n "console=$ARCH_TTY $(qemu_cmdline "$2")"
	[ -z "${ACPI:-}" ] || echo -n " acpi=force"
	echo " $(arm64_kvm_words "$1")"
}

# arm64_kvm_words MODE: KVM is part of the kernel and has EL2 unless it is told
# not to.  KVM=1 leaves it there; the benchmark wants both, and KVM's idle state.
arm64_kvm_words() {
	if [ "$1" = bench ]; then
		echo kvm.enable_virt_at_load=0
	elif [ -z "${KVM:-}" ] && [[ $LAB_CMDLINE != *kvm-arm.mode=* ]]; then
		echo kvm-arm.mode=none
	fi
}

# host_image RUNDIR KERNELDIR INITRD MODE KERNEL CPUS MIB
host_image() {
	local more
	mapfile -t more < <(qemu_icount "$4")
	[ -z "${ACPI:-}" ] ||
		more+=(-bios "$CACHE/efi-arm64/QEMU_EFI.fd")
	qemu_args "$1" "$6" "$7" -M "virt,virtualization=${EL2:-on},gic-version=3" -accel tcg \
		-cpu "${CPU_MODEL:-$HOST_CPU_MODEL}" "${more[@]}" -kernel "$2/Image" \
		-initrd "$3" -append "$(host_cmdline "$4" "$5") $LAB_CMDLINE"
}
