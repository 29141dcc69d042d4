# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# HOST=arm64-nvhe: a processor without VHE; the kernel runs at EL1 and leaves a
# stub at EL2.

# shellcheck source=scripts/lab/lib/qemu_arm64.sh
. "$LAB/lib/qemu_arm64.sh"
HOST_CPU_MODEL=cortex-a57
