/* SPDX-License-Identifier: GPL-2.0-only */
#include "../vgic_shim.h"
