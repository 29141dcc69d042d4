# SPDX-License-Identifier: GPL-2.0-only
#
# Unit test of arm64's interrupt controller and timers.  For inclusion, see
# Makefile.

vgic_arm64 := $(unit_top)/arch/arm64
vgic_sources := $(addprefix $(unit_dir)/,vgic.c vgic_lr.c vgic_timer.c vgic_shim.c) \
	$(addprefix $(vgic_arm64)/,$(addsuffix .c,vgic vgic_irq vgic_bank vgic_dist vgic_redist vgic_mmio \
	vgic_cpu vgic_icc vgic_state timer))

unit_tests += $(O)/unit/vgic

$(O)/unit/vgic: $(vgic_sources) $(unit_frame) $(unit_headers) $(wildcard $(vgic_arm64)/*.h) \
	$(wildcard $(vgic_arm64)/hyp/*.h) $(wildcard $(unit_top)/uapi/arm64/*.h) \
	$(shell find $(unit_dir)/vgic_include -name '*.h') $(unit_dir)/vgic_unit.h
	@mkdir -p $(@D)
	$(CC) -I$(unit_dir)/vgic_include -I$(vgic_arm64) -I$(unit_top)/uapi/arm64 -I$(unit_top) \
		$(unit_cflags) -Wno-unused-parameter -o $@ $(filter %.c,$^)
