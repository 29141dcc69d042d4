# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The Debian packages which the build machine needs: the one list.  Kernels,
# headers, busybox and the emulator's source are not here: apt.sh unpacks
# them in the cache, which needs no root.

DEPS_BUILD="build-essential gcc-12 libzydis-dev libfdt-dev zlib1g-dev python3 kmod pahole
	xz-utils zstd lz4 ca-certificates"
DEPS_CROSS="gcc-aarch64-linux-gnu gcc-12-aarch64-linux-gnu libc6-dev-arm64-cross"
DEPS_EMULATORS="qemu-system-x86 qemu-system-arm"
DEPS_DEBUG="bc bison flex libelf-dev perl"
DEPS_LINT="git sparse shellcheck universal-ctags perl"

deps_missing() {
	local p cross=$DEPS_CROSS
	[ "$MACHINE_DEB" != arm64 ] || cross=
	# shellcheck disable=SC2086 # lists of words
	for p in $(printf '%s\n' $DEPS_BUILD $cross $DEPS_EMULATORS $DEPS_DEBUG $DEPS_LINT |
		sort -u); do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null |
			grep -qx installed || printf '%s ' "$p"
	done
}

# deps: install what is missing, or say how
deps() {
	local missing
	missing=$(deps_missing)
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" != 0 ]; then
		die "packages are missing; run:  sudo apt-get install $missing"
	fi
	say "installing $missing"
	# shellcheck disable=SC2086 # a list of words
	deps_install $missing
}

deps_install() {
	local log=$CACHE/log/deps.log
	if [ -z "$(find /var/lib/apt/lists -name '*_Packages*' 2>/dev/null)" ]; then
		run_logged "$log" apt-get -q update
	fi
	run_logged "$log" env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y --no-install-recommends install "$@"
}
