# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2154
# Runs /lab/command with the module loaded (unless LAB_LOAD is empty).

stty -F "$tty" sane -echo
[ -z "$LAB_LOAD" ] || module_load
dmesg -c >/tmp/dmesg
sh /lab/command
rc=$?
splats /tmp/new && [ "$rc" = 0 ] && rc=1
return "$rc"
