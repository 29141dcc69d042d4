#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mote-run with whole guests: stock Linux by both boot protocols, a multiboot
# kernel, a flat binary, and what it says when something is wrong.

CONSOLE=ttyS0
. /selftests/lib/guests.sh
echo 1..7

linux /guest/vmlinux 'poweroff -f' 0
result $? linux_pvh_to_a_prompt
stats_at_the_end
linux /guest/bzImage 'reboot -f' 16
result $? linux_bzimage_and_reboot

# mov $0x2a, %al; out %al, $0xf4; hlt
printf '\260\052\346\364\364' >/tmp/flat.bin
run 85 --flat /tmp/flat.bin@0x7c00 --debug-exit 0xf4
result $? flat_real_mode_and_debug_exit

run 1 --kernel /selftests/x86/multiboot --append "say hello" --module /tmp/flat.bin --debug-exit 0xf4 &&
	grep -q '^hello from multiboot' $OUT
result $? multiboot

# ud2 with no IDT: a triple fault
printf '\372\017\001\036\000\000\017\013' >/tmp/bad.bin
run 17 --flat /tmp/bad.bin@0x7c00
result $? triple_fault

guests_end
