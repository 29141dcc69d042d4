# SPDX-License-Identifier: GPL-2.0-only
#
# Unit test of the local APIC.  For inclusion, see Makefile.

lapic_x86 := $(unit_top)/arch/x86
lapic_sources := $(addprefix $(unit_dir)/,lapic.c lapic_timer.c lapic_shim.c) \
	$(addprefix $(lapic_x86)/,lapic.c lapic_irq.c lapic_ipi.c lapic_timer.c lapic_state.c)

unit_tests += $(O)/unit/lapic

$(O)/unit/lapic: $(lapic_sources) $(unit_frame) $(unit_headers) $(wildcard $(lapic_x86)/*.h) \
	$(wildcard $(unit_dir)/lapic_include/*.h)
	@mkdir -p $(@D)
	$(CC) -I$(unit_dir)/lapic_include -I$(lapic_x86) -I$(unit_top) $(unit_cflags) -pthread \
		-o $@ $(filter %.c,$^)
