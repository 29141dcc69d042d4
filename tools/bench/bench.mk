# SPDX-License-Identifier: GPL-2.0-only
#
# mote-bench, and what a host runs of it: $(BENCH)/run.sh and its report
BENCH ?= $(abspath $(O)/../bench)

bench_objects := $(call objs,$(wildcard bench/*.c bench/$(ARCH)/*.c))
bench_blocks := $(O)/obj/bench/$(ARCH)/blocks.o
objects += $(bench_objects) $(bench_blocks)
programs += $(O)/mote-bench $(BENCH)/run.sh $(BENCH)/report.awk

$(O)/mote-bench: LDLIBS += $(libmote_libs)
$(O)/mote-bench: $(bench_objects) $(bench_blocks) $(libmote)
	$(link)

$(bench_blocks): bench/$(ARCH)/blocks.S
	@mkdir -p $(@D)
	$(CC) $(all_cflags) -MMD -MP -c -o $@ $<

$(BENCH)/%: bench/%
	@mkdir -p $(@D)
	cp $< $@
