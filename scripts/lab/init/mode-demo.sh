# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Boots a stock Linux guest; the build machine types into its console.

module_load || return 1
echo "$ mote-run --kernel /guest/$LAB_GUEST --initrd /guest/initrd --append \"$LAB_APPEND\" --mem 256M"
mote-run --kernel "/guest/$LAB_GUEST" --initrd /guest/initrd --append "$LAB_APPEND" --mem 256M
rc=$?
echo "mote-run: exit status $rc"
splats /tmp/new && return 1
return "$rc"
