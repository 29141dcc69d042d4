# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# What the modes of an emulated host share.

# Lines of the kernel's log that fail a run.  "unreferenced object" is kmemleak.
SPLAT='WARNING:|BUG:|BUG |Oops|possible recursive|possible circular|possible irq lock'
SPLAT="$SPLAT|inconsistent lock state|suspicious RCU|KASAN|UBSAN|rcu: INFO|rcu.*self-detected"
SPLAT="$SPLAT|rcu.*detected stalls|Bad page|soft lockup|hard LOCKUP|general protection fault"
SPLAT="$SPLAT|unchecked MSR access|sleeping function|refcount_t:|unreferenced object"
SPLAT="$SPLAT|blocked for more than|stack-protector|scheduling while atomic|ODEBUG"
SPLAT="$SPLAT|Internal error|invalid opcode:|divide error:|nobody cared|Unable to handle kernel"
SPLAT="$SPLAT|double fault|stack segment:|Kernel panic|bad pmd|bad pud|Bad rss-counter"
# advice to people with silicon
NO_SPLAT='(Speculative Return Stack Overflow|RETBleed): WARNING: S'

lab_end() {
	sync
	echo "LAB END $1"
	# the emulator is ended from outside; this is for hosts run by hand
	sleep 1
	poweroff -f
	sleep 100
}

# splats FILE: new messages go to FILE (and /tmp/dmesg, all of them); true if
# there are splats among them, which are then shown, 60 lines from the first
splats() {
	dmesg -c >"$1"
	cat "$1" >>/tmp/dmesg
	grep -E "$SPLAT" "$1" | grep -qvE "$NO_SPLAT" || return 1
	echo "# the kernel's log has a splat:"
	sed -nE "/$SPLAT/,\$p" "$1" | head -n 60 | sed 's/^/# /'
}

# swap_on MIB: swap space in compressed memory, where the kernel has zram
swap_on() {
	for m in $LAB_SWAP_MODULES; do
		[ ! -e "/lab/$m.ko" ] || insmod "/lab/$m.ko"
	done
	[ -e /sys/block/zram0 ] || return 0
	echo "${1}M" >/sys/block/zram0/disksize
	mkswap /dev/zram0 >/dev/null
	swapon /dev/zram0
}

# shellcheck disable=SC2086 # a list of words
module_load() { insmod /lab/mote.ko $LAB_MODULE_ARGS; }
