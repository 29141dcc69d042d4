#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Interrupts once more, delivered by software.
# Wants the module not to be loaded.

. /selftests/lib/again.sh
again apicv 0 N x86/lapic x86/lapic_timer x86/hlt x86/inject
