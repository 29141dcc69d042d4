# SPDX-License-Identifier: GPL-2.0-only
info_objects := $(call objs,$(wildcard info/*.c info/$(ARCH)/*.c))
objects += $(info_objects)
programs += $(O)/mote-info

$(O)/mote-info: LDLIBS += $(libmote_libs)
$(O)/mote-info: $(info_objects) $(libmote)
	$(link)
