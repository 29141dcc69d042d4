# SPDX-License-Identifier: GPL-2.0-only
lib_sources := $(wildcard lib/*.c lib/$(ARCH)/*.c)
lib_objects := $(call objs,$(lib_sources))
libmote := $(O)/libmote.a
objects += $(lib_objects)
programs += $(libmote)

# What a program that links libmote.a needs besides
libmote_libs := $(if $(filter x86,$(ARCH)),-lZydis)

$(libmote): $(lib_objects)
	rm -f $@
	$(AR) rcs $@ $^
