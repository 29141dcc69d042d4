# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Kernels by their short names (6.1, 6.12, debug).  Each has a folder in the
# cache: its images (ARCH_IMAGES), headers (for "make -C") and modules
# (lib/modules/RELEASE).

KERNEL_RECIPE=3	# another number when the steps of kernel_fetch change their result

# kernel_package K: the newest stock package.  6.12 is the cloud flavour: the
# same core, a third of the drivers, and half the time to boot.
kernel_package() {
	case $1 in
	6.1) apt_newest "linux-image-6\.1\.[0-9]+-[0-9]+-$ARCH_DEB" ;;
	6.12) apt_newest "linux-image-6\.12\.[0-9]+\+deb[0-9]+-cloud-$ARCH_DEB" ;;
	*) die "no such kernel: '$1' (6.1, 6.12, debug)" ;;
	esac
}

# kernel_dir K: the folder; a name once found is good for a day
kernel_dir() {
	if [ "$1" = debug ]; then
		echo "$CACHE/kernel/debug-$(debug_key)"
	else
		echo "$CACHE/kernel/$(kernel_release "$1")-$KERNEL_RECIPE"
	fi
}

# kernel_release K: a stock kernel's "uname -r"
kernel_release() {
	if [ "$1" = debug ]; then
		echo debug
	else
		cat "$CACHE/kernel/$1-$ARCH_DEB.name"
	fi
}

kernel_get() {
	local k=$1
	if [ "$k" = debug ]; then
		debug_get
	else
		kernel_resolve "$k"
		cached "$(kernel_dir "$k")" kernel_fetch "$(kernel_release "$k")"
	fi
}

kernel_resolve() {
	local name=$CACHE/kernel/$1-$ARCH_DEB.name package
	[ -z "$(find "$name" -mtime -1 2>/dev/null)" ] || return 0
	apt_update
	package=$(kernel_package "$1")
	[ -n "$package" ] || die "apt knows no kernel $1"
	mkdir -p "$CACHE/kernel"
	echo "${package#linux-image-}" >"$name.$$"
	mv "$name.$$" "$name"	# at once: other runs read it
}

# kernel_fetch RELEASE DIR
kernel_fetch() {
	local release=$1 out=$2 common kbuild
	common=${release%-"$ARCH_DEB"}
	common=${common%-cloud}-common
	apt_update
	kbuild=$(apt_run apt-cache depends "linux-headers-$release:$ARCH_DEB" |
		sed -n 's/.*Depends: \(linux-kbuild-[^ :]*\).*/\1/p')
	say "fetching kernel $release"
	# kbuild is programs that run on this machine
	apt_unpack "$out" "linux-image-$release:$ARCH_DEB" "linux-headers-$release:$ARCH_DEB" \
		"linux-headers-$common" "$kbuild:$MACHINE_DEB"
	arch_images "$out" "$out/boot/vmlinuz-$release"
	# the packages name each other by absolute paths
	sed -i "s#/usr/src/#${out%.new}/usr/src/#" "$out/usr/src/linux-headers-$release/Makefile"
	ln -s "usr/src/linux-headers-$release" "$out/headers"
	ln -s "lib/modules/$release" "$out/modules"
	kernel_trim "$out"
}

# kernel_trim DIR: keep the modules which the lab loads: KVM, zram, and what they want
kernel_trim() {
	find -L "$1/modules/kernel" -name '*.ko*' ! -path '*/kvm/*' ! -path '*/kernel/virt/*' \
		! -path '*/crypto/ccp/*' ! -path '*/x86/kernel/msr.ko*' ! -path '*/block/zram/*' \
		! -path '*/mm/zsmalloc.ko*' ! -path '*/lib/lz4/*' -delete
	find "$1/lib/modules" -type d -empty -delete
	rm -rf "${1:?}/boot"
}
