/* SPDX-License-Identifier: GPL-2.0-only */
DECLARE_PER_CPU(unsigned long, cpu_dr7);

static inline bool hw_breakpoint_active(void)
{
	return false;
}
