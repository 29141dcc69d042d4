# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Runs /bench/run.sh.  Its output is shown; what it writes to the file $1 is
# taken to the build machine between the two markers.

dmesg -c >/tmp/dmesg
sh /bench/run.sh /tmp/bench.json
rc=$?
splats /tmp/new && [ "$rc" = 0 ] && rc=1
echo "LAB JSON BEGIN"
cat /tmp/bench.json
echo
echo "LAB JSON END"
return "$rc"
