#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# For other scripts: tests once more, with a parameter of the module.

# again NAME VALUE SHOWN TEST...: wants the module not to be loaded; SHOWN is what the
# parameter reads then
again() {
	name=$1 value=$2 shown=$3
	shift 3
	insmod /lab/mote.ko "$name=$value" || exit 1
	[ "$(cat "/sys/module/mote/parameters/$name")" = "$shown" ] || exit 1
	for test; do
		"/selftests/$test" || touch "/tmp/$name.failed"
	done 2>&1 | awk '
		/^(TAP|KTAP) version/ { next }
		/^1\.\./ { planned += substr($0, 4); next }
		{ print; fflush() }
		END { print "1.." planned }'
	rmmod mote || exit 1
	[ ! -e "/tmp/$name.failed" ]
}
