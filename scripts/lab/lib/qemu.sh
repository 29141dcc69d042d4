# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# QEMU by its version: the machine's own, or with QEMU=7.2 or QEMU=10 that of Debian
# 12 or of its backports, unpacked with the libraries that it wants.

QEMU=${QEMU:-}

# qemu_dir: where that QEMU is or will be; nothing for the machine's own
qemu_dir() {
	case $QEMU in
	'') return ;;
	7.2) ;;
	10) ;;
	*) die "no such QEMU: '$QEMU' (7.2, 10, or none for this machine's own)" ;;
	esac
	if ! command qemu-system-x86_64 --version | grep -q "version $QEMU\\."; then
		echo "$CACHE/qemu-$QEMU-2"
	fi
}

qemu_get() {
	local dir
	dir=$(qemu_dir)
	[ -z "$dir" ] || cached "$dir" qemu_fetch
}

qemu_fetch() {
	local out=$1 release=$APT_KERNELS name packages=() libraries
	[ "$QEMU" = 7.2 ] || release=$APT_KERNELS-backports
	apt_update
	say "fetching QEMU $QEMU"
	for name in qemu-system-x86 qemu-system-arm qemu-system-common qemu-system-data; do
		packages+=("$name/$release")
	done
	mapfile -t libraries < <(qemu_libraries)
	apt_unpack "$out" "${packages[@]}" "seabios/$release" "${libraries[@]}"
	[ -x "$out/usr/bin/qemu-system-x86_64" ] || die "Debian has no QEMU $QEMU"
	find "$out" \( -name doc -o -name man -o -name 'opensbi*' -o -name 'edk2*' \
		-o -name locale \) -prune -exec rm -rf {} +
}

# qemu_libraries: what it needs, and what that needs, without the C library
qemu_libraries() {
	apt_run apt-cache depends --recurse --important qemu-system-x86 |
		grep -Ex 'lib[a-z0-9.+-]+' | grep -Evx 'lib(c6|c-bin|crypt1|gcc-s1)' | sort -u
}

# qemu_exec ARGUMENT...: become HOST_QEMU
qemu_exec() {
	local dir libs
	dir=$(qemu_dir)
	[ -n "$dir" ] || exec "$HOST_QEMU" "$@"
	libs=("$dir"/usr/lib/*-linux-gnu)
	LD_LIBRARY_PATH=${libs[0]}:$dir/lib/${libs[0]##*/} QEMU_MODULE_DIR=${libs[0]}/qemu \
		exec "$dir/usr/bin/$HOST_QEMU" -L "$dir/usr/share/qemu" -L "$dir/usr/share/seabios" "$@"
}
