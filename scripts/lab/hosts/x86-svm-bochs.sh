# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# HOST=x86-svm-bochs: Bochs 3.0 as an AMD processor with SVM (Ryzen).

# shellcheck source=scripts/lab/lib/bochs_host.sh
. "$LAB/lib/bochs_host.sh"
HOST_BOCHS_MODEL=ryzen
HOST_KVM_MODULES="irqbypass kvm ccp kvm-amd"
