# SPDX-License-Identifier: GPL-2.0-only
#
# Unit tests of libmote and of the runner's devices and loaders, in user space
# under ASan and UBSan.  For inclusion; expects O (absolute) and, from the
# place of inclusion, finds its sources by itself.  Adds its programs to
# unit_tests; each prints TAP and exits with 0 when all passed.

run_unit := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
run_tools := $(run_unit)/../../tools
run_uapi := $(run_unit)/../../uapi
run_cflags := -std=gnu11 -D_GNU_SOURCE -g -O1 -pthread -Wall -Wextra -Werror \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-I$(run_uapi) -I$(run_uapi)/x86 -I$(run_tools)/lib \
	-I$(run_tools)/run -I$(run_tools)/run/x86
run_lib := $(wildcard $(run_tools)/lib/*.c $(run_tools)/lib/x86/*.c)
run_headers := $(wildcard $(run_unit)/run_*.h $(run_tools)/*/*.h $(run_tools)/*/x86/*.h \
	$(run_uapi)/*.h $(run_uapi)/x86/*.h)

unit_tests += $(O)/unit/run_mmio

$(O)/unit/run_mmio: $(run_unit)/run_mmio.c $(run_unit)/run_oracle.c $(run_lib) $(run_headers)
	@mkdir -p $(@D)
	$(CC) $(run_cflags) -o $@ $(filter %.c,$^) -lZydis

# The runner without main(), and without the kernel.
run_runner := $(filter-out %/main.c %/options.c,$(wildcard $(run_tools)/run/*.c $(run_tools)/run/x86/*.c))
run_wrap := -Wl,--wrap=mote_irq_msi,--wrap=mote_kick,--wrap=mote_set_regs

unit_tests += $(O)/unit/run_devices $(O)/unit/run_loaders $(O)/unit/run_emul

$(O)/unit/run_devices $(O)/unit/run_loaders $(O)/unit/run_emul: $(O)/unit/%: $(run_unit)/%.c \
		$(run_unit)/run_vm.c $(run_runner) $(run_lib) $(run_headers)
	@mkdir -p $(@D)
	$(CC) $(run_cflags) $(run_wrap) -o $@ $(filter %.c,$^) -lZydis

unit_tests += $(O)/unit/run_task

$(O)/unit/run_task: $(run_unit)/run_task.c $(run_unit)/run_task_vcpu.c $(run_lib) $(run_headers)
	@mkdir -p $(@D)
	$(CC) $(run_cflags) -o $@ $(filter %.c,$^) -lZydis
