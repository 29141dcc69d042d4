# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# mote-run with whole guests, for the scripts of the architectures, which read
# this: TAP, and Linux to its prompt.  The reader sets
#	CONSOLE		the guest kernel's console
# says how many tests there are, and ends with guests_end.

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

# ended WANTED GOT: whether it is the status
ended() {
	[ "$2" = "$1" ] && return
	echo "# status $2, not $1"
	return 1
}

# run WANTED ARGS...: whether mote-run ends with this status
run() {
	want=$1
	shift
	"$RUN" "$@" >$OUT 2>&1 </dev/null
	ended "$want" $?
}

# linux KERNEL COMMAND STATUS: boot to the shell, type, and look at the answer
# shellcheck disable=SC2016 # the guest expands it
linux() {
	printf 'echo $((6 * 7)) answers\nuname -a\n%s\n' "$2" |
		"$RUN" --kernel "$1" --initrd /guest/initrd --mem 256M --stats \
			--append "console=$CONSOLE quiet cryptomgr.notests initcall_blacklist=load_system_certificate_list" >$OUT 2>&1
	ended "$3" $? &&
		grep -q '^42 answers' $OUT && grep -q "Linux (none) $(uname -r | cut -d. -f1)" $OUT
}

# Tests that are the same everywhere

stats_at_the_end() {
	grep -q 'second-stage-fault' $OUT
	result $? stats_at_the_end
}

# guests_end: the last test, and the script's status
guests_end() {
	run 1 --kernel /nonexistent && grep -q nonexistent $OUT
	result $? missing_file
	[ "$bad" = 0 ]
}

echo TAP version 13
