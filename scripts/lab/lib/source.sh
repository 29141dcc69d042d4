# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What is taken from Debian's kernel source package: kselftest headers,
# checkpatch, and the tree of the debug kernel (debug.sh).

SOURCE_PACKAGE=linux-source-6.1
SOURCE_FILES="tools/testing/selftests/kselftest.h
	tools/testing/selftests/kselftest_harness.h scripts/checkpatch.pl
	scripts/spelling.txt scripts/const_structs.checkpatch"

source_dir() {
	echo "$CACHE/source-6.1"
}

source_get() {
	cached "$(source_dir)" source_fetch
}

source_fetch() {
	local out=$1 tar=$1/usr/src/$SOURCE_PACKAGE.tar.xz
	apt_update
	say "fetching $SOURCE_PACKAGE (140 MB)"
	apt_unpack "$out" "$SOURCE_PACKAGE"
	# shellcheck disable=SC2046,SC2086 # a list of words
	tar -C "$out" --strip-components=1 -xf "$tar" \
		$(printf "$SOURCE_PACKAGE/%s " $SOURCE_FILES)
	mkdir "$out/kselftest"
	mv "$out"/tools/testing/selftests/*.h "$out/kselftest"
	apt_version "$SOURCE_PACKAGE" >"$out/version"
	mv "$tar" "$out/linux.tar.xz"
	rm -rf "${out:?}/usr" "$out/tools"
}
