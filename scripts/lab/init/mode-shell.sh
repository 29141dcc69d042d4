# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2154
# An interactive shell with the module loaded.

stty -F "$tty" sane
module_load
echo "mote's emulated host ($LAB_HOST, $(uname -r)); programs are in /tools,"
echo "/selftests and /guest.  'exit' or Ctrl-] ends it."
PS1='\w # ' setsid -c sh -i <"$tty" >"$tty" 2>&1
# the end of a session hangs up its terminal
exec <"$tty" >"$tty" 2>&1
return 0
