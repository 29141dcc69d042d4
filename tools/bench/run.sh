#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# run.sh FILE: KVM and mote side by side, in one boot of an emulated host.  The
# table goes to stdout, JSON to FILE.

set -e
json=$1
here=$(dirname "$0")
modules=/lab

# Bochs lacks something that KVM's APICv wants: without this no guest enters
load_kvm() {
	for m in irqbypass kvm ccp kvm-intel kvm-amd; do
		[ -e "$modules/$m.ko" ] || continue
		case $m in
		kvm-intel) insmod "$modules/$m.ko" enable_apicv=0 ;;
		*) insmod "$modules/$m.ko" ;;
		esac
	done
}

unload_kvm() {
	for m in kvm_amd kvm_intel ccp kvm irqbypass; do
		! grep -q "^$m " /proc/modules || rmmod "$m"
	done
}

# The counter of an emulated arm64 host ticks every 16 instructions: larger
# samples.  A second run has GICs, without which no VM of arm64 is of much use.
measure() {
	case $(uname -m) in
	aarch64)
		mote-bench "$1" batch=100 batches=40
		mote-bench "$1" batch=100 batches=40 irqchip=1 exits faults life memory
		;;
	*)
		mote-bench "$1"
		;;
	esac
}

host=$(sed -n 's/^LAB_HOST=//p' "$modules/conf")
load_kvm
measure kvm >/tmp/bench.kvm
unload_kvm
insmod "$modules/mote.ko"
measure mote >/tmp/bench.mote
rmmod mote
sed -n 's/^note/#/p' /tmp/bench.mote
awk -v host="$host" -v kernel="$(uname -r)" -v json="$json" -f "$here/report.awk" \
	/tmp/bench.kvm /tmp/bench.mote
