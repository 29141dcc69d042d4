#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Large pages once more, none of them executable: the module with nx_huge_pages=on.
# Wants the module not to be loaded.

insmod /lab/mote.ko nx_huge_pages=on || exit 1
[ "$(cat /sys/module/mote/parameters/nx_huge_pages)" = on ] || exit 1
for test in x86/nx_huge common/notifier; do
	/selftests/$test || touch /tmp/nx_huge.failed
done 2>&1 | awk '
	/^(TAP|KTAP) version/ { next }
	/^1\.\./ { planned += substr($0, 4); next }
	{ print; fflush() }
	END { print "1.." planned }'
rmmod mote || exit 1
[ ! -e /tmp/nx_huge.failed ]
