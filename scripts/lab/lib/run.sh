# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The commands that boot an emulated host.

LAB_HOSTS="x86-vmx x86-svm x86-svm-bochs arm64-vhe arm64-nvhe"

# host_load HOST: the functions of one file of hosts/
host_load() {
	LAB_HOST=$1
	[ -e "$LAB/hosts/$1.sh" ] || die "no such HOST: '$1' (there are: $LAB_HOSTS)"
	# shellcheck source=scripts/lab/hosts/x86-vmx.sh
	. "$LAB/hosts/$1.sh"
	arch_load "$HOST_ARCH"
	variant_load
	HOST_CPUS=${CPUS:-$HOST_CPUS}
}

# new_run MODE K: a folder of its own for this run: RUN.  Its logs stay for a day,
# or for as long as somebody has its lock.
new_run() {
	local old
	mkdir -p "$BUILD/run"
	RUN=$(mktemp -d "$BUILD/run/$LAB_HOST-$2-$1.XXXXXX")
	mkdir "$RUN/lab"
	: >"$RUN/extra"
	trap 'run_images_remove' EXIT
	exec {RUN_LOCK}>"$RUN/lock"
	flock "$RUN_LOCK"
	find "$BUILD/run" -mindepth 1 -maxdepth 1 -mtime +0 |
		while read -r old; do
			flock -n "$old/lock" rm -rf "$old" 2>/dev/null || true
		done
}

# run_images_remove: what is large; logs stay
run_images_remove() {
	rm -f "$RUN"/*.ko "$RUN"/*initrd "$RUN/ram.img"
}

# prepare K: emulator, kernel, module and programs
prepare() {
	local k=$1
	host_prepare
	kernel_get "$k"
	[ "$LAB_BUILD" = no ] || with_lock "build$(key <<<"$BUILD")" build_all "$k"
}

build_all() {
	build_module "$1" "$(kernel_dir "$1")/headers"
	build_tools
	build_selftests
}

# guest_kernel K: guests run the stock kernel of the host's series
guest_kernel() {
	[ "$1" = debug ] && echo 6.1 || echo "$1"
}

# guest_files K IMAGE...: /guest
guest_files() {
	local dir file k
	k=$(guest_kernel "$1")
	shift
	kernel_get "$k"
	dir=$(kernel_dir "$k")
	guest_initrd "$RUN"
	echo "file guest/initrd $RUN/guest-initrd" >>"$RUN/extra"
	for file; do
		echo "file guest/$file $dir/$file" >>"$RUN/extra"
	done
}

# boot MODE K CPUS MIB [OPTION=VALUE...]: run a prepared RUN folder
boot() {
	local mode=$1 k=$2 cpus=$3 mib=$4 rc=0
	shift 4
	cat >"$RUN/lab/conf" <<-EOF
	LAB_MODE=$mode
	LAB_HOST=$LAB_HOST
	LAB_TIME=$(date +%s)
	LAB_KMEMLEAK=$KMEMLEAK
	LAB_SWAP_MODULES="$SWAP_MODULES"
	LAB_TTY=$ARCH_TTY
	LAB_GUEST=$ARCH_GUEST
	LAB_LIMIT_FACTOR=$(host_factor "$k")
	LAB_MODULE_ARGS="$MODULE_ARGS"
	LAB_APPEND="${APPEND:-console=$ARCH_TTY}"
	LAB_LOAD="$LAB_LOAD"
	EOF
	initramfs_list "$RUN" "$k" >"$RUN/list"
	python3 "$LAB/initrd.py" "$RUN/initrd" <"$RUN/list"
	host_image "$RUN" "$(kernel_dir "$k")" "$RUN/initrd" "$mode" "$k" "$cpus" "$mib"
	# whoever ends this shell ends them: nothing is left running
	setpriv --pdeathsig TERM python3 "$LAB/runner.py" "$mode" "$RUN" "$@" -- \
		setpriv --pdeathsig KILL "$LAB/lab" emulate "$LAB_HOST" "$RUN" || rc=$?
	run_images_remove
	return "$rc"
}

# cmd_emulate HOST RUN TTY: the runner's child
cmd_emulate() {
	host_load "$1"
	host_exec "$2" "$3"
}

# cmd_exec HOST [--kernel K] [--cpus N] [--file SOURCE:PATH]... [--guest]
#	[--no-build] [--no-load] -- COMMAND
cmd_exec() {
	local k=6.1 cpus=${CPUS:-1} files=() guest='' f
	host_load "$1"
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel) k=$2; shift ;;
		--cpus) cpus=$2; shift ;;
		--file) files+=("$2"); shift ;;
		--guest) guest=1 ;;
		--no-build) LAB_BUILD=no ;;
		--no-load) LAB_LOAD='' ;;
		--) shift; break ;;
		*) die "exec: unknown option '$1'" ;;
		esac
		shift
	done
	[ $# -gt 0 ] || die "usage: lab exec HOST [OPTION...] -- COMMAND"
	prepare "$k"
	new_run exec "$k"
	echo "$*" >"$RUN/lab/command"
	for f in "${files[@]}"; do
		echo "file ${f#*:} $(realpath "${f%%:*}")" >>"$RUN/extra"
	done
	# shellcheck disable=SC2086 # a list of words
	[ -z "$guest" ] || guest_files "$k" $ARCH_IMAGES
	boot exec "$k" "$cpus" "$(memory "$k")" limit="${LIMIT:-600}"
}

# memory K: MiB of an emulated host
memory() {
	[ "$1" = debug ] && echo 1024 || echo "${MEM:-768}"
}

cmd_shell() {
	local k=${2:-6.1}
	host_load "$1"
	prepare "$k"
	new_run shell "$k"
	guest_files "$k" "$ARCH_GUEST"
	boot shell "$k" "$HOST_CPUS" "$(memory "$k")"
}

cmd_demo() {
	local k=${2:-6.1}
	host_load "$1"
	prepare "$k"
	new_run demo "$k"
	guest_files "$k" "$ARCH_GUEST"
	boot demo "$k" 1 "$(memory "$k")" limit=300
}

cmd_bench() {
	local k=${2:-6.1}
	host_load "$1"
	prepare "$k"
	new_run bench "$k"
	mkdir -p "$BUILD/bench"
	boot bench "$k" 1 "$(memory "$k")" limit=900 json="$BUILD/bench/$LAB_HOST.json"
}
