# SPDX-License-Identifier: GPL-2.0-only
ifeq ($(ARCH),x86)
run_objects := $(call objs,$(wildcard run/*.c))
objects += $(run_objects)
programs += $(O)/mote-run

$(O)/mote-run: LDLIBS += $(libmote_libs)
$(O)/mote-run: $(run_objects) $(libmote)
	$(link)
endif
