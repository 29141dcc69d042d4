# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The x86 architecture.  The names are those which docs/lab.md asks of each.

ARCH_DEB=amd64
ARCH_TRIPLET=x86_64-linux-gnu
ARCH_TTY=ttyS0
ARCH_GUEST=bzImage
ARCH_IMAGES="bzImage vmlinux"
ARCH_LIBRARIES=
ARCH_DEBUG_TARGETS="bzImage modules"

# arch_images DIR VMLINUZ: what ARCH_IMAGES names, from a stock kernel
arch_images() {
	mv "$2" "$1/bzImage"
	python3 "$LAB/elf_of_bzimage.py" "$1/bzImage" "$1/vmlinux"
}

# arch_debug_images DIR TREE: the same from a tree that is built
arch_debug_images() {
	cp "$2/arch/x86/boot/bzImage" "$1/bzImage"
	objcopy --strip-debug "$2/vmlinux" "$1/vmlinux"
}
