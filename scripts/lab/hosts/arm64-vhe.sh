# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# HOST=arm64-vhe: a processor whose kernel runs at EL2 itself.

# shellcheck source=scripts/lab/lib/qemu_arm64.sh
. "$LAB/lib/qemu_arm64.sh"
HOST_CPU_MODEL=neoverse-n1
