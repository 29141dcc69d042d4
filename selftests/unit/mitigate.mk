# SPDX-License-Identifier: GPL-2.0-only
#
# Unit test of what the host's CPU asks of entries and exits.  For inclusion, see
# Makefile.

unit_tests += $(O)/unit/mitigate

$(O)/unit/mitigate: $(unit_dir)/mitigate.c $(unit_top)/arch/x86/mitigate_rules.c $(unit_frame) \
	$(unit_headers) $(unit_top)/arch/x86/mitigate_rules.h
	@mkdir -p $(@D)
	$(CC) -I$(unit_top)/arch/x86 $(unit_cflags) -o $@ $(filter %.c,$^)
