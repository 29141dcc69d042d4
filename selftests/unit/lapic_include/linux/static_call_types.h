/* SPDX-License-Identifier: GPL-2.0-only */
#define DECLARE_STATIC_CALL(name, func)	extern __typeof__(func) name
