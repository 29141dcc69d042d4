# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2154
# Runs the tests of /lab/tests ("suite/name seconds tag...") and prints nested
# KTAP.  Each test has its own time limit; a splat in the kernel's log while a
# test ran fails that test.

count=0
bad=0
total=$(grep -c . /lab/tests)
# where the module may be refused, only tests of that are run
all_own=$(grep -qvw own /lab/tests || echo 1)

# report OK NAME [WORDS]: one result at the top level
report() {
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count $2 $3"
	else
		bad=$((bad + 1))
		echo "not ok $count $2 $3"
	fi
}

# The build machine writes "kill" when a test has used up its wall time; time
# in here runs at another speed, most of all while idle.
watch_serial() {
	while read -r line; do
		[ "$line" = kill ] && stop_test "wall time"
	done
}

# stop_test WHY: end the test in /tmp/pid; the stacks of blocked tasks and of
# running CPUs go to the log first
stop_test() {
	[ -s /tmp/pid ] || return
	echo "$1" >/tmp/limit
	echo w >/proc/sysrq-trigger
	echo l >/proc/sysrq-trigger
	kill -9 -"$(cat /tmp/pid)"
	sleep 20
	[ -s /tmp/pid ] || return
	dmesg -c >/tmp/new
	show_limit "$1"
	echo "# the killed test does not die: ending this host"
	lab_end 1
}

# show_limit WHY: what stop_test has left in the log
show_limit() {
	echo "# time limit ($1); blocked tasks and running CPUs:"
	head -n 100 /tmp/new | sed 's/^/# /'
}

# run_program PATH SECONDS: its TAP, indented; the exit status is the program's
run_program() {
	rm -f /tmp/limit
	: >/tmp/sum
	mkfifo /tmp/out
	setsid "$1" </dev/null >/tmp/out 2>&1 &
	pid=$!
	echo "$pid" >/tmp/pid
	awk -f /lab/tap.awk </tmp/out &
	filter=$!
	(sleep $(($2 * LAB_LIMIT_FACTOR)); stop_test "$2 s") </dev/null &
	limit=$!
	wait "$pid"
	rc=$?
	: >/tmp/pid
	kill -9 -"$pid" 2>/dev/null
	kill "$limit" 2>/dev/null
	wait "$filter"
	rm -f /tmp/out
	return "$rc"
}

# verdict NAME RC: what the exit status and the counted results say together
verdict() {
	read -r planned seen failed </tmp/sum
	if [ "$2" = 4 ]; then
		report 0 "$1" "# SKIP"
	elif [ "$2" != 0 ]; then
		report 1 "$1" "# exit status $2"
	elif [ "${failed:-0}" != 0 ]; then
		report 1 "$1" "# $failed failed"
	elif [ "${planned:-0}" != "${seen:-0}" ]; then
		report 1 "$1" "# planned $planned, seen $seen"
	else
		report 0 "$1"
	fi
}

# run_test NAME SECONDS TAG...
run_test() {
	name=$1
	seconds=$2
	shift 2
	case " $* " in
	*" own "*) own=1 ;;
	*) own= ;;
	esac
	[ -z "$own" ] || [ -n "$all_own" ] || rmmod mote
	run_program "/selftests/$name" "$seconds"
	rc=$?
	if splats /tmp/new; then
		report 1 "$name" "# splat"
	elif [ -s /tmp/limit ]; then
		show_limit "$(cat /tmp/limit)"
		report 1 "$name" "# time limit"
	else
		verdict "$name" "$rc"
	fi
	if [ -n "$own" ]; then
		rmmod mote 2>/dev/null
		[ -n "$all_own" ] || module_load
	fi
}

# check_load: the boot and the module's loading, before any test
check_load() {
	if splats /tmp/new; then
		report 1 lab/boot "# splat"
	else
		report 0 lab/boot
	fi
	[ -z "$LAB_KMEMLEAK" ] || echo clear >/sys/kernel/debug/kmemleak
	if [ -n "$all_own" ]; then
		report 0 lab/load "# SKIP each test loads it itself"
		return
	fi
	module_load
	rc=$?
	if splats /tmp/new || [ "$rc" != 0 ]; then
		sed 's/^/# /' /tmp/new
		report 1 lab/load
	else
		report 0 lab/load
	fi
}

# A signal ends a scan early and silently, and this shell gets SIGCHLD: a
# process without children does it.
leak_scan() {
	(echo scan >/sys/kernel/debug/kmemleak)
}

# scan_leaks: objects that nobody points to any more.  A scan costs minutes; a
# leak is believed in the second scan that sees it unchanged.
scan_leaks() {
	leak_scan
	text=$(cat /sys/module/mote/sections/.text)
	rmmod mote || return 1
	leak_scan
	cat /sys/kernel/debug/kmemleak >/tmp/leaks
	[ -s /tmp/leaks ] || return 0
	echo "# leaked; mote.ko's .text was at $text:"
	head -n 60 /tmp/leaks | sed 's/^/# /'
	return 1
}

# check_unload: nothing is left behind
check_unload() {
	if [ -n "$all_own" ]; then
		rmmod mote 2>/dev/null
		report 0 lab/unload "# SKIP each test loads it itself"
		return
	fi
	rc=0
	if [ -n "$LAB_KMEMLEAK" ]; then
		scan_leaks || rc=1
	else
		rmmod mote || rc=1
	fi
	splats /tmp/new && rc=1
	report "$rc" lab/unload
}

swap_on 64
echo "KTAP version 1"
echo "1..$((total + 3))"
check_load
watch_serial <"$tty" &	# ash gives background jobs no input
while read -r line <&3; do
	# shellcheck disable=SC2086 # a list of words
	run_test $line 3<&-
done 3</lab/tests
check_unload
[ "$bad" = 0 ]
