#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Interrupts once more, delivered by software: the module with apicv=0.
# Wants the module not to be loaded.

insmod /lab/mote.ko apicv=0 || exit 1
[ "$(cat /sys/module/mote/parameters/apicv)" = N ] || exit 1
for test in lapic lapic_timer hlt inject; do
	/selftests/x86/$test || touch /tmp/software_apic.failed
done 2>&1 | awk '
	/^(TAP|KTAP) version/ { next }
	/^1\.\./ { planned += substr($0, 4); next }
	{ print; fflush() }
	END { print "1.." planned }'
rmmod mote || exit 1
[ ! -e /tmp/software_apic.failed ]
