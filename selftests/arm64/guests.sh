#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mote-run with whole guests: stock Linux, plain and packed, bare metal, and
# what it says when something is wrong.

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
			--append "console=ttyAMA0 quiet cryptomgr.notests initcall_blacklist=load_system_certificate_list" >$OUT 2>&1
	got=$?
	[ "$got" = "$3" ] || {
		echo "# status $got, not $3"
		return 1
	}
	grep -q '^42 answers' $OUT && grep -q "Linux (none) $(uname -r | cut -d. -f1)" $OUT
}

echo TAP version 13
echo 1..7

linux /guest/Image 'poweroff -f' 0
result $? linux_to_a_prompt
grep -q 'second-stage-fault' $OUT
result $? stats_at_the_end
gzip -1 -c /guest/Image >/tmp/Image.gz
linux /tmp/Image.gz 'reboot -f' 16
result $? linux_in_gzip_and_reboot
rm /tmp/Image.gz

echo "a line for the guest" | "$RUN" --flat /selftests/arm64/bare --mem 2M --stats >$OUT 2>&1 &&
	grep -q '^hello from bare metal' $OUT && grep -q '^a line for the guest' $OUT &&
	grep -q '^bye' $OUT && grep -q ' 5 instructions emulated' $OUT
result $? bare_metal

run 1 --kernel /selftests/arm64/bare && grep -q 'not an arm64 Linux Image' $OUT
result $? no_image
run 1 --kernel /guest/Image --mem 16M && grep -q 'more --mem' $OUT
result $? too_little_memory
run 1 --kernel /nonexistent && grep -q nonexistent $OUT
result $? missing_file

[ "$bad" = 0 ]
