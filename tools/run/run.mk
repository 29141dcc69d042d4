# SPDX-License-Identifier: GPL-2.0-only
run_objects := $(call objs,$(wildcard run/*.c run/$(ARCH)/*.c))
objects += $(run_objects)
programs += $(O)/mote-run

# What the architecture's part needs besides libmote
run_libs := $(if $(filter arm64,$(ARCH)),-lfdt -lz)

$(run_objects): includes += -Irun/$(ARCH)
$(O)/mote-run: LDLIBS += $(libmote_libs) $(run_libs)
$(O)/mote-run: $(run_objects) $(libmote)
	$(link)
