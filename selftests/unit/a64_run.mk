# SPDX-License-Identifier: GPL-2.0-only
#
# Unit test of the arm64 runner without a kernel: devices, PSCI, loaders, the
# device tree.  Runs on any machine.  For inclusion, see Makefile.

a64_run := $(unit_top)/tools/run
a64_run_sources := $(filter-out %/main.c %/options.c,\
	$(wildcard $(a64_run)/*.c $(a64_run)/arm64/*.c)) \
	$(addprefix $(unit_top)/tools/lib/,libmote.c gmem.c env.c arm64/mmio.c arm64/mmio_decode.c \
		arm64/vcpu_ops.c)
a64_run_wrap := $(foreach f,irq_line kick set_regs policy run,-Wl,--wrap=mote_$(f))

unit_tests += $(O)/unit/a64_run

$(O)/unit/a64_run: $(unit_dir)/a64_run.c $(unit_dir)/unit.c $(a64_run_sources) \
		$(unit_dir)/unit.h $(unit_dir)/run_wait.h $(wildcard $(a64_run)/*.h $(a64_run)/arm64/*.h \
		$(unit_top)/tools/lib/*.h $(unit_top)/uapi/*.h $(unit_top)/uapi/arm64/*.h)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE -g -O1 -pthread -Wall -Wextra -Werror \
		-fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I$(unit_top)/uapi -I$(unit_top)/uapi/arm64 -I$(unit_top)/tools/lib \
		-I$(a64_run) -I$(a64_run)/arm64 -I$(unit_dir) $(a64_run_wrap) \
		-o $@ $(filter %.c,$^) -lfdt -lz
