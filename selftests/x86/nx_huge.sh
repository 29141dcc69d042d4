#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Large pages once more, none of them executable.
# Wants the module not to be loaded.

. /selftests/lib/again.sh
again nx_huge_pages on on x86/nx_huge common/notifier
