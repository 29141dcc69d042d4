#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the module says on a processor that it cannot use; skipped where it can.
# Wants the module not to be loaded.

flags=" $(sed -n 's/^flags[^:]*: //p' /proc/cpuinfo | head -n 1) "

# has FLAG
has() {
	case $flags in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}

# The reason, as far as the flags tell
if has vmx; then
	why=
elif ! has svm; then
	why="no hardware virtualization on this CPU"
elif ! has npt; then
	why="no nested paging; an AMD CPU since Bulldozer has it"
elif grep -q '^bugs.* tlb_mmatch' /proc/cpuinfo; then
	why="TLB multimatch (erratum 383): guests could stop the host"
elif ! has nx; then
	why="the host runs without NX; boot without noexec=off"
fi

echo "TAP version 13"
echo "1..1"
if [ -z "$why" ]; then
	echo "ok 1 refused # SKIP this processor can be used"
	exit 4
fi
if insmod /lab/mote.ko 2>/tmp/refused.err; then
	rmmod mote
	echo "# it was loaded, in spite of: $why"
elif dmesg | grep -q "mote: .*$why"; then
	echo "ok 1 refused"
	exit 0
else
	sed 's/^/# /' /tmp/refused.err
	dmesg | grep mote: | sed 's/^/# /'
fi
echo "not ok 1 refused"
exit 1
