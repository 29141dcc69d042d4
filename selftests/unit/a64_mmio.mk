# SPDX-License-Identifier: GPL-2.0-only
#
# Unit test of libmote's arm64 loads and stores; runs on any machine.  For
# inclusion, see Makefile.

a64_lib := $(unit_top)/tools/lib

unit_tests += $(O)/unit/a64_mmio

$(O)/unit/a64_mmio: $(unit_dir)/a64_mmio.c $(unit_dir)/unit.c $(unit_dir)/unit.h \
		$(a64_lib)/arm64/mmio.c $(a64_lib)/arm64/mmio_decode.c \
		$(wildcard $(a64_lib)/*.h $(a64_lib)/arm64/*.h) $(unit_top)/uapi/arm64/mote_arch.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE -g -O1 -Wall -Wextra -Werror \
		-fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I$(unit_top)/uapi -I$(unit_top)/uapi/arm64 -I$(a64_lib) -I$(unit_dir) \
		-o $@ $(filter %.c,$^)
