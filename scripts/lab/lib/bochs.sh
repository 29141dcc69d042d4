# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Bochs 3.0 from Debian's source package with our edits; see docs/lab.md for
# why it is built and why it is edited.

BOCHS_CONFIGURE="--with-nogui --disable-debugger --disable-docbook --enable-xpm=no
	--enable-x86-64 --enable-cpu-level=6 --enable-smp --enable-fpu --enable-vmx=2
	--enable-svm --enable-avx --enable-evex --enable-memtype
	--enable-protection-keys --enable-cet --enable-uintr --enable-pci
	--enable-cdrom --enable-a20-pin --enable-all-optimizations"

# bochs_dir: where the emulator of this recipe is or will be
bochs_dir() {
	# shellcheck disable=SC2086,SC2116 # spaces do not count
	echo "$CACHE/bochs-3.0-$(key "$LAB"/bochs/*.{sed,h,cc} <(echo $BOCHS_CONFIGURE))"
}

bochs_get() {
	cached "$(bochs_dir)" bochs_build
}

bochs_build() {
	local out=$1 src=$1/src
	apt_update
	say "building Bochs (about 80 s on two cores)"
	mkdir -p "$src"
	# a mirror may lack the .dsc; apt checks the hash of the tar alone, too
	(cd "$out" && run_logged "$CACHE/log/bochs-source.log" \
		apt_run apt-get --tar-only --download-only source bochs)
	tar -C "$src" --strip-components=1 -xf "$out"/bochs_3.0*.orig.tar.xz
	bochs_edit "$src/cpu"
	bochs_check_edits "$src"
	# shellcheck disable=SC2086 # a list of words
	(cd "$src" && run_logged "$CACHE/log/bochs-configure.log" \
		env CFLAGS=-O2 CXXFLAGS=-O2 ./configure $BOCHS_CONFIGURE)
	run_logged "$CACHE/log/bochs-make.log" nice make -C "$src" -j"$JOBS" bochs
	strip -o "$out/bochs" "$src/bochs"
	apt_unpack "$out/bios" bochsbios
	mv "$out/bios/usr/share/bochs/BIOS-bochs-latest" "$out/"
	rm -rf "$src" "$out/bios" "$out"/*.tar.*
}

# bochs_edit CPU: our changes of what is in that folder
bochs_edit() {
	local f edits=$LAB/bochs
	sed -i -f "$edits/edits.sed" "$1"/{vmx,vapic,event,cpu}.cc
	sed -i -f "$edits/vmx.sed" "$1"/{vmx,event,msr,init}.cc "$1/cpu.h"
	sed -i -f "$edits/svm.sed" "$1"/{svm,flag_ctrl_pro,exception,crregs,cpudb/amd/ryzen}.cc
	sed -i -f "$edits/tags.sed" "$1"/{tlb,cpu}.h "$1"/{paging,proc_ctrl,vmx,svm}.cc
	sed -i -f "$edits/host.sed" "$1/proc_ctrl.cc"
	sed -i -f "$edits/probe.sed" "$1"/{msr,proc_ctrl}.cc \
		"$1"/cpudb/{intel/corei7_skylake-x,amd/ryzen}.cc
	for f in clean.h tags.h tags.cc probe.h; do
		cp "$edits/$f" "$1/mote_$f"
	done
}

bochs_check_edits() {
	local marker
	while read -r marker; do
		grep -qrs "$marker\\b" "$1/cpu" ||
			die "$marker does not fit this source of Bochs"
	done < <(cat "$LAB"/bochs/*.sed | grep -o 'mote-edit [0-9a-z]*' | sort -u)
}
