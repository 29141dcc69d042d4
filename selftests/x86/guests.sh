#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mote-run with whole guests: stock Linux by both boot protocols, a multiboot
# kernel, a flat binary, and what it says when something is wrong.

RUN=/tools/mote-run
OUT=/tmp/guests.out
n=0
bad=0

# result STATUS NAME: one line of TAP
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n guests.$2"
	else
		bad=$((bad + 1))
		echo "not ok $n guests.$2"
		tail -n 20 $OUT | sed 's/^/# /'
	fi
}

# run WANTED ARGS...: whether mote-run ends with this status
run() {
	want=$1
	shift
	"$RUN" "$@" >$OUT 2>&1 </dev/null
	got=$?
	[ "$got" = "$want" ] && return
	echo "# status $got, not $want"
	return 1
}

# linux KERNEL COMMAND STATUS: boot to the shell, type, and look at the answer
# shellcheck disable=SC2016 # the guest expands it
linux() {
	printf 'echo $((6 * 7)) answers\nuname -a\n%s\n' "$2" |
		"$RUN" --kernel "$1" --initrd /guest/initrd --mem 256M --stats \
			--append "console=ttyS0 quiet cryptomgr.notests initcall_blacklist=load_system_certificate_list" >$OUT 2>&1
	got=$?
	[ "$got" = "$3" ] || {
		echo "# status $got, not $3"
		return 1
	}
	grep -q '^42 answers' $OUT && grep -q "Linux (none) $(uname -r | cut -d. -f1)" $OUT
}

echo TAP version 13
echo 1..7

linux /guest/vmlinux 'poweroff -f' 0
result $? linux_pvh_to_a_prompt
grep -q 'second-stage-fault' $OUT
result $? stats_at_the_end
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

run 1 --kernel /nonexistent && grep -q nonexistent $OUT
result $? missing_file

[ "$bad" = 0 ]
