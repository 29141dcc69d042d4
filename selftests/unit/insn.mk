# SPDX-License-Identifier: GPL-2.0-only
#
# Unit test of the kernel's MOV decoder, against Zydis, under ASan and UBSan.
# For inclusion; expects O (absolute).  Adds its program to unit_tests; it
# prints TAP and exits with 0 when all passed.

insn_unit := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
insn_x86 := $(insn_unit)/../../arch/x86

unit_tests += $(O)/unit/insn_test

$(O)/unit/insn_test: $(insn_unit)/insn_test.c $(insn_x86)/insn.c $(insn_x86)/insn.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE -g -O2 -Wall -Wextra -Werror \
		-fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I$(insn_x86) -o $@ $(filter %.c,$^) -lZydis
