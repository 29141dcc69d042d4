# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The arm64 architecture.  The names are those which docs/lab.md asks of each.

ARCH_DEB=arm64
ARCH_TRIPLET=aarch64-linux-gnu
ARCH_TTY=ttyAMA0
ARCH_GUEST=Image
ARCH_IMAGES=Image
ARCH_LIBRARIES="libfdt-dev zlib1g-dev"
ARCH_DEBUG_TARGETS="Image modules"

# arch_images DIR VMLINUZ: what ARCH_IMAGES names, from a stock kernel.  Debian's
# vmlinuz is an Image as the boot protocol (Documentation/arm64/booting.rst) has it.
arch_images() {
	[ "$(dd if="$2" bs=1 skip=56 count=4 status=none)" = ARMd ] ||
		die "$(basename "$2") is no plain Image"
	mv "$2" "$1/Image"
}

# arch_debug_images DIR TREE: the same from a tree that is built
arch_debug_images() {
	cp "$2/arch/arm64/boot/Image" "$1/Image"
}
