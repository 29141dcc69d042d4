# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the hosts on Bochs share.  A host is a processor, HOST_BOCHS_MODEL, and
# the KVM that goes with it.

HOST_ARCH=x86
HOST_CPUS=2

# Emulated instructions per emulated second.  100 M is about what a core of a PC
# of today emulates in a second: a second in there is then a second out here,
# time limits and watchdogs mean what they say.  A debug kernel needs several
# times the instructions for each timer tick: longer seconds, fewer ticks.
host_ips() {
	case $1 in
	debug) echo 400000000 ;;
	*) echo 100000000 ;;
	esac
}

# host_slowness KERNEL: wall seconds of a test per second of its time limit
host_slowness() {
	case $1 in
	debug) echo 12 ;;
	*) echo 4 ;;
	esac
}

# host_factor KERNEL: the same for seconds in the host
host_factor() {
	echo 2
}

host_prepare() {
	bochs_get
}

# host_cmdline MODE KERNEL: see docs/lab.md for what each word saves
host_cmdline() {
	local khz=$(($(host_ips "$2") / 1000))
	echo -n "console=$ARCH_TTY,115200 loglevel=3 printk.devkmsg=on panic=-1"
	echo -n " nokaslr mitigations=off tsc_early_khz=$khz tsc=reliable"
	echo -n " clocksource=tsc hpet=disable cryptomgr.notests"
	case $2 in
	# without ACPI a CPU has no package, which the uncore PMU warns about
	debug) echo -n " acpi=off initcall_blacklist=intel_uncore_init" ;;
	*) echo -n " initcall_blacklist=load_system_certificate_list" ;;
	esac
	[ "$1" != bench ] || echo -n " nolapic_timer"
	echo
}

# host_image RUNDIR KERNELDIR INITRD MODE KERNEL CPUS MIB
host_image() {
	local run=$1 mode=$4 kernel=$5 cpus=$6 bochs features=
	[ -z "${CPU_FEATURES:-}" ] || features=", add_features=\"$CPU_FEATURES\""
	bochs=$(bochs_dir)
	python3 "$LAB/bochs/ram.py" "$2/vmlinux" "$3" "$7" "$run" \
		"$(host_cmdline "$mode" "$kernel") $LAB_CMDLINE"
	cat "$run/memory.rc" - >"$run/bochsrc" <<-EOF
	plugin_ctrl: unmapped=1, biosdev=1, speaker=0, parallel=0, serial=1
	config_interface: textconfig
	display_library: nogui
	romimage: file=$bochs/BIOS-bochs-latest, options=fastboot
	cpu: model=$HOST_BOCHS_MODEL, count=$cpus, ips=$(host_ips "$kernel"), reset_on_triple_fault=0, ignore_bad_msrs=1$features
	clock: sync=none, rtc_sync=0
	com1: enabled=1, mode=term, dev=@TTY@
	log: $run/bochs.log
	panic: action=fatal
	error: action=report
	info: action=ignore
	debug: action=ignore
	mouse: enabled=0
	EOF
}

# host_exec RUNDIR TTY: become the emulator, its serial port on the terminal TTY
host_exec() {
	sed -i "s#@TTY@#$2#" "$1/bochsrc"
	BXSHARE=$(bochs_dir) exec "$(bochs_dir)/bochs" -q -f "$1/bochsrc" \
		>"$1/bochs.out" 2>&1 </dev/null
}
