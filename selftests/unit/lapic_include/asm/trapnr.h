/* SPDX-License-Identifier: GPL-2.0-only */
#define X86_TRAP_UD	6
#define X86_TRAP_GP	13
