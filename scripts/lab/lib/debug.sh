# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# KERNEL=debug: Debian's 6.1 source with the bug finders of configs/ and little
# else.  The cache holds vmlinux, the KVM modules and a tree for building
# modules; the rest of the tree is removed.

DEBUG_RECIPE=1	# another number when the steps below change their result

debug_configs() {
	echo "$LAB/configs/base.config $LAB/configs/$ARCH.config $LAB/configs/debug.config"
}

# debug_key: a change of configuration, recipe, source or compiler is a new
# kernel
debug_key() {
	# shellcheck disable=SC2046 # a list of files
	{ cat $(debug_configs) "$(source_dir)/version"
		echo "$DEBUG_RECIPE"
		"${CROSS}gcc-12" -dumpfullversion; } | sha256sum | cut -c1-12
}

debug_get() {
	source_get
	cached "$CACHE/kernel/debug-$(debug_key)" debug_build
}

debug_build() {
	local out=$1 tree=$1/headers log=$CACHE/log/debug
	say "building the debug kernel (6 to 15 minutes on two cores; once)"
	mkdir "$tree"
	debug_unpack "$tree"
	debug_configure "$tree" >"$log-config.log" 2>&1 ||
		die "the debug kernel's configuration failed; see $log-config.log"
	# shellcheck disable=SC2086 # a list of words
	run_logged "$log-build.log" debug_make "$tree" -j"$JOBS" $ARCH_DEBUG_TARGETS
	arch_debug_images "$out" "$tree"
	mkdir "$out/modules"
	find "$tree" -name 'kvm*.ko' -exec cp -t "$out/modules" {} +
	find "$tree" -name 'irqbypass.ko' -exec cp -t "$out/modules" {} +
	debug_trim "$tree"
}

# debug_make TREE ARGUMENT...
debug_make() {
	local tree=$1
	shift
	nice -n 19 make -C "$tree" ARCH="$ARCH" CROSS_COMPILE="$CROSS" CC="${CROSS}gcc-12" "$@"
}

# debug_unpack TREE: without the sources that no fragment asks for; their
# Kconfig and Makefiles stay
debug_unpack() {
	local part skip=(--exclude='*/Documentation/*/*' --exclude='*/arch/*/*.dts*')
	for part in drivers/{gpu,media,net,staging,infiniband,scsi,iio} sound; do
		skip+=(--exclude="$SOURCE_PACKAGE/$part/*/*.[ch]")
	done
	tar -C "$1" --strip-components=1 --wildcards "${skip[@]}" \
		-xf "$(source_dir)/linux.tar.xz"
}

# debug_configure TREE: nothing but what the fragments say.  Options that did
# not take are named in the log.
debug_configure() {
	# shellcheck disable=SC2046 # a list of files
	debug_make "$1" allnoconfig &&
		(cd "$1" && scripts/kconfig/merge_config.sh -m .config $(debug_configs)) &&
		debug_make "$1" olddefconfig
}

# debug_trim TREE: what a module's build needs: headers, scripts, objtool, the
# configuration and the symbol versions
debug_trim() {
	(cd "$1" &&
		[ -e Module.symvers ] &&
		find . -type f \( -name '*.o' -o -name '*.a' -o -name '*.ko' -o -name '*.cmd' \) \
			! -path './scripts/*' ! -path './tools/objtool/*' -delete &&
		rm -rf drivers fs net sound crypto block ipc mm lib virt samples rust \
			security init usr kernel certs io_uring vmlinux vmlinux.* .tmp* \
			System.map Documentation "arch/$ARCH/boot" include/dt-bindings &&
		find arch -mindepth 1 -maxdepth 1 -type d ! -name "$ARCH" -exec rm -rf {} + &&
		find "arch/$ARCH" -name '*.c' -delete &&
		find tools -mindepth 1 -maxdepth 1 ! -name objtool ! -name include \
			! -name build ! -name arch ! -name scripts -exec rm -rf {} +)
}
