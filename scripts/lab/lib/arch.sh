# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What is built is for one architecture at a time: that of the host, or of the
# environment's ARCH, or the build machine's own.

MACHINE_DEB=$(dpkg --print-architecture)

# arch_machine: the build machine's architecture by the kernel's name
arch_machine() {
	case $MACHINE_DEB in
	amd64) echo x86 ;;
	*) echo "$MACHINE_DEB" ;;
	esac
}

# arch_load ARCH: the names of one file of arch/, and
#   CROSS	the prefix of the compiler's tools; empty for the machine's own
#   OUT		where programs and modules go: build/ for the machine's own
#		architecture, build/ARCH for another
arch_load() {
	ARCH=${1/#x86_64/x86}
	[ -e "$LAB/arch/$ARCH.sh" ] || die "no such ARCH: '$1'"
	# shellcheck source=scripts/lab/arch/x86.sh
	. "$LAB/arch/$ARCH.sh"
	if [ "$ARCH" = "$(arch_machine)" ]; then
		CROSS=${CROSS_COMPILE:-}
		OUT=$BUILD
	else
		CROSS=${CROSS_COMPILE:-$ARCH_TRIPLET-}
		OUT=$BUILD/$ARCH
	fi
}

# sysroot: libraries of another architecture, unpacked; nothing for the machine's own
sysroot() {
	local dir
	[ -n "$CROSS" ] && [ -n "$ARCH_LIBRARIES" ] || return 0
	dir=$CACHE/sysroot-$ARCH-$(key <<<"$ARCH_LIBRARIES")
	cached "$dir" sysroot_fetch
	echo "$dir"
}

sysroot_fetch() {
	apt_update
	# shellcheck disable=SC2046,SC2086 # a list of words
	apt_unpack "$1" $(printf "%s:$ARCH_DEB " $ARCH_LIBRARIES)
}
