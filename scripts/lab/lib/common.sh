# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What every part of the lab uses: paths, messages, the cache and its locks.

TOP=$(cd "$LAB/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
CACHE=${MOTE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mote}
JOBS=${JOBS:-$(nproc)}
export LC_ALL=C.UTF-8	# what programs say is read here
unset MAKEFLAGS MFLAGS	# what an outer make was given is not for those in here

say() { printf 'lab: %s\n' "$*" >&2; }
die() { printf 'lab: error: %s\n' "$*" >&2; exit 1; }

case $TOP$BUILD$CACHE in
*[[:space:]]*) die "make and kbuild take no spaces in paths: $TOP, $BUILD, $CACHE" ;;
esac
mkdir -p "$CACHE/log"

# run_logged LOG CMD...: a long, chatty command; its output is seen on failure
run_logged() {
	local log=$1
	shift
	mkdir -p "$(dirname "$log")"
	"$@" >"$log" 2>&1 </dev/null && return
	tail -n 40 "$log" >&2
	die "'$1' failed; the whole output is in $log"
}

# with_lock NAME CMD...: one holder at a time among all runs on this machine
with_lock() {
	local fd name=$1
	shift
	mkdir -p "$CACHE/lock"
	exec {fd}>"$CACHE/lock/${name//\//_}"
	flock -n "$fd" || { say "waiting for another run ($name)"; flock "$fd"; }
	"$@"
	exec {fd}>&-
}

# cached DIR CMD...: CMD fills a new folder, named by its only added argument,
# which becomes DIR when it is complete.  A DIR that exists is complete; its time
# says when it was last used.
cached() {
	local dir=$1
	shift
	[ -e "$dir" ] || with_lock "$(basename "$dir")" cached_fill "$dir" "$@"
	touch -c "$dir"
}

cached_fill() {
	local dir=$1 new=$1.new
	shift
	[ -e "$dir" ] && return
	rm -rf "$new"
	mkdir -p "$new"
	"$@" "$new"
	[ -n "$(find "$new" -mindepth 1 -print -quit)" ] || die "nothing came of '$1'"
	touch "$new"	# packages bring times of their own
	mv "$new" "$dir"
	cache_prune
}

# cache_prune: old kernels, emulators and the like that nobody has used for a month
cache_prune() {
	local dir
	for dir in "$CACHE" "$CACHE/kernel"; do
		[ ! -d "$dir" ] || find "$dir" -mindepth 1 -maxdepth 1 -type d -mtime +30 \
			! -name kernel ! -name apt ! -name lock ! -name log -exec rm -rf {} +
	done
}

# key FILE...: a short name for the contents of files
key() { cat "$@" | sha256sum | cut -c1-12; }
