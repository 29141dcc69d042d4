# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# HOST=x86-vmx: Bochs 3.0 as an Intel processor with VT-x.

# shellcheck source=scripts/lab/lib/bochs_host.sh
. "$LAB/lib/bochs_host.sh"
HOST_BOCHS_MODEL=corei7_skylake_x
HOST_KVM_MODULES="irqbypass kvm kvm-intel msr"
