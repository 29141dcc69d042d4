# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# VARIANT=: hosts set up as real ones are, and the tests that this is about, which a
# check runs unless TEST names others.

VARIANTS="x2apic mitigations nohz cpus4"
VARIANT=${VARIANT:-}
VARIANT_TESTS=

# variant_load: after the host; changes what that has said
variant_load() {
	case $VARIANT in
	'') ;;
	x2apic)
		variant_wants x86-vmx x86-svm-bochs
		export MOTE_X2APIC=1
		VARIANT_TESTS="module run kick cpus lapic* msr nmi inject hlt host_state guests.sh"
		;;
	mitigations)
		# the last word of its kind counts
		variant_wants x86-vmx x86-svm x86-svm-bochs
		LAB_CMDLINE="mitigations=auto $LAB_CMDLINE"
		VARIANT_TESTS="module run memory cpus vms msr insn fpu hlt guests.sh mitigate*"
		;;
	nohz)
		# CPU 1 has no tick, no RCU callbacks and none but the thread that is sent there
		LAB_CMDLINE="nohz_full=1 isolcpus=nohz,domain,1 rcu_nocbs=1 $LAB_CMDLINE"
		VARIANT_TESTS="module run kick signal cpus vms lifetime timer lapic_timer"
		;;
	cpus4)
		HOST_CPUS=4
		VARIANT_TESTS="module run kick cpus vms lifetime memory notifier gic_smp lapic"
		;;
	*) die "no such VARIANT: '$VARIANT' (there are: $VARIANTS)" ;;
	esac
}

# variant_wants HOST...
variant_wants() {
	local host
	for host; do
		[ "$host" != "$LAB_HOST" ] || return 0
	done
	die "VARIANT=$VARIANT is for HOST=$*"
}
