# SPDX-License-Identifier: GPL-2.0-only
#
# Unit test of exits that no emulator has.  For inclusion, see Makefile.

unit_tests += $(O)/unit/vmx_rules

$(O)/unit/vmx_rules: $(unit_dir)/vmx_rules.c $(unit_frame) $(unit_headers) \
	$(unit_top)/arch/x86/vmx/exit_rules.h
	@mkdir -p $(@D)
	$(CC) $(unit_cflags) -o $@ $(filter %.c,$^)
