# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# "lab check": the tests of selftests/manifest in an emulated host per kernel,
# and the unit tests on the build machine.

MANIFEST=$TOP/selftests/manifest

# tests_all: lines "suite/name seconds tag..."; without a manifest every
# executable found
tests_all() {
	if [ -e "$MANIFEST" ]; then
		awk '!/^[ \t]*(#|$)/ { $1 = $1 "/" $2; $2 = ""; print }' "$MANIFEST"
	elif [ -d "$BUILD/selftests" ]; then
		find "$BUILD/selftests" -mindepth 2 -maxdepth 2 -type f -perm -100 \
			-printf '%P 60\n' | sort
	fi
}

# tests_for K PATTERN: those of this host, this kernel, this pattern.  Tags are
# words after the seconds; docs/lab.md lists them.
tests_for() {
	local k=$1 pattern=$2 name seconds tags
	tests_all | while read -r name seconds tags; do
		case $name in
		unit/*) continue ;;
		common/* | "$HOST_ARCH"/*) ;;
		*) continue ;;
		esac
		if test_matches "$name" "$pattern" && test_wants "$k" "$tags"; then
			echo "$name $seconds $tags"
		fi
	done
}

# test_matches NAME PATTERNS: the name with or without its suite; one of several words
test_matches() {
	local p patterns
	read -ra patterns <<<"$2"
	for p in "${patterns[@]}"; do
		# shellcheck disable=SC2053 # a pattern it is
		[[ $1 != $p && $1 != */$p ]] || return 0
	done
	return 1
}

# test_wants K TAGS: kernel=A,B and host=A,B restrict a test
test_wants() {
	local tag
	for tag in $2; do
		case $tag in
		kernel=*) [[ ,${tag#*=}, == *,$1,* ]] || return 1 ;;
		host=*) [[ ,${tag#*=}, == *,$LAB_HOST,* ]] || return 1 ;;
		kvm) [ -n "${KVM:-}" ] || return 1 ;;
		esac
	done
}

# cmd_check HOST... [K...|all] [PATTERN]: hosts and kernels are words of one
# argument each; every host with every kernel is a lane
cmd_check() {
	local host k hosts=$1 kernels=${2:-6.1} pattern=${3:-*}
	[ "$hosts" != all ] || hosts=$LAB_HOSTS
	[ "$kernels" != all ] || kernels="6.1 6.12 debug"
	TOTALS=$(mktemp)
	[ "${UNIT:-yes}" = no ] || check_unit "$pattern"
	for k in $kernels; do
		for host in $hosts; do
			check_lane "$host" "$k" "$pattern"
		done
	done
	check_summary "$pattern"
}

# cmd_unit [PATTERN]: the unit tests alone
cmd_unit() {
	TOTALS=$(mktemp)
	check_unit "${1:-*}"
	check_summary "${1:-*}"
}

# check_unit PATTERN: programs that need no host
check_unit() {
	local name seconds rest out status
	with_lock "build$(key <<<"$BUILD")" build_unit
	out=$(mktemp)
	while read -r name seconds rest; do
		[[ $name == unit/* ]] || continue
		test_matches "$name" "$1" || continue
		echo "# $name (build machine)"
		status=0
		timeout -k 5 "$((seconds * 2))" "$BUILD/selftests/$name" </dev/null 2>&1 |
			tee "$out" || status=$?
		unit_counts "$status" "$out" | check_count "build machine"
	done < <(tests_all)
	rm -f "$out"
}

# unit_counts STATUS FILE: "passed failed skipped" of one program's TAP
unit_counts() {
	awk -v status="$1" '
	/^ok .*# *SKIP/ { skipped++; next }
	/^ok / { passed++ }
	/^not ok / { failed++ }
	/^1\.\.[0-9]+/ { planned = substr($1, 4) + 0 }
	END {
		seen = passed + failed + skipped
		if (!failed && ((status && status != 4) || seen < planned))
			failed = 1
		else if (!seen)
			status == 4 ? skipped++ : passed++
		print passed + 0, failed + 0, skipped + 0
	}' "$2"
}

# check_count WHERE < "passed failed skipped"
check_count() {
	local p f s
	read -r p f s
	echo "$p $f $s $1" >>"$TOTALS"
}

# check_lane HOST K PATTERN: a lane of its own process, counted
check_lane() {
	local out status=0 start=$SECONDS
	out=$(mktemp)
	setpriv --pdeathsig TERM "$LAB/lab" lane "$@" | tee "$out" || status=$?
	if ! sed -n 's/^# counts: //p' "$out" | grep . && [ "$status" != 0 ]; then
		echo 0 1 0
	fi | sed "s|\$| $1${VARIANT:+ $VARIANT} $2 ($((SECONDS - start)) s)|" >>"$TOTALS"
	rm -f "$out"
}

# cmd_lane HOST K PATTERN: the tests in one host with one kernel, one boot; the
# last line is "# counts: passed failed skipped"
cmd_lane() {
	local k=$2 tests pattern=$3
	host_load "$1"
	[ "$pattern" != "*" ] || pattern=${VARIANT_TESTS:-*}
	tests=$(tests_for "$k" "$pattern")
	[ -n "$tests" ] || return 0
	prepare "$k"
	new_run check "$k"
	echo "$tests" >"$RUN/lab/tests"
	if grep -qw guest <<<"$tests"; then
		# shellcheck disable=SC2086 # a list of words
		guest_files "$k" $ARCH_IMAGES
	fi
	# two minutes: for whole runs, or when asked for
	if [ "$k" = debug ] && [ "$3" = "*" ]; then
		KMEMLEAK=1
	fi
	echo "# $LAB_HOST${VARIANT:+ ($VARIANT)}, kernel $(kernel_release "$k"), $(wc -l <<<"$tests") tests"
	boot check "$k" "$HOST_CPUS" "$(memory "$k")" tests="$RUN/lab/tests" \
		slowness="$(host_slowness "$k")"
}

# check_summary PATTERN: a line for each lane, and the last line of all
check_summary() {
	[ -s "$TOTALS" ] || die "no test matches '$1'"
	echo
	awk '{ n = $1 " passed, " $2 " failed" ($3 ? ", " $3 " skipped" : "")
		$1 = $2 = $3 = ""; print substr($0, 4) ": " n }' "$TOTALS"
	awk '{ p += $1; f += $2; s += $3 } END {
		print p " passed, " f " failed" (s ? ", " s " skipped" : "")
		exit !p || f }' "$TOTALS"
}
