# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Builds for a kernel of the lab, and the initramfs which carries the result.

# for swap space, in the order of loading; what a kernel has not as a module is skipped
SWAP_MODULES="lz4_compress lz4hc_compress zsmalloc zram"
MODULE_SOURCES="Kbuild mod arch uapi"

# farm DIR: links to the module's sources, so that the objects of each kernel
# stay in a folder of their own.  Links whose file is gone are removed.
farm() {
	local s
	mkdir -p "$1"
	for s in $MODULE_SOURCES; do
		if [ -e "$TOP/$s" ]; then
			cp -rs --update=none "$TOP/$s" "$1/" 2>/dev/null ||
				cp -rsn "$TOP/$s" "$1/"
		fi
	done
	find "$1" -xtype l -delete
}

# build_module K HEADERS: OUT/K/mote.ko
build_module() {
	local k=$1 headers=$2 dir=$OUT/$1/mod compiler=()
	[ -e "$TOP/arch/$ARCH/Kbuild" ] || die "mote has no back end for $ARCH"
	farm "$dir"
	# a module is built from all of its objects: tell kbuild's noise from ours
	[ "$k" != debug ] || compiler=("CC=${CROSS}gcc-12")
	make -s -j"$JOBS" -C "$headers" M="$dir" ARCH="$ARCH" CROSS_COMPILE="$CROSS" \
		"${compiler[@]}" modules 2>&1 |
		sed '/Skipping BTF generation/d' >&2
	[ "${PIPESTATUS[0]}" = 0 ] || die "the module does not build for $k"
	cp "$dir/mote.ko" "$OUT/$k/mote.ko"
}

# make_programs FOLDER [ARGUMENT...]: the programs of tools or selftests.  Those
# for another machine are static: its libraries are not at hand where they run.
make_programs() {
	local folder=$1 static=
	shift
	[ -z "$CROSS" ] || static=-static
	make -s -j"$JOBS" -C "$TOP/$folder" O="$OUT/$folder" ARCH="$ARCH" \
		CROSS_COMPILE="$CROSS" SYSROOT="$(sysroot)" LDFLAGS="$static" "$@" >&2
}

build_tools() {
	make_programs tools
}

build_selftests() {
	source_get
	make_programs selftests KSELFTEST="$(source_dir)/kselftest" programs
}

# build_unit: the unit tests, which run on the machine that builds them
build_unit() {
	make -s -j"$JOBS" -C "$TOP/selftests/unit" O="$BUILD/selftests" >&2
}

# install_all KDIR DESTDIR PREFIX: what "make" has built
install_all() {
	local bin=$2$3/bin include=$2$3/include/mote
	make -s -C "$1" M="$OUT/host/mod" ARCH="$ARCH" CROSS_COMPILE="$CROSS" \
		INSTALL_MOD_PATH="$2" modules_install
	install -D -t "$bin" "$OUT"/tools/mote-run "$OUT"/tools/mote-info
	install -D -m 644 -t "$include" "$TOP/uapi/mote.h" "$TOP/uapi/$ARCH/mote_arch.h"
}

# strip_btf MODULE OUT: loading large BTF takes the emulated host seconds, and
# nothing there reads KVM's
strip_btf() {
	case $1 in
	*.xz) xz -dc "$1" >"$2.xz" && objcopy --remove-section=.BTF "$2.xz" "$2" ;;
	*) objcopy --remove-section=.BTF "$1" "$2" ;;
	esac
}

# guest_initrd DIR: an initrd for Linux guests
guest_initrd() {
	local busybox
	busybox=$(busybox)
	printf '%s\n' "dir proc" "dir sys" "dir dev" "dir tmp" "dir root" \
		"file bin/busybox $busybox" "link bin/sh busybox" \
		"file init $LAB/init/guest-init" |
		python3 "$LAB/initrd.py" "$1/guest-initrd"
}

busybox() {
	local dir=$CACHE/busybox-$ARCH
	cached "$dir" busybox_fetch
	echo "$dir/bin/busybox"
}

busybox_fetch() {
	apt_update
	apt_unpack "$1" "busybox-static:$ARCH_DEB"
	[ -x "$1/bin/busybox" ] || die "busybox-static has no bin/busybox"
}

# initramfs_list RUNDIR KERNEL: what an emulated host carries, for initrd.py
initramfs_list() {
	local run=$1 m ko busybox
	busybox=$(busybox)
	printf 'dir %s\n' proc sys dev tmp root lab
	echo "file init $LAB/init/init"
	echo "file bin/busybox $busybox"
	echo "link bin/sh busybox"
	for m in "$LAB"/init/lib.sh "$LAB"/init/mode-*.sh "$LAB/init/tap.awk"; do
		echo "file lab/$(basename "$m") $m"
	done
	for m in $HOST_KVM_MODULES $SWAP_MODULES; do
		ko=$(find -L "$(kernel_dir "$2")/modules" -name "$m.ko*" | head -n 1)
		[ -z "$ko" ] || { strip_btf "$ko" "$run/$m.ko" && echo "file lab/$m.ko $run/$m.ko"; }
	done
	[ ! -e "$OUT/$2/mote.ko" ] || echo "file lab/mote.ko $OUT/$2/mote.ko"
	list_programs
	find "$run/lab" -type f -printf "file lab/%f $run/lab/%f\n"
	cat "$run/extra"
}

# list_programs: executables under OUT, with their libraries
list_programs() {
	local dir
	for dir in tools selftests; do
		[ -d "$OUT/$dir" ] || continue
		find "$OUT/$dir" -type f -perm -100 ! -path '*/unit/*' \
			-printf "file $dir/%P $OUT/$dir/%P\n"
	done
	[ ! -d "$OUT/bench" ] || echo "tree bench $OUT/bench"
}
